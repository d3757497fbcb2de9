"""Takes the texts of a specialisation for Numba, gives the function that is called, with the compiled one inside of it."""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numba
import numba.core.errors as numba_errors
from numba.core.compiler_lock import global_compiler_lock
from numba.core.types.functions import BaseFunction

from ..analysis.abstract import DataPath, read
from ..codegen.load import filename, load
from .files import imported


@dataclass(frozen=True)
class Around:
    """The function in plain Python that calls the compiled one."""

    text: str
    name: str
    imports: dict[str, Any]
    """What the names of the text stand for, but for the compiled function."""
    native: str
    """The name of the compiled function in it."""
    data: tuple[tuple[str, DataPath], ...]
    """Names of the user's data, and where it is read from at each call."""

    @property
    def filename(self) -> str:
        return filename(self.name, self.text)


@dataclass(frozen=True)
class Texts:
    """A specialisation as printed for Numba."""

    module: str
    name: str
    """The function of the module that is called from Python."""
    around: Around | None
    foreign: dict[str, Any] = field(default_factory=dict)
    """Objects of the user's that the module names: functions with a rule, classes of exceptions."""


@dataclass(frozen=True)
class Linked:
    """A specialisation that can be called."""

    function: Callable[..., Any]
    live: list[tuple[dict[str, Any], str, DataPath]]
    """Data of the user's module: (namespace, name, where it is read from at each call)."""
    native: Any
    """What Numba compiles."""
    arguments: Sequence[Any]
    """What that is called with."""


def link(texts: Texts, arguments: Sequence[Any]) -> Linked:
    """Load the texts, and find out what the compiled function is called with for ``arguments``."""
    native = getattr(imported(texts.module, texts.name, texts.foreign), texts.name)
    around = texts.around
    if around is None:
        return Linked(native, [], native, arguments)
    space: dict[str, Any] = {"__builtins__": builtins}
    function = load(around, space)
    live = [(space, name, path) for name, path in around.data]
    for _, name, path in live:
        space[name] = read(path)
    seen: list[Sequence[Any]] = []
    space[around.native] = partial(_stop, seen)
    with suppress(_Reached):
        function(*arguments)
    space[around.native] = native
    return Linked(function, live, native, seen[0])


class _Reached(Exception):
    """Ends a function where it would call compiled code."""


def _stop(seen: list[Sequence[Any]], *arguments: Any) -> None:
    seen.append(arguments)
    raise _Reached


def compile_linked(linked: Linked) -> None:
    """Have Numba compile, or load what it has compiled before."""
    with _unheard(), _looked_up_once():
        linked.native.compile(tuple(map(numba.typeof, linked.arguments)))


@contextmanager
def _looked_up_once() -> Iterator[None]:
    """Let Numba look up what an operation on numbers and arrays is once for the types of its operands, not once for each place.

    Functions of numbers have many templates, which it tries one by one: that takes two fifths of the time for scalar code.
    Only what compiles holds the lock, so that no other thread sees the change.
    """
    known: dict[Any, Any] = {}
    functions: Any = BaseFunction
    look_up = functions.get_call_type

    def looked_up(function: Any, context: Any, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        if kws or not all(isinstance(t, _PLAIN) for t in args):
            return look_up(function, context, args, kws)
        found = known.get((function, args))
        if found is None:
            found = known[function, args] = look_up(function, context, args, kws)
        return found

    with global_compiler_lock:
        functions.get_call_type = looked_up
        try:
            yield
        finally:
            functions.get_call_type = look_up


_PLAIN = (numba.types.Number, numba.types.Boolean, numba.types.Array)


@contextmanager
def _unheard() -> Iterator[None]:
    """Let Numba neither colour messages nor give advice on the generated text, which its reader did not write.

    For each operator Numba makes several messages that are never shown; colouring them takes a tenth of its time.
    """
    messages: Any = numba_errors
    colours = getattr(messages, "_termcolor_inst", None)
    if colours is not None:
        messages._termcolor_inst = _Plain()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", numba_errors.NumbaWarning)
            yield
    finally:
        if colours is not None:
            messages._termcolor_inst = colours


class _Plain:
    """The scheme of colours that has none."""

    def code(self, text: str) -> str:
        return text

    errmsg = filename = indicate = highlight = reset = code
