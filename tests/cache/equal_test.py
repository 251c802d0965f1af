"""Equal task runs at once run once: across 64 runs, in one map, and whatever becomes of the first of them."""

import os
import signal
import unittest

from home import CacheTest, settle

COUNT = 64

# Notes that it ran, waits for the file `go`, then ends as `end` says.
SOURCE = '''task once() -> (text: string at stdout) {{
  {properties}
  run """
    echo ran >> "{folder}/ran"
    while [ ! -e "{folder}/go" ]; do sleep 0.02; done
    {end}
    echo {name}
  """
}}
pipeline equal() -> string {{ return once().text }}
'''

MAP = SOURCE + '''pipeline mapped() -> int {{
  all = for i in range({count}) {{ once() }}
  return count(all)
}}
'''

# `mkdir` makes one of all attempts the first.
FAILS_FIRST = 'if mkdir "{folder}/first" 2>/dev/null; then exit 3; fi'


class EqualTest(CacheTest):
    def write(self, name, end="", properties="", text=SOURCE):
        self.folder = os.path.join(self.home.folder, name)
        os.makedirs(self.folder, exist_ok=True)
        self.home.write(name + ".mlp", text.format(name=name, folder=self.folder, count=COUNT, properties=properties,
                                                   end=end.format(folder=self.folder)))
        self.path = name + ".mlp"
        self.addCleanup(self.go)  # an attempt that waits would hold its core

    def go(self):
        open(os.path.join(self.folder, "go"), "w", encoding="utf-8").close()

    def times_run(self):
        path = os.path.join(self.folder, "ran")
        if not os.path.exists(path):
            return 0
        with open(path, encoding="utf-8") as file:
            return len(file.readlines())

    def submit(self, count=COUNT):
        """The same snapshot `count` times; the first run is the one whose task run starts."""
        first = int(self.home.ctl("run", self.path + ":equal", "--detach").out.split()[-1])
        self.assertTrue(settle(lambda: self.times_run() == 1))
        snapshot = self.api("GET", f"runs/{first}")["snapshot"]
        return [first] + [self.api("POST", "runs", {"snapshot": snapshot, "path": self.path, "pipeline": "equal",
                                                    "arguments": {}, "client_key": f"{self.path} {i}"})["run"]
                          for i in range(1, count)]

    def states(self, runs):
        return [self.api("GET", f"runs/{run}")["state"] for run in runs]

    def wait_for_end(self, runs):
        self.assertTrue(settle(lambda: "running" not in self.states(runs), 60), self.states(runs))
        return self.states(runs)

    def sources(self, runs):
        return [self.home.states(run)["once"] for run in runs]

    def test_64_equal_runs_submitted_together_run_their_task_once(self):
        self.write("together")
        runs = self.submit()
        self.assertEqual(self.times_run(), 1)
        self.go()
        self.assertEqual(self.wait_for_end(runs), ["succeeded"] * COUNT)
        self.assertEqual(self.times_run(), 1)
        self.assertEqual(self.sources(runs[:3]), ["ran", "cached", "cached"])

    def test_64_equal_items_of_a_map_run_once(self):
        self.write("items", text=MAP)
        self.go()
        done = self.home.ctl("run", "items.mlp:mapped")
        self.assertEqual(done.results, {"result": str(COUNT)})
        self.assertRegex(done.summary, rf"{COUNT} tasks, 1 ran, {COUNT - 1} cached$")
        self.assertEqual(self.times_run(), 1)

    def test_when_the_first_fails_the_next_takes_over(self):
        self.write("fails_first", end=FAILS_FIRST)
        runs = self.submit()
        self.go()
        self.assertEqual(self.wait_for_end(runs), ["failed"] + ["succeeded"] * (COUNT - 1))
        self.assertEqual(self.times_run(), 2)

    def test_a_first_with_a_try_left_has_the_result_of_who_took_over(self):
        self.write("tries_again", end=FAILS_FIRST, properties="retry 1")
        runs = self.submit()
        self.go()
        self.assertEqual(self.wait_for_end(runs), ["succeeded"] * COUNT)
        self.assertEqual(self.times_run(), 2)

    def test_each_that_takes_over_has_tries_of_its_own(self):
        self.write("all_fail", end="exit 4", properties="retry 1")
        runs = self.submit(count=5)
        self.go()
        self.assertEqual(self.wait_for_end(runs), ["failed"] * 5)
        self.assertEqual(self.times_run(), 10)

    def test_when_the_first_is_cancelled_the_next_takes_over(self):
        self.write("cancelled")
        runs = self.submit()
        self.home.ctl("cancel", str(runs[0]))
        self.assertTrue(settle(lambda: self.times_run() == 2))
        self.go()
        self.assertEqual(self.wait_for_end(runs), ["cancelled"] + ["succeeded"] * (COUNT - 1))
        self.assertEqual(self.times_run(), 2)

    def test_a_daemon_killed_in_between_adopts_the_one_and_starts_no_other(self):
        self.write("killed")
        runs = self.submit()
        os.kill(self.home.daemon_pid(), signal.SIGKILL)
        self.home.ctl("up")
        self.go()
        self.assertEqual(self.wait_for_end(runs), ["succeeded"] * COUNT)
        self.assertEqual(self.times_run(), 1)

    def test_an_equal_task_run_of_another_pipeline_and_another_name_waits_too(self):
        self.write("another")
        first = self.submit(count=1)
        with open(os.path.join(self.home.project, self.path), encoding="utf-8") as file:
            text = file.read().replace("once", "twice").replace("pipeline equal", "pipeline other")
        self.home.write("other.mlp", text)
        second = int(self.home.ctl("run", "other.mlp", "--detach").out.split()[-1])
        self.go()
        self.assertEqual(self.wait_for_end(first + [second]), ["succeeded"] * 2)
        self.assertEqual(self.times_run(), 1)
        self.assertEqual(self.home.states(second), {"twice": "cached"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
