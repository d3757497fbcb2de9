"""Options of reductions, methods and ufuncs in every combination: values, both modes and second order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.sampling import a_part

from .arrays import MASK
from .registered import groups
from .sample import of_text
from .samples import POOL
from .together import check_double, faults, is_smooth

NAMES = {"some": MASK, "none": np.zeros((3, 4), bool), "places": np.array([2, 0, 1])}
AXES = ("", "axis=0", "axis=-1", "axis=(0, 1)", "axis=()", "axis=None")
WHERE = ("", "where=some", "where=some[0]", "where=some[:, :2].any(axis=1, keepdims=True)", "where=none")


def call(name: str, *options: str) -> str:
    return f"{name}({', '.join(filter(None, options))})"


def reductions() -> Iterator[str]:
    """Sums and their like, of arrays with and without holes; an extremum of what is left out needs a start."""
    for name, axis, keep, where in itertools.product(("sum", "prod", "max", "min", "mean", "var", "std"), AXES,
                                                     ("", "keepdims=True"), WHERE):
        if where == "where=none" and name in ("mean", "var", "std"):
            continue
        start = "initial=x" if name in ("max", "min") and where or name in ("sum", "prod") and keep else ""
        yield call(f"a.{name}", axis, keep, where, start)
        yield call(f"np.nan{name}", "h", axis, keep, where, start)


def methods() -> Iterator[str]:
    for options in ("", "axis=0", "1", "axis=-1, dtype=float", "axis=None"):
        yield from (call(f"a.{name}", options) for name in ("cumsum", "cumprod"))
    for options in ("[0, 2]", "places, axis=1", "[5, -9], mode='wrap'", "[5, -9], 1, None, 'clip'", "indices=places, axis=0"):
        yield call("a.take", options)
    for options in ("4, 3", "(6, 2), order='F'", "-1", "2, -1, copy=True", "shape=(12,)"):
        yield call("a.reshape", options)
    yield from (f"a.ravel({order}) * a.flatten({order})" for order in ("", "'F'", "order='C'"))
    for options in ("", "1", "-1, 0, 2", "axis1=2, axis2=0"):
        yield from (call(f"t.{name}", options) for name in ("diagonal", "trace"))
    yield from (call("a.repeat", options) for options in ("2", "2, axis=0", "[1, 2, 0], axis=0", "repeats=2, axis=1"))
    yield from (call("t.transpose", options) for options in ("", "2, 0, 1", "(2, 0, 1)", "None", "-1, 0, 1"))
    yield from (call("a.compress", options) for options in ("[True, False, True], axis=0", "some.ravel()", "some[0], axis=1"))
    yield from (f"z = a * 1.0\nz.{change}\nz * z" for change in (
        "sort()", "sort(axis=0)", "sort(0, 'stable')", "partition(1, axis=0)", "put([1, 25], v[:2], mode='wrap')", "fill(x)",
        "put([1, 5], x)", "put([1, 25], v[:2], 'clip')"))


def ufuncs() -> Iterator[str]:
    for name in ("add", "multiply", "maximum", "minimum", "logaddexp", "logaddexp2"):
        for options in ("", "axis=1", "axis=(0, 1), keepdims=True", "axis=None", "axis=1, where=some, initial=x", "0, float"):
            yield call(f"np.{name}.reduce", "a", options)
        yield from (call(f"np.{name}.accumulate", "a", options) for options in ("", "axis=1", "-1"))
        yield f"np.{name}.outer(v, e)"
        yield f"z = a * 1.0\nnp.{name}(a, v, out=z, where=some)\nz * z"
        yield f"z = a * 1.0\nnp.{name}(z, v, z, where=some[0])\nz * z"
    yield from (call("np.exp", "a", options) for options in ("dtype=float", "casting='no', order='F'", "subok=False"))


def norms() -> Iterator[str]:
    axes = ("None", "0", "(0, 1)", "(1, 0)")
    for order, axis, keep in itertools.product(("None", "1", "2", "np.inf", "-1"), axes, (False, True)):
        yield f"np.linalg.norm(a, {order}, {axis}, {keep})"
    yield from (f"np.linalg.norm(a, ord={order!r}, axis=(0, 1))" for order in ("fro", "nuc"))
    yield from (f"np.linalg.norm(a, {order}, axis=1)" for order in ("2.5", "-2", "-np.inf"))


TEXTS = [*reductions(), *methods(), *ufuncs(), *norms()]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("texts", a_part(12, [(group,) for group in groups(TEXTS, 20)]), ids=lambda texts: texts[0])
def test_options(texts: list[str], tmp_path: Path) -> None:
    """Where nothing is left, as in the mean of no elements, there is no derivative to try."""
    with np.errstate(all="ignore"):
        samples = [sample for text in texts if is_smooth(sample := of_text("options", text, POOL, NAMES))]
        assert len(samples) > 5
        assert not faults(samples, check_double, tmp_path)
