"""Cameras and points in space, with rotations written out number by number."""

import math

import numpy as np

from . import program


def rotated(r0, r1, r2, x, y, z):
    """The vector (x, y, z), turned about the axis (r0, r1, r2) by its length (Rodrigues)."""
    square = r0 * r0 + r1 * r1 + r2 * r2
    if square == 0.0:
        return x + r1 * z - r2 * y, y + r2 * x - r0 * z, z + r0 * y - r1 * x
    angle = math.sqrt(square)
    a0, a1, a2 = r0 / angle, r1 / angle, r2 / angle
    c, s = math.cos(angle), math.sin(angle)
    along = (a0 * x + a1 * y + a2 * z) * (1.0 - c)
    return (x * c + (a1 * z - a2 * y) * s + a0 * along,
            y * c + (a2 * x - a0 * z) * s + a1 * along,
            z * c + (a0 * y - a1 * x) * s + a2 * along)


def projected(camera, x, y, z):
    """Where a camera (turn, place, focal length, centre, two coefficients of distortion) sees a point."""
    p, q, depth = rotated(camera[0], camera[1], camera[2], x - camera[3], y - camera[4], z - camera[5])
    p /= depth
    q /= depth
    square = p * p + q * q
    stretch = camera[6] * (1.0 + camera[9] * square + camera[10] * square * square)
    return p * stretch + camera[7], q * stretch + camera[8]


def scene(n):
    """``n`` points before four cameras, what each camera sees of them, and weights."""
    rng = np.random.default_rng(0)
    turns, places = 0.2 * rng.normal(size=(4, 3)), 0.5 * rng.normal(size=(4, 3))
    inner = np.tile([1.3, 0.1, -0.1, 0.02, -0.01], (4, 1))
    points = rng.normal(size=(n, 3)) + np.array([0.0, 0.0, 6.0])
    seen = [(k % 4, k // 4) for k in range(4 * n)]
    return np.hstack([turns, places, inner]), points, 0.5 + rng.random(4 * n), np.array(seen), rng.normal(size=(4 * n, 2))


@program(scene, 3, 50)
def bundle_adjustment(cameras, points, weights, seen, measured):
    loss = 0.0
    for k in range(len(seen)):
        camera, point = seen[k]
        u, v = projected(cameras[camera], points[point, 0], points[point, 1], points[point, 2])
        w = weights[k]
        loss += (w * (u - measured[k, 0])) ** 2 + (w * (v - measured[k, 1])) ** 2 + (1.0 - w * w) ** 2
    return loss
