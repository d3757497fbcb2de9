"""``with``: its body between what the context manager does before and behind it."""

from __future__ import annotations

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import Lit
from ..ir.types import UNDEF, Object
from . import shapes as sh
from .abstract import LOST, NEVER, POISON, Abstract, Place, Static
from .branches import arrive
from .context import Exit, Frame, Refusal
from .infer import REGIONS, Specializer
from .managers import check_exit, check_manager, is_followed
from .positions import moved, snapshot


def run_with(sp: Specializer, frame: Frame, op: Op) -> Exit | None:
    """A ``with`` on inactive context managers; the body is ordinary code."""
    if len(op.operands) == 1 and is_followed(given := sp.get(frame, op.operands[0])):
        return _with_object(sp, frame, op, given)
    managers, refused = [], False
    for v in op.operands:
        a = sp.get(frame, v)
        refused = refused or a is POISON
        if a in (POISON, NEVER):
            managers.append(sp.builder.value("undef", (), UNDEF))
            continue
        check_manager(sp, a)
        managers.append(sp.lift(a) if isinstance(a, Value) or not isinstance(a, Static) else _manager(sp, a))
    block = Block()
    if op.blocks[0].args:
        for arg in op.blocks[0].args:
            seen = block.add_arg(arg.hint, Object(object))
            frame.env[arg] = POISON if refused else seen
    before, count, moving = dict(sp.positions), len(op.results), list[Place]()
    signals = sp.context.signals
    with sp.builder.at(block):
        sp.context.signals = _signals(managers, signals)
        exit = sp.run_block(frame, op.blocks[0])
        sp.context.signals = signals
        if exit.kind == "yield":
            moving = [place for place in moved(before, [sp.positions], list(before)) if sp.positions[place] is not LOST]
            yielded = [snapshot(a, sp.positions) for a in (*exit.values, *(sp.positions[place] for place in moving))]
            shapes = [sh.settled(sh.shape_of(a), before.__contains__) for a in yielded]
            names = [r.hint for r in op.results] + [p.name for p in moving]
            values = [v for a, s, n in zip(yielded, shapes, names, strict=True) for v in sh.leaves(a, s, sp.builder, n)]
            sp.builder.emit("yield", values)
    if exit.kind != "yield":
        sp.bind(frame, op, [POISON if exit.kind == "poison" else NEVER] * len(op.results))
        shapes, names = [], []
    types = [t for s in shapes for t in sh.leaf_types(s)]
    hints = sp.hints(shapes, names)
    typed = sp.builder.emit("with", managers, types, hints, [block], names=op.attrs.get("names", ()))
    results = iter(typed.results)
    if exit.kind == "raise":
        sp.builder.emit("raise", unreachable=True)
        return Exit("raise", [], op)
    if exit.kind == "yield":
        after = [sh.rebuild(s, lambda t: next(results)) for s in shapes]
        inside = {place: a for place, a in sp.positions.items() if isinstance(a, Static) or place in before}
        sp.positions = arrive(sp, inside, moving, after[count:])
        sp.bind(frame, op, after[:count])
    return None


def _with_object(sp: Specializer, frame: Frame, op: Op, manager: Abstract) -> Exit | None:
    """A ``with`` on an object that is followed: its methods are called before and behind the body."""
    from .instances import method_of
    check_exit(sp, manager)
    entered = method_of(sp, manager, "__enter__", [])
    for arg in op.blocks[0].args:
        frame.env[arg] = entered
    exit = sp.run_block(frame, op.blocks[0])
    if exit.kind != "yield":
        sp.bind(frame, op, [POISON if exit.kind == "poison" else NEVER] * len(op.results))
        return Exit("raise", [], op) if exit.kind == "raise" else None
    method_of(sp, manager, "__exit__", [Static(None)] * 3)
    sp.bind(frame, op, exit.values)
    return None


def _signals(managers: list[Value], before: bool) -> bool:
    """Whether NumPy raises inside ``with np.errstate(…)``, for any kind of error."""
    for manager in managers:
        op = manager.owner
        if isinstance(op, Op) and op.attrs.get("fn") is np.errstate:
            kinds = op.attrs["kwargs"]
            if any(not isinstance(how, Lit) or how.value == "raise" for how in kinds.values()):
                return True
            before = before and "all" not in kinds
    return before


def _manager(sp: Specializer, a: Static) -> Value:
    if a.path is None:
        raise Refusal("SCT713", "this context manager cannot be used here")
    return sp.live(a)


REGIONS["with"] = run_with
