"""Takes a function with its plan, gives every variable its name: the way out of SSA.

Values that flow into each other (around a loop, out of the branches of an ``if``) become one variable where their live ranges
allow it, so that no copies are printed.  Then each variable takes the user's name for it; names that would clash in the same
place get a number.  Parameters keep theirs.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ir.core import Block, Op, Value, called_by
from ..ir.ops import LOOPS
from ..ir.rewrite import carried_inits, item_count
from ..ir.types import Scalar, strip_const
from .externals import Externals, display, fresh, identifier
from .facts import Facts, literals, resolve, template_values
from .liveness import Ranges, copies, is_undef, live_ranges
from .plan import Plan
from .suggest import NOUNS, of_invoke, suggestions

UNUSED = "_"


@dataclass(eq=False, slots=True)
class Web:
    """Values that share one variable."""

    ranges: Ranges
    hint: str
    first: int
    """Position of the first definition."""
    sample: Value
    param: bool = False
    undef: bool = False
    """The variable may be unbound: no other may lend it its name."""
    foreign: bool = False
    """From another function than the one that is printed (inlined)."""
    caught: bool = False
    """An exception: Python unbinds its variable at the end of the handler, so it shares it with nothing."""
    name: str = ""

    @property
    def returns(self) -> bool:
        """Whether this is a value of the forward sweep that is taken back: it may have its name back."""
        owner = self.sample.owner
        return not isinstance(owner, Op) or owner.name in ("pop", "item")


@dataclass(slots=True)
class Names:
    """The names of the variables of a function."""

    of: dict[Value, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    externals: Externals = field(default_factory=lambda: Externals(()))

    def fresh(self, wish: str) -> str:
        """A name that nothing else has."""
        name = fresh(wish, self.taken | self.externals.taken)
        self.taken.add(name)
        self.externals.taken.add(name)
        return name


def name_variables(plan: Plan) -> Names:
    """Name every variable of the function."""
    webs = _Webs(plan)
    webs.tie()
    webs.coalesce()
    return _colour(plan, webs)


# ---------------------------------------------------------------------------------------------------------------- webs

class _Webs:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.facts: Facts = plan.facts
        self.parent: dict[Value, Value] = {}
        self.webs: dict[Value, Web] = {}
        params = set(plan.facts.function.params)
        home = plan.facts.function.loc.function
        for value, ranges in live_ranges(plan).items():
            where = value.owner.loc.function if isinstance(value.owner, Op) else ""
            hint = identifier(value.hint) if value.hint not in ("", UNUSED) else ""
            self.webs[value] = Web(ranges, hint, ranges.starts[0] if len(ranges) else 0, value, value in params,
                                   foreign=bool(home and where and where != home), caught=_is_caught(value))

    def find(self, value: Value) -> Value:
        while (parent := self.parent.get(value, value)) is not value:
            self.parent[value] = self.parent.get(parent, parent)
            value = parent
        return value

    def web(self, value: Value) -> Web:
        return self.webs[self.find(value)]

    def unite(self, value: Value, target: Value) -> None:
        """``value`` and ``target`` become one variable, named after the target."""
        a, b = self.find(value), self.find(target)
        if a is b:
            return
        lost, kept = self.webs.pop(a), self.webs[b]
        self.parent[a] = b
        kept.ranges.absorb(lost.ranges)
        kept.hint = lost.hint if lost.param or not kept.hint else kept.hint
        if not kept.hint and not isinstance(lost.sample.owner, Op):
            kept.sample = lost.sample  # the counter of a loop has the better name
        kept.first = kept.ranges.starts[0] if len(kept.ranges) else 0
        kept.param, kept.undef = kept.param or lost.param, kept.undef or lost.undef
        kept.foreign = kept.foreign and lost.foreign

    # ---- what must share, what may

    def tie(self) -> None:
        """Unite what has to be one variable: a carried value and the result of its loop, a list and its appended self."""
        for op in self.plan.walk(self.facts.function.body):
            if op.name in LOOPS:
                for k, result in enumerate(op.results):
                    for block in op.blocks:
                        self.unite(block.args[item_count(op) + k], result)
                    if self.plan.needed[op][k] and is_undef(carried_inits(op)[k]):
                        self.web(result).undef = True
            elif op.name in ("if", "with", "try") and op in self.plan.needed:
                self.tie_equal(op)
                for block in op.blocks:
                    for value, target in copies(self.plan, block.ops[-1]) if block.ops[-1].name == "yield" else ():
                        self.web(target).undef |= is_undef(value)
            elif op.name == "append" and self.find(resolve(op.operands[0])) in self.webs:
                self.unite(op.results[0], resolve(op.operands[0]))

    def tie_equal(self, op: Op) -> None:
        """Results of an ``if`` or ``with`` that get the same values everywhere are one variable."""
        ends = [block.ops[-1].operands for block in op.blocks if block.ops[-1].name == "yield"]
        seen: dict[tuple[Value, ...], Value] = {}
        for column, result, needed in zip(zip(*ends, strict=True), op.results, self.plan.needed[op], strict=True):
            if needed and not any(map(is_undef, column)):
                self.unite(result, seen.setdefault(tuple(map(resolve, column)), result))

    def coalesce(self) -> None:
        """Unite what may be one variable, the most useful pairs first."""
        pairs = [(self.rank(op, value, target), k, value, target, op) for k, (op, value, target) in enumerate(self.flows())]
        pairs.sort(key=lambda pair: pair[:2])
        for _, _, value, target, op in pairs:
            a, b = self.web(value), self.web(target)
            if a is not b and self.compatible(a, b, value, op) and not a.ranges.overlaps(b.ranges):
                self.unite(value, target)

    def rank(self, op: Op, value: Value, target: Value) -> int:
        if self.web(value).undef:
            return 0
        order = {"iaddv": 1, "continue": 2, "break": 2, "yield": 3}.get(op.name, 4)
        return order if value.hint == target.hint else order + 10 if value.hint else order + 5

    def flows(self) -> Iterator[tuple[Op, Value, Value]]:
        """Each copy that would be printed: the op that makes it, the value and the variable it goes to."""
        for op in self.plan.walk(self.facts.function.body):
            if op.name in ("yield", "continue", "break"):
                pairs = copies(self.plan, op)
            elif op.name in LOOPS:
                columns = zip(carried_inits(op), op.results, self.plan.needed[op], strict=True)
                pairs = [(init, result) for init, result, needed in columns if needed]
            elif op.name == "iaddv":
                pairs = [(op.operands[0], op.results[0])]
            else:
                continue
            for value, target in pairs:
                value = resolve(value)
                if value in self.webs or value in self.parent:
                    yield op, value, target

    def compatible(self, a: Web, b: Web, value: Value, op: Op) -> bool:
        """Whether one name suits the value (web ``a``) and the variable it flows into (web ``b``)."""
        if (a.param and b.param) or a.caught or b.caught:
            return False
        if b.undef and not a.undef and not self.born_inside(value, op):
            return False
        if a.hint == b.hint:
            return True
        if not a.hint or not b.hint:
            return not (a.param or b.param) or op.name != "iaddv" and bool(b.hint)
        adjoint = a.hint.endswith("_bar") and b.hint.endswith("_bar")
        return adjoint and not a.param and not b.param and len(self.plan.users.get(value, ())) == 1

    def born_inside(self, value: Value, op: Op) -> bool:
        region = op if op.name in LOOPS else _region(op)
        owner = value.owner if isinstance(value.owner, Op) else value.owner.parent if value.owner is not None else None
        return owner is not None and self.facts.start[owner] >= self.facts.start[region]


def _is_caught(value: Value) -> bool:
    """Whether a value is the exception that a handler has caught."""
    return isinstance(value.owner, Block) and value.owner.parent is not None and value.owner.parent.name == "try"


def _region(end: Op) -> Op:
    region = end.parent.parent if end.parent is not None else None
    while end.name != "yield" and region is not None and region.name not in LOOPS:
        region = region.parent.parent if region.parent is not None else None
    assert region is not None
    return region


# ------------------------------------------------------------------------------------------------------------- colours

def _colour(plan: Plan, webs: _Webs) -> Names:
    facts = plan.facts
    hard, soft = _mentioned(facts)
    palette = _Palette(hard, soft | _GENERIC)
    ordered = sorted(webs.webs.values(), key=lambda w: (not w.param, w.foreign, not w.hint, _turn(w, facts), w.first))
    for web in ordered:
        _keep_for_body(web, facts)
    waiting = [web for web in ordered if (web.param or len(web.ranges)) and not palette.take_hint(web)]
    for web in waiting:
        palette.take_any(web, _at_iteration(web) if web.hint else suggestions(web.sample, plan, _Lookup(webs)))
    names = Names(taken=set(palette.occupied))
    for value in (*webs.webs, *webs.parent):
        names.of[value] = webs.web(value).name or UNUSED
    names.externals = Externals(names.taken)
    for op in facts.start:
        if op.name == "global":
            key, root, source = data_root(op)
            names.externals.reserve_data(key, root, source)
    return names


def _keep_for_body(web: Web, facts: Facts) -> None:
    """A counter without a name of the user's keeps the name it is given for the whole loop: loops inside take another."""
    block = web.sample.owner
    loop = block.parent if isinstance(block, Block) and not web.hint and len(web.ranges) else None
    if loop is not None and loop.name == "for" and loop.attrs.get("kind", "range") == "range":
        web.ranges.absorb(Ranges([(web.ranges.starts[0], facts.end[loop])]))


def _at_iteration(web: Web) -> list[str]:
    """Names for a variable whose own name is taken: ``x_i`` for what was saved of ``x`` in iteration ``i``, else ``x_k``."""
    owner = web.sample.owner
    if isinstance(owner, Op) and owner.name == "invoke":
        return of_invoke(owner, web.sample)
    block = owner.parent if isinstance(owner, Op) else owner
    loop = block.parent if block is not None else None
    if not web.returns or web.param or block is None or loop is None or loop.name != "for":
        return [web.hint]
    counter = block.args[0].hint if loop.attrs.get("kind", "range") == "range" else ""
    return [f"{web.hint}_{identifier(counter) if counter.strip(UNUSED) else 'k'}", web.hint]


def _turn(web: Web, facts: Facts) -> int:
    """Temporaries of the reverse sweep wait for those of the forward sweep; what was saved there gets its name back first."""
    owner = web.sample.owner
    if not web.hint and isinstance(owner, Op) and owner.name == "cache":
        return 1  # named after what it holds
    if web.hint or web.first < facts.mark:
        return 0
    return 1 if not isinstance(owner, Op) or owner.name == "pop" else 2


class _Lookup(Mapping[Value, str]):
    """The names given so far."""

    def __init__(self, webs: _Webs) -> None:
        self.webs = webs

    def __getitem__(self, value: Value) -> str:
        return self.webs.web(value).name

    def __iter__(self) -> Iterator[Value]:
        return iter(self.webs.webs)

    def __len__(self) -> int:
        return len(self.webs.webs)


class _Palette:
    """The names in use and where."""

    TRIES = 12
    """How many numbers are tried again before a new one is taken: keeps naming linear in very long functions."""

    def __init__(self, hard: set[str], soft: set[str]) -> None:
        self.hard, self.soft = hard, soft
        self.occupied: dict[str, Ranges] = {}
        self.numbers: dict[str, int] = {}
        self.kinds: dict[str, str] = {}

    def take_hint(self, web: Web) -> bool:
        """Try the user's own name for a variable."""
        if web.undef and len(web.ranges):
            web.ranges = Ranges([(0, web.ranges.ends[-1])])
        avoid = self.hard if not web.foreign else self.hard | self.soft
        if web.hint and (web.param or web.hint not in avoid) and self.is_free(web.hint, web):
            self.assign(web.hint, web)
        return bool(web.name)

    def take_any(self, web: Web, wishes: list[str]) -> None:
        """Give the first free one of ``wishes``, else the last wish with a number."""
        named = bool(web.hint)
        for wish in wishes:
            if wish in NOUNS and wish in self.occupied and not web.returns:
                continue  # another quotient is not the same `ratio`
            if wish not in self.hard and (named or wish not in self.soft) and self.suits(wish, web):
                return self.assign(wish, web)
        base = wishes[-1]
        count = self.numbers.get(base, 1)
        for k in range(max(2, count - self.TRIES), count + 1) if base not in NOUNS else ():
            if self.suits(f"{base}_{k}", web) and f"{base}_{k}" not in self.hard:
                return self.assign(f"{base}_{k}", web)
        count += 1
        while f"{base}_{count}" in self.hard or not self.is_free(f"{base}_{count}", web):
            count += 1
        self.numbers[base] = count
        self.assign(f"{base}_{count}", web)

    def is_free(self, name: str, web: Web) -> bool:
        taken = self.occupied.get(name)
        return taken is None or not taken.overlaps(web.ranges)

    def suits(self, name: str, web: Web) -> bool:
        """Whether the name is free and has not stood for something of another type (two lives of one name confuse readers)."""
        return self.is_free(name, web) and self.kinds.get(name, _kind(web)) == _kind(web)

    def assign(self, name: str, web: Web) -> None:
        web.name = name
        self.kinds.setdefault(name, _kind(web))
        self.occupied.setdefault(name, Ranges()).absorb(web.ranges)


def _kind(web: Web) -> str:
    kind = strip_const(web.sample.type)
    return kind.dtype[:3] if isinstance(kind, Scalar) else type(kind).__name__


_GENERIC = set(dir(builtins)) | set(keyword.kwlist) | set(keyword.softkwlist) | {"np", "math"}
"""Names that a temporary never takes."""


def data_root(op: Op) -> tuple[Any, str, Any]:
    """Of a ``global`` op: what identifies the object it starts from, the name of that object and where it comes from."""
    source, root = op.attrs.get("source"), op.attrs["root"]
    owner = getattr(source, "owner", None)
    return (getattr(source, "scope", "global"), str(root), id(owner)), str(root), source if source is not None else root


def _mentioned(facts: Facts) -> tuple[set[str], set[str]]:
    """Names of outside objects: those that local variables must not take, and those that can print differently."""
    hard: set[str] = set()
    soft: set[str] = set()
    for op in facts.start:
        if op.name == "global":
            hard.add(identifier(str(op.attrs["root"])))
        elif op.name == "invoke":
            hard.add(identifier(op.attrs["callee"].name))
        elif op.name == "try":
            for root, _, wish in (display(cls) for classes in op.attrs["handlers"] for cls in classes):
                (soft if _is_ours(root, wish) else hard).add(wish)
        elif op.name == "call":
            objects = [op.attrs["fn"]]
            for template in (*template_values(op), *(op.attrs.get("kwargs") or {}).values()):
                objects += [v for v in literals(template) if callable(v)]
            hard |= {identifier(callee.name) for callee in called_by(op)}
            for obj in objects:
                root, _, wish = display(obj)
                (soft if _is_ours(root, wish) else hard).add(wish)
    return hard, soft


def _is_ours(root: Any, wish: str) -> bool:
    """Whether generated code mentions an object on its own account: modules, builtins, helpers."""
    module = getattr(root, "__module__", "") or ""
    return hasattr(root, "__path__") or getattr(builtins, wish, None) is root or isinstance(root, type(builtins)) \
        or module.startswith(("sct.", "numpy", "_operator", "operator", "builtins"))


