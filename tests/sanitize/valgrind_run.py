"""One run of everything a user does in a day, slow enough for valgrind: made for tests/sanitize/campaign."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))

import harness  # noqa: E402

harness.LIMIT = 600

DAY = '''task square(n: int) -> (out: int at stdout) {
  run "echo said aside >&2; echo $(( $MLP_INPUT_N * $MLP_INPUT_N ))"
}

task never() {
  run "exit 7"
}

task forever() {
  run "sleep 600"
}

pipeline day(n: int = 4) -> int {
  all = for i in range(0, n) limit 2 { square(i) }
  total = sum(for s in all { s.out })
  check total > 0, "nothing to add"
  return total
}

pipeline bad() {
  never()
}

pipeline long() {
  forever()
}
'''


class ValgrindRun(harness.HomeTest):
    def test_a_day(self):
        ctl = self.home.ctl
        self.home.write("day.mlp", DAY)
        ctl("up")
        self.assertEqual(ctl("run", "day.mlp").results, {"result": "14"})
        self.assertRegex(ctl("run", "day.mlp").summary, "0 ran, 4 cached")
        self.assertRegex(ctl("run", "day.mlp", "--set", "n=5").summary, "1 ran, 4 cached")
        ctl("run", "day.mlp:bad", expect=harness.RUN_FAILED)
        following = self.home.start("run", "day.mlp:long")
        self.wait_for(lambda: ctl("status", "--json").json["running_attempts"] == 1, "a long task", 300)
        ctl("cancel", "5", expect=None)
        following.communicate(timeout=300)
        for words in (["status"], ["runs"], ["show", "1"], ["why", "3/square[4]"], ["logs", "1/square[0]"],
                      ["plan", "day.mlp"], ["check", "day.mlp"], ["lineage", "1"]):
            ctl(*words, expect=None)
        ctl("down")


if __name__ == "__main__":
    unittest.main()
