#!/usr/bin/env python3
"""Checks the source tree: arrows between folders, doors of libraries, sizes, words, file openers.

Usage: tidy.py ROOT. Prints one line for each breach, with the rule and what to do; exits 1 on any.
"""

import os
import re
import subprocess
import sys

import named_tests
import rules

CODE = ("base", "compiler", "runtime", "daemon")


def source_files(root):
    for top in CODE + ("tests",):
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders.sort()
            for name in sorted(names):
                if name.endswith((".h", ".cpp", ".py")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def is_code(path):
    return path.split("/")[0] in CODE and path.endswith((".h", ".cpp"))


def folder_of(path):
    """The longest folder with rules that holds the file."""
    folder = os.path.dirname(path)
    while folder and folder not in rules.ARROWS:
        folder = os.path.dirname(folder)
    return folder


def allows(folder, target):
    home = folder_of(target)
    if home == folder:
        return True
    for allowed in rules.ARROWS[folder]:
        if target == allowed or home == allowed:
            return True
        # The daemon and the client see every folder below a top-level one.
        if "/" not in allowed and (home + "/").startswith(allowed + "/"):
            return True
    return False


def check_arrows(path, text):
    folder = folder_of(path)
    if not folder:
        yield f"{path}: the folder has no line in tests/tidy/rules.py: say there what it may include"
        return
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'#include "([^"]+)"', line)
        if not found:
            continue
        target = found.group(1)
        if target.endswith(".pb.h") or re.match(r"(antlr4|Mlp)", target):
            continue
        if target.split("/")[0] not in CODE:
            yield f"{path}:{number}: \"{target}\": write includes from the root of the project"
        elif not allows(folder, target):
            yield (f"{path}:{number}: {folder} must not include {target}: arrows point one way "
                   f"({folder} may use {', '.join(rules.ARROWS[folder]) or 'nothing'}). Hand the value down, "
                   "or move the piece to where both may see it")


def check_doors(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'#include [<"]([^>"]+)[>"]', line)
        if not found:
            continue
        for library, headers, door in rules.DOORS:
            if re.fullmatch(headers, found.group(1)) and not re.match(door, path):
                yield (f"{path}:{number}: {library} is used behind one door only ({door}): "
                       "ask the door for what you need, so that its types and exceptions stay there")


def check_opener(path, text):
    lines = text.splitlines()
    if not lines or lines[0] != "// SPDX-License-Identifier: Apache-2.0":
        yield f"{path}:1: begin with '// SPDX-License-Identifier: Apache-2.0'"
        return
    if path.endswith(".h"):
        if len(lines) < 3 or lines[1] != "//" or not lines[2].startswith("// "):
            yield f"{path}:2: say in the first lines what the file is for, and what it must not know"
        if "#pragma once" not in text:
            yield f"{path}: a header has #pragma once"


def strip(text):
    """The text without comments and literals, line for line."""
    pattern = (r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"'
               r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'")
    return re.sub(pattern, lambda m: '""' + "\n" * m.group(0).count("\n"), text)


FUNCTION = re.compile(r"^( *)(?!namespace|class|struct|enum|union|switch|if|for|while|do\b|else|return|extern)"
                      r"[\w:~].*\(")


def functions(text):
    """(line, header, body lines) of each function, told by its indentation."""
    lines = strip(text).splitlines()
    i = 0
    while i < len(lines):
        found = FUNCTION.match(lines[i])
        if not found or lines[i].rstrip().endswith((";", ",")) and "{" not in lines[i]:
            if not (found and lines[i].rstrip().endswith(",")):
                i += 1
                continue
        start = i
        while i < len(lines) and not re.search(r"[{;]\s*$", lines[i]) and i - start < 12:
            i += 1
        if i >= len(lines) or not lines[i].rstrip().endswith("{"):
            i = start + 1
            continue
        header = " ".join(lines[start:i + 1])
        indent = found.group(1)
        end = i + 1
        while end < len(lines) and not re.match(re.escape(indent) + r"\}", lines[end]):
            end += 1
        if len(indent) <= 2:
            yield start + 1, header, lines[i + 1:end]
            i = end + 1
        else:
            i = start + 1


def parameters_of(header):
    start = header.find("(")
    depth = 0
    count = 0
    for c in header[start:]:
        depth += c in "(<[{"
        depth -= c in ")>]}"
        if c == "," and depth == 1:
            count += 1
        if depth == 0:
            break
    return count + 1


def nesting_of(body):
    depth = 0
    deepest = 0
    stack = []
    for line in body:
        opens_block = re.search(r"\b(if|for|while|switch|do|else)\b", line) is not None
        for c in line:
            if c == "{":
                stack.append(opens_block)
                depth += opens_block
                deepest = max(deepest, depth)
            elif c == "}" and stack:
                depth -= stack.pop()
    return deepest


def check_sizes(path, text):
    lines = text.splitlines()
    most = rules.MOST_LINES[os.path.splitext(path)[1]]
    if len(lines) > most:
        yield f"{path}: {len(lines)} lines, the limit is {most}: split it along its ideas"
    for number, line in enumerate(lines, 1):
        if len(line) > rules.MOST_COLUMNS and not re.search(r"https?://", line):
            yield f"{path}:{number}: {len(line)} columns: aim at 100, never over {rules.MOST_COLUMNS}"
    if not path.endswith((".h", ".cpp")) or not is_code(path):
        return
    for number, header, body in functions(text):
        if len(body) > rules.MOST_FUNCTION_LINES:
            yield (f"{path}:{number}: a function of {len(body)} lines, the limit is {rules.MOST_FUNCTION_LINES}: "
                   "decide in the parent, compute in the leaves")
        if parameters_of(header) > rules.MOST_PARAMETERS:
            yield f"{path}:{number}: more than {rules.MOST_PARAMETERS} parameters: give them a struct with names"
        if nesting_of(body) > rules.MOST_NESTING:
            yield (f"{path}:{number}: nested deeper than {rules.MOST_NESTING}: return early, "
                   "or make the inner block a function")


def check_words(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        for word in re.findall(r"[A-Za-z][a-z]*", line.replace("_", " ")):
            instead = rules.WORDS.get(word.lower())
            if instead and not any(path.startswith(p) and word.lower() == w for p, w, _ in rules.WORDS_ALLOWED):
                yield f"{path}:{number}: '{word}' is not a word of docs/glossary.md here: write {instead}"


def check_folders(paths):
    counts = {}
    for path in paths:
        if is_code(path):
            folder = os.path.dirname(path)
            counts[folder] = counts.get(folder, 0) + 1
    for folder, count in sorted(counts.items()):
        if count > rules.MOST_FILES_IN_FOLDER:
            yield f"{folder}: {count} files, the limit is {rules.MOST_FILES_IN_FOLDER}: find the folders in it"


def check_readmes(root, paths):
    counts = {}
    for path in paths:
        if is_code(path):
            folder = os.path.dirname(path)
            counts[folder] = counts.get(folder, 0) + 1
    for folder in sorted(set(counts) | set(CODE)):
        readme = os.path.join(root, folder, "README.md")
        if (folder in CODE or counts.get(folder, 0) > 5) and not os.path.exists(readme):
            yield f"{folder}: needs a README.md of at most 40 lines: what comes in, what goes out, what to open first"
        elif os.path.exists(readme) and len(open(readme, encoding="utf-8").readlines()) > 40:
            yield f"{folder}/README.md: at most 40 lines: more belongs in docs/"


def check_crash_points(text_of):
    """`text_of`: path to text. A name leads to one place, and the crash tests find it by its form."""
    places = {}
    for path, text in sorted(text_of.items()):
        for number, line in enumerate(text.splitlines(), 1):
            for argument in re.findall(r"(?<!define )\bCRASH_POINT\(([^)]*)\)", line):
                name = re.fullmatch(r'"([a-z]+\.[a-z]+(?:_[a-z]+)*)"', argument)
                if not name:
                    yield f"{path}:{number}: a crash point is named by a literal `\"area.what\"`, not {argument}"
                elif name.group(1) in places:
                    yield f"{path}:{number}: the crash point {name.group(1)} is at {places[name.group(1)]} already"
                else:
                    places[name.group(1)] = f"{path}:{number}"


def check_private(root):
    """The project speaks only of itself."""
    listed = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True, check=False).stdout
    for path in listed.splitlines():
        full = os.path.join(root, path)
        if path.startswith("tests/tidy/") or not os.path.isfile(full) or os.path.islink(full):
            continue
        try:
            text = open(full, encoding="utf-8").read()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"(^|[\s\"'(=])/(root|home/\w+)/|\b(TODO|FIXME|XXX)\b", line) and "test" not in path:
                yield f"{path}:{number}: a path of one machine, or unfinished business: {line.strip()[:80]}"


def breaches(root):
    paths = list(source_files(root))
    code = {}
    for path in paths:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        if is_code(path):
            code[path] = text
            yield from check_arrows(path, text)
            yield from check_doors(path, text)
            yield from check_words(path, text)
        if path.endswith((".h", ".cpp")):
            yield from check_opener(path, text)
        yield from check_sizes(path, text)
    yield from check_crash_points(code)
    yield from check_folders(paths)
    yield from check_readmes(root, paths)
    yield from check_private(root)
    yield from named_tests.check_guarantees(root)


def main():
    count = 0
    for breach in breaches(sys.argv[1]):
        print(breach)
        count += 1
    print(f"{count} breaches of the rules in tests/tidy/rules.py" if count else "tidy: the tree keeps its rules")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
