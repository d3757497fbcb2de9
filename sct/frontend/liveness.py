"""Takes a normalised function, gives the variables that are read behind each ``if`` and loop, so that SSA carries no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

from .scopes import BIND, CREATE, LOAD, Scope, assigned, events_of, free_names, has_walrus, is_comprehension_target

Node = Any
Names = frozenset[str]
_NONE: Names = frozenset()


@dataclass(eq=False)
class Liveness:
    """Backward analysis over a tree in normal form (no ``return`` inside, ``break`` only at the ends of loop bodies)."""

    scope: Scope
    after: dict[Node, Names] = field(default_factory=dict)
    """For each ``if``, ``with``, ``try`` and loop: the variables that are read behind it."""
    handled: dict[Node, Names] = field(default_factory=dict)
    """For each ``try``: the variables that are read where a handler begins, in it or behind the statement."""
    header: dict[Node, Names] = field(default_factory=dict)
    """For each loop: the variables that are read at the start of an iteration or behind the loop."""
    _exposed: dict[Node, Names] = field(default_factory=dict)
    _recording: bool = True
    _walrus: bool = field(init=False)

    def __post_init__(self) -> None:
        self._walrus = has_walrus([self.scope.node])

    def run(self) -> Liveness:
        self.block(self.scope.node.body, _NONE, _NONE)
        return self

    @property
    def always(self) -> Names:
        """Variables that nested functions read through a cell: live everywhere in their scope."""
        return frozenset(name for name in self.scope.cells if not is_comprehension_target(name))

    def block(self, stmts: Sequence[Node], live: Names, broken: Names) -> Names:
        """What is live before ``stmts``, given what is live behind them and behind the loop they may break out of."""
        for stmt in reversed(stmts):
            live = self.statement(stmt, live, broken)
        return live

    def statement(self, stmt: Node, live: Names, broken: Names) -> Names:
        if isinstance(stmt, gast.If):
            self.record(self.after, stmt, live)
            branches = self.block(stmt.body, live, broken) | self.block(stmt.orelse, live, broken)
            return self.before([stmt.test], branches)
        if isinstance(stmt, gast.With):
            self.record(self.after, stmt, live)
            return self.before(stmt.items, self.block(stmt.body, live, broken))
        if isinstance(stmt, gast.Try):
            return self.try_(stmt, live, broken)
        if isinstance(stmt, gast.For | gast.While):
            return self.loop(stmt, live)
        if isinstance(stmt, gast.Break):
            return broken
        if isinstance(stmt, gast.Raise | gast.Return):
            return self.before([stmt], _NONE)
        return self.before([stmt], live)

    def try_(self, stmt: Node, live: Names, broken: Names) -> Names:
        """A handler finds the variables as they were before the statement."""
        handled: Names = _NONE
        for handler in stmt.handlers:
            name = frozenset() if handler.name is None else frozenset({handler.name.id})
            classes = [] if handler.type is None else [handler.type]
            handled |= self.before(classes, self.block(handler.body, live, broken) - name)
        self.record(self.after, stmt, live)
        self.record(self.handled, stmt, handled)
        return self.block(stmt.body, live, broken) | handled

    def record(self, table: dict[Node, Names], stmt: Node, live: Names) -> None:
        if self._recording:
            table[stmt] = live | self.always

    def loop(self, stmt: Node, live: Names) -> Names:
        header = self.exposed(stmt) | live
        if self._recording:
            self.record(self.after, stmt, live)
            self.record(self.header, stmt, header)
            self.iteration(stmt, header, live)
        return self.before([stmt.iter], header) if isinstance(stmt, gast.For) else header

    def iteration(self, stmt: Node, again: Names, live: Names) -> Names:
        """What is live at the start of an iteration, if ``again`` is at the start of the next and ``live`` behind the loop."""
        inside = self.block(stmt.body, again, live)
        return self.before([stmt.target], inside) if isinstance(stmt, gast.For) else self.before([stmt.test], inside | live)

    def exposed(self, stmt: Node) -> Names:
        """What one iteration of a loop reads before writing it; computed once, so that nesting does not cost 2**depth."""
        if stmt not in self._exposed:
            recording, self._recording = self._recording, False
            self._exposed[stmt] = self.iteration(stmt, _NONE, _NONE)
            self._recording = recording
        return self._exposed[stmt]

    def before(self, nodes: Sequence[Node], live: Names) -> Names:
        """What is live before ``nodes`` run straight through; a walrus may not run, so where there is one nothing is killed."""
        certain = not (self._walrus and has_walrus(nodes))
        reads: set[str] = set()
        bound: set[str] = set()
        for kind, payload in events_of(nodes):
            if kind is BIND and certain:
                bound.add(payload)
            elif kind is LOAD and payload not in bound:
                reads.add(payload)
            elif kind is CREATE:
                reads.update(name for name in free_names(payload) if name not in bound)
        return (live - bound) | reads


def half_done(body: Sequence[Node]) -> set[str]:
    """The variables that may have been bound anew when an exception leaves ``body``."""
    body = list(body)
    while body and all(map(_hidden, assigned([body[-1]]))) and isinstance(body[-1], gast.Assign):
        body.pop()
    last = [] if body and _binds_last(body[-1]) else body[-1:]
    return {name for name in assigned([*body[:-1], *last]) if not _hidden(name)}


def _hidden(name: str) -> bool:
    return "." in name


def _binds_last(stmt: Node) -> bool:
    """Whether nothing can be raised any more when a statement binds its variables."""
    if has_walrus([stmt]):
        return False
    if isinstance(stmt, gast.Expr | gast.FunctionDef):
        return True
    if isinstance(stmt, gast.AugAssign):
        return isinstance(stmt.target, gast.Name)
    return isinstance(stmt, gast.Assign) and all(map(_is_flat, stmt.targets))


def _is_flat(target: Node) -> bool:
    """Whether binding a target is nothing but binding names, once it is unpacked."""
    items = target.elts if isinstance(target, gast.Tuple | gast.List) else [target]
    return all(isinstance(item, gast.Name) for item in items)
