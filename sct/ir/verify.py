"""Checks that a function in IR keeps the invariants that every stage relies on; a broken one is a bug of ours.

One walk, linear in the size of the function: structure (parents, terminators and where they are legal), lexical visibility and
single definition, arity and types of everything that is carried, templates, pairs of push and pop, source locations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..errors import InternalError
from .core import Block, Function, Op, Value
from .ops import IMPLICIT, STORES, TERMINATORS, is_terminator, template_slots
from .printing import op_text, to_text
from .rewrite import carried_start, exits, index_template, is_tail
from .types import BOTTOM, DYN, UNDEF, Array, Cache, List, OrConst, Scalar, Table, Tuple, Type, join

REQUIRED: dict[str, tuple[str, ...]] = {
    "const": ("value",), "call": ("fn", "args"), "invoke": ("callee",), "item": ("key",), "attr": ("name",),
    "index_add": ("args",), **dict.fromkeys(STORES, ("args",)), "change": ("kind", "args"),
    "bound": ("name",), "try": ("handlers", "names"),
}
"""Attributes without which an op means nothing (in typed IR; a lowered ``call`` has an operand for ``fn``)."""
OPERANDS: dict[str, int] = {
    "const": 0, "undef": 0, "global": 0, "convert": 1, "broadcast": 1, "narrow": 1, "item": 1, "cache": 0, "push": 2, "pop": 1,
    "iadd": 2, "fill": 1, "append": 2, "mark": 0, "if": 1, "test": 1,
    "try": 0,
}
"""Ops with a fixed number of operands."""
RESULTS: dict[str, int] = {
    "const": 1, "undef": 1, "global": 1, "convert": 1, "broadcast": 1, "narrow": 1, "tuple": 1, "dict": 1, "item": 1, "attr": 1,
    "format": 1, "cache": 1, "push": 0, "pop": 1, "iadd": 0, "index_add": 0, "fill": 0, "store": 0, "append": 1, "iaddv": 1,
    "insert": 0, "remove": 1, "exchange": 0,
    "mark": 0, "assert": 0, "bound": 0, **dict.fromkeys(TERMINATORS, 0),
}
"""Ops with a fixed number of results."""


def verify(fn: Function, *, after: str = "", locs: bool = True) -> None:
    """Raise InternalError, with the op and the whole function, at the first broken invariant.

    ``after`` names the stage or pass that made ``fn``; ``locs=False`` tolerates ops without a source location (hand-made IR).
    """
    checker = _Verifier(fn, after, locs)
    checker.define(fn.params, fn.body, None)
    checker.block(fn.body, "function")
    checker.caches()


class _Verifier:
    def __init__(self, fn: Function, after: str, locs: bool) -> None:
        self.fn, self.after, self.locs = fn, after, locs
        self.defined: set[Value] = set()
        self.visible: set[Value] = set()
        self.depth = 0
        """Number of loops around the current block."""
        self.pushes: dict[Value, list[int]] = {}
        self.pops: dict[Value, list[int]] = {}
        self.escaped: set[Value] = set()
        """Values used by an op that is neither push nor pop."""

    def fail(self, what: str, op: Op | None) -> InternalError:
        stage = f" after {self.after}" if self.after else ""
        where = f"\n  at: {op_text(op, self.fn)}" if op is not None else ""
        return InternalError(f"invalid IR{stage}: {what}{where}", reproduce=to_text(self.fn, lines=True))

    def check(self, fine: bool, what: str, op: Op | None) -> None:
        if not fine:
            raise self.fail(what, op)

    # ---- structure

    def define(self, values: list[Value], owner: Op | Block, op: Op | None) -> None:
        for value in values:
            self.check(value not in self.defined, f"{value} is defined twice", op)
            self.check(value.owner is owner, f"{value} does not know what defines it", op)
            self.defined.add(value)
            self.visible.add(value)

    def block(self, block: Block, kind: str) -> None:
        """Check one block; ``kind`` says which terminators it may end in."""
        owner = block.parent
        self.check(bool(block.ops), f"an empty {kind} block", owner)
        for op in block.ops[:-1]:
            self.check(not is_terminator(op), "a terminator in the middle of a block", op)
            self.op(op, block)
        last = block.ops[-1]
        self.check(is_terminator(last), f"a {kind} block that ends in no terminator", last)
        legal = kind == "body" if is_tail(last) else last.name in _LEGAL[kind]
        self.check(legal, f"{last.name} cannot end a {kind} block", last)
        self.op(last, block)
        for op in block.ops:
            self.visible.difference_update(op.results)
        self.visible.difference_update(block.args)

    def op(self, op: Op, block: Block) -> None:
        self.check(op.parent is block, "the op does not know its block", op)
        self.check(not self.locs or op.loc.line > 0, "the op has no source location", op)
        for value in op.operands:
            self.check(value in self.visible, f"{value} is not visible here", op)
        self.counts(op)
        self.slots(op)
        self.types(op)
        self.record(op)
        for inner in op.blocks:
            self.check(inner.parent is op, "a block does not know its op", op)
        _REGIONS.get(op.name, _Verifier.plain)(self, op)
        self.define(op.results, op, op)

    def counts(self, op: Op) -> None:
        operands, results = OPERANDS.get(op.name), RESULTS.get(op.name)
        self.check(operands is None or len(op.operands) == operands, f"{op.name} takes {operands} operands", op)
        self.check(results is None or len(op.results) == results, f"{op.name} has {results} results", op)
        for key in REQUIRED.get(op.name, ()):
            lowered = op.name == "call" and "fn" not in op.attrs
            self.check(lowered or key in op.attrs, f"{op.name} without {key}", op)

    def slots(self, op: Op) -> None:
        if op.name in ("call", "iaddv") and "args" in op.attrs:
            templates = [*op.attrs["args"], *(op.attrs.get("kwargs") or {}).values()]
        elif op.name == "index_add" or op.name in STORES:
            templates = op.attrs["args"] if op.name == "exchange" else [index_template(op)]
        else:
            return
        for template in templates:
            for slot in template_slots(template):
                self.check(0 <= slot < len(op.operands), f"${slot} names no operand", op)

    # ---- regions

    def plain(self, op: Op) -> None:
        self.check(not op.blocks, f"{op.name} owns no blocks", op)

    def branch(self, op: Op) -> None:
        self.check(len(op.blocks) == 2, "an if has two blocks", op)
        tail = is_tail(op)
        self.check(not tail or not op.results, "an if in tail form has no results", op)
        for block in op.blocks:
            self.check(not block.args, "the branch of an if has no arguments", op)
            self.block(block, "body" if tail else "region")
            self.yields(op, block)

    def yields(self, op: Op, block: Block) -> None:
        if block.ops[-1].name == "yield":
            self.carry(block.ops[-1], block.ops[-1].operands, op.results)

    def with_region(self, op: Op) -> None:
        self.check(len(op.blocks) == 1, "a with has one block", op)
        self.define(op.blocks[0].args, op.blocks[0], op)
        self.block(op.blocks[0], "region")
        self.yields(op, op.blocks[0])

    def try_region(self, op: Op) -> None:
        handlers, names = op.attrs["handlers"], op.attrs["names"]
        self.check(len(op.blocks) == 1 + len(handlers) >= 2, "a try has a body and one block for each handler", op)
        self.check(len(names) == len(handlers), "a try has one name for each handler", op)
        caught = [cls for classes in handlers for cls in classes]
        self.check(all(isinstance(c, type) and issubclass(c, BaseException) for c in caught), "a try catches exceptions", op)
        self.check(not op.blocks[0].args, "the body of a try has no arguments", op)
        for block, name in zip(op.blocks[1:], names, strict=True):
            self.check(len(block.args) == bool(name), "a handler takes the exception if it names it", op)
        for block in op.blocks:
            self.define(block.args, block, op)
            self.block(block, "region")
            self.yields(op, block)

    def loop(self, op: Op) -> None:
        start = carried_start(op)
        self.check(len(op.operands) >= start, f"{op.name} needs {start} operands", op)
        self.check(len(op.blocks) == (2 if op.name == "while" else 1), f"{op.name} has the wrong number of blocks", op)
        inits, item = op.operands[start:], 0 if op.name == "while" else 1
        self.depth += 1
        for k, block in enumerate(op.blocks):
            self.check(len(block.args) >= item, "the body has no argument for the item", op)
            self.carry(op, inits, block.args[item:])
            self.define(block.args, block, op)
            self.block(block, "test" if op.name == "while" and k == 0 else "body")
        self.depth -= 1
        self.carry(op, inits, op.results)
        for end in exits(op.blocks[-1]):
            if end.name in ("continue", "break"):
                self.carry(end, end.operands, op.blocks[-1].args[item:])
                self.carry(end, end.operands, op.results)

    def carry(self, op: Op, given: list[Value], taken: list[Value]) -> None:
        self.check(len(given) == len(taken), f"{len(given)} values are passed where {len(taken)} are taken", op)
        for value, target in zip(given, taken, strict=True):
            self.check(fits(value.type, target.type), f"a value of type {value.type} is passed as {target.type}", op)

    # ---- types

    def types(self, op: Op) -> None:
        if op.name in IMPLICIT:
            self.implicit(op, op.operands[0].type, op.result.type)
        elif op.name in ("iadd", "index_add", "fill", "store"):
            kind = op.operands[0].type
            written = Array | OrConst if op.name in ("iadd", "fill") else Array | OrConst | List | Table
            self.check(kind == DYN or isinstance(kind, written), f"{op.name} writes into a {kind}", op)
        elif op.name in ("insert", "remove", "exchange"):
            kind = op.operands[0].type
            self.check(kind == DYN or isinstance(kind, List | Table), f"{op.name} changes a {kind}", op)
        elif op.name == "push" and isinstance(op.operands[0].type, Cache):
            self.check(fits(op.operands[1].type, op.operands[0].type.item), "the saved value is not of the cache's type", op)
        elif op.name == "pop" and isinstance(op.operands[0].type, Cache):
            self.check(fits(op.operands[0].type.item, op.result.type), "the cache holds another type", op)

    def implicit(self, op: Op, before: Type, after: Type) -> None:
        if op.name == "convert" and isinstance(before, Array | Scalar):
            self.check(_ndim(before) == _ndim(after), "a conversion changes the number of dimensions", op)
        if op.name == "broadcast" and isinstance(before, Array | Scalar) and isinstance(after, Array | Scalar):
            self.check(before.dtype == after.dtype, "broadcasting changes the element type", op)
            self.check((_ndim(before) or 0) <= (_ndim(after) or 0), "broadcasting loses dimensions", op)

    # ---- saved values

    def record(self, op: Op) -> None:
        if op.name in ("push", "pop"):
            (self.pushes if op.name == "push" else self.pops).setdefault(op.operands[0], []).append(self.depth)
            self.escaped.update(op.operands[1:])
        else:
            self.escaped.update(op.operands)

    def caches(self) -> None:
        """Pairs of push and pop; a list that goes elsewhere (a context that is returned) is emptied elsewhere."""
        for cache in {**self.pushes, **self.pops}:
            owner = cache.owner
            if cache in self.escaped or not isinstance(owner, Op) or owner.name != "cache":
                continue
            pushes, pops = Counter(self.pushes.get(cache, ())), Counter(self.pops.get(cache, ()))
            self.check(pushes.total() == pops.total(), f"{pushes.total()} pushes and {pops.total()} pops of {cache}", owner)
            self.check(pushes == pops, f"push and pop of {cache} are not in mirrored loops", owner)


_REGIONS = {
    "if": _Verifier.branch, "with": _Verifier.with_region, "for": _Verifier.loop, "while": _Verifier.loop,
    "try": _Verifier.try_region,
}
_LEGAL = {
    "function": ("return", "raise"), "region": ("yield", "raise"), "test": ("test", "raise"),
    "body": ("continue", "break", "raise"),
}


def _ndim(kind: Type) -> int | None:
    return kind.ndim if isinstance(kind, Array) else 0 if isinstance(kind, Scalar) else None


def fits(actual: Type, declared: Type) -> bool:
    """Whether a value of type ``actual`` may be passed where ``declared`` stands.

    Numbers and arrays must agree in element type and number of dimensions: a silent widening here is a missing ``convert``.
    Which dimensions are 1, and whether a number is NumPy's, may be known on one side only.  A number whose kind is decided at
    run time (an adjoint of a float32 that may be a literal, or come from ``math``) is converted where it is returned.
    """
    if actual == declared or DYN in (actual, declared) or actual in (BOTTOM, UNDEF) or declared in (BOTTOM, UNDEF):
        return True
    if isinstance(actual, OrConst) and actual.base is BOTTOM and not isinstance(declared, OrConst):
        return fits(actual.const, declared)
    if isinstance(declared, OrConst):
        return fits(actual, declared.base) or fits(actual, declared.const) or (
            isinstance(actual, OrConst) and fits(actual.base, declared.base) and fits(actual.const, declared.const))
    if isinstance(actual, Tuple) and isinstance(declared, Tuple):
        return len(actual.items) == len(declared.items) and all(map(fits, actual.items, declared.items))
    if isinstance(actual, Scalar) and isinstance(declared, Scalar) and declared.python is None:
        return actual.dtype == declared.dtype or actual.dtype.startswith("float") and declared.dtype.startswith("float")
    joined = join(actual, declared)
    return joined is not None and list(_facts(joined)) == list(_facts(declared)) == list(_facts(actual))


def _facts(kind: Type) -> Iterator[object]:
    """What must agree: containers item by item, the rest without dimensions and Python-ness."""
    if isinstance(kind, Scalar):
        yield kind.dtype
    elif isinstance(kind, Array):
        yield (kind.dtype, kind.ndim)
    elif isinstance(kind, Tuple):
        yield len(kind.items)
        for item in kind.items:
            yield from _facts(item)
    elif isinstance(kind, List | Table | Cache):
        yield type(kind)
    else:
        yield kind
