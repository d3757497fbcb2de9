"""Moves of the trade for passes: find uses, replace values, clone, erase, drop what is carried, inline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .core import Block, Function, Op, Value, walk
from .ops import IMPLICIT, LOOPS, TERMINATORS

# ---- structure of regions


def is_tail(op: Op) -> bool:
    """Whether ``op`` is an ``if`` in tail form: it ends its block and its branches leave the loop body."""
    return op.name == "if" and bool(op.attrs.get("tail"))


def exits(block: Block) -> Iterator[Op]:
    """The terminators through which ``block`` is left, those inside tail ``if``s included.

    For a loop body: each ``continue`` and ``break`` of that loop (and ``raise``).
    """
    last = block.ops[-1]
    if is_tail(last):
        for inner in last.blocks:
            yield from exits(inner)
    else:
        yield last


def carried_start(loop: Op) -> int:
    """The index of the first carried value among the loop's operands."""
    if loop.name == "while":
        return 0
    return 3 if loop.attrs.get("kind", "range") == "range" else 1


def item_count(loop: Op) -> int:
    """How many arguments of the body come before the carried ones: the induction variable or item of a ``for``."""
    return 0 if loop.name == "while" else 1


def carried_inits(loop: Op) -> list[Value]:
    """The values that the carried variables have at the start."""
    return loop.operands[carried_start(loop):]


def incoming(op: Op, k: int) -> Iterator[Value]:
    """Every value that may become result ``k`` of a region op (for a loop: of its ``k``-th carried variable)."""
    if op.name in LOOPS:
        yield op.operands[carried_start(op) + k]
        ends = exits(op.blocks[-1])
    else:
        ends = (block.ops[-1] for block in op.blocks)
    for end in ends:
        if end.name in ("continue", "break", "yield"):
            yield end.operands[k]


def index_template(op: Op) -> Any:
    """Where an ``index_add`` adds: the index of its ``args``, which are those of the load it mirrors."""
    args = op.attrs["args"]
    return args[1] if isinstance(args, tuple) else args


# ---- uses


def use_counts(block: Block) -> Counter[Value]:
    """How many operands name each value, nested blocks included."""
    counts: Counter[Value] = Counter()
    for op in walk(block):
        counts.update(op.operands)
    return counts


def use_map(block: Block) -> dict[Value, list[Op]]:
    """The ops that use each value, in textual order; an op stands once for each operand."""
    users: dict[Value, list[Op]] = {}
    for op in walk(block):
        for value in op.operands:
            users.setdefault(value, []).append(op)
    return users


def replace_uses(block: Block, mapping: Mapping[Value, Value]) -> int:
    """Replace many values in one walk; chains (a → b → c) are followed.  The number of operands changed."""
    changed = 0
    for op in walk(block):
        for k, value in enumerate(op.operands):
            if value in mapping:
                op.operands[k] = resolve(mapping, value)
                changed += 1
    return changed


def replace_all_uses(value: Value, new: Value, block: Block) -> int:
    """Use ``new`` instead of ``value`` everywhere in ``block`` and its nested blocks (one walk: for many, ``replace_uses``)."""
    return replace_uses(block, {value: new})


def resolve(mapping: Mapping[Value, Value], value: Value) -> Value:
    """The end of the chain of replacements that starts at ``value``."""
    while value in mapping:
        value = mapping[value]
    return value


def unconverted(value: Value) -> Value:
    """The value that is printed for ``value``: implicit conversions print as their operand."""
    while isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        value = value.owner.operands[0]
    return value


# ---- erase and drop


def erase(op: Op) -> None:
    """Take one op out of its block (linear in the block: for many, ``erase_all``)."""
    assert op.parent is not None
    op.parent.ops.remove(op)
    op.parent = None


def erase_all(block: Block, dead: Callable[[Op], bool]) -> int:
    """Take out every op for which ``dead`` says so, nested blocks of the others included; their number."""
    kept = [op for op in block.ops if not dead(op)]
    count = len(block.ops) - len(kept)
    block.ops[:] = kept
    return count + sum(erase_all(inner, dead) for op in kept for inner in op.blocks)


def keep_carried(loop: Op, keep: Sequence[bool]) -> int:
    """Keep only the carried variables marked in ``keep``; nothing may use the others any more.  The number dropped."""
    if all(keep):
        return 0
    start, items = carried_start(loop), item_count(loop)
    for end in exits(loop.blocks[-1]):
        if end.name in ("continue", "break"):
            end.operands[:] = _select(end.operands, keep)
    for block in loop.blocks:
        block.args[items:] = _select(block.args[items:], keep)
    loop.operands[start:] = _select(loop.operands[start:], keep)
    loop.results[:] = _select(loop.results, keep)
    return len(keep) - sum(keep)


def keep_results(op: Op, keep: Sequence[bool]) -> int:
    """Keep only the results of an ``if``, ``with`` or ``try`` marked in ``keep``.  The number dropped."""
    if all(keep):
        return 0
    for block in op.blocks:
        if block.ops[-1].name == "yield":
            block.ops[-1].operands[:] = _select(block.ops[-1].operands, keep)
    op.results[:] = _select(op.results, keep)
    return len(keep) - sum(keep)


def _select(values: Sequence[Value], keep: Sequence[bool]) -> list[Value]:
    return [value for value, kept in zip(values, keep, strict=True) if kept]


# ---- clone and inline


def clone_op(op: Op, values: dict[Value, Value], parent: Block | None = None) -> Op:
    """A copy of ``op`` and its blocks; ``values`` maps what was cloned before and is extended."""
    new = Op(op.name, [values.get(v, v) for v in op.operands], [], dict(op.attrs), [], parent, op.loc)
    new.blocks = [clone_block(block, values, new) for block in op.blocks]
    new.results = [_clone_value(value, values, new) for value in op.results]
    return new


def clone_block(block: Block, values: dict[Value, Value], parent: Op | None = None) -> Block:
    """A copy of ``block``; operands from outside that ``values`` does not map stay what they are."""
    new = Block([], [], parent)
    new.args = [_clone_value(value, values, new) for value in block.args]
    new.ops = [clone_op(op, values, new) for op in block.ops]
    return new


def clone_function(fn: Function, values: dict[Value, Value] | None = None) -> Function:
    """A copy that shares nothing mutable with ``fn`` but ``info``; pass ``values`` to learn what became what."""
    return Function(fn.name, clone_block(fn.body, {} if values is None else values), fn.loc, fn.info, lent=fn.lent)


def _clone_value(value: Value, values: dict[Value, Value], owner: Op | Block) -> Value:
    values[value] = new = Value(value.hint, value.type, owner)
    return new


def insert_before(op: Op, new: Iterable[Op]) -> None:
    """Put ``new`` ops before ``op`` in its block."""
    block = op.parent
    assert block is not None
    added = list(new)
    for one in added:
        one.parent = block
    at = block.ops.index(op)
    block.ops[at:at] = added


def inline(call: Op, callee: Function) -> dict[Value, Value]:
    """Replace an ``invoke`` by the body of ``callee``; what its results became (the caller replaces their uses).

    The body must leave by one ``return`` at its end, as every function does after normalisation.
    """
    values = dict(zip(callee.params, call.operands, strict=True))
    copied = [clone_op(op, values, call.parent) for op in callee.body.ops]
    end = copied.pop()
    assert end.name == "return", "only a function that returns can be inlined"
    insert_before(call, copied)
    mapping = dict(zip(call.results, end.operands, strict=True))
    erase(call)
    return mapping


def splice_branch(op: Op, branch: Block) -> list[Op]:
    """The ops of ``branch`` ready to stand where the ``if`` stood: all, or all but its ``yield``."""
    parent = op.parent
    assert parent is not None
    taken = branch.ops if branch.ops[-1].name in TERMINATORS - {"yield"} or is_tail(branch.ops[-1]) else branch.ops[:-1]
    for inner in taken:
        inner.parent = parent
    return taken
