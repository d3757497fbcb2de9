"""Calls: what a callable is, how its parameters are bound, and whether it is inlined or becomes a function of its own."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dispatchers import TOOLS, chooses_by_type, compiled_from, hashable, is_parallel_range, way_out
from ..errors import SctError
from ..ir.core import Function, Op, Value
from ..ir.ops import as_key
from ..ir.types import Object, strip_const, type_of
from ..rules import registry
from ..rules.registry import Primitive
from ..runtime.checkpoints import checkpoint
from . import abstract as ab
from .abstract import POISON, Abstract, Bound, Closure, DataPath, Instance, Mapping, Reference, Seq, Static, StoredIterator
from .activations import Surroundings, cells_of, invoke
from .context import Frame, Refusal
from .data import CODE, default_value, guard_class, read_from_parameter
from .defaults import refuse_untaken
from .infer import SIMPLE, Specializer
from .inlining import calls_itself, holds_data, inline, should_inline
from .iterators import MAKERS, given_to, is_backwards, is_by_index, is_lazy, only_here, stored, takes_all
from .managers import make_manager, makes_manager
from .primitives import apply, construct, fixed, raise_here
from .references import content, fresh, holds_container, holds_references, plain
from .starred import spread


def _call(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    fn, rest = args[0], args[1:]
    if "decided" in op.attrs and isinstance(fn, Static) and fn.value is {"any": any, "all": all}[op.attrs["decided"]]:
        return rest  # its loop has found the answer
    positional: list[Abstract] = []
    keywords: dict[str, Abstract] = {}
    for a, how in zip(rest, op.attrs["args"], strict=True):
        if how[0] == "pos":
            positional.append(a)
        elif how[0] == "star":
            names = frozenset(h[1] for h in op.attrs["args"] if h[0] == "kw")
            positional.extend(spread(sp, fn, a, sum(h[0] == "pos" for h in op.attrs["args"]), names))
        elif how[0] == "kw":
            keywords[how[1]] = a
        else:
            a = content(sp, a)
            if not isinstance(a, Mapping):
                raise Refusal("SCT705", "a call with `**` needs a dict whose keys are known")
            keywords.update({str(k): v for k, v in a.items.items()})
    _check_consumers(fn, op)
    result = call(sp, fn, positional, keywords, frame)
    if isinstance(result, StoredIterator) and isinstance(fn, Static) and fn.value in MAKERS and only_here(frame, op):
        del sp.positions[result.place]
        result = result.source
    return [result]


def _check_consumers(fn: Abstract, op: Op) -> None:
    """A generator expression was made a list where it stands, which is right for what takes all of its items once."""
    for v in op.operands[1:]:
        if isinstance(v.owner, Op) and v.owner.attrs.get("generator") and (not takes_all(fn) or op.attrs.get("decided")):
            raise Refusal("SCT109", "a generator expression is given to a function that may not take its items once, in order",
                          "write a list comprehension")


def call(sp: Specializer, fn: Abstract, args: list[Abstract], kwargs: dict[str, Abstract],
         frame: Frame | None = None) -> Abstract:
    """``fn(*args, **kwargs)`` for any callable that specialisation knows."""
    if isinstance(fn, Bound):
        if isinstance(fn.fn, Static) and fn.spelled:
            refuse_untaken(fn.fn.value, fn.spelled, kwargs)
            return _call_static(sp, fn.fn, [*fn.args, *args], {**fn.kwargs, **kwargs}, fn.spelled)
        return call(sp, fn.fn, [*fn.args, *args], {**fn.kwargs, **kwargs})
    if isinstance(fn, Closure):
        return _call_closure(sp, fn, args, kwargs)
    if isinstance(fn, Static):
        return _call_static(sp, fn, args, kwargs, "")
    if isinstance(fn, Reference):
        from .instances import method_of
        return method_of(sp, fn, "__call__", args, kwargs)
    if isinstance(fn, Value) and isinstance(strip_const(fn.type), Object):
        cls = strip_const(fn.type).cls  # type: ignore[attr-defined]
        method = getattr(cls, "__call__", None)  # noqa: B004 - the method itself is wanted
        if isinstance(method, types.FunctionType):
            guard_class(sp, cls, "__call__", method)
            return call(sp, Static(method), [fn, *args], kwargs)
    raise Refusal("SCT201", "this is called but it is not a function that can be looked into")


def _call_static(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract], spelled: str) -> Abstract:
    obj = range if is_parallel_range(fn.value) else fn.value
    if obj is None:
        return raise_here(sp, TypeError("'NoneType' object is not callable"))
    if any(is_lazy(a) or is_by_index(a) or is_backwards(a) for a in args) and not _looks_into(obj):
        args = given_to(sp, obj, args)
    computed = _computed(sp, obj, args, kwargs)
    if computed is not None:
        return computed
    if isinstance(obj, functools._lru_cache_wrapper) and registry.lookup(obj) is None:
        from .remembering import call_cached
        return call_cached(sp, fn, args, kwargs)
    if type(obj) in SPECIAL_CLASSES:
        return SPECIAL_CLASSES[type(obj)](sp, fn, args, kwargs)  # type: ignore[no-any-return]
    if (obj if isinstance(obj, types.FunctionType) else type(obj)).__module__ == _TRANSFORMS:
        what = _display(obj if isinstance(obj, types.FunctionType) else type(obj))
        raise Refusal("SCT201", f"{what} inside a differentiated function is not supported",
                      "call sct.vjp inside, or this from outside")
    if getattr(obj, "is_static", False) and isinstance(obj, types.FunctionType):
        return _run_now(sp, obj, args, kwargs)
    entry = registry.lookup(obj)
    if entry is not None:
        _refuse_variables(entry, args, kwargs)
        result = apply(sp, obj, args, kwargs, spelled)
        return fresh(sp, result) if spelled == "tolist" else result
    if makes_manager(obj):
        return make_manager(sp, obj, args, kwargs)
    if chooses_by_type(obj):
        raise Refusal("SCT201", f"{_display(obj)} chooses its code by the type of its argument (functools.singledispatch)",
                      "call the function that is registered for the type")
    if isinstance(obj, types.FunctionType) and not foreign(obj):
        return enter(sp, fn, args, kwargs)
    if isinstance(obj, type) and registry.refusal(obj) is None:
        return _call_class(sp, obj, args, kwargs, spelled)
    if isinstance(obj, types.MethodDescriptorType) and obj.__objclass__ in _IMMUTABLE:
        return apply(sp, obj, args, kwargs, spelled)
    if isinstance(obj, types.MethodDescriptorType) and obj.__objclass__ in (list, dict, set):
        raise Refusal("SCT606", f"`{obj.__objclass__.__name__}.{obj.__name__}` is not supported yet",
                      "use a comprehension or build a tuple")
    compiled = compiled_from(obj)
    if compiled is not None:
        return enter(sp, Static(compiled, fn.path and fn.path.attr("py_func")), args, kwargs)
    method = getattr(type(obj), "__call__", None)  # noqa: B004 - the method itself is wanted
    if isinstance(method, types.FunctionType) and not foreign(method) and not isinstance(obj, types.FunctionType):
        guard_class(sp, type(obj), "__call__", method)
        return call(sp, Static(method), [fn, *args], kwargs)
    if sp.context.splicing and callable(obj):
        return apply(sp, hashable(obj), args, kwargs, spelled)  # what a rule calls needs none, unless it is differentiated
    because, instead = registry.refusal(obj) or ("", "")
    if because and registry.takes_constants(obj):
        fixed_args, fixed_kwargs = fixed(sp, args, kwargs)
        if all(map(is_constant, (*fixed_args, *fixed_kwargs.values()))):
            return apply(sp, obj, fixed_args, fixed_kwargs)
    reason = f": {because}" if because else ""
    raise Refusal("SCT201", f"no derivative rule for {_display(obj)}{reason}", instead or way_out(obj))


def is_constant(a: Abstract) -> bool:
    """Whether an argument, or all that it holds, is known while specialising."""
    parts = ab.parts_of(a)
    return all(map(is_constant, parts)) if parts is not None else isinstance(a, Static)


def _refuse_variables(entry: Primitive, args: list[Abstract], kwargs: dict[str, Abstract]) -> None:
    """Refuse inexact numbers among the arguments of a function whose results are constants of the others only."""
    for a in (*args, *kwargs.values()) if entry.zero and entry.unsaid else ():
        if any(isinstance(v, Value) and v.type.differentiable for v in (a, *(ab.parts_of(a) or ()))):
            raise Refusal("SCT201", f"no derivative rule for {entry.name}: {entry.unsaid}", "write it with NumPy")


def _computed(sp: Specializer, obj: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract | None:
    """The result of a function that specialisation itself computes; None if it is not one, or not for these arguments."""
    special = SPECIAL.get(as_key(obj))
    result = NotImplemented if special is None else special(sp, *_seen_by(sp, obj, args, kwargs))
    if result is NotImplemented:
        return None
    if obj in MAKES_CONTAINERS:
        return fresh(sp, result)
    if sp.context.places and obj not in TAKES_REFERENCES and ab.parts_of(result) is not None:
        for a in (*args, *kwargs.values()):  # the result may be or hold what they are now
            if isinstance(a, Reference):
                a.place.lock()
    return stored(sp, result) if obj in MAKERS else result


def _seen_by(sp: Specializer, obj: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> tuple[list[Abstract], Any]:
    """The arguments of a function that specialisation computes: containers, or what they hold now."""
    if not sp.context.places or obj in TAKES_REFERENCES:
        return args, kwargs
    return [content(sp, a) for a in args], {k: content(sp, a) for k, a in kwargs.items()}


def _looks_into(obj: Any) -> bool:
    """Whether a callable is code of the user's, or a named tuple, which keeps what it is given."""
    if isinstance(obj, type):
        return issubclass(obj, tuple) and hasattr(obj, "_fields")
    if obj is checkpoint:
        return True
    return isinstance(obj, types.FunctionType) and registry.lookup(obj) is None and not foreign(obj) and obj not in SPECIAL


def _run_now(sp: Specializer, fn: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """A helper of a rule whose arguments are all known: its result is a constant."""
    result = fn(*(sp.static(a, "this argument") for a in args), **{k: sp.static(a, k) for k, a in kwargs.items()})
    return as_static(result)


def as_static(value: Any) -> Abstract:
    """A Python object as an abstract value; sequences are opened up."""
    if type(value) in (tuple, list):
        return Seq(type(value), [as_static(v) for v in value])
    return Static(value)


_IMMUTABLE = (str, int, float, complex, bool, bytes, tuple)
_FOREIGN = frozenset({
    "numpy", "scipy", "pandas", "sklearn", "numba", "sct", "sympy", "pint", "astropy", "xarray", "dask", "joblib", "cupy",
    "click", "typer", "numexpr", "uncertainties",
}) | TOOLS


def foreign(fn: Any) -> bool:
    """Whether a function belongs to a library that is called, never looked into."""
    module = getattr(fn, "__module__", None) or ""
    if module.startswith(("sct.rules", "sct.runtime", "sct.cli", "sct.testing", "sct.data")):
        return False
    return module.split(".")[0] in _FOREIGN


def _display(obj: Any) -> str:
    module = getattr(obj, "__module__", None)
    name = getattr(obj, "__qualname__", getattr(obj, "__name__", type(obj).__name__))
    if isinstance(obj, types.MethodType) and isinstance(of := getattr(obj.__self__, "name", None), str):
        return f"`{of}.{obj.__name__}`"  # of a distribution
    return f"`{module}.{name}`" if module and module != "builtins" else f"`{name}`"


def _call_class(sp: Specializer, cls: type, args: list[Abstract], kwargs: dict[str, Abstract], spelled: str) -> Abstract:
    if issubclass(cls, BaseException):
        return construct(sp, cls, args, kwargs)
    if issubclass(cls, np.generic):
        return apply(sp, cls, args, kwargs, spelled)
    fields = getattr(cls, "_fields", None)
    if fields is not None and issubclass(cls, tuple):
        items = list(args) + [kwargs[f] for f in fields[len(args):] if f in kwargs]
        if len(items) == len(fields):
            return Seq(cls, items)
    if cls.__module__ == "numpy" and cls.__name__ == "errstate":
        return construct(sp, cls, args, kwargs)
    from .instances import iterates_plainly
    if hasattr(cls, "__enter__"):
        return _make_manager(sp, cls, args, kwargs)
    iterates = None if iterates_plainly(cls) else _progress_iterable(sp, cls, args, kwargs)
    if iterates is not None:
        return iterates
    from .instances import make_instance
    made = make_instance(sp, cls, args, kwargs)
    if made is not None:
        return made
    raise Refusal("SCT201", f"creating a {cls.__name__} inside a differentiated function is not supported yet",
                  "create it outside and pass it as an argument, or use a tuple")


def _make_manager(sp: Specializer, cls: type, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """A context manager: opaque, unless it is given something that its methods may use or change."""
    from .instances import make_instance
    try:
        return make_manager(sp, cls, args, kwargs)
    except Refusal:
        made = make_instance(sp, cls, args, kwargs) if isinstance(getattr(cls, "__exit__", None), types.FunctionType) else None
        if made is None:
            raise
        return made


def _progress_iterable(sp: Specializer, cls: type, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract | None:
    """``tqdm(range(n))``: an iterable wrapper is kept, its items are those of what it wraps (inactive ones only)."""
    if not hasattr(cls, "__iter__") or len(args) != 1:
        return None
    from ..ir.types import INT
    from .plans import Each, plan_for
    inner = args[0]
    if isinstance(inner, ab.Range):
        item: Any = INT
    else:
        plan = plan_for(sp, inner)
        item = plan.item if isinstance(plan, Each) else getattr(strip_const(plan.sources[0].type), "item", None)
    if item is None or item.differentiable:
        raise Refusal("SCT711", f"iterating over {cls.__name__}(...) hides where its items come from",
                      "iterate over a range and index the array")
    value = construct(sp, cls, args, kwargs)
    assert isinstance(value.owner, Op)
    value.owner.attrs["item_type"] = item
    value.owner.attrs["effect"] = "io"
    return value


# ---------------------------------------------------------------------------------------------------------- user functions


@dataclass
class Activation:
    """A call of a function whose source is known, before it is decided how the call is made."""

    frame: Frame
    lowered: Function
    captured: list[Abstract]
    bound: list[Abstract]
    """The values of the parameters, in order."""


def enter(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The call of a function that is looked into."""
    return _enter_function(sp, activate_function(sp, fn, args, kwargs))


def activate_function(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Activation:
    """The call of a function of the user's module."""
    obj = fn.value
    path = fn.path or DataPath("const", obj.__name__, (), obj)
    try:
        lowered = sp.session.lowered(obj)
    except SctError as error:
        raise Refusal(error.code, f"`{obj.__name__}` cannot be looked into: {error.obstacles[0].message}", error.hint) from None
    defaults = {}
    names = [p.name for p in lowered.info.params if p.kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")]
    values = obj.__defaults__ or ()
    for k, (name, value) in enumerate(zip(names[len(names) - len(values):], values, strict=True)):
        defaults[name] = lambda value=value, k=k: default_value(sp, value, path.attr("__defaults__").item(k))
    for name, value in (obj.__kwdefaults__ or {}).items():
        defaults[name] = lambda value=value, name=name: default_value(sp, value, path.attr("__kwdefaults__").item(name))
    bound = _bound(sp, lowered, args, kwargs, defaults)
    return Activation(Frame(lowered, owner=obj, path=path), lowered, [], bound)


def _call_closure(sp: Specializer, fn: Closure, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return _enter_function(sp, activate_closure(sp, fn, args, kwargs))


def activate_closure(sp: Specializer, fn: Closure, args: list[Abstract], kwargs: dict[str, Abstract]) -> Activation:
    """The call of a function defined inside another."""
    lowered = sp.session.nested(fn.code)
    params = lowered.info.params
    with_default = [p.name for p in params if p.has_default]
    defaults = {name: (lambda v=v: v) for name, v in zip(with_default, fn.defaults, strict=True)}
    bound = _bound(sp, lowered, args, kwargs, defaults)
    outer = fn.frame
    frame = Frame(lowered, closure=fn, owner=outer.owner, path=outer.path)
    return Activation(frame, lowered, fn.captured, bound)


def _bound(sp: Specializer, lowered: Function, args: list[Abstract], kwargs: dict[str, Abstract],
           defaults: dict[str, Any]) -> list[Abstract]:
    """The values of a callee's parameters; the dict of further keywords is its own."""
    bound = bind_arguments(lowered, args, kwargs, defaults)
    return [fresh(sp, a) if p.kind == "VAR_KEYWORD" else a for p, a in zip(lowered.info.params, bound, strict=True)]


def bind_arguments(lowered: Function, args: list[Abstract], kwargs: dict[str, Abstract],
                   defaults: dict[str, Any]) -> list[Abstract]:
    """The values of a callee's parameters in order, by Python's own rules."""
    rest, named = list(args), dict(kwargs)
    bound: list[Abstract] = []
    for p in lowered.info.params:
        if p.kind == "VAR_POSITIONAL":
            bound.append(Seq(tuple, rest))
            rest = []
        elif p.kind == "VAR_KEYWORD":
            bound.append(Mapping(named))
            named = {}
        elif rest and p.kind != "KEYWORD_ONLY":
            if p.name in named and p.kind != "POSITIONAL_ONLY":
                raise Refusal("SCT709", f"this always raises TypeError: {lowered.name}() got two values for `{p.name}`")
            bound.append(rest.pop(0))
        elif p.name in named:
            bound.append(named.pop(p.name))
        elif p.name in defaults:
            bound.append(defaults[p.name]())
        else:
            raise Refusal("SCT709", f"this always raises TypeError: {lowered.name}() misses the argument `{p.name}`")
    if rest or named:
        what = f"keyword `{next(iter(named))}`" if named else f"{len(rest)} positional arguments too many"
        raise Refusal("SCT709", f"this always raises TypeError: {lowered.name}() got {what}")
    return bound


def _enter_function(sp: Specializer, call: Activation) -> Abstract:
    frame, lowered, bound = call.frame, call.lowered, [*call.captured, *call.bound]
    if POISON in bound:
        return POISON
    if holds_iterator([frame.closure, *bound, *Surroundings([frame.closure, *bound]).contents]):
        if lowered in sp.context.stack:
            raise Refusal("SCT711", f"`{lowered.name}` calls itself with an iterator, or binds a variable of another function",
                          "pass a list and an index, return what is new")
        return inline(sp, frame, lowered, bound)
    if calls_itself(lowered) or lowered in sp.context.stack:
        bound = [_as_argument(sp, a) for a in bound]
    if tied_to_parameter([Static(frame.owner, frame.path), *bound]):
        if lowered in sp.context.stack:
            raise Refusal("SCT702", f"`{lowered.name}` calls itself with a function that is an argument and captures variables",
                          "pass these variables as arguments")
        return inline(sp, frame, lowered, bound)
    if should_inline(sp, lowered):
        return inline(sp, frame, lowered, bound)
    around = [frame.closure, *bound, *Surroundings([frame.closure, *bound]).contents]
    if sp.context.places and any(map(holds_references, around)):
        return _call_with_containers(sp, frame, lowered, bound)
    return invoke(sp, frame, lowered, bound)


def _call_with_containers(sp: Specializer, frame: Frame, lowered: Function, bound: list[Abstract]) -> Abstract:
    """Call a function that is given containers: their contents, unless it changes them, keeps them or gives them back."""
    if any(isinstance(a, Instance) for a in reached(sp, [frame.closure, *bound])):
        if lowered in sp.context.stack:
            raise Refusal("SCT702", f"`{lowered.name}` calls itself with an object that changes", "pass its attributes")
        return inline(sp, frame, lowered, bound)
    known, count, mark = dict(sp.context.obstacles), len(sp.builder.block.ops), sp.session.mark()
    given = [plain(sp, a) for a in bound]
    if not any(isinstance(a, Closure) and holds_references(a) for a in reached(sp, [frame.closure])):
        result = invoke(sp, frame, lowered, given)
        changed = any(o.code == "SCT602" for key, o in sp.context.obstacles.items() if key not in known)
        if not changed and not holds_container(result):
            return result
        if lowered in sp.context.stack and not changed:
            raise Refusal("SCT702", f"`{lowered.name}` calls itself, and gives containers back", "return numbers or arrays")
    if lowered in sp.context.stack:
        raise Refusal("SCT602", f"`{lowered.name}` calls itself and changes a container that it is given",
                      "return the new container")
    sp.context.obstacles = known
    for op in sp.builder.block.ops[count:]:
        op.parent = None
    del sp.builder.block.ops[count:]
    sp.session.forget_since(mark)
    return inline(sp, frame, lowered, bound)


def reached(sp: Specializer, values: list[Any]) -> Iterator[Any]:
    """Everything in ``values``, and the contents of the containers in it."""
    work, seen = list(reversed(values)), set[int]()
    while work:
        a = work.pop()
        if a is None or id(a) in seen:
            continue
        seen.add(id(a))
        yield a
        work += [sp.positions.get(a.place)] if isinstance(a, Reference) else ab.parts_of(a) or []
        if isinstance(a, Closure):
            work += [held for _, held in cells_of(a)]


def _as_argument(sp: Specializer, a: Abstract) -> Abstract:
    """An object that an argument of the differentiated function holds, as a value that a callee can be given."""
    if not isinstance(a, Static) or a.path is None or a.path.scope != "param" or isinstance(a.value, (set, frozenset, *CODE)):
        return a
    kind, method = type_of(a.value), type(a.value).__call__
    readable = not callable(a.value) or isinstance(method, types.FunctionType) and not foreign(method)
    return read_from_parameter(sp, a.path, kind) if type(kind) is Object and readable else a


def holds_iterator(values: list[Any]) -> bool:
    """Whether ``values`` hold an iterator, or a function that binds variables of another: what a call does must be known."""
    return any(isinstance(a, StoredIterator) or (isinstance(a, Closure) and a.code.shared)
               or (a is not None and holds_iterator(ab.parts_of(a) or [])) for a in values)


def tied_to_parameter(values: list[Any]) -> bool:
    """Whether code among ``values`` holds data that only the differentiated function can read, from one of its arguments."""
    for a in values:
        if isinstance(a, Static) and a.path is not None and a.path.scope == "param" and holds_data(a.value):
            return True
        if tied_to_parameter(ab.parts_of(a) or []):
            return True
    return False


def call_standard(sp: Specializer, fn: Any, args: list[Abstract]) -> Abstract:
    """Visit the body of one of our own functions that stands for a function of the standard library."""
    made = activate_function(sp, Static(fn), args, {})
    return inline(sp, made.frame, made.lowered, [*made.captured, *made.bound], sp.held or sp.builder.loc)


_TRANSFORMS = "sct.transforms"
"""Where the derivatives are defined that can only be taken from outside."""
SPECIAL_CLASSES: dict[type, Any] = {}
"""Classes of objects that specialisation calls itself: (specializer, object with its path, args, kwargs) → abstract value."""
SPECIAL: dict[Any, Any] = {}
"""Callables that specialisation computes itself: (specializer, args, kwargs) → abstract value or NotImplemented."""

TAKES_REFERENCES: set[Any] = set()
"""Those of ``SPECIAL`` that are given containers rather than what they hold now."""
MAKES_CONTAINERS: set[Any] = set()
"""Those of ``SPECIAL`` whose result is a new container."""

SIMPLE["call"] = _call
