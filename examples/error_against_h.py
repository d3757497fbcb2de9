"""The error of numerical differentiation against the step: truncation falls with h, rounding grows; a gradient has neither.

``python examples/error_against_h.py [file.svg]`` prints the table and writes the picture.
"""

import math
import sys

import numpy as np

import sct
from sct.testing.differences import complex_step, estimate, stencil


def f(x):
    return np.sin(x)


AT = math.pi / 3.0
EXACT = 0.5
METHODS = {"forward": (2, "forward"), "central": (3, "central"), "five points": (5, "central")}
COLOURS = {"forward": "#c1272d", "central": "#e08a1e", "five points": "#2a7f3f", "complex step": "#1f5fa8",
           "sct.grad": "#444444"}


def errors(steps):
    """For each method its error at each step."""
    found = {name: [abs(estimate(lambda d: f(AT + d), *stencil(points, side=side), h) - EXACT) for h in steps]
             for name, (points, side) in METHODS.items()}
    found["complex step"] = [abs(complex_step(f, (AT,), eps=h) - EXACT) for h in steps]
    found["sct.grad"] = [abs(sct.grad(f)(AT) - EXACT)] * len(steps)
    return found


def table(steps, curves):
    """The errors as a Markdown table."""
    lines = ["| h | " + " | ".join(curves) + " |", "|---|" + "---:|" * len(curves)]
    for k, h in enumerate(steps):
        lines.append(f"| 1e{round(math.log10(h)):+03d} | " + " | ".join(f"{curve[k]:.0e}" for curve in curves.values()) + " |")
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------------------------- the picture

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 70, 150, 30, 50
LARGEST, SMALLEST = 0.0, -17.0
"""Decimal exponents at the ends of both axes."""


def place(h, error):
    """Where a point is in the picture; an error of zero stands at the lower edge."""
    across = (math.log10(h) - SMALLEST) / (LARGEST - SMALLEST)
    up = (max(math.log10(error) if error > 0.0 else SMALLEST, SMALLEST) - SMALLEST) / (LARGEST - SMALLEST)
    return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - min(up, 1.0) * (HEIGHT - TOP - BOTTOM)


def svg(steps, curves):
    """The picture: both axes logarithmic."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             "<title>Error of numerical derivatives of sin at π/3 against the step</title>",
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *axes()]
    for (name, curve), row in zip(curves.items(), range(len(curves)), strict=True):
        points = " ".join("{:.1f},{:.1f}".format(*place(h, error)) for h, error in zip(steps, curve, strict=True))
        dashed = ' stroke-dasharray="4 3"' if name == "sct.grad" else ""
        parts.append(f'<polyline id="{name.replace(" ", "-")}" points="{points}" fill="none" stroke="{COLOURS[name]}" '
                     f'stroke-width="1.6"{dashed}/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 20}" y="{TOP + 20 + 20 * row}" fill="{COLOURS[name]}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def axes():
    """Grid lines with their exponents, and what the axes are."""
    for exponent in range(0, -17, -4):
        x, y = place(10.0**exponent, 10.0**exponent)
        yield f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#dddddd"/>'
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">1e{exponent}</text>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">1e{exponent}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{HEIGHT - 10}" text-anchor="middle">step h</text>'
    yield f'<text x="{LEFT}" y="{TOP - 10}">error of the derivative of sin at π/3</text>'


def fine_steps():
    """Four steps for each power of ten."""
    return [10.0 ** (-k / 4) for k in range(4 * 16 + 1)]


if __name__ == "__main__":
    coarse = [10.0**-k for k in range(1, 16)]
    print(table(coarse, errors(coarse)))
    if len(sys.argv) > 1:
        with open(sys.argv[1], "w", encoding="utf-8") as file:
            file.write(svg(fine_steps(), errors(fine_steps())))
