"""SciPy's solvers take derivatives as they are: against derivatives by hand, or without any."""

import math

import numpy as np
import pytest

import sct
from sct import ArgumentError

optimize = pytest.importorskip("scipy.optimize")
integrate = pytest.importorskip("scipy.integrate")
interface = pytest.importorskip("scipy.sparse.linalg")


def valley(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def quartic(x, a, b):
    return a * np.sum((x - b) ** 4)


def equations(x, shift):
    return np.array([x[0] * np.cos(x[1]) - 4.0 + shift, x[0] * x[1] - x[1] - 5.0])


def equations_in_a_list(x, shift):
    return [x[0] * math.cos(x[1]) - 4.0 + shift, x[0] * x[1] - x[1] - 5.0]


def by_hand(x, shift):
    return np.array([[np.cos(x[1]), -x[0] * np.sin(x[1])], [x[1], x[0] - 1.0]])


START = np.array([-1.2, 1.0, 0.5])


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "Newton-CG", "TNC", "SLSQP", "trust-constr"])
@pytest.mark.parametrize("start", [START, [2, 3, 1]], ids=["floats", "integers"])
def test_minimise_with_gradients(method, start):
    options = {"method": method, "options": {"maxfun": 1000} if method == "TNC" else {"maxiter": 1000}}
    together = optimize.minimize(sct.value_and_grad(valley), start, jac=True, **options)
    apart = optimize.minimize(valley, start, jac=sct.grad(valley), **options)
    hand = optimize.minimize(optimize.rosen, start, jac=optimize.rosen_der, **options)
    for run in (together, apart):
        assert run.x.dtype == np.float64 and np.allclose(run.x, 1.0, atol=5e-2 if method == "TNC" else 1e-3)
        assert abs(run.nit - hand.nit) <= 0.2 * hand.nit


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-krylov", "trust-exact", "dogleg", "trust-constr"])
def test_minimise_with_hessians_and_products(method):
    ways = [{"hess": sct.hessian(valley)}]
    if method not in ("trust-exact", "dogleg"):
        ways.append({"hessp": lambda x, p: sct.hvp(valley, (x,), (p,))})
    for way in ways:
        run = optimize.minimize(valley, START, jac=sct.grad(valley), method=method, **way)
        assert run.success and np.allclose(run.x, 1.0, atol=1e-4)


def test_minimise_passes_arguments_on():
    a, b = 2, np.arange(3)  # constants may be integers
    run = optimize.minimize(quartic, np.zeros(3), args=(a, b), jac=sct.grad(quartic), hess=sct.hessian(quartic),
                            method="trust-exact")
    product = optimize.minimize(quartic, np.zeros(3), args=(a, b), jac=sct.grad(quartic), method="trust-krylov",
                                hessp=lambda x, p, *args: sct.hvp(quartic, (x, *args), (p, *[None] * len(args))))
    assert np.allclose(run.x, b, atol=0.05) and np.allclose(product.x, b, atol=0.05)


def test_constraints():
    def disc(x):
        return 1.0 - x[0] ** 2 - x[1]

    def several(x):
        return np.array([x[0] ** 2 + x[1], x[0] - x[1] ** 2])
    scalar = optimize.minimize(valley, [0.5, 0.0], jac=sct.grad(valley), method="SLSQP",
                               constraints=[{"type": "ineq", "fun": disc, "jac": sct.grad(disc)}])
    bound = optimize.NonlinearConstraint(several, -np.inf, 1.0, jac=sct.jacrev(several),
                                         hess=lambda x, v: sct.hessian(lambda x: v @ several(x))(x))
    vector = optimize.minimize(valley, [0.5, 0.0], jac=sct.grad(valley), hess=sct.hessian(valley), method="trust-constr",
                               constraints=[bound])
    plain = optimize.minimize(valley, [0.5, 0.0], method="SLSQP", constraints=[{"type": "ineq", "fun": disc}])
    assert np.allclose(scalar.x, plain.x, atol=1e-5) and np.allclose(vector.x, plain.x, atol=1e-3)


@pytest.mark.parametrize("equations", [equations, equations_in_a_list])
@pytest.mark.parametrize("derivative", [sct.jacrev, sct.jacfwd])
def test_systems_of_equations(equations, derivative):
    jacobian, start = derivative(equations), [1.0, 1.0]
    for method in ("hybr", "lm"):
        ours = optimize.root(equations, start, args=(0.5,), jac=jacobian, method=method)
        hand = optimize.root(equations, start, args=(0.5,), jac=by_hand, method=method)
        assert ours.success and np.allclose(ours.x, hand.x, rtol=1e-12) and ours.nfev == hand.nfev
    assert np.allclose(optimize.fsolve(equations, start, args=(0.5,), fprime=jacobian), hand.x, rtol=1e-9)
    assert np.allclose(optimize.least_squares(equations, [1, 1], args=(0.5,), jac=jacobian).x, hand.x, rtol=1e-6)
    with pytest.raises(ArgumentError, match="SCT401.*array of int64"):  # these hand over what they were given
        optimize.root(equations, [1, 1], args=(0.5,), jac=jacobian)


def test_value_and_jacobian_together():
    pair = sct.jacrev(lambda x: (equations(x, 0.5),) * 2, has_aux=True)
    found = optimize.root(lambda x: pair(x)[::-1], [1.0, 1.0], jac=True)
    assert found.success and np.allclose(equations(found.x, 0.5), 0.0, atol=1e-9)


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares(method):
    def residuals(p, t, y):
        return p[0] * np.exp(-p[1] * t) - y
    t = np.linspace(0.0, 2.0, 20)
    y = 2.0 * np.exp(-1.5 * t)
    for jac in (sct.jacrev(residuals), sct.jacfwd(residuals)):
        for passed in ({"args": (t, y)}, {"kwargs": {"t": t, "y": y}}):
            found = optimize.least_squares(residuals, [1, 1], jac=jac, method=method, **passed)
            assert np.allclose(found.x, [2.0, 1.5])


def test_least_squares_without_a_matrix():
    """A Jacobian as an operator: products along and back, in an order that SciPy chooses."""
    def residuals(p):
        return np.concatenate([np.sin(p) + p - 1.0, p[1:] - p[:-1]])

    def operator(p):
        _, back = sct.vjp(residuals, p)
        return interface.LinearOperator((19, 10), matvec=lambda v: sct.jvp(residuals, (p,), (v.ravel(),))[1],
                                        rmatvec=lambda v: back(v.ravel())[0])
    ours = optimize.least_squares(residuals, np.zeros(10), jac=operator, tr_solver="lsmr")
    dense = optimize.least_squares(residuals, np.zeros(10), jac=sct.jacrev(residuals))
    assert ours.success and np.allclose(ours.x, dense.x, atol=1e-6)


def test_curve_fit():
    def model(t, height, rate):
        return height * np.exp(-rate * t)
    t = np.linspace(0.0, 2.0, 20)
    columns = sct.jacfwd(model, (1, 2))
    for method in ("lm", "trf", "dogbox"):
        best, _ = optimize.curve_fit(model, t, model(t, 2.0, 1.5), p0=[1.0, 1.0], method=method,
                                     jac=lambda *args: np.stack(columns(*args), axis=1))
        assert np.allclose(best, [2.0, 1.5])


def test_roots_of_one_equation():
    def cubic(x, c=5.0):
        return x**3 - 2.0 * x - c
    slope, bend = sct.grad(cubic), sct.grad(sct.grad(cubic))
    root = 2.0945514815423265
    assert np.isclose(optimize.newton(cubic, 2, fprime=slope), root, rtol=1e-14)
    assert np.isclose(optimize.newton(cubic, 2.0, fprime=slope, fprime2=bend), root, rtol=1e-14)
    assert np.isclose(optimize.root_scalar(cubic, x0=2, fprime=slope, fprime2=bend, method="halley").root, root, rtol=1e-14)
    together = optimize.root_scalar(sct.value_and_grad(cubic), x0=2, fprime=True, method="newton")
    assert np.isclose(together.root, root, rtol=1e-14)
    c = np.array([5.0, 6.0, 7.0])
    each = optimize.newton(cubic, np.full(3, 2.0), args=(c,),
                           fprime=lambda x, c: sct.jvp(cubic, (x, c), (np.ones_like(x), None))[1])
    assert np.allclose(cubic(each, c), 0.0, atol=1e-10)


def reaction(t, y, slow, fast, faster):
    a, b, c = y
    return np.array([fast * b * c - slow * a, slow * a - fast * b * c - faster * b * b, faster * b * b])


def reaction_in_a_list(t, y, slow, fast, faster):
    return [fast * y[1] * y[2] - slow * y[0], slow * y[0] - fast * y[1] * y[2] - faster * y[1] ** 2, faster * y[1] ** 2]


@pytest.mark.parametrize("reaction", [reaction, reaction_in_a_list])
@pytest.mark.parametrize("method", ["Radau", "BDF", "LSODA"])
def test_stiff_equations(reaction, method):
    options = {"method": method, "args": (0.04, 10_000, 30_000_000), "rtol": 1e-6, "atol": 1e-10}
    without = integrate.solve_ivp(reaction, (0, 100), [1, 0, 0], **options)
    for derivative in (sct.jacrev(reaction, "y"), sct.jacfwd(reaction, 1)):
        found = integrate.solve_ivp(reaction, (0, 100), [1, 0, 0], jac=derivative, **options)
        assert found.success and np.allclose(found.y[:, -1], without.y[:, -1], rtol=1e-4)


def test_older_integrators():
    args = 0.04, 1e4, 3e7
    jacobian = sct.jacrev(reaction, 1)
    expected = integrate.solve_ivp(reaction, (0, 100), [1, 0, 0], args=args, method="Radau", rtol=1e-8, atol=1e-12).y[:, -1]
    found = integrate.odeint(reaction, [1, 0, 0], [0.0, 100.0], args=args, Dfun=jacobian, tfirst=True)
    assert np.allclose(found[-1], expected, rtol=1e-4)
    solver = integrate.ode(reaction, jac=jacobian).set_integrator("lsoda", nsteps=5000, rtol=1e-8, atol=1e-12)
    solver.set_f_params(*args).set_jac_params(*args).set_initial_value([1.0, 0.0, 0.0])
    assert np.allclose(solver.integrate(100.0), expected, rtol=1e-4)


def test_boundary_values():
    def ends(a, b):
        return np.array([a[0], b[0] - 1.0])
    x = np.linspace(0.0, 1.0, 5)
    options = {"fun": lambda x, y: np.stack([y[1], -np.exp(y[0])]), "bc": ends, "x": x, "y": np.zeros((2, 5))}
    ours = integrate.solve_bvp(**options, bc_jac=sct.jacrev(ends, (0, 1)))
    assert ours.success and np.isclose(ours.sol(0.5)[0], integrate.solve_bvp(**options).sol(0.5)[0], rtol=1e-8)


def test_arrays_that_solvers_hand_over():
    """Read-only, strided and transposed ones; results are new, contiguous, writable and of the type of the argument."""
    strided, reversed_ = np.arange(6.0)[::2], np.arange(6.0)[::-2]
    strided.flags.writeable = False
    fresh = [sct.grad(valley)(strided), sct.hessian(valley)(reversed_), sct.hvp(valley, (strided,), (reversed_,)),
             sct.jacrev(equations)(strided, 0.0), sct.jacfwd(equations)(reversed_, 0.0),
             sct.vjp(lambda x: equations(x, 0.0), strided)[1](np.broadcast_to(1.0, 2))[0]]
    for result in fresh:
        assert result.dtype == np.float64 and result.flags.c_contiguous and result.flags.writeable
        assert not np.shares_memory(result, strided) and not np.shares_memory(result, reversed_)
    assert np.allclose(fresh[0], optimize.rosen_der(strided)) and np.allclose(fresh[1], optimize.rosen_hess(reversed_))
    assert np.allclose(fresh[2], optimize.rosen_hess_prod(strided, reversed_))


def test_directions_of_integers():
    """SciPy probes operators with vectors of integers: as directions they mean the same."""
    x = np.array([1.0, 2.0, 3.0])
    direction = np.array([1, 0, -2], dtype=np.int8)
    assert np.array_equal(sct.hvp(valley, (x,), (direction,)), sct.hvp(valley, (x,), (direction.astype(float),)))
    with pytest.raises(ArgumentError, match="SCT408"):
        sct.hvp(valley, (x,), (direction.astype(complex),))
    with pytest.raises(ArgumentError, match="SCT408"):
        sct.hvp(valley, (x.astype(np.float32),), (direction.astype(float),))
