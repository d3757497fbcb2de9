"""The functions that carry no derivative: tests, roundings, indices, shapes, conversions to integers, output and clocks.

Each list holds what has derivative zero wherever it has one, or gives no number at all.  What has an effect says so: it runs
once, in the forward sweep.
"""

from __future__ import annotations

import logging
import math
import operator
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.ops import contains
from ..ir.types import ANY, BOOL, FLOAT, INT, MANY, NONE, STR, UNIT, Array, List, Tuple, Type
from ..runtime import helpers
from . import arranged_shapes
from .notation import zero
from .registry import register

# What a result type is, where a dummy run cannot tell -----------------------------------------------------------------


def gives(kind: Type) -> Callable[..., Type]:
    """An ``infer`` function: the result type does not depend on the arguments."""
    return lambda args, kwargs: kind


def indices_of(args: Any, kwargs: Any) -> Type:
    """``nonzero``: one vector of unknown length for each dimension."""
    return Tuple((Array("int64", (ANY,)),) * max(1, _ndim(args[0])))


def positions_of(args: Any, kwargs: Any) -> Type:
    """``argwhere``: a row for each nonzero element."""
    return Array("int64", (ANY, UNIT if _ndim(args[0]) == 1 else MANY))


def _ndim(kind: Any) -> int:
    return kind.ndim if isinstance(kind, Array) else 0


def named(prefix: str, owner: Any, *names: str) -> list[Any]:
    """Attributes of ``owner``, registered under readable names: ``rng.normal`` rather than a C function's own."""
    found = [getattr(owner, name) for name in names if hasattr(owner, name)]
    for fn in found:
        register(fn, f"{prefix}.{fn.__name__}")
    return found


# Python ---------------------------------------------------------------------------------------------------------------

zero(int, bool, len, isinstance, issubclass, callable, hasattr, type, round, range, any, all, ascii, bin, oct, hex,
     chr, ord, format, hash)
zero(str, repr, infer=gives(STR))
zero(id, infer=gives(INT))
zero(list.index, list.count, tuple.index, tuple.count, infer=gives(INT))
zero(print, effect="io", infer=gives(NONE))
zero(input, effect="io", infer=gives(STR))
zero(operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.is_, operator.is_not, operator.not_,
     operator.truth, operator.and_, operator.or_, operator.xor, operator.invert, operator.lshift, operator.rshift,
     operator.floordiv, operator.contains, operator.index, contains)
zero(*named("str", str, *(name for name in vars(str) if not name.startswith("_"))))
zero(math.floor, math.ceil, math.trunc, math.isnan, math.isinf, math.isfinite, math.isclose, math.ulp, math.gcd, math.lcm,
     math.isqrt, math.comb, math.perm, math.factorial)

zero(helpers.first_max, helpers.first_min)
zero(helpers.arranged_places, infer=gives(Array("int64", (ANY, ANY))))
zero(helpers.sorting_order, infer=gives(List(INT)))

# NumPy ----------------------------------------------------------------------------------------------------------------

zero(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.lexsort, np.searchsorted, np.digitize)
zero(np.shape, np.ndim, np.size, np.broadcast_shapes, np.result_type, np.can_cast, np.promote_types, np.min_scalar_type,
     np.issubdtype, np.iinfo, np.finfo, np.dtype, np.isscalar, np.iscomplexobj, np.isrealobj, np.shares_memory,
     np.may_share_memory)
zero(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.logical_and, np.logical_or,
     np.logical_xor, np.logical_not, np.isnan, np.isfinite, np.isinf, np.isneginf, np.isposinf, np.isreal,
     np.iscomplex, np.signbit)
zero(np.any, np.all, np.allclose, np.isclose, np.array_equal, np.array_equiv, np.isin, np.count_nonzero)
zero(np.nonzero, infer=indices_of)
zero(np.argwhere, infer=positions_of)
zero(np.flatnonzero, infer=gives(Array("int64", (ANY,))))
zero(np.sign, real_only=True)
zero(np.floor, np.ceil, np.trunc, np.fix, np.rint, np.round, np.around, np.floor_divide, np.spacing)
zero(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift, np.gcd, np.lcm)
zero(np.indices, np.ix_, np.tril_indices, np.triu_indices, np.diag_indices, np.ravel_multi_index, np.tril_indices_from,
     np.triu_indices_from, np.diag_indices_from)
zero(np.bitwise_count, np.isnat)
zero(np.isdtype, np.isfortran, np.iterable, infer=gives(BOOL))
zero(np.array2string, np.array_repr, np.array_str, np.base_repr, np.binary_repr, np.format_float_positional,
     np.format_float_scientific, infer=gives(STR))
zero(np.bartlett, np.blackman, np.hamming, np.hanning, effect="fresh", infer=gives(Array("float64", (ANY,))))
zero(np.linalg.matrix_rank)
zero(np.unravel_index, helpers.flat_index, infer=arranged_shapes.unravelled)
zero(np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)
zero(np.errstate, np.printoptions, effect="fresh")

# Output, clocks -------------------------------------------------------------------------------------------------------

zero(time.time, time.perf_counter, time.monotonic, time.process_time, time.thread_time, effect="io", infer=gives(FLOAT))
zero(time.time_ns, time.perf_counter_ns, time.monotonic_ns, time.process_time_ns, effect="io", infer=gives(INT))
zero(time.sleep, warnings.warn, effect="io", infer=gives(NONE))
zero(np.save, np.savetxt, np.savez, np.savez_compressed, np.set_printoptions, np.info, np.show_config, np.show_runtime,
     effect="io", infer=gives(NONE))
LEVELS = ("debug", "info", "warning", "error", "critical", "exception", "log")
zero(*named("logging", logging, *LEVELS), *named("logger", logging.Logger, *LEVELS), effect="io", infer=gives(NONE))
zero(logging.Logger.isEnabledFor, effect="io", infer=gives(BOOL))
