"""NumPy's functions on dual arrays: what ``np.f(x)`` and a ufunc do when an argument carries derivatives.

Three families cover nearly all of NumPy: *linear* functions act on each direction as on the value, *multilinear* ones obey the
product rule, and for the rest a formula in dual numbers gives the derivative while NumPy's own function gives the value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .dual_rules import UFUNC_ALIASES, partials_of
from .dual_writes import VALUES, apply_at, apply_where, partitioned, put_values
from .duals import Dual, DualArray, ReferenceGap, contains_dual, differentiate, make, plain, tangent_of

Function = Callable[..., Any]


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], out: Any, kwargs: dict[str, Any]) -> Any:
    """What ``Dual.__array_ufunc__`` does."""
    if method == "reduce":
        return call_function(_REDUCE[ufunc], inputs, {"axis": 0} | {k: v for k, v in kwargs.items() if v is not None})
    if method == "at":
        return apply_at(ufunc, *inputs)
    if method == "__call__" and set(kwargs) == {"where"} and out is not None:
        return apply_where(ufunc, inputs, out, kwargs["where"])
    if method != "__call__" or kwargs:
        raise ReferenceGap(f"np.{ufunc.__name__}.{method} with {sorted(kwargs)}")
    if ufunc is np.divmod and out is None:
        return np.floor_divide(*inputs), np.remainder(*inputs)
    if ufunc.nout > 1:
        raise ReferenceGap(f"np.{ufunc.__name__}, which has several results")
    if ufunc is np.matmul:
        result = _multilinear(np.matmul, inputs, {})
    elif ufunc is np.clip:
        result = _clip(*inputs)
    else:
        result = differentiate(ufunc, partials_of(ufunc.__name__, UFUNC_ALIASES), inputs)
    if out is None:
        return result
    if isinstance(out, DualArray):
        return out.assign(result)
    raise ReferenceGap("a dual number is written into a plain array")


def call_function(fn: Function, args: Any, kwargs: dict[str, Any]) -> Any:
    """What ``Dual.__array_function__`` does."""
    out = kwargs.get("out")
    if fn in VALUES:
        return put_values(fn, args, kwargs)
    if isinstance(out, DualArray):
        out[...] = call_function(fn, args, {name: value for name, value in kwargs.items() if name != "out"})
        return out
    if fn in INACTIVE:
        return fn(*plain(list(args)), **{k: plain(v) for k, v in kwargs.items()})
    for functions, rule in ((LINEAR, _linear), (JOINS, _join), (MULTILINEAR, _multilinear)):
        if fn in functions:
            return rule(fn, args, kwargs)
    if fn not in FORMULAS:
        raise ReferenceGap(f"dual arrays do not know np.{fn.__name__}")
    return FORMULAS[fn](*args, **kwargs)


def _direction(x: Any, j: int) -> Any:
    """The derivative of ``x`` in direction ``j``, of the shape of ``x``."""
    if isinstance(x, Dual):
        return x.tangent[..., j]
    if type(x) in (list, tuple):
        return type(x)(_direction(i, j) for i in x)
    return np.zeros(np.shape(x))


def _directions(x: Any) -> int:
    if isinstance(x, Dual):
        return int(x.tangent.shape[-1])
    return max((_directions(i) for i in x), default=0) if isinstance(x, list | tuple) else 0


def _linear(fn: Function, args: Any, kwargs: dict[str, Any]) -> Any:
    x, *rest = args
    value = fn(plain(x), *plain(rest), **kwargs)
    return make(value, np.stack([fn(_direction(x, j), *plain(rest), **kwargs) for j in range(_directions(x))], axis=-1))


def _join(fn: Function, args: Any, kwargs: dict[str, Any]) -> Any:
    arrays, *rest = args
    arrays = list(arrays)
    value = fn(plain(arrays), *rest, **kwargs)
    return make(value, np.stack([fn(_direction(arrays, j), *rest, **kwargs) for j in range(_directions(arrays))], axis=-1))


def _multilinear(fn: Function, args: Any, kwargs: dict[str, Any]) -> Any:
    values = plain(list(args))
    value = fn(*values, **kwargs)
    tangent: Any = 0.0
    for i, arg in enumerate(args):
        if isinstance(arg, Dual):
            terms = [fn(*values[:i], _direction(arg, j), *values[i + 1:], **kwargs) for j in range(_directions(arg))]
            tangent = tangent + np.stack(terms, axis=-1)
    return make(value, tangent)


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    return tuple(a % ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def _sum(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **kwargs: Any) -> Any:
    if contains_dual(kwargs.get("initial")) or "where" in kwargs or dtype is not None or out is not None:
        raise ReferenceGap("np.sum with where=, initial=, dtype= or out=")
    tangent = np.sum(x.tangent, axis=_axes(axis, np.ndim(x.value)), keepdims=keepdims)
    return make(np.sum(x.value, axis=axis, keepdims=keepdims), tangent)


def _mean(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    tangent = np.mean(x.tangent, axis=_axes(axis, np.ndim(x.value)), keepdims=keepdims)
    return make(np.mean(x.value, axis=axis, keepdims=keepdims), tangent)


def _extreme(fn: Function) -> Function:
    """``max`` and ``min``: the derivative is shared evenly among ties."""
    def rule(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
        chosen = (x.value == fn(x.value, axis=axis, keepdims=True))[..., None]
        axes = _axes(axis, np.ndim(x.value))
        total = np.sum(np.where(chosen, x.tangent, 0.0), axis=axes, keepdims=keepdims)
        return make(fn(x.value, axis=axis, keepdims=keepdims), total / np.sum(chosen, axis=axes, keepdims=keepdims))

    return rule


def _prod(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The product rule term by term, so that zeros need no division."""
    axes = _axes(axis, np.ndim(x.value))
    rest = tuple(a for a in range(np.ndim(x.value)) if a not in axes)
    values = np.transpose(x.value, (*axes, *rest)).reshape(-1, *(np.shape(x.value)[a] for a in rest))
    tangents = np.transpose(x.tangent, (*axes, *rest, x.tangent.ndim - 1)).reshape(*values.shape, -1)
    total = np.zeros(tangents.shape[1:])
    for i in range(len(values)):
        total += np.asarray(np.prod(np.delete(values, i, axis=0), axis=0))[..., None] * tangents[i]
    value = np.prod(x.value, axis=axis, keepdims=keepdims)
    return make(value, total.reshape((*np.shape(value), tangents.shape[-1])))


def _var(x: Any, axis: Any = None, ddof: int = 0, keepdims: Any = False) -> Any:
    deviation = x - _mean(x, axis, True)
    square = _sum(deviation * deviation, axis, keepdims=keepdims)
    count = np.size(x.value) / max(1, np.size(plain(square)))
    value = np.var(x.value, axis=axis, ddof=ddof, keepdims=keepdims)
    return make(value, square.tangent / (count - ddof))


def _root(value: Any, square: Any) -> Any:
    """The dual of ``sqrt(square)`` with the given value; where that is zero, so is the derivative."""
    safe = np.where(np.equal(value, 0), 1.0, value)[..., None]
    return make(value, np.where(np.equal(value, 0)[..., None], 0.0, 0.5 * square.tangent / safe))


def _std(x: Any, axis: Any = None, ddof: int = 0, keepdims: Any = False) -> Any:
    value = np.std(x.value, axis=axis, ddof=ddof, keepdims=keepdims)
    return _root(value, _var(x, axis, ddof, keepdims))


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    value = np.linalg.norm(x.value, ord, axis, keepdims)
    if ord in (None, 2, "fro") and (ord != 2 or axis is not None or x.value.ndim == 1):
        return _root(value, _sum(x * x, axis, keepdims=keepdims))
    raise ReferenceGap(f"np.linalg.norm with ord={ord!r}")


def _clip(x: Any, lo: Any = None, hi: Any = None) -> Any:
    formula = x if lo is None else np.maximum(x, lo)
    formula = formula if hi is None else np.minimum(formula, hi)
    value = np.clip(plain(x), plain(lo), plain(hi))
    return make(value, tangent_of(formula, max(map(_directions, (x, lo, hi)))))


def _where(condition: Any, x: Any, y: Any) -> Any:
    k = max(map(_directions, (condition, x, y)))
    condition = plain(condition)
    value = np.where(condition, plain(x), plain(y))
    return make(value, np.where(np.asarray(condition, bool)[..., None], tangent_of(x, k), tangent_of(y, k)))


def _sort(x: Any, axis: int = -1) -> Any:
    order = np.argsort(x.value, axis=axis, kind="stable")
    tangent = np.take_along_axis(x.tangent, order[..., None], axis=axis % x.value.ndim)
    return make(np.sort(x.value, axis=axis), tangent)


def _reshape(x: Any, shape: Any, *more: Any) -> Any:
    return _moved(x, np.reshape(x.value, (shape, *more) if more else shape))


def _moved(x: Any, value: Any) -> Any:
    """The derivatives of a reshaped array: a view if the value is one."""
    tangent = x.tangent.reshape((*value.shape, x.tangent.shape[-1]))
    if not np.may_share_memory(value, x.value):
        return make(value, tangent.copy())
    if value.size and not np.may_share_memory(tangent, x.tangent):
        raise ReferenceGap("a view of the value, of which the derivatives have none")
    return make(value, tangent)


def _like(fn: Function) -> Function:
    """A view (or copy) whose shape alone says what happened to the derivatives."""
    def rule(x: Any, *args: Any, **kwargs: Any) -> Any:
        return _moved(x, fn(x.value, *args, **kwargs))

    return rule


def _transpose(x: Any, *axes: Any) -> Any:
    ndim = np.ndim(x.value)
    order = axes[0] if len(axes) == 1 else axes
    order = tuple(range(ndim))[::-1] if order is None or not axes else tuple(a % ndim for a in order)
    return make(np.transpose(x.value, order), np.transpose(x.tangent, (*order, ndim)))


def _swapaxes(x: Any, first: int, second: int) -> Any:
    ndim = x.value.ndim
    return make(np.swapaxes(x.value, first, second), np.swapaxes(x.tangent, first % ndim, second % ndim))


def _moveaxis(x: Any, source: int, target: int) -> Any:
    ndim = x.value.ndim
    return make(np.moveaxis(x.value, source, target), np.moveaxis(x.tangent, source % ndim, target % ndim))


def _broadcast_to(x: Any, shape: Any) -> Any:
    value = np.broadcast_to(plain(x), shape)
    return make(value, np.broadcast_to(x.tangent, (*value.shape, x.tangent.shape[-1])))


def _filled_like(fn: Function) -> Function:
    def rule(x: Any, *args: Any, **kwargs: Any) -> Any:
        value = fn(x.value, *plain(args), **kwargs)
        return make(value, tangent_of(args[0], _directions(x)) if args else np.zeros(x.tangent.shape))

    return rule


def _flip(x: Any, axis: Any = None) -> Any:
    """A view, as NumPy's is."""
    return make(np.flip(x.value, axis), np.flip(x.tangent, _axes(axis, x.value.ndim)))


def _copy(x: Any) -> Any:
    return make(np.copy(x.value) if isinstance(x, DualArray) else x.value, x.tangent.copy())


def _inv(a: Any) -> Any:
    z = np.linalg.inv(a.value)
    return make(z, (-(z @ a @ z)).tangent)


def _solve(a: Any, b: Any) -> Any:
    z = np.linalg.solve(plain(a), plain(b))
    return make(z, (np.linalg.inv(plain(a)) @ (b - a @ z)).tangent)


def _det(a: Any) -> Any:
    z = np.linalg.det(a.value)
    return make(z, (z * np.trace(np.linalg.inv(a.value) @ a)).tangent)


def _with_no_derivative(fn: Function) -> Function:
    def rule(x: Any, *args: Any, **kwargs: Any) -> Any:
        value = fn(plain(x), *args, **kwargs)
        return make(value, np.zeros((*np.shape(value), _directions(x))))

    return rule


LINEAR: frozenset[Function] = frozenset({
    np.trace, np.diag, np.diagonal, np.tril, np.triu, np.fliplr, np.flipud, np.roll, np.rot90, np.repeat, np.tile,
    np.cumsum, np.diff, np.take, np.resize, np.pad, np.real, np.atleast_2d, np.trapezoid})
JOINS: frozenset[Function] = frozenset({np.concatenate, np.stack, np.hstack, np.vstack, np.column_stack, np.dstack})
MULTILINEAR: frozenset[Function] = frozenset({
    np.dot, np.inner, np.outer, np.vdot, np.tensordot, np.einsum, np.kron, np.cross, np.linalg.multi_dot})
INACTIVE: frozenset[Function] = frozenset({
    np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.any, np.all, np.allclose, np.isclose, np.array_equal,
    np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted, np.iscomplexobj, np.result_type})
FORMULAS: dict[Function, Function] = {
    np.sum: _sum, np.mean: _mean, np.prod: _prod, np.max: _extreme(np.max), np.min: _extreme(np.min),
    np.amax: _extreme(np.amax), np.amin: _extreme(np.amin), np.var: _var, np.std: _std, np.linalg.norm: _norm,
    np.clip: _clip, np.flip: _flip, np.where: _where, np.partition: partitioned,
    np.sort: _sort, np.reshape: _reshape, np.ravel: _like(np.ravel),
    np.expand_dims: _like(np.expand_dims), np.squeeze: _like(np.squeeze), np.atleast_1d: _like(np.atleast_1d),
    np.transpose: _transpose, np.swapaxes: _swapaxes, np.moveaxis: _moveaxis, np.broadcast_to: _broadcast_to,
    np.zeros_like: _filled_like(np.zeros_like), np.ones_like: _filled_like(np.ones_like),
    np.empty_like: _filled_like(np.zeros_like), np.full_like: _filled_like(np.full_like), np.copy: _copy,
    np.linalg.inv: _inv, np.linalg.solve: _solve, np.linalg.det: _det,
    np.round: _with_no_derivative(np.round), np.around: _with_no_derivative(np.around),
    np.sinc: lambda x: differentiate(np.sinc, partials_of("sinc", {}), (x,)),
}
_REDUCE: dict[np.ufunc, Function] = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
