"""Functions that capture variables and are given to a solver: what they capture becomes arguments of functions of their own.

``brentq(lambda x: x**3 - a, 0.0, 4.0)`` becomes ``brentq(fn, 0.0, 4.0, args=(a,))``, so that a rule knows functions that get in
``args`` all that they are differentiated by.  Several functions that a solver calls with the same arguments share them.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ir.core import Callee, Value
from ..ir.types import BOTTOM, Array, OrConst, Scalar, Type
from ..runtime import standard
from . import abstract as ab
from . import shapes as sh
from .abstract import NEVER, POISON, Abstract, Bound, Closure, Instance, Seq, Static
from .activations import Surroundings, run_time_shape, specialised
from .alias import AliasClasses, has_memory, stored_into
from .callees import SPECIAL_CLASSES, Activation, activate_function, call, tied_to_parameter
from .context import Refusal
from .effects import effect_within
from .infer import Specializer
from .references import plain
from .shapes import Shape


@dataclass(eq=False)
class Handed(Callee):
    """What a solver is given, and how specialisation calls it."""

    leading: int
    """How many arguments come before those for what it captures."""
    parts: tuple[Shape, ...]
    """What all its other arguments make up: what other functions capture, the callable, what yet others capture, the user's
    ``args``, and the contents of variables that are rebound."""
    around: Surroundings
    """The variables that are rebound."""


def given_by_name(fn: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> dict[str, Abstract]:
    """The arguments of a call of ``fn`` by name."""
    try:
        return dict(inspect.signature(fn).bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise Refusal("SCT709", f"this always raises TypeError: {error}") from None


def is_default(fn: Any, name: str, a: Abstract) -> bool:
    """Whether a parameter of ``fn`` is given the value that it has anyway; one of those behind ``**`` is not."""
    known = inspect.signature(fn).parameters.get(name)
    if known is None:
        return False
    default = known.default
    if isinstance(a, Seq) and a.kind is tuple and isinstance(default, tuple) and len(a.items) == len(default):
        return all(map(_is_value, a.items, default))
    return _is_value(a, default)


def without_options(fn: Any, given: dict[str, Abstract], known: str, instead: str, called: str = "") -> dict[str, Abstract]:
    """The arguments of a call of ``fn`` that are ``known``; others are refused, unless they are given the value that they have
    anyway."""
    for name in given.keys() - set(known.split()):
        if not is_default(fn, name, given[name]):
            raise Refusal("SCT204", f"{called or fn.__name__} with `{name}` has no rule", instead)
    return {name: a for name, a in given.items() if name in known.split()}


def _is_value(a: Abstract, value: Any) -> bool:
    return isinstance(a, Static) and (a.value is value or type(a.value) is type(value) and bool(np.all(a.value == value)))


def items_of_args(given: dict[str, Abstract]) -> list[Abstract]:
    """The items of ``args=``."""
    args = given.get("args", Seq(tuple, []))
    if isinstance(args, Static) and args.value is None:
        return []
    return args.items if isinstance(args, Seq) and args.kind is tuple else [args]


def respelled(fn: Any, given: dict[str, Abstract], positional: int) -> tuple[list[Abstract], dict[str, Abstract]]:
    """Arguments by name as those of a call of which so many come first without a name."""
    order = list(inspect.signature(fn).parameters)
    return [given[name] for name in order[:positional]], {name: given[name] for name in order[positional:] if name in given}


def hand_over(sp: Specializer, funs: Sequence[Abstract], leads: Sequence[Sequence[Type]], args: Sequence[Abstract]) \
        -> tuple[list[Abstract], list[Abstract]]:
    """Functions, each of what its ``leads`` say and of ``args``, as a solver can be given them, and the ``args`` that go with
    them.

    Functions that generated code can name stay what they are where their ``args`` are numbers and arrays.
    """
    if all(isinstance(a, Static) for a in funs) and all(isinstance(a, Value | Static) for a in args):
        return list(funs), list(args)
    funs, args = [plain(sp, f) for f in funs], [plain(sp, a) for a in args]
    around = _surroundings(funs, args)
    shapes = [run_time_shape(sh.shape_of(f)) for f in funs]
    own = [[*sh.leaves(f, shape, sp.builder)] for f, shape in zip(funs, shapes, strict=True)]
    rest = Seq(tuple, list(args))
    rest_shape = run_time_shape(sh.shape_of(rest))
    flat = [v for leaves in own for v in leaves] + sh.leaves(rest, rest_shape, sp.builder)
    for content in around.contents:
        flat += sh.leaves(content, run_time_shape(sh.shape_of(content)), sp.builder)
    for v in flat:
        _check_leaf(v)
    as_given = len(flat) == len(args) and all(isinstance(a, Value | Static) for a in args)
    handed: list[Abstract] = []
    for k, (fun, lead) in enumerate(zip(funs, leads, strict=True)):
        if as_given and isinstance(fun, Static):
            handed.append(fun)
            continue
        before = Seq(tuple, [v for leaves in own[:k] for v in leaves])
        behind = Seq(tuple, [v for leaves in own[k + 1:] for v in leaves])
        handed.append(_handed(sp, fun, lead, (before, fun, behind, rest), flat, around))
    return handed, list(flat)


def _surroundings(funs: Sequence[Abstract], args: Sequence[Abstract]) -> Surroundings:
    """The variables that the functions read and that are rebound; refuse what cannot be made an argument."""
    objects = [a.cls.__name__ for fun in (*funs, *args) for a in _inside(fun) if isinstance(a, Instance)]
    if objects:
        raise Refusal("SCT203", f"a function that is given to a solver reads a {objects[0]}",
                      "let it read variables that hold what the fields hold")
    if any(isinstance(a, Closure) and a.code.shared for fun in funs for a in _inside(fun)):
        raise Refusal("SCT203", "a function that is given to a solver binds variables of another function",
                      "let it return what it finds")
    around = [Surroundings([fun]) for fun in funs]
    if Surroundings(list(args)).cells or any(other.cells != around[0].cells for other in around):
        raise Refusal("SCT203", "the functions that are given to a solver read different variables that are rebound",
                      "pass the variables in `args`")
    if tied_to_parameter([*funs, *args, *around[0].contents]):
        raise Refusal("SCT203", "a function that is given to a solver is an argument and captures variables",
                      "pass these variables as arguments")
    return around[0]


def _inside(a: Abstract) -> list[Abstract]:
    return [a, *(inner for part in ab.parts_of(a) or () for inner in _inside(part))]


def _check_leaf(value: Value) -> None:
    t = value.type
    literal = isinstance(t, OrConst) and t.base is BOTTOM
    if t.differentiable and not literal and not isinstance(t, Scalar | Array):
        raise Refusal("SCT200", f"a function that is given to a solver depends on {value.type}",
                      "let it read numbers or arrays: np.array(...) of a list")


def _handed(sp: Specializer, fun: Abstract, lead: Sequence[Type], rest: Sequence[Abstract], flat: Sequence[Value],
            around: Surroundings) -> Static:
    """The function of ``lead`` and of all run-time values in ``rest``, which are ``flat``, specialised."""
    made = _activation(sp, [Value("x", t) for t in lead], rest)
    record, _ = specialised(sp, made.frame, made.lowered, made.bound)
    if record.result.tag == sh.shape_of(POISON).tag:
        raise Refusal("SCT203", "a function that is given to a solver cannot be looked into", "repair what is reported beside")
    if record.result.tag == sh.shape_of(NEVER).tag:
        raise Refusal("SCT709", "a function that is given to a solver always raises")
    function = record.function
    function.name, names = _names(sp, fun)
    for k, p in enumerate(function.params):
        p.hint = (names[k:] or [p.hint])[0] if k < len(lead) else flat[k - len(lead)].hint or p.hint
    if effect_within(function.body) != "pure":
        raise Refusal("SCT203", f"`{function.name}`, which is given to a solver, prints, draws or changes something",
                      "let it only compute its result")
    memory = AliasClasses(function)
    roots = set(map(memory.find, stored_into(function)))
    if any(has_memory(p) and memory.find(p) in roots for p in function.params):
        raise Refusal("SCT203", f"`{function.name}`, which is given to a solver, changes an array that it is given",
                      "let it work on a copy")
    return Static(Handed(function, len(lead), tuple(record.arguments[len(lead):]), around))


def _names(sp: Specializer, fun: Abstract) -> tuple[str, list[str]]:
    """What the function that is handed over, and its parameters, are called in generated code."""
    while isinstance(fun, Bound) and not fun.args:
        fun = fun.fn
    if isinstance(fun, Closure):
        lowered = sp.session.nested(fun.code)
        return lowered.name, [p.name for p in lowered.info.params]
    while isinstance(fun, Bound):
        if isinstance(fun.fn, Static) and not hasattr(fun.fn.value, "__name__"):
            return f"{_names(sp, fun.args[0])[0]}_slope", []
        fun = fun.fn
    if isinstance(fun, Static) and isinstance(fun.value, Handed):
        return fun.value.function.name, [p.hint for p in fun.value.function.params]
    return getattr(fun.value, "__name__", "function") if isinstance(fun, Static) else "function", []


def _activation(sp: Specializer, lead: Sequence[Abstract], rest: Sequence[Abstract]) -> Activation:
    return activate_function(sp, Static(_AT[len(lead)]), [*lead, *rest], {})


_AT = {1: standard.at_one, 2: standard.at_two}


def enters(a: Abstract) -> bool:
    """Whether this is a function that was handed over."""
    return isinstance(a, Static) and isinstance(a.value, Handed)


def activate_handed(sp: Specializer, fn: Static, args: Sequence[Abstract]) -> Activation:
    """The call of such a function, each of whose parameters is one of ``args``."""
    return _activation(sp, args[:fn.value.leading], _rebuilt(sp, fn.value, args))


def _rebuilt(sp: Specializer, handed: Handed, args: Sequence[Abstract]) -> list[Abstract]:
    values = iter(args[handed.leading:])
    parts = [sh.rebuild(part, lambda t: sp.lift(next(values))) for part in handed.parts]
    _, seen = handed.around.enter(parts, parts[:4])
    return seen


def _call_handed(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """Call what was handed over with what it is given there."""
    _, fun, _, rest = _rebuilt(sp, fn.value, args)
    assert isinstance(rest, Seq)
    return call(sp, fun, [*args[:fn.value.leading], *rest.items], kwargs)


SPECIAL_CLASSES[Handed] = _call_handed
