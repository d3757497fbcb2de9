"""Each way to write into arrays and to look at parts of them: right in every mode, and next to it what must be refused."""

import ctypes
import warnings
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import check, judged, program, tried
from tests.points import M, X, Y

PROGRAMS = []
OUTSIDE = np.ones(4)
OBJECTS = np.array([1.0, 2.0], dtype=object)
RECORDS = np.zeros(4, dtype=[("a", float), ("b", float)])
case = partial(program, PROGRAMS)


# ------------------------------------------------------------------------------------------------------- what is assigned to

@case(M, M[::-1] * 0.9)
def element(a, v):
    a[0, 1] = v[0, 0] * a[1, 1]
    a[-1][2] = a[0, 1]
    return np.sum(a * a)


@case(M, M[::-1] * 0.9)
def slices_axes_and_steps(a, v):
    a[1] = v[0]
    a[:2] = v[1:] * a[1:]
    a[::2] = v[:2]
    a[:, 1] = a[2]
    a[1:, ::-2] = v[:2, :2]
    return np.sum(a * a)


@case(M, M[::-1] * 0.9)
def ellipsis(a, v):
    a[...] = a * v
    a[..., 0] = v[0]
    a[0, ...] *= v[1]
    return np.sum(a * a)


@case(M, M[::-1] * 0.9)
def boolean_mask(a, v):
    a[v > 0.5] = v[v > 0.5] * 2
    a[a < 0.2] = v[0, 0]
    a[np.array([True, False, True])] *= v[0]
    return np.sum(a * a)


@case(M, M[::-1] * 0.9)
def integer_arrays(a, v):
    a[[0, 2]] = v[:2]
    a[np.array([0, 0]), np.array([1, 1])] = v[0, :2]
    a[:, [2, 0]] *= v[:, :2]
    return np.sum(a * a)


@case(M, X[:3])
def broadcast_value(a, v):
    a[:2] = v
    a[:, 1:] = v[:, None]
    a[:] = a[0, 0] * v
    return np.sum(a * a * a)


@case(X, refused=("AliasingError", "SCT601"))
def refused_indices_from_the_array_itself(x):
    i = np.array([1, 2, 3, 0])
    i[i] = i * 1  # refused
    return np.sum(x[i] * x)


@case(X, refused=("AliasingError", "SCT603"))
def refused_value_of_more_dimensions(x):
    a = x * 1.0
    a[0] = x  # refused
    return np.sum(a)


# ----------------------------------------------------------------------------------------- augmented: in place, or rebinding

OPERATORS = ("+=", "-=", "*=", "/=", "**=")
AUGMENTED = '''
def augmented(x, y):
    a, c = x * 1.0 + 2.0, x[0] + 2.0
    same, number = a, c
    a[0] {0} y[1]
    a[1:] {0} y[:-1]
    a {0} y
    same[::-1] {0} a[1]
    c {0} y[0]
    return np.sum(a * same) + c * number
'''


@pytest.mark.parametrize("symbol", OPERATORS)
def test_augmented(symbol):
    """Elements, slices, whole arrays and other names of them change in place; numbers are bound anew."""
    text = AUGMENTED.format(symbol)
    space = {"np": np}
    exec(text, space)
    expected = check_of(space["augmented"])
    found = sct.grad_from_source(text, namespace={"np": np})(X, np.abs(Y) * 0.5)
    assert np.allclose(found, expected, rtol=1e-6)


def check_of(fun, h=1e-6):
    """Central differences by the first argument."""
    slopes = np.zeros(4)
    for k in range(4):
        up, down = X.copy(), X.copy()
        up[k] += h
        down[k] -= h
        slopes[k] = (fun(up, np.abs(Y) * 0.5) - fun(down, np.abs(Y) * 0.5)) / (2 * h)
    return slopes


@case(M)
def matrix_product_in_place(m):
    a = m * 1.0
    same, t = a, a.T
    a @= m
    a[0, 1] = same[1, 1] * a[2, 0]
    a @= t
    for _ in range(2):
        same @= a * 0.3
    return np.sum(same * m) + t[0, 1]


@case(M, refused=("AliasingError", "SCT603"))
def refused_matrix_product_into_a_part(m):
    a = m * 1.0
    a[:] @= m  # refused
    return np.sum(a)


@case(X, refused=("AliasingError", "SCT603"))
def refused_sum_of_another_shape(x):
    a = x * 1.0
    a += np.ones((2, 4))  # refused
    return np.sum(a)


@case(X, refused=("AliasingError", "SCT604"))
def refused_floats_added_to_integers(x):
    k = np.arange(4)
    k += 0.5  # refused
    return np.sum(k * x)


@case(X, refused=("AliasingError", "SCT604"))
def refused_complex_into_floats(x):
    a = x * 1.0
    a[0] = x[1] * 1j  # refused
    return np.sum(a)


# --------------------------------------------------------------------------------------------------------- NumPy's own writers

@case(X, Y)
def out(x, y):
    a, b = x * 1.0, np.empty(4)
    np.add(a, y, out=b)
    np.multiply(b, a, a)
    np.sin(b, out=b)
    np.dot(np.outer(x, y), b, out=x)
    np.maximum(a, b, out=a, where=y > 0)
    return np.sum(a * b) + np.sum(x)


@case(X, refused=("AliasingError", "SCT604"))
def refused_out_of_integers(x):
    k = np.zeros(4, dtype=int)
    np.add(x, x, out=k)  # refused
    return np.sum(k * x)


@case(X, Y)
def writers(x, y):
    a = x * 1.0
    np.add.at(a, [0, 2, 0], y[:3])
    np.copyto(a[1:], y[:-1] * a[0])
    np.put(a, [0, 3], y[1:3] * x[0])
    a.fill(a[0] * y[1])
    a[1:] += x[1:]
    a.sort()
    m = np.outer(a, y)
    np.fill_diagonal(m, a * x)
    np.place(a, y > 0, y)
    np.putmask(a, y < 0, x)
    return np.sum(m * m) + np.sum(a * a)


@case(X, refused=("AliasingError", "SCT605"))
def refused_resize(x):
    a = x * 1.0
    a.resize(6)  # refused
    return np.sum(a)


@case(X, refused=("AliasingError", "SCT609"))
def refused_shape_assigned(x):
    a = x * 1.0
    a.shape = (2, 2)  # refused
    return np.sum(a[0])


@case(X, refused=("UnsupportedTypeError", "SCT711"))
def refused_nditer(x):
    a = x * 1.0
    for v in np.nditer(a, op_flags=["readwrite"]):  # refused
        v[...] = 2 * v
    return np.sum(a * a)


# ------------------------------------------------------------------------------------------------------------------ buffers

@case(X, 3)
def buffers(x, n):
    a, b, c, d = np.zeros(4), np.ones((2, 4)), np.empty(4), np.full(4, 2.0)
    e, f, g, h = np.zeros_like(x), np.ones_like(x), np.empty_like(b), np.full_like(x, 0.5)
    for k in range(n):
        a[k], b[1, k], c[:] = x[k], x[0] * a[k], x * x
        d *= c
        e[k + 1] = d[k]
        f += e
        g[:] = b * f
        h[k] = g[1, k]
    i = h.copy()
    i[0] = h[1] * a[0]
    return np.sum(g * h) + np.sum(i * i)


@case(X, 4)
def swapped_buffers(x, n):
    u, v = x.copy(), np.zeros(4)
    for _ in range(n):
        v[1:-1] = 0.5 * (u[:-2] + u[2:]) * u[1:-1]
        u, v = v, u
    return np.sum(u * u) + v[1]


@case(X, 4)
def three_levels_of_time(x, n):
    old, now, new = x * 0.9, x.copy(), np.zeros(4)
    for _ in range(n):
        new[1:-1] = 2 * now[1:-1] - old[1:-1] + 0.1 * np.sin(now[2:]) * now[:-2]
        old, now, new = now, new, old
    return np.sum(now * old)


@case([[0.3, 0.7], [1.1, 0.4]], refused=("AliasingError", "SCT602"))
def refused_lists_exchanged(p):
    a, b = p[0], p[1]
    for _ in range(len(p)):
        a[0] = b[1] * a[1]  # refused
        a, b = b, a
    return a[0] + b[1]


# ---------------------------------------------------------------------------------------------------- arguments, and outside

@case(X, {"w": Y, "b": [M, 2.0]})
def arguments_written(x, p):
    x[1:] *= x[:-1]
    p["w"][0] = x[2] * p["b"][0][0, 0]
    p["b"][0][1] += p["w"][:3]
    p["b"][1] *= x[0]
    return np.sum(p["w"] * x) + np.sum(p["b"][0] ** 2) * p["b"][1]


@case(X, refused=("AliasingError", "SCT608"))
def refused_global_written(x):
    OUTSIDE[1] = 2.0 * x[0]  # refused
    return np.sum(OUTSIDE * x)


@case(X, refused=("AliasingError", "SCT608"))
def refused_global_through_a_view(x):
    v = OUTSIDE[1:]
    v *= x[0]  # refused
    return np.sum(OUTSIDE * x)


@case(X, refused=("AliasingError", "SCT608"))
def refused_global_as_out(x):
    np.add(x, x, out=OUTSIDE)  # refused
    return np.sum(OUTSIDE * x)


def _capturing():
    kept = np.ones(4)

    def refused_captured_written(x):
        kept[1:] *= x[1:]  # refused
        return np.sum(kept * x)
    return refused_captured_written


case(X, refused=("AliasingError", "SCT608"))(_capturing())


@case(X, OBJECTS, refused=("AliasingError", "SCT601"))
def refused_objects(x, o):
    o[0] = x[0] * 2  # refused
    return o[0] * x[1]


@case(X, RECORDS, refused=("UnsupportedTypeError", "SCT705"))
def refused_records(x, r):
    r["a"][0] = x[0] * 2  # refused
    return np.sum(r["a"])


@case(X)
def arrays_by_their_class(x):
    a = np.ndarray((2, len(x)), dtype=x.dtype)
    b = np.ndarray(len(x))
    for i in range(len(x)):
        a[0, i] = x[i] ** 2
        a[1, i] = a[0, i] * x[-1]
        b[i] = a[1, i] * x[0]
    return np.sum(a) + np.sum(b * b)


@case(X, refused=("AliasingError", "SCT605"))
def refused_array_over_memory(x):
    a = x * 1.0
    b = np.ndarray((2,), float, a)  # refused
    b[0] = 3.0
    return np.sum(a * a)


@case(X, refused=("AliasingError", "SCT605"))
def refused_memoryview(x):
    a = x * 1.0
    memoryview(a)[0] = x[1]  # refused
    return np.sum(a * a)


@case(X, refused=("MissingRuleError", "SCT201"))
def refused_frombuffer(x):
    a = x * 1.0
    b = np.frombuffer(a)  # refused
    b[0] = 3.0
    return np.sum(a * a)


@case(X, refused=("AliasingError", "SCT605"))
def refused_ctypes(x):
    a = x * 1.0
    p = a.ctypes.data_as(ctypes.POINTER(ctypes.c_double))  # refused
    p[0] = 3.0
    return np.sum(a * a)


@case(X, refused=("AliasingError", "SCT605"))
def refused_data(x):
    a = x * 1.0
    a.data[0] = 3.0  # refused
    return np.sum(a * a)


@case(X, refused=("AliasingError", "SCT605"))
def refused_base(x):
    a = x * 1.0
    a[1:].base[0] = 3.0  # refused
    return np.sum(a * a)


@case(X, refused=("AliasingError", "SCT605"))
def refused_as_strided(x):
    a = x * 1.0
    b = np.lib.stride_tricks.as_strided(a, (3, 2), (8, 8))  # refused
    b[0] = 3.0
    return np.sum(a * a)


@case(X, refused=("AliasingError", "SCT605"))
def refused_other_type_of_the_bytes(x):
    a = x * 1.0
    b = a.view(np.int64)  # refused
    b[0] = 3
    return np.sum(a * a)


# -------------------------------------------------------------------------------------------------------------------- views

@case(M)
def views(m):
    a = m * 1.0
    a.T[0] *= a[1]
    a.reshape(-1)[::4] += a[0, 1]
    a.ravel()[1] = a[2, 2] * a[0, 0]
    a[..., None][0, :, 0] *= 2.0
    np.swapaxes(a, 0, 1)[2] *= a[0]
    np.asarray(a)[1, 1] = a[0, 2] ** 2
    np.squeeze(a[None])[2] *= a[1]
    for row in a:
        row *= row[1]
    a[1:][::-1][0][1:] += a[0, :2]
    return np.sum(a * a)


@case(M)
def view_written_base_read_and_back(m):
    a = m * 1.0
    v, w = a[1:], a[1:].T
    v[0] *= a[0]
    s = np.sum(a[1] * w[:, 1])
    a[2] = s * v[0]
    return np.sum(v * v) * w[0, 0]


@case(X)
def overlapping_slices(x):
    u = x * 1.0
    u[1:] += u[:-1]
    u[:-1] *= u[1:]
    u[:] = u[::-1] * u
    return np.sum(u * u * np.arange(1.0, 5.0))


@case(M)
def copies_where_numpy_copies(m):
    m = m.T * 1.0
    f = m.T.reshape(-1)
    f[0] = 7.0 * m[0, 1]
    g = m[:, :2].ravel()
    g *= 3.0
    return np.sum(m * m) + np.sum(f * f) + np.sum(g)


@case(M)
def diagonal_read(m):
    a = m * 1.0
    d = np.diagonal(a)
    a[1, 1] = d[0] * d[2]
    return np.sum(d * d * a[0])


def test_diagonals_cannot_be_written():
    """The gradient raises what the function raises."""
    def f(m):
        d = np.diagonal(m)
        d[0] = 1.0
        return np.sum(m)
    with pytest.raises(ValueError, match="read-only"):
        sct.grad(f)(M.copy())


@case(X, refused=("AliasingError", "SCT601"))
def refused_write_through_broadcast_to(x):
    b = np.broadcast_to(x, (2, 4))
    b[0] = 1.0  # refused
    return np.sum(b)


@case(np.asfortranarray(M), refused=("AliasingError", "SCT607"))
def refused_reshaped_argument_that_is_written_to(m):  # refused
    f = m[:, :2].reshape(-1)
    f[0] = 5.0
    return np.sum(m * m)


def _both(x, y):
    x[0] = y[1] * 2.0
    return np.sum(x * y)


@pytest.mark.parametrize("second", [lambda z: z, lambda z: z[::-1], lambda z: z[:], lambda z: z.reshape(2, 2).ravel()])
def test_arguments_that_share_memory_are_refused(second):
    z = X.copy()
    with pytest.raises(sct.errors.AliasingError) as refused:
        sct.grad(_both, (0, 1))(z, second(z))
    assert refused.value.code == "SCT607" and refused.value.hint
    assert np.array_equal(z, X)


# ------------------------------------------------------------------------------------------------------------------ harness

test_program = tried(judged, PROGRAMS)


def test_floats_into_integers_warn():
    """What is cut off has no derivative."""
    def f(x):
        k = np.zeros(4, dtype=int)
        k[:] = x * 3
        return np.sum(k * x)
    with pytest.warns(UserWarning, match="has the derivative zero"):
        found = sct.grad(f)(X)
    assert np.array_equal(found, (X * 3).astype(int))


def test_memory_maps(tmp_path):
    """One that is opened for writing is not written to, and is refused as an argument like every subclass of arrays."""
    m = np.memmap(tmp_path / "m", dtype=float, mode="w+", shape=(4,))
    m[:] = X

    def f(x, held):
        held[0] = x[1] * 2
        return np.sum(held * x)
    with pytest.raises(sct.errors.AliasingError):
        sct.grad(f)(X, m)
    with pytest.raises(sct.errors.ArgumentError):
        sct.grad(lambda x: np.sum(x * x))(m)
    assert np.array_equal(m, X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(lambda x, held: np.sum(held * x * x), X, np.asarray(m), wrt=(0,))
