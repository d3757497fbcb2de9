"""Takes a captured function, gives its lowered IR: untyped SSA over structured regions, the input of specialisation."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import gast

from ..errors import Obstacle, raise_all
from ..ir.core import Block, Function, Op, Value
from ..ir.types import DYN
from .capture import Captured
from .generators import name_generators
from .liveness import Liveness, half_done
from .lower_expr import BINARY, Env, ExpressionLowerer, param_specs
from .lowered import LoweredInfo, NestedCode
from .nodes import contains
from .normalize import hint_of, normalize
from .patterns import spell_out_matches
from .scopes import Scope, assigned, parameters, rename_comprehensions
from .syntax import find_obstacles

Node = Any


def lower(captured: Captured) -> Function:
    """The lowered IR of a captured function; raises one error with everything in it that is not supported."""
    obstacles = find_obstacles(captured.tree, captured.loc)
    if obstacles:
        raise_all(obstacles)
    tree = normalize(rename_comprehensions(name_generators(spell_out_matches(captured.tree))))
    scope = Scope(tree, captured.name, free=frozenset(captured.closure))
    return _lower_function(captured, captured.name, scope)


def _lower_nested(captured: Captured, free: frozenset[str], code: NestedCode) -> Function:
    scope = Scope(normalize(code.node), code.path, code.captures, code.cells, free, code.shared)
    return _lower_function(captured, code.name, scope)


def _lower_function(captured: Captured, name: str, scope: Scope) -> Function:
    lowerer = StatementLowerer(scope, captured, partial(_lower_nested, captured, scope.free))
    lowerer.run()
    info = LoweredInfo(captured, scope.path, param_specs(scope.node), scope.captures, scope.cells, scope.shared)
    return Function(name, lowerer.body, captured.loc(scope.node), info)


class StatementLowerer(ExpressionLowerer):
    """Lowers a normalised function body.  Methods for statements say whether control can run on behind the statement."""

    def run(self) -> None:
        self.live = Liveness(self.scope).run()
        self.loops: list[list[str]] = []
        """What each loop around the insertion point carries, innermost last."""
        self.deleted = set(_deleted(self.scope.node))
        """The variables that are unbound somewhere: perhaps by an earlier iteration of a loop."""
        for name in (*self.scope.captures, *parameters(self.scope.node)):
            self.env[name] = self.body.add_arg(hint_of(name))
            if name in self.scope.captures:
                self.unsure.add(self.env[name])
            self.sync_cell(self.scope.node, name)
        for name, place in self.scope.shared.items():
            self.effect(self.scope.node, "share", [self.current(self.scope.node, name)], place=place)
            self.env.pop(name, None)
        self.block(self.scope.node.body)

    def block(self, stmts: Sequence[Node]) -> bool:
        """Lower ``stmts`` up to the first that control does not run past; False if there is one."""
        for stmt in stmts:
            if not self.statement(stmt):
                return False
        return True

    def statement(self, stmt: Node) -> bool:
        self.place = self.captured.loc(stmt)
        return getattr(self, f"_{type(stmt).__name__}")(stmt) is not False

    # ── simple statements ──

    def _Expr(self, stmt: Node) -> None:
        self.expr(stmt.value)

    def _Assign(self, stmt: Node) -> None:
        if len(stmt.targets) == 1 and _pairwise(stmt.targets[0], stmt.value):
            values = [self.expr(item) for item in stmt.value.elts]
            for target, value in zip(stmt.targets[0].elts, values, strict=True):
                self.assign(target, value)
            return
        value = self.expr(stmt.value)
        for target in stmt.targets:
            self.assign(target, value)

    def _AugAssign(self, stmt: Node) -> None:
        target, fn = stmt.target, BINARY[type(stmt.op)]
        if isinstance(target, gast.Name):
            before = self.read(target, target.id)
            result = self.op(stmt, "inplace", [before, self.expr(stmt.value)], op=fn)
            self.bind(stmt, target.id, result)
        elif isinstance(target, gast.Attribute):
            name, owner = self.mangled(target.attr), self.expr(target.value)
            loaded = [self.op(target, "attr", [owner], name=name)] if _calls(stmt.value) else []
            self.effect(stmt, "store_attr", [owner, self.expr(stmt.value), *loaded], name=name, aug=fn)
        else:
            place = [self.expr(target.value), self.expr(target.slice)]
            loaded = [self.op(target, "getitem", place)] if _calls(stmt.value) else []
            self.effect(stmt, "store_item", [*place, self.expr(stmt.value), *loaded], aug=fn)

    def _Delete(self, stmt: Node) -> None:
        for target in stmt.targets:
            for part in target.elts if isinstance(target, gast.Tuple | gast.List) else [target]:
                if isinstance(part, gast.Subscript):
                    self.effect(stmt, "del_item", [self.expr(part.value), self.expr(part.slice)])
                    continue
                self.read(part, part.id)
                self.unbind(stmt, part.id)

    def _FunctionDef(self, stmt: Node) -> None:
        decorators = [self.expr(decorator) for decorator in stmt.decorator_list]
        value = self.closure(stmt, stmt.name)
        for decorator in reversed(decorators):
            value = self.op(stmt, "call", [decorator, value], args=(("pos",),))
        self.bind(stmt, stmt.name, value)

    def _Import(self, stmt: Node) -> None:
        for alias in stmt.names:
            module = self.imported(stmt, alias.name, alias.asname is None)
            self.bind(stmt, alias.asname or alias.name.partition(".")[0], self.constant(stmt, module))

    def _ImportFrom(self, stmt: Node) -> None:
        module = self.imported(stmt, "." * (stmt.level or 0) + (stmt.module or ""), False)
        for alias in stmt.names:
            value = getattr(module, alias.name, None)
            if value is None:
                value = self.imported(stmt, f"{module.__name__}.{alias.name}", False)
            self.bind(stmt, alias.asname or alias.name, self.constant(stmt, value))

    def imported(self, stmt: Node, name: str, root: bool) -> Any:
        """The module ``name``, or the package at its root; an import that fails is an obstacle of the function."""
        try:
            module = importlib.import_module(name, self.captured.globals.get("__package__"))
            return importlib.import_module(name.partition(".")[0]) if root else module
        except ImportError as error:
            raise_all([Obstacle(self.place, "SCT100", f"this import fails: {error}", "install the module, or drop the import")])

    def _Assert(self, stmt: Node) -> None:
        condition = self.expr(stmt.test)
        if stmt.msg is None or isinstance(stmt.msg, gast.Constant):
            message = [] if stmt.msg is None else [self.expr(stmt.msg)]
            self.effect(stmt, "assert", [condition, *message])
            return
        # The message is evaluated only if the assertion fails.
        holds, fails = Block(), Block()
        env = dict(self.env)
        with self.builder.at(fails):
            error = self.op(stmt, "const", value=AssertionError)
            exc = self.op(stmt, "call", [error, self.expr(stmt.msg)], args=(("pos",),))
            self.effect(stmt, "raise", [exc])
        self.env = env
        with self.builder.at(holds):
            self.effect(stmt, "yield")
        self.at(stmt)
        self.builder.emit("if", [condition], blocks=[holds, fails], tail=False)

    def _Raise(self, stmt: Node) -> bool:
        self.effect(stmt, "raise", [self.expr(part) for part in (stmt.exc, stmt.cause) if part is not None])
        return False

    def _Return(self, stmt: Node) -> bool:
        self.effect(stmt, "return", [self.expr(stmt.value)], single=True)
        return False

    def _Break(self, stmt: Node) -> bool:
        operands = [self.current(stmt, name) for name in self.loops[-1]]
        self.effect(stmt, "break", operands, exit=stmt.exit_id)
        return False

    # ── regions ──

    def _If(self, stmt: Node) -> bool:
        place, condition = self.place, self.expr(stmt.test)
        tail = getattr(stmt, "tail", False)
        env, blocks, envs, falls = self.env, [Block(), Block()], [], []
        for block, stmts in zip(blocks, (stmt.body, stmt.orelse), strict=True):
            self.env = dict(env)
            with self.builder.at(block):
                falls.append(self.block(stmts))
                if tail and falls[-1]:
                    self.place = place
                    self.next_iteration(stmt)
            envs.append(self.env)
        self.env, self.place = env, place
        if tail or not any(falls):
            self.at(stmt)
            self.builder.emit("if", [condition], blocks=blocks, tail=True)
            return False
        self.join(stmt, "if", [condition], blocks, envs, falls).attrs["tail"] = False
        return True

    def join(self, stmt: Node, kind: str, operands: list[Value], blocks: list[Block], envs: list[Env], falls: list[bool]) -> Op:
        """Close the branches of an ``if`` or ``try`` with what differs between them and is read later."""
        env, live = self.env, self.live.after[stmt]
        names = [n for n in self.changed(env, [e for e, f in zip(envs, falls, strict=True) if f]) if n in live]
        columns = []
        for block, after, falling in zip(blocks, envs, falls, strict=True):
            if falling:
                self.env = after
                with self.builder.at(block):
                    columns.append([self.current(stmt, name) for name in names])
                    self.effect(stmt, "yield", columns[-1])
        self.env = env
        self.at(stmt)
        op = self.builder.emit(kind, operands, [DYN] * len(names), list(map(hint_of, names)), blocks)
        for result, *ends in zip(op.results, *columns, strict=True):
            self.join_bound(ends, result)
        self.bind_all(stmt, names, op.results)
        return op

    def _With(self, stmt: Node) -> None:
        place = self.place
        (item,) = stmt.items
        manager, env, body = self.expr(item.context_expr), self.env, Block()
        self.env = dict(env)
        name = item.optional_vars.id if isinstance(item.optional_vars, gast.Name) else ""
        with self.builder.at(body):
            if item.optional_vars is not None:
                self.assign(item.optional_vars, body.add_arg(hint_of(name)))
            falls = self.block(stmt.body)
            self.place = place
            names = [n for n in self.changed(env, [self.env]) if n in self.live.after[stmt]] if falls else []
            ends = [self.current(stmt, n) for n in names]
            if falls:
                self.effect(stmt, "yield", ends)
        self.env = env
        self.at(stmt)
        op = self.builder.emit("with", [manager], [DYN] * len(names), list(map(hint_of, names)), [body], names=(hint_of(name),))
        for end, result in zip(ends, op.results, strict=True):
            self.join_bound([end], result)
        self.bind_all(stmt, names, op.results)

    def _Try(self, stmt: Node) -> bool:
        broken = self.scope.sorted(half_done(stmt.body) & self.live.handled[stmt] & set(self.scope.order))
        if broken:
            raise_all([Obstacle(self.place, "SCT103", f"what `{broken[0]}` holds in `except` depends on where the `try` failed",
                                "bind it before the `try`, or under another name in it")])
        place, env = self.place, self.env
        kinds = [self.constant(h, None) if h.type is None else self.expr(h.type) for h in stmt.handlers]
        blocks, envs, falls, names = [], [], [], []
        for handler in (None, *stmt.handlers):
            block, self.env = Block(), dict(env)
            name = handler.name.id if handler is not None and handler.name is not None else ""
            names.append(hint_of(name))
            with self.builder.at(block):
                if name:
                    self.bind(stmt, name, block.add_arg(hint_of(name)))
                falls.append(self.block(stmt.body if handler is None else handler.body))
                if name:
                    self.unbind(stmt, name)
            self.place = place
            blocks.append(block)
            envs.append(self.env)
        self.env = env
        op = self.join(stmt, "try", kinds, blocks, envs, falls)
        op.attrs["names"] = tuple(names[1:])
        return any(falls)

    def unbind(self, node: Node, name: str) -> None:
        undef = self.op(node, "undef", hint=hint_of(name))
        self.unsure.add(undef)
        self.bind(node, name, undef)

    def carried(self, stmt: Node) -> list[str]:
        """The variables that a loop rebinds and that are read in a later iteration or behind it."""
        header = self.live.header[stmt]
        bound = assigned([stmt.target] if isinstance(stmt, gast.For) else []) + assigned(stmt.body)
        return self.scope.sorted(name for name in bound if name in header or name == stmt.exit_var)

    def next_iteration(self, stmt: Node) -> None:
        self.effect(stmt, "continue", [self.current(stmt, name) for name in self.loops[-1]])

    def loop_body(self, stmt: Node, names: list[str], inits: list[Value], body: Block, item: Value | None) -> None:
        """Lower the body of a loop into ``body``, whose last arguments are the carried variables."""
        place = self.place
        with self.builder.at(body):
            self.enter(stmt, names, inits, body)
            if item is not None:
                self.assign(stmt.target, item)
            self.loops.append(names)
            if self.block(stmt.body):
                self.place = place
                self.next_iteration(stmt)
            self.loops.pop()
        self.place = place

    def enter(self, stmt: Node, names: list[str], inits: list[Value], block: Block) -> None:
        args = [block.add_arg(hint_of(name)) for name in names]
        for init, arg in zip(inits, args, strict=True):
            self.join_bound([init], arg)
        self.unsure.update(arg for name, arg in zip(names, args, strict=True) if name in self.deleted)
        self.bind_all(stmt, names, args)

    def leave(self, stmt: Node, names: list[str], operands: list[Value], blocks: list[Block], **attrs: Any) -> None:
        """Emit the loop and bind its results, which are bound if they are before the loop: no iteration may run."""
        if stmt.exit_var is not None:
            attrs["exit"] = names.index(stmt.exit_var)
        self.at(stmt)
        kind = "for" if isinstance(stmt, gast.For) else "while"
        op = self.builder.emit(kind, operands, [DYN] * len(names), list(map(hint_of, names)), blocks, **attrs)
        for init, result in zip(operands[len(operands) - len(names):], op.results, strict=True):
            self.join_bound([init], result)
        self.unsure.update(result for name, result in zip(names, op.results, strict=True) if name in self.deleted)
        self.bind_all(stmt, names, op.results)

    def _For(self, stmt: Node) -> None:
        iterable, names = self.expr(stmt.iter), self.carried(stmt)
        inits = [self.current(stmt, name) for name in names]
        env, body = dict(self.env), Block()
        item = body.add_arg(hint_of(stmt.target.id) if isinstance(stmt.target, gast.Name) else "")
        self.loop_body(stmt, names, inits, body, item)
        self.env = env
        self.leave(stmt, names, [iterable, *inits], [body], kind="iter")

    def _While(self, stmt: Node) -> None:
        names = self.carried(stmt)
        inits = [self.current(stmt, name) for name in names]
        env, test, body = dict(self.env), Block(), Block()
        with self.builder.at(test):
            self.enter(stmt, names, inits, test)
            self.effect(stmt.test, "test", [self.expr(stmt.test)])
        self.env = dict(env)
        self.loop_body(stmt, names, inits, body, None)
        self.env = env
        self.leave(stmt, names, inits, [test, body])


def _deleted(function: Node) -> Iterator[str]:
    """The variables that a function deletes, or that end with a handler."""
    for node in gast.walk(function) if contains(function, (gast.Delete, gast.ExceptHandler)) else ():
        if isinstance(node, gast.Delete):
            yield from (name.id for target in node.targets for name in gast.walk(target) if isinstance(name, gast.Name))
        elif isinstance(node, gast.ExceptHandler) and node.name is not None:
            yield node.name.id


def _calls(value: Node) -> bool:
    """Whether computing a value may change what an augmented assignment has read before: it calls something."""
    return contains(value, gast.Call)


def _pairwise(target: Node, value: Node) -> bool:
    """Whether an assignment is ``a, b = x, y``: then no tuple is built."""
    displays = isinstance(target, gast.Tuple | gast.List) and isinstance(value, gast.Tuple | gast.List)
    return displays and len(target.elts) == len(value.elts) and not any(
        isinstance(item, gast.Starred) for item in (*target.elts, *value.elts))
