"""What a gradient function returns: fresh values of the arguments' own types and structure, sharing memory with nothing."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.alias import may_alias
from ..ir.core import Block, Op, Value
from ..ir.ops import IMPLICIT, LOOPS, Lit, SeqOf, Slot
from ..ir.rewrite import incoming, insert_before
from ..ir.types import ANY, NONE, Array, Dict, List, Object, OrConst, Record, Scalar, Table, Tuple, Type, strip_const, type_of
from ..rules import registry
from ..rules.shaping import tolist_method
from ..runtime import helpers
from .emitter import bar_hint

if TYPE_CHECKING:
    from ..request import Request
    from .emitter import Emitter
    from .reverse import Joint


def finish_gradients(joint: Joint, request: Request) -> None:
    """End the joint body with the return that ``request`` asks for."""
    rev = joint.reverser
    rev.context.splicing = True
    owned: set[Value] = set()
    gradients = [gradient(rev, joint.function.params[k], joint.gradients[k], owned, request.allow_int) for k in request.wrt]
    aux = [_auxiliary(joint, owned)] if request.has_aux else []
    rev.context.splicing = False
    result = gradients[0] if not request.sequence else tuple_of(rev, gradients)
    if request.value:
        value = joint.results[0]
        if not value.hint and isinstance(value.owner, Op) and value.owner.name == "call":
            value.hint = "value"
        if request.has_aux:
            value = tuple_of(rev, [value, *aux])
        rev.builder.emit("return", [value, result], single=False)
    elif request.has_aux:
        rev.builder.emit("return", [result, *aux], single=False)
    else:
        rev.builder.emit("return", [result], single=True)


def tuple_of(rev: Emitter, items: list[Value], cls: type = tuple) -> Value:
    """A tuple, named tuple or list of run-time values."""
    return rev.builder.value("tuple", items, Object(cls), cls=cls)


def record_of(rev: Emitter, items: dict[Any, Value], like: Type | type) -> Value:
    """A dict, or an instance of a dataclass, of run-time values."""
    cls = like if isinstance(like, type) else like.cls if isinstance(like, Record) else dict
    return rev.builder.value("dict", list(items.values()), Object(cls), keys=tuple(items), cls=cls)


def _auxiliary(joint: Joint, owned: set[Value]) -> Value:
    """What is returned besides."""
    rev = joint.reverser
    return before_undo(joint, joint.results[1:])[0] if rev.context.stores else independent(rev, joint.results[1], owned)


def before_undo(joint: Joint, values: list[Value]) -> list[Value]:
    """What a function returns, as it is when the forward sweep ends, before stores are undone."""
    rev, owned = joint.reverser, set[Value]()
    if not rev.context.stores:
        return values
    scratch = Block()
    with rev.builder.at(scratch):
        found = [independent(rev, v, owned) for v in values]
    insert_before(joint.mark, scratch.ops)
    return found


def independent(rev: Emitter, value: Value, owned: set[Value]) -> Value:
    """An auxiliary result that shares memory with no argument and no other result."""
    t, op = strip_const(value.type), value.owner
    changes = isinstance(t, List | Table) and rev.context.stores
    if isinstance(op, Op) and op.name in ("tuple", "dict") and not changes:
        items = [independent(rev, v, owned) for v in op.operands]
        attrs = {key: a for key, a in op.attrs.items() if key != "returned"}
        return rev.builder.value(op.name, items, value.type, value.hint, **attrs)
    if isinstance(value.type, Array):
        return value if not rev.context.stores and _fresh(value, owned) else rev.copy(value)
    if isinstance(t, Array | List | Table | Tuple | Dict) or isinstance(t, Object) and t.cls in (list, tuple, dict):
        numbers = isinstance(t, List) and isinstance(t.item, Scalar)
        if isinstance(op, Op) and op.name == "for" and numbers and value not in owned and not changes:
            owned.add(value)
            return value
        return rev.builder.value("call", [value], value.type, value.hint, fn=helpers.copied, args=(Slot(0),), kwargs={},
                                 effect="fresh", adjoint=True)
    return value


def gradient(rev: Emitter, param: Value, gradient: Any, owned: set[Value], allow_int: bool = False) -> Value:
    """One gradient as a value of the parameter's own type."""
    t = _given_type(rev, param)
    made = _gradient(rev, param, gradient, t, owned, allow_int)
    if gradient is None or isinstance(strip_const(t), Scalar) or not _holds_both_kinds(t):
        return made
    return rev.builder.value("call", [made, param], made.type, bar_hint(param), fn=helpers.in_types_of, args=(Slot(0), Slot(1)),
                             kwargs={}, effect="fresh", adjoint=True)


def _holds_both_kinds(t: Type) -> bool:
    """Whether Python's numbers stand beside NumPy's in a list, or in one in a container."""
    t = strip_const(t)
    if isinstance(t, Tuple):
        return any(map(_holds_both_kinds, t.items))
    if isinstance(t, Dict):
        return any(_holds_both_kinds(item) for _, item in t.items)
    return _holds_both_kinds(t.item) if isinstance(t, List) else isinstance(t, Scalar) and t.python is None


def _gradient(rev: Emitter, param: Value, gradient: Any, t: Type, owned: set[Value], allow_int: bool) -> Value:
    if isinstance(gradient, SeqOf | dict):
        made = _gradient_item(rev, gradient, t, owned, param if allow_int else None)
        made.hint = bar_hint(param) if isinstance(t, Record) else made.hint
        return made
    if gradient is None:
        return zero(rev, param, t)
    result = conform(rev, gradient, t, owned)
    if result is not gradient:
        result.hint = bar_hint(param)
    return result


def _given_type(rev: Emitter, param: Value) -> Type:
    """The type of an argument as it was given: where NumPy's numbers are stored into a list of Python's, it is of both."""
    t, known = strip_const(param.type), rev.context.examples.get(param)
    if not isinstance(t, List) or known is None:
        return t
    given = type_of(known[0])
    return given if given.differentiable else t


def _gradient_item(rev: Emitter, gradient: Any, want: Type, owned: set[Value], source: Value | None) -> Value:
    """The gradient of one item of a container, or of a container, as a value of the item's own type.

    Integers have a gradient, of zeros, where ``source`` is given: the container or item itself.
    """
    if isinstance(gradient, Lit):
        return rev.builder.value("const", (), NONE, value=None) if source is None else _zeros_of_integers(rev, source, want)
    if isinstance(gradient, SeqOf):
        assert isinstance(want, Tuple)
        pairs = zip(gradient.items, want.items, strict=True)
        items = [_gradient_item(rev, g, strip_const(t), owned, _item(rev, source, k, t)) for k, (g, t) in enumerate(pairs)]
        return tuple_of(rev, items, gradient.kind)
    if isinstance(gradient, dict):
        assert isinstance(want, Dict)
        values = [_gradient_item(rev, gradient[k], strip_const(t), owned, _item(rev, source, k, t)) for k, t in want.items]
        return record_of(rev, dict(zip(gradient, values, strict=True)), want)
    return conform(rev, gradient, want, owned)


def _item(rev: Emitter, source: Value | None, key: Any, t: Type) -> Value | None:
    return rev.builder.value("item", [source], t, key=key) if source is not None else None


def _zeros_of_integers(rev: Emitter, source: Value, t: Type) -> Value:
    """Zeros for integers and what holds them; ``None`` for anything else that is not differentiated."""
    if isinstance(t, Scalar):
        zero = rev.builder.value("const", (), t, value=0)
        return zero if t.python else _call(rev, np.dtype(t.dtype).type, [zero], t)
    if isinstance(t, Array):
        return rev.zeros(source)
    if isinstance(t, List) and isinstance(t.item, Scalar):
        return rev.zeros_of_list(source, t, 0)
    if isinstance(t, Tuple):
        items = [(rev.builder.value("item", [source], item, key=k), item) for k, item in enumerate(t.items)]
        return tuple_of(rev, [_zeros_of_integers(rev, *pair) for pair in items], t.cls)
    if isinstance(t, Dict):
        found = {key: (rev.builder.value("item", [source], item, key=key), item) for key, item in t.items}
        values = [_zeros_of_integers(rev, *pair) for pair in found.values()]
        return record_of(rev, dict(zip(found, values, strict=True)), t)
    return rev.builder.value("const", (), NONE, value=None)


def zero(rev: Emitter, param: Value, t: Type) -> Value:
    """A zero derivative of type ``t`` in the shape of ``param``."""
    if isinstance(t, Scalar) and t.differentiable and t.python is not True:
        return _call(rev, np.dtype(t.dtype).type, [rev.constant(0.0)], t)
    return rev.zeros(param) if t.differentiable else _zeros_of_integers(rev, param, t)


def conform(rev: Emitter, gradient: Value, want: Type, owned: set[Value]) -> Value:
    """A derivative as a value of type ``want`` that nobody else has."""
    have = strip_const(gradient.type)
    if isinstance(want, Scalar):
        return _scalar(rev, gradient, have, want)
    if isinstance(want, Array):
        return _array(rev, gradient, have, want, owned)
    if isinstance(want, List) and isinstance(want.item, Scalar) and want.item.python and want.item.dtype == "float64":
        array = rev.builder.value("call", [gradient], Array("float64", (ANY,)), fn=np.array, args=(Slot(0),), kwargs={},
                                  adjoint=True)
        return rev.builder.value("call", [array], want, fn=tolist_method, args=(Slot(0),), kwargs={}, adjoint=True,
                                 spelled="method", spelled_name="tolist")
    if isinstance(want, List) and isinstance(want.item, Scalar) and want.item.python is False:
        kind = Array(want.item.dtype, (ANY,))
        array = rev.builder.value("call", [gradient], kind, fn=np.array, args=(Slot(0),),
                                  kwargs={"dtype": Lit(np.dtype(want.item.dtype).type)}, adjoint=True)
        return rev.builder.value("call", [array], want, fn=list, args=(Slot(0),), kwargs={}, effect="fresh", adjoint=True)
    if isinstance(want, List) and not isinstance(want.item, Scalar) and _has_floats(want.item):
        floats = rev.builder.value("call", [gradient], want, fn=helpers.with_floats, args=(Slot(0),), kwargs={}, effect="fresh",
                                   adjoint=True)
        return _of_class(rev, floats, want)
    if isinstance(want, List):
        return _of_class(rev, gradient if _fresh(gradient, owned) else rev.copy(gradient), want)
    return gradient


def _of_class(rev: Emitter, items: Value, want: List) -> Value:
    """A list of tuples as one of named tuples, if that is what is wanted, at any depth."""
    classes = _classes(want.item)
    if classes == Lit(None):
        return items
    return rev.builder.value("call", [items], want, fn=helpers.of_class, args=(Slot(0), classes), kwargs={}, effect="fresh",
                             adjoint=True)


def _classes(t: Type) -> Any:
    """What ``helpers.of_class`` takes for items of this type: the class, behind it those of what it holds; None for others."""
    t = strip_const(t)
    if isinstance(t, List):
        inside = _classes(t.item)
        return inside if inside == Lit(None) else SeqOf(list, (inside,))
    if not isinstance(t, Tuple):
        return Lit(None)
    parts = tuple(map(_classes, t.items))
    if all(part == Lit(None) for part in parts):
        return Lit(None) if t.cls is tuple else Lit(t.cls)
    return SeqOf(tuple, (Lit(t.cls), *parts))


def _has_floats(t: Type) -> bool:
    """Whether Python's floats are among the items of a container, which NumPy's must not replace."""
    t = strip_const(t)
    if isinstance(t, Tuple):
        return any(map(_has_floats, t.items))
    return _has_floats(t.item) if isinstance(t, List) else isinstance(t, Scalar) and t.python is True and t.differentiable


def _scalar(rev: Emitter, gradient: Value, have: Type, want: Scalar) -> Value:
    literal = isinstance(gradient.owner, Op) and gradient.owner.name == "const"
    if want.python:
        fn: Any = complex if want.dtype.startswith("complex") else float
        exact = isinstance(have, Scalar) and have.dtype == want.dtype and is_python(gradient)
        if exact and (literal or not isinstance(gradient.type, OrConst)):
            return gradient
        return _call(rev, fn, [gradient], want)
    if isinstance(have, Scalar) and have.dtype == want.dtype and _is_numpy(gradient):
        return gradient
    return _call(rev, np.dtype(want.dtype).type, [gradient], want)


def _is_numpy(value: Value) -> bool:
    """Whether NumPy itself computed an adjoint: helpers and Python's operators may give the ``float`` of a literal zero."""
    fn = value.owner.attrs["fn"] if isinstance(value.owner, Op) and value.owner.name == "call" else None
    if fn in (np.real, np.imag):
        return False  # of Python's complex numbers they give floats
    return isinstance(fn, np.ufunc) or (getattr(fn, "__module__", None) or "").startswith("numpy")


_DOUBLE = ("float64", "complex128")
_KEEPS_PRECISION = frozenset({operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg,
                              operator.getitem, np.where, np.sum, np.expand_dims, np.squeeze, np.broadcast_to, np.reshape})
"""Functions besides ufuncs whose results are as precise as their most precise operand."""
_KEEPS_PYTHON = frozenset({operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.pos})


def is_python(value: Value) -> bool:
    """Whether an adjoint is certainly a Python float at run time, so that no conversion is needed."""
    seen = {value}
    work = [value]
    while work:
        sources = _python_if(work.pop())
        if sources is None:
            return False
        work += [v for v in sources if v not in seen]
        seen.update(sources)
    return True


def _python_if(value: Value) -> Sequence[Value] | None:
    """The values that must all be Python floats for ``value`` to be one; None where that does not follow."""
    t = strip_const(value.type)
    if _is_sum_of_list(value) or _is_from_derivative(value):
        return None
    if isinstance(t, Scalar) and t.python is True:
        return ()
    op = value.owner
    if isinstance(op, Block):
        loop = op.parent
        position = op.args.index(value) - (len(op.args) - len(loop.results)) if loop is not None and loop.name in LOOPS else -1
        return list(incoming(loop, position)) if loop is not None and position >= 0 else None
    if not isinstance(op, Op):
        return None
    if op.name in ("if", "for", "while"):
        return list(incoming(op, op.results.index(value)))
    if op.name == "call" and op.attrs["fn"] in _KEEPS_PYTHON:
        return op.operands if all(type(a.value) in (int, float) for a in op.attrs["args"] if isinstance(a, Lit)) else None
    return None


def _is_from_derivative(value: Value) -> bool:
    """Whether this is an item of a list of derivatives, which may hold NumPy's numbers whatever the list itself holds."""
    op = value.owner
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is operator.getitem and bool(op.attrs.get("adjoint")) \
        and isinstance(strip_const(op.operands[0].type), List)


def _is_sum_of_list(value: Value) -> bool:
    """Whether this is ``sum`` of a list that may be empty: then it is the integer 0."""
    op = value.owner
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is sum and len(op.attrs["args"]) == 1 \
        and any(isinstance(strip_const(v.type), List) for v in op.operands)


def _array(rev: Emitter, gradient: Value, have: Type, want: Array, owned: set[Value]) -> Value:
    if isinstance(have, Array) and have.dtype != want.dtype or _is_narrower(rev, gradient, want):
        return rev.builder.value("call", [gradient], want, gradient.hint, fn=np.ndarray.astype,
                                 args=(Slot(0), Lit(np.dtype(want.dtype).type)), kwargs={}, spelled="method",
                                 spelled_name="astype", adjoint=True)
    if isinstance(have, Array) and have.ndim == want.ndim and _fresh(gradient, owned):
        return gradient
    made = _call(rev, np.array, [gradient], want)
    if not isinstance(have, Scalar) or have.dtype != want.dtype:
        assert isinstance(made.owner, Op)
        made.owner.attrs["kwargs"] = {"dtype": Lit(np.dtype(want.dtype).type)}
    return made


def _is_narrower(rev: Emitter, value: Value, want: Array) -> bool:
    """Whether an array has less precision at run time than its type says: implicit conversions do nothing there."""
    if want.dtype not in _DOUBLE or not isinstance(value.owner, Op) or value.owner.name != "call":
        return False
    known, work = rev.precisions, [value]
    while work:
        one = work[-1]
        missing = [v for v in _sources(one) if v not in known]
        work += missing
        if not missing:
            known[work.pop()] = _precision(one, known)
    return known[value] not in (want.dtype, None)


def _sources(value: Value) -> Sequence[Value]:
    """The values whose precision a value has at run time."""
    op = value.owner
    if not isinstance(op, Op) or op.name in IMPLICIT:
        return op.operands if isinstance(op, Op) else ()
    fn = op.attrs["fn"] if op.name == "call" else None
    return op.operands if isinstance(fn, np.ufunc) or fn in _KEEPS_PRECISION else ()


def _precision(value: Value, known: dict[Value, str | None]) -> str | None:
    """The element type at run time of a number or an array, given those of what it is made of; None where it follows others."""
    t, sources = strip_const(value.type), _sources(value)
    if isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        return known[sources[0]]
    if not isinstance(t, Scalar | Array) or isinstance(t, Scalar) and t.python is not False and t.dtype in _DOUBLE:
        return None
    found = [kind for v in sources if (kind := known[v]) is not None]
    made = np.result_type(*found) if found else np.dtype(bool)
    return made.name if made.kind in "fc" else t.dtype


def _call(rev: Emitter, fn: Any, operands: list[Value], t: Type) -> Value:
    slots = tuple(Slot(k) for k in range(len(operands)))
    return rev.builder.value("call", operands, t, operands[0].hint, fn=fn, args=slots, kwargs={}, adjoint=True)


def _fresh(value: Value, owned: set[Value]) -> bool:
    """Whether ``value`` is memory that the adjoint allocated and that no other result uses; claims it if so."""
    seen: set[Value] = set()
    work = [value]
    while work:
        one = work.pop()
        op = one.owner
        if one in seen:
            continue
        if not isinstance(op, Op) or one in owned:
            return False
        seen.add(one)
        if op.name in ("if", "for", "while"):
            k = op.results.index(one)
            if op.name == "for":
                body = op.blocks[0]
                seen.add(body.args[len(body.args) - len(op.results) + k])
            work += incoming(op, k)
        elif op.name != "call" or not allocates(op):
            return False
    owned |= seen
    return True


def allocates(op: Op) -> bool:
    """Whether a call that gives an array gives one that has memory of its own."""
    fn = op.attrs["fn"]
    if fn in (operator.getitem, np.broadcast_to):
        return False
    entry = registry.lookup(fn)
    if fn in (np.zeros_like, np.copy, np.ndarray.astype, operator.add, operator.mul, operator.sub, operator.truediv,
              operator.neg):
        return True
    return entry is not None and not may_alias(op)

