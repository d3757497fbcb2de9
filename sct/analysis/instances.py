"""Objects of small classes: making one, reading and assigning its attributes, as Python's own rules for classes say.

An object is its attributes (``Instance``) at a place.  One that is an argument is read where it is not assigned, and never
changed.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from typing import Any

from ..ir.core import Op, Value
from ..ir.types import Array, Object, strip_const
from ..runtime.records import is_frozen, is_plain
from .abstract import Abstract, Bound, DataPath, Instance, Reference, Static
from .attributes import attribute
from .callees import SPECIAL, call
from .context import Frame, Refusal
from .data import from_data, guard_class
from .infer import SIMPLE, Specializer
from .operators import inplace
from .references import NeedsPlaces, change, fresh, read


def make_instance(sp: Specializer, cls: type, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract | None:
    """A new object of a class that is plain enough to be looked into; None for others."""
    if sp.context.splicing or not is_plain(cls):
        return None
    if not sp.context.places:
        raise NeedsPlaces
    shown = {name: _of_class(sp, cls, name) for name in sorted(sp.context.assigned) if _is_data(cls, name)}
    made = fresh(sp, Instance(cls, shown))
    assert isinstance(made, Reference)
    init = inspect.getattr_static(cls, "__init__")
    if dataclasses.is_dataclass(cls) and _is_generated(cls, init):
        home = next(c for c in cls.__mro__ if "__init__" in vars(c))
        guard_class(sp, cls, "__init__", init)
        _fill(sp, home, made, args, kwargs)
    elif isinstance(init, types.FunctionType):
        guard_class(sp, cls, "__init__", init)
        call(sp, Static(init), [made, *args], kwargs)
    elif args or kwargs:
        raise Refusal("SCT709", f"this always raises TypeError: {cls.__name__}() takes no arguments")
    return made


def _is_data(cls: type, name: str) -> bool:
    """Whether a class has a value that its objects show until they get one of their own."""
    raw = inspect.getattr_static(cls, name, None)
    return any(name in vars(c) for c in cls.__mro__) and not hasattr(type(raw), "__get__")


def _of_class(sp: Specializer, cls: type, name: str) -> Abstract:
    home = next(c for c in cls.__mro__ if name in vars(c))
    return from_data(sp, vars(home)[name], DataPath("const", home.__name__, (("attr", "__dict__"), ("item", name)), home))


def _is_generated(cls: type, init: Any) -> bool:
    """Whether ``__init__`` was written by ``dataclass``."""
    home = next(c for c in cls.__mro__ if "__init__" in vars(c))
    params = vars(home).get("__dataclass_params__")
    return params is not None and params.init and getattr(init, "__code__", None) is not None \
        and init.__code__.co_filename == "<string>"


def _fill(sp: Specializer, home: type, made: Reference, args: list[Abstract], kwargs: dict[str, Abstract]) -> None:
    """What the ``__init__`` of a dataclass does."""
    rest, named = list(args), dict(kwargs)
    attrs: dict[str, Abstract] = {}
    for f in fields_given(home):
        if f.init and rest and not f.kw_only:
            attrs[f.name] = rest.pop(0)
        elif f.init and f.name in named:
            attrs[f.name] = named.pop(f.name)
        elif f.default_factory is not dataclasses.MISSING:
            attrs[f.name] = call(sp, Static(f.default_factory), [], {})
        elif f.default is not dataclasses.MISSING:
            attrs[f.name] = from_data(sp, f.default, DataPath("const", home.__name__, (("attr", f.name),), home))
        elif f.init:
            raise Refusal("SCT709", f"this always raises TypeError: {home.__name__}() misses the argument `{f.name}`")
    if rest or named:
        raise Refusal("SCT709", f"this always raises TypeError: {home.__name__}() got too many arguments")
    held = read(sp, made)
    assert isinstance(held, Instance)
    for_post_init = [attrs.pop(f.name) for f in fields_given(home) if f._field_type is _INITVAR]
    change(sp, made, Instance(held.cls, {**held.attrs, **attrs}, held.source))
    after = inspect.getattr_static(made.kind, "__post_init__", None)
    if isinstance(after, types.FunctionType):
        guard_class(sp, made.kind, "__post_init__", after)
        call(sp, Static(after), [made, *for_post_init], {})


_INITVAR = dataclasses._FIELD_INITVAR  # type: ignore[attr-defined]


def fields_given(home: type) -> list[Any]:
    """The fields of a dataclass, and among them what is given to ``__post_init__`` only."""
    found = home.__dataclass_fields__.values()  # type: ignore[attr-defined]
    return [f for f in found if f._field_type is not dataclasses._FIELD_CLASSVAR]  # type: ignore[attr-defined]


def initialise(*args: Any, **kwargs: Any) -> None:
    """``__init__`` of a dataclass, or of ``object``, called by a class behind it; specialisation knows."""


def _initialise(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    home, made, *rest = args
    assert isinstance(made, Reference) and isinstance(home, Static)
    if home.value is not object:
        _fill(sp, home.value, made, rest, kwargs)
    return Static(None)


def base_init(home: type, raw: Any, obj: Abstract) -> Abstract | None:
    """``super().__init__`` where it has no source."""
    if isinstance(obj, Reference) and (home is object or _is_generated(home, raw)):
        return Bound(Static(initialise), [Static(home), obj])
    return None


# ------------------------------------------------------------------------------------------------------------- attributes

def attribute_of(sp: Specializer, base: Reference, held: Instance, name: str) -> Abstract:
    """``base.name`` as Python finds it: data descriptors of the class, the object's own, the class's."""
    cls = held.cls
    if name == "__class__":
        return Static(cls)
    raw = inspect.getattr_static(cls, name, None)
    if isinstance(raw, property):
        if not isinstance(raw.fget, types.FunctionType):
            raise Refusal("SCT710", f"the property `{name}` cannot be looked into")
        guard_class(sp, cls, name, raw)
        return call(sp, Static(raw.fget), [base], {})
    if name in held.attrs:
        return held.attrs[name]
    if isinstance(raw, functools.cached_property):
        return _computed_once(sp, base, name, raw)
    if isinstance(raw, types.FunctionType):
        if held.source is not None and name in getattr((sp.known(held.source) or (None,))[0], "__dict__", ()):
            return attribute(sp, held.source, name)
        guard_class(sp, cls, name, raw)
        return Bound(Static(raw), [base])
    if held.source is not None:
        return attribute(sp, held.source, name)
    if isinstance(raw, staticmethod | classmethod):
        guard_class(sp, cls, name, raw)
        return Static(raw.__func__) if isinstance(raw, staticmethod) else Bound(Static(raw.__func__), [Static(cls)])
    home = next((c for c in cls.__mro__ if name in vars(c)), None)
    if (home is None or isinstance(raw, types.MemberDescriptorType)) and base.place in sp.context.given:
        raise Refusal("SCT710", f"`{name}` is no field of the {cls.__name__}, which is differentiated, so it cannot be read",
                      "make it a field or a property")
    if home is None or isinstance(raw, types.MemberDescriptorType):
        raise Refusal("SCT710", f"this always raises AttributeError: a {cls.__name__} has no attribute `{name}` here")
    if hasattr(type(raw), "__get__"):
        raise Refusal("SCT710", f"the attribute `{name}` is found by a descriptor, which is not supported", "use a property")
    return _of_class(sp, cls, name)


def iterates_plainly(cls: type) -> bool:
    """Whether objects of a class are gone through by an ``__iter__`` that can be looked into: it is no generator."""
    raw = inspect.getattr_static(cls, "__iter__", None)
    return is_plain(cls) and isinstance(raw, types.FunctionType) and not inspect.isgeneratorfunction(raw)


def _computed_once(sp: Specializer, base: Reference, name: str, raw: functools.cached_property[Any]) -> Abstract:
    """``functools.cached_property``: from now on the object holds the value."""
    if not isinstance(raw.func, types.FunctionType):
        raise Refusal("SCT710", f"the property `{name}` cannot be looked into")
    guard_class(sp, base.kind, name, raw)
    value = call(sp, Static(raw.func), [base], {})
    held = read(sp, base)
    assert isinstance(held, Instance)
    known = set(sp.context.changed)
    change(sp, base, Instance(held.cls, {**held.attrs, name: value}, held.source))
    sp.context.changed &= known  # whoever else holds the object computes the same
    return value


def has_method(a: Abstract, name: str) -> bool:
    """Whether ``a`` is an object of a class of the user's that defines this special method in Python."""
    cls = _class_of(a)
    if name == "__iter__":
        return cls is not None and iterates_plainly(cls)
    return cls is not None and isinstance(inspect.getattr_static(cls, name, None), types.FunctionType)


def _class_of(a: Abstract) -> type | None:
    if isinstance(a, Reference):
        return a.kind
    t = strip_const(a.type) if isinstance(a, Value) else None
    return t.cls if isinstance(t, Object) else None


def method_of(sp: Specializer, base: Abstract, name: str, args: list[Abstract],
              kwargs: dict[str, Abstract] | None = None) -> Abstract:
    """A special method of an object's class, called."""
    cls = _class_of(base)
    assert cls is not None
    raw = inspect.getattr_static(cls, name, None)
    if not isinstance(raw, types.FunctionType):
        raise Refusal("SCT709", f"this always raises TypeError: a {cls.__name__} has no `{name}`")
    guard_class(sp, cls, name, raw)
    return call(sp, Static(raw), [base, *args], kwargs or {})


def _store_attr(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    base, value, *before = args
    fn: Any = op.attrs.get("aug")
    if before:
        value, fn = inplace(sp, fn, before[0], value), None
    store_attribute(sp, base, op.attrs["name"], value, fn)
    return []


def store_attribute(sp: Specializer, base: Abstract, name: str, value: Abstract, fn: Any = None) -> None:
    """``base.name = value`` or ``base.name fn= value``."""
    held = read(sp, base) if isinstance(base, Reference) else None
    if isinstance(base, Value) and isinstance(strip_const(base.type), Array):
        _store_in_array(sp, base, name, value)
        return
    if not isinstance(base, Reference) or not isinstance(held, Instance):
        if isinstance(base, Value) and isinstance(strip_const(base.type), Object) and name not in sp.context.assigned:
            raise NeedsPlaces(name)
        raise Refusal("SCT609", f"`{name}` is assigned in something that is not an argument, nor made in the function",
                      "pass the object as an argument, or keep the value in a local variable and return it")
    cls = held.cls
    if name not in sp.context.assigned and (held.source is not None or name not in held.attrs and _is_data(cls, name)):
        raise NeedsPlaces(name)
    if is_frozen(cls):
        raise Refusal("SCT709", f"this always raises FrozenInstanceError: cannot assign to `{name}`")
    if not is_plain(cls):
        raise Refusal("SCT609", f"what assigning to an attribute of a {cls.__name__} does is not known",
                      "keep the value in a local variable and return it")
    if fn is not None:
        value = inplace(sp, fn, attribute_of(sp, base, held, name), value)
        held = read(sp, base)
        assert isinstance(held, Instance)
    raw = inspect.getattr_static(cls, name, None)
    if isinstance(raw, property):
        if not isinstance(raw.fset, types.FunctionType):
            raise Refusal("SCT709", f"this always raises AttributeError: the property `{name}` has no setter")
        guard_class(sp, cls, name, raw)
        call(sp, Static(raw.fset), [base, value], {})
        return
    if hasattr(type(raw), "__set__") and not isinstance(raw, types.MemberDescriptorType | functools.cached_property):
        raise Refusal("SCT609", f"`{name}` is assigned by a descriptor, which is not supported", "use a property")
    if name.startswith("__") and name.endswith("__"):
        raise Refusal("SCT609", f"`{name}` is assigned", "use another name")
    change(sp, base, Instance(cls, {**held.attrs, name: value}, held.source))


def _store_in_array(sp: Specializer, array: Value, name: str, value: Abstract) -> None:
    """``a.flat = v``; other attributes would make all names of the array another one."""
    if name == "flat":
        from .stores import store
        store(sp, attribute(sp, array, "flat"), Static(Ellipsis), value)
        return
    how = {"shape": "write `a = a.reshape(…)`, which gives the array in another shape", "dtype": "write `a = a.astype(…)`"}
    raise Refusal("SCT609", f"`{name}` of an array is assigned", how.get(name, "write to the elements: `a[...] = …`"))


def opened(sp: Specializer, value: Value, example: Any) -> Abstract:
    """An object that is an argument and has attributes that are assigned: these are read on entry."""
    t = strip_const(value.type)
    if not isinstance(t, Object) or not sp.context.assigned or not is_plain(t.cls):
        return value
    own = getattr(example, "__dict__", {})
    known = sp.known(value)
    for name in sorted(sp.context.assigned):
        if known is not None and isinstance(inspect.getattr_static(t.cls, name, None), functools.cached_property):
            sp.context.guard("holds", known[1].attr("__dict__"), (name, name in own))
    attrs = {name: attribute(sp, value, name) for name in sorted(sp.context.assigned) if name in own}
    return fresh(sp, Instance(t.cls, attrs, value))


SPECIAL[initialise] = _initialise
SIMPLE["store_attr"] = _store_attr
