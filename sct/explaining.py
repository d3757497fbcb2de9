"""Takes a compiled gradient, gives a report per user line: what is saved, kept, recomputed and left out, and why.

Everything is read from the intermediate representation of the generated functions (``push`` ops, values used on both sides of
the mark, ops marked as recomputed) and from the activity of the typed function, so the report cannot differ from what runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .analysis.activity import active_values, carries_derivative, varied_values
from .codegen.facts import resolve
from .codegen.wording import ELLIPSIS, wording
from .errors import place
from .ir.core import Block, Function, Loc, Op, Value, enclosing, walk
from .ir.ops import IMPLICIT, LOOPS, uses_in
from .ir.types import STR, Array, Cache, List, Object, Scalar, Tuple, Type, strip_const
from .loaded import Compiled

PREAMBLE = """The generated code records no operations, builds no graph and creates no closures.
It keeps only plain lists of the values that a derivative formula reads, listed here."""


@dataclass(frozen=True)
class Entry:
    """One line of the report."""

    loc: Loc
    what: str
    """saved, kept, recomputed or inactive."""
    value: str
    type: str = ""
    size: str = ""
    why: str = ""


def explain_compiled(compiled: Compiled) -> str:
    """The report as text: a heading, then the entries grouped by the line of the user's function that they belong to."""
    lines = [_heading(compiled), PREAMBLE, ""]
    entries = list(dict.fromkeys(_entries(compiled)))
    lines += _table(entries, compiled.typed.loc.function) or ["Nothing is saved, recomputed or left out."]
    return "\n".join([*lines, "", _totals(entries)]) + "\n"


def _heading(compiled: Compiled) -> str:
    typed = compiled.typed
    params = ", ".join(f"{v.hint}: {strip_const(v.type)}" for v in typed.params)
    wrt = " and ".join(typed.params[k].hint for k in compiled.request.wrt)
    return f"{place(typed.loc)}the gradient of {typed.name}({params}) with respect to {wrt}"


def _entries(compiled: Compiled) -> Iterator[Entry]:
    yield from _inputs(compiled)
    for function in (compiled.adjoint, *compiled.callees):
        saved = {op.operands[0]: op.operands[1] for op in walk(function.body) if op.name == "push"}
        saved.update(_taken_back(function, saved))
        yield from _saved(function)
        yield from _kept(function)
        yield from _recomputed(function, saved)
    yield from _inactive(compiled)


# ---------------------------------------------------------------------------------------------------- saved, kept, recomputed

def _saved(function: Function) -> Iterator[Entry]:
    for op in walk(function.body):
        if op.name == "push":
            for value in _together(op.operands[1]) or [op.operands[1]]:
                loc = value.owner.loc if isinstance(value.owner, Op) else op.loc
                size, why = size_per_save(value.type), _how_often(op)
                if isinstance(value.owner, Op) and value.owner.attrs.get("overwritten"):
                    value, why = value.owner.operands[0], f"{why}, before it is overwritten"
                yield Entry(loc, "saved", _spelled(value), _shown(value.type), size, why)


def _together(value: Value) -> list[Value]:
    """The values that are saved as one tuple."""
    owner = value.owner
    return owner.operands if isinstance(owner, Op) and owner.name == "tuple" and owner.attrs.get("cls") is tuple else []


def _taken_back(function: Function, saved: dict[Value, Value]) -> Iterator[tuple[Value, Value]]:
    """For each item of a tuple that was saved and is taken back: the value that was saved."""
    for op in walk(function.body):
        if op.name != "item":
            continue
        source = op.operands[0].owner
        loop = source.parent if isinstance(source, Block) else None
        if loop is not None and loop.name == "for" and loop.attrs.get("kind") == "each":
            source = loop.operands[0].owner  # reversed(cache)
        cache = source.operands[0] if isinstance(source, Op) and source.operands else None
        if cache is not None and cache in saved and _together(saved[cache]):
            yield op.results[0], _together(saved[cache])[op.attrs["key"]]


def _how_often(op: Op) -> str:
    assert op.parent is not None
    loops = [b.parent for b in enclosing(op.parent) if b.parent is not None and b.parent.name in LOOPS]
    if not loops:
        return "once"
    trips = [f"the loop in line {loop.loc.line}" for loop in loops]
    return "once per iteration of " + " inside ".join(trips)


def _kept(function: Function) -> Iterator[Entry]:
    """Values of the forward sweep that the reverse sweep reads as they are: variables that simply stay alive."""
    forward, reverse = _sweeps(function)
    if not reverse:
        yield from _context(function)
        return
    made = {r: op for op in forward for r in op.results}
    read = dict.fromkeys(resolve(v) for op in reverse if op.name != "return" for v in uses_in(op))
    for value in read:
        op = made.get(value)
        if op is not None and _is_kept(op, value):
            yield Entry(op.loc, "kept", _spelled(value), _shown(value.type), "", "the variable stays alive until it is read")


def _context(function: Function) -> Iterator[Entry]:
    """What the forward half of a callee hands to its backward half."""
    for op in function.body.ops:
        if op.name == "tuple" and op.results[0].hint == "context":
            for value in map(resolve, op.operands):
                if isinstance(value.owner, Op) and _is_kept(value.owner, value):
                    why = "handed to the backward half, once per call"
                    yield Entry(value.owner.loc, "kept", _spelled(value), _shown(value.type), "", why)


def _is_kept(op: Op, value: Value) -> bool:
    unpacks = op.name == "item" and isinstance(op.operands[0].type, Object)  # the context of a backward half
    free = op.name in ("const", "global", "cache", "undef", *IMPLICIT)
    return not (unpacks or free or isinstance(value.type, Cache | Object))


def _sweeps(function: Function) -> tuple[list[Op], list[Op]]:
    ops = function.body.ops
    at = next((k for k, op in enumerate(ops) if op.name == "mark"), len(ops))
    return ops[:at], ops[at + 1:]


def _recomputed(function: Function, saved: dict[Value, Value]) -> Iterator[Entry]:
    """Values that are computed again in the reverse sweep; a part of a recomputed expression is not listed by itself."""
    again = [op for op in walk(function.body) if op.attrs.get("recomputed") and op.name in ("call", "attr", "item")
             and not op.attrs.get("adjoint")]
    parts = {resolve(v) for op in again for v in op.operands}
    for op in again:
        (value,) = op.results[:1]
        if value.hint or value not in parts:
            spelled = f"{value.hint} = {wording(op, saved)}" if value.hint else wording(op, saved)
            yield Entry(op.loc, "recomputed", spelled, _shown(value.type), "", "cheaper than saving it")


# ----------------------------------------------------------------------------------------------------------------- inactive

def _inputs(compiled: Compiled) -> Iterator[Entry]:
    typed, wrt = compiled.typed, compiled.request.wrt
    active = _active(compiled)
    for k, value in enumerate(typed.params):
        if value in active:
            continue
        why = "not asked for by argnums" if k not in wrt else _no_derivative(value.type) or "the result does not depend on it"
        if k in wrt or value.type.differentiable:
            yield Entry(typed.loc, "inactive", value.hint, _shown(value.type), "", why)
        elif reason := _no_derivative(value.type):
            yield Entry(typed.loc, "inactive", value.hint, _shown(value.type), "", reason)


def _inactive(compiled: Compiled) -> Iterator[Entry]:
    typed = compiled.typed
    inputs = [typed.params[k] for k in compiled.request.wrt]
    varied, active = varied_values(typed, inputs), _active(compiled)
    names = " or ".join(v.hint for v in inputs)
    for op in walk(typed.body):
        for value in _named_here(op):
            why = _reason(op, value, varied, active, names)
            if why:
                spelled = value.hint or wording(op)
                yield Entry(op.loc, "inactive", spelled, _shown(value.type), "", why)


def _active(compiled: Compiled) -> set[Value]:
    typed = compiled.typed
    end = typed.body.ops[-1]
    outputs = end.operands[:1] if compiled.request.has_aux else end.operands
    return active_values(typed, [typed.params[k] for k in compiled.request.wrt], outputs)


def _named_here(op: Op) -> Iterable[Value]:
    """The values worth a line: the user's variables, and calls through which no derivative flows."""
    if op.name in ("const", "undef", "global", *IMPLICIT):
        return []
    own = [v for v in op.results if v.hint and "·" not in v.hint and v.hint != "exit"]
    if op.name == "for":
        own = [v for v in op.blocks[0].args[:1] if v.hint] + own
    if op.name == "call" and not carries_derivative(op) and len(op.results) == 1 and op.results[0].type.differentiable:
        own = own or op.results
    return own


def _reason(op: Op, value: Value, varied: set[Value], active: set[Value], names: str) -> str:
    if value in active:
        return ""
    if reason := _no_derivative(value.type):
        return reason
    if op.name == "call" and not carries_derivative(op) and any(v in varied for v in op.operands):
        return f"the derivative of {wording(op).split('(')[0]} is zero" if "(" in wording(op) else "its derivative is zero"
    if value in varied:
        return "the result does not depend on it"
    return f"does not depend on {names}" if value.hint else ""


def _no_derivative(t: Type) -> str:
    """Why values of a type never carry a derivative; empty if they may."""
    t = strip_const(t)
    if t.differentiable:
        return ""
    if isinstance(t, Scalar | Array):
        kind = "a boolean" if t.dtype == "bool" else "an integer" if t.dtype.startswith(("int", "uint")) else t.dtype
        return f"{kind} has no derivative" if isinstance(t, Scalar) else f"an array of {t.dtype} has no derivative"
    return "a string has no derivative" if t is STR else f"{t} has no derivative"


# ------------------------------------------------------------------------------------------------------------------ wording

def _spelled(value: Value) -> str:
    if value.hint:
        return value.hint
    if isinstance(value.owner, Op) and value.owner.blocks:
        return f"result of the {value.owner.name} in line {value.owner.loc.line}"
    text = wording(value)
    return text if text != ELLIPSIS else "a value of this line"


def _shown(t: Type) -> str:
    t = strip_const(t)
    return f"{t.dtype}" if isinstance(t, Scalar) and t.python is None else str(t)


def size_per_save(t: Type) -> str:
    """Bytes that one saved value takes in CPython, its place in the list included; arrays by their number of elements.

    >>> from sct.ir.types import BOOL, FLOAT
    >>> size_per_save(FLOAT), size_per_save(Tuple((FLOAT, BOOL))), size_per_save(Array("float64", ("n", "n")))
    ('32', '88', '120 + 8 per element')
    """
    t = strip_const(t)
    if isinstance(t, Scalar):
        return str(8 + _object_size(t))
    if isinstance(t, Array):
        return f"{104 + 8 * t.ndim} + {_item_size(t.dtype)} per element"
    if isinstance(t, Tuple):
        items = [size_per_save(item) for item in t.items]
        return str(48 + sum(map(int, items))) if all(map(str.isdigit, items)) else " + ".join(["48", *items])
    if isinstance(t, List):
        return "64 + 8 per item"
    return ""


def _object_size(t: Scalar) -> int:
    """Bytes of a number object; ``True`` and ``False`` exist anyway."""
    if t.dtype == "bool":
        return 0
    python = {"float64": 24, "int64": 28, "complex128": 32}
    return python[t.dtype] if t.python and t.dtype in python else 24 + max(8, _item_size(t.dtype))


def _item_size(dtype: str) -> int:
    digits = "".join(c for c in dtype if c.isdigit())
    return int(digits) // 8 if digits else 1


def _table(entries: list[Entry], home: str) -> list[str]:
    """The entries under the line they belong to, columns aligned over the whole report."""
    widths = [max((len(c) for e in entries for c in [_columns(e)[k]]), default=0) for k in range(4)]
    lines: list[str] = []
    for loc in sorted({(e.loc.file, e.loc.line) for e in entries}):
        group = [e for e in entries if (e.loc.file, e.loc.line) == loc]
        first = group[0].loc
        foreign = f" (in {first.function})" if first.function and first.function != home else ""
        lines.append(f"{first.line:>5}  {first.text.strip().splitlines()[0] if first.text.strip() else ELLIPSIS}{foreign}")
        for entry in group:
            cells = [cell.ljust(width) for cell, width in zip(_columns(entry), widths, strict=True)]
            lines.append(("       " + "  ".join([*cells, entry.why])).rstrip())
    return lines


def _columns(e: Entry) -> tuple[str, str, str, str]:
    return e.what, e.value, e.type, f"{e.size} bytes" if e.size.isdigit() else f"bytes: {e.size}" if e.size else ""


def _totals(entries: list[Entry]) -> str:
    """How many values are saved, and what their numbers take in each loop."""
    saved = [e for e in entries if e.what == "saved"]
    if not saved:
        return "Nothing is saved in a list."
    sums: dict[str, int] = {}
    for e in saved:
        if e.size.isdigit():
            sums[e.why] = sums.get(e.why, 0) + int(e.size)
    count = "1 saved value" if len(saved) == 1 else f"{len(saved)} saved values"
    parts = [f"{total} bytes {why.removeprefix('once ')}" for why, total in sums.items()]
    return f"{count}: {', '.join(parts)}." if parts else f"{count}."
