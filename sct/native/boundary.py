"""Takes the main function in IR, gives it in two: one that Numba compiles, and one in plain Python that calls it.

Compiled code takes and returns numbers, arrays and tuples of them.  The function around it takes containers and objects apart,
reads data of the user's module, hands over lists as arrays, and puts what is returned together again.  A function that needs
none of this stays whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..analysis.alias import path_in_argument
from ..errors import MissingRuleError
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, Slot, op_effect
from ..ir.rewrite import clone_op, erase, replace_uses
from ..ir.types import ANY, NONE, STR, Array, Dict, List, Object, Scalar, Table, Tuple, Type, strip_const
from ..passes.dce import eliminate_dead_code
from ..rules.shaping import tolist_method
from ..runtime import helpers, packing

SUFFIX = "_compiled"
"""What is added to the name of the part that Numba compiles."""


def split(main: Function, data: Sequence[Op]) -> Function | None:
    """Make ``main`` the part that is compiled; the function around it, None if there is no need for one.

    The last parameters of ``main`` stand for ``data``, which the other function reads.
    """
    _return_lists_as_they_are(main)
    returned = main.body.ops[-1]
    whole = all(map(_crosses, (p.type for p in main.params))) and not any(map(_is_assembled, returned.operands))
    if whole and not data:
        return None
    return _Boundary(main, data).around


def _return_lists_as_they_are(main: Function) -> None:
    """What comes out of compiled code holds Python's floats anyway."""
    for op in main.body.ops[-1:]:
        for made in _assembly(op):
            for k, value in enumerate(made.operands):
                made.operands[k] = _without_conversion(value)


def _assembly(op: Op) -> list[Op]:
    """An op and those before it that only put containers together for it."""
    inner = [v.owner for v in op.operands if isinstance(v.owner, Op) and _puts_together(v.owner)]
    return [op, *(one for owner in inner for one in _assembly(owner))]


def _puts_together(op: Op) -> bool:
    """Whether an op makes a container, or named tuples of those in one, which is left to Python."""
    return op.name in ("tuple", "dict") or op.name == "call" and op.attrs["fn"] is helpers.of_class


def _without_conversion(value: Value) -> Value:
    op = value.owner
    if not isinstance(op, Op) or op.name != "call" or not isinstance(strip_const(value.type), List):
        return value
    if op.attrs["fn"] in (helpers.with_floats, helpers.in_types_of):
        return op.operands[0]
    array = op.operands[0].owner if op.attrs["fn"] is tolist_method else None
    of_list = isinstance(array, Op) and array.name == "call" and array.attrs["fn"] is np.array and not array.attrs["kwargs"] \
        and isinstance(strip_const(array.operands[0].type), List)
    return array.operands[0] if of_list and isinstance(array, Op) else value


# -------------------------------------------------------------------------------------------------------- what can cross

def _crosses(t: Type) -> bool:
    """Whether Numba takes and returns values of this type as they are."""
    t = strip_const(t)
    if isinstance(t, Tuple):
        return t.cls is tuple and all(map(_crosses, t.items))
    return isinstance(t, Scalar | Array) or t in (NONE, STR)


def _is_opened(t: Type) -> bool:
    """Whether the items of a container are handed over one by one."""
    return isinstance(strip_const(t), Dict | Tuple | Object) and not _crosses(t)


def _is_assembled(value: Value) -> bool:
    """Whether something that is returned is put together, or given its exact type, outside of compiled code."""
    op = value.owner
    if not isinstance(op, Op):
        return not _crosses(value.type)
    if _puts_together(op):
        return op.name != "tuple" or op.attrs.get("cls", tuple) is not tuple or any(map(_is_assembled, op.operands))
    if op.name == "const":
        return not isinstance(op.attrs["value"], bool | int | float | complex | None)
    return _is_narrow(value) or _is_opened(value.type)


def _is_narrow(value: Value) -> bool:
    """Whether this is a NumPy scalar that Numba would return as a Python number of another precision."""
    t = strip_const(value.type)
    return isinstance(t, Scalar) and t.dtype in ("float32", "complex64", "float16")


def _apart(hints: Iterable[str]) -> list[str]:
    """Names of which none occurs twice.

    >>> _apart(["a_bar", "v_bar", "a_bar"])
    ['a_bar', 'v_bar', 'a_bar_2']
    """
    made: list[str] = []
    for hint in hints:
        k = next((k for k in itertools.count(2) if f"{hint}_{k}" not in made), 2)
        made.append(f"{hint}_{k}" if hint and hint in made else hint)
    return made


def _name_in_container(value: Value) -> str:
    """What something that is read out of a container is called there."""
    key = value.owner.attrs.get("name", value.owner.attrs.get("key")) if isinstance(value.owner, Op) else None
    return key if isinstance(key, str) and key.isidentifier() else ""


# ------------------------------------------------------------------------------------------------------------- the cut

class _Boundary:
    """Writes the function around the compiled one, and cuts the latter down to what it is left with."""

    def __init__(self, main: Function, data: Sequence[Op]) -> None:
        self.inner, body = main, main.body
        self.params = body.args[:len(body.args) - len(data)]
        self.around = Function(main.name, Block(), main.loc, main.info)
        self.builder = Builder(self.around.body, main.loc)
        self.outside: dict[Value, Value] = {p: self.around.body.add_arg(p.hint, p.type) for p in self.params}
        """For values of the compiled part the same outside of it."""
        self.order = {value: k for k, value in enumerate(body.args)}
        """For values of the compiled part the position of the parameter that they are, or are read out of."""
        self.paths: dict[Any, Value] = {}
        self.handed: list[Value] = []
        """What the compiled part is called with, as values outside of it."""
        for value, op in zip(body.args[len(self.params):], data, strict=True):
            self.outside[value] = self.copy(op)
        self.open()
        main.name += SUFFIX
        self.cut()

    def copy(self, op: Op) -> Value:
        """The result of an op, outside; its operands are there."""
        new = clone_op(op, dict(self.outside), self.around.body)
        self.around.body.ops.append(new)
        return new.result

    # ---- what goes in

    def open(self) -> None:
        """Find what is read out of containers; what is left to be used inside becomes a parameter."""
        body = self.inner.body
        for op in [op for op in walk(body) if op.name in ("item", "attr")]:
            source = op.operands[0]
            if source in self.outside and _is_opened(source.type):
                path = path_in_argument(op.result, self.inner)
                if path not in self.paths:
                    self.paths[path] = self.copy(op)
                self.outside[op.result] = self.paths[path]
                self.order[op.result] = self.order[source]
        for op in body.ops:
            if op not in (body.ops[-1],) and self.is_made_outside(op):
                self.outside[op.result] = self.copy(op)

    def is_made_outside(self, op: Op) -> bool:
        """Whether an op only looks at containers that compiled code cannot take."""
        looks = op.name == "call" and len(op.results) == 1 and op_effect(op) in ("pure", "fresh", "reads")
        known = all(v in self.outside for v in op.operands)
        return looks and known and any(_is_opened(v.type) for v in op.operands)

    def cut(self) -> None:
        """Give the compiled part its parameters and results."""
        end = self.inner.body.ops[-1]
        returned, single = list(end.operands), bool(end.attrs.get("single"))
        wanted = list(dict.fromkeys(v for value in returned for v in self.computed(value)))
        if end.name == "return":
            end.operands, end.attrs["single"] = wanted, len(wanted) == 1
            eliminate_dead_code(self.inner)
            if all(op.name in ("mark", "return") for op in self.inner.body.ops):
                self.inner.body.ops[:] = [end]
        self.pass_in()
        call = self.builder.emit("invoke", self.handed, [v.type for v in wanted], _apart(v.hint for v in wanted),
                                 callee=self.inner, args=tuple(Slot(k) for k in range(len(self.handed))), effect="io")
        self.outside.update((v, self.exact(out)) for v, out in zip(wanted, call.results, strict=True))
        self.builder.emit("return", [self.assembled(v) for v in returned], single=single)

    def pass_in(self) -> None:
        """Make parameters of what is used inside, and is known outside."""
        body = self.inner.body
        for op in [op for op in walk(body) if any(r in self.outside for r in op.results)]:
            erase(op)
        used = {v for op in walk(body) for v in op.operands}
        body.args, head = [], Block()
        replaced: dict[Value, Value] = {}
        made: dict[Value, Value] = {}
        builder = Builder(head, self.inner.loc)
        for value, out in sorted(self.outside.items(), key=lambda pair: self.order.get(pair[0], len(self.order))):
            if value in used:
                if out not in made:
                    made[out] = self.received(builder, out, value.hint or _name_in_container(value))
                replaced[value] = made[out]
        replace_uses(body, replaced)
        for op in head.ops:
            op.parent = body
        body.ops[:0] = head.ops

    def received(self, head: Builder, out: Value, hint: str) -> Value:
        """A parameter of the compiled part for what is ``out`` outside of it; lists are rebuilt at its ``head``."""
        t = strip_const(out.type)
        if isinstance(t, Table):
            raise MissingRuleError(f"Numba cannot be given the dict `{hint or out.hint}`, whose keys only run time knows",
                                   loc=self.inner.loc, code="SCT210", hint='use backend="python"')
        if isinstance(t, List):
            return self.received_list(head, out, t, hint)
        if isinstance(t, Tuple) and t.cls is not tuple:
            plain = Tuple(t.items)
            return self.received(head, self.builder.value("call", [out], plain, out.hint, fn=tuple, args=(Slot(0),), kwargs={}),
                                 hint)
        self.handed.append(out)
        return self.inner.body.add_arg(hint or out.hint, out.type)

    def received_list(self, head: Builder, out: Value, t: List, hint: str) -> Value:
        """The list again, from the arrays of its items."""
        item = strip_const(t.item)
        if isinstance(item, Scalar):
            return self.rebuilt(head, t, hint, list, [self.sent(out, np.array, Array(item.dtype, (ANY,)))])
        if isinstance(item, Array):
            counts = Tuple((Array("int64", (ANY,)),) * item.ndim)
            parts = [self.sent(out, packing.elements, Array(item.dtype, (ANY,))), self.sent(out, packing.extents, counts)]
            return self.rebuilt(head, t, hint, packing.as_arrays, parts)
        if isinstance(item, List):
            parts = [self.sent(out, packing.flat, item), self.sent(out, packing.lengths, Array("int64", (ANY,)))]
            return self.rebuilt(head, t, hint, packing.as_lists, parts)
        if isinstance(item, Tuple) and item.items:
            parts = [self.sent(out, packing.column, List(kind), k) for k, kind in enumerate(item.items)]
            return self.rebuilt(head, t, hint, packing.as_tuples, parts)
        raise MissingRuleError(f"Numba cannot be given `{hint or out.hint}`, a {t}", loc=self.inner.loc, code="SCT210",
                               hint='use backend="python"')

    def sent(self, out: Value, fn: Any, t: Type, *further: Any) -> Value:
        """What ``fn`` makes of a list."""
        hint = out.hint and f"{out.hint}_{fn.__name__}"
        return self.builder.value("call", [out], t, hint, fn=fn, args=(Slot(0), *map(Lit, further)), kwargs={})

    def rebuilt(self, head: Builder, t: List, hint: str, fn: Any, parts: list[Value]) -> Value:
        """What ``fn`` makes of the parts that were sent, inside."""
        args = [self.received(head, part, hint) for part in parts]
        slots = tuple(Slot(k) for k in range(len(args)))
        return head.value("call", args, t, hint, fn=fn, args=slots, kwargs={}, effect="fresh")

    # ---- what comes out

    def computed(self, value: Value) -> list[Value]:
        """What the compiled part must return for a part of the result."""
        op = value.owner
        if value in self.outside:
            return []
        if isinstance(op, Op) and _puts_together(op):
            return [v for item in op.operands for v in self.computed(item)]
        return [] if isinstance(op, Op) and op.name == "const" else [value]

    def exact(self, out: Value) -> Value:
        """A result of compiled code in its own precision."""
        if not _is_narrow(out):
            return out
        t = strip_const(out.type)
        assert isinstance(t, Scalar)
        return self.builder.value("call", [out], t, out.hint, fn=np.dtype(t.dtype).type, args=(Slot(0),), kwargs={})

    def assembled(self, value: Value) -> Value:
        """A part of the result, outside."""
        op = value.owner
        if value in self.outside:
            return self.outside[value]
        assert isinstance(op, Op)
        if op.name == "const":
            return self.copy(op)
        attrs = {key: a for key, a in op.attrs.items() if key != "returned"}
        return self.builder.value(op.name, [self.assembled(v) for v in op.operands], value.type, value.hint, **attrs)
