"""Runs the fuzz targets of build/fuzz: each from its saved corpus, for a while, some at a time.

The table TARGETS says what each target starts from; tests/fuzz/README.md says what each must hold.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BINARIES = os.path.join(ROOT, "build/fuzz/bin")

# Target: (dictionary, most bytes of an input). Short inputs are many inputs; what a megabyte costs is
# tests/unit/megabyte's.
TARGETS = {
    "lex": ("mlp", 2048),
    "parse": ("mlp", 2048),
    "compile": ("mlp", 4096),
    "expression": ("mlp", 512),
    "body": ("shell", 2048),
    "plan": ("json", 16384),
    "value": ("json", 1024),
    "documents": ("documents", 2048),
    "manifest": (None, 4096),
    "record": (None, 2048),
    "frame": (None, 4096),
    "wire": ("json", 4096),
    "route": ("http", 1024),
    "http": ("http", 4096),
}

# Seconds and MB one input may take: far above what any honest one does, sanitizers included.
MOST_SECONDS = 30
MOST_MEMORY = 1536


def corpus_file(target):
    return os.path.join(HERE, "corpus", target + ".tar.xz")


def unpack(target, folder):
    """The saved corpus of a target as files in `folder`."""
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(corpus_file(target)):
        return
    with tarfile.open(corpus_file(target)) as archive:
        for member in archive.getmembers():
            with open(os.path.join(folder, os.path.basename(member.name)), "wb") as file:
                file.write(archive.extractfile(member).read())


def command(target, *words):
    dictionary, most_bytes = TARGETS[target]
    line = [os.path.join(BINARIES, "fuzz_" + target), f"-max_len={most_bytes}", f"-timeout={MOST_SECONDS}",
            f"-rss_limit_mb={MOST_MEMORY}", f"-malloc_limit_mb={MOST_MEMORY // 2}"]
    if dictionary:
        line.append(f"-dict={HERE}/{dictionary}.dict")
    return line + list(words)


def last_number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def fuzz(target, seconds, keep, seed=0):
    """Fuzzes one target. Findings and new inputs go to keep/<target>/; returns its figures."""
    found = os.path.join(keep, target, "found")
    grown = os.path.join(keep, target, "corpus")
    os.makedirs(found, exist_ok=True)
    os.makedirs(grown, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mlp-fuzz-") as saved:
        unpack(target, saved)
        before = set(os.listdir(found))
        line = command(target, f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={found}/",
                       "-print_final_stats=1", "-verbosity=1", grown, saved)
        log = os.path.join(keep, target, "log")
        with open(log, "w", encoding="utf-8", errors="replace") as out:
            code = subprocess.call(line, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT)
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    findings = sorted(name for name in set(os.listdir(found)) - before if not name.startswith("slow-unit-"))
    return {"target": target, "seconds": seconds, "inputs": last_number(r"number_of_executed_units: *(\d+)", text),
            "coverage": last_number(r"cov: (\d+)", text), "features": last_number(r"ft: (\d+)", text),
            "corpus": last_number(r"corp: (\d+)", text), "code": code,
            "findings": [os.path.join(found, name) for name in findings], "log": log}


def is_finding(figures):
    return bool(figures["code"] or figures["findings"])


def tell(figures):
    print("{target:<11} {inputs:>9} inputs in {seconds} s, coverage {coverage}, features {features}, "
          "corpus {corpus}".format(**figures), flush=True)
    if not is_finding(figures):
        return
    with open(figures["log"], encoding="utf-8", errors="replace") as file:
        print(file.read()[-6000:])
    print(f"{figures['target']}: ended with {figures['code']}; the log is {figures['log']}; to replay:")
    for path in figures["findings"]:
        print(f"  {BINARIES}/fuzz_{figures['target']} {path}", flush=True)


def fuzz_all(targets, seconds, at_once, keep, seed=0):
    """All figures, in the order the targets end."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        running = [pool.submit(fuzz, target, seconds, keep, seed) for target in targets]
        for each in concurrent.futures.as_completed(running):
            tell(each.result())
        return [each.result() for each in running]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("targets", nargs="*", help="some of: " + " ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    keep = tempfile.mkdtemp(prefix="mlp-fuzz-kept-")
    # A gate says the same of the same commit, so far as it can: always the same seed.
    figures = fuzz_all(options.targets or TARGETS, options.seconds, 1, keep, seed=1)
    if any(is_finding(each) for each in figures):
        return 1
    shutil.rmtree(keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
