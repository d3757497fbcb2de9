"""Context managers of a ``with`` statement: refuses one that may swallow an exception raised in its body.

What follows the statement would then run after an unfinished body, which no code for the finished body describes.
"""

from __future__ import annotations

import io
import threading
import types
from typing import Any

import numpy as np

from ..errors import SctError
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS
from ..ir.rewrite import incoming, item_count
from ..ir.types import Object, strip_const
from ..rules import registry
from .abstract import Abstract, Static
from .data import guard_class
from .infer import Refusal, Specializer

_NEVER_SWALLOW: tuple[type, ...] = (np.errstate, io.IOBase, type(threading.Lock()), type(threading.RLock()))
"""Classes whose ``__exit__`` always lets exceptions through; that of others is read."""


def check_manager(sp: Specializer, manager: Abstract) -> None:
    """Refuse a context manager unless its ``__exit__`` is known to let exceptions through."""
    t = strip_const(manager.type) if isinstance(manager, Value) else None
    cls = type(manager.value) if isinstance(manager, Static) else t.cls if isinstance(t, Object) else object
    if issubclass(cls, _NEVER_SWALLOW) or _is_declared(manager):
        return
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
