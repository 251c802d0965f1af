"""The shapes of --json, as docs/http-api.md writes them down."""

import re
import unittest

from harness import HomeTest

PIPELINE = '''record Scores { accuracy: float }

task make(n: int) -> (table: File<csv>, scores: Metrics<Scores>) {
  run """
    echo 1,2 > ~{table}
    echo '{"accuracy": 0.5}' > ~{scores}
  """
}

pipeline shapes(n: int = 3, name: string = "a\\nb") -> (table: File<csv>, accuracy: float) {
  made = make(n)
  return (table: made.table, accuracy: made.scores.accuracy)
}
'''

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"


class JsonTest(HomeTest):
    def setUp(self):
        super().setUp()
        self.home.write("shapes.mlp", PIPELINE)

    def check_document(self, value, path="document"):
        """Names are snake_case, durations whole milliseconds, times RFC 3339."""
        if isinstance(value, list):
            for item in value:
                self.check_document(item, path + "[]")
        if not isinstance(value, dict):
            return
        for name, member in value.items():
            if not path.endswith(("value", "arguments")):
                self.assertRegex(name, r"^[a-z][a-z0-9_]*$", path)
            if name.endswith("_ms"):
                self.assertIsInstance(member, int, f"{path}.{name}")
            if name in ("submitted", "started", "ended", "given", "due", "time", "expires") and member is not None:
                self.assertRegex(member, TIME, f"{path}.{name}")
            self.check_document(member, f"{path}.{name}")

    def test_a_run_is_one_object_a_line_and_the_last_is_the_result(self):
        lines = self.home.ctl("run", "shapes.mlp", "--json").lines
        for line in lines:
            self.assertEqual(line["schema_version"], 1)
            self.check_document(line)
        self.assertEqual(lines[0]["type"], "submitted")
        self.assertEqual(lines[0]["run"], 1)
        self.assertEqual(lines[-1]["type"], "result")
        self.assertEqual(lines[-1]["state"], "succeeded")
        ends = [e for e in lines if e["type"] == "task_run" and e["state"] == "done"]
        self.assertEqual([(e["task_run"], e["source"]) for e in ends], [("1/make", "ran")])
        results = {r["name"]: r for r in lines[-1]["results"]}
        self.assertEqual(results["accuracy"]["value"], 0.5)
        self.assertEqual(set(results["table"]["value"]), {"digest", "size", "name", "kind"})

    def test_every_read_is_one_object_with_a_schema_version(self):
        self.home.ctl("run", "shapes.mlp")
        reads = [["runs"], ["show", "1"], ["show", "1/make"], ["show", "1", "--source"], ["why", "1/make"],
                 ["lineage", "1/make"], ["artifacts", "list", "1"], ["status"], ["version"],
                 ["plan", "shapes.mlp"], ["check", "shapes.mlp"], ["up"]]
        for words in reads:
            with self.subTest(words):
                document = self.home.ctl(*words, "--json").json
                self.assertEqual(document["schema_version"], 1)
                self.check_document(document)

    def test_a_task_run_has_its_attempts_and_outputs(self):
        self.home.ctl("run", "shapes.mlp")
        shown = self.home.ctl("show", "1/make", "--json").json
        self.assertEqual((shown["name"], shown["state"], shown["source"]), ("1/make", "done", "ran"))
        attempt = shown["attempt_details"][0]
        self.assertIsInstance(attempt["id"], str)
        self.assertEqual((attempt["state"], attempt["reason"]), ("done", "succeeded"))
        self.assertGreater(attempt["peak_memory_bytes"], 0)
        self.assertEqual({o["name"]: o["kind"] for o in shown["outputs"]}["table"], "file")

    def test_an_error_is_an_object_too(self):
        self.home.ctl("up")
        document = self.home.ctl("show", "99", "--json", expect=4).json
        self.assertEqual(document["error"]["code"], "not_found")

    def test_lineage_names_run_plan_parameters_and_inputs(self):
        self.home.ctl("run", "shapes.mlp", "--set", "n=4")
        first = self.home.ctl("lineage", "1/make", "--json").json["lineages"][0]
        maker = first["made_by"][0]
        self.assertEqual(maker["task_run"], "1/make")
        self.assertRegex(maker["plan"], r"^[0-9a-f]{64}$")
        self.assertIn(("n", "4"), [(p["name"], p["text"]) for p in maker["parameters"]])
        self.assertIn("made by 1/make", self.home.ctl("lineage", "1/make").out)

    def test_artifacts_are_listed_and_fetched(self):
        self.home.ctl("run", "shapes.mlp")
        listed = self.home.ctl("artifacts", "list", "1").out
        self.assertRegex(listed, r"1/make\s+table\s+file")
        self.assertEqual(self.home.ctl("artifacts", "get", "latest/make", "table", "-o", "-").out, "1,2\n")
        self.home.ctl("artifacts", "get", "1/make", "table", "-o", "got.csv")
        self.home.ctl("artifacts", "get", "1/make", "table", "-o", "got.csv", expect=7)
        digest = re.search(r"[0-9a-f]{64}", listed).group(0)
        self.home.ctl("artifacts", "get", digest, "-o", "by-digest")


if __name__ == "__main__":
    unittest.main(verbosity=2)
