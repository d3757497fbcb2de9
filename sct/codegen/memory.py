"""Prints what changes or keeps memory: saved values, sums into arrays, stores, and the changes of lists and tables."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Op
from ..ir.ops import INFIX, Lit, SliceOf, Slot
from ..ir.rewrite import index_template
from ..ir.types import NONE, SLICE, List
from .expr import BINARY, LOAD, STORE, attribute, bare_tuple, call, target
from .facts import resolve, scalar, template_values
from .idioms import unpacked_items, without_sign
from .writer import Writer


def cache(writer: Writer, op: Op) -> None:
    writer.assign(op.results[0], ast.List([], STORE), op)


def push(writer: Writer, op: Op) -> None:
    saved, value = (writer.expressions.of(v) for v in op.operands)
    writer.add(ast.Expr(call(attribute(saved, "append"), value)), op.loc)


def pop(writer: Writer, op: Op) -> None:
    taken = writer.expressions.pop(op)
    run = popped_items(writer, op)
    if run:
        writer.done.update(r for r in run if r)
        return writer.unpack([r.results[0] if r else None for r in run], taken, op, quiet=True)
    if op.results[0] in writer.plan.users:
        writer.assign(op.results[0], taken, op)
    else:
        writer.add(ast.Expr(taken), op.loc, quiet=True)


def popped_items(writer: Writer, op: Op) -> list[Op | None]:
    """The items of a saved tuple, where they are all that is read of it: printed as ``a, b = saved.pop()``."""
    assert op.parent is not None
    ops = op.parent.ops
    first = next((later for later in ops[ops.index(op) + 1:] if writer.plan.prints(later)), None)
    if first is None or first.name != "item" or resolve(first.operands[0]) is not op.results[0]:
        return []
    run = unpacked_items(first, writer.plan)
    return run if sum(r is not None for r in run) == len(writer.plan.users[op.results[0]]) else []


def append(writer: Writer, op: Op) -> None:
    items, value = (writer.expressions.of(v) for v in op.operands)
    writer.add(ast.Expr(call(attribute(items, "append"), value)), op.loc)


def iadd(writer: Writer, op: Op) -> None:
    buffer, value = (writer.expressions.of(v) for v in op.operands)
    add_to(writer, buffer, value, op)


def add_to(writer: Writer, place: ast.expr, value: ast.expr, op: Op) -> None:
    """``place += value``, or ``-=`` for a negated value (exactly the same)."""
    sign: ast.operator = ast.Add()
    if (positive := without_sign(value)) is not None:
        sign, value = ast.Sub(), positive
    writer.add(ast.AugAssign(place, sign, value), op.loc)  # type: ignore[arg-type]


def iaddv(writer: Writer, op: Op) -> None:
    sign = BINARY[INFIX[op.attrs["fn"]]]()
    place, value = (writer.expressions.template(op, t) for t in template_values(op))
    result = writer.expressions.variable(op.results[0])
    if isinstance(place, ast.Name) and (place.id == result or op.results[0] not in writer.plan.users):
        writer.add(ast.AugAssign(place, sign, value), op.loc)
    else:
        writer.assign(op.results[0], ast.BinOp(place, sign, value), op)


def index_add(writer: Writer, op: Op) -> None:
    buffer, value = (writer.expressions.of(v) for v in op.operands[:2])
    template = op.attrs["args"]
    template = template[1] if isinstance(template, tuple) else template  # (buffer, index), as for a load
    if op.attrs.get("unique") or _hits_once(op, template):
        add_to(writer, ast.Subscript(buffer, writer.expressions.index(op, template), STORE), value, op)
    else:
        scatter = attribute(writer.expressions.object(np), "add", "at")
        writer.add(ast.Expr(call(scatter, buffer, writer.expressions.template(op, template), value)), op.loc)


def store(writer: Writer, op: Op) -> None:
    array, value = (writer.expressions.of(v) for v in op.operands[:2])
    fn, index = op.attrs.get("fn"), index_template(op)
    whole = fn is not None and index == Lit(...) and isinstance(array, ast.Name)
    place = target(array.id) if whole else ast.Subscript(array, writer.expressions.index(op, index), STORE)  # type: ignore
    if op.attrs.get("at"):
        scatter = attribute(writer.expressions.object(np), "subtract" if fn is operator.sub else "add", "at")
        writer.add(ast.Expr(call(scatter, array, writer.expressions.template(op, index), value)), op.loc)
    elif fn is None:
        writer.add(ast.Assign([place], value, lineno=1), op.loc)
    else:
        writer.add(ast.AugAssign(place, BINARY[INFIX[fn]](), value), op.loc)


def insert(writer: Writer, op: Op) -> None:
    items, value = (writer.expressions.of(v) for v in op.operands[:2])
    index = index_template(op)
    if index == Lit(None):
        writer.add(ast.Expr(call(attribute(items, "append"), value)), op.loc)
    else:
        writer.add(ast.Expr(call(attribute(items, "insert"), writer.expressions.template(op, index), value)), op.loc)


def exchange(writer: Writer, op: Op) -> None:
    def item(template: Any, context: ast.expr_context) -> ast.expr:
        return ast.Subscript(writer.expressions.of(op.operands[0]), writer.expressions.index(op, template), context)
    i, j = op.attrs["args"][1:]
    targets = ast.Tuple([item(i, STORE), item(j, STORE)], STORE)
    writer.add(ast.Assign([targets], bare_tuple([item(j, LOAD), item(i, LOAD)]), lineno=1), op.loc)


def remove(writer: Writer, op: Op) -> None:
    index = index_template(op)
    place = [] if index == Lit(-1) and isinstance(op.operands[0].type, List) else [writer.expressions.template(op, index)]
    taken = call(attribute(writer.expressions.of(op.operands[0]), "pop"), *place)
    if op.results[0] in writer.plan.users:
        writer.assign(op.results[0], taken, op)
    else:
        writer.add(ast.Expr(taken), op.loc)


def fill(writer: Writer, op: Op) -> None:
    whole = ast.Subscript(writer.expressions.of(op.operands[0]), ast.Constant(...), STORE)
    writer.add(ast.Assign([whole], ast.Constant(0.0), lineno=1), op.loc)


MEMORY: dict[str, Callable[[Writer, Op], None]] = {
    "cache": cache, "push": push, "pop": pop, "append": append, "store": store, "insert": insert, "remove": remove,
    "exchange": exchange, "iadd": iadd, "iaddv": iaddv, "index_add": index_add, "fill": fill,
}
"""How each op is printed."""


def _hits_once(op: Op, template: Any) -> bool:
    """Whether an index of numbers and slices only: it cannot name an element twice."""
    if getattr(template, "kind", tuple) is list:
        return False
    return all(_is_plain(op, part) for part in getattr(template, "items", (template,)))


def _is_plain(op: Op, part: Any) -> bool:
    """A slice, a number, ``None`` or ``...`` in an index."""
    if isinstance(part, Lit):
        return part.value is None or part.value is ... or isinstance(part.value, int | slice)
    if isinstance(part, Slot):
        return scalar(op.operands[part.index]) is not None or op.operands[part.index].type in (SLICE, NONE)
    return isinstance(part, SliceOf)
