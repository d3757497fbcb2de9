"""Calls of primitives: nested arguments become a template over run-time leaves, the result gets its type."""

from __future__ import annotations

import functools
import inspect
import math
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ir.core import Callee, Op, Value
from ..ir.ops import INFIX, Lit, SeqOf, SliceOf, Slot, as_key
from ..ir.types import BOTTOM, INT, Array, List, Object, OrConst, Scalar, Tuple, Type, strip_const
from ..rules import registry
from ..rules.registry import Primitive
from ..rules.shapes import ShapeOf, SizeOf
from ..rules.shaping import reshape_method
from . import abstract as ab
from .abstract import NEVER, Abstract, Bound, Closure, JoinError, Mapping, Range, Reference, Seq, Slice, Static, View
from .array_likes import arrays_for
from .context import Refusal
from .data import never_changes
from .deciding import decided
from .defaults import by_position, refuse_options, refuse_unknown, takes_keyword, without_defaults
from .failing import may_raise, may_signal
from .infer import Specializer
from .powers import require_real
from .references import plain
from .result_types import NoResult, result_type
from .shapes import lift
from .ufunc_options import with_options
from .user_operators import operate
from .user_rules import result_of


class Arguments:
    """Collects run-time leaves while abstract arguments are turned into templates and, in parallel, into types."""

    def __init__(self, sp: Specializer, sizes: bool = False) -> None:
        self.sp = sp
        self.sizes = sizes
        """Whether the call makes an array: then it matters what is known of the sizes among its arguments."""
        self.operands: list[Value] = []
        self.callees: list[Callee] = []

    def slot(self, value: Value) -> Slot:
        self.operands.append(value)
        return Slot(len(self.operands) - 1)

    def template(self, a: Abstract) -> tuple[Any, Any]:
        """The template of an argument and what type inference sees of it."""
        if isinstance(a, Reference | View):
            a = plain(self.sp, a)
        if isinstance(a, View):
            a = self.sp.lift(a)
        if isinstance(a, Value):
            return self.slot(a), self.sizes and size_source(a) or _seen(a)
        if isinstance(a, Static):
            if isinstance(a.value, Callee):
                self.callees.append(a.value)
            self._fix(a)
            return Lit(a.value), a.value
        if isinstance(a, Seq):
            return self._sequence(a)
        if isinstance(a, Slice):
            parts = [self.template(x) for x in (a.lo, a.hi, a.step)]
            return SliceOf(*(t for t, _ in parts)), slice(*(i for _, i in parts))
        if isinstance(a, Range):
            bounds = [lift(x, self.sp.builder) for x in (a.lo, a.hi, a.step)]
            value = self.sp.builder.value("call", bounds, List(INT), fn=range, args=tuple(Slot(k) for k in range(3)), kwargs={})
            return self.slot(value), value.type
        if isinstance(a, Mapping) and a.runtime is not None:
            return self.slot(a.runtime), a.runtime.type
        if isinstance(a, Closure | Bound):
            raise Refusal("SCT203", "a function is passed to a function that is not looked into",
                          "call it yourself, or write a rule with sct.rule")
        raise JoinError(type(a).__name__.lower())

    def _fix(self, a: Static) -> None:
        """A function among the arguments of the differentiated function is named in the text: it must be this very object."""
        if a.path is not None and a.path.scope == "param" and isinstance(a.value, types.FunctionType):
            self.sp.context.guard("is", a.path, a.value)

    def _sequence(self, a: Seq) -> tuple[Any, Any]:
        if a.runtime is not None and not a.runtime.type.differentiable:
            source = shape_source(a.runtime)
            return self.slot(a.runtime), (ShapeOf(source) if source is not None else a.runtime.type)
        parts = [self.template(x) for x in a.items]
        types = [i for _, i in parts]
        return SeqOf(a.kind, tuple(t for t, _ in parts)), (types if a.kind is list else tuple(types))


def _seen(value: Value) -> Any:
    """What type inference sees of a run-time value: its type, or ``np.inf`` and the like themselves."""
    op = value.owner
    if isinstance(op, Op) and op.name == "global" and never_changes(op.attrs["source"]) and type(op.attrs["current"]) is float:
        return op.attrs["current"]
    if isinstance(op, Op) and op.attrs.get("fn") is operator.neg and type(_seen(op.operands[0])) is float:
        return -_seen(op.operands[0])
    return value.type


def shape_source(value: Value) -> Array | None:
    """The type of the array whose ``.shape`` a run-time tuple is, or None."""
    op = value.owner
    if isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is np.shape:
        t = strip_const(op.operands[0].type)
        return t if isinstance(t, Array) else None
    return None


def size_source(value: Value) -> SizeOf | None:
    """What is known of an int that is the length of an array, or an item of its ``.shape``; None for other values."""
    op = value.owner
    if not isinstance(op, Op) or not op.operands:
        return None
    if op.name == "item":
        source, key = shape_source(op.operands[0]), op.attrs["key"]
    else:
        t = strip_const(op.operands[0].type)
        source, key = t if op.name == "call" and op.attrs["fn"] is len and isinstance(t, Array) else None, 0
    return SizeOf("int64", True, source.dims[key]) if source is not None and source.dims else None


def apply(sp: Specializer, fn: Callable[..., Any], args: list[Abstract], kwargs: dict[str, Abstract] | None = None,
          spelled: str = "", inplace: bool = False) -> Abstract:
    """Emit a call of the primitive ``fn`` and say what its result is."""
    kwargs = kwargs or {}
    operated = operate(sp, fn, args)
    if operated is not None:
        return operated
    if sp.context.places:
        args, kwargs = _each(_taken, sp, args, kwargs)
    entry = registry.lookup(fn)
    if entry is not None and not sp.context.splicing and not entry.user:
        args, kwargs = decided(sp, entry, *by_position(fn, args, kwargs))
        out = _refuse_writes(entry, args, kwargs, spelled)
        if out is not None:
            stored: Abstract = WRITERS["out"](sp, fn, args, kwargs, out)
            return stored
        if fn in (operator.pow, pow) and len(args) == 2:
            require_real(sp, *args)
    if entry is not None and entry.vjp is not None and not entry.user:
        args, kwargs = without_defaults(entry, args, kwargs)
    args, kwargs = _prepared(sp, fn, entry, args, kwargs)
    if isinstance(fn, np.ufunc) and kwargs and not sp.context.splicing:
        result = with_options(sp, fn, args, kwargs, functools.partial(apply, sp))
        if result is not None:
            return result
    collected = Arguments(sp, sizes=fn in _MAKES_ARRAY)
    pairs = [collected.template(a) for a in args]
    named = {k: collected.template(a) for k, a in kwargs.items()}
    seen, facts = result_of(sp, entry, args, kwargs) if entry is not None and entry.user else (None, {})
    refuse_unknown(entry, kwargs)
    try:
        t = seen or _result_type(sp, fn, entry, [i for _, i in pairs], {k: i for k, (_, i) in named.items()})
    except Refusal as refusal:
        if refusal.code == "SCT708" and not sp.context.splicing:
            refuse_options(entry, kwargs)
        return _instead(sp, refusal, fn, args, kwargs, spelled, inplace)
    attrs: dict[str, Any] = {"fn": fn, "args": tuple(p for p, _ in pairs), "kwargs": {k: p for k, (p, _) in named.items()}}
    if spelled:
        attrs["spelled"], attrs["spelled_name"] = ("attribute" if spelled.startswith(".") else "method"), spelled.lstrip(".")
    if entry is not None:
        attrs.update({"effect": entry.effect, **facts})
    if collected.callees:
        attrs["hands"] = tuple(collected.callees)
    if sp.context.splicing:
        attrs["adjoint"] = True
    elif may_raise(fn, args) or sp.context.signals and may_signal(fn, t):
        attrs["may_raise"] = True
    elementwise = entry is not None and entry.elementwise
    return _emit(sp, _conformed(sp, collected.operands, t, inplace) if elementwise else collected.operands, t, attrs, inplace)


def _each(change: Callable[[Specializer, Abstract], Abstract], sp: Specializer, args: list[Abstract],
          kwargs: dict[str, Abstract]) -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments, each of them changed."""
    return [change(sp, a) for a in args], {k: change(sp, a) for k, a in kwargs.items()}


def _prepared(sp: Specializer, fn: Callable[..., Any], entry: Primitive | None, args: list[Abstract],
              kwargs: dict[str, Abstract]) -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments as the function's rule takes them: arrays for lists, infinities as such."""
    args, kwargs = arrays_for(fn, entry, args, kwargs, lambda a: apply(sp, np.array, [a]))
    return _each(_infinite, sp, args, kwargs) if fn in _BY_ORDER else (args, kwargs)


def _instead(sp: Specializer, refusal: Refusal, fn: Callable[..., Any], args: list[Abstract], kwargs: dict[str, Abstract],
             spelled: str, inplace: bool) -> Abstract:
    """What a call gives whose result has no type: it always raises, or its type depends on the values of its arguments."""
    error = _always_raised(sp, fn, args)
    if error is not None:
        return raise_here(sp, error)
    known = fixed(sp, args, kwargs)
    if refusal.code != "SCT708" or known == (args, kwargs):
        raise refusal
    if isinstance(fn, types.MethodDescriptorType) and all(isinstance(a, Static) for a in known[0]) and not kwargs:
        return Static(now(fn, *(a.value for a in known[0] if isinstance(a, Static))))
    return apply(sp, fn, *known, spelled, inplace)


def _conformed(sp: Specializer, operands: list[Value], t: Type, inplace: bool) -> list[Value]:
    """The operands of an elementwise function with its result's element type and shape; one changed in place has that shape."""
    several = sum(not isinstance(strip_const(v.type), Scalar) for v in operands) > 1
    rebound = operands[0] if inplace else None
    operands = [_conform(sp, v, t.items[0] if isinstance(t, Tuple) else t, several) for v in operands]
    first = operands[0].owner if operands else None
    if rebound is not None and isinstance(first, Op) and first.name == "broadcast":
        first.name = "narrow"
        if isinstance(first.operands[0].type, OrConst):
            first.attrs["assumed"] = True  # it may as well be a number, and the result a new array
    return operands


def _taken(sp: Specializer, a: Abstract) -> Abstract:
    """What a primitive is given: of a list into which nothing has been put, as far as is known now, no items."""
    held = plain(sp, a)
    empty = isinstance(held, Value) and isinstance(held.type, List) and held.type.item == BOTTOM
    return Seq(list, []) if empty and not sp.context.splicing else held


def _always_raised(sp: Specializer, fn: Callable[..., Any], args: list[Abstract]) -> Exception | None:
    """What an operator raises for these numbers, whatever the arguments of the function."""
    values = [a.value for a in args if isinstance(a, Static) and ab.is_number(a.value)]
    if sp.context.splicing or fn not in INFIX or len(values) != len(args):
        return None
    try:
        fn(*values)
    except ArithmeticError as error:
        return error
    return None


def raise_here(sp: Specializer, error: Exception) -> Abstract:
    """Let the program raise this where the specialiser is: nothing behind it runs."""
    sp.builder.emit("raise", [construct(sp, type(error), list(map(Static, error.args)), {})])
    return NEVER


def _infinite(sp: Specializer, a: Abstract) -> Abstract:
    """A global that is an infinity (``from numpy import inf``) as that constant, for functions to which it is an option."""
    op = a.owner if isinstance(a, Value) else None
    if isinstance(op, Op) and op.attrs.get("fn") is operator.neg:
        positive = _infinite(sp, op.operands[0])
        return Static(-positive.value) if isinstance(positive, Static) else a
    current = op.attrs["current"] if isinstance(op, Op) and op.name == "global" else None
    if not isinstance(op, Op) or type(current) is not float or not math.isinf(current):
        return a
    if not never_changes(op.attrs["source"]):
        sp.context.guard("value", op.attrs["source"], current)
    return Static(current)


def fixed(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments of a call, of which those that are no variables of the derivative have their present values."""
    return _each(_fixed, sp, args, kwargs)


def _fixed(sp: Specializer, a: Abstract) -> Abstract:
    """A number or text that is no variable of the derivative, as its present value: the type of a result may depend on it."""
    if isinstance(a, Value) and isinstance(op := a.owner, Op) and op.attrs.get("fn") is operator.neg:
        negated = _fixed(sp, op.operands[0])
        return Static(-negated.value) if isinstance(negated, Static) else a
    known = sp.known(a) if isinstance(a, Value) and not sp.context.splicing else None
    if known is None or type(known[0]) not in (bool, int, str) and (type(known[0]) is not float or known[1].scope == "param"):
        return a
    return Static(sp.static(a, "this argument"))


WRITERS: dict[str, Callable[..., Any]] = {}
"""What stores: the result of a call that is given ``out`` (see ``writers.py``), a value (``stores.py``)."""


def _refuse_writes(entry: Primitive, args: list[Abstract], kwargs: dict[str, Abstract], spelled: str) -> Abstract | None:
    """Refuse a call that changes one of its arguments, by its nature or because ``copy=False`` says so; what ``out`` is."""
    out, copy = kwargs.get("out"), kwargs.get("copy")
    place = _place_of_out(entry.fn)
    if place is not None and len(args) > place:
        out = args[place]
    given = out is not None and not (isinstance(out, Static) and out.value is None)
    in_place = copy is not None and entry.alias == "fresh" and not (isinstance(copy, Static) and copy.value is True)
    if given and not in_place and entry.effect != "writes":
        if not spelled and not takes_keyword(entry.fn, "out"):
            raise Refusal("SCT709", f"this always raises TypeError: {entry.name} got an unexpected keyword argument 'out'",
                          "store the result: a[...] = b")
        return out
    if entry.effect == "writes" or in_place:
        if in_place:
            raise Refusal("SCT605", f"the result of {entry.name} may share memory with its arguments unless `copy` is True",
                          "leave `copy` away")
        raise Refusal("SCT605", f"{entry.name} changes an array in place, which is not supported",
                      "use the form that returns a new array")
    return None


@functools.cache
def _place_of_out(fn: Callable[..., Any]) -> int | None:
    """The position of the argument ``out`` among the positional ones."""
    if isinstance(fn, np.ufunc):
        return fn.nin
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return {np.dot: 2, np.concatenate: 2}.get(fn)
    keyword = "out" in parameters and parameters["out"].kind is inspect.Parameter.KEYWORD_ONLY
    return list(parameters).index("out") if "out" in parameters and not keyword else None


_BY_ORDER = (np.linalg.norm, np.linalg.vector_norm, np.linalg.matrix_norm, np.linalg.cond)
"""Norms, which may be given infinity for their order."""
_MAKES_ARRAY: frozenset[Any] = frozenset({np.zeros, np.ones, np.empty, np.full, np.eye, np.identity})
"""Functions that are given the sizes of their result."""


def _emit(sp: Specializer, operands: list[Value], t: Type, attrs: dict[str, Any], inplace: bool) -> Abstract:
    if isinstance(t, Tuple) and attrs["fn"] is not np.shape:
        op = sp.builder.emit("call", operands, t.items, unpack=True, **attrs)
        return Seq(t.cls, list(op.results))
    if inplace:
        return sp.builder.value("iaddv", operands, t, operands[0].hint, **attrs)
    value = sp.builder.value("call", operands, t, **attrs)
    return sp.as_abstract(value)


def _result_type(sp: Specializer, fn: Callable[..., Any], entry: Primitive | None, args: list[Any],
                 kwargs: dict[str, Any]) -> Type:
    infer = entry.infer if entry is not None else None
    if entry is not None and infer is None and entry.effect in ("io", "random", "writes") and not isinstance(fn, type):
        raise Refusal("SCT708", f"the type that {entry.name} returns is not known: trying it out would have its effect",
                      "say it where the rule is declared: `infer=`")
    try:
        t = result_type(fn, infer, args, kwargs)
        if _holds_objects(t) and _holds_active([args, kwargs]):
            raise Refusal("SCT707", "arrays of Python objects carry no derivative", "use a numeric dtype")
        if isinstance(t, OrConst) and not sp.context.splicing and _holds_active([args, kwargs]):
            raise NoResult(f"the result may be {t.base} or {t.const}")
        return t
    except NoResult as error:
        if sp.context.splicing and any(_undecided(a) for a in args):
            decided = [Scalar(strip_const(a).dtype, False) if _undecided(a) else a for a in args]  # type: ignore[attr-defined]
            return _result_type(sp, fn, entry, decided, kwargs)
        name = entry.name if entry is not None else getattr(fn, "__name__", str(fn))
        if (shape := _shape_given(fn, args, kwargs)) is not None and isinstance(shape, Array):
            message = f"{name} is given a shape as an array, which does not say how many dimensions the result has"
            raise Refusal("SCT708", message, "pass a tuple of its items, as in `(shape[0], shape[1])`") from None
        raise Refusal("SCT708", f"{name} cannot be applied to {_types(args, kwargs)}: {error}") from None


def _shape_given(fn: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What a function that is told the shape of its result is told."""
    key = as_key(fn)
    if key not in _TOLD_SHAPE:
        return None
    place = _TOLD_SHAPE[key]
    return args[place] if len(args) > place else kwargs.get("shape")


_TOLD_SHAPE: dict[Any, int] = {np.zeros: 0, np.ones: 0, np.empty: 0, np.full: 0, np.reshape: 1, np.broadcast_to: 1,
                               reshape_method: 1}
"""Such functions, and where the shape stands among their arguments."""


def _holds_objects(t: Type) -> bool:
    """Whether a result is an array of Python objects, or one of them: what depends on numbers there is lost."""
    return isinstance(t, Array | Scalar) and t.dtype == "object" or isinstance(t, Tuple) and any(map(_holds_objects, t.items))


def _holds_active(x: Any) -> bool:
    """Whether something in nested types is certainly a number or an array that may carry a derivative."""
    if isinstance(x, list | tuple):
        return any(map(_holds_active, x))
    if isinstance(x, dict):
        return any(map(_holds_active, x.values()))
    return isinstance(x, Type) and not isinstance(x, OrConst) and x.differentiable


def _undecided(a: Any) -> bool:
    """Whether an adjoint may be Python's number or NumPy's: an array's element type may then be the wider one.

    Taking it for the wider one is safe, because what does not have an argument's own element type is converted in the end.
    """
    return isinstance(a, Type) and isinstance(t := strip_const(a), Scalar) and t.python is None


def _types(args: list[Any], kwargs: dict[str, Any]) -> str:
    return ", ".join([*map(_shown, args), *(f"{k}={_shown(v)}" for k, v in kwargs.items())]) or "no arguments"


def _shown(x: Any) -> str:
    """The type of an argument, or the argument itself, as a message shows it."""
    if isinstance(x, list | tuple):
        inner = ", ".join(map(_shown, x))
        return f"[{inner}]" if isinstance(x, list) else f"({inner}{',' * (len(x) == 1)})"
    if isinstance(x, ShapeOf | Type):
        return f"{x.type}.shape" if isinstance(x, ShapeOf) else str(x)
    return repr(x) if type(x).__module__ in ("builtins", "numpy") else f"an object of class {type(x).__name__}"


def _conform(sp: Specializer, value: Value, result: Type, several: bool = True) -> Value:
    """The operand with explicit number conversion and broadcasting to the result of an elementwise function.

    The result has the shape of the only array that is given, of ``several`` perhaps that of another one.
    """
    t = strip_const(value.type)
    result = strip_const(result)
    if not t.differentiable or not isinstance(t, Scalar | Array) or not isinstance(result, Scalar | Array):
        return value
    if not result.differentiable:
        return value
    if not _from_complex(t, result) and (isinstance(result, Array) and _has_dtype(t) and t.dtype != result.dtype
                                         or _from_complex(result, t)):
        value = _implicit(sp, "convert", value, Array(result.dtype, t.dims) if isinstance(t, Array) else
                          Scalar(result.dtype, t.python))
        t = value.type
        assert isinstance(t, Scalar | Array)
    dims = t.dims if isinstance(t, Array) else None
    if isinstance(result, Array) and (dims != result.dims or several and _unsure(t, result)):
        value = _implicit(sp, "broadcast", value, Array(t.dtype, result.dims))
    return value


def _has_dtype(t: Scalar | Array) -> bool:
    """Whether the element type counts in promotion: that of a Python number does not."""
    return isinstance(t, Array) or t.python is False


def _from_complex(t: Scalar | Array, result: Scalar | Array) -> bool:
    """Whether complex numbers give real ones, as in ``np.abs``: that is the function's doing, never a conversion."""
    return t.dtype.startswith("complex") and result.dtype.startswith("float")


def _unsure(t: Type, result: Type) -> bool:
    """Whether equal dimension facts may still hide broadcasting (two unknown dimensions)."""
    return isinstance(t, Array) and isinstance(result, Array) and "?" in t.dims


def _implicit(sp: Specializer, name: str, value: Value, to: Type) -> Value:
    attrs = {"adjoint": True} if sp.context.splicing else {}
    return sp.builder.value(name, [value], to, "", **attrs)


def now(fn: Callable[..., Any], *args: Any) -> Any:
    """The result of a function on objects that are known while specialising."""
    try:
        return fn(*args)
    except Exception as error:
        raise Refusal("SCT709", f"this always raises {type(error).__name__}: {error}") from None


def construct(sp: Specializer, cls: type, args: list[Abstract], kwargs: dict[str, Abstract]) -> Value:
    """Emit the construction of an inactive object (an exception)."""
    collected = Arguments(sp)
    templates = tuple(collected.template(a)[0] for a in args)
    named = {k: collected.template(a)[0] for k, a in kwargs.items()}
    return sp.builder.value("call", collected.operands, Object(cls), fn=cls, args=templates, kwargs=named,
                            effect="fresh")
