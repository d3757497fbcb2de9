"""The workloads: each a function in plain Python and NumPy, its adjoint written by hand, and rewritings for JAX and C.

A module of this folder holds the function under the module's own name; ``by_hand``, its value and gradients as an expert would
write them for CPython; ``ARGNUMS``; ``arguments(size)`` and two ``SIZES``; ``for_jax()``, the function rewritten for a compiler
that traces, where the original cannot be traced at a bearable length; and beside it, for loops, ``value_and_grad`` in a C file.
Only ``samples`` is none: it is what the two linear models share.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Workload:
    """One module of this folder."""

    name: str
    title: str
    kind: str
    """``loop`` over scalars, ``elements`` of arrays one by one, or whole ``arrays``."""
    limit: float
    """Gradient over function, both in CPython, that an adjoint written by hand was found to reach."""

    @property
    def module(self) -> ModuleType:
        return importlib.import_module(f"{__name__}.{self.name}")

    @property
    def fun(self) -> Callable[..., Any]:
        return getattr(self.module, self.name)

    @property
    def by_hand(self) -> Callable[..., Any]:
        return self.module.by_hand

    @property
    def argnums(self) -> tuple[int, ...]:
        return self.module.ARGNUMS

    @property
    def sizes(self) -> tuple[int, int]:
        return self.module.SIZES

    @property
    def for_jax(self) -> Callable[[], Callable[..., Any]] | None:
        """Makes the function rewritten for JAX; None where the original can be traced as it is."""
        return getattr(self.module, "for_jax", None)

    @property
    def c_file(self) -> Path | None:
        path = Path(__file__).with_name(f"{self.name}.c")
        return path if path.exists() else None

    def arguments(self, size: int) -> tuple[Any, ...]:
        return self.module.arguments(size)


WORKLOADS = (
    Workload("branching", "scalar loop with a branch", "loop", 2.6),
    Workload("kepler", "Newton in a while loop", "loop", 3.6),
    Workload("lotka_volterra", "Runge-Kutta, scalars", "loop", 2.0),
    Workload("lorenz", "Runge-Kutta, vectors of 3", "arrays", 2.0),
    Workload("jacobi", "Jacobi 2-D in place", "arrays", 2.85),
    Workload("burgers", "Burgers 1-D, slices", "arrays", 3.0),
    Workload("gauss_seidel", "Gauss-Seidel by elements", "elements", 2.2),
    Workload("bratu", "nonlinear sweep by elements", "elements", 2.2),
    Workload("mlp", "MLP, batches of 64 and 256", "arrays", 1.9),
    Workload("linear_regression", "linear regression by elements", "elements", 0.5),
    Workload("logistic_regression", "logistic regression by elements", "elements", 0.6),
    Workload("mixture", "mixture of Gaussians", "arrays", 2.0),
    Workload("asian_vectorised", "Asian option, vectorised", "arrays", 3.0),
    Workload("asian_scalar", "Asian option, scalars", "loop", 2.8),
    Workload("lstm", "LSTM", "arrays", 3.0),
)


def rewritten_lines(workload: Workload) -> int:
    """How many lines of the rewriting for JAX are not lines of the original (``np`` and ``math`` for ``jnp`` aside)."""
    if workload.for_jax is None:
        return 0
    original, _, rest = Path(workload.module.__file__ or "").read_text(encoding="utf-8").partition("def by_hand")
    lines = [_for_numpy(line) for line in original.splitlines()]
    rewriting = rest.partition("def for_jax")[2].splitlines()[1:-1]  # all but its name and what it returns
    return sum(line not in lines for line in map(_for_numpy, rewriting) if not line.startswith(("import ", "from ", "#")))


def _for_numpy(line: str) -> str:
    return line.partition("  # ")[0].strip().replace("jnp.", "np.").replace("math.", "np.")
