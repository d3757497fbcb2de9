"""Calls of functions with a derivative of their author's: the type of what they return, and whether their parts fit together.

They are called as they are.  Their bodies are visited where that is possible, which leaves no trace in the program: it gives
the type of the result, shows early where cotangents do not fit, and that nothing writes to what it is given.
"""

from __future__ import annotations

import inspect
from typing import Any

from ..custom import CustomFunction, custom_jvp, custom_vjp
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, Slot
from ..ir.types import BOTTOM, List, OrConst, Scalar, Tuple, Type, strip_const, type_of
from ..runtime.custom import on_gradient
from . import abstract as ab
from . import shapes as sh
from .abstract import NEVER, POISON, Abstract, DataPath, Seq, Static
from .activations import DerivativeOf, operands_of, specialised
from .alias import AliasClasses, has_memory, stored_into
from .callees import SPECIAL, SPECIAL_CLASSES, activate_closure
from .context import Refusal
from .effects import effect_within
from .infer import Specializer
from .primitives import Arguments, apply
from .references import plain
from .result_types import NoResult, result_type
from .visits import Visit, varied, visit


def call_custom(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``f(x)`` where ``f`` is a ``custom_vjp`` or ``custom_jvp``."""
    f: CustomFunction = fn.value
    if not f.is_defined:
        raise Refusal("SCT220", f"`{f.__name__}` is a {f.kind} without a derivative", f"call {f.__name__}.{f.define}(…) first")
    given = [plain(sp, a) for a in positional(f, args, kwargs)]
    for k, a in enumerate(given):
        if _holds_dict(a):
            raise Refusal("SCT221", f"`{f.__name__}` is given a dict, or a list of run-time length, as argument {k}",
                          "pass the numbers and arrays in it, an array or a tuple")
    collected = Arguments(sp)
    pairs = [collected.template(a) for a in given]
    t, announced, facts = _result_type(sp, fn, given, [seen for _, seen in pairs])
    attrs: dict[str, Any] = {"fn": f, "args": tuple(template for template, _ in pairs), "kwargs": {}, **facts}
    if not sp.context.splicing:
        attrs["may_raise"] = True
    if isinstance(f, custom_vjp):
        attrs.update(_check_vjp(sp, f, given, t, attrs["effect"]))
    else:
        attrs["distinct"] = True
    if isinstance(t, Tuple):
        op = sp.builder.emit("call", collected.operands, t.items, unpack=True, **attrs)
        return Seq(t.cls, [sp.as_abstract(r) for r in op.results])
    value = sp.builder.value("call", collected.operands, t, **attrs)
    return sp.as_abstract(value) if announced is None else _converted(sp, value, announced)


def _converted(sp: Specializer, value: Value, cls: type) -> Abstract:
    """A result as the number that is announced; that is no reason to compute what nobody uses."""
    number = apply(sp, cls, [value])
    if isinstance(number, Value) and isinstance(number.owner, Op):
        number.owner.attrs.pop("may_raise", None)
    return number


def positional(f: CustomFunction, args: list[Abstract], kwargs: dict[str, Abstract]) -> list[Abstract]:
    """All arguments by position, defaults included, as the functions of the derivative are given them."""
    signature = f.__signature__
    if signature is None:
        if kwargs:
            raise Refusal("SCT221", f"`{f.__name__}` has no signature to read, and is given keywords", "pass them by position")
        return list(args)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise Refusal("SCT709", f"this always raises TypeError: {f.__name__}() {error}") from None
    found: list[Abstract] = []
    for p in signature.parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            found += bound.arguments.get(p.name, ())
        elif p.name in bound.arguments and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            found.append(bound.arguments[p.name])
        elif p.name in bound.arguments:
            raise Refusal("SCT221", f"`{f.__name__}` takes `{p.name}` by keyword only, and its derivative by position",
                          "make it a positional parameter")
        elif p.default is not inspect.Parameter.empty and p.kind is not p.KEYWORD_ONLY:
            found.append(_default(p.default, f))
    return found


def _default(value: Any, f: CustomFunction) -> Abstract:
    if value is None or type(value) in (bool, int, float, str) or callable(value):
        return Static(value)
    raise Refusal("SCT221", f"a default of `{f.__name__}` is {value!r}", "pass it")


def _holds_dict(a: Abstract) -> bool:
    if isinstance(a, ab.Mapping):
        return True
    if isinstance(a, Value):
        t = strip_const(a.type)
        return isinstance(t, List) or hasattr(t, "items") and t.differentiable and not isinstance(t, Tuple)
    return isinstance(a, Seq) and any(map(_holds_dict, a.items))


# ----------------------------------------------------------------------------------------------------------- result types

def _result_type(sp: Specializer, fn: Static, given: list[Abstract],
                 types: list[Any]) -> tuple[Type, type | None, dict[str, Any]]:
    """The type of what the function returns: by a visit, else by its annotation (a class that it is converted to), else by
    trying the function out on small stand-ins, as C functions are.  And what else the visit found: see ``facts_of``."""
    f: CustomFunction = fn.value
    path = (fn.path or DataPath("const", f.__name__, (), f)).attr("fun")
    seen = visit(sp, Static(f.fun, path), list(map(varied, given)))
    if (found := found_in(f.__name__, seen)) is not None:
        return found[0], None, found[1]
    announced = announced_by(f.fun)
    if announced is not None:
        return type_of(announced()), announced, OPAQUE
    try:
        return result_type(f.fun, None, types, {}), None, OPAQUE
    except NoResult as error:
        message = f"the type of what `{f.__name__}` returns is not known: {seen.reason or 'it never returns'}"
        raise Refusal("SCT221", f"{message}; tried on small arguments it raises {error}",
                      "annotate its result, as in `-> float`") from None


def found_in(name: str, seen: Visit) -> tuple[Type, dict[str, Any]] | None:
    """The type of the result and attributes of the call of a function that was visited; None if the visit led nowhere."""
    if seen.result is POISON or seen.result is NEVER:
        return None
    refuse_writes(name, seen)
    t = returned_type(seen.result)
    if t is None:
        raise Refusal("SCT221", f"`{name}` returns {sh.describe(sh.shape_of(seen.result))}",
                      "return numbers, arrays or tuples of them")
    return t, facts_of(seen)


def announced_by(fun: Any) -> type | None:
    """The class of the result that a function's annotation says, if it says all there is to know."""
    return CLASSES.get(getattr(fun, "__annotations__", {}).get("return"))


OPAQUE = {"effect": "reads", "distinct": True}
"""Attributes of the call of a function of which nothing is known: two calls are never made one."""


def facts_of(seen: Visit) -> dict[str, Any]:
    """Attributes of the call of a function that was visited: its effect, and whether its result is memory of its own."""
    effect = effect_within(seen.body)
    return {"effect": "reads" if effect == "pure" else effect, "own": returns_own(seen)}


def returns_own(seen: Visit) -> bool:
    """Whether the arrays that a body returns are all made by it, and share memory with nothing else."""
    if not seen.body.ops:
        return False
    function = Function("", seen.body, seen.body.ops[0].loc)
    classes, inside = AliasClasses(function), _made_in(function)
    arrays = [v for v in _values_in(seen.result) if has_memory(v)]
    roots = [classes.find(v) for v in arrays]
    return len(set(roots)) == len(roots) and not any(map(classes.is_foreign, arrays)) and all(
        member in inside for root in roots for member in classes.members.get(root, [root]))


def _values_in(a: Abstract) -> list[Value]:
    return [a] if isinstance(a, Value) else [v for part in ab.parts_of(a) or () for v in _values_in(part)]


def _made_in(function: Function) -> set[Value]:
    """The values that a body defines."""
    return {v for op in walk(function.body) for v in (*op.results, *(arg for block in op.blocks for arg in block.args))}


CLASSES = {float: float, "float": float, complex: complex, "complex": complex}
"""Annotations of results that say all there is to know."""


def returned_type(a: Abstract) -> Type | None:
    """The type of a result as one run-time value; literal numbers are numbers."""
    t = sh.leaf_type(sh.generalise(sh.shape_of(a)))
    if t is None:
        return None
    if isinstance(t, Tuple):
        items = [strip_const(item) for item in t.items]
        return Tuple(tuple(items), t.cls)
    return None if isinstance(t, OrConst) and t.base is not BOTTOM else strip_const(t)


def refuse_writes(name: str, seen: Visit) -> None:
    """Refuse a function that writes to what it is given: everything that was not made inside."""
    if writes_outside(seen):
        raise Refusal("SCT222", f"`{name}` writes to an array that it is given", "write to a copy")


def writes_outside(seen: Visit) -> bool:
    """Whether a body writes to memory that it has not made."""
    return bool(seen.body.ops) and _written_outside(Function("", seen.body, seen.body.ops[0].loc)) is not None


def _written_outside(function: Function, above: tuple[Function, ...] = ()) -> Value | None:
    """A value of a body that is stored into and may be memory from outside; ``above`` are the functions that call it."""
    targets = [*stored_into(function), *(op.operands[0] for op in walk(function.body) if op.name == "iaddv")]
    calls = [op for op in walk(function.body) if op.name == "invoke"]
    if not targets and not calls:
        return None
    classes = AliasClasses(function)
    inside = _made_in(function)
    for target in targets:
        members = classes.members.get(classes.find(target), [target])
        if any(v not in inside for v in members) or classes.is_foreign(target):
            return target
    for op in calls:
        callee = op.attrs["callee"]
        if callee not in above and not isinstance(callee.info, DerivativeOf) and op.operands \
                and _written_outside(callee, (*above, function)) is not None:
            return op.operands[0]
    return None


# ------------------------------------------------------------------------------------------------------ what bwd is given

def _check_vjp(sp: Specializer, f: custom_vjp, given: list[Abstract], t: Type, effect: str) -> dict[str, Any]:
    """Attributes of the call: ``looked``, what kind of cotangent ``bwd`` gives for each argument, None where it or ``fwd``
    cannot be looked into; ``fixed``, whether what ``bwd`` is given cannot be changed.

    Refuses what does not fit together.
    """
    forward = visit(sp, Static(f.fwd), list(map(varied, given)))
    if forward.result in (POISON, NEVER):
        return {"looked": None, "distinct": True}
    name = getattr(f.fwd, "__name__", "fwd")
    refuse_writes(name, forward)
    pair = forward.result
    if not isinstance(pair, Seq) or pair.kind is not tuple or len(pair.items) != 2:
        raise Refusal("SCT222", f"`{name}`, the fwd of `{f.__name__}`, returns {sh.describe(sh.shape_of(pair))}",
                      "return a tuple of two: the result and what bwd needs")
    out = returned_type(pair.items[0])
    if out is None or not _same_kind(out, t):
        raise Refusal("SCT222", f"`{name}` returns {out} as the result, but `{f.__name__}` returns {t}",
                      "return the same result")
    bar = _cotangent_of(t)
    residual = pair.items[1]
    nondiff = [varied(given[k]) for k in f.nondiff if k < len(given)]
    backward = visit(sp, Static(f.bwd), [*nondiff, residual, bar])
    if backward.result in (POISON, NEVER):
        return {"looked": None, "distinct": True}
    name = getattr(f.bwd, "__name__", "bwd")
    refuse_writes(name, backward)
    args = [a for k, a in enumerate(given) if k not in f.nondiff]
    check_cotangents(f, backward.result, args)
    assert isinstance(backward.result, Seq)
    kinds = tuple(map(_kind_of_cotangent, backward.result.items, args))
    found = effect_within(forward.body)
    return {"looked": kinds, "fixed": _is_fixed(residual), "effect": effect if found == "pure" else found}


def _is_fixed(a: Abstract) -> bool:
    """Whether a residual consists of numbers, arrays and tuples: arrays that are written to are seen."""
    if isinstance(a, Seq) and a.kind is not list:
        return all(map(_is_fixed, a.items))
    return isinstance(a, Static) or isinstance(a, Value) and hasattr(strip_const(a.type), "dtype")


def _kind_of_cotangent(bar: Abstract, a: Abstract) -> str:
    """``zero``, ``number`` where the argument is a number of the same type, else ``any``."""
    if isinstance(bar, Static) and bar.value is None:
        return "zero"
    t, want = returned_type(bar), strip_const(a.type) if isinstance(a, Value) else None
    exact = isinstance(t, Scalar) and isinstance(want, Scalar) and t.dtype == want.dtype
    return "number" if exact else "any"


def _same_kind(a: Type, b: Type) -> bool:
    """Whether two results may be alike: the same structure, element types and numbers of dimensions."""
    a, b = strip_const(a), strip_const(b)
    if isinstance(a, Tuple) and isinstance(b, Tuple):
        return a.cls is b.cls and len(a.items) == len(b.items) and all(map(_same_kind, a.items, b.items))
    if hasattr(a, "dtype") and hasattr(b, "dtype"):
        return type(a) is type(b) and a.dtype == b.dtype and getattr(a, "ndim", 0) == getattr(b, "ndim", 0)
    return a == b


def _cotangent_of(t: Type) -> Abstract:
    """A cotangent of a result of type ``t``, for a visit."""
    if isinstance(t, Tuple):
        return Seq(t.cls, [_cotangent_of(item) for item in t.items])
    t = strip_const(t)
    if not t.differentiable:
        return Static(None)
    return Value("", Scalar(t.dtype, t.python) if isinstance(t, Scalar) else t, Block())


def check_cotangents(f: CustomFunction, found: Abstract, given: list[Abstract]) -> None:
    """Refuse cotangents that are not one for each argument, or not nested like it."""
    name = getattr(f.functions.get("bwd"), "__name__", "bwd")
    if not isinstance(found, Seq) or found.kind not in (tuple, list):
        raise Refusal("SCT222", f"`{name}` returns {sh.describe(sh.shape_of(found))}, not a tuple of cotangents",
                      "return a tuple with one for each argument, also for a single one: `(x_bar,)`")
    if len(found.items) != len(given):
        raise Refusal("SCT222", f"`{name}` returns {len(found.items)} cotangents, but `{f.__name__}` has {len(given)} "
                      "differentiated arguments", "return one for each, None where it is zero")
    for k, (bar, a) in enumerate(zip(found.items, given, strict=True)):
        problem = _misfit(bar, a)
        if problem:
            raise Refusal("SCT222", f"`{name}` returns {problem} as cotangent {k} for an argument of `{f.__name__}` that is "
                          f"{sh.describe(sh.shape_of(a))}", "a cotangent has the shape and type of its argument")


def _misfit(bar: Abstract, a: Abstract) -> str:
    """What a cotangent is that cannot belong to an argument; empty if it may."""
    if isinstance(bar, Static) and bar.value is None or isinstance(a, Static) or bar in (POISON, NEVER):
        return ""
    if isinstance(a, Seq):
        if isinstance(bar, Seq) and len(bar.items) == len(a.items):
            return next((p for p in map(_misfit, bar.items, a.items) if p), "")
        return sh.describe(sh.shape_of(bar))
    if not isinstance(a, Value) or not a.type.differentiable:
        return ""
    t = returned_type(bar)
    want = strip_const(a.type)
    dims, wanted = getattr(t, "dims", ()), getattr(want, "dims", ())
    if t is None or not hasattr(t, "dtype") or len(dims) != len(wanted):
        return sh.describe(sh.shape_of(bar))
    complex_for_real = t.dtype.startswith("complex") and not want.dtype.startswith("complex")  # type: ignore[attr-defined]
    return sh.describe(sh.shape_of(bar)) if complex_for_real else ""


# -------------------------------------------------------------------------------------------------------------- on_gradient

def _on_gradient(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``on_gradient(x, fn)``: ``x``, and a mark where its adjoint is shown to ``fn``."""
    named = dict(zip(("x", "fn"), args, strict=False)) | kwargs
    if set(named) != {"x", "fn"} or len(args) + len(kwargs) != 2:
        raise Refusal("SCT709", "this always raises TypeError: on_gradient() takes `x` and `fn`")
    x, fn = plain(sp, named["x"]), named["fn"]
    if isinstance(x, Static) and ab.is_number(x.value):
        return x
    if not isinstance(x, Value) or not hasattr(strip_const(x.type), "dtype"):
        raise Refusal("SCT221", f"on_gradient is given {sh.describe(sh.shape_of(x))}", "give it a number or an array")
    if not x.type.differentiable:
        return x
    if isinstance(fn, ab.Closure):
        return _with_nested_hook(sp, x, fn)
    if isinstance(fn, Static) and callable(fn.value):
        attrs = {"fn": on_gradient, "args": (Slot(0), Lit(fn.value)), "kwargs": {}, "gives": _gives(sp, fn, x)}
        return sp.builder.value("call", [x], x.type, x.hint, **attrs)
    raise Refusal("SCT221", "the hook given to on_gradient is not a function that can be named",
                  "give it a function or a lambda")


def _gives(sp: Specializer, fn: Static, x: Value) -> str:
    """What a hook returns for an adjoint like ``x``: ``nothing``, ``number``, ``array``, ``anything`` if that is not known."""
    seen = visit(sp, fn, [Value("", strip_const(x.type), Block())])
    if seen.result in (POISON, NEVER) or writes_outside(seen):
        return "anything"
    return _what(seen.result, x)


def _what(result: Abstract, x: Value) -> str:
    if isinstance(result, Static) and result.value is None:
        return "nothing"
    t, want = returned_type(result), strip_const(x.type)
    exact = isinstance(t, Scalar) and isinstance(want, Scalar) and t.dtype == want.dtype
    return "number" if exact else "array"


def _with_nested_hook(sp: Specializer, x: Value, fn: ab.Closure) -> Abstract:
    """A hook defined in the function: specialised for an adjoint like ``x``, it takes what it captured as further arguments."""
    t = strip_const(x.type)
    bar = Value(f"{x.hint or 'x'}_bar", t, Block())
    call = activate_closure(sp, fn, [bar], {})
    record, bound = specialised(sp, call.frame, call.lowered, [*call.captured, *call.bound])
    if not record.done or record.result.tag[0] == "marker":
        raise Refusal("SCT221", f"the hook `{call.lowered.name}` given to on_gradient never returns", "return the adjoint")
    found = sh.rebuild(record.result, lambda t: Value("", t, Block()))
    if not (isinstance(found, Static) and found.value is None) and not hasattr(returned_type(found), "dtype"):
        raise Refusal("SCT221", f"the hook `{call.lowered.name}` returns {sh.describe(record.result)}",
                      "return the new adjoint, or None, on every path")
    if _written_outside(record.function) is not None:
        raise Refusal("SCT222", f"the hook `{call.lowered.name}` writes to the adjoint that it is given", "return a new array")
    operands = operands_of(sp, record, bound)
    place = operands.index(bar)
    operands.pop(place)
    attrs: dict[str, Any] = {"hook": record.function, "place": place, "gives": _what(found, x)}
    return sp.builder.value("call", [x, *operands], x.type, x.hint, fn=on_gradient, args=(Slot(0),), kwargs={}, **attrs)


SPECIAL[on_gradient] = _on_gradient
SPECIAL_CLASSES.update({custom_vjp: call_custom, custom_jvp: call_custom})
