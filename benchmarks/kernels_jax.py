"""The kernels rewritten for JAX: each function imports JAX and returns what ``jax.jit`` and ``jax.grad`` can take.

``fori_loop`` needs a number of rounds that is known when it is traced, or reverse mode refuses it: triangles become squares
under a mask.
"""

from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]


def lu_in_place() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def lu_in_place(a):
        n = a.shape[0]
        rows = jnp.arange(n)

        def step(k, a):
            below = rows > k
            column = jnp.where(below, a[:, k] / a[k, k], 0.0)
            a = a - jnp.outer(column, jnp.where(below, a[k], 0.0))
            return a.at[:, k].set(jnp.where(below, column, a[:, k]))
        a = lax.fori_loop(0, n, step, a)
        return jnp.sum(jnp.log(jnp.abs(jnp.diag(a))))

    return lu_in_place


def cholesky_by_elements() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def cholesky_by_elements(a):
        n = a.shape[0]
        rows = jnp.arange(n)

        def column(j, L):
            s = a[:, j] - L @ L[j]
            diagonal = jnp.sqrt(s[j])
            return L.at[:, j].set(jnp.where(rows > j, s / diagonal, jnp.where(rows == j, diagonal, 0.0)))
        L = lax.fori_loop(0, n, column, jnp.zeros((n, n)))
        return jnp.sum(jnp.log(jnp.diag(L))) + L[n - 1, 0]

    return cholesky_by_elements


def gram_schmidt() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def gram_schmidt(a):
        m, n = a.shape

        def outer(k, state):
            q, r = state

            def inner(j, state):
                v, r = state
                product = jnp.where(j < k, q[:, j] @ v, 0.0)
                return v - product * q[:, j], r.at[j, k].add(product)
            v, r = lax.fori_loop(0, n, inner, (a[:, k], r))
            length = jnp.sqrt(v @ v)
            return q.at[:, k].set(v / length), r.at[k, k].set(length)
        q, r = lax.fori_loop(0, n, outer, (jnp.zeros((m, n)), jnp.zeros((n, n))))
        return jnp.sum(r ** 2 * jnp.arange(1.0, n + 1)) + jnp.sum(q)

    return gram_schmidt


def modified_gram_schmidt() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def modified_gram_schmidt(a):
        n = a.shape[1]
        columns = jnp.arange(n)

        def step(k, state):
            a, r = state
            length = jnp.linalg.norm(a[:, k])
            unit = a[:, k] / length
            products = jnp.where(columns > k, unit @ a, 0.0)
            a = (a - jnp.outer(unit, products)).at[:, k].set(unit)
            return a, r.at[k].set(products.at[k].set(length))
        a, r = lax.fori_loop(0, n, step, (a, jnp.zeros((n, n))))
        return jnp.sum(jnp.sin(r)) + jnp.sum(a)

    return modified_gram_schmidt


def thomas() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def thomas(diagonal, rhs, c):
        def forward(before, given):
            b, right = given
            upper, x = before
            denominator = b + c * upper
            now = -c / denominator, (right + c * x) / denominator
            return now, now

        def backward(x, given):
            upper, own = given
            x = own - upper * x
            return x, x
        _, (upper, x) = lax.scan(forward, (0.0, 0.0), (diagonal + 2.0, rhs))
        _, x = lax.scan(backward, 0.0, (upper, x), reverse=True)
        return jnp.sum(x ** 2)

    return thomas


def gauss_seidel() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def gauss_seidel(u, f, sweeps):
        n = u.shape[0]
        h2 = 1.0 / (n - 1) ** 2
        inside = jnp.arange(1, n - 1)

        def row(above, given):
            own, below, right = given

            def element(left, j):
                new = 0.25 * (above[j] + below[j] + left + own[j + 1] - h2 * right[j])
                return new, new
            _, new = lax.scan(element, own[0], inside)
            own = own.at[1:-1].set(new)
            return own, own

        def sweep(_, u):
            _, rows = lax.scan(row, u[0], (u[1:-1], u[2:], f[1:-1]))
            return u.at[1:-1].set(rows)
        u = lax.fori_loop(0, sweeps, sweep, u)
        return jnp.sum(u * u)

    return gauss_seidel


def jacobi_2d() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def jacobi_2d(u0, f, steps):
        h2 = 1.0 / (u0.shape[0] - 1) ** 2

        def step(_, u):
            inner = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - h2 * f[1:-1, 1:-1])
            return u0.at[1:-1, 1:-1].set(inner)
        u = lax.fori_loop(0, steps, step, u0)
        return jnp.sum(u * u)

    return jacobi_2d


def heat_2d() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def heat_2d(t, kx, ky, steps):
        nx, ny = t.shape

        def step(_, t):
            lap = (kx * (t[2:, 1:-1] - 2 * t[1:-1, 1:-1] + t[:-2, 1:-1])
                   + ky * (t[1:-1, 2:] - 2 * t[1:-1, 1:-1] + t[1:-1, :-2]))
            t = t.at[1:-1, 1:-1].add(lap)
            t = t.at[0, :].set(t[1, :])
            t = t.at[-1, :].set(t[-2, :])
            return t.at[:, 0].set(1.0).at[:, -1].set(0.0)
        t = lax.fori_loop(0, steps, step, t)
        return t[nx // 2, ny // 2] + jnp.mean(t)

    return heat_2d


def adi() -> Function:
    import jax.numpy as jnp
    from jax import lax

    def adi(u, r, steps):
        n = u.shape[0]

        def lines(right, first, last):
            """Solves along each row of ``right`` (lines of n - 2 points), all lines at once."""
            def forward(before, rhs):
                p, q = before
                denominator = 1.0 + 2.0 * r - r * p
                now = r / denominator, (rhs + r * q) / denominator
                return now, now

            def backward(x, given):
                p, q = given
                x = p * x + q
                return x, x
            start = jnp.zeros(n - 2), first
            _, (p, q) = lax.scan(forward, start, right.T)
            _, x = lax.scan(backward, last, (p, q), reverse=True)
            return x.T

        def step(_, u):
            ones = jnp.ones(n - 2)
            right = r * u[1:-1, :-2] + (1.0 - 2.0 * r) * u[1:-1, 1:-1] + r * u[1:-1, 2:]
            v = jnp.ones((n, n)).at[1:-1, 1:-1].set(lines(right.T, ones, ones).T)
            right = r * v[:-2, 1:-1] + (1.0 - 2.0 * r) * v[1:-1, 1:-1] + r * v[2:, 1:-1]
            return u.at[1:-1, 1:-1].set(lines(right, ones, u[1:-1, -1]))
        u = lax.fori_loop(0, steps, step, u)
        return jnp.sum(u * u)

    return adi


def conv2d_by_loops() -> Function:
    import jax.numpy as jnp

    def conv2d_by_loops(img, kernel, bias):
        n, m = img.shape
        kh, kw = kernel.shape
        height, width = n - kh + 1, m - kw + 1
        acc = bias
        for a in range(kh):
            for b in range(kw):
                acc += img[a:a + height, b:b + width] * kernel[a, b]
        return jnp.sum(jnp.maximum(acc, 0.0) ** 2)

    return conv2d_by_loops


def bundle_adjustment() -> Function:
    import jax
    import jax.numpy as jnp

    def rotated(r, v):
        square = r @ r
        angle = jnp.sqrt(square)
        axis = r / angle
        c, s = jnp.cos(angle), jnp.sin(angle)
        return v * c + jnp.cross(axis, v) * s + axis * (axis @ v) * (1.0 - c)

    def residual(camera, point, w, measured):
        v = rotated(camera[:3], point - camera[3:6])
        p = v[:2] / v[2]
        square = p @ p
        stretch = camera[6] * (1.0 + camera[9] * square + camera[10] * square * square)
        return jnp.sum((w * (p * stretch + camera[7:9] - measured)) ** 2) + (1.0 - w * w) ** 2

    def bundle_adjustment(cameras, points, weights, seen, measured):
        return jnp.sum(jax.vmap(residual)(cameras[seen[:, 0]], points[seen[:, 1]], weights, measured))

    return bundle_adjustment
