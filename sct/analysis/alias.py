"""In-place arithmetic on arrays: allowed where the array is proven to be the function's own and known under no other name.

Values that may share memory form classes: views, what an ``if`` or a loop passes on, items of tuples.  ``x += e`` is a plain
rebinding in disguise when nothing in the class of ``x`` comes from outside the function and nothing else in it is used later.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Sharing, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS, STORES, Lit, SeqOf, SliceOf, Slot
from ..ir.rewrite import carried_inits, exits, item_count
from ..ir.types import Array, Dict, List, Object, Record, Scalar, Table, Tuple, Type, strip_const
from ..rules import registry
from ..runtime import helpers


def check_inplace(function: Function) -> list[tuple[Op, str]]:
    """Every in-place array operation that is not proven harmless, with the reason."""
    targets = [op for op in walk(function.body) if op.name == "iaddv"]
    if not targets:
        return []
    classes = AliasClasses(function)
    order = _positions(function.body)
    return [(op, reason) for op in targets if (reason := _objection(op, classes, order))]


Path = tuple[Value, tuple[tuple[str, Any], ...]]
"""A parameter and the way to something in it: ``("attr", name)`` and ``("item", key)``."""


def path_in_argument(value: Value, function: Function) -> Path | None:
    """Where in the arguments of ``function`` a value is found; None if it is not read out of one."""
    steps: list[tuple[str, Any]] = []
    while isinstance(value.owner, Op) and value.owner.name in ("attr", "item"):
        op = value.owner
        field = op.name == "attr" or isinstance(op.operands[0].type, Record)
        steps.append(("attr" if field else "item", op.attrs["name" if op.name == "attr" else "key"]))
        value = op.operands[0]
    return (value, tuple(reversed(steps))) if value.owner is function.body else None


def is_inside(path: Path, other: Path) -> bool:
    """Whether something in an argument is, or is in, what ``other`` leads to."""
    return path[0] is other[0] and path[1][:len(other[1])] == other[1]


def used_whole(function: Function) -> list[Value]:
    """The containers that arguments are or hold, and that are used otherwise than by their parts."""
    used = dict.fromkeys(v for op in walk(function.body) if op.name not in ("attr", "item") for v in op.operands)
    return [v for v in used if has_memory(v) and not isinstance(v.type, Array) and path_in_argument(v, function) is not None]


def made_to_be_returned(function: Function) -> list[Op]:
    """The tuples and dicts of a function that are returned, or are in one that is, and are used for nothing else."""
    users: dict[Value, list[Op]] = {}
    for op in walk(function.body):
        for value in op.operands:
            users.setdefault(value, []).append(op)
    found = [op for op in function.body.ops[-1:] if op.name == "return"]
    for op in found:
        found += [made for v in dict.fromkeys(op.operands) if isinstance(made := v.owner, Op) and made.name in ("tuple", "dict")
                  and all(user in found for user in users[v])]
    return found[1:]


class AliasClasses:
    """Union-find over the values of a function that may refer to the same memory.

    ``apart`` says that no two parts of the arguments share memory, which is tested at each call.  What is marked ``returned``
    refers to nothing else in the end, because all arrays in it are copied.
    """

    def __init__(self, function: Function, apart: bool = False) -> None:
        self.function = function
        self.apart = apart
        self.parts: dict[Path, Value] = {}
        """The parts of arguments, where they are apart."""
        self.parent: dict[Value, Value] = {}
        self.foreign: set[Value] = set(function.params)
        """Values whose memory belongs to somebody else."""
        for value in function.params:
            self.find(value)
        for group in function.lent.groups:
            for k in group:
                self.union(function.params[min(group)], function.params[k])
        for op in walk(function.body):
            if not op.attrs.get("returned") and not (apart and self._is_part(op)):
                self._visit(op)
        self._unite_parts()
        self.members: dict[Value, list[Value]] = {}
        for v in list(self.parent):
            self.members.setdefault(self.find(v), []).append(v)

    def find(self, v: Value) -> Value:
        self.parent.setdefault(v, v)
        while self.parent[v] is not v:
            self.parent[v] = self.parent[self.parent[v]]
            v = self.parent[v]
        return v

    def union(self, a: Value, b: Value) -> None:
        if has_memory(a) and has_memory(b):
            self.parent[self.find(a)] = self.find(b)

    def is_foreign(self, v: Value) -> bool:
        root = self.find(v)
        return any(self.find(f) is root for f in self.foreign if has_memory(f))

    def _is_part(self, op: Op) -> bool:
        """Whether ``op`` reads a part of an argument, which is then known as such."""
        path = path_in_argument(op.result, self.function) if op.name in ("attr", "item") else None
        if path is None:
            return False
        self.union(op.result, self.parts.setdefault(path, op.result))
        self.foreign.add(op.result)
        return True

    def _unite_parts(self) -> None:
        """Unite with its parts what is used as a whole."""
        if not self.parts:
            return
        for value in used_whole(self.function):
            path = path_in_argument(value, self.function)
            assert path is not None
            for other, part in self.parts.items():
                if is_inside(other, path):
                    self.union(value, part)

    def _visit(self, op: Op) -> None:
        for r in op.results:
            self.find(r)
        if op.name in LOOPS:
            self._loop(op)
        elif op.name in ("if", "with", "try"):
            for block in op.blocks:
                self.foreign.update(block.args)
                if block.ops and block.ops[-1].name == "yield":
                    for v, r in zip(block.ops[-1].operands, op.results, strict=True):
                        self.union(v, r)
        elif op.name in ("insert", "remove", "store", "change"):
            for v in (*op.operands[1:2], *op.results):
                if not isinstance(op.operands[0].type, Array):
                    self.union(op.operands[0], v)
        elif op.name == "global" or op.attrs.get("remembers"):
            self.foreign.update(op.results)
        elif op.name == "invoke" and op.attrs["callee"].shares is not None:
            self.share(op, op.attrs["callee"].shares)
        elif op.name in ("invoke", "attr") or (op.name == "call" and (may_alias(op) or _holds_operands(op))) \
                or op.name in _SHARING:
            for v in op.operands[:1] if op.name == "iaddv" else op.operands:
                for r in op.results:
                    self.union(v, r)
            if op.name in ("invoke", "attr"):
                self.foreign.update(op.results)
                for r in op.results[1:]:
                    self.union(op.results[0], r)

    def share(self, op: Op, shares: tuple[Sharing, ...]) -> None:
        """Unite the results of a call with what the callee says they share memory with."""
        for result, sharing in zip(op.results, shares, strict=False):  # a forward half returns a context, too
            for other in (*(op.operands[k] for k in sharing.params), *(op.results[k] for k in sharing.results)):
                self.union(result, other)
            if sharing.outside:
                self.foreign.add(result)

    def _loop(self, op: Op) -> None:
        body = op.blocks[-1]
        inits = carried_inits(op)
        for block in op.blocks:
            args = block.args[(item_count(op) if block is body else len(block.args) - len(op.results)):]
            for init, arg, result in zip(inits, args, op.results, strict=True):
                self.union(init, arg)
                self.union(arg, result)
        for end in exits(body):
            if end.name in ("continue", "break"):
                for v, result in zip(end.operands, op.results, strict=True):
                    self.union(v, result)


def stored_into(function: Function) -> Iterator[Value]:
    """The arrays and lists that a function changes, or has a callee store into; those of its callers that these write to."""
    yield from (function.params[k] for k in sorted(function.lent.params))
    for op in walk(function.body):
        if op.name in STORES:
            yield op.operands[0]
        elif op.name == "invoke":
            yield from lent_to(op)


def lent_to(call: Op) -> Iterator[Value]:
    """The operands of a call whose memory the callee may write to."""
    return (call.operands[k] for k in sorted(call.attrs["callee"].lent.params))


def memory_of_results(function: Function) -> tuple[Sharing, ...]:
    """For each result of a function what it may share memory with."""
    end = function.body.ops[-1] if function.body.ops else None
    if end is None or end.name != "return":
        return ()
    classes = AliasClasses(function)
    own = [classes.find(v) if has_memory(v) else None for v in end.operands]
    given = [classes.find(v) if has_memory(v) else None for v in function.params]
    outside = {classes.find(v) for v in classes.foreign - set(function.params) if has_memory(v)}
    return tuple(Sharing(frozenset(_places(root, given)), frozenset(_places(root, own)) - {k}, root in outside)
                 for k, root in enumerate(own))


def _places(root: Value | None, roots: list[Value | None]) -> Iterator[int]:
    return (k for k, other in enumerate(roots) if root is not None and other is root)


_SHARING = frozenset({"tuple", "dict", "item", "narrow", "broadcast", "convert", "append", "iaddv"})


def has_memory(v: Value) -> bool:
    """Whether a value may refer to memory that other values refer to, too."""
    return _refers(v.type)


def _refers(kind: Type) -> bool:
    """Whether values of this type refer to memory that can be written to; the shape of an array does not."""
    kind = strip_const(kind)
    return any(map(_refers, kind.items)) if isinstance(kind, Tuple) else isinstance(kind, Array | List | Dict | Table | Object)


DEEP_COPIES = (helpers.copied, helpers.with_floats)
"""What makes a new container of new ones."""


def _holds_operands(op: Op) -> bool:
    """Whether the result is a container of arrays or of something unknown: ``xs + [x]`` refers to ``x``."""
    if op.attrs["fn"] in DEEP_COPIES:
        return False
    kinds = [strip_const(r.type) for r in op.results]
    items = [strip_const(t.item) if isinstance(t, List) else t for t in kinds if isinstance(t, Tuple | Object | List)]
    return not all(isinstance(t, Scalar) for t in items)


def may_alias(op: Op) -> bool:
    """Whether the result of a primitive call may share memory with its first argument (by the registry)."""
    if op.attrs.get("own"):
        return False
    entry = registry.lookup(op.attrs["fn"])
    if op.attrs["fn"] is operator.getitem:
        return not _selects(op, op.attrs["args"][1]) and not (isinstance(op.attrs["args"][1], SliceOf) and _is_of_numbers(op))
    if op.attrs["fn"] in DEEP_COPIES or op.attrs["fn"] is list and _is_of_numbers(op):
        return False
    if entry is not None and entry.alias == "copy" and op.attrs["kwargs"].get("copy", Lit(True)) == Lit(True) \
            and len(op.attrs["args"]) <= 2:
        return False
    if op.attrs["fn"] in _CONVERTING and (isinstance(op.attrs["args"][0], SeqOf) or _converts(op)):
        return False
    if op.attrs["fn"] in _VIEWS_IF:
        return _VIEWS_IF[op.attrs["fn"]](op)
    return entry is None or entry.alias != "fresh"


def _is_of_numbers(op: Op) -> bool:
    """Whether the result of a call is a list of numbers."""
    t = strip_const(op.results[0].type)
    return isinstance(t, List) and not _refers(t.item)


def is_reference(op: Op) -> bool:
    """Whether ``op`` is an index of numbers and slices that makes a view: it reads no contents."""
    if op.name != "call" or op.attrs["fn"] is not operator.getitem or not isinstance(op.results[0].type, Array):
        return False
    plain = all(isinstance(strip_const(v.type), Scalar) for v in op.operands[1:])
    return plain and isinstance(op.operands[0].type, Array) and may_alias(op)


def _converts(op: Op) -> bool:
    """Whether the result holds elements of another type than the array that is given, and so is another array."""
    kinds = [strip_const(v.type) for v in (*op.operands[:1], *op.results)]
    return len(kinds) == 2 and all(isinstance(t, Array) for t in kinds) and kinds[0].dtype != kinds[1].dtype  # type: ignore[attr-defined]


_CONVERTING = (np.array, np.asarray, np.asanyarray, np.ascontiguousarray, registry.method("astype"))
"""Functions that return their argument itself, or convert it."""


def _of_array(op: Op) -> bool:
    return any(isinstance(strip_const(v.type), Array) for v in op.operands)


def _of_matrix(op: Op) -> bool:
    return any(isinstance(t := strip_const(v.type), Array) and t.ndim != 1 for v in op.operands)


def _of_one(op: Op) -> bool:
    return len(op.operands) == 1


def _is_told_how_often(op: Op) -> bool:
    return len(op.attrs["args"]) > 1 or "n" in op.attrs["kwargs"]


_VIEWS_IF = {np.einsum: _of_one, np.diag: _of_matrix, np.diff: _is_told_how_often, np.float64: _of_array}
"""Functions whose result is, or shares memory with, their argument in some cases only."""


def _selects(op: Op, index: object) -> bool:
    """Whether an index of an array holds a list, an array of integers or a mask: then the result is a copy."""
    if isinstance(index, SeqOf):
        return isinstance(strip_const(op.operands[0].type), Array) and (
            index.kind is list or any(_selects(op, item) for item in index.items))
    return isinstance(index, Slot) and isinstance(strip_const(op.operands[index.index].type), Array)


def _positions(body: Block) -> dict[Op, int]:
    return {op: k for k, op in enumerate(walk(body))}


def _objection(op: Op, classes: AliasClasses, order: dict[Op, int]) -> str:
    target = op.operands[0]
    name = target.hint or "the array"
    if classes.is_foreign(target):
        return f"`{name}` may be an array that belongs to the caller, and an in-place operation would change it"
    root = classes.find(target)
    here = order[op]
    for v in classes.members[root]:
        if v is target or v is op.results[0]:
            continue
        if _live_after(v, op, here, order):
            return f"`{name}` may share memory with `{v.hint or 'another value'}`, which is used afterwards"
    if _used_after(target, op, here, order):
        return f"the value of `{name}` before this in-place operation is used afterwards"
    return ""


def _users(v: Value, order: dict[Op, int]) -> list[Op]:
    return [user for user in order if v in user.operands]


def used_after(v: Value, op: Op, order: dict[Op, int]) -> bool:
    """Whether ``v`` is used by an op that may run after ``op``."""
    return _used_after(v, op, order[op], order)


def comes_round(v: Value, op: Op) -> bool:
    """Whether ``op`` may use ``v`` again in a later round of a loop that does not define it anew."""
    return _loop_between(defining_block(v), op, op)


def _used_after(v: Value, op: Op, here: int, order: dict[Op, int]) -> bool:
    """Whether ``v`` is used after ``op``, in this iteration or a later one of a loop that does not define it anew."""
    for user in _users(v, order):
        if user is op:
            continue
        if order[user] > here and _reachable_from(op, user):
            return True
        if order[user] < here and _loop_between(defining_block(v), op, user):
            return True
    return False


def _reachable_from(op: Op, user: Op) -> bool:
    """False when the two stand in different branches of one ``if``."""
    mine = _branches(op)
    return all(mine.get(region, block) is block for region, block in _branches(user).items())


def _branches(op: Op) -> dict[Op, Block]:
    found: dict[Op, Block] = {}
    assert op.parent is not None
    for block in enclosing(op.parent):
        if block.parent is not None and block.parent.name == "if":
            found[block.parent] = block
    return found


def _loop_between(definition: Block, op: Op, user: Op) -> bool:
    """Whether a loop inside the block that defines a value contains both ``op`` and ``user``: the use comes round again."""
    assert op.parent is not None and user.parent is not None
    around_user, around_definition = set(enclosing(user.parent)), set(enclosing(definition))
    return any(block.parent is not None and block.parent.name in LOOPS and block in around_user
               and block not in around_definition for block in enclosing(op.parent))


def _live_after(v: Value, op: Op, here: int, order: dict[Op, int]) -> bool:
    """Whether ``v`` exists when ``op`` runs and is used afterwards."""
    owner = v.owner
    if isinstance(owner, Op):
        inside = any(owner in _owners(b) for b in enclosing(op.parent)) if op.parent is not None else False
        if order.get(owner, -1) >= here or inside:
            return _previous_round(v, op, order)
    return _used_after(v, op, here, order)


def _owners(block: Block) -> list[Op]:
    return [block.parent] if block.parent is not None else []


def _previous_round(v: Value, op: Op, order: dict[Op, int]) -> bool:
    """A value defined later cannot be known now, unless by way of a carried variable, which is a value of its own."""
    return False
