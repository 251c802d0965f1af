"""The disk fills up before each of fifty operations and is freed again: read-only mode with its reason meanwhile, reads
go on, what runs goes on, all is as before within 10 s, and nothing acknowledged is lost."""

import argparse
import json
import os
import sys
import time
import traceback

import small_disk
from moments import MOMENTS, World

RECOVERY = 10  # seconds, as promised
SKIPPED = 77
EXAMPLES = """examples:
  full_disk_test.py                    all moments
  full_disk_test.py --list             their names
  full_disk_test.py "mlp-runner"       those whose name has this in it
  full_disk_test.py --rounds 5         all of them five times, on a new disk each
"""


def check_reads(home):
    """While it is full: the status has the reason, and is answered."""
    status = home.status()
    assert status["is_read_only"] and status["is_disk_low"] and status["disk_since"], status
    assert "the disk is full" in status["disk_reason"], status


def recover(world, waiting):
    """Seconds from the free space until a run is taken and one whose task ended meanwhile has ended."""
    begin = time.monotonic()
    world.home.disk.free()
    world.home.wait(world.is_run_taken, "a run that is taken", RECOVERY)
    world.home.wait(lambda: world.home.run_state(waiting) == "succeeded", "a run that goes on", RECOVERY)
    took = time.monotonic() - begin
    status = world.home.status()
    assert not status["is_read_only"] and status["disk_reason"] == "", status
    assert took < RECOVERY, f"it took {took:.1f} s"
    return took


def go_through(world, moment):
    """One moment to its end; seconds from the free space to a daemon as before."""
    waiting = world.start("waiting")
    go = world.go
    act = moment(world)
    next(act)
    world.home.fill()
    check_reads(world.home)
    next(act)
    world.let_go(go)
    took = recover(world, waiting)
    for _ in act:
        raise AssertionError("a moment yields twice")
    assert world.home.get(f"runs/{world.ended}").json == world.known, "what had ended is as it was"
    return took


def run_round(moments, figures):
    for size in sorted({moment.disk_size for moment in moments}):
        run_on_one_disk(size, [moment for moment in moments if moment.disk_size == size], figures)


def run_on_one_disk(size, moments, figures):
    home = small_disk.SmallHome(size)
    try:
        world = World(home)
        for moment in moments:
            name = moment.__name__.replace("_", " ")
            begin = time.monotonic()
            try:
                took = go_through(world, moment)
            except Exception:  # every other moment is still worth trying
                figures["findings"] += 1
                print(f"FINDING the disk is full, and {name}\n{traceback.format_exc()}\n--- mlpd.log\n{home.log()}",
                      flush=True)
                home.disk.free()
                home.ctl("up", expect=None)
                continue
            finally:
                figures["moments"] += 1
            figures["slowest_recovery_s"] = max(figures["slowest_recovery_s"], round(took, 2))
            print(f"ok  {time.monotonic() - begin:5.1f} s, recovered in {took:4.2f} s: the disk is full, and {name}",
                  file=sys.stderr, flush=True)
    finally:
        home.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="a part of the names of the moments wanted")
    parser.add_argument("--list", action="store_true", help="their names")
    parser.add_argument("--rounds", type=int, default=1, help="how often (1)")
    asked = parser.parse_args()
    wanted = [m for m in MOMENTS if not asked.only or any(part in m.__name__.replace("_", " ") for part in asked.only)]
    if asked.list:
        print("\n".join(m.__name__.replace("_", " ") for m in MOMENTS))
        return 0
    why = small_disk.why_not()
    if why:
        print("skipped: " + why)
        return SKIPPED
    figures = {"part": "full_disk", "findings": 0, "moments": 0, "slowest_recovery_s": 0.0}
    for _ in range(asked.rounds):
        run_round(wanted, figures)
    print(json.dumps(figures))
    return 1 if figures["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
