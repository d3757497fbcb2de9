"""Takes a function with its plan, gives for each variable the positions at which it must keep its value.

A live range is a sorted list of half-open intervals of positions.  It is found from each use upwards through the enclosing
blocks to the definition, which costs uses times depth; the branches of an ``if`` get intervals of their own, so that
``if c: x = 0.0`` ``else: x = x + 1.0`` needs one name.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ..ir.core import Block, Op, Value, defining_block
from ..ir.ops import LOOPS
from ..ir.rewrite import carried_start
from .facts import Facts, resolve
from .plan import Plan, loop_of


class Ranges:
    """Disjoint half-open intervals, ascending."""

    __slots__ = ("ends", "starts")

    def __init__(self, intervals: list[tuple[int, int]] | None = None) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(intervals or ()):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.starts, self.ends, strict=True)

    def __len__(self) -> int:
        return len(self.starts)

    def overlaps(self, other: Ranges) -> bool:
        """Whether some position is in both.

        >>> Ranges([(1, 4), (9, 12)]).overlaps(Ranges([(4, 9)])), Ranges([(1, 4)]).overlaps(Ranges([(3, 5)]))
        (False, True)
        """
        few, many = (self, other) if len(self) <= len(other) else (other, self)
        for start, end in few:
            k = bisect_right(many.ends, start)
            if k < len(many) and many.starts[k] < end:
                return True
        return False

    def absorb(self, other: Ranges) -> None:
        """Add the intervals of ``other``; those that touch or overlap become one."""
        for start, end in other:
            first = k = bisect_right(self.ends, start - 1)
            while k < len(self) and self.starts[k] <= end:
                start, end = min(start, self.starts[k]), max(end, self.ends[k])
                k += 1
            self.starts[first:k], self.ends[first:k] = [start], [end]


def live_ranges(plan: Plan) -> dict[Value, Ranges]:
    """The live range of every variable; those that are never read keep their place for the moment of their definition."""
    walker = _Liveness(plan)
    walker.block(plan.facts.function.body)
    return walker.ranges()


class _Liveness:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.facts: Facts = plan.facts
        self.last: dict[Value, dict[Block, int]] = {}
        """For each variable and block: the last position in the block up to which the variable is live."""
        self.points: dict[Value, list[int]] = {}
        """Where copies write a variable."""
        self.born: dict[Value, int] = dict.fromkeys(plan.facts.function.params, -1)
        self.written: set[Value] = set(self.born)
        """Variables that are written where they are born, read or not: parameters, items of loops, names of ``with``."""

    # ---- uses

    def use(self, value: Value, block: Block, position: int) -> None:
        """A statement at ``position`` in ``block`` reads the variable."""
        reach = self.last.setdefault(value, {})
        home = defining_block(value)
        while reach.get(block, -1) < position:
            reach[block] = position
            if block is home:
                return
            region = block.parent
            assert region is not None and region.parent is not None
            if region.name == "try" and block is not region.blocks[0]:
                self.keep_over_body(reach, region.blocks[0])
            position = self.facts.end[region] if region.name in LOOPS else self.facts.start[region]
            block = region.parent

    def keep_over_body(self, reach: dict[Block, int], body: Block) -> None:
        """What a handler reads keeps its value until the last op of the body that may lead there."""
        last = body.ops[-2] if len(body.ops) > 1 and body.ops[-1].name == "yield" else body.ops[-1]
        reach[body] = max(reach.get(body, -1), self.facts.end[last])

    def leaves(self, value: Value) -> Iterator[Value]:
        """The variables that a mention of ``value`` reads."""
        value = resolve(value)
        if value not in self.plan.inline:
            if not (isinstance(value.owner, Op) and value.owner.name == "undef"):
                yield value
            return
        assert isinstance(value.owner, Op)
        yield from self.read_by(value.owner)

    def read_by(self, op: Op) -> Iterator[Value]:
        for operand in op.operands:
            yield from self.leaves(operand)
        for block in op.blocks:  # of a ternary
            yield from self.leaves(block.ops[-1].operands[0])

    # ---- the walk

    def block(self, block: Block) -> None:
        for op in block.ops:
            if self.plan.prints(op):
                self.op(op)

    def op(self, op: Op) -> None:
        position = self.facts.start[op]
        assert op.parent is not None
        for value in self.operands(op):
            for leaf in self.leaves(value):
                self.use(leaf, op.parent, position)
        for result in op.results:
            self.born[result] = self.facts.end[op] + 1
        if op in self.plan.ternary:
            for value in self.read_by(op):
                self.use(value, op.parent, position)
        elif op.name in LOOPS:
            self.loop(op)
        elif op.name == "try":
            self.try_(op)
        else:
            for block in op.blocks:
                self.born.update((arg, position + 1) for arg in block.args)
                self.written.update(block.args)
                self.block(block)
        if op.name in ("yield", "continue", "break"):
            self.exit(op)

    def operands(self, op: Op) -> list[Value]:
        if op.name in LOOPS:
            first = carried_start(op)
            each = self.plan.each.get(op)
            header = each.sequences if each else op.operands[:first]
            return header + [v for v, n in zip(op.operands[first:], self.plan.needed[op], strict=True) if n]
        if op.name in ("yield", "continue", "break"):
            return [v for v, _ in copies(self.plan, op)]
        return op.operands

    def loop(self, op: Op) -> None:
        entry = self.facts.start[op] + 1  # carried variables are set before the first item is
        each = self.plan.each.get(op)
        heads = [head.results[0] for head in each.heads] if each else []
        for arg in (arg for block in op.blocks for arg in block.args):
            self.born[arg] = entry
        if op.name == "for" and (each is None or each.counted):
            self.written.add(op.blocks[0].args[0])
            self.born[op.blocks[0].args[0]] = entry + 2
        for value, target in zip(op.operands[carried_start(op):], op.results, strict=True):
            if not is_undef(value):
                self.points.setdefault(target, []).append(entry)
        for block in op.blocks:
            self.block(block)
        self.born.update((head, entry + 2) for head in heads)
        if op.name == "while":
            self.keep_over_test(op)

    def try_(self, op: Op) -> None:
        """The caught exception occupies its name until Python unbinds it, at the end of the handler."""
        for block in op.blocks:
            first, end = self.facts.span[block]
            for arg in block.args:
                self.born[arg] = first
                if arg in self.plan.users:
                    self.last[arg] = {block: end}
            self.block(block)

    def keep_over_test(self, op: Op) -> None:
        """What the body or the code after the loop reads is live all through the test."""
        test, body = op.blocks
        for k, result in enumerate(op.results):
            if body.args[k] in self.last or result in self.plan.users:
                self.last.setdefault(test.args[k], {})[test] = self.facts.span[test][1]

    def exit(self, op: Op) -> None:
        for value, target in copies(self.plan, op):
            if not is_undef(value):
                self.points.setdefault(target, []).append(self.facts.start[op] + 1)

    # ---- the result

    def ranges(self) -> dict[Value, Ranges]:
        found: dict[Value, Ranges] = {}
        for value, born in self.born.items():
            intervals = [(p, p + 1) for p in self.points.get(value, ())]
            reach = self.last.get(value)
            if value in self.written or (isinstance(value.owner, Op) and not value.owner.blocks):
                intervals.append((born, born + 1))
            if reach:
                home = defining_block(value)
                intervals += [(born if block is home else self.facts.span[block][0], last) for block, last in reach.items()]
            found[value] = Ranges([(a, b) for a, b in intervals if a < b])
        return found


def is_undef(value: Value) -> bool:
    """Whether a value stands for a variable that is not bound."""
    owner = resolve(value).owner
    return isinstance(owner, Op) and owner.name == "undef"


def copies(plan: Plan, end: Op) -> list[tuple[Value, Value]]:
    """What a ``yield``, ``continue`` or ``break`` assigns: pairs of value and target (a result of the region)."""
    region = end.parent.parent if end.name == "yield" and end.parent is not None else loop_of(end)
    assert region is not None
    users, needed = plan.users, plan.needed.get(region)
    return [(value, result) for k, (value, result) in enumerate(zip(end.operands, region.results, strict=True))
            if (result in users if end.name == "break" or needed is None else needed[k])]


