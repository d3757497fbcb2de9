"""Layers, optimisers and kernels written by loops."""

import math

import numpy as np

from . import program


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@program(lambda n: (normal(n, 3), np.arange(n) % 3), 4, 80)
def softmax_by_loops(logits, labels):
    n, k = logits.shape
    p = np.zeros((n, k))
    loss = 0.0
    for i in range(n):
        top = logits[i, 0]
        for j in range(1, k):
            if logits[i, j] > top:
                top = logits[i, j]
        total = 0.0
        for j in range(k):
            p[i, j] = math.exp(logits[i, j] - top)
            total += p[i, j]
        for j in range(k):
            p[i, j] /= total
        loss -= math.log(p[i, labels[i]])
    return loss / n


@program(lambda n: (normal(n, n), normal(3, 3, seed=1), 0.1), 5, 16)
def conv2d_by_loops(img, kernel, bias):
    n, m = img.shape
    kh, kw = kernel.shape
    out = np.zeros((n - kh + 1, m - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            acc = bias
            for a in range(kh):
                for b in range(kw):
                    acc += img[i + a, j + b] * kernel[a, b]
            out[i, j] = max(acc, 0.0)
    return np.sum(out ** 2)


@program(lambda n: (normal(2, n, n), normal(2, 2, 3, 3, seed=1)), 5, 30)
def conv2d_by_windows(x, w):
    channels, n, m = x.shape
    filters = w.shape[0]
    out = np.zeros((filters, n - 2, m - 2))
    for i in range(n - 2):
        for j in range(m - 2):
            window = x[:, i:i + 3, j:j + 3]
            for f in range(filters):
                out[f, i, j] = np.sum(window * w[f])
    return np.sum(np.tanh(out))


@program(lambda n: (normal(n, n),), 6, 24)
def max_pool(x):
    n, m = x.shape
    out = np.zeros((n // 2, m // 2))
    for i in range(n // 2):
        for j in range(m // 2):
            out[i, j] = np.max(x[2 * i:2 * i + 2, 2 * j:2 * j + 2])
    return np.sum(out ** 2)


def lstm_arguments(n):
    width, inputs = 3, 2
    params = {"w": 0.4 * normal(4 * width, inputs), "u": 0.4 * normal(4 * width, width, seed=1),
              "b": 0.1 * normal(4 * width, seed=2)}
    return params, normal(n, inputs, seed=3)


@program(lstm_arguments, 4, 40)
def lstm(params, xs):
    width = len(params["b"]) // 4
    h = np.zeros(width)
    c = np.zeros(width)
    hs = np.zeros((len(xs), width))
    for t, x in enumerate(xs):
        z = params["w"] @ x + params["u"] @ h + params["b"]
        i = 1.0 / (1.0 + np.exp(-z[:width]))
        f = 1.0 / (1.0 + np.exp(-z[width:2 * width]))
        o = 1.0 / (1.0 + np.exp(-z[2 * width:3 * width]))
        g = np.tanh(z[3 * width:])
        c = f * c + i * g
        h = o * np.tanh(c)
        hs[t] = h
    return np.sum(hs ** 2)


@program(lstm_arguments, 4, 40)
def lstm_in_place(params, xs):
    width = len(params["b"]) // 4
    gates = np.zeros(4 * width)
    h = np.zeros(width)
    c = np.zeros(width)
    total = 0.0
    for t in range(xs.shape[0]):
        gates[:] = params["w"] @ xs[t] + params["u"] @ h + params["b"]
        gates[:3 * width] = 1.0 / (1.0 + np.exp(-gates[:3 * width]))
        gates[3 * width:] = np.tanh(gates[3 * width:])
        i, f, o, g = gates[:width], gates[width:2 * width], gates[2 * width:3 * width], gates[3 * width:]
        c *= f
        c += i * g
        h[:] = o * np.tanh(c)
        total += np.sum(h * h)
    return total


@program(lambda n: (normal(n, 3), 0.5, 0.8), 4, 16)
def kernel_matrix(x, length, noise):
    n = x.shape[0]
    k = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            d = x[i] - x[j]
            k[i, j] = np.exp(-0.5 * np.sum(d * d) / length ** 2)
            k[j, i] = k[i, j]
        k[i, i] += noise
    sign, logdet = np.linalg.slogdet(k)
    return logdet


@program(lambda n: (normal(n, 3), normal(n, seed=1), 0.1, 0.9, 5), 6, 200)
def momentum_descent(x, y, rate, momentum, steps):
    w = np.zeros(x.shape[1])
    velocity = np.zeros(x.shape[1])
    for _ in range(steps):
        gradient = x.T @ (x @ w - y) / len(y)
        velocity *= momentum
        velocity -= rate * gradient
        w += velocity
    residual = x @ w - y
    return np.mean(residual ** 2)


@program(lambda n: (normal(n), 0.1, 6), 5, 200)
def adam(w, rate, steps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t in range(1, steps + 1):
        g = 4.0 * w ** 3 - 2.0 * w
        m[:] = 0.9 * m + 0.1 * g
        v[:] = 0.999 * v + 0.001 * g * g
        w -= rate * (m / (1.0 - 0.9 ** t)) / (np.sqrt(v / (1.0 - 0.999 ** t)) + 1e-8)
    return np.sum(w ** 4 - w ** 2)


@program(lambda n: (normal(n, 4), 1.1, 0.2), 4, 60)
def batch_norm_in_place(x, gain, shift):
    x -= np.mean(x, axis=0)
    x /= np.sqrt(np.mean(x * x, axis=0) + 1e-3)
    x *= gain
    x += shift
    x[x < 0.0] *= 0.1
    return np.sum(x ** 3)


@program(lambda n: (normal(n, 4), normal(n, 4, seed=1), normal(n, 4, seed=2)), 4, 16)
def causal_attention_by_loops(q, k, v):
    n, d = q.shape
    out = np.zeros((n, d))
    for i in range(n):
        weights = np.zeros(i + 1)
        for j in range(i + 1):
            weights[j] = np.exp(np.dot(q[i], k[j]) / np.sqrt(d))
        weights /= np.sum(weights)
        for j in range(i + 1):
            out[i] += weights[j] * v[j]
    return np.sum(out ** 2)


@program(lambda n: (normal(n, 2), normal(3, 2, seed=1), 2), 7, 60)
def k_means(points, centres, rounds):
    n, k = len(points), len(centres)
    for _ in range(rounds):
        sums = np.zeros((k, 2))
        counts = np.zeros(k)
        for i in range(n):
            best, nearest = 1e9, 0
            for c in range(k):
                d = np.sum((points[i] - centres[c]) ** 2)
                if d < best:
                    best, nearest = d, c
            sums[nearest] += points[i]
            counts[nearest] += 1.0
        for c in range(k):
            if counts[c] > 0:
                centres[c] = sums[c] / counts[c]
    return np.sum(centres ** 2)


def smooth(u, out):
    for i in range(1, len(u) - 1):
        out[i] = 0.5 * (u[i - 1] + u[i + 1])


@program(lambda n: (normal(n), 3), 6, 100)
def smoothing_by_a_helper(u, steps):
    out = u.copy()
    for _ in range(steps):
        smooth(u, out)
        u[:] = out * np.cos(u)
    return np.sum(u * u)


def normalised(m):
    m /= np.sum(m)
    return m


@program(lambda n: (1.0 + np.abs(normal(n)),), 5, 100)
def normalised_by_a_helper(x):
    w = normalised(np.exp(-x))
    return np.sum(w * w * x)


@program(lambda n: (0.3, n), 8, 100, refused="a list grows")
def logistic_path(x, n):
    path = []
    for _ in range(n):
        x = 3.2 * x * (1.0 - x)
        path.append(x)
    return np.sum(np.array(path) ** 2)


class Oscillator:
    def __init__(self, x, v):
        self.x = x
        self.v = v

    def step(self, dt):
        self.v -= dt * self.x
        self.x += dt * self.v


@program(lambda n: (1.0, 0.2, 0.1, n), 6, 100, refused="an object changes")
def oscillator_object(x, v, dt, n):
    o = Oscillator(x, v)
    for _ in range(n):
        o.step(dt)
    return o.x * o.x + o.v


@program(lambda n: (normal(n), 3), 5, 100, refused="a dict changes")
def state_in_a_dict(x, steps):
    state = {"x": x, "n": 0.0}
    for _ in range(steps):
        state["x"] = np.sin(state["x"])
        state["n"] = state["n"] + state["x"][0]
    return np.sum(state["x"] ** 2) + state["n"]
