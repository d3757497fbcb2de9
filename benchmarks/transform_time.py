"""How long the first call of a gradient takes, capture to loaded code: functions of 10 to 3,000 statements and nested loops.

``python benchmarks/transform_time.py [--largest 3000] [--check 50]`` prints a Markdown table; with ``--check`` it fails if the
20-line function takes longer than that many milliseconds, or when the time per statement grows with the length of the function.
"""

import argparse
import itertools
import linecache
import math
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

import sct

_numbers = itertools.count()


def twenty(x, k, n):
    """The function of 20 lines: two loops, two branches, a handful of scalars."""
    total = 0.0
    s = x
    damping = math.exp(-k)
    for i in range(n):
        rate = k * math.sin(s)
        if s > 1.0:
            s = s - rate * damping
            total += s * s
        else:
            step = math.exp(-s) * x
            s = s + k * step
            total -= step / (1.0 + s * s)
        for _ in range(3):
            s = s * 0.5 + math.cos(s) * k
            total = total + s / (i + 1)
    error = total - 2.0 * x
    if error < 0.0:
        error = -error
    scaled = error / (1.0 + k * k)
    return math.log(1.0 + scaled * scaled) + s


def straight(n):
    """``n`` assignments, each of two of the last five variables."""
    lines = ["def f(x, y):", "    v0 = x * y", "    v1 = x + y", "    v2 = v0 - y"]
    forms = ["math.sin(v{a}) * v{b} + x", "math.cos(v{a}) - 0.5 * v{b}", "v{a} / (2.0 + v{b} * v{b})",
             "0.5 * v{a} + math.tanh(v{b})"]
    for k in range(3, n):
        lines.append(f"    v{k} = " + forms[k % 4].format(a=k - 1, b=k - 1 - k % 3))
    return [*lines, f"    return v{n - 1}"]


def mixed(n):
    """About ``n`` statements in blocks of ten: loops, branches, array elements and whole-array statements."""
    lines = ["def f(x, y, a):", "    s = x", "    t = y", "    v = a"]
    for k in range(max(1, n // 10)):
        lines += ["    for i in range(len(a)):", f"        u{k} = a[i] * s", f"        if u{k} > t:",
                  f"            s = 0.5 * s + math.cos(u{k})", "        else:", f"            s = 0.5 * s - math.sin(u{k})",
                  f"        t = math.tanh(t + u{k} * s)", f"    v = v / {1.5 + k} + np.tanh(v)",
                  "    s = 0.5 * s + np.sum(v * a)",
                  f"    w{k} = s * t", f"    t = w{k} / (1.0 + t * t)"]
    return [*lines, "    return s + t"]


def nested(depth):
    """One loop in another, ``depth`` deep, with a statement before and after each."""
    lines = ["def f(x, y):", "    s = x"]
    for d in range(depth):
        pad = "    " * (d + 1)
        lines += [f"{pad}a{d} = s * y", f"{pad}for i{d} in range(2):"]
    lines.append("    " * (depth + 1) + "s = s * 0.5 + math.sin(s) * y")
    for d in reversed(range(depth)):
        lines.append("    " * (d + 1) + f"s = s + a{d} * 0.1")
    return [*lines, "    return s"]


def define(lines):
    """The function whose source these lines are."""
    name = f"<transform time {next(_numbers)}>"
    text = "\n".join(lines) + "\n"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space = {"math": math, "np": np}
    exec(compile(text, name, "exec"), space)
    return space["f"]


def lines_of(function):
    """The source of a function at the top level of this file."""
    first = function.__code__.co_firstlineno - 1
    lines = linecache.getlines(__file__)[first:]
    body = itertools.takewhile(lambda line: line.startswith((" ", "\n")), lines[1:])
    return [f"def f({lines[0].partition('(')[2].rstrip()}", *(line.rstrip() for line in body)]


def milliseconds(make, arguments, argnums, repeats):
    """The median time of a first call of a new gradient, of a function that ``make`` makes."""
    times = []
    for _ in range(repeats):
        function = make()
        start = time.process_time()
        sct.grad(function, argnums)(*arguments)
        times.append((time.process_time() - start) * 1e3)
    return statistics.median(times)


def imports():
    """What ``import sct`` takes beyond ``import numpy``, and what the first gradient takes in a new process."""
    code = """if True:
        import time, numpy
        def f(x): return x * x
        start = time.process_time(); import sct; middle = time.process_time(); sct.grad(f)(2.0); end = time.process_time()
        print(middle - start, end - middle)"""
    code = "import linecache; text = " + repr(code) + "; linecache.cache['<first>'] = (len(text), None, " \
           "text.splitlines(keepends=True), '<first>'); exec(compile(text, '<first>', 'exec'))"
    runs = [list(map(float, subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
                     .stdout.split())) for _ in range(5)]
    return [statistics.median(column) * 1e3 for column in zip(*runs, strict=True)]


def rows(largest):
    """(what, statements, milliseconds) for each function."""
    scalars, arrays = (0.7, 0.3), (0.7, 0.3, np.linspace(0.1, 1.0, 3))
    milliseconds(lambda: define(mixed(10)), arrays, (0, 1, 2), 1)  # the rules that all need are read once per process
    yield "20 lines: two loops, two branches", 20, milliseconds(lambda: define(lines_of(twenty)), (0.7, 0.3, 4), 0, 9)
    for n in (10, 30, 100, 300, 1000, 3000):
        if n <= largest:
            times = milliseconds(lambda n=n: define(straight(n)), scalars, (0, 1), 3 if n < 1000 else 1)
            yield "straight line of scalars", n, times
    for n in (10, 30, 100, 300, 1000, 3000):
        if n <= largest:
            times = milliseconds(lambda n=n: define(mixed(n)), arrays, (0, 1, 2), 3 if n < 1000 else 1)
            yield "loops, branches, arrays", n, times
    for depth in (1, 2, 4, 6):
        yield f"loops nested {depth} deep", 2 * depth + 3, milliseconds(lambda d=depth: define(nested(d)), scalars, (0, 1), 5)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=3000, help="statements of the longest function (default: 3000)")
    parser.add_argument("--check", type=float, metavar="MS", help="the most the 20-line function may take, in milliseconds")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}; CPU time of a first call, medians\n")
    beyond, first = imports()
    print(f"`import sct` beyond `import numpy`: {beyond:.0f} ms; the first gradient in a process: {first:.0f} ms\n")
    print("| function | statements | ms | ms per statement |\n|---|---|---|---|")
    table = []
    for what, n, time_taken in rows(options.largest):
        table.append((what, n, time_taken))
        print(f"| {what} | {n} | {time_taken:.1f} | {time_taken / n:.2f} |", flush=True)
    if options.check is not None:
        check(table, options.check)


def check(table, limit):
    """Fail where a promise is broken."""
    if table[0][2] > limit:
        raise SystemExit(f"the 20-line function takes {table[0][2]:.0f} ms; at most {limit:.0f} are allowed")
    for what in ("straight line of scalars", "loops, branches, arrays"):
        cost = {n: taken / n for kind, n, taken in table if kind == what}
        longest = max(cost)
        if longest >= 1000 and cost[longest] > 2.0 * cost[100]:
            raise SystemExit(f"{what}: {cost[longest]:.2f} ms per statement at {longest}, {cost[100]:.2f} at 100: not linear")


if __name__ == "__main__":
    main()
