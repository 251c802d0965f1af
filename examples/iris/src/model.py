"""Fits one setting."""

import pickle

from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_validate

from table import read_xy


def fit(train, setting, model):
    x, y = read_xy(train)
    forest = RandomForestClassifier(
        n_estimators=setting["trees"], max_depth=setting["depth"], random_state=0
    )
    scores = cross_validate(forest, x, y, cv=5, scoring=("accuracy", "f1_macro"))
    forest.fit(x, y)
    with open(model, "wb") as file:
        pickle.dump(forest, file)
    accuracy = float(scores["test_accuracy"].mean())
    print(f"trees {setting['trees']}, depth {setting['depth']}: accuracy {accuracy:.3f}")
    return {"accuracy": accuracy, "f1": float(scores["test_f1_macro"].mean())}
