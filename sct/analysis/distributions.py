"""Distributions of ``scipy.stats`` with their parameters given in advance: the methods of these are those of the others.

``stats.norm(m, s).pdf(x)`` is ``stats.norm.pdf(x, m, s)``, wherever the frozen distribution is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy import stats

from ..ir.core import Value
from ..rules import registry
from .abstract import Abstract, Bound, DataPath, Mapping, Seq, Static
from .attributes import OBJECTS, known_attribute
from .callees import SPECIAL, SPECIAL_CLASSES, call
from .context import Refusal
from .data import from_data
from .handing import given_by_name
from .infer import Specializer

Handler = Callable[[Specializer, list[Abstract], dict[str, Abstract]], Abstract]

OF_VECTORS = {stats.multivariate_normal: ("mean", "cov"), stats.dirichlet: ("alpha",), stats.multinomial: ("n", "p")}
"""The distributions of vectors that have rules, and under which names a frozen one holds its parameters."""
ALL = [d for d in vars(stats).values() if isinstance(d, stats.rv_continuous | stats.rv_discrete)]
OF_CLASS = {type(d): d for d in (*reversed(ALL), *OF_VECTORS)}
"""The distribution that SciPy exports of each class: a frozen one holds a copy of it."""


def frozen(*args: Any) -> None:
    """Stands for a frozen distribution that is made in the function: of which, and with which parameters."""


def _freeze(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``stats.norm(m, s)``"""
    if fn.path is not None:
        sp.context.guard("is", fn.path, fn.value)
    return Bound(Static(frozen), [fn, Seq(tuple, list(args)), Mapping(dict(kwargs))])


def _attribute(sp: Specializer, base: Bound, name: str) -> Abstract:
    return Bound(Static(_call_method), [base, Static(name)])


def _call_method(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``d.name(x)`` of what ``_freeze`` has made."""
    made, name, *places = args
    assert isinstance(made, Bound) and isinstance(name, Static)
    of, given, named = made.args
    assert isinstance(of, Static) and isinstance(given, Seq) and isinstance(named, Mapping)
    return _method(sp, of.value, name.value, _places(of.value, name.value, places, kwargs), given.items, named.items)


def _places(of: Any, name: str, args: list[Abstract], kwargs: dict[str, Abstract]) -> list[Abstract]:
    """What a method of a frozen distribution is given: ``d.pdf(x=1.0)``"""
    kinds = [kind for kind in (stats.rv_continuous, stats.rv_discrete) if isinstance(of, kind)]
    method = getattr(FROZEN[kinds[0] if kinds else of], name, None)
    return args if method is None else [*given_by_name(method, [Static(None), *args], kwargs).values()][1:]


def _method(sp: Specializer, of: Any, name: str, places: list[Abstract], given: list[Abstract],
            named: dict[str, Abstract]) -> Abstract:
    """``of.name(*places, *given, **named)``"""
    method = getattr(of, name, None)
    if method is None or not registry.is_named(method) or len(places) > 1:
        because, instead = registry.refusal(method) or ("", "the coverage page lists the methods that have one")
        raise Refusal("SCT201", f"no derivative rule for `{name}` of a frozen distribution `{_name(of)}`"
                      f"{because and ': ' + because}", instead)
    return call(sp, Static(method), [*places, *given], named)


def _name(of: Any) -> str:
    return getattr(of, "name", None) or type(of).__name__.removesuffix("_gen")


def _of_class(obj: Any) -> Any:
    """The exported distribution of which this frozen one holds a copy."""
    held = getattr(obj, "dist", None) or obj._dist
    of = OF_CLASS.get(type(held))
    if of is not None and of not in OF_VECTORS:
        of = next((d for d in ALL if type(d) is type(held) and _support(d) == _support(held)), None)
    if of is None:
        raise Refusal("SCT201", "a frozen distribution that is none of scipy.stats has no derivative rule",
                      "freeze one that scipy.stats exports")
    return of


def _support(held: Any) -> tuple[Any, Any]:
    return held.a, held.b


def _refuse_singular(obj: Any) -> None:
    if getattr(obj, "allow_singular", False):
        raise Refusal("SCT204", "a multivariate normal density with `allow_singular` has no rule", "leave it out")


def _frozen_outside(name: str) -> Handler:
    """``d.name(x)`` of a distribution that was frozen outside, or is an argument: its parameters are data."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        base, *places = args
        if isinstance(base, Value):
            known = sp.known(base)
            if known is None:
                raise Refusal("SCT710", "the parameters of a frozen distribution are not known here", "freeze it here")
            of = _of_class(known[0])
            here = known[1].attr("_dist" if of in OF_VECTORS else "dist")
            sp.context.guard("is", here.attr("__class__"), type(of))
            if of in OF_VECTORS:
                if hasattr(known[0], "allow_singular"):
                    sp.context.guard("value", known[1].attr("allow_singular"), known[0].allow_singular)
                _refuse_singular(known[0])
                held = [known_attribute(sp, base, part) for part in OF_VECTORS[of]]
                return _method(sp, of, name, _places(of, name, places, kwargs), held, {})
            for end in ("a", "b"):  # one class may have one on the line and one on an interval
                sp.context.guard("value", here.attr(end), getattr(known[0].dist, end))
            parts = [known_attribute(sp, base, part) for part in ("args", "kwds")]
        else:
            assert isinstance(base, Static)
            of, path = _of_class(base.value), base.path or DataPath("const", "distribution", (), base.value)
            if of in OF_VECTORS:
                _refuse_singular(base.value)
                held = [from_data(sp, getattr(base.value, part), path.attr(part)) for part in OF_VECTORS[of]]
                return _method(sp, of, name, _places(of, name, places, kwargs), held, {})
            parts = [from_data(sp, getattr(base.value, part), path.attr(part)) for part in ("args", "kwds")]
        given, named = parts
        assert isinstance(given, Seq) and isinstance(named, Mapping)
        return _method(sp, of, name, _places(of, name, places, kwargs), given.items, named.items)
    return handler


SPECIAL_CLASSES.update(dict.fromkeys(OF_CLASS, _freeze))
SPECIAL[_call_method] = _call_method
OBJECTS[frozen] = _attribute
FROZEN = {stats.rv_continuous: type(stats.norm()), stats.rv_discrete: type(stats.poisson(1.0)),
          stats.multivariate_normal: type(stats.multivariate_normal()), stats.dirichlet: type(stats.dirichlet([1.0, 1.0])),
          stats.multinomial: type(stats.multinomial(1, [1.0]))}
"""The classes of frozen distributions, by what they freeze."""
SPECIAL.update({getattr(cls, name): _frozen_outside(name) for cls in FROZEN.values() for name in dir(cls)
                if not name.startswith("_") and callable(getattr(cls, name))})
