"""Forward mode: a function in, one function out that computes its results together with their tangents.

The function may be the user's own, or one that reverse mode made: what that one writes, saves and takes back has its tangent
written, saved and taken back beside it.  So Hessians are forward over reverse, on the IR and not on the text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..analysis.context import Context
from ..errors import InternalError
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS
from ..ir.printing import op_text
from ..ir.rewrite import carried_inits, item_count
from ..ir.types import FLOAT, NONE, Array, Cache, List, Object, OrConst, Scalar, Tuple, Type, loosely, strip_const
from . import hooks, masks, pushforwards, stored, tuples
from .emitter import Emitter, make_buffers_float
from .masks import Mask, Masks, Named, varies

if TYPE_CHECKING:
    from .calls import Pairs


@dataclass
class Linearised:
    """A function with its tangents."""

    function: Function
    """Takes what the original takes, then a tangent for each parameter that varies; returns what the original returns (unless
    only tangents were asked for), then a tangent for each result that varies."""
    results: tuple[Mask, ...]
    done: bool = False
    used: bool = False
    """Whether a recursive call relied on which results vary before that was known."""


_Key = tuple[Function, tuple[Mask, ...], bool]


class Tangents:
    """The functions linearised so far in one compilation."""

    def __init__(self, context: Context, pairs: Pairs) -> None:
        self.context = context
        self.pairs = pairs
        self.made: dict[_Key, Linearised] = {}
        self.known: dict[_Key, tuple[Mask, ...]] = {}
        """Which results vary, as far as that is known by now."""
        self.named: dict[tuple[_Key, int], Named] = {}

    def get(self, function: Function, varied: tuple[Mask, ...], primal: bool = True) -> Linearised:
        """``function`` with tangents for the parameters that ``varied`` says; without ``primal`` it returns tangents only."""
        key = (function, varied, primal)
        found = self.made.get(key)
        if found is None:
            places = {k: len(varied) + j for j, k in enumerate(k for k, mask in enumerate(varied) if varies(mask))}
            lent = function.lent.together_with(function.lent.moved(places))
            found = self.made[key] = Linearised(Function(f"{function.name}_dot", Block(), function.loc, lent=lent), ())
            self._settle(function, varied, primal, found)
        found.used = found.used or not found.done
        return found

    def masks(self, function: Function, varied: tuple[Mask, ...]) -> list[Mask]:
        """Which results of ``function`` vary: for what has items, the name of the answer, which recursion may not know yet."""
        key = (function, varied, True)
        self.known[key] = self.get(*key).results
        return [mask if isinstance(mask, bool) else self.named.setdefault((key, k), Named(lambda: self.known[key], k))
                for k, mask in enumerate(self.known[key])]

    def beside(self, function: Function, varied: tuple[Mask, ...], primal: bool = True,
               replaced: dict[Value, Value] | None = None) -> tuple[Mask, ...]:
        """Write tangents into ``function``, in place; which of its results vary.

        It may be two sweeps before saving: what is saved of the tangents, or computed again, is then decided for all together.
        ``replaced``, the values with another name in the reverse sweep, is told of their tangents.
        """
        made = _Linearizer(self, function, varied)
        results = made.run(primal)
        if replaced is not None:
            replaced.update({made.dots[v]: made.dots[there] for v, there in list(replaced.items())
                             if v in made.dots and there in made.dots})
        return results

    def _settle(self, function: Function, varied: tuple[Mask, ...], primal: bool, entry: Linearised) -> None:
        """Repeat until the recursive calls inside assumed what comes out."""
        from .saving import save
        self.pairs.complete(function)
        unsaved = self.pairs.derivatives.sweeps.get(function)
        end = function.body.ops[-1]
        entry.results = (False,) * len(end.operands) if end.name == "return" else ()
        while True:
            before = set(self.made)
            entry.used = False
            sweeps = unsaved.copy(self.context) if unsaved is not None else None
            made = self.context.copied(function) if sweeps is None else sweeps.function
            results = self.beside(made, varied, primal, None if sweeps is None else sweeps.replaced)
            if results == entry.results or not entry.used:
                break
            entry.results = results
            for key in set(self.made) - before:
                del self.made[key]
        entry.results, entry.done = results, True
        entry.function.body, entry.function.info = made.body, function.info
        self.pairs.tidy(entry.function)
        if sweeps is not None:
            save(sweeps)


class _Linearizer(Emitter):
    """Writes the tangents of one function beside what it computes, in place."""

    def __init__(self, tangents: Tangents, source: Function, varied: tuple[Mask, ...]) -> None:
        self.function = source
        super().__init__(tangents.context, Builder(self.function.body, source.loc))
        self.tangents = tangents
        self.varied = varied
        self.stored = stored.StoredMemory(self.function)
        self.used = {v for op in walk(self.function.body) for v in op.operands}
        """What somebody reads: other results need no tangents."""
        self.masks = Masks(self.function, varied, self._masks_of_call, self.stored)
        self.dots: dict[Value, Value] = {}
        self.carried: list[tuple[int, Value]] = []
        """The positions at which exits of the current region hand on a tangent, with what they become."""

    def _masks_of_call(self, op: Op, varied: tuple[Mask, ...]) -> Sequence[Mask]:
        return self.tangents.masks(op.attrs["callee"], varied) if any(map(varies, varied)) else ()

    def run(self, primal: bool) -> tuple[Mask, ...]:
        """Rewrite the whole function; which of its results vary."""
        splicing, self.context.splicing = self.context.splicing, True
        stored.check_origins(self)
        body = self.function.body
        params = list(body.args)
        for v, mask in zip(params, self.varied, strict=True):
            if varies(mask):
                self.dots[v] = body.add_arg(dot_hint(v), dot_type(v))
        try:
            self.block(body)
        finally:
            self.context.splicing = splicing
        end = body.ops[-1]
        results = tuple(self.masks[v] for v in end.operands) if end.name == "return" else ()
        if end.name == "return":
            tangents = [self.dots[v] for v in end.operands if v in self.masks]
            end.operands = [*end.operands, *tangents] if primal else tangents
            end.attrs["single"] = len(end.operands) == 1
        self.context.check()
        make_buffers_float(self.function)
        return results

    # ------------------------------------------------------------------------------------------------------- tangents
    def dot(self, value: Value, variable: Value | None = None) -> Value:
        """The tangent of ``value``, made zero here where it has none; of the type that the ``variable`` it goes into needs."""
        found = self.dots.get(value)
        if found is not None:
            return found
        if variable is not None and not value.type.differentiable and value not in self.masks:
            have, kind = strip_const(value.type), dot_type(variable)
            if isinstance(have, List) and isinstance(strip_const(have.item), Scalar):
                return self.zeros_of_list(value, kind)
            if isinstance(have, List | Tuple):
                return stored.zeros_like(self, value, kind)
            number = isinstance(have, Scalar)
            return self.builder.value("const", (), kind, dot_hint(variable), value=0.0 if number else None)
        return self._zero(value)

    def _zero(self, value: Value) -> Value:
        if isinstance(value.type, Cache):
            return self.builder.value("cache", (), dot_type(value), dot_hint(value))
        missing = isinstance(value.owner, Op) and value.owner.name == "const" and value.owner.attrs["value"] is None
        if missing or isinstance(strip_const(value.type), Object):
            return self.builder.value("const", (), dot_type(value), value=None)
        if isinstance(kind := dot_type(value), Tuple):
            return tuples.zeros(self, value, kind)
        special = stored.perhaps_missing(value) or stored.is_zero_array(value)
        zero = stored.zeros(self, value) if special else self.zeros(value)
        zero.hint = dot_hint(value)
        return zero

    def none(self) -> Value:
        """Nothing, in place of the tangent of what has none."""
        return self.builder.value("const", (), NONE, value=None)

    # --------------------------------------------------------------------------------------------------------- blocks
    def block(self, block: Block) -> None:
        """Rewrite the ops of ``block``, each followed by the tangents of its results."""
        ops, block.ops = block.ops, []
        with self.builder.at(block):
            for op in ops:
                self.builder.loc = op.loc
                self._op(op, block)

    def _op(self, op: Op, block: Block) -> None:
        before = BEFORE.get(op.name)
        if before is not None:
            before(self, op)
        block.ops.append(op)
        handler = HANDLERS.get(op.name)
        if op.name in _REGIONS:
            _REGIONS[op.name](self, op)
        elif handler is not None:
            if any(v in self.masks for v in (*op.operands, *op.results)):
                handler(self, op)
        elif any(v in self.masks for v in op.operands) and any(r in self.masks for r in op.results):
            raise InternalError(f"`{op.name}` carries a derivative that forward mode would lose", loc=op.loc,
                                reproduce=op_text(op))
        for r in op.results:
            if r in self.masks and r not in self.dots:
                self.dots[r] = stored.zeros(self, r) if r in self.stored else self._zero(r)

    def give(self, value: Value, tangent: Value | None) -> None:
        """``value`` has the tangent ``tangent``."""
        if tangent is not None and value in self.masks:
            if not tangent.hint:
                tangent.hint = dot_hint(value)
            self.dots[value] = tangent

    def like(self, op: Op, operands: Sequence[Value], result: Value, **changed: Any) -> Value:
        """The same op on other operands: the tangent of a linear one."""
        attrs = {k: a for k, a in op.attrs.items() if k not in ("may_raise", "recomputed")} | changed
        if op.name == "call":
            attrs["adjoint"] = True
        return self.builder.value(op.name, operands, dot_type(result), dot_hint(result), **attrs)


def dot_hint(value: Value) -> str:
    """The name of a tangent: ``x_dot`` for a named value, none for a temporary."""
    return f"{value.hint}_dot" if value.hint else ""


def dot_type(value: Value) -> Type:
    """The type of the tangent of ``value``."""
    return _dots(value.type)


def _dots(t: Type) -> Type:
    if isinstance(t, OrConst) and isinstance(t.base, Array) and isinstance(t.const, Scalar):
        return OrConst(t.base, FLOAT)  # the literal that an accumulator starts with has the tangent 0.0
    if isinstance(t := strip_const(t), Tuple):  # every number in it has a tangent: its index may be known at run time only
        return Tuple(tuple(_dots(item) if item.differentiable else _none_or_zero(item) for item in t.items))
    return Cache(_dots(t.item)) if isinstance(t, Cache) else loosely(strip_const(t))


def _none_or_zero(t: Type) -> Type:
    return Scalar("float64", None) if isinstance(strip_const(t), Scalar) else NONE


# ----------------------------------------------------------------------------------------------------------- plain ops

def _call(fwd: _Linearizer, op: Op) -> None:
    if hooks.is_hook(op):
        hooks.drop_hook(op)
        _same(fwd, op)
        return
    if not any(v in fwd.masks for v in op.operands) or masks.has_no_tangent(op.attrs["fn"]) or stored.give_memory(fwd, op):
        return
    since = len(fwd.builder.block.ops)
    for result, tangent in zip(op.results, pushforwards.tangents(fwd, op), strict=True):
        fwd.give(result, tangent)
    stored.own_memory(fwd, op, since)


def _in_place(fwd: _Linearizer, op: Op) -> None:
    """``x += e`` on an array of its own: the tangent may read what would be overwritten, so the sum is made anew."""
    op.name = "call"
    _call(fwd, op)


def _same(fwd: _Linearizer, op: Op) -> None:
    """The tangent of what is broadcast before it is converted has its own shape, still."""
    if op.operands[0] in fwd.masks:
        dot = fwd.dots[op.operands[0]]
        made = fwd.like(op, [dot], op.results[0])
        have, kind = strip_const(dot.type), strip_const(made.type)
        if op.name == "convert" and isinstance(kind, Array) and isinstance(have, Array | Scalar):
            made.type = Array(kind.dtype, have.dims) if isinstance(have, Array) else Scalar(kind.dtype, None)
        fwd.give(op.results[0], made)


def _broadcast(fwd: _Linearizer, op: Op) -> None:
    """Broadcasting is left to NumPy, which knows only what the tangent is combined with: it keeps its own shape till then."""
    if op.operands[0] in fwd.masks:
        fwd.dots[op.results[0]] = fwd.dots[op.operands[0]]


def _container(fwd: _Linearizer, op: Op) -> None:
    if op.results[0] not in fwd.masks:
        return
    loose = isinstance(strip_const(op.results[0].type), Object)
    items = []
    for v in op.operands:
        if v in fwd.masks:
            items.append(fwd.dots[v])
        elif isinstance(strip_const(v.type), Scalar):
            items.append(fwd.constant(0.0))  # an item may be chosen by a number computed at run time
        elif isinstance(strip_const(v.type), Tuple) and isinstance(op.results[0].type, List):
            items.append(stored.zeros_like(fwd, v))
        else:
            items.append(fwd.dot(v) if v.type.differentiable and not loose else fwd.none())
    made = fwd.like(op, items, op.results[0])
    t = strip_const(op.results[0].type)
    if isinstance(t, Tuple):
        made.type = Tuple(tuple(loosely(strip_const(item.type)) for item in items), t.cls)
    fwd.give(op.results[0], made)


def _item(fwd: _Linearizer, op: Op) -> None:
    base, result = op.operands[0], op.results[0]
    if result in fwd.masks and base in fwd.masks:
        fwd.give(result, fwd.like(op, [fwd.dots[base]], result))


def _push(fwd: _Linearizer, op: Op) -> None:
    cache, value = op.operands
    if cache in fwd.masks:
        fwd.builder.emit("push", [fwd.dots[cache], fwd.dot(value)])


def _pop(fwd: _Linearizer, op: Op) -> None:
    if op.operands[0] in fwd.masks:
        made = fwd.like(op, [fwd.dots[op.operands[0]]], op.results[0])  # even if nobody reads it: the lists stay of one length
        fwd.give(op.results[0], made)


def _append(fwd: _Linearizer, op: Op) -> None:
    if op.results[0] in fwd.masks:
        fwd.give(op.results[0], fwd.like(op, [fwd.dot(v) for v in op.operands], op.results[0]))


def _write(fwd: _Linearizer, op: Op) -> None:
    buffer, value = op.operands[:2]
    if value in fwd.masks:
        fwd.builder.emit(op.name, [fwd.dots[buffer], fwd.dots[value], *op.operands[2:]], **op.attrs)


def _fill(fwd: _Linearizer, op: Op) -> None:
    if op.operands[0] in fwd.masks:
        fwd.builder.emit("fill", [fwd.dots[op.operands[0]]])


def _invoke(fwd: _Linearizer, op: Op) -> None:
    varied = tuple(fwd.masks[v] for v in op.operands)
    if not any(map(varies, varied)):
        return
    callee = fwd.tangents.get(op.attrs["callee"], varied)
    op.attrs["callee"] = callee.function
    op.operands += [fwd.dots[v] for v in op.operands if v in fwd.masks]
    for result, mask in zip(list(op.results), callee.results, strict=True):
        if varies(mask):
            tangent = Value(dot_hint(result), dot_type(result), op)
            op.results.append(tangent)
            fwd.give(result, tangent)


# ------------------------------------------------------------------------------------------------------------- regions

def _before_loop(fwd: _Linearizer, op: Op) -> None:
    """The tangents that the carried variables begin with stand before the loop."""
    body = op.blocks[-1]
    varied = [k for k, arg in enumerate(body.args[item_count(op):]) if arg in fwd.masks or op.results[k] in fwd.masks]
    op.attrs["varied"] = varied
    inits = carried_inits(op)
    op.operands += [fwd.dot(inits[k], op.results[k]) for k in varied]


def _loop(fwd: _Linearizer, op: Op) -> None:
    exchanged = op.attrs.get("exchanged", ())
    varied: list[int] = op.attrs.pop("varied")
    for block in op.blocks:
        first = item_count(op) if block is op.blocks[-1] else 0
        for k in varied:
            arg = block.args[first + k]
            fwd.dots[arg] = block.add_arg(dot_hint(arg), dot_type(arg))
    for block in op.blocks:
        _inside(fwd, block, [(k, op.results[k]) for k in varied])
    for k in varied:
        _add_result(fwd, op, op.results[k])
    if exchanged:
        op.attrs["exchanged"] = (*exchanged, *(fwd.dots[v] for v in exchanged if v in fwd.dots))


def _region(fwd: _Linearizer, op: Op) -> None:
    varied = [k for k, r in enumerate(op.results) if r in fwd.masks]
    for block in op.blocks:
        _inside(fwd, block, [(k, op.results[k]) for k in varied])
    for k in varied:
        _add_result(fwd, op, op.results[k])


def _inside(fwd: _Linearizer, block: Block, varied: list[tuple[int, Value]]) -> None:
    """Rewrite a block and let its exits hand on the tangents at the positions ``varied``."""
    outer, fwd.carried = fwd.carried, varied
    loc = fwd.builder.loc
    fwd.block(block)
    fwd.builder.loc = loc
    fwd.carried = outer


def _add_result(fwd: _Linearizer, op: Op, result: Value) -> None:
    tangent = Value(dot_hint(result), dot_type(result), op)
    op.results.append(tangent)
    fwd.dots[result] = tangent


def _leave(fwd: _Linearizer, op: Op) -> None:
    """``yield``, ``continue`` and ``break`` hand on the tangents too; a tail ``if`` leaves it to its branches."""
    op.operands += [fwd.dot(op.operands[k], variable) for k, variable in fwd.carried]


def _tail(fwd: _Linearizer, op: Op) -> None:
    if op.attrs.get("tail"):
        for block in op.blocks:
            _inside(fwd, block, fwd.carried)
    else:
        _region(fwd, op)


BEFORE: dict[str, Callable[[_Linearizer, Op], None]] = {
    "store": stored.push_store, "insert": stored.push_insert, "exchange": stored.push_exchange,
    **dict.fromkeys(LOOPS, _before_loop), **dict.fromkeys(("yield", "continue", "break"), _leave),
}
HANDLERS: dict[str, Callable[[_Linearizer, Op], None]] = {
    "call": _call, "iaddv": _in_place, "broadcast": _broadcast, "convert": _same, "narrow": _same,
    "tuple": _container, "dict": _container, "item": _item, "push": _push, "pop": _pop, "append": _append,
    "iadd": _write, "index_add": _write, "fill": _fill, "invoke": _invoke,
    "remove": stored.push_remove,
}
_REGIONS: dict[str, Callable[[_Linearizer, Op], None]] = {
    **dict.fromkeys(LOOPS, _loop), "if": _tail, "with": _region, "try": _region,
}
