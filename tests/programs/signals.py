"""Filters, images, histograms and running sums."""

import math

import numpy as np

from . import program


def signal(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def image(n, seed=0):
    return np.random.default_rng(seed).random((n, n))


@program(lambda n: (signal(n), np.array([0.2, 0.3, 0.1]), np.array([1.0, -0.5, 0.2])), 8, 300)
def iir_filter(x, b, a):
    n = len(x)
    y = np.zeros(n)
    for t in range(n):
        y[t] = b[0] * x[t]
        for k in range(1, len(b)):
            if t - k >= 0:
                y[t] += b[k] * x[t - k] - a[k] * y[t - k]
    return np.sum(y ** 2)


@program(lambda n: (signal(n), 0.4, 0.2), 8, 300)
def biquad_with_state(x, f, q):
    y = np.empty_like(x)
    state = np.zeros(2)
    for t in range(len(x)):
        w = x[t] - q * state[0] - f * state[1]
        y[t] = w + 2.0 * state[0] + state[1]
        state[1] = state[0]
        state[0] = w
    return np.mean(np.abs(y) ** 1.5)


@program(lambda n: (signal(n), np.array([0.1, 0.2]), 0.5, 0.4), 8, 100)
def kalman_filter(observed, start, process, noise):
    f = np.array([[1.0, 0.1], [0.0, 1.0]])
    h = np.array([1.0, 0.0])
    x = start.copy()
    p = np.eye(2)
    innovations = np.zeros(len(observed))
    loglik = 0.0
    for t, z in enumerate(observed):
        x[:] = f @ x
        p[:] = f @ p @ f.T
        p[1, 1] += process
        s = h @ p @ h + noise
        gain = p @ h / s
        innovations[t] = z - h @ x
        x += gain * innovations[t]
        p -= np.outer(gain, h @ p)
        loglik -= 0.5 * (np.log(s) + innovations[t] ** 2 / s)
    return loglik + 0.1 * np.sum(innovations ** 2)


@program(lambda n: (signal(n), np.abs(signal(n, 1)), np.linspace(-2.0, 2.0, 6)), 12, 300)
def weighted_histogram(x, w, edges):
    bins = len(edges) - 1
    counts = np.zeros(bins)
    sums = np.zeros(bins)
    for i in range(len(x)):
        k = int((x[i] - edges[0]) // (edges[1] - edges[0]))
        if 0 <= k < bins:
            counts[k] += w[i]
            sums[k] += w[i] * x[i]
    return np.sum(sums ** 2 / (counts + 0.5))


@program(lambda n: (signal(n), np.abs(signal(n, 1)), np.arange(n) * 5 % 4), 9, 300)
def scatter_add(x, w, group):
    total = np.zeros(4)
    weight = np.zeros(4)
    np.add.at(total, group, w * x)
    np.add.at(weight, group, w)
    mean = total / weight
    spread = np.zeros(4)
    np.add.at(spread, group, w * (x - mean[group]) ** 2)
    return np.sum(np.sqrt(spread / weight))


@program(lambda n: (image(n), image(n, 1) > 0.4, 2), 5, 24)
def masked_blur(img, mask, passes):
    n, m = img.shape
    out = img.copy()
    for _ in range(passes):
        src = out.copy()
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                if mask[i, j]:
                    acc = 0.0
                    for di in range(-1, 2):
                        for dj in range(-1, 2):
                            acc += src[i + di, j + dj]
                    out[i, j] = acc / 9.0
    return np.sum(out * out)


@program(lambda n: (image(n), image(n, 1) > 0.4, 3), 5, 60)
def inpainting(img, missing, steps):
    u = img.copy()
    u[missing] = 0.5
    for _ in range(steps):
        smooth = u.copy()
        smooth[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
        u[missing] = smooth[missing]
        np.clip(u, 0.05, 0.95, out=u)
    return np.sum(u ** 2)


@program(lambda n: (image(n), 0.1, 0.3, 2), 5, 40)
def perona_malik(img, lam, kappa, steps):
    for _ in range(steps):
        north = np.zeros_like(img)
        south = np.zeros_like(img)
        east = np.zeros_like(img)
        west = np.zeros_like(img)
        north[1:, :] = img[:-1, :] - img[1:, :]
        south[:-1, :] = img[1:, :] - img[:-1, :]
        east[:, :-1] = img[:, 1:] - img[:, :-1]
        west[:, 1:] = img[:, :-1] - img[:, 1:]
        img += lam * (np.exp(-(north / kappa) ** 2) * north + np.exp(-(south / kappa) ** 2) * south
                      + np.exp(-(east / kappa) ** 2) * east + np.exp(-(west / kappa) ** 2) * west)
    return np.sum(img ** 2) + img[2, 2]


@program(lambda n: (image(n),), 5, 30)
def summed_area_table(img):
    n, m = img.shape
    table = np.zeros((n + 1, m + 1))
    for i in range(n):
        for j in range(m):
            table[i + 1, j + 1] = img[i, j] + table[i, j + 1] + table[i + 1, j] - table[i, j]
    box = table[3:, 3:] - table[:-3, 3:] - table[3:, :-3] + table[:-3, :-3]
    return np.sum(box ** 2)


@program(lambda n: (signal(n), 0.9, 3), 8, 300)
def running_buffer(x, decay, width):
    buffer = np.zeros(width)
    total = 0.0
    out = np.zeros(len(x))
    for t in range(len(x)):
        k = t % width
        total -= buffer[k]
        buffer[k] = x[t] * decay ** k
        total += buffer[k]
        out[t] = total / width
    return np.sum(out ** 2)


@program(lambda n: (signal(n),), 8, 300)
def insertion_into_running_sums(x):
    sums = np.zeros(len(x) + 1)
    peak = np.zeros(len(x))
    for i in range(len(x)):
        sums[i + 1] = sums[i] + x[i]
        peak[i] = max(sums[i + 1], peak[i - 1] if i else sums[i + 1])
    drawdown = peak - sums[1:]
    return np.max(drawdown) + np.sum(drawdown ** 2)


@program(lambda n: (signal(n), signal(n, 1), 0.05), 6, 200)
def lms_adaptive_filter(x, desired, mu):
    taps = 3
    w = np.zeros(taps)
    line = np.zeros(taps)
    total = 0.0
    for t in range(len(x)):
        line[1:] = line[:-1].copy()
        line[0] = x[t]
        error = desired[t] - np.dot(w, line)
        w += mu * error * line
        total += error ** 2
    return total + np.sum(w ** 2)


@program(lambda n: (signal(2 ** n),), 3, 8)
def haar_transform(x):
    n = len(x)
    tmp = np.zeros(n)
    root = math.sqrt(2.0)
    while n > 1:
        half = n // 2
        for i in range(half):
            tmp[i] = (x[2 * i] + x[2 * i + 1]) / root
            tmp[half + i] = (x[2 * i] - x[2 * i + 1]) / root
        x[:n] = tmp[:n]
        n = half
    return np.sum(np.abs(x) ** 1.5)


@program(lambda n: (signal(n) + 3.0, 0.3, 0.1), 8, 300)
def holt_smoothing(y, alpha, beta):
    n = len(y)
    level = np.zeros(n)
    trend = np.zeros(n)
    level[0] = y[0]
    trend[0] = y[1] - y[0]
    error = 0.0
    for t in range(1, n):
        forecast = level[t - 1] + trend[t - 1]
        error += (y[t] - forecast) ** 2
        level[t] = alpha * y[t] + (1.0 - alpha) * forecast
        trend[t] = beta * (level[t] - level[t - 1]) + (1.0 - beta) * trend[t - 1]
    return error / n


@program(lambda n: (signal(n), 0.1, 0.85), 8, 300)
def garch_likelihood(returns, alpha, beta):
    n = len(returns)
    variance = np.empty(n)
    variance[0] = np.var(returns)
    for t in range(1, n):
        variance[t] = 0.05 + alpha * returns[t - 1] ** 2 + beta * variance[t - 1]
    return 0.5 * np.sum(np.log(variance) + returns ** 2 / variance)
