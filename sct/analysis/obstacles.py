"""The gate of writes into arrays and lists: why memory that is stored into cannot be followed by the adjoint."""

from __future__ import annotations

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, LOOPS, STORES
from ..ir.types import Array, List, Table, is_array, strip_const
from .alias import DEEP_COPIES, AliasClasses, comes_round, used_after
from .context import Refusal
from .half_done import half_done
from .linear import depth
from .opening import returns_alone
from .views import is_fresh, is_view

HINT = "write to a copy: `a = a.copy()`, or build the array with np.stack, np.concatenate or np.where"


def why_not_followed(function: Function, classes: AliasClasses, op: Op, target: Value, entry: bool, members: list[Value],
                     level: int) -> Refusal | None:
    """Why the memory of ``target``, which ``op`` stores into, cannot be followed; None if it can be."""
    name = f"`{target.hint}`" if target.hint else f"this {'list' if isinstance(target.type, List) else 'array'}"
    root = classes.find(target)
    failing = half_done(op)
    if failing is not None:
        return Refusal("SCT103", f"{name} is written to inside `try`, before what may raise (line {failing.loc.line})",
                       "compute first, and write last or behind the `try`")
    if op.name in STORES and any(isinstance(v.type, Array) and classes.find(v) is root for v in op.operands[2:]):
        return Refusal("SCT601", f"{name} is written to at indices that it holds itself", "take the indices out of it before")
    source = _read_in_turn(op.operands[1]) if op.name in STORES and len(op.operands) > 1 else None
    if source is not None and classes.find(source) is root:
        return Refusal("SCT601", f"{name} is given its own elements one by one, while they are written over",
                       "give a copy of them: `v.copy()`")
    for member in members:
        reason = None if entry and _is_only_returned(function, member) else _obstacle(function, member, entry, level)
        if reason is not None:
            code, why = reason
            return Refusal(code, f"{name} {why}", HINT)
    return None


def why_not_put(function: Function, classes: AliasClasses, op: Op, given: list[Op]) -> Refusal | None:
    """Why what is put into a list has a shadow that cannot be found in the shadow of the list; None if it can be."""
    order = {one: k for k, one in enumerate(walk(function.body))}
    for v in op.operands[op.name not in ("tuple", "dict"):]:
        if not isinstance(v.type, Array | List | Table):
            continue
        names = _names_of(v, order)
        new = isinstance(v.owner, Op) and (v.owner.name in ("tuple", "dict") or is_fresh(v.owner))
        seen = any(v in user.operands and is_view(user) for user in order) or any(
            used_after(name, op, order) or comes_round(name, op) for name in names)
        if not new or seen or sum(v in one.operands[one.name not in ("tuple", "dict"):] for one in given) > 1:
            name = f"`{v.hint}`" if v.hint else "this"
            return Refusal("SCT602", f"{name} is put into a list whose items change, and is known under another name",
                           "put a copy into the list, or change it before and only use it through the list afterwards")
    return None


def _names_of(v: Value, order: dict[Op, int]) -> list[Value]:
    """A value and what is made of it under another name."""
    found = [v]
    for one in found:
        found += [r for user in order if user.name == "narrow" and one in user.operands for r in user.results]
    return found


def _read_in_turn(value: Value) -> Value | None:
    """The array whose elements ``value`` is read of while they are stored."""
    while isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        value = value.owner.operands[0]
    return value.owner.operands[0] if isinstance(value.owner, Op) and value.owner.attrs.get("in_turn") else None


def _is_only_returned(function: Function, member: Value) -> bool:
    """Whether a tuple or dict of arrays is made to be returned, perhaps in another: each array in it is copied then."""
    op = member.owner
    if not isinstance(op, Op) or op.name not in ("tuple", "dict") or op.parent is not function.body:
        return False
    users = [user for user in walk(function.body) if member in user.operands]
    return all(user.name == "return" or user.name in ("tuple", "dict") and _is_only_returned(function, user.result)
               for user in users)


def _obstacle(function: Function, member: Value, entry: bool, level: int) -> tuple[str, str] | None:
    """Why a name of the memory cannot be mirrored by the adjoint: code and reason, None if it can be."""
    op = member.owner
    other = f"`{member.hint}`" if member.hint else "another value"
    if isinstance(op, Op) and op.name == "const":
        return None  # the ``None`` or the number that a variable is before it is an array
    if isinstance(strip_const(member.type), List | Table) and not isinstance(member.type, List | Table):
        return "SCT602", f"may be what {other} is, which may be None"
    if not is_array(member.type) and not isinstance(member.type, List | Table):
        return "SCT601", f"is also held by a container ({other})"
    joined = isinstance(op, Block) or isinstance(op, Op) and op.name in ("if", *LOOPS)
    if not isinstance(member.type, Array | List | Table) and not joined:
        return "SCT601", f"may share memory with {other}, which is not certainly an array"
    if isinstance(op, Block):
        if op.parent is None:
            lent = isinstance(member.type, Array) and function.params.index(member) in function.lent.params
            return None if entry or lent else (
                "SCT601", f"belongs to the caller of `{function.name}`, whose gradient is taken inside")
        return None if op.parent.name in LOOPS and _is_carried(op, member) else (
            "SCT601", f"may be an array from outside, {other}")
    if op is None or op.name == "global":
        return "SCT608", f"may be an array from outside the function ({other})"
    if isinstance(member.type, List | Table):
        copied = op.name == "call" and (depth(member.type) == level or op.attrs["fn"] in DEEP_COPIES)
        if copied or op.name in ("tuple", "dict") or is_view(op) or op.name in ("if", "with", "try", "narrow", "undef", *LOOPS):
            return None
        if op.name != "invoke":
            return "SCT602", f"shares its items with another list ({other})"
    if op.name in ("if", "with", "try", "narrow", "convert", "broadcast", *LOOPS) or is_fresh(op) or is_view(op) \
            or op.attrs.get("transient") or op.attrs.get("undecided"):
        return None
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
