"""Asks `mlpctl fsck` what is wrong with a data folder."""

import subprocess

from world import harness


def find_problems(world):
    """Sentences; none when all is well. The daemon lives and nothing runs."""
    done = subprocess.run([harness.MLPCTL, "fsck", "--json"], cwd=world.project, env=world.env, capture_output=True,
                          text=True, timeout=harness.LIMIT, check=False)
    if done.returncode == 0:
        return []
    return [f"[{done.returncode}] {done.stdout[-2000:]} {done.stderr[-2000:]}"]
