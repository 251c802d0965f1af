"""Measures mlpd from a process of its own while it is attacked: how soon status is answered, and what mlpd holds.

A loaded machine is told apart from a slow daemon. Beside each sample stand a round trip to a trivial echo server in a
third process, right before and right after it, and the time mlpd's threads stood ready in the kernel's run queue
meanwhile (schedstat): those a status passes through, and the one of the others that stood there longest, since it may
have held a lock. What the machine took is subtracted; what is left is mlpd's.
"""

import http.client
import multiprocessing
import os
import re
import select
import socket
import time

CONTEXT = multiprocessing.get_context("fork")
PAUSE = 0.01  # seconds between two samples
NEW_CONNECTION_EVERY = 7  # samples: a status that has to be accepted first is measured too
THREADS_OF_STATUS = ("http", "status")  # those a status passes through


def memory_of(pid):
    """Resident bytes now, and the most since reset_peak()."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        text = file.read()
    return tuple(int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) * 1024 for name in ("VmRSS", "VmHWM"))


def reset_peak(pid):
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def count_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def count_threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def name_of(pid, thread):
    with open(f"/proc/{pid}/task/{thread}/comm", encoding="ascii") as file:
        return file.read().strip()


def queued_seconds(pid, thread):
    """How long a thread has stood ready and without a CPU so far; 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except OSError:
        return 0


class RunQueue:
    """How long what a status needs stood in the run queue since the last look."""

    def __init__(self, pid):
        self.pid = pid
        self.threads = os.listdir(f"/proc/{pid}/task")
        self.on_the_way = {thread for thread in self.threads if name_of(pid, thread) in THREADS_OF_STATUS}
        self.before = {}

    def look(self):
        now = {thread: queued_seconds(self.pid, thread) for thread in self.threads}
        waited = {thread: time - self.before.get(thread, time) for thread, time in now.items()}
        self.before = now
        others = [time for thread, time in waited.items() if thread not in self.on_the_way]
        return sum(waited[thread] for thread in self.on_the_way) + max(others, default=0)


def echo_server(listener):
    """Answers whatever comes with a byte: what a round trip costs on this machine at this moment."""
    poll = select.epoll()
    poll.register(listener.fileno(), select.EPOLLIN)
    clients = {}
    while True:
        for fd, _ in poll.poll():
            if fd == listener.fileno():
                client = listener.accept()[0]
                clients[client.fileno()] = client
                poll.register(client.fileno(), select.EPOLLIN)
            elif not clients[fd].recv(4096):
                poll.unregister(fd)
                clients.pop(fd).close()
            else:
                clients[fd].send(b"x")


class Asker:
    """Asks for status over a connection that is kept, or over a new one each time."""

    def __init__(self, address, token):
        self.address = address
        self.headers = {"Authorization": "Bearer " + token}
        self.kept = None
        self.failures = []

    def ask(self, is_new):
        connection = self.kept
        if is_new or connection is None:
            connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request("GET", "/api/v1/status", headers=self.headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                self.failures.append(f"status answered {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            # A connection that was kept may have given way to others; a new one must be served.
            if connection is not self.kept:
                self.failures.append(f"a new connection was not served: {error!r}")
            connection.close()
            connection = None
        if is_new and connection is not None:
            connection.close()
        elif not is_new:
            self.kept = connection

    def close(self):
        if self.kept:
            self.kept.close()


def measure(address, token, pid, control_port, pipe):
    """The body of the measuring process: samples until told to stop, then sends them all."""
    asker = Asker(address, token)
    control = socket.create_connection(("127.0.0.1", control_port))
    control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    queue = RunQueue(pid)

    def control_trip():
        begin = time.monotonic()
        control.send(b"?")
        control.recv(1)
        return time.monotonic() - begin

    samples, most, number = [], 0, 0
    asker.ask(False)
    pipe.send("ready")
    while not pipe.poll():
        number += 1
        before = control_trip()
        queue.look()
        begin = time.monotonic()
        asker.ask(number % NEW_CONNECTION_EVERY == 0)
        trip = time.monotonic() - begin
        machine = queue.look() + max(before, control_trip())
        samples.append((trip, max(0.0, trip - machine)))
        most = max(most, memory_of(pid)[0])
        time.sleep(PAUSE)
    pipe.recv()
    control.close()
    asker.close()
    pipe.send({"samples": samples, "most": most, "failures": asker.failures})


def share(sorted_values, part):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]


class Meter:
    """with Meter(address, token, pid) as meter: … ; then meter.figures() and meter.failures."""

    def __init__(self, address, token, pid):
        self.words = (address, token, pid)
        self.failures = []

    def __enter__(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.echo = CONTEXT.Process(target=echo_server, args=(listener,), daemon=True)
        self.echo.start()
        self.pipe, theirs = CONTEXT.Pipe()
        words = (*self.words, listener.getsockname()[1], theirs)
        self.process = CONTEXT.Process(target=measure, args=words, daemon=True)
        self.process.start()
        listener.close()
        self.pipe.recv()
        return self

    def __exit__(self, *_):
        self.pipe.send("stop")
        result = self.pipe.recv()
        self.process.join()
        self.echo.terminate()
        self.echo.join()
        self.samples, self.most, self.failures = result["samples"], result["most"], result["failures"]

    def figures(self):
        """Milliseconds: `raw` as measured, `own` without what the machine took; MB: the most that was resident."""
        raw = sorted(trip * 1000 for trip, _ in self.samples)
        own = sorted(trip * 1000 for _, trip in self.samples)
        figures = {"samples": len(raw), "most_mb": self.most / 1e6}
        for name, values in (("raw", raw), ("own", own)):
            figures.update({f"{name}_p50_ms": share(values, 0.5), f"{name}_p99_ms": share(values, 0.99),
                            f"{name}_max_ms": values[-1]})
        return {name: round(value, 2) for name, value in figures.items()}
