"""SciPy's minimisers on Rosenbrock's valley and on a logistic regression: with gradients, Hessians and products."""

import numpy as np
from scipy.optimize import minimize, rosen_der, rosen_hess

import sct
from sct.data import diabetes


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


start = [2, 0, 2, 1, 0, 2]  # SciPy makes floats of it
value_and_slope, slope, curvature = sct.value_and_grad(rosenbrock), sct.grad(rosenbrock), sct.hessian(rosenbrock)


def along(x, p):
    """The Hessian times a vector, in the order in which SciPy asks for it."""
    return sct.hvp(rosenbrock, (x,), (p,))


runs = {
    "BFGS, differences": minimize(rosenbrock, start, method="BFGS"),
    "BFGS, jac=True": minimize(value_and_slope, start, jac=True, method="BFGS"),
    "L-BFGS-B, jac=True": minimize(value_and_slope, start, jac=True, method="L-BFGS-B"),
    "Newton-CG, hessp": minimize(rosenbrock, start, jac=slope, hessp=along, method="Newton-CG"),
    "trust-exact, hess": minimize(rosenbrock, start, jac=slope, hess=curvature, method="trust-exact"),
    "trust-exact, by hand": minimize(rosenbrock, start, jac=rosen_der, hess=rosen_hess, method="trust-exact"),
}
for name, run in runs.items():
    print(f"{name:22} {run.nit:4d} iterations {run.nfev:5d} values, |x - 1| = {np.abs(run.x - 1.0).max():.1e}")

ours, hand = runs["trust-exact, hess"], runs["trust-exact, by hand"]
assert (ours.nit, ours.nfev) == (hand.nit, hand.nfev) and np.allclose(ours.x, hand.x, rtol=1e-9, atol=0.0)
assert runs["BFGS, jac=True"].nfev * 5 < runs["BFGS, differences"].nfev
assert all(np.allclose(run.x, 1.0, atol=1e-3) for run in runs.values())


def cross_entropy(w, X, y, ridge):
    """Of labels -1 and 1."""
    return np.sum(np.logaddexp(0.0, -y * (X @ w))) + 0.5 * ridge * np.sum(w[1:] ** 2)


measurements, progression, _ = diabetes()
X = np.column_stack([np.ones(len(progression)), (measurements - measurements.mean(axis=0)) / measurements.std(axis=0)])
y = np.where(progression > np.median(progression), 1.0, -1.0)
none = np.zeros(X.shape[1])
newton = minimize(cross_entropy, none, args=(X, y, 1.0), method="trust-exact", jac=sct.grad(cross_entropy),
                  hess=sct.hessian(cross_entropy))
quasi = minimize(sct.value_and_grad(cross_entropy), none, args=(X, y, 1.0), jac=True, method="L-BFGS-B")
print(f"logistic regression: {newton.nit} Newton steps, {quasi.nit} of L-BFGS-B, loss {newton.fun:.4f}")

chance = 1.0 / (1.0 + np.exp(-y * (X @ newton.x)))
by_hand = -X.T @ (y * (1.0 - chance)) + np.r_[0.0, newton.x[1:]]
assert np.allclose(by_hand, 0.0, atol=1e-4) and np.allclose(newton.x, quasi.x, atol=1e-3)
assert np.mean(np.sign(X @ newton.x) == y) > 0.7
