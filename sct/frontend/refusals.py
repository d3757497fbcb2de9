"""From an object that is not a plain Python function to the error that says what it is and what to pass instead."""

from __future__ import annotations

import types
from typing import Any

from ..errors import ArgumentError, SctError, SourceUnavailableError


def refusal(fun: Any) -> SctError:
    """Why ``fun``, which is not a plain Python function, has no source of its own, and what to pass instead."""
    name = getattr(fun, "__qualname__", None) or getattr(fun, "__name__", None) or type(fun).__name__
    if isinstance(fun, type):
        return ArgumentError(f"`{name}` is a class, not a function", code="SCT405",
                             hint=f"pass a function that makes one, such as `lambda x: {name}(x).value`")
    if not callable(fun):
        return ArgumentError(f"{_shown(fun)} is not a function", code="SCT405", hint="pass a function, for example a lambda")
    for recognise in (_method_refusal, _builtin_refusal, _wrapper_refusal):
        found = recognise(fun, name)
        if found is not None:
            return found
    return _object_refusal(fun)


def _method_refusal(fun: Any, name: str) -> SctError | None:
    if not isinstance(fun, (types.MethodType, staticmethod, classmethod)):
        return None
    if isinstance(fun, types.MethodType):
        return ArgumentError(f"`{name}` is a method object, not a function", code="SCT405", hint="pass a lambda that calls it")
    decorator = type(fun).__name__
    return ArgumentError(f"`{name}` is a {decorator} object, not a function", code="SCT405",
                         hint=f"write `@{decorator}` first, above the decorator that takes the gradient")


_COMPILED = (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType, types.MethodWrapperType,
             types.ClassMethodDescriptorType)
_COMPILED_NAMES = ("ufunc", "_ArrayFunctionDispatcher", "cython_function_or_method")


def _builtin_refusal(fun: Any, name: str) -> SctError | None:
    kind = type(fun)
    if not isinstance(fun, _COMPILED) and kind.__name__ not in _COMPILED_NAMES:
        return None
    module = getattr(fun, "__module__", None) or kind.__module__
    spelled = name if module == "builtins" or "." in name else f"{module}.{name}"
    return SourceUnavailableError(f"`{spelled}` is a compiled function, which has no Python source", code="SCT302",
                                  hint=f"pass a Python function that calls it, such as `lambda x: {spelled}(x)`")


def _wrapper_refusal(fun: Any, name: str) -> SctError | None:
    inner = next((attr for attr in ("__wrapped__", "py_func", "pyfunc", "func", "callback")
                  if isinstance(getattr(fun, attr, None), types.FunctionType)), None)
    if inner is None:
        return None
    return SourceUnavailableError(f"`{name}` is a {_kind(fun)} object around a function, and it may change what is computed",
                                  code="SCT304", hint=f"pass the function under it: `{name}.{inner}`")


def _object_refusal(fun: Any) -> SctError:
    if isinstance(type(fun).__call__, types.FunctionType):
        return ArgumentError(f"{_shown(fun)} is a callable object, not a function", code="SCT405",
                             hint="pass its method `.__call__`, or a lambda that calls it")
    return SourceUnavailableError(f"{_shown(fun)} is callable, but it has no Python code", code="SCT304",
                                  hint="pass a Python function that computes the same")


def _kind(fun: Any) -> str:
    kind = type(fun)
    return {"_lru_cache_wrapper": "functools.lru_cache"}.get(kind.__name__, f"{kind.__module__}.{kind.__qualname__}")


def _shown(fun: Any) -> str:
    text = repr(fun)
    return text if len(text) <= 60 and " at 0x" not in text else f"a {type(fun).__qualname__} object"
