"""IR to text: one op per line, blocks by indentation, names derived from the user's, the same text in every run."""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from ..runtime import watching
from . import ops as _ops
from .core import Block, Callee, Function, Op, Value
from .ops import INFIX, PREFIX, STORES, Lit, SeqOf, SliceOf, Slot
from .rewrite import index_template
from .types import DYN

MODULES: tuple[tuple[str, Any], ...] = (
    ("", builtins), ("np.", np), ("np.linalg.", np.linalg), ("np.fft.", np.fft), ("np.random.", np.random), ("math.", math),
    ("", _ops), ("", operator), ("operator.", operator), ("", watching),
)
"""Where callables are looked for, in this order; operators that a builtin hides (``abs``) are found under ``operator.``."""
KINDS = ("range", "each", "iter")
_HIDDEN = {"effect": "pure", "spelled": "", "kind": None, "adjoint": False, "may_raise": False, "tail": False}
"""Attributes that are not shown while they have this value."""


def to_text(fn: Function, lines: bool = False) -> str:
    """The readable dump of ``fn``; ``lines=True`` ends each op with the user's line it belongs to.

    Works at every stage, and on invalid IR too: a value that nothing defines is named where it is used.
    """
    return "\n".join(_Printer(lines).function(fn)) + "\n"


def op_text(op: Op, fn: Function | None = None) -> str:
    """The first line of one op, for messages; its values have the names of ``to_text(fn)``."""
    printer = _Printer(False)
    if fn is not None:
        for _ in printer.function(fn):
            pass
    return next(printer.op(op, "")).strip()


def callable_text(fn: Any) -> str:
    """How the dump writes a callable: ``np.sum``, ``math.exp``, ``len``, ``add``; else its own name."""
    name = getattr(fn, "__name__", None)
    if name is None:
        return f"object({type(fn).__name__!r})"
    for prefix, module in MODULES:
        if getattr(module, name, None) is fn:
            return str(prefix + name) if prefix or not _hidden_by_builtin(name, fn) else f"operator.{name}"
    return str(name)


def _hidden_by_builtin(name: str, fn: Any) -> bool:
    return getattr(builtins, name, fn) is not fn


def literal_text(value: Any) -> str:
    """A literal or named object as the dump writes it."""
    if isinstance(value, float) and not math.isfinite(value) and type(value) is float:
        return repr(value)
    if value is Ellipsis:
        return "..."
    if type(value) in (tuple, list):
        inner = ", ".join(map(literal_text, value))
        return f"[{inner}]" if type(value) is list else f"({inner},)" if len(value) == 1 else f"({inner})"
    if value is None or type(value) in (bool, int, float, complex, str, bytes):
        return repr(value)
    if isinstance(value, slice):
        return _Printer(False).template(SliceOf(Lit(value.start), Lit(value.stop), Lit(value.step)), None)
    if isinstance(value, Function | Callee):
        return value.name if isinstance(value, Function) else value.function.name
    if isinstance(value, ModuleType):
        return {"numpy": "np"}.get(value.__name__, value.__name__)
    return callable_text(value) if callable(value) else f"object({type(value).__name__!r})"


class _Printer:
    def __init__(self, lines: bool) -> None:
        self.lines = lines
        self.names: dict[Value, str] = {}
        self.counts: dict[str, int] = {}

    def name(self, value: Value) -> str:
        found = self.names.get(value)
        if found is None:
            count = self.counts.get(value.hint, 0)
            self.counts[value.hint] = count + 1
            found = f"%{count}" if not value.hint else f"%{value.hint}.{count}" if count else f"%{value.hint}"
            self.names[value] = found
        return found

    def names_of(self, values: Iterable[Value]) -> str:
        return ", ".join(map(self.name, values))

    def define(self, value: Value) -> str:
        name = self.name(value)
        return name if value.type == DYN else f"{name}: {value.type}"

    def function(self, fn: Function) -> Iterator[str]:
        yield f"function {fn.name}({', '.join(map(self.define, fn.params))}):"
        yield from self.block(fn.body, "  ")

    def block(self, block: Block, indent: str) -> Iterator[str]:
        for op in block.ops:
            yield from self.op(op, indent)

    def op(self, op: Op, indent: str) -> Iterator[str]:
        results = ", ".join(map(self.define, op.results))
        region = _REGIONS.get(op.name)
        head = region(self, op) if region is not None and op.blocks else self.plain(op)
        head += self.attributes(op)
        note = f"  # {op.loc.line}" if self.lines else ""
        yield f"{indent}{results}{' = ' if results else ''}{head}{':' if op.blocks else ''}{note}"
        for k, block in enumerate(op.blocks):
            label = self.label(op, k)
            if label:
                yield f"{indent}{label}:"
            yield from self.block(block, indent + "  ")

    def label(self, op: Op, k: int) -> str:
        """The line between two blocks of one op."""
        block = op.blocks[k]
        if op.name == "if":
            return "else" if k == 1 else ""
        if op.name in _REGIONS and k == 0:
            return ""
        if op.name == "try":
            return self.handler(op, k)
        word = "do" if op.name == "while" else "block"
        return f"{word} {', '.join(map(self.define, block.args))}".rstrip()

    def handler(self, op: Op, k: int) -> str:
        """``except ValueError, TypeError as %e``: the line before a handler."""
        known = list(op.attrs.get("handlers", ()))
        classes = ", ".join(map(callable_text, known[k - 1])) if k <= len(known) else "?"
        bound = ", ".join(map(self.define, op.blocks[k].args))
        return f"except {classes}".rstrip() + (f" as {bound}" if bound else "")

    def plain(self, op: Op) -> str:
        if op.name == "call" and "args" in op.attrs and "fn" in op.attrs:
            return self.call(op)
        if op.name == "const":
            return f"const {literal_text(op.attrs['value'])}"
        if op.name == "global":
            return f"global {op.attrs.get('root')}{''.join(map(_step_text, op.attrs.get('path', ())))}"
        if op.name == "iaddv" and "args" in op.attrs:
            return f"iaddv {', '.join(self.template(t, op.operands) for t in op.attrs['args'])}"
        if op.name == "invoke":
            callee = op.attrs.get("callee")
            return f"invoke {literal_text(callee)}({self.names_of(op.operands)})"
        if op.name in ("index_add", "store", "insert"):
            buffer, value = op.operands[:2]
            return f"{op.name} {self.name(buffer)}[{self.index(index_template(op), op.operands)}], {self.name(value)}"
        if op.name == "exchange":
            items = self.name(op.operands[0])
            return f"exchange {', '.join(f'{items}[{self.index(t, op.operands)}]' for t in op.attrs['args'][1:])}"
        if op.name == "remove":
            return f"remove {self.name(op.operands[0])}[{self.index(index_template(op), op.operands)}]"
        return f"{op.name} {self.names_of(op.operands)}".rstrip()

    def call(self, op: Op) -> str:
        fn, args, kwargs = op.attrs["fn"], op.attrs["args"], op.attrs.get("kwargs") or {}
        texts = [self.template(t, op.operands) for t in args]
        if not kwargs and len(args) == 2 and fn is operator.getitem and isinstance(args[0], Slot):
            return f"{texts[0]}[{self.index(args[1], op.operands)}]"
        if not kwargs and len(args) == 2 and _is_known(fn, INFIX):
            return f"{texts[0]} {INFIX[fn]} {texts[1]}"
        if not kwargs and len(args) == 1 and _is_known(fn, PREFIX) and isinstance(args[0], Slot):
            return f"{PREFIX[fn]}{texts[0]}"
        texts += [f"{key}={self.template(t, op.operands)}" for key, t in kwargs.items()]
        return f"{callable_text(fn)}({', '.join(texts)})"

    def index(self, template: Any, operands: list[Value]) -> str:
        if isinstance(template, SeqOf) and template.kind is tuple and template.items:
            text = ", ".join(self.template(t, operands) for t in template.items)
            return text + "," if len(template.items) == 1 else text
        return self.template(template, operands)

    def template(self, template: Any, operands: list[Value] | None) -> str:
        """A template with the operands' names in its slots (``$0`` where there are no operands to name)."""
        if isinstance(template, Slot):
            known = operands is not None and template.index < len(operands)
            return self.name(operands[template.index]) if known and operands else f"${template.index}"
        if isinstance(template, SeqOf):
            inner = ", ".join(self.template(t, operands) for t in template.items)
            return f"[{inner}]" if template.kind is list else f"({inner},)" if len(template.items) == 1 else f"({inner})"
        if isinstance(template, SliceOf):
            ends = (template.lo, template.hi, template.step)
            lo, hi, step = ("" if end == Lit(None) else self.template(end, operands) for end in ends)
            return f"{lo}:{hi}" + (f":{step}" if step else "")
        return literal_text(template.value if isinstance(template, Lit) else template)

    def attributes(self, op: Op) -> str:
        shown = [self.attribute(key, value) for key, value in op.attrs.items() if not _is_implied(op, key, value)]
        return f" {{{', '.join(shown)}}}" if shown else ""

    def attribute(self, key: str, value: Any) -> str:
        return key if value is True else f"{key}={self.template(value, None)}"

    def carried(self, args: list[Value], inits: list[Value]) -> str:
        pairs = [f"{self.define(a)} = {i}" for a, i in zip(args, map(self.name, inits), strict=False)]
        return f" with {', '.join(pairs)}" if pairs else ""


def _is_known(fn: Any, table: dict[Any, str]) -> bool:
    try:
        return fn in table
    except TypeError:
        return False


def _is_implied(op: Op, key: str, value: Any) -> bool:
    """Whether the op's own syntax or a default says it already."""
    said = {"call": ("fn", "args", "kwargs", "alike", "hands"), "const": ("value",), "invoke": ("callee",),
            "index_add": ("args",), **dict.fromkeys(STORES, ("args",)),
            "global": ("root", "path", "source", "current"), "iaddv": ("args", "kwargs"),
            "try": ("handlers", "names")}.get(op.name, ())
    if key in said or key == "watched" or (op.name == "for" and key == "kind"):
        return True
    return key in _HIDDEN and value == _HIDDEN[key] and isinstance(value, type(_HIDDEN[key]))


def _step_text(step: Any) -> str:
    kind, key = step if isinstance(step, tuple) else ("attr", step)
    return f".{key}" if kind == "attr" else f"[{literal_text(key)}]"


def _if_head(printer: _Printer, op: Op) -> str:
    return f"if {printer.names_of(op.operands)}"


def _for_head(printer: _Printer, op: Op) -> str:
    kind = op.attrs.get("kind", "range")
    count = 3 if kind == "range" else 1
    over = printer.names_of(op.operands[:count])
    args = op.blocks[0].args
    item = printer.define(args[0]) if args else "?"
    return f"for {item} in {kind}({over})" + printer.carried(args[1:], op.operands[count:])


def _while_head(printer: _Printer, op: Op) -> str:
    return "while" + printer.carried(op.blocks[0].args, op.operands)


def _with_head(printer: _Printer, op: Op) -> str:
    names = ", ".join(map(printer.define, op.blocks[0].args))
    return f"with {printer.names_of(op.operands)}".rstrip() + (f" as {names}" if names else "")


def _try_head(printer: _Printer, op: Op) -> str:
    return "try"


_REGIONS = {"if": _if_head, "for": _for_head, "while": _while_head, "with": _with_head, "try": _try_head}
