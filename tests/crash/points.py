"""The crash points of a daemon's life, read from the sources, so that none can be forgotten."""

import os
import re

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
RESCUE = "rescue."  # of mlpd --fsck: tests/full_disk/damage_test.py
CODE = ("base", "compiler", "runtime", "daemon")


def all_points():
    return [point for point in points_in_sources() if not point.startswith(RESCUE)]


def rescue_points():
    return [point for point in points_in_sources() if point.startswith(RESCUE)]


def points_in_sources():
    found = []
    for top in CODE:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                if not name.endswith((".cpp", ".h")):
                    continue
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found += re.findall(r'CRASH_POINT\("([^"]+)"\)', file.read())
    return sorted(found)
