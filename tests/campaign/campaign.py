#!/usr/bin/env python3
"""Runs the campaigns: the long searches of which `./mlp test` runs samples.

Each part is a program `tests/PART/campaign`. It says how far it is on standard error or output, keeps what
failed under build/campaign/PART/, ends its output with one line of JSON ({"part", "findings", figures}), and
exits with 1 when there are findings. What could not be tried here is told with its reason as "skipped". This program
knows nothing else of them.
"""

import argparse
import glob
import json
import os
import shlex
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
KEPT = os.path.join(ROOT, "build/campaign")

# The least time first, so that a mistake shows early; what is not listed comes last, by name.
ORDER = ["bench", "sim", "cache", "hostile", "full_disk", "crash", "faults", "sanitize", "fuzz"]

EXAMPLES = """examples:
  ./mlp campaign                        all parts, one after the other (some hours on two cores)
  ./mlp campaign sim crash              these two
  ./mlp campaign sim -- 1000000         what follows -- goes to the part: a million seeds
  ./mlp campaign --json >figures.jsonl  the figures of each part, one object a line
  ./mlp campaign --list                 the parts there are
"""


def find_parts():
    found = {os.path.basename(os.path.dirname(path)): path for path in glob.glob(os.path.join(ROOT, "tests/*/campaign"))
             if os.path.isfile(path)}
    rank = {name: place for place, name in enumerate(ORDER)}
    return {name: found[name] for name in sorted(found, key=lambda name: (rank.get(name, len(rank)), name))}


def last_figures(lines):
    """The last line that is an object, if it is the last line at all."""
    for line in reversed(lines):
        if not line.strip():
            continue
        try:
            figures = json.loads(line)
        except ValueError:
            return None
        return figures if isinstance(figures, dict) else None
    return None


def run_part(name, program, words, quiet):
    """Runs one part to its end; its output goes to the terminal and into a file. Returns its figures."""
    folder = os.path.join(KEPT, name)
    os.makedirs(folder, exist_ok=True)
    log = os.path.join(folder, "campaign.log")
    started = time.monotonic()
    lines = []
    with open(log, "w", encoding="utf-8") as kept:
        process = subprocess.Popen([program, *words], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace")
        try:
            for line in process.stdout:
                kept.write(line)
                kept.flush()
                lines = [*lines[-19:], line]
                if not quiet:
                    sys.stderr.write(line)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
        process.stdout.close()
    code = process.wait()
    figures = last_figures(lines)
    if figures is None or code not in (0, 1):
        figures = {"findings": 1, "error": f"ended with {code} and without figures; its output is in {log}"}
    if code == 1 and not figures.get("findings"):
        figures["findings"] = 1
    return {"part": name, **figures, "wall_seconds": round(time.monotonic() - started, 1)}


def verdict(figures):
    if figures["findings"]:
        return f"{figures['findings']} FOUND"
    return "SKIPPED" if figures.get("skipped") else "nothing found"


def show(figures):
    rest = ", ".join(f"{name} {value}" for name, value in figures.items()
                     if name not in ("part", "findings", "wall_seconds") and not isinstance(value, (dict, list)))
    print(f"{figures['part']:<10} {verdict(figures):<14} {figures['wall_seconds']:>8} s   {rest}", flush=True)


def parse(words):
    words, own = (words[:words.index("--")], words[words.index("--") + 1:]) if "--" in words else (words, [])
    parser = argparse.ArgumentParser(prog="./mlp campaign", description=__doc__.split("\n\n", maxsplit=1)[0],
                                     epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="a folder of tests/ that has a campaign; none: all")
    parser.add_argument("--list", action="store_true", help="list the parts and end")
    parser.add_argument("--json", action="store_true", help="one object of figures a line on standard output")
    parser.add_argument("--quiet", action="store_true", help="no progress of the parts")
    options = parser.parse_args(words)
    if own and len(options.parts) != 1:
        parser.error(f"what follows -- ({shlex.join(own)}) goes to one part: name it")
    return parser, options, own


def main(words):
    parser, options, own = parse(words)
    parts = find_parts()
    for name in options.parts:
        if name not in parts:
            parser.error(f"there is no campaign '{name}'; there are {', '.join(parts)}")
    if options.list:
        print("\n".join(f"{name:<10} {shlex.join(['tests/' + name + '/campaign', '--help'])}" for name in parts))
        return 0
    findings = 0
    for name in options.parts or parts:
        print(f"campaign: {name}", file=sys.stderr, flush=True)
        figures = run_part(name, parts[name], own, options.quiet)
        findings += figures["findings"]
        if options.json:
            print(json.dumps(figures), flush=True)
        else:
            show(figures)
    if findings:
        print(f"campaign: {findings} found; what failed is kept under {os.path.relpath(KEPT)}", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
