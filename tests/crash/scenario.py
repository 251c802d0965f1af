"""The canonical workload: a few lives of a daemon in which every crash point is reached.

It is written as users act: each request is repeated until it is answered, so it goes on wherever
the daemon, or its runner, dies. Once that has happened (`world.has_struck()`), what would disturb
the work further is left out, and it runs to its end.
"""

import http.client
import json
import os

import workload
from checker import Acknowledged
from world import PATIENCE, Client, Finding, harness


class Scenario:
    def __init__(self, world, arm):
        """`arm(life)`: the point for the processes that life starts, "" for none."""
        self.world, self.arm = world, arm
        self.client = Client(world)
        self.journal = workload.Journal(os.path.join(world.folder, "journal"))
        self.gate = os.path.join(world.folder, "gate")
        self.seen = Acknowledged(world, self.journal)

    def start(self):
        life = self.world.lives + 1
        self.world.start("" if self.world.has_struck() else self.arm(life))

    def wants_more(self):
        """Whether the point is still to come: only then is the work disturbed further."""
        return not self.world.has_struck()

    def submit(self, name, pipeline, expected, **arguments):
        """Acknowledged, so never lost. `expected`: what it must give, in the end."""
        run = self.client.submit(self.snapshot, workload.PATH, pipeline, arguments, key=name)
        self.seen.run(run, name, expected)
        return run

    def finish(self, *runs):
        for run in runs:
            self.seen.wait_for_end(self.client, run)

    # ---- lives ------------------------------------------------------------------------------------

    def play(self):
        for life in (self.first_life, self.second_life, self.third_life, self.fourth_life, self.fifth_life):
            if self.wants_more():
                life()
        self.end()

    def first_life(self):
        """Uploads, runs of every kind, one cancelled, one that goes on; ended by `down --kill`."""
        self.start()
        self.snapshot = self.client.upload(workload.project(self.journal.path))
        held = self.submit("cancelled", "holding", "cancelled", gate=self.gate + ".never", salt="c")
        self.wait_until_begun("hold", 1)
        main = self.submit("main", "main", workload.expected_main(4), salt="a", items=4)
        once = self.submit("once", "at_most_once", self.expected_once, salt="a")
        self.seen.cancel(self.client, held)
        self.finish(main, once, held)
        self.finish(self.submit("spoiling", "spoiling", "failed", salt="a"))
        self.finish(self.submit("mending", "mending", {}, salt="a"))
        self.fill_the_queue()
        self.held = self.submit("held", "holding", {"result": 7}, gate=self.gate, salt="h")
        self.wait_until_begun("hold", 2)
        if self.wants_more():
            self.world.shut_down(self.client)

    def expected_once(self, document, _client):
        """A daemon's death costs it nothing; its runner's is the end of an attempt that may not be repeated."""
        may_be_lost = self.world.armed[0].startswith("runner.")
        if document["state"] == "succeeded" and document["results"][0]["value"] == 20:
            return ""
        return "" if document["state"] == "failed" and may_be_lost else f"{document}"

    def fill_the_queue(self):
        """Many quick tasks, until one was granted ahead and waited in the runner."""
        for number in range(10):
            if not self.wants_more() or "runner.queued" in self.world.reached(1):
                return
            self.finish(self.submit(f"many/{number}", "many", {"result": workload.expected_many(20)},
                                    salt=f"{number}", items=20))

    def second_life(self):
        """What was ended begins again; the runner dies, and what it left; then the daemon."""
        self.start()
        self.wait_until_begun("hold", 3)
        if self.wants_more():
            self.world.kill_runner()
            self.wait_until_begun("hold", 4)
        if self.wants_more():
            self.world.kill_daemon()

    def third_life(self):
        """It dies between the record of a start and the start."""
        self.world.restarts_by_itself = False
        self.world.start("turn.before_start", is_aim=False)
        try:
            self.client.once("POST", "/api/v1/runs", json.dumps(self.client.wish(
                self.snapshot, workload.PATH, "at_most_once", {"salt": "g"}, "given back")))
        except (OSError, http.client.HTTPException):
            pass
        harness.settle(lambda: self.world.daemon.poll() is not None, 10)
        self.world.restarts_by_itself = True

    def fourth_life(self):
        """What was to be started is given back, at no cost."""
        self.start()
        self.finish(self.submit("given back", "at_most_once", self.expected_once, salt="g"))
        if self.wants_more():
            self.world.kill_daemon()

    def fifth_life(self):
        """A copy of the store is put back, in which a task that runs is not known."""
        copy = os.path.join(self.world.folder, "copy")
        self.world.copy_store(self.world.data, copy)
        self.start()
        self.client.submit(self.snapshot, workload.PATH, "holding", {"gate": self.gate + ".never", "salt": "x"}, "x")
        self.wait_until_begun("hold", 5)
        if not self.wants_more():
            return
        self.world.kill_daemon()
        self.world.copy_store(copy, self.world.data)
        self.journal.forget_last("hold")
        self.start()
        self.finish(self.submit("after", "many", {"result": workload.expected_many(3)}, salt="b", items=3))

    def end(self):
        with open(self.gate, "w", encoding="utf-8"):
            pass
        if self.world.daemon is None:
            self.world.start()
        if not hasattr(self, "held"):
            self.held = self.submit("held", "holding", {"result": 7}, gate=self.gate, salt="h")
        self.finish(*self.seen.runs)
        self.seen.check(self.client)
        self.world.shut_down(self.client)
        self.seen.check_processes()

    def wait_until_begun(self, task, count):
        """Until so many processes of that task have begun, or it is not to be expected any more."""
        def has_come():
            self.world.look_after()
            return len(self.journal.begun(task)) >= count or not self.wants_more()
        if not harness.settle(has_come, PATIENCE):
            raise Finding(f"{task} has not begun {count} times\n{self.world.log()}")
