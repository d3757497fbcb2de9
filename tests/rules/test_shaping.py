"""The functions that move elements: each is linear, so finite differences are exact up to rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sct
from sct.rules import creation, shaping
from sct.runtime.helpers import diagonal

from .calls import Call, check_rule, check_type

RNG = np.random.default_rng(0)
V, M, T = RNG.normal(size=4), RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3, 4))
ZERO_D, ROW, F32 = np.array(1.5), RNG.normal(size=(1, 3)), RNG.normal(size=(2, 3)).astype(np.float32)

SHAPES = [
    Call(np.reshape, M, (3, 2)), Call(np.reshape, M, -1), Call(np.reshape, M, (3, -1)), Call(np.reshape, V, (1, 4)),
    Call(np.reshape, M, 6, "F"),
    Call(np.reshape, M, (3, 2), order="F"), Call(np.reshape, np.array([2.0]), ()), Call(np.reshape, 2.0, (1, 1)),
    Call(np.reshape, ZERO_D, (1,)),
    Call(shaping.reshape_method, M, 3, 2), Call(shaping.reshape_method, M, (3, 2)), Call(shaping.reshape_method, M, -1),
    Call(shaping.reshape_method, M, 3, 2, order="F"), Call(shaping.reshape_method, ROW, -1, 1),
    Call(np.ravel, M), Call(np.ravel, V), Call(np.ravel, M, "F"), Call(np.ravel, 2.0), Call(np.ravel, ROW),
    Call(np.ndarray.flatten, M), Call(np.ndarray.flatten, V), Call(np.ndarray.flatten, M, "F"),
    Call(np.transpose, M), Call(np.transpose, V), Call(np.transpose, T), Call(np.transpose, T, (2, 0, 1)),
    Call(np.transpose, T, (0, -1, 1)),
    Call(shaping.transpose_method, T), Call(shaping.transpose_method, T, 1, 2, 0), Call(shaping.transpose_method, T, (1, 2, 0)),
    Call(np.matrix_transpose, M), Call(np.matrix_transpose, T), Call(np.swapaxes, T, 0, -1), Call(np.moveaxis, T, 0, -1),
    Call(np.moveaxis, T, (0, 1), (2, 0)), Call(np.expand_dims, M, 1), Call(np.expand_dims, M, (0, -1)),
    Call(np.expand_dims, 2.0, 0),
    Call(np.squeeze, ROW), Call(np.squeeze, ROW, 0), Call(np.squeeze, M), Call(np.squeeze, T[:, :1], axis=1),
    Call(np.squeeze, ROW[:, :1]),
    Call(np.squeeze, T[:1, :, :1], (0, -1)), Call(np.broadcast_to, V, (3, 4)), Call(np.broadcast_to, ROW, (2, 3)),
    Call(np.broadcast_to, 2.0, (2, 3)), Call(np.broadcast_to, ZERO_D, 3), Call(np.broadcast_to, M, (2, 3)),
    Call(np.flip, V), Call(np.flip, M), Call(np.flip, M, 0), Call(np.flip, T, (0, 2)), Call(np.flip, V, axis=0),
    Call(np.fliplr, M), Call(np.flipud, M),
    Call(np.rot90, M), Call(np.rot90, M, 2), Call(np.rot90, T, -1, (1, 2)), Call(np.roll, V, 1), Call(np.roll, M, 2),
    Call(np.roll, M, -1, 0),
    Call(np.roll, M, (1, 2), (0, 1)),
    *[Call(fn, a) for fn in (np.atleast_1d, np.atleast_2d, np.atleast_3d) for a in (2.0, ZERO_D, V, M, T)],
]
COPIES = [
    *[Call(fn, a) for fn in (np.copy, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray)
      for a in (V, M, ZERO_D)], *[Call(np.ndarray.copy, a) for a in (V, M)],
    Call(np.copy, 2.0), Call(np.asarray, [1.0, 2.0]), Call(np.asarray, 2.0), Call(np.ascontiguousarray, [1.0, 2.0]),
    Call(np.ascontiguousarray, 2.0), Call(np.asfortranarray, 2.0),
    Call(shaping.astype_method, V, float), Call(shaping.astype_method, F32, np.float64),
    Call(shaping.astype_method, np.float64(2.0), float), Call(shaping.astype_method, V, complex),
    Call(shaping.item_method, np.array([[2.0]])), Call(shaping.item_method, np.float64(2.0)), Call(shaping.item_method, ZERO_D),
    Call(shaping.tolist_method, V), Call(shaping.tolist_method, M), Call(shaping.tolist_method, np.float64(2.0)),
    Call(np.array, [1.0, 2.0, 3.0]), Call(np.array, (1.0, 2, 3.0)), Call(np.array, [[1.0, 2.0], [3.0, 4.0]]),
    Call(np.array, [V, V + 1]), Call(np.array, [(1.0, 2.0), (3.0, 4.0)]),
    Call(np.array, [[V, V], [V, V]]), Call(np.array, 2.0), Call(np.array, V), Call(np.array, [[1.0], [2.0]]),
    Call(np.array, [1.0, 2.0], ndmin=2),
    Call(np.array, 2.0, ndmin=2), Call(np.array, [np.float64(1.0), ZERO_D]), Call(np.array, [1.0, 2.0], float),
    Call(np.array, V, copy=False),
    Call(np.array, [[[1.0, 2.0]], [[3.0, 4.0]]]), Call(np.array, [1.0]), Call(np.array, [[1.0, 2.0]], ndmin=3),
]
JOINS = [
    Call(np.concatenate, [V, V[:2]]), Call(np.concatenate, (M, M[:1], M)), Call(np.concatenate, [M, M[:, :1]], 1),
    Call(np.concatenate, [V]),
    Call(np.concatenate, [T, T[:, :1]], axis=1), Call(np.concatenate, [T, T], axis=-1), Call(np.concatenate, [M, V], None),
    Call(np.concatenate, [M, V[:0], 2.0, V], axis=None), Call(np.concatenate, [V[:0], V[:1]]),
    Call(np.concatenate, [V[:1], V[:1], V]),
    Call(np.concatenate, [RNG.normal(size=(1, 1, 2, 1)), RNG.normal(size=(1, 1, 3, 1))], 2),
    Call(np.stack, [T, T], 2), Call(np.stack, [V, V]), Call(np.stack, (V, V, V), 1), Call(np.stack, [1.0, 2.0]),
    Call(np.stack, [M, M], axis=1),
    Call(np.stack, [M, M], -1),
    Call(np.concatenate, [V, M[0]], casting="unsafe"), Call(np.stack, [V, V], casting="unsafe"),
    Call(np.hstack, [V, V], casting="unsafe"), Call(np.vstack, [V, V], casting="unsafe"),
    Call(np.hstack, [V, V]), Call(np.hstack, [M, M[:, :1]]), Call(np.hstack, [1.0, V, 2.0]), Call(np.hstack, [1.0, 2.0, V]),
    Call(np.vstack, [V, V]), Call(np.vstack, [M, M[:1]]), Call(np.vstack, [M, ROW[0], ROW]), Call(np.vstack, [1.0, 2.0]),
    Call(np.vstack, [M, M, ROW[0]]), Call(np.column_stack, [V, V]), Call(np.column_stack, [M, M[:, 0]]),
    Call(np.column_stack, [V, np.ones((4, 2)), V]),
    Call(np.dstack, [V, V]), Call(np.dstack, [M, M]), Call(np.dstack, [T, M]), Call(np.dstack, [1.0, 2.0]),
    Call(np.append, V, 2.0), Call(np.append, V, V[:2]), Call(np.append, M, V), Call(np.append, M, M[:1], 0),
    Call(np.append, M, M[:, :1], axis=1),
    Call(np.append, 1.0, 2.0),
]
PARTS = [
    Call(np.split, V, 2), Call(np.split, V, [1, 3]), Call(np.split, M, 3, 1), Call(np.split, M, (1,), axis=1),
    Call(np.array_split, V, 3),
    Call(np.array_split, M, 2, axis=1), Call(np.hsplit, V, 2), Call(np.hsplit, M, 3), Call(np.vsplit, M, 2),
    Call(np.repeat, V, 2), Call(np.repeat, M, 2), Call(np.repeat, M, 2, 0), Call(np.repeat, M, 3, axis=1),
    Call(np.repeat, 2.0, 3),
    Call(np.repeat, V, np.array([2, 0, 1, 3])), Call(np.repeat, M, np.array([2, 0, 1]), 1), Call(np.repeat, M, [2, 1], 0),
    Call(np.repeat, ROW, 2),
    Call(np.tile, V, 2), Call(np.tile, V, (2, 1)), Call(np.tile, M, 2), Call(np.tile, M, (2, 3)), Call(np.tile, M, (2, 1, 3)),
    Call(np.tile, 2.0, 3),
    Call(np.tile, V, 1), Call(np.tile, M, (1, 2)), Call(np.tile, 2.0, (2, 2)), Call(np.tile, M, [2, 1]),
    Call(np.sort, V), Call(np.sort, M), Call(np.sort, M, 0), Call(np.sort, M, axis=None), Call(np.sort, V, kind="stable"),
    Call(np.take, V, np.array([0, 2, 2])), Call(np.take, V, 1), Call(np.take, M, np.array([[0, 5], [5, 1]])),
    Call(np.take, M, np.array([0, 2, 2]), 1), Call(np.take, ZERO_D, 0), Call(np.take, ZERO_D, np.array([0, 0])),
    Call(np.take, T, np.array([[0, 1], [1, 1]]), axis=1), Call(np.take, M, [1, 1, 0], 0), Call(np.take, M, 1, 1),
    Call(np.take_along_axis, M, np.array([[0, 0], [2, 1]]), 1), Call(np.take_along_axis, V, np.array([1, 1]), 0),
    Call(np.take_along_axis, T, np.argsort(T, axis=1), 1), Call(np.take_along_axis, T, np.argsort(T, axis=0), axis=0),
    Call(np.take_along_axis, M, np.array([[0, 0], [2, 1]])),
    Call(np.select, [V > 0.5, V > 0], [V, V**2], 3.0), Call(np.select, [V > 0.5, V > 0], [2.0, V]),
    Call(np.select, [M > 0], [ROW], default=M),
    Call(np.meshgrid, V, V[:2]), Call(np.meshgrid, V, V[:2], indexing="ij"), Call(np.meshgrid, V, V[:2], V[:3]),
    Call(np.meshgrid, V),
    Call(np.meshgrid, V, V[:2], sparse=True), Call(np.meshgrid, V, 2.0),
    Call(np.meshgrid, V, V[:3], V[:2], indexing="ij", sparse=True),
]
DIAGONALS = [
    *[Call(np.diag, V, k) for k in (0, 1, -2)], *[Call(np.diag, a, k) for a in (M, M.T, M[:, :2]) for k in (0, 1, -1, 2)],
    Call(np.diag, V), Call(np.diagflat, V), Call(np.diagflat, M, 1), Call(np.diagonal, M), Call(np.diagonal, M, 1),
    Call(np.diagonal, M, -1), Call(diagonal, M), Call(diagonal, M, 1), Call(diagonal, M, -1),
    Call(np.diagonal, T), Call(np.diagonal, T, 1, 1, 2), Call(np.diagonal, T, 0, 2, 0),
    Call(np.diagonal, T, -1, axis1=-1, axis2=1),
    Call(np.trace, M), Call(np.trace, M, 1), Call(np.trace, M, -1), Call(np.trace, T), Call(np.trace, T, 1, 2, 0),
    Call(np.trace, T, axis1=1, axis2=2),
    *[Call(fn, a, *k) for fn in (np.tril, np.triu) for a, *k in ((M,), (M, 1), (T,), (V,), (V, -1))],
    *[Call(np.pad, V, w) for w in (2, (1, 2), ((1, 0),), [2])], Call(np.pad, M, 1), Call(np.pad, M, (1, 2)),
    Call(np.pad, M, ((1, 0), (0, 2))), Call(np.pad, M, 1, constant_values=1.5), Call(np.pad, V, 1, constant_values=(1.5, 0.5)),
    Call(np.pad, M, ((1, 2), (3, 0)), constant_values=((1.5, 2.5), (0.5, 3.5))), Call(np.pad, T, 2, constant_values=((1.5,),)),
    Call(np.pad, M, ((1, 2), (3, 1)), constant_values=((1.5,), (0.5,))), Call(np.pad, M, (2, 1), constant_values=M[:, :2]),
    Call(np.pad, M, ((1, 2), (3, 1)), constant_values=((1.5, 2.5),)),
    *[Call(np.pad, a, 2, mode=mode) for a in (V, T) for mode in ("edge", "symmetric", "wrap")], Call(np.pad, V, 3, "reflect"),
    Call(np.pad, M, ((1,), (2,)), "edge"),
]
MADE = [
    Call(np.linspace, 1.0, 3.0), Call(np.linspace, 1.0, 3.0, 4), Call(np.linspace, 1.0, 3.0, num=4, endpoint=False),
    Call(np.linspace, V, 2.0, 3),
    Call(np.linspace, M, ROW, 3), Call(np.linspace, np.float64(1.0), V[:1], 5), Call(np.linspace, 0, 2.0, 1),
    Call(np.linspace, V, 2.0, 3, axis=1), Call(np.linspace, M, ROW, 3, axis=-1), Call(np.logspace, V[:2], 0.7, 3, axis=1),
    Call(np.geomspace, np.abs(V), 7.0, 3, axis=1),
    Call(np.logspace, 0.1, 0.7, 4), Call(np.logspace, 0.1, 0.7, 4, endpoint=False, base=2.5),
    Call(np.logspace, V, 0.7, 3, base=np.abs(V) + 1.0), Call(np.logspace, 0.3, V, 3, True, np.abs(V[:1]) + 1.0, None, 1),
    Call(np.logspace, V, 0.7, 3, base=np.abs(RNG.normal(size=(2, 4))) + 1.0, axis=1),
    Call(np.linspace, 1.0, 3.0, 4, retstep=True), Call(np.linspace, V, 3.0, 4, False, True, None, 1),
    Call(np.linspace, 1.0, 3.0, 4, retstep=True).alone(1), Call(np.linspace, V, V**2, 4, retstep=True).alone(0),
    Call(np.geomspace, 1.5, 7.0, 4), Call(np.geomspace, 1.5, 7.0, 4, False),
    Call(np.full, 3, 2.5), Call(np.full, (2, 3), 2.5), Call(np.full, (2, 3), ROW), Call(np.full, (), 2.5),
    Call(np.full, 3, RNG.normal(size=(1, 1, 3))),
    Call(np.logspace, 0.1, 0.7, 3, base=np.abs(RNG.normal(size=(2, 4))) + 1.0),
    Call(np.full_like, M, 2.5),
    Call(np.full_like, M, ROW), Call(np.full_like, M, 2.5, shape=(4,)),
    Call(np.arange, 3.5), Call(np.arange, 0.3, 4.0), Call(np.arange, 0.3, 4.0, 0.5), Call(np.arange, 0.3, 4.0, step=0.7),
]
PARTIAL = [Call(np.split, V, 2).alone(0), Call(np.split, M, [1], 1).alone(1), Call(np.array_split, V, 3).alone(2),
    Call(np.hsplit, M, 3).alone(1),
           Call(np.vsplit, M, 2).alone(0)]
CALLS = PARTIAL + SHAPES + COPIES + JOINS + PARTS + DIAGONALS + MADE
TYPED = [Call(fn, shape) for fn in (np.zeros, np.ones, np.empty) for shape in (3, 1, (2, 1), [2, 3], ())] + [
    Call(np.zeros, 3, int), Call(np.zeros, (2,), dtype=np.float32), Call(np.zeros_like, M), Call(np.ones_like, F32),
    Call(np.zeros_like, M, dtype=int),
    Call(np.eye, 3), Call(np.eye, 3, 1), Call(np.eye, 3, k=1, dtype=np.float32), Call(np.identity, 2), Call(np.tri, 2, 3),
    Call(np.zeros_like, 2.0),
    Call(np.arange, 5), Call(np.arange, 5, dtype=float), Call(np.arange, 1, 2), Call(np.array, [1, 2]),
    Call(np.array, [True, 2]), Call(np.array, []),
    Call(np.array, [np.float32(1.0), np.float32(2.0)]), Call(np.full, 3, 7), Call(np.diag, M[:, :1]),
    Call(shaping.astype_method, V, "int64"),
    Call(shaping.astype_method, V, np.float32), Call(np.linspace, 0, 1), Call(np.linspace, np.float32(0), 1.0, 3),
]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-7)


@pytest.mark.parametrize("call", [c for c in CALLS + TYPED if c.entry.infer is not None], ids=repr)
def test_result_type(call: Call) -> None:
    check_type(call)


def test_zeros_carry_no_derivative() -> None:
    assert creation.np.zeros is np.zeros and all(Call(fn, 3).entry.zero for fn in (np.zeros, np.ones, np.eye, np.identity))


def test_shifts_and_axes_that_are_arguments() -> None:
    weights = np.arange(6.0).reshape(2, 3)
    for shift, axis in (((1, 2), (0, 1)), ((1, -1), (1, 0)), (2, 1), ((1, 1), None)):
        found = sct.grad(lambda x, shift, axis: np.sum(np.roll(x, shift, axis) * weights))(np.ones((2, 3)), shift, axis)
        back = -shift if isinstance(shift, int) else tuple(-s for s in shift)
        np.testing.assert_array_equal(found, np.roll(weights, back, axis))


@pytest.mark.parametrize("f", [lambda x, shape: np.reshape(x, shape), lambda x, shape: x.reshape(shape),
                               lambda x, shape: x + np.zeros(shape), lambda x, shape: np.broadcast_to(x, shape=shape)])
def test_shape_that_is_an_array_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError, match="shape as an array, which does not say how many dimensions(?s:.*)pass a tuple"):
        sct.grad(lambda x, shape: np.sum(f(x, shape)))(np.ones(6), np.array([1, 6]))
