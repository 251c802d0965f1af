"""Makes and shrinks the saved corpus: tests/fuzz/corpus/TARGET.tar.xz.

    python3 tests/fuzz/corpus.py                 what a campaign found and what is saved, minimised, is saved
    python3 tests/fuzz/corpus.py --seeds plan    begins with what the encoders write and the golden cases too

libFuzzer's -merge keeps one input for each thing reached; the smallest come first until the bound.
"""

import argparse
import glob
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

import fuzz

# A clone pays for it, and each CI run reads it before it looks for anything new.
MOST_BYTES = 400_000  # of one target, unpacked
MOST_INPUTS = 1500

GOLDEN = os.path.join(fuzz.ROOT, "tests/golden")


def golden_cases():
    return sorted(glob.glob(os.path.join(GOLDEN, "*/*.mlp")))


def add_texts(folder):
    """The golden cases for the targets that take text of the language."""
    for target in ("lex", "parse", "compile"):
        os.makedirs(os.path.join(folder, target), exist_ok=True)
        for path in golden_cases():
            if os.path.getsize(path) <= fuzz.TARGETS[target][1]:
                shutil.copy(path, os.path.join(folder, target, path[len(GOLDEN) + 1:].replace("/", "_")))


def add_lines(folder):
    """seeds/TARGET.txt: one seed between two lines of `----`; `\\x07` and the like stand for bytes."""
    for path in glob.glob(os.path.join(fuzz.HERE, "seeds", "*.txt")):
        target = os.path.basename(path)[:-4]
        os.makedirs(os.path.join(folder, target), exist_ok=True)
        with open(path, "rb") as file:
            seeds = file.read().split(b"\n----\n")
        for number, seed in enumerate(seeds):
            with open(os.path.join(folder, target, f"line{number}"), "wb") as file:
                file.write(seed.decode("unicode_escape").encode("latin-1"))


def all_seeds(folder):
    subprocess.run(["cmake", "--build", os.path.join(fuzz.ROOT, "build/fuzz"), "--target", "fuzz_seeds"], check=True)
    subprocess.run([os.path.join(fuzz.BINARIES, "fuzz_seeds"), folder, *golden_cases()], check=True)
    add_texts(folder)
    add_lines(folder)


def save(target, folder):
    chosen = sorted(glob.glob(folder + "/*"), key=lambda path: (os.path.getsize(path), path))
    size, count = 0, 0
    os.makedirs(os.path.dirname(fuzz.corpus_file(target)), exist_ok=True)
    with tarfile.open(fuzz.corpus_file(target), "w:xz", preset=9) as archive:
        for path in chosen:
            size += os.path.getsize(path)
            count += 1
            if size > MOST_BYTES or count > MOST_INPUTS:
                break
            with open(path, "rb") as file:
                data = file.read()
            member = tarfile.TarInfo(f"{count:04}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    print(f"{target}: {count} of {len(chosen)} inputs, {os.path.getsize(fuzz.corpus_file(target))} bytes", flush=True)


def shrink(target, folders):
    with tempfile.TemporaryDirectory(prefix="mlp-corpus-") as work:
        saved, merged = os.path.join(work, "saved"), os.path.join(work, "merged")
        fuzz.unpack(target, saved)
        os.makedirs(merged)
        there = [folder for folder in [saved, *folders] if os.path.isdir(folder)]
        subprocess.run(fuzz.command(target, "-merge=1", merged, *there), check=True, stderr=subprocess.DEVNULL)
        save(target, merged)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="some of: " + " ".join(fuzz.TARGETS))
    parser.add_argument("--seeds", action="store_true", help="with what the encoders write and the golden cases")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlp-seeds-") as seeds:
        if options.seeds:
            all_seeds(seeds)
        for target in options.targets or fuzz.TARGETS:
            grown = os.path.join(fuzz.ROOT, "build/campaign/fuzz", target, "corpus")
            shrink(target, [grown, os.path.join(seeds, target)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
