"""Takes a failed check of ``debug_nans=True``, gives the error that names the first adjoint that is not finite and its line.

A check knows the operations behind its value.  They are run again on the numbers that they had, to find the one of them
that makes a NaN or an infinity of finite numbers: its place in the user's function is that of the caret.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

from .blame import innermost
from .codegen.expr import Expressions
from .codegen.facts import gather, resolve
from .codegen.inline import plan_expressions
from .codegen.names import name_variables
from .errors import NonFiniteGradientError, place
from .ir.core import Function, Loc, Op, Value, walk
from .ir.evaluate import replay
from .loaded import Compiled, Printed
from .passes.watch import is_derivative
from .runtime.watching import NotFinite, is_finite, worst


def located(error: NotFinite, compiled: Compiled) -> NonFiniteGradientError:
    """The error for the user, of a check in a function of ``compiled``."""
    functions = dict(zip((e.filename for e in compiled.emitted), [*compiled.callees, compiled.adjoint], strict=True))
    printed = {e.filename: e for e in compiled.emitted}
    trace = innermost(error, printed)
    if trace is None:
        return NonFiniteGradientError(str(error))
    filename = trace.tb_frame.f_code.co_filename
    notes = _noted(error, printed)
    if error.result:
        return _undefined(error, _place_of(trace, printed[filename]), notes)
    place_of = _Place(functions[filename], printed[filename], trace.tb_lineno)
    return place_of.explained(error, notes)


def _undefined(error: NotFinite, loc: Loc | None, notes: list[str]) -> NonFiniteGradientError:
    first = f": {notes[0]}" if notes else ""
    return NonFiniteGradientError(f"the function itself gives {_shown(worst(error.value))}{first}", loc=loc,
                                  hint="a derivative means nothing there: look at the line that makes it first")


def _place_of(trace: types.TracebackType, printed: Printed) -> Loc | None:
    return printed.emitted.line_map.get(trace.tb_lineno)


def _noted(error: BaseException, printed: dict[str, Printed]) -> list[str]:
    """What was noted in the forward sweeps that are still open: where something was not finite first."""
    found: dict[str, None] = {}
    trace = error.__traceback__
    while trace is not None:
        own = printed.get(trace.tb_frame.f_code.co_filename)
        for line, value in trace.tb_frame.f_locals.get("notes", ()) if own is not None else ():
            loc = own.emitted.line_map.get(line) if own is not None else None
            if loc is not None:
                found[f"{place(loc)}`{loc.text.strip()}` gives {_shown(value)}"] = None
        trace = trace.tb_next
    return list(found)


class _Place:
    """A line of a generated function that holds a check."""

    def __init__(self, function: Function, printed: Printed, line: int) -> None:
        plan = plan_expressions(gather(function))
        self.names = name_variables(plan)
        self.expressions = Expressions(plan, self.names)
        self.loc = printed.emitted.line_map.get(line)
        self.kind = "adjoint" if any(op.name == "mark" for op in function.body.ops) else "tangent"
        self.check = self.find(function, printed.emitted.text.splitlines()[line - 1].strip())

    def find(self, function: Function, text: str) -> Op | None:
        """The check that prints as ``text``; of several, one of the same statement of the user's."""
        checks = [op for op in walk(function.body) if "watched" in op.attrs]
        same = [op for op in checks if ast.unparse(self.expressions.define(op)) == text]
        return next((op for op in same if op.loc == self.loc), same[0] if same else None)

    def explained(self, error: NotFinite, notes: list[str]) -> NonFiniteGradientError:
        if self.check is None or not self.check.attrs["watched"]:
            return self.message(None, error.value, self.loc, [], notes)
        value, *leaves = self.check.operands
        known: dict[Value, Any] = dict(zip(leaves, error.operands, strict=True))
        culprit = source_of(value, self.check.attrs["watched"], known)
        if culprit is None:
            return self.message(value, error.value, self.loc, [(v, known[v]) for v in leaves], notes)
        found, number, operands = culprit
        loc = found.loc if found.loc.line else self.loc
        return self.message(value, number, loc, operands, notes, found)

    def message(self, value: Value | None, number: Any, loc: Loc | None, operands: list[tuple[Value, Any]], notes: list[str],
                op: Op | None = None) -> NonFiniteGradientError:
        name = self.names.of.get(resolve(value), "") if value is not None else ""
        index = _first_index(number)
        shown = _element(number, index)
        if op is None:
            message = f"the {self.kind} `{name}` is {shown}" if name else f"the {self.kind} of this line is {shown}"
        elif op.results[0] is value:
            message = f"the {self.kind} `{name or self.kind} = {self.formula(op)}` gives {shown}"
        else:
            message = f"the {self.kind} `{name}` is not finite: `{self.formula(op)}` gives {shown}"
        given = [f"{text} = {_element(v, index)}" for text, v in self.named(operands)]
        message += f", with {' and '.join(given)}" if given else ""
        return NonFiniteGradientError(message, loc=loc, hint=_hint(operands, notes))

    def formula(self, op: Op) -> str:
        return ast.unparse(self.expressions.define(op))

    def named(self, operands: list[tuple[Value, Any]]) -> list[tuple[str, Any]]:
        """What the printed text calls the operands; a literal is in the formula already."""
        found = {}
        for v, number in operands:
            owner = v.owner
            text = self.names.of.get(resolve(v)) or ast.unparse(self.expressions.of(v))
            if not (isinstance(owner, Op) and owner.name == "const") and not isinstance(_parsed(text), ast.Constant):
                found[text] = number
        return list(found.items())


def source_of(value: Value, ops: Iterable[Op], known: dict[Value, Any]) -> tuple[Op, Any, list[tuple[Value, Any]]] | None:
    """The one of ``ops`` behind a ``value`` that is not finite which takes finite numbers only; its result and its operands.

    Where something that was given is not finite, the op that takes it.
    """
    values = dict(known)
    ran = {op.results[0]: op for op in replay(ops, values)}
    op = ran.get(value)
    if op is None or is_finite(values[value]):
        return None
    while True:
        before = next((v for v in op.operands if v in ran and not is_finite(values[v])), None)
        if before is None or before in known:
            break
        op = ran[before]
    return op, values[op.results[0]], [(v, values[v]) for v in op.operands if v in values]


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _hint(operands: list[tuple[Value, Any]], notes: list[str]) -> str:
    if notes:
        return f"it comes from the function itself: {'; '.join(notes[:3])}"
    infinite = [v.hint for v, number in operands if not is_finite(number) and v.hint and not is_derivative(v)]
    if infinite:
        return f"`{infinite[0]}` is not finite in the function itself: look for what makes it so"
    return "there is no derivative here, or none that fits into a float: keep the argument away, for instance with np.where"


def _first_index(number: Any) -> tuple[int, ...] | None:
    """Where the first element that is not finite stands in an array."""
    if not isinstance(number, np.ndarray) or number.ndim == 0 or is_finite(number):
        return None
    return tuple(int(k) for k in np.argwhere(~np.isfinite(number))[0])


def _element(number: Any, index: tuple[int, ...] | None) -> str:
    """A number, the element of an array that belongs to the one that is not finite, or else what kind of array it is."""
    if isinstance(number, np.ndarray) and number.ndim:
        if index is not None and number.ndim == len(index) and all(k < n for k, n in zip(index, number.shape, strict=True)):
            return f"{_shown(number[index])} at {list(index)}"
        return f"an array of shape {number.shape}"
    return _shown(number) if isinstance(number, float | complex | int | np.generic | np.ndarray) else type(number).__name__


def _shown(number: Any) -> str:
    return f"{number!s}"


