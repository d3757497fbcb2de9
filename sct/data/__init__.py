"""The data table shipped with the package, for the demo and the examples: 442 diabetes patients, ten measurements each."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


def diabetes() -> tuple[FloatArray, FloatArray, list[str]]:
    """The measurements (442, 10), the disease progression a year later (442,), and the ten column names, in raw units.

    Source: Efron, Hastie, Johnstone and Tibshirani, "Least angle regression", Annals of Statistics 32 (2004), 407-499.

    >>> measurements, progression, columns = diabetes()
    >>> measurements.shape, progression.shape, columns[:4]
    ((442, 10), (442,), ['age', 'sex', 'bmi', 'bp'])
    """
    lines = [line for line in files(__name__).joinpath("diabetes.csv").read_text().splitlines() if not line.startswith("#")]
    table = np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])
    return table[:, :-1].copy(), table[:, -1].copy(), lines[0].split(",")[:-1]
