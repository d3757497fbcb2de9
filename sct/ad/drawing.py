"""Random numbers in what the reverse sweep runs again: the replay draws from a generator of its own, as that was at the start.

So it draws the same numbers, whatever else has been drawn since, and leaves the generator as the forward sweep left it.  All
that is drawn must come from one generator that was there before: two names may belong to one, two new generators do not.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, Slot
from ..ir.types import Object, strip_const
from ..rules import registry
from ..runtime.draws import generator_at, generator_state

if TYPE_CHECKING:
    from .reverse import Reverser

GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)
NO_REDRAW = "draw from a single generator or module, which the loop or function is given, or draw the numbers before it"
HIDDEN: dict[ModuleType, Any] = {np.random: np.random.mtrand._rand, random: random._inst}
"""The modules whose functions draw from a generator that they keep."""


@dataclass(frozen=True)
class Source:
    """Where random numbers come from: a value of the program, or a module or another object that the text names."""

    value: Value | None
    owner: Any = None

    @property
    def kind(self) -> type:
        """The class of the generator."""
        if self.value is None:
            return type(HIDDEN.get(self.owner, self.owner) if isinstance(self.owner, ModuleType) else self.owner)
        t = strip_const(self.value.type)
        return t.cls if isinstance(t, Object) else object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self.value is other.value and self.owner is other.owner

    def __hash__(self) -> int:
        return hash((self.value, id(self.owner)))


UNKNOWN = Source(None, operator)
"""Of draws that cannot be repeated."""


def draws_in(op: Op) -> list[Op]:
    """The calls in ``op`` that draw random numbers, and ``op`` itself if it is one."""
    inside = [op, *(inner for block in op.blocks for inner in walk(block))]
    return [one for one in inside if one.name in ("call", "invoke") and one.attrs.get("effect") == "random"]


def source_of(op: Op) -> Source | None:
    """The one generator, there before ``op``, that all of ``op`` draws from; None if there is no such one."""
    draws = draws_in(op)
    sources = {source for draw in draws for source in _sources(draw, ())}
    if len(sources) != 1:
        return None
    source, = sources
    if source.kind not in GENERATORS or op.name == "while" and _draws_in_test(op, draws):
        return None
    if source.value is not None and (_made_in(source.value, op) or not _only_drawn_from(source.value, [op], ())):
        return None
    return source


def _draws_in_test(loop: Op, draws: Sequence[Op]) -> bool:
    """Whether the test of a loop draws: it is made more often than it was written, and not in the replay."""
    return any(one in draws for one in walk(loop.blocks[0]))


def _made_in(value: Value, op: Op) -> bool:
    owner = value.owner.parent if isinstance(value.owner, Block) else value.owner
    return owner is op or any(owner is inner for block in op.blocks for inner in walk(block))


def _sources(draw: Op, above: tuple[Function, ...]) -> Iterator[Source]:
    """What a call draws from, as its caller names it."""
    if draw.name == "invoke":
        callee: Function = draw.attrs["callee"]
        if callee in above or len(callee.params) != len(draw.operands):
            yield UNKNOWN
            return
        for inner in walk(callee.body):
            if inner.attrs.get("effect") == "random":
                for source in _sources(inner, (*above, callee)):
                    known = source.value in callee.params if source.value is not None else False
                    yield Source(draw.operands[callee.params.index(source.value)]) if known else UNKNOWN  # type: ignore[arg-type]
        return
    yield _source_of_call(draw)


def _source_of_call(draw: Op) -> Source:
    fn, args = draw.attrs["fn"], draw.attrs["args"]
    for module, hidden in HIDDEN.items():
        if getattr(fn, "__self__", None) is hidden and _as_method(fn) is not None:
            return Source(None, module)
    first = args[0] if args else None
    if isinstance(first, Slot) and _is_method(fn):
        return Source(draw.operands[first.index])
    if isinstance(first, Lit) and type(first.value) in GENERATORS and _is_method(fn):
        hidden = [module for module, owner in HIDDEN.items() if owner is first.value]
        return Source(None, *hidden) if hidden else Source(None, first.value)
    return UNKNOWN


def _is_method(fn: Any) -> bool:
    return any(getattr(cls, getattr(fn, "__name__", ""), None) is fn for cls in GENERATORS)


def _as_method(fn: Any) -> Any:
    """The method of the hidden generator that a function of its module is; None where it has no rule of its own."""
    method = getattr(type(fn.__self__), fn.__name__, None)
    return method if method is not None and registry.lookup(method) is not None else None


def _only_drawn_from(generator: Value, ops: Iterable[Op], above: tuple[Function, ...]) -> bool:
    """Whether all that ``ops`` do with a generator is to draw from it, here or in functions that they call."""
    inside = [one for op in ops for one in (op, *(inner for block in op.blocks for inner in walk(block)))]
    return all(_is_draw_from(generator, one, above) for one in inside if generator in one.operands)


def _is_draw_from(generator: Value, op: Op, above: tuple[Function, ...]) -> bool:
    if op.name == "invoke":
        callee: Function = op.attrs["callee"]
        if callee in above or len(callee.params) != len(op.operands):
            return False
        given = [param for param, v in zip(callee.params, op.operands, strict=True) if v is generator]
        return all(_only_drawn_from(param, callee.body.ops, (*above, callee)) for param in given)
    return op.name == "call" and op.attrs.get("effect") == "random" and op.operands.count(generator) == 1 \
        and _source_of_call(op) == Source(generator)


# ----------------------------------------------------------------------------------------------------------------- replays

def keep_generator(rev: Reverser, op: Op) -> None:
    """In the forward sweep, in front of ``op``: the state of the generator that it draws from, if it does."""
    source = source_of(op)
    if source is None:
        return
    given, template = ([source.value], Slot(0)) if source.value is not None else ([], Lit(source.owner))
    hint = source.value.hint if source.value is not None and source.value.hint else "rng"
    start = rev.builder.value("call", given, Object(tuple), f"{hint}_start", fn=generator_state, args=(template,), kwargs={},
                              effect="random")
    rev.drawn[op] = source, start


def generator_again(rev: Reverser, op: Op) -> dict[Value, Value]:
    """In the reverse sweep: a generator in that state, which stands for the one of the program in the replay."""
    if op not in rev.drawn:
        return {}
    source, start = rev.drawn[op]
    generator = rev.builder.value("call", [start], Object(source.kind), start.hint.removesuffix("_start"), fn=generator_at,
                                  args=(Slot(0),), kwargs={}, effect="random", adjoint=True)
    return {start if source.value is None else source.value: generator}


def draw_again(rev: Reverser, op: Op, copies: dict[Op, Op], values: dict[Value, Value]) -> None:
    """Let the ``copies`` of what is in ``op`` draw from that generator, and what is run again in the replay know it."""
    if op not in rev.drawn:
        return
    source, start = rev.drawn[op]
    generator = values[start if source.value is None else source.value]
    for old, new in copies.items():
        if source.value is None:
            _draw_from(new, source, generator)
        if old in rev.drawn and old is not op:
            rev.drawn[new] = Source(generator), values[rev.drawn[old][1]]


def _draw_from(op: Op, source: Source, generator: Value) -> None:
    """Let an op draw from ``generator``, not from what the text names."""
    if op.name != "call" or op.attrs.get("effect") != "random":
        return
    fn, args, slot = op.attrs["fn"], op.attrs["args"], Slot(len(op.operands))
    if getattr(fn, "__self__", None) is HIDDEN.get(source.owner, fn):
        op.attrs |= {"fn": _as_method(fn), "args": (slot, *args), "spelled": "method", "spelled_name": fn.__name__}
    elif args and isinstance(args[0], Lit) and any(args[0].value is one for one in (source.owner, HIDDEN.get(source.owner))):
        op.attrs["args"] = (slot, *args[1:])
    else:
        return
    op.operands.append(generator)
