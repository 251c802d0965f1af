"""The crash points of a daemon's life, read from the sources, so that none can be forgotten."""

import os
import re

from world import harness

RESCUE = "rescue."  # of mlpd --fsck: tests/full_disk/damage_test.py
CODE = ("base", "compiler", "runtime", "daemon")


def all_points():
    found = []
    for top in CODE:
        for folder, _, names in os.walk(os.path.join(harness.ROOT, top)):
            for name in names:
                if not name.endswith((".cpp", ".h")):
                    continue
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found += re.findall(r'CRASH_POINT\("([^"]+)"\)', file.read())
    return sorted(point for point in found if not point.startswith(RESCUE))
