"""Clients that submit, cancel, retry, upload, read and follow, while a daemon, its runner and tasks
are killed at moments that a seed chooses and the machine's own course makes real.
"""

import http.client
import json
import os
import random
import threading
import time

import workload
from checker import FINAL, Acknowledged
from world import LOOK_AGAIN, Client, Finding, Over, World

MOST_ACTIVE = 6  # runs at once: each kill shall find something under way


def at_most_once_kept(document, client):
    """`retry 0 on lost`: what was killed fails, and nothing else does."""
    if document["state"] == "succeeded":
        return "" if document["results"][0]["value"] == 20 else "a wrong result"
    reasons = [attempt["reason"] for task_run in client.task_runs(document["id"])
               for attempt in task_run["attempt_details"]]
    return "" if set(reasons) & {"lost", "signal", "exit"} else f"it failed without a kill: {reasons}"


# Who is killed, and how often of a hundred times.
VICTIMS = {"mlpd": 50, "mlp-runner": 15, "task": 20, "mlpd and mlp-runner": 10, "all": 5}


class Storm:
    def __init__(self, seed, kills):
        self.kills = kills
        self.random = random.Random(f"{seed}/kills")
        self.seed = seed
        self.world = World()
        self.world.restarts_by_itself = False
        self.journal = workload.Journal(os.path.join(self.world.folder, "journal"))
        self.gate = os.path.join(self.world.folder, "gate")
        self.seen = Acknowledged(self.world, self.journal)
        self.is_over = False
        self.findings = []
        self.counts = {}
        self.due = self.random.sample(list(VICTIMS), len(VICTIMS))  # each once, then by chance
        self.held = set()  # runs that end when all is over
        self.followed = []  # (run, its events as they came)
        self.logs = []  # (attempt, bytes as they came)

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    # ---- clients ----------------------------------------------------------------------------------

    def client_thread(self, name, work):
        def go():
            client = Client(self.world, lambda: self.is_over or bool(self.findings))
            try:
                work(client, random.Random(f"{self.seed}/{name}"))
            except Over:
                pass
            except Exception as error:  # whatever it is, it is told at the end
                self.findings.append(error if isinstance(error, Finding) else Finding(f"{name}: {error!r}"))
            finally:
                client.close()
        return threading.Thread(target=go, name=name)

    def submitting(self, client, rng):
        snapshot = client.upload(workload.project(self.journal.path))
        number = 0
        while not client.is_over():
            active = [run for run in self.seen.runs if run not in self.seen.ended_runs]
            if len(active) >= MOST_ACTIVE:
                time.sleep(LOOK_AGAIN)
                for run in active:
                    self.seen.look_at_run(client, run)
                continue
            number += 1
            wish = self.choose(rng, number)
            self.submit(client, snapshot, f"{number}", *wish)
            if rng.random() < 0.2:
                self.count("cancels")
                self.seen.cancel(client, rng.choice(sorted(self.seen.runs)))
            if rng.random() < 0.15:
                self.count("retries")
                self.submit(client, snapshot, f"{number}/again", *wish, retry_of=max(self.seen.runs))
            if rng.random() < 0.2:
                self.count("uploads")
                client.upload({"mlp.toml": b"", "more": rng.randbytes(rng.choice((100, 30_000, 1_100_000)))})

    def choose(self, rng, number):
        salt = f"s{number if rng.random() < 0.8 else rng.randint(1, number)}"
        kind = rng.random()
        if kind < 0.4:
            items = rng.randint(1, 4)
            return "main", {"salt": salt, "items": items}, workload.expected_main(items)
        if kind < 0.75:
            items = rng.randint(1, 12)
            return "many", {"salt": salt, "items": items}, {"result": workload.expected_many(items)}
        if kind < 0.9:
            return "at_most_once", {"salt": salt}, at_most_once_kept
        return "holding", {"gate": self.gate, "salt": salt}, {"result": 7}

    def submit(self, client, snapshot, key, pipeline, arguments, expected, retry_of=None):
        run = client.submit(snapshot, workload.PATH, pipeline, arguments, key, retry_of)
        self.count("submits")
        if pipeline == "holding":
            self.held.add(run)
        self.seen.run(run, key, expected)

    def reading(self, client, rng):
        while not client.is_over():
            self.seen.saw_commit(client.get("/api/v1/status")["commit"])
            runs = sorted(self.seen.runs)
            if not runs:
                time.sleep(LOOK_AGAIN)
                continue
            run = rng.choice(runs[-2 * MOST_ACTIVE:])
            self.seen.look_at_run(client, run)
            for name in client.task_run_names(run):
                self.seen.look_at_task_run(client, name)
            self.count("reads")

    def following(self, client, rng):
        """The events of a run, and then the log of one of its attempts, through all breaks."""
        while not client.is_over():
            runs = sorted(set(self.seen.runs) - {followed[0] for followed in self.followed} - self.held)
            if not runs:
                time.sleep(LOOK_AGAIN)
                continue
            self.follow_events(client, runs[-1])
            self.follow_log(client, runs[-1], rng)
            self.count("followed")

    def follow_log(self, client, run, rng):
        """From where it was cut off, until it has ended."""
        attempts = [attempt["id"] for task_run in client.task_runs(run)
                    for attempt in task_run["attempt_details"]]
        if not attempts:
            return
        attempt = rng.choice(attempts)
        have = b""
        while not client.is_over():
            try:
                answer = client.once("GET", f"/api/v1/attempts/{attempt}/log?follow=1&offset={len(have)}")
            except (OSError, http.client.HTTPException):
                time.sleep(LOOK_AGAIN)
                continue
            if answer.status == 200:
                have += answer.body
                self.logs.append((attempt, have))
                self.count("logs")
                return
            time.sleep(LOOK_AGAIN)

    def follow_events(self, client, run):
        events = []
        self.followed.append((run, events))
        while not client.is_over():
            after = events[-1]["commit"] if events else 0
            try:
                for event in self.stream(client, f"/api/v1/runs/{run}/events?follow=1&after={after}"):
                    events.append(event)
                    if event["type"] == "run" and event["state"] in FINAL:
                        return
            except (OSError, http.client.HTTPException):
                time.sleep(LOOK_AGAIN)

    def stream(self, client, path):
        """Events as they come. Those of a commit that was cut off come again as a whole, so a commit
        counts when the next one has begun or the stream has come to its end."""
        endpoint = self.world.endpoint()
        host, port = endpoint.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=1)
        try:
            connection.request("GET", path, headers={**self.world.credentials(), "Accept": "application/x-ndjson"})
            answer = connection.getresponse()
            if answer.status != 200:
                return
            commit = []
            while line := answer.readline():
                if not line.strip():
                    continue
                event = json.loads(line)
                if commit and event["commit"] != commit[0]["commit"]:
                    yield from commit
                    commit = []
                commit.append(event)
                if event["type"] == "run" and event["state"] in FINAL:
                    yield from commit
                    return
        finally:
            connection.close()

    # ---- the killer -------------------------------------------------------------------------------

    def pause(self, most):
        time.sleep(self.random.uniform(0, most))

    def kill_once(self):
        self.pause(0.15)
        victim = self.due[-1] if self.due else self.random.choices(list(VICTIMS), VICTIMS.values())[0]
        if self.world.daemon.poll() is not None:
            raise Finding(f"mlpd has ended by itself: {self.world.daemon.returncode}\n{self.world.log()}")
        if victim in ("task", "all"):
            pids = self.world.task_pids()
            if victim == "task" and not pids:
                return
            for pid in pids if victim == "all" else pids and [self.random.choice(pids)]:
                self.world.kill_ours(pid)
        if victim in ("mlpd", "mlpd and mlp-runner", "all"):
            self.world.kill_daemon()
        if victim in ("mlp-runner", "mlpd and mlp-runner", "all"):
            self.world.kill_runner()
        self.count(victim)
        if self.due:
            self.due.pop()
        if self.world.daemon is None:
            self.restart()

    def restart(self):
        """Now and then it is killed again before it serves."""
        self.pause(0.02)
        self.world.spawn()
        while self.random.random() < 0.25:
            self.pause(0.12)
            self.world.kill_daemon()
            self.count("mlpd while it started")
            self.world.spawn()
        self.world.wait_until_it_serves()

    def killed(self):
        return sum(self.counts.get(victim, 0) for victim in (*VICTIMS, "mlpd while it started"))

    # ---- all of it --------------------------------------------------------------------------------

    def blow(self):
        """The counts of what was done; a Finding says what was not kept."""
        threads = [self.client_thread("submitting", self.submitting), self.client_thread("reading", self.reading),
                   self.client_thread("following", self.following)]
        try:
            self.world.start()
            for thread in threads:
                thread.start()
            while self.killed() < self.kills and not self.findings:
                self.kill_once()
            self.calm(threads)
        except Finding as finding:
            self.findings.append(finding)
        finally:
            self.is_over = True
            for thread in threads:
                thread.join(30)
            self.world.close()
        if self.findings:
            raise self.findings[0]
        return self.counts

    def calm(self, threads):
        """Nothing is killed any more: everything ends, and is as it was acknowledged."""
        self.is_over = True
        for thread in threads:
            thread.join(30)
        if self.findings:
            return
        with open(self.gate, "w", encoding="utf-8"):
            pass
        client = Client(self.world)
        self.take_unanswered(client)
        for run in sorted(self.seen.runs):
            self.seen.wait_for_end(client, run)
        self.seen.check(client)
        self.check_followed(client)
        self.world.shut_down(client)
        self.seen.check_processes()

    def take_unanswered(self, client):
        """The last request may have made a run though its client did not wait for the answer."""
        listed = client.get("/api/v1/runs?limit=1000")
        unknown = [run["id"] for run in listed["runs"] if run["id"] not in self.seen.runs]
        if listed.get("next_before") or len(unknown) > 1:
            raise Finding(f"runs that nobody asked for: {unknown}")
        for run in unknown:
            self.seen.run(run, "unanswered", lambda document, _: "")

    def check_followed(self, client):
        """What came through all breaks is the beginning of the whole story, a log all of it."""
        for attempt, have in self.logs:
            if client.ask("GET", f"/api/v1/attempts/{attempt}/log").body != have:
                raise Finding(f"the log of attempt {attempt} was followed to its end and is another now")
        for run, events in self.followed:
            answer = client.ask("GET", f"/api/v1/runs/{run}/events", headers={"Accept": "application/x-ndjson"})
            whole = [json.loads(line) for line in answer.body.splitlines() if line.strip()]
            if events != whole[:len(events)]:
                raise Finding(f"the events of run {run} as they were followed are not those recorded:\n"
                              f"{events}\n{whole}")
