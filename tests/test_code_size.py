"""Derivatives of derivatives grow by a constant factor: the text of a loop of twenty lines, orders one to four."""

import ast
import math

import pytest

import sct
from sct.testing.differences import nth_derivative


def pendulum(angle, length, steps):
    speed = 0.0
    energy = 0.0
    for k in range(steps):
        pull = -9.81 / length * math.sin(angle)
        drag = -0.1 * speed
        if abs(speed) > 2.0:
            drag -= 0.05 * speed * speed * math.copysign(1.0, speed)
        speed += 0.01 * (pull + drag)
        angle += 0.01 * speed
        if angle > math.pi:
            angle -= 2.0 * math.pi
        elif angle < -math.pi:
            angle += 2.0 * math.pi
        kinetic = 0.5 * length * length * speed * speed
        potential = 9.81 * length * (1.0 - math.cos(angle))
        energy += 0.01 * (kinetic + potential)
        if energy > 100.0:
            break
    return energy


def statements(text):
    return sum(isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(text)))


def test_each_order_about_doubles_the_text():
    args, sizes, derivative = (0.5, 1.0, 50), [19], pendulum
    for order in range(1, 5):
        derivative = sct.grad(derivative)
        expected, error = nth_derivative(lambda angle: pendulum(angle, *args[1:]), args[0], order)
        assert derivative(*args) == pytest.approx(expected, abs=1e-5 + 10 * error)
        sizes.append(statements(derivative.source))
    assert all(later <= 2.3 * size for size, later in zip(sizes, sizes[1:], strict=False)), sizes
    assert sizes[-1] <= 320, sizes
