"""Thirty kills at random moments, of everything that can be killed, while clients are at work."""

import os
import unittest

from storm import Storm


class RandomKills(unittest.TestCase):
    def test_thirty_kills_lose_nothing_and_commit_nothing_twice(self):
        seed = os.environ.get("MLP_SEED", "1")
        counts = Storm(seed, 30).blow()
        for what in ("submits", "reads", "followed"):
            self.assertGreater(counts.get(what, 0), 0, f"the clients did no work: {counts}")


if __name__ == "__main__":
    unittest.main()
