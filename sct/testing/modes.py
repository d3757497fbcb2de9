"""Other derivatives of random programs, judged by the gradient: ``jvp``, ``vjp``, checkpoints agree; ``hvp`` is its change.

``python -m sct.testing.modes --count 1000 --seed 0 --array-writes``.  The gradient itself is judged elsewhere (``trial.py``).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ..trees import leaves, rebuilt, with_leaves
from .check import changed_argument, public, same_bits
from .programs import Program, function_of, generate, loaded
from .trial import Verdict, captured, copies, first_line, flat, is_refusal, refusal, shapes

STEPS = (1e-5, 2e-6)
"""Two steps of the differences: where they disagree, the program has a kink or is too steep to be judged."""
TOLERANCE = 5e-3
STEEP = 1e5
"""Elements of a gradient beyond this leave too few digits to the differences."""


def judge_modes(program: Program) -> dict[str, Verdict]:
    """For ``jvp``, ``vjp``, ``hvp`` and the gradient with all loops cut into segments what became of one program."""
    quiet = contextlib.redirect_stdout(io.StringIO())
    with quiet, warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"), loaded(program.source) as module:
        fn = function_of(module, program.name)
        gradient = public("grad")(fn, argnums=program.argnums)
        found, _, failure = captured(lambda: gradient(*copies(program.args)))
        if failure is not None or not np.all(np.isfinite(flat(found))):
            return {}
        directions = _directions(program)
        expected = sum(float(flat(g) @ flat(directions[k])) for g, k in zip(found, program.argnums, strict=True)
                       if directions[k] is not None)
        return {"jvp": _judged(lambda: _pushed(fn, program, directions, expected)),
                "vjp": _judged(lambda: _pulled(fn, program, found)),
                "hvp": _judged(lambda: _curved(fn, program, directions, gradient)),
                "checkpoint": _judged(lambda: _cut(fn, program, found))}


def _judged(compare: Callable[[], str]) -> Verdict:
    result, _, failure = captured(compare)
    if failure is not None:
        return Verdict("refused", refusal(failure)) if is_refusal(failure) else Verdict("crash", first_line(failure))
    return Verdict("wrong", result) if result and result != "unjudged" else Verdict(result or "right")


def _pushed(fn: Any, program: Program, directions: Sequence[Any], expected: float) -> str:
    """The change along a direction is the gradient's component in it."""
    value, change = public("jvp")(fn, copies(program.args), directions)
    if not same_bits(value, fn(*copies(program.args))):
        return f"value {value!r}"
    return "" if np.isclose(change, expected, rtol=1e-7, atol=1e-9) else f"{change!r} instead of {expected!r}"


def _pulled(fn: Any, program: Program, expected: Sequence[Any]) -> str:
    """Pulled back one after the other and in two threads: always the gradient."""
    _, pull_back = public("vjp")(fn, *copies(program.args))
    with ThreadPoolExecutor(2) as pool:
        answers = [pull_back(1.0), pull_back(1.0), *pool.map(pull_back, (1.0, 1.0, 1.0))]
    for answer in answers:
        gradients = [answer[k] for k in program.argnums]
        alike = shapes(gradients) == shapes(list(expected))
        if not alike or not np.allclose(flat(gradients), flat(expected), rtol=1e-7, atol=1e-9):
            return f"{gradients} instead of {list(expected)}"
    first = answers[0]
    same = all(same_bits(flat(a[k]), flat(first[k])) for a in answers for k in program.argnums)
    return "" if same else "one vjp function gave several answers"


def _curved(fn: Any, program: Program, directions: Sequence[Any], gradient: Any) -> str:
    """The change of the gradient along a direction, against its differences."""
    found = public("hvp")(fn, copies(program.args), directions)
    products = flat(found)
    if np.any(np.abs(flat(gradient(*copies(program.args)))) > STEEP):
        return "unjudged"
    estimates = [_differences(gradient, program, directions, step) for step in STEPS]
    scale = np.maximum(1.0, np.abs(estimates[0]))
    if not np.all(np.isfinite(estimates)) or np.max(np.abs(estimates[0] - estimates[1]) / scale) > TOLERANCE / 5:
        return "unjudged"
    right = np.all(np.abs(products - estimates[0]) / scale <= TOLERANCE)
    return "" if right else f"{products.tolist()} instead of {estimates[0].tolist()}"


def _cut(fn: Any, program: Program, expected: Sequence[Any]) -> str:
    """With the loops run in segments, and then again, the gradient is the same, and arguments stay as they are."""
    args = copies(program.args)
    found = public("grad")(fn, argnums=program.argnums, checkpoint="loops")(*args)
    if changed_argument(program.args, args) is not None:
        return "it changes its arguments"
    right = np.allclose(flat(found), flat(expected), rtol=1e-9, atol=1e-12)
    return "" if right else f"{list(found)} instead of {list(expected)}"


def _directions(program: Program) -> list[Any]:
    """A direction for each float, array and container, but for some that stay where they are."""
    rng = np.random.default_rng(program.seed)
    drawn = [rebuilt(a, (_direction(rng, part) for part in leaves(a))) for a in program.args]
    moved = {k for k in program.argnums if rng.random() < 0.7} or set(program.argnums)
    return [drawn[k] if k in moved else None for k in range(len(program.args))]


def _direction(rng: np.random.Generator, like: Any) -> Any:
    drawn = rng.normal(size=np.shape(like))
    return drawn if isinstance(like, np.ndarray) else float(drawn)


def _differences(gradient: Any, program: Program, directions: Sequence[Any], step: float) -> np.ndarray:
    ahead, behind = ([_moved(a, d, sign * step) for a, d in zip(copies(program.args), directions, strict=True)]
                     for sign in (1, -1))
    pairs = zip(program.argnums, gradient(*ahead), gradient(*behind), strict=True)
    return np.concatenate([(flat(a) - flat(b)) / (2 * step) for k, a, b in pairs if directions[k] is not None])


def _moved(x: Any, direction: Any, step: float) -> Any:
    """An argument that is moved along a direction."""
    if direction is None:
        return x
    return with_leaves(x, (part + step * way for part, way in zip(leaves(x), leaves(direction), strict=True)))


def main() -> int:
    """The comparison of many programs; the exit status says whether all was right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=8)
    parser.add_argument("--array-writes", action="store_true")
    parser.add_argument("--structures", action="store_true")
    options = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    for seed in range(options.seed, options.seed + options.count):
        program = generate(seed, options.size, array_writes=options.array_writes, structures=options.structures)
        for mode, verdict in judge_modes(program).items():
            counts[mode, verdict.kind] += 1
            if verdict.kind == "refused":
                reasons[f"{mode}: {verdict.detail}"] += 1
            elif verdict.kind not in ("right", "unjudged"):
                print(f"seed {seed}: {mode}: {verdict.kind}: {verdict.detail}", flush=True)
    for (mode, kind), count in sorted(counts.items()):
        print(f"{mode}  {kind:10} {count}")
    for reason, count in reasons.most_common(12):
        print(f"{count} × {reason}")
    return int(any(kind not in ("right", "unjudged", "refused") for _, kind in counts))


if __name__ == "__main__":
    raise SystemExit(main())
