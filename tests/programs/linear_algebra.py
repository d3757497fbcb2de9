"""Factorisations and iterations of linear algebra by element loops and by slices."""

import math

import numpy as np

from . import program


def matrix(n, seed=0):
    """A well-conditioned random matrix."""
    return np.random.default_rng(seed).normal(size=(n, n)) + n * np.eye(n)


def vector(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def symmetric(n, seed=0):
    """A positive definite matrix."""
    a = np.random.default_rng(seed).normal(size=(n, n))
    return a @ a.T + n * np.eye(n)


@program(lambda n: (matrix(n),), 4, 14)
def lu_in_place(a):
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    logdet = 0.0
    for k in range(n):
        logdet += math.log(abs(a[k, k]))
    return logdet


@program(lambda n: (matrix(n), vector(n)), 4, 16)
def gaussian_elimination_with_pivots(a, b):
    n = len(b)
    for k in range(n):
        p = k + np.argmax(np.abs(a[k:, k]))
        if p != k:
            a[[k, p]] = a[[p, k]]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            m = a[i, k] / a[k, k]
            a[i, k:] -= m * a[k, k:]
            b[i] -= m * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1:] @ x[i + 1:]) / a[i, i]
    return np.sum(x ** 2)


@program(lambda n: (symmetric(n),), 4, 14)
def cholesky_by_elements(a):
    n = len(a)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = math.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return np.sum(np.log(np.diag(L))) + L[n - 1, 0]


@program(lambda n: (symmetric(n),), 4, 14)
def cholesky_by_columns(a):
    n = a.shape[0]
    for k in range(n):
        a[k, k] = np.sqrt(a[k, k])
        a[k + 1:, k] /= a[k, k]
        for j in range(k + 1, n):
            a[j:, j] -= a[j:, k] * a[j, k]
    total = 0.0
    for i in range(n):
        for j in range(i + 1):
            total += a[i, j] ** 3
    return total


@program(lambda n: (matrix(n),), 4, 16)
def gram_schmidt(a):
    m, n = a.shape
    q = np.zeros((m, n))
    r = np.zeros((n, n))
    for k in range(n):
        v = a[:, k].copy()
        for j in range(k):
            r[j, k] = np.dot(q[:, j], v)
            v -= r[j, k] * q[:, j]
        r[k, k] = np.sqrt(np.dot(v, v))
        q[:, k] = v / r[k, k]
    return np.sum(r ** 2 * np.arange(1.0, n + 1)) + np.sum(q)


@program(lambda n: (matrix(n),), 4, 16)
def modified_gram_schmidt(a):
    n = a.shape[1]
    r = np.zeros((n, n))
    for k in range(n):
        r[k, k] = np.linalg.norm(a[:, k])
        a[:, k] /= r[k, k]
        for j in range(k + 1, n):
            r[k, j] = a[:, k] @ a[:, j]
            a[:, j] -= a[:, k] * r[k, j]
    return np.sum(np.sin(r)) + np.sum(a)


@program(lambda n: (matrix(n),), 4, 16)
def householder_qr(a):
    m, n = a.shape
    r = a.copy()
    q = np.eye(m)
    for k in range(n - 1):
        x = r[k:, k]
        v = x.copy()
        s = 1.0 if x[0] > 0 else -1.0
        v[0] += s * np.sqrt(np.sum(x * x))
        v = v / np.sqrt(np.sum(v * v))
        r[k:, k:] -= 2.0 * np.outer(v, v @ r[k:, k:])
        q[:, k:] -= 2.0 * np.outer(q[:, k:] @ v, v)
    return np.sum(np.log(np.abs(np.diag(r)))) + np.sum(q * np.arange(m))


@program(lambda n: (symmetric(n), vector(n), 5), 4, 60)
def power_iteration(a, x, steps):
    x /= np.linalg.norm(x)
    value = 0.0
    for _ in range(steps):
        y = a @ x
        value = x @ y
        x[:] = y / np.sqrt(y @ y)
    return value


@program(lambda n: (symmetric(n), vector(n), 4), 4, 60)
def conjugate_gradients(a, b, steps):
    x = np.zeros_like(b)
    r = b.copy()
    p = r.copy()
    rs = r @ r
    for _ in range(steps):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        new = r @ r
        p *= new / rs
        p += r
        rs = new
    return np.sum(x * b) + rs


@program(lambda n: (symmetric(n), vector(n), 1), 3, 10)
def jacobi_rotations(a, w, sweeps):
    n = len(a)
    for _ in range(sweeps):
        for p in range(n - 1):
            for q in range(p + 1, n):
                theta = 0.5 * math.atan2(2.0 * a[p, q], a[q, q] - a[p, p])
                c = math.cos(theta)
                s = math.sin(theta)
                for k in range(n):
                    akp, akq = a[k, p], a[k, q]
                    a[k, p] = c * akp - s * akq
                    a[k, q] = s * akp + c * akq
                for k in range(n):
                    apk, aqk = a[p, k], a[q, k]
                    a[p, k] = c * apk - s * aqk
                    a[q, k] = s * apk + c * aqk
    return np.sum(w * np.diag(a))


@program(lambda n: (np.concatenate([[4.0 + n], 0.5 * vector(n)]),), 4, 30)
def levinson(t):
    n = len(t) - 1
    a = np.zeros(n + 1)
    a[0] = 1.0
    error = t[0]
    for k in range(1, n + 1):
        acc = t[k]
        for j in range(1, k):
            acc += a[j] * t[k - j]
        reflection = -acc / error
        old = a.copy()
        for j in range(1, k):
            a[j] = old[j] + reflection * old[k - j]
        a[k] = reflection
        error *= 1.0 - reflection * reflection
    return error + np.sum(a * a)


@program(lambda n: (vector(n), np.linspace(-0.9, 0.9, n)), 5, 40)
def horner_on_arrays(coefficients, x):
    y = np.zeros(len(x))
    dy = np.zeros(len(x))
    for c in coefficients:
        dy *= x
        dy += y
        y *= x
        y += c
    return np.sum(y ** 2) + np.sum(np.sin(dy))


@program(lambda n: (np.abs(vector(n)), np.cumsum(0.5 + np.abs(vector(n, 1)))), 6, 120)
def cubic_spline(y, x):
    n = len(x) - 1
    h = np.zeros(n)
    for i in range(n):
        h[i] = x[i + 1] - x[i]
    alpha = np.zeros(n)
    for i in range(1, n):
        alpha[i] = 3.0 / h[i] * (y[i + 1] - y[i]) - 3.0 / h[i - 1] * (y[i] - y[i - 1])
    low = np.ones(n + 1)
    mu = np.zeros(n + 1)
    z = np.zeros(n + 1)
    for i in range(1, n):
        low[i] = 2.0 * (x[i + 1] - x[i - 1]) - h[i - 1] * mu[i - 1]
        mu[i] = h[i] / low[i]
        z[i] = (alpha[i] - h[i - 1] * z[i - 1]) / low[i]
    b, c, d = np.zeros(n), np.zeros(n + 1), np.zeros(n)
    for j in range(n - 1, -1, -1):
        c[j] = z[j] - mu[j] * c[j + 1]
        b[j] = (y[j + 1] - y[j]) / h[j] - h[j] * (c[j + 1] + 2.0 * c[j]) / 3.0
        d[j] = (c[j + 1] - c[j]) / (3.0 * h[j])
    t = 0.4 * h
    return np.sum(y[:-1] + b * t + c[:-1] * t ** 2 + d * t ** 3)


@program(lambda n: (np.cumsum(0.5 + np.abs(vector(n))), vector(n, 1), 1.3), 5, 30)
def divided_differences(x, y, t):
    c = y.copy()
    n = len(x)
    for k in range(1, n):
        for i in range(n - 1, k - 1, -1):
            c[i] = (c[i] - c[i - 1]) / (x[i] - x[i - k])
    value = c[n - 1]
    for i in range(n - 2, -1, -1):
        value = value * (t - x[i]) + c[i]
    return value


@program(lambda n: (matrix(n), matrix(n, 1)), 3, 12)
def matrix_product_by_loops(a, b):
    n = a.shape[0]
    c = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            for k in range(n):
                c[i, j] += a[i, k] * b[k, j]
    return np.sum(c * c)


@program(lambda n: (0.5 * np.eye(n) + 0.1 * matrix(n) / n, vector(n)), 4, 16)
def hessenberg(a, w):
    n = a.shape[0]
    for k in range(n - 2):
        v = a[k + 1:, k].copy()
        v[0] += np.copysign(np.linalg.norm(v), v[0])
        v /= np.linalg.norm(v)
        a[k + 1:, k:] -= 2.0 * np.outer(v, v @ a[k + 1:, k:])
        a[:, k + 1:] -= 2.0 * np.outer(a[:, k + 1:] @ v, v)
    return w @ (a @ w)
