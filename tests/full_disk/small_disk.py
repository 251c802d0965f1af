"""A small file system in memory, filled to its last byte and its last name, and freed; a daemon on it.

Needs the right to mount: why_not() says what is missing.
"""

import contextlib
import ctypes
import http.client
import json
import os
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(ROOT, "tests/e2e"))
os.environ.setdefault("MLP_BIN", os.path.join(ROOT, "build/release/bin"))

from harness import Home, settle  # noqa: E402  (its folder is known only now)

LIBC = ctypes.CDLL(None, use_errno=True)
SIZE, NAMES = 64 << 20, 3000  # bytes, files
MNT_DETACH = 2


def mount(folder, size):
    options = f"size={size},nr_inodes={NAMES},mode=0700".encode()
    return LIBC.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, options) == 0


def why_not():
    """Why no small disk can be mounted here, or nothing."""
    with tempfile.TemporaryDirectory(prefix="mlp-mount-") as folder:
        if not mount(folder, SIZE):
            return f"may not mount a file system here ({os.strerror(ctypes.get_errno())})"
        LIBC.umount2(folder.encode(), MNT_DETACH)
    return ""


@contextlib.contextmanager
def changed(path, place):
    """A bit of a file is another meanwhile. It is changed in place, which a full disk lets one do."""
    def flip():
        with open(path, "r+b", buffering=0) as file:
            byte = os.pread(file.fileno(), 1, place)[0]
            os.pwrite(file.fileno(), bytes([byte ^ 1]), place)
    flip()
    try:
        yield
    finally:
        flip()


@contextlib.contextmanager
def moved_away(path):
    os.rename(path, path + ".away")
    yield
    os.rename(path + ".away", path)


class SmallDisk:
    def __init__(self, folder, size):
        self.folder = folder
        self.filler = os.path.join(folder, "filler")
        os.makedirs(folder)
        if not mount(folder, size):
            raise OSError(ctypes.get_errno(), "cannot mount")

    def fill(self):
        """Not a byte and not a name is left, but what the ballast then gives back."""
        self.fill_bytes()
        os.makedirs(self.filler + "-names", exist_ok=True)
        try:
            for number in range(len(os.listdir(self.filler + "-names")), NAMES):
                os.close(os.open(os.path.join(self.filler + "-names", str(number)), os.O_CREAT | os.O_WRONLY))
        except OSError:
            pass

    def fill_but(self, room):
        """All but so many bytes."""
        now = os.statvfs(self.folder)
        with open(self.filler, "wb") as file:
            file.write(b"x" * max(0, now.f_bavail * now.f_frsize - room))

    def fill_bytes(self):
        """How many there were."""
        before = os.path.getsize(self.filler) if os.path.exists(self.filler) else 0
        with open(self.filler, "ab", buffering=0) as file:
            for piece in (1 << 20, 4096):
                try:
                    while file.write(b"x" * piece) == piece:
                        pass
                except OSError:
                    pass
        return os.path.getsize(self.filler) - before

    def free(self):
        if os.path.exists(self.filler):
            os.unlink(self.filler)
        names = self.filler + "-names"
        for name in os.listdir(names) if os.path.exists(names) else []:
            os.unlink(os.path.join(names, name))

    def close(self):
        LIBC.umount2(self.folder.encode(), MNT_DETACH)


class Answer:
    def __init__(self, response):
        self.status, self.bytes = response.status, response.read()

    @property
    def json(self):
        return json.loads(self.bytes)

    @property
    def words(self):
        """What an error says."""
        error = self.json["error"]
        return error["code"], error["message"]


class SmallHome(Home):
    """A home whose data folder is on a small disk."""

    def __init__(self, size=SIZE):
        super().__init__()
        self.disk = SmallDisk(self.data, size)
        self.env.update(MLP_STORE_MIN_FREE="1MiB", MLP_STORE_BALLAST="4MiB", MLP_CPUS="4")

    def read(self, name):
        with open(os.path.join(self.data, name), encoding="ascii") as file:
            return file.read().strip()

    def connect(self, limit=30):
        return http.client.HTTPConnection(self.read("endpoint"), timeout=limit)

    def headers(self):
        return {"Authorization": "Bearer " + self.read("token")}

    def ask(self, method, path, body=None, limit=30):
        connection = self.connect(limit)
        try:
            connection.request(method, path, body, self.headers())
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def begin(self, method, path, length):
        """A connection on which a body of so many bytes is to be sent."""
        connection = self.connect()
        connection.putrequest(method, path)
        for name, value in self.headers().items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        return connection

    def get(self, path):
        answer = self.ask("GET", "/api/v1/" + path)
        if answer.status != 200:
            raise AssertionError(f"GET {path}: {answer.status} {answer.bytes[:300]}")
        return answer

    def status(self):
        return self.get("status").json

    def whole_log(self):
        with open(os.path.join(self.data, "mlpd.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def run_state(self, run):
        return self.get(f"runs/{run}").json["state"]

    def wait(self, condition, what, seconds=40):
        if not settle(condition, seconds):
            raise AssertionError(f"did not come about: {what}\n{self.log()}")

    def fill(self):
        """Full, and the daemon knows it."""
        self.disk.fill()
        self.wait(lambda: self.status()["is_read_only"], "read-only mode")

    def close(self):
        try:
            self.disk.free()
            super().close()
        finally:
            self.disk.close()
