"""Takes a tree, gives one without ``match``: each case is an ``if`` on what its pattern asks of the subject.

``case (a, b) if a > b:`` becomes ``if is_sequence(s) and len(s) == 2 and (a := s[0], b := s[1]) and a > b:``.  What is asked is
mostly known while specialising, and gone then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gast

from ..ir.ops import is_mapping, is_sequence, part_of, without_keys
from .nodes import contains

Node = Any


@dataclass
class _Questions:
    """What a pattern asks, in order, and which variables it binds if everything holds."""

    tests: list[Node] = field(default_factory=list)
    captures: list[tuple[str, Node]] = field(default_factory=list)

    def add(self, other: _Questions) -> None:
        self.tests += other.tests
        self.captures += other.captures


def spell_out_matches(tree: Node) -> Node:
    """``tree`` with its ``match`` statements as ``if`` statements; shares every part without one."""
    if not contains(tree, gast.Match):
        return tree
    return _Speller().visited(tree)


class _Speller:
    def __init__(self) -> None:
        self.count = 0

    def visited(self, node: Node) -> Node:
        if not contains(node, gast.Match):
            return node
        fields = {name: self.visited_value(getattr(node, name, None)) for name in node._fields}
        return gast.copy_location(type(node)(**fields), node)

    def visited_value(self, value: Any) -> Any:
        if isinstance(value, gast.AST):
            return self.visited(value)
        if isinstance(value, list):
            return [new for item in value for new in self.statements(item)]
        return value

    def statements(self, item: Any) -> list[Any]:
        """What stands for one item of a list: several statements for a ``match``."""
        if not isinstance(item, gast.AST):
            return [item]
        new = self.visited(item)
        return list(self.spelled_out(new)) if isinstance(new, gast.Match) else [new]

    def spelled_out(self, stmt: Node) -> Iterator[Node]:
        self.count += 1
        subject = f"subject.{self.count}"
        yield _assign(subject, stmt.subject, stmt)
        rest: list[Node] = []
        for case in reversed(stmt.cases):
            asked = _asked(case.pattern, lambda at: _name(subject, at))
            bound = [_assign(name, value, case.pattern) for name, value in asked.captures]
            if case.guard is not None:
                tests = [*asked.tests, *_bind(asked, case.pattern), case.guard]
                rest = [_at(gast.If(test=_all(tests), body=case.body, orelse=rest), case.pattern)]
            elif asked.tests:
                rest = [_at(gast.If(test=_all(asked.tests), body=[*bound, *case.body], orelse=rest), case.pattern)]
            else:
                rest = [*bound, *case.body]
        yield from rest


Subject = Callable[[Node], Node]
"""Builds a fresh expression for what a pattern is matched with, standing where the given node stands."""


def _asked(pattern: Node, subject: Subject) -> _Questions:
    return _PATTERNS[type(pattern)](pattern, subject)


def _value(pattern: Node, subject: Subject) -> _Questions:
    return _Questions([_compare(subject(pattern), gast.Eq, pattern.value)])


def _singleton(pattern: Node, subject: Subject) -> _Questions:
    return _Questions([_compare(subject(pattern), gast.Is, _constant(pattern.value, pattern))])


def _as(pattern: Node, subject: Subject) -> _Questions:
    asked = _asked(pattern.pattern, subject) if pattern.pattern is not None else _Questions()
    if pattern.name is not None:
        asked.captures.append((pattern.name, subject(pattern)))
    return asked


def _or(pattern: Node, subject: Subject) -> _Questions:
    ways = [_asked(p, subject) for p in pattern.patterns]
    tests = [_all([*way.tests, *_bind(way, p)] or [_constant(True, p)]) for way, p in zip(ways, pattern.patterns, strict=True)]
    return _Questions([_at(gast.BoolOp(op=gast.Or(), values=tests), pattern)])


def _sequence(pattern: Node, subject: Subject) -> _Questions:
    parts = pattern.patterns
    stars = [k for k, p in enumerate(parts) if isinstance(p, gast.MatchStar)]
    size = _compare(_call(len, [subject(pattern)], pattern), gast.GtE if stars else gast.Eq,
                    _constant(len(parts) - len(stars), pattern))
    asked = _Questions([_call(is_sequence, [subject(pattern)], pattern), size])
    for k, part in enumerate(parts):
        if isinstance(part, gast.MatchStar):
            after = k + 1 - len(parts)
            if part.name is not None:
                asked.captures.append((part.name, _call(list, [_between(subject(part), k, after or None, part)], part)))
        else:
            index = k - len(parts) if stars and k > stars[0] else k
            asked.add(_asked(part, lambda at, i=index: _item(subject(at), _constant(i, at))))  # type: ignore[misc]
    return asked


def _mapping(pattern: Node, subject: Subject) -> _Questions:
    asked = _Questions([_call(is_mapping, [subject(pattern)], pattern)])
    asked.tests += [_compare(key, gast.In, subject(pattern)) for key in pattern.keys]
    for key, part in zip(pattern.keys, pattern.patterns, strict=True):
        asked.add(_asked(part, lambda at, key=key: _item(subject(at), key)))  # type: ignore[misc]
    if pattern.rest is not None:
        asked.captures.append((pattern.rest, _call(without_keys, [subject(pattern), *pattern.keys], pattern)))
    return asked


def _class(pattern: Node, subject: Subject) -> _Questions:
    asked = _Questions([_call(isinstance, [subject(pattern), pattern.cls], pattern)])
    for k, part in enumerate(pattern.patterns):
        asked.add(_asked(part, lambda at, k=k: _call(part_of, [subject(at), pattern.cls, _constant(k, at)], at)))  # type: ignore[misc]
    for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        asked.add(_asked(part, lambda at, name=name: _at(  # type: ignore[misc]
            gast.Attribute(value=subject(at), attr=name, ctx=gast.Load()), at)))
    return asked


_PATTERNS: dict[type, Callable[[Node, Subject], _Questions]] = {
    gast.MatchValue: _value, gast.MatchSingleton: _singleton, gast.MatchAs: _as, gast.MatchOr: _or,
    gast.MatchSequence: _sequence, gast.MatchMapping: _mapping, gast.MatchClass: _class,
}


# ------------------------------------------------------------------------------------------------------------------ nodes

def _bind(asked: _Questions, at: Node) -> list[Node]:
    """The captures as one test that always holds."""
    if not asked.captures:
        return []
    items = [_at(gast.NamedExpr(target=_target(name, at), value=value), at) for name, value in asked.captures]
    return [_at(gast.Tuple(elts=items, ctx=gast.Load()), at)]


def _all(tests: list[Node]) -> Node:
    return tests[0] if len(tests) == 1 else _at(gast.BoolOp(op=gast.And(), values=tests), tests[0])


def _compare(left: Node, op: type, right: Node) -> Node:
    return _at(gast.Compare(left=left, ops=[op()], comparators=[right]), left)


def _call(fn: Any, args: list[Node], at: Node) -> Node:
    return _at(gast.Call(func=_constant(fn, at), args=args, keywords=[]), at)


def _item(value: Node, index: Node) -> Node:
    return _at(gast.Subscript(value=value, slice=index, ctx=gast.Load()), value)


def _between(value: Node, lower: int, upper: int | None, at: Node) -> Node:
    bounds = gast.Slice(lower=_constant(lower, at), upper=None if upper is None else _constant(upper, at), step=None)
    return _item(value, _at(bounds, at))


def _constant(value: Any, at: Node) -> Node:
    return _at(gast.Constant(value=value, kind=None), at)


def _name(name: str, at: Node) -> Node:
    return _at(gast.Name(id=name, ctx=gast.Load(), annotation=None, type_comment=None), at)


def _target(name: str, at: Node) -> Node:
    return _at(gast.Name(id=name, ctx=gast.Store(), annotation=None, type_comment=None), at)


def _assign(name: str, value: Node, at: Node) -> Node:
    return _at(gast.Assign(targets=[_target(name, at)], value=value, type_comment=None), at)


def _at(node: Node, place: Node) -> Node:
    return gast.copy_location(node, place)
