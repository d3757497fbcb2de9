"""Reversal of control flow: branches on the same condition, counted loops backwards, exits by the number recorded per loop."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..analysis.activity import first_init, is_complex, loop_exits
from ..ir.core import Block, Op, Value, walk
from ..ir.ops import LOOPS, STORES, Lit, Slot, may_write
from ..ir.types import BOOL, BOTTOM, INT, Array, List, OrConst, Scalar, Table, Type, join, loosely, strip_const
from .shadows import open_block

if TYPE_CHECKING:
    from .emitter import Emitter
    from .reverse import Reverser


def bar_type(value: Value) -> Type:
    """The type of the adjoint of ``value`` as a carried variable."""
    return loosely(strip_const(value.type))


# ------------------------------------------------------------------------------------------------------------- branches

def reverse_if(rev: Reverser, op: Op) -> None:
    """``if c: … else: …`` becomes an ``if`` on the same condition around the adjoints of the branches."""
    totals = [rev.total(r) for r in op.results]
    if all(t is None for t in totals) and not _writes(op):
        return

    def seed(block: Block) -> None:
        _seed(rev, block.terminator.operands, totals)
    _reverse_branches(rev, op, op.operands[0], seed)


def _seed(rev: Reverser, operands: Sequence[Value], totals: Sequence[Value | None]) -> None:
    for operand, total in zip(operands, totals, strict=True):
        if total is not None and operand not in rev.shadows:  # a reference that is passed on takes its shadow along
            rev.accumulate(operand, total)


def _reverse_branches(rev: Reverser, op: Op, condition: Value, seed: Callable[[Block], None]) -> None:
    def reverse(blocks: Sequence[Block]) -> None:
        (block,) = blocks
        if block.ops and block.terminator.name != "raise":
            seed(block)
            rev.reverse_block(block)
    _reverse_ways(rev, op, condition, [op.blocks[:1], op.blocks[1:]], reverse)


def _reverse_ways(rev: Reverser, op: Op, condition: Value, ways: Sequence[Sequence[Block]],
                  reverse: Callable[[Sequence[Block]], None]) -> None:
    """``if condition:`` around what ``reverse`` makes of the first of two groups of blocks, else of the other."""
    outer = rev.outer_values(op)
    for v in outer:
        if v not in rev.buffers and _wants_buffer(rev, op, v):
            rev.buffer(v)
    merged = [v for v in outer if v not in rev.buffers]
    blocks, ends = [], []
    loc = rev.builder.loc
    for way in ways:
        mirrored = Block()
        with rev.scope(mirrored, way):
            reverse(way)
            ends.append({v: rev.total(v) for v in merged})
        blocks.append(mirrored)
    rev.builder.loc = loc
    _merge(rev, op, condition, blocks, merged, ends)


def _merge(rev: Reverser, op: Op, condition: Value, blocks: list[Block], merged: list[Value],
           ends: list[dict[Value, Value | None]]) -> None:
    changed = [v for v in merged if any(end[v] is not rev.bars.get(v) for end in ends)]
    for block, end in zip(blocks, ends, strict=True):
        with rev.builder.at(block):
            values = [_widened(rev, as_number(rev, end[v], v), v) for v in changed]
            rev.builder.emit("yield", values)
    if not changed and all(len(b.ops) == 1 for b in blocks):
        return
    columns = zip(*(b.terminator.operands for b in blocks), strict=True)
    types = [_join(a.type, b.type) for a, b in columns]
    emitted = rev.builder.emit("if", [condition], types, [_hint(v) for v in changed], blocks)
    for v, result in zip(changed, emitted.results, strict=True):
        rev.bars[v] = result


def as_number(rev: Emitter, bar: Value | None, v: Value) -> Value:
    """The adjoint of ``v`` that a branch or a call ends with; that of a 0-d array is a number, as in NumPy."""
    t = strip_const(v.type)
    if isinstance(t, Array) and not t.ndim and bar is None:
        return rev.constant(0j if t.dtype.startswith("complex") else 0.0)
    found = strip_const(bar.type) if bar is not None else None
    if bar is None or not isinstance(t, Scalar | Array) or not isinstance(found, Array) or found.ndim:
        return _or_zero(rev, bar, v)
    return rev.builder.value("call", [bar], Scalar(found.dtype, False), _hint(v), fn=operator.getitem, args=(Slot(0), Lit(())),
                             kwargs={}, adjoint=True)


def _widened(rev: Emitter, bar: Value, v: Value) -> Value:
    """The adjoint of ``v`` as a complex number if ``v`` is one, for another branch may end with such a number."""
    t = strip_const(bar.type)
    if not is_complex(v) or is_complex(bar) or not isinstance(t, Scalar):
        return bar
    return rev.builder.value("call", [bar], Scalar("complex128"), bar.hint, fn=complex, args=(Slot(0),), kwargs={},
                             adjoint=True)


def _join(a: Type, b: Type) -> Type:
    """The type of an adjoint that two branches give; of numbers of different precision, which one is told at run time."""
    a, b = strip_const(a), strip_const(b)
    joined = join(a, b) or (a if isinstance(a, Array) else b)
    mixed = isinstance(a, Scalar) and isinstance(b, Scalar) and a.dtype != b.dtype
    return loosely(joined) if mixed else joined


def _hint(v: Value) -> str:
    return f"{v.hint}_bar" if v.hint else ""


def _or_zero(rev: Emitter, bar: Value | None, v: Value) -> Value:
    return bar if bar is not None else rev.zeros(v)


def _wants_buffer(rev: Reverser, op: Op, v: Value) -> bool:
    """Whether an array should be accumulated in place throughout ``op``: it is read by index there, or used in a loop."""
    if not isinstance(strip_const(v.type), Array | List | Table) or _only_grows(op, v):
        return False
    for block in op.blocks:
        for inner in walk(block):
            if v in inner.operands and (_reads(inner) or _in_loop(inner, op)):
                return True
    return False


def _only_grows(op: Op, v: Value) -> bool:
    """Whether ``op`` does nothing with a list but append to it and pass it on: all of its adjoint is what comes after."""
    users = [inner for block in op.blocks for inner in walk(block) if v in inner.operands]
    return isinstance(strip_const(v.type), List) and all(
        user.name in ("yield", "continue", "break", *LOOPS) or user.name == "append" and user.operands[1] is not v
        for user in users)


def _reads(op: Op) -> bool:
    return op.name == "call" and op.attrs["fn"] in (operator.getitem, tuple)


def _in_loop(inner: Op, outside: Op) -> bool:
    current = inner.parent.parent if inner.parent is not None else None
    while current is not None and current is not outside:
        if current.name in ("for", "while"):
            return True
        current = current.parent.parent if current.parent is not None else None
    return inner.name in ("for", "while")


def reverse_try(rev: Reverser, op: Op) -> None:
    """The adjoint of the way that was taken, the body or a handler: its number is recorded, and nothing raises again."""
    totals = [rev.total(r) for r in op.results]
    if all(t is None for t in totals) and not _writes(op):
        return
    ends = [block for block in op.blocks if block.terminator.name == "yield"]
    number = _record_way(op, ends) if len(ends) > 1 else None
    loc = rev.builder.loc

    def reverse(blocks: Sequence[Block]) -> None:
        first, *rest = blocks
        rev.builder.loc = loc
        if rest:
            assert number is not None
            _reverse_ways(rev, op, _is_number(rev, number, ends.index(first)), [[first], rest], reverse)
        else:
            _seed(rev, first.terminator.operands[:len(totals)], totals)
            rev.reverse_block(first)
    if len(ends) == 1:
        assert op.parent is not None
        rev.mirror[ends[0]] = rev.mirror[op.parent]
        open_block(rev, ends[0])
    if ends:
        reverse(ends)


def _record_way(op: Op, ends: Sequence[Block]) -> Value:
    """Give a ``try`` one more result: the number of the block that was run to its end."""
    for k, block in enumerate(ends):
        const = Op("const", [], [], {"value": k}, [], block, op.loc)
        const.results = [Value("handler", OrConst(BOTTOM, INT), const)]
        block.ops.insert(len(block.ops) - 1, const)
        block.terminator.operands.append(const.results[0])
    result = Value("handler", INT, op)
    op.results.append(result)
    return result


def _is_number(rev: Reverser, number: Value, k: int) -> Value:
    return rev.builder.value("call", [number], BOOL, fn=operator.eq, args=(Slot(0), Lit(k)), kwargs={}, adjoint=True)


def reverse_with(rev: Reverser, op: Op) -> None:
    """The body's adjoint stands in the reverse sweep itself: the context was entered once, in the forward sweep."""
    totals = [rev.total(r) for r in op.results]
    block = op.blocks[0]
    parent = op.parent
    assert parent is not None
    rev.mirror[block] = rev.mirror[parent]
    open_block(rev, block)
    if block.terminator.name == "yield":
        _seed(rev, block.terminator.operands, totals)
        rev.reverse_block(block)


# ---------------------------------------------------------------------------------------------------------------- loops

def reverse_for(rev: Reverser, op: Op) -> None:
    """A counted loop runs over the same range backwards; one that was left early starts at the iteration it reached."""
    if _nothing_to_do(rev, op):
        return
    exits = list(loop_exits(op.blocks[0]))
    broken = any(e.name == "break" for e in exits)
    if op.attrs["kind"] != "range":
        exit = _record_exit(rev, op, exits) if broken else None
        _emit_reverse_loop(rev, op, _count_trips(rev, op, exits), exit)
    elif not broken:
        _emit_reverse_loop(rev, op, (op.operands[:3], True), None)
    else:
        exit = _record_exit(rev, op, exits)
        lo, _, step = op.operands[:3]
        with _at(rev, op, lo, step):
            before = _arith(rev, operator.sub, lo, step)
        last = _add_carried(op, exits, before, lambda e: op.blocks[0].args[0], INT, op.blocks[0].args[0].hint)
        stop = _arith(rev, operator.sub, lo, step, adjoint=True)
        back = _negative(rev, step)
        _emit_reverse_loop(rev, op, ([last, stop, back], False), exit)


def reverse_while(rev: Reverser, op: Op) -> None:
    """A ``while`` loop runs backwards as often as its body was entered."""
    if _nothing_to_do(rev, op):
        return
    exits = list(loop_exits(op.blocks[1]))
    exit = _record_exit(rev, op, exits) if any(e.name == "break" for e in exits) else None
    _emit_reverse_loop(rev, op, _count_trips(rev, op, exits), exit)


def _nothing_to_do(rev: Reverser, op: Op) -> bool:
    return all(rev.total(r) is None for r in op.results) and not _writes(op)


def _writes(op: Op) -> bool:
    """Whether memory is stored into inside ``op``, which the reverse sweep has to undo there."""
    return any(inner.name in STORES or inner.name == "invoke" and may_write(inner)
               for block in op.blocks for inner in walk(block))


class _at:
    """Emit forward-sweep ops right before ``op``, or where their operands already are."""

    def __init__(self, rev: Reverser, op: Op, *operands: Value) -> None:
        self.rev, self.op = rev, op

    def __enter__(self) -> None:
        self.saved = self.rev.builder.block
        self.scratch = Block()
        self.rev.builder.block = self.scratch

    def __exit__(self, *_: object) -> None:
        from ..ir.rewrite import insert_before
        self.rev.builder.block = self.saved
        insert_before(self.op, self.scratch.ops)


def _const(rev: Reverser, value: Any, t: Type = INT) -> Value:
    return rev.builder.value("const", (), OrConst(BOTTOM, t), value=value)


def _literal(value: Value) -> int | None:
    owner = value.owner
    return owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None


def _arith(rev: Reverser, fn: Callable[..., Any], x: Value, y: Value, adjoint: bool = False) -> Value:
    a, b = _literal(x), _literal(y)
    if a is not None and b is not None:
        return _const(rev, fn(a, b))
    attrs: dict[str, Any] = {"adjoint": True} if adjoint else {}
    return rev.builder.value("call", [x, y], INT, fn=fn, args=(Slot(0), Slot(1)), kwargs={}, **attrs)


def _negative(rev: Reverser, step: Value) -> Value:
    literal = _literal(step)
    if literal is not None:
        return _const(rev, -literal)
    return rev.builder.value("call", [step], INT, fn=operator.neg, args=(Slot(0),), kwargs={}, adjoint=True)


def _add_carried(op: Op, exits: list[Op], init: Value, value: Callable[[Op], Value], t: Type, hint: str) -> Value:
    """Give a forward loop one more carried variable; returns its final value."""
    op.operands.append(init)
    for block in op.blocks:
        block.add_arg(hint, t)
    for e in exits:
        e.operands.append(value(e))
    result = Value(hint, t, op)
    op.results.append(result)
    return result


def _count_trips(rev: Reverser, op: Op, exits: list[Op]) -> tuple[list[Value], bool]:
    """The number of iterations begun, counted in the forward sweep: the bounds of the reverse loop."""
    with _at(rev, op):
        zero = _const(rev, 0)

    def increment(e: Op) -> Value:
        arg = op.blocks[-1].args[-1]
        assert e.parent is not None
        add = Op("call", [arg], [], {"fn": operator.add, "args": (Slot(0), _one()), "kwargs": {}}, [], e.parent, e.loc)
        add.results = [Value("trips", INT, add)]
        e.parent.ops.insert(len(e.parent.ops) - 1, add)
        return add.results[0]
    trips = _add_carried(op, exits, zero, increment, INT, "trips")
    return [_const(rev, 0), trips, _const(rev, 1)], False


def _one() -> Any:
    return Lit(1)


def _record_exit(rev: Reverser, op: Op, exits: list[Op]) -> Value:
    """The number of the ``break`` through which the loop was left, 0 if it ran to its end."""
    found = _existing_exit(op, exits)
    if found is not None:
        return found
    with _at(rev, op):
        zero = _const(rev, 0)
    numbers = iter(range(1, len(exits) + 1))

    def number(e: Op) -> Value:
        if e.name == "continue":
            return op.blocks[-1].args[-1]
        assert e.parent is not None
        k = next(numbers)
        const = Op("const", [], [], {"value": k}, [], e.parent, e.loc)
        const.results = [Value("exit", OrConst(BOTTOM, INT), const)]
        e.parent.ops.insert(len(e.parent.ops) - 1, const)
        e.attrs["exit"] = k
        return const.results[0]
    return _add_carried(op, exits, zero, number, INT, "exit")


def _existing_exit(op: Op, exits: list[Op]) -> Value | None:
    """The carried variable in which lowering already records the exit, if it has one."""
    breaks = [e for e in exits if e.name == "break"]
    for k, result in enumerate(op.results):
        if result.hint != "exit":
            continue
        numbers = [_literal(e.operands[k]) for e in breaks]
        if all(n for n in numbers) and len(set(numbers)) == len(numbers):
            for e, n in zip(breaks, numbers, strict=True):
                e.attrs["exit"] = n
            return result
    return None


def _emit_reverse_loop(rev: Reverser, op: Op, bounds: tuple[list[Value], bool], exit: Value | None) -> None:
    """The loop over the iterations in reverse order, carrying the adjoints of what the forward loop carries."""
    body = op.blocks[-1]
    args = body.args[len(body.args) - len(op.results):]
    positions = [k for k, (arg, result) in enumerate(zip(args, op.results, strict=True))
                 if (arg in rev.active or result in rev.active) and result not in rev.shadows and arg not in rev.shadows]
    outer = rev.outer_values(op)
    for v in outer:
        if isinstance(strip_const(v.type), Array | List | Table):
            rev.buffer(v)
    scalars = [v for v in outer if v not in rev.buffers]
    inits = [_initial(rev, op.results[k]) for k in positions] + [_or_zero(rev, rev.bars.get(v), v) for v in scalars]
    mirrored = Block()
    induction = mirrored.add_arg(body.args[0].hint if bounds[1] or op.name == "for" else "", INT)
    if op.name == "for" and op.attrs["kind"] == "range":
        rev.replaced[body.args[0]] = induction
    if op.name == "while":
        rev.mirror[op.blocks[0]] = mirrored
    state = mirrored.add_arg("exit", INT) if exit is not None else None
    carried = [mirrored.add_arg(_hint(args[k]) or _hint(op.results[k]), bar_type(op.results[k])) for k in positions]
    totals = [mirrored.add_arg(_hint(v), bar_type(v)) for v in scalars]
    moved = exchanged(op, rev.shadows.moving)
    kept = [mirrored.add_arg(args[j].hint, args[j].type) for j in moved.values()]
    before = dict(zip((args[j] for j in moved.values()), kept, strict=True))
    rev.replaced.update(before)
    inits += [op.results[k] for k in moved]
    loc = rev.builder.loc
    with rev.scope(mirrored, [body]):
        local = set(scalars)
        rev.bars = {v: b for v, b in rev.bars.items() if v not in local}
        rev.bars.update(zip(scalars, totals, strict=True))
        _reverse_body(rev, body, [op.results[k] for k in positions], positions, carried, state)
        nexts = [_or_zero(rev, rev.total(args[k]), args[k]) for k in positions]
        nexts += [rev.bars[v] for v in scalars] + [before[args[k]] for k in moved]
        if state is not None:
            nexts.insert(0, _const(rev, 0))
        rev.builder.loc = loc
        rev.builder.emit("continue", nexts)
    loop = _finish(rev, op, bounds, exit, inits, mirrored, positions, scalars, len(moved))
    _at_home_again(rev, op, dict(zip(moved, loop.results[len(loop.results) - len(moved):], strict=True)))


def _at_home_again(rev: Reverser, op: Op, returned: dict[int, Value]) -> None:
    """Shadows that the loop ``op`` has exchanged and its mirror has exchanged back are those that it began with."""
    start = first_init(op)
    began = {op.operands[start + k]: value for k, value in returned.items()}
    rev.buffers.update({v: began[shadow] for v, shadow in rev.buffers.items() if shadow in began})


def exchanged(loop: Op, references: set[Value]) -> dict[int, int]:
    """Positions of a loop whose references every iteration only exchanges: for each the one it takes over from.

    Going backwards, the reverse loop exchanges them back: nothing has to be saved.
    """
    args = loop.blocks[-1].args[len(loop.blocks[-1].args) - len(loop.results):]
    ends = [end.operands for end in loop_exits(loop.blocks[-1])]
    if not ends or any(operands != ends[0] for operands in ends):
        return {}
    place = {arg: k for k, arg in enumerate(args) if arg in references}
    moved = {k: place[v] for k, v in enumerate(ends[0]) if v in place and args[k] in place}
    while len(moved) != len(kept := {k: j for k, j in moved.items() if j in moved and k in moved.values()}):
        moved = kept
    return moved if len(set(moved.values())) == len(moved) else {}


def _initial(rev: Reverser, result: Value) -> Value:
    total = rev.total(result)
    if total is None:
        return rev.zeros(result)
    if isinstance(strip_const(result.type), List) and result not in rev.buffers:
        return rev.copy(total)
    return total


def _finish(rev: Reverser, op: Op, bounds: tuple[list[Value], bool], exit: Value | None, inits: list[Value], mirrored: Block,
            positions: list[int], scalars: list[Value], exchanged: int) -> Op:
    types = [a.type for a in mirrored.args[1:]]
    hints = [a.hint for a in mirrored.args[1:]]
    operands = [*bounds[0], *([exit] if exit is not None else []), *inits]
    loop = rev.builder.emit("for", operands, types, hints, [mirrored], kind="range", reverse=bounds[1])
    if exchanged:
        loop.attrs["exchanged"] = tuple(loop.results[len(loop.results) - exchanged:])
    results = iter(loop.results)
    if exit is not None:
        next(results)
    start = first_init(op)
    contributions = [(op.operands[start + k], next(results)) for k in positions]
    for v in scalars:
        rev.bars[v] = next(results)
    for init, contribution in contributions:
        rev.accumulate(init, contribution)
    return loop


def _reverse_body(rev: Reverser, body: Block, results: list[Value], positions: list[int], carried: list[Value],
                  state: Value | None) -> None:
    def seed(block: Block) -> None:
        end = block.terminator
        if end.name in ("continue", "break"):
            _seed(rev, [end.operands[k] for k in positions], carried)
        elif end.name == "if":
            rev.builder.loc = end.loc
            _reverse_branches(rev, end, _taken(rev, end, state), seed)
    if body.ops:
        seed(body)
        rev.reverse_block(body)


def _taken(rev: Reverser, tail: Op, state: Value | None) -> Value:
    """The condition on which a tail ``if`` is reversed: the recorded exit where only one branch leaves the loop."""
    then, other = (list(loop_exits(b)) for b in tail.blocks)
    if state is not None:
        for mine, theirs, negated in ((then, other, False), (other, then, True)):
            if mine and all(e.name == "break" for e in mine) and (len(mine) == 1 or all(e.name == "continue" for e in theirs)):
                return _exit_is(rev, state, mine, negated)
    return tail.operands[0]


def _exit_is(rev: Reverser, state: Value, breaks: list[Op], negated: bool) -> Value:
    if len(breaks) == 1:
        fn, number = (operator.ne if negated else operator.eq), breaks[0].attrs["exit"]
    else:
        fn, number = (operator.eq if negated else operator.ne), 0
    return rev.builder.value("call", [state], BOOL, fn=fn, args=(Slot(0), Lit(number)), kwargs={}, adjoint=True)
