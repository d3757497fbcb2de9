"""Runs lowered IR on Python values: the judge of normalisation and lowering (with every op's meaning in one line or two)."""

from __future__ import annotations

import builtins
import operator
from typing import Any

from sct.frontend.lower import lower
from sct.frontend.lowered import NestedCode
from sct.ir.core import Block, Function, Op, Value
from sct.ir.ops import is_terminator


class _Undef:
    def __repr__(self) -> str:
        return "<unbound>"


UNDEF = _Undef()
MAY_BE_UNBOUND = {"yield", "continue", "break", "setcell", "closure"}


class Box:
    """A closure cell."""

    def __init__(self) -> None:
        self.value: Any = UNDEF


class Frame:
    def __init__(self, captured: Any, outer: dict[str, Box]) -> None:
        self.captured = captured
        self.env: dict[Value, Any] = {}
        self.outer = outer
        self.cells: dict[str, Box] = {}

    def box(self, cell: str) -> Box:
        return self.outer[cell] if cell in self.outer else self.cells.setdefault(cell, Box())


class Closure:
    """A nested function at run time."""

    def __init__(self, code: NestedCode, captured: list[Any], defaults: list[Any], cells: dict[str, Box], root: Any) -> None:
        self.code, self.captured, self.defaults, self.cells, self.root = code, captured, defaults, cells, root

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        names = [p.name for p in self.code.params if p.has_default]
        values = bind(self.code.params, args, kwargs, dict(zip(names, self.defaults, strict=True)))
        return call(self.code.lowered(), [*self.captured, *values], Frame(self.root, self.cells))


def display(op: Op, values: list[Any]) -> dict[Any, Any]:
    n, made = op.attrs["n"], {}
    for key, value, spread in zip(values[:n], values[n:], op.attrs.get("spread", (False,) * n), strict=True):
        made.update(value if spread else {key: value})
    return made


def bind(params: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any], defaults: dict[str, Any]) -> list[Any]:
    out, rest, named = [], list(args), dict(kwargs)
    for p in params:
        if p.kind == "VAR_POSITIONAL":
            out.append(tuple(rest))
            rest = []
        elif p.kind == "VAR_KEYWORD":
            out.append(named)
            named = {}
        elif rest and p.kind != "KEYWORD_ONLY":
            out.append(rest.pop(0))
        elif p.kind != "POSITIONAL_ONLY" and p.name in named:
            out.append(named.pop(p.name))
        elif p.name in defaults:
            out.append(defaults[p.name])
        else:
            raise TypeError(f"missing argument {p.name}")
    if rest or named:
        raise TypeError("too many arguments")
    return out


def run(captured: Any, *args: Any, function: Function | None = None, **kwargs: Any) -> Any:
    """Call a captured function by way of its lowered IR."""
    function = function or lower(captured)
    defaults = {k: p.default for k, p in captured.signature.parameters.items() if p.default is not p.empty}
    return call(function, bind(function.info.params, args, kwargs, defaults), Frame(captured, {}))


def call(function: Function, args: list[Any], frame: Frame) -> Any:
    frame.env.update(zip(function.body.args, args, strict=True))
    kind, values, _ = block(frame, function.body)
    assert kind == "return", kind
    return values[0]


def block(frame: Frame, body: Block) -> tuple[str, list[Any], Op]:
    """Run a block; (its terminator's name, the values it passes on, the terminator)."""
    assert is_terminator(body.ops[-1]), body.ops
    assert not any(is_terminator(op) for op in body.ops[:-1]), body.ops
    for op in body.ops:
        values = [frame.env[v] for v in op.operands]
        checked = values[:1] if op.name in ("for", "with", "if") else [] if op.name == "while" else values
        if op.name not in MAY_BE_UNBOUND and any(v is UNDEF for v in checked):
            raise UnboundLocalError(str(op))
        if op.name == "if" and op.attrs.get("tail"):
            return block(frame, op.blocks[0 if values[0] else 1])
        if op.name == "raise":
            if len(values) == 2:
                raise values[0] from values[1]
            raise values[0]
        if is_terminator(op):
            return op.name, values, op
        results = OPS[op.name](frame, op, values)
        frame.env.update(zip(op.results, results, strict=True))
    raise AssertionError


def loop_body(frame: Frame, body: Block, entry: list[Any]) -> tuple[bool, list[Any]]:
    frame.env.update(zip(body.args, entry, strict=True))
    kind, values, op = block(frame, body)
    assert kind in ("continue", "break"), kind
    assert kind == "continue" or op.attrs["exit"] >= 1
    return kind == "break", values


def _for(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    carried = values[1:]
    for item in values[0]:
        left, carried = loop_body(frame, op.blocks[0], [item, *carried])
        if left:
            break
    return carried


def _while(frame: Frame, op: Op, carried: list[Any]) -> list[Any]:
    while True:
        frame.env.update(zip(op.blocks[0].args, carried, strict=True))
        kind, (condition,), _ = block(frame, op.blocks[0])
        assert kind == "test"
        if not condition:
            return carried
        left, carried = loop_body(frame, op.blocks[1], carried)
        if left:
            return carried


def _if(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    kind, results, _ = block(frame, op.blocks[0 if values[0] else 1])
    assert kind == "yield", kind
    return results


def _with(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    with values[0] as entered:
        frame.env.update(zip(op.blocks[0].args, [entered][:len(op.blocks[0].args)], strict=True))
        kind, results, _ = block(frame, op.blocks[0])
        assert kind == "yield", kind
    return results


def _name(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    name, scope = op.attrs["name"], op.attrs["scope"]
    if scope == "cell":
        value = frame.box(name).value
        if value is UNDEF:
            raise NameError(name)
        return [value]
    if scope == "free":
        return [frame.captured.closure[name].cell_contents]
    space = frame.captured.globals
    return [space[name] if name in space else getattr(builtins, name)]


def _setcell(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    if op.attrs["fresh"]:
        frame.cells[op.attrs["cell"]] = Box()
    frame.box(op.attrs["cell"]).value = values[0]
    return []


def _closure(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    n, code = len(op.attrs["captures"]), op.attrs["code"]
    assert len(values) - n == op.attrs["n_defaults"]
    assert op.attrs["cells"] == tuple(code.cells.values())
    return [Closure(code, values[:n], values[n:], {c: frame.box(c) for c in op.attrs["cells"]}, frame.captured)]


def _call(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for value, how in zip(values[1:], op.attrs["args"], strict=True):
        if how[0] == "pos":
            args.append(value)
        elif how[0] == "star":
            args.extend(value)
        elif how[0] == "kw":
            kwargs[how[1]] = value
        else:
            kwargs.update(value)
    if "decided" in op.attrs:
        assert values[0] is getattr(builtins, op.attrs["decided"])
        return args
    return [values[0](*args, **kwargs)]


def _build(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    items: list[Any] = []
    for value, star in zip(values, op.attrs["star"], strict=True):
        items.extend(value) if star else items.append(value)
    return [op.attrs["kind"](items)]


def _unpack(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    items, n, star = list(values[0]), op.attrs["n"], op.attrs["star"]
    if len(items) != n if star is None else len(items) < n - 1:
        raise ValueError("wrong number of values to unpack")
    if star is None:
        return items
    after = len(items) - (n - star - 1)
    return [*items[:star], items[star:after], *items[after:]]


def _format(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    def text(parts: Any) -> str:
        if isinstance(parts, str):
            return parts
        out = []
        for part in parts:
            if isinstance(part, str):
                out.append(part)
                continue
            index, conversion, spec = part
            value = {115: str, 114: repr, 97: ascii}.get(conversion, lambda v: v)(values[index])
            out.append(format(value, text(spec)))
        return "".join(out)
    return [text(op.attrs["parts"])]


def _del_item(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    del values[0][values[1]]
    return []


def _made(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    return values


def _store_item(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    obj, index, value, *before = values
    old = op.attrs["aug"]
    obj[index] = value if old is None else old(*before or [obj[index]], value)
    return []


def _store_attr(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    obj, value, *before = values
    old, name = op.attrs["aug"], op.attrs["name"]
    setattr(obj, name, value if old is None else old(*before or [getattr(obj, name)], value))
    return []


def _assert(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    if not values[0]:
        raise AssertionError(*values[1:])
    return []


def _compare(frame: Frame, op: Op, values: list[Any]) -> list[Any]:
    fn = op.attrs["op"]
    return [fn(*reversed(values)) if fn.__name__ == "contains" else fn(*values)]


OPS = {
    "const": lambda frame, op, values: [op.attrs["value"]],
    "undef": lambda frame, op, values: [UNDEF],
    "read": lambda frame, op, values: values,
    "unary": lambda frame, op, values: [op.attrs["op"](*values)],
    "binary": lambda frame, op, values: [op.attrs["op"](*values)],
    "inplace": lambda frame, op, values: [getattr(operator, "i" + op.attrs["op"].__name__.strip("_"))(*values)],
    "not": lambda frame, op, values: [not values[0]],
    "attr": lambda frame, op, values: [getattr(values[0], op.attrs["name"])],
    "getitem": lambda frame, op, values: [values[0][values[1]]],
    "slice": lambda frame, op, values: [slice(*values)],
    "dict": lambda frame, op, values: [display(op, values)],
    "append": lambda frame, op, values: [[*values[0], values[1]]],
    "name": _name, "setcell": _setcell, "closure": _closure, "call": _call, "build": _build, "unpack": _unpack,
    "format": _format, "made": _made, "del_item": _del_item, "store_item": _store_item, "store_attr": _store_attr,
    "assert": _assert, "compare": _compare,
    "for": _for, "while": _while, "if": _if, "with": _with,
}
