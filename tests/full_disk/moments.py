"""Fifty operations and the moments in them when the disk fills up.

Each is a generator: what it does before the disk is full; `yield`; what it does while it is full; `yield`; what must be
true once there is space again. A name is a sentence that goes on "the disk is full, and …".
"""

import glob
import hashlib
import json
import os
import re
import signal
import time

from harness import OK, settle
from small_disk import SIZE, changed, moved_away

MOMENTS = []
DEGRADED = 9  # exit code of mlpctl

SOURCE = '''
task quick(tag: string) -> (small: File<txt>, n: int at stdout) {
  run "echo ~{tag} > ~{small}; echo 1"
}

task slow(tag: string, go: string) -> (small: File<txt>, large: File<bin>, all: Dir at "all", n: int at stdout) {
  run """
    echo ~{tag} > ~{small}
    head -c 100000 /dev/zero > ~{large}
    echo ~{tag} >> ~{large}
    mkdir -p all/b; echo one > all/a; head -c 50000 /dev/zero > all/b/c; echo ~{tag} >> all/b/c
    seq -f "a line of a long log %g" 2000 >&2
    echo 3
    touch ~{go}.ready
    while [ ! -e ~{go} ]; do sleep 0.02; done
  """
}

task waits(tag: string, go: string, code: int) -> (n: int at stdout) {
  timeout 60s
  run "echo 5; touch ~{go}.ready; while [ ! -e ~{go} ]; do sleep 0.02; done; exit ~{code}"
}

/// Fails for nothing but a start that fails.
task patient(tag: string, go: string) -> (n: int at stdout) {
  run "touch ~{go}.ready; while [ ! -e ~{go} ]; do sleep 0.02; done; until echo 5 2>/dev/null; do sleep 0.1; done"
}

task times_out(tag: string, go: string) -> (n: int at stdout) {
  timeout 1s
  run "touch ~{go}.ready; sleep 60"
}

task flaky(tag: string, go: string) -> (n: int at stdout) {
  retry 1
  run """
    touch ~{go}.ready
    while [ ! -e ~{go} ]; do sleep 0.02; done
    test -e ~{go}.once || { mv ~{go} ~{go}.once; exit 1; }
    echo 1
  """
}

task reads(tag: string, text: File<txt>, all: Dir) -> (n: int at stdout) {
  run "test -s ~{text} && test -s ~{all}/b/c && echo 1"
}

task talks(tag: string, go: string) -> (n: int at stdout) {
  run "touch ~{go}.ready; while [ ! -e ~{go} ]; do echo talk >&2 || true; sleep 0.02; done; echo 1"
}

pipeline one(tag: string) -> (small: File<txt>, n: int) {
  q = quick(tag)
  return (small: q.small, n: q.n)
}
pipeline large(tag: string, go: string) -> (large: File<bin>, all: Dir, n: int) {
  s = slow(tag, go)
  r = reads(tag, s.small, s.all)
  return (large: s.large, all: s.all, n: s.n + r.n)
}
pipeline waiting(tag: string, go: string, code: int = 0) -> int { return waits(tag, go, code).n }
pipeline late(tag: string, go: string) -> int { return times_out(tag, go).n }
pipeline again(tag: string, go: string) -> int { return flaky(tag, go).n }
pipeline talking(tag: string, go: string) -> int { return talks(tag, go).n }
pipeline several(tag: string, go: string) -> int {
  all = for x in range(0, 12) { patient("~{tag} ~{x}", go) }
  return sum(for w in all { w.n })
}
pipeline many(tag: string, go: string) -> int {
  w = waits(tag, go, 0)
  all = for x in range(0, 300) { quick("~{tag} ~{x} ~{w.n}") }
  return sum(for q in all { q.n })
}
'''


def moment(function, disk_size=SIZE):
    function.disk_size = disk_size
    MOMENTS.append(function)
    return function


def named(name, function):
    function.__name__ = name
    moment(function)


class World:
    """A daemon on a small disk, with a run that has ended and what clients know of it."""

    def __init__(self, home):
        self.home = home
        self.number = 0
        home.write("disk.mlp", SOURCE)
        home.ctl("up")
        self.go = ""
        self.ended = self.start("large")
        self.let_go()
        self.expect(self.ended, "succeeded")
        self.known = home.get(f"runs/{self.ended}").json
        self.large = next(r for r in self.known["results"] if r["name"] == "large")["value"]["digest"]
        self.folder = next(r for r in self.known["results"] if r["name"] == "all")["value"]["digest"]
        shown = home.get(f"runs/{self.ended}/task-runs/slow").json
        self.attempt = shown["attempts"][-1]
        self.small = next(o for o in shown["outputs"] if o["name"] == "small")["digest"]

    def tag(self):
        self.number += 1
        return f"t{self.number}"

    def start(self, pipeline, go=True, **values):
        """A run of its own; its task is ready and waits for let_go()."""
        self.go = os.path.join(self.home.folder, f"go{self.number}") if go else ""
        words = ["run", "--detach", "--json", "disk.mlp", pipeline, "--set", "tag=" + self.tag()]
        for name, value in {**({"go": self.go} if go else {}), **values}.items():
            words += ["--set", f"{name}={value}"]
        run = json.loads(self.home.ctl(*words).out.splitlines()[0])["run"]
        if go:
            self.home.wait(lambda: os.path.exists(self.go + ".ready"), "the task has begun")
        return run

    def let_go(self, go=None):
        with open(go or self.go, "w", encoding="ascii"):
            pass

    def is_run_taken(self):
        return self.home.ctl("run", "--detach", "disk.mlp", "one", "--set", "tag=" + self.tag(), expect=None).code == OK

    def expect(self, run, state):
        self.home.wait(lambda: self.home.run_state(run) != "running", f"the end of run {run}")
        shown = self.home.get(f"runs/{run}").json
        if shown["state"] != state:
            raise AssertionError(f"run {run} is {shown['state']}: {shown['error']}")

    def refused(self, method, path, body=b"{}"):
        """A change is answered at once, with the reason."""
        begin = time.monotonic()
        answer = self.home.ask(method, "/api/v1/" + path, body)
        took = time.monotonic() - begin
        code, message = answer.words
        if answer.status != 507 or code != "no_space" or "the disk is full" not in message or "free at" not in message:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.bytes}")
        if took > 5:
            raise AssertionError(f"{method} {path} was answered after {took:.1f} s")

    def daemon_pid(self):
        return self.home.status()["pid"]

    def waits_for_good(self):
        """A write waits, and what the ballast gives back for it is taken at once."""
        is_filled = self.home.disk.fill_bytes() == 0
        pieces = len(os.listdir(os.path.join(self.home.data, "ballast")))
        return is_filled and pieces <= 16 and "a write to the store waits" in self.home.status()["disk_reason"]

    def runner_pid(self):
        with open(os.path.join(self.home.data, "runner.lock"), encoding="ascii") as file:
            return json.load(file)["pid"]

    def kill_daemon(self, number=signal.SIGKILL):
        pid = self.daemon_pid()
        os.kill(pid, number)
        self.home.wait(lambda: not os.path.exists(f"/proc/{pid}"), "the end of mlpd")


# ---- reads: answered all the while, as before ---------------------------------------------------

def read_of(name, path_of):
    def read(world):
        path = path_of(world)
        before = world.home.ask("GET", path)
        assert before.status == 200, (path, before.status, before.bytes[:200])
        yield
        now = world.home.ask("GET", path)
        assert now.status == 200, (path, now.status, now.bytes[:200])
        if "status" not in path and "why" not in path:
            assert now.bytes == before.bytes, (path, before.bytes[:300], now.bytes[:300])
        yield
    named(name, read)


API = "/api/v1/"
read_of("the status is read", lambda w: API + "status")
read_of("health is asked for", lambda w: "/healthz")
read_of("the page is opened", lambda w: "/")
read_of("runs are listed", lambda w: API + f"runs?before={w.ended + 1}")
read_of("a run is read", lambda w: API + f"runs/{w.ended}")
read_of("its tasks are read", lambda w: API + f"runs/{w.ended}/tasks")
read_of("its task runs are read", lambda w: API + f"runs/{w.ended}/task-runs")
read_of("a task run is read", lambda w: API + f"runs/{w.ended}/task-runs/slow")
read_of("its events are read", lambda w: API + f"runs/{w.ended}/events")
read_of("a log is read", lambda w: API + f"attempts/{w.attempt}/log")
read_of("artifacts are listed", lambda w: API + f"artifacts?run={w.ended}")
read_of("an artifact is read", lambda w: API + f"artifacts/{w.large}")
read_of("a folder is read", lambda w: API + f"artifacts/{w.folder}")
read_of("a small artifact is fetched", lambda w: API + f"artifacts/{w.small}/content")
read_of("a large artifact is fetched", lambda w: API + f"artifacts/{w.large}/content")
read_of("a file of a folder is fetched", lambda w: API + f"artifacts/{w.folder}/content?path=b/c")
read_of("lineage is asked for", lambda w: API + f"lineage/{w.large}")
read_of("a reason is asked for", lambda w: API + f"runs/{w.ended}/why/slow")
read_of("the files of a run are listed", lambda w: API + f"runs/{w.ended}/source")
read_of("a file of a run is read", lambda w: API + f"runs/{w.ended}/source/disk.mlp")


@moment
def mlpctl_says_so(world):
    yield
    done = world.home.ctl("status", expect=None)
    assert "read-only since" in done.out and "the disk is full" in done.out, str(done)
    document = json.loads(world.home.ctl("status", "--json", expect=None).out)
    assert document["health"] == "disk_full" and document["disk_since"], document
    yield
    assert world.home.ctl("status", "--json").json["health"] == "ok"


@moment
def a_link_to_the_page_is_made(world):
    yield
    assert world.home.ask("POST", "/api/v1/login-links", b"{}").status == 201
    yield


# ---- changes: refused with the reason, done afterwards -------------------------------------------

def refused(name, method, path_of, body=b"{}"):
    def refuse(world):
        yield
        world.refused(method, path_of(world), body)
        yield
    named(name, refuse)


refused("a snapshot is sent", "POST", lambda w: "snapshots", b'{"manifest": []}')
refused("objects are sent", "POST", lambda w: "objects", b"")
refused("a plan is asked for", "POST", lambda w: "plans")
refused("an ended run is cancelled", "POST", lambda w: f"runs/{w.ended}/cancel", b"")
refused("a run is submitted", "POST", lambda w: "runs")


def uploads(name, size):
    def upload(world):
        content = (world.tag() * size)[:size].encode()
        path = "objects/" + hashlib.sha256(content).hexdigest()
        yield
        world.refused("PUT", path, content)
        yield
        assert world.home.ask("PUT", "/api/v1/" + path, content).status == 201
        assert world.home.ask("PUT", "/api/v1/" + path, content).status == 200
    named(name, upload)


uploads("a small object is uploaded", 500)
uploads("a large object is uploaded", 200_000)


@moment
def mlpctl_runs_a_pipeline(world):
    words = ["run", "disk.mlp", "one", "--set", "tag=" + world.tag()]
    yield
    done = world.home.ctl(*words, expect=None)
    assert done.code != OK and "the disk is full" in done.err, str(done)
    yield
    world.home.ctl(*words)


@moment
def a_running_run_is_cancelled(world):
    run = world.start("waiting")
    yield
    world.refused("POST", f"runs/{run}/cancel", b"")
    assert world.home.run_state(run) == "running"
    yield
    world.home.ctl("cancel", str(run))
    world.expect(run, "cancelled")


# ---- what runs goes on ---------------------------------------------------------------------------

def ends(name, pipeline, state, acts=True, **values):
    """A task that began before ends while the disk is full; its end is recorded once it is not."""
    def end(world):
        run = world.start(pipeline, **values)
        yield
        if acts:
            world.let_go()
        time.sleep(0.3)  # what might go wrong while it is full has time to
        # A small end may find room in a page of the log that is there.
        assert world.home.run_state(run) in ("running", state)
        yield
        if state == "succeeded" and not acts:
            world.let_go()
        world.expect(run, state)
        if pipeline == "large":
            results = {r["name"]: r["value"] for r in world.home.get(f"runs/{run}").json["results"]}
            content = world.home.get(f"artifacts/{results['large']['digest']}/content").bytes
            assert hashlib.sha256(content).hexdigest() == results["large"]["digest"]
            shown = world.home.get(f"runs/{run}/task-runs/slow").json
            assert len(shown["attempts"]) == 1, "it ran once"
            assert len(world.home.get(f"attempts/{shown['attempts'][0]}/log").bytes) >= 40_000
    named(name, end)


ends("a task with large outputs, a folder and a long log ends", "large", "succeeded")
ends("a task with a value ends", "waiting", "succeeded")
ends("a task fails", "waiting", "failed", code=3)
ends("a task goes on running", "waiting", "succeeded", acts=False)
ends("a task goes on talking", "talking", "succeeded", acts=False)
ends("a task is over its time", "late", "failed", acts=False)


@moment
def a_task_is_due_again(world):
    run = world.start("again")
    yield
    world.let_go()
    yield
    go = world.go
    world.home.wait(lambda: os.path.exists(go + ".once"), "the second try")
    world.let_go()
    world.expect(run, "succeeded")


@moment
def three_hundred_tasks_become_ready(world):
    run = world.start("many")
    yield
    world.let_go()
    time.sleep(0.3)
    assert world.home.run_state(run) == "running"
    yield
    world.expect(run, "succeeded")


@moment
def attempts_that_wait_in_the_runner_begin(world):
    run = world.start("several")
    yield
    world.let_go()
    time.sleep(0.3)
    yield
    world.expect(run, "succeeded")


@moment
def an_upload_is_on_its_way(world):
    content = (world.tag() * 3_000_000)[:3_000_000].encode()
    path = "/api/v1/objects/" + hashlib.sha256(content).hexdigest()
    connection = world.home.begin("PUT", path, len(content))
    connection.send(content[:1_500_000])
    yield
    try:
        connection.send(content[1_500_000:])
    except OSError:
        pass  # it may be refused before all is sent
    try:
        assert connection.getresponse().status == 507
    except (ConnectionResetError, BrokenPipeError):
        pass
    connection.close()
    yield
    assert world.home.ask("PUT", path, content).status == 201
    assert world.home.get(f"artifacts/{path[-64:]}/content").bytes == content


@moment
def a_follower_waits_for_events(world):
    run = world.start("waiting")
    follower = world.home.start("show", str(run), "--follow")
    yield
    assert follower.poll() is None
    world.let_go()
    yield
    out, err = follower.communicate(timeout=60)
    assert follower.returncode == OK and "succeeded" in out, (out, err)
    world.expect(run, "succeeded")


@moment
def a_live_log_is_followed(world):
    run = world.start("large")
    follower = world.home.start("logs", f"{run}/slow", "--follow")
    yield
    assert "a line of a long log" in world.home.ctl("logs", f"{run}/slow").out
    world.let_go()
    yield
    out, _ = follower.communicate(timeout=60)
    assert out.count("a line of a long log") > 1000, out[-200:]
    world.expect(run, "succeeded")


# ---- ends of processes ---------------------------------------------------------------------------

def dies(name, kills_daemon, kills_runner, number=signal.SIGKILL):
    """Killed while full it starts again, thanks to the ballast, and answers reads."""
    def die(world):
        run = world.start("waiting")
        yield
        if kills_runner:
            os.kill(world.runner_pid(), signal.SIGKILL)
        if kills_daemon:
            world.kill_daemon(number)
            world.home.ctl("up", limit=60)
            world.home.disk.fill_bytes()  # what the ballast gave back
            assert world.home.get(f"runs/{world.ended}").json == world.known
        world.let_go()
        yield
        world.expect(run, "succeeded")
        tries = len(world.home.get(f"runs/{run}/task-runs/waits").json["attempts"])
        assert tries == 1 or kills_runner, f"it ran {tries} times"
    named(name, die)


dies("mlpd is killed and started", True, False)
dies("mlpd is told to end and started", True, False, signal.SIGTERM)
dies("mlp-runner is killed", False, True)
dies("both are killed and mlpd is started", True, True)
dies("mlpd is killed once more", True, False)


@moment
def mlpd_is_told_to_end_its_tasks_too_while_a_write_waits(world):
    run = world.start("waiting")
    body, _ = frames(world, 60, 12_000)
    connection = world.home.begin("POST", "/api/v1/objects", len(body))
    yield
    connection.send(body)
    world.home.wait(world.waits_for_good, "a write that waits")
    world.home.ctl("down", "--kill", limit=60)
    world.home.wait(lambda: not world.home.processes(), "the end of mlp-runner and its tasks", 2)
    connection.close()
    world.home.ctl("up", limit=60)
    world.home.disk.fill_bytes()
    world.let_go()
    yield
    world.expect(run, "succeeded")
    assert len(world.home.get(f"runs/{run}/task-runs/waits").json["attempts"]) == 2, "the first one was lost"


@moment
def the_store_is_checked_and_repaired_without_mlpd(world):
    home = world.home
    yield
    world.kill_daemon()
    home.disk.fill_bytes()
    begin = time.monotonic()
    assert "nothing wrong" in home.ctl("fsck", "--repair", limit=60).out, "a look needs no room"
    with changed(glob.glob(os.path.join(home.data, "store/MANIFEST-*"))[0], 40):
        refused = home.ctl("fsck", "--repair", expect=DEGRADED, limit=60)
        assert "make room" in refused.err, str(refused)
    for piece in glob.glob(os.path.join(home.data, "ballast/*")):
        os.unlink(piece)
    home.disk.fill()
    with moved_away(os.path.join(home.data, "objects", world.large[:2], world.large[2:])):
        refused = home.ctl("fsck", "--repair", expect=DEGRADED, limit=60)
        assert "the disk is full" in refused.err and "make room" in refused.err, str(refused)
    assert time.monotonic() - begin < 20, "it says so soon"
    home.disk.free()
    assert "nothing wrong" in home.ctl("fsck").out
    home.ctl("up")
    home.fill()
    yield


# ---- the store's own work ------------------------------------------------------------------------

def frames(world, count, size):
    """The body of many small uploads in one request, and their digests."""
    body, digests = b"", []
    for number in range(count):
        content = os.urandom(size - 16) + f"{world.number:8}{number:8}".encode()
        digest = hashlib.sha256(content)
        digests.append(digest.hexdigest())
        body += digest.digest() + len(content).to_bytes(8, "big") + content
    return body, digests


def upload_until(world, size, count, is_enough):
    """Objects of so many bytes, until that is so or the disk is full; the digests of those that were acknowledged."""
    acknowledged = []
    while not is_enough():
        body, digests = frames(world, count, size)
        world.number += 1
        try:
            answer = world.home.ask("POST", "/api/v1/objects", body, limit=2)
        except TimeoutError:
            break
        if answer.status == 507:
            break
        assert answer.status == 200, (answer.status, answer.bytes)
        acknowledged += digests
    return acknowledged


def assert_there(world, digests, size):
    sample = digests[::len(digests) // 2000 + 1] + digests[-100:]
    missing = world.home.ask("POST", "/api/v1/snapshots", json.dumps({"manifest": [
        {"path": f"f{i}", "digest": digest, "size": size, "executable": False}
        for i, digest in enumerate(sample)]}).encode())
    assert missing.status == 200 and missing.json["missing"] == [], (missing.status, missing.bytes[:300])


def store_log_bytes(world):
    """Of the store's newest write-ahead log: as much is in its buffers."""
    newest = max(glob.glob(os.path.join(world.home.data, "store/*.log")), key=os.path.getmtime)
    return os.path.getsize(newest)


def times_waited(world, thread):
    """How often this thread of the store found no space for a table or a file of values that it was writing."""
    path = re.escape(f"the disk is full; waiting for space path={world.home.data}/store/")
    return len(re.findall(path + rf"\d+\.(?:sst|blob) thread={thread}", world.home.whole_log()))


def met_by(name, thread, meet):
    """The store's own thread has begun its work and finds no space for it. Reads are answered meanwhile, and each
    upload that was acknowledged is there afterwards."""
    def go(world):
        before = times_waited(world, thread)
        size, acknowledged = meet(world, lambda: times_waited(world, thread) > before)
        assert acknowledged, "some were taken"
        world.home.wait(lambda: times_waited(world, thread) > before, f"a {thread} that waits for space", 10)
        yield
        assert world.home.get("runs").status == 200
        yield
        assert_there(world, acknowledged, size)
    go.__name__ = name
    moment(go, 160 << 20)


def meet_flush(world, has_met):
    """A buffer holds 8 MiB; it is written when it is full, while uploads go on."""
    size, count = 12_000, 60
    acknowledged = upload_until(world, size, count, lambda: store_log_bytes(world) >= 6 << 20)
    world.home.disk.fill_but(3 << 20)
    return size, acknowledged + upload_until(world, size, count, has_met)


def meet_compaction(world, has_met):
    """Each start writes a table of what is in the log; the fourth of a kind makes it begin a compaction, which needs as
    much again as all of them. Values of up to 256 bytes stand in the tables."""
    size, acknowledged = 250, []
    for _ in range(5):
        if has_met():
            break
        world.home.disk.free()
        world.home.wait(lambda: not world.home.status()["is_disk_low"], "space")
        requests = iter(range(4))
        acknowledged += upload_until(world, size, 1_000, lambda requests=requests: next(requests) == 3)
        world.kill_daemon()
        world.home.disk.fill_but(store_log_bytes(world) + (300 << 10))
        world.home.ctl("up")
        settle(has_met, 0.5)
    return size, acknowledged


met_by("a flush of the store has begun", "rocksdb:high", meet_flush)
met_by("a compaction of the store has begun", "rocksdb:low", meet_compaction)


@moment
def it_fills_up_again_as_soon_as_it_is_freed(world):
    yield
    for _ in range(3):
        world.home.disk.free()
        world.home.disk.fill()
        assert settle(lambda: world.home.status()["is_read_only"], 10)
    yield
