"""The table of ops: for each name its effect, terminators and region rules.

| name | operands | attrs | results | meaning |
|---|---|---|---|---|
| ``const`` | – | ``value`` | 1 | a Python literal (number, string, None, tuple of literals) |
| ``undef`` | – | – | 1 | the variable is not bound on this path; printed as nothing |
| ``global`` | – | ``root, path`` | 1 | live data read of ``root.path[0].path[1]…`` from the user's module or closure |
| ``call`` | leaves | ``fn, args, kwargs, spelled`` | n | a primitive: the Python callable ``fn`` on a template of arguments |
| ``invoke`` | leaves | ``callee`` (a ``Function``) | n | call of a generated function; several results come as a tuple |
| ``convert`` | 1 | – | 1 | implicit number conversion (int to float, float32 to float64); printed as its operand |
| ``broadcast`` | 1 | – | 1 | implicit NumPy broadcasting to the result type; printed as its operand |
| ``narrow`` | 1 | – | 1 | the same value, known to have a smaller type here; printed as its operand |
| ``tuple`` | items | ``cls`` | 1 | builds a run-time tuple/list (``cls``) |
| ``dict`` | values | ``keys`` | 1 | builds a run-time dict with constant keys |
| ``item`` | 1 | ``key`` | 1 | constant item of a tuple/dict (``key`` int or constant), total |
| ``attr`` | 1 | ``name`` | 1 | plain attribute of an object (``self.w``) |
| ``format`` | leaves | ``parts`` | 1 | f-string; ``parts`` holds str or (operand index, conversion, format spec) |
| ``if`` | condition | ``tail`` | n | blocks [then, else], each ends in ``yield`` (or ``raise``); *tail form*: see below |
| ``for`` | lo, hi, step, inits… | ``kind="range"``, ``decides`` | carried… | args: induction variable, carried… |
| ``for`` | seq, inits… | ``kind="each"`` | carried… | iteration over an inactive iterable; args: item, carried… |
| ``while`` | inits… | – | carried… | blocks [test, body], each with the carried values as args |
| ``with`` | context managers… | ``names`` | n | one block that ends in ``yield`` |
| ``try`` | – | ``handlers, names`` | n | blocks [body, handler…], each ends in ``yield`` or ``raise``: see below |
| ``yield`` | values | – | 0 | falls out of an ``if``/``with``/``try`` block |
| ``continue`` | carried | – | 0 | next iteration |
| ``break`` | carried | ``exit`` | 0 | leaves the innermost loop; ``exit`` ≥ 1 says by which exit |
| ``test`` | condition | – | 0 | ends the test block of a ``while`` |
| ``return`` | values | ``single`` | 0 | ends a function body; one value with ``single`` true, else a tuple |
| ``raise`` | leaves | ``template`` | 0 | raises; ends any block; without operands, again what a handler caught |
| ``assert`` | condition[, message] | – | 0 | |
| ``bound`` | condition[, variable] | ``name, free`` | 0 | raises ``UnboundLocalError`` if the condition is false: see below |
| ``mark`` | – | ``text`` | 0 | here the reverse sweep begins; printed as a comment, or as nothing if ``text`` is empty |
| ``cache`` | – | – | 1 | a new empty list of saved values |
| ``push`` | cache, value | – | 0 | saves a value in the forward sweep |
| ``pop`` | cache | – | 1 | takes it back in the mirrored block |
| ``append`` | list, value | – | 1 | the list after ``list.append(value)``: the same object under its new name |
| ``iadd`` | buffer, value | – | 0 | ``buffer += value`` on an array that the adjoint owns |
| ``iaddv`` | leaves | ``fn, args, kwargs`` | 1 | a ``call`` that writes its result over its first argument: ``x += e`` |
| ``index_add`` | buffer, value, leaves… | ``args, unique`` | 0 | ``buffer[index] += value``, repeats count |
| ``fill`` | buffer | – | 0 | ``buffer[...] = 0`` |
| ``store`` | array, value, leaves… | ``args, fn, at`` | 0 | ``array[index] = value`` or ``array[index] fn= value``; see below |
| ``insert`` | list, value, leaves… | ``args`` | 0 | ``list.insert(index, value)``; ``append`` where the index is None |
| ``remove`` | list, leaves… | ``args`` | 1 | ``list.pop(index)`` |
| ``exchange`` | list, leaves… | ``args`` | 0 | ``list[i], list[j] = list[j], list[i]``; ``args`` is ``(Slot(0), i, j)`` |
| ``change`` | list, leaves… | ``kind, args`` | 1–2 | one of these before lists are references: gives what the list holds then |

*Tail form* of ``if``: no results, last op of its block; each branch ends in ``continue``, ``break``, ``raise`` or another
tail ``if``.

``try``: ``handlers[k]`` is the tuple of exception classes that block ``k + 1`` handles (empty: every exception); where
``names[k]`` is not empty the exception is that block's one argument.  A handler sees the variables as they were before the
``try``: what its body defines is visible only there, and leaves by ``yield``.

``bound`` stands where the program reads a variable that some path leaves unbound.  The condition says whether it is bound; the
variable itself is named only as long as something else needs it, and nothing is printed where Python raises by itself.

``index_add``: ``args`` is ``(Slot(0), index)``, as for the load ``buffer[index]`` that it mirrors.  Slots count over all
operands, so those of the index begin at ``Slot(2)``.  ``unique`` says that no element is named twice.

``store``: ``args`` as for ``index_add``; without ``fn`` it assigns, ``at`` says that repeated elements count
(``np.add.at``, ``np.subtract.at``).
Arrays are references: a store defines no value, and every name of the memory sees it.  So are the lists that a function
changes, whose length only run time knows: ``store`` assigns their items, ``exchange`` lets two change places,
``insert`` and ``remove`` change their length.

Templates describe nested arguments: ``Slot(i)`` is the i-th operand; ``Lit(v)`` a literal or a Python object known by name;
tuples, lists and ``SliceOf(lo, hi, step)`` nest; ``ListOf`` and dicts likewise.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .core import Op, Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slot:
    """The ``index``-th operand of the op."""

    index: int

    def __hash__(self) -> int:
        return self.index


@dataclass(frozen=True, slots=True)
class Lit:
    """A literal, or an object (function, dtype, class) that generated code names through its module."""

    value: Any

    def __hash__(self) -> int:
        try:
            return hash((type(self.value), self.value))
        except TypeError:
            return id(self.value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lit) or type(self.value) is not type(other.value):
            return False
        return self.value is other.value or repr(self.value) == repr(other.value)


def as_key(x: T) -> T | None:
    """``x`` itself if it can be looked up in a table, else None.

    >>> as_key(len), as_key([1])
    (<built-in function len>, None)
    """
    try:
        hash(x)
    except TypeError:
        return None
    return x


@dataclass(frozen=True, slots=True)
class SeqOf:
    """A tuple or list display of templates."""

    kind: type
    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SliceOf:
    """``lo:hi:step`` in an index."""

    lo: Any
    hi: Any
    step: Any


TERMINATORS = frozenset({"yield", "continue", "break", "test", "return", "raise"})
LOOPS = frozenset({"for", "while"})
IMPLICIT = frozenset({"convert", "broadcast", "narrow"})
"""Ops that print as their operand."""
STORES = frozenset({"store", "insert", "remove", "exchange"})
"""Ops that change memory which the program itself names."""
EFFECTS: dict[str, str] = {
    "push": "writes", "pop": "writes", "iadd": "writes", "index_add": "writes", "fill": "writes", "store": "writes",
    "insert": "writes", "remove": "writes", "exchange": "writes",
    "cache": "fresh", "assert": "io", "bound": "io", "raise": "io", "with": "io",
}
"""Ops whose effect is not ``pure``; a ``call`` asks the registry (attr ``effect``), regions ask their contents."""

INFIX: dict[Callable[..., Any], str] = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.floordiv: "//",
    operator.mod: "%", operator.pow: "**", operator.matmul: "@", operator.and_: "&", operator.or_: "|",
    operator.xor: "^", operator.lshift: "<<", operator.rshift: ">>", operator.lt: "<", operator.le: "<=",
    operator.gt: ">", operator.ge: ">=", operator.eq: "==", operator.ne: "!=", operator.is_: "is",
    operator.is_not: "is not",
}
"""Callables printed as binary operators."""
PREFIX: dict[Callable[..., Any], str] = {operator.neg: "-", operator.pos: "+", operator.invert: "~", operator.not_: "not "}
"""Callables printed as unary operators."""


def contains(container: Any, item: Any) -> bool:
    """``item in container`` with the operands in the order of ``operator.contains``."""
    return item in container


def generator(target: Any, iterable: Any, *functions: Any) -> Any:
    """The generator expression ``(element for target in iterable if test …)``, whose last function gives the element.

    ``target`` is ``""`` for one variable and nested tuples of these for a target that is unpacked.

    >>> list(generator(("", ""), [(1, 2), (3, 4)], lambda a, b: a > 1, lambda a, b: a * b))
    [12]
    """
    *tests, element = functions
    items: Any = iter(iterable)
    for test in tests:
        items = _passing(test, target, items)
    return (element(*_flat(target, item)) for item in items)


def _passing(test: Callable[..., Any], target: Any, items: Any) -> Any:
    return (item for item in items if test(*_flat(target, item)))


def _flat(target: Any, item: Any) -> list[Any]:
    if target == "":
        return [item]
    return [v for part, inner in zip(target, item, strict=True) for v in _flat(part, inner)]


def is_sequence(subject: Any) -> bool:
    """Whether ``match`` takes ``subject`` for a sequence."""
    return isinstance(subject, Sequence) and not isinstance(subject, str | bytes | bytearray)


def is_mapping(subject: Any) -> bool:
    """Whether ``match`` takes ``subject`` for a mapping."""
    return isinstance(subject, Mapping)


def part_of(subject: Any, cls: type, k: int) -> Any:
    """What the ``k``-th positional pattern in ``case cls(…)`` is matched with."""
    return subject if cls in MATCHED_AS_A_WHOLE and k == 0 else getattr(subject, cls.__match_args__[k])  # type: ignore[attr-defined]


MATCHED_AS_A_WHOLE = frozenset({bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple})
"""Classes whose one positional pattern is for the object itself."""


def without_keys(subject: Mapping[Any, Any], *keys: Any) -> dict[Any, Any]:
    """What ``**rest`` of a mapping pattern is bound to."""
    return {k: v for k, v in subject.items() if k not in keys}


def template_slots(template: Any) -> Iterator[int]:
    """The operand indices a template mentions, left to right."""
    if isinstance(template, Slot):
        yield template.index
    elif isinstance(template, SeqOf):
        for item in template.items:
            yield from template_slots(item)
    elif isinstance(template, SliceOf):
        for part in (template.lo, template.hi, template.step):
            yield from template_slots(part)


def fill_template(template: Any, leaves: list[Any]) -> Any:
    """The Python value of a template, given the operands' values.

    >>> fill_template(SeqOf(tuple, (Slot(0), Lit(2))), [1])
    (1, 2)
    """
    if isinstance(template, Slot):
        return leaves[template.index]
    if isinstance(template, Lit):
        return template.value
    if isinstance(template, SeqOf):
        return template.kind(fill_template(t, leaves) for t in template.items)
    assert isinstance(template, SliceOf)
    return slice(*(fill_template(t, leaves) for t in (template.lo, template.hi, template.step)))


def map_template(template: Any, slot: Callable[[int], Any]) -> Any:
    """The template with every ``Slot(i)`` replaced by ``slot(i)``."""
    if isinstance(template, Slot):
        return slot(template.index)
    if isinstance(template, SeqOf):
        return SeqOf(template.kind, tuple(map_template(t, slot) for t in template.items))
    if isinstance(template, SliceOf):
        return SliceOf(*(map_template(t, slot) for t in (template.lo, template.hi, template.step)))
    return template


def is_terminator(op: Op) -> bool:
    """Whether ``op`` legally ends a block: a terminator, or an ``if`` in tail form."""
    return op.name in TERMINATORS or (op.name == "if" and bool(op.attrs.get("tail")))


def op_effect(op: Op) -> str:
    """``pure``, ``fresh`` (allocates), ``reads``, ``writes``, ``io`` or ``random``, nested blocks included."""
    own = op.attrs.get("effect", "pure") if op.name in ("call", "invoke") else EFFECTS.get(op.name, "pure")
    for block in op.blocks:
        for inner in block.ops:
            effect = op_effect(inner)
            if effect not in ("pure", "fresh", "reads"):
                return effect
    return own


def may_write(op: Op) -> bool:
    """Whether a call may write to what it is given."""
    return op.attrs.get("effect") == "writes" or op.name == "invoke" and bool(op.attrs["callee"].lent.params)


def stores_beside_primal(op: Op) -> bool:
    """Whether ``op`` changes memory of the function itself, or the tangent of such memory: not that of adjoints."""
    return op.name in STORES and not op.attrs.get("adjoint") or bool(op.attrs.get("tangent"))


def defined_by(op: Op) -> Iterator[Value]:
    """The results of an op, and the arguments of its blocks."""
    yield from op.results
    for block in op.blocks:
        yield from block.args


def uses_in(op: Op) -> Iterator[Value]:
    """Every value that ``op`` or its nested ops use."""
    yield from op.operands
    for block in op.blocks:
        for inner in block.ops:
            yield from uses_in(inner)
