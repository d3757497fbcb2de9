"""The goals, each beside what was measured: which numbers it is about, what is promised, and what would close a gap."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .comparison import FUNCTION, HAND, NATIVE, REWRITTEN, C, Result
from .kernels import OBJECTIVES, Timed
from .workloads import WORKLOADS

OURS, COMPILED = "sct", "sct, Numba"
KIND = {w.name: w.kind for w in WORKLOADS}
LOOPS = {"loop", "elements"}
RUNGE_KUTTA = {"lotka_volterra", "lorenz"}
STENCILS = {"gauss_seidel", "bratu"}


@dataclass(frozen=True)
class Goal:
    """One line of the table."""

    what: str
    wanted: str
    measured: str
    met: bool | None
    """None where it was not measured."""
    closing: str = ""
    """What falls short and why, and what would close it."""


def geometric_mean(numbers: Iterable[float]) -> float:
    """
    >>> geometric_mean([1.0, 4.0])
    2.0
    """
    logs = [math.log(number) for number in numbers]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


class Measured:
    """Ratios of one engine to another over those results that have both."""

    def __init__(self, results: list[Result]) -> None:
        self.results = results

    def times(self, engine: str, other: str, wanted: Callable[[Result], bool] = lambda result: True) -> dict[str, float]:
        """How many times as long ``engine`` takes as ``other``: {workload and size: ratio}."""
        return {f"{r.workload} {r.size:,}": r.ratios[engine] / r.ratios[other] for r in self.results
                if engine in r.ratios and other in r.ratios and wanted(r)}


def kinds(*wanted: str) -> Callable[[Result], bool]:
    return lambda result: KIND[result.workload] in wanted


def named(*names: str) -> Callable[[Result], bool]:
    return lambda result: result.workload in names


def spread(ratios: dict[str, float], largest: bool = True) -> str:
    """The geometric mean, and the worst one.

    >>> spread({"a 1": 1.0, "b 2": 4.0})
    'geometric mean 2.0, worst 4.0 (b 2)'
    """
    if not ratios:
        return "not measured"
    worst = (max if largest else min)(ratios, key=ratios.__getitem__)
    return f"geometric mean {_short(geometric_mean(ratios.values()))}, worst {_short(ratios[worst])} ({worst})"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number < 9.95 and round(number, 1) == round(number, 2) \
        else f"{number:.2f}" if number < 10 else f"{number:.1f}"


def at_most(what: str, wanted: str, ratios: dict[str, float], mean: float | None, each: float | None, closing: str) -> Goal:
    """A goal that ratios are small: their geometric mean, each of them, or both."""
    over = {} if each is None else {key: ratio for key, ratio in ratios.items() if ratio > each}
    met = not over and (mean is None or geometric_mean(ratios.values()) <= mean)
    return Goal(what, wanted, spread(ratios), met if ratios else None, _listed("Over it", over) + closing)


def at_least(what: str, wanted: str, ratios: dict[str, float], mean: float | None, each: float | None, closing: str) -> Goal:
    """A goal that others take many times as long as we do."""
    under = {} if each is None else {key: ratio for key, ratio in ratios.items() if ratio < each}
    met = not under and (mean is None or geometric_mean(ratios.values()) >= mean)
    return Goal(what, wanted, spread(ratios, largest=False), met if ratios else None, _listed("Below it", under) + closing)


def _listed(how: str, ratios: dict[str, float]) -> str:
    return f"{how}: {', '.join(f'{key} ({_short(ratio)})' for key, ratio in ratios.items())}. " if ratios else ""


def in_python(m: Measured) -> list[Goal]:
    """What is promised of the generated text under CPython."""
    return [
        at_most("gradient in CPython, in times the function", "geometric mean ≤ 2.5, each ≤ 4.0",
                m.times(OURS, FUNCTION), 2.5, 4.0, SHORT_OF_HAND),
        at_least("HIPS autograd on loops, in times ours", "geometric mean ≥ 400",
                 m.times("HIPS autograd", OURS, kinds(*LOOPS)), 400, None, FEW_TRACED),
        at_least("PyTorch eager on loops, in times ours", "geometric mean ≥ 130",
                 m.times("PyTorch eager", OURS, kinds(*LOOPS)), 130, None, FEW_TRACED),
        at_least("HIPS autograd on whole arrays, in times ours", "geometric mean ≥ 4.5",
                 m.times("HIPS autograd", OURS, kinds("arrays")), 4.5, None, BLAS),
        at_least("PyTorch eager on whole arrays, in times ours", "geometric mean ≥ 2.2",
                 m.times("PyTorch eager", OURS, kinds("arrays")), 2.2, None, BLAS),
        at_least("tangent-ad on scalar loops, in times ours", "each ≥ 20", m.times("tangent-ad", OURS, kinds("loop")), None, 20,
                 TAPELESS),
        at_least("tangent-ad on the MLP, in times ours", "each ≥ 1", m.times("tangent-ad", OURS, named("mlp")), None, 1.0,
                 BLAS),
        at_least("jitted JAX, its code rewritten, in times ours: Runge-Kutta, stencils by elements, mixture, LSTM", "each ≥ 1",
                 m.times(REWRITTEN, OURS, lambda r: r.workload in RUNGE_KUTTA | STENCILS | {"lstm"}
                         or r.workload == "mixture" and r.size >= 5_000), None, 1.0, JITTED),
    ]


def under_numba(m: Measured, kernels: list[Timed]) -> list[Goal]:
    """What is promised of the same text, compiled."""
    slices = named("jacobi", "burgers")
    objectives = m.times(COMPILED, NATIVE, named("mixture", "lstm")) | among(kernels, COMPILED, NATIVE, objectives=True)
    return [
        at_most("compiled by Numba, in times the adjoint in C: loops", "each ≤ 1.3",
                m.times(COMPILED, C, lambda r: not slices(r)), None, 1.3, AGAINST_C),
        at_most("compiled by Numba, in times the adjoint in C: slices", "each ≤ 1.7", m.times(COMPILED, C, slices), None, 1.7,
                FUSING),
        at_most("compiled by Numba, in times the function compiled by Numba", "geometric mean ≤ 2.2, each ≤ 4.0",
                m.times(COMPILED, NATIVE), 2.2, 4.0, LISTS),
        at_least("jitted JAX, in times ours compiled: scalar loops", "each ≥ 2",
                 m.times(REWRITTEN, COMPILED, kinds("loop")), None, 2.0, SMALL_STEPS),
        at_least("jitted JAX, in times ours compiled: Runge-Kutta", "each ≥ 40",
                 m.times(REWRITTEN, COMPILED, named(*RUNGE_KUTTA)), None, 40.0, SMALL_STEPS),
        at_least("jitted JAX, in times ours compiled: element stencils", "each ≥ 100",
                 m.times(REWRITTEN, COMPILED, named(*STENCILS)), None, 100.0, SMALL_STEPS),
        at_least("jitted JAX, in times ours compiled: MLP and LSTM", "each ≥ 1",
                 m.times(REWRITTEN, COMPILED, named("mlp", "lstm")), None, 1.0, LIBRARY),
        at_most("compiled, in times the compiled function: mixture, LSTM, bundle adjustment", "each ≤ 3.3",
                objectives, None, 3.3, FUSING),
        at_least("jitted JAX, in times ours compiled: kernels that write into arrays", "geometric mean ≥ 1",
                 among(kernels, REWRITTEN, COMPILED), 1.0, None, SMALL_STEPS),
        at_most("compiled, in times the compiled function: kernels that write into arrays", "geometric mean ≤ 4.7",
                among(kernels, COMPILED, NATIVE), 4.7, None, LISTS),
    ]


def among(kernels: list[Timed], engine: str, other: str, objectives: bool = False) -> dict[str, float]:
    """How many times as long ``engine`` takes as ``other`` on the kernels, or on the objectives among them."""
    return {f"{k.kernel} {k.size:,}": k.seconds[engine] / k.seconds[other] for k in kernels
            if engine in k.seconds and other in k.seconds and (k.kernel in OBJECTIVES) is objectives}


def of_costs(costs: dict[str, Any]) -> list[Goal]:
    """Dispatch, memory, compile and transform times."""
    call, kept, native = costs["dispatch"], costs["memory"], costs.get("native")
    rows = [tuple(row) for row in costs["transform"]["rows"]]
    twenty = rows[0][2]
    straight = {n: taken for what, n, taken in rows if what == "straight line of scalars"}
    longest = max(straight)
    growth = straight[longest] / longest / (straight[100] / 100)
    return [
        Goal("a function of 0.1 µs through `.specialize()`, in times the function", "≤ 3.5",
             f"{call['ratio']:.2f} (unchecked: {call['unchecked']:.2f})", call["ratio"] <= 3.5, CALLS),
        Goal("what a plain call adds", "≤ 0.5 µs", f"{call['added'] * 1e6:.2f} µs", call["added"] <= 5e-7, CALLS),
        Goal("bytes for each step of a scalar loop of 10⁵ steps", "≤ 48",
             f"{kept['sct']:.0f} (by hand {kept['by hand']:.0f}" +
             (f", HIPS autograd {kept['HIPS autograd']:,.0f})" if "HIPS autograd" in kept else ")"), kept["sct"] <= 48),
        Goal("the same with checkpoints, and their cost", "about 0 at ≤ 1.4 × the time",
             f"{kept['with checkpoints']:.2f} at {kept['time with checkpoints']:.2f} ×",
             kept["with checkpoints"] < 2 and kept["time with checkpoints"] <= 1.4, RUN_AGAIN),
        Goal("Numba's compiling of 100 statements; a first call after that of another process", "≤ 1 s; ≤ 10 ms",
             "not measured" if native is None else f"{native['cold']:.1f} s; {native['warm'] * 1e3:.0f} ms",
             None if native is None else native["cold"] <= 1.0 and native["warm"] <= 0.010, LLVM),
        Goal("transforming 20 lines", "≤ 30 ms", f"{twenty:.0f} ms", twenty <= 30, TRANSFORM),
        Goal(f"transforming {longest:,} lines; per line, in times that of 100 lines", "seconds; about 1",
             f"{straight[longest] / 1e3:.1f} s; {growth:.1f}", straight[longest] < 10_000 and growth < 2, TRANSFORM),
        Goal("`import sct` beyond `import numpy`", "≤ 100 ms", f"{costs['transform']['import']:.0f} ms",
             costs["transform"]["import"] <= 100, IMPORTS),
    ]


SHORT_OF_HAND = ("The adjoints by hand know that what a maximum is subtracted for cancels (mixture) and so does what the "
                 "residual hands back (Newton). What Newton's method keeps of 2,000 steps no longer fits the caches, by hand "
                 "neither. Large arrays are bound by memory: there every array saved or made in between counts (Asian option, "
                 "LSTM).")
FEW_TRACED = "The fewer operations a step has, the more of ours is the loop itself."
BLAS = "Where matrix products take most of the time, all engines wait for the same BLAS."
TAPELESS = "It keeps a stack as we do; the longer a statement, the less the calls around it count."
JITTED = ("Compiled code has no cost per call, which is most of what NumPy takes for small arrays and elements. The same text "
          "under Numba is ahead of it nearly everywhere.")
AGAINST_C = ("Kepler's equation saves in a loop of unknown length, where lists grow. A call looks at the "
             "types of its arguments twice, here and in Numba.")
FUSING = ("Array statements are loops here, several of them where C has one. Arrays of which only run time knows the shape are "
          "made anew in each round.")
LISTS = ("Lists, where the number of rounds is not known, grow step by step. The function alone keeps everything in registers, "
         "or is vectorised by LLVM; of a short call, most is looking at the types of arguments.")
SMALL_STEPS = "JAX pays for each step of a scan whatever it holds, which differs between machines; ours for saving, as above."
LIBRARY = ("JAX multiplies matrices on its own terms, and fuses what is added to them; Numba waits for the BLAS that NumPy "
           "uses.")
CALLS = "A gradient must look at the types of its arguments; the rest is one call of Python."
RUN_AGAIN = "Each step runs twice: once in the forward sweep, once before it is reversed."
LLVM = ("Nearly all of compiling is Numba's type inference and lowering, in Python; "
        "LLVM takes a twentieth. The second number is the whole first call, in a process in which Numba itself has started.")
IMPORTS = "It differs by a third between runs: most of it is reading files."
TRANSFORM = "Most of it is type inference and the passes, in interpreted Python."


def goals(results: list[Result], kernels: list[Timed], costs: dict[str, Any]) -> list[Goal]:
    """All lines of the table."""
    m = Measured(results)
    return [*in_python(m), *under_numba(m, kernels), *of_costs(costs)]


__all__ = ["HAND", "Goal", "Measured", "geometric_mean", "goals"]
