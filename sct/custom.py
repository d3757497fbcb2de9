"""Functions whose derivative their author writes: ``custom_vjp`` and ``custom_jvp``, objects that are called as these are.

The compiler does not look into such a function for its derivative.  It calls what was given beside it, under its own name.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

from .dispatchers import hashable
from .errors import ArgumentError

LISTENERS: list[Callable[[], None]] = []
"""Called when a derivative that may be part of generated code is replaced."""


DECLARED: list[Any] = []
"""The functions for which users have declared rules."""


def announce_change() -> None:
    """Have everything compiled anew: a derivative was declared, or replaced, that generated code may not know."""
    for listener in LISTENERS:
        listener()


class CustomFunction:
    """What both have in common: the function, the arguments that are not differentiated, how it is called, bound and shown."""

    kind = ""
    """Its public name."""
    define = ""
    """The method that declares its derivative."""

    def __init__(self, fun: Any = None, nondiff_argnums: int | Sequence[int] = (),
                 nondiff_argnames: str | Sequence[str] = ()) -> None:
        if isinstance(fun, CustomFunction) or not callable(fun):
            raise ArgumentError(f"{self.kind} takes a function, not {fun!r}", hint="pass the function under it", code="SCT408")
        self.fun = fun
        """The original function."""
        self.__signature__ = _signature(fun, self.kind)
        self.nondiff = _positions(self, nondiff_argnums, nondiff_argnames)
        """Positions of the arguments that are not differentiated."""
        self.__doc__ = fun.__doc__
        self.__name__: str = getattr(fun, "__name__", type(fun).__name__)
        self.__qualname__: str = getattr(fun, "__qualname__", self.__name__)
        self.__module__ = getattr(fun, "__module__", None) or "__main__"

    def __new__(cls, fun: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Without a function a decorator: ``@custom_vjp(nondiff_argnums=(0,))``."""
        return functools.partial(cls, *args, **kwargs) if fun is None else super().__new__(cls)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """In a class body it is a method, whose ``self`` should be among the arguments that are not differentiated."""
        return self if instance is None else types.MethodType(self, instance)

    def __copy__(self) -> CustomFunction:
        """Functions are not copied."""
        return self

    def __deepcopy__(self, memo: Any) -> CustomFunction:
        return self

    def __repr__(self) -> str:
        return f"<{self.kind} of {self.__qualname__}>"

    @property
    def functions(self) -> dict[str, Any]:
        """The functions that it consists of, by the names of their attributes."""
        raise NotImplementedError

    @property
    def is_defined(self) -> bool:
        """Whether the derivative was declared."""
        return all(f is not None for f in self.functions.values())

    def replace(self, **functions: Any) -> None:
        """Set functions of the derivative; what was compiled with other ones is compiled anew."""
        for function in functions.values():
            if not callable(function):
                raise ArgumentError(f"{self.define} of {self.__name__} was given {function!r}", hint="pass functions",
                                    code="SCT408")
        known = self.is_defined
        vars(self).update({name: hashable(function) for name, function in functions.items()})
        if known:
            announce_change()


class custom_vjp(CustomFunction):
    """A function with a reverse rule of its own, given by two functions that are called as they are.

    ``fwd`` takes the arguments and returns ``(out, res)``: what the function returns, and any object that ``bwd`` needs.
    ``bwd`` takes ``res`` and the cotangent of ``out``, a tuple if that is one, and returns a tuple with a cotangent for each
    argument, of its shape; None stands for zero.  Arguments in ``nondiff_argnums`` (positions) or ``nondiff_argnames`` have no
    cotangent; ``bwd`` is given them first.  All three functions may be anything that can be called, C included; they must not
    write to what they are given.

    Second derivatives differentiate ``bwd``, which must then be Python that can be looked into.  Forward mode is refused
    (``MissingRuleError``).  The interface is JAX's.

    >>> import math, sct
    >>> @sct.custom_vjp
    ... def log1pexp(x):
    ...     return math.log(1.0 + math.exp(x))
    >>> def log1pexp_fwd(x):
    ...     return log1pexp(x), x
    >>> def log1pexp_bwd(x, z_bar):
    ...     return (z_bar / (1.0 + math.exp(-x)),)
    >>> log1pexp.defvjp(log1pexp_fwd, log1pexp_bwd)
    >>> sct.grad(lambda x: log1pexp(x) * 2.0)(0.0)
    1.0
    """

    kind, define = "custom_vjp", "defvjp"
    fwd: Any = None
    bwd: Any = None

    @property
    def functions(self) -> dict[str, Any]:
        return {"fwd": self.fwd, "bwd": self.bwd}

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """Declare the reverse rule: ``fwd(*args) -> (out, res)`` and ``bwd(*nondiff, res, out_bar) -> cotangents``."""
        self.replace(fwd=fwd, bwd=bwd)


class custom_jvp(CustomFunction):
    """A function with a forward rule of its own: ``jvp(primals, tangents) -> (out, out_dot)``.

    Arguments in ``nondiff_argnums`` or ``nondiff_argnames`` have no tangent and are given first: ``jvp(*nondiff, primals,
    tangents)``.  In forward mode ``jvp`` is called as it is.  Reverse mode and second derivatives look into it: the tangent is
    linear in ``tangents``, and the adjoint of that linear function is the reverse rule.  The interface is JAX's.

    >>> import math, sct
    >>> @sct.custom_jvp
    ... def log1pexp(x):
    ...     return math.log(1.0 + math.exp(x))
    >>> @log1pexp.defjvp
    ... def log1pexp_jvp(primals, tangents):
    ...     (x,), (x_dot,) = primals, tangents
    ...     return log1pexp(x), x_dot / (1.0 + math.exp(-x))
    >>> sct.jvp(lambda x: log1pexp(x) * 2.0, (0.0,), (1.0,))[1]
    1.0
    """

    kind, define = "custom_jvp", "defjvp"
    jvp: Any = None
    jvps: tuple[Any, ...] | None = None
    """One function for each argument, None where the derivative is zero; instead of ``jvp``."""

    @property
    def functions(self) -> dict[str, Any]:
        if self.jvps is None:
            return {"jvp": self.jvp}
        return {"jvps": self.jvps}

    def defjvp(self, jvp: Callable[..., Any]) -> Callable[..., Any]:
        """Declare the forward rule ``jvp(*nondiff, primals, tangents) -> (out, out_dot)``; usable as a decorator."""
        self.replace(jvp=jvp)
        self.jvps = None
        return jvp

    def defjvps(self, *jvps: Callable[..., Any] | None) -> None:
        """Declare one function per argument, ``jvp(x_dot, out, *args) -> part of out_dot``, None where it is zero."""
        if self.nondiff:
            raise ArgumentError(f"defjvps of {self.__name__}, which has arguments that are not differentiated", code="SCT408",
                                hint="use defjvp")
        known = self.is_defined
        self.jvp, self.jvps = None, jvps
        if known:
            announce_change()


def _signature(fun: Any, kind: str) -> inspect.Signature | None:
    """The signature of a function; None where it has none to read (C functions)."""
    try:
        return inspect.signature(fun)
    except (TypeError, ValueError):
        return None


def _positions(custom: CustomFunction, argnums: int | Sequence[int], argnames: str | Sequence[str]) -> tuple[int, ...]:
    """The positions of the arguments that are not differentiated."""
    given = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    named = (argnames,) if isinstance(argnames, str) else tuple(argnames)
    parameters = list(custom.__signature__.parameters.values()) if custom.__signature__ is not None else None
    names = [p.name for p in parameters or ()]
    for name in named:
        if name not in names:
            raise ArgumentError(f"{custom.kind} has no argument `{name}` to leave undifferentiated", code="SCT408",
                                hint=f"the arguments are {', '.join(names)}")
    variadic = parameters is None or any(p.kind is p.VAR_POSITIONAL for p in parameters)
    for k in given:
        if not isinstance(k, int) or k < -len(names) or (k >= len(names) and not variadic):
            raise ArgumentError(f"{custom.kind} has no argument {k!r} to leave undifferentiated", code="SCT408",
                                hint=f"the arguments are {', '.join(names)}")
    return tuple(sorted({k % len(names) if k < 0 else k for k in given} | {names.index(name) for name in named}))
