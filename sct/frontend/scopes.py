"""Takes syntax trees, gives what must be known of names before SSA: bound, free, captured by cell, live.

Comprehension targets are renamed first (``k`` becomes ``k.12:8`` by the place of its comprehension), so that afterwards a
function has one flat scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gast

from .nodes import children, contains
from .normalize import FUNCTIONS

Node = Any
COMPREHENSIONS = (gast.ListComp, gast.GeneratorExp, gast.SetComp, gast.DictComp)

LOAD, BIND, CREATE, LOOP, END = "load", "bind", "create", "loop", "end"
Event = tuple[str, Any]


# ── events: what a tree does to names, in evaluation order ──────────────────────────────────────────────────────────────


def events(node: Node) -> Iterator[Event]:
    """(LOAD, name), (BIND, name), (CREATE, nested function), and LOOP … END around what may run again."""
    special = _EVENTS.get(type(node))
    if special is not None:
        yield from special(node)
        return
    for child in children(node):
        yield from events(child)


def events_of(nodes: Iterable[Node]) -> Iterator[Event]:
    """The events of several trees, one after the other."""
    for node in nodes:
        if node is not None:
            yield from events(node)


def _nothing(node: Node) -> Iterator[Event]:
    return iter(())


def _name(node: Node) -> Iterator[Event]:
    yield (LOAD if isinstance(node.ctx, gast.Load) else BIND), node.id


def _assign(node: Node) -> Iterator[Event]:
    yield from events(node.value)
    yield from events_of(node.targets)


def _augassign(node: Node) -> Iterator[Event]:
    if isinstance(node.target, gast.Name):
        yield LOAD, node.target.id
        yield from events(node.value)
        yield BIND, node.target.id
    else:
        yield from events(node.target)
        yield from events(node.value)


def _annassign(node: Node) -> Iterator[Event]:
    if node.value is not None:
        yield from events(node.value)
    yield from events(node.target)


def _walrus(node: Node) -> Iterator[Event]:
    yield from events(node.value)
    yield from events(node.target)


def _for(node: Node) -> Iterator[Event]:
    yield from events(node.iter)
    yield LOOP, node
    yield from events(node.target)
    yield from events_of(node.body)
    yield END, node
    yield from events_of(node.orelse)


def _while(node: Node) -> Iterator[Event]:
    yield LOOP, node
    yield from events(node.test)
    yield from events_of(node.body)
    yield END, node
    yield from events_of(node.orelse)


def _with(node: Node) -> Iterator[Event]:
    for item in node.items:
        yield from events(item.context_expr)
        if item.optional_vars is not None:
            yield from events(item.optional_vars)
    yield from events_of(node.body)


def _delete(node: Node) -> Iterator[Event]:
    for target in node.targets:
        yield from ((LOAD, name) for kind, name in events(target) if kind is BIND)
        yield from events(target)


def _comprehension(node: Node) -> Iterator[Event]:
    for generator in node.generators:
        yield from events(generator.iter)
        yield LOOP, generator
        yield from events(generator.target)
        yield from events_of(generator.ifs)
    yield from events_of([node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt])
    for generator in reversed(node.generators):
        yield END, generator


def _function(node: Node) -> Iterator[Event]:
    yield from events_of(getattr(node, "decorator_list", ()))
    yield from events_of(defaults_of(node))
    yield CREATE, node
    if not isinstance(node, gast.Lambda):
        yield BIND, node.name


def _import(node: Node) -> Iterator[Event]:
    for alias in node.names:
        yield BIND, alias.asname or (alias.name.partition(".")[0] if isinstance(node, gast.Import) else alias.name)


_EVENTS = {
    gast.Name: _name, gast.Constant: _nothing, gast.Assign: _assign, gast.AugAssign: _augassign,
    gast.AnnAssign: _annassign, gast.NamedExpr: _walrus,
    gast.Delete: _delete, gast.For: _for, gast.While: _while, gast.With: _with,
    gast.FunctionDef: _function, gast.Lambda: _function,
    gast.Import: _import, gast.ImportFrom: _import, **dict.fromkeys(COMPREHENSIONS, _comprehension),
}


# ── names of a function ─────────────────────────────────────────────────────────────────────────────────────────────────


def parameter_nodes(node: Node) -> list[tuple[Node, str]]:
    """(name node, kind as ``inspect`` calls it) in the order of the signature."""
    args = node.args
    out = [(arg, "POSITIONAL_ONLY") for arg in args.posonlyargs] + [(arg, "POSITIONAL_OR_KEYWORD") for arg in args.args]
    if args.vararg is not None:
        out.append((args.vararg, "VAR_POSITIONAL"))
    out += [(arg, "KEYWORD_ONLY") for arg in args.kwonlyargs]
    return out + ([(args.kwarg, "VAR_KEYWORD")] if args.kwarg is not None else [])


def parameters(node: Node) -> list[str]:
    """The names of the parameters in the order of the signature."""
    return [arg.id for arg, _ in parameter_nodes(node)]


def defaults_of(node: Node) -> list[Node]:
    """The default expressions in evaluation order: positional ones, then keyword-only ones."""
    return [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]


def body_of(node: Node) -> list[Node]:
    """The statements of a function, or the expression of a lambda."""
    return [node.body] if isinstance(node, gast.Lambda) else list(node.body)


def _statements_of(node: Node) -> list[Node]:
    return [] if isinstance(node, gast.Lambda) else node.body


def has_walrus(nodes: Iterable[Node]) -> bool:
    """Whether an expression in ``nodes`` may bind a variable."""
    return any(contains(node, gast.NamedExpr) for node in nodes)


def assigned(nodes: Iterable[Node]) -> list[str]:
    """The names that ``nodes`` bind, each once, in the order of their first binding."""
    return list(dict.fromkeys(name for kind, name in events_of(nodes) if kind is BIND))


def free_names(node: Node) -> list[str]:
    """The names that a nested function reads and does not bind itself, in the order of first use."""
    bound = set(parameters(node))
    free: dict[str, None] = {}
    outer, globals_ = declared(node, gast.Nonlocal), declared(node, gast.Global)
    for kind, payload in events_of(body_of(node)):
        if kind is BIND and payload not in outer | globals_:
            bound.add(payload)
        elif kind in (LOAD, BIND):
            free[payload] = None
        elif kind is CREATE:
            free.update(dict.fromkeys(free_names(payload)))
    return [name for name in free if name not in bound and name not in globals_]


def own_statements(body: Iterable[Node]) -> Iterator[Node]:
    """The statements of a function's body without those of nested functions."""
    todo = list(body)
    while todo:
        stmt = todo.pop()
        yield stmt
        if not isinstance(stmt, gast.FunctionDef | gast.AsyncFunctionDef | gast.ClassDef):
            for name in ("body", "orelse", "finalbody", "handlers", "cases"):
                todo += getattr(stmt, name, ())


def declared(node: Node, kind: Any) -> set[str]:
    """The names that a function declares ``nonlocal``, or ``global``, in a statement of its own."""
    return {name for stmt in own_statements(_statements_of(node)) if isinstance(stmt, kind) for name in stmt.names}


def written_outside(node: Node) -> set[str]:
    """The variables of enclosing functions that a function, or one nested in it, binds."""
    outer = declared(node, gast.Nonlocal)
    written = outer & set(assigned(body_of(node)))
    own = ({*parameters(node), *assigned(body_of(node))} | declared(node, gast.Global)) - outer
    return written | (shared_names(node) - own)


def shared_names(node: Node) -> set[str]:
    """What the functions nested in a function bind although it is not their own."""
    return {name for kind, inner in events_of(body_of(node)) if kind is CREATE for name in written_outside(inner)}


def cell_names(node: Node) -> set[str]:
    """The variables of a function that a nested function captures and that may be bound again after the capture."""
    binds: dict[str, list[tuple[int, Node]]] = {name: [(-1, None)] for name in parameters(node)}
    captures: dict[str, list[tuple[int, Node]]] = {}
    loops: list[Node] = []
    for place, (kind, payload) in enumerate(events_of(body_of(node))):
        outermost = loops[0] if loops else None
        if kind is LOOP:
            loops.append(payload)
        elif kind is END:
            loops.pop()
        elif kind is BIND:
            binds.setdefault(payload, []).append((place, outermost))
        elif kind is CREATE:
            for name in free_names(payload):
                captures.setdefault(name, []).append((place, outermost))
    return {name for name, places in captures.items() if any(
        bind > capture or (loop is not None and loop is other)
        for capture, loop in places for bind, other in binds.get(name, ()))}


@dataclass(eq=False)
class Scope:
    """How the names of one function resolve."""

    node: Node
    """The function's normalised tree."""
    path: str
    """Names the function uniquely within the captured one: ``f``, ``f.g:12:4``."""
    captures: tuple[str, ...] = ()
    """Variables of the enclosing function that arrive by value, as extra first parameters."""
    outer_cells: dict[str, str] = field(default_factory=dict)
    """Variables of enclosing functions that are read through a cell: name to cell id."""
    free: frozenset[str] = frozenset()
    """Free variables of the captured function, which live in its closure."""
    outer_shared: dict[str, str] = field(default_factory=dict)
    """Variables of enclosing functions that some nested function binds: name to the id of what they share."""
    shared: dict[str, str] = field(init=False)
    """The same of its own variables: all who see them read and write one place."""
    order: dict[str, int] = field(init=False)
    """Local names, parameters included, numbered by first binding."""
    cells: dict[str, str] = field(init=False)
    """Local variables that nested functions read through a cell: name to cell id."""

    def __post_init__(self) -> None:
        bound = [*self.captures, *parameters(self.node), *assigned(self.node.body)]
        self.order = {name: k for k, name in enumerate(n for n in dict.fromkeys(bound) if n not in self.outer_shared)}
        captured, shared = cell_names(self.node), shared_names(self.node)
        self.shared = {name: f"{name}@{self.path}" for name in self.order if name in shared}
        self.cells = {name: f"{name}@{self.path}" for name in self.order if name in captured and name not in shared}

    def place(self, name: str) -> str | None:
        """The id of the place that holds a variable which several functions see and some nested one binds."""
        return self.shared.get(name) or self.outer_shared.get(name)

    def sorted(self, names: Iterable[str]) -> list[str]:
        """``names`` in the order of their first binding, without those that are not SSA values."""
        return sorted({name for name in names if self.place(name) is None}, key=self.order.__getitem__)


# ── comprehension targets ───────────────────────────────────────────────────────────────────────────────────────────────


def is_comprehension_target(name: str) -> bool:
    """Whether a variable lives in a comprehension only (its name holds the place of that comprehension)."""
    return ":" in name


def rename_comprehensions(tree: Node) -> Node:
    """``tree`` with the targets of each comprehension renamed to names of their own; shares every unchanged part."""
    if not contains(tree, COMPREHENSIONS):
        return tree
    return _rename(tree, {})


def _rename(node: Node, names: dict[str, str]) -> Node:
    if isinstance(node, gast.Name):
        return _rebuilt(node, id=names[node.id]) if node.id in names else node
    if isinstance(node, COMPREHENSIONS):
        return _rename_comprehension(node, names)
    if isinstance(node, FUNCTIONS) and names:
        return _rename_function(node, names)
    return _rename_fields(node, names, node._fields)


def _rename_fields(node: Node, names: dict[str, str], fields: Iterable[str]) -> Node:
    changed: dict[str, Any] = {}
    for name in fields:
        old = getattr(node, name, None)
        new = _rename_value(old, names)
        if new is not old:
            changed[name] = new
    return _rebuilt(node, **changed) if changed else node


def _rename_value(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, gast.AST):
        return _rename(value, names)
    if isinstance(value, list):
        items = [_rename_value(item, names) for item in value]
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def _rename_comprehension(node: Node, names: dict[str, str]) -> Node:
    first = _rename(node.generators[0].iter, names)
    targets = dict.fromkeys(name for g in node.generators for kind, name in events(g.target) if kind is BIND)
    inner = {**names, **{name: f"{name}.{node.lineno}:{node.col_offset}" for name in targets}}
    generators = [_rename_fields(g, inner, g._fields) for g in node.generators]
    generators[0] = _rebuilt(generators[0], iter=first)
    return _rebuilt(_rename_fields(node, inner, [f for f in node._fields if f != "generators"]), generators=generators)


def _rename_function(node: Node, names: dict[str, str]) -> Node:
    bound = {*parameters(node), *assigned(body_of(node))}
    inner = {name: new for name, new in names.items() if name not in bound}
    args = _rename_fields(node.args, names, ["defaults", "kw_defaults"])
    return _rebuilt(_rename_fields(node, inner, ["body"]), args=args)


def _rebuilt(node: Node, **fields: Any) -> Node:
    new = type(node)(**{**{name: getattr(node, name, None) for name in node._fields}, **fields})
    return gast.copy_location(new, node)
