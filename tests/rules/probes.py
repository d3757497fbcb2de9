"""Takes calls, cases and values that are known, gives probes: each tells whether a rule, or a function, finds what is right.

What is right never comes from a rule: five-point differences, computed once, or values and conventions that are written down.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sct.rules import facts
from sct.rules.registry import Primitive, lookup

from . import harness
from .calls import Call, brief, check_rule
from .whole import five_point


class Probe:
    """One use of a primitive or of a function."""

    entry: Primitive | None = None
    which = "vjp"

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        """Assert that the rule, the declared one if none is given, finds what is right."""
        raise NotImplementedError

    def run(self) -> None:
        """Do what a check does, without knowing what is right."""
        self.check()

    def holds(self, rule: Callable[..., Any] | None = None) -> bool:
        try:
            with np.errstate(all="ignore"):
                self.check(rule)
        except Exception:
            return False
        return True


class OfCall(Probe):
    """A call of the tables."""

    def __init__(self, call: Call) -> None:
        self.call, self.entry = call, call.entry

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        check_rule(self.call, 3e-6, self.own if rule is None else rule)

    def run(self) -> None:
        z, z_bar = self.call.seeded
        self.own(*self.call.args, **self.call.kwargs, z=z, z_bar=z_bar)

    @functools.cached_property
    def own(self) -> Callable[..., Any]:
        return harness.runnable(self.call.entry)


class OfCase(Probe):
    """A case of what an entry's metadata ask for."""

    def __init__(self, entry: Primitive, case: harness.Case, seed: int) -> None:
        self.entry, self.case, self.seed = entry, case, seed

    @functools.cached_property
    def reference(self) -> harness.Reference:
        assert self.entry is not None
        return harness.reference(self.entry, self.case, np.random.default_rng(self.seed))

    @functools.cached_property
    def own(self) -> Callable[..., Any]:
        assert self.entry is not None
        return harness.runnable(self.entry)

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        assert self.entry is not None
        harness.compare(self.entry, self.own if rule is None else rule, self.reference)

    def run(self) -> None:
        assert self.entry is not None
        z = self.entry.fn(*self.case.args, **self.case.kwargs)
        z_bar = harness.random_cotangent(z, np.random.default_rng(self.seed))
        harness.cotangents(self.entry, self.own, self.case, z, z_bar)


class Ahead(OfCase):
    """A case of a forward rule: its tangent, paired with a cotangent, is what the differences say along the direction."""

    def __init__(self, entry: Primitive, case: harness.Case, seed: int, which: str, names: tuple[str, ...]) -> None:
        super().__init__(entry, case, seed)
        self.which, self.names = which, names

    @functools.cached_property
    def own(self) -> Callable[..., Any]:
        assert self.entry is not None
        return harness.runnable(self.entry, harness.rule_tree(self.entry, self.which))

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        case, z, z_bar, slopes = self.reference
        rng, dots, expected = np.random.default_rng(self.seed), {}, 0.0
        for name, _, leaf, slope in slopes:
            if name in self.names:
                dots[f"{name}_dot"] = dot = harness.random_cotangent(leaf, rng)
                expected += np.sum(slope * dot)
        z_dot = (self.own if rule is None else rule)(*case.args, **case.kwargs, z=z, **dots)["z_dot"]
        np.testing.assert_allclose(np.sum(z_bar * z_dot), expected, rtol=max(case.rtol, 1e-7), atol=case.rtol)

    def run(self) -> None:
        self.check()


class Known(Probe):
    """A call at which differences do not exist, or see nothing: its cotangents, in order, as conventions or limits say."""

    def __init__(self, fn: Callable[..., Any], *args: Any, bars: tuple[Any, ...], z_bar: Any = 1.0, **kwargs: Any) -> None:
        self.fn, self.args, self.kwargs, self.bars, self.z_bar, self.entry = fn, args, kwargs, bars, z_bar, lookup(fn)

    def __repr__(self) -> str:
        given = [brief(a) for a in self.args] + [f"{k}={brief(v)}" for k, v in self.kwargs.items()]
        return f"{self.entry.name if self.entry else self.fn}({', '.join(given)})"

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        assert self.entry is not None
        rule = harness.runnable(self.entry) if rule is None else rule
        z = self.fn(*self.args, **self.kwargs)
        z_bar = np.full_like(z, self.z_bar)[()] if isinstance(z, np.ndarray | np.generic) else type(z)(self.z_bar)
        found = harness.cotangents(self.entry, rule, harness.Case(self.args, self.kwargs), z, z_bar)
        for expected, (name, got) in zip(self.bars, found.items(), strict=False):
            if expected is not None:
                got = np.zeros_like(expected) if got is None else got
                assert np.shape(got) == np.shape(expected), f"{name}_bar has the shape {np.shape(got)}"
                np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-13, err_msg=f"{name}_bar")


class OfDraw(Probe):
    """A random draw with the seed held fixed: what it says of its parameters is what differences of further draws say."""

    def __init__(self, seed: Callable[[int], object], fn: Callable[..., Any], *values: float) -> None:
        self.seed, self.fn, self.values, self.entry = seed, fn, values, lookup(fn)

    def __repr__(self) -> str:
        return f"{self.entry.name if self.entry else self.fn}({', '.join(map(brief, self.values))})"

    def drawn(self, *values: float) -> Any:
        self.seed(5)
        return self.fn(*values)

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        assert self.entry is not None
        rule = harness.runnable(self.entry) if rule is None else rule
        found = rule(*self.values, z=self.drawn(*self.values), z_bar=0.7)
        for name, along in zip(self.entry.params, np.eye(len(self.values)), strict=False):
            slope = five_point(self.drawn, [*self.values], tuple(along), 1e-3)
            np.testing.assert_allclose(found[f"{name}_bar"], 0.7 * slope, rtol=1e-8, err_msg=name)


class Unknown(Probe):
    """Another probe, with nothing said about what is a literal: the formulas, and lists, of what only run time knows."""

    def __init__(self, probe: Probe) -> None:
        self.probe, self.entry, self.which = probe, probe.entry, probe.which

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        right = facts.is_static.__code__
        facts.is_static.__code__ = (lambda value: False).__code__
        try:
            self.probe.check(rule)
        finally:
            facts.is_static.__code__ = right


class KnownAhead(Probe):
    """Likewise for a forward rule: the tangent of the result."""

    which = "jvp"

    def __init__(self, fn: Callable[..., Any], *args: Any, gives: Any, **dots: Any) -> None:
        self.fn, self.args, self.gives, self.dots, self.entry = fn, args, gives, dots, lookup(fn)

    def __repr__(self) -> str:
        return f"{self.fn.__name__}({', '.join(map(brief, self.args))}) ahead"

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        assert self.entry is not None
        rule = harness.runnable(self.entry, harness.rule_tree(self.entry, "jvp")) if rule is None else rule
        found = rule(*self.args, z=self.fn(*self.args), **self.dots)["z_dot"]
        np.testing.assert_allclose(found, self.gives)


class Value(Probe):
    """What a function of ours returns, which is known otherwise, to nearly all digits."""

    def __init__(self, fn: Callable[..., Any], *args: Any, gives: Any, rtol: float = 1e-14) -> None:
        self.fn, self.args, self.gives, self.rtol = fn, args, gives, rtol

    def __repr__(self) -> str:
        return f"{self.fn.__name__}({', '.join(map(brief, self.args))})"

    def check(self, rule: Callable[..., Any] | None = None) -> None:
        got = self.fn(*self.args)
        assert type(got) is type(self.gives), f"{got!r} is not of the type of {self.gives!r}"
        assert np.shape(got) == np.shape(self.gives)
        np.testing.assert_allclose(got, self.gives, rtol=self.rtol)


def of_entry(entry: Primitive, cases: Callable[[], Iterator[harness.Case]] | None = None) -> Iterator[Probe]:
    """The cases of an entry, for its reverse rule and for forward rules that are written out."""
    rng = np.random.default_rng(0)
    given = list(harness.cases(entry, rng) if cases is None else cases())
    for seed, case in enumerate(given):
        yield OfCase(entry, case, seed)
    for which in ("jvp", "jvp_plain"):
        if callable(getattr(entry, which)):
            for seed, case in enumerate(given):
                for count in range(1, len(entry.params) + 1):
                    for names in itertools.combinations(entry.params, count):
                        yield Ahead(entry, case, seed, which, names)
