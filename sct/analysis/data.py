"""Names and data of the user's module: what is static code and what is data to be read live, each with its guard."""

from __future__ import annotations

import builtins
import enum
import functools
import types
from dataclasses import replace
from typing import Any

import numpy as np

from ..custom import CustomFunction
from ..dispatchers import compiled_from
from ..ir.core import Op, Value
from ..ir.types import NONE, STR, Array, Dict, List, Object, Record, Tuple, Type, holds_record, strip_const, tree_type, type_of
from ..rules import registry
from .abstract import UNBOUND, Abstract, Bound, DataPath, Mapping, Namespace, Range, Seq, Static
from .context import UNROLL_LIMIT, Context, Frame, Refusal
from .infer import SIMPLE, Specializer
from .references import NeedsPlaces, fresh, owned


def _name(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    name, scope = op.attrs["name"], op.attrs["scope"]
    if scope == "cell":
        return [_cell(frame, name)]
    if scope == "free":
        return [_free(sp, frame, name)]
    return [_global(sp, frame, name)]


def _cell(frame: Frame, name: str) -> Abstract:
    """The content, at this moment, of a variable of an enclosing function."""
    current: Frame | None = frame
    while current is not None:
        if name in current.cells:
            return current.cells[name]
        current = current.closure.frame if current.closure is not None else None
    return UNBOUND


def _free(sp: Specializer, frame: Frame, name: str) -> Abstract:
    cell = dict(zip(frame.owner.__code__.co_freevars, frame.owner.__closure__ or (), strict=True)).get(name)
    try:
        value = cell.cell_contents if cell is not None else None
    except ValueError:
        raise Refusal("SCT704", f"the captured variable `{name}` is not bound yet") from None
    if frame.path is not None and frame.path.scope in ("param", "const"):
        index = frame.owner.__code__.co_freevars.index(name)
        path = frame.path.attr("__closure__").item(index).attr("cell_contents")
    else:
        path = DataPath("free", name, (), frame.owner)
    return from_data(sp, value, path)


def _global(sp: Specializer, frame: Frame, name: str) -> Abstract:
    space = frame.owner.__globals__ if frame.owner is not None else frame.lowered.info.globals
    if name in space:
        return from_data(sp, space[name], DataPath("global", name, (), Namespace.of(space)))
    if hasattr(builtins, name):
        if not sp.context.splicing:
            sp.context.guard("absent", DataPath("const", name, (), space), name)
        return Static(getattr(builtins, name), DataPath("builtin", name))
    raise Refusal("SCT706", f"the name `{name}` is not defined", "define it before calling the gradient")


CODE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type, np.ufunc, type(np.sum),
        types.MethodDescriptorType, types.WrapperDescriptorType, types.MethodWrapperType, np.dtype,
        types.EllipsisType, types.NotImplementedType, CustomFunction)
_DATA = (bool, int, float, complex, str, np.ndarray, np.generic)


def from_data(sp: Specializer, value: Any, path: DataPath) -> Abstract:
    """What specialisation knows of an object found in the user's module: code is static, data is read live."""
    if value is None or isinstance(value, CODE):
        if path.scope == "param" and isinstance(value, types.FunctionType):
            sp.context.guard("code", path, value)
        elif not never_changes(path):
            sp.context.guard("is", path, value)
        return Static(value, path)
    if isinstance(value, types.MethodType) and registry.is_named(value):
        sp.context.guard("method", path, value)
        return Static(value, path)  # the method of this object, whose kin have other rules
    if isinstance(value, types.MethodType):
        receiver = from_data(sp, value.__self__, path.attr("__self__"))
        return Bound(from_data(sp, value.__func__, path.attr("__func__")), [receiver])
    if isinstance(value, functools.partial):
        sp.context.guard("method", path, value)
        args = [from_data(sp, a, path.attr("args").item(k)) for k, a in enumerate(value.args)]
        kwargs = {k: from_data(sp, a, path.attr("keywords").item(k)) for k, a in value.keywords.items()}
        return Bound(from_data(sp, value.func, path.attr("func")), args, kwargs)
    if type(value) in _DATA or isinstance(value, np.generic):
        return _live(sp, value, path)
    if isinstance(value, tuple):
        sp.context.guard("sequence", path, (type(value), len(value)))
        return Seq(type(value), [from_data(sp, v, path.item(k)) for k, v in enumerate(value)])
    if type(value) is list:
        return _list(sp, value, path)
    if type(value) is range:
        sp.context.guard("type", path, type_of(value))
        return Range(*(_live(sp, getattr(value, name), path.attr(name)) for name in ("start", "stop", "step")))
    if type(value) is dict:
        sp.context.guard("keys", path, tuple(value))
        return Mapping({k: from_data(sp, v, path.item(k)) for k, v in value.items()})
    if not never_changes(path):
        sp.context.guard("is", path, value)
    return Static(value, path)


def never_changes(path: DataPath) -> bool:
    """Whether an object cannot be replaced behind our back: builtins and what NumPy and ``math`` export."""
    if path.scope == "builtin":
        return True
    home = path.owner.space.get(path.root) if path.scope == "global" and path.steps else None
    return isinstance(home, types.ModuleType) and home.__name__.split(".")[0] in ("numpy", "math", "operator", "functools")


def _live(sp: Specializer, value: Any, path: DataPath) -> Abstract:
    t = type_of(value)
    if isinstance(t, Array) and t.dtype == "object":
        raise Refusal("SCT707", "arrays of Python objects are not supported", "use a numeric dtype")
    if never_changes(path) and type(value) is float and sp.context.splicing:
        return Static(value, path)
    if not never_changes(path):
        sp.context.guard("type", path, t)
    if path.scope == "param":
        return read_from_parameter(sp, path, t)
    return sp.builder.value("global", (), t, root=path.root, path=path.steps, source=path, current=value)


def default_value(sp: Specializer, value: Any, path: DataPath) -> Abstract:
    """The default of a parameter: a number of a module's function is part of its text; defining it anew is noticed."""
    if type(value) in (bool, int, float, str) and path.scope == "global":
        sp.context.guard("value", path, value)
        return Static(value)
    return from_data(sp, value, path)


def read_from_parameter(sp: Specializer, path: DataPath, t: Type) -> Value:
    """What is found at a path that starts at an argument of the differentiated function.

    A callee that is no part of its caller cannot see that argument; it has been given it, or a part of it, as one of its own.
    """
    value, steps = _nearest(sp, path)
    for k, (kind, key) in enumerate(steps):
        last = k == len(steps) - 1
        attrs = {"name": key} if kind == "attr" else {"key": key}
        value = sp.builder.value(kind, [value], t if last else STR, **attrs)
    return value


def _nearest(sp: Specializer, path: DataPath) -> tuple[Value, tuple[tuple[str, Any], ...]]:
    """What the visited function can see of the object on the way to ``path``, and the steps from there."""
    for value in sp.objects:
        there = sp.context.examples[value][1]
        if there.owner is path.owner and path.steps[:len(there.steps)] == there.steps:
            return value, path.steps[len(there.steps):]
    return path.owner, path.steps


def _list(sp: Specializer, value: list[Any], path: DataPath) -> Abstract:
    t = type_of(value)
    if isinstance(t, List) and all(type(v) in _DATA for v in value):
        return _live(sp, value, path)
    sp.context.guard("sequence", path, (list, len(value)))
    return Seq(list, [from_data(sp, v, path.item(k)) for k, v in enumerate(value)])


def guard_class(sp: Specializer, cls: type, name: str, raw: Any) -> None:
    """What the class holds under this name is still the same, found as ``inspect.getattr_static`` finds it."""
    home = next(c for c in cls.__mro__ if name in vars(c))
    sp.context.guard("is", DataPath("const", home.__name__, (("attr", "__dict__"), ("item", name)), home), raw)


def parameter(context: Context, sp: Specializer, value: Value, example: Any, path: DataPath) -> Abstract:
    """What is known of an argument of the differentiated function, from the argument of this call."""
    if example is None:
        context.guard("type", path, NONE)
        return Static(None, path)
    if isinstance(example, types.FunctionType):
        context.guard("code", path, example)
        return Static(example, path)
    if isinstance(example, (*CODE, enum.Enum)) or compiled_from(example) is not None:
        context.guard("is", path, example)
        return Static(example, path)
    if type(example) in (set, frozenset):
        return _set(context, sp, example, path)
    if isinstance(example, types.MethodType | functools.partial):
        context.guard("method", path, example)
        return from_data(sp, example, path)
    t = type_of(example)
    context.guard("type", path, t)
    if path.root in context.differentiated:
        t = tree_type(example)
        guard_fields(context, t, example, path)
        if holds_record(t) and not context.places:
            raise NeedsPlaces
    value.type = item_by_item(context, t, example, path)
    context.examples[value] = (example, path)
    return _followed(sp, value, example) if context.places else sp.as_abstract(value)


def _set(context: Context, sp: Specializer, example: Any, path: DataPath) -> Abstract:
    """A set that is an argument: what it holds is part of what the function is specialised for."""
    known = example.copy()
    context.guard("set", path, known)
    a = Static(known)
    if not context.places or type(known) is frozenset:
        return a
    before = set(sp.positions)
    made = fresh(sp, a)
    context.given.update({place: path.root for place in sp.positions if place not in before})
    return made


def item_by_item(context: Context, t: Type, example: Any, path: DataPath) -> Type:
    """The type of an argument with lists in it as so many items, where these are written to, or are dicts or objects."""
    if isinstance(t, List) and (_goes_apart(context, t.item) or isinstance(t.item, Object) and len(example) <= UNROLL_LIMIT):
        context.guard("sequence", path, (list, len(example)))
        for k, item in enumerate(example):
            context.guard("type", path.item(k), type_of(item))
        t = Tuple(tuple(map(type_of, example)), list)
    if isinstance(t, Tuple):
        items = (item_by_item(context, item, example[k], path.item(k)) for k, item in enumerate(t.items))
        return Tuple(tuple(items), t.cls)
    if isinstance(t, Dict):
        held = ((key, item, *part(t, key, example, path)) for key, item in t.items)
        return replace(t, items=tuple((key, item_by_item(context, item, *found)) for key, item, *found in held))
    return t


def part(t: Type, key: Any, example: Any, path: DataPath) -> tuple[Any, DataPath]:
    """What a container holds under a key, and where."""
    return (getattr(example, key), path.attr(key)) if isinstance(t, Record) else (example[key], path.item(key))


def guard_fields(context: Context, t: Type, example: Any, path: DataPath) -> None:
    """The fields of the dataclasses in an argument are still of these types."""
    for key, item in enumerate(t.items) if isinstance(t, Tuple) else t.items if isinstance(t, Dict) else ():
        held, where = part(t, key, example, path)
        if isinstance(t, Record):
            context.guard("type", where, type_of(held))
        guard_fields(context, item, held, where)


def _goes_apart(context: Context, item: Type) -> bool:
    item = strip_const(item)
    if isinstance(item, List):
        return _goes_apart(context, item.item)
    parts = item.items if isinstance(item, Tuple) else ()
    return isinstance(item, Dict) or context.apart and isinstance(item, Array) or any(_goes_apart(context, t) for t in parts)


def _followed(sp: Specializer, value: Value, example: Any) -> Abstract:
    """An argument whose lists, dicts and attributes may change in the function, but not for its caller."""
    from .instances import opened
    before = set(sp.positions)
    a = owned(sp, opened(sp, value, example) if isinstance(value.type, Object) else sp.as_abstract(value), value.hint)
    sp.context.given.update({place: value.hint for place in sp.positions if place not in before})
    return a


SIMPLE["name"] = _name
