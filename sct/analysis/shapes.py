"""Shapes: the static skeleton of an abstract value with a type at every run-time leaf, and how two of them meet.

Block arguments, branch results and callee keys are made of shapes: ``shape_of`` takes the skeleton, ``join_shapes`` joins two,
``leaves`` lists the run-time values in it and ``rebuild`` makes an abstract value from new ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Any

from ..ir.build import Builder
from ..ir.core import Value
from ..ir.types import BOTTOM, NONE, UNDEF, List, OrConst, Scalar, Tuple, Type, constant, join, join_all, strip_const, type_of
from .abstract import (
    LOST,
    NEVER,
    POISON,
    UNBOUND,
    Abstract,
    Bound,
    Closure,
    Instance,
    Iteration,
    JoinError,
    Mapping,
    Marker,
    Place,
    Reference,
    Seq,
    Static,
    StoredIterator,
    View,
    is_number,
    parts_of,
    with_parts,
)


def _tag(a: Abstract) -> tuple[Any, ...]:
    """What must be equal for two composites to be joined part by part."""
    if isinstance(a, Seq):
        return ("seq", a.kind, len(a.items))
    if isinstance(a, Mapping):
        return ("dict", tuple(a.items))
    if isinstance(a, Instance):
        return ("instance", a.cls, tuple(sorted(a.attrs)), a.source)
    if isinstance(a, View):
        return ("view", a.kind)
    if isinstance(a, Iteration):
        return ("iter", a.kind, len(a.parts))
    if isinstance(a, StoredIterator):
        return ("iterator", a.place)
    if isinstance(a, Closure):
        return ("closure", a.code, (a.frame.origin or a.frame) if a.code.cells or a.code.shared else None, len(a.captured))
    if isinstance(a, Bound):
        return ("bound", len(a.args), tuple(a.kwargs), a.spelled)
    return (type(a).__name__,)


@dataclass(frozen=True)
class Shape:
    """The skeleton of an abstract value; ``example`` rebuilds it, the rest is compared and hashed."""

    tag: tuple[Any, ...]
    """``("leaf", type)``, ``("static", key)``, or a composite's tag."""
    parts: tuple[Shape, ...] = ()
    example: Any = field(default=None, compare=False, hash=False)


def static_key(value: Any) -> Any:
    """A hashable key that tells literals apart by type and value, and other objects by identity."""
    if isinstance(value, bool | int | float | complex | str | bytes | type(None) | type(Ellipsis)):
        return (type(value).__name__, repr(value))
    return ("object", id(value))


def shape_of(a: Abstract) -> Shape:
    """The shape of an abstract value."""
    if isinstance(a, Value):
        return Shape(("leaf", a.type))
    if isinstance(a, Static):
        return Shape(("static", static_key(a.value)), (), a)
    if isinstance(a, Marker):
        return Shape(("marker", a.name), (), a)
    if isinstance(a, Reference):
        return Shape(("ref", a.place), (), a)
    parts = parts_of(a)
    assert parts is not None
    return Shape(_tag(a), tuple(map(shape_of, parts)), a)


def leaf_shape(t: Type) -> Shape:
    """The shape of a run-time value of type ``t``."""
    return Shape(("leaf", t))


def _static_leaf_type(shape: Shape) -> Type | None:
    """The type that a static literal has once it must be a run-time value."""
    value = shape.example.value
    if value is None or isinstance(value, str) or is_number(value):
        return constant(type_of(value)) if value is not None else OrConst(BOTTOM, NONE)
    return None


def generalise(shape: Shape) -> Shape:
    """The shape a loop-carried value starts with: numbers become run-time values, functions and strings stay static."""
    if shape.tag[0] == "static" and is_number(shape.example.value):
        return Shape(("leaf", constant(type_of(shape.example.value))))
    if shape.parts:
        return Shape(shape.tag, tuple(map(generalise, shape.parts)), shape.example)
    return shape


def join_shapes(a: Shape, b: Shape) -> Shape:
    """The least shape that covers both; raises JoinError where there is none."""
    if a == b:
        return a
    for x, y in ((a, b), (b, a)):
        if x.tag[0] == "marker":
            return a if x.example is POISON and x is a else _join_marker(x, y)
    if a.tag[0] in _REFERS or b.tag[0] in _REFERS:
        return _join_references(a, b)
    if a.tag == b.tag and len(a.parts) == len(b.parts):
        return Shape(a.tag, tuple(map(join_shapes, a.parts, b.parts)), a.example)
    s, t = leaf_type(a), leaf_type(b)
    joined = join(s, t) if s is not None and t is not None else None
    if joined is None:
        raise JoinError(f"{describe(a)} and {describe(b)}")
    return leaf_shape(joined)


_REFERS = ("ref", "new")


def content_of(shape: Shape) -> Shape:
    """The shape of what a reference refers to; of anything else its own."""
    if shape.tag[0] == "new":
        return shape.parts[0]
    if shape.tag[0] == "ref":
        content = shape.example.content
        return shape_of(LOST if content is None else content)
    return shape


def _join_references(a: Shape, b: Shape) -> Shape:
    """Two containers that are not certainly one: a place that may be the same as each."""
    content = join_shapes(content_of(a), content_of(b))
    given = [x.tag[1] for x in (a, b) if x.tag[0] in _REFERS]
    made = [x.tag[1] for x in (a, b) if x.tag[0] == "new"]
    if len({place.kind for place in given}) > 1:
        raise JoinError(" and ".join(f"a {place.kind.__name__}" for place in given))
    place = made[0] if made else Place(given[0].name, False, given[0].kind)
    for other in given:
        place.unite(other)
    if len(given) < 2 and (a if b.tag[0] in _REFERS else b).tag[0] != "static":
        place.lock()  # the other one cannot be followed
    return Shape(("new", place), (content,))


def leaf_names(shape: Shape, name: str) -> Iterator[str]:
    """A name for each run-time leaf of what is called ``name``: items and attributes have names of their own."""
    if shape.tag[0] == "leaf":
        yield name
    keys = shape.tag[2] if shape.tag[0] == "instance" else shape.tag[1] if shape.tag[0] == "dict" else range(len(shape.parts))
    for key, part in zip(keys, shape.parts, strict=False):
        if shape.tag[0] == "seq" and name:
            yield from leaf_names(part, f"{name}_{key}")
        elif shape.tag[0] in ("instance", "dict") and isinstance(key, str) and key.isidentifier() and not iskeyword(key):
            yield from leaf_names(part, key)
        else:
            yield from leaf_names(part, name)


def settled(shape: Shape, stable: Callable[[Place], bool]) -> Shape:
    """The shape with the containers that are not known behind the end of a path as new ones."""
    if shape.tag[0] == "ref" and not stable(shape.tag[1]):
        old = shape.tag[1]
        place = Place(old.name, False, old.kind)
        place.unite(old)
        return Shape(("new", place), (settled(content_of(shape), stable),))
    if shape.parts:
        return Shape(shape.tag, tuple(settled(p, stable) for p in shape.parts), shape.example)
    return shape


def made_by(shapes: Iterable[Shape]) -> Iterator[Place]:
    """The places that containers get where these shapes are instantiated."""
    for shape in shapes:
        if shape.tag[0] == "new":
            yield shape.tag[1]
        yield from made_by(shape.parts)


def renewed(shape: Shape) -> Shape:
    """The shape with other places for what it makes: the code around it runs once more."""
    if not shape.parts:
        return shape
    tag = shape.tag
    if tag[0] == "new":
        place = Place(tag[1].name, False, tag[1].kind)
        place.unite(tag[1])
        tag = ("new", place)
    return Shape(tag, tuple(map(renewed, shape.parts)), shape.example)


def carried_shape(a: Abstract) -> Shape:
    """The shape of what ``rebuild`` has made: references that have their content with them are new ones."""
    if isinstance(a, Reference) and a.content is not None:
        return Shape(("new", a.place), (carried_shape(a.content),))
    shape = shape_of(a)
    if shape.parts:
        return Shape(shape.tag, tuple(map(carried_shape, parts_of(a) or ())), shape.example)
    return shape


def _join_marker(marker: Shape, other: Shape) -> Shape:
    if marker.example in (POISON, LOST):
        return marker
    if marker.example is UNBOUND and other.tag[0] == "ref":
        other = settled(other, lambda place: False)
    if marker.example is UNBOUND and other.tag[0] == "static":
        t = _static_leaf_type(other)
        if t is not None:
            return leaf_shape(t)
    if marker.example is UNBOUND and other.tag[0] != "marker" and not any(True for _ in leaf_types(other)):
        other = generalise(other)  # a literal number in it becomes one
    if marker.example is UNBOUND and other.tag[0] != "marker" and not any(True for _ in leaf_types(other)):
        raise JoinError(f"{describe(other)} and nothing at all")  # no value at run time could tell which
    return other


def leaf_type(shape: Shape) -> Type | None:
    """The run-time type a shape has when it is made one run-time value; None where it cannot be."""
    kind = shape.tag[0]
    if kind == "leaf":
        t: Type = shape.tag[1]
        return t
    if kind == "static":
        return _static_leaf_type(shape)
    if kind == "marker":
        return UNDEF if shape.example is UNBOUND else BOTTOM
    if kind in _REFERS:
        return leaf_type(content_of(shape))
    if kind == "seq":
        items = [leaf_type(p) for p in shape.parts]
        if None in items:
            return None
        if shape.tag[1] is list:
            return _list_of(items)  # type: ignore[arg-type]
        return Tuple(tuple(items), shape.tag[1])  # type: ignore[arg-type]
    return None


def _list_of(items: list[Type]) -> Type | None:
    joined = join_all(t.const if isinstance(t, OrConst) and t.base is BOTTOM else t for t in items)
    return None if joined is None else List(joined)


def describe(shape: Shape) -> str:
    """A shape in words for messages."""
    kind = shape.tag[0]
    if kind == "leaf":
        return str(shape.tag[1])
    if kind == "static":
        value = shape.example.value
        return f"the function {value.__name__}" if hasattr(value, "__name__") else repr(value)
    if kind in _REFERS:
        content = describe(content_of(shape)) if kind == "new" or shape.example.content is not None else ""
        return content or f"a {shape.tag[1].kind.__name__}"
    if kind == "instance":
        return f"{shape.tag[1].__name__} object"
    if kind == "seq":
        return f"{shape.tag[1].__name__} of {len(shape.parts)} items"
    return {"closure": "a function", "bound": "a method", "iterator": "an iterator", "iter": "an iterator"}.get(kind, str(kind))


# ------------------------------------------------------------------------------------------------------ leaves and rebuild

def leaf_types(shape: Shape) -> Iterator[Type]:
    """The types of the run-time leaves of a shape, in order."""
    if shape.tag[0] == "leaf":
        yield shape.tag[1]
    for part in shape.parts:
        yield from leaf_types(part)


def run_time_leaves(a: Abstract) -> Iterator[Value]:
    """The run-time values in an abstract value."""
    if isinstance(a, Value):
        yield a
    for part in parts_of(a) or ():
        yield from run_time_leaves(part)


def rebuild(shape: Shape, leaf: Callable[[Type], Value]) -> Abstract:
    """An abstract value of this shape whose run-time leaves ``leaf`` supplies, in order."""
    if shape.tag[0] == "leaf":
        return leaf(shape.tag[1])
    if shape.tag[0] == "ref":
        return Reference(shape.tag[1])
    if shape.tag[0] == "new":
        return Reference(shape.tag[1], rebuild(shape.parts[0], leaf))
    if shape.tag[0] in ("static", "marker"):
        example: Abstract = shape.example
        return example
    return with_parts(shape.example, [rebuild(p, leaf) for p in shape.parts])


def leaves(a: Abstract, shape: Shape, builder: Builder, hint: str = "") -> list[Value]:
    """The run-time values that fill ``shape`` (which covers ``a``), lifting literals and converting numbers as needed."""
    if shape.tag[0] == "leaf":
        return [convert(held(lift(a, builder, hint), a), shape.tag[1], builder)]
    if not shape.parts:
        return []
    if a in (UNBOUND, NEVER):
        return [builder.value("undef", (), t) for t in leaf_types(shape)]
    if shape.tag[0] == "new":
        return leaves(a.content if isinstance(a, Reference) else a, shape.parts[0], builder, hint)  # type: ignore[arg-type]
    parts = parts_of(a)
    assert parts is not None
    return [v for part, s in zip(parts, shape.parts, strict=True) for v in leaves(part, s, builder, hint)]


def held(value: Value, a: Abstract, content: Abstract | None = None) -> Value:
    """``value``, which is ``a`` as one run-time value: where ``a`` may change, it must not any more."""
    if isinstance(a, Reference):
        if a.place.kind is deque:
            raise JoinError("a deque in a container")
        a.place.lock()
        a.place.gone |= not isinstance(content if content is not None else a.content, Value)
    return value


def convert(value: Value, to: Type, builder: Builder) -> Value:
    """``value`` with an explicit conversion when its element type differs from that of ``to``."""
    a = strip_const(value.type)
    if isinstance(a, Scalar) and isinstance(to, Scalar) and a.dtype != to.dtype:
        return builder.value("convert", [value], to, value.hint)
    return value


def lift(a: Abstract, builder: Builder, hint: str = "") -> Value:
    """The abstract value as one run-time value; raises JoinError where that is impossible (a function, a range)."""
    if isinstance(a, Value):
        return a
    if isinstance(a, Static):
        t = _static_leaf_type(shape_of(a))
        if t is not None:
            return builder.value("const", (), t, hint, value=a.value)
    if isinstance(a, Seq):
        if a.runtime is not None:
            return a.runtime
        t = leaf_type(shape_of(a))
        if t is not None:
            return builder.value("tuple", [held(lift(x, builder), x) for x in a.items], t, hint, cls=a.kind)
    if isinstance(a, Reference) and a.content is not None:
        return lift(a.content, builder, hint)
    if isinstance(a, Mapping):
        if a.runtime is not None:
            return a.runtime
    if a is UNBOUND or a is NEVER:
        return builder.value("undef", (), UNDEF, hint)
    raise JoinError(describe(shape_of(a)))
