"""Settles which writes into arrays can be followed: a typed function in, one in which every write is a proven one out.

An in-place sum stays a rebinding in disguise (``iaddv``) where nothing else can see it; otherwise it becomes a ``store``, and
so do all others on the same memory.  What is stored into must be memory that the function made itself, reached through views
that the adjoint can repeat on its own arrays; a parameter is copied on entry.  Everything else is refused, with the line.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, enclosing, walk
from ..ir.ops import INFIX, LOOPS, PREFIX, STORES, Lit, Slot
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
from ..ir.types import Array, Dict, List, Object, OrConst, Table, Tuple, Type, constant, is_array, strip_const, type_of
from .alias import (
    AliasClasses,
    check_inplace,
    is_inside,
    lent_to,
    path_in_argument,
    stored_into,
    used_whole,
)
from .context import Context, Refusal
from .entry import copy_what_is_written, mark_returned, paths_to_copy, take_apart_returned
from .layout import may_be_decided_at_run_time
from .linear import build_in_place, depth, share_types
from .obstacles import HINT, why_not_followed, why_not_put
from .perhaps import certain
from .references import NeedsItems
from .snapshots import settle_snapshots
from .transient import mark_transient
from .views import is_fresh, is_ours, is_view
from .written import Written


def settle_writes(context: Context, function: Function, entry: bool) -> list[Written]:
    """Make every write of ``function`` a proven one; what it writes to of its arguments.

    ``entry`` says that the function is the differentiated one: what it writes to of its arguments is copied first.
    """
    settle_snapshots(context, function)
    objections = check_inplace(function)
    if not objections and not any(True for _ in stored_into(function)):
        return []
    if not _become_stores(context, function, objections):
        return []
    context.stores = True
    built = build_in_place(function)
    if built:
        share_types(function, built)
    _drop_unchanged(function)
    names = AliasClasses(function, apart=entry)
    if entry:
        take_apart_returned(function, names, written_classes(function, names))
        mark_returned(function)
        names = AliasClasses(function, apart=True)
    _mark_transient(function, names)
    copied = _copy_arguments(context, function, names) if entry else []
    classes = AliasClasses(function, apart=entry)
    _mark_undecided(function, classes)
    written, levels = written_classes(function, classes), written_levels(function, classes)
    _mark_rewritten(written)
    given, changes = given_away(function, classes), [op for op in walk(function.body) if op.name in STORES]
    for load in [v.owner for members in written.values() for v in members]:
        if isinstance(load, Op) and _is_item(load) and not load.attrs.get("transient") and _moves(load, changes, classes):
            context.refuse(Refusal("SCT602", "this item is taken out of a list, the list changes, and so do items of it",
                                   "change the list when the item is not used any more, or use an array"), load.loc)
    for op in given:
        refusal = why_not_put(function, classes, op, given)
        if refusal is not None:
            context.refuse(refusal, op.loc)
    for op in walk(function.body):
        for target in _written_by(op):
            root = classes.find(target)
            refusal = why_not_followed(function, classes, op, target, entry, written[root], levels[root])
            if refusal is not None:
                context.refuse(refusal, op.loc)
    return copied


def _copy_arguments(context: Context, function: Function, names: AliasClasses) -> list[Written]:
    """Copy on entry what the function writes to; refuse where what holds it is used in a way that would miss the copy."""
    classes = written_classes(function, names)
    whole = {path: v for v in used_whole(function) if (path := path_in_argument(v, function)) is not None}
    for op, target in [(one, target) for one in walk(function.body) for target in _written_by(one)]:
        members = classes.get(names.find(target), [])
        copied = paths_to_copy(function, members)
        holders = [v for path in copied for outer, v in whole.items() if is_inside(path, outer) and outer not in copied]
        lists = {v: path for v in members if isinstance(strip_const(v.type), List)
                 and (path := path_in_argument(v, function)) is not None}
        context.changed.update(param.hint for param, _ in lists.values())
        if isinstance(target.type, Array):
            holders += lists
            if any(isinstance(strip_const(v.type), List) for v in holders) and not context.apart:
                raise NeedsItems
        if holders:
            context.refuse(Refusal("SCT601", f"`{target.hint or 'this array'}` is also held by a container "
                                   f"(`{holders[0].hint}`), which is used as a whole", HINT), op.loc)
    return copy_what_is_written(function, classes.values(), _is_doubtful)


def written_classes(function: Function, classes: AliasClasses) -> dict[Value, list[Value]]:
    """The arrays and lists that share memory which ``function`` stores into, by the representative of their class.

    Where lists are changed and nothing that they hold, what they hold are values as any other.
    """
    return {root: [v for v in classes.members[root] if reaches(v.type, level)]
            for root, level in written_levels(function, classes).items() if root in classes.members}


def written_levels(function: Function, classes: AliasClasses) -> dict[Value, int]:
    """For each memory that is stored into the level of what changes: 0 for arrays, 1 for lists, 2 for lists of lists."""
    levels: dict[Value, int] = {}
    for v in stored_into(function):
        root = classes.find(v)
        levels[root] = min(depth(v.type), levels.get(root, depth(v.type)))
    return levels


def _written_by(op: Op) -> list[Value]:
    """What ``op`` stores into, or has a callee store into."""
    return [op.operands[0]] if op.name in STORES else list(lent_to(op)) if op.name == "invoke" else []


def given_away(function: Function, classes: AliasClasses) -> list[Op]:
    """The ops that put something which is stored into into a list that changes itself: the list's shadow holds its shadow."""
    levels, changing = written_levels(function, classes), set[tuple[Value, int]]()
    for op in walk(function.body):
        if op.name in STORES:
            changing.add((classes.find(op.operands[0]), depth(op.operands[0].type)))
    found = []
    for op in walk(function.body):
        into = op.operands[0] if op.name in ("insert", "store") else op.results[0] if op.name in ("tuple", "dict") else None
        if into is not None and isinstance(into.type, List | Table):
            root, level = classes.find(into), depth(into.type)
            if (root, level) in changing and level > levels[root]:
                found.append(op)
    return found


def reaches(t: Type, level: int) -> bool:
    """Whether a value of type ``t`` is, or holds, something of the given level."""
    t = strip_const(t)
    if isinstance(t, Tuple | Dict):
        items = t.items if isinstance(t, Tuple) else [item for _, item in t.items]
        return any(reaches(item, level) for item in items)
    if isinstance(t, List | Table):
        return depth(t) >= level > 0 or reaches(t.item, level)
    return isinstance(t, Object) or isinstance(t, Array) and level == 0


# ---------------------------------------------------------------------------------------------------- sums that others see

def _become_stores(context: Context, function: Function, objections: list[tuple[Op, str]]) -> bool:
    """Turn in-place operations on memory that is written to, or that others see, into stores; False if one cannot be."""
    classes = AliasClasses(function)
    reasons = dict(objections)
    written = {*map(classes.find, stored_into(function)), *(classes.find(op.operands[0]) for op in reasons)}
    for op in [op for op in walk(function.body) if op.name == "iaddv" and classes.find(op.operands[0]) in written]:
        target, product = _named(op.operands[0]), op.attrs["fn"] is operator.matmul
        if target is not None and isinstance(target.type, OrConst):
            target = None if product else certain(op, target)
        if target is None:
            context.refuse(Refusal("SCT600", reasons.get(op, "the array may be something else before this line"),
                                   "write `x = x + …`, which makes a new array"), op.loc)
            return False
        if product:
            _store_product(function, op, target)
            continue
        _store_result(function, op, target)
    return True


def _named(value: Value) -> Value | None:
    """The array that an in-place operation names, or the variable that may hold one; None for something else."""
    while isinstance(op := value.owner, Op) and op.name == "narrow" and (
            isinstance(op.operands[0].type, Array) or op.attrs.get("assumed")):
        value = op.operands[0]
    return value if is_array(value.type) and not _is_spread(value) else None


def _is_spread(value: Value) -> bool:
    return isinstance(value.owner, Op) and value.owner.name in ("convert", "broadcast")


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


def _store_product(function: Function, op: Op, target: Value) -> None:
    """``x @= e``: the product is made first, because each element of it needs all of ``x``."""
    made = Op("call", op.operands, [], dict(op.attrs), [], op.parent, op.loc)
    made.results = [Value("", strip_const(op.result.type), made)]
    insert_before(op, [made])
    replace_all_uses(op.result, target, function.body)
    op.name, op.operands, op.results, op.attrs = "store", [target, made.result], [], {"args": (Slot(0), Lit(...))}


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
        keep.append(not (isinstance(init.type, Array | List | Table) and all(end[k] in (columns[-1], init) for end in ends)))
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
        keep.append(one is None or not isinstance(one.type, Array | List | Table) or not inside.isdisjoint(_around(one)))
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
    for old, new in same.items():
        new.hint = new.hint or old.hint
    assert callable(drop) and op.parent is not None
    drop()
    replace_uses(list(enclosing(op.parent))[-1], same)
    return True


def _mark_transient(function: Function, classes: AliasClasses) -> None:
    """Find the calls whose result need not be mirrored, although it may be a view of memory that is stored into."""
    users = use_map(function.body)
    changes = [op for op in walk(function.body) if op.name in STORES]
    for members in written_classes(function, classes).values():
        for op in dict.fromkeys(member.owner for member in members):
            if isinstance(op, Op) and op.name == "call" and not op.attrs.get("transient") and not is_fresh(op) and (
                    not is_view(op) or _is_item(op) and _moves(op, changes, classes)):
                mark_transient(classes, op, users)


def _is_item(op: Op) -> bool:
    """Whether ``op`` takes an item out of a list: nothing is gained by a shadow of an item that is only read."""
    return is_view(op) and isinstance(op.operands[0].type, List | Table)


def _moves(load: Op, changes: list[Op], classes: AliasClasses) -> bool:
    """Whether a list changes after an item is taken out of it, before the end of the block."""
    base, block = load.operands[0], load.parent
    assert block is not None
    later = set(block.ops[block.ops.index(load):])
    for op in changes:
        if depth(op.operands[0].type) == depth(base.type) and classes.find(op.operands[0]) is classes.find(base):
            inside: Op | None = op
            while inside is not None and inside not in later:
                inside = inside.parent.parent if inside.parent is not None else None
            if inside is not None:
                return True
    return False


def _mark_rewritten(written: dict[Value, list[Value]]) -> None:
    """Note of calls that the integers they gave are stored into: that these are different positions need not hold then."""
    for op in {member.owner for members in written.values() for member in members}:
        if isinstance(op, Op) and op.name == "call" and "int" in str(op.results[0].type):
            op.attrs["rewritten"] = True


def _mark_undecided(function: Function, classes: AliasClasses) -> None:
    """Find the calls that give a view or a copy as the array lies in memory: the adjoint asks its own arrays which it was."""
    for members in written_classes(function, classes).values():
        owners = list(dict.fromkeys(member.owner for member in members if isinstance(member.owner, Op)))
        for op in owners if all(map(_lies_as_zeros_like_it, owners)) else ():
            if may_be_decided_at_run_time(op) and not (is_view(op) or op.attrs.get("transient")):
                op.attrs.update(undecided=True, effect="reads")


def _lies_as_zeros_like_it(op: Op) -> bool:
    """Whether zeros like the result of ``op`` lie in memory in the same way: not where it may be a part of a larger array."""
    fn = op.attrs.get("fn")
    known = fn in INFIX or fn in PREFIX or fn is operator.getitem or is_ours(fn) or (  # type: ignore[arg-type]
        getattr(fn, "__objclass__", None) is np.ndarray)
    return op.name != "invoke" and (op.name != "call" or known or not is_fresh(op))


def _is_doubtful(value: Value) -> bool:
    op = value.owner
    return isinstance(op, Op) and may_be_decided_at_run_time(op) and not is_view(op) and not op.attrs.get("transient")
