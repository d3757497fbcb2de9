"""From a Python function to the syntax tree of exactly the source that it was compiled from, or a refusal.

``inspect.getsource`` can return the wrong text without an error: it follows ``__wrapped__``, reads a file that was edited after
its import, and guesses among functions of one name.  A wrong text gives a wrong derivative, so here the text counts only if
compiling it yields the very code object that the function runs.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import linecache
import os
import sys
import textwrap
import tokenize
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import gast

from ..dispatchers import compiled_from
from ..errors import Obstacle, SctError, SourceUnavailableError, StaleSourceError, UnsupportedSyntaxError, raise_all
from ..ir.core import Loc
from .matching import CompiledText, compile_text, contains, find_node
from .quoting import Quotation, char_column
from .refusals import refusal

_GENERATED = inspect.CO_GENERATOR
_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_AWAIT_FIRST = "await the data first and differentiate an ordinary function of it"
_SEND_GRADIENT = "send `sct.grad` of it instead, which takes the source along"
_GIVE_TEXT = "give its text to `sct.grad_from_source(text)`"


@dataclass(eq=False)
class Captured:
    """A function with the syntax tree of its own source and everything that gives the names in it a meaning."""

    fun: types.FunctionType
    """The plain function (what is under a Numba dispatcher)."""
    tree: Any
    """A ``gast.FunctionDef`` or ``gast.Lambda`` of its own, free to be changed; positions are those of ``filename``."""
    filename: str
    """Where the source is: an absolute path, or a name like ``<ipython-input-3-…>`` known to ``linecache``."""
    text: str = field(repr=False)
    """The text of the whole file."""
    _quotation: Quotation = field(repr=False)

    @property
    def name(self) -> str:
        """The name in the ``def`` statement, ``<lambda>`` for a lambda."""
        return self.code.co_name

    @property
    def qualname(self) -> str:
        return self.fun.__qualname__

    @property
    def code(self) -> types.CodeType:
        return self.fun.__code__

    @property
    def globals(self) -> dict[str, Any]:
        """The live globals of the function's module."""
        return self.fun.__globals__

    @property
    def closure(self) -> dict[str, types.CellType]:
        """Free variables and the live cells that hold them."""
        return dict(zip(self.code.co_freevars, self.fun.__closure__ or (), strict=True))

    @property
    def defaults(self) -> tuple[Any, ...]:
        return self.fun.__defaults__ or ()

    @property
    def is_lambda(self) -> bool:
        return isinstance(self.tree, gast.Lambda)

    @cached_property
    def signature(self) -> inspect.Signature:
        """The function's own signature, whatever ``__signature__`` or ``__wrapped__`` claim."""
        return inspect.signature(_bare(self.fun))

    def line(self, number: int) -> str:
        """A line of the file by its 1-based number."""
        return self._quotation.line(number)

    @property
    def lines(self) -> str:
        """The lines of the file from the first of the function to its last; decorators are not part of it."""
        return "\n".join(self._quotation.lines[self.tree.lineno - 1 : self.tree.end_lineno]) + "\n"

    @property
    def source(self) -> str:
        """The text of the function alone, without the indentation of its surroundings; decorators are not part of it."""
        if not self.is_lambda:
            return textwrap.dedent(self.lines)
        return ast.get_source_segment(self.text, self.tree) or ""

    def loc(self, node: Any) -> Loc:
        """Where ``node`` stands: file, line and columns (in characters), and the text of the statement around it."""
        if getattr(node, "lineno", None) is None:
            node = self.tree
        line, end_line = node.lineno, getattr(node, "end_lineno", None) or node.lineno
        col = char_column(self._quotation.line(line), node.col_offset)
        end_col = char_column(self._quotation.line(end_line), getattr(node, "end_col_offset", None) or node.col_offset)
        return Loc(self.filename, line, col, end_line, end_col, self._quotation.quote(line, node.col_offset), self.name)


def capture(fun: Any) -> Captured:
    """The source of ``fun`` as a syntax tree.

    ``fun`` is a plain Python function or lambda, or a Numba dispatcher around one; partials, bound methods and callable objects
    are the caller's to take apart.  A wrapper made by a decorator is captured as the wrapper that it is.

    Raises ``SourceUnavailableError`` where Python keeps no source, ``StaleSourceError`` where the file no longer is what was
    compiled, ``UnsupportedSyntaxError`` for generators and coroutines, ``ArgumentError`` for what is not a function.
    """
    function = python_function(fun)
    if function is None:
        raise refusal(fun)
    if function.__code__.co_flags & inspect.CO_ITERABLE_COROUTINE:  # `types.coroutine` changes the code: no text compiles to it
        raise UnsupportedSyntaxError(f"`{function.__qualname__}` is a coroutine", code="SCT102", hint=_AWAIT_FIRST)
    captured = _locate(function)
    _refuse_suspended(captured)
    return captured


def capture_text(text: str, name: str | None = None, namespace: dict[str, Any] | None = None) -> Captured:
    """Execute ``text`` in ``namespace`` (a fresh one by default) and capture the function ``name`` that it defines.

    For functions whose source Python does not keep.  Without ``name`` the text defines one function, or is one lambda.  It is
    registered in ``linecache``, so that tracebacks, the debugger and ``inspect`` show it.

    >>> captured = capture_text("def square(x):\\n    return x * x\\n")
    >>> captured.fun(3.0), captured.name
    (9.0, 'square')
    """
    text = _tidy(text)
    filename = register_text(text)
    tree = _parse(text, filename)
    scope = {"__name__": "__sct_source__"} if namespace is None else namespace
    if name is None and _only_lambda(tree) is not None:
        return capture(eval(compile(text.strip(), filename, "eval", dont_inherit=True), scope))
    wanted = _defined_name(tree, name)
    exec(compile(tree, filename, "exec", dont_inherit=True), scope)
    return capture(scope[wanted])


def python_function(fun: Any) -> types.FunctionType | None:
    """The plain function that ``fun`` is, or that a Numba dispatcher compiles; None for anything else."""
    if isinstance(fun, types.FunctionType):
        return fun
    return compiled_from(fun)


# Finding the text


def _locate(fun: types.FunctionType) -> Captured:
    tried: list[CompiledText] = []
    for filename, text in _candidate_texts(fun):
        compiled = compile_text(text, filename, fun.__code__.co_flags)
        if compiled is None:
            continue
        tried.append(compiled)
        node = find_node(compiled, fun)
        if node is not None:
            return Captured(fun, gast.ast_to_gast(node), filename, text, Quotation(compiled.lines, node))
    raise _not_found(fun, tried)


def _candidate_texts(fun: types.FunctionType) -> Iterator[tuple[str, str]]:
    """Texts that may contain the function, most likely first; which of them does is decided by compiling.

    The file as it is now comes before what ``linecache`` remembers of it: that may be older, and then still be the one that
    was compiled.
    """
    seen: set[str] = set()
    for filename, text in _raw_texts(fun):
        if text and text.strip() and text not in seen:
            seen.add(text)
            yield filename, text


def _raw_texts(fun: types.FunctionType) -> Iterator[tuple[str, str | None]]:
    filename = fun.__code__.co_filename
    yield _absolute(filename), _read(filename)
    yield filename, "".join(linecache.getlines(filename, fun.__globals__))
    yield filename, _given.get(filename)
    code_lines = getattr(linecache, "_getlines_from_code", None)  # the interactive prompt of Python 3.13 and later
    if code_lines is not None:
        yield filename, "".join(code_lines(fun.__code__))
    if filename == "<string>" and "-c" in sys.orig_argv:  # `python -c`, which itself keeps the text from 3.13 on only
        yield from ((filename, argument) for argument in sys.orig_argv[sys.orig_argv.index("-c") + 1 :][:1])
    module_file = fun.__globals__.get("__file__")
    if isinstance(module_file, str) and not os.path.exists(filename):  # compiled elsewhere, or frozen with the interpreter
        yield _absolute(module_file), _read(module_file)


def _absolute(filename: str) -> str:
    return os.path.abspath(filename) if os.path.exists(filename) else filename


def _read(filename: str) -> str | None:
    try:
        with tokenize.open(filename) as file:
            return file.read()
    except (OSError, SyntaxError, ValueError):  # missing; a bad coding line; bytes that do not decode, or a NUL in the name
        return None


# Refusing


def _refuse_suspended(captured: Captured) -> None:
    """Generators and coroutines: every place that makes the function one is reported."""
    flags = captured.code.co_flags
    if not flags & (_GENERATED | _ASYNC):
        return
    if flags & _ASYNC:
        raise_all([Obstacle(_header(captured), "SCT102", f"`{captured.name}` is an async function", _AWAIT_FIRST)])
    yields = [node for node in _own_nodes(captured.tree) if isinstance(node, (gast.Yield, gast.YieldFrom))]
    raise_all(Obstacle(captured.loc(node), "SCT101", f"`yield` is not supported: `{captured.name}` is a generator function",
                       "collect the items in a list and return the list") for node in yields)


def _header(captured: Captured) -> Loc:
    """The first line of the function, so that carets mark the header and not the whole body."""
    loc = captured.loc(captured.tree)
    return replace(loc, end_line=loc.line, end_col=len(captured.line(loc.line)))


def _own_nodes(tree: Any) -> Iterator[Any]:
    """The nodes of a function without those of the functions nested in it."""
    for child in gast.iter_child_nodes(tree):
        if not isinstance(child, (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)):
            yield child
            yield from _own_nodes(child)


def _not_found(fun: types.FunctionType, tried: list[CompiledText]) -> SctError:
    code = fun.__code__
    place = Loc(_absolute(code.co_filename), code.co_firstlineno, function=code.co_name)
    if any(contains(compiled, code) for compiled in tried):
        return SourceUnavailableError("several lambdas on this line cannot be told apart without column positions", loc=place,
                                      code="SCT305", hint="put them on separate lines, or run without `-X no_debug_ranges`")
    if "ipython-input" in code.co_filename or "ipykernel" in code.co_filename:  # this process is not the notebook's
        return SourceUnavailableError(f"the notebook's source of `{fun.__qualname__}` is not known in this process", loc=place,
                                      code="SCT301", hint=_SEND_GRADIENT)
    if _is_pseudo(code.co_filename):
        return SourceUnavailableError(
            f"Python keeps no source for `{fun.__qualname__}` (made by `exec`, or typed at a plain prompt)",
            loc=place, code="SCT301", hint=f"put it in a file, use IPython, or {_GIVE_TEXT}")
    if not tried and _read(code.co_filename) is None:
        return SourceUnavailableError(f"the source file of `{fun.__qualname__}` is missing or cannot be read", loc=place,
                                      code="SCT303", hint=f"install the sources, or {_GIVE_TEXT}")
    if not tried or any(compiled.defines(code.co_name) for compiled in tried):
        return StaleSourceError(f"the file changed after it was imported: its `{fun.__qualname__}` is not the one that runs",
                                loc=place, code="SCT320", hint="reload the module (`importlib.reload`) or restart Python")
    return StaleSourceError(f"`{fun.__qualname__}` is not in the file it names: the file changed after it was imported, "
                            "or the code was generated under a borrowed name", loc=place, code="SCT321",
                            hint=f"reload the module, or {_GIVE_TEXT}")


def _is_pseudo(filename: str) -> bool:
    return filename.startswith("<") and filename.endswith(">")


def _bare(fun: types.FunctionType) -> Callable[..., Any]:
    """A function of the same code without the attributes that redirect ``inspect``."""
    bare = types.FunctionType(fun.__code__, fun.__globals__, fun.__name__, fun.__defaults__, fun.__closure__)
    bare.__kwdefaults__ = fun.__kwdefaults__
    bare.__annotations__ = dict(fun.__annotations__)
    return bare


# Text that is given rather than found


def _tidy(text: str) -> str:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first[:1].isspace():
        text = textwrap.dedent(text)
    return text.strip("\n") + "\n"


_given: dict[str, str] = {}
"""Texts that were given as such, by the name they got: others may empty ``linecache``."""


def register_text(text: str) -> str:
    """A name for the text that depends on nothing else, known to ``linecache``; None as time keeps the entry for good."""
    filename = f"<sct source {hashlib.sha256(text.encode()).hexdigest()[:12]}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    _given[filename] = text
    return filename


def register_texts(texts: dict[str, str]) -> None:
    """Texts of files that need not exist here, by file name: a text counts only for code that it compiles to."""
    _given.update(texts)


def _parse(text: str, filename: str) -> ast.Module:
    try:
        return ast.parse(text, filename)
    except SyntaxError as error:
        shown = Loc(filename, error.lineno or 1, max(0, (error.offset or 1) - 1), text=(error.text or "").strip())
        raise SourceUnavailableError(f"the text is not valid Python: {error.msg}", loc=shown, code="SCT307",
                                     hint="correct the text") from None


def _only_lambda(tree: ast.Module) -> ast.Lambda | None:
    match tree.body:
        case [ast.Expr(value=ast.Lambda() as node)]:
            return node
    return None


def _defined_name(tree: ast.Module, name: str | None) -> str:
    """The function meant: the one asked for, or the only one there is."""
    names = list(dict.fromkeys(n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))))
    assigned = {t.id: n.value for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    names += [n for n, value in assigned.items() if isinstance(value, ast.Lambda) and n not in names]
    if name is None and len(names) == 1:
        return names[0]
    if name is not None and name in [*names, *assigned]:
        return name
    listed = ", ".join(f"`{n}`" for n in names) or "no function"
    wanted = f"does not define `{name}`; it defines {listed}" if name is not None else f"defines {listed}"
    raise SourceUnavailableError(f"the text {wanted}", code="SCT306", hint="name one function that the text defines")
