"""Writes docs/benchmarks.md from what was measured: goals, workloads, compile times, costs, and the worth of each pass."""

from collections.abc import Iterator
from typing import Any

from sct.cli.timing import readable

from .ablation import Ablation
from .comparison import FUNCTION, HAND, NATIVE, ORDER, REWRITTEN, C, Result
from .goals import Goal, geometric_mean, goals
from .kernels import COMPILED, Timed
from .workloads import WORKLOADS, rewritten_lines

FIRST = "Seconds of CPU time from the function to its first gradient, compilers included, at the smaller size."
TITLES = {w.name: w.title for w in WORKLOADS}
INTRODUCTION = """# Benchmarks

What gradients cost, measured side by side: all engines run in one process, in turns, on one thread; what is counted is CPU
time, and shown are medians. Gradients of all engines are compared with an adjoint written by hand first (to 1e-8 of the
largest element), because a fast wrong answer is no answer. This page, its pictures and `benchmarks.json` are written by

```console
$ python -m benchmarks
```

which takes about ten minutes and leaves out the tools that are not installed. `python -m sct bench module:function` makes the
same comparison for a function of yours. The functions are in [benchmarks/workloads](../benchmarks/workloads), each with an
adjoint by hand; loops have a rewriting for JAX and an adjoint in C, too. """
READING = """"× the function" divides by the time of the function itself under CPython and NumPy, whoever computes the gradient.
HIPS autograd, PyTorch, JAX and tangent-ad run a copy of the same function that sees their own `np` and `math`; for jitted JAX,
loops are rewritten by hand as scans, and the lines of that are counted. A dash is an engine that cannot run the function or
would take more than half a second a call."""
KERNELS = """Programs of [tests/programs](../tests/programs) as they are, compiled: the gradient by all arrays in times the
function under Numba, and the gradient of a [rewriting for JAX](../benchmarks/kernels_jax.py), jitted, in times ours."""


def page(data: dict[str, Any]) -> str:
    """The page as Markdown."""
    results = [Result(**each) for each in data["results"]]
    kernels = [Timed(**each) for each in data["kernels"]]
    found = goals(results, kernels, data["costs"])
    parts = [
        INTRODUCTION + data["machine"],
        "## Goals", _goals(found),
        "## What falls short, and what would close it", _short(found),
        "## The workloads", READING,
        "![Gradients in times the function](benchmarks-ratios.svg)",
        _in_python(results),
        "## Other tools, in times the function", _tools(results),
        "## Kernels that write into arrays", KERNELS,
        _kernels(kernels),
        "## First calls", FIRST,
        _first_calls(results),
        "## Transforming", _transforming(data["costs"]),
        "## What each pass is worth", _ablation(data["ablation"]),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: list[str], rows: Iterator[list[str]] | list[list[str]], left: int = 1) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * left + "---:|" * (len(head) - left)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _goals(found: list[Goal]) -> str:
    verdict = {True: "met", False: "**not met**", None: "not measured"}
    return _table(["what", "goal", "measured", ""], [[g.what, g.wanted, g.measured, verdict[g.met]] for g in found], left=4)


def _short(found: list[Goal]) -> str:
    missed = [g for g in found if g.met is False]
    return "\n".join(f"- *{g.what}*: {g.closing}" for g in missed) or "Nothing."


def _in_python(results: list[Result]) -> str:
    def row(r: Result) -> list[str]:
        known = [f"{r.ratios[name]:.2f}" for name in (HAND, "sct")]
        over = r.ratios["sct"] / r.ratios[HAND]
        return [TITLES[r.workload], f"{r.size:,}", readable(r.seconds[FUNCTION]), *known, f"{over:.2f}"]
    means = [f"{geometric_mean(r.ratios[name] for r in results):.2f}" for name in (HAND, "sct")]
    over = f"{geometric_mean(r.ratios['sct'] / r.ratios[HAND] for r in results):.2f}"
    rows = [*map(row, results), ["geometric mean", "", "", *means, over]]
    return _table(["in CPython", "size", "function", "by hand, × the function", "sct, × the function", "sct, × by hand"], rows)


def _tools(results: list[Result]) -> str:
    names = [name for name in ORDER if name not in (FUNCTION, HAND) and any(name in r.ratios for r in results)]
    lines = {w.name: str(rewritten_lines(w)) for w in WORKLOADS}

    def row(r: Result) -> list[str]:
        return [TITLES[r.workload], f"{r.size:,}", *(_ratio(r.ratios.get(name)) for name in names), lines[r.workload]]
    return _table(["", "size", *names, "lines for JAX"], map(row, results)) + "\n\n" + _refused(results)


def _ratio(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def _refused(results: list[Result]) -> str:
    unable: dict[str, list[str]] = {}
    for r in results:
        for name, reason in r.absent.items():
            if reason.startswith("cannot run it") and r.workload not in unable.get(name, []):
                unable.setdefault(name, []).append(r.workload)
    return "\n".join(f"- \"{name}\" cannot run {', '.join(names)}." for name, names in unable.items())


def _kernels(kernels: list[Timed]) -> str:
    def row(k: Timed) -> list[str]:
        ours, function, other = (k.seconds.get(name) for name in (COMPILED, NATIVE, REWRITTEN))
        return [k.kernel, f"{k.size:,}", readable(function) if function else "–", _ratio(ours and function and ours / function),
                _ratio(ours and other and other / ours)]
    return _table(["", "size", "function", "gradient, × the function", "jitted JAX, × ours"], map(row, kernels))


def _first_calls(results: list[Result]) -> str:
    smaller = {w.name: w.sizes[0] for w in WORKLOADS}
    names = [name for name in ("sct", "sct, Numba", NATIVE, REWRITTEN, "tangent-ad", C)
             if any(name in r.first_calls for r in results)]
    rows = [[TITLES[r.workload], *(f"{r.first_calls[n]:.2f}" if n in r.first_calls else "–" for n in names)]
            for r in results if r.size == smaller[r.workload]]
    return _table(["", *names], rows)


def _transforming(costs: dict[str, Any]) -> str:
    rows = [[what, f"{n:,}", f"{taken:.0f}", f"{taken / n:.2f}"] for what, n, taken in costs["transform"]["rows"]]
    sizes = ", ".join(map(str, costs["orders"]))
    return "\n\n".join([
        f"`import sct` takes {costs['transform']['import']:.0f} ms beyond `import numpy`, the first gradient in a process "
        f"{costs['transform']['first']:.0f} ms.",
        "![Time of the first call](benchmarks-transform.svg)",
        _table(["function", "statements", "ms", "ms per statement"], rows),
        f"A loop and its derivatives of orders one to four have {sizes} statements."])


def _ablation(entries: list[dict[str, Any]]) -> str:
    explained = ("Each pass left out in turn, everything else as it is, at the smaller sizes. \"Slower\" is the gradient "
                 "without the pass in times the gradient with all, over the workloads whose text is another one then. "
                 "Differences below 0.05 are noise. What a pass does for the programs of the tests but not for these is not "
                 "seen here.")
    return explained + "\n\n" + _table(["pass", "what it does", "texts changed", "statements", "slower", "most"],
                                       [_ablated(Ablation(**entry)) for entry in entries], left=2)


def _ablated(a: Ablation) -> list[str]:
    what = a.what.replace("``", "`")
    if a.needed:
        return [f"`{a.name}`", what, "", "", f"wrong without it: {', '.join(a.needed)}", ""]
    if not a.slower:
        return [f"`{a.name}`", what, "0", "", "", ""]
    worst = max(a.slower, key=a.slower.__getitem__)
    return [f"`{a.name}`", what, str(len(a.slower)), f"{sum(a.longer.values()):+d}",
            f"{geometric_mean(a.slower.values()):.2f}", f"{a.slower[worst]:.2f} ({worst})"]
