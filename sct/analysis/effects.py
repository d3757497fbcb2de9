"""Effects of calls of user functions: a callee that prints or draws random numbers makes each of its calls do so.

A call is marked ``pure`` when it is made, since a recursive callee is not known to its end at that time; once all callees are
complete, the effects go from the callees to the calls.  Without that, two equal calls would be merged into one and print once.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.core import Block, Function, Op, walk
from ..ir.types import Object

_RANK = {"random": 1, "io": 2}
"""What must not be merged, repeated or reordered, the stronger effect last."""


def settle_effects(functions: Sequence[Function]) -> None:
    """Mark the calls in ``functions`` of callees that print, draw or change objects from outside."""
    effects: dict[Function, str] = {}
    changed = True
    while changed:
        changed = False
        for function in functions:
            found = max((_effect(op, effects) for op in walk(function.body)), key=lambda e: _RANK.get(e, 0), default="pure")
            if found in _RANK and effects.get(function) != found:
                effects[function] = found
                changed = True
    for function in functions:
        for op in walk(function.body):
            if op.name == "invoke" and _behind(op) in effects:
                op.attrs["effect"] = effects[_behind(op)]


def _effect(op: Op, effects: dict[Function, str]) -> str:
    """The effect of one op, its blocks not included."""
    if op.name == "invoke":
        return effects.get(_behind(op), "pure")
    if op.name == "for":
        return "io" if op.attrs["kind"] != "range" and isinstance(op.operands[0].type, Object) else "pure"
    effect: str = op.attrs.get("effect", "pure") if op.name == "call" else "pure"
    return "io" if effect == "writes" else effect


def effect_within(body: Block, above: tuple[Function, ...] = ()) -> str:
    """The effect of running a body once: ``pure``, ``random`` or ``io``; ``above`` are the functions that call it."""
    found = "pure"
    for op in walk(body):
        callee = _behind(op) if op.name == "invoke" else None
        inner = _effect(op, {})
        if callee is not None:
            inner = effect_within(callee.body, (*above, callee)) if callee not in above else "pure"
        elif op.name not in ("call", "for"):
            inner = "pure"
        found = max(found, inner, key=lambda e: _RANK.get(e, 0))
    return found if found in _RANK else "pure"


def effects_once(function: Function) -> list[Op]:
    """The ops that must run once for each call of ``function``: they print, draw or change something (effects are settled)."""
    return [op for op in walk(function.body) if _effect(op, {}) in _RANK or op.attrs.get("effect") in _RANK]


def _behind(call: Op) -> Function:
    """The user's function behind a call of it or of its gradient."""
    callee: Function = call.attrs["callee"]
    return _behind_gradient(callee)


def _behind_gradient(function: Function) -> Function:
    inner = getattr(function.info, "function", None)
    return _behind_gradient(inner) if isinstance(inner, Function) else function
