"""Functions of complex numbers: both modes and second order against differences, and ``holomorphic=True`` against closed forms.

The convention is that of JAX: the cotangent of z = x + iy is that of x minus i times that of y, so that a change dz of z
changes a real function by Re(g dz), and holomorphic functions need no conjugates.
"""

import numpy as np
import pytest

import sct

RNG = np.random.default_rng(1)
Z = RNG.normal(size=3) + 1j * RNG.normal(size=3)
W = RNG.normal(size=3) + 1j * RNG.normal(size=3)
M = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))
ONE = 0.7 + 0.4j
ELEMENTWISE = [np.exp, np.log, np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh, np.sqrt, np.square, np.conj,
               np.abs, np.reciprocal, np.negative, np.arctan, np.arcsin, np.arccos, np.arcsinh, np.arctanh, np.expm1,
               np.log1p, np.log2, np.log10]


def writes(z):
    a = np.zeros(3, complex)
    for i in range(3):
        a[i] = z[i] * z[i - 1]
        a[i] *= 1j
    return a


def horner(z):
    s = 0j
    for k in range(4):
        s = s * z + k * 1j
    return s


def sum_of_squares(z):
    s = 0.0
    for k in range(4):
        s += abs(z**k + 1.0) ** 2
    return s


FUNCTIONS = [
    *((f"np.{f.__name__}", lambda z, f=f: f(z), Z) for f in ELEMENTWISE),
    ("np.real", lambda z: np.real(z), Z), ("np.imag", lambda z: np.imag(z), Z), ("np.angle", lambda z: np.angle(z), Z),
    ("add", lambda z: z + W, Z), ("multiply", lambda z: z * W * z, Z), ("divide", lambda z: W / z / (z + 1), Z),
    ("subtract", lambda z: 2.0 - z, Z), ("square", lambda z: z**2, Z), ("power", lambda z: z**2.5, Z),
    ("power of itself", lambda z: z**z, Z), ("exponent", lambda z: 2.0**z, Z), ("abs of a number", lambda z: abs(z), ONE),
    ("squared abs of a number", lambda z: abs(z) ** 2, ONE), ("one over a number", lambda z: 1 / (z + 2.0), ONE),
    ("powers of a number", lambda z: z**3 + z**0.5, ONE), ("parts of a number", lambda z: z.real * z.imag, ONE),
    ("conjugate of a number", lambda z: z.conjugate() * z, ONE), ("sum", lambda z: z.sum() ** 2, Z),
    ("mean", lambda z: np.mean(z) ** 2, Z), ("prod", lambda z: np.prod(z), Z), ("bilinear", lambda z: z @ M @ z, Z),
    ("vdot", lambda z: np.vdot(z, W * z), Z), ("outer", lambda z: np.outer(z, z), Z),
    ("inner", lambda z: np.inner(z, z * z), Z),
    ("index", lambda z: z[1] * z[::-1], Z), ("where", lambda z: np.where(z.real > 0, z * z, 1 / z), Z),
    ("stack", lambda z: np.stack([z, z * z]), Z), ("concatenate", lambda z: np.concatenate([z, z * z]), Z),
    ("reshape", lambda z: (z * z).reshape(3, 1), Z), ("transpose", lambda z: np.outer(z, z * z).T, Z),
    ("parts", lambda z: z.real * z.imag, Z), ("conjugate", lambda z: z.conj() * z, Z),
    ("solve", lambda z: np.linalg.solve(M, z) * z, Z), ("solve by the matrix", lambda m: np.linalg.solve(m, W), M),
    ("inv", lambda m: np.linalg.inv(m), M), ("det", lambda m: np.linalg.det(m), M), ("norm", lambda z: np.linalg.norm(z), Z),
    ("trace", lambda m: np.trace(m @ m), M), ("einsum", lambda m: np.einsum("ij,jk->ik", m, m), M),
    ("cumsum", lambda z: np.cumsum(z * z), Z), ("gram", lambda m: m.conj().T @ m, M), ("writes", writes, Z),
    ("horner", horner, ONE), ("sum of squares", sum_of_squares, ONE), ("distance", lambda z: np.abs(z - W).sum(), Z),
    ("largest", lambda z: np.abs(z).max(), Z), ("sorted", lambda z: np.sum(np.sort(np.abs(z)) * np.arange(3)), Z),
    ("from real", lambda x: np.exp(1j * x), np.array([0.1, 0.2, 0.3])), ("from a real number", lambda x: x * 1j + x * x, 0.3),
    ("complex()", lambda x: complex(x, x * x) ** 2, 0.3), ("complex(x)", lambda x: complex(x) ** 2 * 1j, 0.3),
]
CASES = [pytest.param(f, x, id=name) for name, f, x in FUNCTIONS]


def direction(x, rng):
    drawn = rng.normal(size=np.shape(x)) + (1j * rng.normal(size=np.shape(x)) if np.iscomplexobj(x) else 0.0)
    return drawn if isinstance(x, np.ndarray) else type(x)(drawn)


def by_differences(f, x, dx, h=1e-4):
    """The five-point derivative of ``f`` along ``dx``."""
    near, far = (np.asarray(f(x + k * h * dx)) - np.asarray(f(x - k * h * dx)) for k in (1, 2))
    return (8 * near - far) / (12 * h)


@pytest.mark.parametrize("f, x", CASES)
def test_both_modes_are_those_of_differences(f, x):
    rng = np.random.default_rng(2)
    dx = direction(x, rng)
    expected = by_differences(f, x, dx)
    out, change = sct.jvp(f, (x,), (dx,))
    np.testing.assert_allclose(change, expected, rtol=1e-8, atol=1e-8)
    assert np.iscomplexobj(change) == np.iscomplexobj(out) == np.iscomplexobj(f(x))
    out, pull_back = sct.vjp(f, x)
    bar = direction(out, rng)
    (gradient,) = pull_back(bar)
    assert np.iscomplexobj(gradient) == np.iscomplexobj(x)
    scale = np.sum(np.abs(gradient * dx))
    assert np.real(np.sum(bar * change)) == pytest.approx(np.real(np.sum(gradient * dx)), abs=1e-13 * scale)


@pytest.mark.parametrize("f, x", CASES)
def test_second_order_is_that_of_differences_of_the_gradient(f, x):
    def real(x):
        y = f(x)
        return np.sum(np.real(y) ** 2 + np.imag(y))

    dx = direction(x, np.random.default_rng(3))
    expected = by_differences(sct.grad(real), x, dx)
    np.testing.assert_allclose(sct.hvp(real, (x,), (dx,)), expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("f, x, slope, curvature", [
    (lambda z: z**3, 1 + 2j, 3 * (1 + 2j) ** 2, 6 * (1 + 2j)),
    (lambda z: np.exp(1j * z), 0.3 - 0.2j, 1j * np.exp(1j * (0.3 - 0.2j)), -np.exp(1j * (0.3 - 0.2j))),
    (horner, ONE, 2j * ONE + 2j, 2j),
])
def test_holomorphic_derivatives_of_numbers(f, x, slope, curvature):
    assert sct.grad(f, holomorphic=True)(x) == pytest.approx(slope)
    assert sct.value_and_grad(f, holomorphic=True)(x) == pytest.approx((f(x), slope))
    assert sct.jacrev(f, holomorphic=True)(x) == pytest.approx(slope)
    assert sct.jacfwd(f, holomorphic=True)(x) == pytest.approx(slope)
    assert sct.hessian(f, holomorphic=True)(x) == pytest.approx(curvature)
    assert sct.grad(sct.grad(f, holomorphic=True), holomorphic=True)(x) == pytest.approx(curvature)


def test_holomorphic_jacobians_of_arrays():
    def f(z):
        return z * z.sum()

    expected = Z[:, None] + np.eye(3) * Z.sum()
    np.testing.assert_allclose(sct.jacrev(f, holomorphic=True)(Z), expected)
    np.testing.assert_allclose(sct.jacfwd(f, holomorphic=True)(Z), expected)
    np.testing.assert_allclose(sct.hessian(lambda z: np.sum(z**3), holomorphic=True)(Z), np.diag(6 * Z))


def test_real_functions_of_complex_numbers():
    assert sct.grad(lambda z: abs(z) ** 2)(1 + 2j) == 2 - 4j
    assert sct.jacrev(lambda z: abs(z) ** 2)(1 + 2j) == 2 - 4j
    assert sct.hvp(lambda z: abs(z) ** 2, (1 + 2j,), (1j,)) == -2j
    np.testing.assert_allclose(sct.jacrev(lambda z: np.abs(z) ** 2)(Z), np.diag(2 * Z.conj()))
    np.testing.assert_allclose(sct.jacfwd(lambda x: np.exp(1j * x))(np.array([0.1])), [[1j * np.exp(0.1j)]])
    assert sct.grad(lambda z: abs(z))(0j) == 0j


def test_autograd_agrees():
    autograd = pytest.importorskip("autograd")
    anp = pytest.importorskip("autograd.numpy")
    for f, g in [(lambda z: np.abs(np.sum(z * z)) ** 2, lambda z: anp.abs(anp.sum(z * z)) ** 2),
                 (lambda z: np.sum(np.real(z) * np.imag(np.conj(z))), lambda z: anp.sum(anp.real(z) * anp.imag(anp.conj(z)))),
                 (lambda z: np.sum(np.angle(z)), lambda z: anp.sum(anp.angle(z)))]:
        np.testing.assert_allclose(sct.grad(f)(Z), autograd.grad(g)(Z), rtol=1e-12)
    np.testing.assert_allclose(sct.grad(lambda z: np.prod(np.sin(z)), holomorphic=True)(Z),
                               autograd.holomorphic_grad(lambda z: anp.prod(anp.sin(z)))(Z), rtol=1e-12)


def cube(z):
    return z**3


def magnitude(z):
    return abs(z)


@pytest.mark.parametrize("call, code, message", [
    (lambda: sct.grad(cube)(1j), "SCT505", "holomorphic=True"),
    (lambda: sct.grad(cube, holomorphic=True)(1.0), "SCT406", "which is real"),
    (lambda: sct.grad(magnitude, holomorphic=True)(1j), "SCT505", "returns a real number"),
    (lambda: sct.jacrev(cube)(1j), "SCT406", "returns complex numbers"),
    (lambda: sct.jacfwd(cube)(1j), "SCT406", "which is complex"),
    (lambda: sct.jacfwd(magnitude, holomorphic=True)(1j), "SCT406", "returns real numbers"),
    (lambda: sct.jacrev(cube, holomorphic=True)(1.0), "SCT406", "which is real"),
    (lambda: sct.hessian(magnitude)(1j), "SCT406", "which is complex"),
    (lambda: sct.grad(lambda z: np.sum(np.real(np.sign(z))))(Z), "SCT201", "sign"),
    (lambda: sct.jvp(lambda z: np.sign(z), (Z,), (Z,)), "SCT201", "sign"),
])
def test_what_does_not_fit_is_refused(call, code, message):
    with pytest.raises(sct.SctError, match=message) as raised:
        call()
    assert raised.value.code == code
