"""Calls that write a whole array (``out=``, ``a.fill``, ``a.sort``, ``np.copyto``), said as what they store."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.types import MANY, UNIT, Array, Scalar, strip_const
from . import abstract as ab
from . import shapes as sh
from .abstract import Abstract, Seq, Static
from .attributes import attribute
from .callees import SPECIAL
from .context import Refusal
from .defaults import by_position
from .elements import base_of, target
from .infer import Specializer
from .primitives import WRITERS, apply
from .scatters import writer
from .stores import store
from .subscripts import from_value

WHOLE = Static(Ellipsis)
TRUE, NOTHING, LAST, SAME_KIND = Static(True), Static(None), Static(-1), Static("same_kind")


@writer(np.ndarray.fill)
def fill(sp: Specializer, a: Abstract, value: Abstract) -> None:
    """``a.fill(v)``"""
    t = strip_const(value.type) if isinstance(value, Value) else None
    if isinstance(t, Array) or isinstance(value, Seq):
        raise Refusal("SCT603", "`fill` takes one number", "use a[...] = b")
    store(sp, a, WHOLE, value)


@writer(np.ndarray.sort)
def sort(sp: Specializer, a: Abstract, axis: Abstract = LAST, kind: Abstract = NOTHING, order: Abstract = NOTHING, *,
         stable: Abstract = NOTHING) -> None:
    """``a.sort()``"""
    options = _named(kind=kind, order=order, stable=stable)
    store(sp, a, WHOLE, apply(sp, np.sort, [a] if axis is LAST else [a, axis], options))


@writer(np.ndarray.partition)
def partition(sp: Specializer, a: Abstract, kth: Abstract, axis: Abstract = LAST, kind: Abstract = NOTHING,
              order: Abstract = NOTHING) -> None:
    """``a.partition(k)``"""
    options = _named(kind=kind, order=order)
    store(sp, a, WHOLE, apply(sp, np.partition, [a, kth] if axis is LAST else [a, kth, axis], options))


@writer(np.copyto)
def copyto(sp: Specializer, dst: Abstract, src: Abstract, casting: Abstract = SAME_KIND,
           where: Abstract = TRUE) -> None:
    """``np.copyto(a, b)``, perhaps only where a mask says so."""
    array = target(dst)
    _check_cast(array, src, sp.static(casting, "`casting`"))
    mask = _mask(sp, array, where)
    value = apply(sp, np.array, [src]) if isinstance(src, Seq) else src
    store(sp, array, WHOLE if mask is None else mask, value if mask is None else _chosen(sp, array, mask, value))


def _nan_to_num(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.nan_to_num(x, copy=False)`` writes over ``x``, and gives it back."""
    args, kwargs = by_position(np.nan_to_num, args, kwargs)
    x, *copy = args
    options = {key: a for key, a in kwargs.items() if key != "copy"}
    cleaned = apply(sp, np.nan_to_num, [x], options)
    if sp.context.splicing or sp.static(kwargs.get("copy", copy[0] if copy else TRUE), "`copy`"):
        return cleaned
    store(sp, target(x), WHOLE, cleaned)
    return x


def _set_item(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``operator.setitem(a, i, v)``"""
    array, index, value = args
    store(sp, target(array), index, value)
    return NOTHING


def _named(**options: Abstract) -> dict[str, Abstract]:
    return {key: a for key, a in options.items() if not isinstance(a, Static) or a.value is not None}


# -------------------------------------------------------------------------------------------------------------------- out=

def write_out(sp: Specializer, fn: Callable[..., Any], args: list[Abstract], kwargs: dict[str, Abstract],
              out: Abstract) -> Abstract:
    """``np.add(x, y, out=a)``: the result is stored, and is ``a`` itself."""
    if isinstance(fn, np.ufunc):
        return _write_ufunc(sp, fn, args, kwargs)
    if fn in _LEAVES_OUT:
        raise Refusal("SCT605", f"np.fft.{fn.__name__} may leave `out` as it is, whatever NumPy documents",
                      "write a[...] = np.fft." + fn.__name__ + "(...)")
    array = target(out)
    args, kwargs = _without_out(fn, args, kwargs)
    if fn in _WITH_TYPE_OF_OUT and "dtype" not in kwargs:
        kwargs = _in_type_of(array, sp, fn, args, kwargs)
    if fn in _JOINS and any(base_of(array) is base_of(v) for v in _arrays(args)):
        raise Refusal("SCT605", f"np.{fn.__name__} writes over what it reads", "leave `out` away")
    result = apply(sp, fn, args, kwargs)
    _check_shape(array, result)
    _check_cast(array, result, _EXACT.get(fn, "same_kind"))
    store(sp, array, WHOLE, result)
    return out


def _write_ufunc(sp: Specializer, fn: np.ufunc, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The results of a ufunc, each stored or returned, where a mask says so or everywhere."""
    given = kwargs.get("out", Seq(tuple, args[fn.nin:]))
    outs = list(given.items) if isinstance(given, Seq) else [given]
    outs += [NOTHING] * (fn.nout - len(outs))
    casting = sp.static(kwargs.get("casting", Static("same_kind")), "`casting`")
    arrays = [None if isinstance(out, Static) and out.value is None else target(out) for out in outs]
    largest = next((a for a in arrays if a is not None), None)
    mask = None if largest is None else _mask(sp, largest, kwargs.get("where", TRUE))
    if mask is not None and None in arrays:
        raise Refusal("SCT605", f"np.{fn.__name__} with `where` leaves a result unfinished for which there is no `out`",
                      "give an array for each result")
    inputs = [_chosen(sp, a, mask, x) for x, a in zip(args[:fn.nin], arrays[:1] * fn.nin, strict=True)
              if a is not None] if mask is not None else args[:fn.nin]
    rest = {key: a for key, a in kwargs.items() if key not in ("out", "where" if largest is not None else "")}
    result = apply(sp, fn, inputs, rest)
    results = result.items if isinstance(result, Seq) and fn.nout > 1 else [result]
    for array, value in zip(arrays, results, strict=True):
        if array is not None:
            _check_cast(array, value, casting)
            store(sp, array, WHOLE if mask is None else mask, value)
    found = [value if array is None else array for array, value in zip(arrays, results, strict=True)]
    return found[0] if fn.nout == 1 else Seq(tuple, list(found))


def _without_out(fn: Callable[..., Any], args: list[Abstract],
                 kwargs: dict[str, Abstract]) -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments of a call but for ``out``; what comes behind it among the positional ones is passed by name."""
    rest = {key: a for key, a in kwargs.items() if key != "out"}
    if "out" in kwargs:
        return args, rest
    names = list(_PARAMETERS[fn] if fn in _PARAMETERS else inspect.signature(fn).parameters)
    place = names.index("out")
    return args[:place], {**dict(zip(names[place + 1:], args[place + 1:], strict=False)), **rest}


def _in_type_of(array: Value, sp: Specializer, fn: Callable[..., Any], args: list[Abstract],
                kwargs: dict[str, Abstract]) -> dict[str, Abstract]:
    """Sums and products are computed in the element type of ``out``."""
    x = strip_const(args[0].type) if args and isinstance(args[0], Value) else None
    t = strip_const(array.type)
    assert isinstance(t, Array)
    if not isinstance(x, Array) or x.dtype == t.dtype:
        return kwargs
    if x.differentiable and not t.differentiable:
        raise Refusal("SCT604", f"an array of {t.dtype} is given the sums of values of {x.dtype}", "make `out` of floats")
    return {**kwargs, "dtype": Static(np.dtype(t.dtype).type)}


def _check_shape(array: Value, result: Abstract) -> None:
    """Only ufuncs spread their result over a larger ``out``."""
    t, r = strip_const(array.type), strip_const(result.type) if isinstance(result, Value) else None
    dims = r.dims if isinstance(r, Array) else ()
    assert isinstance(t, Array)
    if t.ndim != len(dims) or any({a, b} == {UNIT, MANY} for a, b in zip(t.dims, dims, strict=True)):
        raise Refusal("SCT603", f"the result has another shape than `out`: {r} into {t}", "give an array of its shape")


def _check_cast(array: Value, value: Abstract, casting: Any) -> None:
    """Raise what NumPy would where a value does not fit into the array by the rule ``casting``."""
    t, v = strip_const(array.type), strip_const(value.type) if isinstance(value, Value) else None
    assert isinstance(t, Array)
    if isinstance(value, Seq):
        v = sh.leaf_type(sh.shape_of(value))
    dtype = v.dtype if isinstance(v, Array | Scalar) else None
    if isinstance(value, Static) and ab.is_number(value.value):
        dtype = np.dtype(type(value.value)).name
    if isinstance(value, Static) or isinstance(v, Scalar) and v.python is True:
        dtype = _SMALLEST.get(dtype or "", dtype)
    if dtype is not None and not np.can_cast(dtype, t.dtype, casting):
        raise Refusal("SCT604", f"an array of {t.dtype} is given a value of {dtype}", "convert it with astype")


def _mask(sp: Specializer, array: Value, where: Abstract) -> Value | None:
    """The argument ``where`` as a mask of the shape of ``array``; None where it chooses everything."""
    if isinstance(where, Static) and where.value is True:
        return None
    mask = where if isinstance(where, Value) else apply(sp, np.array, [where])
    t = strip_const(mask.type) if isinstance(mask, Value) else None
    if not isinstance(t, Array | Scalar) or t.dtype != "bool":
        raise Refusal("SCT709", "this always raises TypeError: `where` must be an array of truth values")
    found = _spread(sp, array, mask)
    assert isinstance(found, Value)
    return found


def _chosen(sp: Specializer, array: Value, mask: Value, x: Abstract) -> Abstract:
    """The elements that go into the places of ``array`` which a mask chooses."""
    if isinstance(x, Static) or isinstance(x, Value) and isinstance(strip_const(x.type), Scalar):
        return x
    spread = _spread(sp, array, apply(sp, np.array, [x]) if isinstance(x, Seq) else x)
    assert isinstance(spread, Value)
    return from_value(sp, spread, mask)


def _spread(sp: Specializer, array: Value, x: Abstract) -> Abstract:
    """``x`` in the shape of ``array``."""
    t, v = strip_const(array.type), strip_const(x.type) if isinstance(x, Value) else None
    assert isinstance(t, Array)
    if isinstance(v, Array) and v.dims == t.dims and set(t.dims) <= {UNIT, MANY}:
        return x
    return apply(sp, np.broadcast_to, [x, attribute(sp, array, "shape")])


def _arrays(args: Sequence[Abstract]) -> list[Value]:
    return [v for a in args for v in (_arrays(a.items) if isinstance(a, Seq) else [a] if isinstance(a, Value) else [])]


_SMALLEST = {"int64": "uint8", "float64": "float16", "complex128": "complex64"}
"""A Python number takes on the type of the array, if its kind allows that."""
SPECIAL.update({np.nan_to_num: _nan_to_num, operator.setitem: _set_item})
WRITERS["out"] = write_out
_PARAMETERS: dict[Any, tuple[str, ...]] = {np.dot: ("a", "b", "out"), np.concatenate: ("arrays", "axis", "out")}
"""The parameters of functions that do not tell them."""
_WITH_TYPE_OF_OUT = (np.sum, np.prod, np.cumsum, np.cumprod)
_JOINS = (np.concatenate, np.stack, np.hstack, np.vstack)
"""Functions that do not mind whether ``out`` is among what they read."""
_LEAVES_OUT = (np.fft.hfft, np.fft.ifft2, np.fft.irfft2)
"""Functions that have taken ``out`` and have not written to it in some versions of NumPy."""
_EXACT: dict[Any, str] = {np.dot: "no", np.einsum: "safe", np.mean: "no", np.var: "no", np.std: "no", np.nansum: "no",
                          np.nanmean: "no", np.average: "no", np.linalg.multi_dot: "no"}
"""The casting rule of functions that do not say ``same_kind``, or that compute in another type where ``out`` has one."""
