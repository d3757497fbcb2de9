"""Takes a function in IR, gives its Python text, the outside objects that the text names, and the user's line of each line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..ad.calls import ContextNames
from ..ir.core import Function, Loc
from .expr import name as name_node
from .facts import gather, resolve
from .inline import plan_expressions
from .load import filename
from .names import name_variables
from .release import release, weights
from .statements import Printer
from .unbound import bind_copied, leave_to_python
from .writer import is_comment


@dataclass(frozen=True)
class Emitted:
    """A printed function."""

    text: str
    name: str
    imports: dict[str, Any]
    """What the names of the text stand for: modules, helpers, functions, generated callees (``Function``)."""
    data: dict[str, Any] = field(default_factory=dict)
    """Names of the user's data, read live, with the place they come from (attr ``source`` of the op, or the name)."""
    locs: Sequence[Loc | None] = ()
    """Place in the user's source for each statement of the text, comments left out."""
    reverse_line: int = 0
    """The line on which the reverse sweep begins; 0: there is none."""

    @property
    def filename(self) -> str:
        """The name under which the text is known to tracebacks."""
        return filename(self.name, self.text)

    @cached_property
    def line_map(self) -> dict[int, Loc]:
        """Place in the user's source for lines of the text: read only where an exception or a person asks."""
        statements = _statements(ast.parse(self.text).body[0].body) if self.locs else ()  # type: ignore[attr-defined]
        return {stmt.lineno: loc for stmt, loc in zip(statements, self.locs, strict=True) if loc is not None}

def emit(fn: Function, header: Sequence[str] = (), name: str | None = None, releases: bool = True) -> Emitted:
    """Print a function; ``header`` holds lines of a comment to put above it, ``releases``: whether it releases dead arrays."""
    plan = plan_expressions(gather(fn))
    if leave_to_python(plan):
        plan = plan_expressions(gather(fn))
    names = name_variables(plan)
    if bind_copied(plan, names):
        leave_to_python(plan)
        plan = plan_expressions(gather(fn))
        names = name_variables(plan)
    if isinstance(fn.info, ContextNames):
        packs = [op for op in fn.body.ops if op.name == "tuple" and op.results[0].hint == "context"]
        fn.info.names[:] = [names.of.get(resolve(v), "t") for op in packs for v in op.operands] or fn.info.names
    printer = Printer(plan, names)
    own_name = name or fn.name
    params = [ast.arg(names.of[p]) for p in fn.params]
    body = printer.nested(fn.body, None) or [ast.Pass()]
    if releases:
        marks = [k for k, stmt in enumerate(body) if is_comment(stmt)]
        reverse = next((k for k in marks if ast.unparse(body[k]) == printer.mark_text), len(body))
        body = release(body, reverse, set(marks), weights(names.of))
    if printer.expressions.has_parentheses:
        body = [_Parentheses().visit(stmt) for stmt in body]
    args = ast.arguments(posonlyargs=[], args=params, kwonlyargs=[], kw_defaults=[], defaults=[])
    definition = ast.FunctionDef(own_name, args, body, [], lineno=1)
    comments = [f"# {line}".rstrip() for line in header]
    text = "\n".join([*comments, ast.unparse(definition), ""])
    locs = [printer.locs.get(id(made)) for made in _statements(body)]
    reverse_line = next((k for k, line in enumerate(text.splitlines(), 1) if line.strip() == printer.mark_text), 0)
    return Emitted(text, own_name, names.externals.objects, names.externals.data, locs, reverse_line)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements in textual order, comments left out."""
    for stmt in body:
        if not is_comment(stmt):
            yield stmt
            yield from _statements(getattr(stmt, "body", []))
            yield from _statements(getattr(stmt, "orelse", []))


class _Parentheses(ast.NodeTransformer):
    """Without the parentheses that ``ast.unparse`` puts around the negation in ``a and not b``, and around generators."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.BoolOp:
        values = [name_node(ast.unparse(v)) if isinstance(v, ast.UnaryOp) and isinstance(v.op, ast.Not) else self.visit(v)
                  for v in node.values]
        return ast.BoolOp(node.op, values)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """``any(e for …)`` without a second pair of parentheses."""
        self.generic_visit(node)
        alone = len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.GeneratorExp)
        return name_node(ast.unparse(node.func) + ast.unparse(node.args[0])) if alone else node
