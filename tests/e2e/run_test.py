"""A run from its file to its last line, and what runs again after a change."""

import os
import re
import unittest

import harness
from harness import HomeTest

HELLO = '''task greet() -> (text: string at stdout) {
  run "echo said aside >&2; echo hello"
}

pipeline hello() -> string {
  return greet().text
}
'''

CHAIN = '''/// Counts and doubles.
task count(data: File) -> (lines: int at stdout) {
  uses "count.py"
  run "python3 count.py ~{data}"
}

task double(n: int) -> (twice: int at stdout) {
  run "echo $((2 * $MLP_INPUT_N))"
}

task constant() -> (value: int at stdout) {
  run "echo 7"
}

pipeline chain(data: File = file("data.txt")) -> (twice: int, value: int) {
  counted = count(data)
  doubled = double(counted.lines)
  fixed = constant()
  return (twice: doubled.twice, value: fixed.value)
}
'''

COUNT = "import sys\nprint(sum(1 for _ in open(sys.argv[1])))\n"

MAP = '''task square(n: int) -> (out: int at stdout) {
  run "echo $(( $MLP_INPUT_N * $MLP_INPUT_N ))"
}

pipeline squares() -> int {
  all = for n in range(0, 50) { square(n) }
  return sum(for s in all { s.out })
}
'''


class RunTest(HomeTest):
    def chain(self):
        self.home.write("chain.mlp", CHAIN)
        self.home.write("count.py", COUNT)
        self.home.write("data.txt", "a\nb\nc\n")

    def test_one_task_runs_and_the_last_line_tells_of_it(self):
        self.home.write("hello.mlp", HELLO)
        done = self.home.ctl("run", "hello.mlp")
        self.assertRegex(done.summary, r"^run 1 succeeded in \S+: 1 task, 1 ran, 0 cached$")
        self.assertEqual(done.results, {"result": "hello"})
        self.assertEqual(len(re.findall(r"^run 1 ", done.out, re.M)), 1)
        self.assertRegex(done.err, r"\n  greet +ran +\S+\n")
        self.assertNotIn("the daemon is away", done.err)
        self.assertEqual(self.home.ctl("logs", "1/greet").out, "said aside\n")

    def test_a_second_run_is_all_cached(self):
        self.chain()
        first = self.home.ctl("run", "chain.mlp")
        self.assertRegex(first.summary, r"3 tasks, 3 ran, 0 cached$")
        self.assertEqual(first.results, {"twice": "6", "value": "7"})
        second = self.home.ctl("run", "chain.mlp")
        self.assertRegex(second.summary, r"^run 2 succeeded in \S+: 3 tasks, 0 ran, 3 cached$")
        self.assertEqual(second.results, first.results)

    def test_a_changed_line_of_python_runs_again_what_depends_on_it_and_why_names_the_file(self):
        self.chain()
        self.home.ctl("run", "chain.mlp")
        self.home.write("count.py", COUNT.replace("sum(1", "10 + sum(1"))
        second = self.home.ctl("run", "chain.mlp")
        self.assertEqual(second.results["twice"], "26")
        self.assertEqual(self.home.states(2), {"count": "ran", "double": "ran", "constant": "cached"})
        self.assertIn("count.py", self.home.ctl("why", "2/count").out)
        self.assertIn("n", self.home.ctl("why", "2/double").out)
        self.assertIn("1/constant", self.home.ctl("why", "2/constant").out)

    def test_a_change_that_changes_no_output_stops_at_the_task(self):
        self.chain()
        self.home.ctl("run", "chain.mlp")
        self.home.write("count.py", COUNT + "# said otherwise\n")
        self.home.ctl("run", "chain.mlp")
        self.assertEqual(self.home.states(2), {"count": "ran", "double": "cached", "constant": "cached"})

    def test_a_changed_comment_runs_nothing(self):
        self.chain()
        self.home.ctl("run", "chain.mlp")
        self.home.write("chain.mlp", "// A remark.\n" + CHAIN.replace("Counts and doubles", "Says otherwise"))
        self.assertRegex(self.home.ctl("run", "chain.mlp").summary, r"3 tasks, 0 ran, 3 cached$")

    def test_changed_data_runs_again_what_reads_it(self):
        self.chain()
        self.home.ctl("run", "chain.mlp")
        self.home.write("data.txt", "a\n")
        self.home.ctl("run", "chain.mlp")
        self.assertEqual(self.home.states(2), {"count": "ran", "double": "ran", "constant": "cached"})

    def test_plan_tells_what_would_run_and_runs_nothing(self):
        self.chain()
        self.assertIn("2 will run, 1 not known yet", self.home.ctl("plan", "chain.mlp").out)
        self.home.ctl("run", "chain.mlp")
        self.home.write("count.py", COUNT + "#\n")
        forecast = self.home.ctl("plan", "chain.mlp", "--json").json
        verdicts = {task["task"]: task["verdict"] for task in forecast["tasks"]}
        self.assertEqual(verdicts["count"], "run")
        self.assertEqual(verdicts["constant"], "hit")
        self.assertIn("count.py", [t["reason"] for t in forecast["tasks"] if t["task"] == "count"][0])
        self.assertEqual(len(self.home.ctl("runs", "--json").json["runs"]), 1)

    def test_a_record_stands_as_the_parameter_file_a_script_reads(self):
        self.home.write("params.mlp", """
record Train { lr: float = 0.1, name: string }
task show(train: Train at "params.yaml") -> (text: string at stdout) { run "cat params.yaml" }
pipeline params() -> string { return show(Train{name: "a: b"}).text }
""")
        done = self.home.ctl("run", "params.mlp")
        self.assertIn('"lr": 0.1', done.out)
        self.assertIn('"a: b"', done.out)

    def test_a_map_is_one_line_and_its_items_have_names(self):
        self.home.write("squares.mlp", MAP)
        done = self.home.ctl("run", "squares.mlp")
        self.assertRegex(done.summary, r"50 tasks, 50 ran, 0 cached$")
        self.assertEqual(done.results, {"result": str(sum(n * n for n in range(50)))})
        self.assertEqual(len([line for line in done.err.splitlines() if "square" in line]), 1, done)
        self.assertIn("49", self.home.ctl("show", "1/square[7]").out)

    def test_parameters_are_set_and_kept_with_the_run(self):
        self.chain()
        self.home.write("other.txt", "x\n")
        self.assertEqual(self.home.ctl("run", "chain.mlp", "--set", "data=other.txt").results["twice"], "2")
        outside = os.path.join(self.home.folder, "outside.txt")
        with open(outside, "w", encoding="utf-8") as file:
            file.write("1\n2\n3\n4\n")
        self.assertEqual(self.home.ctl("run", "chain.mlp", "--set", f"data={outside}").results["twice"], "8")

    def test_the_code_that_ran_can_be_had_back(self):
        self.chain()
        self.home.ctl("run", "chain.mlp")
        self.home.write("count.py", "changed\n")
        listed = self.home.ctl("show", "1", "--source").out
        for name in ("chain.mlp", "count.py", "data.txt"):
            self.assertIn(name, listed)
        self.assertEqual(self.home.ctl("show", "1", "--source", "--file", "count.py").out, COUNT)
        self.home.ctl("show", "1", "--source", "-o", "back")
        with open(os.path.join(self.home.project, "back/count.py"), encoding="utf-8") as file:
            self.assertEqual(file.read(), COUNT)


if __name__ == "__main__":
    unittest.main(verbosity=2)
