"""Judges a model on unseen data; draws the confusion matrix and writes a page about it."""

import html
import pickle

from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from table import read_xy

CELL = 90
MARGIN = 110


def evaluate(model, test, confusion, report):
    x, y = read_xy(test)
    with open(model, "rb") as file:
        forest = pickle.load(file)
    predicted = forest.predict(x)
    species = sorted(set(y))
    matrix = confusion_matrix(y, predicted, labels=species)
    scores = {
        "accuracy": float(accuracy_score(y, predicted)),
        "f1": float(f1_score(y, predicted, average="macro")),
    }
    drawing = draw(matrix, species)
    confusion.write_text(drawing, encoding="utf-8")
    report.write_text(page(scores, drawing, forest), encoding="utf-8")
    print(f"accuracy {scores['accuracy']:.3f} on {len(y)} unseen rows")
    return scores


def draw(matrix, species):
    most = max(int(matrix.max()), 1)
    side = MARGIN + CELL * len(species)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        'font-family="sans-serif" font-size="13" text-anchor="middle">'
    ]
    for i, row in enumerate(matrix):
        y = MARGIN + i * CELL
        parts.append(f'<text x="{MARGIN / 2}" y="{y + CELL / 2}">{html.escape(species[i])}</text>')
        parts.append(f'<text x="{y + CELL / 2}" y="{MARGIN - 20}">{html.escape(species[i])}</text>')
        for j, count in enumerate(row):
            x = MARGIN + j * CELL
            shade = 95 - 55 * int(count) / most
            parts.append(f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="hsl(210 70% {shade:.0f}%)"/>')
            parts.append(f'<text x="{x + CELL / 2}" y="{y + CELL / 2}" font-size="20">{count}</text>')
    parts.append("</svg>")
    return "\n".join(parts)


def page(scores, drawing, forest):
    rows = "".join(f"<tr><th>{name}</th><td>{value:.3f}</td></tr>" for name, value in scores.items())
    return (
        "<!doctype html><meta charset=utf-8><title>Iris</title>"
        "<style>body{font-family:sans-serif;max-width:40em;margin:2em auto}svg{max-width:24em}</style>"
        f"<h1>Iris classifier</h1><p>{html.escape(str(forest))}</p>"
        f"<table>{rows}</table><h2>Confusion matrix</h2><p>Rows: true; columns: predicted.</p>{drawing}"
    )
