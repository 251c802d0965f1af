"""A daemon under attack: a real mlpd with attackers in processes of their own, measured all the while.

`Siege.attack()` is one attack from its beginning to the time after it, with everything that must hold; it gives the
figures of it. It knows nothing of single attacks (attacks.py) and nothing of how samples are taken (meter.py).
"""

import asyncio
import gc
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
sys.path.insert(0, HERE)

import attacks  # noqa: E402
import meter  # noqa: E402
from harness import Home, settle  # noqa: E402

MOST_GROWTH = 64 << 20  # resident bytes above idle, at any moment
MOST_STATUS_MS = 50  # of mlpd's own making
LANDING = 60  # seconds an attack has for its full weight on a loaded machine
RECOVERY = 90  # seconds after which nothing may be left of an attack; longer than any time limit of the server
LEFT_GROWTH = 24 << 20  # resident bytes that may stay: caches of the store, filled by legitimate work
LEFT_FILES = 16  # files of the store that were opened meanwhile

PIPELINE = '''task greet(name: string) -> (text: string at stdout) {
  cache off
  run "echo hello $MLP_INPUT_NAME"
}

task chatter(go_on: string) -> (text: string at stdout) {
  cache off
  run """
    while [ ! -e "$MLP_INPUT_GO_ON" ]; do seq 1 20000 >&2; sleep 0.05; done
    echo the last line >&2
    echo done
  """
}

task tick(n: int) -> (out: int at stdout) {
  cache off
  run "echo $MLP_INPUT_N"
}

task square(n: int) -> (out: int at stdout) {
  run "echo $((MLP_INPUT_N * MLP_INPUT_N))"
}

pipeline squares() -> int {
  all = for n in range(0, 400) { square(n) }
  return sum(for s in all { s.out })
}

task shout() -> (text: string at stdout) {
  cache off
  run "head -c 100000000 /dev/zero | tr '\\\\0' x >&2; echo done"
}

pipeline endless_line() -> string { return shout().text }
pipeline hello(name: string = "you") -> string { return greet(name).text }
pipeline talk(go_on: string) -> string { return chatter(go_on).text }
pipeline ticks(count: int = 200) -> int {
  all = for n in range(0, count) { tick(n) }
  return sum(for t in all { t.out })
}
'''


def raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def carry_out(name, words, landed):
    """The body of an attacking process."""
    gc.disable()
    target = attacks.Target(*words[:2], landed.set, *words[2:])
    asyncio.run(getattr(attacks, name)(target))


class Attackers:
    """with Attackers(…): the attack's full weight is on the daemon; ended at the end."""

    def __init__(self, name, address, token, count, path=""):
        self.landed = meter.CONTEXT.Event()
        words = (name, (address, token, count, path), self.landed)
        self.process = meter.CONTEXT.Process(target=carry_out, args=words, daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.was_alive = self.process.is_alive()
        self.process.kill()
        self.process.join()


class Siege:
    def __init__(self):
        raise_file_limit()
        self.home = Home()
        self.home.write("hostile.mlp", PIPELINE)
        self.home.ctl("up")
        status = self.home.ctl("status", "--json").json
        self.pid, self.address = status["pid"], status["address"]
        with open(os.path.join(self.home.data, "token"), encoding="ascii") as file:
            self.token = file.read().strip()
        if wrong := self.submit_one():
            raise AssertionError(wrong[0])
        self.settle_down()

    def close(self):
        self.home.close()

    def settle_down(self):
        """Idle: what mlpd is compared with from now on."""
        time.sleep(0.3)
        meter.reset_peak(self.pid)
        self.idle = meter.memory_of(self.pid)[0]
        self.files = meter.count_files(self.pid)
        self.threads = meter.count_threads(self.pid)

    def submit_one(self):
        """What a legitimate user wants: a run that goes through. Says what is wrong, if anything."""
        try:
            out = self.home.ctl("run", "hostile.mlp", "hello", "--set", "name=world").out
        except (AssertionError, subprocess.TimeoutExpired) as error:
            return [f"a run did not go through: {error}"]
        return [] if "hello world" in out else [f"a run ended otherwise: {out}"]

    def chunks(self, path):
        """The chunks of an answer, as they were sent."""
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
        host, port = self.address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=60) as client:
            client.sendall((head + "Accept: application/x-ndjson\r\nConnection: close\r\n\r\n").encode())
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        rest = answer.split(b"\r\n\r\n", 1)[1]
        found = []
        while rest:
            size, rest = rest.split(b"\r\n", 1)
            count = int(size, 16)
            found.append(rest[:count])
            rest = rest[count + 2:]
        return found

    def submission(self):
        """What a client sends to submit: taken from a run that was."""
        run = self.home.ctl("runs", "--json").json["runs"][-1]
        return {"snapshot": run["snapshot"], "path": run["path"], "pipeline": "hello", "arguments": {"name": "all"}}

    def talking(self):
        return Talk(self)

    def start_many(self, count):
        return ManyTaskRuns(self, count)

    def run_many(self, count):
        many = self.start_many(count)
        many.wait()
        return many.run

    def attack(self, name, count, seconds, path="", meanwhile=None):
        """Attacks for a while after its full weight has landed, submits a run meanwhile, waits for all to be over."""
        meter.reset_peak(self.pid)
        with meter.Meter(self.address, self.token, self.pid) as measured:
            with Attackers(name, self.address, self.token, count, path) as attackers:
                has_landed = attackers.landed.wait(LANDING)
                end = time.monotonic() + seconds
                unserved = self.submit_one()
                if meanwhile:
                    meanwhile()
                attackers.process.join(max(0.0, end - time.monotonic()))
            time.sleep(0.3)
        peak = meter.memory_of(self.pid)[1]
        figures = {"attack": name, "count": count, "idle_mb": round(self.idle / 1e6, 1),
                   "growth_mb": round((peak - self.idle) / 1e6, 1), **measured.figures()}
        wrong = measured.failures[:3] + unserved
        if not has_landed:
            wrong.append("the attack never reached its full weight")
        if not attackers.was_alive:
            wrong.append("the attackers' process ended before its time: see above")
        if peak - self.idle > MOST_GROWTH:
            wrong.append(f"mlpd grew by {(peak - self.idle) >> 20} MiB over idle")
        if figures["own_max_ms"] > MOST_STATUS_MS:
            wrong.append(f"status took {figures['own_max_ms']:.0f} ms of mlpd's own making")
        wrong += self.what_is_left()
        figures["left_mb"] = round((meter.memory_of(self.pid)[0] - self.idle) / 1e6, 1)
        figures["wrong"] = wrong
        return figures

    def what_is_left(self):
        def leak():
            found = []
            files, threads = meter.count_files(self.pid), meter.count_threads(self.pid)
            memory = meter.memory_of(self.pid)[0]
            if files > self.files + LEFT_FILES:
                found.append(f"{files} open files, {self.files} before")
            if threads > self.threads:
                found.append(f"{threads} threads, {self.threads} before")
            if memory > self.idle + LEFT_GROWTH:
                found.append(f"{memory >> 20} MiB resident, {self.idle >> 20} MiB before")
            return found
        settle(lambda: not leak(), RECOVERY)
        return [f"left behind: {what}" for what in leak()]


class Talk:
    """A task that writes 2 MB a second into its log, and a follower that reads all of it."""

    def __init__(self, siege):
        self.siege, self.home = siege, siege.home
        self.go_on = os.path.join(siege.home.folder, "enough")

    def __enter__(self):
        self.run = self.home.start("run", "hostile.mlp", "talk", "--set", "go_on=" + self.go_on)
        if not settle(self.find_attempt):
            raise AssertionError("the task that talks did not start")
        self.ear = self.home.start("logs", self.task_run, "-f")
        self.read = threading.Thread(target=self.listen)
        self.read.start()
        return self

    def listen(self):
        self.heard = sum(len(line) for line in self.ear.stdout)

    def find_attempt(self):
        for run in self.home.ctl("runs", "--json").json["runs"]:
            if run["pipeline"] != "talk" or run["state"] != "running":
                continue
            task_runs = self.home.ctl("show", str(run["id"]), "--json", "-v").json["task_runs"]
            if task_runs and task_runs[0]["state"] == "running":
                self.task_run = task_runs[0]["name"]
                self.attempt = task_runs[0]["attempts"][-1]
                return True
        return False

    def end(self):
        with open(self.go_on, "w", encoding="ascii"):
            pass

    def __exit__(self, *_):
        self.end()
        self.run.communicate(timeout=60)
        self.read.join(60)
        self.ear.communicate(timeout=60)

    def said(self):
        return len(self.home.ctl("logs", self.task_run).out)


class ManyTaskRuns:
    """A run of many tasks that goes on in the background."""

    def __init__(self, siege, count):
        self.process = siege.home.start("run", "hostile.mlp", "ticks", "--set", f"count={count}", "--json")
        self.run = json.loads(self.process.stdout.readline())["run"]

    def wait(self):
        out, _ = self.process.communicate(timeout=120)
        events = [json.loads(line) for line in out.splitlines()]
        done = {event["task_run"] for event in events if event.get("state") == "done"}
        self.ended = len(done)


def print_figures(figures):
    print(json.dumps(figures), flush=True)
