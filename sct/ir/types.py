"""The lattice of types that specialisation assigns to values.

A type says what generated code must know: is the value differentiable, does ``+=`` rebind or write in place, must a
cotangent be summed over broadcast dimensions.  Types are immutable and hashable: they are part of specialisation keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from ..runtime.records import fields_of

UNIT, MANY, ANY = "1", "n", "?"
"""What is known of one dimension: exactly 1, known not to be 1, unknown."""


class Type:
    """Base of all types; equality and hash are structural."""

    __slots__ = ()

    @property
    def differentiable(self) -> bool:
        """True when values of this type may carry a derivative (inexact numbers, and containers of them)."""
        return False


@dataclass(frozen=True)
class Scalar(Type):
    """A number without dimensions: a Python number or a NumPy scalar."""

    dtype: str
    """NumPy's name of the element type: ``bool``, ``int64``, ``float64``, ``float32``, ``complex128`` …"""
    python: bool | None = True
    """True: ``float``/``int``/``bool``/``complex``; False: a NumPy scalar; None: either, decided at run time."""

    @property
    def differentiable(self) -> bool:
        return is_inexact(self.dtype)

    def __str__(self) -> str:
        if self.python:
            return {"float64": "float", "int64": "int", "complex128": "complex"}.get(self.dtype, self.dtype)
        return f"np.{self.dtype}" if self.python is False else f"{self.dtype}?"


@dataclass(frozen=True)
class Array(Type):
    """An exact ``numpy.ndarray``; ``dims`` holds UNIT, MANY or ANY for each dimension."""

    dtype: str
    dims: tuple[str, ...]

    @property
    def ndim(self) -> int:
        return len(self.dims)

    @property
    def differentiable(self) -> bool:
        return is_inexact(self.dtype)

    def __str__(self) -> str:
        shape = ", ".join({UNIT: "1", MANY: ":", ANY: "?"}[d] for d in self.dims)
        return f"{self.dtype}[{shape}]"


@dataclass(frozen=True)
class Tuple(Type):
    """A tuple whose length and item types are known."""

    items: tuple[Type, ...]
    cls: type = tuple

    @property
    def differentiable(self) -> bool:
        return any(t.differentiable for t in self.items)

    def __str__(self) -> str:
        return f"tuple({', '.join(map(str, self.items))})"


@dataclass(frozen=True)
class List(Type):
    """A list of unknown length with items of one type."""

    item: Type

    @property
    def differentiable(self) -> bool:
        return self.item.differentiable

    def __str__(self) -> str:
        return f"list({self.item})"


@dataclass(frozen=True)
class Table(Type):
    """A dict with keys that only run time knows, all of one type, and values of one type."""

    key: Type
    item: Type

    @property
    def differentiable(self) -> bool:
        return self.item.differentiable

    def __str__(self) -> str:
        return f"table({self.key}, {self.item})"


@dataclass(frozen=True)
class Dict(Type):
    """A dict with known keys."""

    items: tuple[tuple[object, Type], ...]

    @property
    def differentiable(self) -> bool:
        return any(t.differentiable for _, t in self.items)

    def __str__(self) -> str:
        return "dict(" + ", ".join(f"{k!r}: {t}" for k, t in self.items) + ")"


@dataclass(frozen=True)
class Record(Dict):
    """An instance of a dataclass that is differentiated, field by field: its keys are the names of its fields."""

    cls: type

    def __str__(self) -> str:
        return f"{self.cls.__name__}({', '.join(f'{name}: {t}' for name, t in self.items)})"


@dataclass(frozen=True)
class Object(Type):
    """An instance of a Python class that is carried along but never differentiated as a whole."""

    cls: type

    def __str__(self) -> str:
        return self.cls.__name__


@dataclass(frozen=True)
class OrConst(Type):
    """``base``, or at run time an inactive constant of another type (``None``, ``0``, ``0.0``).

    Accumulators that start as ``None`` or ``0`` have this type inside a loop.  Whenever the run-time value is not of
    type ``base`` it is a constant of the program, so its adjoint is never used.
    """

    base: Type
    const: Type

    @property
    def differentiable(self) -> bool:
        return self.base.differentiable

    def __str__(self) -> str:
        return f"{self.base} | {self.const}"


@dataclass(frozen=True)
class Cache(Type):
    """The list in which the forward sweep saves values of type ``item`` for the reverse sweep."""

    item: Type

    def __str__(self) -> str:
        return f"saved({self.item})"


@dataclass(frozen=True)
class _Named(Type):
    name: str

    def __str__(self) -> str:
        return self.name


NONE = _Named("None")
STR = _Named("str")
SLICE = _Named("slice")
UNDEF = _Named("undef")
"""The variable is not bound on this path; using it raises ``UnboundLocalError`` in the primal."""
BOTTOM = _Named("bottom")
"""No value: the least element (a call that has not returned yet, code after ``raise``)."""
KEY = _Named("mixed key")
"""A key of a dict that has keys of several types."""
DYN = _Named("dyn")
"""The type of every value in lowered, not yet specialised IR."""

FLOAT, INT, BOOL, COMPLEX = Scalar("float64"), Scalar("int64"), Scalar("bool"), Scalar("complex128")
NP_FLOAT = Scalar("float64", False)


def is_inexact(dtype: str) -> bool:
    """Whether an element type is float or complex.

    >>> is_inexact("float32"), is_inexact("int64")
    (True, False)
    """
    return dtype.startswith(("float", "complex"))


def type_of(value: object) -> Type:
    """The type of a run-time value, as exact as dispatch sees it.

    >>> import numpy as np
    >>> print(type_of(2.0), type_of(np.float64(2)), type_of(np.zeros((3, 1))))
    float np.float64 float64[:, 1]
    """
    kind = type(value)
    if kind is bool:
        return BOOL
    if kind is int:
        return INT
    if kind is float:
        return FLOAT
    if kind is complex:
        return COMPLEX
    if kind is np.ndarray:
        return Array(value.dtype.name, tuple(map(dim_of, value.shape)))  # type: ignore[attr-defined]
    if value is None:
        return NONE
    if kind is str:
        return STR
    if isinstance(value, np.generic):
        return Scalar(value.dtype.name, False)
    if isinstance(value, tuple):
        return Tuple(tuple(type_of(v) for v in value), kind)
    if kind is list:
        return _list_type(value)  # type: ignore[arg-type]
    if kind is dict:
        return Dict(tuple((k, type_of(v)) for k, v in value.items()))  # type: ignore[attr-defined]
    if kind is slice:
        return SLICE
    return Object(kind)


def tree_type(value: object) -> Type:
    """The type of something that is differentiated: dataclasses in it are opened, and so are lists of them.

    >>> from dataclasses import make_dataclass
    >>> Point = make_dataclass("Point", ["x"])
    >>> Point.__module__ = "points"
    >>> print(type_of([Point(1.0)]), tree_type([Point(1.0)]))
    list(Point) tuple(Point(x: float))
    """
    t = type_of(value)
    if isinstance(t, Object):
        names = fields_of(value)
        return t if names is None else Record(tuple((name, tree_type(getattr(value, name))) for name in names), t.cls)
    if isinstance(t, Dict):
        return Dict(tuple((key, tree_type(item)) for key, item in value.items()))  # type: ignore[attr-defined]
    if isinstance(t, Tuple) or isinstance(t, List) and not isinstance(t.item, Scalar | Array):
        items = tuple(map(tree_type, value))  # type: ignore[call-overload]
        return Tuple(items, t.cls if isinstance(t, Tuple) else list) if any(map(holds_record, items)) else t
    return t


def holds_record(t: Type) -> bool:
    """Whether there is a dataclass in something that is differentiated."""
    if isinstance(t, Record):
        return True
    return any(map(holds_record, t.items)) if isinstance(t, Tuple) else \
        isinstance(t, Dict) and any(holds_record(item) for _, item in t.items)


def dim_of(n: int) -> str:
    """What is known of the dimension of an argument; of an empty one nothing, so that nobody divides by its size.

    >>> dim_of(1), dim_of(3), dim_of(0)
    ('1', 'n', '?')
    """
    return UNIT if n == 1 else MANY if n else ANY


def _list_type(items: list[object]) -> Type:
    if _are_alike(items):
        return List(type_of(items[0]))
    types = list(map(type_of, items))
    if len({(t.differentiable, _is_complex(t)) for t in types}) != 1:
        return Tuple(tuple(types), list)
    joined = join_all(dict.fromkeys(types))
    if isinstance(joined, Scalar) and joined.python is False and joined.differentiable and len(set(types)) > 1:
        joined = Scalar(joined.dtype, None)  # NumPy's numbers of several precisions: each has its own at run time
    return List(joined) if joined is not None else Tuple(tuple(types), list)


def _is_complex(t: Type) -> bool:
    return isinstance(t, Scalar) and t.dtype.startswith("complex")


_PLAIN = frozenset({float, int, bool, complex, str, np.float64})
"""Classes whose instances are all of one type."""


def _are_alike(items: list[Any]) -> bool:
    """Whether all items are seen at a glance to be of one type: plain numbers, or tuples or lists of them, at every call."""
    kinds = set(map(type, items))
    if kinds == {tuple}:
        signature, *others = {tuple(map(type, item)) for item in items}
        return not others and _PLAIN.issuperset(signature)
    if kinds == {list} and all(items):
        kinds = set(map(type, chain.from_iterable(items)))
    return len(kinds) == 1 and _PLAIN.issuperset(kinds)


def join_dims(a: str, b: str) -> str:
    """The least dimension fact that covers both."""
    return a if a == b else ANY


def join_all(types: Iterable[Type]) -> Type | None:
    """The least type that covers all of ``types``; None where there is none."""
    joined: Type | None = BOTTOM
    for t in types:
        if joined is None:
            return None
        joined = join(joined, t)
    return joined


def join(a: Type, b: Type) -> Type | None:
    """The least type that covers ``a`` and ``b``; None where there is none (the caller decides what to do).

    >>> print(join(INT, FLOAT), join(Array("float64", ("n",)), Array("float64", ("1",))))
    float float64[?]
    """
    if a == b or b in (BOTTOM, UNDEF):
        return a
    if a in (BOTTOM, UNDEF):
        return b
    if isinstance(a, OrConst) or isinstance(b, OrConst):
        return _join_or_const(a, b)
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        try:
            return Scalar(np.promote_types(a.dtype, b.dtype).name, a.python if a.python == b.python else None)
        except TypeError:  # dates and numbers
            return None
    if isinstance(a, Array) and isinstance(b, Array) and a.ndim == b.ndim:
        if (a.differentiable or b.differentiable) and a.dtype != b.dtype:
            return None
        dtype = np.promote_types(a.dtype, b.dtype).name
        return Array(dtype, tuple(map(join_dims, a.dims, b.dims)))
    if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.items) == len(b.items) and a.cls is b.cls:
        items = [join(x, y) for x, y in zip(a.items, b.items, strict=True)]
        return None if None in items else Tuple(tuple(items), a.cls)  # type: ignore[arg-type]
    if isinstance(a, List) and isinstance(b, List):
        item = join(a.item, b.item)
        return None if item is None else List(item)
    if isinstance(a, Table) and isinstance(b, Table):
        item = join(a.item, b.item)
        return None if item is None else Table(join_keys(a.key, b.key), item)
    return None


def join_keys(a: Type, b: Type) -> Type:
    """The type of the keys of a dict that has keys of both types: where they differ, nothing more is known of a key.

    >>> print(join_keys(INT, INT), join_keys(Scalar("float64"), NP_FLOAT), join_keys(INT, FLOAT))
    int float64? mixed key
    """
    if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.items) == len(b.items) and a.cls is b.cls:
        return Tuple(tuple(map(join_keys, a.items, b.items)), a.cls)
    joined = join(a, b)
    apart = joined is None or isinstance(a, Scalar) and isinstance(b, Scalar) and a.dtype != b.dtype
    return KEY if apart or joined is None else joined


def _join_or_const(a: Type, b: Type) -> Type | None:
    if not isinstance(a, OrConst):
        a, b = b, a
    assert isinstance(a, OrConst)
    if isinstance(b, OrConst):
        base, const = join(a.base, b.base), join(a.const, b.const)
        return None if base is None or const is None else OrConst(base, const)
    if a.base is BOTTOM and isinstance(b, Scalar) and isinstance(a.const, Scalar):
        return join(a.const, b)
    if b == a.const and not b.differentiable:
        return a
    if isinstance(b, Scalar) and isinstance(a.const, Scalar) and not isinstance(a.base, Scalar):
        return None if b.differentiable else OrConst(a.base, join(a.const, b) or a.const)
    base = join(a.base, b)
    return None if base is None else OrConst(base, a.const)


def strip_const(t: Type) -> Type:
    """The type without its constant alternative (the constant's own type where there is no other)."""
    if isinstance(t, OrConst):
        return t.const if t.base is BOTTOM else t.base
    return t


def is_array(t: Type) -> bool:
    """Whether values of this type are arrays, or may be such beside an inactive constant."""
    return isinstance(strip_const(t), Array)


def constant(t: Type) -> Type:
    """The type of a number that is a literal of the program: inactive, and free to become an array later."""
    return t if isinstance(t, OrConst) else OrConst(BOTTOM, t)


def loosely(t: Type) -> Type:
    """The type of an adjoint of something of type ``t``: whether a number is Python's or NumPy's is left open."""
    if isinstance(t, List):
        return List(loosely(t.item))
    if isinstance(t, Table):
        return Table(t.key, loosely(t.item))
    if isinstance(t, Tuple):
        return Tuple(tuple(loosely(strip_const(item)) if item.differentiable else NONE for item in t.items))
    return Scalar(t.dtype, None) if isinstance(t, Scalar) else t
