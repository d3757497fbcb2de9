"""The passes in the order in which they run, and the one function that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..ir.core import Function, Value, walk
from ..ir.ops import defined_by
from ..ir.types import Cache, Scalar, strip_const
from ..ir.verify import verify as check
from .arrange import arrange
from .collect import collect_outer_products
from .conversions import drop_conversions
from .cse import merge_common_subexpressions
from .dce import eliminate_dead_code
from .elements import list_elements
from .elide import elide_copies
from .exits import drop_idle_exits
from .first import assign_first
from .gather import gather_additions
from .group import group_saved
from .hoist import hoist_invariants
from .inplace import protect_saved_arrays
from .iterate import iterate_over_saved
from .last import drop_last_writes
from .late import make_shadows_late
from .lazy import broadcast_lazily
from .nearby import make_nearby
from .owned import take_owned_lists
from .replays import drop_idle_replays
from .retake import leave_in_place
from .reuse import reuse_saved
from .simplify import simplify
from .skip import skip_zeros
from .undo import drop_idle_undo
from .uniform import read_uniform_lists
from .weaken import weaken

Pass = Callable[[Function], int]

_ROUNDS = 4
"""Two or three are usual; the last one finds nothing."""


class _Progress:
    """Which passes have something to do on a function: none has that just found nothing, or that finds nothing to work on."""

    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.pointless = frozenset[Pass]() if _has_memory(fn) else _ABOUT_MEMORY
        self.idle: set[Pass] = set()
        """Those that have found nothing since anything has changed."""

    def run(self, one: Pass) -> int:
        """Run a pass if it may change anything; how much it did."""
        if one in self.idle or one in self.pointless or one.__name__ in _left_out:
            return 0
        changed = settle(self.fn, self) if one is settle else one(self.fn)
        if changed:
            self.idle.clear()
        else:
            self.idle.add(one)
        return changed


def _has_memory(fn: Function) -> bool:
    """Whether there is anything but numbers and lists of saved values in a function."""
    return not all(map(_has_none, fn.params)) or not all(map(_has_none, (v for op in walk(fn.body) for v in defined_by(op))))


def _has_none(value: Value) -> bool:
    return isinstance(strip_const(value.type), _NUMBERS)


_NUMBERS = (Scalar, Cache)


def settle(fn: Function, progress: _Progress | None = None) -> int:
    """Simplify, merge and hoist until nothing is left to do: each makes work for the others."""
    run = (progress or _Progress(fn)).run
    total = 0
    for _ in range(_ROUNDS):
        total += run(simplify)
        changed = run(merge_common_subexpressions) + run(hoist_invariants)
        total += changed
        if not changed:
            break
    return total


_ABOUT_MEMORY: frozenset[Pass] = frozenset({
    read_uniform_lists, broadcast_lazily, make_shadows_late, take_owned_lists, collect_outer_products, list_elements,
    gather_additions,
})
"""Passes that only concern arrays and lists of the program."""


PIPELINE: list[Pass] = [
    eliminate_dead_code,
    make_shadows_late,
    broadcast_lazily,
    gather_additions,
    settle,
    arrange,
    take_owned_lists,
    drop_conversions,
    eliminate_dead_code,
    skip_zeros,
    weaken,
    merge_common_subexpressions,
    reuse_saved,
    drop_idle_exits,
    group_saved,
    iterate_over_saved,
    leave_in_place,
    drop_last_writes,
    elide_copies,
    make_nearby,
    assign_first,
    eliminate_dead_code,
    protect_saved_arrays,
]


INTERPRETED: list[Pass] = [
    collect_outer_products,
    list_elements,
    drop_last_writes,
    drop_conversions,
    eliminate_dead_code,
]
"""What runs besides, at the end, for the functions that CPython runs."""


BEFORE_SAVING: list[Pass] = [
    read_uniform_lists,
    eliminate_dead_code,
    broadcast_lazily,
    simplify,
    merge_common_subexpressions,
    eliminate_dead_code,
    drop_idle_replays,
    drop_idle_undo,
    eliminate_dead_code,
]
"""What runs while the reverse sweep still names forward values that are out of its scope: nothing that moves code."""


def tidy(fn: Function) -> Function:
    """Drop what the reverse sweep does not need, before it is decided what the forward sweep saves for it."""
    progress = _Progress(fn)
    for one in BEFORE_SAVING:
        progress.run(one)
    return fn


def optimise(fn: Function, verify: bool = False, interpreted: bool = False) -> Function:
    """Run the pipeline on ``fn`` in place and return it; ``verify`` checks the invariants after each pass that did something.

    ``interpreted`` says that CPython runs the function as it is printed.
    """
    progress = _Progress(fn)
    for one in [*PIPELINE, *(INTERPRETED if interpreted else ())]:
        if progress.run(one) and verify:
            check(fn, after=one.__name__)
    return fn


_left_out: set[str] = set()


@contextmanager
def without(name: str) -> Iterator[None]:
    """Leave a pass out of everything that is compiled meanwhile: how its worth is measured (``benchmarks/ablation.py``)."""
    _left_out.add(name)
    try:
        yield
    finally:
        _left_out.discard(name)
