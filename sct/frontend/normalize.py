"""Takes a function's syntax tree, gives an equivalent one with a single exit and tail-form loops, so lowering is recursion.

``return`` inside a loop becomes ``result = …; exit = k; break``, an ``if`` that holds ``break`` or ``continue`` becomes the
last statement of its block, and ``with`` bodies hold no exits.  The input tree is never changed: captured trees are shared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from .exceptions import without_else, without_finally

RESULT = "result."
"""The hidden variable that holds the function's result; a dot cannot occur in a user's name."""
EXITS = (gast.Return, gast.Break, gast.Continue)
LOOPS = (gast.For, gast.While)
FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)
_SMALL = 8
"""Nodes in a statement that is copied into both branches rather than guarded by a flag."""

Node = Any
Body = list[Any]


def hint_of(name: str) -> str:
    """The user-facing part of a variable name.

    >>> hint_of("exit.1"), hint_of("x")
    ('exit', 'x')
    """
    return name.partition(".")[0]


def normalize(tree: Node) -> Node:
    """A ``FunctionDef`` (also for a lambda) whose body returns exactly once, as its last statement, or raises.

    Loops carry ``exit_var`` (the hidden variable that says by which exit they were left, or None), ``break`` carries
    ``exit_id``, and an ``if`` whose branches each end an iteration has ``tail`` set.
    """
    body = [_at(gast.Return(value=tree.body), tree.body)] if isinstance(tree, gast.Lambda) else tree.body
    out = _Normalizer().function(body, tree)
    name = "<lambda>" if isinstance(tree, gast.Lambda) else tree.name
    return _at(gast.FunctionDef(name=name, args=tree.args, body=out, decorator_list=[], returns=None, type_comment=None,
                                type_params=[]), tree)


class _Region:
    """The function, or a ``with`` body that always leaves the same way: an exit only has to end up in tail position."""

    def leave(self, node: Node) -> Body:
        return _store_result(node) if isinstance(node, gast.Return) else []

    def end(self, at: Node) -> Body:
        """What running off the end means."""
        return []


class _FunctionRegion(_Region):
    def end(self, at: Node) -> Body:
        return _store_result(_at(gast.Return(value=None), at))


class _LoopRegion(_Region):
    """A loop body: ``continue`` is running off the end, ``break`` and ``return`` note by which exit they leave."""

    def __init__(self, fresh: Callable[[str], str]) -> None:
        self.fresh = fresh
        self.exit_var = ""
        """The hidden variable that holds the exit's number; named at the first exit."""
        self.sites: list[tuple[str, Node, Node]] = []
        """(kind, break node, constant to be set to its id) for each way out of the loop, in source order."""

    def leave(self, node: Node) -> Body:
        if isinstance(node, gast.Continue):
            return []
        kind = "return" if isinstance(node, gast.Return) else "normal" if getattr(node, "normal", False) else "break"
        self.exit_var = self.exit_var or self.fresh("exit")
        number = _at(gast.Constant(value=0, kind=None), node)
        leaving = _at(gast.Break(), node)
        self.sites.append((kind, leaving, number))
        stored = _store_result(node) if kind == "return" else []
        return [*stored, _assign(self.exit_var, number, node), leaving]

    def number(self) -> dict[str, int]:
        """Give each site its id (the test's own exit first, returns last) and count the kinds."""
        kinds = ("normal", "break", "return")
        ordered = [site for kind in kinds for site in self.sites if site[0] == kind]
        for k, (_, leaving, number) in enumerate(ordered, 1):
            number.value = leaving.exit_id = k
        return {kind: sum(site[0] == kind for site in self.sites) for kind in kinds}


class _FlagRegion(_Region):
    """A statement that must fall through although it holds exits: each sets a flag that is tested behind the statement."""

    def __init__(self, flag: str) -> None:
        self.flag = flag
        self.kinds: list[type] = []
        self.numbers: list[tuple[type, Node]] = []

    def leave(self, node: Node) -> Body:
        kind = type(node)
        if kind not in self.kinds:
            self.kinds.append(kind)
        number = _at(gast.Constant(value=True, kind=None), node)
        self.numbers.append((kind, number))
        return [*super().leave(node), _assign(self.flag, number, node)]

    def clear(self, at: Node) -> Node:
        """The flag's initial assignment; also settles whether it is a bool (one kind of exit) or a number."""
        if len(self.kinds) > 1:
            for kind, number in self.numbers:
                number.value = self.kinds.index(kind) + 1
        return _assign(self.flag, _at(gast.Constant(value=0 if len(self.kinds) > 1 else False, kind=None), at), at)

    def tests(self, at: Node, completes: bool) -> Body:
        """Statements that leave as the flag says; the last needs no test if the flagged statement never completes."""
        out: Body = []
        for k, kind in enumerate(self.kinds, 1):
            leaving = _at(kind(value=None) if kind is gast.Return else kind(), at)
            leaving.stored = True
            if k == len(self.kinds) and not completes:
                out.append(leaving)
            else:
                flag = _name(self.flag, at)
                test = flag if len(self.kinds) == 1 else _compare(self.flag, gast.Eq, k, at)
                out.append(_at(gast.If(test=test, body=[leaving], orelse=[]), at))
        return out


class _Normalizer:
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def fresh(self, prefix: str) -> str:
        self.counts[prefix] = self.counts.get(prefix, 0) + 1
        return f"{prefix}.{self.counts[prefix]}"

    def function(self, body: Body, at: Node) -> Body:
        out = self.block(body, _FunctionRegion(), at, tail=True)
        last = out[-1]
        if isinstance(last, gast.Assign) and getattr(last.targets[0], "id", "") == RESULT:
            return [*out[:-1], _at(gast.Return(value=last.value), last)]
        if isinstance(last, gast.Raise):
            return out
        return [*out, _at(gast.Return(value=_name(RESULT, last)), last)]

    def block(self, stmts: Sequence[Node], region: _Region, at: Node, tail: bool) -> Body:
        """``stmts`` normalised; ``tail`` says that the end of ``stmts`` is the end of ``region``."""
        out: Body = []
        pending = list(stmts)
        while pending:
            stmt = pending.pop(0)
            if isinstance(stmt, EXITS):
                return out + region.leave(stmt)
            if isinstance(stmt, gast.Raise):
                return [*out, stmt]
            done, pending, ended = self.statement(stmt, pending, region, tail)
            out += done
            if ended:
                return out
        return out + region.end(at) if tail else out

    def statement(self, stmt: Node, rest: Body, region: _Region, tail: bool) -> tuple[Body, Body, bool]:
        """(normalised statements, what is still to do, whether the block is finished)."""
        if isinstance(stmt, gast.If):
            return self.branch(stmt, rest, region, tail)
        if isinstance(stmt, LOOPS):
            return self.loop(stmt, rest)
        if isinstance(stmt, gast.With):
            return self.with_(stmt, rest, region)
        if isinstance(stmt, gast.Try):
            return self.try_(stmt, rest, region)
        if isinstance(stmt, gast.AnnAssign):
            value = stmt.value
            done = [] if value is None else [_at(gast.Assign(targets=[stmt.target], value=value, type_comment=None), stmt)]
            return done, rest, False
        dropped = isinstance(stmt, gast.Pass | gast.Global | gast.Nonlocal) or (
            isinstance(stmt, gast.Expr) and isinstance(stmt.value, gast.Constant))
        return ([] if dropped else [stmt]), rest, False

    def branch(self, stmt: Node, rest: Body, region: _Region, tail: bool) -> tuple[Body, Body, bool]:
        falls = completes(stmt.body), completes(stmt.orelse)
        if not exits(stmt):
            kept = [self.block(part, region, stmt, tail=False) for part in (stmt.body, stmt.orelse)]
            out = _at(gast.If(test=stmt.test, body=kept[0], orelse=kept[1]), stmt)
            return [out], rest, not any(falls)
        if rest and all(falls) and not _small(rest):
            return self.flagged_branch(stmt, rest, region)
        parts = [part + rest if falling else part for part, falling in zip((stmt.body, stmt.orelse), falls, strict=True)]
        body, orelse = (self.block(part, region, stmt, tail=True) for part in parts)
        out = _at(gast.If(test=stmt.test, body=body, orelse=orelse), stmt)
        if isinstance(region, _LoopRegion):
            out.tail = True
        elif not body and orelse:
            out.test, out.body, out.orelse = _negate(stmt.test), orelse, []
        return [out], [], True

    def flagged_branch(self, stmt: Node, rest: Body, region: _Region) -> tuple[Body, Body, bool]:
        """An ``if`` with an exit inside, both of whose branches may fall through to ``rest``."""
        inner = region if isinstance(region, _FlagRegion) else _FlagRegion(self.fresh("flag"))
        parts = [self.block(part, inner, stmt, tail=True) for part in (stmt.body, stmt.orelse)]
        out = _at(gast.If(test=stmt.test, body=parts[0], orelse=parts[1]), stmt)
        return self.after_flag(stmt, out, inner, rest, region)

    def after_flag(self, stmt: Node, out: Node, inner: _FlagRegion, rest: Body, region: _Region) -> tuple[Body, Body, bool]:
        falls = completes([stmt])
        if inner is not region:
            tests = inner.tests(stmt, falls)
            return [inner.clear(stmt), out], tests + (rest if falls else []), False
        guarded = self.block(rest, region, stmt, tail=True) if falls else []
        if not guarded:
            return [out], [], True
        test = _at(gast.UnaryOp(op=gast.Not(), operand=_name(inner.flag, stmt)), stmt)
        return [out, _at(gast.If(test=test, body=guarded, orelse=[]), stmt)], [], True

    def with_(self, stmt: Node, rest: Body, region: _Region) -> tuple[Body, Body, bool]:
        kinds = exit_kinds(stmt)
        if not kinds:
            return [self.nested_with(stmt, region, tail=False)], rest, False
        if len(kinds) == 1 and not completes(stmt.body):
            leaving = _at(kinds[0](value=None) if kinds[0] is gast.Return else kinds[0](), stmt)
            leaving.stored = True
            return [self.nested_with(stmt, _Region(), tail=True)], [leaving], False
        inner = region if isinstance(region, _FlagRegion) else _FlagRegion(self.fresh("flag"))
        out = self.nested_with(stmt, inner, tail=True)
        return self.after_flag(stmt, out, inner, rest, region)

    def try_(self, stmt: Node, rest: Body, region: _Region) -> tuple[Body, Body, bool]:
        whole, behind = without_finally(stmt)
        first, bare, after = without_else(whole, self.fresh("done"))
        kinds, falls = exit_kinds(bare), completes([bare])
        if not kinds and not any(map(exits, after)):
            return [*first, self.nested_try(bare, region, tail=False)], [*after, *behind, *rest], False
        if len(kinds) == 1 and not falls:
            leaving = _at(kinds[0](value=None) if kinds[0] is gast.Return else kinds[0](), stmt)
            leaving.stored = True
            return [*first, self.nested_try(bare, _Region(), tail=True)], [*behind, leaving], False
        if behind:
            return self.on_the_way_out(whole, behind, rest)
        if not kinds:
            return [*first, self.nested_try(bare, region, tail=False)], [*after, *rest], False
        inner = region if isinstance(region, _FlagRegion) else _FlagRegion(self.fresh("flag"))
        out = self.nested_try(bare, inner, tail=True)
        done, pending, ended = self.after_flag(bare, out, inner, [*after, *rest], region)
        return [*first, *done], pending, ended

    def on_the_way_out(self, stmt: Node, behind: Body, rest: Body) -> tuple[Body, Body, bool]:
        """A ``try`` that may be left in several ways, all of which run ``behind`` first."""
        flagged, falls = _FlagRegion(self.fresh("flag")), completes([stmt])
        out = self.block([stmt], flagged, stmt, tail=True)
        tests = flagged.tests(stmt, falls)
        return [flagged.clear(stmt), *out], [*behind, *tests, *(rest if falls else [])], False

    def nested_try(self, stmt: Node, region: _Region, tail: bool) -> Node:
        handlers = [_at(gast.ExceptHandler(type=h.type, name=h.name, body=self.block(h.body, region, h, tail)), h)
                    for h in stmt.handlers]
        return _at(gast.Try(body=self.block(stmt.body, region, stmt, tail), handlers=handlers, orelse=[], finalbody=[]), stmt)

    def nested_with(self, stmt: Node, region: _Region, tail: bool) -> Node:
        """``with a, b:`` as ``with a:`` holding ``with b:``, which is what it means."""
        body = self.block(stmt.body, region, stmt, tail)
        for item in reversed(stmt.items):
            body = [_at(gast.With(items=[item], body=body, type_comment=None), stmt)]
        return body[0]

    def loop(self, stmt: Node, rest: Body) -> tuple[Body, Body, bool]:
        region = _LoopRegion(self.fresh)
        source, test = stmt.body, getattr(stmt, "test", None)
        if test is not None and _binds(test):
            leaving = _at(gast.Break(), stmt)
            leaving.normal = True
            source = [_at(gast.If(test=_negate(test), body=[leaving], orelse=[]), test), *source]
            test = _at(gast.Constant(value=True, kind=None), test)
        body = self.block(source, region, stmt, tail=True)
        if isinstance(stmt, gast.For):
            out = gast.For(target=stmt.target, iter=stmt.iter, body=body, orelse=[], type_comment=None)
        else:
            out = gast.While(test=test, body=body, orelse=[])
        out = _at(out, stmt)
        out.exit_var = region.exit_var or None
        if not region.sites:
            return [out], stmt.orelse + rest, False
        start = _assign(region.exit_var, _at(gast.Constant(value=0, kind=None), stmt), stmt)
        return [start, out], self.after_loop(stmt, region, endless(out), rest), False

    def after_loop(self, stmt: Node, region: _LoopRegion, forever: bool, rest: Body) -> Body:
        """What follows the loop: one test that it returned, one for its ``else``."""
        count = region.number()
        others = count["normal"] + count["break"]
        out: Body = []
        if count["return"]:
            leaving = _at(gast.Return(value=None), stmt)
            leaving.stored = True
            if forever and not others:
                return [leaving]
            test = _compare(region.exit_var, gast.Gt if others else gast.NotEq, others, stmt)
            out.append(_at(gast.If(test=test, body=[leaving], orelse=[]), stmt))
        if stmt.orelse and not (forever and not count["normal"]):
            if count["break"]:
                test = _compare(region.exit_var, gast.Eq, count["normal"], stmt)
                out.append(_at(gast.If(test=test, body=stmt.orelse, orelse=[]), stmt))
            else:
                out += stmt.orelse
        return out + rest


def completes(stmts: Sequence[Node]) -> bool:
    """Whether control can run off the end of ``stmts``."""
    return all(_completes(stmt) for stmt in stmts)


def _completes(stmt: Node) -> bool:
    if isinstance(stmt, (*EXITS, gast.Raise)):
        return False
    if isinstance(stmt, gast.If):
        return completes(stmt.body) or completes(stmt.orelse)
    if isinstance(stmt, gast.With):
        return completes(stmt.body)
    if isinstance(stmt, gast.Try):
        ends = [completes([*stmt.body, *stmt.orelse]), *(completes(handler.body) for handler in stmt.handlers)]
        return any(ends) and completes(stmt.finalbody)
    return not (endless(stmt) and not any(gast.Break in _kinds(s, False) for s in stmt.body))


def endless(stmt: Node) -> bool:
    """Whether ``stmt`` is ``while True``."""
    return isinstance(stmt, gast.While) and isinstance(stmt.test, gast.Constant) and bool(stmt.test.value)


def exits(stmt: Node) -> bool:
    """Whether ``stmt`` holds a ``return``, or a ``break`` or ``continue`` of a loop around it."""
    return bool(exit_kinds(stmt))


def exit_kinds(stmt: Node) -> list[type]:
    """The kinds of exits that lead out of ``stmt``, in a fixed order."""
    found = _kinds(stmt, False)
    return [kind for kind in EXITS if kind in found]


def _kinds(stmt: Node, in_loop: bool) -> set[type]:
    if isinstance(stmt, gast.Return):
        return {gast.Return}
    if isinstance(stmt, gast.Break | gast.Continue):
        return set() if in_loop else {type(stmt)}
    if isinstance(stmt, gast.If):
        return set().union(*(_kinds(s, in_loop) for s in (*stmt.body, *stmt.orelse)))
    if isinstance(stmt, gast.With):
        return set().union(*(_kinds(s, in_loop) for s in stmt.body))
    if isinstance(stmt, gast.Try):
        parts = [*stmt.body, *stmt.orelse, *stmt.finalbody, *(s for handler in stmt.handlers for s in handler.body)]
        return set().union(*(_kinds(s, in_loop) for s in parts))
    if isinstance(stmt, LOOPS):
        inside: set[type] = set().union(*(_kinds(s, True) for s in stmt.body))
        return inside.union(*(_kinds(s, in_loop) for s in stmt.orelse))
    return set()


def _binds(expr: Node) -> bool:
    """Whether evaluating ``expr`` assigns a variable (a walrus outside a nested lambda)."""
    if isinstance(expr, gast.NamedExpr):
        return True
    return not isinstance(expr, gast.Lambda) and any(_binds(child) for child in gast.iter_child_nodes(expr))


def _small(rest: Body) -> bool:
    """Whether ``rest`` is one short exit, cheaper to read twice than a flag."""
    return len(rest) == 1 and isinstance(rest[0], EXITS) and sum(1 for _ in gast.walk(rest[0])) <= _SMALL


def _store_result(node: Node) -> Body:
    if getattr(node, "stored", False):
        return []
    value = node.value if node.value is not None else _at(gast.Constant(value=None, kind=None), node)
    return [_assign(RESULT, value, node)]


_OPPOSITE = {gast.Eq: gast.NotEq, gast.NotEq: gast.Eq, gast.Gt: gast.LtE}


def _negate(test: Node) -> Node:
    """The opposite condition; a comparison of a hidden int is turned round, any other is put under ``not``."""
    if isinstance(test, gast.Compare) and isinstance(test.left, gast.Name) and "." in test.left.id:
        return _at(gast.Compare(left=test.left, ops=[_OPPOSITE[type(test.ops[0])]()], comparators=test.comparators), test)
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    return _at(gast.UnaryOp(op=gast.Not(), operand=test), test)


def _compare(name: str, op: type, number: int, at: Node) -> Node:
    constant = _at(gast.Constant(value=number, kind=None), at)
    return _at(gast.Compare(left=_name(name, at), ops=[op()], comparators=[constant]), at)


def _assign(name: str, value: Node, at: Node) -> Node:
    target = _at(gast.Name(id=name, ctx=gast.Store(), annotation=None, type_comment=None), at)
    return _at(gast.Assign(targets=[target], value=value, type_comment=None), at)


def _name(name: str, at: Node) -> Node:
    return _at(gast.Name(id=name, ctx=gast.Load(), annotation=None, type_comment=None), at)


def _at(node: Node, place: Node) -> Node:
    """``node``, standing where ``place`` stands in the source."""
    return gast.copy_location(node, place)
