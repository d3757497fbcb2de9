"""Takes an exception that came through generated code, adds a note that names the line of the user's function it belongs to.

A generated statement can hold operations of several lines of the user's.  Python knows which part of the line failed, and
printing the operations of the function again, one by one, shows which of them reads like that part.  Only failing calls pay.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator

from .codegen.expr import Expressions
from .codegen.facts import gather
from .codegen.inline import plan_expressions
from .codegen.names import name_variables
from .errors import InternalError, MissingRuleError, place
from .ir.core import Function, Loc, Op, walk
from .loaded import Compiled, Printed

NOTE = "while running"


def annotate(error: BaseException, compiled: Compiled) -> None:
    """Add the note, unless a generated function further in has added its own."""
    if any(note.startswith(NOTE) for note in getattr(error, "__notes__", ())):
        return
    found = _blame(error, compiled)
    if found is not None:
        loc, in_reverse = found
        error.add_note(f"{NOTE} {'the adjoint of ' if in_reverse else ''}{place(loc)}{loc.text.strip()}")


def at_its_line(error: BaseException, compiled: Compiled) -> MissingRuleError:
    """The error for the user where a derivative does not exist."""
    found = _blame(error, compiled)
    return MissingRuleError(str(error), loc=found and found[0], code="SCT209")


def _blame(error: BaseException, compiled: Compiled) -> tuple[Loc, bool] | None:
    """The user's line, and whether it is its adjoint that failed."""
    functions = dict(zip((e.filename for e in compiled.emitted), [*compiled.callees, compiled.adjoint], strict=True))
    printed = {e.filename: e for e in compiled.emitted}
    trace = innermost(error, printed)
    if trace is None:
        return None
    filename = trace.tb_frame.f_code.co_filename
    own, function = printed[filename], functions[filename]
    loc = own.emitted.line_map.get(trace.tb_lineno)
    op = _operation(function, _failing_part(trace, own), loc)
    if op is not None:
        return op.loc, _is_reverse(function, op)
    return None if loc is None else (loc, _starts_backward(function) or 0 < own.reverse_line < trace.tb_lineno)


def innermost(error: BaseException, printed: dict[str, Printed]) -> types.TracebackType | None:
    """The last generated function through which the exception came."""
    found, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in printed:
            found = trace
        trace = trace.tb_next
    return found


def _failing_part(trace: types.TracebackType, printed: Printed) -> str | None:
    """The expression that was being computed, as Python prints it; None if it is not an expression of one line."""
    positions = list(trace.tb_frame.f_code.co_positions())
    line, end_line, start, stop = positions[trace.tb_lasti // 2]
    if line is None or line != end_line or start is None:
        return None
    text = printed.emitted.text.splitlines()[line - 1].encode()[start:stop].decode()
    try:
        return ast.unparse(ast.parse(text, mode="eval"))
    except SyntaxError:
        return None


def _operation(function: Function, text: str | None, statement: Loc | None) -> Op | None:
    """The operation that prints as ``text``; of several, one of the statement's own line."""
    if text is None:
        return None
    found = [op for op, own in _printed(function) if own == text and op.loc.line]
    return next((op for op in found if op.loc == statement), found[0] if found else None)


def _printed(function: Function) -> Iterator[tuple[Op, str]]:
    plan = plan_expressions(gather(function))
    expressions = Expressions(plan, name_variables(plan))
    for op in walk(function.body):
        if op.name in ("call", "invoke"):
            try:
                yield op, ast.unparse(expressions.define(op))
            except InternalError:
                continue


def _is_reverse(function: Function, op: Op) -> bool:
    """Whether an operation is part of the reverse sweep; the backward half of a callee is nothing else."""
    outermost = op
    while outermost.parent is not None and outermost.parent.parent is not None:
        outermost = outermost.parent.parent
    ops = function.body.ops
    mark = next((k for k, other in enumerate(ops) if other.name == "mark"), len(ops))
    return _starts_backward(function) or outermost in ops and ops.index(outermost) > mark


def _starts_backward(function: Function) -> bool:
    return any(op.name == "mark" and not op.attrs["text"] for op in function.body.ops)
