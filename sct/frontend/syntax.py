"""Takes a captured syntax tree, gives every construct in it that is not supported, so that a user sees all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from ..errors import Obstacle
from ..ir.core import Loc
from .generators import consumed_by, not_stored
from .normalize import exits
from .scopes import assigned, body_of, declared, parameters

Node = Any

_REFUSED: dict[str, tuple[str, str, str]] = {
    "Yield": ("SCT101", "`yield` is not supported", "return a list instead"),
    "YieldFrom": ("SCT101", "`yield from` is not supported", "return a list instead"),
    "Await": ("SCT102", "`await` is not supported", "await the data first and pass it in"),
    "AsyncFor": ("SCT102", "`async for` is not supported", "collect the items first and pass them in"),
    "AsyncWith": ("SCT102", "`async with` is not supported", "enter the context around the call of the function"),
    "AsyncFunctionDef": ("SCT102", "`async def` is not supported", "write an ordinary function"),
    "TryStar": ("SCT103", "`except*` is not supported", "handle the exceptions around the call of the gradient"),
    "ClassDef": ("SCT104", "a class defined inside the function is not supported", "define the class at module level"),
    "TypeAlias": ("SCT111", "a `type` statement is not supported", "move it to module level"),
}
_DYNAMIC = frozenset({"exec", "eval", "locals", "vars", "globals", "dir"})


def find_obstacles(tree: Node, loc: Callable[[Node], Loc]) -> list[Obstacle]:
    """Everything in ``tree`` (a function) that cannot be lowered, in the order of the source."""
    checker = _Checker(loc)
    checker.body(tree)  # its decorators and defaults were evaluated when it was defined
    return sorted(checker.found, key=lambda o: (o.loc.line, o.loc.col) if o.loc else (0, 0))


class _Checker(gast.NodeVisitor):  # type: ignore[misc]  # gast ships no types
    def __init__(self, loc: Callable[[Node], Loc]) -> None:
        self.loc = loc
        self.found: list[Obstacle] = []
        self.handling = False
        """Whether this is code of an ``except`` clause."""
        self.outer: set[str] = set()
        """Names that the current function declares ``global``, or ``nonlocal`` for a variable outside of what is captured."""
        self.around: set[str] = set()
        """Variables of the functions around the current one, as far as they are captured with it."""

    def refuse(self, node: Node, code: str, message: str, hint: str) -> None:
        self.found.append(Obstacle(self.loc(node), code, message, hint))

    def function(self, node: Node) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults, *getattr(node, "decorator_list", ())):
            if default is not None:
                self.visit(default)
        self.body(node)

    def body(self, node: Node) -> None:
        """What runs at a call."""
        saved, around, handling = self.outer, self.around, self.handling
        self.handling = False
        outer = declared(node, gast.Nonlocal)
        self.outer = declared(node, gast.Global) | (outer - around)
        self.around = around | ({*parameters(node), *assigned(body_of(node))} - outer - self.outer)
        for stmt in body_of(node):
            self.visit(stmt)
        self.outer, self.around, self.handling = saved, around, handling

    visit_FunctionDef = visit_Lambda = function

    def visit(self, node: Node) -> None:
        refused = _REFUSED.get(type(node).__name__)
        if refused is not None:
            self.refuse(node, *refused)
        if not isinstance(node, gast.ClassDef | gast.AsyncFunctionDef):
            super().visit(node)

    def visit_Name(self, node: Node) -> None:
        if not isinstance(node.ctx, gast.Load):
            self.written(node, node.id)

    def written(self, node: Node, name: str) -> None:
        if name in self.outer:
            self.refuse(node, "SCT105", f"assignment to `{name}`, a variable outside of the differentiated function",
                        "pass the value in and return the new one")

    def visit_Try(self, node: Node) -> None:
        if any(map(exits, node.finalbody)):
            self.refuse(node, "SCT103", "a `finally` that leaves the statement is not supported", "leave it behind the `try`")
        for stmt in (*node.body, *node.orelse, *node.finalbody):
            self.visit(stmt)
        outer, self.handling = self.handling, True
        for handler in node.handlers:
            self.visit(handler)
        self.handling = outer

    def visit_Delete(self, node: Node) -> None:
        targets = [t for target in node.targets for t in getattr(target, "elts", [target])]
        if not all(isinstance(target, gast.Name | gast.Subscript) for target in targets):
            self.refuse(node, "SCT106", "`del` of an attribute is not supported", "give it another value")
        self.generic_visit(node)

    def visit_MatchAs(self, node: Node) -> None:
        if node.name is not None:
            self.written(node, node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: Node) -> None:
        if node.rest is not None:
            self.written(node, node.rest)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: Node) -> None:
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_Call(self, node: Node) -> None:
        if isinstance(node.func, gast.Name) and node.func.id in _DYNAMIC:
            self.refuse(node, "SCT112", f"`{node.func.id}` reaches variables by names that only run time knows",
                        "use the variables themselves, a list or a dict")
        self.visit(node.func)
        at_once = consumed_by(node)
        for arg in node.args:
            self.consumed(arg) if arg is at_once else self.visit(arg)
        for keyword in node.keywords:
            self.visit(keyword.value)

    def consumed(self, node: Node) -> None:
        """A generator expression that is a list for all that can be seen of it."""
        if isinstance(node, gast.GeneratorExp):
            self.generic_visit(node)
        else:
            self.visit(node)

    def visit_GeneratorExp(self, node: Node) -> None:
        what = not_stored(node)
        if what:
            self.refuse(node, "SCT109", f"a generator expression {what} is only supported where a call consumes it at once",
                        "write a list comprehension")
        self.generic_visit(node)

    def visit_comprehension(self, node: Node) -> None:
        if node.is_async:
            self.refuse(node.iter, *_REFUSED["AsyncFor"])
        self.visit(node.target)
        self.consumed(node.iter)
        for test in node.ifs:
            self.visit(test)

    def visit_Dict(self, node: Node) -> None:
        for part in (*node.keys, *node.values):
            if part is not None:
                self.visit(part)

    def visit_Raise(self, node: Node) -> None:
        if node.exc is None and not self.handling:
            self.refuse(node, "SCT111", "`raise` without an exception is not supported", "name the exception")
        self.generic_visit(node)

    def visit_ImportFrom(self, node: Node) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.refuse(node, "SCT111", "a star import inside the function is not supported", "move it to module level")
            self.written(node, alias.asname or alias.name)

    def visit_Import(self, node: Node) -> None:
        for alias in node.names:
            self.written(node, alias.asname or alias.name.partition(".")[0])
