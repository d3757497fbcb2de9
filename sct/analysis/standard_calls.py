"""Calls of ``functools``, ``itertools`` and ``operator``: items that are known one by one are arranged while specialising."""

from __future__ import annotations

import functools
import itertools
import operator
from collections import abc
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..ir.ops import MATCHED_AS_A_WHOLE, is_mapping, is_sequence, part_of, without_keys
from ..runtime import standard
from . import abstract as ab
from . import arranged
from .abstract import Abstract, Bound, Iteration, Mapping, Seq, Slice, Static, StoredIterator
from .attributes import attribute, itself
from .branches import truth
from .callees import SPECIAL, SPECIAL_CLASSES, call, call_standard
from .classes import python_classes
from .context import Refusal
from .infer import Specializer
from .iterators import AGAIN, drain, is_lazy
from .operators import binary
from .plans import is_endless, item_at, known_items, length, short_range
from .primitives import now
from .subscripts import getitem

Handler = Callable[[Specializer, list[Abstract], dict[str, Abstract]], Abstract]


# ------------------------------------------------------------------------------------------------------------- itertools

def _items(sp: Specializer, a: Abstract, what: str) -> list[Abstract]:
    """The items of an argument that must be known one by one."""
    if isinstance(a, StoredIterator):
        raise Refusal("SCT711", f"an iterator is given to {what}", AGAIN)
    found = _known(sp, drain(sp, a) if is_lazy(a) else a)
    if found is None:
        raise Refusal("SCT705", f"{what} needs sequences whose lengths are known", "loop over a range and index the array")
    return found


def _known(sp: Specializer, a: Abstract) -> list[Abstract] | None:
    return short_range(a) if isinstance(a, ab.Range) else known_items(sp, a)


def _arrangement(fn: Any) -> Handler:
    """A function of ``itertools`` that puts items together without looking at them: run on what stands for them."""
    what = f"itertools.{fn.__name__}"

    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        fill = {k: kwargs.pop(k) for k in ("fillvalue",) if k in (kwargs := dict(kwargs))}
        options = {k: sp.static(a, f"`{k}` of {what}") for k, a in kwargs.items()}
        found = _at_run_time(sp, fn, args, options, fill.get("fillvalue", Static(None)))
        if found is not None:
            return found
        pools = [a if isinstance(a, Static) and isinstance(a.value, int) else _items(sp, a, what) for a in args]
        arrange = functools.partial(fn, **options, **fill)
        return _as_seq(now(arrange, *(p.value if isinstance(p, Static) else p for p in pools)))
    return build


def _at_run_time(sp: Specializer, fn: Any, args: list[Abstract], options: dict[str, Any], fill: Abstract) -> Abstract | None:
    """What ``fn`` makes of sequences of which only run time knows the lengths; None where they are known."""
    numbers = [a for a in args if isinstance(a, Static) and isinstance(a.value, int)]
    pools = [a for a in args if a not in numbers]
    if not pools or not all(arranged.is_long(sp, a) for a in pools) or all(_known(sp, a) is not None for a in pools):
        return None
    if fn is itertools.zip_longest:
        return arranged.longest(sp, pools, fill)
    if fn is itertools.product:
        return arranged.table(sp, fn, pools, 0, options.get("repeat", 1))
    choose = numbers[0].value if numbers else options.get("r")
    if choose is None:
        raise Refusal("SCT705", f"how many items itertools.{fn.__name__} takes is not known before the function runs",
                      "give it a second argument")
    return arranged.table(sp, fn, pools, choose)


def _as_seq(items: Iterable[Any]) -> Seq:
    return Seq(tuple, [Seq(tuple, list(item)) if isinstance(item, tuple | list) else item for item in items])


def _chained(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if args and all(arranged.is_long(sp, a) for a in args) and any(_known(sp, a) is None for a in args):
        return arranged.chained(sp, args)
    return Seq(tuple, [item for a in args for item in _items(sp, a, "itertools.chain")])


def _chained_from(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return _chained(sp, _items(sp, args[0], "itertools.chain.from_iterable"), {})


def _islice(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    source, *bounds = args
    if any(isinstance(b, Static) and b.value is not None and (type(b.value) is not int or b.value < 0) for b in bounds):
        raise Refusal("SCT709", "this always raises ValueError: a bound of itertools.islice is negative, or not an integer")
    none = Static(None)
    lo, hi, step = (none, *bounds, none) if len(bounds) == 1 else (*bounds, none)[:3]
    if is_endless(source) and all(isinstance(b, Static) for b in bounds) and isinstance(hi, Static) and hi.value is not None:
        places = range(hi.value)[sp.static(Slice(lo, hi, step), "a bound of itertools.islice")]
        return Seq(tuple, [item_at(sp, source, Static(k)) for k in places])
    if is_lazy(source) or _known(sp, source) is not None:
        return Seq(tuple, _items(sp, source, "itertools.islice")[sp.static(Slice(lo, hi, step), "a bound of itertools.islice")])
    if not all(isinstance(b, Static) for b in bounds):
        raise Refusal("SCT703", "a bound of itertools.islice must be known before the function runs", "index with a slice")
    return getitem(sp, source, Slice(lo, hi, step))


def _pairwise(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    (source,) = args
    if is_lazy(source) or _known(sp, source) is not None:
        items = _items(sp, source, "itertools.pairwise")
        return _as_seq(zip(items, items[1:], strict=False))
    return Iteration("zip", [source, getitem(sp, source, Slice(Static(1), Static(None), Static(None)))])


def _repeat(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if len(args) + len(kwargs) < 2:
        return Iteration("endless", [Static(item_of_repeat), args[0]])
    times = kwargs["times"] if kwargs else args[1]
    if not isinstance(times, Static):
        return arranged.repeated(sp, args[0], times)
    return Seq(tuple, [args[0]] * times.value)


def _count(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = dict(zip(("start", "step"), args, strict=False)) | kwargs
    bounds = [given.get("start", Static(0)), given.get("step", Static(1))]
    if not all(python_classes(a) in ({int}, {bool}) for a in bounds):
        raise Refusal("SCT204", "itertools.count with numbers that are not integers is not supported", "count with integers")
    return Iteration("endless", [Static(item_of_count), *bounds])


def _cycle(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if _known(sp, args[0]) is None and (own := arranged.unchanging(sp, args[0])) is not None:
        return Iteration("endless", [Static(item_of_cycle), own])
    items = _items(sp, args[0], "itertools.cycle")
    if not items:
        return Seq(tuple, [])
    return Iteration("endless", [Static(item_of_cycle), Seq(tuple, items)])


def item_of_repeat(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The item that ``itertools.repeat(x)`` gives at any place."""
    return args[0]


def item_of_count(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The item that ``itertools.count(start, step)`` gives at a place."""
    start, step, k = args
    return binary(sp, operator.add, start, binary(sp, operator.mul, step, k))


def item_of_cycle(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The item that ``itertools.cycle(items)`` gives at a place."""
    items, k = args
    return getitem(sp, items, binary(sp, operator.mod, k, length(sp, items)))


def _starmap(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    fn, source = args
    what = "itertools.starmap"
    if arranged.is_long(sp, source) and _known(sp, source) is None:
        return Iteration("map", [fn, source])
    items: list[Abstract] = [Seq(tuple, _items(sp, item, what)) for item in _items(sp, source, what)]
    return Iteration("map", [fn, Seq(tuple, items)])


def _accumulate(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = dict(zip(("iterable", "func", "initial"), args, strict=False)) | kwargs
    source, fn, start = given["iterable"], given.get("func", Static(None)), given.get("initial", Static(None))
    fn = Static(operator.add) if isinstance(fn, Static) and fn.value is None else fn
    if isinstance(source, StoredIterator):
        raise Refusal("SCT711", "an iterator is given to itertools.accumulate", AGAIN)
    source = drain(sp, source) if is_lazy(source) else source
    items = _known(sp, source)
    if items is None:
        if isinstance(start, Static) and start.value is None:
            return call_standard(sp, standard.running, [source, fn])
        return call_standard(sp, standard.running_from, [source, fn, start])
    items = items if isinstance(start, Static) and start.value is None else [start, *items]
    totals = items[:1]
    for item in items[1:]:
        totals.append(call(sp, fn, [totals[-1], item], {}))
    return Seq(tuple, totals)


def _taken_while(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return _by_test(sp, "itertools.takewhile", args, standard.taken_while, lambda items, k: items[:k])


def _dropped_while(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return _by_test(sp, "itertools.dropwhile", args, standard.dropped_while, lambda items, k: items[k:])


def _by_test(sp: Specializer, what: str, args: list[Abstract], general: Any, part: Any) -> Abstract:
    """The items before, or from, the first that fails a test."""
    test, source = args
    if isinstance(source, StoredIterator):
        raise Refusal("SCT711", f"an iterator is given to {what}", AGAIN)
    source = drain(sp, source) if is_lazy(source) else source
    items = _known(sp, source)
    if items is not None and all(isinstance(item, Static) for item in items):
        for k, item in enumerate(items):
            passes = truth(sp, call(sp, test, [item], {}))
            if passes is False:
                return Seq(tuple, part(items, k))
            if passes is not True:
                break
        else:
            return Seq(tuple, part(items, len(items)))
    return call_standard(sp, general, [test, source if items is None else Seq(list, items)])


# ------------------------------------------------------------------------------------------------------------- functools

def _reduce(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    fn, source, *start = [*args, *kwargs.values()]
    items = _known(sp, source)
    if items is None:
        return call_standard(sp, standard.reduced_from if start else standard.reduced, [fn, source, *start])
    items = [*start, *items]
    if not items:
        raise Refusal("SCT709", "this always raises TypeError: functools.reduce of nothing without an initial value")
    total = items[0]
    for item in items[1:]:
        total = call(sp, fn, [total, item], {})
    return total


def _wraps(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``functools.wraps(f)`` gives the function that it decorates another name: nothing that a call of it could tell."""
    return Bound(Static(itself), [])


# -------------------------------------------------------------------------------------------------------------- operator

def _getter(make: Any, kind: type) -> tuple[Handler, Any]:
    """Handlers for making an ``itemgetter`` or the like inside the function, and for calling one that exists."""
    def made(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        return Bound(Static(make), [Seq(tuple, list(args)), Mapping(dict(kwargs))])

    def called(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        how, parts = fn.value.__reduce__()[:2]
        given: dict[Any, Abstract] = {}
        if isinstance(how, functools.partial):
            given.update({k: Static(v) for k, v in how.keywords.items()})
            parts = (*how.args, *parts)
        given_to: list[Abstract] = [Seq(tuple, [Static(p) for p in parts]), Mapping(given), *args]
        return make(sp, given_to, kwargs)  # type: ignore[no-any-return]
    SPECIAL_CLASSES[kind] = called
    return made, called


def _several(keys: list[Abstract], get: Callable[[Abstract], Abstract]) -> Abstract:
    return get(keys[0]) if len(keys) == 1 else Seq(tuple, [get(key) for key in keys])


def items_of(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``operator.itemgetter(*keys)(obj)``."""
    keys, _, obj = args
    assert isinstance(keys, Seq)
    return _several(keys.items, lambda key: getitem(sp, obj, key))


def attributes_of(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``operator.attrgetter(*names)(obj)``."""
    names, _, obj = args
    assert isinstance(names, Seq)

    def get(name: Abstract) -> Abstract:
        found = obj
        for part in sp.static(name, "the attribute's name").split("."):
            found = attribute(sp, found, part)
        return found
    return _several(names.items, get)


def method_of(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``operator.methodcaller(name, *args, **kwargs)(obj)``."""
    given, named, obj = args
    assert isinstance(given, Seq) and isinstance(named, Mapping)
    name, *rest = given.items
    return call(sp, attribute(sp, obj, sp.static(name, "the method's name")), rest, named.items)


# ----------------------------------------------------------------------------------------------------------------- match

def _is_a(cls: type, but: tuple[type, ...]) -> Handler:
    """Whether ``match`` takes something for a sequence, or a mapping."""
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        known = python_classes(args[0])
        answers = {issubclass(c, cls) and not issubclass(c, but) for c in known} if known is not None else set()
        if len(answers) != 1:
            raise Refusal("SCT107", "what this pattern asks is not known when specialising", "test it with `if`")
        return Static(answers.pop())
    return build


def _part_of(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    subject, cls, k = args[0], sp.static(args[1], "the class of a pattern"), sp.static(args[2], "the place")
    if cls in MATCHED_AS_A_WHOLE and k == 0:
        return subject
    names = getattr(cls, "__match_args__", ())
    if k >= len(names):
        raise Refusal("SCT709", f"this always raises TypeError: {cls.__name__}() accepts {len(names)} positional sub-patterns")
    return attribute(sp, subject, names[k])


def _without_keys(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    subject, *keys = args
    taken = [sp.static(k, "a key") for k in keys]
    return Mapping({k: v for k, v in subject.items.items() if k not in taken})  # type: ignore[union-attr]


def _register_getters() -> None:
    getters = {items_of: operator.itemgetter, attributes_of: operator.attrgetter, method_of: operator.methodcaller}
    for make, kind in getters.items():
        SPECIAL[make] = make
        SPECIAL[kind] = _getter(make, kind)[0]


_ARRANGING = (itertools.product, itertools.combinations, itertools.permutations, itertools.combinations_with_replacement,
              itertools.zip_longest)

_register_getters()
SPECIAL.update({fn: fn for fn in (item_of_repeat, item_of_count, item_of_cycle)})
SPECIAL.update({fn: _arrangement(fn) for fn in _ARRANGING})
SPECIAL.update({
    is_sequence: _is_a(Sequence, (str, bytes, bytearray)), is_mapping: _is_a(abc.Mapping, ()), part_of: _part_of,
    without_keys: _without_keys,
})
SPECIAL.update({
    itertools.chain: _chained, itertools.chain.from_iterable: _chained_from, itertools.islice: _islice,
    itertools.pairwise: _pairwise, itertools.repeat: _repeat, itertools.starmap: _starmap, itertools.accumulate: _accumulate,
    itertools.count: _count, itertools.cycle: _cycle, itertools.takewhile: _taken_while,
    itertools.dropwhile: _dropped_while, functools.reduce: _reduce, functools.wraps: _wraps,
})
