"""One crash point: the workload with a process that dies there, and everything as undisturbed."""

from scenario import Scenario
from world import Finding, World


def discover():
    """Plays the workload undisturbed. The life in which each point is first reached, by name."""
    world = World(logs_points=True)
    try:
        Scenario(world, lambda life: "").play()
        lives = {}
        for life in range(world.lives, 0, -1):
            lives.update({point: life for point in world.reached(life)})
        return lives
    finally:
        world.close()


def die_at(point, life, hit=1):
    """Whether it was reached so often; a Finding says what was not kept. A first hit must be."""
    world = World(logs_points=True)
    try:
        Scenario(world, lambda starting: f"{point}:{hit}" if starting == life else "").play()
        if hit == 1:
            check_death(world, point)
        return world.has_struck()
    except Finding as finding:
        raise Finding(f"{point}: {finding}\n{world.log()}") from finding
    finally:
        world.close()


def check_death(world, point):
    if not world.has_struck():
        raise Finding("the point was not reached")
    expected = [] if point.startswith("runner.") else [(world.armed[1], -9)]
    if world.unasked_deaths != expected:
        raise Finding(f"mlpd ended otherwise than at the point: {world.unasked_deaths}")
