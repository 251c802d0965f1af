"""The examples as their README says."""

import os
import shutil
import unittest

import harness
from harness import HomeTest

# Making the environment fetches packages.
FIRST_RUN_LIMIT = 200


class WordcountTest(HomeTest):
    def test_wordcount_counts_and_the_second_time_comes_from_the_cache(self):
        self.copy_example("wordcount")
        first = self.home.ctl("run", "wordcount.mlp")
        self.assertIn("succeeded", first.summary)
        self.assertGreater(int(first.results["words"]), 4000)
        second = self.home.ctl("run", "wordcount.mlp")
        self.assertRegex(second.summary, r", 0 ran, \d+ cached$")
        self.assertEqual(second.results, first.results)
        table = self.home.ctl("artifacts", "get", "1/merge", "table", "-o", "-").out
        self.assertTrue(table.startswith("the\t"), table[:40])


class IrisTest(HomeTest):
    def test_iris_trains_explains_gates_and_survives_a_damaged_environment(self):
        self.copy_example("iris")
        first = self.home.ctl("run", "iris.mlp", limit=FIRST_RUN_LIMIT)
        self.assertGreater(float(first.results["accuracy"]), 0.9)
        self.assertIn("0 cached", first.summary)
        self.assertRegex(self.home.ctl("run", "iris.mlp").summary, r" 0 ran, 7 cached$")
        self.check_gate()
        self.check_change()
        self.check_damage()

    def check_gate(self):
        gated = self.home.ctl("run", "iris.mlp", "--set", "floor=0.9999", expect=harness.RUN_FAILED)
        self.assertIn("is under 0.9999", gated.err)
        self.assertIn(" 0 ran", gated.summary)

    def check_change(self):
        with open(os.path.join(self.home.project, "src/model.py"), "a", encoding="utf-8") as file:
            file.write("\nCHANGED = True\n")
        changed = self.home.ctl("run", "iris.mlp")
        run = changed.summary.split()[1]
        states = self.home.states(run)
        self.assertEqual({states[f"fit[{i}]"] for i in range(4)}, {"ran"})
        self.assertEqual((states["load"], states["split"]), ("cached", "cached"))
        self.assertIn("src/model.py", self.home.ctl("why", f"{run}/fit[0]").out)

    def check_damage(self):
        environments = os.path.join(self.home.data, "environments")
        for folder, _, names in os.walk(environments):
            if "python3" in names and folder.endswith("bin"):
                shutil.rmtree(folder)
        with open(os.path.join(self.home.project, "src/model.py"), "a", encoding="utf-8") as file:
            file.write("\nCHANGED = False\n")
        again = self.home.ctl("run", "iris.mlp", limit=FIRST_RUN_LIMIT)
        self.assertIn("succeeded", again.summary)


if __name__ == "__main__":
    unittest.main(verbosity=2)
