"""Appends statements to a text that is being printed, each under the comment of the user's line to which it belongs.

In the reverse sweep each group opens with a comment that names the line of the user's function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from ..ir.core import NOWHERE, Loc, Op, Value
from .expr import STORE, Expressions, bare_tuple, name, target
from .facts import scalar
from .idioms import augmented, names_read
from .liveness import is_undef
from .names import UNUSED, Names
from .plan import Plan

COMMENT_LIMIT = 100
"""A longer statement of the user's is cut off in comments."""


def is_comment(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Name) and stmt.value.id.startswith("#")


def as_comment(text: str) -> ast.stmt:
    return ast.Expr(name("# " + " ".join(text.split())))


class Writer:
    """The statements so far, what is known of the names in them, and the group that is open."""

    def __init__(self, plan: Plan, names: Names) -> None:
        self.plan = plan
        self.facts = plan.facts
        self.names = names
        self.expressions = Expressions(plan, names)
        self.out: list[ast.stmt] = []
        self.locs: dict[int, Loc] = {}
        self.home = plan.facts.function.loc.function
        self.group: tuple[str, int] | None = None
        """The user's line to which the statements being printed belong."""
        self.strayed = False
        """Whether groups were opened inside the region that was printed last."""
        self.reversing = False
        self.mark_text: str | None = None
        """The comment that opens the reverse sweep."""
        self.done: set[Op] = set()
        """Ops printed together with an earlier one."""

    # ---- statements and their groups

    def add(self, stmt: ast.stmt, loc: Loc = NOWHERE, quiet: bool = False) -> None:
        """Append a statement; a quiet one opens no group (values taken back at the head of a block)."""
        if loc.line:
            if not quiet:
                self.open_group(loc)
            self.locs[id(stmt)] = loc
        self.out.append(stmt)

    def open_group(self, loc: Loc) -> None:
        """In the reverse sweep: the comment that names the user's line, where another line begins."""
        if self.reversing and loc.line and loc.text and self.group != (loc.file, loc.line):
            self.group = (loc.file, loc.line)
            text = loc.text.strip().split("\n")[0]
            text = text if len(text) <= COMMENT_LIMIT else text[:COMMENT_LIMIT - 2].rstrip() + " …"
            foreign = f"{loc.function} " if loc.function and self.home and loc.function != self.home else ""
            self.out.append(as_comment(f"{foreign}{loc.line}: {text}"))

    def leave(self, loc: Loc) -> None:
        """After a region: if groups were opened inside, the next statement opens its own unless it is of the same line."""
        if self.strayed:
            self.group = (loc.file, loc.line)
        self.strayed = False

    # ---- assignments

    def unpack(self, results: Sequence[Value | None], value: ast.expr, op: Op, quiet: bool = False) -> None:
        if not any(r in self.plan.users for r in results) and not op.attrs.get("unpack"):  # which tests the number of items
            return self.add(ast.Expr(value), op.loc, quiet)
        targets = [target(self.expressions.variable(r) if r and r in self.plan.users else UNUSED) for r in results]
        self.add(ast.Assign([ast.Tuple(list(targets), STORE)], value, lineno=1), op.loc, quiet)

    def assign(self, value: Value, shown: ast.expr, op: Op) -> None:
        again = op.attrs.get("recomputed") and not op.attrs.get("hoisted")
        self.add(self.assignment(value, shown), op.loc, op.name == "pop" or bool(again))

    def assignment(self, value: Value, shown: ast.expr) -> ast.stmt:
        text = self.expressions.variable(value)
        if scalar(value) is not None:
            if (short := augmented(text, shown, self.reversing)) is not None:
                return short
        return ast.Assign([target(text)], shown, lineno=1)

    def copy(self, pairs: Iterable[tuple[Value, Value]], loc: Loc = NOWHERE) -> set[str]:
        """Assign values to the variables they flow into, all at once; the names that are written."""
        moves = []
        for value, goal in pairs:
            if not is_undef(value):
                shown, text = self.expressions.of(value), self.expressions.variable(goal)
                if not (isinstance(shown, ast.Name) and shown.id == text) and text != UNUSED:
                    moves.append((goal, text, shown, names_read(shown)))
        written = {text for _, text, _, _ in moves}
        while moves:
            ready = next((m for m in moves if not any(m[1] in other[3] for other in moves if other is not m)), None)
            if ready is None:
                self.swap(moves, loc)
                break
            moves.remove(ready)
            self.add(self.assignment(ready[0], ready[2]), loc)
        return written

    def swap(self, moves: list[tuple[Value, str, ast.expr, set[str]]], loc: Loc) -> None:
        """``a, b = b, a``: copies that read each other's targets."""
        targets = ast.Tuple([target(text) for _, text, _, _ in moves], STORE)
        self.add(ast.Assign([targets], bare_tuple([shown for _, _, shown, _ in moves]), lineno=1), loc)
