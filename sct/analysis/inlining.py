"""Inlining: which callees become part of their callers."""

from __future__ import annotations

import types
from typing import Any

from ..ir.core import Function, Loc, Op, Value, walk
from ..ir.ops import LOOPS
from .abstract import NEVER, POISON, Abstract
from .context import Frame
from .data import CODE
from .infer import Specializer

INLINE_OPS = 60
"""Loop-free callees up to this many lowered ops are inlined."""
INLINE_TOTAL = 50
"""Unless their caller mentions them so often that their copies have more ops than this."""
VECTORS_TOTAL = 600
"""The same of callees that take or make short vectors, where these become numbers once the callees are opened."""


class TooLong(Exception):
    """Raised where callees that write to their arguments would fill too much of their callers."""


OPENED_TOTAL = 20_000
"""Lowered ops of callees that write to their arguments that may be visited in their callers."""


def holds_data(obj: Any) -> bool:
    if isinstance(obj, types.FunctionType):
        return bool(obj.__closure__ or obj.__defaults__ or obj.__kwdefaults__)
    return not isinstance(obj, CODE) and obj is not None


def should_inline(sp: Specializer, lowered: Function) -> bool:
    """Short callees without loops become part of their caller, unless they are already being visited (recursion)."""
    if sp.context.splicing and (lowered not in sp.context.stack or _is_of_rules(lowered)):
        return True
    if lowered in sp.context.stack:
        return False
    size, loops = measure(lowered)
    if lowered in sp.context.opened:
        _check_room(sp, lowered, size)
        return True
    copies = _mentions(sp.context.stack[-1], lowered.name) if sp.context.stack else 1
    total = VECTORS_TOTAL if sp.context.fused and _has_vectors(lowered) else INLINE_TOTAL
    return size <= INLINE_OPS and size * copies <= total and not loops and not calls_itself(lowered)


def _is_of_rules(lowered: Function) -> bool:
    """Whether a function is one that rules call: if it calls itself, then for fewer items than it was given."""
    return str(lowered.info.globals.get("__name__", "")).startswith("sct.")


def _check_room(sp: Specializer, lowered: Function, size: int) -> None:
    """Do not copy bodies without end: functions that call each other twice double at each level."""
    sp.context.copied_in += size
    if sp.context.copied_in > OPENED_TOTAL:
        raise TooLong


def _has_vectors(lowered: Function) -> bool:
    """Whether a body makes a sequence of its items, or takes one apart."""
    return any(op.name == "unpack" or op.name == "build" and op.attrs["kind"] is list for op in walk(lowered.body))


def calls_itself(lowered: Function) -> bool:
    """Whether the body mentions its own name: probably recursive, so better a function of its own."""
    return _mentions(lowered, lowered.name) > 0


def _mentions(lowered: Function, name: str) -> int:
    """How often a function's body names something."""
    return sum(op.name == "name" and op.attrs["name"].split("@")[0] == name for op in walk(lowered.body))


def measure(lowered: Function) -> tuple[int, bool]:
    """The number of ops of a lowered function and whether it has loops."""
    count, loops = 0, False
    for op in walk(lowered.body):
        count += 1
        loops = loops or op.name in LOOPS
    return count, loops


def inline(sp: Specializer, frame: Frame, lowered: Function, bound: list[Abstract], held: Loc | None = None) -> Abstract:
    """Visit the callee's body in place of the call."""
    shapes, sp.loop_shapes = sp.loop_shapes, {}
    outer, sp.held = sp.held, held
    for arg, value in zip(lowered.body.args, bound, strict=True):
        frame.env[arg] = value
        _name_after(sp, value, arg.hint)
    loc = sp.builder.loc
    sp.context.stack.append(lowered)
    try:
        exit = sp.run_block(frame, lowered.body)
    finally:
        sp.context.stack.pop()
        sp.builder.loc, sp.loop_shapes, sp.held = loc, shapes, outer
    if exit.kind == "return":
        return exit.values[0]
    return POISON if exit.kind == "poison" else NEVER


def _name_after(sp: Specializer, value: Abstract, parameter: str) -> None:
    """A value that has no name in the caller is called what the inlined callee calls it."""
    if isinstance(value, Value) and not value.hint and isinstance(value.owner, Op) and not sp.context.splicing:
        value.hint = parameter
