"""One data folder with a real mlpd that a test starts, kills and starts again, and a client that
asks until it is answered, as the users of a daemon do that may die at any moment.

Knows no pipeline and judges nothing.
"""

import hashlib
import http.client
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import harness  # noqa: E402

RUNNER = os.path.join(harness.BIN, "mlp-runner")
PATIENCE = 60  # seconds until something that must come about counts as hung
LOOK_AGAIN = 0.003  # seconds
# Arms the first runner that it starts and no other, so that a dead one is followed by a sound one.
RUNNER_SCRIPT = f'''#!/bin/sh
unset MLP_CRASH_AT
if [ -n "$MLP_TEST_RUNNER_POINT" ] && mkdir "$MLP_TEST_ONCE" 2>/dev/null; then
  export MLP_CRASH_AT="$MLP_TEST_RUNNER_POINT"
fi
exec "{RUNNER}" "$@"
'''


class Finding(AssertionError):
    """A promise that was not kept."""


class Over(Exception):
    """The client was told to end while it asked."""


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Answer:
    def __init__(self, status, body):
        self.status, self.body = status, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Client:
    """One connection at a time. Each request is repeated until the daemon answers it: every call of
    the API may be."""

    def __init__(self, world, is_over=lambda: False):
        self.world, self.is_over = world, is_over
        self.connection = None
        self.endpoint = None

    def once(self, method, path, body=None, headers=None):
        """One try; raises OSError or HTTPException when there is no whole answer."""
        endpoint = self.world.endpoint()
        if self.connection is None or endpoint != self.endpoint:
            self.close()
            host, port = endpoint.rsplit(":", 1)
            self.connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
            self.endpoint = endpoint
        try:
            self.connection.request(method, path, body, {**self.world.credentials(), **(headers or {})})
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def ask(self, method, path, body=None, headers=None):
        """Until it is answered with something other than "try again"."""
        end = time.monotonic() + 2 * PATIENCE
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        while not self.is_over():
            self.world.look_after()
            try:
                answer = self.once(method, path, body, headers)
                if answer.status not in (503, 507):
                    return answer
            except (OSError, http.client.HTTPException):
                pass
            if time.monotonic() > end:
                raise Finding(f"{method} {path} was not answered in {2 * PATIENCE} s")
            time.sleep(LOOK_AGAIN)
        return None

    def get(self, path):
        """A document that must be there; None when the client is over."""
        answer = self.ask("GET", path)
        if answer is None:
            raise Over()
        if answer.status != 200:
            raise Finding(f"GET {path} was answered with {answer}")
        return answer.json

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    # ---- what users do ----------------------------------------------------------------------------

    def upload(self, contents):
        """Sends a project (path to bytes) as mlpctl does; the snapshot's digest. Whatever was
        acknowledged on the way is noted in the world."""
        entries = [{"path": path, "digest": sha256(data), "size": len(data), "executable": False}
                   for path, data in sorted(contents.items())]
        by_digest = {sha256(data): data for data in contents.values()}
        while True:
            answer = self.ask("POST", "/api/v1/snapshots", {"manifest": entries})
            if answer is None:
                raise Over()
            if answer.status != 200:
                raise Finding(f"the manifest was refused: {answer}")
            if not answer.json["missing"]:
                self.world.acknowledged_snapshots[answer.json["snapshot"]] = entries
                return answer.json["snapshot"]
            self.send_objects([by_digest[digest] for digest in answer.json["missing"]])

    def send_objects(self, contents):
        small = [data for data in contents if len(data) <= 1 << 20]
        frames = b"".join(bytes.fromhex(sha256(data)) + struct.pack(">Q", len(data)) + data for data in small)
        sent = [("POST", "/api/v1/objects", frames)] if small else []
        sent += [("PUT", f"/api/v1/objects/{sha256(data)}", data) for data in contents if len(data) > 1 << 20]
        for words in sent:
            answer = self.ask(*words)
            if answer is None:
                raise Over()
            if answer.status not in (200, 201):
                raise Finding(f"objects were refused: {answer}")

    @staticmethod
    def wish(snapshot, path, pipeline, arguments, key, retry_of=None):
        wish = {"snapshot": snapshot, "path": path, "pipeline": pipeline, "arguments": arguments, "client_key": key}
        return {**wish, "retry_of": retry_of} if retry_of else wish

    def submit(self, snapshot, path, pipeline, arguments, key, retry_of=None):
        wish = self.wish(snapshot, path, pipeline, arguments, key, retry_of)
        answer = self.ask("POST", "/api/v1/runs", wish)
        if answer is None:
            raise Over()
        if answer.status not in (200, 201):
            raise Finding(f"a run was refused: {answer}")
        return answer.json["run"]

    def run(self, run):
        return self.get(f"/api/v1/runs/{run}")

    def task_run_names(self, run):
        names, after = [], ""
        while True:
            page = self.get(f"/api/v1/runs/{run}/task-runs?limit=1000{after}")
            names += [task_run["name"] for task_run in page["task_runs"]]
            if not page.get("next_after"):
                return names
            after = f"&after={page['next_after']}"

    def task_runs(self, run):
        """All of them, with their attempts."""
        return [self.task_run(name) for name in self.task_run_names(run)]

    def task_run(self, name):
        run, rest = name.split("/", 1)
        return self.get(f"/api/v1/runs/{run}/task-runs/{rest.replace('[', '%5B').replace(']', '%5D')}")


class World(harness.Home):
    def __init__(self, logs_points=False):
        super().__init__()
        self.logs_points = logs_points
        self.env.pop("MLP_LISTEN")
        self.daemon = None
        self.lock = threading.RLock()
        self.restarts_by_itself = True  # look_after() starts a dead daemon again
        self.lives = 0
        self.armed = ("", 0)  # a point, and the life that was started with it
        self.unasked_deaths = []  # (life, return code) of daemons nobody here killed
        self.acknowledged_snapshots = {}
        self.runner_script = os.path.join(self.folder, "runner.sh")
        with open(self.runner_script, "w", encoding="utf-8") as file:
            file.write(RUNNER_SCRIPT)
        os.chmod(self.runner_script, 0o755)
        self.token = ""
        self.last_start = 0.0

    def reached_log(self, life):
        return os.path.join(self.folder, f"reached.{life}")

    def reached(self, life):
        """Crash points that processes started in this life reached, in order."""
        try:
            with open(self.reached_log(life), encoding="utf-8") as file:
                return file.read().split()
        except FileNotFoundError:
            return []

    def has_struck(self):
        """Whether the armed process has come to its point, which was its end."""
        point, life = self.armed
        return bool(point) and (point if ":" in point else f"{point}:1") in self.reached(life)

    # ---- the daemon -------------------------------------------------------------------------------

    def spawn(self, point=""):
        """Starts mlpd and does not wait for it. `point`: where it, or its runner, shall die."""
        self.lives += 1
        self.last_start = time.monotonic()
        env = dict(self.env)
        is_runners = point.startswith("runner.")
        if self.logs_points:
            env["MLP_CRASH_LOG"] = self.reached_log(self.lives)
        if point and not is_runners:
            env["MLP_CRASH_AT"] = point
        words = [harness.MLPD, "--data", self.data, "--listen", "127.0.0.1:0", "--cpus", "2",
                 "--store-ballast", "1MiB", "--store-min-free", "1MiB",
                 "--log-file", os.path.join(self.folder, "mlpd.log")]
        if is_runners:
            env["MLP_TEST_RUNNER_POINT"] = point
            env["MLP_TEST_ONCE"] = os.path.join(self.folder, "struck")
            words += ["--runner", self.runner_script]
        endpoint = os.path.join(self.data, "endpoint")
        if os.path.exists(endpoint):
            os.unlink(endpoint)
        with open(os.path.join(self.folder, "mlpd.err"), "ab") as errors:
            self.daemon = subprocess.Popen(words, env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=errors,
                                           stderr=errors)

    def start(self, point="", is_aim=True):
        """Until it serves; one that dies on the way is followed by a sound one. `is_aim`: to die
        there is what the world is for (has_struck)."""
        with self.lock:
            if point and is_aim:
                self.armed = (point, self.lives + 1)
            self.spawn(point)
            self.wait_until_it_serves()

    def wait_until_it_serves(self):
        end = time.monotonic() + PATIENCE
        while not self.endpoint_or_none():
            self.look_after()
            if time.monotonic() > end:
                raise Finding(f"mlpd did not serve within {PATIENCE} s of its start\n{self.log()}")
            time.sleep(LOOK_AGAIN)

    def look_after(self):
        """A daemon that has died is started again, without any point armed."""
        with self.lock:
            if not self.restarts_by_itself or self.daemon is None or self.daemon.poll() is None:
                return
            self.unasked_deaths.append((self.lives, self.daemon.returncode))
            self.spawn()
            self.wait_until_it_serves()

    def kill_daemon(self):
        """kill -9, and no restart."""
        with self.lock:
            if self.daemon is not None:
                self.daemon.kill()
                self.daemon.wait()
            self.daemon = None

    def shut_down(self, client, mode="kill"):
        """Until the daemon and its runner have ended, however often they die on the way."""
        end = time.monotonic() + PATIENCE
        while True:
            if self.daemon.poll() is None:
                try:
                    client.once("POST", "/api/v1/shutdown", json.dumps({"mode": mode}))
                except (OSError, http.client.HTTPException):
                    pass
                harness.settle(lambda: self.daemon.poll() is not None, 15)
            if self.daemon.poll() == 0:
                break
            if time.monotonic() > end:
                raise Finding(f"mlpd does not end\n{self.log()}")
            self.look_after()
        client.close()
        self.daemon = None

    def endpoint_or_none(self):
        try:
            with open(os.path.join(self.data, "endpoint"), encoding="utf-8") as file:
                text = file.read().strip()
            if not self.token:
                with open(os.path.join(self.data, "token"), encoding="utf-8") as file:
                    self.token = file.read().strip()
            return text
        except FileNotFoundError:
            return ""

    def endpoint(self):
        text = self.endpoint_or_none()
        if not text:
            raise ConnectionError("there is no endpoint")
        return text

    def credentials(self):
        return {"Authorization": f"Bearer {self.token}"}

    @staticmethod
    def copy_store(source, target):
        """The store and the mark of what was acknowledged, from one folder into another."""
        shutil.rmtree(os.path.join(target, "store"), ignore_errors=True)
        shutil.copytree(os.path.join(source, "store"), os.path.join(target, "store"))
        shutil.copy(os.path.join(source, "synced"), target)

    # ---- processes --------------------------------------------------------------------------------

    def runner_pid(self):
        try:
            with open(os.path.join(self.data, "runner.lock"), encoding="utf-8") as file:
                return json.load(file)["pid"]
        except (OSError, ValueError):
            return 0

    def kill_runner(self):
        pid = self.runner_pid()
        return pid > 0 and self.kill_ours(pid)

    def kill_ours(self, pid):
        """kill -9, where it is still a process of this world."""
        if pid not in self.processes():
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def processes(self):
        """Also those known by their environment alone: HOME of an attempt lies in the data folder."""
        found = set(super().processes())
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if self.folder.encode() in file.read() and int(pid) != os.getpid():
                        found.add(int(pid))
            except OSError:
                continue
        return sorted(found)

    def task_pids(self):
        """Processes of attempts."""
        found = []
        for pid in self.processes():
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if b"MLP_RUNNER=" in file.read():
                        found.append(pid)
            except OSError:
                continue
        return found

    def log(self):
        text = ""
        for name in ("mlpd.log", "mlpd.err"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    text += file.read()[-3000:]
        return text

    def close(self):
        self.restarts_by_itself = False
        self.kill_daemon()
        for _ in range(100):
            left = self.processes()
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if not left:
                break
            time.sleep(0.01)
        shutil.rmtree(self.folder, ignore_errors=True)
