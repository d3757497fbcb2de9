"""Bratu's equation, -(u_xx + u_yy) = λ exp(u) on a square, discretised and solved as a system of nonlinear equations."""

import numpy as np
from scipy.optimize import root
from scipy.sparse.linalg import LinearOperator, gmres

import sct

n = 10
h = 1.0 / (n + 1)


def residual(u, strength):
    padded = np.zeros((n + 2, n + 2))
    padded[1:-1, 1:-1] = u.reshape(n, n)
    inner = padded[1:-1, 1:-1]
    neighbours = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return (4.0 * inner - neighbours - h * h * strength * np.exp(inner)).ravel()


def by_hand(u, strength):
    second = 2.0 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    return np.kron(second, np.eye(n)) + np.kron(np.eye(n), second) - np.diag(h * h * strength * np.exp(u))


jacobian = sct.jacfwd(residual)
start = np.zeros(n * n)  # floats: root and fsolve hand it to the Jacobian as it is
differences, ours, hand = (root(residual, start, args=(6.0,), jac=jac) for jac in (None, jacobian, by_hand))
print(f"root: {differences.nfev} values without Jacobian, {ours.nfev} values and {ours.njev} Jacobians with it")
assert np.allclose(jacobian(ours.x, 6.0), by_hand(ours.x, 6.0), rtol=1e-14, atol=1e-14)
assert ours.success and (ours.nfev, ours.njev) == (hand.nfev, hand.njev) and ours.nfev * 3 < differences.nfev
assert np.allclose(ours.x, hand.x, rtol=1e-10)


# Without any matrix: Newton's method, in which each linear system is solved with products alone.
u = start
iterations = 0
while np.abs(r := residual(u, 6.0)).max() > 1e-12:
    product = LinearOperator((n * n, n * n), matvec=lambda v, u=u: sct.jvp(residual, (u, 6.0), (v, None))[1])
    step, failed = gmres(product, -r, rtol=1e-8, atol=0.0)
    assert failed == 0
    u, iterations = u + step, iterations + 1
print(f"Newton-Krylov: {iterations} iterations, the largest value is {u.max():.6f}")
assert iterations <= 6 and np.allclose(u, ours.x, atol=1e-8)
