"""Takes a specialisation, replaces its generated functions by ones that Numba has compiled.

The functions are printed from the same IR by the same printer.  Data of the user's module, which generated Python reads at each
call, is handed over at each call instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numba

from ..analysis.abstract import DataPath, read
from ..codegen.emit import Emitted, emit
from ..compiler import STRICT
from ..errors import MissingRuleError, SctError
from ..ir.core import Function, Loc, walk
from ..ir.ops import INFIX
from ..ir.types import Scalar, strip_const
from ..ir.verify import verify
from ..loaded import Compiled, Printed
from ..passes.dce import eliminate_dead_code
from ..passes.pipeline import settle
from . import helpers
from .apart import read_first
from .data import take_data
from .loops import lower_arrays
from .module import imported, module_text

assert helpers

_DIVISIONS = ("/", "//", "%", "**")


def make_native(compiled: Compiled, arguments: Sequence[Any], flags: dict[str, Any]) -> None:
    """Have Numba compile the functions of ``compiled`` for arguments like these; raises where it cannot, naming the line."""
    read_live = take_data(compiled.adjoint, compiled.callees)
    functions = [*compiled.callees, compiled.adjoint]
    for function in functions:
        lower_arrays(function)
        eliminate_dead_code(function)
        settle(function)
        read_first(function)
        if STRICT:
            verify(function)
    printed = [(function, emit(function, header=_header(compiled, function), releases=False)) for function in functions]
    options = {"cache": True, "boundscheck": True, "error_model": _error_model(functions), **flags}
    text = module_text(compiled, printed, options)
    name = compiled.adjoint.name
    native = getattr(imported(text, name), name)
    data = [DataPath(source.scope, source.root, tuple(op.attrs.get("path", ())), source.owner)
            for op in read_live for source in [op.attrs["source"]]]
    compiled.text, compiled.live = text, []
    compiled.function = _with_data(native, data) if data else native
    compiled.emitted = [Printed.of(emitted) for _, emitted in printed]
    _compile(compiled, native, [*arguments, *map(read, data)], text, [emitted for _, emitted in printed])


def _header(compiled: Compiled, function: Function) -> list[str]:
    header = [line[2:] for line in compiled.emitted[-1].emitted.text.splitlines() if line.startswith("# ")][:1]
    return header if function is compiled.adjoint else []


def _with_data(native: Callable[..., Any], data: list[DataPath]) -> Callable[..., Any]:
    def with_data(*arguments: Any) -> Any:
        return native(*arguments, *map(read, data))
    return with_data


def _error_model(functions: Sequence[Function]) -> str:
    """``python``, where dividing by a Python number that is zero must raise; ``numpy``, where all divisors are NumPy's."""
    for function in functions:
        for op in walk(function.body):
            if op.name == "call" and _divides(op.attrs["fn"]) and op.operands and isinstance(
                    t := strip_const(op.operands[-1].type), Scalar) and t.python is not False:
                return "python"
    return "numpy"


def _divides(fn: Any) -> bool:
    try:
        return INFIX.get(fn) in _DIVISIONS
    except TypeError:  # not hashable
        return False


# ----------------------------------------------------------------------------------------------------------------- compiling

def _compile(compiled: Compiled, native: Any, arguments: Sequence[Any], text: str, printed: Sequence[Emitted]) -> None:
    try:
        native.compile(tuple(map(numba.typeof, arguments)))
    except (numba.core.errors.NumbaError, ValueError, NotImplementedError, AssertionError) as error:  # some say nothing
        raise _refusal(compiled, str(error), text, printed) from None


def _refusal(compiled: Compiled, message: str, text: str, printed: Sequence[Emitted]) -> SctError:
    """The complaint of Numba, at the user's line."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", message)
    line = next((int(k) for k in reversed(re.findall(r'sct_native_[^"]*", line (\d+)', plain))), 0)
    loc = _users_line(text, printed, line) or compiled.typed.loc
    said = [s.strip() for s in plain.splitlines() if s.strip()]
    wanted = [s for s in said if re.search(r"No implementation|nsupported|not supported|Unknown|Untyped|Cannot", s)]
    reason = (wanted or said or ["it cannot be compiled"])[0]
    statement = text.splitlines()[line - 1].strip() if line else ""
    return MissingRuleError(f"Numba cannot compile `{statement or compiled.adjoint.name}`: {reason}", loc=loc, code="SCT210",
                            hint='use backend="python", or write the line with what Numba supports')


def _users_line(text: str, printed: Sequence[Emitted], line: int) -> Loc | None:
    """The place in the user's source of a line of the module."""
    lines = text.splitlines()
    for emitted in printed:
        start = next((k for k, shown in enumerate(lines, 1) if shown.startswith(f"def {emitted.name}(")), 0)
        own = next((k for k, shown in enumerate(emitted.text.splitlines(), 1) if shown.startswith("def ")), 0)
        if start and line >= start:
            found = emitted.line_map.get(line - start + own)
            if found is not None:
                return found
    return None

