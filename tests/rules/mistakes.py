"""Takes the syntax tree of a rule, or of a function that rules call, gives it with each single mistake in turn.

A mistake is a sign, a term, a factor, an exponent or a conjugate that is missing or wrong, two branches that are swapped, or a
comparison that is another one.  Questions that only choose between equivalent formulas (``facts.py``) stay as they are, and so
does where ``within`` puts numbers in that nobody reads.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

OPPOSITE: dict[type, type] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}
NEGATED: dict[type, type] = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq,
                             ast.NotEq: ast.Eq}
AT_THE_EDGE: dict[type, type] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
CONJUGATES = ("np.conj", "np.conjugate")
FACTS = ("is_static(", "is_far_from_zero(", "may_be_empty(", "type(")
"""What chooses between formulas that are equivalent where both hold."""

Place = tuple[Any, Any, ast.expr, ast.expr]
"""What holds an expression, under which name or number, the expression, and a wrong one."""


def tree_of(function: Callable[..., Any] | str) -> ast.FunctionDef:
    """The syntax tree of a function, or of the text of one, without decorators and docstring."""
    text = function if isinstance(function, str) else textwrap.dedent(inspect.getsource(function))
    (tree,) = ast.parse(text).body
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    if ast.get_docstring(tree) is not None:
        del tree.body[0]
    return tree


def bounded(tree: ast.FunctionDef) -> ast.FunctionDef:
    """The function with an end to its loops: a mistake may take it away."""
    return ast.fix_missing_locations(Bounded().visit(copy.deepcopy(tree)))


class Bounded(ast.NodeTransformer):
    """``while test: …`` becomes ``for _ in range(1000): if not test: break …``."""

    def visit_While(self, loop: ast.While) -> ast.For:
        self.generic_visit(loop)
        (unending,) = ast.parse("raise RuntimeError('no end')").body
        times = ast.parse("range(1000)", mode="eval").body
        stop = ast.If(ast.UnaryOp(ast.Not(), loop.test), [ast.Break()], [])
        return ast.For(ast.Name("_", ast.Store()), times, [stop, *loop.body], [unending])


def versions(tree: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The tree with each mistake, and what it is: ``1 - z * z  =>  1 + z * z``, counted where the same is made twice."""
    made: Counter[str] = Counter()
    for holder, key, right, wrong in list(places(tree)):
        what = f"{ast.unparse(right)}  =>  {ast.unparse(wrong)}"
        made[what] += 1
        put(holder, key, wrong)
        changed = copy.deepcopy(tree)
        put(holder, key, right)
        yield what if made[what] == 1 else f"{what} ({made[what]})", ast.fix_missing_locations(changed)


def put(holder: Any, key: Any, value: ast.expr) -> None:
    if isinstance(holder, list):
        holder[key] = value
    else:
        setattr(holder, key, value)


def places(tree: ast.FunctionDef) -> Iterator[Place]:
    nodes = [node for statement in tree.body for node in ast.walk(statement)]
    stand_ins = {id(part) for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "within"
                 for given in node.args[1:] for part in ast.walk(given)}
    for node in nodes:
        if isinstance(node, ast.AnnAssign | ast.arguments):
            continue
        yield from statements(node)
        for name, value in ast.iter_fields(node):
            held = [(value, k, item) for k, item in enumerate(value)] if isinstance(value, list) else [(node, name, value)]
            for holder, key, item in held:
                if isinstance(item, ast.expr) and not asks_for_facts(item) and id(item) not in stand_ins:
                    yield from ((holder, key, item, wrong) for wrong in mistakes(item, chooses(node, name, key)))


def statements(node: ast.AST) -> Iterator[Place]:
    """Cotangents, results and what is added to something, with the other sign; the other branch of a statement."""
    if isinstance(node, ast.Assign) and is_cotangent(node.targets[0]) and can_be_negated(node.value):
        yield node, "value", node.value, ast.UnaryOp(ast.USub(), node.value)
    if isinstance(node, ast.Return) and node.value is not None and can_be_negated(node.value):
        yield node, "value", node.value, ast.UnaryOp(ast.USub(), node.value)
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        yield node, "value", node.value, ast.UnaryOp(ast.USub(), node.value)
        yield node, "value", node.value, ast.Constant(0)
    if isinstance(node, ast.If) and not asks_for_facts(node.test):
        yield node, "test", node.test, ast.UnaryOp(ast.Not(), node.test)


def mistakes(value: ast.expr, decides: bool) -> Iterator[ast.expr]:
    """Wrong versions of one expression; one that ``decides`` between branches is not negated as well."""
    if isinstance(value, ast.BinOp):
        yield from of_operation(value)
    elif isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub | ast.Invert):
        if not isinstance(value.operand, ast.Constant) or isinstance(value.op, ast.USub):
            yield value.operand
    elif isinstance(value, ast.IfExp):
        yield ast.IfExp(value.test, value.orelse, value.body)
    elif isinstance(value, ast.Compare) and len(value.ops) == 1:
        (op,) = value.ops
        others = [AT_THE_EDGE] if decides else [AT_THE_EDGE, NEGATED]
        for other in others:
            if type(op) in other:
                yield ast.Compare(value.left, [other[type(op)]()], value.comparators)
    elif isinstance(value, ast.BoolOp) and len(value.values) == 2:
        yield from value.values
    elif isinstance(value, ast.Call):
        called = ast.unparse(value.func)
        if called == "np.where" and len(value.args) == 3:
            yield ast.Call(value.func, [value.args[0], value.args[2], value.args[1]], value.keywords)
        elif called in CONJUGATES:
            yield value.args[0]


def of_operation(value: ast.BinOp) -> Iterator[ast.expr]:
    left, op, right = value.left, value.op, value.right
    if type(op) in OPPOSITE:
        yield ast.BinOp(left, OPPOSITE[type(op)](), right)
        yield left
        yield ast.UnaryOp(ast.USub(), right) if isinstance(op, ast.Sub) else right
    elif isinstance(op, ast.Mult | ast.MatMult):
        yield from (left, right)
    elif isinstance(op, ast.Div):
        yield left
        if not is_one(left):
            yield ast.BinOp(ast.Constant(1), op, right)
    elif isinstance(op, ast.Pow | ast.FloorDiv | ast.Mod):
        yield left


def chooses(node: ast.AST, name: str, key: Any) -> bool:
    """Whether what a node holds there chooses between branches that a mistake of their own swaps."""
    if isinstance(node, ast.Call):
        return name == "args" and key == 0 and ast.unparse(node.func) == "np.where"
    return name == "test"


def asks_for_facts(test: ast.expr) -> bool:
    return isinstance(test, ast.IfExp | ast.Call | ast.Compare | ast.BoolOp | ast.UnaryOp) and any(
        fact in ast.unparse(test.test if isinstance(test, ast.IfExp) else test) for fact in FACTS)


def is_cotangent(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id.endswith(("_bar", "_dot"))


def can_be_negated(value: ast.expr) -> bool:
    """Sequences of cotangents cannot; what is negated has a mistake of its own."""
    called = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("tuple", "list", "one_hot")
    others = ast.Tuple | ast.List | ast.ListComp | ast.Constant | ast.UnaryOp | ast.Compare | ast.Dict | ast.JoinedStr
    called = called or ast.unparse(value).startswith("np.zeros_like(")
    return not called and not isinstance(value, others) and not ast.unparse(value).startswith("[")


def is_one(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (1, 1.0)
