"""Judges a gradient engine on random programs: each program's verdict, and the summary of many.

The judge is the original source run on dual numbers (``sct.testing.original``); value, printed output and exceptions are
compared with those of the original run on plain numbers.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import multiprocessing
import re
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..trees import leaves, rebuilt, with_leaves
from .check import changed_argument, public, same_bits
from .duals import ReferenceGap
from .original import value_and_gradient
from .programs import Program, function_of, generate, loaded

Engine = Callable[[Callable[..., Any], Sequence[Any], tuple[int, ...]], tuple[Any, tuple[Any, ...]]]
"""``engine(fn, args, argnums) -> (value, grads)``."""

FAILURES = ("wrong gradient", "wrong value", "wrong output", "wrong exception", "changed arguments", "crash")
"""Verdicts that are bugs, the worst first."""
TOLERANCE = 1e-8
PROGRAMS_PER_PROCESS = 1000
"""A process of its own for so many, since every compiled program stays in memory."""
SECONDS = 20.0
"""A program and its gradient take milliseconds; one that takes longer than this hangs."""


@dataclass(frozen=True)
class Verdict:
    """What became of one program."""

    kind: str
    """``right``, ``raises`` (the same exception as the original), ``refused``, ``unjudged`` or one of ``FAILURES``."""
    detail: str = ""
    nonzero: bool = False
    """Whether the true gradient has a nonzero element."""


def sct_engine(fn: Callable[..., Any], args: Sequence[Any], argnums: tuple[int, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The compiler."""
    value, grads = public("value_and_grad")(fn, argnums=argnums)(*args)
    return value, grads


def checkpointing_engine(fn: Callable[..., Any], args: Sequence[Any], argnums: tuple[int, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The compiler, with all loops that save anything cut into segments."""
    value, grads = public("value_and_grad")(fn, argnums=argnums, checkpoint="loops")(*args)
    return value, grads


def numba_engine(fn: Callable[..., Any], args: Sequence[Any], argnums: tuple[int, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The compiler, its functions compiled by Numba; the value is that of the original, which may differ by rounding."""
    value, grads = public("value_and_grad")(fn, argnums=argnums)(*copies(args))
    compiled, native = public("value_and_grad")(fn, argnums=argnums, backend="numba")(*args)
    if not abs(compiled - value) <= 1e-9 * max(1.0, abs(value)):  # nor where one of them is not a number
        return compiled, native
    pairs = zip(leaves(native), leaves(grads), strict=True)
    return value, with_leaves(native, (type(grad)(bar) if isinstance(grad, float) else bar for bar, grad in pairs))


def judge(program: Program, engine: Engine = sct_engine) -> Verdict:
    """Runs the program, its reference and the engine, and compares."""
    with warnings.catch_warnings(action="ignore"), loaded(program.source) as module:
        fn = function_of(module, program.name)
        expected, printed, failure = captured(lambda: fn(*copies(program.args)))
        given = copies(program.args)
        found, printed_too, engine_failure = captured(lambda: engine(fn, given, program.argnums))
        verdict = _compare_outcomes(failure, engine_failure)
        if verdict is not None:
            return verdict
        if (changed := changed_argument(program.args, given)) is not None:
            return Verdict("changed arguments", f"argument {changed}")
        value, grads = found
        if not same_bits(value, expected):
            return Verdict("wrong value", f"{value!r} instead of {expected!r}")
        if printed != printed_too:
            return Verdict("wrong output", f"printed {printed_too!r} instead of {printed!r}")
        return _judge_gradient(program, fn, expected, grads)


def _judge_gradient(program: Program, fn: Callable[..., Any], expected: Any, grads: Sequence[Any]) -> Verdict:
    try:
        value, truth = value_and_gradient(fn, program.args, program.argnums)
    except ReferenceGap as gap:
        return Verdict("unjudged", f"reference: {gap}")
    if not same_bits(value, expected):
        return Verdict("unjudged", f"reference: value {value!r} instead of {expected!r}")
    if not np.all(np.isfinite(flat(truth))):
        return Verdict("unjudged", "the true gradient is not finite")
    nonzero = bool(np.any(flat(truth)))
    for argnum, found, true in zip(program.argnums, grads, truth, strict=True):
        if shapes(found) != shapes(true):
            return Verdict("wrong gradient", f"argument {argnum}: {shapes(found)}", nonzero)
    error = distance(grads, truth)
    if error <= TOLERANCE or error <= 100 * sensitivity(fn, program, truth):
        return Verdict("right", nonzero=nonzero)
    return Verdict("wrong gradient", f"{flat(grads).tolist()} instead of {flat(truth).tolist()}", nonzero)


def _compare_outcomes(original: BaseException | None, engine: BaseException | None) -> Verdict | None:
    """The verdict where one of the two raised; None if neither did."""
    if engine is not None and is_refusal(engine):
        return Verdict("refused", refusal(engine))
    if original is None and engine is None:
        return None
    if engine is None:
        return Verdict("wrong exception", f"returns where the original raises {original!r}")
    if original is None:
        return Verdict("crash", f"{type(engine).__name__}: {first_line(engine)}")
    if type(original) is type(engine):
        return Verdict("raises", type(engine).__name__)
    return Verdict("wrong exception", f"{type(engine).__name__}: {first_line(engine)} instead of {original!r}")


def is_refusal(error: BaseException) -> bool:
    """Whether an exception is the compiler's clear refusal (and not a broken invariant of its own)."""
    names = [cls.__name__ for cls in type(error).__mro__]
    return "SctError" in names and "InternalError" not in names


def refusal(error: BaseException) -> str:
    """Code and message of the first obstacle that a refusal names."""
    for obstacle in getattr(error, "obstacles", ()):
        return f"{obstacle.code}: {obstacle.message}"
    return first_line(error)


def first_line(error: BaseException) -> str:
    """The first line of an exception's message that says anything."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def copies(args: Sequence[Any]) -> list[Any]:
    """Arguments that may be written to."""
    return copy.deepcopy(list(args))


def captured(run: Callable[[], Any]) -> tuple[Any, str, Exception | None]:
    """Result, printed output and exception of a call that must not take long."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), time_limit(SECONDS):
            return run(), printed.getvalue(), None
    except Exception as error:
        return None, printed.getvalue(), error


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises ``TimeoutError`` in the main thread after so much processor time, where the platform has alarms."""
    def expired(*_: Any) -> None:
        raise TimeoutError(f"still running after {seconds} s")

    try:
        old = signal.signal(signal.SIGPROF, expired)
    except (AttributeError, ValueError):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, old)


def flat(grads: Any) -> np.ndarray:
    """All numbers of a tree of numbers and arrays, in order."""
    return np.concatenate([np.ravel(part) for part in leaves(grads)] or [np.zeros(0)])


def shapes(x: Any) -> str:
    """The structure of a gradient, types and shapes instead of its numbers and arrays.

    >>> shapes([1.0, None])
    "['float of shape ()', None]"
    """
    return repr(rebuilt(x, (f"{type(part).__name__} of shape {np.shape(part)}" for part in leaves(x))))


def distance(found: Sequence[Any], truth: Sequence[Any]) -> float:
    """The largest error of an element, relative to it or, for small ones, to a ten-thousandth of the largest (at least of 1).

    Without the floor a saturated ``tanh`` fails: its slope, 1 - z², is right to the last bit of 1, not of itself.
    """
    a, b = flat(found), flat(truth)
    if not np.isfinite(a).all():
        return float("inf")
    scale = np.maximum(np.abs(b), 1e-4 * max(1.0, float(np.max(np.abs(b), initial=0.0))))
    return float(np.max(np.abs(a - b) / scale, initial=0.0))


def sensitivity(fn: Callable[..., Any], program: Program, truth: Sequence[Any]) -> float:
    """How far rounding errors in the arguments move the true gradient: an ill-conditioned program proves nothing."""
    moved = 0.0
    for factor in (1 + 1e-15, 1 - 1e-15, 1 + 3e-15):
        args = with_leaves(program.args, (part * factor for part in leaves(program.args)))
        with contextlib.suppress(Exception):
            moved = max(moved, distance(value_and_gradient(fn, args, program.argnums)[1], truth))
    return moved


# ---- many programs ---------------------------------------------------------------------------------------------------


@dataclass
class Summary:
    """Counts over many programs."""

    verdicts: Counter[str] = field(default_factory=Counter)
    uses: Counter[str] = field(default_factory=Counter)
    """In how many programs each construct occurs."""
    refusals: Counter[str] = field(default_factory=Counter)
    unjudged: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, Verdict]] = field(default_factory=list)
    nonzero: int = 0
    seconds: float = 0.0

    def add(self, seed: int, verdict: Verdict, constructs: Sequence[str]) -> None:
        """Counts one program."""
        self.verdicts[verdict.kind] += 1
        self.uses.update(constructs)
        self.nonzero += verdict.nonzero
        if verdict.kind in FAILURES:
            self.failures.append((seed, verdict))
        elif verdict.kind == "refused":
            self.refusals[generic(verdict.detail)] += 1
        elif verdict.kind == "unjudged":
            self.unjudged[generic(verdict.detail)] += 1

    @property
    def total(self) -> int:
        """The number of programs."""
        return self.verdicts.total()

    @property
    def nonzero_share(self) -> float:
        """The share of programs with a gradient to compare in which it is not zero."""
        return self.nonzero / max(1, self.verdicts["right"] + self.verdicts["wrong gradient"])

    def markdown(self, title: str) -> str:
        """The summary as a page."""
        share = f"nonzero gradient in {self.nonzero_share:.1%} of those compared"
        lines = [f"# {title}", "", f"{self.total} programs in {self.seconds:.0f} s; {share}.", ""]
        lines += ["| verdict | programs | share |", "|---|---:|---:|"]
        lines += [f"| {kind} | {n} | {n / max(1, self.total):.2%} |" for kind, n in self.verdicts.most_common()]
        lines += ["", "| construct | programs |", "|---|---:|"]
        lines += [f"| {construct} | {n} |" for construct, n in sorted(self.uses.items())]
        for heading, counts in (("Refused", self.refusals), ("Not judged", self.unjudged)):
            if counts:
                lines += ["", f"## {heading}", ""] + [f"- {n} × {what}" for what, n in counts.most_common(30)]
        if self.failures:
            lines += ["", "## Failures", ""] + [f"- seed {s}: {v.kind}: {v.detail[:200]}" for s, v in self.failures[:50]]
        return "\n".join(lines) + "\n"


def generic(message: str) -> str:
    """A message without the names between backquotes, so that equal causes are counted together.

    >>> generic("SCT701: `total` may be a list or an array")
    'SCT701: `…` may be a list or an array'
    """
    return re.sub(r"`[^`]*`", "`…`", message)[:110]


Task = tuple[int, int, bool, bool, bool, Engine]


def _try_one(task: Task) -> tuple[int, Verdict, list[str]]:
    seed, size, array_writes, structures, numpy_scalars, engine = task
    program = generate(seed, size, array_writes=array_writes, structures=structures)
    if numpy_scalars:
        program = program.with_numpy_scalars()
    return seed, judge(program, engine), [name for name, n in program.uses.items() if n]


def survey(seeds: Sequence[int], engine: Engine = sct_engine, *, size: int = 12, array_writes: bool = False,
           structures: bool = False, numpy_scalars: bool = False, jobs: int = 1, progress: bool = False) -> Summary:
    """Judges the programs of the given seeds."""
    summary, start = Summary(), time.perf_counter()
    tasks = [(seed, size, array_writes, structures, numpy_scalars, engine) for seed in seeds]
    with contextlib.ExitStack() as stack:
        results: Iterator[tuple[int, Verdict, list[str]]]
        if jobs > 1:
            pool = stack.enter_context(multiprocessing.Pool(jobs, maxtasksperchild=PROGRAMS_PER_PROCESS // 20))
            results = pool.imap_unordered(_try_one, tasks, chunksize=20)
        else:
            results = map(_try_one, tasks)
        for done, result in enumerate(results, 1):
            summary.add(*result)
            if progress and result[1].kind in FAILURES:
                print(f"\nseed {result[0]}: {result[1].kind}: {result[1].detail[:300]}", file=sys.stderr, flush=True)
            if progress and (done % 100 == 0 or done == len(tasks)):
                rate = done / (time.perf_counter() - start)
                print(f"\r{done}/{len(tasks)}  {rate:.0f}/s  {dict(summary.verdicts)}", end="", file=sys.stderr, flush=True)
    if progress:
        print(file=sys.stderr)
    summary.failures.sort(key=lambda item: (FAILURES.index(item[1].kind), item[0]))
    summary.seconds = time.perf_counter() - start
    return summary


def explain_failure(seed: int, engine: Engine = sct_engine, *, size: int = 12, array_writes: bool = False,
                    structures: bool = False, numpy_scalars: bool = False, seconds: float = 60.0) -> str:
    """The failing program of a seed in its smallest form that still fails the same way, and how it fails."""
    from .shrink import shrink_program

    program = generate(seed, size, array_writes=array_writes, structures=structures)
    program = program.with_numpy_scalars() if numpy_scalars else program
    small, verdict = shrink_program(program, engine, seconds)
    return f"seed {seed}: {verdict.kind}: {verdict.detail}\narguments: {small.args!r}\n\n{small.source}"


def main(argv: Sequence[str] | None = None) -> int:
    """``python -m sct.testing.programs``: the long comparison."""
    parser = argparse.ArgumentParser(prog="python -m sct.testing.programs", description=main.__doc__)
    parser.add_argument("--count", type=int, default=2000, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first; the others follow")
    parser.add_argument("--size", type=int, default=12, help="statements in a program, about")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--array-writes", action="store_true", help="programs that write to arrays through all their names")
    parser.add_argument("--structures", action="store_true", help="programs whose arguments are containers")
    parser.add_argument("--numpy-scalars", action="store_true", help="call the programs with np.float64 instead of float")
    parser.add_argument("--show", type=int, default=3, help="how many failures to shrink and print")
    parser.add_argument("--out", type=Path, help="file for the summary in Markdown")
    parser.add_argument("--print", action="store_true", dest="print_source", help="only print the program of --seed")
    parser.add_argument("--backend", choices=("python", "numba"), default="python", help="what runs the generated functions")
    parser.add_argument("--checkpoint", action="store_true", help="with checkpoint=\"loops\"")
    options = parser.parse_args(argv)
    engine = numba_engine if options.backend == "numba" else checkpointing_engine if options.checkpoint else sct_engine
    if options.print_source:
        program = generate(options.seed, options.size, array_writes=options.array_writes, structures=options.structures)
        print(program.source, f"# arguments: {program.args!r}", sep="\n")
        return 0
    seeds = range(options.seed, options.seed + options.count)
    found = survey(seeds, engine, size=options.size, array_writes=options.array_writes, structures=options.structures,
                   numpy_scalars=options.numpy_scalars, jobs=options.jobs, progress=True)
    page = found.markdown(f"Random programs, seeds {seeds.start} to {seeds.stop - 1}")
    print(page)
    if options.out:
        options.out.write_text(page)
    for seed, _ in found.failures[: options.show]:
        print(explain_failure(seed, engine, size=options.size, array_writes=options.array_writes,
                              structures=options.structures, numpy_scalars=options.numpy_scalars), end="\n\n")
    return 1 if found.failures else 0
