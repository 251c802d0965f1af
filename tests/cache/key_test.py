"""What a key covers, each part in turn: a change is a miss that `plan` and `why` name; all else is a hit.

One table (cases.py), one task for each of its cases, one run before and one after all the changes.
"""

import os
import re
import unittest

import cases
from home import CacheTest, ROOT, harness

# Fields of the two headers that no line of `.mlp` can change today, and where they are held instead.
ELSEWHERE = {
    "KeyBase.secrets": "secrets TOKEN",
    "KeyBase.has_network": "network off",
    "Environment.python": "",           # it takes a second Python: tests/unit/environment
    "TaskDefinition.is_cached": "",     # test_cache_off_is_never_a_hit_and_spoils_none
}
KEY_TYPES = ("KeyBase", "BodyPart", "KeyOutput", "KeyVariable", "KeyInput")
PLAN_TYPES = ("TaskInput", "TaskOutput", "RunPart", "Body", "Environment", "SeenFile", "RetryRule", "Variable",
              "TaskDefinition")


def fields_of(path, types):
    """Type.field of each field of these structs, as the header declares them."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = re.sub(r"//.*", "", file.read())
    found = set()
    for name in types:
        body = re.search(r"struct " + name + r" \{(.*?)\n\};", text, re.S).group(1)
        for statement in body.split(";"):
            declared = re.match(r"\s*[\w:<>, ]+[\s>](\w+)(\s*=[^;]*)?\s*$", statement, re.S)
            if declared and "operator" not in statement:
                found.add(f"{name}.{declared.group(1)}")
    return found


class TableTest(unittest.TestCase):
    def test_every_field_of_a_key_and_of_a_task_has_a_case(self):
        wanted = fields_of("runtime/cache/cache_key.h", KEY_TYPES) | fields_of("compiler/plan/plan.h", PLAN_TYPES)
        covered = set(ELSEWHERE)
        for case in cases.misses() + cases.hits():
            covered |= set(case.covers.split())
        self.assertEqual(sorted(wanted - covered), [], "add a case to tests/cache/cases.py for each of these")
        self.assertEqual(sorted(covered - wanted), [], "no header has these fields any more")

    def test_every_part_of_a_key_changes_it_in_some_case(self):
        wanted = fields_of("runtime/cache/cache_key.h", KEY_TYPES) - set(ELSEWHERE)
        covered = {field for case in cases.misses() for field in case.covers.split()}
        self.assertEqual(sorted(wanted - covered), [], "add a miss to tests/cache/cases.py for each of these")

    def test_the_names_of_the_cases_are_different(self):
        names = [case.name for case in cases.misses() + cases.hits()]
        self.assertEqual(len(names), len(set(names)))


class KeyTest(CacheTest):
    def write_cases(self, all_cases, is_after, path="matrix.mlp", **more):
        for case in all_cases:
            self.write_all(case.project_files(is_after))
        self.home.write(path, cases.source(all_cases, is_after, **more))

    def states_of(self, states):
        """Of the task runs of a case, however deep in a `for`: one state each."""
        return {re.sub(r"\[\d+\]$", "", name): state for name, state in states.items()}

    def test_a_change_of_any_part_is_a_miss_that_plan_and_why_name(self):
        misses = cases.misses()
        self.write_cases(misses, is_after=False, path="misses.mlp", pipeline="misses")
        self.run_pipeline("misses.mlp")
        _, again = self.run_pipeline("misses.mlp")
        self.assertEqual(set(again.values()), {"cached"}, again)
        self.write_cases(misses, is_after=True, path="misses.mlp", pipeline="misses")
        forecast = self.home.ctl("plan", "misses.mlp", "--json").json["tasks"]
        reasons = {task["task"]: (task["verdict"], task["reason"]) for task in forecast}
        number, states = self.run_pipeline("misses.mlp")
        for case in misses:
            with self.subTest(case.name):
                self.assertEqual(states[case.name], "ran")
                why = self.home.ctl("why", f"{number}/{case.name}").out
                self.assertIn(case.says, why)
                self.assertNotIn("first time", why)
                self.check_forecast(case, *reasons[case.name])

    def check_forecast(self, case, verdict, reason):
        if case.name == "result_of_another":
            return self.assertEqual((verdict, reason), ("unknown", "waits for result_of_another_source"))
        self.assertEqual(verdict, "run")
        self.assertIn(case.says, reason)

    def test_what_outputs_do_not_depend_on_changes_nothing(self):
        hits = cases.hits()
        self.write_cases(hits, is_after=False)
        self.run_pipeline("matrix.mlp")
        self.write_cases(hits, is_after=True, order=-1)
        forecast = self.home.ctl("plan", "matrix.mlp", "--json").json
        self.assertEqual(forecast["will_run"], 0, [t for t in forecast["tasks"] if t["verdict"] != "hit"])
        number, states = self.run_pipeline("matrix.mlp")
        states = self.states_of(states)
        for case in hits:
            with self.subTest(case.name):
                self.assertEqual(states[case.task_after or case.name], "cached")
        self.assertIn("nothing it depends on changed", self.home.ctl("why", f"{number}/doc").out)
        self.check_names_of_pipelines_and_files(hits)
        self.check_times()
        self.check_formatting()
        self.check_the_machine()

    def expect_all_cached(self, *words, **more):
        _, states = self.run_pipeline(*words, **more)
        ran = [name for name, state in states.items() if state != "cached"]
        self.assertEqual(ran, [])

    def check_names_of_pipelines_and_files(self, hits):
        self.write_cases(hits, is_after=True, path="deep/er/another name.mlp", pipeline="another_name")
        text = cases.source(hits, True, "another_name").replace('"./moved.mlp"', '"../../moved.mlp"')
        self.home.write("deep/er/another name.mlp", text)
        self.expect_all_cached("deep/er/another name.mlp")

    def check_times(self):
        for folder, _, names in os.walk(self.home.project):
            for name in names:
                os.utime(os.path.join(folder, name), (1_000_000_000, 1_000_000_000))
        self.expect_all_cached("matrix.mlp")

    def check_formatting(self):
        self.home.ctl("fmt", "matrix.mlp")
        self.expect_all_cached("matrix.mlp")

    def check_the_machine(self):
        """The project and the data elsewhere, another HOME, umask, environment and number of CPUs."""
        self.home.ctl("down")
        moved = os.path.join(self.home.folder, "moved here")
        os.makedirs(moved)
        for name in ("project", "data"):
            os.rename(os.path.join(self.home.folder, name), os.path.join(moved, name))
        self.home.project = os.path.join(moved, "project")
        self.home.data = os.path.join(moved, "data")
        self.home.env.update(MLP_DATA=self.home.data, HOME=moved, SOME_VARIABLE="1", MLP_CPUS="7", TZ="Asia/Tokyo")
        before = os.umask(0o077)
        try:
            self.expect_all_cached("matrix.mlp")
        finally:
            os.umask(before)

    def test_cache_off_is_never_a_hit_and_spoils_none(self):
        text = cases.task('run "echo cache off"', name="off") + "pipeline switched() { off() }\n"
        self.home.write("off.mlp", text)
        self.run_pipeline("off.mlp")
        self.home.write("off.mlp", text.replace("  run", "  cache off\n  run"))
        for _ in range(2):
            number, states = self.run_pipeline("off.mlp")
            self.assertEqual(states, {"off": "ran"})
            self.assertIn("never cached", self.home.ctl("why", f"{number}/off").out)
        self.home.write("off.mlp", text)
        self.assertEqual(self.run_pipeline("off.mlp")[1], {"off": "cached"})

    def test_what_may_be_in_a_key_one_day_is_refused_today(self):
        for field, line in ELSEWHERE.items():
            if not line:
                continue
            with self.subTest(field):
                self.home.write("later.mlp", cases.task('run "echo"', properties="  " + line, name="later")
                                + "pipeline one_day() { later() }\n")
                done = self.home.ctl("run", "later.mlp", expect=harness.SOURCE_ERROR)
                self.assertIn("not supported yet", done.err + done.out, "now it is: add a case to cases.py")


if __name__ == "__main__":
    unittest.main(verbosity=2)
