"""Dynamic programming, hidden states and shortest paths."""

import math

import numpy as np

from . import program


def series(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def stochastic(n, m, seed=0):
    """Rows of positive numbers that sum to one."""
    a = 0.2 + np.random.default_rng(seed).random((n, m))
    return a / a.sum(axis=1, keepdims=True)


@program(lambda n: (series(n), series(n, 1)), 5, 24)
def dynamic_time_warping(a, b):
    n, m = len(a), len(b)
    d = np.full((n + 1, m + 1), 1e6)
    d[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (a[i - 1] - b[j - 1]) ** 2
            d[i, j] = cost + min(d[i - 1, j], d[i, j - 1], d[i - 1, j - 1])
    return d[n, m]


@program(lambda n: (series(n), series(n, 1), 0.7), 4, 20)
def soft_dynamic_time_warping(a, b, gamma):
    n, m = len(a), len(b)
    r = np.full((n + 1, m + 1), 1e3)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            x, y, z = -r[i - 1, j - 1] / gamma, -r[i - 1, j] / gamma, -r[i, j - 1] / gamma
            top = max(x, y, z)
            total = math.exp(x - top) + math.exp(y - top) + math.exp(z - top)
            r[i, j] = (a[i - 1] - b[j - 1]) ** 2 - gamma * (math.log(total) + top)
    return r[n, m]


@program(lambda n: (np.random.default_rng(0).normal(size=(n, n)), 0.4, 1.5), 4, 20)
def smith_waterman_smooth(score, gap, temperature):
    n, m = score.shape
    h = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            diagonal = h[i - 1, j - 1] + score[i - 1, j - 1]
            up = h[i - 1, j] - gap
            left = h[i, j - 1] - gap
            h[i, j] = temperature * np.log(1.0 + np.exp(diagonal / temperature) + np.exp(up / temperature)
                                           + np.exp(left / temperature))
    return temperature * np.log(np.sum(np.exp(h / temperature)))


@program(lambda n: (stochastic(3, 3), stochastic(3, 4, 1), np.arange(n) * 7 % 4), 6, 60)
def hmm_forward(transition, emission, observed):
    n, k = len(observed), transition.shape[0]
    alpha = np.zeros((n, k))
    scale = np.zeros(n)
    for s in range(k):
        alpha[0, s] = emission[s, observed[0]] / k
    scale[0] = np.sum(alpha[0])
    alpha[0] /= scale[0]
    for t in range(1, n):
        for s in range(k):
            total = 0.0
            for r in range(k):
                total += alpha[t - 1, r] * transition[r, s]
            alpha[t, s] = total * emission[s, observed[t]]
        scale[t] = np.sum(alpha[t])
        alpha[t] /= scale[t]
    return np.sum(np.log(scale))


@program(lambda n: (stochastic(3, 3), stochastic(3, 4, 1), np.arange(n) * 7 % 4), 6, 60)
def viterbi(transition, emission, observed):
    n, k = len(observed), len(transition)
    score = np.zeros((n, k))
    back = np.zeros((n, k), dtype=int)
    score[0] = np.log(emission[:, observed[0]])
    for t in range(1, n):
        for s in range(k):
            best, where = -1e9, 0
            for r in range(k):
                trial = score[t - 1, r] + math.log(transition[r, s])
                if trial > best:
                    best, where = trial, r
            score[t, s] = best + math.log(emission[s, observed[t]])
            back[t, s] = where
    state = np.argmax(score[n - 1])
    path_score = score[n - 1, state]
    for t in range(n - 1, 0, -1):
        state = back[t, state]
        path_score += 0.1 * emission[state, observed[t - 1]]
    return path_score


@program(lambda n: (1.0 + 9.0 * np.random.default_rng(0).random((n, n)),), 4, 16)
def floyd_warshall(dist):
    n = dist.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if dist[i, k] + dist[k, j] < dist[i, j]:
                    dist[i, j] = dist[i, k] + dist[k, j]
    return np.sum(dist * dist)


@program(lambda n: (1.0 + 9.0 * np.random.default_rng(0).random((n, n)),), 4, 40)
def floyd_warshall_by_rows(dist):
    n = len(dist)
    for k in range(n):
        dist[:] = np.minimum(dist, dist[:, k:k + 1] + dist[k])
    return np.sum(dist * dist)


@program(lambda n: (np.random.default_rng(0).random((n, n)),), 5, 24)
def cheapest_path_in_a_grid(cost):
    n, m = cost.shape
    best = np.zeros((n, m))
    best[0, 0] = cost[0, 0]
    for j in range(1, m):
        best[0, j] = best[0, j - 1] + cost[0, j]
    for i in range(1, n):
        best[i, 0] = best[i - 1, 0] + cost[i, 0]
        for j in range(1, m):
            if best[i - 1, j] < best[i, j - 1]:
                best[i, j] = best[i - 1, j] + cost[i, j]
            else:
                best[i, j] = best[i, j - 1] + cost[i, j]
    return best[-1, -1]


@program(lambda n: (0.5 + np.random.default_rng(0).random(n), 0.5), 6, 200)
def renewal_process(rates, q):
    n = len(rates)
    p = np.zeros(n + 1)
    p[0] = 1.0
    for r in rates:
        share = r / (1.0 + r)
        for k in range(n, 0, -1):
            p[k] = p[k] * (1.0 - share) + p[k - 1] * share
        p[0] *= 1.0 - share
    return np.sum(p * np.arange(n + 1.0) ** q)


@program(lambda n: (100.0, 95.0, 0.03, 0.25, n), 6, 40)
def binomial_american_put(spot, strike, rate, sigma, n):
    dt = 1.0 / n
    up = math.exp(sigma * math.sqrt(dt))
    p = (math.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)
    discount = math.exp(-rate * dt)
    v = np.zeros(n + 1)
    for i in range(n + 1):
        v[i] = max(strike - spot * up ** (2 * i - n), 0.0)
    for step in range(n - 1, -1, -1):
        for i in range(step + 1):
            hold = discount * (p * v[i + 1] + (1.0 - p) * v[i])
            exercise = strike - spot * up ** (2 * i - step)
            v[i] = exercise if exercise > hold else hold
    return v[0]


@program(lambda n: (np.log(stochastic(n, 4)), np.array([1, 2, 1])), 6, 40)
def ctc_forward(logp, labels):
    steps = logp.shape[0]
    extended = np.zeros(2 * len(labels) + 1, dtype=int)
    extended[1::2] = labels
    width = len(extended)
    alpha = np.zeros((steps, width))
    p = np.exp(logp)
    alpha[0, 0] = p[0, 0]
    alpha[0, 1] = p[0, extended[1]]
    for t in range(1, steps):
        for s in range(width):
            total = alpha[t - 1, s]
            if s > 0:
                total = total + alpha[t - 1, s - 1]
            if s > 1 and extended[s] != 0 and extended[s] != extended[s - 2]:
                total = total + alpha[t - 1, s - 2]
            alpha[t, s] = total * p[t, extended[s]]
    return -np.log(alpha[steps - 1, width - 1] + alpha[steps - 1, width - 2])
