"""Plays one seed: a random project is changed again and again, and a real daemon must agree with the oracle."""

import os
import random

import random_project
from home import harness

BACK = 0.15    # chance of going back to an earlier state: all hits
DAMAGE = 0.15  # chance of a damaged object


class Disagreement(Exception):
    """The daemon did not do what the oracle says."""


class Game:
    """One seed in one home; `say` gets a line for each thing done."""

    def __init__(self, home, seed, say=lambda line: None):
        self.home, self.seed, self.say = home, seed, say
        self.random = random.Random(seed)
        self.oracle = random_project.Oracle()
        self.written = set()
        self.figures = {"runs": 0, "ran": 0, "cached": 0, "damaged": 0}

    def play(self, turns):
        project = random_project.make_project(self.random)
        # Seeds share a daemon: what one made must be no hit of another.
        for task in project.tasks:
            task.word += f"s{self.seed}"
        self.turn(project, "begin", None)
        past = [project]
        for _ in range(turns):
            if self.random.random() < BACK:
                project = self.random.choice(past)
                self.turn(project, "go back", None)
            else:
                project, name, says = random_project.changed(self.random, project)
                self.turn(project, name, says)
            past.append(project)
            if self.random.random() < DAMAGE:
                self.damage()
        return self.figures

    def turn(self, project, name, says):
        self.say(f"{name} {says or ''}")
        self.write(project.sources())
        expected = self.oracle.expect(project)
        done = self.home.ctl("run", f"{project.path}:{project.pipeline}", "--json", expect=None)
        if done.code != harness.OK:
            raise Disagreement(f"the run failed\n{done}")
        result = done.lines[-1]
        run = result["id"]
        states = self.home.states(run)
        self.compare(expected, states)
        self.compare_values(project, expected, result["results"])
        if says and states[says[0]] == "ran" and name != "begin":
            self.compare_words(run, says)

    def write(self, sources):
        for path in self.written - set(sources):
            os.remove(os.path.join(self.home.project, path))
        for path, (text, mode) in sources.items():
            self.home.write(path, text, mode)
        self.written = set(sources)

    def compare(self, expected, states):
        """Of equal task runs in one run the first runs, whichever that is."""
        self.figures["runs"] += 1
        for state in states.values():
            self.figures[state] += 1
        for depends, _, is_known in expected.values():
            equal = [name for name, other in expected.items() if other[0] == depends]
            ran = [name for name in equal if states[name] == "ran"]
            if is_known is not None and len(ran) != (0 if is_known else 1):
                raise Disagreement(f"{equal}: expected {'hits' if is_known else 'one to run'}, found {states}")

    def compare_values(self, project, expected, results):
        values = {each["name"]: each["value"] for each in results}
        for task in project.tasks:
            if not task.place and values[task.name] != expected[task.name][1]:
                raise Disagreement(f"{task.name} is {values[task.name]!r}, expected {expected[task.name][1]!r}")

    def compare_words(self, run, says):
        task, words = says
        why = self.home.ctl("why", f"{run}/{task}").out
        if words not in why and "first time" not in why:
            raise Disagreement(f"why {run}/{task} says {why!r}, not {words!r}")

    def damage(self):
        folder = os.path.join(self.home.data, "objects")
        files = sorted(os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
        mine = [path for path in files if self.oracle.has_file(digest_of(path))]
        if not mine:
            return
        path = self.random.choice(mine)
        os.chmod(path, 0o600)
        bit = self.random.randrange(os.path.getsize(path) * 8)
        with open(path, "r+b") as file:
            file.seek(bit // 8)
            byte = file.read(1)[0]
            file.seek(bit // 8)
            file.write(bytes([byte ^ 1 << bit % 8]))
        self.oracle.lost.add(digest_of(path))
        self.figures["damaged"] += 1
        self.say(f"damage bit {bit} of {digest_of(path)}")


def digest_of(path):
    return os.path.basename(os.path.dirname(path)) + os.path.basename(path)

