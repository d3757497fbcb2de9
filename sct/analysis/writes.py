"""Settles which writes into arrays can be followed: a typed function in, one in which every write is a proven one out.

An in-place sum stays a rebinding in disguise (``iaddv``) where nothing else can see it; otherwise it becomes a ``store``, and
so do all others on the same memory.  What is stored into must be memory that the function made itself, reached through views
that the adjoint can repeat on its own arrays; a parameter is copied on entry.  Everything else is refused, with the line.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, enclosing, walk
from ..ir.ops import LOOPS, Lit, Slot
from ..ir.rewrite import (
    carried_inits,
    exits,
    insert_before,
    item_count,
    keep_carried,
    keep_results,
    replace_all_uses,
    replace_uses,
    use_map,
)
from ..ir.types import Array, constant, strip_const, type_of
from ..rules import registry
from .alias import AliasClasses, check_inplace, has_memory, lent_to, may_alias, stored_into
from .infer import Context, Refusal
from .layout import is_reshaped_view, may_be_reshaped_copy
from .opening import returns_alone
from .transient import mark_transient

HINT = "write to a copy: `a = a.copy()`, or build the array with np.stack, np.concatenate or np.where"
RESHAPED_HINT = "reshape a copy, which lies in memory in one piece: `a.copy().reshape(…)`"
_NOT_REPEATED = (np.broadcast_to,)
"""Views whose elements share memory: the same call on an adjoint would give an array that cannot be added to."""


def settle_writes(context: Context, function: Function, entry: bool) -> dict[str, bool]:
    """Make every write of ``function`` a proven one; the names of the parameters that it writes to.

    ``entry`` says that the function is the differentiated one: what it writes to of its arguments is copied first.  With each
    name comes whether the array must lie in memory in one piece, as its copy does, because it is reshaped.
    """
    objections = check_inplace(function)
    if not objections and not any(True for _ in stored_into(function)):
        return {}
    if not _become_stores(context, function, objections):
        return {}
    context.stores = True
    _drop_unchanged(function)
    _mark_transient(function, AliasClasses(function))
    copied = _copy_parameters(function) if entry else {}
    classes = AliasClasses(function)
    for op in walk(function.body):
        for target in [op.operands[0]] if op.name == "store" else lent_to(op) if op.name == "invoke" else ():
            refusal = _refusal(function, classes, op, target, entry)
            if refusal is not None:
                context.refuse(refusal, op.loc)
    return copied


def written_classes(function: Function, classes: AliasClasses) -> dict[Value, list[Value]]:
    """The values that share memory which ``function`` stores into, by the representative of their class."""
    roots = {classes.find(v): None for v in stored_into(function)}
    return {root: classes.members[root] for root in roots if root in classes.members}


# ---------------------------------------------------------------------------------------------------- sums that others see

def _become_stores(context: Context, function: Function, objections: list[tuple[Op, str]]) -> bool:
    """Turn in-place operations on memory that is written to, or that others see, into stores; False if one cannot be."""
    classes = AliasClasses(function)
    reasons = dict(objections)
    written = {*map(classes.find, stored_into(function)), *(classes.find(op.operands[0]) for op in reasons)}
    for op in [op for op in walk(function.body) if op.name == "iaddv" and classes.find(op.operands[0]) in written]:
        target = _named(op.operands[0])
        if target is None or op.attrs["fn"] is operator.matmul:
            context.refuse(Refusal("SCT600", reasons.get(op, "the array may be something else before this line"),
                                   "write `x = x + …`, which makes a new array"), op.loc)
            return False
        _store_result(function, op, target)
    return True


def _named(value: Value) -> Value | None:
    """The array that an in-place operation names; None where it may be something else than an array."""
    while isinstance(value.owner, Op) and value.owner.name == "narrow" and isinstance(value.owner.operands[0].type, Array):
        value = value.owner.operands[0]
    return value if isinstance(value.type, Array) and not _is_narrowed(value) else None


def _is_narrowed(value: Value) -> bool:
    return isinstance(value.owner, Op) and value.owner.name in ("narrow", "convert", "broadcast")


def _store_result(function: Function, op: Op, target: Value) -> None:
    """``x fn= e`` writes over all of ``x``, which keeps its name."""
    template = op.attrs["args"][1]
    if isinstance(template, Slot):
        value = op.operands[template.index]
    else:
        assert isinstance(template, Lit)
        const = Op("const", [], [], {"value": template.value}, [], op.parent, op.loc)
        value = Value("", constant(type_of(template.value)), const)
        const.results = [value]
        insert_before(op, [const])
    result = op.result
    op.name, op.operands, op.results = "store", [target, value], []
    kept: dict[str, Any] = {key: op.attrs[key] for key in ("fn", "may_raise") if key in op.attrs}
    op.attrs = {"args": (Slot(0), Lit(...)), **kept}
    replace_all_uses(result, target, function.body)


# ------------------------------------------------------------------------------------------------- references that stay put

def _drop_unchanged(function: Function) -> None:
    """Take out of loops and branches the references that these only pass on: what they are is known outside."""
    changed = True
    while changed:
        inner = [op for op in walk(function.body) if op.parent is not None]
        changed = sum(int(_drop_carried(op) or _drop_yielded(op)) for op in inner) > 0


def _drop_carried(loop: Op) -> bool:
    if loop.name not in LOOPS:
        return False
    items = item_count(loop)
    ends = [end.operands for end in exits(loop.blocks[-1]) if end.name in ("continue", "break")]
    keep, same = [], {}
    for k, init in enumerate(carried_inits(loop)):
        columns = [block.args[len(block.args) - len(loop.results) + k] for block in loop.blocks]
        keep.append(not (isinstance(init.type, Array) and all(end[k] in (columns[-1], init) for end in ends)))
        if not keep[-1]:
            same.update(dict.fromkeys((*columns, loop.results[k]), init))
    return _replace(loop, same, lambda: keep_carried(loop, keep)) if items >= 0 else False


def _drop_yielded(op: Op) -> bool:
    if op.name not in ("if", "with") or not op.results:
        return False
    ends = [block.ops[-1] for block in op.blocks if block.ops[-1].name == "yield"]
    inside = set(op.blocks)
    keep, same = [], {}
    for k, result in enumerate(op.results):
        values = {end.operands[k] for end in ends}
        one = next(iter(values)) if len(values) == 1 else None
        keep.append(one is None or not isinstance(one.type, Array) or not inside.isdisjoint(_around(one)))
        if not keep[-1] and one is not None:
            same[result] = one
    return _replace(op, same, lambda: keep_results(op, keep))


def _around(value: Value) -> Iterator[Block]:
    owner = value.owner
    block = owner.parent if isinstance(owner, Op) else owner
    return enclosing(block) if block is not None else iter(())


def _replace(op: Op, same: dict[Value, Value], drop: object) -> bool:
    if not same:
        return False
    assert callable(drop) and op.parent is not None
    drop()
    replace_uses(list(enclosing(op.parent))[-1], same)
    return True


def _mark_transient(function: Function, classes: AliasClasses) -> None:
    """Find the calls whose result need not be mirrored, although it may be a view of memory that is stored into."""
    users = use_map(function.body)
    for members in written_classes(function, classes).values():
        for op in dict.fromkeys(member.owner for member in members):
            if isinstance(op, Op) and op.name == "call" and not (is_fresh(op) or is_view(op) or op.attrs.get("transient")):
                mark_transient(classes, op, users)


# ------------------------------------------------------------------------------------------------------------------ the gate

def _refusal(function: Function, classes: AliasClasses, op: Op, target: Value, entry: bool) -> Refusal | None:
    """Why the memory of ``target``, which ``op`` stores into, cannot be followed; None if it can be."""
    name = f"`{target.hint}`" if target.hint else "this array"
    root = classes.find(target)
    if any(block.parent is not None and block.parent.name == "try" for block in _around_op(op)):
        return Refusal("SCT601", f"{name} is written to inside `try`", "write to it before or after")
    if op.name == "store" and any(isinstance(v.type, Array) and classes.find(v) is root for v in op.operands[2:]):
        return Refusal("SCT601", f"{name} is written to at indices that it holds itself", "take the indices out of it before")
    for member in classes.members[root]:
        reason = None if entry and _is_only_returned(function, member) else _obstacle(function, member, entry)
        if reason is not None:
            code, why = reason
            return Refusal(code, f"{name} {why}", RESHAPED_HINT if _is_doubtful(member.owner) else HINT)
    return None


def _around_op(op: Op) -> Iterator[Block]:
    assert op.parent is not None
    return enclosing(op.parent)


def _is_only_returned(function: Function, member: Value) -> bool:
    """Whether a tuple or dict of arrays is made to be returned, perhaps in another: each array in it is copied then."""
    op = member.owner
    if not isinstance(op, Op) or op.name not in ("tuple", "dict") or op.parent is not function.body:
        return False
    users = [user for user in walk(function.body) if member in user.operands]
    return all(user.name == "return" or user.name in ("tuple", "dict") and _is_only_returned(function, user.result)
               for user in users)


def _obstacle(function: Function, member: Value, entry: bool) -> tuple[str, str] | None:
    """Why a name of the memory cannot be mirrored by the adjoint: code and reason, None if it can be."""
    op = member.owner
    other = f"`{member.hint}`" if member.hint else "another value"
    if not isinstance(member.type, Array):
        if isinstance(strip_const(member.type), Array):
            return "SCT601", f"may share memory with {other}, which is not certainly an array"
        return "SCT601", f"is also held by a container ({other})"
    if isinstance(op, Block):
        if op.parent is None:
            return None if entry or function.params.index(member) in function.lent.params else (
                "SCT601", f"belongs to the caller of `{function.name}`, whose gradient is taken inside")
        return None if op.parent.name in LOOPS and _is_carried(op, member) else (
            "SCT601", f"may be an array from outside, {other}")
    if op is None or op.name == "global":
        return "SCT608", f"may be an array from outside the function ({other})"
    if op.name in ("if", "with", "narrow", "convert", "broadcast", *LOOPS) or is_fresh(op) or is_view(op) \
            or op.attrs.get("transient"):
        return None
    if may_be_reshaped_copy(op):
        return "SCT601", f"may share memory with {other}: reshaping gives a view or a copy, as the array lies in memory"
    if op.name == "invoke":
        if returns_alone(op, member) or _returns_lent(op, member):
            return None
        name = op.attrs["callee"].name
        return "SCT601", f"may share memory with {other}, which `{name}` returns, another name of what it made"
    return "SCT601", f"may share memory with {other}, made by a call whose result may be its argument or a copy"


def _returns_lent(call: Op, result: Value) -> bool:
    """Whether a callee returns another name of memory that it is lent, together with its adjoint."""
    callee = call.attrs["callee"]
    shares = callee.shares[call.results.index(result)] if callee.shares is not None else None
    return shares is not None and not shares.outside and bool(shares.params) and shares.params <= callee.lent.params


def _is_carried(block: Block, value: Value) -> bool:
    loop = block.parent
    assert loop is not None
    return block.args.index(value) >= len(block.args) - len(loop.results)


def is_fresh(op: Op) -> bool:
    """Whether the result of ``op`` is memory of its own."""
    if op.name != "call":
        return False
    entry = registry.lookup(op.attrs["fn"])
    ours = entry is not None and _is_ours(op.attrs["fn"]) and "remembers" not in op.attrs
    return not may_alias(op) or ours and not any(map(has_memory, op.operands))


def _is_ours(fn: Callable[..., Any]) -> bool:
    """Whether a function is one of NumPy's, of which we know all about memory, and not a user's with a rule."""
    return (getattr(fn, "__module__", None) or "").split(".")[0] in ("numpy", "sct")


def is_view(op: Op) -> bool:
    """Whether ``op`` certainly gives a view of its first operand, which the same call on an adjoint gives of that."""
    if op.name != "call" or not op.operands or op.attrs["args"][:1] != (Slot(0),):
        return False
    fn = op.attrs["fn"]
    entry = registry.lookup(fn)
    if fn is tuple:
        return True
    listed = entry is not None and _is_ours(fn) and not entry.zero and fn not in _NOT_REPEATED and (
        entry.alias == "view" and fn not in DIAGONALS or may_alias(op) and _is_plain_view(op, fn))
    return (fn is operator.getitem and may_alias(op) or listed) and isinstance(op.operands[0].type, Array) \
        and all(isinstance(r.type, Array) for r in op.results)


def _is_plain_view(op: Op, fn: Callable[..., Any]) -> bool:
    """Whether a call that may copy never does: without options, on any array or on one that lies in memory in one piece."""
    if is_reshaped_view(op):
        return True
    options, count = set(op.attrs["kwargs"]), len(op.attrs["args"])
    if fn in DIAGONALS:
        t = strip_const(op.operands[0].type)
        return isinstance(t, Array) and t.ndim == 2 and count <= 2 and options <= DIAGONALS[fn]
    if fn in _VIEWS_OF_ALL:
        decided = isinstance(op.attrs["kwargs"].get("copy", Lit(False)), Lit)
        return decided and options <= _VIEWS_OF_ALL[fn] and count <= (2 if _VIEWS_OF_ALL[fn] else 1)
    return fn is np.real and not options and str(op.operands[0].type.dtype).startswith("float")  # type: ignore[attr-defined]


DIAGONALS: dict[Any, set[str]] = {np.diagonal: {"offset"}, np.linalg.diagonal: {"offset"}, np.diag: set()}
"""Functions that give a view which cannot be written through, and their keywords."""
_VIEWS_OF_ALL: dict[Any, set[str]] = {
    np.squeeze: {"axis"}, np.atleast_1d: set(), np.atleast_2d: set(), np.atleast_3d: set(),
    np.asarray: {"dtype"}, np.asanyarray: {"dtype"}, np.array: {"dtype", "copy"}, registry.method("astype"): {"dtype", "copy"},
}
"""Functions that never copy an array whose element type stays, if they may give a view at all, and their keywords."""


# ------------------------------------------------------------------------------------------------------------ entry copies

def _copy_parameters(function: Function) -> dict[str, bool]:
    """Copy the arrays that the function writes to: a gradient never changes its caller's.

    A matrix is copied with its layout, unless it is reshaped: then it must be in C order, as the copy is.
    """
    copied: dict[str, bool] = {}
    for members in written_classes(function, AliasClasses(function)).values():
        reshaped = any(_is_doubtful(v.owner) for v in members)
        for param in [v for v in members if v in function.params and isinstance(v.type, Array)]:
            _copy_on_entry(function, param, reshaped)
            copied[param.hint] = reshaped
    return copied


def _is_doubtful(op: Op | Block | None) -> bool:
    return isinstance(op, Op) and may_be_reshaped_copy(op) and not is_view(op) and not op.attrs.get("transient")


def _copy_on_entry(function: Function, param: Value, reshaped: bool) -> None:
    assert isinstance(param.type, Array)
    method: dict[str, Any] = {"spelled": "method", "spelled_name": "copy"} if reshaped or param.type.ndim < 2 else {}
    copy = Op("call", [], [], {"fn": np.copy, "args": (Slot(0),), "kwargs": {}, "effect": "fresh", **method}, [],
              function.body, function.body.ops[0].loc)
    copy.results = [Value(param.hint, param.type, copy)]
    replace_all_uses(param, copy.result, function.body)
    copy.operands = [param]
    insert_before(function.body.ops[0], [copy])
