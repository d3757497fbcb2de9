"""The graph of a computation: which value depends on which, as DOT text for Graphviz."""

import numpy as np

import sct


def product(x, y):
    return x * (x + y)


def wave(x):
    return np.sin(np.sum(x) + 2.0)


for picture in (sct.graph(product, 3.0, 2.0), sct.graph(wave, np.array([1.0, 2.0]))):
    print(picture)
    assert picture.startswith("digraph")

assert sct.grad(product, (0, 1))(3.0, 2.0) == (8.0, 3.0)
assert np.allclose(sct.grad(wave)(np.array([1.0, 2.0])), np.cos(5.0))
