"""Trajectories: bodies, oscillators, populations, particles."""

import math

import numpy as np

from . import program


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@program(lambda n: (normal(n, 3), 0.1 * normal(n, 3, seed=1), 0.5 + np.abs(normal(n, seed=2)), 0.01, 2), 3, 8)
def n_body_leapfrog(x, v, m, dt, steps):
    n = len(m)
    for _ in range(steps):
        x += 0.5 * dt * v
        for i in range(n):
            a = np.zeros(3)
            for j in range(n):
                if i != j:
                    d = x[j] - x[i]
                    r2 = np.dot(d, d) + 0.01
                    a += m[j] * d / (r2 * np.sqrt(r2))
            v[i] += dt * a
        x += 0.5 * dt * v
    energy = 0.0
    for i in range(n):
        energy += 0.5 * m[i] * np.dot(v[i], v[i])
        for j in range(i):
            d = x[i] - x[j]
            energy -= m[i] * m[j] / np.sqrt(np.dot(d, d) + 0.01)
    return energy


@program(lambda n: (normal(n, 3), 0.1 * normal(n, 3, seed=1), 0.5 + np.abs(normal(n, seed=2)), 0.01, 2), 3, 8)
def n_body_pairs(pos, vel, mass, dt, steps):
    n = pos.shape[0]
    for _ in range(steps):
        force = np.zeros((n, 3))
        for i in range(n):
            for j in range(i + 1, n):
                dx = pos[i, 0] - pos[j, 0]
                dy = pos[i, 1] - pos[j, 1]
                dz = pos[i, 2] - pos[j, 2]
                mag = mass[i] * mass[j] / (dx * dx + dy * dy + dz * dz + 0.05) ** 1.5
                force[i, 0] -= mag * dx
                force[i, 1] -= mag * dy
                force[i, 2] -= mag * dz
                force[j, 0] += mag * dx
                force[j, 1] += mag * dy
                force[j, 2] += mag * dz
        vel += dt * force / mass[:, None]
        pos += dt * vel
    return np.sum(pos ** 2) + np.sum(vel ** 2)


@program(lambda n: (np.array([1.1, 0.4, 0.4, 0.1]), 0.05, n), 8, 100)
def lotka_volterra_rk4(p, dt, n):
    y = np.array([3.0, 2.0])
    k = np.zeros((4, 2))
    path = np.zeros((n + 1, 2))
    path[0] = y
    for step in range(n):
        k[0, 0] = p[0] * y[0] - p[1] * y[0] * y[1]
        k[0, 1] = p[3] * y[0] * y[1] - p[2] * y[1]
        for s in range(1, 4):
            c = dt if s == 3 else 0.5 * dt
            u = y[0] + c * k[s - 1, 0]
            w = y[1] + c * k[s - 1, 1]
            k[s, 0] = p[0] * u - p[1] * u * w
            k[s, 1] = p[3] * u * w - p[2] * w
        y += dt / 6.0 * (k[0] + 2.0 * k[1] + 2.0 * k[2] + k[3])
        path[step + 1] = y
    return np.sum(path ** 2)


@program(lambda n: (0.1 * normal(n), 0.05 * normal(n, seed=1), 0.25, 0.1, 5), 5, 120)
def oscillator_chain(q, p, alpha, dt, steps):
    n = len(q)
    force = np.zeros(n)
    for _ in range(steps):
        for i in range(n):
            left = q[i] - (q[i - 1] if i > 0 else 0.0)
            right = (q[i + 1] if i < n - 1 else 0.0) - q[i]
            force[i] = right - left + alpha * (right ** 2 - left ** 2)
        for i in range(n):
            p[i] += dt * force[i]
            q[i] += dt * p[i]
    return 0.5 * np.sum(p * p) + np.sum(q ** 4)


@program(lambda n: (0.3 * normal(n), 1.2, 0.7, 0.1, 4), 5, 20)
def kuramoto(theta, coupling, spread, dt, steps):
    n = len(theta)
    rate = np.empty(n)
    for _ in range(steps):
        for i in range(n):
            rate[i] = spread * i / n
            for j in range(n):
                rate[i] += coupling / n * math.sin(theta[j] - theta[i])
        theta[:] += dt * rate
    return np.sum(np.cos(theta)) ** 2 / n


@program(lambda n: (normal(n), 0.8, 0.3, normal(4, seed=3)), 6, 200)
def particle_filter_weights(particles, drift, noise, observed):
    n = len(particles)
    weights = np.full(n, 1.0 / n)
    loglik = 0.0
    for y in observed:
        total = 0.0
        for i in range(n):
            particles[i] = drift * particles[i] + 0.1 * math.sin(3.0 * i)
            z = (y - particles[i]) / (1.0 + noise)
            weights[i] *= math.exp(-0.5 * z * z)
            total += weights[i]
        loglik += math.log(total)
        weights /= total
    return loglik + np.sum(weights * particles)


@program(lambda n: (np.array([0.3, 0.1, 0.05]), 0.1, n), 8, 150)
def epidemic(p, dt, n):
    s, i, r = np.empty(n + 1), np.empty(n + 1), np.empty(n + 1)
    s[0], i[0], r[0] = 0.99, 0.01, 0.0
    for t in range(n):
        infections = p[0] * s[t] * i[t]
        s[t + 1] = s[t] - dt * infections + dt * p[2] * r[t]
        i[t + 1] = i[t] + dt * (infections - p[1] * i[t])
        r[t + 1] = r[t] + dt * (p[1] * i[t] - p[2] * r[t])
    return np.max(i) + np.sum(r)


@program(lambda n: (np.array([10.0, 28.0, 8.0 / 3.0]), np.array([1.0, 1.0, 1.0]), 0.005, n), 6, 100)
def lorenz_heun(p, x, dt, n):
    k1 = np.zeros(3)
    k2 = np.zeros(3)
    y = np.zeros(3)
    for _ in range(n):
        k1[0] = p[0] * (x[1] - x[0])
        k1[1] = x[0] * (p[1] - x[2]) - x[1]
        k1[2] = x[0] * x[1] - p[2] * x[2]
        y[:] = x + dt * k1
        k2[0] = p[0] * (y[1] - y[0])
        k2[1] = y[0] * (p[1] - y[2]) - y[1]
        k2[2] = y[0] * y[1] - p[2] * y[2]
        x += 0.5 * dt * (k1 + k2)
    return np.sum(x * x)


@program(lambda n: (normal(n), normal(n, seed=1), 0.9, 0.2, 3), 5, 120)
def neurons(v, w, a, dt, steps):
    spikes = 0.0
    for _ in range(steps):
        for i in range(len(v)):
            dv = v[i] - v[i] ** 3 / 3.0 - w[i] + 0.5
            dw = 0.08 * (v[i] + 0.7 - a * w[i])
            v[i] += dt * dv
            w[i] += dt * dw
            if v[i] > 1.0:
                spikes += v[i]
                v[i] = -0.5 * w[i]
    return np.sum(v * v) + np.sum(w * w) + spikes


@program(lambda n: (0.5 + np.abs(normal(n)), 0.97, 5), 6, 150)
def bellman_savings(reward, beta, sweeps):
    n = len(reward)
    value = np.zeros(n)
    for _ in range(sweeps):
        new = np.zeros(n)
        for s in range(n):
            best = -1e9
            for a in range(3):
                t = min(s + a, n - 1)
                q = reward[s] / (1.0 + a) + beta * value[t]
                if q > best:
                    best = q
            new[s] = best
        value = new
    return np.sum(value)
