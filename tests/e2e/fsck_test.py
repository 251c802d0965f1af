"""mlpctl fsck: a sound data folder, a damaged one, one that lost data; with a daemon and without."""

import glob
import json
import os
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request

import harness
from harness import HomeTest

FINDINGS = 1

PIPELINE = '''task make(seed: int) -> (big: File) {
  run "echo ~{seed} > out.txt; head -c 1999998 /dev/zero >> out.txt; mv out.txt $MLP_OUTPUT_BIG"
}

task pause(path: string) -> (done: int at stdout) {
  cache off
  run "while [ ! -e ~{path} ]; do sleep 0.02; done; echo 1"
}

task count(big: File) -> (size: int at stdout) {
  run "cat ~{big} | wc -c"
}

pipeline quick(seed: int = 1) -> int {
  made = make(seed)
  return count(made.big).size
}

pipeline held(path: string, seed: int = 1) -> int {
  made = make(seed)
  paused = pause(path) after made
  counted = count(made.big) after paused
  return counted.size
}
'''


class FsckTest(HomeTest):
    def setUp(self):
        super().setUp()
        self.home.write("p.mlp", PIPELINE)

    def run_quick(self, expect=harness.OK, **parameters):
        words = [word for name, value in parameters.items() for word in ("--set", f"{name}={value}")]
        return self.home.ctl("run", "p.mlp:quick", *words, expect=expect)

    def objects(self):
        return glob.glob(os.path.join(self.home.data, "objects", "*", "*"))

    def flip_a_bit(self, path):
        os.chmod(path, 0o600)
        with open(path, "r+b") as file:
            file.seek(1000)
            byte = file.read(1)[0]
            file.seek(1000)
            file.write(bytes([byte ^ 4]))

    def test_a_sound_folder_has_nothing_wrong_with_a_daemon_and_without(self):
        self.run_quick()
        asked = self.home.ctl("fsck")
        self.assertRegex(asked.out, r"^checked [\d,]+ records, \d+ objects, [\d.]+ \w+ in .*: nothing wrong\n$")
        self.home.ctl("down")
        alone = self.home.ctl("fsck", "--json").json
        self.assertEqual((alone["found"], alone["findings"]), (0, []))
        self.assertGreater(alone["records"], 10)
        self.assertGreater(alone["object_bytes"], 2_000_000)
        self.assertIn("nothing wrong", self.home.ctl("fsck", "--repair").out)

    def test_a_flipped_bit_is_found_the_object_recorded_as_lost_and_its_producer_runs_again(self):
        self.run_quick()
        [path] = self.objects()
        self.flip_a_bit(path)
        asked = self.home.ctl("fsck", expect=FINDINGS)
        digest = os.path.basename(os.path.dirname(path)) + os.path.basename(path)
        self.assertIn(f"object {digest}: its bytes are damaged", asked.out)
        self.home.ctl("down")
        self.home.ctl("fsck", expect=FINDINGS)
        mended = self.home.ctl("fsck", "--repair", "--json").json
        self.assertEqual([(f["kind"], f["is_repaired"]) for f in mended["findings"]], [("damaged-object", True)])
        self.assertFalse(os.path.exists(path))
        self.assertIn("nothing wrong", self.home.ctl("fsck").out)
        again = self.run_quick()
        self.assertEqual(self.home.states(2), {"make": "ran", "count": "cached"}, again)
        self.assertTrue(os.path.exists(path))

    def test_an_object_that_is_lost_fails_the_task_that_needs_it_by_name_and_is_made_by_the_next_run(self):
        gate = os.path.join(self.home.folder, "gate")
        held = self.home.start("run", "p.mlp:held", "--set", f"path={gate}")
        self.wait_for(self.objects, "the object is made")
        self.wait_for(lambda: self.home.states(1).get("pause") == "running", "the pause has begun")
        [path] = self.objects()
        digest = os.path.basename(os.path.dirname(path)) + os.path.basename(path)
        os.unlink(path)
        open(gate, "w", encoding="utf-8").close()
        out, err = held.communicate(timeout=harness.LIMIT)
        self.assertEqual(held.returncode, harness.RUN_FAILED, out + err)
        self.assertIn(f"object {digest} is missing", out + err)
        self.assertEqual(self.home.states(1), {"make": "ran", "pause": "ran", "count": "failed"})
        self.run_quick()
        self.assertEqual(self.home.states(2), {"make": "ran", "count": "ran"})

    def test_a_store_put_back_from_an_older_copy_is_refused_and_goes_on_after_a_repair(self):
        self.run_quick()
        self.home.ctl("down")
        store, copy = os.path.join(self.home.data, "store"), os.path.join(self.home.folder, "copy")
        shutil.copytree(store, copy)
        self.run_quick(seed=2)
        self.home.ctl("down")
        shutil.rmtree(store)
        shutil.copytree(copy, store)
        refused = self.home.ctl("up", expect=harness.UNREACHABLE)
        self.assertIn("mlpctl fsck --repair", refused.err)
        told = self.home.ctl("fsck", "--json", expect=FINDINGS).json
        self.assertEqual([f["kind"] for f in told["findings"]], ["lost-commits"])
        self.assertIn("run 1", told["findings"][0]["message"])
        self.home.ctl("up", expect=harness.UNREACHABLE)
        self.assertIn("1 finding, all repaired", self.home.ctl("fsck", "--repair").out)
        self.run_quick(seed=2)
        self.assertEqual(self.home.states(2), {"make": "ran", "count": "ran"})
        self.assertIn("nothing wrong", self.home.ctl("fsck").out)

    def test_a_lost_object_is_repaired_while_the_daemon_runs(self):
        self.run_quick()
        [path] = self.objects()
        self.flip_a_bit(path)
        mended = self.home.ctl("fsck", "--repair")
        self.assertIn("1 finding, all repaired", mended.out)
        self.assertFalse(os.path.exists(path))
        self.wait_for(lambda: "nothing wrong" in self.home.ctl("fsck", expect=None).out, "the loss is recorded")
        self.run_quick()
        self.assertEqual(self.home.states(2), {"make": "ran", "count": "cached"})

    def test_records_are_left_to_a_repair_without_a_daemon(self):
        self.run_quick()
        self.home.ctl("down")
        log = os.path.join(self.home.data, "logs", "123")
        with open(log, "w", encoding="utf-8") as file:
            file.write("stray")
        self.assertIn("nothing wrong", self.home.ctl("fsck").out, "a young stray may be named yet")

    def test_a_store_whose_files_are_damaged_is_refused_and_rescued(self):
        self.run_quick()
        self.home.ctl("down")
        os.unlink(os.path.join(self.home.data, "store", "CURRENT"))
        self.assertIn("mlpctl fsck --repair", self.home.ctl("up", expect=harness.UNREACHABLE).err)
        self.assertIn("CURRENT is missing", self.home.ctl("fsck", expect=FINDINGS).out)
        mended = self.home.ctl("fsck", "--repair", "--json").json
        self.assertEqual([f["kind"] for f in mended["findings"]], ["unreadable"])
        self.assertTrue(glob.glob(os.path.join(self.home.data, "trash", "damaged-store-*")))
        self.assertIn("nothing wrong", self.home.ctl("fsck").out)
        self.run_quick()
        self.assertEqual(self.home.states(2), {"make": "cached", "count": "cached"})

    def test_a_lost_mark_is_told_and_made_anew(self):
        self.run_quick()
        self.home.ctl("down")
        os.unlink(os.path.join(self.home.data, "synced"))
        self.assertIn("mlpctl fsck --repair", self.home.ctl("up", expect=harness.UNREACHABLE).err)
        told = self.home.ctl("fsck", expect=FINDINGS)
        self.assertIn("it cannot be told whether acknowledged data is missing", told.out)
        self.home.ctl("fsck", "--repair")
        self.run_quick(seed=3)
        self.assertEqual(self.home.states(2), {"make": "ran", "count": "ran"})

    def test_a_check_is_the_owners(self):
        self.run_quick()
        with open(os.path.join(self.home.data, "endpoint"), encoding="utf-8") as file:
            address = file.read().strip()
        with open(os.path.join(self.home.data, "token"), encoding="utf-8") as file:
            token = file.read().strip()
        url = (address if address.startswith("http") else "http://" + address) + "/api/v1/fsck"
        self.assertEqual(self.ask(url, ""), 401)
        self.assertEqual(self.ask(url, token), 200)

    def ask(self, url, token):
        """The status of an answer whose body is not read."""
        request = urllib.request.Request(url, headers={"Authorization": "Bearer " + token})
        try:
            with urllib.request.urlopen(request, timeout=harness.LIMIT) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_without_a_data_folder_nothing_is_made(self):
        missing = self.home.ctl("fsck", expect=harness.NOT_FOUND)
        self.assertIn("there is no data folder", missing.err)
        self.assertFalse(os.path.exists(self.home.data))
        named = self.home.ctl("fsck", "--server", "http://127.0.0.1:9", expect=harness.UNREACHABLE)
        self.assertIn("127.0.0.1:9", named.err)

    def test_mlpd_says_the_same_by_itself(self):
        self.run_quick()
        self.home.ctl("down")
        self.flip_a_bit(self.objects()[0])
        done = subprocess.run([harness.MLPD, "--data", self.home.data, "--fsck"], env=self.home.env, text=True,
                              capture_output=True, timeout=harness.LIMIT, check=False)
        self.assertEqual(done.returncode, FINDINGS, done.stderr)
        self.assertIn("its bytes are damaged", done.stdout)
        lines = subprocess.run([harness.MLPD, "--data", self.home.data, "--fsck", "--json"], env=self.home.env,
                               text=True, capture_output=True, timeout=harness.LIMIT, check=False).stdout.splitlines()
        self.assertEqual(json.loads(lines[-1])["report"]["found"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
