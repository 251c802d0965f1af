"""The one table of what is in a key and what is not: a task of its own for each case, before and after one change.

`covers` names fields of runtime/cache/cache_key.h and compiler/plan/plan.h. key_test.py reads those headers: a
field that no case covers fails it. `NAME` stands for the name of the case, which is the name of its task,
and `TYPE` for a type of its own.
"""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    covers: str                       # fields, separated by blanks
    before: str                       # declarations
    after: str = ""                   # empty: as before
    call: str = "NAME()"              # statements of the pipeline
    call_after: str = ""
    files: dict = dataclasses.field(default_factory=dict)        # path: text, or (text, mode); None: not there
    files_after: typing.Optional[dict] = None                    # those that differ
    says: str = ""                    # a miss: what `why` and `plan` must say
    task_after: str = ""              # another name of the task in the plan

    def declarations(self, is_after):
        return self.named(self.after if is_after and self.after else self.before)

    def statements(self, is_after):
        return self.named(self.call_after if is_after and self.call_after else self.call)

    def named(self, text):
        return text.replace("NAME", self.name).replace("TYPE", "T" + self.name)

    def project_files(self, is_after):
        files = {**self.files, **(self.files_after or {})} if is_after else self.files
        return {path.replace("NAME", self.name): content for path, content in files.items()}


def task(body, inputs="", outputs="text: string at stdout", properties="", name="NAME"):
    return f"task {name}({inputs}) -> ({outputs}) {{\n{properties}\n  {body}\n}}\n"


def misses():
    return body_misses() + file_misses() + input_misses() + output_misses() + variable_misses()


def body_misses():
    echo = "the body changed"
    expression = "an expression in the body changed"
    return [
        Case("body_text", "KeyBase.body BodyPart.text RunPart.text Body.run TaskDefinition.body",
             task('run "echo one"'), task('run "echo two"'), says=echo),
        Case("comment_in_a_body", "BodyPart.text", task('run "echo hi NAME # one"'),
             task('run "echo hi NAME # two"'), says=echo),
        Case("blank_line_in_a_body", "BodyPart.text", task('run """\n    echo a\n    echo b\n  """'),
             task('run """\n    echo a\n\n    echo b\n  """'), says=echo),
        Case("body_kind", "KeyBase.body_kind Body.kind", task('run "echo hi NAME"'),
             task('exec ["echo", "hi", "NAME"]'), says="the body was run, is exec"),
        Case("exec_argument", "Body.exec", task('exec ["echo", "a b"]'), task('exec ["echo", "a", "b"]'), says=""),
        Case("script_text", "Body.script", task('script "sh" """\n    echo one\n  """'),
             task('script "sh" """\n    echo two\n  """'), says=echo),
        Case("interpreter", "Body.interpreter", task('script "sh" """\n    echo hi NAME\n  """'),
             task('script "bash" """\n    echo hi NAME\n  """'), says=echo),
        Case("python_function", "Body.function", task('python "NAME.py:one"', outputs="text: string"),
             task('python "NAME.py:two"', outputs="text: string"), says=echo,
             files={"NAME.py": "def one():\n    return '1'\n\n\ndef two():\n    return '2'\n"}),
        Case("python_file", "Body.file", task('python "NAME_a.py:f"', outputs="text: string"),
             task('python "NAME_b.py:f"', outputs="text: string"), says="python_file_b.py is new",
             files={"NAME_a.py": "def f():\n    return '1'\n", "NAME_b.py": "def f():\n    return '1'\n"}),
        Case("quoting", "RunPart.quoting", task('run "echo ~{x}"', "x: string"),
             task('run "echo ~{raw(x)}"', "x: string"), call='NAME("a")', says=expression),
        Case("separator", "RunPart.separator", task('run "echo ~{xs, sep: ","}"', "xs: [int]"),
             task('run "echo ~{xs, sep: ";"}"', "xs: [int]"), call="NAME([1, 2])", says=expression),
        Case("flag", "RunPart.flag", task('run "echo ~{x, flag: "--a"}"', "x: int"),
             task('run "echo ~{x, flag: "--b"}"', "x: int"), call="NAME(1)", says=expression),
        Case("expression", "BodyPart.is_expression RunPart.value", task('run "echo ~{x + 1}"', "x: int"),
             task('run "echo ~{x + 2}"', "x: int"), call="NAME(1)", says=expression),
        Case("constant", "BodyPart.is_expression", task('run "echo ~{3 * 7}"'), task('run "echo ~{3 * 8}"'), says=""),
    ]


def file_misses():
    uses = task('run "ls -R . | grep -c NAME"', properties='  uses "NAME/*"')
    venv = 'environment NAME_env = venv(python: "3.11", requirements: "NAME.lock")\n'
    in_env = task('run "echo hi NAME"', properties="  in NAME_env")
    module = task('python "NAME.py:f"', outputs="text: string")
    main = "import NAME_part\n\n\ndef f():\n    return NAME_part.WORD\n"
    return [
        Case("file_content", "KeyBase.files SeenFile.digest TaskDefinition.files", uses, files={"NAME/a": "1"},
             files_after={"NAME/a": "2"}, says="file_content/a changed"),
        Case("file_added", "SeenFile.path", uses, files={"NAME/a": "1"}, files_after={"NAME/b": "1"},
             says="file_added/b is new"),
        Case("file_removed", "SeenFile.path", uses, files={"NAME/a": "1", "NAME/b": "1"}, files_after={"NAME/b": None},
             says="file_removed/b is gone"),
        Case("file_executable", "SeenFile.is_executable", uses, files={"NAME/a": ("1", 0o644)},
             files_after={"NAME/a": ("1", 0o755)}, says="file_executable/a became executable"),
        Case("file_named_in_the_body", "KeyBase.files", task('run "cat NAME.txt"'), files={"NAME.txt": "1"},
             files_after={"NAME.txt": "2"}, says="file_named_in_the_body.txt changed"),
        Case("imported_module", "KeyBase.files", module,
             files={"NAME.py": main.replace("NAME", "imported_module"), "NAME_part.py": "WORD = 'a'\n"},
             files_after={"NAME_part.py": "WORD = 'b'\n"}, says="imported_module_part.py changed"),
        Case("environment", "KeyBase.environment TaskDefinition.environment Environment.kind",
             "environment NAME_env = host()\n" + in_env, venv + in_env, files={"NAME.lock": "# one\n"},
             says="the environment changed"),
        Case("requirements", "KeyBase.environment Environment.requirements_digest", venv + in_env,
             files={"NAME.lock": "# one\n"}, files_after={"NAME.lock": "# two\n"}, says="the environment changed"),
    ]


def value_miss(name, type_name, before, after, says=None, covers="KeyInput.value", **more):
    body = task('run "echo hi NAME"', f"x: {type_name}")
    return Case(name, covers, more.pop("declare", "") + body, call=f"NAME({before})", call_after=f"NAME({after})",
                says=says if says is not None else f"input x was {before}, is {after}", **more)


def input_misses():
    train = "record TYPE { lr: float, layers: int = 2 }\n"
    how = "enum TYPE { fast, slow }\n"
    folder = {"NAME/a.txt": "1", "NAME/b.txt": "1"}
    return [
        value_miss("int_value", "int", "1", "2", covers="KeyInput.value TaskDefinition.inputs"),
        value_miss("float_value", "float", "0.1", "0.2"),
        value_miss("bool_value", "bool", "true", "false"),
        value_miss("string_value", "string", '"a"', '"b"', "input x was a, is b"),
        value_miss("blank_in_a_string", "string", '"a"', '"a "', "input x"),
        value_miss("duration_value", "duration", "1s", "2s"),
        value_miss("size_value", "size", "1KiB", "2KiB"),
        value_miss("date_value", "date", "2026-01-31", "2026-02-01"),
        value_miss("datetime_value", "datetime", "2026-01-31T02:30:00Z", "2026-01-31T02:30:01Z", "input x was"),
        value_miss("enum_value", "TYPE", "TYPE.fast", "TYPE.slow",
                   "input x was fast, is slow", declare=how),
        value_miss("null_or_empty_text", "string?", "null", '""', "input x"),
        value_miss("null_or_empty_list", "[int]?", "null", "[]", "input x"),
        value_miss("list_order", "[int]", "[1, 2]", "[2, 1]", "input x"),
        value_miss("list_grown", "[int]", "[1, 2]", "[1, 2, 2]", "input x"),
        value_miss("list_cut", "[string]", '["a", "b"]', '["ab"]', "input x"),
        value_miss("record_field", "TYPE", "TYPE{lr: 0.1}",
                   "TYPE{lr: 0.1, layers: 3}", "input x", declare=train),
        value_miss("input_file", "File", 'file("NAME.txt")', 'file("NAME.txt")', "input x changed",
                   files={"NAME.txt": "1"}, files_after={"NAME.txt": "2"}),
        value_miss("input_file_name", "File", 'file("NAME_a.txt")', 'file("NAME_b.txt")', "input x changed",
                   files={"NAME_a.txt": "1", "NAME_b.txt": "1"}),
        value_miss("folder_member", "Dir", 'dir("NAME")', 'dir("NAME")', "input x changed", files=folder,
                   files_after={"NAME/b.txt": "2"}),
        value_miss("folder_added", "Dir", 'dir("NAME")', 'dir("NAME")', "input x changed", files=folder,
                   files_after={"NAME/c.txt": "1"}),
        value_miss("folder_renamed_member", "Dir", 'dir("NAME")', 'dir("NAME")', "input x changed", files=folder,
                   files_after={"NAME/b.txt": None, "NAME/c.txt": "1"}),
        value_miss("folder_executable", "Dir", 'dir("NAME")', 'dir("NAME")', "input x changed", files=folder,
                   files_after={"NAME/b.txt": ("1", 0o755)}),
        value_miss("list_of_files", "[File]", 'glob("NAME/*")', 'glob("NAME/*")', "input x changed", files=folder,
                   files_after={"NAME/b.txt": "2"}),
        Case("result_of_another", "KeyInput.value",
             task('run "echo 1"', name="NAME_source") + task('run "echo ~{x}"', "x: string"),
             task('run "echo 2"', name="NAME_source") + task('run "echo ~{x}"', "x: string"),
             call="NAME_result = NAME_source()\n  NAME(NAME_result.text)", says="input x was 1, is 2"),
        Case("input_name", "KeyInput.name TaskInput.name", task('run "echo hi NAME"', "x: int"),
             task('run "echo hi NAME"', "y: int"), call="NAME(1)", says="input y is new"),
        Case("input_place", "KeyInput.place TaskInput.place", task('run "ls *.csv"', 'x: File at "a.csv"'),
             task('run "ls *.csv"', 'x: File at "b.csv"'), call='NAME(file("NAME.csv"))', files={"NAME.csv": "1"},
             says="input x stands at another place"),
    ]


def output_misses():
    both = 'run "mkdir -p out && echo 7 | tee out/text # NAME"'
    make = 'run "echo NAME > a.txt; cp a.txt b.txt"'
    scores = "record TYPE {{ a: float{} }}\n"
    fill = 'run """\n    echo \'{"a": 1}\' # NAME\n  """'
    metrics = 'run """\n    echo \'{"a": 1}\' > m.json # NAME\n  """'
    kinds = "enum TYPE {{ good{} }}\n"
    return [
        Case("output_name", "KeyBase.outputs KeyOutput.name TaskOutput.name TaskDefinition.outputs",
             task('run "echo hi NAME"'), task('run "echo hi NAME"', outputs="word: string at stdout"),
             says="output text is gone"),
        Case("output_type", "KeyOutput.type TaskOutput.type", task('run "echo 7 | grep -v NAME"'),
             task('run "echo 7 | grep -v NAME"', outputs="text: int at stdout"), says="output text was string, is int"),
        Case("output_null", "KeyOutput.type", task('run "echo 7 | grep -v NAME"', outputs="text: int at stdout"),
             task('run "echo 7 | grep -v NAME"', outputs="text: int? at stdout"), says="output text was int, is int?"),
        Case("output_field", "KeyOutput.type", scores.format("") + task(fill, outputs="s: TYPE at stdout"),
             scores.format(", b: float?") + task(fill, outputs="s: TYPE at stdout"), says="output s was"),
        Case("output_default", "KeyOutput.type",
             scores.format(", c: int = 1") + task(fill, outputs="s: TYPE at stdout"),
             scores.format(", c: int = 2") + task(fill, outputs="s: TYPE at stdout"), says="output s was"),
        Case("metrics_field", "KeyOutput.type",
             scores.format("") + task(metrics, outputs='s: Metrics<TYPE> at "m.json"'),
             scores.format(", b: int?") + task(metrics, outputs='s: Metrics<TYPE> at "m.json"'),
             says="output s was"),
        Case("enum_names", "KeyOutput.type", kinds.format("") + task('run "echo good"', outputs="k: TYPE at stdout"),
             kinds.format(", bad") + task('run "echo good"', outputs="k: TYPE at stdout"), says="output k was"),
        Case("output_place", "KeyOutput.place TaskOutput.place", task(make, outputs='f: File at "a.txt"'),
             task(make, outputs='f: File at "b.txt"'), says="output f stands at another place"),
        Case("output_default_place", "KeyOutput.place TaskOutput.default_place",
             task('run "mkdir -p out; echo 1 > out/f.csv; echo 1 > out/f.txt"', outputs="f: File<csv>"),
             task('run "mkdir -p out; echo 1 > out/f.csv; echo 1 > out/f.txt"', outputs="f: File<txt>"),
             says="output f was File<csv>, is File<txt>"),
        Case("output_stdout", "KeyOutput.is_stdout TaskOutput.is_stdout", task(both),
             task(both, outputs="text: string"), says="output text stands at another place"),
        Case("output_added", "KeyBase.outputs", task(make, outputs='f: File at "a.txt"'),
             task(make, outputs='f: File at "a.txt", g: File at "b.txt"'), says="output g is new"),
    ]


def variable_misses():
    def variables(text):
        return task('run "echo hi NAME"', properties=f"  vars {text}" if text else "")
    def expression(text):
        return task('run "echo hi NAME"', "x: int", properties="  vars A: " + text)
    return [
        Case("variable_value", "KeyBase.variables KeyVariable.value Variable.value TaskDefinition.vars",
             variables('A: "1"'), variables('A: "2"'), says="variable A changed"),
        Case("variable_name", "KeyVariable.name Variable.name", variables('A: "1"'), variables('B: "1"'),
             says="variable B is new"),
        Case("variable_removed", "KeyBase.variables", variables('A: "1", B: "1"'), variables('A: "1"'),
             says="variable B is gone"),
        Case("variable_expression", "KeyVariable.value", expression("x + 1"), expression("x + 2"), call="NAME(1)",
             says="variable A changed"),
    ]


def hits():
    return renamed() + rewritten() + resources() + arguments()


def renamed():
    json = 'run """\n    echo \'{"a": 1}\' # NAME\n  """'
    return [
        Case("task_name", "TaskDefinition.name", task('run "echo renamed task"'),
             task('run "echo renamed task"', name="another_task"), call_after="another_task()",
             task_after="another_task"),
        Case("binding_name", "TaskDefinition.name", task('run "echo binding"'),
             call="NAME_a = NAME()\n  NAME_c = NAME_a.text", call_after="NAME_b = NAME()\n  NAME_d = NAME_b.text"),
        Case("record_name", "KeyOutput.type TaskDefinition.result_type",
             "record TYPEa { a: int }\n" + task(json, outputs="r: TYPEa at stdout"),
             "record TYPEb { a: int }\n" + task(json, outputs="r: TYPEb at stdout")),
        Case("enum_name", "KeyOutput.type",
             'enum TYPEa { on, off }\n' + task('run "echo on"', outputs="k: TYPEa at stdout"),
             'enum TYPEb { on, off }\n' + task('run "echo on"', outputs="k: TYPEb at stdout")),
        Case("environment_name", "Environment.name", 'environment NAME_a = host()\n'
             + task('run "echo environment"', properties="  in NAME_a"), 'environment NAME_b = host()\n'
             + task('run "echo environment"', properties="  in NAME_b")),
        Case("name_of_requirements", "Environment.requirements", 'environment NAME_env = venv(python: "3.11", '
             'requirements: "NAME.lock")\n' + task('run "echo venv"', properties="  in NAME_env"),
             'environment NAME_env = venv(python: "3.11", requirements: "NAME_b.lock")\n'
             + task('run "echo venv"', properties="  in NAME_env"),
             files={"NAME.lock": "# two\n", "NAME_b.lock": "# two\n"}),
        Case("moved_to_another_file", "TaskDefinition.name Body.place TaskDefinition.place", task('run "echo moved"'),
             'import "./moved.mlp"\n', call_after="moved.moved_to_another_file()",
             files={"moved.mlp": task('run "echo moved"', name="moved_to_another_file")},
             task_after="moved.moved_to_another_file"),
    ]


def rewritten():
    block = 'run """\n    echo a\n      echo b\n  """'
    wide = 'run """\n            echo a\n              echo b\n          """'
    return [
        Case("comments", "TaskDefinition.place", task('run "echo comments"'),
             "// said before\n" + task('run "echo comments"', properties="  /* said\n inside */\n\n\n")),
        Case("doc", "TaskDefinition.doc", "/// Says one thing.\n" + task('run "echo doc"'),
             "/// Says another thing.\n" + task('run "echo doc"')),
        Case("indentation_of_a_block", "RunPart.text", task(block, outputs='text: string at stdout'),
             task(wide, outputs='text: string at stdout')),
        Case("blanks", "Body.place", task('run "echo blanks"'),
             'task   NAME( )->( text:string   at stdout ){ run  "echo blanks" }\n'),
        Case("order_of_inputs", "TaskDefinition.inputs", task('run "echo ~{a} ~{b}"', "a: int, b: int"),
             task('run "echo ~{a} ~{b}"', "b: int, a: int"), call="NAME(a: 1, b: 2)"),
        Case("order_of_outputs", "TaskDefinition.outputs",
             task('run "echo 1 > a; echo 2 > b"', outputs='a: File at "a", b: File at "b"'),
             task('run "echo 1 > a; echo 2 > b"', outputs='b: File at "b", a: File at "a"')),
        Case("order_of_variables", "TaskDefinition.vars", task('run "echo order"', properties='  vars A: "1", B: "2"'),
             task('run "echo order"', properties='  vars B: "2", A: "1"')),
        Case("order_of_uses", "TaskDefinition.files SeenFile.size",
             task('run "cat NAME/a NAME/b"', properties='  uses "NAME/a", "NAME/*"'),
             task('run "cat NAME/a NAME/b"', properties='  uses "NAME/*"'), files={"NAME/a": "1", "NAME/b": "2"}),
        Case("names_inside_expressions", "RunPart.value", task('run "echo ~{min_by(xs, a => 0 - a)}"', "xs: [int]"),
             task('run "echo ~{min_by(xs, b => (0 - b))}"', "xs: [int]"), call="NAME([1, 2])"),
    ]


def resources():
    plain = task('run "echo resources NAME"')

    def changed(name, covers, properties):
        return Case(name, covers, plain, task('run "echo resources NAME"', properties=properties))
    return [
        changed("cpus", "TaskDefinition.cpus", "  cpus 2"),
        changed("timeout", "TaskDefinition.timeout", "  timeout 5min"),
        changed("retry", "TaskDefinition.retry RetryRule.classes RetryRule.exit_codes RetryRule.tries "
                "RetryRule.backoff_from RetryRule.backoff_to",
                "  retry 3 on error(75) backoff 1s to 5s\n  retry 1 on timeout"),
        changed("tags", "TaskDefinition.tags", '  tags "slow", "nightly"'),
        Case("resource_input", "TaskInput.is_in_key", task('run "echo resource"', "n: float", properties="  cpus n"),
             call="NAME(1.0)", call_after="NAME(2.0)"),
        Case("resource_input_added", "TaskInput.is_in_key", task('run "echo resource added"'),
             task('run "echo resource added"', "wait: duration", properties="  timeout wait"), call_after="NAME(5min)"),
        Case("limit", "TaskDefinition.name", task('run "echo limit ~{x}"', "x: int"), call="for x in [7] { NAME(x) }",
             call_after="for y in [7] limit 1 tolerate 1 { NAME(y) }"),
        Case("after", "TaskDefinition.name", task('run "echo after"') + task('run "echo first"', name="NAME_first"),
             call="NAME_a = NAME_first()\n  NAME()", call_after="NAME_a = NAME_first()\n  NAME() after NAME_a"),
    ]


def arguments():
    show = task('run "echo NAME ~{x}"', "x: int = 3")
    return [
        Case("default_or_given", "TaskInput.name", show, call_after="NAME(3)"),
        Case("default_not_used", "TaskInput.name", show, show.replace("= 3", "= 4"), call="NAME(5)"),
        Case("computed_or_written", "KeyInput.value", show, call="NAME(6)", call_after="NAME(2 * 3)"),
        Case("input_type_wider", "TaskInput.type", task('run "cat in/x/*"', "x: File<txt>"),
             task('run "cat in/x/*"', "x: File"), call='NAME(file("NAME.txt"))', files={"NAME.txt": "1"}),
        Case("mode_of_an_input_file", "KeyInput.value", task('run "cat ~{x}"', "x: File"),
             call='NAME(file("NAME.txt"))', files={"NAME.txt": ("mode", 0o644)},
             files_after={"NAME.txt": ("mode", 0o755)}),
        Case("file_nobody_sees", "KeyBase.files", task('run "echo unseen"'), files={"NAME.txt": "1"},
             files_after={"NAME.txt": "2", "NAME_other.txt": "3"}),
        Case("zero", "KeyInput.value", task('run "echo zero"', "x: float"), call="NAME(0.0)",
             call_after="NAME(0.0 * -1.0)"),
        Case("order_in_a_record", "KeyInput.value", task('run "cat ~{x}"', "x: (a: int, b: int)"),
             call="NAME((a: 1, b: 2))", call_after="NAME((a: 1, b: 1 + 1))"),
    ]


def source(cases, is_after, pipeline="matrix", order=1):
    declarations = [case.declarations(is_after) for case in cases]
    imports = [line for text in declarations for line in text.splitlines() if line.startswith("import ")]
    rest = ["\n".join(line for line in text.splitlines() if not line.startswith("import ")) for text in declarations]
    statements = "\n  ".join(case.statements(is_after) for case in cases[::order])
    return "\n".join(imports + rest[::order]) + f"\npipeline {pipeline}() {{\n  {statements}\n}}\n"
