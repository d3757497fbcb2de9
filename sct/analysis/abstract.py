"""Abstract values: what specialisation knows of a value, from fully static to a typed run-time value.

Their static skeletons, and how two of them meet, are in ``shapes``.
"""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..ir.core import Loc, Value


@dataclass(frozen=True, eq=False)
class Static:
    """A Python object known while specialising: a literal, function, module, class, dtype, ``None``."""

    value: Any
    path: DataPath | None = None
    """Where generated code finds the object, when it came from the user's module or closure."""


@dataclass(frozen=True)
class DataPath:
    """``root.attr[key]…`` as seen from the user's function."""

    scope: str
    """``global``, ``free`` (closure cell) or ``const`` (an object only we hold)."""
    root: str
    steps: tuple[tuple[str, Any], ...] = ()
    """``("attr", name)`` and ``("item", key)`` steps."""
    owner: Any = None
    """The function whose globals or cells hold ``root``."""

    def attr(self, name: str) -> DataPath:
        return DataPath(self.scope, self.root, (*self.steps, ("attr", name)), self.owner)

    def item(self, key: Any) -> DataPath:
        return DataPath(self.scope, self.root, (*self.steps, ("item", key)), self.owner)


class Namespace:
    """A module's globals as the owner of data paths: one object per dict, so that paths compare equal."""

    _known: weakref.WeakValueDictionary[int, Namespace] = weakref.WeakValueDictionary()
    """Those that some specialisation still refers to, by the identity of the dict."""

    def __init__(self, space: dict[str, Any]) -> None:
        self.space = space

    @classmethod
    def of(cls, space: dict[str, Any]) -> Namespace:
        found = cls._known.get(id(space))
        if found is None or found.space is not space:
            found = cls._known[id(space)] = cls(space)
        return found


def read(path: DataPath) -> Any:
    """What is found at a path now (paths that start at a parameter are read by generated code instead)."""
    if path.scope == "global":
        value = path.owner.space[path.root]
    elif path.scope == "builtin":
        value = getattr(builtins, path.root)
    elif path.scope == "free":
        fn = path.owner
        value = fn.__closure__[fn.__code__.co_freevars.index(path.root)].cell_contents
    else:
        value = path.owner
    for kind, key in path.steps:
        value = getattr(value, key) if kind == "attr" else value[key]
    return value


@dataclass(eq=False)
class Seq:
    """A tuple, named tuple or list whose length is known; items are abstract values."""

    kind: type
    items: list[Abstract]
    runtime: Value | None = None
    """The run-time object, where there is one already (a parameter, ``x.shape``)."""


@dataclass(eq=False)
class Mapping:
    """A dict with known keys."""

    items: dict[Any, Abstract]
    runtime: Value | None = None


@dataclass(eq=False)
class Slice:
    lo: Abstract
    hi: Abstract
    step: Abstract


@dataclass(eq=False)
class Range:
    lo: Abstract
    hi: Abstract
    step: Abstract


@dataclass(eq=False)
class Iteration:
    """``enumerate``, ``zip``, ``reversed``, ``map`` or ``filter`` of others: how items are found, not which is next."""

    kind: str
    parts: list[Abstract]


Site = Loc | tuple[Loc, str]
"""Where in the source a container is made; which one, where an argument holds several."""


class Place:
    """The identity of an iterator, of a variable that several functions bind, or of a list, dict or object that may change.

    What it holds is kept by the specialiser.  Places that may be the same one at run time are in one group.
    """

    def __init__(self, name: str = "position", counts: bool = True, kind: type | None = None) -> None:
        self.name = name
        """What the content is called in generated code."""
        self.counts = counts
        """Whether the content is how far an iterator has come."""
        self.kind = kind
        """The class of the container or object that is here."""
        self.factory: Abstract | None = None
        """What a ``defaultdict`` that is here calls for a key that it does not have."""
        self._sites: dict[Site, None] = {}
        self._limits: dict[int | None, None] = {}
        self.gone = False
        """Whether a run-time container holds another object with what was here: changes of that are not seen here."""
        self._leader: Place | None = None
        self._locked = False

    @property
    def group(self) -> Place:
        """The place that stands for all that may be the same as this one."""
        return self if self._leader is None else self._leader.group

    @property
    def sites(self) -> Iterable[Site]:
        """Where in the source the container is made that is here, or those that may be."""
        return self.group._sites

    def made_at(self, site: Site) -> None:
        self.group._sites[site] = None

    @property
    def limits(self) -> dict[int | None, None]:
        """How many items the deque has at most that is here, or those that may be."""
        return self.group._limits

    def limit_to(self, limit: int | None) -> None:
        self.group._limits[limit] = None

    @property
    def locked(self) -> bool:
        """Whether something that cannot be followed holds what is here: it must not change any more."""
        return self.group._locked

    def lock(self) -> None:
        self.group._locked = True

    def unite(self, other: Place) -> None:
        """Note that this may be the same as ``other``."""
        a, b = self.group, other.group
        if a is not b:
            b._leader = a
            a._locked = a._locked or b._locked
            a._sites.update(b._sites)
            a._limits.update(b._limits)


@dataclass(eq=False)
class Reference:
    """A list, dict or object that may change: its place, where its content is found."""

    place: Place
    content: Abstract | None = None
    """The content at the end of a path, for where paths meet."""

    @property
    def kind(self) -> type:
        assert self.place.kind is not None
        return self.place.kind


@dataclass(eq=False)
class Instance:
    """An object of a class of the user's, by its attributes."""

    cls: type
    attrs: dict[str, Abstract]
    source: Value | None = None
    """The object itself, where it is an argument: attributes that are not assigned are read from it."""


@dataclass(eq=False)
class View:
    """``d.keys()``, ``d.values()`` or ``d.items()`` of a dict that may change."""

    base: Reference
    kind: str


@dataclass(eq=False)
class StoredIterator:
    """An iterator object: each of its items can be taken once.  ``Iteration`` describes how; here it may be seen by others."""

    source: Abstract
    """What it goes through: a sequence, a range or an ``Iteration``."""
    place: Place


@dataclass(eq=False)
class Closure:
    """A nested function or lambda: its code, the values captured when it was made, the frame its cells live in."""

    code: Any
    captured: list[Abstract]
    defaults: list[Abstract]
    frame: Any


@dataclass(eq=False)
class Bound:
    """A callable with leading positional (and keyword) arguments already given: methods and partials."""

    fn: Abstract
    args: list[Abstract]
    kwargs: dict[str, Abstract] = field(default_factory=dict)
    spelled: str = ""
    """Name under which the user called it, when it is an array method."""


class Marker:
    """A unique abstract value."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


POISON = Marker("poison")
"""The result of something that was refused; every use of it is silently poison, so that all obstacles are found at once."""
NEVER = Marker("never")
"""No value: what a recursive call gives before its result type is known."""
UNBOUND = Marker("unbound")
"""A variable that is not bound on this path."""
LOST = Marker("lost")
"""How far an iterator has come, where that is not known any more."""

Abstract = (Value | Static | Seq | Mapping | Slice | Range | Iteration | StoredIterator | Closure | Bound | Reference | Instance
            | View | Marker)


class JoinError(Exception):
    """Two abstract values have no common description; the text says what they are."""


# ---------------------------------------------------------------------------------------------------------------- shapes

def parts_of(a: Abstract) -> list[Abstract] | None:
    """The abstract values inside a composite; None for atoms."""
    if isinstance(a, Seq):
        return a.items
    if isinstance(a, Mapping):
        return list(a.items.values())
    if isinstance(a, Instance):
        return [a.attrs[name] for name in sorted(a.attrs)]
    if isinstance(a, View):
        return [a.base]
    if isinstance(a, Slice | Range):
        return [a.lo, a.hi, a.step]
    if isinstance(a, Iteration):
        return a.parts
    if isinstance(a, StoredIterator):
        return [a.source]
    if isinstance(a, Closure):
        return a.captured + a.defaults
    if isinstance(a, Bound):
        return [a.fn, *a.args, *a.kwargs.values()]
    return None


def with_parts(a: Abstract, parts: list[Abstract]) -> Abstract:
    if isinstance(a, Seq):
        return Seq(a.kind, parts)
    if isinstance(a, Mapping):
        return Mapping(dict(zip(a.items, parts, strict=True)))
    if isinstance(a, Instance):
        return Instance(a.cls, dict(zip(sorted(a.attrs), parts, strict=True)), a.source)
    if isinstance(a, View):
        assert isinstance(parts[0], Reference)
        return View(parts[0], a.kind)
    if isinstance(a, Slice | Range):
        return type(a)(*parts)
    if isinstance(a, Iteration):
        return Iteration(a.kind, parts)
    if isinstance(a, StoredIterator):
        return StoredIterator(parts[0], a.place)
    if isinstance(a, Closure):
        n = len(a.captured)
        return Closure(a.code, parts[:n], parts[n:], a.frame)
    assert isinstance(a, Bound)
    n = 1 + len(a.args)
    return Bound(parts[0], parts[1:n], dict(zip(a.kwargs, parts[n:], strict=True)), a.spelled)


def is_number(value: Any) -> bool:
    """Whether a static object is a Python number, which a loop may change."""
    return type(value) in (int, float, bool, complex)
