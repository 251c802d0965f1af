"""What the sanitizers are told. Prints the value of ASAN_OPTIONS, UBSAN_OPTIONS or TSAN_OPTIONS:

    TSAN_OPTIONS=$(python3 tests/sanitize/options.py thread) build/tsan/bin/unit_engine
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

OPTIONS = {
    "address": ["detect_stack_use_after_return=1", "strict_string_checks=1", "check_initialization_order=1",
                "abort_on_error=1"],
    "undefined": ["print_stacktrace=1"],
    "thread": ["halt_on_error=1", "second_deadlock_stack=1", f"suppressions={HERE}/tsan.supp"],
}


def environment():
    return {name: ":".join(OPTIONS[kind]) for name, kind in
            (("ASAN_OPTIONS", "address"), ("UBSAN_OPTIONS", "undefined"), ("TSAN_OPTIONS", "thread"))}


if __name__ == "__main__":
    print(":".join(OPTIONS[sys.argv[1]]))
