"""What users call: ``grad`` and ``value_and_grad``, and the functions that show what was generated."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import guess
from .analysis.infer import Context
from .codegen.load import filename_of
from .compiler import Compiled, Request, adjoint_before_passes, compile_gradient, specialise
from .dispatch import MISSING, Dispatcher, holds, run
from .errors import ArgumentError, SctError
from .frontend.capture import capture_text, python_function
from .frontend.refusals import refusal
from .ir.text import to_text
from .ir.types import Dict, List, Scalar, Tuple, type_of
from .session import CompilationSession

ArgSpec = int | str | Sequence[int | str]


def grad(fun: Any = None, argnums: ArgSpec = 0, has_aux: bool = False, holomorphic: bool = False, allow_int: bool = False, *,
         backend: str = "python", checkpoint: Any = None) -> Any:
    """The gradient of a function that returns one number; usable as ``@grad`` and ``@grad(argnums="w")``.

    ``argnums`` names the differentiated parameters by position or name; an int or a name gives the bare gradient, a sequence
    a tuple.  A float gives a float, an array a new array of its shape and dtype, a container the same container.  With
    ``has_aux`` the function returns ``(value, aux)`` and the gradient function ``(gradient, aux)``.

    Raises a subclass of ``SctError`` that names the line, before anything is computed, for what is not supported.

    >>> import sct
    >>> def area(r):
    ...     return 3.0 * r ** 2
    >>> sct.grad(area)(1.0)
    6.0
    """
    options = _options(argnums, has_aux, holomorphic, allow_int, backend, checkpoint)
    if fun is None:
        return lambda f: GradientFunction(f, value=False, **options)
    return GradientFunction(fun, value=False, **options)


def value_and_grad(fun: Any = None, argnums: ArgSpec = 0, has_aux: bool = False, holomorphic: bool = False,
                   allow_int: bool = False, *, backend: str = "python", checkpoint: Any = None) -> Any:
    """Like ``grad``, but the result is ``(value, gradient)``, with ``has_aux`` ``((value, aux), gradient)``.

    >>> import sct
    >>> def area(r):
    ...     return 3.0 * r ** 2
    >>> sct.value_and_grad(area)(2.0)
    (12.0, 12.0)
    """
    options = _options(argnums, has_aux, holomorphic, allow_int, backend, checkpoint)
    if fun is None:
        return lambda f: GradientFunction(f, value=True, **options)
    return GradientFunction(fun, value=True, **options)


def _options(argnums: ArgSpec, has_aux: bool, holomorphic: bool, allow_int: bool, backend: str, checkpoint: Any) -> dict[str, Any]:
    if holomorphic:
        raise ArgumentError("holomorphic=True is not available yet", hint="differentiate the real part", code="SCT409")
    if backend != "python":
        raise ArgumentError(f"the backend {backend!r} is not available", hint='use backend="python"', code="SCT409")
    if checkpoint is not None:
        raise ArgumentError("checkpoint= is not available yet", hint="leave it out", code="SCT409")
    return {"argnums": argnums, "has_aux": has_aux, "allow_int": allow_int}


class GradientFunction:
    """A function that computes a gradient, with everything that was generated for it at hand."""

    def __init__(self, fun: Any, *, argnums: ArgSpec, value: bool, has_aux: bool, allow_int: bool) -> None:
        _check_callable(fun)
        self.fun = fun
        """The original function."""
        self.argnums = argnums
        self._value, self._has_aux, self._allow_int = value, has_aux, allow_int
        plain = fun if isinstance(fun, types.MethodType) else python_function(fun) or fun
        self._plain = plain
        self.__signature__ = inspect.signature(plain, follow_wrapped=False)
        self.__doc__ = fun.__doc__
        self.__name__ = getattr(fun, "__name__", "gradient")
        self.__qualname__ = getattr(fun, "__qualname__", self.__name__)
        self.__module__ = getattr(fun, "__module__", None) or "__main__"
        self._parameters = list(self.__signature__.parameters.values())
        self._request = Request(*self._positions(argnums), value, has_aux, allow_int)
        self._dispatcher = Dispatcher(self._parameters, self._slow)
        self._bound: dict[int, Any] = {}

    # ------------------------------------------------------------------------------------------------------- calling
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._dispatcher.call(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A gradient function in a class body is a method: it differentiates its first real argument."""
        if instance is None:
            return self
        found = self._bound.get(id(instance))
        if found is None or found.fun.__self__ is not instance:
            method = types.MethodType(self.fun, instance)
            found = self._bound[id(instance)] = GradientFunction(
                method, argnums=self.argnums, value=self._value, has_aux=self._has_aux, allow_int=self._allow_int)
        return found

    def _slow(self, *args: Any, **kwargs: Any) -> Any:
        arguments = self._bind(args, kwargs)
        return run(self._specialisation(arguments), list(arguments.values()))

    def _specialisation(self, arguments: dict[str, Any]) -> Compiled:
        with self._dispatcher.lock:
            found = self._dispatcher.find(arguments)
            if found is None:
                self._check_arguments(arguments)
                found = compile_gradient(self.fun, list(arguments), list(arguments.values()), self._request)
                self._dispatcher.add(found)
            return found

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments by parameter name, defaults filled in as they are now."""
        signature = inspect.signature(self._plain, follow_wrapped=False)
        args = args[:_given(args)] if MISSING in _identities(args) else args
        kwargs = {k: v for k, v in kwargs.items() if v is not MISSING}
        if any(a is MISSING for a in args):
            names = [p.name for p in self._parameters]
            kwargs.update({n: a for n, a in zip(names, args, strict=False) if a is not MISSING})
            args = ()
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return {p.name: bound.arguments[p.name] for p in self._parameters}

    def _positions(self, argnums: ArgSpec) -> tuple[tuple[int, ...], bool]:
        single = isinstance(argnums, int | str)
        given = [argnums] if isinstance(argnums, int | str) else list(argnums)
        positions = [self._position(a) for a in given]
        if len(set(positions)) != len(positions):
            raise ArgumentError(f"argnums names an argument twice: {argnums!r}", code="SCT402",
                                hint=f"the parameters are {self._valid_names()}")
        return tuple(positions), not single

    def _position(self, argnum: int | str) -> int:
        names = [p.name for p in self._parameters]
        count = len(names)
        if isinstance(argnum, str):
            if argnum not in names:
                raise ArgumentError(f"`{self.__name__}` has no parameter {argnum!r}", code="SCT402",
                                    hint=f"the parameters are {self._valid_names()}")
            position = names.index(argnum)
        elif not isinstance(argnum, int | np.integer) or isinstance(argnum, bool) or not -count <= argnum < count:
            raise ArgumentError(f"argnums={argnum!r} is not a parameter of `{self.__name__}`", code="SCT402",
                                hint=f"the parameters are {self._valid_names()}")
        else:
            position = int(argnum) % count
        if self._parameters[position].kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            raise ArgumentError(f"cannot differentiate with respect to `*{names[position]}`", code="SCT402",
                                hint=f"give it a parameter of its own; the parameters are {self._valid_names()}")
        return position

    def _valid_names(self) -> str:
        fixed = [p for p in self._parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        return ", ".join(f"{k}: {p.name}" for k, p in enumerate(fixed)) or "none"

    def _check_arguments(self, arguments: dict[str, Any]) -> None:
        for position in self._request.wrt:
            name, value = list(arguments.items())[position]
            t = type_of(value)
            if t.differentiable or self._allow_int and isinstance(t, Scalar):
                continue
            if isinstance(t, Tuple | List | Dict) and self._allow_int:
                continue
            shown = f"{float(value)!r}" if isinstance(t, Scalar) and t.dtype != "bool" else "a float or a float array"
            raise ArgumentError(f"`{self.__name__}` is differentiated with respect to `{name}`, which is {_article(t)}",
                                code="SCT401", hint=f"pass {shown}" + (", or use allow_int=True for a zero gradient"
                                                                      if isinstance(t, Scalar) else ""))

    # ---------------------------------------------------------------------------------------------------- inspection
    def _example(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Compiled:
        """The specialisation to show: for the given arguments, else the most recent, else one for guessed types."""
        if args or kwargs:
            return self._specialisation(self._bind(args, kwargs))
        if self._dispatcher.specialisations:
            return self._dispatcher.specialisations[-1]
        guessed: Compiled = guess.compile_for_guess(self._plain, self._parameters, self._specialisation)
        return guessed

    @property
    def source(self) -> str:
        """The generated Python text of the most recent specialisation."""
        return self._example((), {}).text

    def ir(self, *args: Any, stage: str = "optimized", **kwargs: Any) -> str:
        """The intermediate representation as text, at ``stage`` lowered, typed, adjoint or optimized."""
        compiled = self._example(args, kwargs)
        if stage == "lowered":
            return to_text(CompilationSession().lowered(getattr(self._plain, "__func__", self._plain)))
        if stage == "typed":
            return to_text(compiled.typed)
        if stage == "adjoint":
            return to_text(adjoint_before_passes(self.fun, compiled))
        if stage == "optimized":
            return "\n".join(to_text(f) for f in [*compiled.callees, compiled.adjoint])
        raise ArgumentError(f"there is no stage {stage!r}", hint="lowered, typed, adjoint or optimized", code="SCT409")

    def explain(self, *args: Any, **kwargs: Any) -> str:
        """What is saved, recomputed and inactive, where and why, per line of the user's function."""
        from .explaining import explain_compiled
        return explain_compiled(self._example(args, kwargs))

    def specialize(self, *args: Any, unchecked: bool = False, **kwargs: Any) -> Callable[..., Any]:
        """The generated function for arguments like these, without dispatch; it takes its arguments by position.

        The guards stay as cheap checks that raise ``ArgumentError``, unless ``unchecked``.
        """
        arguments = self._bind(args, kwargs)
        compiled = self._specialisation(arguments)
        if unchecked:
            return compiled.function
        return _checked(compiled, self._parameters, self.__name__)

    def save(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Write the generated functions as a module that needs NumPy and what the function imports, not this package."""
        from .export import save_module
        save_module(self._example(args, kwargs), path, self)

    def __repr__(self) -> str:
        return f"<{'value and ' if self._value else ''}gradient of {self.__qualname__}>"

    def __reduce__(self) -> Any:
        return _rebuild, (self.fun, self.argnums, self._value, self._has_aux, self._allow_int)


def _rebuild(fun: Any, argnums: ArgSpec, value: bool, has_aux: bool, allow_int: bool) -> GradientFunction:
    return GradientFunction(fun, argnums=argnums, value=value, has_aux=has_aux, allow_int=allow_int)


def _checked(compiled: Compiled, parameters: list[inspect.Parameter], name: str) -> Callable[..., Any]:
    def mismatch(*args: Any, **kwargs: Any) -> Any:
        raise ArgumentError(f"this specialisation of `{name}` is for other arguments", code="SCT404",
                            hint="call the gradient function itself, or specialize() again")
    dispatcher = Dispatcher(parameters, mismatch)
    dispatcher.add(compiled)
    return dispatcher.call


def _identities(args: tuple[Any, ...]) -> list[Any]:
    return [MISSING for a in args if a is MISSING]


def _given(args: tuple[Any, ...]) -> int:
    """How many leading arguments were given, when everything after them was left to its default."""
    count = len(args)
    while count and args[count - 1] is MISSING:
        count -= 1
    return count


def _article(t: Any) -> str:
    text = str(t)
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}" if text != "None" else "None"


def _check_callable(fun: Any) -> None:
    if isinstance(fun, types.MethodType) and python_function(fun.__func__) is not None:
        return
    if isinstance(fun, functools.partial) or python_function(fun) is None:
        raise refusal(fun)


# -------------------------------------------------------------------------------------------------------------- inspection

def _gradient_function(fun: Any) -> GradientFunction:
    return fun if isinstance(fun, GradientFunction) else GradientFunction(fun, argnums=0, value=False, has_aux=False,
                                                                          allow_int=False)


def source(fun: Any, *example_args: Any, mode: str = "reverse") -> str:
    """The generated text of the gradient of ``fun``, for the types of ``example_args``.

    Without example arguments: the most recent specialisation of a gradient function, else what annotations and the use of
    each parameter suggest; the header comment says for which types.
    """
    if mode != "reverse":
        raise ArgumentError(f"mode={mode!r} is not available", hint='use mode="reverse"', code="SCT409")
    return _gradient_function(fun)._example(example_args, {}).text


def ir(fun: Any, *example_args: Any, stage: str = "optimized") -> str:
    """The intermediate representation as text, at ``stage`` lowered, typed, adjoint or optimized."""
    return _gradient_function(fun).ir(*example_args, stage=stage)


def explain(fun: Any, *example_args: Any) -> str:
    """What the gradient of ``fun`` saves, recomputes and leaves out, and why, per line."""
    return _gradient_function(fun).explain(*example_args)


def graph(fun: Any, *example_args: Any) -> str:
    """The dependence graph of ``fun`` as DOT text: which values the result depends on differentiably."""
    from .drawing import to_dot
    return to_dot(_gradient_function(fun)._example(example_args, {}).typed)


def supported(fun: Any, *example_args: Any) -> list[Any]:
    """Every obstacle to differentiating ``fun``, found without running it; an empty list means that there is none.

    >>> import sct
    >>> def double(x):
    ...     return 2.0 * x
    >>> sct.supported(double, 1.0)
    []
    """
    try:
        _gradient_function(fun)._example(example_args, {})
    except SctError as error:
        return list(error.obstacles)
    return []


def grad_from_source(text: str, name: str | None = None, namespace: dict[str, Any] | None = None, **options: Any) -> Any:
    """The gradient of a function given as text, for places where Python keeps no source.

    >>> import sct
    >>> sct.grad_from_source("def square(x):\\n    return x * x\\n")(3.0)
    6.0
    """
    return grad(capture_text(text, name, namespace).fun, **options)


def typed_ir(fun: Any, *example_args: Any) -> str:
    """The typed IR of a function without differentiating it."""
    names = list(inspect.signature(fun).parameters)
    return to_text(specialise(Context(CompilationSession()), fun, names, example_args).function)


_ = (filename_of, holds)
