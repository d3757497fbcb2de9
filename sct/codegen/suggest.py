"""Takes a variable that the user has no name for, gives names that say what it is: ``x_i`` for ``x[i]``, ``exp_z``, ``n``."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from ..ir.core import Block, Op, Value
from ..ir.ops import INFIX, PREFIX, Lit, Slot
from ..ir.types import List
from .externals import identifier
from .facts import resolve, scalar, template_values
from .inline import Plan

COUNTERS = ["i", "j", "k", "l"]
LONGEST = 16


def suggestions(value: Value, plan: Plan, webs: Mapping[Value, str]) -> list[str]:
    """Names in order of preference; the last one is numbered if all are taken."""
    owner, kind = value.owner, scalar(value)
    if kind is not None and kind.dtype == "bool":
        return ["cond"]
    if not isinstance(owner, Op):
        return _of_item(value, owner, plan, webs)
    if owner.name == "call":
        return [*_of_call(owner), "t"]
    if owner.name == "tuple" and owner.attrs.get("cls") is list:
        return ["items"]
    if owner.name == "append":
        return ["items"]
    if owner.name == "pop":
        return [*_as_saved(owner.operands[0], plan, webs), "t"]
    if owner.name == "cache":
        return ["saved"]
    if owner.name == "attr":
        return [identifier(str(owner.attrs["name"])), "t"]
    if owner.name == "invoke":
        return [f"{identifier(owner.attrs['callee'].name)}_out", "t"]
    if owner.name in ("if", "for", "while", "with"):
        return ["t"]
    return ["t"]


def _of_item(value: Value, block: Block | None, plan: Plan, webs: Mapping[Value, str]) -> list[str]:
    """Names for what a loop runs over."""
    loop = block.parent if block is not None and block.args and block.args[0] is value else None
    if loop is None or loop.name != "for":
        return ["t"]
    if loop.attrs.get("kind", "range") == "range":
        return COUNTERS
    return [*_as_saved(loop.operands[0], plan, webs), "item" if isinstance(loop.operands[0].type, List) else "t"]


def _as_saved(cache: Value, plan: Plan, webs: Mapping[Value, str]) -> list[str]:
    """The names under which the values of a cache were saved."""
    cache = resolve(cache)
    if isinstance(cache.owner, Op) and cache.owner.attrs.get("fn") is reversed:
        cache = resolve(cache.owner.operands[0])
    pushes = [op for op in plan.facts.mentions.get(cache, ()) if op.name == "push"]
    return [name for op in pushes if (name := webs.get(resolve(op.operands[1]), ""))]


def _of_call(op: Op) -> list[str]:
    fn, args = op.attrs["fn"], template_values(op)
    subjects = [_name(op, t) for t in args]
    if fn is len:
        return ["n", *([f"len_{subjects[0]}"] if subjects[0] else [])]
    if fn is operator.getitem:
        return ["_".join(map(str, subjects))] if all(subjects) and len(subjects) == 2 and not subjects[0].isdigit() else []
    name = getattr(fn, "__name__", "")
    if fn in INFIX or fn in PREFIX or not name.isidentifier() or not subjects or not subjects[0].isidentifier():
        return []
    wish = f"{name}_{subjects[0]}"
    return [wish] if len(wish) <= LONGEST else []


def _name(op: Op, template: Any) -> str:
    """The name of an operand that is a variable of the user's."""
    if isinstance(template, Lit) and type(template.value) is int and template.value >= 0:
        return str(template.value)
    if not isinstance(template, Slot):
        return ""
    hint = resolve(op.operands[template.index]).hint
    return identifier(hint) if hint else ""
