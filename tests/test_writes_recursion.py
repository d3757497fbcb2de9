"""Recursive functions that write into their arguments or return views of them: their halves are lent the adjoint arrays."""

import math
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import check, parameters, program, refusal, run, tried

PROGRAMS, REFUSED = [], []
REVERSE_ONLY = []
"""Forward mode refuses these: their tangents might lie in memory in another way."""
X = np.array([0.7, 1.3, -0.4, 2.1])
V = np.array([0.31, -0.71, 1.1, 0.4, -1.3, 0.9, 0.25])
S = np.array([0.31, -0.71, 1.1, 0.4, -1.3, 0.9, 0.25, 1.7])
M = np.array([[4.0, 0.5, -0.3, 0.2], [0.5, 3.0, 0.4, -0.1], [-0.3, 0.4, 5.0, 0.6], [0.2, -0.1, 0.6, 4.5]])
case = partial(program, PROGRAMS)
refused = partial(program, REFUSED)


# ----------------------------------------------------------------------------------------------------------------- programs

def product_down(v, k):
    if k == 0:
        return
    v[k] *= v[k - 1]
    product_down(v, k - 1)


@case(X)
def down_an_array(x):
    y = x * 1.0
    product_down(y, 3)
    return np.sum(y * y)


@case(X)
def the_arguments_own_memory(x):
    product_down(x, 3)
    product_down(x, 2)
    return np.sum(x * x)


@case(X)
def of_a_view(x):
    y = x * 1.0
    product_down(y[1:], 2)
    product_down(y[::-1], 3)
    return np.sum(y * y)


def halve(v):
    if len(v) < 2:
        return
    v[0] *= v[-1]
    halve(v[:len(v) // 2])
    halve(v[len(v) // 2:])


@case(V)
def views_of_halves(x):
    y = x * 1.0
    halve(y)
    return np.sum(y * y)


@case(M)
def of_a_reshaped_copy(a):
    b = a.ravel().copy()
    halve(b)
    return np.sum(b * b)


def prefix(v):
    n = len(v)
    if n == 1:
        return v[0]
    left, right = v[:n // 2], v[n // 2:]
    s = prefix(left)
    t = prefix(right)
    right += s
    return s + t


@case(V)
def prefix_sums(x):
    y = x * x
    total = prefix(y)
    return np.sum(y * x) * total


def quicksort(v, lo, hi):
    if lo >= hi:
        return
    pivot, i = v[hi], lo
    for j in range(lo, hi):
        if v[j] < pivot:
            v[i], v[j] = v[j], v[i]
            i += 1
    v[i], v[hi] = v[hi], v[i]
    quicksort(v, lo, i - 1)
    quicksort(v, i + 1, hi)


@case(V)
def quicksort_in_place(x):
    y = x * 2.0
    quicksort(y, 0, len(y) - 1)
    return np.sum(y * np.arange(7.0) * x[0])


def merge_sort(v, buffer):
    n = len(v)
    if n < 2:
        return
    m = n // 2
    merge_sort(v[:m], buffer[:m])
    merge_sort(v[m:], buffer[m:])
    i, j = 0, m
    for k in range(n):
        if j >= n or (i < m and v[i] <= v[j]):
            buffer[k] = v[i]
            i += 1
        else:
            buffer[k] = v[j]
            j += 1
    v[:] = buffer


@case(V)
def merge_sort_with_a_buffer(x):
    y = np.sin(x)
    merge_sort(y, np.zeros(7))
    return np.sum(y * np.arange(1.0, 8.0)) + y[0] * y[3]


def fft(re, im):
    n = len(re)
    if n == 1:
        return
    h = n // 2
    even_re, even_im, odd_re, odd_im = re[::2].copy(), im[::2].copy(), re[1::2].copy(), im[1::2].copy()
    fft(even_re, even_im)
    fft(odd_re, odd_im)
    for k in range(h):
        c, s = math.cos(2 * math.pi * k / n), -math.sin(2 * math.pi * k / n)
        tr, ti = c * odd_re[k] - s * odd_im[k], c * odd_im[k] + s * odd_re[k]
        re[k], im[k] = even_re[k] + tr, even_im[k] + ti
        re[k + h], im[k + h] = even_re[k] - tr, even_im[k] - ti


@case(S)
def fft_of_real_pairs(x):
    re, im = x * 1.0, x * 0.5
    fft(re, im)
    return np.sum((re * re + im * im) * np.arange(8.0)) + re[1] * im[2]


def collect(tree, node, weights, out, depth):
    if node >= len(weights):
        return
    out[depth] += weights[node] * weights[0] * tree
    collect(tree, 2 * node + 1, weights, out, depth + 1)
    collect(tree, 2 * node + 2, weights, out, depth + 1)


@case(0.7, V)
def depth_first_traversal(t, w):
    out = np.zeros(3)
    collect(t, 0, w, out, 0)
    return np.sum(out * out)


def blocked_lu(a):
    n = len(a)
    if n == 1:
        return
    a[1:, 0] /= a[0, 0]
    a[1:, 1:] -= np.outer(a[1:, 0], a[0, 1:])
    blocked_lu(a[1:, 1:])


@case(M)
def lu_on_views(a):
    b = a * 1.0
    blocked_lu(b)
    return np.sum(np.log(np.abs(np.diag(b)))) + b[3, 1]


def cholesky(a):
    n = len(a)
    a[0, 0] = math.sqrt(a[0, 0])
    if n > 1:
        a[1:, 0] /= a[0, 0]
        a[0, 1:] = 0.0
        rest = a[1:, 1:]
        rest -= np.outer(a[1:, 0], a[1:, 0])
        cholesky(rest)


@case(M)
def cholesky_on_views(a):
    b = a @ a.T
    cholesky(b)
    return np.sum(b * b * a)


def search(v, k, chosen):
    if k == len(v):
        return np.sum(chosen * chosen * v)
    best = search(v, k + 1, chosen)
    chosen[k] = v[k] * chosen[k - 1]
    other = search(v, k + 1, chosen)
    chosen[k] = 0.5
    return max(best, other)


@case(X)
def backtracking(x):
    return search(x, 1, np.full(4, 0.5) * x[0])


def ping(v, k):
    if k >= len(v):
        return 0.0
    v[k] = np.sin(v[k - 1]) + v[k]
    return pong(v, k + 1) * v[k]


def pong(v, k):
    if k >= len(v):
        return 1.0
    for i in range(k):
        v[i] *= v[k]
    return ping(v, k + 1) + v[0]


@case(X)
def mutual_recursion(x):
    y = x * 1.0
    r = ping(y, 1)
    return r * np.sum(y)


def until(v, k):
    if k == 0:
        return 0
    if v[k] > 1.2:
        v[k] -= v[k - 1] * v[k - 1]
        return 1
    v[k] *= 1.5
    if v[k] < 0:
        return until(v, k - 1) + 2
    v[0] += v[k]
    return until(v, k - 1)


@case(X)
def early_returns(x):
    y = x * 1.0
    steps = until(y, 3)
    return np.sum(y * y) * steps + until(y, 2)


def same_or_new(v, k):
    if k == 0:
        return v
    if v[k] > 1.0:
        v[k] *= v[0]
        return same_or_new(v, k - 1)
    return same_or_new(v * v[k], k - 1)


@case(X)
def argument_or_fresh_array(x):
    y = x * 1.0
    z = same_or_new(y, 3)
    z[0] = z[1] * z[1]
    return np.sum(y * y) + np.sum(z * x)


def smaller(v):
    if len(v) <= 2:
        return v
    v[0] *= v[1]
    return smaller(v[1:])


@case(V)
def view_that_is_returned(x):
    y = x * 1.0
    tail = smaller(y)
    tail[0] *= tail[1] * y[0]
    return np.sum(y * y * x)


def drop(v, k):
    return v if k == 0 else drop(v[1:], k - 1)


@case(V)
def view_that_only_the_caller_writes_to(x):
    y = x * 1.0
    s = np.sum(drop(y, 2) ** 2)
    w = drop(y, 3)
    w *= y[0]
    return np.sum(y * y) * s


def fibonacci(n, memo, x):
    if n < 2:
        return x
    if memo[n] != 0.0:
        return memo[n]
    memo[n] = fibonacci(n - 1, memo, x) * 0.5 + fibonacci(n - 2, memo, x) * x
    return memo[n]


@case(0.8)
def memoised_into_an_array(x):
    memo = np.zeros(10)
    return fibonacci(9, memo, x) + memo[4]


def flood(level, seen, heights, i, j):
    n = len(heights)
    if i < 0 or j < 0 or i >= n or j >= n or seen[i, j] or heights[i, j] > 4.2:
        return
    seen[i, j] = True
    level[i, j] = level[i, j] * heights[i, j] + heights[0, 0]
    flood(level, seen, heights, i + 1, j)
    flood(level, seen, heights, i - 1, j)
    flood(level, seen, heights, i, j + 1)
    flood(level, seen, heights, i, j - 1)


@case(M)
def flood_fill(h):
    level = h * 0.5
    flood(level, np.zeros((4, 4), dtype=bool), h, 0, 0)
    return np.sum(level * level)


def quadrature(a, b, c, cells, n):
    m = 0.5 * (a + b)
    coarse = (b - a) * math.exp(-c * m * m)
    fine = 0.5 * (b - a) * (math.exp(-c * (0.5 * (a + m)) ** 2) + math.exp(-c * (0.5 * (m + b)) ** 2))
    if abs(fine - coarse) < 0.01:
        cells[n] += fine
        return n + 1
    n = quadrature(a, m, c, cells, n)
    return quadrature(m, b, c, cells, n)


@case(0.0, 1.9, 1.3)
def adaptive_quadrature(a, b, c):
    cells = np.zeros(40)
    n = quadrature(a, b, c, cells, 0)
    return np.sum(cells) + n * cells[1] * cells[0]


@case(X)
def closures_that_write(x):
    y = x * 1.0

    def scale(c):
        y[0] *= c
        for i in range(1, 4):
            y[i] += y[i - 1] * c

    def go(k):
        if k > 0:
            y[k] *= y[k - 1]
            scale(y[k])
            go(k - 1)
            y[0] += 0.3
    go(3)
    return np.sum(y * y)


@case(X)
def in_a_loop(x):
    y = x * 0.5
    s = 0.0
    for k in range(1, 4):
        product_down(y, k)
        s += y[k] * y[0]
        if s > 100.0:
            break
    return s + np.sum(y)


@case(X)
def in_a_branch_of_a_loop(x):
    y, z = x * 0.5, x * 1.5
    for k in range(3):
        if k % 2:
            product_down(y, k)
        else:
            product_down(z[1:], k)
        y, z = z, y
    return np.sum(y * z * x)


@case(X)
def the_array_and_a_view_of_it(x):
    y = np.concatenate((x, x))

    def go(v, w, k):
        if k < 0:
            return 1.0
        s = v[k] * w[k]
        v[k] = w[k] * w[k]
        w[0] += v[k]
        return go(v, w, k - 1) + s * w[1]
    r = go(y[:4], y[2:], 3)
    r += go(y, y, 2)
    return r * np.sum(y)


def read_and_write(v, w, k):
    if k == 0:
        return 0.0
    v[k] = w[k] * w[k - 1]
    return read_and_write(v, w, k - 1) + np.sum(v * w)


@case(X)
def overlapping_in_one_call_only(x):
    y, c = x * 1.0, np.array([1.0, 0.5, 2.0, 3.0])
    s = read_and_write(y[1:], y[:-1], 2)
    t = read_and_write(y, c, 2)
    return s * t + np.sum(y)


@case(X)
def order_of_reads(x):
    y = x * 1.0

    def go(k):
        if k == 0:
            return y[0]
        y[0] += y[k] * y[k]
        return go(k - 1)
    y[0] += go(2)
    y[1] = y[0] * go(1) + y[0]
    return np.sum(y * y)


@case(X)
def whole_array_sums(x):
    def go(v, k):
        if k == 0:
            return v
        v += np.sin(v) * k
        v *= v[0]
        return go(v, k - 1)
    y = x * 0.3
    return np.sum(go(y, 3) * y)


@case(X, M)
def nonlinear_reads_between(x, a):
    def go(v, k):
        w = a @ v
        v[k] = np.sum(w * w) * 0.1
        if k > 0:
            go(v, k - 1)
        v *= np.tanh(w)
    y = x * 0.2
    go(y, 2)
    return np.sum(y * y * x)


@case(X)
def integer_arrays(x):
    def permute(p, k):
        if k > 0:
            p[k], p[k - 1] = p[k - 1], p[k]
            permute(p, k - 1)
    p = np.arange(4)
    y = x[p] * 2.0
    permute(p, 3)
    z = x[p] * y
    permute(p, 2)
    return np.sum(z * x[p] * np.arange(4.0))


@case(X)
def arrays_of_the_callee(x):
    def go(v, k):
        t = np.zeros(len(v))
        t[0] = v[k] * v[0]
        if k > 0:
            t[1:] = go(v, k - 1)[1:] * v[k]
            t[2] += v[1]
        v[k] += t[0]
        return t
    y = x * 1.0
    r = go(y, 3)
    r[1] *= y[2]
    return np.sum(r * y)


@case(X)
def two_names_in_the_result(x):
    def go(v, k):
        if k == 0:
            return v[:2], v[1:], v[0]
        v[k] *= v[k - 1]
        return go(v, k - 1)
    y = x * 1.0
    a, b, s = go(y, 3)
    a *= b[0]
    b[0] += a[0] * s
    return np.sum(y * y)


@case(X)
def nested_recursion(x):
    def inner(v, k):
        if k > 0:
            v[k] += v[k - 1] * v[k]
            inner(v, k - 1)

    def outer(v, k):
        if k > 0:
            inner(v, k)
            outer(v[:-1], k - 1)
            v[-1] *= v[0]
    y = x * 1.0
    outer(y, 3)
    return np.sum(y * y)


@case(X)
def arrays_without_a_name(x):
    def once(v):
        if len(v) < 3:
            return 1.0
        v[0] += twice(np.sin(v))
        return v[1]

    def twice(v):
        for _ in range(2):
            v[0] *= v[1]
        return once(v[1:])
    y = x * 1.0
    return once(y) * np.sum(y)


@case(X)
def unused_work(x):
    y = x * 1.0
    z = np.ones(4)
    product_down(z, 3)
    product_down(y, 2)
    return np.sum(y * y) + z[1]


# ------------------------------------------------------------------------------------------------------ shapes and containers

@case(X)
def containers_of_arrays(x):
    def go(pair, named, k):
        if k > 0:
            pair[0][k] *= pair[1][k]
            named["a"][0] += pair[0][k]
            go(pair[::-1], named, k - 1)
    y, z = x * 1.0, x * x
    go((y, z), {"a": z, "b": y}, 3)
    go([z, y], {"a": y}, 2)
    return np.sum(y * z)


@program(REVERSE_ONLY, X)
def reshaped_result(x):
    def go(v, k):
        if k == 0:
            return v.reshape(2, 2)
        v[k] *= v[0]
        return go(v, k - 1)
    y = x * 1.0
    r = go(y, 3)
    r[0, 1] *= 2.0
    return np.sum(y * y)


@case(M)
def transposed_in_turn(a):
    def go(m, k):
        if k == 0:
            return m
        m[0] *= m[:, 1]
        return go(m.T, k - 1)
    b = a * 1.0
    c = go(b, 3)
    c[0] *= 2.0
    return np.sum(b * b)


@case(X)
def arrays_by_default(x):
    def go(v, k=3, out=None, extra=np.ones(4)):
        if out is None:
            out = np.zeros(4)
        if k == 0:
            return out
        extra[k] += v[k]
        out[k] += v[k] * extra[k]
        v[k] *= out[k]
        return go(v, k=k - 1, out=out)
    y = x * 1.0
    r = go(y)
    r[1] *= 2.0
    return np.sum(r * y)


@case(X)
def names_that_change_places(x):
    def go(u, v, k):
        if k == 0:
            return u[0]
        u[k] = v[k - 1] * u[k]
        return go(v, u, k - 1) if u[k] > 0 else go(u, v, k - 1)
    y, z = x * 1.0, x * x
    return go(y, z, 3) * np.sum(y) * np.sum(z)


@case(X)
def name_that_a_branch_chooses(x):
    def go(v, w, k):
        t = v if v[k] > w[k] else w
        t[k] *= 0.5
        if k > 0:
            go(t, v, k - 1)
        return t
    a, b = x * 1.0, x * x
    r = go(a, b, 3)
    r[0] = a[1] * b[1]
    return np.sum(a * b) + np.sum(a * a)


@case(X)
def views_in_loops(x):
    def narrowing(v):
        for i in range(len(v)):
            w = v[i:]
            w *= 0.9
            if i > 0:
                narrowing(w)
            v = w

    def from_both_ends(v):
        while len(v) > 1:
            v[0] *= v[-1]
            if v[0] > 0.5:
                from_both_ends(v[1:-1])
            v = v[1:]
        return v
    y = x * 1.0
    narrowing(y[:3])
    last = from_both_ends(y)
    last[0] *= 2.0
    return np.sum(y * y)


@case(X)
def towers_of_hanoi(x):
    def move(n, a, b, c):
        if n == 0:
            return
        move(n - 1, a, c, b)
        c[n - 1] += a[n - 1] * 0.5
        a[n - 1] *= b[n - 1] + 0.1
        move(n - 1, b, a, c)
    a, b, c = x * 1.0, x * x, np.sin(x)
    move(3, a, b, c)
    return np.sum(a * b * c)


@case(X)
def recursion_in_an_argument(x):
    def go(v, m, n):
        v[m] += v[n] * v[n] * 0.1
        if m == 0:
            return min(n + 1, 3)
        if n == 0:
            return go(v, m - 1, 1)
        return go(v, m - 1, go(v, m, n - 1))
    y = x * 0.3
    go(y, 2, 2)
    return np.sum(y * y)


@case(X)
def numbers_that_are_handed_down(x):
    def go(v, c, k):
        if k == 0:
            return c
        c = c * v[k]
        v[k] = c
        c = go(v, c * c, k - 1)
        v[0] += c
        return c * v[k]
    y = x * 1.0
    return go(y, x[0], 3) * np.sum(y)


@case(X)
def view_beside_a_number(x):
    def go(v, k):
        if k == 0:
            return v, 1.0
        w, s = go(v[1:], k - 1)
        w[0] *= v[0]
        v[0] += s
        return w, s * v[0]
    y = x * 1.0
    w, s = go(y, 2)
    w *= s
    return np.sum(y * y)


@case(X)
def readers_inside_writers(x):
    def norm(v):
        return v[0] ** 2 if len(v) == 1 else v[0] ** 2 + norm(v[1:])

    def go(v, k):
        if k > 0:
            v[k] *= norm(v)
            go(v, k - 1)
    y = x * 0.5
    go(y, 3)
    return norm(y) * y[0]


@case(X)
def writes_by_calls(x):
    def go(v, k):
        if k == 0:
            return
        np.multiply(v, v[k], out=v)
        np.add.at(v, [0, 0], v[1])
        v[v > 1] *= 0.5
        go(v, k - 1)
        v.sort()
    y = x * 0.7
    go(y, 2)
    return np.sum(y * np.arange(4.0))


@case(X)
def interleaved_views(x):
    def go(u, v, k):
        if k > 0:
            u[0] *= v[0]
            v[1] += u[1]
            go(v[::-1], u, k - 1)
    y = np.concatenate((x, x))
    go(y[::2], y[1::2], 3)
    go(y[:4], y[2:6], 3)
    return np.sum(y * y * y)


@case(X)
def cotangent_of_a_number_that_is_written_over(x):
    y = x * 1.0

    def go(v, c, k):
        if k > 0:
            v[1:] = v[:-1] * c
            go(v, np.sin(v[0]), k - 1)
    go(y, y[0], 2)
    return np.sum(y * y)


# ------------------------------------------------------------------------------------------------------- well-known algorithms

def sift(heap, i, n):
    child = 2 * i + 1
    if child >= n:
        return
    if child + 1 < n and heap[child + 1] > heap[child]:
        child += 1
    if heap[child] > heap[i]:
        heap[i], heap[child] = heap[child], heap[i]
        sift(heap, child, n)


@case(X)
def heap_sort(x):
    y = x * 1.0
    for i in range(1, -1, -1):
        sift(y, i, 4)
    for end in range(3, 0, -1):
        y[0], y[end] = y[end], y[0]
        sift(y, 0, end)
    return np.sum(y * np.arange(4.0))


@case(X)
def segment_tree(x):
    tree = np.zeros(8)

    def build(node, lo, hi):
        if hi - lo == 1:
            tree[node] = x[lo]
            return
        mid = (lo + hi) // 2
        build(2 * node, lo, mid)
        build(2 * node + 1, mid, hi)
        tree[node] = tree[2 * node] * tree[2 * node + 1] + tree[2 * node]

    def query(node, lo, hi, a, b):
        if a <= lo and hi <= b:
            return tree[node]
        if b <= lo or hi <= a:
            return 0.0
        mid = (lo + hi) // 2
        return query(2 * node, lo, mid, a, b) + query(2 * node + 1, mid, hi, a, b)

    def update(node, lo, hi, i, v):
        if hi - lo == 1:
            tree[node] += v
            return
        mid = (lo + hi) // 2
        if i < mid:
            update(2 * node, lo, mid, i, v)
        else:
            update(2 * node + 1, mid, hi, i, v)
        tree[node] = tree[2 * node] * tree[2 * node + 1] + tree[2 * node]
    build(1, 0, 4)
    s = query(1, 0, 4, 1, 3)
    update(1, 0, 4, 2, s * x[0])
    return query(1, 0, 4, 0, 4) * s


@case(X)
def all_permutations(x):
    total = np.zeros(1)

    def permute(v, k):
        if k == len(v):
            total[0] += v[0] * v[1] ** 2
            return
        for i in range(k, len(v)):
            v[k], v[i] = v[i], v[k]
            permute(v, k + 1)
            v[k], v[i] = v[i], v[k]
    y = x * 1.0
    permute(y, 1)
    return total[0] * y[0]


@case(M)
def product_by_quarters(a):
    def multiply(p, q, out):
        n = len(p)
        if n == 1:
            out[0, 0] += p[0, 0] * q[0, 0]
            return
        h = n // 2
        for i in (0, h):
            for j in (0, h):
                for k in (0, h):
                    multiply(p[i:i + h, k:k + h], q[k:k + h, j:j + h], out[i:i + h, j:j + h])
    c, d = np.zeros((4, 4)), np.zeros((4, 4))
    multiply(a, a.T, c)
    multiply(c, a, d)
    return np.sum(d * d)


@case(M)
def determinant(a):
    def det(m):
        n = len(m)
        if n == 1:
            return m[0, 0]
        for i in range(1, n):
            m[i] -= m[i, 0] / m[0, 0] * m[0]
        return m[0, 0] * det(m[1:, 1:])
    return det(a)


@case(X)
def haar_wavelets(x):
    def forth(v):
        n = len(v)
        if n > 1:
            s, d = (v[::2] + v[1::2]) / 2, (v[::2] - v[1::2]) / 2
            v[:n // 2], v[n // 2:] = s, d
            forth(v[:n // 2])

    def back(v):
        n = len(v)
        if n > 1:
            back(v[:n // 2])
            s, d = v[:n // 2].copy(), v[n // 2:].copy()
            v[::2], v[1::2] = s + d, s - d
    y = x * 1.0
    forth(y)
    y[1] *= y[0]
    back(y)
    return np.sum(y * y * x)


@case(X)
def written_by_one_and_read_by_the_other(x):
    def add(v, w, k):
        if k > 0:
            v[k] += np.sum(w * w)
            add(v, w, k - 1)

    def in_turn(a, b, k):
        if k > 0:
            add(a, b, k)
            in_turn(b, a, k - 1)
            a *= 0.5
    a, b = x * 0.3, x * 0.2
    in_turn(a, b, 3)
    return np.sum(a * b)


@case(X)
def reference_that_is_handed_down(x):
    def largest(v, k, best):
        if k < 0:
            return best
        if v[k] > 1.0:
            best = v[k:]
        v[k] *= 0.5
        return largest(v, k - 1, best)
    y = x * 1.0
    b = largest(y, 3, y)
    b *= y[0]
    return np.sum(y * y)


@case(0.3, X)
def recursion_in_endless_loops(c, x):
    def go(v, depth):
        i = 0
        while True:
            if i >= len(v):
                break
            v[i] = np.sin(v[i] * c) + v[i - 1]
            if v[i] > 0.8 and depth > 0 and go(v[i:], depth - 1) > 1.0:
                return v[i]
            i += 1
        return np.sum(v)
    y = x * 1.0
    return go(y, 2) * y[1] + go(y, 1)


# ------------------------------------------------------------------------------------------------------------------ refusals

G = np.ones(4)


@refused(X, code="SCT608", says="G[k] *= 1.5")
def global_array(x):
    def go(k):
        if k > 0:
            G[k] *= 1.5
            go(k - 1)
    go(3)
    return np.sum(x * G)


@refused(X, code="SCT608", says="go(G, 3)")
def global_argument(x):
    def go(v, k):
        if k > 0:
            v[k] *= x[k]
            go(v, k - 1)
    go(G, 3)
    return np.sum(x * G)


@refused(X, code="SCT103", says="`try`")
def under_try(x):
    y = x * 1.0
    try:
        product_down(y, 3)
    except ValueError:
        y = x
    return np.sum(y)


@refused(X, code="SCT101", says="yield")
def generator(x):
    def go(v, k):
        if k > 0:
            v[k] *= 2.0
            yield v[k]
            yield from go(v, k - 1)
    return sum(go(x * 1.0, 3))


@refused(M, code="SCT601", says="may share memory")
def view_or_copy(a):
    def go(m, k):
        if k == 0:
            return m.ravel()
        m[0] *= m[:, 1]
        return go(m.T, k - 1)
    b = a * 1.0
    go(b, 3)[0] = 2.0
    return np.sum(b * b)


@refused(X, code="SCT601", says="r[0] = a[0]")
def two_names_of_fresh_memory(x):
    def go(v, k):
        if k == 0:
            r = v * v
            return r, r[1:]
        return go(v[:-1], k - 1)
    r, a = go(x, 2)
    r[0] = a[0]
    return np.sum(r)


@refused(X, code="SCT601", says="whose gradient is taken inside")
def gradient_of_a_writer(x):
    def go(v, k):
        if k > 0:
            v[k] *= v[k - 1] * v[0]
            go(v, k - 1)
        return np.sum(v)
    return np.sum(sct.grad(go)(x, 3) ** 2)


test_right = tried(run, [*PROGRAMS, *REVERSE_ONLY])


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    error = refusal(fun, *args)
    assert (error.code, options["says"] in str(error)) == (options["code"], True), error


def test_gradient_inside():
    def squares(z):
        y = z * 1.0
        product_down(y, 3)
        return np.sum(y * y)

    def outer(x):
        return np.sum(sct.grad(squares)(x) ** 2)
    check(outer, X)


def test_the_halves_are_as_one_writes_them():
    gradient = sct.grad(down_an_array)
    gradient(X)
    assert "product_down_backward(product_down_context, y_bar)" in gradient.source
    assert "def product_down_backward(context, v_bar):" in gradient.source
    assert "v[k] =" not in gradient.source.partition("def product_down_backward")[2], "nobody reads the array again"


def test_what_was_there_comes_back_where_a_derivative_reads_it():
    gradient = sct.grad(nonlinear_reads_between)
    gradient(X, M)
    assert "v[k] =" in gradient.source.partition("def go_backward")[2]


def test_a_captured_array_is_one_parameter():
    gradient = sct.grad(closures_that_write)
    gradient(X)
    assert "def go_forward(y, k):" in gradient.source and "def go_backward(context, y_bar):" in gradient.source


def test_specialisations_that_print_alike_are_one():
    gradient = sct.grad(views_of_halves)
    gradient(V)
    assert gradient.source.count("def halve_backward") == 1


def test_deep_recursion_leaves_the_arguments_as_they_are():
    x = np.linspace(0.5, 1.5, 200)
    before = x.copy()

    def f(v):
        product_down(v, 199)
        return v[-1] * v[1]
    assert np.allclose(sct.grad(f)(x)[:2], [before[1] * before[199] * before[198], before[0] * before[199] * before[198]])
    assert np.array_equal(x, before)


def changed_in_turn(v, w, c):
    if len(v):
        v[0] *= np.tanh(w[-1] + w[0])
        return None
    changed_in_turn(w[::2], v[::2], c)
    return None


def test_curvature_through_arrays_that_change_places_in_a_recursive_call():
    def total(x, y, v):
        changed_in_turn(v, v, np.cos(sum(p * q for p, q in zip(np.ones(3), np.zeros(3) + y, strict=True))))
        return sum(p * q for p, q in zip(x * np.ones(2), v - v, strict=True)) + np.sum(v * v)

    x, y, v = 0.3, 0.7, np.array([0.8, 1.1])
    directions = (1.0, 1.0, np.array([0.5, -2.0]))
    along = sct.hvp(total, (x, y, v), directions)
    gradient = sct.grad(total, (0, 1, 2))
    h = 1e-5
    ahead, behind = (gradient(*(a + s * d for a, d in zip((x, y, v), directions, strict=True))) for s in (h, -h))
    for found, a, b in zip(along, ahead, behind, strict=True):
        np.testing.assert_allclose(found, (a - b) / (2 * h), rtol=1e-6, atol=1e-8)
