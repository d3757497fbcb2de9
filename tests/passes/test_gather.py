"""Additions to one slice of an adjoint array are made together, unless something in between sees or changes what they add."""

import re

import numpy as np
import pytest

import sct
from sct.passes.gather import gather_additions

from .listings import transformed


def advected(u0, nu, r):
    u = np.copy(u0)
    for _ in range(3):
        old = np.copy(u)
        u[1:-1] = old[1:-1] - r * old[1:-1] * (old[1:-1] - old[:-2]) + nu * (old[2:] - 2.0 * old[1:-1] + old[:-2])
    return np.sum(u * u)


def test_a_stencil_adds_once_to_each_slice():
    u0 = 1.0 + 0.5 * np.sin(np.linspace(0.0, 6.0, 7))
    gradient = sct.grad(advected)
    sct.check_grads(advected, (u0, 0.2, 0.1), order=2)
    text = sct.source(gradient, u0, 0.2, 0.1)
    assert sorted(re.findall(r"old_bar(\[\S+\]) \+=", text)) == ["[1:-1]", "[2:]", "[:-2]"] and "-=" not in text


APART = {
    "read": """
        %r: float64[:] = np.copy(%x_bar)
    """,
    "read through a view": """
        %r: float64[:] = %x_bar[2:] {effect='view'}
        %t: float64[:] = np.copy(%r)
    """,
    "set": """
        store %x_bar[2], %c {adjoint}
    """,
    "the term is written to": """
        store %p[0], %c
    """,
}


@pytest.mark.parametrize("between", APART.values(), ids=APART)
def test_what_lies_between_is_minded(between):
    given = "".join(f"  {line.strip()}\n" for line in between.strip().splitlines())
    text = f"""function f(%x_bar: float64[:], %p: float64[:], %c: float):
  index_add %x_bar[1:-1], %p {{unique}}
{given}  %s: float64[:] = %p * %c
  index_add %x_bar[1:-1], %s {{unique}}
  return
"""
    assert transformed(text, gather_additions).count("index_add") == 2


def test_what_is_added_may_not_be_read_from_there():
    text = """function f(%x_bar: float64[:], %p: float64[:]):
  index_add %x_bar[1:], %p {unique}
  index_add %x_bar[1:], %x_bar {unique}
  return
"""
    assert transformed(text, gather_additions).count("index_add") == 2
