"""A store that was damaged or put back from an older copy: each is told apart in words, nothing acknowledged is missing
in silence, and after a repair the daemon goes on with what is there."""

import glob
import os
import shutil
import signal
import sys
import unittest

from damaged_store import FINDINGS, REFUSED, RUNS, UNREACHABLE, USAGE, DamagedStore, ROOT

sys.path.append(os.path.join(ROOT, "tests/crash"))
import points  # noqa: E402  (its folder is known only now)

PAGE = 4096
NO_ROOM, DEGRADED = 14, 9  # exit codes of mlpd --fsck and of mlpctl
# Why acknowledged commits are missing: one of these is said, whatever it is.
DAMAGED_LOG = "is damaged in the middle, at byte"
LOST_TAIL = "The end of its log"
LOST_LOG = "Its write-ahead log is gone"
OLDER_COPY = "an older copy of the store was put back"
NOT_READ = "They stood in what could not be read of the damaged store"
CAUSES = (DAMAGED_LOG, LOST_TAIL, LOST_LOG, OLDER_COPY, NOT_READ)
RESCUE_POINTS = ("rescue.filled", "rescue.new_is_whole", "rescue.damaged_is_kept", "rescue.finished")


def change(path, act):
    with open(path, "rb") as file:
        content = file.read()
    with open(path, "wb") as file:
        file.write(act(content))


class DamageTest(unittest.TestCase):
    """One history, damaged anew by each test."""

    @classmethod
    def setUpClass(cls):
        cls.damaged = DamagedStore()
        cls.addClassCleanup(cls.damaged.close)

    def setUp(self):
        self.damaged.renew()

    def log_file(self):
        return self.damaged.largest("*.log")

    def expect_refused(self, *parts):
        """It does not start, says why and what to do, and so again the next time; nothing differs afterwards."""
        before = self.damaged.contents("lock", "mlpd.log")
        for _ in range(2):
            code, words = self.damaged.start()
            self.assertEqual(code, REFUSED, words)
            for part in (*parts, "mlpctl fsck --repair"):
                self.assertIn(part, words)
        self.assertEqual(self.damaged.contents("lock", "mlpd.log"), before)
        self.expect_found(*parts)

    def expect_found(self, *parts):
        """A check says it too, and changes nothing at all."""
        before = self.damaged.contents()
        checked = self.damaged.mlpd("--fsck")
        self.assertEqual((checked.returncode, checked.stderr), (FINDINGS, ""), checked.stdout)
        self.assertEqual(self.damaged.contents(), before)
        for part in set(parts) & set(CAUSES):
            self.assertIn(part, checked.stdout)

    def expect_cause(self, cause):
        self.expect_refused("lost acknowledged data", "its last commit is", cause)
        _, words = self.damaged.start()
        self.assertEqual([each for each in CAUSES if each in words], [cause])

    def expect_repaired(self, least, words):
        """At least these runs are left; the repair says that `words`, and names those that are not."""
        there, said = self.damaged.repair()
        self.assertLessEqual(least, there, said)
        self.assertIn(words, said)

    def expect_whole(self):
        self.assertEqual(self.damaged.judge(), "no harm")

    def test_a_check_of_a_whole_one_changes_nothing(self):
        before = self.damaged.contents()
        checked = self.damaged.mlpd("--fsck")
        self.assertIn("nothing wrong", checked.stdout)
        self.assertEqual(self.damaged.contents(), before)

    def test_a_whole_one_starts(self):
        self.expect_whole()

    def test_a_tail_that_was_never_synced_is_no_loss(self):
        for tail in (bytes(PAGE), os.urandom(700), b"\0" * 7 + b"torn"):
            with self.subTest(tail=tail[:8]):
                self.damaged.renew()
                change(self.log_file(), lambda b, tail=tail: b + tail)
                self.expect_whole()

    # ---- acknowledged commits are gone: the mark beside the store tells ----

    def test_a_log_damaged_in_the_middle_is_refused(self):
        path = self.log_file()
        middle = os.path.getsize(path) // 2
        change(path, lambda b: b[:middle] + bytes([b[middle] ^ 0x55]) + b[middle + 1:])
        self.expect_cause(DAMAGED_LOG)
        self.expect_repaired({1, 2, 3, 4}, DAMAGED_LOG)

    def test_a_lost_page_of_the_logs_tail_is_refused(self):
        change(self.log_file(), lambda b: b[:-PAGE] + bytes(PAGE))
        self.expect_cause(LOST_TAIL)
        self.expect_repaired({1, 2, 3, 4}, LOST_TAIL)

    def test_a_log_whose_acknowledged_tail_is_cut_off_is_refused(self):
        change(self.log_file(), lambda b: b[:-300])
        self.expect_cause(LOST_TAIL)
        self.expect_repaired({1, 2, 3, 4, 5, 6, 7}, "acknowledged data is lost")

    def test_a_log_that_is_gone_is_refused(self):
        os.unlink(self.log_file())
        self.expect_cause(LOST_LOG)
        self.expect_repaired({1, 2, 3, 4}, "What is there ends with run 4")

    def test_a_store_put_back_from_an_older_copy_is_refused(self):
        self.damaged.put_back_older()
        self.expect_cause(OLDER_COPY)
        self.expect_repaired({1, 2, 3, 4}, "What is there ends with run 4")

    # ---- the mark itself ----

    def test_a_lost_mark_is_refused(self):
        os.unlink(os.path.join(self.damaged.home.data, "synced"))
        self.expect_refused("synced is missing")
        self.expect_repaired(RUNS, "it cannot be told whether acknowledged data is missing")

    def test_a_damaged_mark_is_refused(self):
        change(os.path.join(self.damaged.home.data, "synced"), lambda b: b"x" + b[1:])
        self.expect_refused("synced is damaged")
        self.expect_repaired(RUNS, "it cannot be told whether acknowledged data is missing")

    # ---- files of the store ----

    def test_a_missing_table_is_refused_and_the_runs_that_stood_in_it_are_named(self):
        os.unlink(self.damaged.largest("*.sst"))
        self.expect_refused("the store is damaged", "No such file")
        self.expect_repaired({5, 6, 7, 8}, "lost with all that belonged to them: runs 1 to 4")

    def test_a_missing_file_of_values_is_refused_before_one_of_them_is_read(self):
        os.unlink(self.damaged.largest("*.blob"))
        self.expect_refused("the store is damaged", ".blob")
        self.expect_repaired(RUNS, "no run is missing")

    def test_a_damaged_list_of_files_is_refused_and_nothing_is_lost(self):
        change(self.damaged.largest("MANIFEST-*"), lambda b: b[:40] + bytes([b[40] ^ 1]) + b[41:])
        self.expect_refused("the store is damaged")
        self.expect_repaired(RUNS, "no run is missing")

    def test_a_store_that_is_gone_is_not_made_anew(self):
        shutil.rmtree(self.damaged.store)
        self.expect_refused("all of it is gone")
        self.expect_repaired(set(), "acknowledged data is lost")

    def test_an_object_damaged_beside_a_damaged_store_is_found_and_recorded_as_lost_too(self):
        """It is noticed in the round of the rescue, and mended in the next."""
        objects = sorted(glob.glob(os.path.join(self.damaged.home.data, "objects/*/*")))
        os.chmod(objects[0], 0o600)
        change(objects[0], lambda b: b[:100] + bytes([b[100] ^ 1]) + b[101:])
        digest = "".join(objects[0].split(os.sep)[-2:])
        change(self.damaged.largest("*.blob"), lambda b: b[:300] + bytes([b[300] ^ 1]) + b[301:])
        repaired = self.damaged.mlpd("--fsck", "--repair")
        self.assertEqual(repaired.returncode, 0, repaired.stderr)
        self.assertIn("damaged-store-", repaired.stdout)
        self.assertIn(f"object {digest}", repaired.stdout)
        self.assertFalse(os.path.exists(objects[0]))

    # ---- small files beside the store ----

    def test_a_flipped_bit_of_any_small_file_is_harmless_or_told(self):
        """By its place in the file: where a daemon would go wrong most."""
        data, small = self.damaged.home.data, {}
        for name, at in (("lock", 9), ("lock", 30), ("synced", 0), ("synced", 15), ("synced", 8), ("token", 20),
                         ("token", 76), ("endpoint", 0), ("endpoint", 12), ("runner.lock", 0), ("runner.lock", 12),
                         ("ballast/10", 0), ("store/CURRENT", 3), ("store/listed", 2), ("store/IDENTITY", 5)):
            small.setdefault(name, []).append(at)
        for name, places in small.items():
            for at in places:
                with self.subTest(file=name, at=at):
                    self.damaged.renew()
                    path = os.path.join(data, name)
                    change(path, lambda b, at=at: b[:at] + bytes([b[at] ^ 0x10]) + b[at + 1:])
                    self.expect_harmless_or_told(name)

    def expect_harmless_or_told(self, name):
        code, words = self.damaged.start()
        if code == 0:
            self.assertEqual(self.damaged.runs_there(), RUNS)
            self.damaged.home.ctl("down")
            return
        self.assertIn(code, (USAGE, REFUSED), words)
        self.assertIn(os.path.join(self.damaged.home.data, name.split("/", maxsplit=1)[0]), words)

    # ---- a rescue that is cut short ----

    def test_every_point_where_a_rescue_may_be_cut_short_is_tried(self):
        self.assertEqual(sorted(RESCUE_POINTS), points.rescue_points())

    def test_a_rescue_that_is_cut_short_anywhere_loses_nothing_to_a_start_or_the_next_repair(self):
        for point in RESCUE_POINTS:
            for goes_on in ("start", "repair"):
                with self.subTest(point=point, goes_on=goes_on):
                    self.damaged.renew()
                    os.unlink(os.path.join(self.damaged.store, "CURRENT"))
                    cut = self.damaged.mlpd("--fsck", "--repair", MLP_CRASH_AT=point)
                    self.assertEqual(cut.returncode, -signal.SIGKILL, cut.stderr)
                    if goes_on == "repair":
                        self.assertEqual(self.damaged.mlpd("--fsck", "--repair").returncode, 0)
                    self.assertIn(self.damaged.judge(), ("no harm", "refused, all kept"))
                    self.assertEqual(glob.glob(self.damaged.store + "-*"), [])

    def test_what_a_rescue_lost_is_told_though_it_was_cut_short_before_it_said_so(self):
        for point in RESCUE_POINTS[1:]:
            with self.subTest(point=point):
                self.damaged.renew()
                os.unlink(self.damaged.largest("*.sst"))
                self.damaged.mlpd("--fsck", "--repair", MLP_CRASH_AT=point)
                [account] = glob.glob(os.path.join(self.damaged.home.data, "trash/damaged-store-*.txt"))
                with open(account, encoding="utf-8") as file:
                    self.assertIn("lost with all that belonged to them: runs 1 to 4", file.read())

    def test_commits_that_a_rescue_lost_are_told_as_that_though_it_was_cut_short(self):
        for point in RESCUE_POINTS[2:]:
            with self.subTest(point=point):
                self.damaged.renew()
                os.unlink(self.log_file())
                os.unlink(os.path.join(self.damaged.store, "CURRENT"))
                self.damaged.mlpd("--fsck", "--repair", MLP_CRASH_AT=point)
                [account] = glob.glob(os.path.join(self.damaged.home.data, "trash/damaged-store-*.txt"))
                checked = self.damaged.mlpd("--fsck")
                self.assertIn(f"{NOT_READ}: see {account}", checked.stdout)
                _, words = self.damaged.start()
                self.assertEqual([each for each in CAUSES if each in words], [NOT_READ])
                self.expect_repaired({1, 2, 3, 4}, NOT_READ)

    def test_a_repair_for_which_there_will_not_be_room_uses_up_nothing_of_what_is_kept_back(self):
        disk = os.statvfs(self.damaged.home.data)
        os.unlink(os.path.join(self.damaged.store, "CURRENT"))
        with open(os.path.join(self.damaged.store, "sparse"), "wb") as file:
            file.truncate(disk.f_frsize * disk.f_blocks + (1 << 40))
        ballast = os.path.join(self.damaged.home.data, "ballast")
        before = os.listdir(ballast)
        repaired = self.damaged.mlpd("--fsck", "--repair")
        self.assertEqual(repaired.returncode, NO_ROOM, repaired.stderr)
        self.assertIn("make room", repaired.stderr)
        self.assertIn("  --repair: a new store of all that can be read", repaired.stdout)
        self.assertIn("1 finding\n", repaired.stdout)
        passed_on = self.damaged.home.ctl("fsck", "--repair", expect=DEGRADED)
        self.assertIn("CURRENT is missing", passed_on.out)
        self.assertIn("make room", passed_on.err)
        self.assertNotEqual(before, [])
        self.assertEqual(os.listdir(ballast), before)

    def test_mlpctl_passes_on_why_it_does_not_start(self):
        self.damaged.put_back_older()
        refused = self.damaged.home.ctl("up", expect=UNREACHABLE)
        self.assertIn("lost acknowledged data", refused.err)


if __name__ == "__main__":
    unittest.main()
