"""Takes a variable that the user has no name for, gives names that say what it is: ``x_i`` for ``x[i]``, ``exp_z``, ``n``."""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..ad.calls import ContextNames
from ..ir.core import Block, Op, Value
from ..ir.ops import INFIX, PREFIX, Lit, Slot
from ..ir.types import Array, List
from .externals import identifier
from .facts import resolve, scalar, template_values
from .plan import Plan

COUNTERS = ["i", "j", "k", "l"]
LONGEST = 16
"""Characters of a name made from others."""


def suggestions(value: Value, plan: Plan, webs: Mapping[Value, str]) -> list[str]:
    """Names in order of preference; the last one is numbered if all are taken."""
    owner, kind = value.owner, scalar(value)
    if kind is not None and kind.dtype == "bool":
        return ["cond"]
    if not isinstance(owner, Op):
        return _of_item(value, owner, plan, webs)
    if owner.name == "call":
        return _of_call(owner) or ["t"]
    if owner.name == "tuple" and owner.attrs.get("cls") is list:
        return ["items"]
    if owner.name == "append":
        return ["items"]
    if owner.name == "pop":
        return [*_as_saved(owner.operands[0], plan, webs), "item" if isinstance(owner.operands[0].type, List) else "t"]
    if owner.name == "cache":
        return [f"saved_{name}" for name in _as_saved(value, plan, webs)] or ["saved"]
    if owner.name == "item":
        return [*_as_grouped(owner, plan, webs), "t"]
    if owner.name == "attr":
        return [identifier(str(owner.attrs["name"])), "t"]
    if owner.name == "invoke":
        return of_invoke(owner, value)
    if owner.name == "with" and owner.blocks[0].ops[-1].name == "yield":
        return suggestions(resolve(owner.blocks[0].ops[-1].operands[owner.results.index(value)]), plan, webs)
    return ["items" if isinstance(value.type, List) else "t"]


def of_invoke(op: Op, value: Value) -> list[str]:
    """``s_bar``, else ``field_s_bar``, for what the backward half of ``field`` returns."""
    callee = op.attrs["callee"]
    base = identifier(callee.name.removesuffix("_backward"))
    returned = callee.body.ops[-1].operands[op.results.index(value)] if callee.body.ops else value
    hint = identifier(value.hint or returned.hint)
    return [hint, f"{base}_{hint}"] if hint.strip("_") else [f"{base}_out"]


def _of_item(value: Value, block: Block | None, plan: Plan, webs: Mapping[Value, str]) -> list[str]:
    """Names for what a loop runs over."""
    loop = block.parent if block is not None and block.args and block.args[0] is value else None
    if loop is not None and loop.name == "try":
        return ["error"]
    if loop is None or loop.name != "for":
        return ["t"]
    if loop.attrs.get("kind", "range") == "range":
        return COUNTERS
    return [*_as_saved(loop.operands[0], plan, webs), "item" if isinstance(loop.operands[0].type, List) else "t"]


def _as_saved(cache: Value, plan: Plan, webs: Mapping[Value, str]) -> list[str]:
    """The names under which the values of a cache were saved."""
    return [name for value in _pushed(cache, plan) if (name := webs.get(value, ""))]


def _pushed(cache: Value, plan: Plan) -> list[Value]:
    """What is saved in a cache."""
    cache = resolve(cache)
    if isinstance(cache.owner, Op) and cache.owner.attrs.get("fn") is reversed:
        cache = resolve(cache.owner.operands[0])
    return [resolve(op.operands[1]) for op in plan.facts.mentions.get(cache, ()) if op.name == "push"]


def _as_grouped(item: Op, plan: Plan, webs: Mapping[Value, str]) -> list[str]:
    """The names under which an item of a saved tuple was saved."""
    source = resolve(item.operands[0])
    known = plan.facts.function.info
    if isinstance(known, ContextNames) and source is plan.facts.function.params[0] and known.names:
        return [known.names[item.attrs["key"]]]
    loop = source.owner.parent if isinstance(source.owner, Block) else None
    if isinstance(source.owner, Op) and source.owner.name == "pop":
        cache = source.owner.operands[0]
    elif loop is not None and loop.name == "for":
        cache = loop.operands[0]
    else:
        return []
    return [name for value in _pushed(cache, plan) if isinstance(tuple_ := value.owner, Op) and tuple_.name == "tuple"
            and (name := webs.get(resolve(tuple_.operands[item.attrs["key"]]), ""))]


def _of_call(op: Op) -> list[str]:
    fn, args = op.attrs["fn"], template_values(op)
    subjects = [_name(op, t) for t in args]
    if fn is len:
        return ["n", *([f"len_{subjects[0]}"] if subjects[0] else [])]
    if fn is operator.getitem and "element_of" in op.attrs:  # what is read is a list, which the user knows as an array
        return _of_item_read(identifier(op.attrs["element_of"]), subjects[1])
    if fn is operator.getitem and "item_of" in op.attrs:
        return _of_item_read(identifier(op.attrs["item_of"]), "")
    if fn is operator.getitem:
        return _of_item_read(*subjects) if len(subjects) == 2 and subjects[0].isidentifier() else []
    if fn in INFIX or fn in PREFIX:
        return _of_operator(fn, subjects, isinstance(op.results[0].type, Array))
    name = getattr(fn, "__name__", "")
    if not name.isidentifier():
        return []
    wish = f"{name}_{subjects[0]}" if subjects and subjects[0].isidentifier() else ""
    if 0 < len(wish) <= LONGEST:
        return [wish]
    plain = getattr(math, name, None) is fn or getattr(np, name, None) is fn and not hasattr(builtins, name)
    return [_NOUNS.get(name, name)] if plain or name in _NOUNS else []


def _of_item_read(base: str, index: str) -> list[str]:
    """``x_i`` for ``x[i]``, ``price`` for ``prices[i - 1]``."""
    if index:
        return [f"{base}_{index}"]
    return [base[:-1] if len(base) > 3 and base.endswith("s") and not base.endswith("ss") else f"{base}_item"]


_NOUNS = {"exp": "exp", "log": "log", "sum": "total", "sqrt": "root", "dot": "product", "max": "top", "amax": "top"}
"""What the result of a function of a long expression is called."""
_BETWEEN: dict[Any, tuple[str, str]] = {
    operator.mul: ("_", "product"), operator.truediv: ("_over_", "ratio"), operator.sub: ("_minus_", "diff"),
    operator.add: ("_plus_", "total"), operator.matmul: ("_", "product"), operator.pow: ("_to_", "power"),
}
"""How the names of two operands are joined, and what the result of two long expressions is called."""
NOUNS = frozenset({"t", "n", "cond", "mask", *_NOUNS.values(), *(noun for _, noun in _BETWEEN.values())})
"""Names that say of what kind a value is, not which: two values do not share one."""
_COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.or_, operator.and_)


def _of_operator(fn: Any, subjects: list[str], is_array: bool) -> list[str]:
    """``half_dt`` for ``0.5 * dt``, ``a_minus_b``, ``ratio`` for the quotient of two long expressions."""
    if fn in _COMPARISONS and is_array:
        return ["mask"]
    if fn is operator.neg and subjects[0].isidentifier():
        return [f"minus_{subjects[0]}"]
    if fn not in _BETWEEN or len(subjects) != 2:
        return []
    between, noun = _BETWEEN[fn]
    first, second = subjects
    if fn is operator.mul and first in _TIMES and second.isidentifier():
        return [f"{_TIMES[first]}_{second}"]
    if fn is operator.pow and second == "2" and first.isidentifier():
        return [f"{first}_squared"]
    if fn is operator.mul and second.endswith("_bar") and not first.endswith("_bar"):
        first, second = second, first
    wish = f"{first}{between}{second}"
    return [wish] if first and second and wish.isidentifier() and len(wish) <= LONGEST else [noun]


_TIMES = {"0.5": "half", "2": "twice", "2.0": "twice"}


def _name(op: Op, template: Any) -> str:
    """The name of an operand that is a variable of the user's."""
    if isinstance(template, Lit):
        return _number(template.value)
    if not isinstance(template, Slot):
        return ""
    value = resolve(op.operands[template.index])
    if isinstance(value.owner, Op) and value.owner.name == "const":
        return _number(value.owner.attrs["value"])
    return identifier(value.hint) if value.hint else ""


def _number(value: Any) -> str:
    """A number as part of a name; empty for one that does not fit."""
    if type(value) is float and value == int(value) if type(value) is float and abs(value) < 100 else False:
        value = int(value)
    return str(value) if value == 0.5 or type(value) is int and 0 <= value < 100 else ""
