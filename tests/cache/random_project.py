"""Random projects, random changes, and an oracle that says for each task run whether it must run or be a hit.

The oracle knows nothing of mlp's keys: it holds, as plain Python values, what a task's outputs can depend on,
and what its body prints. A project is data; `Project.sources()` writes it.
"""

import copy
import dataclasses
import hashlib

SHOWN = 60    # bytes of an input that a body prints, so that no text grows without end
PAD = 20_000  # bytes: more than is kept in the store, so the output is a file in objects/


@dataclasses.dataclass
class Task:
    name: str
    word: str                     # printed by the body
    inputs: dict                  # name: ("int" or "text", value), ("task", name of another)
    uses: list                    # files it prints
    variables: dict
    place: str = ""               # its output is a file there; else its standard output
    is_padded: bool = False
    is_lossy: bool = False        # prints its word only
    properties: list = dataclasses.field(default_factory=list)  # that are in no key
    comment: str = ""

    def output(self):
        return "file" if self.place else "text"

    def body(self, types):
        parts = [f"printf '%s(' {self.word}"]
        if not self.is_lossy:
            for name in self.inputs:
                parts.append(f"head -c {SHOWN} ~{{{name}}}" if types[name] == "File"
                             else f"printf '%.{SHOWN}s,' ~{{{name}}}")
            parts += [f"cat {path}" for path in self.uses]
            parts += [f"printf '%s,' $" + name for name in self.variables]
        parts.append("printf ')'")
        if self.is_padded:
            parts.append(f"head -c {PAD} /dev/zero | tr '\\0' x")
        return "{ " + "; ".join(parts) + "; }" + (f" > {self.place}" if self.place else "")


@dataclasses.dataclass
class Project:
    tasks: list                   # each after those it reads
    files: dict                   # path: (text, mode)
    pipeline: str = "main_line"
    path: str = "main.mlp"
    order: int = 1                # of the declarations

    def task(self, name):
        return next(task for task in self.tasks if task.name == name)

    def types(self, task):
        def type_of(kind, value):
            if kind == "task":
                return "File" if self.task(value).place else "string"
            return {"int": "int", "text": "string"}[kind]
        return {name: type_of(*source) for name, source in task.inputs.items()}

    def declaration(self, task):
        types = self.types(task)
        inputs = ", ".join(f"{name}: {kind}" for name, kind in types.items())
        place = f'File at "{task.place}"' if task.place else "string at stdout"
        lines = [f"task {task.name}({inputs}) -> ({task.output()}: {place}) {{", *task.properties]
        if task.uses:
            lines.append("uses " + ", ".join(f'"{path}"' for path in task.uses))
        if task.variables:
            lines.append("vars " + ", ".join(f'{name}: "{value}"' for name, value in task.variables.items()))
        return "\n".join([task.comment, *lines, 'run """', "  " + task.body(types), '"""', "}"])

    def call(self, task):
        def argument(name, kind, value):
            if kind == "task":
                return f"{name}: made_{value}.{self.task(value).output()}"
            return f"{name}: " + (str(value) if kind == "int" else f'"{value}"')
        arguments = ", ".join(argument(name, *source) for name, source in task.inputs.items())
        return f"  made_{task.name} = {task.name}({arguments})"

    def sources(self):
        declarations = [self.declaration(task) for task in self.tasks][::self.order]
        calls = [self.call(task) for task in self.tasks]
        texts = [task for task in self.tasks if not task.place]
        value = "(" + ", ".join(f"{task.name}: made_{task.name}.text" for task in texts) + ")"
        kinds = "(" + ", ".join(f"{task.name}: string" for task in texts) + ")"
        body = [f"pipeline {self.pipeline}() -> {kinds} {{", *calls, f"  return {value}", "}", ""]
        return {**self.files, self.path: ("\n".join(declarations + body), 0o644)}


class Oracle:
    """Remembers every result by all it depends on."""

    def __init__(self):
        self.made = {}            # what it depends on: what it printed
        self.lost = set()         # digests of files that were damaged and not made again

    def expect(self, project):
        """By task: what its outputs depend on, what it prints, and whether that is there; None: who can say."""
        known, lost = dict(self.made), set(self.lost)
        found = {}
        for task in project.tasks:
            inputs = {name: self.value_of(project, found, *source) for name, source in task.inputs.items()}
            depends = self.depends_on(project, task, inputs)
            text = self.prints(project, task, inputs)
            found[task.name] = (depends, text, self.is_there(known, lost, depends, text))
            self.made[depends] = text
            self.lost.discard(digest_of(text))  # whoever needs it makes it anew
        return found

    def is_there(self, known, lost, depends, text):
        if depends not in known:
            return False
        if not depends[3][1] or digest_of(text) not in lost:
            return True
        # Another with the same output may have made it a moment before.
        return None if sum(other == text for other in self.made.values()) > 1 else False

    def value_of(self, project, found, kind, value):
        if kind != "task":
            return (kind, value)
        made = project.task(value)
        return ("file", found[value][1], made.place.split("/")[-1]) if made.place else ("text", found[value][1])

    def depends_on(self, project, task, inputs):
        files = tuple(sorted((path, *project.files[path]) for path in task.uses))
        return (task.body(project.types(task)), files, tuple(sorted(task.variables.items())),
                (task.output(), task.place), tuple(sorted(inputs.items())))

    def prints(self, project, task, inputs):
        text = task.word + "("
        if not task.is_lossy:
            text += "".join(str(value[1])[:SHOWN] + ("" if value[0] == "file" else ",") for value in inputs.values())
            text += "".join(project.files[path][0] for path in task.uses)
            text += "".join(value + "," for value in task.variables.values())
        return text + ")" + ("x" * PAD if task.is_padded else "")

    def has_file(self, digest):
        return any(depends[3][1] and digest_of(text) == digest for depends, text in self.made.items())


def digest_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


def make_project(random):
    files = {f"data/{name}.txt": (f"<{random.randrange(100)}>", 0o644) for name in "abc"}
    tasks = []
    for number in range(random.randint(2, 7)):
        tasks.append(make_task(random, f"t{number}", tasks, files))
    tasks.append(make_task(random, "last", tasks, files))
    tasks[-1].place, tasks[-1].is_padded = "", False
    return Project(tasks, files)


def make_task(random, name, earlier, files):
    inputs = {}
    for letter in "xyz"[:random.randrange(4)]:
        if earlier and random.random() < 0.6:
            inputs[letter] = ("task", random.choice(earlier).name)
        else:
            inputs[letter] = random.choice([("int", random.randrange(5)), ("text", f"w{random.randrange(5)}")])
    place = random.choice(["", "", "out.txt", "made/out.txt"])
    return Task(name, f"w{random.randrange(4)}", inputs, random.sample(sorted(files), random.randrange(3)),
                {letter: f"v{random.randrange(5)}" for letter in "AB"[:random.randrange(3)]}, place,
                is_padded=bool(place) and random.random() < 0.5, is_lossy=random.random() < 0.25)


# ---- changes: each returns the task it is about and what `why` must say, or None where it says nothing of it ----

def change_word(random, project):
    task = random.choice(project.tasks)
    task.word += "q"
    return task.name, "the body changed"


def change_file(random, project):
    path = random.choice(sorted(project.files))
    text, mode = project.files[path]
    project.files[path] = (text + "!", mode)
    readers = [task.name for task in project.tasks if path in task.uses]
    return (readers[0], path + " changed") if readers else None


def change_mode(random, project):
    path = random.choice(sorted(project.files))
    text, mode = project.files[path]
    project.files[path] = (text, mode ^ 0o111)
    readers = [task.name for task in project.tasks if path in task.uses]
    words = "became executable" if mode == 0o644 else "is no longer executable"
    return (readers[0], f"{path} {words}") if readers else None


def change_value(random, project):
    constants = [(task, name) for task in project.tasks for name, source in task.inputs.items() if source[0] != "task"]
    if not constants:
        return None
    task, name = random.choice(constants)
    kind, value = task.inputs[name]
    task.inputs[name] = (kind, value + 1 if kind == "int" else value + "k")
    return task.name, f"input {name} was {value}, is {task.inputs[name][1]}"


def change_variable(random, project):
    with_variables = [task for task in project.tasks if task.variables]
    if not with_variables:
        return None
    task = random.choice(with_variables)
    name = random.choice(sorted(task.variables))
    task.variables[name] += "j"
    return task.name, f"variable {name} changed"


def change_place(random, project):
    with_places = [task for task in project.tasks if task.place]
    if not with_places:
        return None
    task = random.choice(with_places)
    task.place = "elsewhere/" + task.place
    return task.name, "output file stands at another place"


def rename_task(random, project):
    task = random.choice(project.tasks)
    old, task.name = task.name, task.name + "_r"
    for other in project.tasks:
        for name, source in other.inputs.items():
            if source == ("task", old):
                other.inputs[name] = ("task", task.name)


def rename_pipeline(random, project):
    project.pipeline += "_p"


def move_file(random, project):
    project.path = f"folder{random.randrange(9)}/" + project.path.rsplit("/", 1)[-1]


def add_comment(random, project):
    random.choice(project.tasks).comment += f"\n// said {random.randrange(99)}\n\n/// Doc.\n"


def change_resources(random, project):
    task = random.choice(project.tasks)
    task.properties = random.sample(["cpus 2", "timeout 5min", "retry 2 on error", 'tags "a"', "/* nothing */"],
                                    random.randint(1, 3))


def turn_declarations(random, project):
    project.order = -project.order


def change_nothing(random, project):
    pass


CHANGES = [change_word, change_file, change_mode, change_value, change_variable, change_place, rename_task,
           rename_pipeline, move_file, add_comment, change_resources, turn_declarations, change_nothing]


def changed(random, project):
    """A changed copy, the name of the change, and what it says."""
    project = copy.deepcopy(project)
    change = random.choice(CHANGES)
    return project, change.__name__, change(random, project)
