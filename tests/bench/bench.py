#!/usr/bin/env python3
"""Measures mlpd against ninja, and against limits of its own, on this machine, in one run.

Rates are tasks a second of the whole command, from its start to its exit; each pair is taken in turn and
the median is shown. Only the ratios travel from machine to machine.
"""

import argparse
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import graphs


class Daemon:
    """A daemon with a data folder of its own, used through mlpctl."""

    def __init__(self, bin_folder, folder):
        self.folder = folder
        self.mlpctl = os.path.join(bin_folder, "mlpctl")
        self.data = os.path.join(folder, "data")
        self.environment = dict(os.environ, MLP_DATA=self.data)
        self.call("up", "--listen", "127.0.0.1:0")
        with open(os.path.join(self.data, "endpoint"), encoding="utf-8") as file:
            self.address = file.read().strip()
        with open(os.path.join(self.data, "token"), encoding="utf-8") as file:
            self.token = file.read().strip()
        self.pid = self.get("status")["pid"]
        self.salt = 0

    def call(self, *arguments, check=True):
        done = subprocess.run([self.mlpctl, *arguments], env=self.environment, capture_output=True, text=True,
                              check=False)
        if check and done.returncode != 0:
            sys.exit(f"bench: mlpctl {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def get(self, path):
        address = self.address if self.address.startswith("http") else "http://" + self.address
        request = urllib.request.Request(f"{address}/api/v1/{path}", headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def pipeline(self, name, text):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        open(os.path.join(folder, "mlp.toml"), "w", encoding="utf-8").close()
        path = os.path.join(folder, "bench.mlp")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self, path, fresh=True):
        """Seconds of one `mlpctl run`; a fresh one shares no key with those before."""
        self.salt += fresh
        start = time.monotonic()
        self.call("run", "--quiet", path, "--set", f"salt={self.salt}")
        return time.monotonic() - start

    def memory(self, peak=False):
        """Resident bytes of mlpd, now or at its highest."""
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            for line in file:
                if line.startswith("VmHWM:" if peak else "VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise RuntimeError("mlpd is gone")

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def down(self):
        self.call("down", "--kill", check=False)


class Report:
    def __init__(self, as_json):
        self.as_json = as_json

    def line(self, name, value, unit, yardstick, ratio):
        if self.as_json:
            print(json.dumps({"name": name, "value": round(value, 6), "unit": unit, "yardstick": yardstick,
                              "ratio": round(ratio, 4)}), flush=True)
        else:
            print(f"{name:20} {value:12.4g} {unit:12} {ratio:8.3f} of {yardstick}", flush=True)


def ninja_seconds(folder, name, number, edges):
    place = os.path.join(folder, f"ninja-{name}-{number}")
    graphs.ninja(place, edges)
    start = time.monotonic()
    subprocess.run(["ninja", "-C", place, "--quiet", "-j", str(os.cpu_count())], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def measure_shape(daemon, report, name, text, edges, rounds):
    """The rate of one graph, mlpd and ninja in turn."""
    path = daemon.pipeline(name, text)
    count = len(edges)
    ours, theirs = [], []
    for number in range(rounds):
        theirs.append(count / ninja_seconds(daemon.folder, name, number, edges))
        ours.append(count / daemon.run(path))
    value = statistics.median(ours)
    report.line(name, value, "tasks/s", "ninja", value / statistics.median(theirs))
    return path


def measure_gap(daemon, report, count):
    """Between the end of a task of the chain and the start of the next, as recorded by the daemon."""
    run = daemon.get("runs?limit=1")["runs"][0]["id"]
    found, after = [], ""
    while True:
        page = daemon.get(f"runs/{run}/task-runs?limit=1000{after}")
        found += page["task_runs"]
        if not page.get("next_after"):
            break
        after = "&after=" + urllib.request.quote(str(page["next_after"]))
    moment = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000
    spans = sorted((moment(t["started"]), moment(t["ended"])) for t in found if t["started"])
    gaps = [following[0] - before[1] for before, following in zip(spans, spans[1:])]
    assert len(gaps) == count - 1, f"{len(gaps)} gaps in a chain of {count}"
    value = statistics.median(gaps)
    report.line("chain-gap", value, "ms", "limit", value / 5)


def measure_noop(daemon, report, path, rounds):
    value = statistics.median(daemon.run(path, fresh=False) for _ in range(rounds))
    report.line("noop-10000", value, "s", "limit", value / 1)


def measure_plan(bin_folder, folder, report, rounds):
    daemon = Daemon(bin_folder, os.path.join(folder, "plan"))
    try:
        path = daemon.pipeline("million", graphs.independent(1_000_000))
        seconds = []
        for _ in range(rounds):
            start = time.monotonic()
            daemon.call("plan", path, "--set", "salt=1")
            seconds.append(time.monotonic() - start)
        value = statistics.median(seconds)
        report.line("plan-1000000", value, "s", "limit", value / 2)
        value = daemon.memory(peak=True) / 1e6
        report.line("plan-memory", value, "MB", "limit", value / 300)
    finally:
        daemon.down()


def measure_waiting(bin_folder, folder, report, count=100_000):
    daemon = Daemon(bin_folder, os.path.join(folder, "waiting"))
    try:
        before = daemon.memory()
        path = daemon.pipeline("waiting", graphs.waiting(count))
        daemon.call("run", "--detach", path)
        settled = 0
        known = 0
        while settled < 5:
            time.sleep(0.2)
            counts = daemon.get("runs?limit=1")["runs"][0]["counts"]
            settled = settled + 1 if counts["total"] > count and daemon.memory() == known else 0
            known = daemon.memory()
        value = (known - before) / count
        report.line("waiting-memory", value, "B", "limit", value / 2048)
    finally:
        daemon.down()


def measure_idle(bin_folder, folder, report, seconds=10):
    daemon = Daemon(bin_folder, os.path.join(folder, "idle"))
    try:
        before = daemon.cpu_seconds()
        time.sleep(seconds)
        share = (daemon.cpu_seconds() - before) / seconds * 100
        value = daemon.memory() / 1e6
        report.line("idle-memory", value, "MB", "limit", value / 40)
        # One tick of the kernel's accounting is the least that can be seen.
        report.line("idle-cpu", share, "%", "limit", share / (100 / os.sysconf("SC_CLK_TCK") / seconds))
    finally:
        daemon.down()


class Restart:
    """Starts and ends of a daemon on copies of one data folder, as a killed one left it."""

    def __init__(self, bin_folder, folder, *store):
        self.bin_folder, self.folder = bin_folder, folder
        self.original = os.path.join(folder, "original")
        subprocess.run([os.path.join(bin_folder, "make_store"), self.original, *map(str, store)], check=True)

    def measure(self):
        """Seconds from the start of mlpd to its first answer, of a further `mlpctl down` and `mlpctl up`."""
        data = os.path.join(self.folder, "data")
        shutil.copytree(self.original, data)
        words = {"env": dict(os.environ, MLP_DATA=data, MLP_LISTEN="127.0.0.1:0"), "stdout": subprocess.DEVNULL,
                 "stderr": subprocess.DEVNULL}
        mlpctl = os.path.join(self.bin_folder, "mlpctl")
        begin = time.monotonic()
        daemon = subprocess.Popen([os.path.join(self.bin_folder, "mlpd")], **words)
        try:
            while not self.is_answering(data):
                if daemon.poll() is not None:
                    sys.exit(f"bench: mlpd ended with {daemon.returncode}")
                time.sleep(0.001)
            ready = time.monotonic() - begin
            begin = time.monotonic()
            subprocess.run([mlpctl, "down", "--kill"], check=True, **words)
            down = time.monotonic() - begin
            daemon.wait()
            begin = time.monotonic()
            subprocess.run([mlpctl, "up"], check=True, **words)
            return ready, down, time.monotonic() - begin
        finally:
            subprocess.run([mlpctl, "down", "--kill"], check=False, **words)
            daemon.wait()
            shutil.rmtree(data)

    @staticmethod
    def is_answering(data):
        try:
            with open(os.path.join(data, "endpoint"), encoding="utf-8") as file:
                address = file.read().strip()
            with open(os.path.join(data, "token"), encoding="utf-8") as file:
                token = file.read().strip()
            request = urllib.request.Request(f"http://{address}/api/v1/status",
                                             headers={"Authorization": "Bearer " + token})
            with urllib.request.urlopen(request):
                return True
        except (OSError, ValueError):
            return False


def measure_restart(bin_folder, folder, report, rounds):
    """With 100,000 task runs in the store: of many runs, of one, and of one that goes on."""
    for name, store in (("restart-many", (1000, 100)), ("restart-one", (1, 100_000)),
                        ("restart-half", (1, 100_000, 50_000))):
        place = os.path.join(folder, name)
        os.makedirs(place)
        restart = Restart(bin_folder, place, *store)
        times = [restart.measure() for _ in range(rounds)]
        for what, seconds in zip(("", "-down", "-up"), zip(*times)):
            value = statistics.median(seconds)
            report.line(name + what, value, "s", "limit", value / 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin", help="folder of mlpd and mlpctl")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of each measurement (default 3)")
    parser.add_argument("--only", default="", help="names that start so")
    options = parser.parse_args()
    if shutil.which("ninja") is None:
        sys.exit("bench: ninja is the yardstick and is missing: apt-get install ninja-build")
    report = Report(options.json)
    wants = lambda name: name.startswith(options.only)
    with tempfile.TemporaryDirectory(prefix="mlp-bench-") as folder:
        if any(map(wants, ("independent-10000", "noop-10000", "chain-1000", "layers-10000", "fan-10000"))):
            daemon = Daemon(options.bin, os.path.join(folder, "shapes"))
            try:
                if wants("independent-10000") or wants("noop-10000"):
                    path = measure_shape(daemon, report, "independent-10000", graphs.independent(10_000),
                                         graphs.independent_edges(10_000), options.rounds)
                    measure_noop(daemon, report, path, options.rounds)
                if wants("chain-1000"):
                    measure_shape(daemon, report, "chain-1000", graphs.chain(1000), graphs.chain_edges(1000),
                                  options.rounds)
                    measure_gap(daemon, report, 1000)
                if wants("layers-10000"):
                    measure_shape(daemon, report, "layers-10000", graphs.layers(10, 1000),
                                  graphs.layers_edges(10, 1000), options.rounds)
                if wants("fan-10000"):
                    measure_shape(daemon, report, "fan-10000", graphs.fan(10_000), graphs.fan_edges(10_000),
                                  options.rounds)
            finally:
                daemon.down()
        if wants("plan-1000000") or wants("plan-memory"):
            measure_plan(options.bin, folder, report, options.rounds)
        if wants("waiting-memory"):
            measure_waiting(options.bin, folder, report)
        if wants("restart"):
            measure_restart(options.bin, folder, report, options.rounds)
        if wants("idle-memory") or wants("idle-cpu"):
            measure_idle(options.bin, folder, report)


if __name__ == "__main__":
    main()
