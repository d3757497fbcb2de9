"""Takes the objects that generated code mentions (modules, functions, dtypes, live data), gives the names it uses for them.

Names are chosen after those of the local variables, which win: where the user has a variable ``np``, the module prints as
``np_2``.  The chosen names and their objects are what the loader puts into the namespace of the function.
"""

from __future__ import annotations

import builtins
import keyword
import types
from collections.abc import Collection
from functools import lru_cache
from typing import Any

import numpy as np

from ..rules.notation import NAMES, name_of


@lru_cache(maxsize=4096)
def _display_callable(fn: Any) -> tuple[Any, tuple[str, ...], str]:
    text = name_of(fn)
    root, _, rest = text.partition(".")
    if rest and isinstance(NAMES.get(root), types.ModuleType):
        return NAMES[root], tuple(rest.split(".")), root
    return fn, (), identifier(getattr(fn, "__name__", "") or type(fn).__name__)


def display(obj: Any) -> tuple[Any, tuple[str, ...], str]:
    """How an object is named: the object to import, the attributes to follow from there, and the name it would like."""
    if isinstance(obj, types.ModuleType):
        if obj.__name__.startswith("numpy."):
            return np, tuple(obj.__name__.split(".")[1:]), "np"
        return obj, (), "np" if obj is np else identifier(obj.__name__.rpartition(".")[2])
    if callable(obj):
        try:
            return _display_callable(obj)
        except TypeError:  # not hashable
            pass
    return obj, (), identifier(getattr(obj, "__name__", "") or type(obj).__name__.lower())


def spelled_length(fn: Any) -> int:
    """Characters that naming a callable takes."""
    _, path, name = display(fn)
    return len(name) + sum(len(p) + 1 for p in path)


def identifier(text: str) -> str:
    """The nearest legal variable name.

    >>> identifier("exit.1"), identifier("<lambda>"), identifier("lambda"), identifier("2x")
    ('exit_1', 'fn', 'lambda_', '_2x')
    """
    if text.isidentifier() and not keyword.iskeyword(text):
        return text
    if text == "<lambda>" or not text:
        return "fn"
    clean = "".join(c if c.isalnum() or c == "_" else "_" for c in text)
    clean = clean if not clean[0].isdigit() else "_" + clean
    return clean + "_" if keyword.iskeyword(clean) else clean


def fresh(name: str, taken: Collection[str]) -> str:
    """``name``, or ``name_2``, ``name_3`` … if taken."""
    if name not in taken:
        return name
    k = 2
    while f"{name}_{k}" in taken:
        k += 1
    return f"{name}_{k}"


class Externals:
    """The objects mentioned so far and their names."""

    def __init__(self, locals_: Collection[str]) -> None:
        self.taken: set[str] = {*locals_, "_"}  # which stands for what is not used
        self.objects: dict[str, Any] = {}
        """What the namespace must hold, by name."""
        self.data: dict[str, Any] = {}
        """Names of the user's data that are read live, and where they come from."""
        self._names: dict[Any, str] = {}

    def reserve_data(self, key: Any, root: str, source: Any) -> None:
        """Give data of the user's module its name, before anything else outside asks for it."""
        if key not in self._names:
            name = self._names[key] = fresh(identifier(root), self.taken)
            self.taken.add(name)
            self.data[name] = source

    def data_name(self, key: Any) -> str:
        return self._names[key]

    def name(self, obj: Any) -> tuple[str, tuple[str, ...]]:
        """The name under which an object is found, and the attributes to follow from there."""
        root, path, wish = display(obj)
        key = ("object", id(root))
        if key not in self._names:
            name = self._names[key] = fresh(wish, self.taken)
            self.taken.add(name)
            if getattr(builtins, name, None) is not root:
                self.objects[name] = root
        return self._names[key], path

    def function(self, callee: Any) -> str:
        """The name of a generated function that this one calls."""
        key = ("object", id(callee))
        if key not in self._names:
            name = self._names[key] = fresh(identifier(callee.name), self.taken)
            self.taken.add(name)
            self.objects[name] = callee
        return self._names[key]
