"""Context managers of a ``with`` statement: refuses one that may swallow an exception raised in its body.

What follows the statement would then run after an unfinished body, which no code for the finished body describes.
"""

from __future__ import annotations

import contextlib
import dis
import io
import threading
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..errors import SctError
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS
from ..ir.rewrite import incoming, item_count
from ..ir.types import STR, Object, Scalar, strip_const
from ..rules import registry
from .abstract import Abstract, Reference, Static
from .context import Refusal
from .data import guard_class
from .infer import Specializer
from .primitives import construct

_NEVER_SWALLOW: tuple[type, ...] = (np.errstate, io.IOBase, type(threading.Lock()), type(threading.RLock()))
"""Classes whose ``__exit__`` always lets exceptions through; that of others is read."""


def check_manager(sp: Specializer, manager: Abstract) -> None:
    """Refuse a context manager unless its ``__exit__`` is known to let exceptions through."""
    t = strip_const(manager.type) if isinstance(manager, Value) else None
    cls = type(manager.value) if isinstance(manager, Static) else t.cls if isinstance(t, Object) else object
    if issubclass(cls, _NEVER_SWALLOW) or _is_declared(manager):
        return
    if cls is MADE_BY_GENERATOR:
        _check_generator(manager)
        return
    _check_method(sp, cls)


def _check_method(sp: Specializer, cls: type) -> None:
    method = getattr(cls, "__exit__", None)
    if not isinstance(method, types.FunctionType):
        raise _may_swallow(cls, "is not written in Python")
    try:
        lowered = sp.session.lowered(method)
    except SctError as error:
        raise _may_swallow(cls, f"cannot be looked into ({error.obstacles[0].message})") from None
    if not lets_through(lowered):
        raise _may_swallow(cls, "may return something true")
    guard_class(sp, cls, "__exit__", method)


def is_followed(manager: Abstract) -> bool:
    """Whether a context manager is an object whose attributes are known: what it does on entry and exit is followed."""
    from .instances import has_method
    return isinstance(manager, Reference) and has_method(manager, "__enter__") and has_method(manager, "__exit__")


def check_exit(sp: Specializer, manager: Abstract) -> None:
    """Refuse such an object unless its ``__exit__`` lets exceptions through, and nothing could see that it was not run."""
    assert isinstance(manager, Reference)
    _check_method(sp, manager.kind)
    if sp.trying:
        what = f"a handler may find what `{manager.kind.__name__}.__exit__` does when an exception leaves this `with`"
        raise Refusal("SCT713", what, "put the `try` inside of the `with`")


MADE_BY_GENERATOR = contextlib._GeneratorContextManager
"""What a function decorated with ``contextlib.contextmanager`` returns."""


@contextlib.contextmanager
def _example() -> Iterator[None]:
    yield


def makes_manager(fn: Any) -> bool:
    """Whether ``fn`` is a function decorated with ``contextlib.contextmanager``."""
    return isinstance(fn, types.FunctionType) and fn.__code__ is _example.__code__ and hasattr(fn, "__wrapped__")


def make_manager(sp: Specializer, fn: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> Value:
    """A call of such a function, or of a class: what it does on entry and exit is not followed, so it is given no variables."""
    for a in (*args, *kwargs.values()):
        t = strip_const(a.type) if isinstance(a, Value) else None
        if not isinstance(a, Static) and not (t is STR or isinstance(t, Scalar) and not t.differentiable):
            raise Refusal("SCT713", "a context manager is given something that may carry a derivative, or be changed by it",
                          "make it outside of the function")
    made = construct(sp, fn, args, kwargs)
    made.type = Object(fn if isinstance(fn, type) else MADE_BY_GENERATOR)
    return made


def _check_generator(manager: Abstract) -> None:
    """Refuse a generator that handles exceptions where it yields: it may swallow them."""
    op = manager.owner if isinstance(manager, Value) else None
    fn = getattr(op.attrs.get("fn"), "__wrapped__", None) if isinstance(op, Op) else None
    ops = [i.opname for i in dis.get_instructions(fn)] if isinstance(fn, types.FunctionType) else ["WITH_EXCEPT_START"]
    swallows = any(a == "POP_EXCEPT" and b != "RERAISE" for a, b in zip(ops, [*ops[1:], ""], strict=True))
    if swallows or "WITH_EXCEPT_START" in ops:  # ``finally`` raises again what it has interrupted
        name = getattr(fn, "__name__", "this generator")
        raise Refusal("SCT713", f"an exception raised in this `with` may be swallowed: `{name}` handles exceptions",
                      "leave the `with` out, or use `try` and `finally` only around its `yield`")


def _is_declared(manager: Abstract) -> bool:
    """Whether a function of a library that rules know has made it, such as ``np.printoptions``."""
    op = manager.owner if isinstance(manager, Value) else None
    return isinstance(op, Op) and op.name == "call" and registry.lookup(op.attrs["fn"]) is not None


def _may_swallow(cls: type, why: str) -> Refusal:
    return Refusal("SCT713", f"an exception raised in this `with` may be swallowed: `{cls.__name__}.__exit__` {why}",
                   "leave the `with` out, or give its class an `__exit__` that returns nothing")


def lets_through(exit: Function) -> bool:
    """Whether all that a function returns are literals that are not true, such as the ``None`` at its end."""
    returned = [op.operands[0] for op in walk(exit.body) if op.name == "return" and op.operands]
    seen: set[Value] = set()
    while returned:
        value = returned.pop()
        if value in seen:
            continue
        seen.add(value)
        sources = _sources(value)
        if sources is None:
            return False
        returned += sources
    return True


def _sources(value: Value) -> list[Any] | None:
    """The values that ``value`` may be; none for a literal that is not true, None for one that may be."""
    op = value.owner
    if isinstance(op, Op) and op.name in ("if", *LOOPS):
        return list(incoming(op, op.results.index(value)))
    if isinstance(op, Op):
        return [] if op.name in ("undef", "const") and not op.attrs.get("value") else None
    loop = op.parent if isinstance(op, Block) else None
    k = op.args.index(value) - item_count(loop) if loop is not None and loop.name in LOOPS else -1  # type: ignore[union-attr]
    return list(incoming(loop, k)) if loop is not None and k >= 0 else None
