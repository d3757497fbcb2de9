"""Calls of the user's functions: each becomes a forward half that returns a context, and a backward half that consumes it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..analysis.activations import TypedInfo
from ..analysis.context import Context
from ..analysis.opening import returns_alone
from ..analysis.presence import Presence
from ..errors import InternalError
from ..ir.core import Block, Function, Lent, Op, Sharing, Value, walk
from ..ir.ops import IMPLICIT
from ..ir.rewrite import clone_op
from ..ir.types import INT, Array, List, Object, Scalar, Type, strip_const
from .control import as_number
from .forward import Tangents
from .lasting import copy_saved_lists, keep, own_written, read_first, refuse_late_reads, replace_uses
from .nested import Derivatives, is_derivative, reverse_derivative
from .results import conform

if TYPE_CHECKING:
    from .reverse import Reverser

CONTEXT = Object(tuple)
"""The type of what a forward half hands to its backward half."""


@dataclass
class ContextNames:
    """What the forward half calls the items of its context: the backward half calls them the same."""

    names: list[str] = field(default_factory=list)
    shares: tuple[Sharing, ...] | None = None
    """What the results of the function behind the halves share memory with."""
    backward: bool = False
    """Whether this is the backward half."""


@dataclass
class Pair:
    """Forward and backward half of a callee for one pattern of active arguments and needed results."""

    forward: Function
    backward: Function
    active: tuple[int, ...]
    """Positions of the parameters whose adjoints the backward half returns."""
    needed: tuple[int, ...]
    """Positions of the results whose adjoints it takes."""
    shadowed: tuple[int, ...] = ()
    """Positions of the parameters that are lent to the callee with their shadows."""
    early: tuple[int, ...] = ()
    """Those of them whose shadows the forward half takes; the backward half takes the others."""
    added: tuple[int, ...] = ()
    """Positions of the parameters whose adjoint arrays the backward half is given, to add to."""
    named: tuple[int, ...] = ()
    """Positions of the results that are further names of what is lent: the forward half returns their shadows, too."""
    direct: tuple[int, ...] | None = None
    """Where the backward half needs nothing but arguments: their positions.  There is no context then."""
    done: bool = False
    awaited: bool = False
    """Whether the callee calls itself: its halves were called before it was known what they hand over."""


class Pairs:
    """The pairs made so far in one compilation; a recursive callee finds its own pair here while it is being made."""

    def __init__(self, context: Context, tidy: Callable[[Function], object], repeatable: bool = False) -> None:
        self.context = context
        self.tidy = tidy
        """Drops what the reverse sweep does not need, before it is decided what the forward half hands over."""
        self.repeatable = repeatable
        """Whether a backward half may run later, and several times on one context: see ``lasting.py``."""
        self.made: dict[tuple[Any, ...], Pair] = {}
        self.derivatives = Derivatives(context, self)
        self.tangents = Tangents(context, self)

    def complete(self, function: Function) -> None:
        """Write ``function`` if it stands for a derivative."""
        if is_derivative(function):
            self.derivatives.write(function)

    def get(self, callee: Function, active: tuple[int, ...], needed: tuple[int, ...], shadowed: tuple[int, ...] = (),
            added: tuple[int, ...] = ()) -> Pair:
        """The pair of ``callee`` for this activity pattern."""
        key = (callee, active, needed, shadowed, added)
        if key not in self.made:
            name = callee.name
            pair = Pair(Function(f"{name}_forward", Block(), callee.loc), Function(f"{name}_backward", Block(), callee.loc),
                        active, needed, shadowed, added=added)
            self.made[key] = pair
            names: list[str] = []
            pair.forward.info = ContextNames(names, callee.shares)
            pair.backward.info = ContextNames(names, callee.shares, backward=True)
            lend(callee, pair)
            self._make(callee, pair)
            pair.done = True
        pair = self.made[key]
        pair.awaited = pair.awaited or not pair.done
        return pair

    def _make(self, callee: Function, pair: Pair) -> None:
        from .reverse import differentiate
        bars: list[Value] = []

        def seeds(rev: Reverser, results: list[Value]) -> None:
            for k in pair.needed:
                bar = Value(_hint(results[k]), _bar_type(results[k].type), rev.function.body)
                bars.append(bar)
                rev.accumulate(results[k], bar)

        splicing = self.context.splicing
        joint = differentiate(callee, pair.active, seeds, self.context, self, pair.needed, pair.shadowed,
                              pair.added)
        self.context.splicing = splicing
        joint.results += [joint.reverser.buffers[joint.results[k]] for k in pair.named]
        self.halve(joint, pair, bars, [_as_value(joint, k) for k in pair.active])

    def halve(self, joint: Any, pair: Pair, bars: list[Value], gradients: list[Value], outermost: bool = False) -> set[Value]:
        """Cut a joint body into the halves of ``pair``; ``gradients`` are what the backward half returns.

        The result is the memory that the context holds, where the backward half runs later.
        """
        from .saving import save
        _end(joint, bars, gradients)
        self.tidy(joint.function)
        if self.repeatable:
            read_first(joint.function, bars)
        save(joint, packed=True)
        _split(joint, pair, bars, outermost)
        if not self.repeatable or pair.direct is not None:
            return set()
        own = own_written(pair.forward, pair.backward) if outermost and self.context.stores else set()
        copy_saved_lists(pair.backward, own)
        if outermost:
            refuse_late_reads(self.context, pair.backward)
        return keep(self.context, pair.forward, outermost)


def lend(callee: Function, pair: Pair) -> None:
    """Say which parameters of the halves of ``callee`` refer to memory that it is lent."""
    lent, count = callee.lent, len(callee.params)
    if not lent.params:
        pair.backward.lent = _late_of(pair, lent, 1)
        return
    pair.early = tuple(k for k in pair.shadowed if k in lent.accompanied)
    shares = callee.shares or ()
    pair.named = tuple(k for k, sharing in enumerate(shares) if not sharing.params.isdisjoint(pair.shadowed))
    places = {k: count + j for j, k in enumerate(pair.early)}
    pair.forward.lent = lent.together_with(lent.as_shadows(places))
    pair.forward.info.shares = (*shares, *(_of_shadow(shares[k], places, pair.named, len(shares)) for k in pair.named))
    pair.backward.lent = Lent(frozenset([0]), restored=lent.restored).together_with(_late_of(pair, lent, 1))


def _of_shadow(sharing: Sharing, places: dict[int, int], named: tuple[int, ...], results: int) -> Sharing:
    """What the shadow of a result shares memory with."""
    params = frozenset(places[k] for k in sharing.params if k in places)
    return Sharing(params, frozenset(results + named.index(k) for k in sharing.results if k in named), False)


def _late_of(pair: Pair, lent: Lent, handed: int) -> Lent:
    """The adjoint arrays that the backward half, which is handed so many values by the forward half, takes."""
    first = handed + len(pair.needed)
    late = [k for k in pair.shadowed if k not in pair.early]
    added = frozenset(range(first + len(late), first + len(late) + len(pair.added)))
    groups = (added,) if len(added) > 1 else ()  # at some call they may be parts of one array
    return lent.as_shadows({k: first + j for j, k in enumerate(late)}).together_with(Lent(added, groups, shadows=added))


def _hint(value: Value) -> str:
    return f"{value.hint or 'result'}_bar"


def _bar_type(t: Type) -> Type:
    t = strip_const(t)
    if isinstance(t, Array) and not t.ndim:
        return Scalar(t.dtype, False)  # see as_number
    return Scalar(t.dtype, None) if isinstance(t, Scalar) else t


def reverse_invoke(rev: Reverser, op: Op) -> None:
    """``y = g(x)``: the forward sweep calls the forward half, the reverse sweep the backward half."""
    callee = op.attrs["callee"]
    count, made = op.attrs.pop("unshadowed", (len(op.operands), len(op.results)))
    named = tuple(k for k, r in enumerate(op.results[:made]) if r in rev.shadows and not returns_alone(op, r))
    totals = [rev.total(r) if k not in named else None for k, r in enumerate(op.results[:made])]
    totals = [t if t is None else as_number(rev, t, r) for t, r in zip(totals, op.results, strict=False)]
    needed = tuple(k for k, t in enumerate(totals) if t is not None)
    shadowed = tuple(k for k in sorted(callee.lent.params) if op.operands[k] in rev.shadows)
    active = tuple(k for k, v in enumerate(op.operands[:count]) if v in rev.active and k not in shadowed)
    if not needed and not shadowed:
        active = ()
    if not active and not shadowed and not (callee.lent.params and callee.lent.restored):
        if callee.lent.params:
            op.attrs["stays"] = True  # what it writes is not put back
        return
    if is_derivative(op.attrs["callee"]):
        reverse_derivative(rev, op, totals)
        return
    others = (v for k, v in enumerate(op.operands[:count]) if k not in callee.lent.params)
    alone = rev.shadows.written.isdisjoint(others)
    added = tuple(k for k in active if _adds_in_place(rev, op, k))
    pair = rev.pairs.get(callee, tuple(k for k in active if k not in added), needed, shadowed, added)
    if pair.named != named:
        raise InternalError(f"`{callee.name}` returns other names of what it is lent than its caller expects", loc=op.loc)
    op.attrs["callee"] = pair.forward
    for k in shadowed:
        _name(rev.buffers[op.operands[k]], callee.params[k])
    if pair.direct is not None:
        effect = "writes" if pair.backward.lent.params else "reads"
        _call_backward(rev, op, pair, [op.operands[k] for k in pair.direct], totals, effect, alone)
        return
    if len(op.results) == 1 and not op.results[0].hint:
        op.results[0].hint = pair.forward.name.removesuffix("_forward")
    first = op.results[0].hint if op.results else ""
    context = Value(f"{first or pair.forward.name.removesuffix('_forward')}_context", CONTEXT, op)
    op.results.append(context)
    _call_backward(rev, op, pair, [context], totals, "writes", alone)


def _adds_in_place(rev: Reverser, op: Op, k: int) -> bool:
    """Whether the backward half adds to the adjoint of an argument that there is already, instead of making one at each call.

    In a loop or a recursion, making one at each call would cost a pass over the whole array, of which the callee may read
    one element.
    """
    value, param = op.operands[k], op.attrs["callee"].params[k]
    kind = strip_const(value.type)
    if not (isinstance(kind, Array) and kind.ndim or isinstance(kind, List)) or param.type != kind:
        return False
    callee = op.attrs["callee"]
    recursive = isinstance(callee.info, TypedInfo) and callee.info.recursive
    return k not in callee.lent.params and (recursive or rev.lies_in_buffer(value))


def _call_backward(rev: Reverser, op: Op, pair: Pair, handed: list[Value], totals: list[Value | None], effect: str,
                   alone: bool) -> None:
    """``alone`` says that of what is written to the callee is given nothing but what it is lent."""
    late = [rev.buffers[op.operands[k]] for k in pair.shadowed if k not in pair.early]
    operands = [*handed, *(t for t in totals if t is not None), *late, *(rev.buffer(op.operands[k]) for k in pair.added)]
    types = [_bar_type(op.operands[k].type) for k in pair.active]
    hints = [f"{op.operands[k].hint}_bar" if op.operands[k].hint else "" for k in pair.active]
    back = rev.builder.emit("invoke", operands, types, hints, callee=pair.backward, effect=effect)
    if alone:
        back.attrs["alone"] = True
    for k, bar in zip(pair.active, back.results, strict=True):
        rev.accumulate(op.operands[k], bar)


def _name(shadow: Value, param: Value) -> None:
    """A shadow is called what the callee calls it where the array has no name."""
    if not shadow.hint and isinstance(shadow.owner, Op) and shadow.owner.attrs.get("shadow"):
        shadow.hint = f"{param.hint}_bar"


def _end(joint: Any, bars: list[Value], gradients: list[Value]) -> None:
    """Make the joint body a whole function for as long as it is one: it takes the adjoints and returns everything."""
    joint.function.body.args += [*joint.late, *bars]
    joint.reverser.builder.emit("return", [*joint.results, *gradients], single=False)


def _split(joint: Any, pair: Pair, bars: list[Value], outermost: bool) -> None:
    """Cut the joint body at the mark; what the reverse part uses of the forward part becomes the context."""
    from .saving import bind_unbound
    body = joint.function.body
    bars = [*bars, *joint.late]
    body.args = [arg for arg in body.args if arg not in bars]
    returned = body.ops.pop().operands
    joint.results, gradients = returned[:len(joint.results)], returned[len(joint.results):]
    at = body.ops.index(joint.mark)
    first, second = body.ops[:at], body.ops[at + 1:]
    second, gradients = _with_own_implicit_ops(first, second, gradients)
    context = _crossing(body, first, second, gradients, set(bars))
    for v in context:
        bind_unbound(v, set())
    context, again, direct = _to_hand_over(context, body.args, may_be_direct=not outermost and not pair.awaited)
    if direct:
        pair.direct = tuple(body.args.index(v) for v in context)
        pair.forward.name = pair.forward.name.removesuffix("_forward")
        handed = {k: place for place, k in enumerate(pair.direct)}
        pair.backward.lent = pair.forward.lent.moved(handed).together_with(_late_of(pair, pair.forward.lent, len(handed)))
    missing = set(filter(Presence(joint.function).may_be_missing, context))
    _finish_forward(joint, pair, body, first, context)
    _finish_backward(pair, second, context, bars, gradients, again, missing)


def _as_value(joint: Any, k: int) -> Value:
    rev = joint.reverser
    gradient = joint.gradients[k]
    value = joint.function.params[k]
    bar, t = as_number(rev, gradient, value), strip_const(value.type)
    if not isinstance(t, Scalar | Array) or t.dtype not in ("float32", "complex64"):
        return bar
    if not isinstance(strip_const(bar.type), Scalar):
        return bar
    return conform(rev, bar, Scalar(t.dtype, False), set())  # it may have been computed in double precision


def _with_own_implicit_ops(first: list[Op], second: list[Op], gradients: list[Value]) -> tuple[list[Op], list[Value]]:
    """The second half with its own copies of the implicit ops that it reads: what they convert is what is handed over.

    At run time an implicit op is its operand; a context item that had the type of its result would claim another shape.
    """
    before, copies, made = set(first), [], {}

    def own(v: Value) -> Value:
        op = v.owner
        if not isinstance(op, Op) or op not in before or op.name not in IMPLICIT:
            return v
        if v not in made:
            copy = clone_op(op, {o: own(o) for o in op.operands})
            copies.append(copy)
            made[v] = copy.results[0]
        return made[v]

    for op in (inner for outer in second for inner in (outer, *(o for block in outer.blocks for o in walk(block)))):
        op.operands[:] = map(own, op.operands)
    return [*copies, *second], [own(v) for v in gradients]


def _crossing(body: Block, first: Sequence[Op], second: Sequence[Op], returned: Sequence[Value],
              bars: set[Value]) -> list[Value]:
    """Values defined before the mark that are used after it, in the order in which they are defined."""
    from ..ir.ops import uses_in
    defined: set[Value] = set(body.args)
    for op in first:
        defined.update(op.results)
    found: dict[Value, None] = {}
    for op in second:
        for v in uses_in(op):
            if v in defined and v not in bars:
                found[v] = None
    for v in returned:
        if v in defined:
            found[v] = None
    order = {v: k for k, v in enumerate([*body.args, *(r for op in first for r in op.results)])}
    return sorted(found, key=lambda v: order[v])


def _to_hand_over(context: list[Value], params: list[Value], may_be_direct: bool) -> tuple[list[Value], list[Value], bool]:
    """What the backward half is handed, what it makes again of that, and whether the first is nothing but arguments."""
    if may_be_direct:
        again = _cheaply_rebuilt(context, set(params))
        used = {v for made in again if isinstance(made.owner, Op) for v in made.owner.operands} | set(context) - set(again)
        if used <= {*params, *again}:
            return [v for v in params if v in used], list(again), True
    again = _cheaply_rebuilt(context, set(params) & set(context))
    return [v for v in context if v not in again], list(again), False


def _cheaply_rebuilt(context: list[Value], given: set[Value]) -> dict[Value, None]:
    """Values that the backward half makes again from what it is given: literals, counts of items, comparisons."""
    found: dict[Value, None] = {}

    def rebuilt(v: Value) -> bool:
        op = v.owner
        if not isinstance(op, Op) or v in found:
            return v in found
        counts = op.name == "call" and op.attrs["fn"] in (len, operator.add, operator.sub) and not op.attrs.get("kwargs") \
            and isinstance(strip_const(v.type), Scalar) and strip_const(v.type) == INT
        compares = op.name == "call" and op.attrs["fn"] in _COMPARISONS and all(strip_const(o.type) == INT for o in op.operands)
        if op.name == "const" or (counts or compares) and all(o in given or rebuilt(o) for o in op.operands):
            found[v] = None
            return True
        return False
    for v in context:
        rebuilt(v)
    return found


_COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


def _finish_forward(joint: Any, pair: Pair, body: Block, first: list[Op], context: list[Value]) -> None:
    forward = pair.forward.body
    forward.args = list(body.args)
    forward.ops = list(first)
    for arg in forward.args:
        arg.owner = forward
    for op in forward.ops:
        op.parent = forward
    if pair.direct is not None:
        single = len(joint.results) == 1
        forward.ops.append(Op("return", list(joint.results), [], {"single": single}, [], forward, joint.mark.loc))
        return
    pack = Op("tuple", list(context), [], {"cls": tuple}, [], forward, joint.mark.loc)
    pack.results = [Value("context", CONTEXT, pack)]
    forward.ops.append(pack)
    single = not joint.results
    forward.ops.append(Op("return", [*joint.results, pack.results[0]], [], {"single": single}, [], forward, joint.mark.loc))


def _finish_backward(pair: Pair, second: list[Op], context: list[Value], bars: list[Value], gradients: list[Value],
                     again: list[Value], missing: set[Value]) -> None:
    backward = pair.backward.body
    loc = pair.backward.loc
    values: dict[Value, Value] = {}
    if pair.direct is not None:
        values.update((v, backward.add_arg(v.hint, v.type)) for v in context)
        context = []
    else:
        packed = backward.add_arg("context", CONTEXT)
    for bar in bars:
        bar.owner = backward
        backward.args.append(bar)
    for k, v in enumerate(context):
        attrs = {"key": k, "size": len(context), **({"perhaps_none": True} if v in missing else {})}
        item = Op("item", [packed], [], attrs, [], backward, loc)
        item.results = [Value(v.hint, v.type, item)]
        values[v] = item.results[0]
        backward.ops.append(item)
    for v in again:
        assert isinstance(v.owner, Op)
        copy = clone_op(v.owner, values)
        copy.attrs.pop("may_raise", None)
        values[v] = copy.results[0]
        backward.ops.append(copy)
    mark = Op("mark", [], [], {"text": ""}, [], backward, loc)
    backward.ops.append(mark)
    backward.ops.extend(second)
    replace_uses(second, values)
    results = [values.get(g, g) for g in gradients]
    backward.ops.append(Op("return", results, [], {"single": len(results) == 1}, [], backward, loc))
    for op in backward.ops:
        op.parent = backward
