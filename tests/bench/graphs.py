"""The same graphs for mlpd and for ninja: trivial tasks, each with its own number, so each has its own key."""

import os

TASK = """
task one(i: int, salt: int) -> (out: File at "out") { exec ["sh", "-c", "echo > out"] }
task link(before: File, i: int, salt: int) -> (out: File at "out") { exec ["sh", "-c", "echo > out"] }
task pair(a: File, b: File, i: int, salt: int) -> (out: File at "out") { exec ["sh", "-c", "echo > out"] }
task gather(parts: [File], salt: int) -> (out: File at "out") { exec ["sh", "-c", "echo > out"] }
"""


def independent(count):
    return TASK + f"""
pipeline bench(salt: int) {{
  for i in range({count}) {{ one(i, salt) }}
}}
"""


def chain(count):
    lines = ["  c0 = one(0, salt)"]
    lines += [f"  c{i} = link(c{i - 1}.out, {i}, salt)" for i in range(1, count)]
    return TASK + "pipeline bench(salt: int) {\n" + "\n".join(lines) + "\n}\n"


def layers(depth, width):
    lines = [f"  l0 = for i in range({width}) {{ one(i, salt) }}"]
    for d in range(1, depth):
        lines.append(f"  l{d} = for i in range({width}) {{ pair(l{d - 1}[i].out, l{d - 1}[(i + 1) % {width}].out, "
                     f"{d * width} + i, salt) }}")
    return TASK + "pipeline bench(salt: int) {\n" + "\n".join(lines) + "\n}\n"


def fan(count):
    return TASK + f"""
pipeline bench(salt: int) {{
  source = one(-1, salt)
  parts = for i in range({count}) {{ link(source.out, i, salt) }}
  gather(for p in parts {{ p.out }}, salt)
}}
"""


def waiting(count):
    """One task that ends only when it is killed; all others wait for it."""
    return """
task hold() -> (out: File at "out") { exec ["sh", "-c", "exec sleep 100000"] }
task link(before: File, i: int) -> (out: File at "out") { exec ["sh", "-c", "echo > out"] }
""" + f"""
pipeline bench() {{
  held = hold()
  for i in range({count}) {{ link(held.out, i) }}
}}
"""


def ninja(folder, edges):
    """edges: output to inputs. Writes build.ninja and makes the folder of outputs."""
    os.makedirs(os.path.join(folder, "out"))
    with open(os.path.join(folder, "build.ninja"), "w", encoding="utf-8") as file:
        file.write("rule r\n  command = echo > $out\n")
        for output, inputs in edges.items():
            file.write(f"build out/{output}: r {' '.join('out/' + str(i) for i in inputs)}\n")


def independent_edges(count):
    return {i: [] for i in range(count)}


def chain_edges(count):
    return {i: [i - 1] if i else [] for i in range(count)}


def layers_edges(depth, width):
    edges = {}
    for d in range(depth):
        for i in range(width):
            below = (d - 1) * width
            edges[d * width + i] = [below + i, below + (i + 1) % width] if d else []
    return edges


def fan_edges(count):
    edges = {"source": []}
    edges.update({i: ["source"] for i in range(count)})
    edges["gather"] = list(range(count))
    return edges
