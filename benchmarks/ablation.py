"""Leaves out each optimising pass in turn: which gradients have another text then, and how much longer they take."""

import statistics
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

import sct
from sct.ad import reverse, saving
from sct.cli.timing import samples
from sct.passes import pipeline

from .costs import statements
from .workloads import WORKLOADS, Workload


@dataclass
class Ablation:
    """What one pass is worth."""

    name: str
    what: str
    """The first line of its module."""
    slower: dict[str, float] = field(default_factory=dict)
    """For each workload whose text is another without the pass: the time in times that with all passes."""
    longer: dict[str, int] = field(default_factory=dict)
    """How many statements there are more."""
    needed: list[str] = field(default_factory=list)
    """Workloads whose gradient is not right without it, or cannot be made."""


def passes() -> dict[str, str]:
    """The names of the passes in the order in which they run first, and what their modules say of them."""
    parts = [pipeline.simplify, pipeline.merge_common_subexpressions, pipeline.hoist_invariants]
    listed = [*pipeline.BEFORE_SAVING, *(part for one in pipeline.PIPELINE for part in
                                        (parts if one is pipeline.settle else [one]))]
    listed += [getattr(module, name) for name, (module, _) in BESIDE.items()]
    return {one.__name__: _first_line(one.__globals__["__doc__"]) for one in [*listed, *pipeline.INTERPRETED]}


def _nothing(*_):
    return 0


def _save_all(wanted, saving, repeating):
    """Save what is wanted, but for what takes no operation."""
    return {v for v in wanted if (repeating(v) or (1,))[0]}


BESIDE = {"read_again": (reverse, _nothing), "hand_on": (reverse, _nothing), "cheapest_saves": (saving, _save_all)}
"""What is decided as the two sweeps are written, before the passes: where it is called, and what is done without it."""


@contextmanager
def without(name):
    """Leave one of ``passes()`` out of everything that is compiled meanwhile."""
    if name not in BESIDE:
        with pipeline.without(name):
            yield
        return
    module, instead = BESIDE[name]
    right = getattr(module, name)
    setattr(module, name, instead)
    try:
        yield
    finally:
        setattr(module, name, right)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(".")


def ablate(seconds: float) -> list[Ablation]:
    """One entry for each pass, over all workloads at their smaller size."""
    found = {name: Ablation(name, what) for name, what in passes().items()}
    for workload in WORKLOADS:
        _without_each(workload, found, seconds)
    return list(found.values())


def _without_each(workload: Workload, found: dict[str, Ablation], seconds: float) -> None:
    args = workload.arguments(workload.sizes[0])
    expected = workload.by_hand(*args)[1]
    whole = sct.grad(workload.fun, workload.argnums)
    whole(*args)
    calls = {"": lambda: whole(*args)}
    for name, ablation in found.items():
        less = sct.grad(workload.fun, workload.argnums)
        with without(name):
            try:
                right = _agrees(less(*args), expected)
            except Exception:  # what relies on the pass may fail anywhere
                right = False
        if not right:
            ablation.needed.append(workload.name)
        elif less.source != whole.source:
            ablation.longer[workload.name] = statements(less.source) - statements(whole.source)
            calls[name] = lambda less=less: less(*args)
    times = samples(calls, seconds * len(calls))
    for name in calls.keys() - {""}:
        found[name].slower[workload.name] = statistics.median(a / b for a, b in zip(times[name], times[""], strict=False))


def _agrees(bars, expected) -> bool:
    return all(np.allclose(a, b, rtol=1e-8, atol=1e-10 * np.max(np.abs(b))) for a, b in zip(bars, expected, strict=True))
