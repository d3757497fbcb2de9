"""One specialisation as text and code: printing the generated functions and loading them."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .analysis.abstract import DataPath, Namespace, read
from .analysis.context import Context
from .analysis.written import Steps, Written
from .codegen.callees import merge_equal, named_apart, printed_name, still_called
from .codegen.emit import Emitted, emit
from .codegen.load import load
from .ir.core import Function
from .ir.types import strip_const
from .request import Request


@dataclass
class Printed:
    """One generated function as text, and what exceptions in it need to be explained."""

    emitted: Emitted
    filename: str
    reverse_line: int
    """The line at which its reverse sweep begins; 0 if it has none."""

    @classmethod
    def of(cls, emitted: Emitted) -> Printed:
        lines = [line.strip() for line in emitted.text.splitlines()]
        return cls(emitted, emitted.filename, lines.index("# reverse sweep") + 1 if "# reverse sweep" in lines else 0)


@dataclass
class Compiled:
    """One specialisation: everything that was made on the way, for dispatch and for inspection."""

    request: Request
    text: str
    """The generated functions, callees first."""
    function: Callable[..., Any]
    """The generated gradient, without dispatch."""
    live: list[tuple[dict[str, Any], str, DataPath]]
    """Data of the user's module that the text names: (namespace, name, where it is read from at each call)."""
    guards: list[tuple[str, DataPath, Any]]
    typed: Function
    adjoint: Function
    emitted: list[Printed]
    callees: list[Function]
    backward: Callable[..., Any] | None = None
    """The backward half, where ``function`` is a forward half."""
    written: list[tuple[int, Written]] = field(default_factory=list)
    """Arrays in its arguments that the function writes to (it works on copies): they must share memory with nothing else."""
    read: list[tuple[int, Steps]] = field(default_factory=list)
    """Where in its arguments the function finds anything that may refer to memory, if it writes to some."""
    changed: dict[int, str] = field(default_factory=dict)
    """Arguments in which a list, dict or object changes (but not for the caller)."""
    defaults: dict[int, Any] = field(default_factory=dict)
    """What they are by default, which the function would change for all calls to come."""
    looked_into: list[Any] = field(default_factory=list)
    """The Python functions whose source was read for it."""
    warned: bool = False
    """Whether the user was warned of something when it was made."""
    unproven: list[tuple[str, str]] | None = None
    """Array gradients whose shape is to be tested (see ``dispatch.unproven_shapes``), where that is known beforehand."""
    header: list[str] = field(default_factory=list)
    """The lines above the function: what it is specialised for."""


NAMES = {"grad": ("grad",), "jvp": ("jvp",), "vjp": ("forward", "backward"), "hvp": ("hvp",)}
"""What is added to the name of the user's function."""


def emit_and_load(request: Request, context: Context, typed: Function, made: list[Function],
                   called: list[Function]) -> Compiled:
    """The specialisation, printed and loaded; one that will be compiled is printed by the backend, after passes of its own."""
    for function, suffix in zip(made, NAMES[request.kind], strict=False):
        function.name = f"{printed_name(typed.name)}_{'value_and_' if request.value else ''}{suffix}"
    called = named_apart(merge_equal(still_called(called, made), made), made)
    main, *others = made
    header = _header(main, typed)
    guards = [(key[0], path, expected) for key, (path, expected) in context.guards.items() if not _is_ours(path)]
    if request.native:
        return Compiled(request, "", _not_compiled, [], guards, typed, main, [], [*called, *others], header=header)
    emitted = {function: emit(function) for function in called}
    emitted.update((function, emit(function, header=_header(function, typed))) for function in made)
    spaces: dict[Function, dict[str, Any]] = {function: {"__builtins__": builtins} for function in emitted}
    loaded = {function: _load_one(one, spaces[function]) for function, one in emitted.items()}
    live = []
    for function, one in emitted.items():
        for name, value in one.imports.items():
            if isinstance(value, Function):
                spaces[function][name] = loaded[value]
        for name, place in one.data.items():
            path = DataPath(place.scope, place.root, (), place.owner)
            spaces[function][name] = read(path)
            live.append((spaces[function], name, path))
    text = "\n\n".join(one.text for one in emitted.values())
    printed = [Printed.of(emitted[function]) for function in (*called, *others, main)]
    return Compiled(request, text, loaded[main], live, guards, typed, main, printed, [*called, *others],
                    loaded[others[0]] if others else None, header=header)


def _is_ours(path: DataPath) -> bool:
    """Whether something is found in a module of this package whose code is spliced in: nobody changes that while it runs."""
    space = path.owner.space if isinstance(path.owner, Namespace) else path.owner
    return isinstance(space, dict) and str(space.get("__name__")).startswith(("sct.rules.", "sct.runtime."))


def _not_compiled(*_: Any) -> Any:
    """Stands for what the backend has yet to compile."""
    raise AssertionError("called before it was compiled")


def _load_one(emitted: Emitted, space: dict[str, Any]) -> Callable[..., Any]:
    space.update({name: value for name, value in emitted.imports.items() if not isinstance(value, Function)})
    return load(emitted, space)


def _header(joint: Function, typed: Function) -> list[str]:
    params = ", ".join(f"{v.hint}: {strip_const(v.type)}" for v in typed.params if str(v.type) != "dyn")
    return [f"{joint.name}, specialised for {params or 'no arguments'}"]
