"""Damaged objects of a real daemon that checks content: found on every way to use one, made anew by the next run."""

import os
import shutil
import unittest

from home import CacheTest, harness, settle

SIZE = 1_500_000  # bytes: more than is copied into a working folder, so it would be linked unread
BIG = f'run "printf %s ~{{name}} > big.bin; head -c {SIZE} /dev/zero >> big.bin"'

USED = f'''task make(name: string) -> (big: File at "big.bin") {{ {BIG} }}
task check_big(big: File) -> (size: int at stdout) {{ cache off
  run "wc -c < ~{{big}}" }}
pipeline used(name: string) -> int {{ return check_big(make(name).big).size }}
'''

LATER = f'''task make(name: string) -> (big: File at "big.bin") {{ {BIG} }}
task hold(place: string) -> (text: string at stdout) {{ cache off
  run """
    while [ ! -e ~{{place}} ]; do sleep 0.02; done
  """ }}
task check_big(big: File) -> (size: int at stdout) {{ cache off
  run "wc -c < ~{{big}}" }}
pipeline later(name: string, place: string) -> int {{
  made = make(name)
  held = hold(place)
  checked = check_big(made.big) after held
  return checked.size
}}
'''

FOLDER = f'''task make(name: string) -> (parts: Dir at "parts") {{
  run "mkdir parts; printf %s ~{{name}} > parts/big; head -c {SIZE} /dev/zero >> parts/big; echo 1 > parts/small" }}
pipeline folder(name: string) {{ make(name) }}
'''

READ = '''task make(name: string) -> (text: File<json> at "a.json") {
  run "printf '\\"%s\\"' $(head -c 30000 /dev/zero | tr '\\\\0' x)~{name} > a.json" }
pipeline reading(name: string) -> int {
  made = make(name)
  words: string = read(made.text)
  return length(words)
}
'''


def flip(bit):
    def damage(path):
        os.chmod(path, 0o600)
        with open(path, "r+b") as file:
            file.seek(bit // 8 if bit >= 0 else os.path.getsize(path) - 1)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1 << (bit % 8)]))
    return damage


def rewrite(change):
    def damage(path):
        with open(path, "rb") as file:
            content = file.read()
        os.remove(path)
        with open(path, "wb") as file:
            file.write(change(content))
    return damage


def replace_by_folder(path):
    os.remove(path)
    os.makedirs(os.path.join(path, "inside"))


def replace_by_link(path):
    os.rename(path, path + ".aside")
    os.symlink(path + ".aside", path)


DAMAGES = {
    "its first bit": flip(0),
    "its last bit": flip(-1),
    "a bit in the middle": flip(SIZE * 4 + 5),
    "cut by a byte": rewrite(lambda content: content[:-1]),
    "a byte longer": rewrite(lambda content: content + b"!"),
    "empty": rewrite(lambda content: b""),
    "another file of its size": rewrite(lambda content: b"y" * len(content)),
    "a folder": replace_by_folder,
    "a link to the right bytes": replace_by_link,
    "gone": os.remove,
}


class DamageTest(CacheTest):
    env = {"MLP_OBJECTS_VERIFY": "content"}

    def large_objects(self):
        folder = os.path.join(self.home.data, "objects")
        return {os.path.join(place, name) for place, _, names in os.walk(folder) for name in names}

    def make(self, *words, new=1):
        """Runs once and returns the files of the objects that this made."""
        before = self.large_objects()
        self.run_pipeline(*words)
        made = self.large_objects() - before
        self.assertEqual(len(made), new)
        return sorted(made, key=os.path.getsize)

    def test_any_damage_of_an_output_is_a_miss_that_makes_it_anew(self):
        self.home.write("used.mlp", USED)
        for what, damage in DAMAGES.items():
            with self.subTest(what):
                words = ("used.mlp", "--set", f"name={what}")
                place = self.make(*words)[0]
                with open(place, "rb") as file:
                    right = file.read()
                damage(place)
                self.assertIn("its earlier outputs are gone", self.home.ctl("plan", *words).out)
                number, states = self.run_pipeline(*words)
                self.assertEqual(states, {"make": "ran", "check_big": "ran"})
                self.assertIn("its outputs were no longer there", self.home.ctl("why", f"{number}/make").out)
                with open(place, "rb") as file:
                    self.assertEqual(file.read(), right)
                self.assertEqual(self.run_pipeline(*words)[1], {"make": "cached", "check_big": "ran"})

    def test_a_damaged_file_of_a_folder_is_a_miss(self):
        self.home.write("folder.mlp", FOLDER)
        place = self.make("folder.mlp", "--set", "name=folder")[0]
        flip(80)(place)
        self.assertEqual(self.run_pipeline("folder.mlp", "--set", "name=folder")[1], {"make": "ran"})
        self.assertEqual(self.run_pipeline("folder.mlp", "--set", "name=folder")[1], {"make": "cached"})

    def test_a_download_of_a_damaged_object_is_refused_by_its_name(self):
        self.home.write("used.mlp", USED)
        number, _ = self.run_pipeline("used.mlp", "--set", "name=download")
        self.home.ctl("artifacts", "get", f"{number}/make", "big", "-o", "good")
        place = [path for path in self.large_objects() if self.starts_with(path, b"download")][0]
        flip(8 * SIZE)(place)
        refused = self.home.ctl("artifacts", "get", f"{number}/make", "big", "-o", "bad", expect=None)
        self.assertNotEqual(refused.code, harness.OK)
        self.assertIn("is damaged", refused.err)
        self.assertFalse(os.path.exists(os.path.join(self.home.project, "bad")))

    def starts_with(self, path, head):
        with open(path, "rb") as file:
            return file.read(len(head)) == head

    def test_what_is_lost_after_the_hit_fails_the_task_that_needs_it_by_name_and_is_made_anew(self):
        self.home.write("later.mlp", LATER)
        for what in ("a bit in the middle", "gone"):
            with self.subTest(what):
                go = os.path.join(self.home.folder, "go " + what)
                words = ("later.mlp", "--set", f"name={what} later", "--set", f"place={go}")
                open(go, "w", encoding="utf-8").close()
                place = self.make(*words)[0]
                os.remove(go)
                number = self.start(words, waits_for="hold")
                DAMAGES[what](place)
                open(go, "w", encoding="utf-8").close()
                self.assertTrue(settle(lambda: self.run_state(number) == "failed"))
                shown = self.home.ctl("show", f"{number}/check_big").out
                self.assertIn("big", shown)
                self.assertIn(os.path.basename(place), shown, "the object's digest")
                _, states = self.run_pipeline(*words)
                self.assertEqual(states, {"make": "ran", "hold": "ran", "check_big": "ran"})

    def start(self, words, waits_for):
        number = self.home.ctl("run", *words, "--detach").out.split()[-1]
        self.assertTrue(settle(lambda: self.home.states(number).get(waits_for) == "running"))
        return number

    def run_state(self, number):
        return self.api("GET", f"runs/{number}")["state"]

    def test_an_object_that_only_an_expression_reads_is_looked_at_too(self):
        self.home.write("reading.mlp", READ)
        place = self.make("reading.mlp", "--set", "name=n")[0]
        flip(800)(place)
        self.assertEqual(self.run_pipeline("reading.mlp", "--set", "name=n")[1], {"make": "ran"})

    def test_what_was_damaged_is_kept_aside(self):
        self.home.write("used.mlp", USED)
        place = self.make("used.mlp", "--set", "name=aside")[0]
        flip(1)(place)
        self.run_pipeline("used.mlp", "--set", "name=aside")
        digest = os.path.basename(os.path.dirname(place)) + os.path.basename(place)
        aside = [name for name in os.listdir(os.path.join(self.home.data, "trash"))
                 if name.startswith("damaged-" + digest)]
        self.assertEqual(len(aside), 1)


class PresenceTest(CacheTest):
    """The default: what is there with its size is believed, and read bytes are hashed all the same."""

    def test_a_lost_output_is_a_miss_that_makes_it_anew(self):
        self.home.write("used.mlp", USED)
        self.run_pipeline("used.mlp", "--set", "name=lost")
        shutil.rmtree(os.path.join(self.home.data, "objects"))
        os.makedirs(os.path.join(self.home.data, "objects"))
        self.assertEqual(self.run_pipeline("used.mlp", "--set", "name=lost")[1], {"make": "ran", "check_big": "ran"})

    def test_an_object_that_a_task_changed_is_made_anew_by_the_next_run(self):
        spoil = USED.replace('run "wc -c < ~{big}"', 'run "chmod u+w ~{big}; echo more >> ~{big}; echo 1"')
        self.home.write("used.mlp", spoil)
        self.home.ctl("run", "used.mlp", "--set", "name=spoiled", expect=harness.RUN_FAILED)
        self.home.write("used.mlp", USED)
        self.assertEqual(self.run_pipeline("used.mlp", "--set", "name=spoiled")[1], {"make": "ran", "check_big": "ran"})

    def test_a_small_input_is_hashed_when_it_is_copied(self):
        text = USED.replace(f"head -c {SIZE}", "head -c 100000")
        self.home.write("used.mlp", text)
        self.run_pipeline("used.mlp", "--set", "name=small")
        folder = os.path.join(self.home.data, "objects")
        [place] = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names
                   if os.path.getsize(os.path.join(at, name)) == 100_005]
        self.home.ctl("down")  # what is in its memory is right
        flip(3)(place)
        done = self.home.ctl("run", "used.mlp", "--set", "name=small", expect=harness.RUN_FAILED)
        self.assertIn("is damaged", done.err)
        self.assertEqual(self.run_pipeline("used.mlp", "--set", "name=small")[1]["check_big"], "ran")


if __name__ == "__main__":
    unittest.main(verbosity=2)
