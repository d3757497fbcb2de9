"""Takes a function, gives what ``pickle`` makes it again from elsewhere: its qualified name, else its text and what it reads.

A function of an importable module travels by name, and reads its globals where it arrives.  Lambdas, nested functions and
those of ``__main__`` or a notebook travel by value: their text, the globals and captured variables that they read, as they are
when pickled, and the functions among these by the same rule.  Everything goes through the pickler that was called, so that
``pickle``, ``cloudpickle`` and what builds on them treat arrays, objects and classes as they always do, and functions that
call each other, or share globals or captured variables, still do so afterwards.
"""

from __future__ import annotations

import copyreg
import functools
import importlib
import types
import weakref
from collections.abc import Iterator
from typing import Any

from .arriving import arrived
from .custom import CustomFunction
from .errors import ArgumentError
from .frontend.capture import capture, register_texts
from .frontend.portable import Portable, code_of, portable
from .reading import cells_of, codes, globals_of, is_importable, texts_of_objects


def reduced(obj: Any, options: dict[str, Any]) -> Any:
    """``__reduce__`` of an object that its class makes from a function, ``obj.fun``, and options."""
    if is_importable(obj):
        return obj.__qualname__
    return _arrive, (type(obj), _carried(obj.fun, {}), options, texts_of_objects(obj.fun))


def _arrive(cls: type, fun: Any, options: dict[str, Any], texts: dict[str, str]) -> Any:
    register_texts(texts)
    return arrived(cls, fun, options)


# ------------------------------------------------------------------------------------------- what stands in for what is pickled

class _Wrapper:
    """Stands in a pickle for an object that ``pickle`` cannot handle; one for each, so that the pickler knows it again."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Function(_Wrapper):
    """A function by value."""

    def __reduce__(self) -> Any:
        fun = self.value
        text = _text_of(fun)
        cells = [_wrapper(_Cell, cell) for cell in fun.__closure__ or ()]
        return _make, (text, _wrapper(_Space, fun.__globals__), cells), self._state(), None, None, _complete

    def _state(self) -> dict[str, Any]:
        """All that the function reads, and its attributes; functions that call each other find themselves here again."""
        fun = self.value
        reads, cells = globals_of(fun), cells_of(fun)
        for name, value in {**reads, **cells}.items():
            _check_picklable(fun, name, value)
        attributes = {name: getattr(fun, name) for name in _ATTRIBUTES} | vars(fun)
        return {name: _carried(part, {}) for name, part in (("globals", reads), ("cells", cells), ("attributes", attributes))}


_texts: weakref.WeakKeyDictionary[types.CodeType, Portable] = weakref.WeakKeyDictionary()


def _text_of(fun: types.FunctionType) -> Portable:
    """The text of a function; found once for each code, for pools send functions again and again."""
    text = _texts.get(fun.__code__)
    if text is None:
        text = portable(capture(fun))
        _check_same(fun, code_of(text))
        _texts[fun.__code__] = text
    return text


_ATTRIBUTES = ("__qualname__", "__module__", "__defaults__", "__kwdefaults__", "__annotations__")


def _make(text: Portable, space: dict[str, Any], cells: list[types.CellType]) -> types.FunctionType:
    return types.FunctionType(code_of(text), space, closure=tuple(cells))


def _complete(fun: types.FunctionType, state: dict[str, dict[str, Any]]) -> None:
    fun.__globals__.update(state["globals"])
    for name, cell in zip(fun.__code__.co_freevars, fun.__closure__ or (), strict=True):
        if name in state["cells"]:
            cell.cell_contents = state["cells"][name]
    for name, value in state["attributes"].items():
        setattr(fun, name, value)


class _Module(_Wrapper):
    def __reduce__(self) -> Any:
        return importlib.import_module, (self.value.__name__,)


class _Cell(_Wrapper):
    """A captured variable, which several functions may share; they fill it."""

    def __reduce__(self) -> Any:
        return _cell, ()


def _cell() -> types.CellType:
    return types.CellType()


class _Space(_Wrapper):
    """The globals of a module, to which each function brings those that it reads."""

    def __reduce__(self) -> Any:
        return dict, ([("__name__", self.value.get("__name__", "__main__"))],)


class _Partial(_Wrapper):
    def __reduce__(self) -> Any:
        return _partial, tuple(self.value)


def _partial(fun: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    return functools.partial(fun, *args, **keywords)


_wrappers: weakref.WeakValueDictionary[tuple[type, int], _Wrapper] = weakref.WeakValueDictionary()
"""Those in use: a pickler keeps alive the wrappers that it has seen, and they what they wrap."""


def _wrapper(cls: type[_Wrapper], value: Any) -> _Wrapper:
    found = _wrappers.get((cls, id(value)))
    if found is None:
        found = _wrappers[cls, id(value)] = cls(value)
    return found


def _carried(value: Any, around: dict[int, Any]) -> Any:
    """A value with wrappers for the functions by value and the modules in it; itself if there are none."""
    if isinstance(value, types.FunctionType):
        return value if is_importable(value) else _wrapper(_Function, value)
    if isinstance(value, types.ModuleType):
        return _wrapper(_Module, value)
    if type(value) not in (list, tuple, set, frozenset, dict, functools.partial) or id(value) in around:
        return value
    around = {**around, id(value): value}
    if type(value) is functools.partial:
        parts: Any = value.func, value.args, value.keywords
        carried = _carried(parts, around)
        return value if carried is parts else _Partial(carried)
    items = list(value.values() if type(value) is dict else value)
    changed = [_carried(item, around) for item in items]
    if all(a is b for a, b in zip(items, changed, strict=True)):
        return value
    return dict(zip(value, changed, strict=True)) if type(value) is dict else type(value)(changed)


# ----------------------------------------------------------------------------------------------------- what cannot travel

def _check_same(fun: types.FunctionType, again: types.CodeType) -> None:
    """Private names (``self.__x``) are spelled otherwise inside of a class than in the text of a method alone."""
    known = {part for code in codes(fun.__code__) for part in _spelled(code)}
    other = [part for code in codes(again) for part in _spelled(code) if part not in known]
    if other or again.co_freevars != fun.__code__.co_freevars:
        which = f" (`{other[0]}` has another name inside of its class)" if other and isinstance(other[0], str) else ""
        raise ArgumentError(f"`{fun.__qualname__}` cannot be pickled by value: its text alone means something else{which}",
                            code="SCT410", hint="put it into a module that can be imported")


def _spelled(code: types.CodeType) -> Iterator[Any]:
    """The names and constants in a code."""
    yield from code.co_names + code.co_varnames + code.co_freevars + code.co_cellvars
    yield from ((type(const), const) for const in code.co_consts if not isinstance(const, types.CodeType))


_NAMED = types.FunctionType | types.BuiltinFunctionType | types.ModuleType | types.MethodType | type


def _check_picklable(fun: types.FunctionType, name: str, value: Any) -> None:
    """Name the variable that cannot travel: ``pickle`` itself tells no more than its type."""
    if isinstance(value, _NAMED) or type(value) in copyreg.dispatch_table \
            or any(getattr(type(value), name) is not getattr(object, name) for name in ("__reduce__", "__reduce_ex__")):
        return
    try:
        value.__reduce_ex__(4)
    except TypeError as error:
        raise ArgumentError(f"`{fun.__qualname__}` cannot be pickled by value: it reads `{name}`, and {error}", code="SCT410",
                            hint=f"pass `{name}` as an argument, or put the function into a module") from None


# --------------------------------------------------------------------------- functions with a derivative of their author's

def reduced_custom(custom: CustomFunction) -> Any:
    """By name where that leads to it, else by value; its functions, which may call it, are filled in once it is there."""
    if is_importable(custom):
        return custom.__qualname__
    return object.__new__, (type(custom),), _carried(vars(custom), {}), None, None, _fill


def _fill(custom: CustomFunction, state: dict[str, Any]) -> None:
    vars(custom).update(state)
