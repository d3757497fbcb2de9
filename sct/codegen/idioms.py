"""Takes statements as they come out of the IR, gives the forms that people write: ``+=``, comprehensions, unpacking."""

from __future__ import annotations

import ast
from itertools import islice

from ..ir.core import Op, walk
from ..ir.ops import IMPLICIT, Lit
from ..ir.rewrite import index_template
from ..ir.types import Tuple
from .facts import resolve
from .plan import Plan

MOST = 24
"""Longer tuples are read item by item."""


def names_read(shown: ast.expr) -> set[str]:
    """The names in an expression."""
    return {node.id for node in ast.walk(shown) if isinstance(node, ast.Name)}


def augmented(text: str, shown: ast.expr, adjoint: bool) -> ast.stmt | None:
    """``x += e`` for ``x = x + e``; for adjoints also for ``x = e + x``.  Only for numbers, where rebinding is all there is."""
    if not isinstance(shown, ast.BinOp):
        return None
    place, sign, value = ast.Name(text, ast.Store()), shown.op, shown.right
    if not _is_name(shown.left, text):
        if not (adjoint and isinstance(sign, ast.Add | ast.Mult) and _is_name(shown.right, text)):
            return None
        value = shown.left
    if isinstance(sign, ast.Add) and (positive := without_sign(value)) is not None:
        sign, value = ast.Sub(), positive
    return ast.AugAssign(place, sign, value)


def without_sign(shown: ast.expr) -> ast.expr | None:
    """``a * b / c`` for ``-a * b / c``, which is the same with the other sign to the last bit; None if there is no sign."""
    if isinstance(shown, ast.UnaryOp) and isinstance(shown.op, ast.USub):
        return shown.operand
    if isinstance(shown, ast.BinOp) and isinstance(shown.op, ast.Mult | ast.Div):
        positive = without_sign(shown.left)
        return ast.BinOp(positive, shown.op, shown.right) if positive is not None else None
    return None


def plus_one(shown: ast.expr) -> ast.expr:
    """``e + 1``, which is ``e`` without its ``- 1`` where it has one."""
    if isinstance(shown, ast.UnaryOp) and isinstance(shown.op, ast.USub) and isinstance(shown.operand, ast.Constant):
        return ast.Constant(1 - shown.operand.value)  # type: ignore[operator]
    if isinstance(shown, ast.Constant):
        return ast.Constant(shown.value + 1)  # type: ignore[operator]
    if isinstance(shown, ast.BinOp) and isinstance(shown.op, ast.Sub) and isinstance(shown.right, ast.Constant) \
            and shown.right.value == 1:
        return shown.left
    return ast.BinOp(shown, ast.Add(), ast.Constant(1))


def range_of(bounds: list[ast.expr]) -> ast.expr | None:
    """``r`` for the bounds ``r.start, r.stop, r.step``."""
    names = [(one.attr, ast.dump(one.value)) for one in bounds if isinstance(one, ast.Attribute)]
    same = len(names) == len(bounds) == 3 and [name for name, _ in names] == ["start", "stop", "step"]
    return bounds[0].value if same and len({base for _, base in names}) == 1 else None  # type: ignore[attr-defined]


def _is_name(shown: ast.expr, text: str) -> bool:
    return isinstance(shown, ast.Name) and shown.id == text


def comprehension(before: ast.stmt, loop: ast.For, items: str) -> ast.ListComp | None:
    """``[e for x in xs if c]`` for ``items = []`` followed by a loop that does nothing but append to it."""
    fresh = isinstance(before, ast.Assign) and isinstance(before.value, ast.List) and not before.value.elts \
        and _is_name(before.targets[0], items)
    found = _generators(loop, items) if fresh else None
    if found is None:
        return None
    generators, element = found
    made = ast.ListComp(element, generators)
    return made if items not in names_read(made) else None


def filler(loop: Op) -> Op | None:
    """The op that fills a list which was made empty before, where the loop does nothing else."""
    ops = [op for op in walk(loop.blocks[-1]) if op.name == "insert"]
    made = ops[0].operands[0].owner if len(ops) == 1 and index_template(ops[0]) == Lit(None) else None
    return ops[0] if isinstance(made, Op) and made.name == "tuple" and not made.operands else None


def _generators(stmt: ast.stmt, items: str) -> tuple[list[ast.comprehension], ast.expr] | None:
    if isinstance(stmt, ast.For) and len(stmt.body) == 1:
        inner, conditions = stmt.body[0], []
        while isinstance(inner, ast.If) and not inner.orelse and len(inner.body) == 1:
            conditions.append(inner.test)
            inner = inner.body[0]
        found = _generators(inner, items)
        if found is not None:
            return [ast.comprehension(stmt.target, stmt.iter, conditions, 0), *found[0]], found[1]
    if isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Call) and isinstance(stmt.value.func, ast.Attribute) \
            and stmt.value.func.attr == "append" and _is_name(stmt.value.func.value, items):
        return [], stmt.value.args[0]
    return None


def decision(before: ast.stmt, loop: ast.For, found: str, fn: ast.expr, is_any: bool) -> ast.Call | None:
    """``any(e for x in xs if c)`` for ``found = False`` followed by a loop that is left with ``found = True`` where ``e``."""
    starts = isinstance(before, ast.Assign) and _is_name(before.targets[0], found) and isinstance(before.value, ast.Constant)
    inner, conditions = loop.body[0], list[ast.expr]()
    while isinstance(inner, ast.If) and not inner.orelse:
        conditions.append(inner.test)
        *others, inner = inner.body
        if others and not (isinstance(inner, ast.Break) and len(others) == 1 and _sets(others[0], found)):
            return None
    if not starts or not conditions or len(loop.body) > 1 or not isinstance(inner, ast.Break):
        return None
    *tests, last = conditions
    element = last if is_any else _negated(last)
    made = ast.GeneratorExp(element, [ast.comprehension(loop.target, loop.iter, tests, 0)])
    return None if found in names_read(made) else ast.Call(fn, [made], [])


def _sets(stmt: ast.stmt, text: str) -> bool:
    return isinstance(stmt, ast.Assign) and _is_name(stmt.targets[0], text)


def _negated(test: ast.expr) -> ast.expr:
    return test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ast.UnaryOp(ast.Not(), test)


def unpacked_items(first: Op, plan: Plan) -> list[Op | None]:
    """The run of ``item`` ops that starts at ``first`` and reads a tuple in order: printed as ``a, _, c = triple``."""
    source = resolve(first.operands[0])
    size = len(source.type.items) if isinstance(source.type, Tuple) else first.attrs.get("size", 0)
    if first.parent is None or not isinstance(first.attrs["key"], int) or not 0 <= first.attrs["key"] < size <= MOST:
        return []
    run: list[Op | None] = [None] * size
    last = -1
    for op in islice(first.parent.ops, first.parent.ops.index(first), None):
        if op.name in IMPLICIT or op.name == "item" and resolve(op.operands[0]) is source and not plan.prints(op):
            continue
        if op.name != "item" or resolve(op.operands[0]) is not source or not last < op.attrs["key"] < size:
            break
        last = op.attrs["key"]
        run[last] = op
    return run
