"""Takes reads of variables that some path leaves unbound, gives a test of the condition on which the variable is bound.

Python raises where an unbound variable is read, needed or not; so must a gradient that does not need it.  Whether a variable is
bound follows from the way that was taken: the condition of a branch, whether a loop ran at all.  Where no single condition
tells, a flag goes with the variable.  What is certain, or was tested before, needs no test.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.evaluate import unbound_error
from ..ir.ops import IMPLICIT, LOOPS, Lit, Slot
from ..ir.rewrite import carried_inits, exits, incoming, item_count
from ..ir.types import BOOL, INT, UNDEF, strip_const
from .abstract import UNBOUND, Abstract, Reference, parts_of
from .context import Frame
from .infer import SIMPLE, Specializer
from .positions import Positions
from .primitives import raise_here


@dataclass(frozen=True)
class Test:
    """A comparison (or ``not``) that can be made wherever its operands are visible; an ``int`` stands for itself."""

    fn: Callable[..., Any]
    operands: tuple[Value | int, ...]


State = bool | Value | Test
"""Whether a variable is bound: known, or what says so."""


def _read(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    """A variable that is perhaps not bound: what it holds, behind a test that it holds something."""
    (a,) = args
    if sp.context.splicing:
        return args
    if a is UNBOUND:
        return [raise_here(sp, unbound_error(op))]
    leaf = next(_held_now(a, sp.positions), None)
    if leaf is not None:
        sp.builder.emit("read", [leaf], name=op.attrs["name"], free=op.attrs["free"])
    return args


def _held_now(a: Abstract, positions: Positions) -> Iterator[Value]:
    """The run-time values in what a variable holds, those included that are in a container which changes."""
    if isinstance(a, Reference):
        a = positions.get(a.place, a)
    if isinstance(a, Value):
        yield a
    for part in parts_of(a) or ():
        yield from _held_now(part, positions)


SIMPLE["read"] = _read


def given_unbound(functions: Sequence[Function]) -> dict[Function, Op]:
    """The callees that read a captured variable which may not be bound where they are called: each with such a call.

    Whether the variable is bound is known around the call alone.
    """
    needed: dict[Function, set[Value]] = {f: {_behind(op.operands[0]) for op in walk(f.body) if op.name == "read"}
                                          for f in functions}
    calls = [(f, op) for f in functions for op in walk(f.body) if op.name == "invoke"]
    changed = True
    while changed:
        changed = False
        for function, op in calls:
            handed_on = {_behind(v) for v in _handed(op, needed)} & set(function.params)
            changed = changed or not handed_on <= needed[function]
            needed[function] |= handed_on
    return {op.attrs["callee"]: op for _, op in calls if not all(map(_is_certain, _handed(op, needed)))}


def _handed(call: Op, needed: dict[Function, set[Value]]) -> Iterator[Value]:
    """The operands of a call that its callee needs to be bound."""
    callee = call.attrs["callee"]
    return (v for v, param in zip(call.operands, callee.params, strict=True) if param in needed.get(callee, ()))


def settle_bound(functions: Sequence[Function]) -> None:
    """Turn each ``read`` into a ``bound`` op with its condition; those that are bound on every path go."""
    for function in functions:
        if any(op.name in ("read", "undef") for op in walk(function.body)):
            _Settler().block(function.body, frozenset())


class _Settler:
    def __init__(self) -> None:
        self.states: dict[Value, State] = {}

    def block(self, block: Block, known: frozenset[State]) -> None:
        """Settle the ops of a block, in which the states ``known`` hold."""
        for op in list(block.ops):
            if op.name == "read":
                state = self.state(op.operands[0])
                if state is True or state in known:
                    block.ops.remove(op)
                    continue
                op.name, op.operands[:0] = "bound", [_emit(state, op)]
                known |= {state}
            elif op.name == "tuple":
                self.made_of(op, known)
            elif op.name == "assert":
                known |= set(_facts(op.operands[0], True))
            for k, inner in enumerate(op.blocks):
                self.block(inner, known | set(_facts(op.operands[0], k == 0)) if op.name == "if" else known)
            if op.name == "if" and "raise" in (ends := [inner.ops[-1].name for inner in op.blocks]):
                known |= set(_facts(op.operands[0], ends[0] != "raise"))

    def made_of(self, op: Op, known: frozenset[State]) -> None:
        """Let a list or tuple be as unbound as its items are: ``if p: xs = [x, y]`` is two variables at first."""
        states = [state for state in map(self.state, op.operands) if state is not True and state not in known]
        branch = op.operands[0].owner if states else None
        if isinstance(branch, Op) and branch.name == "if" and branch.parent is op.parent and all(
                v.owner is branch for v in op.operands):
            for made in _make_in_branches(op, branch):
                self.made_of(made, known)
        elif states:
            _make_if(op, states[0])

    def state(self, value: Value) -> State:
        """Whether a variable is bound where ``value`` is visible."""
        value = _behind(value)
        if value not in self.states:
            self.states[value] = self.find(value)
        return self.states[value]

    def find(self, value: Value) -> State:
        if (place := _carried_by(value)) is not None:
            return self.carried(*place, value)
        owner = value.owner
        if not isinstance(owner, Op):
            return True
        if owner.name == "if":
            return self.joined(owner, owner.results.index(value))
        if owner.name in ("with", "try"):
            return self.passed(owner, owner.results.index(value))
        return owner.name != "undef"

    # ---- branches

    def joined(self, op: Op, k: int) -> State:
        """The state of a result of an ``if``."""
        ends = [block.ops[-1] for block in op.blocks if block.ops[-1].name == "yield"]
        states = [self.state(end.operands[k]) for end in ends]
        if all(isinstance(state, bool) for state in states) and len(set(states)) == 1:
            return states[0]
        if states == [True, False]:
            return op.operands[0]
        if states == [False, True]:
            return Test(operator.not_, (op.operands[0],))
        return _pass_out(op, ends, states)

    def passed(self, op: Op, k: int) -> State:
        """The state of a result of a ``with`` or ``try``."""
        ends = [block.ops[-1] for block in op.blocks if block.ops[-1].name == "yield"]
        states = [self.state(end.operands[k]) for end in ends]
        known = all(isinstance(state, bool) for state in states) and len(set(states)) == 1
        return states[0] if known else _pass_out(op, ends, states)

    # ---- loops

    def carried(self, loop: Op, k: int, value: Value) -> State:
        """The state of a carried variable, at the head of an iteration or behind the loop."""
        start = self.state(carried_inits(loop)[k])
        if start is True and not _unbinds(loop, k):
            return True
        ends = [end for end in exits(loop.blocks[-1]) if end.name in ("continue", "break")]
        if start is False and _binds(loop, k):
            state = _by_running(loop, value)
            if state is not None:
                return state
        return self.flag(loop, k, value, start, ends)

    def flag(self, loop: Op, k: int, value: Value, start: State, ends: list[Op]) -> State:
        """A variable of its own, carried along, that says whether the ``k``-th is bound."""
        hint = f"has_{value.hint}" if value.hint else ""
        loop.operands.append(_flag(start, loop))
        for block in loop.blocks:
            self.states[block.args[item_count(loop) + k]] = block.add_arg(hint, BOOL)
        result = Value(hint, BOOL, loop)
        loop.results.append(result)
        self.states[loop.results[k]] = result
        for end in ends:
            end.operands.append(_flag(self.state(end.operands[k]), end))
        return self.states[value]


def _behind(value: Value) -> Value:
    """The variable itself, behind conversions and what is known of its type."""
    while isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        value = value.owner.operands[0]
    return value


def _carried_by(value: Value) -> tuple[Op, int] | None:
    """The loop that carries a value, and at which position."""
    owner = value.owner
    if isinstance(owner, Op):
        return (owner, owner.results.index(value)) if owner.name in LOOPS else None
    loop = owner.parent if owner is not None else None
    if owner is None or loop is None or loop.name not in LOOPS or owner.args.index(value) < item_count(loop):
        return None
    return loop, owner.args.index(value) - item_count(loop)


def _is_certain(value: Value) -> bool:
    """Whether a variable is bound whatever way is taken."""
    value = _behind(value)
    if (place := _carried_by(value)) is not None:
        loop, k = place
        bound = _is_certain(carried_inits(loop)[k]) and not _unbinds(loop, k)
        return bound or _by_running(loop, value) is True and _binds(loop, k)
    owner = value.owner
    if isinstance(owner, Op) and owner.name in ("if", "with", "try"):
        return all(map(_is_certain, incoming(owner, owner.results.index(value))))
    return not isinstance(owner, Op) or owner.name != "undef"


def _binds(loop: Op, k: int) -> bool:
    """Whether every iteration binds the ``k``-th variable, whatever it was before."""
    return all(_is_certain(end.operands[k]) for end in exits(loop.blocks[-1]) if end.name in ("continue", "break"))


def _unbinds(loop: Op, k: int) -> bool:
    """Whether an iteration that finds the ``k``-th variable bound may end without it: by ``del``, perhaps in a loop inside."""
    work = [end.operands[k] for end in exits(loop.blocks[-1]) if end.name in ("continue", "break")]
    seen: set[Value] = set()
    while work:
        value = _behind(work.pop())
        if value in seen:
            continue
        seen.add(value)
        owner, place = value.owner, _carried_by(value)
        if isinstance(owner, Op) and owner.name == "undef":
            return True
        if place is not None and place != (loop, k):
            work += incoming(*place)
        elif isinstance(owner, Op) and owner.name in ("if", "with", "try"):
            work += incoming(owner, owner.results.index(value))
    return False


def _by_running(loop: Op, value: Value) -> State | None:
    """The state of a variable that every iteration binds: whether one has run."""
    behind = value.owner is loop
    if loop.name == "while":
        (test,) = loop.blocks[0].ops[-1].operands
        return True if behind and _literal(test) is True else None
    if loop.attrs.get("kind", "range") != "range":
        return None
    lo, hi, step = [v if _literal(v) is None else _literal(v) for v in loop.operands[:3]]
    if not behind:
        return Test(operator.ne, (loop.blocks[0].args[0], lo))  # type: ignore[arg-type]
    if isinstance(lo, int) and isinstance(hi, int) and isinstance(step, int):
        return len(range(lo, hi, step)) > 0
    return Test(operator.gt, (hi, lo) if step == 1 else (lo, hi)) if step in (1, -1) else None  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------------------- what a condition says

_SWAPPED = {operator.lt: operator.gt, operator.le: operator.ge}
_OPPOSITE = {operator.gt: operator.le, operator.ge: operator.lt, operator.lt: operator.ge, operator.le: operator.gt,
             operator.eq: operator.ne, operator.ne: operator.eq}


def _facts(condition: Value, holds: bool) -> Iterator[State]:
    """The states that hold where a condition does (or does not)."""
    yield condition if holds else Test(operator.not_, (condition,))
    op = condition.owner
    if not isinstance(op, Op) or op.name != "call":
        return
    fn = op.attrs["fn"]
    operands = [op.operands[t.index] if isinstance(t, Slot) else t.value for t in op.attrs["args"] if isinstance(t, Slot | Lit)]
    if fn not in _OPPOSITE or any(not isinstance(v, int) and (not isinstance(v, Value) or v.type != INT) for v in operands):
        return
    if not holds:
        fn = _OPPOSITE[fn]
    if fn in _SWAPPED:
        fn, operands = _SWAPPED[fn], operands[::-1]
    a, b = operands
    if fn is operator.ge and isinstance(b, int):
        fn, b = operator.gt, b - 1
    if fn in (operator.gt, operator.ne):
        yield Test(fn, (a, b))
    if fn is operator.gt:
        yield Test(operator.ne, (a, b))


def _literal(value: Value) -> int | None:
    """The integer that a value is known to be."""
    owner = value.owner
    literal = owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None
    return literal if isinstance(literal, int) else None


# ------------------------------------------------------------------------------------------- containers made of variables

def _make_in_branches(op: Op, branch: Op) -> list[Op]:
    """Make a list or tuple of results of a branch in each of its blocks; the ops that do."""
    assert op.parent is not None
    op.parent.ops.remove(op)
    made = []
    for block in branch.blocks:
        end = block.ops[-1]
        if end.name != "yield":
            continue
        items = [end.operands[branch.results.index(v)] for v in op.operands]
        bound = not any(isinstance(v.owner, Op) and v.owner.name == "undef" for v in items)
        one = Op("tuple", items, [], dict(op.attrs), [], block, op.loc) if bound else Op("undef", [], [], {}, [], block, op.loc)
        one.results = [Value(op.result.hint, op.result.type if bound else UNDEF, one)]
        block.ops.insert(-1, one)
        end.operands.append(one.result)
        made += [one] if bound else []
    branch.results.append(op.result)
    op.result.owner = branch
    return made


def _make_if(op: Op, state: State) -> None:
    """Make a list or tuple only where its items are bound."""
    block, blocks = op.parent, [Block([], [op]), Block()]
    assert block is not None
    chosen = Op("if", [_emit(state, op)], op.results, {}, blocks, block, op.loc)
    block.ops[block.ops.index(op)] = chosen
    op.parent, op.results = blocks[0], [Value(op.result.hint, op.result.type, op)]
    chosen.result.owner = chosen
    builder = Builder(blocks[0], op.loc)
    builder.emit("yield", op.results)
    with builder.at(blocks[1]):
        builder.emit("yield", [builder.value("undef", (), UNDEF)])
    for inner in blocks:
        inner.parent = chosen


# ------------------------------------------------------------------------------------------------------------------ emit

def _pass_out(op: Op, ends: list[Op], states: list[State]) -> Value:
    """A new result of a region: what the ends of its blocks yield."""
    for end, state in zip(ends, states, strict=True):
        end.operands.append(_flag(state, end))
    op.results.append(Value("", BOOL, op))
    return op.results[-1]


def _flag(state: State, before: Op) -> Value:
    """A state as a variable can hold it: conditions may be any objects with a truth."""
    if isinstance(state, Value) and strip_const(state.type) != BOOL:
        state = Test(bool, (state,))
    return _emit(state, before)


def _emit(state: State, before: Op) -> Value:
    """A state as a value that is visible at ``before``."""
    if isinstance(state, Value):
        return state
    block = before.parent
    assert block is not None
    made = Block()
    builder = Builder(made, before.loc)
    if isinstance(state, bool):
        value = builder.value("const", (), BOOL, value=state)
    else:
        operands = [v if isinstance(v, Value) else builder.value("const", (), INT, value=v) for v in state.operands]
        value = builder.value("call", operands, BOOL, fn=state.fn, args=tuple(map(Slot, range(len(operands)))), kwargs={})
    for op in made.ops:
        op.parent = block
    at = block.ops.index(before)
    block.ops[at:at] = made.ops
    return value
