"""Random draws: made once, in the forward sweep, and differentiated with the seed held fixed.

A draw that shifts and scales one of a fixed distribution passes derivatives to its parameters (the reparametrised, or pathwise,
derivative).  Other distributions have no rule for theirs: with parameters that carry no derivative they are plain draws, and a
derivative with respect to such a parameter is refused, never answered with a silent zero.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..ir.types import ANY, FLOAT, INT, MANY, NONE, Array, Object, Scalar, Type, type_of
from .inactive import gives, named
from .notation import declare, zero
from .shapes import broadcast, dims_of

GENERATOR, STATE, MODULE = ("rng", np.random.Generator), ("state", np.random.RandomState), ("np.random", np.random)
OWNERS = (GENERATOR, STATE, MODULE)
PYTHON = (("random", random), ("rng", random.Random))
"""Who draws: a generator, the older state, the module's hidden state.  The first two are methods: the object comes first."""


def methods_of(*names: str, owners: Any = OWNERS) -> Iterator[tuple[Any, int]]:
    """Every owner's functions of these names, with the number of arguments before the first parameter."""
    for prefix, owner in owners:
        for fn in named(prefix, owner, *names):
            yield fn, 1 if isinstance(owner, type) else 0


def drawn(first: int, parameters: tuple[str, ...], dtype: str = "float64", python: bool = True) -> Callable[..., Type]:
    """``infer`` of a draw: one number, or an array of the shape of ``size``, else of the parameters broadcast together."""
    def infer(args: Any, kwargs: Any) -> Type:
        given = dict(zip((*parameters, "size"), args[first:], strict=False)) | kwargs
        size = given.pop("size", None)
        shapes = (kind.dims for kind in given.values() if isinstance(kind, Array))
        dims = broadcast(*shapes) if size is None or size is NONE else dims_of(size)
        return Array(dtype, dims) if dims else Scalar(dtype, python)
    return infer


def computed(first: int) -> Callable[..., Type]:
    """``infer`` of a draw of Python's: shifted and scaled by parameters that are NumPy's numbers, it is one of these."""
    def infer(args: Any, kwargs: Any) -> Type:
        kinds = [kind if isinstance(kind, Type) else type_of(kind) for kind in (*args[first:], *kwargs.values())]
        numbers = [kind for kind in kinds if isinstance(kind, Scalar) and not kind.python]
        single = all(kind.dtype == "float32" for kind in numbers)
        return Scalar("float32" if single else "float64", numbers[0].python) if numbers else FLOAT
    return infer


def shape_is_arguments(first: int) -> Callable[..., Type]:
    """``infer`` of ``rand(2, 3)``: the shape is the arguments themselves."""
    def infer(args: Any, kwargs: Any) -> Type:
        return Array("float64", dims_of(tuple(args[first:]))) if args[first:] else FLOAT
    return infer


def picked(first: int) -> Callable[..., Type]:
    """``infer`` of ``choice``: one element of a population (an int stands for its range), or as many as ``size`` says."""
    def infer(args: Any, kwargs: Any) -> Type:
        population, size = args[first], kwargs.get("size", args[first + 1] if len(args) > first + 1 else None)
        items = population if isinstance(population, Array) else Array("int64", (MANY,))
        dims = (() if size is None or size is NONE else dims_of(size)) + items.dims[1:]
        return Array(items.dtype, dims) if dims else Scalar(items.dtype, not isinstance(population, Array))
    return infer


def permuted(first: int) -> Callable[..., Type]:
    """``infer`` of ``permutation``: the array in another order; an int stands for its range."""
    def infer(args: Any, kwargs: Any) -> Type:
        return args[first] if isinstance(args[first], Array) else Array("int64", (ANY,))
    return infer


def pathwise(name: str, partial: dict[str, str], owners: Any = OWNERS, **default: float) -> None:
    """Declare a distribution whose draw ``z`` has these partial derivatives with respect to its parameters."""
    for fn, first in methods_of(name, owners=owners):
        params = [f"{p}={default[p]}" if p in default else p for p in partial]
        lines = [f"def rule({', '.join(['self'] * first + params)}, size=None, *, z, z_bar):"]
        lines += [f"    {p}_bar = unbroadcast({term}, {p})" for p, term in partial.items()]
        infer = computed(first) if owners is PYTHON else drawn(first, tuple(partial))
        declare(fn, vjp="\n".join(lines), effect="random", infer=infer,
                real_only=True, params=("self",) * first + (*partial, "size"), keywords=frozenset({*partial, "size"}),
                where=f"{__file__}:{name}")


# Draws without parameters that could carry a derivative ---------------------------------------------------------------

for fn, first in methods_of("random", "random_sample", "standard_normal", "standard_exponential", "standard_cauchy"):
    zero(fn, effect="random", infer=drawn(first, ()))
for fn, first in methods_of("rand", "randn"):
    zero(fn, effect="random", infer=shape_is_arguments(first))
for fn, first in methods_of("integers"):
    zero(fn, effect="random", infer=drawn(first, ("low", "high"), "int64", python=False))
for fn, first in methods_of("randint"):
    zero(fn, effect="random", infer=drawn(first, ("low", "high"), "int64"))
for fn, _ in methods_of("seed"):
    zero(fn, effect="random", infer=gives(NONE))
for fn, _ in methods_of("shuffle"):
    zero(fn, effect="writes", infer=gives(NONE))
for made, kind in ((np.random.default_rng, np.random.Generator), (np.random.RandomState,) * 2, (random.Random,) * 2):
    zero(made, effect="random", infer=gives(Object(kind)))

# Draws of what is given: without a rule, so that a population that carries a derivative is refused --------------------

for fn, first in methods_of("choice"):
    declare(fn, effect="random", infer=picked(first))
for fn, first in methods_of("permutation", "permuted"):
    declare(fn, effect="random", infer=permuted(first))

# Distributions with a pathwise derivative -----------------------------------------------------------------------------

SHIFT_AND_SCALE = {"loc": "z_bar", "scale": "strong_quotient(z_bar * (z - loc), scale)"}
SCALE = {"scale": "strong_quotient(z_bar * z, scale)"}
for name in ("normal", "laplace", "logistic", "gumbel"):
    pathwise(name, SHIFT_AND_SCALE, loc=0.0, scale=1.0)
for name in ("exponential", "rayleigh"):
    pathwise(name, SCALE, scale=1.0)
pathwise("uniform", {"low": "z_bar * (high - z) / (high - low)", "high": "z_bar * (z - low) / (high - low)"}, low=0.0, high=1.0)
pathwise("lognormal", {"mean": "z_bar * z", "sigma": "strong_quotient(z_bar * z * (np.log(z) - mean), sigma)"},
         mean=0.0, sigma=1.0)

# Distributions without one --------------------------------------------------------------------------------------------

PARAMETERS = {
    "float64": {"beta": ("a", "b"), "chisquare": ("df",), "f": ("dfnum", "dfden"), "gamma": ("shape", "scale"),
                "pareto": ("a",), "power": ("a",), "standard_gamma": ("shape",), "standard_t": ("df",),
                "triangular": ("left", "mode", "right"),
                "vonmises": ("mu", "kappa"), "wald": ("mean", "scale"), "weibull": ("a",)},
    "int64": {"binomial": ("n", "p"), "geometric": ("p",), "hypergeometric": ("ngood", "nbad", "nsample"),
              "logseries": ("p",),
              "negative_binomial": ("n", "p"), "poisson": ("lam",), "zipf": ("a",)},
}
for dtype, distributions in PARAMETERS.items():
    for name, parameters in distributions.items():
        for fn, first in methods_of(name):
            declare(fn, effect="random", infer=drawn(first, parameters, dtype))

# Python's random module -----------------------------------------------------------------------------------------------

pathwise("uniform", {"a": "z_bar * (b - z) / (b - a)", "b": "z_bar * (z - a) / (b - a)"}, PYTHON)
for name in ("gauss", "normalvariate"):
    pathwise(name, {"mu": "z_bar", "sigma": "strong_quotient(z_bar * (z - mu), sigma)"}, PYTHON, mu=0.0, sigma=1.0)
for fn, _ in methods_of("random", owners=PYTHON):
    zero(fn, effect="random", infer=gives(FLOAT))
for fn, _ in methods_of("randint", "randrange", "getrandbits", owners=PYTHON):
    zero(fn, effect="random", infer=gives(INT))
for fn, _ in methods_of("seed", owners=PYTHON):
    zero(fn, effect="random", infer=gives(NONE))
for fn, _ in methods_of("shuffle", owners=PYTHON):
    zero(fn, effect="writes", infer=gives(NONE))
for fn, _ in methods_of("betavariate", "expovariate", "gammavariate", "lognormvariate", "paretovariate", "triangular",
                        "vonmisesvariate", "weibullvariate", owners=PYTHON):
    declare(fn, effect="random", infer=gives(FLOAT))
