"""A data folder with a known history that is damaged again and again, and the verdict on what mlpd makes of it.

The history: runs 1 to 4 stand in the store's tables and its file of values, 5 to 8 in its write-ahead log. All are
acknowledged, so each is there afterwards or is told as lost.
"""

import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(ROOT, "tests/e2e"))
os.environ.setdefault("MLP_BIN", os.path.join(ROOT, "build/release/bin"))

from harness import MLPD, OK, Home, settle  # noqa: E402  (its folder is known only now)

RUNS = set(range(1, 9))
USAGE, REFUSED = 2, 11  # exit codes of mlpd
FINDINGS, UNREACHABLE = 1, 6  # of mlpctl
SOURCE = '''
task make(seed: int) -> (text: File<txt>, big: File<bin>) {
  run "echo ~{seed} > ~{text}; head -c 9000 /dev/urandom | od -A n -x > ~{big}"
}
pipeline made(seed: int) -> (text: File<txt>, big: File<bin>) {
  m = make(seed)
  return (text: m.text, big: m.big)
}
'''


class DamagedStore:
    def __init__(self):
        self.home = Home()
        self.home.write("d.mlp", SOURCE)
        self.store = os.path.join(self.home.data, "store")
        self.older = os.path.join(self.home.folder, "older")
        self.whole = os.path.join(self.home.folder, "whole")
        self.run_some(1, 4)
        self.home.ctl("down")
        shutil.copytree(self.store, self.older)
        self.home.ctl("up")  # what the log held is now in tables
        self.run_some(5, 8)
        os.kill(self.home.daemon_pid(), signal.SIGKILL)
        self.end_all()
        shutil.copytree(self.home.data, self.whole, ignore=shutil.ignore_patterns("*.sock"))

    def close(self):
        self.home.close()

    def run_some(self, first, last):
        for seed in range(first, last + 1):
            self.home.ctl("run", "d.mlp", "--set", f"seed={seed}")

    def end_all(self):
        """Nothing may keep files of a folder that is thrown away."""
        for pid in self.home.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it ended meanwhile
        if not settle(lambda: not self.home.processes()):
            raise AssertionError("processes are left")

    def renew(self):
        """The folder as it was before any damage."""
        self.end_all()
        shutil.rmtree(self.home.data)
        shutil.copytree(self.whole, self.home.data)

    def put_back_older(self):
        shutil.rmtree(self.store)
        shutil.copytree(self.older, self.store)

    def largest(self, pattern):
        """Of the store's files: of several logs or tables the one that has most."""
        return max(glob.glob(os.path.join(self.store, pattern)), key=os.path.getsize)

    def contents(self, *ignored):
        """All that stands under the data folder, to be compared; without the names `ignored`."""
        found = {}
        for place, folders, names in os.walk(self.home.data):
            found[place] = sorted(set(folders + names) - set(ignored))
            for name in set(names) - set(ignored):
                path = os.path.join(place, name)
                with open(path, "rb") as file:
                    found[path] = hashlib.sha256(file.read()).hexdigest(), os.stat(path).st_mtime_ns
        return found

    # ---- what comes of it ----

    def start(self):
        """The exit code and words of an mlpd that does not start; (0, "") of one that does."""
        done = self.home.ctl("up", expect=None)
        if done.code == OK:
            return 0, ""
        process = self.mlpd("--listen", "127.0.0.1:0")
        return process.returncode, process.stderr

    def mlpd(self, *words, **env):
        """Of an mlpd that ends by itself."""
        return subprocess.run([MLPD, "--data", self.home.data, *words], env={**self.home.env, **env},
                              capture_output=True, text=True, timeout=60, check=False)

    def runs_there(self):
        """Numbers of the runs that are listed."""
        return {run["id"] for run in self.home.ctl("runs", "--json").json["runs"]}

    def repair(self):
        """What is lost is named, the rest is there, and the daemon goes on. Returns the runs that are left and what
        the repair said."""
        said = self.home.ctl("fsck", "--repair").out
        self.home.ctl("up")
        there = self.runs_there()
        if not RUNS - there <= named_as_lost(said):
            raise AssertionError(f"runs {RUNS - there} are lost in silence; the repair said:\n{said}")
        for run in sorted(there):
            shown = self.home.ctl("show", str(run), "-v", expect=None)
            lost = re.search(r"the plan of run \d+ cannot be read: object ([0-9a-f]{64}) is missing", shown.err)
            if shown.code != OK and not (lost and f"object {lost[1]}" in said):
                raise AssertionError(f"{shown}\nthe repair said:\n{said}")
        self.home.ctl("run", "d.mlp", "--set", "seed=99")
        self.home.ctl("down")
        checked = self.home.ctl("fsck")
        if "nothing wrong" not in checked.out:
            raise AssertionError(f"after a repair: {checked}")
        return there, said

    def judge(self):
        """After any damage: told apart in a word. Raises where something is lost in silence or cannot be repaired."""
        code, words = self.start()
        if code == 0:
            return self.judge_started()
        if code != REFUSED or "mlpctl fsck --repair" not in words:
            raise AssertionError(f"mlpd ended with {code} and without instructions:\n{words}")
        there, _ = self.repair()
        return "refused, all kept" if there == RUNS else "refused, some lost"

    def judge_started(self):
        """It started: then everything is there, or a check finds what is not."""
        checked = self.home.ctl("fsck", expect=None)
        if checked.code == OK:
            if self.runs_there() != RUNS:
                raise AssertionError(f"only {self.runs_there()} are there, and fsck says {checked.out}")
            for run in RUNS:
                self.home.ctl("show", str(run), "-v")
            self.home.ctl("down")
            return "no harm"
        if checked.code != FINDINGS:
            raise AssertionError(f"a check fails: {checked}")
        self.home.ctl("down")
        self.repair()
        return "found by fsck"


def named_as_lost(said):
    """Runs that the words of a repair name as lost."""
    lost = set()
    for run in RUNS:
        if "No run is there" in said or f"run {run}: " in said:
            lost.add(run)
    for last in re.findall(r"What is there ends with run (\d+)", said):
        lost |= {run for run in RUNS if run > int(last)}
    for ranges in re.findall(r"belonged to them: runs? ([\d, to]+)", said):
        for part in ranges.split(", "):
            first, _, last = part.strip().partition(" to ")
            lost |= set(range(int(first), int(last or first) + 1))
    return lost
