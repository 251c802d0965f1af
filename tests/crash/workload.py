"""The pipelines that the crash tests run, what they must give, and the journal their bodies write.

Each body appends lines to a journal outside the data folder: `begin MARK ATTEMPT KEY TASK PID` first and
`end MARK` last, MARK being new for each process. Its output `mark` carries the same MARK, so that
what was published can be led back to the one process that made it. Lines have 256 bytes: a write that
crosses a page is cut there by a kill.
"""

import collections
import os

PATH = "crash.mlp"
BIG = 1_300_000  # bytes: over the size up to which inputs are copied, so it is linked
LONG_LOG = 40_000  # bytes: over what a record may hold

SOURCE = '''
task work(n: int, salt: string) -> (value: int at "value", mark: string at "mark") {
  retry 50 on error, lost, timeout, output backoff 10ms to 20ms
  run """
    PREAMBLE
    echo $((MLP_INPUT_N * 2)) > value
    POSTAMBLE
  """
}

/// Makes a large file and a long log.
task make_big(n: int, salt: string) -> (file: File at "big.txt", mark: string at "mark") {
  retry 50 on error, lost, timeout, output backoff 10ms to 20ms
  run """
    PREAMBLE
    echo "$MLP_INPUT_N $MLP_INPUT_SALT" > big.txt; truncate -s BIG big.txt
    printf "%LONG_LOGs\\n" "a long log"
    POSTAMBLE
  """
}

/// Reads a large file; its JSON is read by the pipeline while the run goes on.
task use_big(file: File) -> (count: File<json> at "count.json", mark: string at "mark") {
  retry 50 on error, lost, timeout, output backoff 10ms to 20ms
  run """
    PREAMBLE
    wc -c < ~{file} | tr -d " " > count.json
    POSTAMBLE
  """
}

/// Changes its input, which is not allowed: the object is taken out of the store.
task spoil(file: File) -> (mark: string at "mark") {
  run """
    PREAMBLE
    chmod u+w ~{file}; echo spoilt >> ~{file}
    POSTAMBLE
  """
}

/// Leaves files where none were declared, and a process in a session of its own.
task dirty(n: int, salt: string) -> (value: int at "value", mark: string at "mark") {
  retry 50 on error, lost, timeout, output backoff 10ms to 20ms
  run """
    PREAMBLE
    setsid sleep 1000 > /dev/null 2>&1 &
    mkdir -p left/over; echo left > left/over/file
    echo $((MLP_INPUT_N * 3)) > value
    POSTAMBLE
  """
}

/// Never started twice.
task once(n: int, salt: string) -> (value: int at "value", mark: string at "mark") {
  retry 0 on lost
  run """
    PREAMBLE
    echo $((MLP_INPUT_N * 5)) > value
    POSTAMBLE
  """
}

/// Goes on when the file `gate` is there; a child of it in a session of its own lives as long.
task hold(gate: string, salt: string) -> (value: int at "value", mark: string at "mark") {
  retry 50 on error, lost, timeout, output backoff 10ms to 20ms
  run """
    PREAMBLE
    setsid sleep 1000 > /dev/null 2>&1 &
    while [ ! -e ~{gate} ]; do sleep 0.02; done
    echo 7 > value
    POSTAMBLE
  """
}

/// The same, never started twice.
task hold_once(gate: string, salt: string) -> (value: int at "value", mark: string at "mark") {
  retry 0 on lost
  run """
    PREAMBLE
    while [ ! -e ~{gate} ]; do sleep 0.02; done
    echo 7 > value
    POSTAMBLE
  """
}

pipeline main(salt: string, items: int = 3) -> (sum: int, size: int, dirt: int, big: File) {
  all = for n in range(0, items) { work(n, salt) }
  total = sum(for each in all { each.value })
  dirt = dirty(total, salt)
  big = make_big(total, salt)
  size: int = read(use_big(big.file).count)
  more = if size > 10 { work(size, salt).value } else { 0 }
  return (sum: total + more, size: size, dirt: dirt.value, big: big.file)
}

pipeline at_most_once(salt: string) -> int { return once(4, salt).value }

pipeline holding(gate: string, salt: string) -> int { return hold(gate, salt).value }

pipeline holding_once(gate: string, salt: string) -> int { return hold_once(gate, salt).value }

pipeline spoiling(salt: string) -> string { return spoil(make_big(0, salt).file).mark }

pipeline mending(salt: string) -> (big: File) { return (big: make_big(0, salt).file) }

pipeline many(salt: string, items: int) -> int {
  all = for n in range(0, items) { work(n, salt).value }
  return sum(all)
}
'''

PREAMBLE = '''read -r mark < /proc/sys/kernel/random/uuid
    printf "%-255s\\n" "begin $mark ${MLP_RUNNER##*/} $MLP_IDEMPOTENCY_KEY $MLP_TASK $$" >> JOURNAL
    echo "$mark" > mark'''
POSTAMBLE = 'printf "%-255s\\n" "end $mark" >> JOURNAL'


def source(journal):
    text = SOURCE.replace("PREAMBLE", PREAMBLE).replace("POSTAMBLE", POSTAMBLE).replace("JOURNAL", journal)
    return text.replace("BIG", str(BIG)).replace("LONG_LOG", str(LONG_LOG))


def project(journal):
    """Path to bytes: with a file of each size class an upload has."""
    return {"mlp.toml": b"", PATH: source(journal).encode(), "small.txt": b"small\n",
            "middle.txt": b"middle\n" * 5000, "large.bin": b"0123456789abcdef" * 70_000}


def expected_main(items=3):
    total = sum(2 * n for n in range(items))
    return {"sum": total + 2 * BIG, "size": BIG, "dirt": 3 * total}


def expected_many(items):
    return sum(2 * n for n in range(items))


Begun = collections.namedtuple("Begun", "mark attempt key task pid")


class Journal:
    """What bodies did, by their own account."""

    def __init__(self, path):
        self.path = path
        self.forgotten = set()

    def forget_last(self, task):
        """It is not to be found in any record: its store was replaced by an older one."""
        self.forgotten.add(self.begun(task)[-1].mark)

    def lines(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return [line.split() for line in file.read().splitlines()]

    def begun(self, task=""):
        found = [Begun(*words[1:]) for words in self.lines() if words[0] == "begin"]
        return [each for each in found if task in ("", each.task.split("[")[0]) and each.mark not in self.forgotten]

    def ended(self):
        return {words[1] for words in self.lines() if words[0] == "end"}
