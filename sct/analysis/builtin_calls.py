"""Builtins that specialisation computes itself: iteration wrappers, type questions, conversions of sequences."""

from __future__ import annotations

import functools
import operator
import types
from typing import Any

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import Slot, generator
from ..ir.types import ANY, MANY, UNIT, Array, List, OrConst, Scalar, Table, Tuple, strip_const, type_of
from ..rules.facts import is_far_from_zero, is_static, may_be_empty, may_be_unit
from ..runtime import helpers, standard
from .abstract import POISON, Abstract, Bound, Closure, Iteration, Mapping, Range, Reference, Seq, Slice, Static, View
from .attributes import attribute, itself, replaced
from .branches import merge, not_iterable, opened
from .callees import SPECIAL, call, call_standard
from .classes import class_of, has_attribute, is_instance
from .context import Refusal
from .data import guard_class
from .displays import is_own_set, sequence_items
from .floors import floor
from .infer import Specializer
from .instances import has_method, method_of
from .iterators import is_lazy, make, make_filtered, make_generator, make_mapped, take_next
from .operators import binary
from .plans import known_items, length
from .primitives import Arguments, apply
from .references import content, copied, fresh
from .shapes import leaf_shape, shape_of
from .user_operators import user_class

UNDECIDED: Abstract = NotImplemented
"""What a function here returns to leave the call to the general way."""


def _range(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    for a in args:
        t = strip_const(a.type) if isinstance(a, Value) else None
        if isinstance(t, Scalar) and t.differentiable or isinstance(a, Static) and isinstance(a.value, float):
            raise Refusal("SCT709", "this always raises TypeError: range of a float", "convert it with int(...)")
    if len(args) == 1:
        return Range(Static(0), args[0], Static(1))
    if len(args) == 2:
        return Range(args[0], args[1], Static(1))
    return Range(*args)


def _len(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if isinstance(args[0], Seq | Mapping | Range | View) or isinstance(args[0], Value) and isinstance(
            args[0].type, List | Table):
        return length(sp, args[0])
    if isinstance(args[0], Static):
        return _len_of_static(sp, args[0])
    if isinstance(args[0], Reference) or has_method(args[0], "__len__"):
        return method_of(sp, args[0], "__len__", [])
    return UNDECIDED


def _len_of_static(sp: Specializer, a: Static) -> Abstract:
    if isinstance(a.value, str | bytes | tuple) or is_own_set(a):
        return Static(len(a.value))
    method = getattr(type(a.value), "__len__", None)
    if not isinstance(method, types.FunctionType):
        raise Refusal("SCT708", f"the length of an object of class {type(a.value).__name__} is not known here")
    guard_class(sp, type(a.value), "__len__", method)
    return call(sp, Static(method), [a], {})


def _enumerate(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    named = dict(zip(("iterable", "start"), args, strict=False)) | kwargs
    return Iteration("enumerate", [named["iterable"], named.get("start", Static(0))])


def _zip(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    strict = "strict" in kwargs and bool(sp.static(kwargs["strict"], "`strict` of zip"))
    return Iteration("strict zip" if strict else "zip", list(args))


def _reversed(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    (part,) = args
    if is_lazy(part):
        raise Refusal("SCT709", "this always raises TypeError: an iterator cannot be reversed", "reverse a list of its items")
    if isinstance(part, Reference | View):
        return Iteration("reversed", [part])
    return Seq(tuple, part.items[::-1]) if isinstance(part, Seq) else Iteration("reversed", [part])


def _sequence(kind: type) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if not args:
            return Seq(kind, [])
        items = known_items(sp, args[0])
        if items is not None:
            return Seq(kind, items)
        held = content(sp, args[0])
        if isinstance(held, Value) and isinstance(strip_const(held.type), List) and kind is list:
            return copied(sp, held) if sp.context.places else held
        made = collect(sp, held)
        if kind is tuple and isinstance(made, Value):
            sp.context.tuples.add(made)
        return made
    return build


def collect(sp: Specializer, iterable: Abstract) -> Abstract:
    """The items of a run-time iterable as a list built by a loop."""
    from ..ir.core import Block
    from .plans import Counted, plan_for
    plan = plan_for(sp, iterable)
    if not isinstance(plan, Counted):
        raise Refusal("SCT711", "a list of this is not supported", "use a comprehension over a range")
    block = Block()
    k = block.add_arg("", Scalar("int64"))
    with sp.builder.at(block):
        item = sp.lift(plan.item(k))
        acc = block.add_arg("", List(item.type))
        grown = sp.builder.value("append", [acc, item], List(item.type))
        sp.builder.emit("continue", [grown])
    empty = sp.builder.value("tuple", (), List(item.type), cls=list)
    bounds = [sp.lift(a) for a in (plan.lo, plan.hi, plan.step)]
    return sp.builder.emit("for", [*bounds, empty], [List(item.type)], [""], [block], kind="range").result


def _isinstance(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return is_instance(sp, args)


def _type(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return class_of(sp, args[0])


def _callable(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    a = args[0]
    return Static(isinstance(a, Closure | Bound) or (isinstance(a, Static) and callable(a.value)))


def _getattr(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    name = sp.static(args[1], "the attribute's name")
    if len(args) > 2 and not has_attribute(sp, args[0], name):
        return args[2]
    return attribute(sp, args[0], name)


def _hasattr(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return Static(has_attribute(sp, args[0], sp.static(args[1], "the attribute's name")))


def _sum(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``sum`` of arrays, sequences or objects adds them up; of numbers it is one call (compensated from Python 3.12 on)."""
    items = known_items(sp, args[0])
    if items is not None and any(map(_is_added_up, items)):
        total: Abstract = args[1] if len(args) > 1 else kwargs.get("start", Static(0))
        for item in items:
            total = binary(sp, operator.add, total, content(sp, item))
        return fresh(sp, total) if items else total
    held = opened(sp, args[0], not_iterable)
    t = strip_const(held.type) if isinstance(held, Value) else None
    if items is None and isinstance(t, List) and isinstance(strip_const(t.item), List | Tuple):
        start = args[1] if len(args) > 1 else kwargs.get("start", Static(0))
        return call_standard(sp, standard.reduced_from, [Static(operator.add), held, start])
    return UNDECIDED if held is args[0] else apply(sp, sum, [held, *args[1:]], kwargs)


def _is_added_up(a: Abstract) -> bool:
    if isinstance(a, Seq | Reference) or user_class(a) is not None:
        return True
    return isinstance(a, Value) and isinstance(strip_const(a.type), Array)


def _machine_limits(fn: Any) -> Any:
    """``np.finfo`` and ``np.iinfo`` of an element type: an object that never changes."""
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        t = strip_const(args[0].type) if isinstance(args[0], Value) else None
        return Static(fn(t.dtype if isinstance(t, Array | Scalar) else sp.static(args[0], "the element type")))
    return build


def _itself(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return args[0]


def _replaced(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    (base,) = args
    assert isinstance(base, Seq)
    names = base.kind._fields  # type: ignore[attr-defined]
    unknown = [name for name in kwargs if name not in names]
    if unknown:
        raise Refusal("SCT709", f"this always raises ValueError: {base.kind.__name__} has no field `{unknown[0]}`")
    return Seq(base.kind, [kwargs.get(name, item) for name, item in zip(names, base.items, strict=True)])


def _partial(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return Bound(args[0], list(args[1:]), dict(kwargs))


def _may_be_empty(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    t = strip_const(args[0].type) if isinstance(args[0], Value) else None
    return Static(isinstance(t, Array) and ANY in t.dims)


def _may_be_unit(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    t = strip_const(args[0].type) if isinstance(args[0], Value) else None
    return Static(isinstance(t, Array) and (ANY in t.dims or UNIT in t.dims))


def _is_static(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return Static(isinstance(args[0], Static))


def _is_far_from_zero(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """Not where masks choose: there even a NaN may be chosen away."""
    return Static(sp.context.masked < 2 and floor(args[0]) > _FAR)


_FAR = 1e-3
"""Literals over this are finite."""


def _slice(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    none = Static(None)
    lo, hi, step = (none, *args, none) if len(args) == 1 else (*args, none)[:3]
    return Slice(lo, hi, step)


def _index_add(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """A rule that adds into a buffer it has made: the op of the reverse sweep."""
    buffer, index, value = args
    collected = Arguments(sp)
    collected.operands = [sp.lift(buffer), sp.lift(value)]
    template = collected.template(index)[0]
    sp.builder.emit("index_add", collected.operands, args=(Slot(0), template), unique=not _may_repeat(index))
    return Static(None)


def _may_repeat(index: Abstract) -> bool:
    if isinstance(index, Seq):
        return index.kind is list or any(map(_may_repeat, index.items))
    t = strip_const(index.type) if isinstance(index, Value) else None
    return isinstance(t, Array) and t.dtype != "bool"


def _where(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """In a rule, a choice between numbers is a conditional expression (``np.where`` would give a 0-d array)."""
    if not sp.context.splicing or len(args) != 3 or not all(map(_is_number, args)):
        return UNDECIDED
    condition, x, y = args
    if isinstance(condition, Static):
        return x if condition.value else y
    blocks = [Block(), Block()]
    shapes = sp.join([shape_of(a) if isinstance(a, Value) else leaf_shape(type_of(a.value)) for a in (x, y)], "", "")  # type: ignore[union-attr]
    return merge(sp, sp.lift(condition), blocks, [(x, y)], [shapes], [""])[0]


def _is_number(a: Abstract) -> bool:
    if isinstance(a, Static):
        return isinstance(a.value, bool | int | float)
    return isinstance(a, Value) and isinstance(a.type, Scalar)


def _strong_product(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """A plain product where no cotangent can be exactly zero by masking."""
    if sp.context.splicing and sp.context.masked == 0:
        return apply(sp, operator.mul, args)
    return UNDECIDED


def _strong_quotient(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """A plain quotient, unless Python's own division could raise where the derivative is infinite."""
    divisor = args[1]
    literal = isinstance(divisor, Static) and divisor.value != 0
    t = strip_const(divisor.type) if isinstance(divisor, Value) else None
    numpy = isinstance(t, Array) or (isinstance(t, Scalar) and t.python is False)
    if sp.context.splicing and isinstance(t, Scalar) and t.python and not t.differentiable:
        return apply(sp, operator.truediv, args)
    if sp.context.splicing and sp.context.masked == 0 and (literal or numpy):
        return apply(sp, operator.truediv, args)
    return UNDECIDED


def _unbroadcast(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """Nothing to do for numbers, and for arrays whose shapes are known to be equal."""
    types = [strip_const(a.type) if isinstance(a, Value) else None for a in args]
    scalars = all(isinstance(t, Scalar) or isinstance(a, Static) for t, a in zip(types, args, strict=True))
    same = isinstance(types[0], Array) and isinstance(types[1], Array) and types[0].dims == types[1].dims
    if scalars or (same and ANY not in types[0].dims):  # type: ignore[union-attr]
        return args[0]
    return UNDECIDED


def _ndim(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    a = args[0]
    t = strip_const(a.type) if isinstance(a, Value) else None
    if isinstance(t, Array):
        return Static(t.ndim)
    if isinstance(t, Scalar) or isinstance(a, Static):
        return Static(0)
    if isinstance(a, Seq):
        return Static(1 + (int(_ndim(sp, [a.items[0]], {}).value) if a.items else 0))  # type: ignore[union-attr]
    return UNDECIDED


def _shape(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    a = args[0]
    if isinstance(a, Static) or (isinstance(a, Value) and isinstance(strip_const(a.type), Scalar)
                                 and not isinstance(a.type, OrConst)):
        return Seq(tuple, [])
    return UNDECIDED


def _iscomplexobj(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    a = args[0]
    t = strip_const(a.type) if isinstance(a, Value) else None
    if isinstance(t, Array | Scalar):
        return Static(t.dtype.startswith("complex"))
    return UNDECIDED


def _bool(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if args and isinstance(args[0], Static):
        return Static(bool(args[0].value))
    return UNDECIDED


def _static_numbers(fn: Any) -> Any:
    """Fold a builtin on literal integers and strings (``int``, ``abs``, ``min`` inside rules)."""
    def fold(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if args and not kwargs and all(isinstance(a, Static) and isinstance(a.value, int | str) for a in args):
            return Static(fn(*(a.value for a in args)))  # type: ignore[union-attr]
        return UNDECIDED
    return fold


def _any_all(fn: Any) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        items = known_items(sp, args[0])
        if items is not None and all(isinstance(i, Static) for i in items):
            return Static(fn(i.value for i in items))  # type: ignore[union-attr]
        return UNDECIDED
    return build


def _dict(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    held = content(sp, args[0]) if args else None
    base = dict(held.items) if isinstance(held, Mapping) else {}
    if held is not None and _is_of_run_time_length(held) and known_items(sp, held) is None and not kwargs:
        return call_standard(sp, standard.paired, [held])
    if held is not None and not isinstance(held, Mapping):
        for pair in sequence_items(sp, held, "dict"):
            key, value = sequence_items(sp, pair, "dict")
            base[sp.static(key, "a dict key")] = value
    return Mapping({**base, **kwargs})


def _is_of_run_time_length(a: Abstract) -> bool:
    """Whether how many items there are may be known at run time only."""
    return isinstance(a, Iteration) or isinstance(a, Value) and isinstance(strip_const(a.type), List)


def _dict_method(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        base = args[0]
        if not isinstance(base, Mapping):
            return UNDECIDED
        if name == "keys":
            return Seq(tuple, [Static(k) for k in base.items])
        if name == "values":
            return Seq(tuple, list(base.items.values()))
        if name == "items":
            return Seq(tuple, [Seq(tuple, [Static(k), v]) for k, v in base.items.items()])
        return base.items.get(sp.static(args[1], "the key"), args[2] if len(args) > 2 else Static(None))
    return build


def _seq_method(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        base = args[0]
        if isinstance(base, Seq) and all(isinstance(i, Static) for i in base.items):
            values = [i.value for i in base.items]  # type: ignore[union-attr]
            return Static(getattr(values, name)(sp.static(args[1], "the item")))
        return UNDECIDED
    return build


def _decorate(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    raise Refusal("SCT204", "a function with a cache made inside a differentiated function is not supported",
                  "leave the cache out, or define the function at module level")


def _super(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if len(args) != 2 or not isinstance(args[0], Static):
        raise Refusal("SCT201", "`super` is only supported in methods of a class", "call the base class's method by name")
    return Bound(Static(super), args)


SPECIAL.update({
    range: _range, len: _len, enumerate: _enumerate, zip: _zip, reversed: _reversed, tuple: _sequence(tuple),
    list: _sequence(list), isinstance: _isinstance, type: _type, callable: _callable, hasattr: _hasattr, getattr: _getattr,
    sum: _sum, functools.partial: _partial,
    replaced: _replaced,
    itself: _itself, np.finfo: _machine_limits(np.finfo), np.iinfo: _machine_limits(np.iinfo), is_static: _is_static,
    is_far_from_zero: _is_far_from_zero, may_be_empty: _may_be_empty, may_be_unit: _may_be_unit,
    np.ndim: _ndim, np.shape: _shape, np.iscomplexobj: _iscomplexobj, bool: _bool,
    int: _static_numbers(int), abs: _static_numbers(abs), str: _static_numbers(str), any: _any_all(any), all: _any_all(all),
    dict: _dict, dict.keys: _dict_method("keys"), dict.values: _dict_method("values"), dict.items: _dict_method("items"),
    dict.get: _dict_method("get"), tuple.index: _seq_method("index"),
    list.index: _seq_method("index"), tuple.count: _seq_method("count"), list.count: _seq_method("count"),
    slice: _slice, helpers.index_add: _index_add, np.where: _where, helpers.strong_product: _strong_product,
    helpers.strong_quotient: _strong_quotient, helpers.unbroadcast: _unbroadcast,
    iter: make, next: take_next, map: make_mapped, filter: make_filtered, generator: make_generator, super: _super,
    functools.lru_cache: _decorate, functools.cache: _decorate,
})
_ = (ANY, MANY, POISON, Op, merge)
