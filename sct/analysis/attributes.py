"""Attribute reads: of modules and instances (live data or code), of arrays and numbers (functions under another spelling)."""

from __future__ import annotations

import collections
import functools
import inspect
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Op, Value
from ..ir.types import NONE, STR, Array, Dict, List, Object, OrConst, Scalar, Tuple, strip_const, type_of
from ..rules import registry
from .abstract import Abstract, Bound, Closure, DataPath, Instance, Iteration, Mapping, Reference, Seq, Slice, Static
from .branches import opened
from .classes import class_of, python_classes
from .context import Frame, Refusal
from .data import from_data, guard_class, item_by_item
from .displays import is_own_set
from .infer import SIMPLE, Specializer
from .primitives import apply, raise_here
from .references import NeedsPlaces, content, kind_of, read


def _attr(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    found = attribute(sp, args[0], op.attrs["name"])
    if isinstance(found, Iteration):
        from .iterators import only_here, stored
        return [found if only_here(frame, op) else stored(sp, found)]
    return [found]


def attribute(sp: Specializer, base: Abstract, name: str) -> Abstract:
    """``base.name``."""
    if isinstance(base, Reference):
        held = read(sp, base)
        if isinstance(held, Instance):
            from .instances import attribute_of
            return attribute_of(sp, base, held, name)
        if kind_of(held) is not None and name == "maxlen" and base.kind is collections.deque:
            from .deques import limit_of
            return Static(limit_of(base))
        if kind_of(held) is not None:
            return Bound(Static(_of_class(base.kind, name)), [base], spelled=name)
        base = content(sp, base)
    base = opened(sp, content(sp, base), lambda kind: AttributeError(f"'{kind}' object has no attribute '{name}'"))
    if name == "__class__" and not isinstance(base, Static):
        return class_of(sp, base)
    if isinstance(base, Static):
        if is_own_set(base) and hasattr(base.value, name):
            return Bound(Static(getattr(frozenset if type(base.value) is frozenset else set, name)), [base], spelled=name)
        return _of_object(sp, base, name)
    if isinstance(base, Value):
        return _of_value(sp, base, name)
    if isinstance(base, Seq):
        if name in getattr(base.kind, "_fields", ()):
            return base.items[base.kind._fields.index(name)]  # type: ignore[attr-defined]
        if name == "_replace" and hasattr(base.kind, "_fields"):
            return Bound(Static(replaced), [base])
        if base.kind in PARTS:
            raise part_unknown(base.kind, name)
        return Bound(Static(_of_class(base.kind, name)), [base], spelled=name)
    if isinstance(base, Mapping):
        return Bound(Static(_of_class(dict, name)), [base], spelled=name)
    if isinstance(base, Bound) and isinstance(base.fn, Static) and base.fn.value is super:
        return _of_base_class(sp, base.args[0], base.args[1], name)
    if isinstance(base, Bound) and isinstance(base.fn, Static) and base.fn.value in OBJECTS:
        return OBJECTS[base.fn.value](sp, base, name)
    if isinstance(base, Slice) and name in ("start", "stop", "step"):
        return {"start": base.lo, "stop": base.hi, "step": base.step}[name]
    if isinstance(base, Closure | Bound) and name in ("__name__", "__doc__", "__qualname__"):
        return Static(None)
    raise Refusal("SCT710", f"the attribute `{name}` of this cannot be read")


OBJECTS: dict[Any, Callable[[Specializer, Bound, str], Abstract]] = {}
"""What stands for objects that are made in the function, with what reads the attributes of these."""
PARTS: dict[type, str] = {}
"""The named tuples that stand for objects of SciPy, with the functions that return these."""


def part_unknown(kind: type, name: object) -> Refusal:
    """The refusal to read a part of such an object that has no type."""
    known = ", ".join(f"`{field}`" for field in kind._fields)  # type: ignore[attr-defined]
    return Refusal("SCT710", f"`{name}` of what {PARTS[kind]} returns cannot be read", f"only these parts of it can: {known}")


def _of_base_class(sp: Specializer, cls: Abstract, obj: Abstract, name: str) -> Abstract:
    """``super(cls, obj).name``: what the classes behind ``cls`` say, for this object."""
    known = python_classes(obj)
    if not isinstance(cls, Static) or known is None or len(known) != 1:
        raise Refusal("SCT201", "`super()` of an object whose class is not known", "call the base class's method by name")
    kind = obj.value if isinstance(obj, Static) and isinstance(obj.value, type) else known.pop()
    if cls.value not in kind.__mro__:
        raise Refusal("SCT709", f"this always raises TypeError: super() for an object that is no {cls.value.__name__}")
    behind = kind.__mro__[kind.__mro__.index(cls.value) + 1:]
    home = next((c for c in behind if name in vars(c)), None)
    if home is None:
        raise Refusal("SCT710", f"this always raises AttributeError: the base classes of {kind.__name__} have no `{name}`")
    raw = vars(home)[name]
    guard_class(sp, home, name, raw)
    of_class = isinstance(obj, Static) and obj.value is kind
    if name == "__init__":
        from .instances import base_init
        made = base_init(home, raw, obj)
        if made is not None:
            return made
    if isinstance(raw, types.FunctionType):
        return Static(raw) if of_class else Bound(Static(raw), [obj])
    if isinstance(raw, staticmethod | classmethod):
        return Static(raw.__func__) if isinstance(raw, staticmethod) else Bound(Static(raw.__func__), [Static(kind)])
    if isinstance(raw, property) and isinstance(raw.fget, types.FunctionType) and not of_class:
        from .callees import call
        return call(sp, Static(raw.fget), [obj], {})
    return from_data(sp, raw, DataPath("const", home.__name__, (("attr", "__dict__"), ("item", name)), home))


def replaced(point: Any, /, **fields: Any) -> Any:
    """``point._replace(**fields)`` of a named tuple."""
    return point._replace(**fields)


def _of_class(cls: type, name: str) -> Any:
    if not hasattr(cls, name):
        raise Refusal("SCT710", f"this always raises AttributeError: a {cls.__name__} has no attribute `{name}`")
    return getattr(cls, name)


def _of_object(sp: Specializer, base: Static, name: str) -> Abstract:
    obj = base.value
    try:
        raw = inspect.getattr_static(obj, name)
    except AttributeError:
        raw = None
    try:
        from .callees import SPECIAL, call, foreign
        if isinstance(raw, property) and isinstance(raw.fget, types.FunctionType) and not isinstance(obj, type) \
                and not foreign(raw.fget):
            guard_class(sp, type(obj), name, raw)
            return call(sp, Static(raw.fget), [base], {})
        value = getattr(obj, name)
    except AttributeError as error:
        if obj is None:
            return raise_here(sp, error)
        raise Refusal("SCT710", f"this always raises AttributeError: {error}") from None
    if isinstance(obj, np.dtype) and isinstance(value, str | int):
        return Static(value)  # element types never change
    path = base.path.attr(name) if base.path is not None else DataPath("const", type(obj).__name__, (("attr", name),), obj)
    if isinstance(value, types.MethodType):
        home = base.path or DataPath("const", type(obj).__name__, (), obj)
        sp.context.guard("is", path.attr("__func__"), value.__func__)
        if registry.is_named(value):
            return Static(value)  # the method of this object, whose kin have other rules
        return Bound(Static(value.__func__, path.attr("__func__")), [Static(value.__self__, home)])
    if isinstance(value, types.BuiltinMethodType) and not isinstance(obj, types.ModuleType | type):
        method = getattr(type(obj), name, None)
        if method is not None and (registry.lookup(method) is not None or method in SPECIAL):
            return Bound(Static(method), [Static(obj, base.path)], spelled=name)
    return from_data(sp, value, path)


def _of_value(sp: Specializer, base: Value, name: str) -> Abstract:
    t = strip_const(base.type)
    if isinstance(base.type, OrConst) and isinstance(t, Array):
        base = sp.builder.value("narrow", [base], t, base.hint, untested=True)
    if isinstance(t, Array):
        return _of_array(sp, base, t, name)
    if isinstance(t, Scalar):
        return _of_number(sp, base, t, name)
    if isinstance(t, Object):
        return _of_instance(sp, base, t, name)
    if t is STR or isinstance(t, List | Tuple | Dict):
        cls = str if t is STR else list if isinstance(t, List) else tuple if isinstance(t, Tuple) else dict
        if hasattr(cls, name):
            return Bound(Static(getattr(cls, name)), [base], spelled=name)
    if t is NONE:
        raise Refusal("SCT710", f"this always raises AttributeError: None has no attribute `{name}`")
    raise Refusal("SCT710", f"a value of type {t} has no attribute `{name}`")


REFUSED_METHODS = {
    "resize": "np.resize(x, shape)", "itemset": "x[i] = v", "setfield": "x[i] = v", "byteswap": "x.byteswap() outside",
    "setflags": "a copy",
}
WRITING_METHODS = ("fill", "sort", "put", "partition", "view")
"""Methods of arrays that are no spelling of a function: they write, or look at the memory in another way."""
FACTS_OF_ARRAY = ("ndim", "dtype", "shape", "size", "itemsize", "nbytes", "flat")
"""Attributes of arrays that specialisation answers itself."""


def _of_array(sp: Specializer, base: Value, t: Array, name: str) -> Abstract:
    if name == "ndim":
        return Static(t.ndim)
    if name == "dtype":
        return Static(np.dtype(t.dtype))
    if name == "shape":
        return apply(sp, np.shape, [base], spelled=".shape")
    if name == "size":
        return apply(sp, np.size, [base], spelled=".size")
    if name == "itemsize":
        return Static(np.dtype(t.dtype).itemsize)
    if name == "nbytes":
        return apply(sp, operator.mul, [attribute(sp, base, "size"), attribute(sp, base, "itemsize")])
    as_attribute = registry.attribute(name)
    if as_attribute is not None:
        return apply(sp, as_attribute, [base], spelled="." + name)
    if name == "flat":
        return Iteration("flat", [base])
    if name in WRITING_METHODS:
        return Bound(Static(getattr(np.ndarray, name)), [base], spelled=name)
    if name in REFUSED_METHODS:
        raise Refusal("SCT605", f"`.{name}` changes or reinterprets the array in place, which is not supported",
                      f"use {REFUSED_METHODS[name]} instead")
    if name in ("data", "ctypes", "base", "__array_interface__"):
        from .raw_memory import refuse
        raise refuse(f".{name}")
    as_method = registry.method(name)
    if as_method is not None:
        return Bound(Static(as_method), [base], spelled=name)
    because, instead = registry.refusal(getattr(np.ndarray, name, None)) or ("", "")
    raise Refusal("SCT202", f"the array method or attribute `.{name}` has no derivative rule" + (because and f": {because}"),
                  instead or "write it with NumPy functions")


_OF_NUMPY_NUMBERS = ("ndim", "dtype", "shape", "size", "itemsize", "nbytes", "T")


def _of_number(sp: Specializer, base: Value, t: Scalar, name: str) -> Abstract:
    if t.python is not True and (name in _OF_NUMPY_NUMBERS or registry.method(name) is not None):
        if name in ("ndim", "size"):
            return Static(0 if name == "ndim" else 1)
        if name in ("itemsize", "nbytes"):
            return Static(np.dtype(t.dtype).itemsize)
        if name == "shape":
            return Seq(tuple, [])
        if name == "dtype":
            return Static(np.dtype(t.dtype))
        if name == "T":
            return base
        if name == "copy":
            return Bound(Static(itself), [base])
        fn = registry.method(name)
        if fn is np.ndarray.flatten:
            base = _as_array(sp, base)
        return Bound(Static(fn), [base], spelled=name)
    as_attribute = registry.attribute(name)
    if as_attribute is not None and name in ("real", "imag"):
        return apply(sp, as_attribute, [base], spelled="." + name)
    cls = {"int64": int, "bool": bool, "float64": float, "complex128": complex}.get(t.dtype, float)
    if name == "conjugate" or hasattr(cls, name):
        fn = registry.method(name) or getattr(cls, name)
        return Bound(Static(fn), [base], spelled=name)
    raise Refusal("SCT710", f"a number has no attribute `{name}`", "convert it with np.asarray first")


def itself(x: Any) -> Any:
    """What copying an immutable number gives; specialisation knows."""
    return x


def _as_array(sp: Specializer, number: Value) -> Value:
    array = apply(sp, np.asarray, [number])
    assert isinstance(array, Value)
    return array


def _of_instance(sp: Specializer, base: Value, t: Object, name: str) -> Abstract:
    """An attribute of an object that is an argument: methods are code of its class, the rest is data."""
    known = sp.known(base)
    raw = inspect.getattr_static(t.cls, name, None)
    if isinstance(raw, functools.cached_property) and name not in sp.context.assigned:
        raise NeedsPlaces(name)  # reading it changes the object
    if known is None or name not in getattr(known[0], "__dict__", ()):
        code = _code_of_class(sp, base, t, name, raw)
        if code is not None:
            return code
    if known is None or not hasattr(known[0], name):
        raise Refusal("SCT710", f"the attribute `{name}` of a {t} cannot be read here")
    return known_attribute(sp, base, name)


def known_attribute(sp: Specializer, base: Value, name: str) -> Abstract:
    """What an argument or a part of it holds under a name: data, or an object that is part of what is specialised for."""
    known = sp.known(base)
    assert known is not None
    value, path = getattr(known[0], name), known[1].attr(name)
    if isinstance(value, _PLAIN) or value is None:
        sp.context.guard("type", path, type_of(value))
        kind = item_by_item(sp.context, type_of(value), value, path)
        return sp.as_abstract(sp.builder.value("attr", [base], kind, name, name=name))
    return from_data(sp, value, path)


def _code_of_class(sp: Specializer, base: Value, t: Object, name: str, raw: Any) -> Abstract | None:
    """A method or property that the class of an object defines, with the guard that it still does; None for data."""
    if isinstance(raw, types.FunctionType):
        _guard_method(sp, base, t, name, raw)
        return Bound(Static(raw), [base])
    if isinstance(raw, functools._lru_cache_wrapper):
        guard_class(sp, t.cls, name, raw)
        return Bound(Static(raw), [base])
    if isinstance(raw, staticmethod | classmethod):
        guard_class(sp, t.cls, name, raw)
        return Static(raw.__func__) if isinstance(raw, staticmethod) else Bound(Static(raw.__func__), [Static(t.cls)])
    if isinstance(raw, property) and isinstance(raw.fget, types.FunctionType):
        from .callees import call
        guard_class(sp, t.cls, name, raw)
        return call(sp, Static(raw.fget), [base], {})
    method = getattr(t.cls, name, None)
    if method is not None and registry.lookup(method) is not None:
        return Bound(Static(method), [base], spelled=name)
    return None


def _guard_method(sp: Specializer, base: Value, t: Object, name: str, raw: types.FunctionType) -> None:
    """The object's own attribute of this name is still this method: neither redefined in the class nor hidden by the object."""
    known = sp.known(base)
    if known is None:
        guard_class(sp, t.cls, name, raw)
    else:
        sp.context.guard("is", known[1].attr(name).attr("__func__"), raw)


_PLAIN: Any = (bool, int, float, complex, str, np.ndarray, np.generic, list, tuple, dict)

SIMPLE["attr"] = _attr
