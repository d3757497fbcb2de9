"""Text to IR: reads the notation of ``text.py``, so that tests of passes are listings of before and after."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from . import types
from .core import Block, Function, Loc, Op, Value
from .ops import INFIX, Lit, SeqOf, SliceOf, Slot, template_slots
from .printing import KINDS, MODULES
from .tokens import Cursor, Line, lines

_INFIX = {sign: fn for fn, sign in INFIX.items()}
_WORDS: dict[str, Any] = {"None": None, "True": True, "False": False, "nan": math.nan, "inf": math.inf, "np": np, "math": math}


def from_text(text: str, names: Mapping[str, Any] | None = None) -> Function:
    """The first function of ``text``; further ones are there to be invoked.

    ``names`` gives the callables and classes that are found neither in NumPy nor ``math``, ``operator`` or builtins.
    Raises ValueError, with the line, for text that is not IR.
    """
    reader = _Reader(text, dict(names or {}))
    reader.read()
    return next(iter(reader.functions.values()))


class _Reader:
    """Reads lines into blocks; ``at`` is the next line."""

    def __init__(self, text: str, names: dict[str, Any]) -> None:
        self.lines = lines(text)
        self.at = 0
        self.names = names
        self.functions: dict[str, Function] = {}
        self.values: dict[str, Value] = {}

    def read(self) -> None:
        heads = [_Statement(self, line) for line in self.lines if line.tokens[0] == ("name", "function")]
        for head in heads:
            head.take("function")
            self.functions[head.tokens[1][1]] = Function(head.next(), Block(), head.loc)
        if not heads:
            raise ValueError("no line starts with 'function'")
        while self.at < len(self.lines):
            self.function(heads.pop(0))

    def function(self, head: _Statement) -> None:
        fn = self.functions[head.tokens[1][1]]
        self.values = {}
        head.take("(")
        while not head.try_take(")"):
            head.define(fn.body)
            head.try_take(",")
        self.at += 1
        self.block(fn.body, head.line.indent)

    def block(self, block: Block, outer: int) -> Block:
        """Read the lines that are indented deeper than ``outer``."""
        while self.at < len(self.lines) and self.lines[self.at].indent > outer:
            statement = _Statement(self, self.lines[self.at])
            self.at += 1
            statement.read(block)
        return block

    def label(self, indent: int, word: str) -> _Statement | None:
        """The line ``word …:`` at this indent, if it is the next one."""
        if self.at < len(self.lines) and self.lines[self.at].indent == indent:
            line = self.lines[self.at]
            if line.tokens[0] == ("name", word):
                self.at += 1
                statement = _Statement(self, line)
                statement.take(word)
                return statement
        return None

    def find(self, name: str) -> Any:
        """The object that a dotted name stands for."""
        if name in self.names:
            return self.names[name]
        if name in _WORDS:
            return _WORDS[name]
        for prefix, module in MODULES:
            if name.startswith(prefix) and hasattr(module, name[len(prefix):]):
                return getattr(module, name[len(prefix):])
        raise ValueError(f"unknown name {name!r}")


class _Statement(Cursor):
    """One line: a cursor over its tokens, and the operands that its templates have mentioned so far."""

    def __init__(self, reader: _Reader, line: Line) -> None:
        super().__init__(line, reader.names)
        self.reader = reader
        self.operands: list[Value] = []
        self.loc = Loc("<ir>", line.number, text=line.text)

    # ---- statements

    def read(self, block: Block) -> Op:
        results = self.results()
        op = Op("", [], [], {}, [], block, self.loc)
        word = self.peek()
        reader = _STATEMENTS.get(word)
        if reader is not None and self.kind() == "name":
            self.next()
            reader(self, op)
        elif self.kind() == "name" and self.peek(1) != "(" and word not in ("not", *_WORDS):
            self.generic(op)
        else:
            self.expression(op)
        if not op.blocks:
            self.attributes(op)
            self.end()
        self.bind(op, results)
        block.ops.append(op)
        return op

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise self.fail(f"cannot read {self.peek()!r}")

    def results(self) -> list[tuple[str, types.Type]]:
        found: list[tuple[str, types.Type]] = []
        start = self.at
        while self.kind() == "value":
            found.append((self.next(), self.type_after_colon()))
            if self.try_take("="):
                return found
            if not self.try_take(","):
                break
        self.at = start
        return []

    def bind(self, op: Op, results: list[tuple[str, types.Type]]) -> None:
        for name, kind in results:
            op.results.append(self.new_value(name, kind, op))

    def new_value(self, name: str, kind: types.Type, owner: Op | Block) -> Value:
        hint = name[1:].rsplit(".", 1)[0]
        value = Value("" if hint.isdigit() else hint, kind, owner)
        if self.reader.values.setdefault(name, value) is not value:
            raise self.fail(f"{name} is defined twice")
        return value

    def define(self, block: Block) -> Value:
        """Read ``%name[: type]`` as an argument of ``block``."""
        value = self.new_value(self.next(), self.type_after_colon(), block)
        block.args.append(value)
        return value

    def value(self) -> Value:
        name = self.next()
        if name not in self.reader.values:
            raise self.fail(f"{name} is not defined here")
        return self.reader.values[name]

    def value_list(self) -> list[Value]:
        found = []
        while self.kind() == "value":
            found.append(self.value())
            if not self.try_take(","):
                break
        return found

    def generic(self, op: Op) -> None:
        op.name = self.next()
        op.operands = self.value_list()
        self.attributes(op)
        if self.try_take(":"):
            while (label := self.reader.label(self.line.indent, "block")) is not None:
                self.labelled(op, label)

    def labelled(self, op: Op, label: _Statement) -> None:
        block = Block([], [], op)
        op.blocks.append(block)
        while label.kind() == "value":
            label.define(block)
            label.try_take(",")
        label.take(":")
        self.reader.block(block, self.line.indent)

    def nested(self, op: Op, block: Block) -> None:
        op.blocks.append(block)
        block.parent = op
        self.attributes(op)
        self.take(":")
        self.reader.block(block, self.line.indent)

    def attributes(self, op: Op) -> None:
        if not self.try_take("{"):
            return
        while not self.try_take("}"):
            key = self.next()
            op.attrs[key] = _plain(self.template()) if self.try_take("=") else True
            self.try_take(",")

    # ---- expressions

    def expression(self, op: Op) -> None:
        op.name = "call"
        fn, args, kwargs = self.call()
        op.attrs.update(fn=fn, args=tuple(args), kwargs=kwargs, spelled="", effect="pure")
        op.operands = self.operands

    def call(self) -> tuple[Any, list[Any], dict[str, Any]]:
        if self.kind() == "name" and self.peek(1) == "(":
            return self.named_call()
        if self.peek() in ("-", "+", "~", "not") and (self.peek() == "not" or self.tokens[self.at + 1][0] == "value"):
            fn = {"-": operator.neg, "+": operator.pos, "~": operator.invert, "not": operator.not_}[self.next()]
            return fn, [self.template()], {}
        left = self.template()
        if self.try_take("["):
            return operator.getitem, [left, self.index()], {}
        sign = self.next()
        if sign == "is" and self.try_take("not"):
            sign = "is not"
        if sign not in _INFIX:
            raise self.fail(f"unknown operator {sign!r}")
        return _INFIX[sign], [left, self.template()], {}

    def named_call(self) -> tuple[Any, list[Any], dict[str, Any]]:
        fn = self.reader.find(self.next())
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        self.take("(")
        while not self.try_take(")"):
            if self.kind() == "name" and self.peek(1) == "=":
                key = self.next()
                self.take("=")
                kwargs[key] = self.template()
            else:
                args.append(self.template())
            self.try_take(",")
        return fn, args, kwargs

    def index(self) -> Any:
        """What stands in ``x[…]``, the closing bracket included."""
        items, is_tuple = [], False
        while not self.try_take("]"):
            items.append(self.slice_or_template())
            is_tuple |= self.try_take(",")
        return SeqOf(tuple, tuple(items)) if is_tuple else items[0]

    def slice_or_template(self) -> Any:
        lo = Lit(None) if self.peek() == ":" else self.template()
        if not self.try_take(":"):
            return lo
        parts = [lo]
        for _ in range(2):
            parts.append(Lit(None) if self.peek() in (",", "]", ")", ":") else self.template())
            if not self.try_take(":"):
                break
        return SliceOf(*parts, *[Lit(None)] * (3 - len(parts)))

    def template(self) -> Any:
        kind, text = self.kind(), self.next()
        if kind == "value":
            self.at -= 1
            self.operands.append(self.value())
            return Slot(len(self.operands) - 1)
        if kind == "slot":
            return Slot(int(text[1:]))
        if kind == "ellipsis":
            return Lit(...)
        if kind == "name":
            return Lit(self.reader.find(text))
        if text == "-":
            return Lit(-self.template().value)
        if text in "([":
            return self.sequence(tuple if text == "(" else list)
        self.at -= 1
        return Lit(self.literal())

    def sequence(self, kind: type) -> SeqOf:
        items, close = [], ")" if kind is tuple else "]"
        while not self.try_take(close):
            items.append(self.slice_or_template())
            self.try_take(",")
        return SeqOf(kind, tuple(items))


def _plain(template: Any) -> Any:
    """The Python value of a template without slots; with slots, the template."""
    if isinstance(template, Lit):
        return template.value
    if isinstance(template, SeqOf) and not any(True for _ in template_slots(template)):
        return template.kind(_plain(item) for item in template.items)
    return template


def _read_const(line: _Statement, op: Op) -> None:
    op.name, op.attrs = "const", {"value": _plain(line.template())}


def _read_global(line: _Statement, op: Op) -> None:
    op.name = "global"
    root, *names = line.next().split(".")
    path: list[tuple[str, Any]] = [("attr", name) for name in names]
    while line.try_take("["):
        path.append(("item", _plain(line.template())))
        line.take("]")
        while line.try_take("."):
            path += [("attr", name) for name in line.next().split(".")]
    op.attrs = {"root": root, "path": tuple(path)}


def _read_iaddv(line: _Statement, op: Op) -> None:
    op.name = "iaddv"
    target = line.template()
    line.take(",")
    op.attrs = {"fn": operator.add, "args": (target, line.template()), "kwargs": {}}
    op.operands = line.operands


def _read_invoke(line: _Statement, op: Op) -> None:
    op.name = "invoke"
    name = line.next()
    op.attrs["callee"] = line.reader.functions.get(name) or line.reader.find(name)
    line.take("(")
    op.operands = line.value_list()
    line.take(")")


def _read_store(line: _Statement, op: Op) -> None:
    _read_index_add(line, op)
    op.name = "store"


def _read_insert(line: _Statement, op: Op) -> None:
    _read_index_add(line, op)
    op.name = "insert"


def _read_remove(line: _Statement, op: Op) -> None:
    op.name = "remove"
    items = line.value()
    line.take("[")
    line.operands = [items]
    index = line.index()
    op.operands, op.attrs = line.operands, {"args": (Slot(0), index)}


def _read_exchange(line: _Statement, op: Op) -> None:
    op.name = "exchange"
    line.operands, places = [line.value()], []
    line.take("[")
    places.append(line.index())
    line.take(",")
    line.value()
    line.take("[")
    places.append(line.index())
    op.operands, op.attrs = line.operands, {"args": (Slot(0), *places)}


def _read_index_add(line: _Statement, op: Op) -> None:
    op.name = "index_add"
    buffer = line.value()
    line.take("[")
    line.operands = [buffer, buffer]
    index = line.index()
    line.take(",")
    line.operands[1] = line.value()
    op.operands, op.attrs = line.operands, {"args": (Slot(0), index)}


def _read_if(line: _Statement, op: Op) -> None:
    op.name, op.operands = "if", [line.value()]
    line.nested(op, Block())
    op.blocks.append(Block([], [], op))
    label = line.reader.label(line.line.indent, "else")
    if label is None:
        raise line.fail("an if without else")
    line.reader.block(op.blocks[1], line.line.indent)


def _read_for(line: _Statement, op: Op) -> None:
    body = Block()
    op.name = "for"
    line.define(body)
    line.take("in")
    op.attrs["kind"] = line.next()
    if op.attrs["kind"] not in KINDS:
        raise line.fail("a for loop is over range(…), each(…) or iter(…)")
    line.take("(")
    op.operands = line.value_list()
    line.take(")")
    _read_carried(line, op, body)
    line.nested(op, body)


def _read_carried(line: _Statement, op: Op, body: Block) -> None:
    if line.try_take("with"):
        while line.kind() == "value":
            line.define(body)
            line.take("=")
            op.operands.append(line.value())
            line.try_take(",")


def _read_while(line: _Statement, op: Op) -> None:
    op.name = "while"
    test = Block()
    _read_carried(line, op, test)
    line.nested(op, test)
    label = line.reader.label(line.line.indent, "do")
    if label is None:
        raise line.fail("a while without do")
    line.labelled(op, label)


def _read_with(line: _Statement, op: Op) -> None:
    op.name, op.operands = "with", line.value_list()
    body = Block()
    if line.try_take("as"):
        while line.kind() == "value":
            line.define(body)
            line.try_take(",")
    line.nested(op, body)


def _read_try(line: _Statement, op: Op) -> None:
    op.name = "try"
    line.nested(op, Block())
    handlers: list[tuple[type, ...]] = []
    names: list[str] = []
    while (label := line.reader.label(line.line.indent, "except")) is not None:
        handlers.append(tuple(_classes(label)))
        is_bound = label.try_take("as")
        line.labelled(op, label)
        names.append((op.blocks[-1].args[0].hint or "error") if is_bound else "")
    if not handlers:
        raise line.fail("a try without except")
    op.attrs.update(handlers=tuple(handlers), names=tuple(names))


def _classes(label: _Statement) -> Iterator[type]:
    """The exception classes that an ``except`` line names."""
    while label.kind() == "name" and label.peek() != "as":
        yield label.reader.find(label.next())
        label.try_take(",")


_STATEMENTS: dict[str, Callable[[_Statement, Op], None]] = {
    "const": _read_const, "global": _read_global, "iaddv": _read_iaddv, "invoke": _read_invoke, "index_add": _read_index_add,
    "store": _read_store, "insert": _read_insert, "remove": _read_remove,
    "exchange": _read_exchange,
    "if": _read_if, "for": _read_for, "while": _read_while, "with": _read_with,
    "try": _read_try,
}
