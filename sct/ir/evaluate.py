"""Runs typed IR on real values: the judge of every pass (same inputs, same results, before and after) and of the printer.

Nothing is copied and nothing is checked: an op means exactly the Python that it prints as, implicit conversions included.
"""

from __future__ import annotations

import builtins
import operator
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from ..errors import InternalError
from ..runtime.records import instance
from .core import Block, Function, Op, Value
from .ops import Lit, SeqOf, SliceOf, Slot, fill_template
from .printing import op_text
from .rewrite import carried_start, index_template, is_tail
from .types import Record

Namespace = Mapping[str, Any]


def evaluate(fn: Function, args: Sequence[Any], namespace: Namespace | None = None) -> Any:
    """What a call of the function returns: one value, or a tuple (a ``return`` without ``single``).

    ``namespace`` holds what ``global`` ops read; what it lacks is the value found at specialisation, else a builtin.

    >>> from sct.ir.text import from_text
    >>> evaluate(from_text('''
    ... function f(%x, %n):
    ...   %0 = const 0
    ...   %1 = const 1
    ...   %s.1 = for %i in range(%0, %n, %1) with %s = %x:
    ...     %2 = %s * 2.0
    ...     continue %2
    ...   return %s.1 {single}'''), [1.5, 3])
    12.0
    """
    values, single = _Machine(namespace or {}).call(fn, args)
    return values[0] if single else tuple(values)


def replay(ops: Iterable[Op], known: dict[Value, Any]) -> list[Op]:
    """Runs straight-line ops on the values ``known`` and adds their results to these; the ops that could be run."""
    machine, ran = _Machine({}), []
    machine.env = known
    with np.errstate(all="ignore"):
        for op in ops:
            try:
                machine.op(op)
            except Exception:  # what comes later may do without it
                continue
            ran.append(op)
    return ran


class _Machine:
    """One activation of a function: the environment and the ops that change it."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace
        self.env: dict[Value, Any] = {}

    def call(self, fn: Function, args: Sequence[Any]) -> tuple[list[Any], bool]:
        self.bind(fn.params, args)
        end = self.block(fn.body)
        if end.name != "return":
            raise InternalError(f"{fn.name} ends in {end.name}")
        return self.values(end), bool(end.attrs.get("single"))

    def bind(self, targets: Sequence[Value], values: Sequence[Any]) -> None:
        for target, value in zip(targets, values, strict=True):
            self.env[target] = value

    def values(self, op: Op) -> list[Any]:
        return [self.env[value] for value in op.operands]

    def block(self, block: Block) -> Op:
        """Run the ops; the terminator that ended the block."""
        while True:
            for op in block.ops[:-1]:
                self.op(op)
            last = block.ops[-1]
            if not is_tail(last):
                if last.name == "raise":
                    raise_template(last, self.values(last))
                return last
            block = last.blocks[0] if self.env[last.operands[0]] else last.blocks[1]

    def op(self, op: Op) -> None:
        run = _RUN.get(op.name)
        if run is None:
            raise InternalError(f"cannot evaluate {op_text(op)}")
        run(self, op)

    def one(self, op: Op, value: Any) -> None:
        self.env[op.results[0]] = value

    # ---- plain ops

    def const(self, op: Op) -> None:
        self.one(op, op.attrs["value"])

    def undef(self, op: Op) -> None:
        self.one(op, UNBOUND)

    def global_(self, op: Op) -> None:
        root = op.attrs["root"]
        if root not in self.namespace and "current" in op.attrs:
            self.one(op, op.attrs["current"])
            return
        value = self.namespace[root] if root in self.namespace else getattr(builtins, root)
        for step in op.attrs.get("path", ()):
            kind, key = step if isinstance(step, tuple) else ("attr", step)
            value = getattr(value, key) if kind == "attr" else value[key]
        self.one(op, value)

    def call_op(self, op: Op) -> None:
        leaves = self.values(op)
        args = [fill_template(t, leaves) for t in op.attrs["args"]]
        kwargs = {key: fill_template(t, leaves) for key, t in (op.attrs.get("kwargs") or {}).items()}
        result = op.attrs["fn"](*args, **kwargs)
        if len(op.results) != 1 or op.attrs.get("unpack"):
            self.bind(op.results, () if not op.results else tuple(result))
        else:
            self.one(op, result)

    def invoke(self, op: Op) -> None:
        values, _ = _Machine(self.namespace).call(op.attrs["callee"], self.values(op))
        self.bind(op.results, values)

    def same(self, op: Op) -> None:
        self.one(op, self.env[op.operands[0]])

    def tuple(self, op: Op) -> None:
        cls, items = op.attrs.get("cls", tuple), self.values(op)
        self.one(op, cls(items) if cls in (tuple, list) else cls(*items))

    def dict(self, op: Op) -> None:
        items = dict(zip(op.attrs["keys"], self.values(op), strict=True))
        cls = op.attrs.get("cls", dict)
        self.one(op, items if cls is dict else instance(cls, **items))

    def item(self, op: Op) -> None:
        whole, key = self.env[op.operands[0]], op.attrs["key"]
        self.one(op, getattr(whole, key) if isinstance(op.operands[0].type, Record) else whole[key])

    def attr(self, op: Op) -> None:
        self.one(op, getattr(self.env[op.operands[0]], op.attrs["name"]))

    def format(self, op: Op) -> None:
        leaves = self.values(op)
        if "args" in op.attrs:
            leaves = [fill_template(t, leaves) for t in op.attrs["args"]]
        self.one(op, format_parts(op.attrs["parts"], leaves))

    def assert_(self, op: Op) -> None:
        condition, *message = self.values(op)
        if not condition:
            raise AssertionError(*message)

    def bound(self, op: Op) -> None:
        if not self.env[op.operands[0]]:
            raise unbound_error(op)

    def mark(self, op: Op) -> None:
        """A comment."""

    # ---- memory

    def cache(self, op: Op) -> None:
        self.one(op, [])

    def push(self, op: Op) -> None:
        saved, value = self.values(op)
        saved.append(value)

    def pop(self, op: Op) -> None:
        self.one(op, self.env[op.operands[0]].pop())

    def append(self, op: Op) -> None:
        items, value = self.values(op)
        items.append(value)
        self.one(op, items)

    def iadd(self, op: Op) -> None:
        buffer, value = self.values(op)
        if _in_place(operator.add, buffer, value) is not buffer:
            raise InternalError(f"the buffer is not an array: {op_text(op)}")

    def iaddv(self, op: Op) -> None:
        leaves = self.values(op)
        target, value = (fill_template(t, leaves) for t in op.attrs.get("args", (Slot(0), Slot(1))))
        self.one(op, _in_place(op.attrs.get("fn", operator.add), target, value))

    def index_add(self, op: Op) -> None:
        leaves = self.values(op)
        index = fill_template(index_template(op), leaves)
        if op.attrs.get("unique"):
            leaves[0][index] += leaves[1]
        else:
            np.add.at(leaves[0], index, leaves[1])

    def store(self, op: Op) -> None:
        target, value, *_ = leaves = self.values(op)
        index, fn = fill_template(index_template(op), leaves), op.attrs.get("fn")
        if op.attrs.get("at"):
            (np.subtract if fn is operator.sub else np.add).at(target, index, value)
            return
        target[index] = value if fn is None else _in_place(fn, target[index], value)

    def insert(self, op: Op) -> None:
        items, value, *_ = leaves = self.values(op)
        index = fill_template(index_template(op), leaves)
        items.insert(len(items) if index is None else index, value)

    def remove(self, op: Op) -> None:
        leaves = self.values(op)
        self.one(op, leaves[0].pop(fill_template(index_template(op), leaves)))

    def exchange(self, op: Op) -> None:
        leaves = self.values(op)
        items, i, j = (fill_template(t, leaves) for t in op.attrs["args"])
        items[i], items[j] = items[j], items[i]

    def fill(self, op: Op) -> None:
        self.env[op.operands[0]][...] = 0

    # ---- regions

    def if_(self, op: Op) -> None:
        end = self.block(op.blocks[0] if self.env[op.operands[0]] else op.blocks[1])
        self.bind(op.results, self.values(end))

    def for_(self, op: Op) -> None:
        start = carried_start(op)
        carried = self.values(op)[start:]
        for item in self.items(op, start):
            self.bind(op.blocks[0].args, [item, *carried])
            end = self.block(op.blocks[0])
            carried = self.values(end)
            if end.name == "break":
                break
        self.bind(op.results, carried)

    def items(self, op: Op, start: int) -> Iterator[Any]:
        source = [self.env[value] for value in op.operands[:start]]
        over = range(*source) if start == 3 else source[0]
        return reversed(over) if op.attrs.get("reverse") else iter(over)

    def while_(self, op: Op) -> None:
        carried = self.values(op)
        test, body = op.blocks
        while True:
            self.bind(test.args, carried)
            if not self.env[self.block(test).operands[0]]:
                break
            self.bind(body.args, carried)
            end = self.block(body)
            carried = self.values(end)
            if end.name == "break":
                break
        self.bind(op.results, carried)

    def with_(self, op: Op) -> None:
        with ExitStack() as stack:
            entered = [stack.enter_context(manager) for manager in self.values(op)]
            names = op.attrs.get("names") or [""] * len(entered)
            wanted = len(op.blocks[0].args)
            named = entered if wanted == len(entered) else [e for e, name in zip(entered, names, strict=True) if name]
            self.bind(op.blocks[0].args, named[:wanted])
            self.bind(op.results, self.values(self.block(op.blocks[0])))

    def try_(self, op: Op) -> None:
        try:
            end = self.block(op.blocks[0])
        except InternalError:
            raise
        except BaseException as error:
            handler = next((block for classes, block in zip(op.attrs["handlers"], op.blocks[1:], strict=True)
                            if not classes or isinstance(error, classes)), None)
            if handler is None:
                raise
            self.bind(handler.args, [error] * len(handler.args))
            end = self.block(handler)
        self.bind(op.results, self.values(end))


class _Unbound:
    """Stands for a variable that is not bound; any use of it fails."""

    def __repr__(self) -> str:
        return "<unbound>"


UNBOUND = _Unbound()


def unbound_error(op: Op) -> NameError:
    """What Python raises where it reads the variable of a ``bound`` op.

    >>> unbound_error(Op("bound", [], [], {"name": "y"}))
    UnboundLocalError("cannot access local variable 'y' where it is not associated with a value")
    """
    if op.attrs.get("free"):
        return NameError(f"cannot access free variable '{op.attrs['name']}' where it is not associated with a value in "
                         "enclosing scope")
    return UnboundLocalError(f"cannot access local variable '{op.attrs['name']}' where it is not associated with a value")


def raise_template(op: Op, leaves: list[Any]) -> None:
    """Raise what a ``raise`` op describes: an exception (and its cause), a class, or ``(class, argument, …)``."""
    template = op.attrs.get("template", Slot(0) if leaves else None)
    if template is None:
        if sys.exc_info()[1] is None:
            raise RuntimeError("No active exception to reraise")
        raise  # again, what the handler around caught
    error = fill_template(template, leaves) if isinstance(template, Lit | Slot | SliceOf | SeqOf) else template
    if isinstance(error, tuple):
        error = error[0](*error[1:])
    if len(leaves) == 2 and "template" not in op.attrs:
        raise error from leaves[1]
    raise error


def _in_place(fn: Callable[..., Any], target: Any, value: Any) -> Any:
    """``target += value`` for ``operator.add``, and so on; the object that ``target`` names then."""
    in_place: Callable[[Any, Any], Any] = getattr(operator, f"i{fn.__name__}")
    return in_place(target, value)


def format_parts(parts: Sequence[Any], leaves: list[Any]) -> str:
    """The string that a ``format`` op makes of the values of its operands."""
    return "".join(part if isinstance(part, str) else _formatted(part, leaves) for part in parts)


def _formatted(part: tuple[int, int | str | None, Any], leaves: list[Any]) -> str:
    index, conversion, spec = part
    mark = chr(conversion) if isinstance(conversion, int) and conversion > 0 else conversion
    value = _CONVERSIONS[mark](leaves[index]) if mark in _CONVERSIONS else leaves[index]
    text = spec if isinstance(spec, str) else "".join(p if isinstance(p, str) else _formatted(p, leaves) for p in spec or ())
    return format(value, text)


_CONVERSIONS: dict[int | str | None, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
_RUN: dict[str, Callable[[_Machine, Op], None]] = {
    "const": _Machine.const, "undef": _Machine.undef, "global": _Machine.global_, "call": _Machine.call_op,
    "invoke": _Machine.invoke, "convert": _Machine.same, "broadcast": _Machine.same, "narrow": _Machine.same,
    "tuple": _Machine.tuple, "dict": _Machine.dict, "item": _Machine.item, "attr": _Machine.attr, "format": _Machine.format,
    "assert": _Machine.assert_, "bound": _Machine.bound, "mark": _Machine.mark, "cache": _Machine.cache,
    "push": _Machine.push, "pop": _Machine.pop,
    "append": _Machine.append, "iadd": _Machine.iadd, "iaddv": _Machine.iaddv, "index_add": _Machine.index_add,
    "fill": _Machine.fill, "store": _Machine.store, "insert": _Machine.insert, "remove": _Machine.remove,
    "exchange": _Machine.exchange, "if": _Machine.if_,
    "for": _Machine.for_, "while": _Machine.while_, "with": _Machine.with_,
    "try": _Machine.try_,
}
