"""Starts real mlpd, mlp-runner and mlpctl for a test, in a folder and on a port of their own.

A test takes a `Home`: its own data, home and project folders; at its end the daemon is ended and no
process may be left.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BIN = os.environ.get("MLP_BIN", os.path.join(os.path.dirname(__file__), "../../build/release/bin"))
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
MLPCTL = os.path.join(BIN, "mlpctl")
MLPD = os.path.join(BIN, "mlpd")
LIMIT = 60  # seconds one command may take

OK, RUN_FAILED, USAGE, SOURCE_ERROR, NOT_FOUND, DENIED, UNREACHABLE, CONFLICT = 0, 1, 2, 3, 4, 5, 6, 7


class Result:
    """What a command wrote and ended with."""

    def __init__(self, words, code, out, err):
        self.words, self.code, self.out, self.err = words, code, out, err

    def __str__(self):
        return f"$ mlpctl {' '.join(self.words)}\n[{self.code}]\n--- out\n{self.out}\n--- err\n{self.err}"

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self):
        """The last line of a run."""
        return [line for line in self.out.splitlines() if line.startswith("run ")][-1]

    @property
    def results(self):
        pairs = [line.split(" = ", 1) for line in self.out.splitlines() if " = " in line]
        return dict(pairs)


class Home:
    def __init__(self):
        # The runner's socket and a long path are tried elsewhere.
        self.folder = tempfile.mkdtemp(prefix="mlp-e2e-")
        self.data = os.path.join(self.folder, "data")
        self.project = os.path.join(self.folder, "project")
        os.makedirs(self.project)
        self.write("mlp.toml", "")
        keep = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "UV_INDEX_URL",
                "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
                "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
        self.env = {name: os.environ[name] for name in keep if name in os.environ}
        self.env.update(HOME=self.folder, MLP_DATA=self.data, MLP_LISTEN="127.0.0.1:0",
                        XDG_CACHE_HOME=os.path.join(self.folder, "cache"))

    def write(self, path, text, mode=0o644):
        whole = os.path.join(self.project, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(whole, mode)
        return whole

    def ctl(self, *words, expect=OK, env=None, limit=LIMIT, cwd=None):
        """Runs mlpctl to its end; `expect` is the exit code it must have, None for any."""
        done = subprocess.run([MLPCTL, *words], cwd=cwd or self.project, env={**self.env, **(env or {})},
                              capture_output=True, timeout=limit, stdin=subprocess.DEVNULL)
        result = Result(list(words), done.returncode, done.stdout.decode("utf-8", "replace"),
                        done.stderr.decode("utf-8", "replace"))
        if expect is not None and result.code != expect:
            raise AssertionError(f"expected exit code {expect}\n{result}\n--- mlpd.log\n{self.log()}")
        return result

    def start(self, *words):
        """mlpctl in the background, its output in pipes."""
        return subprocess.Popen([MLPCTL, *words], cwd=self.project, env=self.env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def log(self):
        path = os.path.join(self.data, "mlpd.log")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def daemon_pid(self):
        return self.ctl("status", "--json").json["pid"]

    def states(self, run):
        """State of each task run of a run, "ran" and "cached" for those that are done."""
        words = {"hit": "cached", "ran": "ran"}
        task_runs = self.ctl("show", str(run), "--json", "-v").json["task_runs"]
        return {t["name"].split("/", 1)[1]: words.get(t["source"]) or t["state"] for t in task_runs}

    def processes(self):
        """Pids of this user's processes that know this home's folder by their words or their working folder."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().decode("utf-8", "replace")
                place = os.readlink(f"/proc/{pid}/cwd")
            except OSError:
                continue
            if int(pid) != os.getpid() and (self.folder in words or place.startswith(self.folder)):
                found.append(int(pid))
        return found

    def close(self):
        try:
            self.ctl("down", "--kill", expect=None, limit=30)
            if not settle(lambda: not self.processes(), 10):
                raise AssertionError(f"processes are left: {self.processes()}")
        finally:
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)
            shutil.rmtree(self.folder, ignore_errors=True)


def settle(condition, seconds=20):
    """Waits for a condition of the world outside; true when it came about in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


class HomeTest(unittest.TestCase):
    """A test with a home of its own."""

    maxDiff = None

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)

    def copy_example(self, name):
        shutil.rmtree(self.home.project)
        shutil.copytree(os.path.join(ROOT, "examples", name), self.home.project)

    def wait_for(self, condition, what, seconds=20):
        self.assertTrue(settle(condition, seconds), f"did not come about: {what}\n{self.home.log()}")
