"""The two tasks that prepare the data. Plain functions: inputs by name, outputs as paths to write."""

from sklearn.model_selection import train_test_split

from table import FEATURES, SPECIES, read_rows, write_rows


def load(source, table):
    rows = read_rows(source)
    for number, row in enumerate(rows, start=2):
        missing = [name for name in FEATURES + [SPECIES] if not row.get(name)]
        if missing:
            raise ValueError(f"line {number} has no {', '.join(missing)}")
    write_rows(table, rows)
    print(f"{len(rows)} rows, {len({row[SPECIES] for row in rows})} species")
    return len(rows)


def split(table, seed, train, test):
    rows = read_rows(table)
    train_rows, test_rows = train_test_split(
        rows, test_size=0.3, random_state=seed, stratify=[row[SPECIES] for row in rows]
    )
    write_rows(train, train_rows)
    write_rows(test, test_rows)
    print(f"{len(train_rows)} rows to fit on, {len(test_rows)} to judge by")
