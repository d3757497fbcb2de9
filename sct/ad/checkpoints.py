"""Which loops of a typed function and of its callees are cut into segments, and what of that is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..analysis.alias import AliasClasses
from ..analysis.checkpoints import MARK
from ..analysis.context import Context, Refusal
from ..analysis.effects import effects_once
from ..ir.core import Function, Op, enclosing, walk
from ..ir.ops import LOOPS
from .replay import changed_dicts, check_replays, replays, state_of
from .segments import cut


def candidates(entry: Function, everywhere: bool) -> list[Op]:
    """The loops that may be cut: those that are marked; ``everywhere`` all that are in no other loop, callees included."""
    found: dict[Op, None] = {}
    seen, work = {entry}, [(entry, everywhere)]
    while work:
        function, outermost = work.pop()
        for op in walk(function.body):
            inside = _in_loop(op)
            if op.name in LOOPS and (op.attrs.get(MARK) or outermost and not inside and not op.attrs.get("decides")):
                found[op] = None
            elif op.name == "invoke" and op.attrs["callee"] not in seen:
                seen.add(op.attrs["callee"])
                work.append((op.attrs["callee"], outermost and not inside))
    for k, op in enumerate(found):
        op.attrs["candidate"] = k
    return list(found)


def _in_loop(op: Op) -> bool:
    assert op.parent is not None
    return any(block.parent is not None and block.parent.name in LOOPS for block in enclosing(op.parent))


def that_save(loops: Iterable[Op], derivative: Iterable[Function]) -> list[Op]:
    """Those of the ``loops`` in which a derivative of the function saves something at each iteration."""
    saving: set[int] = set()
    for function in derivative:
        for op in walk(function.body):
            if op.name == "push":
                saving.update(_candidates_around(op))
    return [loop for loop in loops if loop.attrs["candidate"] in saving]


def _candidates_around(op: Op) -> Iterator[int]:
    assert op.parent is not None
    for block in enclosing(op.parent):
        if block.parent is not None and "candidate" in block.parent.attrs:
            yield block.parent.attrs["candidate"]


def cut_loops(context: Context, functions: Sequence[Function], loops: Sequence[Op]) -> None:
    """Cut the ``loops`` of ``functions``, inner ones first."""
    home = {op: function for function in functions for op in walk(function.body) if op in loops}
    for loop in reversed(loops):
        try:
            cut(loop, state_of(loop, AliasClasses(home[loop])))
        except Refusal as refusal:
            context.refuse(refusal, loop.loc)


def check(context: Context, functions: Sequence[Function]) -> None:
    """Refuse replays of what draws, prints or changes what cannot be put back."""
    dicts_change = any(changed_dicts(op) for function in functions for op in walk(function.body))
    for function in functions:
        if any(map(replays, walk(function.body))):
            called = dicts_change and function is not functions[0]
            check_replays(context, function, set(effects_once(function)), AliasClasses(function), called)
    context.check()

