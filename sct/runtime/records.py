"""Containers with named fields: instances of dataclasses that are no more than what they hold, told apart and made."""

from __future__ import annotations

import abc
import dataclasses
import functools
import inspect
import types
import typing
from typing import Any

_PLAIN_BASES = (object, abc.ABC, typing.Generic, typing.Protocol)
_HOOKS = ("__setattr__", "__getattribute__", "__getattr__", "__delattr__")


def fields_of(x: Any) -> tuple[str, ...] | None:
    """The names of the fields of an instance of a plain dataclass, in order; None for everything else.

    >>> Point = dataclasses.make_dataclass("Point", ["x", "y"])
    >>> Point.__module__ = "points"
    >>> fields_of(Point(1.0, 0.0)), fields_of(Point), fields_of((1.0, 0.0))
    (('x', 'y'), None, None)
    """
    cls = type(x)
    if getattr(cls, "__dataclass_fields__", None) is None or not is_plain(cls):
        return None
    names = tuple(f.name for f in dataclasses.fields(cls))
    return names if all(hasattr(x, name) and _is_stored(cls, name) for name in names) else None


def _is_stored(cls: type, name: str) -> bool:
    """Whether reading this attribute of an instance runs no code of the user's."""
    raw = inspect.getattr_static(cls, name, None)
    return isinstance(raw, types.MemberDescriptorType) or not hasattr(type(raw), "__set__")


def extras_of(x: Any) -> tuple[str, ...]:
    """The attributes that an instance of a dataclass has beside its fields; those that are computed once do not count."""
    names = {f.name for f in dataclasses.fields(x)}
    return tuple(name for name in getattr(x, "__dict__", ()) if name not in names
                 and not isinstance(inspect.getattr_static(type(x), name, None), functools.cached_property))


def is_plain(cls: type) -> bool:
    """Whether objects of a class are no more than their attributes and methods."""
    made_by = inspect.getattr_static(cls, "__new__")
    if type(cls) not in (type, abc.ABCMeta, type(typing.Protocol)) or made_by is not vars(object)["__new__"]:
        return False
    for base in cls.__mro__:
        own = base not in _PLAIN_BASES
        if own and (not base.__flags__ & 1 << 9 or any(name in vars(base) and not _of_frozen(base, name) for name in _HOOKS)):
            return False
    return cls.__module__.split(".")[0] not in ("numpy", "scipy", "sct")


def _of_frozen(cls: type, name: str) -> bool:
    """Whether a hook is the one that refuses to change a frozen dataclass."""
    return "__dataclass_params__" in vars(cls) and is_frozen(cls) and name in ("__setattr__", "__delattr__")


def is_frozen(cls: type) -> bool:
    """Whether instances of a class refuse to change."""
    return bool(getattr(getattr(cls, "__dataclass_params__", None), "frozen", False))


def instance(cls: type, /, **fields: Any) -> Any:
    """An instance of ``cls`` that holds these; its ``__init__`` does not run, as a derivative need not pass what that tests.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Interval:
    ...     lo: float
    ...     hi: float
    >>> instance(Interval, lo=1.0, hi=-1.0)
    Interval(lo=1.0, hi=-1.0)
    """
    made: Any = object.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)  # a frozen class forbids the ordinary way
    return made
