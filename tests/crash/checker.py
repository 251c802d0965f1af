"""What was acknowledged to clients and readers, and whether what is found afterwards keeps it.

Nothing acknowledged is lost, nothing that was seen goes back, and each published output was made by
exactly one process: the one of the attempt that is named.
"""

import json
import threading
import time

import fsck
from world import PATIENCE, Finding, Over, harness

FINAL = ("succeeded", "failed", "cancelled")
FINAL_TASK_RUN = ("done", "failed", "skipped", "cancelled")


class Acknowledged:
    """Thread-safe. `journal`: what bodies did by their own account."""

    def __init__(self, world, journal):
        self.world, self.journal = world, journal
        self.lock = threading.Lock()
        self.runs = {}  # run: (name, expected)
        self.asked_to_cancel = set()
        self.cancelled = set()  # acknowledged
        self.ended_runs = {}  # run: (state, results, error) as first read
        self.ended_task_runs = {}  # name: (state, made_by, outputs) as first read
        self.highest_commit = 0

    # ---- what is told -----------------------------------------------------------------------------

    def run(self, run, name, expected):
        with self.lock:
            for other, (other_name, _) in self.runs.items():
                if (other == run) != (other_name == name):
                    raise Finding(f"run {run} was given to {name}, run {other} to {other_name}")
            self.runs[run] = (name, expected)

    def cancel(self, client, run):
        with self.lock:
            self.asked_to_cancel.add(run)  # the reply may be lost
        answer = client.ask("POST", f"/api/v1/runs/{run}/cancel")
        if answer is None:
            raise Over()
        if answer.status == 200:
            with self.lock:
                self.cancelled.add(run)
        elif answer.status != 409:  # it has ended
            raise Finding(f"the cancel of run {run} was answered with {answer}")

    def look_at_run(self, client, run):
        """Its document; it must not be less than what was seen before it was asked for."""
        before = self.ended_runs.get(run)
        document = client.run(run)
        state = (document["state"], document.get("results"), document["error"])
        if state[0] in FINAL:
            with self.lock:
                before = self.ended_runs.setdefault(run, state)
        if before is not None and before != state:
            raise Finding(f"run {run} was seen as {before} and is {state} now")
        return document

    def look_at_task_run(self, client, name):
        before = self.ended_task_runs.get(name)
        document = client.task_run(name)
        state = (document["state"], document["made_by"], document["outputs"])
        if state[0] in FINAL_TASK_RUN:
            with self.lock:
                before = self.ended_task_runs.setdefault(name, state)
        if before is not None and before != state:
            raise Finding(f"task run {name} was seen as {before} and is {state} now")
        return document

    def saw_commit(self, commit):
        with self.lock:
            self.highest_commit = max(self.highest_commit, commit)

    def wait_for_end(self, client, run):
        end = max(time.monotonic(), self.world.last_start) + PATIENCE
        while True:
            document = self.look_at_run(client, run)
            if document["state"] in FINAL:
                return document
            end = max(end, self.world.last_start + PATIENCE)
            if time.monotonic() > end:
                raise Finding(f"run {run} ({self.runs[run][0]}) has not ended {PATIENCE} s after the last start:\n"
                              f"{document}\n{[t for t in client.task_runs(run) if t['state'] != 'done']}\n"
                              f"{self.world.log()}")
            time.sleep(0.01)

    # ---- what is found ----------------------------------------------------------------------------

    def check(self, client):
        """Once everything has ended and the daemon lives."""
        if client.get("/api/v1/status")["commit"] < self.highest_commit:
            raise Finding("a commit that was shown to a reader is gone")
        self.check_uploads(client)
        task_runs = []
        for run in sorted(self.runs):
            self.check_run(client, run)
            mine = [self.look_at_task_run(client, name) for name in client.task_run_names(run)]
            for task_run in mine:
                if task_run["state"] not in FINAL_TASK_RUN and task_run["state"] != "waiting":
                    raise Finding(f"run {run} has ended and {task_run['name']} is {task_run['state']}")
            task_runs += mine
            self.check_events(client, run)
        for name in self.ended_task_runs:
            if name not in {each["name"] for each in task_runs}:
                raise Finding(f"the task run {name} was seen ended and is gone")
        self.check_attempts(task_runs)
        for problem in fsck.find_problems(self.world):
            raise Finding(f"fsck: {problem}")

    def check_uploads(self, client):
        for snapshot, entries in self.world.acknowledged_snapshots.items():
            answer = client.ask("POST", "/api/v1/snapshots", {"manifest": entries}).json
            if answer["snapshot"] != snapshot or answer["missing"]:
                raise Finding(f"of the snapshot {snapshot}, acknowledged as whole, there is missing: {answer}")

    def check_run(self, client, run):
        name, expected = self.runs[run]
        document = self.look_at_run(client, run)
        if run in self.cancelled:
            if document["state"] != "cancelled":
                raise Finding(f"the cancel of run {run} ({name}) was acknowledged and it {document['state']}")
            return
        if run in self.asked_to_cancel and document["state"] == "cancelled":
            return
        if callable(expected):
            problem = expected(document, client)
            if problem:
                raise Finding(f"run {run} ({name}): {problem}")
            return
        if isinstance(expected, str):
            if document["state"] != expected:
                raise Finding(f"run {run} ({name}) should have {expected} and has {document['state']}")
            return
        values = {each["name"]: each["value"] for each in document["results"]}
        values = {name: value for name, value in values.items() if name in expected}
        if document["state"] != "succeeded" or values != expected:
            raise Finding(f"run {run} ({name}) should give {expected} and has {document['state']} with {values}: "
                          f"{document['error']}")

    def check_events(self, client, run):
        """Each task run ends once, and the run last."""
        answer = client.ask("GET", f"/api/v1/runs/{run}/events", headers={"Accept": "application/x-ndjson"})
        events = [json.loads(line) for line in answer.body.splitlines() if line.strip()]
        commits = [event["commit"] for event in events]
        if commits != sorted(commits):
            raise Finding(f"events of run {run} are out of order: {commits}")
        ended = [event["task_run"] for event in events
                 if event["type"] == "task_run" and event["state"] in FINAL_TASK_RUN]
        twice = {name for name in ended if ended.count(name) > 1}
        if twice:
            raise Finding(f"run {run} says twice that these have ended: {twice}")
        if events[-1]["type"] != "run" or events[-1]["state"] not in FINAL:
            raise Finding(f"the last event of run {run} is {events[-1]}")

    def check_attempts(self, task_runs):
        """The journal and the records tell the same story."""
        begun = self.journal.begun()
        by_attempt = {}
        for each in begun:
            if each.attempt in by_attempt:
                raise Finding(f"attempt {each.attempt} ({each.task}) was started twice")
            by_attempt[each.attempt] = each
        recorded = {}
        for task_run in task_runs:
            for attempt in task_run["attempt_details"]:
                recorded[attempt["id"]] = (task_run, attempt)
        for attempt, each in by_attempt.items():
            if attempt not in recorded:
                raise Finding(f"attempt {attempt} ({each.task}) ran and is in no record")
        ended = self.journal.ended()
        for attempt, (task_run, details) in recorded.items():
            if details["reason"] is None:
                raise Finding(f"attempt {attempt} of {task_run['name']} is live after the end")
            if details["reason"] == "succeeded" and (
                    attempt not in by_attempt or by_attempt[attempt].mark not in ended):
                raise Finding(f"attempt {attempt} of {task_run['name']} succeeded by its record, not by its body")
        for task_run in task_runs:
            self.check_published(task_run, by_attempt)

    def check_published(self, task_run, by_attempt):
        succeeded = [attempt["id"] for attempt in task_run["attempt_details"] if attempt["reason"] == "succeeded"]
        name = task_run["name"]
        tries = [attempt["id"] for attempt in task_run["attempt_details"] if attempt["id"] in by_attempt]
        if task_run["task"] == "once" and len(tries) > 1:
            raise Finding(f"{name} may be started once and was by {tries}")
        if len(succeeded) > 1:
            raise Finding(f"{name} was published by {len(succeeded)} attempts: {succeeded}")
        if task_run["state"] != "done":
            return
        if task_run["source"] == "ran" and succeeded != [task_run["made_by"]]:
            raise Finding(f"{name} was made by {task_run['made_by']}; those that succeeded: {succeeded}")
        mark = [output["value"] for output in task_run["outputs"] if output["name"] == "mark"]
        maker = by_attempt.get(task_run["made_by"])
        if maker is None or (mark and mark[0] != maker.mark):
            raise Finding(f"the outputs of {name} are not those of attempt {task_run['made_by']}: {mark}, {maker}")

    def check_processes(self):
        """After `down --kill`."""
        if not harness.settle(lambda: not self.world.processes(), 10):
            raise Finding(f"processes are left: {self.world.processes()}")
