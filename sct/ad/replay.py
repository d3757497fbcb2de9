"""Calls and loops of which the forward sweep keeps nothing: the reverse sweep runs them again, this time saving.

An op marked ``replayed`` stands in the forward sweep as it is.  The reverse sweep puts the memory that the op writes to back
as it was before, runs a copy of the op, the *replay*, and then reverses the replay like any op of the forward sweep.  So a
checkpointed call is a call in both sweeps, and the segments of a loop are cut by ``segments.py`` before differentiation.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np

from ..analysis.alias import AliasClasses, has_memory, lent_to
from ..analysis.context import Context, Refusal
from ..ir.core import Block, Function, Op, Value, enclosing, walk
from ..ir.ops import LOOPS, STORES, Lit, Slot, uses_in
from ..ir.rewrite import carried_inits, carried_start, clone_op, exits, incoming, insert_before
from ..ir.types import BOOL, BOTTOM, INT, Array, List, OrConst, Table, strip_const
from . import drawing

if TYPE_CHECKING:
    from .reverse import Reverser

NO_REPLAY = "keep the output or the changes outside of it, or leave the checkpoint out"
"""The way out where something happens that must happen once."""


def replays(op: Op) -> bool:
    """Whether the reverse sweep runs ``op`` again."""
    return bool(op.attrs.get("replayed"))


def is_replay(op: Op) -> bool:
    """Whether ``op`` is such a second run, in the reverse sweep."""
    return bool(op.attrs.get("replay"))


# ----------------------------------------------------------------------------------------------------- in the forward sweep

def keep_state(rev: Reverser, body: Block) -> None:
    """In front of each op that is replayed: keep the contents of what it writes to, and the state of what it draws from."""
    found = [op for op in walk(body) if replays(op)]
    classes = AliasClasses(rev.function) if any(True for op in found for _ in written_by(op)) else None
    for op in found:
        scratch = Block()
        rev.builder.loc = op.loc
        with rev.builder.at(scratch):
            rev.kept[op] = [(v, _copied(rev, v)) for v in (state_of(op, classes) if classes is not None else ())]
            drawing.keep_generator(rev, op)
        insert_before(op, scratch.ops)


def _copied(rev: Reverser, value: Value) -> Value:
    copy = rev.copy(value)
    copy.hint = f"{value.hint}_start" if value.hint else ""
    return copy


def written_by(op: Op) -> list[Value]:
    """The names through which ``op``, or what is nested in it, changes memory."""
    inside = [op, *(inner for block in op.blocks for inner in walk(block))]
    found = [one.operands[0] for one in inside if one.name in STORES and not one.attrs.get("adjoint")]
    return found + [v for one in inside if one.name == "invoke" for v in lent_to(one)]


def state_of(op: Op, classes: AliasClasses) -> list[Value]:
    """What ``op`` is given of the memory that it writes to, and does more with than to pass it on."""
    roots = {classes.find(v) for v in written_by(op)}
    within = {op}
    within.update(inner for block in op.blocks for inner in walk(block))
    used = {v for inner in within if inner is not op and inner.name not in ("continue", "break") for v in inner.operands}
    given = {v for v in carried_inits(op) if _is_used(op, v, used)} if op.name in LOOPS else set(op.operands)
    given |= {v for v in used if _comes_from_outside(v, within)}
    return [v for v in dict.fromkeys(uses_in(op)) if v in given and has_memory(v) and classes.find(v) in roots]


def _is_used(loop: Op, value: Value, used: set[Value]) -> bool:
    """Whether a loop does something with what it starts with, under this name or one under which an iteration hands it on."""
    args = loop.blocks[-1].args[len(loop.blocks[-1].args) - len(loop.results):]
    tested = loop.blocks[0].args if loop.name == "while" else args
    work = [k for k, init in enumerate(carried_inits(loop)) if init is value]
    seen = set(work)
    while work:
        k = work.pop()
        if args[k] in used or tested[k] in used:
            return True
        handed = {j for end in exits(loop.blocks[-1]) if end.name == "continue"
                  for j, v in enumerate(end.operands) if v is args[k]} - seen
        work += handed
        seen |= handed
    return False


def _comes_from_outside(value: Value, within: set[Op]) -> bool:
    owner = value.owner.parent if isinstance(value.owner, Block) else value.owner
    return owner not in within


# ----------------------------------------------------------------------------------------------------- in the reverse sweep

def reverse_replayed(rev: Reverser, op: Op) -> None:
    """Put back what ``op`` wrote to, run it again, reverse that."""
    kept = rev.kept[op]
    if all(rev.total(r) is None for r in op.results) and not kept:
        return
    for value, before in kept:
        _put_back(rev, value, before)
    again, copies = _again(rev, op)
    anew = _start_lists_anew(rev, again)
    rev.reverse_op(again)
    for grown, start in anew.items():
        total = rev.total(start)
        if total is not None:
            rev.bars[grown] = total
    for old, new in copies.items():
        if "unshadowed" in old.attrs:
            _call_as(old, new)


def _call_as(op: Op, again: Op) -> None:
    """A call inside of what is replayed that is given shadows: in the forward sweep its callee has a use for them or not."""
    count, made = op.attrs.pop("unshadowed")
    if len(op.results) == made:
        del op.operands[count:]
        return
    op.attrs["callee"] = again.attrs["callee"]
    if len(again.results) > len(op.results):
        op.results.append(Value("", again.results[-1].type, op))


def _put_back(rev: Reverser, value: Value, copy: Value) -> None:
    rev.builder.emit("store", [value, copy], args=(Slot(0), Lit(...)), adjoint=True, undo=True, restores=True)


def _again(rev: Reverser, op: Op) -> tuple[Op, dict[Op, Op]]:
    """The replay of ``op``, emitted here, with all that is known of ``op`` known of it; what each op inside became."""
    values: dict[Value, Value] = drawing.generator_again(rev, op)
    again = clone_op(op, values, rev.builder.block)
    copies = dict(zip(_with_inside(op), _with_inside(again), strict=True))
    del again.attrs["replayed"]
    again.attrs["replay"] = True
    rev.builder.block.ops.append(again)
    _know(rev, values)
    for old, new in copies.items():
        if old in rev.overwritten:
            rev.overwritten[new] = values.get(rev.overwritten[old], rev.overwritten[old])
        if old in rev.kept and old is not op:
            rev.kept[new] = [(values.get(v, v), values.get(c, c)) for v, c in rev.kept[old]]
    drawing.draw_again(rev, op, copies, values)
    for one in copies.values():
        if not one.attrs.get("handled"):
            one.attrs.pop("may_raise", None)  # it has not raised the first time
    for block in again.blocks:
        _drop_tests(block)
    if again.attrs.get("counts"):
        _count(rev, op, again)
    for one in copies.values():
        if one.attrs.get("adjoint") and one.attrs.get("undecided"):
            _clear_if_apart(rev, one)
    _hand_over(rev, op, values)
    return again, copies


def _clear_if_apart(rev: Reverser, shadow: Op) -> None:
    """Clear a shadow that has become a copy: in the forward sweep it was one of zeros, now there are adjoints already."""
    with rev.builder.at(scratch := Block()):
        shared = rev.builder.value("call", [shadow.result, shadow.operands[0]], BOOL, fn=np.may_share_memory,
                                   args=(Slot(0), Slot(1)), kwargs={}, adjoint=True)
        apart = rev.builder.value("call", [shared], BOOL, fn=operator.not_, args=(Slot(0),), kwargs={}, adjoint=True)
        blocks = [Block(), Block()]
        with rev.builder.at(blocks[0]):
            rev.builder.emit("fill", [shadow.result])
        for block in blocks:
            with rev.builder.at(block):
                rev.builder.emit("yield", [])
        rev.builder.emit("if", [apart], [], [], blocks)
    home = shadow.parent
    assert home is not None
    at = home.ops.index(shadow) + 1
    for op in scratch.ops:
        op.parent = home
    home.ops[at:at] = scratch.ops


def _count(rev: Reverser, op: Op, again: Op) -> None:
    """Make the replay of a ``while`` loop that counts its iterations one of that many iterations, without the test."""
    with rev.builder.at(scratch := Block()):
        bounds = [rev.builder.value("const", (), OrConst(BOTTOM, INT), value=0), op.results[0],
                  rev.builder.value("const", (), OrConst(BOTTOM, INT), value=1)]
    insert_before(again, scratch.ops)
    again.name, again.attrs = "for", {"kind": "range", "replay": True}
    again.operands[:0] = bounds
    del again.blocks[0]
    again.blocks[0].args.insert(0, Value("", INT, again.blocks[0]))


def _with_inside(op: Op) -> list[Op]:
    return [op, *(inner for block in op.blocks for inner in walk(block))]


def _drop_tests(block: Block) -> None:
    """What was found to hold the first time needs no test, except where a handler takes up that it does not hold."""
    block.ops[:] = [op for op in block.ops if op.name not in ("assert", "bound")]
    for op in block.ops:
        for inner in op.blocks[op.name == "try":]:
            _drop_tests(inner)


def _know(rev: Reverser, values: dict[Value, Value]) -> None:
    shadows = rev.shadows
    for old, new in values.items():
        for known in (rev.active, shadows.carried, shadows.moving, shadows.written, shadows.given):
            if old in known:
                known.add(new)
        if old in shadows.root:
            shadows.root[new] = shadows.root[old]
        if old in rev.buffers and rev.buffers[old] in values:
            rev.buffers[new] = values[rev.buffers[old]]


def _hand_over(rev: Reverser, op: Op, values: dict[Value, Value]) -> None:
    """The adjoints of the results of ``op`` are those of its replay.

    Arrays that the op makes are other ones in the replay, and so are the shadows that go with them.
    """
    for result in op.results:
        new = values[result]
        if result in rev.bars:
            rev.bars[new] = rev.bars[result]
        if result in rev.buffers and new not in rev.buffers:
            rev.buffers[new] = rev.buffers[result]
        elif result in rev.buffers:
            rev.builder.emit("store", [rev.buffers[new], rev.buffers[result]], args=(Slot(0), Lit(...)), adjoint=True)


def _start_lists_anew(rev: Reverser, again: Op) -> dict[Value, Value]:
    """Let lists that a loop only appends to be empty where the replay starts: what they held was appended before.

    For each such list the empty one; the adjoint that is left of this belongs to that.
    """
    anew: dict[Value, Value] = {}
    start = carried_start(again)
    for k, init in enumerate(carried_inits(again)) if again.name in LOOPS else ():
        if isinstance(strip_const(init.type), List) and only_grows(again, k):
            with rev.builder.at(scratch := Block()):
                anew[init] = rev.builder.value("tuple", (), init.type, init.hint, cls=list)
            again.operands[start + k] = anew[init]
            insert_before(again, scratch.ops)
    rev.active.update(new for old, new in anew.items() if old in rev.active)
    return anew


def only_grows(loop: Op, k: int) -> bool:
    """Whether everything that the ``k``-th carried variable of a loop is used for is to append to it and to hand it on."""
    body, names = loop.blocks[-1], _names_of_list(loop, k)
    ends = [end for end in exits(body) if end.name in ("continue", "break")]
    return all(end.operands[k] in names for end in ends) \
        and all(_appends(op, v, names) for op in walk(body) for v in op.operands if v in names)


def _grows(loop: Op, k: int) -> bool:
    """Whether a loop appends to the list that its ``k``-th carried variable is at the start of an iteration."""
    names = _names_of_list(loop, k)
    return any(op.name == "append" and op.operands[0] in names for op in walk(loop.blocks[-1]))


def _names_of_list(loop: Op, k: int) -> set[Value]:
    """What the list is called that the ``k``-th carried variable of a loop is at the start of an iteration."""
    body = loop.blocks[-1]
    names, before = {body.args[len(body.args) - len(loop.results) + k]}, 0
    while len(names) > before:
        before = len(names)
        for op in walk(body):
            if op.name == "append" and op.operands[0] in names:
                names.add(op.result)
            elif op.name in LOOPS:
                names.update(_handed_on(op, names))
            elif op.blocks:
                ends = [b.terminator.operands for b in op.blocks if b.terminator.name == "yield"]
                names.update(r for j, r in enumerate(op.results) if any(end[j] in names for end in ends))
    return names


def _handed_on(op: Op, names: set[Value]) -> list[Value]:
    args, start = op.blocks[-1].args[len(op.blocks[-1].args) - len(op.results):], carried_start(op)
    places = [k for k, v in enumerate(op.operands[start:]) if v in names]
    return [v for k in places for v in (args[k], op.results[k])]


def _appends(op: Op, value: Value, names: set[Value]) -> bool:
    return op.name in ("continue", "break", "yield") or op.name == "for" and value not in op.operands[:carried_start(op)] \
        or op.name == "append" and op.operands[1] is not value


# ------------------------------------------------------------------------------------------------------------ what is refused

def check_replays(context: Context, function: Function, once: set[Op], classes: AliasClasses, called: bool) -> None:
    """Refuse what cannot be run again: what draws or prints, and what changes that cannot be put back.

    ``called`` says that other functions call this one, and change dicts.
    """
    for op in walk(function.body):
        if replays(op):
            _check(context, op, once, classes)
            _check_dicts(context, function, op, classes, called)


def _check_dicts(context: Context, function: Function, op: Op, classes: AliasClasses, called: bool) -> None:
    """Refuse what reads a dict that changes behind it: the reverse sweep undoes changes of arrays and lists alone."""
    ops, inside = list(walk(function.body)), set(_with_inside(op))
    read = {classes.find(v): v for inner in inside for v in inner.operands if isinstance(strip_const(v.type), Table)}
    read = {root: v for root, v in read.items() if root not in set(map(classes.find, written_by(op)))}  # refused as such
    around = _loops_around(op)
    changed = [v for v in function.params if called]
    for other in ops if around else ops[ops.index(op):]:
        if other not in inside:
            changed += changed_dicts(other)
    for v in changed:
        if (known := read.get(classes.find(v))) is not None:
            what, name = "call" if op.name == "invoke" else "loop", known.hint and f"`{known.hint}`, "
            message = f"{name}a dict, is read in a checkpointed {what}, changes afterwards, and cannot be put back"
            context.refuse(Refusal("SCT116", message, "change a copy, write to arrays, or leave the checkpoint out"), op.loc)
            return


def changed_dicts(op: Op) -> list[Value]:
    """The dicts that an op changes, or has a callee change."""
    changed = lent_to(op) if op.name == "invoke" else op.operands[:1] if op.name in STORES else ()
    return [v for v in changed if isinstance(strip_const(v.type), Table)]


def _loops_around(op: Op) -> bool:
    assert op.parent is not None
    return any(block.parent is not None and block.parent.name in LOOPS for block in enclosing(op.parent))


def _check(context: Context, op: Op, once: set[Op], classes: AliasClasses) -> None:
    what = "call" if op.name == "invoke" else "loop"
    draws = drawing.draws_in(op)
    for inner in _with_inside(op):
        if inner in once and inner not in draws:
            message = f"this prints or changes something in a checkpointed {what}, which is run twice"
            context.refuse(Refusal("SCT116", message, NO_REPLAY), inner.loc)
    if draws and drawing.source_of(op) is None:
        message = f"this checkpointed {what} is run twice, and draws not all its random numbers from one generator that is " \
            "made before it"
        context.refuse(Refusal("SCT116", message, drawing.NO_REDRAW), draws[0].loc)
    if op.name in LOOPS and any(_grows(op, k) and not only_grows(op, k) for k in range(len(op.results))):
        message = "a list grows in this checkpointed loop, and is read there, too"
        context.refuse(Refusal("SCT116", message, "write to an array, or leave the checkpoint out"), op.loc)
    roots = {classes.find(v) for v in written_by(op)}
    made = [r for r in op.results if has_memory(r) and classes.find(r) in roots]
    for value in (*state_of(op, classes), *made):
        name = f"`{value.hint}`" if value.hint else "what is written to"
        if not isinstance(value.type, Array):
            found = "a list or dict" if isinstance(strip_const(value.type), List | Table) else f"of type {value.type}"
            message = f"{name}, {found}, changes in a checkpointed {what}, and cannot be put back"
            context.refuse(Refusal("SCT116", message, "write to arrays, or leave the checkpoint out"), op.loc)
        elif value not in op.results and may_be_unbound(value, set()):
            message = f"{name} may not be bound yet where a segment of this checkpointed {what} begins"
            context.refuse(Refusal("SCT116", message, "bind it before the loop"), op.loc)


def may_be_unbound(value: Value, seen: set[Value]) -> bool:
    """Whether a variable has no value on some path."""
    if value in seen:
        return False
    seen.add(value)
    op = value.owner.parent if isinstance(value.owner, Block) else value.owner
    if not isinstance(op, Op) or not op.blocks and op.name != "undef":
        return False
    if op.name == "undef":
        return True
    if isinstance(value.owner, Block):
        k = value.owner.args.index(value) - (len(value.owner.args) - len(op.results))
        return op.name in LOOPS and k >= 0 and any(may_be_unbound(v, seen) for v in incoming(op, k))
    return any(may_be_unbound(v, seen) for v in incoming(op, op.results.index(value)))
