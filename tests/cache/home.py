"""What the tests of the cache share: the harness of the end-to-end tests, and one home for a whole class."""

import json
import os
import sys
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import harness  # noqa: E402  (its folder is known only now)

ROOT = harness.ROOT
settle = harness.settle


class CacheTest(unittest.TestCase):
    """Tests that share one daemon and project, since each case is a task of its own."""

    maxDiff = None
    env = {}

    @classmethod
    def setUpClass(cls):
        cls.home = harness.Home()
        cls.addClassCleanup(cls.home.close)
        cls.home.env.update(cls.env)

    def write_all(self, files):
        """Writes files of the project; None takes one away, (text, mode) sets its mode too."""
        for path, content in files.items():
            if content is None:
                os.remove(os.path.join(self.home.project, path))
            elif isinstance(content, tuple):
                self.home.write(path, *content)
            else:
                self.home.write(path, content)

    def run_pipeline(self, *words, expect=harness.OK, **more):
        """Runs to the end; returns the number of the run and its states by the name of the task run."""
        done = self.home.ctl("run", *words, expect=expect, **more)
        number = int(done.summary.split()[1])
        return number, self.home.states(number)

    def api(self, method, path, body=None):
        """One request to the daemon's API; the answer's JSON."""
        address, token = (self.data_text(name) for name in ("endpoint", "token"))
        request = urllib.request.Request(f"http://{address}/api/v1/{path}", method=method,
                                         data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Authorization": "Bearer " + token,
                                                  "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def data_text(self, name):
        with open(os.path.join(self.home.data, name), encoding="utf-8") as file:
            return file.read().strip()
