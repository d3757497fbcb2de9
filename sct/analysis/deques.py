"""``collections.deque``: a list whose methods are said by those of lists, so that nothing behind this knows deques."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from ..runtime import standard
from .abstract import Abstract, Reference, Seq, Slice, Static
from .callees import SPECIAL, TAKES_REFERENCES, call, call_standard
from .context import Refusal
from .infer import Specializer
from .plans import known_items
from .references import NeedsPlaces, content, fresh

deque = collections.deque
NONE = Static(None)


def _make(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``deque(iterable, maxlen)``."""
    if sp.context.splicing:
        return NotImplemented  # type: ignore[no-any-return]
    if not sp.context.places:
        raise NeedsPlaces
    given, limit = dict(zip(("iterable", "maxlen"), args, strict=False)) | kwargs, None
    if "maxlen" in given:
        limit = sp.static(given["maxlen"], "`maxlen` of a deque")
    items: Abstract = Seq(list, [])
    if "iterable" in given:
        items = content(sp, call(sp, Static(list), [given["iterable"]], {}))
    if limit is not None and "iterable" in given:
        items = content(sp, call_standard(sp, standard.last_of, [items, Static(limit)])) if not isinstance(items, Seq) \
            else Seq(list, items.items[len(items.items) - limit:] if len(items.items) > limit else items.items)
    made = fresh(sp, items)
    assert isinstance(made, Reference)
    made.place.kind = deque
    made.place.limit_to(limit)
    return made


def limit_of(a: Abstract) -> int | None:
    """The ``maxlen`` of a deque."""
    assert isinstance(a, Reference)
    limits = a.place.limits
    if len(limits) > 1:
        raise Refusal("SCT602", "this deque may be one of two with different `maxlen`", "use one name for each")
    return next(iter(limits), None)


def _put(at_end: bool) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        items, item = args
        limit = limit_of(items)
        held = content(sp, items)
        if limit is None or isinstance(held, Seq) and len(held.items) < limit:
            name, more = ("append", [item]) if at_end else ("insert", [Static(0), item])
            call(sp, Static(getattr(list, name)), [items, *more], {})
        else:
            call_standard(sp, standard.put_last if at_end else standard.put_first, [items, item, Static(limit)])
        return NONE
    return build


def _extend(at_end: bool) -> Any:
    put = _put(at_end)

    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        items, more = args
        known = known_items(sp, content(sp, more))
        if known is None and at_end and limit_of(items) is None:
            return call(sp, Static(list.extend), args, {})
        if known is None:
            raise Refusal("SCT602", "how many items come into this deque is not known",
                          "write a loop: `for v in vs: q.append(v)`")
        for item in known:
            put(sp, [items, item], {})
        return NONE
    return build


def _take(index: int) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        return call(sp, Static(list.pop), [args[0], Static(index)] if index == 0 else [args[0]], {})
    return build


def _rotate(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    steps = sp.static(args[1], "how far a deque is turned") if len(args) > 1 else 1
    for _ in range(abs(steps)):
        call_standard(sp, standard.turn_right if steps > 0 else standard.turn_left, [args[0]])
    return NONE


def _as_list(name: str, limited: bool = True) -> Any:
    """A method that lists have, too; one that a deque of limited length does not have like them is refused."""
    fn: Callable[..., Any] = getattr(list, name)

    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if not limited and limit_of(args[0]) is not None:
            raise Refusal("SCT602", f"`{name}` of a deque with `maxlen` is not supported", "use `append` or `appendleft`")
        found: Abstract = call(sp, Static(fn), args, kwargs)
        return found
    return build


def _copy(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    limit = limit_of(args[0])
    return _make(sp, [args[0], Static(limit)], {})


def check_index(base: Abstract, index: Abstract) -> None:
    """A deque has no slices."""
    if isinstance(base, Reference) and base.kind is deque and isinstance(index, Slice):
        raise Refusal("SCT709", "this always raises TypeError: a deque has no slices", "`list(q)[i:j]`")


_METHODS: dict[Any, Any] = {
    deque.append: _put(True), deque.appendleft: _put(False), deque.extend: _extend(True), deque.extendleft: _extend(False),
    deque.pop: _take(-1), deque.popleft: _take(0), deque.rotate: _rotate, deque.copy: _copy,
    deque.insert: _as_list("insert", limited=False),
    **{getattr(deque, name): _as_list(name) for name in ("clear", "reverse", "remove", "index", "count")},
}
SPECIAL[deque] = _make
SPECIAL.update(_METHODS)
TAKES_REFERENCES.update(_METHODS)
