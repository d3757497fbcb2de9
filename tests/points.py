"""The numbers that programs are run at in several modules: of both signs where nothing forbids it, and no two alike."""

import numpy as np

X = np.array([0.31, 0.71, 1.1, 0.55])
"""Positive, so that roots and logarithms exist."""
Y = np.array([0.9, -0.4, 0.6, 1.3])
M = np.array([[1.03, 2.01, 0.57], [0.32, -1.04, 2.06], [0.71, 0.13, 0.23]])
