"""Which functions the methods and attributes of arrays and NumPy scalars are spellings of."""

from __future__ import annotations

import numpy as np

from . import creation, linalg, reductions, selecting, shaping  # noqa: F401 - the rules come with their spellings
from .notation import attribute, method

method("sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "cumprod")
method("ravel", "swapaxes", "squeeze", "repeat", "take", "diagonal", "trace", "dot")
method("argmax", "argmin", "argsort", "all", "any", "nonzero", "searchsorted", "round", "conj", "conjugate")
method("flatten", of=np.ndarray.flatten)
method("copy", of=np.ndarray.copy)
method("reshape", of=shaping.reshape_method)
method("transpose", of=shaping.transpose_method)
method("astype", of=shaping.astype_method)
method("compress", of=selecting.compress_method)
method("argpartition")
method("choose", of=np.ndarray.choose)
method("clip", of=np.ndarray.clip)
method("item", of=shaping.item_method)
method("tolist", of=shaping.tolist_method)

attribute("T", np.transpose)
attribute("mT", np.matrix_transpose)
attribute("real", np.real)
attribute("imag", np.imag)
