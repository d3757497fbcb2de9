"""Views that only run time can tell from copies: reshaped arrays of unknown layout, ``np.ascontiguousarray``, ``order=`` …

Each program runs on arrays in C order, in Fortran order and with steps, in every mode.
"""

import copy

import numpy as np
import pytest

import sct
from tests.oracle import check, refusal
from tests.test_writes_modes import directions, gradient_of

M = np.arange(1.0, 13.0).reshape(3, 4) / 7 + 0.03
LAYOUTS = {"C": M, "F": np.asfortranarray(M), "steps": np.repeat(M, 2, axis=1)[:, ::2]}
PROGRAMS = []


def case(fun):
    PROGRAMS.append(fun)
    return fun


@case
def reshaped_transpose(a):
    b = a * a
    c = b.T.reshape(-1)
    c[0] = 7.0
    return (b * b).sum() + c.sum()


@case
def ravelled(a):
    b = a * a
    c = b.ravel()
    c[2] = a[0, 0]
    c *= c[1]
    b[0] *= 2
    return (b * b).sum() + (c * c * a[1, 1]).sum()


@case
def two_that_may_be_one(a):
    b = a * a
    c = b.ravel()
    d = b.ravel()
    c[2] = a[0, 0]
    d[2] *= c[2] + 3 * d[2]
    d[3] = c[3] * b[0, 3]
    return (b * b).sum() + c.sum() * d.sum()


@case
def of_columns(a):
    b = a * a
    c = b[:, 1:3].reshape(-1)
    c[2] = a[0, 0]
    c *= c[1]
    b[:, 2] *= c[:3]
    return (b * b).sum() + (c * c).sum()


@case
def anew_in_each_round(a):
    b = a * a
    for k in range(3):
        c = b.T.ravel()
        c[k] *= a[k, k] * c[3]
        b[k] += c[:4]
    return (b * b).sum()


@case
def carried_by_a_loop(a):
    b = a * a
    c = b.ravel()
    for k in range(3):
        c[k] *= a[k, k] * c[3]
        b = b * a
        c, d = b.ravel(), c
        d[0] *= c[1]
    return (b * b).sum() + c.sum()


@case
def in_a_branch(a):
    b = a * a
    c = b.ravel()
    if a[0, 0] < 5:
        c = b.T.ravel()
    c[1:] *= c[:-1]
    return (b * b).sum() + (c * c).sum()


@case
def contiguous(a):
    b = a * a
    c = np.ascontiguousarray(b)
    c[0] = a[1] * c[1]
    b[1] *= c[0]
    d = np.asarray(c, order="F")
    d[1] = a[0] * 2
    return (b * b).sum() + (c * c * d).sum()


@case
def in_other_orders(a):
    b = a * a
    c = np.ravel(b, "F")
    c[0] *= c[1]
    d = b.reshape((2, 6), order="F")
    d[0] *= c[:6]
    return (b * b).sum() + (c * c).sum() + d[1, 1]


@case
def converted_if_need_be(a):
    b = a * a
    c = b.astype(float, order="C", copy=False)
    c[0] *= c[1]
    d = np.array(b, copy=None, order="F")
    d[1] *= c[0]
    return (b * b).sum() + (c * c * d).sum()


@case
def written_as_a_whole(a):
    b = a * a
    c = b.ravel()
    c[:] = a[0, 0] * 3
    s = c.sum()
    b[...] = a
    return (b * b).sum() * s + c[0]


@case
def views_of_them(a):
    b = a * a
    c = b.reshape(-1)
    d = c[2:8].reshape(2, 3).T
    e = d.ravel()
    e[0] = a[0, 0]
    d[1] *= e[:2]
    return (b * b).sum() + (c * c).sum() + e.sum()


@case
def in_a_loop_with_exits(a):
    b = a * a
    for k in range(2):
        c = b.ravel()
        if k == 1:
            c[0] = a[0, 1]
            break
        c[3] *= c[4]
    else:
        c = b.T.ravel()
    b[0] *= c[:4]
    return (b * b).sum() + c.sum()


@case
def vectors(a):
    b = a[0] * a[1]
    c = b[::2].ravel()
    c[0] = a[0, 1]
    d = b[::-1].ravel()
    d[1:] *= d[:-1]
    return (b * b).sum() + c.sum() * d.sum()


@case
def einsum_of_one(a):
    b = np.outer(a[0], a[1])
    c = np.einsum("ii->i", b)
    c[0] *= c[1]
    d = np.einsum("ij->j", b)
    d[0] = 7.0
    return (b * b).sum() + c.sum() * d.sum()


@case
def of_another_layout(a):
    b = (a.T * a.T).T + np.zeros((3, 4))
    c = np.ravel(b)
    c[0] *= c[1] * c[4]
    b[1] *= a[0, 0]
    e = np.sin(b[:, ::-1])
    f = e.reshape(4, 3)
    f[0] *= f[1]
    return (b * c.reshape(3, 4)).sum() + (e[0, :3] * f[2]).sum()


def _scaled(v, s):
    v *= s
    return v


@case
def in_callees(a):
    b = a * a
    c = _scaled(b.ravel(), a[0, 0])
    d = _scaled(b.T.reshape(2, 6)[0], c[2])
    return (b * b).sum() + c.sum() * d.sum()


@case
def joined(a):
    b = a * a
    c = np.asarray([b[0], b[0]])
    c[0, 1] *= a[1, 1]
    d = np.array([c.ravel()[:4], b[1]])
    d[0] *= d[1]
    return (b * b).sum() + (c * c).sum() * (d * d).sum()


def _written_inside(x, n):
    b = x * x
    for k in range(n):
        c = b.T.ravel()
        c[k] *= x[k, k] * c[3]
        for i in range(2):
            b[i] += c[:4] * x[0, i]
    return b.sum() + c.sum()


@case
def in_functions_of_their_own(a):
    return _written_inside(a, 2) * _written_inside(a * a, 3)


@case
def on_one_path(a):
    b = a * a
    if a[1, 1] > 0.5:
        c = b.T.ravel()
        c[1] *= c[0] * a[0, 0]
        b[0] *= c[:4]
    else:
        b[0] = 1.0
    return (b * b).sum()


GIVEN = [pytest.param(fun, m, id=f"{fun.__name__}-{layout}") for fun in PROGRAMS for layout, m in LAYOUTS.items()]


@pytest.mark.parametrize(("fun", "m"), GIVEN)
def test_gradient(fun, m):
    check(fun, m)


@pytest.mark.parametrize(("fun", "m"), GIVEN)
def test_forward_mode(fun, m):
    for dot in (directions([m])[0], np.asfortranarray(directions([m])[0]), np.repeat(directions([m])[0], 3, axis=0)[::3]):
        value, change = sct.jvp(fun, (copy.deepcopy(m),), (dot,))
        assert value == fun(copy.deepcopy(m))
        assert np.isclose(change, np.sum(gradient_of(fun, [m], [dot])[0] * dot))


@pytest.mark.parametrize(("fun", "m"), GIVEN)
def test_pulled_back_several_times(fun, m):
    value, pull_back = sct.vjp(fun, copy.deepcopy(m))
    bars = gradient_of(fun, [m], directions([m]))
    assert value == fun(copy.deepcopy(m))
    for _ in range(3):
        assert np.allclose(pull_back(1.0)[0], bars[0], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(("fun", "m"), GIVEN)
def test_second_order(fun, m):
    m, h = copy.deepcopy(m), 1e-5
    for dot in (directions([m])[0], np.asfortranarray(directions([m])[0])):
        found = sct.hvp(fun, (m,), (dot,))
        ahead, behind = (np.copy(m) for _ in range(2))
        ahead += h * dot
        behind -= h * dot
        slope = (gradient_of(fun, [ahead], [dot])[0] - gradient_of(fun, [behind], [dot])[0]) / (2 * h)
        assert np.allclose(found, slope, rtol=1e-5, atol=1e-6)


def _every_second_column(x, n):
    b = np.outer(x, x)
    for _ in range(n):
        b = b * x[0] + np.sin(b)
        for _ in range(2):
            b = b * x[1]
    return b[:, ::2]


def test_results_of_functions_may_be_parts_of_larger_arrays():
    """Zeros like them would lie in memory in another way."""
    def f(a):
        r = _every_second_column(a[0], 2)
        c = r.ravel()
        c[0] = a[1, 1]
        return (r * r).sum() + c.sum()

    def g(a):
        r = _every_second_column(a[0], 2).copy()
        c = r.ravel()
        c[0] = a[1, 1]
        return (r * r).sum() + c.sum()
    assert refusal(f, M).code == "SCT601"
    check(g, M)


def test_text():
    gradient = sct.grad(reshaped_transpose)
    gradient(M)
    lines = [line.strip() for line in gradient.source.splitlines()]
    assert "if not np.may_share_memory(c_bar, transpose_b_bar):" in lines
