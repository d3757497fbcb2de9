"""Takes a function and what the user asks to differentiate by, gives parameters, positions and complaints about arguments."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .custom import CustomFunction
from .errors import ArgumentError, SctError
from .frontend.capture import capture_text, python_function
from .frontend.refusals import refusal
from .ir.types import NONE, STR, Array, Dict, List, Scalar, Tuple, Type, tree_type
from .trees import is_complex, leaves

ArgSpec = int | str | Sequence[int | str]
COLLECTED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def plain_of(fun: Any) -> Any:
    """The function to compile for ``fun``: a plain function, or a bound method of one; for a partial or a callable object a
    function that calls it.  Raises for anything that cannot be differentiated."""
    if isinstance(fun, types.MethodType) and python_function(fun.__func__) is not None:
        return fun
    found = python_function(fun)
    if found is not None:
        return found
    if isinstance(fun, functools.partial) or _is_callable_object(fun) and not _is_wrapper(fun):
        return calling(fun)
    raise refusal(fun)


def _is_callable_object(fun: Any) -> bool:
    method = getattr(type(fun), "__call__", None)  # noqa: B004 - what it is matters, not whether it is there
    return not isinstance(fun, type | types.MethodType | staticmethod) and isinstance(method, types.FunctionType)


def _is_wrapper(fun: Any) -> bool:
    """Whether an object made by a decorator hides the parameters of its function: what it computes is not told by them."""
    inner = any(isinstance(getattr(fun, name, None), types.FunctionType) for name in ("__wrapped__", "pyfunc", "callback"))
    return inner and not isinstance(fun, CustomFunction) and all(p.kind in COLLECTED for p in signature_parameters(fun))


def signature_parameters(fun: Any) -> list[inspect.Parameter]:
    """The parameters with which the class of an object is called."""
    return list(inspect.signature(type(fun).__call__).parameters.values())[1:]


def calling(fun: Any, suffix: str = "") -> types.FunctionType:
    """A function with the signature of a partial, callable object or gradient that does nothing but call it."""
    from .codegen.externals import fresh, identifier

    own = getattr(fun, "func", fun)
    parameters = list(inspect.signature(fun).parameters.values())
    name = identifier(getattr(own, "__name__", "") or type(own).__name__) + suffix
    taken = {name, *(p.name for p in parameters)}
    target = fresh("fun", taken)
    spelled = ", ".join(_passed_on(p) for p in parameters)
    text = f"def {name}({signature_text(parameters, 'None')}):\n    return {target}({spelled})\n"
    made: types.FunctionType = capture_text(text, name, {target: fun}).fun
    given = [p for p in parameters if p.default is not p.empty]
    made.__defaults__ = tuple(p.default for p in given if p.kind is not p.KEYWORD_ONLY) or None
    made.__kwdefaults__ = {p.name: p.default for p in given if p.kind is p.KEYWORD_ONLY} or None
    made.__doc__ = own.__doc__
    return made


def _passed_on(p: inspect.Parameter) -> str:
    return _star(p) + p.name + (f"={p.name}" if p.kind is p.KEYWORD_ONLY else "")


def _star(p: inspect.Parameter) -> str:
    return "*" if p.kind is p.VAR_POSITIONAL else "**" if p.kind is p.VAR_KEYWORD else ""


def signature_text(parameters: Iterable[inspect.Parameter], default: str) -> str:
    """The parameter list as Python text, with ``default`` for every default."""
    parts: list[str] = []
    previous = None
    for p in parameters:
        if previous is p.POSITIONAL_ONLY and p.kind is not p.POSITIONAL_ONLY:
            parts.append("/")
        if p.kind is p.KEYWORD_ONLY and previous not in (p.KEYWORD_ONLY, p.VAR_POSITIONAL):
            parts.append("*")
        parts.append(_star(p) + p.name + (f"={default}" if p.default is not p.empty else ""))
        previous = p.kind
    return ", ".join([*parts, "/"] if previous is inspect.Parameter.POSITIONAL_ONLY else parts)


def signature_of(plain: Any) -> inspect.Signature:
    """The signature of a function's own code, whatever ``__signature__`` or ``__wrapped__`` claim."""
    fun = getattr(plain, "__func__", plain)
    bare = types.FunctionType(fun.__code__, fun.__globals__, fun.__name__, fun.__defaults__, fun.__closure__)
    bare.__kwdefaults__, bare.__annotations__ = fun.__kwdefaults__, dict(fun.__annotations__)
    return inspect.signature(types.MethodType(bare, plain.__self__) if isinstance(plain, types.MethodType) else bare)


# ------------------------------------------------------------------------------------------------------------------ argnums

def positions_of(argnums: ArgSpec, parameters: Sequence[inspect.Parameter], name: str) -> tuple[tuple[int, ...], bool]:
    """The positions that ``argnums`` means, and whether it was a sequence."""
    single = isinstance(argnums, int | str | np.integer)
    try:
        given: list[Any] = [argnums] if single else list(argnums)  # type: ignore[arg-type]
    except TypeError:
        given = [argnums]
    positions = [_position(a, parameters, name) for a in given]
    if len(set(positions)) != len(positions):
        raise _unusable(f"argnums names an argument twice: {argnums!r}", parameters)
    return tuple(positions), not single


def _position(argnum: Any, parameters: Sequence[inspect.Parameter], name: str) -> int:
    """Positions count the parameters that an argument can be named for; ``*args`` and ``**kwargs`` are none of them."""
    names = [p.name for p in parameters]
    fixed = [k for k, p in enumerate(parameters) if p.kind not in COLLECTED]
    if isinstance(argnum, str):
        if argnum not in names:
            raise _unusable(f"`{name}` has no parameter {argnum!r}", parameters)
        position = names.index(argnum)
    elif isinstance(argnum, bool) or not isinstance(argnum, int | np.integer):
        raise _unusable(f"argnums={argnum!r} is neither a position nor a name", parameters)
    elif 0 <= argnum < len(names) and argnum not in fixed:
        position = int(argnum)
    elif not -len(fixed) <= argnum < len(names):
        raise _unusable(f"argnums={argnum!r} is not a parameter of `{name}`", parameters)
    else:
        position = int(argnum) if argnum >= 0 else fixed[int(argnum)]
    if parameters[position].kind in COLLECTED:
        raise _unusable(f"`{name}` cannot be differentiated with respect to `{_star(parameters[position])}{names[position]}`",
                        parameters, "give it a parameter of its own, as in `lambda x: f(x)`; ")
    return position


def _unusable(message: str, parameters: Sequence[inspect.Parameter], advice: str = "") -> ArgumentError:
    valid = ", ".join(f"{k}: {p.name}" for k, p in enumerate(parameters) if p.kind not in COLLECTED)
    return ArgumentError(message, code="SCT402", hint=f"{advice}the parameters are {valid or 'none'}")


# ---------------------------------------------------------------------------------------------------------------- arguments

def check_differentiable(name: str, argument: str, value: Any, allow_int: bool) -> None:
    """Raise unless ``value`` can be differentiated by: a float, an array of floats, or a container that holds some."""
    t = tree_type(value)
    if t.differentiable or allow_int and _is_integer(t):
        return
    what = f"`{name}` is differentiated with respect to `{argument}`, which is {_article(t)}"
    if isinstance(t, Scalar | Array) and _is_integer(t):
        zero = ", or use allow_int=True for a zero gradient"
        raise ArgumentError(what, code="SCT401", hint=f"pass {_as_float(value, argument)}{zero}")
    if isinstance(t, Tuple | List | Dict):
        raise ArgumentError(f"{what} without a float in it", code="SCT401", hint="pass floats, such as 3.0 for 3")
    raise _wrong_kind(what, t)


def check_complex(name: str, argument: str, value: Any) -> None:
    """Raise unless every number in ``value`` that is differentiable is complex."""
    if not all(map(is_complex, leaves(value))):
        raise ArgumentError(f"`{name}` is differentiated with respect to `{argument}`, which is real, with holomorphic=True",
                            hint="pass a complex number or array, or leave holomorphic=True out", code="SCT406")


def _wrong_kind(what: str, t: Type) -> SctError:
    if t in (NONE, STR):
        return ArgumentError(what, code="SCT401", hint="pass a float or an array of floats, or choose other argnums")
    hint = "pass a float, an exact numpy.ndarray of floats (np.asarray(x)), or a tuple, list, dict or dataclass of these"
    return ArgumentError(what, code="SCT403", hint=hint)


def _is_integer(t: Type) -> bool:
    """Integers and booleans, and containers of them: what ``allow_int`` gives zeros for."""
    if isinstance(t, Tuple):
        return bool(t.items) and all(map(_is_integer, t.items))
    if isinstance(t, Dict):
        return bool(t.items) and all(_is_integer(item) for _, item in t.items)
    if isinstance(t, List):
        return _is_integer(t.item)
    return isinstance(t, Scalar | Array) and t.dtype.startswith(("int", "uint", "bool"))


def _as_float(value: Any, argument: str) -> str:
    if isinstance(value, np.ndarray):
        return f"`{argument}.astype(float)`"
    return repr(float(value)) if not isinstance(value, bool | np.bool) else "1.0 or 0.0"


def _article(t: Type) -> str:
    text = "None" if t is NONE else "a str" if t is STR else str(t)
    if isinstance(t, Tuple) and t.cls is list:
        return "an empty list" if not t.items else f"a list of {', '.join(map(str, t.items))}"
    if isinstance(t, Array):
        return f"an array of {t.dtype}"
    if t in (NONE, STR):
        return text
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"
