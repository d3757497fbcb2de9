"""Takes ops, gives statements: the forward sweep as the user wrote it, the reverse sweep in groups.

In the reverse sweep (after ``mark``) each group opens with a comment that names the line of the user's function it belongs to.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ..ir.core import Block, Op, Value, walk
from ..ir.evaluate import unbound_error
from ..ir.rewrite import carried_inits, is_tail
from ..ir.types import List
from ..passes.dce import has_lasting_effect
from .expr import STORE, bare_tuple, call, name, target
from .facts import is_const, resolve
from .idioms import comprehension, decision, filler, names_read, plus_one, range_of, unpacked_items
from .liveness import copies
from .memory import MEMORY
from .names import UNUSED
from .plan import IN_PLACE
from .writer import Writer, as_comment, is_comment


class Printer(Writer):
    """Turns ops into statements, block by block."""

    # ---- blocks and what is in them

    def nested(self, block: Block, loop: Op | None) -> list[ast.stmt]:
        """The statements of a block; a ``continue`` that ends it is left out."""
        out, group, self.out = self.out, self.group, []
        for op in block.ops:
            if op not in self.done and self.plan.prints(op):
                self.op(op, loop)
        out, self.out = self.out, out
        self.strayed = self.strayed or self.group != group
        self.group = group
        return out

    def op(self, op: Op, loop: Op | None) -> None:
        if op in self.plan.ternary:
            self.assign(op.results[0], self.expressions.define(op), op)
        elif op.name == "if":
            self.if_(op, loop)
        elif (statement := _STATEMENTS.get(op.name)) is not None:
            statement(self, op)
        else:
            self.expression(op)

    def expression(self, op: Op) -> None:
        """An op whose value has a name, or has none and is computed for its effect."""
        run = unpacked_items(op, self.plan) if op.name == "item" else []
        if sum(r is not None for r in run) > 1:
            self.done.update(r for r in run if r)
            self.unpack([r.results[0] if r else None for r in run], self.expressions.of(op.operands[0]), op)
        elif len(op.results) != 1 or op.attrs.get("unpack"):
            self.unpack(op.results, self.expressions.define(op), op)
        elif op.results[0] in self.plan.users or op.results[0].hint:
            self.assign(op.results[0], self.expressions.define(op), op)
        else:
            self.add(ast.Expr(self.expressions.define(op)), op.loc)

    # ---- branches

    def if_(self, op: Op, loop: Op | None) -> None:
        mark, group = len(self.out), self.group
        self.open_group(op.loc)
        branches = [self.branch(block, loop) for block in op.blocks]
        shaped = self.arrange(op, *branches)
        if not shaped:
            del self.out[mark:]
            self.group = group
            self.run(op.operands[0])
            return
        for stmt in shaped:
            if isinstance(stmt, ast.If) and id(stmt) not in self.locs and op.loc.line:
                self.locs[id(stmt)] = op.loc
            self.out.append(stmt)
        self.leave(op.loc)

    def run(self, value: Value) -> None:
        """The parts of a condition that make a difference by themselves, where both branches have nothing to do."""
        op = resolve(value).owner
        if resolve(value) not in self.plan.inline or not isinstance(op, Op):
            return
        if has_lasting_effect(op) or any(has_lasting_effect(inner) for block in op.blocks for inner in walk(block)):
            self.add(ast.Expr(self.expressions.of(value)), op.loc)
        else:
            for operand in op.operands:
                self.run(operand)

    def branch(self, block: Block, loop: Op | None) -> tuple[list[ast.stmt], bool]:
        """The statements of a branch, and whether control leaves at its end (``break``, ``raise``)."""
        body = self.nested(block, loop)
        return body, bool(body) and _leaves(body[-1])

    def arrange(self, op: Op, then: tuple[list[ast.stmt], bool], other: tuple[list[ast.stmt], bool]) -> list[ast.stmt]:
        """An ``if`` in the shape in which a person would write it: exits first, the rest not indented."""
        (body, leaves), (orelse, other_leaves) = then, other
        condition = op.operands[0]
        if not body and not orelse:
            return []
        if not body:
            if is_tail(op) and len(orelse) > 1 and not other_leaves:
                return [ast.If(self.expressions.of(condition), [ast.Continue()], []), *orelse]
            return [ast.If(self.expressions.negated(condition), orelse, [])]
        if leaves or not orelse:
            return [ast.If(self.expressions.of(condition), body, []), *orelse]
        if other_leaves:
            return [ast.If(self.expressions.negated(condition), orelse, []), *body]
        if is_tail(op) and len(body) <= 2 < len(orelse):
            return [ast.If(self.expressions.of(condition), [*body, ast.Continue()], []), *orelse]
        if len(orelse) == 2 and is_comment(orelse[0]) and isinstance(orelse[1], ast.If):
            comment = orelse.pop(0)  # goes into the branch, so that the test can print as `elif`
            if not is_comment(orelse[0].body[0]):  # type: ignore[attr-defined]
                orelse[0].body.insert(0, comment)  # type: ignore[attr-defined]
        return [ast.If(self.expressions.of(condition), body, orelse)]

    # ---- loops

    def for_(self, op: Op) -> None:
        header = self.iterable(op)
        needed = self.plan.needed[op]
        inits = [pair for pair, wanted in zip(zip(carried_inits(op), op.results, strict=True), needed, strict=True) if wanted]
        self.open_group(op.loc)
        mark = len(self.out)
        if self.copy(inits) & names_read(header):
            kept = self.names.fresh("steps")
            self.out.insert(mark, ast.Assign([target(kept)], header, lineno=1))
            header = name(kept)
        goal = self.loop_target(op)
        loop = ast.For(goal, header, self.nested(op.blocks[0], op) or [ast.Pass()], [], lineno=1)
        if not self.as_comprehension(op, loop):
            self.add(loop, op.loc)
            self.leave(op.loc)

    def iterable(self, op: Op) -> ast.expr:
        each = self.plan.each.get(op)
        if each is not None:
            shown = [self.expressions.of(v) for v in each.sequences]
            if op.attrs.get("reverse"):
                if isinstance(each.sequences[0].type, List):
                    return call(self.expressions.object(reversed), shown[0])
                return ast.Subscript(shown[0], ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1))), STORE)
            over = shown[0] if len(shown) == 1 else call(self.expressions.object(zip), *shown)
            return call(self.expressions.object(enumerate), over) if each.counted else over
        if op.attrs.get("kind", "range") != "range":
            over = self.expressions.of(op.operands[0])
        else:
            bounds = self.bounds(op)
            over = range_of(bounds) or call(self.expressions.object(range), *bounds)
        unread = op.blocks[0].args[0] not in self.plan.users
        backwards = op.attrs.get("reverse") and not unread and not self.runs_up(op)
        return call(self.expressions.object(reversed), over) if backwards else over

    def runs_up(self, op: Op) -> bool:
        """Whether a loop mirrors one that counts down in steps of one."""
        counted = op.attrs.get("kind", "range") == "range"
        return bool(op.attrs.get("reverse")) and counted and is_const(resolve(op.operands[2]), -1)

    def bounds(self, op: Op) -> list[ast.expr]:
        lo, hi, step = (resolve(v) for v in op.operands[:3])
        if self.runs_up(op):
            ends = [plus_one(self.expressions.of(v)) for v in (hi, lo)]
            return ends[isinstance(ends[0], ast.Constant) and ends[0].value == 0:]
        if not is_const(step, 1):
            return [self.expressions.of(v) for v in (lo, hi, step)]
        return [self.expressions.of(v) for v in ((hi,) if is_const(lo, 0) else (lo, hi))]

    def loop_target(self, op: Op) -> ast.expr:
        counter, each = op.blocks[0].args[0], self.plan.each.get(op)
        if each is None:
            items = self.unpacked_target(op, counter)
            return ast.Tuple(items, STORE) if items else target(self.counter(counter))
        items = [target(self.expressions.variable(head.results[0])) for head in each.heads]
        item = items[0] if len(items) == 1 else ast.Tuple(items, STORE)
        return ast.Tuple([target(self.expressions.variable(counter)), item], STORE) if each.counted else item

    def unpacked_target(self, op: Op, item: Value) -> list[ast.expr]:
        """The targets of ``for a, b in pairs``: what the body unpacks first of all, if it does nothing else with the pair."""
        first = next((inner for inner in op.blocks[0].ops if self.plan.prints(inner)), None)
        if first is None or first.name != "item" or resolve(first.operands[0]) is not item:
            return []
        run = unpacked_items(first, self.plan)
        found = [r for r in run if r]
        if not found or len(self.plan.users[item]) != len(found):
            return []
        self.done.update(found)
        return [target(self.expressions.variable(r.results[0]) if r else UNUSED) for r in run]

    def counter(self, value: Value) -> str:
        if value not in self.plan.users and (self.reversing or value.hint in ("", UNUSED)):
            return UNUSED
        return self.expressions.variable(value)

    def as_comprehension(self, op: Op, loop: ast.For) -> bool:
        """Print ``xs = []``, ``for …: xs.append(e)`` as ``[e for …]``, inside the next statement where that is its only use."""
        needed = [r for r, n in zip(op.results, self.plan.needed[op], strict=True) if n]
        filling = filler(op) if not needed else None
        if filling is not None:
            needed = [resolve(filling.operands[0])]
        if len(needed) != 1 or not self.out:
            return False
        result = needed[0]
        made = self.decision(op, loop, result) or comprehension(self.out[-1], loop, self.expressions.variable(result))
        if made is None:
            return False
        self.out.pop()
        users = [user for user in self.plan.users.get(result, []) if user[0] is not filling]
        nameless = not result.hint or "decides" in op.attrs
        consumer = users[0][1] if len(users) == 1 else None
        if nameless and consumer is not None and consumer is self.next_statement(op) and (
                consumer.name not in IN_PLACE or resolve(consumer.operands[0]) is not result):
            self.expressions.folded[result] = made
        else:
            self.assign(result, made, op)
        return True

    def decision(self, op: Op, loop: ast.For, result: Value) -> ast.expr | None:
        """A loop that finds what ``any`` or ``all`` of a generator is, as that."""
        fn = {"any": any, "all": all}.get(op.attrs.get("decides", ""))
        if fn is None:
            return None
        self.expressions.has_parentheses = True
        return decision(self.out[-1], loop, self.expressions.variable(result), self.expressions.object(fn), fn is any)

    def next_statement(self, op: Op) -> Op | None:
        assert op.parent is not None
        ops = op.parent.ops
        return next((later for later in ops[ops.index(op) + 1:] if self.plan.prints(later)), None)

    def while_(self, op: Op) -> None:
        self.open_group(op.loc)
        self.copy((v, r) for v, r, n in zip(carried_inits(op), op.results, self.plan.needed[op], strict=True) if n)
        test, body = op.blocks
        before = self.nested(Block(test.args, test.ops[:-1], test.parent), op)
        condition = test.ops[-1].operands[0]
        endless = is_const(resolve(condition), True)
        inside = self.nested(body, op)
        if before or endless:
            leave = [] if endless else [ast.If(self.expressions.negated(condition), [ast.Break()], [])]
            stmt = ast.While(ast.Constant(True), [*before, *leave, *inside] or [ast.Pass()], [])
        else:
            stmt = ast.While(self.expressions.of(condition), inside or [ast.Pass()], [])
        self.add(stmt, op.loc)
        self.leave(op.loc)

    def with_(self, op: Op) -> None:
        names = list(op.attrs.get("names") or [""] * len(op.operands))
        bound = iter(op.blocks[0].args)
        every = len(op.blocks[0].args) == len(op.operands)
        args = [next(bound) if every or label else None for label in names]
        goals = [target(self.expressions.variable(a)) if a and a in self.plan.users else None for a in args]
        items = [ast.withitem(self.expressions.of(v), goal) for v, goal in zip(op.operands, goals, strict=True)]
        self.open_group(op.loc)
        body = self.nested(op.blocks[0], None) or [ast.Pass()]
        self.add(ast.With(items, body, lineno=1), op.loc)
        self.leave(op.loc)

    def try_(self, op: Op) -> None:
        self.open_group(op.loc)
        body = self.nested(op.blocks[0], None) or [ast.Pass()]
        handlers = [self.handler(classes, block) for classes, block in zip(op.attrs["handlers"], op.blocks[1:], strict=True)]
        self.add(ast.Try(body, handlers, [], []), op.loc)
        self.leave(op.loc)

    def handler(self, classes: tuple[type, ...], block: Block) -> ast.ExceptHandler:
        shown = [self.expressions.object(cls) for cls in classes]
        caught = shown[0] if len(shown) == 1 else ast.Tuple(shown, STORE) if shown else None
        bound = next((self.expressions.variable(arg) for arg in block.args if arg in self.plan.users), None)
        return ast.ExceptHandler(caught, bound, self.nested(block, None) or [ast.Pass()])

    # ---- exits

    def yield_(self, op: Op) -> None:
        assert op.parent is not None and op.parent.parent is not None
        if op.parent.parent.results:
            self.copy(copies(self.plan, op))

    def continue_(self, op: Op) -> None:
        self.copy(copies(self.plan, op))

    def break_(self, op: Op) -> None:
        self.copy(copies(self.plan, op))
        self.add(ast.Break())

    def return_(self, op: Op) -> None:
        values = [self.expressions.of(v) for v in op.operands]
        group, self.group = self.group, (op.loc.file, op.loc.line)  # needs no comment: nobody asks where it comes from
        if op.attrs.get("single"):
            (value,) = values
            if isinstance(value, ast.Tuple):
                value = bare_tuple(value.elts)
            self.add(ast.Return(value), op.loc)
        elif values:  # a function without a result just ends
            self.add(ast.Return(bare_tuple(values)), op.loc)
        self.group = group

    def raise_(self, op: Op) -> None:
        if op.attrs.get("unreachable"):
            return  # the call before it raises
        template = op.attrs.get("template")
        if template is not None:
            shown: ast.expr | None = self.raised(op, template)
        else:
            shown = self.expressions.of(op.operands[0]) if op.operands else None
        cause = self.expressions.of(op.operands[1]) if template is None and len(op.operands) > 1 else None
        self.add(ast.Raise(shown, cause), op.loc)

    def raised(self, op: Op, template: Any) -> ast.expr:
        if isinstance(template, tuple):
            return call(self.expressions.template(op, template[0]), *(self.expressions.template(op, t) for t in template[1:]))
        return self.expressions.template(op, template)

    def assert_(self, op: Op) -> None:
        condition, *message = (self.expressions.of(v) for v in op.operands)
        self.add(ast.Assert(condition, message[0] if message else None), op.loc)

    def bound(self, op: Op) -> None:
        error = unbound_error(op)
        raised = ast.Raise(call(self.expressions.object(type(error)), ast.Constant(str(error))))
        self.locs[id(raised)] = op.loc
        self.add(ast.If(self.expressions.negated(op.operands[0]), [raised], []), op.loc)

    def mark(self, op: Op) -> None:
        self.reversing, self.group = True, None
        if not op.attrs.get("text"):
            return
        comment = as_comment(op.attrs["text"])
        self.mark_text = ast.unparse(comment)
        self.out.append(comment)


_STATEMENTS: dict[str, Callable[[Printer, Op], None]] = {
    "for": Printer.for_, "while": Printer.while_, "with": Printer.with_, "try": Printer.try_, "yield": Printer.yield_,
    "continue": Printer.continue_, "break": Printer.break_, "return": Printer.return_, "raise": Printer.raise_,
    "assert": Printer.assert_, "bound": Printer.bound, "mark": Printer.mark, **MEMORY,
}


def _leaves(stmt: ast.stmt) -> bool:
    """Whether control never passes the end of a statement."""
    if isinstance(stmt, ast.If):
        return bool(stmt.orelse) and _leaves(stmt.body[-1]) and _leaves(stmt.orelse[-1])
    return isinstance(stmt, ast.Break | ast.Raise | ast.Return | ast.Continue)
