"""Takes the guards of each specialisation, gives a generated function that finds in a fraction of a microsecond which fits."""

from __future__ import annotations

import functools
import inspect
import math
import re
import threading
import types
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .analysis.abstract import DataPath, read
from .arguments import signature_text
from .custom import LISTENERS
from .errors import InternalError
from .ir.core import Op, Value
from .ir.types import ANY, MANY, NONE, STR, UNIT, Array, Object, Scalar, Type, dim_of, strip_const, type_of
from .runtime.arrays import Undetermined
from .runtime.watching import NotFinite
from .sharing import check_apart, must_be_apart

if TYPE_CHECKING:
    from .loaded import Compiled

RECENT = 6
"""How many specialisations the generated dispatcher tests before it falls back to the general search."""


class Missing:
    """Marks a parameter that the caller left to its default."""


MISSING = Missing()


ABSENT = (AttributeError, KeyError, IndexError, NameError, TypeError, ValueError)
"""What a guard may raise where the data it looks at is not there any more, or has another shape."""


def guard_code(compiled: Compiled, plain: Any) -> None:
    """Functions are compared by identity and by code: reloading tools replace ``__code__`` in place."""
    own = getattr(plain, "__func__", plain)
    functions = {id(own): (DataPath("const", own.__name__, (), own), own)}
    for kind, _, expected in compiled.guards:
        if kind == "is" and isinstance(expected, types.FunctionType):
            functions.setdefault(id(expected), (DataPath("const", expected.__name__, (), expected), expected))
    compiled.guards += [("is", path.attr("__code__"), fun.__code__) for path, fun in functions.values()]


_ALL: weakref.WeakSet[Dispatcher] = weakref.WeakSet()


def forget_all() -> None:
    """Have everything compiled anew."""
    for dispatcher in list(_ALL):
        dispatcher.forget()


LISTENERS.append(forget_all)


class Dispatcher:
    """The specialisations of one gradient function and the generated test that chooses between them."""

    def __init__(self, name: str, plain: Any, parameters: Sequence[inspect.Parameter],
                 slow: Callable[[tuple[Any, ...]], Any]) -> None:
        self.name = name
        self.plain = plain
        self.parameters = list(parameters)
        self.slow = slow
        """Called with the values of all parameters where no specialisation fits."""
        self.specialisations: list[Compiled] = []
        self.lock = threading.RLock()
        self.call: Callable[..., Any] = self._load([])
        self.values: Callable[..., tuple[Any, ...]] = self._load([], slow=lambda values: values)
        """The values of all parameters for the arguments of a call, defaults as they are now."""
        self.renewed: Callable[[], Callable[[], None] | None] = lambda: None
        """Refers to what is called when ``call`` was replaced by one that knows no specialisation."""
        _ALL.add(self)

    def find(self, arguments: dict[str, Any]) -> Compiled | None:
        """The specialisation whose guards all hold for these arguments."""
        return next((c for c in reversed(self.specialisations) if holds(c, arguments)), None)

    def forget(self) -> None:
        """Drop all specialisations."""
        with self.lock:
            self.specialisations.clear()
            self.call = self._load([])
            renewed = self.renewed()
        if renewed is not None:
            renewed()

    def add(self, compiled: Compiled) -> None:
        """Make a new specialisation the first that is tested."""
        self.specialisations.append(compiled)
        self.call = self._load(self.specialisations[-1:-RECENT - 1:-1])

    def only(self, compiled: Compiled, mismatch: Callable[[tuple[Any, ...]], Any] | None) -> Callable[..., Any]:
        """A function that runs this specialisation alone; other arguments go to ``mismatch``, without one nothing is tested."""
        if mismatch is None and not compiled.live and not must_be_apart(compiled) \
                and all(map(_is_plain, self.parameters)):
            return compiled.function
        return self._load([compiled], mismatch, checked=mismatch is not None)

    def _load(self, candidates: Sequence[Compiled], slow: Callable[[tuple[Any, ...]], Any] | None = None,
              checked: bool = True) -> Callable[..., Any]:
        text, space = dispatcher_text(self.parameters, self.plain, candidates, slow or self.slow, checked)
        exec(compile(text, "<sct dispatch>", "exec"), space)
        generated: Callable[..., Any] = space["sct_dispatch"]
        generated.__name__ = self.name
        generated.__qualname__ = getattr(self.plain, "__qualname__", self.name)  # wrong calls are reported in its name
        return generated


def _is_plain(parameter: inspect.Parameter) -> bool:
    """Whether a parameter is always given, by position."""
    by_position = parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    return by_position and parameter.default is parameter.empty


def dispatcher_text(parameters: Sequence[inspect.Parameter], plain: Any, candidates: Sequence[Compiled],
                    slow: Callable[[tuple[Any, ...]], Any], checked: bool = True) -> tuple[str, dict[str, Any]]:
    """The source of a dispatcher and the objects it names."""
    printer = _Printer(parameters, plain)
    return printer.text(candidates, slow, checked), printer.space


class _Printer:
    """Prints one dispatcher; every object it mentions gets a name that no parameter has.

    Guards on arguments alone cannot raise and stand in a plain ``if``; where module data, captured variables or items of
    containers are looked at, whatever fails to be there leads to the general search.
    """

    def __init__(self, parameters: Sequence[inspect.Parameter], plain: Any) -> None:
        self.parameters = list(parameters)
        self.plain = plain
        self.names = [p.name for p in parameters]
        self.space: dict[str, Any] = {}

    def text(self, candidates: Sequence[Compiled], slow: Callable[[tuple[Any, ...]], Any], checked: bool) -> str:
        """Fill in the defaults, try each candidate, give all values to ``slow``."""
        missing = self.object("missing", MISSING)
        lines = [f"def sct_dispatch({signature_text(self.parameters, missing)}):"]
        lines += self.defaults(missing)
        for compiled in candidates:
            lines += self.candidate(compiled, checked)
        values = "".join(f"{name}, " for name in self.names)
        lines.append(f"    return {self.object('slow', slow)}(({values}))")
        return "\n".join(lines) + "\n"

    def object(self, hint: str, value: Any) -> str:
        """The name of an object; equal requests share one."""
        for name, known in self.space.items():
            if known is value:
                return name
        name = self.fresh(f"sct_{hint}_{len(self.space)}")
        self.space[name] = value
        return name

    def fresh(self, name: str) -> str:
        """``name``, longer where a parameter has it."""
        while name in self.names:
            name += "_"
        return name

    def defaults(self, missing: str) -> list[str]:
        """Defaults are read from the function at each call, as Python does."""
        positional = [p for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        plain = self.object("plain", getattr(self.plain, "__func__", self.plain))
        lines = []
        for p in self.parameters:
            if p.default is not p.empty:
                where = f"__kwdefaults__[{p.name!r}]" if p.kind is p.KEYWORD_ONLY else \
                    f"__defaults__[{positional.index(p) - len(positional)}]"
                lines += [f"    if {p.name} is {missing}:", f"        {p.name} = {plain}.{where}"]
        return lines

    # ---- one specialisation

    def candidate(self, compiled: Compiled, checked: bool) -> list[str]:
        """Test the guards of a specialisation and run it if they hold."""
        guards = compiled.guards if checked else []
        tests = dict.fromkeys(self.test(*guard) for guard in guards)
        refresh = [f"{self.object('space', home)}[{name!r}] = {self.root(path)}" for home, name, path in compiled.live]
        condition = " and ".join(tests) or "True"
        call = self.guarded_call(compiled)
        if not refresh and all(map(_cannot_raise, guards)):
            return [f"    if {condition}:", *(f"    {line}" for line in call)]
        fits = self.fresh("sct_fits")
        return ["    try:", f"        {fits} = {condition}", *([f"        if {fits}:"] if refresh else []),
                *(f"            {line}" for line in refresh), f"    except {self.object('absent', ABSENT)}:",
                f"        {fits} = False", f"    if {fits}:", *(f"    {line}" for line in call)]

    def guarded_call(self, compiled: Compiled) -> list[str]:
        """Run the generated function; an exception gets a note that names the user's line."""
        function, own = self.object("function", compiled.function), self.object("compiled", compiled)
        error, result = self.fresh("sct_error"), self.fresh("sct_result")
        unproven = unproven_shapes(compiled)
        values = "".join(f"{name}, " for name in self.names)
        apart = [f"    {self.object('apart', check_apart)}({own}, ({values}))"] if must_be_apart(compiled) else []
        lines = [*apart, "    try:",
                 f"        {f'{result} =' if unproven else 'return'} {function}({', '.join(self.names)})",
                 f"    except {self.builtin(Exception)} as {error}:",
                 f"        {self.object('annotate', annotate)}({error}, {own})",
                 "        raise"]
        if unproven:
            tests = " or ".join(f"{result}{place}.shape != {name}.shape" for place, name in unproven)
            reject = f"{self.object('reject', reject_shapes)}({self.object('self', self)}, ({values}))"
            lines += [f"    if {tests}:", f"        {reject}", f"    return {result}"]
        return lines

    # ---- guards

    def test(self, kind: str, path: DataPath, expected: Any) -> str:
        value = self.root(path)
        for step, key in path.steps:
            value += f".{key}" if step == "attr" else f"[{key!r}]"
        if kind == "type":
            return self.type_test(value, expected)
        if kind == "is":
            return f"{value} is {'None' if expected is None else self.object('expected', expected)}"
        if kind == "absent":
            return f"{expected!r} not in {value}"
        if kind == "value" and (type(expected) in (bool, int, str) or _is_told_by_equality(expected)):
            return f"{self.type_of(value)} is {self.builtin(type(expected))} and {value} == {expected!r}"
        return f"{self.object('check', CHECKS[kind])}({value}, {self.object('expected', expected)})"

    def root(self, path: DataPath) -> str:
        """The expression for the object at which a path starts."""
        if path.scope == "param":
            return path.root
        if path.scope == "global":
            return f"{self.object('globals', path.owner.space)}[{path.root!r}]"
        if path.scope == "free":
            fn = path.owner
            cell = fn.__closure__[fn.__code__.co_freevars.index(path.root)]
            return f"{self.object('cell', cell)}.cell_contents"
        if path.scope == "const":
            return self.object("owner", path.owner)
        return f"{self.object('read', read)}({self.object('path', DataPath(path.scope, path.root, (), path.owner))})"

    def builtin(self, value: type) -> str:
        """The name of a builtin, which a parameter may hide."""
        return value.__name__ if value.__name__ not in self.names else self.object("builtin", value)

    def type_of(self, value: str) -> str:
        return f"{self.builtin(type)}({value})"

    def type_test(self, value: str, t: Type) -> str:
        if t is NONE:
            return f"{value} is None"
        if t is STR:
            return f"{self.type_of(value)} is {self.builtin(str)}"
        if isinstance(t, Scalar):
            kind = self.builtin(PYTHON_TYPES[t.dtype]) if t.python else self.object("type", np.dtype(t.dtype).type)
            return f"{self.type_of(value)} is {kind}"
        if isinstance(t, Array):
            return self.array_test(value, t)
        if isinstance(t, Object):
            return f"{self.type_of(value)} is {self.object('class', t.cls)}"
        return f"{self.object('type_of', type_of)}({value}) == {self.object('type', t)}"

    def array_test(self, value: str, t: Array) -> str:
        dtype = self.object("dtype", np.dtype(t.dtype))
        tests = [f"{self.type_of(value)} is {self.object('ndarray', np.ndarray)}", f"{value}.dtype is {dtype}",
                 f"{value}.ndim == {t.ndim}"]
        if t.ndim == 1:
            tests.append(f"{value}.size {_SIZES[t.dims[0]]}")
        elif t.ndim and all(d == MANY for d in t.dims):
            tests.append(f"1 not in {value}.shape and {value}.size")
        elif t.ndim:
            tests.append(f"{self.object('dims', _dims)}({value}) == {t.dims}")
        return " and ".join(tests)


def _is_told_by_equality(value: Any) -> bool:
    """Whether no other ``float`` equals it, and it has a literal: not -0.0, an infinity or NaN."""
    return type(value) is float and 0.0 < abs(value) < math.inf


def _cannot_raise(guard: tuple[str, DataPath, Any]) -> bool:
    kind, path, _ = guard
    code = path.scope == "const" and path.steps == (("attr", "__code__"),)
    return code or kind == "absent" or path.scope == "param" and not path.steps and kind in ("type", "is")


PYTHON_TYPES: dict[str, type] = {"float64": float, "int64": int, "bool": bool, "complex128": complex}


_SIZES = {UNIT: "== 1", MANY: "> 1", ANY: "== 0"}
"""How the size of a vector tells what is known of its dimension."""


def _dims(value: np.ndarray[Any, Any]) -> tuple[str, ...]:
    return tuple(map(dim_of, value.shape))


# ---------------------------------------------------------------------------------------------------------- general search

def holds(compiled: Compiled, arguments: dict[str, Any]) -> bool:
    """Whether every guard of a specialisation holds now."""
    try:
        return all(CHECKS[kind](fetch(path, arguments), expected) for kind, path, expected in compiled.guards)
    except ABSENT:
        return False


def fetch(path: DataPath, arguments: dict[str, Any]) -> Any:
    """What a path leads to now."""
    if path.scope != "param":
        return read(path)
    value = arguments[path.root]
    for kind, key in path.steps:
        value = getattr(value, key) if kind == "attr" else value[key]
    return value


def _same_value(value: Any, expected: Any) -> bool:
    """Equal and of the same type; NaN is the same as NaN, and -0.0 is not 0.0."""
    return type(value) is type(expected) and (bool(value == expected) and repr(value) == repr(expected)
                                              or value != value and expected != expected)


def _same_code(value: Any, expected: Any) -> bool:
    """A function with the same code in the same module, as every fresh lambda of one place is.

    What it captures and its defaults are data with guards of their own, as far as they are used.
    """
    if value is expected:
        return True
    return getattr(value, "__code__", None) is expected.__code__ and value.__globals__ is expected.__globals__ and \
        len(value.__defaults__ or ()) == len(expected.__defaults__ or ()) and \
        (value.__kwdefaults__ or {}).keys() == (expected.__kwdefaults__ or {}).keys()


def _same_method(value: Any, expected: Any) -> bool:
    """A bound method or partial of the same form; what it binds has guards of its own."""
    if type(value) is not type(expected):
        return False
    if isinstance(value, functools.partial):
        return len(value.args) == len(expected.args) and tuple(value.keywords) == tuple(expected.keywords)
    return bool(value == expected)


CHECKS: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, t: type_of(value) == t,
    "is": lambda value, expected: value is expected,
    "value": _same_value,
    "code": _same_code,
    "method": _same_method,
    "keys": lambda value, expected: type(value) is dict and tuple(value) == expected,
    "sequence": lambda value, expected: (type(value), len(value)) == expected,
    "set": lambda value, expected: type(value) is type(expected) and value == expected,
    "holds": lambda space, expected: (expected[0] in space) == expected[1],
    "absent": lambda space, name: name not in space,
    "has": hasattr,
    "lacks": lambda obj, name: not hasattr(obj, name),
}


def annotate(error: BaseException, compiled: Compiled) -> None:
    """Add a note that names the user's line; what finds it is imported when the first call fails.

    Where a check of ``debug_nans=True`` failed, or what is differentiated has no derivative, raise the error that says so.
    """
    if isinstance(error, NotFinite):
        from .locating import located
        raise located(error, compiled) from None
    if isinstance(error, Undetermined):
        from .blame import at_its_line
        raise at_its_line(error, compiled) from None
    from .blame import annotate

    annotate(error, compiled)


def unproven_shapes(compiled: Compiled) -> list[tuple[str, str]]:
    """Array gradients whose shape rests on operands that fit together: (where in the result, parameter) for each.

    An operation that the gradient does not need is not run, so that nothing else would notice operands that do not fit.
    """
    if compiled.unproven is not None:
        return compiled.unproven
    request = compiled.request
    place = "[1]" if request.value else "[0]" if request.has_aux else ""
    end = compiled.adjoint.body.ops[-1]
    if end.name == "raise" or request.kind != "grad":  # the others run all that the result needs, or look at shapes
        return []
    returned = end.operands[1 if request.value else 0]
    items = [returned]
    if request.sequence and isinstance(returned.owner, Op):
        items = returned.owner.operands
    found = []
    for k, (position, item) in enumerate(zip(request.wrt, items, strict=True)):
        param = compiled.adjoint.params[position]
        if isinstance(strip_const(param.type), Array) and not _made_like(item, param):
            found.append((f"{place}[{k}]" if request.sequence else place, param.hint))
    return found


def _made_like(value: Value, param: Value) -> bool:
    op = value.owner
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] in (np.zeros_like, np.copy) and op.operands[0] is param


def reject_shapes(home: _Printer | Dispatcher, values: tuple[Any, ...]) -> None:
    """Operands do not fit together: let the function itself say so."""
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    for p, value in zip(home.parameters, values, strict=True):
        if p.kind is p.VAR_POSITIONAL:
            positional.extend(value)
        elif p.kind is p.VAR_KEYWORD:
            keywords.update(value)
        elif p.kind is p.KEYWORD_ONLY:
            keywords[p.name] = value
        else:
            positional.append(value)
    home.plain(*positional, **keywords)
    raise InternalError(f"the gradient of `{getattr(home.plain, '__name__', 'f')}` has another shape than its argument")


def run(compiled: Compiled, arguments: Sequence[Any], home: Dispatcher) -> Any:
    """Call a specialisation after refreshing the module data that it reads."""
    for space, name, path in compiled.live:
        space[name] = read(path)
    try:
        if must_be_apart(compiled):
            check_apart(compiled, arguments)
        result = compiled.function(*arguments)
    except Exception as error:
        annotate(error, compiled)
        raise
    given = dict(zip([p.name for p in home.parameters], arguments, strict=True))
    for place, name in unproven_shapes(compiled):
        gradient = result
        for key in re.findall(r"\d+", place):
            gradient = gradient[int(key)]
        if gradient.shape != given[name].shape:
            reject_shapes(home, tuple(arguments))
    return result
