"""Changes of dicts: their methods, of a dict whose keys are known and of a table, whose keys only run time knows."""

from __future__ import annotations

import collections
from typing import Any

from ..ir.core import Value
from ..ir.types import Table
from . import tables
from .abstract import Abstract, Mapping, Reference, Seq, Static, View
from .callees import SPECIAL, TAKES_REFERENCES, call
from .context import Refusal
from .displays import sequence_items
from .infer import Specializer
from .list_changes import NONE, changed
from .primitives import raise_here
from .references import NeedsPlaces, change, content, fresh, kind_of, plain


def dict_content(sp: Specializer, a: Reference) -> Mapping:
    found = content(sp, a)
    if not isinstance(found, Mapping):
        raise Refusal("SCT602", "what is changed here is not certainly a dict", "start with a dict on every path")
    return found


def update(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    items = dict(held.items)
    for more in [content(sp, a) for a in args]:
        if isinstance(more, Mapping):
            items.update(more.items)
            continue
        for pair in sequence_items(sp, more, "update"):
            key, value = sequence_items(sp, pair, "update")
            items[known_key(sp, d, key)] = value
    change(sp, d, Mapping({**items, **kwargs}))
    return NONE


def known_key(sp: Specializer, d: Reference, key: Abstract) -> Any:
    """A key of the dict ``d`` that is known; if it is not, the dict has to be a table."""
    if not tables.is_known(sp, key):
        raise tables.needed(sp, d)
    return sp.static(plain(sp, key), "the key of a dict")


def _setdefault(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key = known_key(sp, d, args[0])
    if key not in held.items:
        change(sp, d, Mapping({**held.items, key: args[1] if len(args) > 1 else NONE}))
    return dict_content(sp, d).items[key]


def _dict_pop(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key = known_key(sp, d, args[0])
    if key not in held.items:
        return args[1] if len(args) > 1 else raise_here(sp, KeyError(key))
    change(sp, d, Mapping({k: v for k, v in held.items.items() if k != key}))
    return held.items[key]


def _popitem(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if not held.items:
        return raise_here(sp, KeyError("popitem(): dictionary is empty"))
    *others, (key, value) = held.items.items()
    change(sp, d, Mapping(dict(others)))
    return Seq(tuple, [Static(key), value])


def _clear_dict(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    change(sp, d, Mapping({}))
    return NONE


def _update_table(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    for more in [content(sp, a) for a in args]:
        if not isinstance(more, Mapping):
            raise Refusal("SCT602", "a dict with keys that only run time knows takes items one by one",
                          "write a loop: `for k, v in …: d[k] = v`")
        kwargs = {**more.items, **kwargs}
    for key, value in kwargs.items():
        held = tables.put(sp, d, held, Static(key), value)
    return NONE


def _ensured(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key, *default = args
    return tables.load(sp, d, tables.ensure(sp, d, held, key, lambda: default[0] if default else NONE), key)


def _table_pop(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if len(args) > 1:
        raise Refusal("SCT602", "`pop` with a default is not supported for a dict with keys that only run time knows",
                      "write `if k in d: x = d.pop(k)`")
    return tables.take(sp, d, held, args[0])[0]


def _clear_table(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    change(sp, d, tables.made(sp, Mapping({}), held.hint))
    return NONE


def _no_table(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    raise Refusal("SCT602", "which item is the last is not known of a dict with keys that only run time knows", "name the key")


_TABLE: dict[str, Any] = {
    "update": _update_table, "setdefault": _ensured, "pop": _table_pop, "popitem": _no_table, "clear": _clear_table,
}

_DICT: dict[str, Any] = {
    "update": update, "setdefault": _setdefault, "pop": _dict_pop, "popitem": _popitem, "clear": _clear_dict,
}


def _dict_method(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if kind_of(content(sp, args[0])) is not dict:
            return NotImplemented  # type: ignore[no-any-return]
        d = changed(sp, args[0])
        held = tables.held_table(sp, d)
        found = held if held is not None else dict_content(sp, d)
        return dict_method_of(name)(sp, d, found, args[1:], kwargs)  # type: ignore[no-any-return]
    return build


def dict_method_of(name: str) -> Any:
    def run(sp: Specializer, d: Reference, held: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        return (_TABLE if isinstance(held, Value) else _DICT)[name](sp, d, held, args, kwargs)  # type: ignore[no-any-return]
    return run


def _get(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``d.get(key, default)`` of a dict that may have to be a table."""
    held = content(sp, args[0])
    if isinstance(held, Value) and isinstance(held.type, Table):
        return tables.get(sp, args[0], held, args[1], args[2] if len(args) > 2 else NONE)
    if isinstance(held, Mapping) and not tables.is_known(sp, args[1]):
        raise tables.needed(sp, args[0])
    return _PLAIN_GET(sp, [held, *args[1:]], kwargs)  # type: ignore[no-any-return]


def _defaultdict(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``collections.defaultdict(factory)``: a dict that gets an item wherever one is missing."""
    if sp.context.splicing:
        return NotImplemented  # type: ignore[no-any-return]
    if not sp.context.places:
        raise NeedsPlaces
    factory, *given = args or [NONE]
    made = fresh(sp, content(sp, call(sp, Static(dict), given, kwargs)))
    assert isinstance(made, Reference)
    made.place.factory = None if factory == NONE else factory
    return made


def with_default(sp: Specializer, d: Abstract, key: Abstract) -> None:
    """Let a ``defaultdict`` have an item for ``key``."""
    factory = d.place.factory if isinstance(d, Reference) else None
    if factory is None or not isinstance(d, Reference):
        return
    held = tables.held_table(sp, d)
    if held is not None:
        tables.ensure(sp, d, held, key, lambda: call(sp, factory, [], {}))
        return
    known = dict_content(sp, d)
    place = known_key(sp, d, key)
    if place not in known.items:
        change(sp, d, Mapping({**known.items, place: call(sp, factory, [], {})}))


def _view(name: str, otherwise: Any) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if isinstance(args[0], Reference) and (isinstance(content(sp, args[0]), Mapping)
                                               or tables.held_table(sp, args[0]) is not None):
            return View(args[0], name)
        return otherwise(sp, args, kwargs)  # type: ignore[no-any-return]
    return build


_PLAIN_GET = SPECIAL[dict.get]
SPECIAL[dict.get] = _get
SPECIAL[collections.defaultdict] = _defaultdict
SPECIAL.update({getattr(dict, name): _dict_method(name) for name in _DICT})
SPECIAL.update({getattr(dict, name): _view(name, SPECIAL[getattr(dict, name)]) for name in ("keys", "values", "items")})
TAKES_REFERENCES.update({getattr(dict, name) for name in _DICT}, {dict.keys, dict.values, dict.items, dict.get})
