"""Sets whose items are all known while specialising: their methods are run then, and a change gives a set another content.

The order of a set's items depends on how it was built, and of strings on the process: it is used only where it is certain.
"""

from __future__ import annotations

import operator
from typing import Any

from .abstract import Abstract, Static
from .callees import MAKES_CONTAINERS, SPECIAL, TAKES_REFERENCES
from .context import Refusal
from .displays import WornSet, is_own_set
from .infer import Specializer
from .list_changes import changed
from .primitives import now, raise_here
from .references import change, content, fresh

CHANGING = ("add", "discard", "remove", "update", "clear", "difference_update", "intersection_update",
            "symmetric_difference_update")
READING = ("copy", "union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint")
_WEARING = ("discard", "remove", "difference_update", "intersection_update", "symmetric_difference_update")
"""Methods behind which a later item may stand elsewhere than its value says."""


def _changing(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        base, *rest = args
        held = content(sp, base)
        if not isinstance(held, Static) or not is_own_set(held):
            return NotImplemented  # type: ignore[no-any-return]
        given = [_item(sp, a) if name in ("add", "discard", "remove") else _items(sp, a) for a in rest]
        target = changed(sp, base)
        new = (WornSet if name in _WEARING else type(held.value))(held.value)
        try:
            getattr(new, name)(*given)
        except (KeyError, TypeError) as error:
            return raise_here(sp, error)
        change(sp, target, Static(new))
        return Static(None)
    return build


def _item(sp: Specializer, a: Abstract) -> Any:
    """An item that is known, which need not be one that a set can hold."""
    try:
        return sp.static(a, "an item of a set")
    except Refusal as refusal:
        raise Refusal("SCT110", "a set of values that only run time knows is not supported",
                      "use a list, or an array of flags") from refusal


def _items(sp: Specializer, a: Abstract) -> Any:
    from .ordering import _items as listed
    held = content(sp, a)
    items = listed(sp, held)
    if items is None:
        raise Refusal("SCT110", "a set of values that only run time knows is not supported", "use a list, or an array of flags")
    return [_item(sp, item) for item in items]


def change_set(sp: Specializer, fn: Any, x: Abstract, y: Abstract) -> Abstract:
    """``x |= y`` and its like: what ``x`` is afterwards."""
    target, held = changed(sp, x), content(sp, x)
    assert isinstance(held, Static)
    result = now(fn, set(held.value), set(_items(sp, y)))
    change(sp, target, Static(result if fn is operator.or_ else WornSet(result)))
    return target


def _reading(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        held = content(sp, args[0])
        if not isinstance(held, Static) or not is_own_set(held):
            return NotImplemented  # type: ignore[no-any-return]
        plain = held.value if type(held.value) is frozenset else set(held.value)
        result = now(getattr(plain, name), *(_items(sp, a) for a in args[1:]))
        return fresh(sp, Static(result)) if type(result) is set else Static(result)
    return build


SPECIAL.update({getattr(set, name): _changing(name) for name in CHANGING})
SPECIAL.update({getattr(kind, name): _reading(name) for kind in (set, frozenset) for name in READING})
TAKES_REFERENCES.update(getattr(kind, name) for kind in (set, frozenset) for name in READING)
TAKES_REFERENCES.update(getattr(set, name) for name in CHANGING)
MAKES_CONTAINERS.add(set)
