"""An exponential decay fitted to noisy measurements, by ``least_squares`` and by ``curve_fit``."""

import numpy as np
from scipy.optimize import curve_fit, least_squares

import sct


def decay(t, height, rate, base):
    return height * np.exp(-rate * t) + base


def residuals(p, t, y):
    return decay(t, p[0], p[1], p[2]) - y


def by_hand(p, t, y):
    e = np.exp(-p[1] * t)
    return np.stack([e, -p[0] * t * e, np.ones_like(t)], axis=1)


t = np.linspace(0.0, 4.0, 80)
y = decay(t, 2.5, 1.3, 0.5) + 0.05 * np.random.default_rng(0).standard_normal(len(t))
start = [1, 1, 0]

jacobian = sct.jacfwd(residuals)  # few parameters, many residuals: forward mode
fits = {
    "differences": least_squares(residuals, start, args=(t, y)),
    "jac=jacfwd": least_squares(residuals, start, jac=jacobian, args=(t, y)),
    "by hand": least_squares(residuals, start, jac=by_hand, args=(t, y)),
    "lm, keywords": least_squares(residuals, start, jac=jacobian, kwargs={"t": t, "y": y}, method="lm"),
    "robust": least_squares(residuals, start, jac=jacobian, args=(t, y), loss="soft_l1"),
}
for name, fit in fits.items():
    print(f"{name:14} {fit.x.round(6)} after {fit.nfev} values")

p = fits["jac=jacfwd"].x
assert np.allclose(jacobian(p, t, y), by_hand(p, t, y), rtol=1e-13, atol=1e-15)
assert fits["jac=jacfwd"].nfev == fits["by hand"].nfev and np.allclose(p, fits["by hand"].x, rtol=1e-12)
assert all(np.allclose(fit.x, p, rtol=1e-2) for fit in fits.values())

columns = sct.jacfwd(decay, ("height", "rate", "base"))  # one column for each parameter; curve_fit wants them as a matrix
best, covariance = curve_fit(decay, t, y, p0=[1.0, 1.0, 0.0], jac=lambda *args: np.stack(columns(*args), axis=1))
errors = np.sqrt(np.diag(covariance))
print("curve_fit     ", best.round(6), "+-", errors.round(4))
assert np.allclose(best, p, rtol=1e-6) and np.all(np.abs(best - [2.5, 1.3, 0.5]) < 4.0 * errors)
