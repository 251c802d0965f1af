"""The page, in a real browser: a link opens it once, runs show live, a log can be read, nothing breaks its policy."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

import browser

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(ROOT, "tests/full_disk"))
import small_disk  # noqa: E402  (its folder is known only now)

BIN = os.environ["MLP_BIN"]
SOURCE = os.environ["MLP_SOURCE"]
GREETING = """
task greet(name: string) -> (text: File<txt>) { run "echo hello from the log; echo ~{name} > ~{text}" }
task wait(go: string) -> (done: string at stdout) { run "while [ ! -e ~{go} ]; do sleep 0.02; done; echo yes" }
task fail(after: string) -> (x: int at stdout) { run "echo the reason stands here >&2; exit 3" }
pipeline greeting(name: string, go: string) -> (text: File<txt>) {
  greeted = greet(name)
  waited = wait(go)
  fail(waited.done)?
  return (text: greeted.text)
}
"""


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="mlp-ui-")
        cls.data = os.path.join(cls.folder.name, "data")
        cls.mlpctl("up", "--listen", "127.0.0.1:0")
        cls.browser = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.mlpctl("down", "--kill", check=False)
        cls.folder.cleanup()

    @classmethod
    def mlpctl(cls, *arguments, check=True):
        done = subprocess.run([os.path.join(BIN, "mlpctl"), *arguments], env=dict(os.environ, MLP_DATA=cls.data),
                              capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"mlpctl {arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def link(self):
        status = json.loads(self.mlpctl("status", "--json"))
        return status["link"]["url"] if isinstance(status.get("link"), dict) else status["link"]

    def keep_picture(self, name):
        folder = os.environ.get("MLP_PICTURES")
        if folder:
            self.browser.picture(os.path.join(folder, name + ".png"))

    def test_1_without_a_session_the_page_says_how_to_get_one(self):
        address = self.link().split("/login")[0]
        self.browser.open(address + "/")
        self.browser.wait_for("mlpctl status")
        self.keep_picture("no-session")

    def test_2_a_run_is_shown_live_from_a_one_time_link(self):
        link = self.link()
        self.browser.open(link)
        self.browser.wait_for("No run yet")
        project = os.path.join(self.folder.name, "project")
        os.makedirs(project)
        path = os.path.join(project, "greet.mlp")
        with open(path, "w", encoding="utf-8") as file:
            file.write(GREETING)
        go = os.path.join(self.folder.name, "go")
        name = "<img src=x onerror=document.title='owned'> & Ünicode"
        self.mlpctl("run", "--detach", path, "--set", f"name={name}", "--set", f"go={go}")
        self.browser.wait_for("greeting")
        self.browser.click("1")
        self.browser.wait_for("wait")
        self.browser.wait_for("done")
        self.keep_picture("running")
        open(go, "w", encoding="utf-8").close()
        self.browser.wait_for("Run 1 succeeded")
        self.browser.wait_for("greet.txt" if "greet.txt" in self.browser.text() else "text.txt")
        self.assertIn(name, self.browser.text())
        self.assertNotEqual("owned", self.browser.run("return document.title"))
        self.keep_picture("ended")
        self.browser.click("fail")
        self.browser.wait_for("the reason stands here")
        self.keep_picture("log")
        self.browser.click("greet")
        self.browser.wait_for("hello from the log")
        complaints = [m for m in self.browser.log() if "favicon" not in m and "401" not in m]
        self.assertEqual([], complaints)
        with self.assertRaises(urllib.error.HTTPError) as used:
            urllib.request.urlopen(link)
        self.assertIn(used.exception.code, (401, 403, 404, 410))

    def test_3_the_page_says_since_when_and_why_it_is_read_only_and_when_it_is_over(self):
        why = small_disk.why_not()
        if why:
            self.skipTest(why)
        home = small_disk.SmallHome()
        self.addCleanup(home.close)
        home.ctl("up")
        self.browser.open(home.ctl("status", "--json").json["link"]["url"])
        self.browser.wait_for("No run yet")
        self.assertNotIn("Read-only", self.browser.text())
        home.fill()
        self.browser.wait_for("Read-only since")
        self.browser.wait_for("the disk is full")
        self.assertIn("free at " + home.data, self.browser.text())
        self.keep_picture("read-only")
        self.browser.open(self.browser.run("return location.origin") + "/")
        self.browser.wait_for("Read-only since")
        home.disk.free()
        self.browser.wait_until_gone("Read-only", 15)


if __name__ == "__main__":
    why = browser.missing()
    if why:
        print("skipped: " + why)
        sys.exit(77)
    unittest.main()
