"""Reading and writing the table of measurements."""

import csv

FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
SPECIES = "species"


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=FEATURES + [SPECIES])
        writer.writeheader()
        writer.writerows(rows)


def read_xy(path):
    rows = read_rows(path)
    measurements = [[float(row[name]) for name in FEATURES] for row in rows]
    return measurements, [row[SPECIES] for row in rows]
