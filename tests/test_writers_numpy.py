"""NumPy's functions that write: chosen elements, ``ufunc.at``, ``out=`` and ``where=``, ``a.flat``, loops over all elements."""

import functools
import operator

import numpy as np
import pytest

import sct
from tests.oracle import X, parameters, program, refusal, run, tried

PROGRAMS, REFUSED = [], []
M = np.arange(1.0, 13.0).reshape(3, 4) / 7 + 0.03
S = np.array([[0.9, 0.2, -0.4], [0.5, 1.4, 0.3], [0.1, -0.6, 0.8]])
I = np.array([0, 2, 0, 1])
case = functools.partial(program, PROGRAMS)
refused = functools.partial(program, REFUSED)


# ----------------------------------------------------------------------------------------------------------------- np.put

@case(X)
def put_at_listed_positions(a):
    b = a * 2
    np.put(b, [0, 2], [a[1] * a[1], a[0]])
    return (b * b).sum()


@case(X, I)
def put_repeats_its_values(a, i):
    b = a * 2
    np.put(b, i, a[:2] * a[1])
    np.put(b, [3], a[2:])
    return (b * b * a).sum()


@case(X)
def put_one_value(a):
    b = a * 2
    np.put(b, [0, -1], a[1])
    b.put(2, [a[0] * a[3]])
    b.put(np.array([[1, 3]]), a[0] ** 2)
    return (b * b).sum()


@case(X)
def put_the_last_of_equal_positions_counts(a):
    b = a * 2
    b.put([1, 1], [a[0], a[3] ** 2])
    return (b * b).sum()


@case(M, np.array([3, -2, 7]))
def put_into_a_matrix(m, i):
    b = m * m
    np.put(b, i, m[0, :3])
    np.put(b, [5, 6], [m[0, 0], m[1, 1] ** 2])
    np.put(b.T, [1, 4], m[0, 2])
    return (b * b * m).sum()


@case(M)
def put_with_modes(m):
    b = m * m
    np.put(b, [13, -3], m[0, :2], mode="wrap")
    np.put(b, [-3, 99], m[1, :2], "clip")
    return (b * b * m).sum()


@case(S)
def put_along_an_axis(a):
    b = a * 2
    i = np.argmax(a, axis=1)[:, None]
    np.put_along_axis(b, i, a[:, :1] ** 2, axis=1)
    np.put_along_axis(b, np.argsort(a, axis=0), a * a[0], 0)
    return (b * b * a).sum()


@case(X)
def put_along_a_vector(a):
    b = a * 2
    np.put_along_axis(b, np.array([2, 0]), a[:2] * a[3], 0)
    return (b * b).sum()


@case(M)
def diagonals_filled(m):
    b = m * m
    np.fill_diagonal(b, m[0, 1] ** 2)
    c = m.T * m[0, 0]
    np.fill_diagonal(c, m[0, :2], wrap=True)
    np.fill_diagonal(c.T, 3.0)
    d = m[:, :3] * 2.0
    np.fill_diagonal(d, m[0, :3] * m[1, :3])
    return (b * m).sum() + (c * c).sum() + (d * d).sum()


@case(X)
def space_diagonal_filled(a):
    b = np.ones((2, 2, 2)) * a[0]
    np.fill_diagonal(b, a[1:3])
    return (b * b * a[3]).sum()


# ------------------------------------------------------------------------------------------------------------------ masks

@case(X)
def masks_put(a):
    b = a * 2
    np.putmask(b, a > 1, a * a)
    np.putmask(b, a < 0, a[0])
    np.putmask(b, np.array([1, 0, 0, 1]), a[:2])
    return (b * b).sum()


@case(M)
def masks_put_into_a_matrix(m):
    b = m * m
    np.putmask(b, m > 1, m[0, :3] * m[1, 1])
    np.place(b, m < 0.5, [m[2, 0], m[2, 1] ** 2])
    np.place(b, b > 1.5, [m[0, 0]])
    return (b * b * m).sum()


@case(X)
def copied_where(a):
    b = a * 2
    np.copyto(b, a * a, where=a > 0)
    np.copyto(b, 3.0 * a[0], where=a < 0)
    np.copyto(b, 1.0, where=[False, True, False, False])
    return (b * b * a).sum()


@case(M)
def copied_where_a_row_says_so(m):
    b = m * m
    np.copyto(b, m[0], where=m[1] > 0.8)
    np.copyto(b[1], m[0, 0], where=True)
    return (b * b * m).sum()


# --------------------------------------------------------------------------------------------------------------- ufunc.at

@case(X)
def added_and_subtracted_at(a):
    b = np.zeros(3)
    np.add.at(b, [0, 0, 1, 2], a * a)
    np.subtract.at(b, [0, 0, 1, 2], a)
    np.subtract.at(b, [0, 2], a[0] * a[1])
    return (b * b).sum()


@case(X, I)
def multiplied_and_divided_at(a, i):
    b = np.ones(3) * a[0]
    np.multiply.at(b, i, a)
    np.divide.at(b, [0, 0, 1, 2], a + 2)
    np.power.at(b, [1, 1], 2.0)
    return (b * b).sum()


@case(X, I)
def extremes_at(a, i):
    b, c = np.zeros(3), np.ones(3)
    np.maximum.at(b, i, a)
    np.minimum.at(c, i, a * a)
    return (b * b * c).sum() + c.sum()


@case(X, I)
def functions_of_one_argument_at(a, i):
    b = a * a
    np.negative.at(b, [0, 2])
    np.exp.at(b, [0, 2])
    np.sin.at(b, i)
    np.floor.at(b, [3])
    return (b * b * a).sum()


@case(M, I)
def rows_and_pairs_at(m, i):
    b = m * 2
    np.multiply.at(b, [0, 0, 2], m[1])
    np.multiply.at(b, i[:3], m)
    np.multiply.at(b, ([0, 0, 1], [1, 1, 3]), m[0, :3])
    np.add.at(b, (i, i), m[0])
    np.multiply.at(b, (slice(None), 0), m[:, 1])
    return (b * b).sum()


@case(X)
def at_with_what_it_writes(a):
    b = a * 2
    np.multiply.at(b, [1, 1, 2, 3], b)
    np.maximum.at(b[1:], [0, 2, 2], b[:3] * 3)
    np.add.at(b, [1, 1, 2], b[:3])
    np.put(b, [1, 2, 3], b)
    np.putmask(b, a > 0, b[::-1])
    return (b * b).sum()


@case(X)
def at_of_integers(a):
    i = np.array([1, 2, 3, 1])
    np.multiply.at(i, [0, 0, 1], i[1:])
    np.multiply.at(i, i % 4, 2)
    return (a[i % 4] * a).sum()


@case(X)
def at_a_mask(a):
    b = a * 2
    np.multiply.at(b, a > 0, a[0])
    np.multiply.at(b, 1, a[1])
    np.logaddexp.at(b, [1, 1], a[:2])
    return (b * b).sum()


# -------------------------------------------------------------------------------------------------------------------- out=

@case(X)
def out_where(a):
    b = a * 3
    np.multiply(a, a, out=b, where=a > 0)
    np.sqrt(a, out=b, where=a > 1)
    return (b * b).sum()


@case(X, np.array([0, 1, 2, 0]))
def quotient_where_it_exists(a, d):
    b = np.zeros_like(a)
    with np.errstate(all="raise"):
        np.divide(a, d, out=b, where=d != 0)
    return (b * b).sum()


@case(X, np.array([0, 1, 2, 0]))
def quotient_by_what_may_be_zero(a, d):
    b = np.ones_like(a)
    np.divide(1.0, d * a, out=b, where=d > 0)
    return (b * b * a).sum()


@case(M)
def out_where_with_broadcasting(m):
    b = m * 3
    np.multiply(m, m[0], out=b, where=m[1] > 0.8)
    np.add(m[0], 1.0, out=b, where=m > 1.2)
    np.multiply(b, m[0, 0], b, where=m[:, :1] < 0.5)
    return (b * b).sum()


@case(X)
def out_as_a_tuple(a):
    b, c, d = np.empty(4), np.empty(4), np.empty(4)
    np.sin(a, out=(b,))
    np.divmod(a, 0.5, out=(None, d))
    f, i = np.modf(a * 3, c, np.empty(4))
    d += np.add(a, 1.0, out=(None,))
    return (b * b).sum() + (c * f * a).sum() + (d * a).sum() + i[0]


@case(M)
def out_of_reductions(m):
    b, c = np.empty(4), np.empty((3, 1))
    np.sum(m * m, axis=0, out=b)
    s = np.mean(m, 1, None, c, keepdims=True)
    d = np.max(m * m[0], axis=0, out=np.empty(4))
    e = np.zeros(())
    np.prod(m[0], out=e)
    (m * 2).sum(axis=1, out=c[:, 0])
    return (b * b * d).sum() + (s * c).sum() + e


@case(M)
def out_of_running_sums(m):
    b = np.empty((3, 4))
    np.cumsum(m * m, axis=0, out=b)
    m.cumprod(axis=1, out=b[:, ::-1])
    np.cumsum(b[0], out=b[0])
    return (b * b).sum()


@case(M)
def out_of_products(m):
    b = np.empty((3, 3))
    np.dot(m, m.T, out=b)
    np.matmul(b, b, out=b)
    c = np.empty((4, 3))
    np.einsum("ij,ik->jk", m, b, out=c)
    m.dot(c, b)
    return (b * b).sum() + c.sum()


@case(X)
def out_of_shapers(a):
    b, c, d = np.empty(8), np.empty((2, 4)), np.empty(2)
    np.concatenate([a, a * a], out=b)
    np.stack([b[4:], a], out=c)
    np.take(a, [3, 3], out=d)
    a.clip(-0.2, 1.5, out=c[0])
    np.round(a, 1, out=b[:4])
    return (b * b).sum() + (c * c).sum() + (d * a[:2]).sum()


@case(X)
def out_over_what_is_read(a):
    b = a * 1.0
    np.multiply(b[1:], b[:-1], out=b[1:])
    np.add(b[::-1], b, out=b)
    np.take(b, [3, 2, 1, 0], out=b)
    return (b * b * a).sum()


@case(X)
def out_in_other_precisions(a):
    b = np.empty(4, np.float32)
    np.multiply(a, 2.0, out=b)
    c = np.empty(1, np.float32)
    np.sum(a * a, axis=0, keepdims=True, out=c)
    return float(0.0 * np.sum(b) + 0.0 * c[0]) + np.sum(a * a)


# ------------------------------------------------------------------------------------------------------- order, new arrays

@case(np.array([0.7, 1.3, -0.4, 2.1, 0.2, -1.7]))
def partitioned(a):
    b = a * a
    b.partition(2)
    c = np.partition(a * a[0], [1, 3])
    return b[:3].sum() * a[0] + c[2:4].sum()


@case(S)
def partitioned_along_axes(m):
    b = m * m
    b.partition(1, axis=0)
    c = np.partition(m, 1)
    return (b[1] * m[0]).sum() + (c[:, 1] * b[0]).sum() + np.partition(m, 4, None)[4]


@case(X)
def resized(a):
    b = np.resize(a, (2, 3))
    b[0] *= a[0]
    return (b * b).sum() + np.resize(a * a, 2).sum() + np.resize(a, 9)[8]


@case(X)
def cleaned_in_place(a):
    b = a * 2
    np.nan_to_num(b, copy=False)
    c = np.nan_to_num(b, copy=False, nan=1.0)
    c[1] = a[0] ** 2
    d = np.nan_to_num(b, copy=True)
    d[0] *= a[1]
    operator.setitem(b, 2, a[3] * d[0])
    return (b * b).sum() + (d * b).sum()


@case(M)
def written_through_steps_and_rows(m):
    b = m * m
    np.multiply(b[:, ::2], m[:, 1::2], out=b[:, ::2])
    np.sqrt(b.T, out=b.T, where=b.T > 1)
    for row in b:
        np.multiply(row, m[0], out=row, where=row > 0.5)
    return (b * b).sum()


@case(X)
def another_view(a):
    b = a * 1.0
    c = b.view()
    c[0] = a[1] ** 2
    d = c.view(np.ndarray)
    d *= c
    return (b * b).sum()


# -------------------------------------------------------------------------------------------------- elements one by one

@case(X)
def flat_written(a):
    b = np.zeros((2, 2))
    b.flat[1] = a[0] ** 2
    b.flat[2:] = a[2:]
    b.flat[-1] += a[1]
    b.flat[[0, 1]] *= a[:2]
    return (b * b).sum()


@case(M)
def flat_of_a_transposed_matrix(m):
    b = m * m
    b.T.flat[1:5] = m[0, :3]
    b.flat[m.ravel() > 1.2] = m[0, 0]
    c = b.T.flat[2:4]
    c *= m[0, 0]
    b.T.flat = m[1, :2]
    return (b * b * m).sum() * b.T.flat[4] + c.sum()


@case(X)
def flat_of_a_vector(a):
    b = a * 2
    b.flat[0] = a[1]
    b.flat[1:3] = [a[2], a[0] ** 2]
    c = b.flat[1:]
    c[0] = 5.0
    b.flat[...] = b.flat[...] * a
    return (b * b).sum() + c.sum()


@case(X, 2)
def flat_read(a, k):
    b = a.reshape(2, 2) * 2
    s = 0.0
    for v in b.flat:
        s += v * v
    for i, v in enumerate(b.T.flat):
        s += i * v
    return s + b.flat[1] * b.flat[-k] + sum(b.flat) * max(b.flat)


@case(M, 3)
def flat_kept(m, n):
    f = m.flat
    s = f[3]
    for k in range(n):
        s += f[k] * f[-k - 1]
    g = m.T.flat
    x, y = next(g), next(g)
    t = sum(g)
    for _ in g:
        t = t * 100.0
    return s * x + y * y * t


@case(M)
def flat_beside_others(m):
    s = 0.0
    for x, y in zip(m.flat, (m * m).T.flat):
        s += x * y
    xs = list(m[0].flat)
    return s * xs[1] + sum(m[i] ** 2 for i in np.ndindex(3, 4)) + np.array([m[i, j] for i, j in np.ndindex(2, 2)]).sum()


@case(M)
def flat_sees_what_is_written(m):
    b = m * m
    s, k = 0.0, 1
    for v in b.T.flat:
        s += v * v
        if k < 12:
            b[k % 3, k // 3] += v * m[0, 0]
        k += 1
    return s


@case(X)
def loop_over_indices(a):
    b = a * 2
    for i in np.ndindex(4):
        b[i] *= a[i]
    for (i,) in np.ndindex(3):
        b[i + 1] += b[i] * b[i]
    return b.sum()


@case(M)
def loop_over_indices_of_a_matrix(m):
    b = m * 1.0
    for i, j in np.ndindex(m.shape):
        if m[i, j] > 1.5:
            break
        if j == 1:
            continue
        b[i, j] *= m[i, j - 1]
    for index in np.ndindex(*b.shape):
        b[index] += b[0, 0] * m[index]
    for i, j, k in np.ndindex((2, 2, 2)):
        b[i, j] += i * m[k, j] * b[k, i]
    return (b * b).sum()


@case(M)
def numbered_elements(m):
    s, b = 0.0, m * 2
    for (i, j), v in np.ndenumerate(m):
        s += i * v * v + j * v
        b[i, j] *= b[0, 0] * 0.3
    for index, v in np.ndenumerate(b[0]):
        s += v * b[1][index]
    return s


@case(X)
def indices_taken_one_by_one(a):
    it = np.ndindex(4)
    i, = next(it)
    s = a[i] ** 2
    for (j,) in it:
        s = s * a[j] + a[j]
    for _ in it:
        s = s * 100
    return s


# ---------------------------------------------------------------------------------------------- in functions and loops

def _put_and_scaled(b, i, v):
    np.put(b, i, v)
    np.multiply.at(b, i, v)
    return b


@case(X)
def in_a_helper(a):
    b = a * 2
    c = _put_and_scaled(b, [1, 1], a[:2])
    f, g = functools.partial(np.multiply.at), np.add.at
    f(b, [0, 0], a[1])
    g(b, [1, 1], a[:2])
    return (c * b).sum()


@case(X)
def flat_in_a_closure(a):
    b = (a * 2).reshape(2, 2)

    def at(k):
        return b.flat[k]
    c = np.zeros(())
    c.flat[0] = at(1)
    return at(0) * at(3) + c * a[0]


@case(M)
def diagonals_in_a_loop(m):
    b = np.zeros((3, 3))
    for k in range(3):
        np.fill_diagonal(b[:, :], m[k, :3] * b[0, 0] + m[k, 0])
    return (b * b).sum()


@case(M)
def where_in_a_loop(m):
    b = m * m
    c = np.zeros_like(b)
    for _ in range(3):
        np.divide(b, b - 1.3, out=c, where=abs(b - 1.3) > 0.05)
        np.copyto(b, np.tanh(c), where=c > 0)
    return (b * c).sum()


@case(X)
def into_an_argument(a):
    np.put(a, [0, 2], a[1] ** 2)
    a.flat[1] = a[0] * 2
    np.sin.at(a, [3, 3])
    return (a * a).sum()


@case(M)
def into_a_reshaped_argument(a):
    c = a.ravel()
    c[1] = a[0, 0] ** 2
    np.put(c, [2], c[1])
    return (a * a).sum()


@case(X)
def logarithms_where_they_exist(a):
    b = np.empty(4)
    with np.errstate(all="ignore"):
        np.log(a, out=b, where=a > 0)
        np.copyto(b, 0.0, where=a <= 0)
    return (b * b).sum()


@case(X)
def left_early(a):
    b = a * 2
    for i in np.ndindex(4):
        if b[i] < 0:
            return b.sum() * b[i]
        b[i] *= a[0]
    return b.sum()


@case(M)
def indices_until_none_is_left(m):
    it = np.ndindex(3, 4)
    s = 0.0
    while True:
        i = next(it, None)
        if i is None:
            break
        s += m[i] ** 2
    return s


test_program = tried(run, PROGRAMS)


# ------------------------------------------------------------------------------------------------------------------ refusals

@refused(X, code="SCT604", says="float32")
def values_that_do_not_fit(a):
    b = np.zeros(4, np.float32)
    np.putmask(b, a > 0, a)
    return b.sum()


@refused(X, code="SCT604", says="int64")
def floats_copied_to_integers(a):
    b = np.zeros(4, int)
    np.copyto(b, a)
    return (b * a).sum()


@refused(X, code="SCT604", says="float32")
def no_cast_for_dot(a):
    b = np.empty((), np.float32)
    np.dot(a, a, out=b)
    return b.sum()


@refused(M, code="SCT603", says="another shape")
def larger_out_of_a_reduction(m):
    b = np.empty((3, 4))
    np.sum(m, axis=0, out=b)
    return b.sum()


@refused(X, code="SCT605", says="reads")
def joined_over_itself(a):
    b = a * 2
    np.concatenate([b[2:], b[:2]], out=b)
    return (b * a).sum()


@refused(X, code="SCT605", says="unfinished")
def one_result_unfinished(a):
    b = a * 2
    q, r = np.divmod(a, 2.0, out=(b, None), where=a > 0)
    return (q * r).sum()


@refused(X, code="SCT204", says="where")
def nothing_to_leave_unwritten(a):
    return np.multiply(a, a, out=(None,), where=a > 0)[0]


@refused(X, code="SCT605", says="bytes")
def view_of_another_type(a):
    b = a * 1.0
    c = b.view(np.int64)
    c[0] = 5
    return b.sum()


@refused(M, code="SCT609", says="reshape")
def shape_assigned(m):
    b = m * m
    b.shape = (4, 3)
    return (b[0] * b[1]).sum()


@refused(X, code="SCT605", says="np.resize")
def resized_in_place(a):
    b = a * 1.0
    b.resize(6)
    return b.sum()


@refused(X, code="SCT711", says="np.ndindex")
def nditer(a):
    b = a * 2
    with np.nditer(b, op_flags=["readwrite"]) as it:
        for x in it:
            x[...] = x * x
    return b.sum()


@refused(X, code="SCT605", says="mask")
def a_mask_for_positions(a):
    b = a * 2
    np.put(b, a > 0, 1.0)
    return b.sum()


@refused(M, code="SCT605", says="loop")
def matrix_of_indices(m):
    b = m * 2
    np.multiply.at(b, np.array([[0, 0], [1, 1]]), 2.0)
    return b.sum()


@refused(X, code="SCT601", says="one by one")
def flat_written_with_itself(a):
    b = a * 2
    b.flat[1:] = b
    return (b * a).sum()


@refused(S, code="SCT601", says="one by one")
def diagonal_filled_with_a_column(m):
    b = m * 2
    np.fill_diagonal(b, b[::-1, 0])
    return (b * m).sum()


@refused(X, code="SCT601", says="one by one")
def placed_what_is_there(a):
    b = a * 2
    np.place(b, a > 0, b[1:])
    return (b * a).sum()


@refused(M, code="SCT711", says="how far")
def flat_gone_through_and_indexed(m):
    f = m.flat
    s = f[3]  # here NumPy lets the iterator begin anew
    for x in f:
        s += x
    return s


@refused(M, code="SCT711", says="passed to `sum`")
def flat_given_to_numpy(m):
    return np.sum(m.flat) * m[0, 0]


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    error = refusal(fun, *args)
    assert error.code == options["code"] and options["says"] in str(error)


# -------------------------------------------------------------------------------------------------------------------- texts

def lines_of(fun, *args):
    gradient = sct.grad(fun)
    gradient(*args)
    return [line.strip() for line in gradient.source.splitlines()]


def test_text_of_writes():
    assert "b[[0, 2]] = np.array([a_1 * a_1, a[0]])" in lines_of(put_at_listed_positions, X)
    assert "np.subtract.at(b, [0, 0, 1, 2], a)" in lines_of(added_and_subtracted_at, X)
    assert "b[[0, 2]] -= a_0 * a_1" in lines_of(added_and_subtracted_at, X)
    assert "b[mask] = multiply" in lines_of(out_where, X)
