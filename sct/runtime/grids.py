"""Interpolation on grids as ``scipy.interpolate`` computes it, as plain Python: it is looked into."""

from __future__ import annotations

from typing import Any

import numpy as np


def cell(grid: Any, x: Any, goes_on: bool) -> Any:
    """Between which points of ``grid`` each ``x`` is, and how far it is from the first, as a part of their distance.

    >>> i, w = cell(np.array([0.0, 1.0, 3.0]), np.array([0.5, 2.0]), False)
    >>> i.tolist(), w.tolist()
    ([0, 1], [0.5, 0.5])
    """
    if not goes_on and np.any((x < grid[0]) | (x > grid[-1])):
        raise ValueError("One of the requested xi is out of bounds")
    i = np.clip(np.searchsorted(grid, x, side="right") - 1, 0, len(grid) - 2)
    return i, (x - grid[i]) / (grid[i + 1] - grid[i])


def on_line(points: Any, values: Any, xi: Any, goes_on: bool) -> Any:
    """Linear interpolation of ``values`` at the rows of ``xi``, which have one number.

    >>> on_line((np.array([0.0, 2.0]),), np.array([1.0, 5.0]), np.array([[1.0]]), False).tolist()
    [3.0]
    """
    i, w = cell(points[0], xi[:, 0], goes_on)
    return (1.0 - w) * values[i] + w * values[i + 1]


def on_plane(points: Any, values: Any, xi: Any, goes_on: bool) -> Any:
    """The same for two numbers.

    >>> unit = np.array([0.0, 1.0])
    >>> on_plane((unit, unit), np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[0.5, 0.5]]), False).tolist()
    [1.5]
    """
    i, w = cell(points[0], xi[:, 0], goes_on)
    j, v = cell(points[1], xi[:, 1], goes_on)
    before = (1.0 - v) * values[i, j] + v * values[i, j + 1]
    behind = (1.0 - v) * values[i + 1, j] + v * values[i + 1, j + 1]
    return (1.0 - w) * before + w * behind


def in_space(points: Any, values: Any, xi: Any, goes_on: bool) -> Any:
    """The same for three numbers.

    >>> unit = np.array([0.0, 1.0])
    >>> in_space((unit, unit, unit), np.arange(8.0).reshape(2, 2, 2), np.array([[0.5, 0.5, 0.5]]), False).tolist()
    [3.5]
    """
    i, w = cell(points[0], xi[:, 0], goes_on)
    j, v = cell(points[1], xi[:, 1], goes_on)
    k, u = cell(points[2], xi[:, 2], goes_on)
    found = 0.0
    for a in (0, 1):
        for b in (0, 1):
            along = (1.0 - u) * values[i + a, j + b, k] + u * values[i + a, j + b, k + 1]
            found = found + (w if a else 1.0 - w) * (v if b else 1.0 - v) * along
    return found


def at_coordinates(points: Any, values: Any, coordinates: Any, goes_on: bool) -> Any:
    """The same at places that are given as a tuple of their coordinates, which are broadcast.

    >>> unit = np.array([0.0, 1.0])
    >>> at_coordinates((unit, unit), np.array([[0.0, 1.0], [2.0, 3.0]]), (np.array([0.5, 1.0]), 0.5), False).tolist()
    [1.5, 2.5]
    """
    rows = np.stack(np.broadcast_arrays(*coordinates), axis=-1)
    return at_rows(points, values, rows.reshape(-1, len(points)), goes_on).reshape(rows.shape[:-1])


def at_rows(points: Any, values: Any, xi: Any, goes_on: bool) -> Any:
    """The same at the rows of a matrix, or at a vector: the only row, or places along a line.

    >>> at_rows((np.array([0.0, 2.0]),), np.array([1.0, 5.0]), np.array([1.0, 1.5]), False).tolist()
    [3.0, 4.0]
    """
    rows = xi if xi.ndim == 2 else xi.reshape(-1, len(points))
    if len(points) == 1:
        return on_line(points, values, rows, goes_on)
    return on_plane(points, values, rows, goes_on) if len(points) == 2 else in_space(points, values, rows, goes_on)
