"""fsck finds every damage that a read would find, with a daemon and without, and after a repair all is made anew."""

import os
import unittest

from damage_test import DAMAGES, USED
from home import CacheTest, harness

FINDINGS = 1


class FsckTest(CacheTest):
    def objects(self):
        folder = os.path.join(self.home.data, "objects")
        return {os.path.join(place, name) for place, _, names in os.walk(folder) for name in names}

    def make_and_damage(self, prefix):
        """An object for each kind of damage, all damaged while no daemon looks: their digests by the damage."""
        self.home.write("used.mlp", USED)
        made = {}
        for what in DAMAGES:
            before = self.objects()
            self.run_pipeline("used.mlp", "--set", f"name={prefix} {what}")
            [made[what]] = self.objects() - before
        for what, path in made.items():
            DAMAGES[what](path)
        return {what: os.path.basename(os.path.dirname(path)) + os.path.basename(path) for what, path in made.items()}

    def expect_all_found(self, digests):
        told = self.home.ctl("fsck", expect=FINDINGS).out
        for what, digest in digests.items():
            with self.subTest(what):
                self.assertIn(digest, told)

    def expect_all_made_anew(self, prefix):
        for what in DAMAGES:
            with self.subTest(what):
                words = ("used.mlp", "--set", f"name={prefix} {what}")
                self.assertEqual(self.run_pipeline(*words)[1], {"make": "ran", "check_big": "ran"})
        self.home.ctl("fsck")

    def test_every_damage_is_found_and_repaired_while_a_daemon_runs(self):
        self.expect_all_found(self.make_and_damage("asked"))
        self.home.ctl("fsck", "--repair")
        self.expect_all_made_anew("asked")

    def test_every_damage_is_found_and_repaired_where_no_daemon_runs(self):
        digests = self.make_and_damage("alone")
        self.home.ctl("down")
        self.expect_all_found(digests)
        self.home.ctl("fsck", "--repair")
        self.expect_all_made_anew("alone")


if __name__ == "__main__":
    unittest.main(verbosity=2)
