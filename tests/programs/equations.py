"""Partial differential equations on grids: explicit, implicit and relaxation schemes."""

import math

import numpy as np

from . import program


def field(n, m=None, seed=0):
    """A positive random field of ``n`` by ``m`` points, or of ``n``."""
    rng = np.random.default_rng(seed)
    return 0.5 + rng.random((n, m)) if m else 0.5 + rng.random(n)


@program(lambda n: (field(n, n), field(n, n, 1), 4), 5, 60)
def jacobi_2d(u0, f, steps):
    u = u0.copy()
    v = u0.copy()
    h2 = 1.0 / (u.shape[0] - 1) ** 2
    for _ in range(steps):
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h2 * f[1:-1, 1:-1])
        u, v = v, u
    return np.sum(u * u)


@program(lambda n: (field(n, n), 3), 5, 24)
def jacobi_loops(u, steps):
    n, m = u.shape
    old = u.copy()
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                new[i, j] = 0.25 * (old[i - 1, j] + old[i + 1, j] + old[i, j - 1] + old[i, j + 1])
        old, new = new, old
    return np.sum(old ** 2)


@program(lambda n: (field(n), 0.2, 5), 6, 400)
def heat_1d(u, alpha, steps):
    for _ in range(steps):
        u[1:-1] = u[1:-1] + alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u ** 2)


@program(lambda n: (field(n), 0.1, 5), 6, 400)
def heat_nonlinear(u0, dt, steps):
    u = u0.copy()
    for _ in range(steps):
        flux = np.zeros(len(u) + 1)
        k = 0.5 * (u[1:] ** 2 + u[:-1] ** 2)
        flux[1:-1] = k * (u[1:] - u[:-1])
        u += dt * (flux[1:] - flux[:-1])
    return float(np.sum(u ** 3))


@program(lambda n: (field(n, n), 0.1, 0.15, 3), 5, 50)
def heat_2d(t, kx, ky, steps):
    nx, ny = t.shape
    for step in range(steps):
        lap = np.zeros_like(t)
        lap[1:-1, 1:-1] = (kx * (t[2:, 1:-1] - 2 * t[1:-1, 1:-1] + t[:-2, 1:-1])
                           + ky * (t[1:-1, 2:] - 2 * t[1:-1, 1:-1] + t[1:-1, :-2]))
        t += lap
        t[0, :] = t[1, :]
        t[-1, :] = t[-2, :]
        t[:, 0] = 1.0
        t[:, -1] = 0.0
    return t[nx // 2, ny // 2] + np.mean(t)


@program(lambda n: (field(n, n), field(n, n, 1), 3), 5, 24)
def gauss_seidel(u, f, sweeps):
    n = u.shape[0]
    h2 = 1.0 / (n - 1) ** 2
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - h2 * f[i, j])
    return np.sum(u * u)


@program(lambda n: (field(n, n), field(n, n, 1), 1.4, 3), 5, 24)
def sor(u, f, omega, sweeps):
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                residual = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * u[i, j] - f[i, j]
                u[i, j] += omega * 0.25 * residual
    return np.sqrt(np.sum(u ** 2))


@program(lambda n: (field(n, n), field(n, n, 1), 3), 6, 60)
def red_black(u, f, sweeps):
    for _ in range(sweeps):
        u[1:-1:2, 1:-1:2] = 0.25 * (u[:-2:2, 1:-1:2] + u[2::2, 1:-1:2] + u[1:-1:2, :-2:2] + u[1:-1:2, 2::2]
                                    + f[1:-1:2, 1:-1:2])
        u[2:-1:2, 2:-1:2] = 0.25 * (u[1:-2:2, 2:-1:2] + u[3::2, 2:-1:2] + u[2:-1:2, 1:-2:2] + u[2:-1:2, 3::2]
                                    + f[2:-1:2, 2:-1:2])
    return np.sum(u ** 2)


@program(lambda n: (field(n, n), 0.4, 4), 5, 50)
def fdtd_2d(source, courant, steps):
    n, m = source.shape
    ex = np.zeros((n, m))
    ey = np.zeros((n, m))
    hz = source.copy()
    for t in range(steps):
        ey[0, :] = math.sin(0.3 * t)
        ey[1:, :] -= courant * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= courant * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= courant * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    return np.sum(hz ** 2) + 0.5 * np.sum(ex ** 2 + ey ** 2)


@program(lambda n: (field(n), 0.8, 5), 7, 400)
def wave_three_levels(u0, c, steps):
    before = u0.copy()
    now = u0.copy()
    after = np.zeros_like(u0)
    for _ in range(steps):
        after[1:-1] = 2.0 * now[1:-1] - before[1:-1] + c ** 2 * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        before, now, after = now, after, before
    return np.dot(now, now)


@program(lambda n: (field(n, n), 0.01, 3, 4), 5, 30)
def cavity_flow(vorticity, dt, steps, inner):
    w = vorticity.copy()
    psi = np.zeros_like(w)
    n = w.shape[0]
    h = 1.0 / (n - 1)
    for _ in range(steps):
        for _ in range(inner):
            psi[1:-1, 1:-1] = 0.25 * (psi[2:, 1:-1] + psi[:-2, 1:-1] + psi[1:-1, 2:] + psi[1:-1, :-2]
                                      + h * h * w[1:-1, 1:-1])
        w[0, 1:-1] = -2.0 * psi[1, 1:-1] / h ** 2
        w[-1, 1:-1] = -2.0 * psi[-2, 1:-1] / h ** 2 - 2.0 / h
        w[1:-1, 0] = -2.0 * psi[1:-1, 1] / h ** 2
        w[1:-1, -1] = -2.0 * psi[1:-1, -2] / h ** 2
        ux = (psi[1:-1, 2:] - psi[1:-1, :-2]) / (2 * h)
        uy = -(psi[2:, 1:-1] - psi[:-2, 1:-1]) / (2 * h)
        wx = (w[2:, 1:-1] - w[:-2, 1:-1]) / (2 * h)
        wy = (w[1:-1, 2:] - w[1:-1, :-2]) / (2 * h)
        lap = (w[2:, 1:-1] + w[:-2, 1:-1] + w[1:-1, 2:] + w[1:-1, :-2] - 4 * w[1:-1, 1:-1]) / h ** 2
        w[1:-1, 1:-1] += 0.1 * dt * (0.01 * lap - ux * wx - uy * wy)
    return np.sum(psi ** 2)


@program(lambda n: (field(n), field(n, seed=1), 0.4), 5, 200)
def thomas(diagonal, rhs, c):
    n = len(rhs)
    upper = np.zeros(n)
    x = np.empty(n)
    b = diagonal + 2.0
    upper[0] = -c / b[0]
    x[0] = rhs[0] / b[0]
    for i in range(1, n):
        denominator = b[i] + c * upper[i - 1]
        upper[i] = -c / denominator
        x[i] = (rhs[i] + c * x[i - 1]) / denominator
    for i in range(n - 2, -1, -1):
        x[i] -= upper[i] * x[i + 1]
    return np.sum(x ** 2)


@program(lambda n: (field(n, n), 0.3, 2), 4, 16)
def adi(u, r, steps):
    n = u.shape[0]
    for _ in range(steps):
        p = np.zeros((n, n))
        q = np.zeros((n, n))
        v = np.ones((n, n))
        for i in range(1, n - 1):
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, n - 1):
                p[i, j] = r / (1.0 + 2.0 * r - r * p[i, j - 1])
                rhs = r * u[j, i - 1] + (1.0 - 2.0 * r) * u[j, i] + r * u[j, i + 1]
                q[i, j] = (rhs + r * q[i, j - 1]) / (1.0 + 2.0 * r - r * p[i, j - 1])
            for j in range(n - 2, 0, -1):
                v[j, i] = p[i, j] * v[j + 1, i] + q[i, j]
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                p[i, j] = r / (1.0 + 2.0 * r - r * p[i, j - 1])
                rhs = r * v[i - 1, j] + (1.0 - 2.0 * r) * v[i, j] + r * v[i + 1, j]
                q[i, j] = (rhs + r * q[i, j - 1]) / (1.0 + 2.0 * r - r * p[i, j - 1])
            for j in range(n - 2, 0, -1):
                u[i, j] = p[i, j] * u[i, j + 1] + q[i, j]
    return np.sum(u * u)


@program(lambda n: (1.0, 0.05, 0.2, 1.0, n, 6), 7, 120)
def black_scholes_explicit(strike, rate, sigma, maturity, n, steps):
    s = np.linspace(0.0, 3.0, n + 1)
    v = np.maximum(s - strike, 0.0)
    dt = maturity / (steps * n)
    for step in range(steps):
        new = np.empty_like(v)
        for i in range(1, n):
            delta = 0.5 * i * (v[i + 1] - v[i - 1])
            gamma = i * i * (v[i + 1] - 2.0 * v[i] + v[i - 1])
            new[i] = v[i] + dt * (0.5 * sigma ** 2 * gamma + rate * delta - rate * v[i])
        new[0] = 0.0
        new[n] = 2.0 * new[n - 1] - new[n - 2]
        v = new
    return v[n // 2]


@program(lambda n: (1.0, 0.05, 0.2, 1.0, n, 4), 7, 80)
def black_scholes_implicit(strike, rate, sigma, maturity, n, steps):
    s = np.linspace(0.0, 3.0, n + 1)
    v = np.maximum(strike - s, 0.0)
    dt = maturity / steps
    a = np.zeros(n + 1)
    b = np.ones(n + 1)
    c = np.zeros(n + 1)
    for i in range(1, n):
        a[i] = 0.5 * dt * i * (rate - sigma * sigma * i)
        b[i] = 1.0 + dt * (sigma * sigma * i * i + rate)
        c[i] = -0.5 * dt * i * (rate + sigma * sigma * i)
    for k in range(1, steps + 1):
        v[0] = strike * math.exp(-rate * k * dt)
        v[n] = 0.0
        up = np.zeros(n + 1)
        for i in range(1, n):
            pivot = b[i] - a[i] * up[i - 1]
            up[i] = c[i] / pivot
            v[i] = (v[i] - a[i] * v[i - 1]) / pivot
        for i in range(n - 1, 0, -1):
            v[i] = v[i] - up[i] * v[i + 1]
    return v[n // 3]


@program(lambda n: (field(n), field(n, seed=1) - 1.0, 0.01, 4), 6, 300)
def shallow_water(h, u, dt, steps):
    g, dx = 9.81, 1.0
    for _ in range(steps):
        hu = h * u
        f1 = hu
        f2 = hu * u + 0.5 * g * h ** 2
        h_new = np.copy(h)
        hu_new = np.copy(hu)
        h_new[1:-1] = 0.5 * (h[2:] + h[:-2]) - dt / (2 * dx) * (f1[2:] - f1[:-2])
        hu_new[1:-1] = 0.5 * (hu[2:] + hu[:-2]) - dt / (2 * dx) * (f2[2:] - f2[:-2])
        h_new[0], h_new[-1] = h_new[1], h_new[-2]
        hu_new[0], hu_new[-1] = -hu_new[1], -hu_new[-2]
        h = h_new
        u = hu_new / h_new
    return np.sum(h * h) + np.sum(u * u * h)


@program(lambda n: (field(n, n), 0.5 * field(n, n, 1), 0.035, 0.065, 3), 5, 50)
def reaction_diffusion(u, v, feed, kill, steps):
    du, dv = 0.16, 0.08
    for _ in range(steps):
        lu = -4.0 * u
        lu[1:, :] += u[:-1, :]
        lu[:-1, :] += u[1:, :]
        lu[:, 1:] += u[:, :-1]
        lu[:, :-1] += u[:, 1:]
        lv = -4.0 * v
        lv[1:, :] += v[:-1, :]
        lv[:-1, :] += v[1:, :]
        lv[:, 1:] += v[:, :-1]
        lv[:, :-1] += v[:, 1:]
        uvv = u * v * v
        u += du * lu - uvv + feed * (1.0 - u)
        v += dv * lv + uvv - (feed + kill) * v
    return np.sum(v) + np.sum(u * u)


@program(lambda n: (field(n), 0.1, 5), 7, 400)
def burgers_upwind(u, dt, steps):
    n = len(u)
    for _ in range(steps):
        un = u.copy()
        for i in range(1, n):
            if un[i] > 0.0:
                u[i] = un[i] - dt * un[i] * (un[i] - un[i - 1])
            else:
                u[i] = un[i] - dt * un[i] * (un[(i + 1) % n] - un[i])
        u[0] = un[-1]
    return np.sum(u * u)


@program(lambda n: (field(n, n), field(n, n, 1), 0.1, 2), 5, 40)
def multigrid_two_levels(u, f, omega, cycles):
    n = u.shape[0]
    for _ in range(cycles):
        u[1:-1, 1:-1] += omega * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
                                  - f[1:-1, 1:-1])
        r = np.zeros((n, n))
        r[1:-1, 1:-1] = f[1:-1, 1:-1] - (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])
        coarse = r[::2, ::2]
        e = np.zeros_like(coarse)
        for _ in range(3):
            e[1:-1, 1:-1] = 0.25 * (e[2:, 1:-1] + e[:-2, 1:-1] + e[1:-1, 2:] + e[1:-1, :-2] - 4.0 * coarse[1:-1, 1:-1])
        fine = np.zeros((n, n))
        fine[::2, ::2] = e
        fine[1:-1:2, :] = 0.5 * (fine[:-2:2, :] + fine[2::2, :])
        fine[:, 1:-1:2] = 0.5 * (fine[:, :-2:2] + fine[:, 2::2])
        u += fine
    return np.sum(u ** 2)


@program(lambda n: (field(n, n), 0.1, 3), 4, 40)
def periodic_advection(q, c, steps):
    for _ in range(steps):
        f = np.empty((q.shape[0] + 1, q.shape[1]))
        f[1:] = c * q
        f[0] = f[-1]
        q -= f[1:] - f[:-1]
        q[...] = np.roll(q, 1, axis=1) * (1.0 - c) + c * q
    return np.sum(q ** 2 * np.arange(q.size).reshape(q.shape))


@program(lambda n: (field(n), 0.3, 4), 6, 300)
def relaxation_until_converged(u, tolerance, most):
    change = 1.0
    count = 0
    while change > tolerance * 0.1 and count < most:
        change = 0.0
        for i in range(1, len(u) - 1):
            new = 0.5 * (u[i - 1] + u[i + 1]) + 0.01 * u[i] ** 2
            change = max(change, abs(new - u[i]))
            u[i] = new
        count += 1
    return np.sum(u * u) + change
