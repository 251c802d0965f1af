"""A process dies at each crash point on its first hit, and everything ends as undisturbed."""

import concurrent.futures
import unittest

import points
import whitebox
from world import Finding

AT_ONCE = 2  # worlds side by side; most of the time each waits


class Whitebox(unittest.TestCase):
    def test_a_death_at_any_crash_point_loses_nothing(self):
        known = points.all_points()
        self.assertGreaterEqual(len(known), 40)
        lives = whitebox.discover()
        self.assertEqual([], [point for point in known if point not in lives], "not reached by the workload")

        def try_point(point):
            try:
                whitebox.die_at(point, lives[point])
                return ""
            except Finding as finding:
                return str(finding)

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            self.assertEqual([], [told for told in pool.map(try_point, known) if told])


if __name__ == "__main__":
    unittest.main()
