"""Takes a function and arguments, gives the specialisation that another process has made for the same, from disk.

A specialisation is kept under a digest of all that it may depend on (``reads``) with the guards that the compiler found.  It is
taken if the digest is the same and all guards hold, else the compiler is asked.  Where anything cannot be described, nothing is
kept: a class of the user's, an object, a function behind ``getattr``, a rule of the user's.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import types
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.abstract import DataPath, Namespace
from ..custom import DECLARED
from ..dispatch import holds, unproven_shapes
from ..dispatchers import compiled_from
from ..ir import types as ir_types
from ..request import Request
from ..room import room
from ..sharing import defaults_of
from .files import cache_directory, installation, write
from .link import Texts, compile_linked, link
from .reads import LIBRARIES, Reads, is_ours

if TYPE_CHECKING:
    from ..loaded import Compiled

_MOST = 8
"""How many specialisations are kept for one function and one kind of arguments: guards tell them apart."""
_LATE = ("typed", "adjoint", "callees", "emitted", "header")
_KEPT = ("text", "guards", "written", "read", "changed")


class Recalled:
    """A specialisation from disk, as ``Compiled``; what only people and error messages ask for is made when they do."""

    backward = None

    def __init__(self, request: Request, kept: dict[str, Any], made: Callable[[], Compiled]) -> None:
        vars(self).update(kept)
        self.request = request
        self._made = made

    def __getattr__(self, name: str) -> Any:
        if name not in _LATE:
            raise AttributeError(name)
        made = self._made()
        vars(self).update({late: getattr(made, late) for late in _LATE})
        return vars(self)[name]


class Store:
    """The place on disk for a function and arguments of one kind."""

    def __init__(self, fun: Any, names: Sequence[str], request: Request, flags: dict[str, Any]) -> None:
        self.fun, self.names, self.request, self.flags = fun, names, request, flags
        self.reads: Reads | None = None
        self.key = ""

    def find(self, arguments: Sequence[Any], made: Callable[[Sequence[Any]], Compiled]) -> Any:
        """A specialisation that another process has made and that fits here and now; None if there is none.

        ``made`` makes it anew, for what is not kept.
        """
        if DECLARED:
            return None
        try:
            self.reads = Reads(self.fun, arguments)
        except LookupError:
            return None
        options = self.request, sorted(self.flags.items()), self.names, np.geterr(), installation()
        self.key = hashlib.sha256(f"{options!r}\n{self.reads.digest}".encode()).hexdigest()
        given = dict(zip(self.names, arguments, strict=True))
        for record in self._records():
            with suppress(Exception):  # whatever does not fit here is made anew
                kept = _Reader(record, self.reads.objects).load()
                found: Any = Recalled(self.request, kept, partial(made, [_twin(argument) for argument in arguments]))
                if holds(found, given):
                    self._link(found, kept["texts"], arguments)
                    return found
        return None

    @room()
    def _link(self, found: Any, texts: Texts, arguments: Sequence[Any]) -> None:
        linked = link(texts, arguments)
        compile_linked(linked)
        found.function, found.live = linked.function, linked.live
        found.defaults = defaults_of(self.fun, found.written)

    def keep(self, compiled: Compiled, texts: Texts, arguments: Sequence[Any]) -> None:
        """Keep a specialisation for the next process, if another process can tell that it fits.

        Guards on other namespaces than those of the functions that were looked into are those of our own rules.
        """
        if self.reads is None or compiled.warned or DECLARED or texts.foreign or not self._still_holds(arguments):
            return
        known = {id(compiled_from(fun) or fun) for fun in self.reads.objects}
        if any(id(fun) not in known and not is_ours(fun) for fun in compiled.looked_into):
            return
        kept = {name: getattr(compiled, name) for name in _KEPT}
        spaces = {id((compiled_from(fun) or fun).__globals__) for fun in self.reads.objects}
        kept["guards"] = [(kind, _portable(path), expected) for kind, path, expected in compiled.guards
                          if _space(path) is None or id(_space(path)) in spaces]
        kept.update(texts=texts, unproven=unproven_shapes(compiled))
        with suppress(pickle.PicklingError, AttributeError, TypeError, OSError, RecursionError):
            file = io.BytesIO()
            _Writer(file, self.reads.objects).dump(kept)
            records = [file.getvalue(), *self._records()][:_MOST]
            content = b"".join(len(record).to_bytes(8, "little") + record for record in records)
            write(self._path, hashlib.sha256(content).digest() + content)

    def _still_holds(self, arguments: Sequence[Any]) -> bool:
        """Whether nothing has changed since the digest was taken: somebody may have done so in another thread."""
        try:
            return self.reads is not None and Reads(self.fun, arguments).digest == self.reads.digest
        except LookupError:
            return False

    @property
    def _path(self) -> Any:
        return cache_directory() / f"sct_kept_{self.key[:32]}.bin"

    def _records(self) -> list[bytes]:
        """The specialisations in the file, the newest first; none if it is damaged."""
        try:
            content = self._path.read_bytes()
        except OSError:
            return []
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            return []
        records, start = [], 32
        while start < len(content):
            end = start + 8 + int.from_bytes(content[start:start + 8], "little")
            records.append(content[start + 8:end])
            start = end
        return records


def _space(path: DataPath) -> Any:
    """The namespace at which a path starts."""
    return path.owner.space if isinstance(path.owner, Namespace) else path.owner if type(path.owner) is dict else None


def _portable(path: DataPath) -> DataPath:
    """A path without what it starts at where that is a parameter, of which the name says all."""
    return replace(path, owner=None) if path.scope == "param" else path


def _twin(argument: Any) -> Any:
    """What has the type and shape of an argument, and holds none of its arrays."""
    if isinstance(argument, np.ndarray):
        return np.broadcast_to(np.zeros((), argument.dtype), argument.shape)
    if type(argument) in (list, tuple):
        return type(argument)(map(_twin, argument))
    if type(argument) is dict:
        return {key: _twin(item) for key, item in argument.items()}
    return argument


# ------------------------------------------------------------------------------------------------------------ what is written

_NAMED_TYPES = {t: name for name, t in vars(ir_types).items() if isinstance(t, type(ir_types.NONE))}


class _Writer(pickle.Pickler):
    """Writes functions as their numbers, and refuses what is not a library's."""

    def __init__(self, file: Any, objects: Sequence[Any]) -> None:
        super().__init__(file, protocol=5)
        self.numbers = {id(fun): k for k, fun in enumerate(objects)}
        self.spaces = {id((compiled_from(fun) or fun).__globals__): k for k, fun in reversed(list(enumerate(objects)))}

    def persistent_id(self, value: Any) -> Any:
        if id(value) in self.numbers:
            return "function", self.numbers[id(value)]
        if id(value) in self.spaces:
            return "space", self.spaces[id(value)]
        if isinstance(value, Namespace):
            return ("namespace", self.spaces[id(value.space)]) if id(value.space) in self.spaces else _refused(value)
        if isinstance(value, types.ModuleType):
            return ("module", value.__name__) if sys.modules.get(value.__name__) is value else _refused(value)
        if isinstance(value, type(ir_types.NONE)):
            return "type", _NAMED_TYPES[value]
        home = value.__module__ if isinstance(value, type | types.FunctionType) else type(value).__module__
        return None if home.split(".")[0] in LIBRARIES else _refused(value)


def _refused(value: Any) -> Any:
    raise pickle.PicklingError(f"{value!r}")


class _Reader(pickle.Unpickler):
    """Reads what ``_Writer`` has written, for the functions of this process."""

    def __init__(self, record: bytes, objects: Sequence[Any]) -> None:
        super().__init__(io.BytesIO(record))
        self.objects = objects

    def persistent_load(self, pid: Any) -> Any:
        kind, what = pid
        if kind == "function":
            return self.objects[what]
        if kind in ("space", "namespace"):
            fun = self.objects[what]
            space = (compiled_from(fun) or fun).__globals__
            return space if kind == "space" else Namespace.of(space)
        return sys.modules[what] if kind == "module" else getattr(ir_types, what)

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] not in LIBRARIES:
            raise pickle.UnpicklingError(module)
        return super().find_class(module, name)
