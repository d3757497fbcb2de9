"""Takes a function in IR, gives its Python text, the outside objects that the text names, and the user's line of each line.

The statements of the forward sweep are the user's own; in the reverse sweep (after ``mark``) each group of statements opens with
a comment that names the line of the user's function it belongs to.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..ir.core import NOWHERE, Block, Function, Loc, Op, Value
from ..ir.ops import INFIX, Lit, SliceOf, Slot
from ..ir.rewrite import carried_inits, is_tail
from ..ir.types import NONE, SLICE
from .expr import BINARY, STORE, Expressions, attribute, bare_tuple, call, name, target
from .facts import gather, is_const, resolve, scalar, template_values
from .idioms import augmented, comprehension, names_read, unpacked_items
from .inline import Plan, plan_expressions
from .liveness import copies, is_undef
from .names import UNUSED, Names, name_variables

COMMENT_LIMIT = 100
"""A longer statement of the user's is cut off in comments."""


@dataclass(frozen=True)
class Emitted:
    """A printed function."""

    text: str
    name: str
    imports: dict[str, Any]
    """What the names of the text stand for: modules, helpers, functions, generated callees (``Function``)."""
    data: dict[str, Any] = field(default_factory=dict)
    """Names of the user's data, read live, with the place they come from (attr ``source`` of the op, or the name)."""
    line_map: dict[int, Loc] = field(default_factory=dict)
    """Place in the user's source for lines of the text."""
    reverse_line: int = 0
    """The line on which the reverse sweep begins; 0: there is none."""

    @property
    def filename(self) -> str:
        """The name under which the text is known to tracebacks: the same for the same text in every run.

        >>> Emitted("def f(x):\\n    return x\\n", "f", {}).filename
        '<sct f#8ee3c9>'
        """
        return f"<sct {self.name}#{hashlib.sha256(self.text.encode()).hexdigest()[:6]}>"



def emit(fn: Function, header: Sequence[str] = (), name: str | None = None) -> Emitted:
    """Print a function; ``header`` holds lines of a comment to put above it."""
    plan = plan_expressions(gather(fn))
    names = name_variables(plan)
    printer = _Printer(plan, names)
    own_name = name or fn.name
    params = [ast.arg(names.of[p]) for p in fn.params]
    body = printer.nested(fn.body, None) or [ast.Pass()]
    if printer.expressions.has_not:
        body = [_Negations().visit(stmt) for stmt in body]
    args = ast.arguments(posonlyargs=[], args=params, kwonlyargs=[], kw_defaults=[], defaults=[])
    definition = ast.FunctionDef(own_name, args, body, [], lineno=1)
    comments = [f"# {line}".rstrip() for line in header]
    text = "\n".join([*comments, ast.unparse(definition), ""])
    line_map = {parsed.lineno: printer.locs[id(made)] for made, parsed in zip(
        _statements(body), _statements(ast.parse(text).body[0].body), strict=True)  # type: ignore[attr-defined]
        if id(made) in printer.locs}
    reverse_line = next((k for k, line in enumerate(text.splitlines(), 1) if line.strip() == printer.mark_text), 0)
    return Emitted(text, own_name, names.externals.objects, names.externals.data, line_map, reverse_line)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements in textual order, comments left out."""
    for stmt in body:
        if not _is_comment(stmt):
            yield stmt
            yield from _statements(getattr(stmt, "body", []))
            yield from _statements(getattr(stmt, "orelse", []))


def _is_comment(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.Expr) and isinstance(stmt.value, ast.Name) and stmt.value.id.startswith("#")


def _comment(text: str) -> ast.stmt:
    return ast.Expr(name("# " + " ".join(text.split())))


class _Negations(ast.NodeTransformer):
    """``a and not b`` without the parentheses that ``ast.unparse`` puts around the negation."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.BoolOp:
        values = [name(ast.unparse(v)) if isinstance(v, ast.UnaryOp) and isinstance(v.op, ast.Not) else self.visit(v)
                  for v in node.values]
        return ast.BoolOp(node.op, values)


class _Printer:
    """Turns ops into statements, block by block."""

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
            self.out.append(_comment(f"{foreign}{loc.line}: {text}"))

    def nested(self, block: Block, loop: Op | None) -> list[ast.stmt]:
        """The statements of a block; a ``continue`` that ends it is left out."""
        saved, self.out = self.out, []
        for op in block.ops:
            if op not in self.done and self.plan.prints(op):
                self.op(op, loop)
        saved, self.out = self.out, saved
        return saved

    def op(self, op: Op, loop: Op | None) -> None:
        if op in self.plan.ternary:
            self.assign(op.results[0], self.expressions.define(op), op)
        elif op.name == "if":
            self.if_(op, loop)
        elif (statement := _STATEMENTS.get(op.name)) is not None:
            statement(self, op)
        else:
            self.expression(op)

    # ---- assignments

    def expression(self, op: Op) -> None:
        """An op whose value has a name, or has none and is computed for its effect."""
        run = unpacked_items(op, self.plan) if op.name == "item" else []
        if len(run) > 1:
            self.done.update(run)
            self.unpack([r.results[0] for r in run], self.expressions.of(op.operands[0]), op)
        elif len(op.results) != 1 or op.attrs.get("unpack"):
            self.unpack(op.results, self.expressions.define(op), op)
        elif op.results[0] in self.plan.users or op.results[0].hint:
            self.assign(op.results[0], self.expressions.define(op), op)
        else:
            self.add(ast.Expr(self.expressions.define(op)), op.loc)

    def unpack(self, results: list[Value], value: ast.expr, op: Op) -> None:
        if not any(r in self.plan.users for r in results):
            return self.add(ast.Expr(value), op.loc)
        targets = [target(self.expressions.variable(r) if r in self.plan.users else UNUSED) for r in results]
        self.add(ast.Assign([ast.Tuple(list(targets), STORE)], value, lineno=1), op.loc)

    def assign(self, value: Value, shown: ast.expr, op: Op) -> None:
        self.add(self.assignment(value, shown), op.loc, op.name == "pop" or bool(op.attrs.get("recomputed")))

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

    # ---- branches

    def if_(self, op: Op, loop: Op | None) -> None:
        mark, group = len(self.out), self.group
        self.open_group(op.loc)
        branches = [self.branch(block, op, loop) for block in op.blocks]
        shaped = self.arrange(op, *branches)
        if not shaped:
            del self.out[mark:]
            self.group = group
            return
        for stmt in shaped:
            if isinstance(stmt, ast.If) and id(stmt) not in self.locs and op.loc.line:
                self.locs[id(stmt)] = op.loc
            self.out.append(stmt)
        self.group = None

    def branch(self, block: Block, op: Op, loop: Op | None) -> tuple[list[ast.stmt], bool]:
        """The statements of a branch, and whether control leaves at its end (``break``, ``raise``)."""
        group = self.group
        body = self.nested(block, loop)
        self.group = group
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
        if len(orelse) == 2 and _is_comment(orelse[0]) and isinstance(orelse[1], ast.If):
            comment = orelse.pop(0)  # goes into the branch, so that the test can print as `elif`
            if not _is_comment(orelse[0].body[0]):  # type: ignore[attr-defined]
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
        group = self.group
        loop = ast.For(self.loop_target(op), header, self.nested(op.blocks[0], op) or [ast.Pass()], [], lineno=1)
        self.group = group
        if not self.as_comprehension(op, loop):
            self.add(loop, op.loc)
            self.group = None

    def iterable(self, op: Op) -> ast.expr:
        each = self.plan.each.get(op)
        if each is not None:
            shown = [self.expressions.of(v) for v in each.sequences]
            over = shown[0] if len(shown) == 1 else call(self.expressions.object(zip), *shown)
            return call(self.expressions.object(enumerate), over) if each.counted else over
        if op.attrs.get("kind", "range") != "range":
            over = self.expressions.of(op.operands[0])
        else:
            over = call(self.expressions.object(range), *self.bounds(op))
        unread = op.blocks[0].args[0] not in self.plan.users
        return call(self.expressions.object(reversed), over) if op.attrs.get("reverse") and not unread else over

    def bounds(self, op: Op) -> list[ast.expr]:
        lo, hi, step = (resolve(v) for v in op.operands[:3])
        if not is_const(step, 1):
            return [self.expressions.of(v) for v in (lo, hi, step)]
        return [self.expressions.of(v) for v in ((hi,) if is_const(lo, 0) else (lo, hi))]

    def loop_target(self, op: Op) -> ast.expr:
        counter, each = op.blocks[0].args[0], self.plan.each.get(op)
        if each is None:
            return target(self.counter(counter))
        items: list[ast.expr] = [target(self.expressions.variable(head.results[0])) for head in each.heads]
        item = items[0] if len(items) == 1 else ast.Tuple(items, STORE)
        return ast.Tuple([target(self.expressions.variable(counter)), item], STORE) if each.counted else item

    def counter(self, value: Value) -> str:
        if value not in self.plan.users and (self.reversing or not value.hint):
            return UNUSED
        return self.expressions.variable(value)

    def as_comprehension(self, op: Op, loop: ast.For) -> bool:
        """Print ``xs = []``, ``for …: xs.append(e)`` as ``[e for …]``, inside the next statement where that is its only use."""
        needed = [r for r, n in zip(op.results, self.plan.needed[op], strict=True) if n]
        if len(needed) != 1 or not self.out:
            return False
        result = needed[0]
        made = comprehension(self.out[-1], loop, self.expressions.variable(result))
        if made is None:
            return False
        self.out.pop()
        users = self.plan.users.get(result, [])
        if not result.hint and len(users) == 1 and users[0][1] is self.next_statement(op) and users[0][1] is not None:
            self.expressions.folded[result] = made
        else:
            self.assign(result, made, op)
        return True

    def next_statement(self, op: Op) -> Op | None:
        assert op.parent is not None
        ops = op.parent.ops
        return next((later for later in ops[ops.index(op) + 1:] if self.plan.prints(later)), None)

    def while_(self, op: Op) -> None:
        self.open_group(op.loc)
        self.copy((v, r) for v, r, n in zip(carried_inits(op), op.results, self.plan.needed[op], strict=True) if n)
        test, body = op.blocks
        group = self.group
        before = self.nested(Block(test.args, test.ops[:-1], test.parent), op)
        condition = test.ops[-1].operands[0]
        endless = is_const(resolve(condition), True)
        inside = self.nested(body, op)
        self.group = group
        if before or endless:
            leave = [] if endless else [ast.If(self.expressions.negated(condition), [ast.Break()], [])]
            stmt = ast.While(ast.Constant(True), [*before, *leave, *inside] or [ast.Pass()], [])
        else:
            stmt = ast.While(self.expressions.of(condition), inside or [ast.Pass()], [])
        self.add(stmt, op.loc)
        self.group = None

    def with_(self, op: Op) -> None:
        names = list(op.attrs.get("names") or [""] * len(op.operands))
        args = list(op.blocks[0].args)
        if len(args) != len(op.operands):
            rest = iter(args)
            args = [next(rest) if label else None for label in names]  # type: ignore[misc]
        items = [ast.withitem(self.expressions.of(v), target(self.expressions.variable(a)) if a in self.plan.users else None)
                 for v, a in zip(op.operands, args or [None] * len(op.operands), strict=True)]
        self.open_group(op.loc)
        group = self.group
        body = self.nested(op.blocks[0], None) or [ast.Pass()]
        self.group = group
        self.add(ast.With(items, body, lineno=1), op.loc)
        self.group = None

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
        else:
            self.add(ast.Return(bare_tuple(values)), op.loc)
        self.group = group

    def raise_(self, op: Op) -> None:
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

    # ---- memory

    def cache(self, op: Op) -> None:
        self.assign(op.results[0], ast.List([], STORE), op)

    def push(self, op: Op) -> None:
        saved, value = (self.expressions.of(v) for v in op.operands)
        self.add(ast.Expr(call(attribute(saved, "append"), value)), op.loc)

    def pop(self, op: Op) -> None:
        taken = call(attribute(self.expressions.of(op.operands[0]), "pop"))
        if op.results[0] in self.plan.users:
            self.assign(op.results[0], taken, op)
        else:
            self.add(ast.Expr(taken), op.loc, quiet=True)

    def append(self, op: Op) -> None:
        items, value = (self.expressions.of(v) for v in op.operands)
        self.add(ast.Expr(call(attribute(items, "append"), value)), op.loc)

    def iadd(self, op: Op) -> None:
        buffer, value = (self.expressions.of(v) for v in op.operands)
        self.add_to(buffer, value, op)

    def add_to(self, place: ast.expr, value: ast.expr, op: Op) -> None:
        """``place += value``, or ``-=`` for a negated value (exactly the same)."""
        sign: ast.operator = ast.Add()
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            sign, value = ast.Sub(), value.operand
        self.add(ast.AugAssign(place, sign, value), op.loc)  # type: ignore[arg-type]

    def iaddv(self, op: Op) -> None:
        sign = BINARY[INFIX[op.attrs["fn"]]]()
        place, value = (self.expressions.template(op, t) for t in template_values(op))
        result = self.expressions.variable(op.results[0])
        if isinstance(place, ast.Name) and (place.id == result or op.results[0] not in self.plan.users):
            self.add(ast.AugAssign(place, sign, value), op.loc)
        else:
            self.assign(op.results[0], ast.BinOp(place, sign, value), op)

    def index_add(self, op: Op) -> None:
        buffer, value = (self.expressions.of(v) for v in op.operands[:2])
        template = op.attrs["args"]
        template = template[1] if isinstance(template, tuple) else template  # (buffer, index), as for a load
        if op.attrs.get("unique") or _hits_once(op, template):
            self.add_to(ast.Subscript(buffer, self.expressions.index(op, template), STORE), value, op)
        else:
            import numpy as np
            scatter = attribute(self.expressions.object(np), "add", "at")
            self.add(ast.Expr(call(scatter, buffer, self.expressions.template(op, template), value)), op.loc)

    def fill(self, op: Op) -> None:
        whole = ast.Subscript(self.expressions.of(op.operands[0]), ast.Constant(...), STORE)
        self.add(ast.Assign([whole], ast.Constant(0.0), lineno=1), op.loc)

    def mark(self, op: Op) -> None:
        self.reversing, self.group = True, None
        comment = _comment(op.attrs["text"])
        self.mark_text = ast.unparse(comment)
        self.out.append(comment)


_STATEMENTS: dict[str, Callable[[_Printer, Op], None]] = {
    "for": _Printer.for_, "while": _Printer.while_, "with": _Printer.with_, "yield": _Printer.yield_,
    "continue": _Printer.continue_, "break": _Printer.break_, "return": _Printer.return_, "raise": _Printer.raise_,
    "assert": _Printer.assert_, "cache": _Printer.cache, "push": _Printer.push, "pop": _Printer.pop, "append": _Printer.append,
    "iadd": _Printer.iadd, "iaddv": _Printer.iaddv, "index_add": _Printer.index_add, "fill": _Printer.fill, "mark": _Printer.mark,
}


def _leaves(stmt: ast.stmt) -> bool:
    """Whether control never passes the end of a statement."""
    if isinstance(stmt, ast.If):
        return bool(stmt.orelse) and _leaves(stmt.body[-1]) and _leaves(stmt.orelse[-1])
    return isinstance(stmt, ast.Break | ast.Raise | ast.Return | ast.Continue)


def _hits_once(op: Op, template: Any) -> bool:
    """Whether an index of numbers and slices only: it cannot name an element twice."""
    parts = template.items if hasattr(template, "items") else (template,)
    return all(isinstance(p, SliceOf) or isinstance(p, Lit) and (p.value is None or p.value is ... or isinstance(p.value, int | slice))
               or isinstance(p, Slot) and (scalar(op.operands[p.index]) is not None or op.operands[p.index].type in (SLICE, NONE))
               for p in parts)


