"""Operators on objects of the user's own classes are calls of their methods, found as Python finds them."""

from __future__ import annotations

import operator
import sys
import types
from collections.abc import Callable
from typing import Any

from ..ir.core import Value
from ..ir.types import Array, Object, Scalar, strip_const
from .abstract import Abstract, Reference, Seq, Static
from .context import Refusal
from .data import guard_class
from .infer import Specializer

_BINARY: dict[Any, str] = {
    operator.add: "add", operator.sub: "sub", operator.mul: "mul", operator.truediv: "truediv", operator.floordiv: "floordiv",
    operator.mod: "mod", operator.pow: "pow", operator.matmul: "matmul", operator.and_: "and", operator.or_: "or",
    operator.xor: "xor", operator.lshift: "lshift", operator.rshift: "rshift", divmod: "divmod",
}
_UNARY: dict[Any, str] = {operator.neg: "neg", operator.pos: "pos", operator.invert: "invert", abs: "abs"}
_HEAP_TYPE = 1 << 9
"""The bit of ``cls.__flags__`` that says that a class was made by a ``class`` statement (CPython's ``Py_TPFLAGS_HEAPTYPE``)."""


def operate(sp: Specializer, fn: Callable[..., Any], args: list[Abstract]) -> Abstract | None:
    """The operator ``fn`` on operands of which one has a class of the user's that defines it; None for any others."""
    name = _UNARY.get(fn) if len(args) == 1 else _BINARY.get(fn) if len(args) == 2 else None
    if name is None or sp.context.splicing or not any(map(user_class, args)):
        return None
    if len(args) == 1:
        return _method(sp, f"__{name}__", args)
    x, y = args
    own, reflected = (f"__{name}__", [x, y]), (f"__r{name}__", [y, x])
    a, b = user_class(x), user_class(y)
    tries = [reflected, own] if a and b and a is not b and issubclass(b, a) else [own, reflected] if a is not b else [own]
    numpy_first = a is None and b is not None and _asks_numpy(x) and not _comes_before(b, x)
    if numpy_first and b is not None and isinstance(getattr(b, reflected[0], 0), types.FunctionType):
        raise Refusal("SCT708", f"NumPy decides what this operator does with a {b.__name__}", "call a function instead")
    found = False
    for method, operands in tries:
        result = _method(sp, method, operands)
        found = found or result is not None
        if result is not None and not (isinstance(result, Static) and result.value is NotImplemented):
            return result
    if found:
        raise Refusal("SCT709", "this always raises TypeError: the operands do not know each other")
    return None


def user_class(a: Abstract) -> type | None:
    """The class of an object, if it may define operators of its own."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    if isinstance(a, Static | Seq | Reference):
        cls: type | None = type(a.value) if isinstance(a, Static) else a.kind
    else:
        cls = t.cls if isinstance(t, Object) else None
    return None if cls is None or _is_of_library(cls) else cls


def _is_of_library(cls: type) -> bool:
    """Whether a class is Python's or NumPy's: its objects are called as they are, fractions and enumerations for example."""
    home = cls.__module__.split(".")[0]
    if home == "builtins":
        return not cls.__flags__ & _HEAP_TYPE  # code without a module's name makes classes of "builtins"
    return home in sys.stdlib_module_names or home == "numpy"


def _comes_before(cls: type, a: Abstract) -> bool:
    """Whether an array leaves operators to the objects of a class, which says nothing of ufuncs, but its priority."""
    array = isinstance(a, Value) and isinstance(strip_const(a.type), Array)
    return array and not hasattr(cls, "__array_ufunc__") and getattr(cls, "__array_priority__", 0.0) > 0.0


def _asks_numpy(a: Abstract) -> bool:
    t = strip_const(a.type) if isinstance(a, Value) else None
    return isinstance(t, Array) or isinstance(t, Scalar) and t.python is not True


def _method(sp: Specializer, name: str, operands: list[Abstract]) -> Abstract | None:
    """The method called, if the class of the first operand has one of its own."""
    from .callees import call
    cls = user_class(operands[0])
    method = getattr(cls, name, None) if cls is not None else None
    if cls is None or method is None or isinstance(method, types.WrapperDescriptorType | types.MethodDescriptorType):
        return None
    if method.__module__ == "enum":
        return None
    if not isinstance(method, types.FunctionType):
        raise Refusal("SCT708", f"`{cls.__name__}.{name}` cannot be looked into", "call a plain method instead")
    guard_class(sp, cls, name, method)
    return call(sp, Static(method), operands, {})
