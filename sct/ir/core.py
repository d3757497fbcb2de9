"""The nouns of the intermediate representation: Value, Op, Block, Function, and where each came from (Loc).

Structured SSA: an ``if``/``for``/``while``/``with`` op owns blocks; loop-carried variables are block arguments; the last op of
a block is its terminator.  A value is visible where it is defined earlier in the same block or in an enclosing one, so
dominance is lexical scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .types import DYN, Type


@dataclass(frozen=True, slots=True)
class Loc:
    """A place in the user's source."""

    file: str
    line: int
    """1-based line in ``file``."""
    col: int = 0
    end_line: int = 0
    end_col: int = 0
    text: str = ""
    """The source of the statement (one line, as the user wrote it)."""
    function: str = ""
    """Name of the user's function."""


NOWHERE = Loc("<generated>", 0)


@dataclass(eq=False, slots=True)
class Value:
    """An SSA value: defined once, by an op or as a block argument."""

    hint: str
    """The user's variable name (``""`` for a temporary); output names are derived from it."""
    type: Type = DYN
    owner: Op | Block | None = None
    """The op that defines it, or the block whose argument it is."""

    def __repr__(self) -> str:
        return f"%{self.hint or 't'}:{self.type}"


@dataclass(eq=False, slots=True)
class Op:
    """One operation.  ``ops.py`` lists every name with its operands, attributes and effect."""

    name: str
    operands: list[Value]
    results: list[Value]
    attrs: dict[str, Any] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    parent: Block | None = None
    loc: Loc = NOWHERE

    @property
    def result(self) -> Value:
        """The only result."""
        (value,) = self.results
        return value

    def __repr__(self) -> str:
        return f"<{self.name} {self.operands} -> {self.results}>"


@dataclass(eq=False, slots=True)
class Block:
    """A straight list of ops with arguments; the last op is the terminator."""

    args: list[Value] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    parent: Op | None = None
    """The op that owns this block; None for a function body."""

    @property
    def terminator(self) -> Op:
        return self.ops[-1]

    def add_arg(self, hint: str, type: Type = DYN) -> Value:
        value = Value(hint, type, self)
        self.args.append(value)
        return value


@dataclass(frozen=True)
class Sharing:
    """What else refers to the memory of one result of a function."""

    params: frozenset[int]
    """Positions of parameters."""
    results: frozenset[int]
    """Positions of other results."""
    outside: bool
    """Whether something outside of the function does."""

    @property
    def alone(self) -> bool:
        """Whether the memory was made by the function and has no other name."""
        return not (self.params or self.results or self.outside)


@dataclass(frozen=True)
class Lent:
    """The memory of its callers that a function writes to in place, or hands further names of to those who write to it."""

    params: frozenset[int] = frozenset()
    """Positions of the parameters that refer to it."""
    groups: tuple[frozenset[int], ...] = ()
    """Those among them that may share memory with each other at some call."""
    accompanied: frozenset[int] = frozenset()
    """Those whose adjoint array must be there in the forward sweep: branches, loops or results pass on references to them."""
    shadows: frozenset[int] = frozenset()
    """Those that are adjoint arrays themselves."""
    restored: bool = True
    """Whether backward halves leave it as it was before the call: no need where no derivative reads it."""

    def moved(self, places: Mapping[int, int]) -> Lent:
        """The same of other parameters: those at the positions that the places given here become."""
        def new(old: frozenset[int]) -> frozenset[int]:
            return frozenset(places[k] for k in old if k in places)
        return Lent(new(self.params), tuple(map(new, self.groups)), new(self.accompanied), new(self.shadows), self.restored)

    def together_with(self, other: Lent) -> Lent:
        """What is lent here, and what is lent there."""
        return replace(self, params=self.params | other.params, groups=(*self.groups, *other.groups),
                       accompanied=self.accompanied | other.accompanied, shadows=self.shadows | other.shadows)

    def as_shadows(self, places: Mapping[int, int]) -> Lent:
        """The same of the adjoint arrays that come with it."""
        moved = self.moved(places)
        return replace(moved, shadows=moved.params)


@dataclass(eq=False)
class Function:
    """A function in IR: its parameters are the arguments of ``body``."""

    name: str
    body: Block
    loc: Loc = NOWHERE
    info: Any = None
    """What the stage that made it wants to keep with it (a typed record of that stage)."""
    shares: tuple[Sharing, ...] | None = None
    """For each result what it shares memory with; None while that is not known."""
    lent: Lent = Lent()
    """What it writes to of its callers' memory."""

    @property
    def params(self) -> list[Value]:
        return self.body.args


@dataclass(eq=False)
class Callee:
    """A generated function as a literal: what is handed to a primitive that calls it."""

    function: Function


def called_by(op: Op) -> Iterator[Function]:
    """The generated functions that an op calls, or hands to a primitive."""
    if op.name == "invoke":
        yield op.attrs["callee"]
    for handed in op.attrs.get("hands", ()):
        yield handed.function


def reached_from(function: Function) -> Iterator[Function]:
    """``function`` and those that it invokes, directly or not, each once."""
    found, work = {function}, [function]
    while work:
        one = work.pop()
        yield one
        for op in walk(one.body):
            if op.name == "invoke" and op.attrs["callee"] not in found:
                found.add(op.attrs["callee"])
                work.append(op.attrs["callee"])


def walk(block: Block) -> Iterator[Op]:
    """Every op in ``block`` and in nested blocks, in textual order (an op before the ops of its blocks)."""
    stack = [iter(block.ops)]  # not recursion: every op would pass through as many generators as blocks are around it
    while stack:
        for op in stack[-1]:
            yield op
            if op.blocks:
                stack.extend(iter(inner.ops) for inner in reversed(op.blocks))
                break
        else:
            stack.pop()


def defining_block(value: Value) -> Block:
    """The block in which ``value`` becomes visible."""
    owner = value.owner
    if isinstance(owner, Op):
        assert owner.parent is not None
        return owner.parent
    assert owner is not None
    return owner


def enclosing(block: Block) -> Iterator[Block]:
    """``block`` itself, then the blocks around it, innermost first."""
    current: Block | None = block
    while current is not None:
        yield current
        current = current.parent.parent if current.parent is not None else None
