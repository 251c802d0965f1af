"""What becomes of running tasks when the daemon, the runner, or both die or hang."""

import os
import signal
import subprocess
import unittest

import workload
from checker import Acknowledged
from world import Client, World, harness


class RecoveryTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.client = Client(self.world)
        self.journal = workload.Journal(os.path.join(self.world.folder, "journal"))
        self.gate = os.path.join(self.world.folder, "gate")
        self.seen = Acknowledged(self.world, self.journal)
        self.snapshot = None

    def submit(self, pipeline, expected, **arguments):
        self.snapshot = self.snapshot or self.client.upload(workload.project(self.journal.path))
        name = f"{pipeline} {arguments}"
        run = self.client.submit(self.snapshot, workload.PATH, pipeline, arguments, key=name)
        self.seen.run(run, name, expected)
        return run

    def hold(self, pipeline="holding", expected=None):
        """A run whose task has begun and waits for the gate."""
        count = len(self.journal.begun())
        run = self.submit(pipeline, expected or {"result": 7}, gate=self.gate, salt=pipeline)
        self.wait_for(lambda: len(self.journal.begun()) > count, "the task has begun")
        return run

    def open_gate(self):
        with open(self.gate, "w", encoding="utf-8"):
            pass

    def end_well(self):
        """Everything ends as expected, nothing is found wrong, nothing is left."""
        self.open_gate()
        for run in self.seen.runs:
            self.seen.wait_for_end(self.client, run)
        self.seen.check(self.client)
        self.world.shut_down(self.client)
        self.seen.check_processes()

    def attempts(self, run):
        return [attempt for task_run in self.client.task_runs(run) for attempt in task_run["attempt_details"]]

    def wait_for(self, condition, what):
        self.assertTrue(harness.settle(condition, 60), f"did not come about: {what}\n{self.world.log()}")

    def lock_text(self):
        with open(os.path.join(self.world.data, "runner.lock"), encoding="utf-8") as file:
            return file.read()

    # ---- deaths -----------------------------------------------------------------------------------

    def test_a_daemons_death_leaves_the_task_alone_and_its_end_is_taken_whole(self):
        self.world.start()
        run = self.hold()
        pid = int(self.journal.begun("hold")[0].pid)
        self.world.kill_daemon()
        self.world.start()
        self.assertIn(pid, self.world.task_pids())
        self.end_well_after_one_start(run)

    def end_well_after_one_start(self, run):
        self.open_gate()
        self.seen.wait_for_end(self.client, run)
        attempts = self.attempts(run)
        self.assertEqual([attempt["reason"] for attempt in attempts], ["succeeded"])
        self.assertEqual(len(self.journal.begun("hold")), 1)
        self.end_well()

    def test_a_task_that_ends_while_there_is_no_daemon_is_collected_by_the_next(self):
        self.world.start()
        run = self.hold()
        self.world.kill_daemon()
        self.open_gate()
        self.wait_for(self.journal.ended, "the task has ended")
        self.world.start()
        self.end_well_after_one_start(run)

    def test_a_runners_death_is_the_end_of_its_attempts_and_policy_tries_again(self):
        self.world.start()
        run = self.hold()
        pids = self.world.task_pids()
        self.world.kill_runner()
        self.wait_for(lambda: len(self.journal.begun("hold")) == 2, "the task has begun again")
        self.assertFalse(set(pids) & set(self.world.task_pids()), "what the dead runner left was ended before")
        self.open_gate()
        self.seen.wait_for_end(self.client, run)
        self.assertEqual([attempt["reason"] for attempt in self.attempts(run)], ["lost", "succeeded"])
        self.end_well()

    def test_daemon_and_runner_dead_at_once_is_the_same(self):
        self.world.start()
        run = self.hold()
        self.world.kill_runner()
        self.world.kill_daemon()
        self.world.start()
        self.wait_for(lambda: len(self.journal.begun("hold")) == 2, "the task has begun again")
        self.open_gate()
        self.seen.wait_for_end(self.client, run)
        self.assertEqual([attempt["reason"] for attempt in self.attempts(run)], ["lost", "succeeded"])
        self.end_well()

    def test_retry_0_on_lost_is_never_started_again_when_the_runner_dies(self):
        self.lose_what_runs_once(lambda: self.world.kill_runner())

    def test_retry_0_on_lost_is_never_started_again_when_both_die(self):
        def kill_both():
            self.world.kill_daemon()
            self.world.kill_runner()
            self.world.start()
        self.lose_what_runs_once(kill_both)

    def test_retry_0_on_lost_is_never_started_again_when_all_is_ended(self):
        def end_all():
            self.world.shut_down(self.client)
            self.world.start()
        self.lose_what_runs_once(end_all)

    def lose_what_runs_once(self, kill):
        self.world.start()
        run = self.hold("holding_once", "failed")
        kill()
        self.open_gate()
        self.seen.wait_for_end(self.client, run)
        self.assertEqual([attempt["reason"] for attempt in self.attempts(run)], ["lost"])
        self.assertEqual(len(self.journal.begun("hold_once")), 1)
        self.end_well()

    # ---- things that hang -------------------------------------------------------------------------

    def test_a_stopped_runner_holds_nobody_up_and_goes_on_when_it_is_woken(self):
        self.world.start()
        self.hold()
        os.kill(self.world.runner_pid(), signal.SIGSTOP)
        waiting = self.submit("many", {"result": workload.expected_many(3)}, salt="w", items=3)
        cancelled = self.submit("holding", "cancelled", gate=self.gate + ".never", salt="c")
        self.seen.cancel(self.client, cancelled)
        self.assertEqual(self.client.run(waiting)["state"], "running")
        os.kill(self.world.runner_pid(), signal.SIGCONT)
        self.end_well()

    def test_down_kill_ends_a_runner_that_hangs_and_its_tasks(self):
        self.world.start()
        self.hold()
        os.kill(self.world.runner_pid(), signal.SIGSTOP)
        self.world.shut_down(self.client)
        self.seen.check_processes()
        self.world.start()
        self.end_well()

    def test_a_stopped_task_is_ended_by_a_cancel(self):
        self.world.start()
        run = self.submit("holding", "cancelled", gate=self.gate + ".never", salt="s")
        self.wait_for(lambda: self.journal.begun("hold"), "the task has begun")
        os.kill(int(self.journal.begun("hold")[0].pid), signal.SIGSTOP)  # its sleeps come and go
        self.seen.cancel(self.client, run)
        self.end_well()

    def test_a_stopped_daemon_goes_on_where_it_stood(self):
        self.world.start()
        run = self.hold()
        self.world.daemon.send_signal(signal.SIGSTOP)
        self.open_gate()
        self.wait_for(self.journal.ended, "the task has ended")
        self.world.daemon.send_signal(signal.SIGCONT)
        self.end_well_after_one_start(run)

    # ---- locks and old copies ---------------------------------------------------------------------

    def test_a_second_daemon_is_refused_and_a_stale_lock_is_not_in_the_way(self):
        self.world.start()
        words = [harness.MLPD, "--data", self.world.data, "--listen", "127.0.0.1:0"]
        second = subprocess.run(words, env=self.world.env, capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(second.returncode, 10, second.stderr)
        self.assertIn(str(self.world.daemon.pid), second.stderr)
        self.world.kill_daemon()
        with open(os.path.join(self.world.data, "lock"), "w", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
        self.world.start()
        self.submit("many", {"result": workload.expected_many(3)}, salt="l", items=3)
        self.end_well()

    def test_a_stale_runner_lock_that_names_a_strangers_process_does_it_no_harm(self):
        self.world.start()
        self.world.shut_down(self.client)
        stranger = subprocess.Popen(["sleep", "1000"], start_new_session=True)
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        text = harness.json.loads(self.lock_text())
        text["pid"] = stranger.pid
        with open(os.path.join(self.world.data, "runner.lock"), "w", encoding="utf-8") as file:
            harness.json.dump(text, file)
        self.world.start()
        self.submit("many", {"result": workload.expected_many(3)}, salt="l", items=3)
        self.assertIsNone(stranger.poll())
        self.end_well()

    def test_an_older_store_goes_on_with_a_runner_that_served_newer_daemons(self):
        self.world.start()
        self.snapshot = self.client.upload(workload.project(self.journal.path))
        self.world.kill_daemon()
        copy = os.path.join(self.world.folder, "copy")
        self.world.copy_store(self.world.data, copy)
        for _ in range(3):
            self.world.start()
            self.world.kill_daemon()
        self.world.start()
        self.client.submit(self.snapshot, workload.PATH, "holding", {"gate": self.gate, "salt": "x"}, "x")
        self.wait_for(lambda: self.journal.begun("hold"), "the task has begun")
        self.world.kill_daemon()
        self.world.copy_store(copy, self.world.data)
        self.journal.forget_last("hold")
        self.world.start()
        self.submit("many", {"result": workload.expected_many(5)}, salt="n", items=5)
        self.end_well()


if __name__ == "__main__":
    unittest.main()
