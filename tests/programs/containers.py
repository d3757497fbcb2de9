"""Lists, tables of lists and dicts where arrays would do, or would not: stacks, queues, memos, graphs, groups."""

import math

import numpy as np

from . import program


def numbers(n, seed=0):
    return 0.4 + np.random.default_rng(seed).random(n)


@program(lambda n: (numbers(n), numbers(n, 1), 2 * n), 5, 40)
def knapsack_table(weights, values, capacity):
    n = len(values)
    best = [[0.0] * (capacity + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        size = 1 + i % 3
        for room in range(capacity + 1):
            best[i][room] = best[i - 1][room]
            if room >= size:
                gain = best[i - 1][room - size] + values[i - 1] * weights[i - 1]
                best[i][room] = math.log(math.exp(best[i][room]) + math.exp(gain)) - 0.6
    return best[n][capacity]


@program(lambda n: (numbers(n * n).reshape(n, n), numbers(n, 1)), 4, 20)
def gaussian_elimination_of_lists(a, b):
    n = len(b)
    m = [[a[i, j] for j in range(n)] for i in range(n)]
    for i in range(n):
        m[i].append(b[i])
    for k in range(n):
        m[k][k] += 2.0 * n
        for i in range(k + 1, n):
            f = m[i][k] / m[k][k]
            for j in range(k, n + 1):
                m[i][j] -= f * m[k][j]
    x = [0.0] * n
    for i in range(n - 1, -1, -1):
        s = m[i][n]
        for j in range(i + 1, n):
            s -= m[i][j] * x[j]
        x[i] = s / m[i][i]
    return sum(v * v for v in x)


@program(lambda n: (numbers(n),), 6, 400)
def expression_on_a_stack(x):
    stack = []
    for k in range(len(x)):
        stack.append(x[k])
        if k % 3 == 2:
            b = stack.pop()
            a = stack.pop()
            stack.append(math.sin(a) * b + 0.1)
    total = 0.0
    while stack:
        total = 0.9 * total + stack.pop()
    return total


@program(lambda n: (numbers(n),), 6, 300)
def round_robin(x):
    queue = list(x)
    done = 0.0
    while len(queue) > 1:
        first = queue.pop(0)
        second = queue.pop(0)
        done += 0.01 * first
        queue.append(0.5 * first * second + 0.3)
    return done + queue[0]


@program(lambda n: (0.7, 1.1, n), 8, 400)
def recurrence_with_a_memo(a, b, n):
    memo = {0: a, 1: b}
    for k in range(2, n):
        memo[k] = math.tanh(memo[k - 1] * b + memo[k - 2] * a)
    return memo[n - 1] + 0.1 * sum(memo.values())


@program(lambda n: (numbers(n), 3), 7, 400)
def grouped_moments(x, groups):
    members = {}
    for k in range(len(x)):
        members.setdefault(k * k % groups, []).append(x[k])
    total = 0.0
    for values in members.values():
        mean = sum(values) / len(values)
        total += sum((v - mean) ** 2 for v in values) * mean
    return total


@program(lambda n: (numbers(n), n), 7, 300)
def activation_in_a_graph(w, n):
    edges = [[] for _ in range(n)]
    for k in range(n):
        edges[k].append((k + 1) % n)
        edges[k].append((3 * k + 1) % n)
    value = [1.0] * n
    for _ in range(3):
        for k in range(n):
            incoming = 0.0
            for j in edges[k]:
                incoming += w[j] * value[j]
            value[k] = math.tanh(incoming)
    return sum(value)


@program(lambda n: (numbers(4), numbers(4, 1), n), 4, 200)
def states_in_a_list(h, w, steps):
    states = [h]
    for k in range(steps):
        states.append(np.tanh(w * states[-1] + 0.1 * states[k // 2]))
    return sum(np.sum(s * s) for s in states) / len(states)


@program(lambda n: (numbers(n), 0.3), 6, 200)
def layers_that_are_written_to(x, rate):
    layers = [x * (k + 1.0) for k in range(4)]
    for k in range(1, len(layers)):
        layers[k][1:] += rate * layers[k - 1][:-1]
        layers[k] *= np.cos(layers[k - 1])
        layers[k][0] = layers[k - 1][-1]
    return sum(np.sum(v) for v in layers)
