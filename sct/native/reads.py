"""Takes a function and arguments, gives a digest of all that its specialisation may depend on, equal in every process.

It is the code of the function and of those that it can reach, the values of the globals and captured variables that they can
read, and the types of arrays and arguments.  More is taken in than is read: every name in the code counts that its module, or a
module known to it, knows.  Where something has no description that is certain to tell it from everything else, there is no
digest.  What arguments and arrays hold is not part of it: where that matters, the specialisation has a guard.
"""

from __future__ import annotations

import builtins
import dis
import functools
import hashlib
import os
import sys
import types
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dispatchers import compiled_from
from ..ir.types import NONE, STR, Array, Dict, List, Scalar, Tuple, Type, type_of

LIBRARIES = frozenset({"numpy", "scipy", "numba", "sct", *sys.stdlib_module_names})
"""Packages whose content is told by the time at which its files were written."""
_INDIRECT = frozenset({"getattr", "setattr", "delattr", "hasattr", "globals", "locals", "vars", "eval", "exec", "compile",
                       "dir", "__import__", "super", "attrgetter", "methodcaller", "import_module", "__dict__", "__globals__",
                       "__builtins__", "__closure__", "__code__"})
"""Names behind which anything may be read."""
_PLAIN = (bool, int, float, complex, str, bytes, range, type(None), types.EllipsisType, types.NotImplementedType)
_LEAVES = (types.BuiltinFunctionType, np.ufunc, type(np.linalg.norm))
"""Functions without Python code: what a library has under a name is that of the library, or another one with a name."""
_MOST = 10_000
"""How many items of containers are looked at."""
_IMPORT = frozenset(number for name, number in dis.opmap.items() if name.startswith("IMPORT_"))


class _Untold(Exception):
    """Something has no description by which another process can tell whether it has the same."""


class Reads:
    """What a function can read, described: ``digest`` says all of it, ``objects`` are the functions, in order."""

    def __init__(self, fun: Any, arguments: Sequence[Any]) -> None:
        """Raises ``LookupError`` where something cannot be described."""
        self.objects: list[Any] = []
        self._hash = hashlib.sha256()
        self._known: dict[tuple[Any, ...], int] = {}
        self._around: list[int] = []
        self._items = 0
        try:
            self._value(fun, frozenset())
            for argument in arguments:
                self._say("argument", _described(type_of(argument)))
        except (_Untold, AttributeError, RecursionError) as error:
            raise LookupError(str(error)) from None
        self.digest = self._hash.hexdigest()

    def _say(self, *words: Any) -> None:
        self._hash.update(f"{words!r}\n".encode("utf-8", "surrogatepass"))

    def _first(self, *key: Any) -> bool:
        """Say the number of something; whether it is met for the first time."""
        first = key not in self._known
        self._say("number", self._known.setdefault(key, len(self._known)))
        return first

    # ---- values

    def _value(self, value: Any, names: frozenset[str]) -> None:
        """Say what a value is; of a module, what it has under ``names``."""
        kind = type(value)
        if kind in _PLAIN:
            self._say(kind.__name__, repr(value))
        elif kind in (tuple, list, dict):
            self._container(value, names)
        elif kind is np.ndarray:
            self._say("array", _described(type_of(value)), value.dtype.str)
        elif isinstance(value, np.generic) and kind.__module__ == "numpy":
            self._say("scalar", value.dtype.str, value.tobytes())
        elif kind is types.FunctionType:
            self._function(value)
        elif kind is types.ModuleType:
            self._module(value, names)
        elif compiled_from(value) is not None:
            self._say("compiled", kind.__name__)
            if self._first(id(value)):
                self.objects.append(value)
                self._function(value.py_func)
        else:
            self._named(value)

    def _container(self, value: Any, names: frozenset[str]) -> None:
        self._items += len(value)
        if id(value) in self._around or self._items > _MOST:
            raise _Untold("a container in itself, or a very large one")
        self._say(type(value).__name__, len(value))
        self._around.append(id(value))
        for item in (x for pair in value.items() for x in pair) if isinstance(value, dict) else value:
            self._value(item, names)
        self._around.pop()

    def _named(self, value: Any) -> None:
        """Say the name of something of a library that is nothing but what is found under it."""
        if isinstance(value, np.dtype) and value.fields is None and not value.hasobject:
            self._say("dtype", value.str)
            return
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None) or value.__name__
        if isinstance(value, np.ufunc):
            module = "numpy" if getattr(np, value.__name__, None) is value else "scipy.special"
        home = sys.modules.get(module) if isinstance(module, str) else None
        if home is None or not is_library(home) or getattr(home, name, None) is not value:
            raise _Untold(f"{value!r}")
        self._say("named", type(value).__name__, module, name, _stamp(home))

    # ---- modules

    def _module(self, module: types.ModuleType, names: frozenset[str]) -> None:
        if sys.modules.get(module.__name__) is not module:
            raise _Untold(f"{module!r}")
        self._say("module", module.__name__, _stamp(module))
        if not self._first(id(module), names):
            return
        root = module.__name__.split(".")[0] if is_library(module) else ""
        for name in sorted(names & vars(module).keys()):
            self._say("attribute", name)
            value = vars(module)[name]
            kind = value if isinstance(value, type) else type(value)
            if root and (isinstance(value, _LEAVES) or kind.__module__.split(".")[0] == root) \
                    and not isinstance(value, np.ndarray | np.generic):
                self._say("object", kind.__module__, kind.__qualname__, getattr(value, "__name__", None))
            else:
                self._value(value, names)

    # ---- functions

    def _function(self, fun: types.FunctionType) -> None:
        if _is_of_library(fun):
            self._named(fun)
            return
        self._say("function")
        if not self._first(id(fun)):
            return
        self.objects.append(fun)
        self._code(fun.__code__)
        names = _names(fun.__code__)
        self._first("space", id(fun.__globals__))
        for name in sorted(names):
            self._global(fun.__globals__, name, names)
        for name, cell in zip(fun.__code__.co_freevars, fun.__closure__ or (), strict=True):
            self._say("captured", name, cell != types.CellType())
            if cell != types.CellType():
                self._value(cell.cell_contents, names)
        for part in (fun.__defaults__, fun.__kwdefaults__, fun.__dict__):
            self._value(part, names)

    def _global(self, space: dict[str, Any], name: str, names: frozenset[str]) -> None:
        if name in space:
            self._say("global", name)
            self._value(space[name], names)
        elif hasattr(builtins, name):
            self._say("builtin", name)
            self._named(getattr(builtins, name))

    def _code(self, code: types.CodeType) -> None:
        self._say("code", *(getattr(code, name) for name in _PARTS), len(code.co_consts))
        for const in code.co_consts:
            self._constant(const)

    def _constant(self, const: Any) -> None:
        if isinstance(const, types.CodeType):
            self._code(const)
        elif isinstance(const, tuple):
            self._say("tuple", len(const))
            for item in const:
                self._constant(item)
        elif isinstance(const, frozenset):
            self._say("set", sorted((type(item).__name__, repr(item)) for item in const))
        elif type(const) in _PLAIN:
            self._say(type(const).__name__, repr(const))
        else:
            raise _Untold(f"{const!r}")


_PARTS = ("co_filename", "co_name", "co_qualname", "co_firstlineno", "co_linetable", "co_exceptiontable", "co_flags",
          "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_code", "co_names", "co_varnames", "co_freevars",
          "co_cellvars")


@functools.lru_cache(1024)
def _names(code: types.CodeType) -> frozenset[str]:
    """The names of globals and attributes in a code and those nested in it."""
    if set(code.co_code[::2]).intersection(_IMPORT):
        raise _Untold("an import inside of a function")
    names = frozenset(code.co_names).union(*(_names(const) for const in code.co_consts if isinstance(const, types.CodeType)))
    if names & _INDIRECT:
        raise _Untold(f"`{min(names & _INDIRECT)}`")
    return names


def _described(t: Type) -> str:
    """A type as text that no other type has."""
    if isinstance(t, Scalar | Array) or t in (NONE, STR):
        return repr(t)
    if isinstance(t, Tuple) and t.cls in (tuple, list):
        return f"{t.cls.__name__}({', '.join(map(_described, t.items))})"
    if isinstance(t, List):
        return f"List({_described(t.item)})"
    if isinstance(t, Dict) and type(t) is Dict and all(type(key) in (str, int) for key, _ in t.items):
        return f"Dict({', '.join(f'{key!r}: {_described(item)}' for key, item in t.items)})"
    raise _Untold(f"{t}")


@functools.lru_cache(256)
def is_library(module: types.ModuleType) -> bool:
    """Whether a module is part of Python, NumPy or another package whose files tell all about it."""
    root = module.__name__.split(".")[0]
    path = getattr(module, "__file__", None)
    if root not in LIBRARIES or root == "__main__":
        return False
    if not isinstance(path, str):
        return root in sys.builtin_module_names
    if root in sys.stdlib_module_names:  # a file of the user's may have the name of one of these
        return path.startswith(os.path.dirname(os.__file__) + os.sep) and "site-packages" not in path
    return path.startswith(os.path.dirname(sys.modules[root].__file__ or "-") + os.sep)


def _is_of_library(fun: types.FunctionType) -> bool:
    """Whether a function is written in a module of a library, which may offer it in another one."""
    home = sys.modules.get(fun.__globals__.get("__name__", ""))
    return home is not None and fun.__globals__ is vars(home) and is_library(home)


def is_ours(fun: types.FunctionType) -> bool:
    """Whether a function is part of this package."""
    return fun.__module__.split(".")[0] == "sct" and _is_of_library(fun)


def _stamp(module: types.ModuleType) -> tuple[Any, ...]:
    """The file of a module of a library, its size and the time it was written; of others, the functions themselves count."""
    path = getattr(module, "__file__", None)
    if not isinstance(path, str) or not is_library(module):
        return ()
    found = os.stat(path)
    return path, found.st_size, found.st_mtime_ns
