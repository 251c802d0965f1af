"""Thirty kills at random moments, of everything that can be killed, while clients are at work."""

import os
import unittest

from storm import VICTIMS, Storm


class RandomKills(unittest.TestCase):
    def test_thirty_kills_lose_nothing_and_commit_nothing_twice(self):
        seed = os.environ.get("MLP_SEED", "1")
        counts = Storm(seed, 30).blow()
        for what in ("submits", "cancels", "retries", "reads", "followed", *VICTIMS):
            self.assertGreater(counts.get(what, 0), 0, f"not everything happened: {counts}")


if __name__ == "__main__":
    unittest.main()
