"""NumPy's functions that call functions (``np.vectorize``, ``np.apply_along_axis``, methods of ufuncs), said as loops."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.types import Array, Scalar, strip_const
from ..rules import registry
from ..rules.shaping import astype_method, tolist_method
from ..runtime import mapping, standard
from .abstract import Abstract, Bound, Seq, Static
from .attributes import attribute
from .builtin_calls import UNDECIDED
from .callees import SPECIAL, SPECIAL_CLASSES, call, call_standard
from .context import Refusal
from .elements import from_shape, rank
from .handing import given_by_name
from .infer import Specializer
from .primitives import apply, now
from .scatters import _OPERATORS as OPERATORS
from .stores import store
from .subscripts import from_value
from .ufunc_options import is_made_by_class

Handler = Callable[[Specializer, list[Abstract], dict[str, Abstract]], Abstract]


def as_array(sp: Specializer, a: Abstract) -> Value:
    """What NumPy makes of an argument that it wants as an array."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    found = a if isinstance(t, Array) else apply(sp, np.asarray, [a])
    assert isinstance(found, Value)
    return found


def static_axis(sp: Specializer, axis: Abstract, ndim: int) -> int:
    """An axis that must be known, counted from the front."""
    found = sp.static(axis, "`axis`")
    if type(found) is not int or not -ndim <= found < ndim:
        raise Refusal("SCT709", f"this always raises an error: there is no axis {found!r} of {ndim}")
    return found % ndim


def moved(sp: Specializer, a: Value, source: int, destination: int) -> Value:
    """``np.moveaxis``, where it does something."""
    if source % rank(a) == destination % rank(a):
        return a
    found = apply(sp, np.moveaxis, [a, Static(source), Static(destination)])
    assert isinstance(found, Value)
    return found


# -------------------------------------------------------------------------------------------------- functions of rows

def _apply_along_axis(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.apply_along_axis(f, axis, a, …)``: what ``f`` gives takes the place of the axis."""
    named = dict(zip(_ALONG, args, strict=False)) | {k: a for k, a in kwargs.items() if k in _ALONG}
    options = {k: a for k, a in kwargs.items() if k not in _ALONG}
    function: Abstract = Bound(named["func1d"], [], options) if options else named["func1d"]
    a, rest = as_array(sp, named["arr"]), args[3:]
    ndim = rank(a)
    axis = static_axis(sp, named["axis"], ndim)
    if ndim == 1:
        return call(sp, function, [a, *rest], {})
    rows = moved(sp, a, axis, -1)
    kept: list[Abstract] = [from_shape(sp, rows, k) for k in range(ndim - 1)]
    if ndim > 2:
        flat = apply(sp, np.reshape, [rows, Seq(tuple, [Static(-1), from_shape(sp, rows, ndim - 1)])])
        found = call_standard(sp, mapping.of_rows, [function, flat, Seq(tuple, rest)])
        assert isinstance(found, Value)
        shape = [*kept, *(from_shape(sp, found, k) for k in range(1, rank(found)))]
        found = apply(sp, np.reshape, [found, Seq(tuple, shape)])
    else:
        found = call_standard(sp, mapping.of_rows, [function, rows, Seq(tuple, rest)])
    assert isinstance(found, Value)
    if rank(found) > ndim:
        raise Refusal("SCT605", "np.apply_along_axis with a function that returns matrices is not supported", "write a loop")
    return moved(sp, found, -1, axis) if rank(found) == ndim else found


_ALONG = ("func1d", "axis", "arr")


def _apply_over_axes(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.apply_over_axes(f, a, axes)``: one axis after the other, each of which stays with length 1."""
    named = dict(zip(("func", "a", "axes"), args, strict=False)) | kwargs
    a = as_array(sp, named["a"])
    axes = sp.static(named["axes"], "`axes`")
    for axis in (axes,) if isinstance(axes, int) else axes:
        reduced = as_array(sp, call(sp, named["func"], [a, Static(axis)], {}))
        a = as_array(sp, apply(sp, np.expand_dims, [reduced, Static(axis)])) if rank(reduced) < rank(a) else reduced
    return a


def _fromfunction(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.fromfunction(f, shape)``: ``f`` of the indices."""
    named = dict(zip(("function", "shape"), args, strict=False)) | kwargs
    function, shape, dtype = named.pop("function"), named.pop("shape"), named.pop("dtype", Static(float))
    grids = as_array(sp, apply(sp, np.indices, [shape], {"dtype": dtype}))
    return call(sp, function, [from_value(sp, grids, Static(k)) for k in range(rank(grids) - 1)], named)


# -------------------------------------------------------------------------------------------------- functions of numbers

def _vectorized(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.vectorize(f, otypes)(x, …)``: a loop over Python numbers, whose results become of a type that is told."""
    function, otypes, *given = args
    found = _called_for_each(sp, function, given, kwargs)
    told = sp.static(otypes, "`otypes`")
    if told in (None, ""):
        return found
    if len(told) > 1:
        raise Refusal("SCT605", "np.vectorize with `otypes` of several results is not supported", "leave `otypes` away")
    return apply(sp, astype_method, [found, Static(np.dtype(told[0]).type)], spelled="astype")


def _called_for_each(sp: Specializer, function: Abstract, given: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """An array of what a function gives for the elements of arrays that are broadcast."""
    if kwargs:
        raise Refusal("SCT605", "a function of np.vectorize with keyword arguments is not supported", "pass them by position")
    arrays = [a for a in given if not is_number(a)]
    if any(isinstance(a, Value) and getattr(strip_const(a.type), "dtype", "") in _NARROW for a in given):
        raise Refusal("SCT605", "np.vectorize of single precision is not supported", "convert it with .astype(np.float64)")
    if not arrays:
        return apply(sp, np.asarray, [call(sp, function, given, {})])
    if len(given) > 1:
        spread = apply(sp, np.broadcast_arrays, list(given))
        assert isinstance(spread, Seq)
        given = list(spread.items)
    first = as_array(sp, given[0])
    columns = [apply(sp, tolist_method, [_flat(sp, as_array(sp, a))], spelled="tolist") for a in given]
    if len(columns) == 1:
        found = call_standard(sp, mapping.of_numbers, [function, columns[0]])
    else:
        found = call_standard(sp, mapping.of_tuples, [function, Seq(list, columns)])
    return found if rank(first) == 1 else apply(sp, np.reshape, [found, attribute(sp, first, "shape")])


_NARROW = ("float16", "float32", "complex64")
"""What ``np.vectorize`` makes Python's numbers of, to convert results back as the first one decides."""


def _flat(sp: Specializer, a: Value) -> Abstract:
    return a if rank(a) == 1 else apply(sp, np.ravel, [a])


def is_number(a: Abstract) -> bool:
    return isinstance(a, Static) or isinstance(a, Value) and isinstance(strip_const(a.type), Scalar)


def _call_vectorize(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    obj = fn.value
    if obj.signature is not None or obj.excluded:
        raise Refusal("SCT605", "np.vectorize with a signature or excluded arguments is not supported", "write a loop")
    path = fn.path.attr("pyfunc") if fn.path is not None else None
    return _vectorized(sp, [Static(obj.pyfunc, path), Static(obj.otypes), *args], kwargs)


def _make_vectorize(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    named = dict(zip(("pyfunc", "otypes", "doc", "excluded", "cache", "signature"), args, strict=False)) | kwargs
    unknown = [name for name in ("excluded", "signature") if name in named and sp.static(named[name], name) is not None]
    if unknown or "pyfunc" not in named:
        raise Refusal("SCT605", f"np.vectorize with `{unknown[0] if unknown else 'pyfunc'}` is not supported", "write a loop")
    return Bound(Static(_vectorized), [named["pyfunc"], named.get("otypes", Static(None))])


def _fromiter(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.fromiter(items, dtype)``: an array of all items."""
    named = dict(zip(("iter", "dtype", "count"), args, strict=False)) | kwargs
    if set(named) - {"iter", "dtype"} and sp.static(named.get("count", Static(0)), "`count`") != -1:
        raise Refusal("SCT605", "np.fromiter is supported without `count` and `like`", "take so many items of a list")
    if not {"iter", "dtype"} <= set(named):
        raise Refusal("SCT709", "this always raises TypeError: np.fromiter needs a type")
    return apply(sp, np.array, [call(sp, Static(list), [named["iter"]], {})], {"dtype": named["dtype"]})


def _piecewise(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.piecewise(x, [c, …], [f, …])``: the functions are called with the elements that the conditions choose."""
    named = dict(zip(("x", "condlist", "funclist"), args, strict=False))
    if len(named) < 3:
        raise Refusal("SCT605", "np.piecewise is supported with three arguments by position", "write them by position")
    x, given, functions = as_array(sp, named["x"]), named["condlist"], named["funclist"]
    if rank(x) == 0 or not isinstance(functions, Seq):
        raise Refusal("SCT605", "np.piecewise needs an array, and a list of functions", "use `if`, or np.where")
    single = isinstance(given, Value) and rank(given) == rank(x)
    conditions = [given] if single else list(given.items) if isinstance(given, Seq) else []
    if len(functions.items) == len(conditions) + 1 and conditions:
        covered = conditions[0]
        for condition in conditions[1:]:
            covered = apply(sp, operator.or_, [covered, condition])
        conditions.append(apply(sp, operator.invert, [covered]))
    if len(functions.items) != len(conditions):
        raise Refusal("SCT605", "np.piecewise needs as many functions as conditions, or one more", "give a list of conditions")
    y = as_array(sp, apply(sp, np.zeros_like, [x]))
    for condition, function in zip(conditions, functions.items, strict=True):
        if not isinstance(function, Value) and not (isinstance(function, Static) and not callable(function.value)):
            function = call(sp, function, [from_value(sp, x, condition), *args[3:]], kwargs)
        store(sp, y, condition, function)
    return y


# ------------------------------------------------------------------------------------------------------ methods of arrays

def _of_clip(a: Any, min: Any = None, max: Any = None, out: Any = None, **further: Any) -> None:
    """How ``a.clip`` is called."""


def _clip(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``a.clip(low, high)``: either may be left away."""
    named: dict[str, Any] = given_by_name(_of_clip, args, kwargs)
    named |= named.pop("further", {})
    limits = [named.pop(name, Static(None)) for name in ("a", "min", "max")]
    return apply(sp, np.clip, limits, named, "clip")


def _choose(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``a.choose([b, c])``, or ``a.choose(b, c)``."""
    a, *choices = args
    return apply(sp, np.choose, [a, choices[0] if len(choices) == 1 else Seq(list, choices)], kwargs, "choose")


def _real_if_close(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.real_if_close(a)`` of real numbers is what ``np.asarray`` gives."""
    found = as_array(sp, given_by_name(np.real_if_close, args, kwargs)["a"])
    if getattr(strip_const(found.type), "dtype", "").startswith("complex"):
        raise Refusal("SCT201", "no derivative rule for `numpy.real_if_close` of complex numbers: whether the result is real "
                      "or complex depends on values", "use np.real(a), or leave it out")
    return found


def _einsum(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.einsum(a, [0, 1], b, [1, 2], [0, 2])`` is ``np.einsum("ab,bc->ac", a, b)``."""
    first = strip_const(args[0].type) if isinstance(args[0], Value) else None
    if len(args) < 2 or not isinstance(args[0], Seq) and not isinstance(first, Array | Scalar):
        return UNDECIDED  # a text, or a number that is known
    operands, spoken = args[:-1:2] if len(args) % 2 else args[::2], [_subscripts(sp, a) for a in args[1::2]]
    result = "->" + _subscripts(sp, args[-1]) if len(args) % 2 else ""
    return apply(sp, np.einsum, [Static(",".join(spoken) + result), *operands], kwargs)


def _subscripts(sp: Specializer, a: Abstract) -> str:
    """Numbers as letters, in the same order."""
    numbers = [sp.static(item, "a subscript") for item in (a.items if isinstance(a, Seq) else [a])]
    if not all(number is ... or isinstance(number, int) and 0 <= number < 26 for number in numbers):
        raise Refusal("SCT605", "np.einsum takes a text of subscripts, or lists of numbers below 26", "write the text")
    return "".join("..." if number is ... else chr(ord("a") + number) for number in numbers)


def _astype(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``x.astype(np.float32)`` of a number is one made by the class; of arrays it is what it says."""
    told = kwargs.get("dtype", args[1] if len(args) == 2 else None)
    if not isinstance(told, Static) or len(args) + len(kwargs) != 2 or not is_made_by_class(args[0], np.dtype(told.value)):
        return UNDECIDED
    return apply(sp, np.dtype(told.value).type, [args[0]])


def _dtype(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``np.dtype("f8")``, which is known as it is written."""
    if kwargs:
        raise Refusal("SCT605", "np.dtype with keywords is not supported", "give its name, or a type of NumPy")
    return Static(now(np.dtype, *(sp.static(a, "a type of elements") for a in args)))


# ------------------------------------------------------------------------------------------------------ methods of ufuncs

def _outer(ufunc: np.ufunc) -> Handler:
    """``ufunc.outer(a, b)``: every element of one with every element of the other."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        a, b = (as_array(sp, x) for x in args)
        behind = [Static(rank(a) + k) for k in range(rank(b))]
        if rank(a) and rank(b):
            a = as_array(sp, apply(sp, np.expand_dims, [a, behind[0] if len(behind) == 1 else Seq(tuple, list(behind))]))
        return apply(sp, ufunc if kwargs else OPERATORS.get(ufunc, ufunc), [a, b], kwargs)
    return handler


def _one_by_one(ufunc: np.ufunc, body: Any) -> Handler:
    """``ufunc.reduce(a, axis)`` or ``ufunc.accumulate(a, axis)``, an element after the other."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        unknown = set(kwargs) - {"axis", "keepdims"} | ({"its third argument"} if len(args) > 2 else set())
        if unknown:
            given = ", ".join(sorted(unknown))
            raise Refusal("SCT204", f"np.{ufunc.__name__}.{method} does not support {given}", "write a loop")
        a = as_array(sp, args[0])
        along = args[1] if len(args) > 1 else kwargs.get("axis", Static(0))
        if isinstance(along, Seq) or isinstance(along, Static) and along.value is None and rank(a) != 1:
            raise Refusal("SCT204", f"np.{ufunc.__name__}.{method} does not support several axes", "take one after another")
        axis = 0 if isinstance(along, Static) and along.value is None else static_axis(sp, along, rank(a))
        found = call_standard(sp, body, [Static(ufunc), moved(sp, _of_loop(sp, ufunc, a), axis, 0)])
        if accumulates:
            return moved(sp, as_array(sp, found), 0, axis)
        keep = sp.static(kwargs.get("keepdims", Static(False)), "`keepdims`")
        return apply(sp, np.expand_dims, [found, Static(axis)]) if keep else found
    accumulates = body is mapping.all_so_far
    method = "accumulate" if accumulates else "reduce"
    return handler


def _of_loop(sp: Specializer, ufunc: np.ufunc, a: Value) -> Value:
    """The array in the element type in which the ufunc computes: ``np.float_power`` knows double precision only."""
    kind = np.dtype(getattr(strip_const(a.type), "dtype", float))
    computed = ufunc.resolve_dtypes((kind, kind, None))[0]
    return a if computed == kind else as_array(sp, apply(sp, np.ndarray.astype, [a, Static(computed.type)], spelled="astype"))


for each in {u for u in vars(np).values() if isinstance(u, np.ufunc) and (u.nin, u.nout) == (2, 1) and u.signature is None}:
    entry = registry.lookup(each)
    if entry is None:
        continue
    if not entry.zero:
        SPECIAL[each.outer] = _outer(each)
    if not registry.is_named(each.reduce):
        SPECIAL[each.reduce] = _one_by_one(each, standard.reduced)
    if registry.lookup(each.accumulate) is None:
        SPECIAL[each.accumulate] = _one_by_one(each, mapping.all_so_far)


SPECIAL.update({
    np.apply_along_axis: _apply_along_axis, np.apply_over_axes: _apply_over_axes, np.fromfunction: _fromfunction,
    np.vectorize: _make_vectorize, _vectorized: _vectorized, np.piecewise: _piecewise, np.fromiter: _fromiter,
    np.ndarray.clip: _clip, np.ndarray.choose: _choose, np.dtype: _dtype, astype_method: _astype, np.einsum: _einsum,
    np.real_if_close: _real_if_close,
})
SPECIAL_CLASSES[np.vectorize] = _call_vectorize
registry.family("scipy.integrate", f"{__package__}.sampled_integrals", f"{__package__}.integrals",
                f"{__package__}.said_integrals")
registry.family("scipy.fft", f"{__package__}.said_transforms")
registry.family("scipy.signal", f"{__package__}.said_signals")
registry.family("scipy.ndimage", f"{__package__}.said_images")
registry.family("scipy.spatial", f"{__package__}.said_distances")
registry.family("scipy.sparse", f"{__package__}.sparse_matrices")
registry.family("scipy.optimize", f"{__package__}.equations", f"{__package__}.said_optimization")
registry.family("scipy.linalg", f"{__package__}.real_matrices", f"{__package__}.said_matrices")
registry.family("scipy.interpolate", f"{__package__}.interpolants", f"{__package__}.said_grids",
                f"{__package__}.fitted_splines")
registry.family("scipy.stats", f"{__package__}.distributions", f"{__package__}.said_statistics")
