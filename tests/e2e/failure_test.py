"""What a user is told when a task, a parameter or a file is not as it should be, and that nothing is lost."""

import os
import unittest

import harness
from harness import HomeTest


def one_task(body, outputs="", properties=""):
    return f'''task bad() -> ({outputs or "text: string at stdout"}) {{
{properties}
{body}
}}

task after(text: string) -> (out: string at stdout) {{
  run "echo ~{{text}}"
}}

task apart() -> (out: string at stdout) {{
  run "echo apart"
}}

pipeline bad_run() -> string {{
  apart()
  return after("~{{bad()}}").out
}}
'''


class FailureTest(HomeTest):
    def run_failing(self, body, outputs="", properties=""):
        self.home.write("bad.mlp", one_task(body, outputs, properties))
        return self.home.ctl("run", "bad.mlp", expect=harness.RUN_FAILED)

    def reason(self, run=1, task="bad"):
        shown = self.home.ctl("show", f"{run}/{task}", "--json").json
        return shown["state"], shown["attempt_details"][-1]["reason"], shown["attempt_details"][-1]

    def test_a_failing_task_shows_its_last_lines_and_what_needs_it_is_skipped(self):
        done = self.run_failing('  run "echo first; echo some trouble >&2; exit 3"')
        self.assertRegex(done.summary, r"^run 1 failed in \S+: 3 tasks, 1 ran, 0 cached, 1 failed, 1 skipped$")
        self.assertIn("some trouble", done.err)
        self.assertIn("1/bad", done.err)
        state, reason, attempt = self.reason()
        self.assertEqual((state, reason, attempt["code"]), ("failed", "exit", 3))
        self.assertEqual(self.home.states(1), {"bad": "failed", "after": "skipped", "apart": "ran"})
        self.assertIn("some trouble", self.home.ctl("logs", "1/bad").out)
        self.assertRegex(self.home.ctl("plan", "bad.mlp").out, r"bad +1 +run +1/bad is failed")

    def test_what_cannot_be_computed_is_hidden_by_nothing(self):
        self.home.write("div.mlp", """
task echo(x: int) -> (y: int at stdout) { run "echo ~{x}" }
pipeline inner(k: int) -> (n: int) {
  a = echo(k).y
  return (n: div(10, a))
}
pipeline outer() -> int {
  r = inner(0)?
  return if r == null { -1 } else { 1 }
}
pipeline tolerant() -> [int] {
  return for x in [0, 1] tolerate 1 { div(10, echo(x).y) }
}
""")
        for pipeline in ("outer", "tolerant"):
            done = self.home.ctl("run", "div.mlp", pipeline, expect=harness.RUN_FAILED)
            self.assertIn("division by zero", done.err)

    def test_a_task_that_hangs_ends_at_its_timeout(self):
        done = self.run_failing('  run "sleep 60 & sleep 60"', properties="  timeout 500ms")
        self.assertEqual(self.reason()[1], "timeout")
        self.assertIn("bad", done.err)
        self.assertEqual([pid for pid in self.home.processes() if "sleep" in words_of(pid)], [])

    def test_a_task_killed_from_outside_tells_the_signal(self):
        self.run_failing('  run "kill -9 $$"')
        state, reason, attempt = self.reason()
        self.assertEqual((state, reason, attempt["code"]), ("failed", "signal", 9))

    def test_a_missing_output_is_named(self):
        done = self.run_failing('  run "true"', 'table: File at "made/table.csv"')
        self.assertEqual(self.reason()[1], "output")
        self.assertIn("made/table.csv", done.err)

    def test_an_output_of_the_wrong_type_is_told_with_what_was_found(self):
        done = self.run_failing('  run "echo many"', "count: int at stdout")
        self.assertEqual(self.reason()[1], "output")
        self.assertIn("many", done.err)

    def test_an_output_that_leads_out_of_the_folder_is_refused(self):
        self.run_failing('  run "ln -s /etc/passwd table.csv"', 'table: File at "table.csv"')
        self.assertEqual(self.reason()[1], "output")

    def test_a_program_that_is_not_there_is_exit_127(self):
        self.run_failing('  exec ["no-such-program-anywhere"]')
        self.assertEqual(self.reason()[2]["code"], 127)

    def test_a_flood_of_output_is_kept_within_bounds_and_the_run_goes_on(self):
        self.home.write("flood.mlp", '''task flood() -> (done: File at "done") {
  run "head -c 200000000 /dev/zero | tr '\\\\\\\\0' x; echo > ~{done}"
}

pipeline flooded() { flood() }
''')
        self.home.ctl("run", "flood.mlp", expect=None)
        size = self.home.ctl("show", "1/flood", "--json").json["attempt_details"][0]["log_size"]
        self.assertLess(size, 200_000_001)

    def test_children_left_behind_are_ended_with_their_task(self):
        self.home.write("leave.mlp", '''task leave() -> (text: string at stdout) {
  run "sleep 600 >/dev/null 2>&1 & echo left"
}

pipeline left() -> string { return leave().text }
''')
        self.home.ctl("run", "leave.mlp", expect=None, limit=30)
        self.wait_for(lambda: not [p for p in self.home.processes() if "sleep" in words_of(p)],
                      "the child is gone")

    def test_retries_are_told_and_counted(self):
        self.home.write("retry.mlp", '''task flaky() -> (text: string at stdout) {
  retry 2
  run "exit 5"
}

pipeline retry_it() -> string { return flaky().text }
''')
        self.home.ctl("run", "retry.mlp", expect=harness.RUN_FAILED)
        self.assertEqual(len(self.home.ctl("show", "1/flaky", "--json").json["attempts"]), 3)


class BadInputTest(HomeTest):
    ECHO = '''task say(text: string, count: int) -> (out: string at stdout) {
  run "printf %s ~{text}"
}

pipeline echo(text: string = "x", count: int = 1) -> string { return say(text, count).out }
'''

    def test_mistakes_in_the_file_are_told_with_place_and_hint_before_anything_starts(self):
        self.home.write("bad.mlp", "task t() -> (a: int at stdout) { run \"echo 1\" }\n"
                                   "pipeline p() -> int { return tt().a }\n")
        done = self.home.ctl("run", "bad.mlp", expect=harness.SOURCE_ERROR)
        self.assertIn("bad.mlp:2:", done.err)
        self.assertIn("`tt`", done.err)
        self.assertFalse(os.path.exists(os.path.join(self.home.data, "endpoint")))
        found = self.home.ctl("check", "bad.mlp", "--json", expect=harness.SOURCE_ERROR).json
        self.assertEqual(found["schema_version"], 1)
        self.assertEqual(found["diagnostics"][0]["line"], 2)

    def test_a_missing_file_is_not_found(self):
        done = self.home.ctl("run", "none.mlp", expect=harness.NOT_FOUND)
        self.assertIn("none.mlp", done.err)

    def test_unknown_and_ill_typed_parameters_are_named(self):
        self.home.write("echo.mlp", self.ECHO)
        done = self.home.ctl("run", "echo.mlp", "--set", "txet=y", expect=harness.USAGE)
        self.assertIn("txet", done.err)
        self.assertIn("text", done.err)
        done = self.home.ctl("run", "echo.mlp", "--set", "count=many", expect=harness.USAGE)
        self.assertIn("count", done.err)
        self.assertIn("many", done.err)
        self.home.ctl("run", "echo.mlp", "--set", "count", expect=harness.USAGE)
        self.assertFalse(os.path.exists(os.path.join(self.home.data, "endpoint")))

    def test_a_parameter_of_metacharacters_arrives_as_it_is(self):
        self.home.write("echo.mlp", self.ECHO)
        hostile = "; touch pwned $(touch pwned) `touch pwned` && touch pwned | '\" \\ * ~ ${HOME} %s {} <x >y"
        done = self.home.ctl("run", "echo.mlp", "--set", "text=" + hostile)
        self.assertEqual(done.results["result"], hostile)
        for folder, _, names in os.walk(self.home.folder):
            self.assertNotIn("pwned", names, folder)

    def test_file_names_with_spaces_quotes_newlines_and_unicode_are_only_names(self):
        name = "data/a b'c\"d\ne$(f)ä☃.txt"
        self.home.write(name, "one\ntwo\n")
        self.home.write("count.mlp", '''task count(part: File) -> (lines: int at stdout) {
  run "wc -l < ~{part}"
}

pipeline count_all(parts: [File] = glob("data/*.txt")) -> int {
  counted = for part in parts { count(part) }
  return sum(for c in counted { c.lines })
}
''')
        self.assertEqual(self.home.ctl("run", "count.mlp").results, {"result": "2"})
        shown = self.home.ctl("show", "1", "--source").out
        self.assertIn("\\x0a", shown)

    def test_runs_and_tasks_that_do_not_exist_are_answered_with_what_does(self):
        self.home.write("echo.mlp", self.ECHO)
        self.home.ctl("run", "echo.mlp")
        self.assertIn("1", self.home.ctl("show", "77", expect=harness.NOT_FOUND).err)
        self.assertIn("did you mean `1/say`", self.home.ctl("show", "1/sya", expect=harness.NOT_FOUND).err)
        self.home.ctl("show", "one", expect=harness.USAGE)

    def test_verbs_that_need_a_daemon_say_how_to_start_one(self):
        for words in (["runs"], ["show", "1"], ["logs", "1"], ["cancel", "1"], ["status"], ["down"]):
            self.assertIn("mlpctl up", self.home.ctl(*words, expect=harness.UNREACHABLE).err)


def words_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


if __name__ == "__main__":
    unittest.main(verbosity=2)
