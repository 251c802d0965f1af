"""A few seeds of the campaign: random projects, random changes, damaged objects, and an oracle for hits and misses."""

import unittest

import play
from home import CacheTest

SEEDS = range(1, 5)
TURNS = 8


class OracleTest(CacheTest):
    env = {"MLP_OBJECTS_VERIFY": "content"}

    def test_a_daemon_runs_and_reuses_what_the_oracle_says(self):
        total = {}
        for seed in SEEDS:
            with self.subTest(f"tests/cache/campaign --seed {seed} --turns {TURNS} --verbose"):
                figures = play.Game(self.home, seed).play(TURNS)
                total = {name: total.get(name, 0) + count for name, count in figures.items()}
        self.assertGreater(total["ran"], 0)
        self.assertGreater(total["cached"], total["ran"], "most changes leave most of it cached")


if __name__ == "__main__":
    unittest.main(verbosity=2)
