"""Operators: arithmetic, comparisons, membership and identity, on run-time values, sequences and what is known."""

from __future__ import annotations

import enum
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import INFIX, Lit, Slot, contains
from ..ir.types import BOOL, INT, Array, List, OrConst, Scalar, Type, strip_const
from .abstract import Abstract, Mapping, Reference, Seq, Static
from .branches import opened, truth
from .context import Frame, Refusal
from .displays import is_own_set
from .infer import SIMPLE, Specializer
from .primitives import WRITERS, Arguments, apply, now
from .references import content, fresh, kind_of, plain
from .user_operators import operate, user_class


def _unary(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    fn = op.attrs["op"]
    if isinstance(args[0], Static) and isinstance(args[0].value, bool | int | float | complex):
        return [Static(fn(args[0].value))]
    return [apply(sp, fn, args)]


def _binary(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    fn = op.attrs["op"]
    operands = (opened(sp, content(sp, a), lambda kind: TypeError(f"unsupported operand type(s) for {INFIX[fn]}: '{kind}'"))
                for a in args)
    result = binary(sp, fn, *operands)
    return [fresh(sp, result) if any(kind_of(content(sp, a)) in (list, dict, set) for a in args) else result]


def binary(sp: Specializer, fn: Callable[..., Any], x: Abstract, y: Abstract) -> Abstract:
    """A binary operator: sequences and static integers are computed now, the rest is emitted."""
    operated = operate(sp, fn, [x, y])
    if operated is not None:
        return operated
    if isinstance(x, Seq) or isinstance(y, Seq):
        return _on_sequences(sp, fn, x, y)
    if isinstance(x, Static) and isinstance(y, Static) and (_foldable(x.value) and _foldable(y.value)
                                                            or is_own_set(x) and is_own_set(y)):
        return Static(now(fn, x.value, y.value))
    if isinstance(x, Mapping) and isinstance(y, Mapping) and fn is operator.or_:
        return Mapping({**x.items, **y.items})
    if fn is operator.mul and (kind := _type_of_list(x) or _type_of_list(y)) and any(map(_is_no_number_of_times, (x, y))):
        return sp.builder.value("tuple", (), kind, cls=list)
    return apply(sp, fn, [x, y])


def _type_of_list(a: Abstract) -> List | None:
    t = strip_const(a.type) if isinstance(a, Value) else None
    return t if isinstance(t, List) else None


def _is_no_number_of_times(a: Abstract) -> bool:
    """Whether a list that is repeated so often is empty."""
    return isinstance(a, Static) and isinstance(a.value, int) and a.value <= 0


def _foldable(value: Any) -> bool:
    return isinstance(value, int | str | bytes | np.dtype | type | enum.Enum) or value is None


def _on_sequences(sp: Specializer, fn: Callable[..., Any], x: Abstract, y: Abstract) -> Abstract:
    if isinstance(x, Seq) and isinstance(y, Seq) and fn is operator.add and x.kind is y.kind:
        return Seq(x.kind, x.items + y.items)
    seq, other = (x, y) if isinstance(x, Seq) else (y, x)
    if fn is operator.mul and isinstance(seq, Seq) and _is_whole(other):
        if isinstance(other, Static):
            return Seq(seq.kind, seq.items * int(other.value))
        assert isinstance(other, Value)
        return _repeated(sp, seq, other)
    t = strip_const(other.type) if isinstance(other, Value) else None
    if isinstance(t, Array) or isinstance(t, Scalar) and t.python is False and fn is not operator.mul:
        x, y = (apply(sp, np.array, [a]) if isinstance(a, Seq) else a for a in (x, y))
    return apply(sp, fn, [x, y])


def _is_whole(a: Abstract) -> bool:
    """Whether this counts as how often a sequence is repeated: Python's and NumPy's integers and Python's truth values."""
    if isinstance(a, Static):
        return isinstance(a.value, int)
    t = strip_const(a.type) if isinstance(a, Value) else None
    return isinstance(t, Scalar) and t.dtype.startswith(("int", "uint", "bool"))


def _repeated(sp: Specializer, seq: Seq, count: Value) -> Value:
    """``[x] * n`` where only run time knows ``n``: a list that a loop fills."""
    items = [sp.lift(item) for item in seq.items]
    if seq.kind is not list or not items or any(strip_const(v.type) != strip_const(items[0].type) for v in items):
        raise Refusal("SCT705", f"this {seq.kind.__name__} has an unknown number of items of different types",
                      "repeat a list whose items have one type")
    kind = List(strip_const(items[0].type))
    start = sp.lift(Seq(list, []))
    body = Block()
    body.add_arg("", INT)
    filled = body.add_arg("", kind)
    with sp.builder.at(body):
        for item in items:
            filled = sp.builder.value("append", [filled, item], kind)
        sp.builder.emit("continue", [filled])
    bounds = [sp.lift(Static(0)), count, sp.lift(Static(1))]
    return sp.builder.emit("for", [*bounds, start], [kind], blocks=[body], kind="range").result


def _inplace(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    return [inplace(sp, op.attrs["op"], *args)]


def inplace(sp: Specializer, fn: Callable[..., Any], x: Abstract, y: Abstract) -> Abstract:
    """``x fn= y``: what ``x`` is afterwards."""
    if kind_of(content(sp, x)) in (list, dict):
        from .changes import change_in_place
        return change_in_place(sp, fn, x, y)
    if kind_of(content(sp, x)) is set:
        from .sets import change_set
        return change_set(sp, fn, x, y)
    method = f"__i{getattr(fn, '__name__', '').strip('_')}__"
    if isinstance(x, Reference) and hasattr(x.kind, method):
        from .instances import method_of
        return method_of(sp, x, method, [y])
    x, y = content(sp, x), content(sp, y)
    t = strip_const(x.type) if isinstance(x, Value) else None
    if not isinstance(t, Array):
        if (cls := user_class(x)) is not None and hasattr(cls, method):
            raise Refusal("SCT602", f"an operator that changes a {cls.__name__} in place is not supported", "write `x = x + …`")
        if isinstance(x, Static) and x.path is not None and hasattr(x.value, method):
            raise Refusal("SCT602", f"an operator changes a {type(x.value).__name__} that was made elsewhere", "change a copy")
        return binary(sp, fn, x, y)
    if isinstance(y, Seq):
        y = apply(sp, np.array, [y])
    result = apply(sp, fn, [x, y], inplace=True)
    assert isinstance(result, Value) and isinstance(x, Value)
    got = strip_const(result.type)
    if not isinstance(got, Array | Scalar) or isinstance(got, Array) and got.ndim != t.ndim:
        raise Refusal("SCT603", f"the in-place result has another shape: {t} becomes {got}", "write `x = x + …`")
    if not np.can_cast(got.dtype, t.dtype, "same_kind"):
        raise Refusal("SCT604", f"an in-place operation cannot turn {t} into {got}", "write `x = x + …`")
    if isinstance(got, Scalar) or got.dtype != t.dtype:
        return _store_result(sp, x, result)
    result.type = Array(t.dtype, got.dims)
    return result


def _store_result(sp: Specializer, array: Value, result: Value) -> Value:
    """``array += y`` whose sum is of another type than the array, which it is converted to: plainly stored."""
    assert isinstance(result.owner, Op)
    if isinstance(array.type, OrConst):
        raise Refusal("SCT601", "writing into something that is not certainly an array is not supported", "write `x = x + …`")
    result.owner.name, result.hint = "call", ""
    WRITERS["store"](sp, array, Static(Ellipsis), result)
    return array


def _compare(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    fn, (x, y) = op.attrs["op"], args
    if fn in (operator.is_, operator.is_not):
        return [_identity(sp, fn, x, y)]
    x, y = content(sp, x), content(sp, y)
    if getattr(fn, "__name__", "") in ("contains", "not_contains"):
        from .tables import is_known, needed
        if isinstance(y, Mapping) and not is_known(sp, x):
            raise needed(sp, args[1])
        return [_membership(sp, fn, plain(sp, x), y)]
    if isinstance(x, Static) and isinstance(y, Static):
        return [Static(now(fn, x.value, y.value))]
    if isinstance(x, Seq) and isinstance(y, Seq) and fn in (operator.eq, operator.ne) and _all_static(x) and _all_static(y):
        return [Static(fn(sp.static(x, "a tuple"), sp.static(y, "a tuple")))]
    return [apply(sp, fn, [x, y])]


def _all_static(seq: Seq) -> bool:
    return all(isinstance(i, Static) or (isinstance(i, Seq) and _all_static(i)) for i in seq.items)


def _identity(sp: Specializer, fn: Callable[..., Any], x: Abstract, y: Abstract) -> Abstract:
    """``x is y``: known for one value and for what is never ``None``; asked at run time of what may be ``None``."""
    if isinstance(x, Reference) and isinstance(y, Reference) and (x.place is y.place or x.place.group is not y.place.group):
        return Static((fn is operator.is_) == (x.place is y.place))
    x, y = content(sp, x), content(sp, y)
    if x is y:
        return Static(fn is operator.is_)
    if isinstance(x, Static) and isinstance(y, Static):
        return Static(fn(x.value, y.value))
    value, other = (x, y) if isinstance(y, Static) else (y, x)
    if not isinstance(other, Static):
        raise Refusal("SCT707", "whether two run-time values are one object is not decided when specialising",
                      "compare them with ==, or pass a flag")
    if not isinstance(value, Value) or (_is_singleton(other.value) and not _may_be(value.type, other.value)):
        return Static(fn is operator.is_not)
    return sp.builder.value("call", [value], BOOL, fn=fn, args=(Slot(0), Lit(other.value)), kwargs={})


def _is_singleton(obj: Any) -> bool:
    return obj is None or isinstance(obj, type)


def _may_be(t: Type, obj: Any) -> bool:
    return obj is None and isinstance(t, OrConst) and str(t.const) == "None"


def _membership(sp: Specializer, fn: Callable[..., Any], x: Abstract, y: Abstract) -> Abstract:
    from .instances import has_method, method_of
    if has_method(y, "__contains__"):
        found = truth(sp, method_of(sp, y, "__contains__", [x]))
        if isinstance(found, bool):
            return Static(found if fn is contains else not found)
        return apply(sp, bool if fn is contains else operator.not_, [found])
    if isinstance(y, Mapping):
        found = sp.static(x, "the key") in y.items
        return Static(found if fn is contains else not found)
    if is_own_set(y):
        if isinstance(x, Static | Seq) and (isinstance(x, Static) or _all_static(x)):
            return Static(now(fn, y.value, sp.static(x, "an item of a set")))  # type: ignore[union-attr]
        y = Seq(tuple, [Static(v) for v in sorted(y.value, key=repr)])  # type: ignore[union-attr]
    if isinstance(x, Static) and isinstance(y, Seq) and _all_static(y):
        return Static(now(fn, sp.static(y, "the sequence"), x.value))
    if isinstance(x, Static) and isinstance(y, Static) and _foldable(y.value):
        return Static(now(fn, y.value, x.value))
    collected = Arguments(sp)
    container = sp.live(y) if isinstance(y, Static) and y.path is not None else y
    item, container_at = collected.template(x)[0], collected.template(container)[0]
    return sp.builder.value("call", collected.operands, BOOL, fn=fn, args=(container_at, item), kwargs={})


SIMPLE.update({"unary": _unary, "binary": _binary, "inplace": _inplace, "compare": _compare})
