"""The daemon as its user meets it: started, killed, restarted, ended, refused."""

import os
import signal
import socket
import subprocess
import unittest

import harness
from harness import HomeTest

def slow(journal, seconds=1.0, count=6):
    """A pipeline whose tasks write a line to a journal outside each time they run."""
    return f'''task slow(n: int, seconds: float) -> (out: int at stdout) {{
  run """
    echo "$MLP_INPUT_N" >> {journal}
    sleep ~{{seconds}}
    echo "$MLP_INPUT_N"
  """
}}

pipeline slowly(seconds: float = {seconds}) -> int {{
  all = for n in range(0, {count}) {{ slow(n, seconds) }}
  return sum(for s in all {{ s.out }})
}}
'''


class DaemonTest(HomeTest):
    def setUp(self):
        super().setUp()
        self.journal = os.path.join(self.home.folder, "journal")

    def begun(self):
        if not os.path.exists(self.journal):
            return []
        with open(self.journal, encoding="utf-8") as file:
            return file.read().split()

    def write_slow(self, **how):
        self.home.write("slow.mlp", slow(self.journal, **how))

    def test_up_status_and_down(self):
        up = self.home.ctl("up")
        self.assertIn("http://127.0.0.1:", up.out)
        self.assertIn("already", self.home.ctl("up").out)
        self.assertEqual(os.stat(self.home.data).st_mode & 0o777, 0o700)
        for name in ("endpoint", "token"):
            self.assertEqual(os.stat(os.path.join(self.home.data, name)).st_mode & 0o777, 0o600)
        status = self.home.ctl("status")
        self.assertIn("health", status.out)
        self.assertIn("/login?token=", status.out)
        document = self.home.ctl("status", "--json").json
        self.assertEqual(document["schema_version"], 1)
        self.assertEqual(document["health"], "ok")
        self.home.ctl("down")
        self.wait_for(lambda: not self.home.processes(), "nothing is left")
        self.home.ctl("status", expect=harness.UNREACHABLE)

    def test_a_killed_daemon_loses_nothing_and_runs_nothing_twice(self):
        self.write_slow(seconds=0.7, count=8)
        client = self.home.start("run", "slow.mlp")
        self.wait_for(lambda: len(self.begun()) >= 3, "three tasks have begun")
        os.kill(self.home.daemon_pid(), signal.SIGKILL)
        self.home.ctl("up")
        out, err = client.communicate(timeout=50)
        self.assertEqual(client.returncode, 0, out + err)
        self.assertIn("the daemon is away", err)
        self.assertIn("run 1 succeeded", out)
        self.assertIn("8 tasks, 8 ran", out)
        self.assertEqual(sorted(self.begun()), sorted(map(str, range(8))), "each task ran once")

    def test_sigterm_leaves_the_tasks_alone(self):
        self.write_slow(seconds=1.5, count=1)
        self.home.ctl("run", "slow.mlp", "--detach")
        self.wait_for(lambda: self.begun(), "the task has begun")
        pid = self.home.daemon_pid()
        os.kill(pid, signal.SIGTERM)
        self.wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "mlpd has ended")
        self.home.ctl("up")
        self.assertIn("1 ran", self.home.ctl("show", "1", "--follow").summary)
        self.assertEqual(self.begun(), ["0"])

    def test_down_refuses_while_tasks_run(self):
        self.write_slow(seconds=30, count=1)
        self.home.ctl("run", "slow.mlp", "--detach")
        self.wait_for(lambda: self.begun(), "the task has begun")
        refused = self.home.ctl("down", expect=harness.CONFLICT)
        self.assertIn("--wait", refused.err)
        self.assertIn("--kill", refused.err)
        self.home.ctl("down", "--kill")
        self.wait_for(lambda: not self.home.processes(), "nothing is left")
        self.home.ctl("up")
        self.wait_for(lambda: len(self.begun()) == 2, "the run goes on at the next up")
        attempts = self.home.ctl("show", "1/slow[0]", "--json").json["attempt_details"]
        self.assertEqual(attempts[0]["reason"], "lost")

    def test_down_wait_lets_the_running_tasks_end(self):
        self.write_slow(seconds=1, count=1)
        self.home.ctl("run", "slow.mlp", "--detach")
        self.wait_for(lambda: self.begun(), "the task has begun")
        self.home.ctl("down", "--wait")
        self.home.ctl("up")
        self.home.ctl("show", "1", "--follow")
        self.assertEqual(self.begun(), ["0"])

    def test_a_hundred_thousand_task_runs_are_there_again_after_a_start(self):
        store = [os.path.join(harness.BIN, "make_store"), self.home.data, "1", "100000", "50000"]
        subprocess.run(store, check=True, timeout=120)
        ran = 1
        for is_killed in (False, True):
            if is_killed:
                os.kill(self.home.daemon_pid(), signal.SIGKILL)
            self.home.ctl("up")
            run = self.home.ctl("runs", "--json").json["runs"][0]
            self.assertEqual(("running", 100_000), (run["state"], run["counts"]["total"]))
            self.assertGreaterEqual(run["counts"]["ran"], ran, "what has ended stays counted")
            ran = run["counts"]["ran"]

    def test_a_second_daemon_on_the_same_data_is_refused(self):
        self.home.ctl("up")
        second = self.mlpd("--listen", "127.0.0.1:0")
        self.assertEqual(second.returncode, 10, second.stderr)
        self.assertIn(self.home.data, second.stderr)

    def test_a_port_in_use_is_told_when_it_was_asked_for(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            second = self.mlpd("--listen", f"127.0.0.1:{port}")
            self.assertEqual(second.returncode, 13, second.stderr)
            self.assertIn(str(port), second.stderr)
            up = self.home.ctl("up", "--listen", f"127.0.0.1:{port}", expect=harness.UNREACHABLE)
            self.assertIn(str(port), up.err)

    def mlpd(self, *words):
        return subprocess.run([harness.MLPD, "--data", self.home.data, *words], env=self.home.env,
                              capture_output=True, text=True, timeout=20)

    def test_a_data_folder_with_a_token_of_another_is_denied(self):
        self.home.ctl("up")
        wrong = self.home.ctl("runs", "--token", "mlp_wrong", expect=harness.DENIED)
        self.assertIn("token", wrong.err)
        self.home.ctl("runs", env={"MLP_TOKEN": "mlp_wrong"}, expect=harness.DENIED)

    def test_a_server_that_is_named_is_never_started(self):
        self.home.write("hello.mlp", 'task t() -> (a: string at stdout) { run "echo" }\n'
                                     "pipeline p() -> string { return t().a }\n")
        done = self.home.ctl("run", "hello.mlp", "--server", "http://127.0.0.1:9", expect=harness.UNREACHABLE)
        self.assertIn("127.0.0.1:9", done.err)
        self.assertFalse(os.path.exists(os.path.join(self.home.data, "endpoint")))

    def test_a_run_is_cancelled(self):
        self.write_slow(seconds=30, count=2)
        self.home.ctl("run", "slow.mlp", "--detach")
        self.wait_for(lambda: self.begun(), "a task has begun")
        self.home.ctl("cancel", "1")
        done = self.home.ctl("show", "1", "--follow", expect=harness.RUN_FAILED)
        self.assertRegex(done.summary, r"^run 1 cancelled in .*2 cancelled$")

    def test_control_c_leaves_the_run_going_and_says_how_to_go_on(self):
        self.write_slow(seconds=2, count=1)
        client = self.home.start("run", "slow.mlp")
        self.assertIn("run 1\n", iter(client.stderr.readline, ""))
        self.wait_for(lambda: self.begun(), "the task has begun")
        client.send_signal(signal.SIGINT)
        err = client.stderr.read()
        self.assertEqual(client.wait(timeout=20), 130)
        self.assertIn("run 1 goes on", err)
        self.assertIn("mlpctl cancel 1", err)
        self.assertIn("run 1 succeeded", self.home.ctl("show", "1", "--follow").out)

    def test_a_client_that_is_killed_leaves_the_run_going(self):
        self.write_slow(seconds=1, count=2)
        client = self.home.start("run", "slow.mlp")
        self.wait_for(lambda: self.begun(), "the task has begun")
        client.kill()
        client.communicate()
        self.assertIn("2 tasks, 2 ran", self.home.ctl("show", "1", "--follow").summary)

    def test_junk_on_the_port_does_no_harm(self):
        address = self.home.ctl("up", "--json").json["address"].split("//")[1]
        host, port = address.split(":")
        with socket.create_connection((host, int(port))) as junk:
            sent = 0
            try:
                while sent < 100_000_000:
                    sent += junk.send(b"\xff" * 1_000_000)
            except OSError:
                pass
        self.assertLess(sent, 100_000_000)
        status = self.home.ctl("status", "--json").json
        self.assertLess(status["memory_bytes"], 200_000_000)

    def test_logs_follow_what_a_task_writes(self):
        self.home.write("talk.mlp", '''task talk() -> (out: File) {
  run "echo one; sleep 1; echo two; echo > ~{out}"
}

pipeline talking() { talk() }
''')
        self.home.ctl("run", "talk.mlp", "--detach")
        follower = self.home.start("logs", "1/talk", "-f")
        self.assertEqual(follower.stdout.readline(), "one\n")
        self.assertEqual(self.home.ctl("show", "1", "--json").json["state"], "running")
        self.assertEqual(follower.stdout.read(), "two\n")
        self.assertEqual(follower.wait(20), 0)
        follower.communicate()
        lines = self.home.ctl("logs", "1/talk", "-f", "--json").lines
        self.assertEqual([line["line"] for line in lines], ["one", "two"])
        self.assertEqual({line["schema_version"] for line in lines}, {1})
        self.assertIn("1/talk | two", self.home.ctl("logs", "1").out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
