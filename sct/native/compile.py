"""Takes a specialisation, replaces its generated functions by ones that Numba has compiled.

The functions are printed from the same IR by the same printer.  Where arguments or results are more than numbers and arrays, or
data of the user's module is read, a function in plain Python stands between them and the compiled ones.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from typing import Any

from ..analysis.abstract import DataPath
from ..codegen.emit import Emitted, emit
from ..compiler import STRICT
from ..errors import MissingRuleError, SctError
from ..ir.core import Function, Loc, Op, walk
from ..ir.ops import INFIX
from ..ir.types import Array, Scalar, strip_const
from ..ir.verify import verify
from ..loaded import Compiled, Printed
from ..passes.dce import eliminate_dead_code
from ..passes.gather import gather_all_additions
from ..passes.pipeline import settle
from ..room import room
from ..runtime import checks
from . import helpers
from .apart import read_first
from .at_once import compute_at_once
from .begin import begin_with_slices
from .boundary import split
from .bounds import divides_by_literal, test_before_loops
from .data import take_data
from .indices import say_indices
from .kept import keep_in_arrays
from .link import Around, Texts, compile_linked, link
from .loops import lower_arrays
from .module import NativeModule, module_text
from .quiet import refuse_silent
from .recursion import reaches, unfold_recursion
from .stand_ins import replace_missing
from .upwards import count_upwards
from .workspaces import drop_equal_extents, share_workspaces
from .written import keep_written

assert helpers

_DIVISIONS = ("/", "//", "%", "**")


@room()
def make_native(compiled: Compiled, arguments: Sequence[Any], flags: dict[str, Any]) -> Texts:
    """Have Numba compile the functions of ``compiled`` for arguments like these; raises where it cannot, naming the line."""
    texts = print_native(compiled, flags)
    linked = link(texts, arguments)
    compiled.function, compiled.live = linked.function, linked.live
    try:
        compile_linked(linked)
    except Exception as error:  # Numba raises what it likes, from its own errors to AttributeError
        raise _refusal(compiled, str(error), texts.module, "parallel" in flags) from None
    return texts


@room()
def print_native(compiled: Compiled, flags: dict[str, Any]) -> Texts:
    """Replace the functions of ``compiled`` by those that Numba is to compile, and print them."""
    main = compiled.adjoint
    unfold_recursion(main, compiled.callees)
    around = split(main, take_data(main, compiled.callees))
    functions = [*compiled.callees, main]
    tested: dict[Function, bool] = {}
    recursive = _recursive(functions)  # Numba links functions that call each other only where it is told the same for all
    for function in functions:
        refuse_silent(function)
        _prepare(function)
    model = _error_model(functions)
    for function in functions:
        tested[function] = "boundscheck" not in flags and not recursive and test_before_loops(function, model == "python")
        if tested[function] or flags.get("boundscheck") is False:
            compute_at_once(function, model == "python")
    printed = [(function, emit(function, header=compiled.header if function is main else [], releases=False))
               for function in functions]
    module = NativeModule(compiled)
    module.gather(printed)
    kept = not recursive and not module.foreign  # Numba does not notice that what a module imports has changed
    common = {"cache": kept, "error_model": model}
    options = {function: {**common, "boundscheck": not tested[function], **flags} for function in functions}
    compiled.text = module_text(module, printed, options)
    compiled.emitted = [Printed.of(emitted) for _, emitted in printed]
    return Texts(compiled.text, main.name, None if around is None else _printed_around(compiled, around), module.foreign)


def _printed_around(compiled: Compiled, around: Function) -> Around:
    """The function that is called, which calls the compiled one."""
    eliminate_dead_code(around)
    if STRICT:
        verify(around)
    emitted = emit(around, releases=False)
    (native,) = (name for name, value in emitted.imports.items() if isinstance(value, Function))
    imports = {name: value for name, value in emitted.imports.items() if name != native}
    data = tuple((name, DataPath(place.scope, place.root, (), place.owner)) for name, place in emitted.data.items())
    compiled.callees, compiled.adjoint = [*compiled.callees, compiled.adjoint], around
    compiled.emitted.append(Printed.of(emitted))
    compiled.text = f"{compiled.text}\n\n{emitted.text}"
    return Around(emitted.text, emitted.name, imports, native, data)


def _prepare(function: Function) -> None:
    """The passes of this backend; what none of them changes has been simplified before."""
    changed = eliminate_dead_code(function) + replace_missing(function) + say_indices(function)
    changed += gather_all_additions(function) + begin_with_slices(function) + lower_arrays(function)
    if changed:
        eliminate_dead_code(function)
    changed += keep_in_arrays(function) + count_upwards(function) + share_workspaces(function) + drop_equal_extents(function)
    if changed:
        settle(function)
        replace_missing(function)  # settling may have found sums along axes
    read_first(function)
    keep_written(function)
    for op in walk(function.body):
        op.attrs.pop("decides", None)  # loops stay loops: Numba has no generators in `any` and `all`
    if STRICT:
        verify(function)


def _recursive(functions: Sequence[Function]) -> bool:
    """Whether a function calls itself, directly or not: what Numba keeps of that on disk cannot be loaded."""
    calls = {f: [op for op in walk(f.body) if op.name == "invoke"] for f in functions}
    return any(reaches(f, f, calls) for f in functions)


def _error_model(functions: Sequence[Function]) -> str:
    """``python``, where dividing by a number that is zero must raise; ``numpy``, where it gives an infinity.

    Where there are both kinds, the divisions that raise become calls: those of elements stand in loops, of which LLVM makes
    vector instructions only where nothing raises.
    """
    divisions = [op for function in functions for op in walk(function.body) if op.name == "call" and _divides(op.attrs["fn"])]
    raising = [op for op in divisions if _may_divide_by_zero(op)]
    if len(raising) == len(divisions) or not any(map(_gives_infinity, divisions)):
        return "python" if raising else "numpy"
    for op in raising:
        op.attrs = {**op.attrs, "fn": _RAISING[op.attrs["fn"]], "may_raise": True}
    return "numpy"


_RAISING = {operator.truediv: checks.divided, operator.floordiv: checks.floor_divided, operator.mod: checks.remainder,
            operator.pow: checks.power}


def _gives_infinity(op: Op) -> bool:
    """Whether an operation divides numbers of NumPy's, or arrays."""
    kinds = [strip_const(v.type) for v in op.operands]
    of_numpy = any(isinstance(t, Array) or isinstance(t, Scalar) and t.python is False for t in kinds)
    return of_numpy and not divides_by_literal(op)


def _may_divide_by_zero(op: Op) -> bool:
    """Whether an operation divides numbers that may be Python's, unless the divisor is known not to be zero."""
    kinds = [strip_const(v.type) for v in op.operands]
    if not kinds or not all(isinstance(t, Scalar) and t.python is not False for t in kinds):
        return False
    if op.attrs["fn"] is operator.pow:  # of floats, Numba's is the same with both
        return all(isinstance(t, Scalar) and t.dtype == "int64" for t in kinds)
    return not divides_by_literal(op)


def _divides(fn: Any) -> bool:
    try:
        return INFIX.get(fn) in _DIVISIONS
    except TypeError:  # not hashable
        return False


# ----------------------------------------------------------------------------------------------------------------- refusing

def _refusal(compiled: Compiled, message: str, text: str, parallel: bool = False) -> SctError:
    """The complaint of Numba, at the user's line."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", message)  # it may be coloured by what Numba made before
    line = next((int(k) for k in reversed(re.findall(r'sct_native_[^"]*", line (\d+)', plain))), 0)
    loc = _users_line(text, [printed.emitted for printed in compiled.emitted], line) or compiled.typed.loc
    said = [s.strip() for s in plain.splitlines() if s.strip() and not s.startswith(("Failed in", "During", "File"))]
    wanted = [s for s in said if re.search(r"No implementation|nsupported|not supported|Unknown|Untyped|[Cc]annot", s)]
    reason = (wanted or said or ["it cannot be compiled"])[0]
    statement = text.splitlines()[line - 1].strip() if line else ""
    return MissingRuleError(f"Numba cannot compile `{statement or compiled.adjoint.name}`: {reason}", loc=loc, code="SCT210",
                            hint=f'{"leave out `parallel`, " if parallel else ""}use backend="python", or write the line '
                            "with what Numba supports")


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

