"""Whether each test that docs/guarantees.md names exists, and each promise names one.

A promise is a heading `## 3. …`; its tests stand in the list after the line `Proved by:`, each in backticks as
`Suite.name` (of GoogleTest or of an `add_test`), `tests/e2e/daemon_test.py::test_name` (Python), or a path that
exists.
"""

import glob
import os
import re

GUARANTEES = "docs/guarantees.md"


def cmake_tests(root):
    """The names that CMakeLists.txt give to tests."""
    found = set()
    for path in glob.glob(os.path.join(root, "tests/**/CMakeLists.txt"), recursive=True):
        with open(path, encoding="utf-8") as file:
            found |= set(re.findall(r"^\s*add_test\(NAME ([\w.]+)", file.read(), re.M))
    return found


def cpp_tests(root):
    """Suite.name of every GoogleTest test."""
    found = set()
    for path in glob.glob(os.path.join(root, "tests/**/*.cpp"), recursive=True):
        with open(path, encoding="utf-8") as file:
            pairs = re.findall(r"^\s*TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", file.read(), re.M)
        found |= {f"{suite}.{name}" for suite, name in pairs}
    return found


def is_python_test(root, name):
    path, _, function = name.partition("::")
    if not os.path.isfile(os.path.join(root, path)):
        return False
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return re.search(rf"^\s*def {re.escape(function)}\(", file.read(), re.M) is not None


def exists(root, name, known):
    if "::" in name:
        return is_python_test(root, name)
    if "/" in name:
        return os.path.exists(os.path.join(root, name))
    return name in known


def promises(text):
    """(number, names in its list of tests) of each promise."""
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        number = re.match(r"(\d+)\. ", section)
        if number:
            proof = section.partition("Proved by:")[2]
            yield number.group(1), re.findall(r"`([^`]+)`", proof)


def check_guarantees(root):
    path = os.path.join(root, GUARANTEES)
    if not os.path.exists(path):
        yield f"{GUARANTEES} is missing: what is promised is said there, with the tests that prove it"
        return
    with open(path, encoding="utf-8") as file:
        text = file.read()
    known = cpp_tests(root) | cmake_tests(root)
    for number, names in promises(text):
        if not names:
            yield f"{GUARANTEES}: promise {number} names no test: a promise without one is a wish"
        for name in names:
            if not exists(root, name, known):
                yield f"{GUARANTEES}: promise {number}: there is no test `{name}`: was it renamed?"
