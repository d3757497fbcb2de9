"""What is asked of the compiler: with respect to what, and how the result is to be returned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """What is to be differentiated and how the result is to be returned."""

    wrt: tuple[int, ...]
    """Positions of the differentiated parameters in the signature."""
    sequence: bool
    """Whether the gradient is a tuple (``argnums`` was a sequence)."""
    value: bool = False
    """Whether the value comes with the gradient."""
    has_aux: bool = False
    allow_int: bool = False
    kind: str = "grad"
    """``grad``; ``jvp`` and ``vjp``, of a result of any structure; ``hvp``, the change of a gradient."""
    directions: tuple[int, ...] = ()
    """Positions of the parameters that have tangents, which are passed after all parameters (``jvp`` and ``hvp``)."""
    checkpoint: str | None = None
    """``loops``: all loops are cut into segments, whether they are marked or not."""
    repeated: bool = False
    """Whether one answer takes several calls: then nothing may be printed or drawn."""
    holomorphic: bool = False
    """Whether the result is complex, and so is the derivative."""
    debug_nans: bool = False
    """Whether the derivative raises at its first statement that gives a NaN or an infinity."""
    native: bool = False
    """Whether Numba compiles what is generated."""

    @property
    def structured(self) -> bool:
        """Whether the parts of the result have derivatives of their own, rather than being one number."""
        return self.kind in ("jvp", "vjp")
