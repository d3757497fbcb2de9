"""What users call: ``grad`` and ``value_and_grad``, and the functions that show what was generated.

Importing this module and decorating functions must cost little: the compiler is imported by what needs it, at the first call.
"""

from __future__ import annotations

import copyreg
import functools
import inspect
import sys
import types
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .arguments import ArgSpec, calling, check_complex, check_differentiable, plain_of, positions_of, signature_of
from .custom import CustomFunction, custom_jvp, custom_vjp
from .dispatch import Dispatcher, guard_code, run
from .errors import ArgumentError, SctError

if TYPE_CHECKING:
    from .loaded import Compiled
    from .request import Request


def grad(fun: Any = None, argnums: ArgSpec = 0, has_aux: bool = False, holomorphic: bool = False, allow_int: bool = False, *,
         backend: str = "python", checkpoint: Any = None, debug_nans: bool = False, **flags: Any) -> Any:
    """The gradient of a function that returns one number; usable as ``@grad`` and ``@grad(argnums="w")``.

    ``argnums`` names the differentiated parameters by position or name; an int or a name gives the bare gradient, a sequence
    a tuple.  A float gives a float, an array a new array of its shape and dtype, a container the same container.  With
    ``has_aux`` the function returns ``(value, aux)`` and the gradient function ``(gradient, aux)``.  A real function of a
    complex ``z = x + iy`` has the gradient ``df/dx - i df/dy``; with ``holomorphic`` arguments and result are complex, and the
    result is the complex derivative.  With ``debug_nans`` the gradient raises ``NonFiniteGradientError`` at the first adjoint
    that is a NaN or an infinity, and names its line.

    Raises a subclass of ``SctError`` that names the line, before anything is computed, for what is not supported.

    >>> import sct
    >>> def area(r):
    ...     return 3.0 * r ** 2
    >>> sct.grad(area)(1.0)
    6.0

    ``backend="numba"`` has Numba compile the generated functions, with what ``fastmath``, ``parallel`` and ``boundscheck``
    say; the compiled code is kept on disk for the next process.
    """
    options = _options(argnums, has_aux, holomorphic, allow_int, backend, checkpoint, debug_nans, flags)
    if fun is None:
        return lambda f: GradientFunction(f, value=False, **options)
    return GradientFunction(fun, value=False, **options)


def value_and_grad(fun: Any = None, argnums: ArgSpec = 0, has_aux: bool = False, holomorphic: bool = False,
                   allow_int: bool = False, *, backend: str = "python", checkpoint: Any = None,
                   debug_nans: bool = False, **flags: Any) -> Any:
    """Like ``grad``, but the result is ``(value, gradient)``, with ``has_aux`` ``((value, aux), gradient)``.

    >>> import sct
    >>> def area(r):
    ...     return 3.0 * r ** 2
    >>> sct.value_and_grad(area)(2.0)
    (12.0, 12.0)
    """
    options = _options(argnums, has_aux, holomorphic, allow_int, backend, checkpoint, debug_nans, flags)
    if fun is None:
        return lambda f: GradientFunction(f, value=True, **options)
    return GradientFunction(fun, value=True, **options)


def _options(argnums: ArgSpec, has_aux: bool, holomorphic: bool, allow_int: bool, backend: str,
             checkpoint: Any, debug_nans: bool = False, flags: dict[str, Any] | None = None) -> dict[str, Any]:
    if backend not in ("python", "numba"):
        raise ArgumentError(f"the backend {backend!r} is not available", hint='use "python" or "numba"', code="SCT409")
    if backend == "numba" and (flags or {}).get("flush_denormals"):
        raise ArgumentError("flush_denormals=True is not available: Numba cannot set the processor for one call and "
                            "put it back where an exception is raised", code="SCT409",
                            hint="set the mode for the whole process (`torch.set_flush_denormal(True)`), or keep values away "
                            "from 1e-308")
    unknown = sorted((flags or {}).keys() - (FLAGS if backend == "numba" else ()))
    if unknown:
        known = f"with backend=\"numba\" there are {', '.join(FLAGS)}"
        raise ArgumentError(f"there is no option `{unknown[0]}` for this backend", hint=known, code="SCT409")
    if checkpoint not in (None, "loops"):
        raise ArgumentError(f"checkpoint={checkpoint!r} is not available", hint='use checkpoint="loops", or mark functions and '
                            "loops with sct.checkpoint", code="SCT409")
    if debug_nans and backend == "numba":
        raise ArgumentError("debug_nans=True is there in plain Python only", hint='use backend="python"', code="SCT409")
    native = {key: _flag(key, flag) for key, flag in (flags or {}).items() if key != "flush_denormals"} \
        if backend == "numba" else None
    return {"argnums": argnums, "has_aux": has_aux, "holomorphic": bool(holomorphic), "allow_int": allow_int,
            "debug_nans": bool(debug_nans), "native": native, "checkpoint": checkpoint}


FLAGS = ("fastmath", "parallel", "boundscheck", "flush_denormals")
"""What is passed on to Numba, but for the last, which it does not have."""
FAST = frozenset({"afn", "arcp", "contract", "fast", "ninf", "nnan", "nsz", "reassoc"})
"""What ``fastmath`` may consist of (LLVM Language Reference Manual, "Fast-Math Flags")."""


def _flag(name: str, flag: Any) -> Any:
    """An option as it is passed on; several of ``FAST`` in one order, so that equal sets give equal texts."""
    if isinstance(flag, bool):
        return flag
    chosen = [key for key in flag if flag[key]] if isinstance(flag, dict) else flag
    if name == "fastmath" and isinstance(flag, set | frozenset | dict) and FAST.issuperset(flag):
        return tuple(sorted(chosen)) or False
    one_of = f", or a set of {', '.join(sorted(FAST))}" if name == "fastmath" else ""
    raise ArgumentError(f"{name}={flag!r} is not available", hint=f"use True or False{one_of}", code="SCT409")


def rule(fun: Callable[..., Any], *, singular: bool = False, **partials: str) -> Any:
    """Declare the derivative of ``fun``, a C function or one of your own, as a rule that is spliced into generated code.

    For an elementwise function give one partial derivative per argument, as text in the arguments and ``z``, the result::

        sct.rule(scipy.special.j0, x="-j1(x)")

    For any other decorate a function.  With the keyword-only parameters ``z`` and ``z_bar`` it is a reverse rule, which assigns
    ``x_bar`` for each argument ``x``; with ``z`` and ``x_dot=None`` a forward rule, which assigns ``z_dot``.  Its body is not
    called but becomes part of generated code, where the names of its own module are known.  ``singular=True`` says that
    partial derivatives may be infinite: where the adjoint is exactly zero, so is the product.

    A rule that is declared again under the same name, as when a cell of a notebook is run again, replaces the first; anything
    else that has a rule already is refused (``RuleError``).  What was compiled before is compiled anew.

    >>> import math, sct
    >>> def softplus(x):
    ...     return math.log(1.0 + math.exp(x))
    >>> softplus = sct.rule(softplus, x="1 / (1 + math.exp(-x))")
    >>> sct.grad(lambda x: 2.0 * softplus(x))(0.0)
    1.0
    """
    from .rules.users import declare_rule

    return declare_rule(fun, singular, partials, sys._getframe(1).f_globals)


def function_of(fun: Any) -> Any:
    """The function to compile for ``fun``, which may be a gradient function."""
    return calling(fun, "_grad") if isinstance(fun, GradientFunction | MethodGradient) else plain_of(fun)


def prepare() -> None:
    """Let the compiler know ``grad`` and what it returns, which differentiated functions may call."""
    from .nesting import offer

    offer(grad, value_and_grad, _options, GradientFunction, MethodGradient)
    for further in OFFERS:
        further()


OFFERS: list[Callable[[], None]] = []
"""What lets the compiler know the other derivatives that differentiated functions may call."""


def specialised(fun: Any, names: Sequence[str], values: Sequence[Any], request: Request) -> Compiled:
    """The specialisation of ``fun`` for arguments like these, in plain Python."""
    from .compiler import compile_gradient

    prepare()
    return compile_gradient(fun, names, values, request)


def native(fun: Any, names: Sequence[str], values: Sequence[Any], request: Request, flags: dict[str, Any]) -> Compiled:
    """The specialisation of ``fun`` for arguments like these, compiled by Numba, now or by an earlier process."""
    try:
        from .native.store import Store
    except ImportError as error:
        if error.name not in ("numba", "llvmlite"):
            raise
        raise ArgumentError("Numba is not installed", hint='pip install "sct-ad[numba]", or use backend="python"',
                            code="SCT409") from None

    def printed(twins: Sequence[Any]) -> Compiled:
        from .native.compile import print_native

        made = specialised(fun, names, twins, request)
        print_native(made, flags)
        return made

    store = Store(fun, names, request, flags)
    found: Compiled | None = store.find(values, printed)
    if found is None:
        from .native.compile import make_native

        found = specialised(fun, names, values, request)
        store.keep(found, make_native(found, values, flags), values)
    return found


class GradientFunction:
    """A function that computes a gradient, with everything that was generated for it at hand."""

    __slots__ = ("__call__", "__dict__", "__weakref__")
    __call__: Callable[..., Any]
    """The generated dispatcher: in a slot, so that a call goes to it without a frame or a lookup of ours."""

    def __init__(self, fun: Any, *, argnums: ArgSpec, value: bool, has_aux: bool, allow_int: bool, holomorphic: bool = False,
                 debug_nans: bool = False, native: dict[str, Any] | None = None, checkpoint: str | None = None) -> None:
        self.fun = fun
        """The original function."""
        self.argnums = argnums
        self._value, self._has_aux, self._allow_int = value, has_aux, allow_int
        self._holomorphic, self._debug_nans, self._native, self._checkpoint = holomorphic, debug_nans, native, checkpoint
        self._plain = plain = function_of(fun)
        self.__signature__ = signature_of(plain)
        self.__doc__ = fun.__doc__
        self.__name__ = getattr(plain, "__name__", "gradient")
        self.__qualname__ = getattr(plain, "__qualname__", self.__name__)
        self.__module__ = getattr(fun, "__module__", None) or "__main__"
        self._parameters = list(self.__signature__.parameters.values())
        if not self._is_in_class_body():
            assert self._positions  # complain about argnums now
        self._dispatcher = Dispatcher(self.__name__, plain, self._parameters, self._slow)
        self._dispatcher.renewed = weakref.WeakMethod(self._renew)
        self._method: GradientFunction | None = None
        self.__call__ = self._dispatcher.call

    def _renew(self) -> None:
        self.__call__ = self._dispatcher.call

    @functools.cached_property
    def _positions(self) -> tuple[tuple[int, ...], bool]:
        """The positions of the differentiated parameters, and whether the gradient is a tuple."""
        return positions_of(self.argnums, self._parameters, self.__name__)

    @functools.cached_property
    def _request(self) -> Request:
        from .request import Request

        return Request(*self._positions, self._value, self._has_aux, self._allow_int, holomorphic=self._holomorphic,
                       debug_nans=self._debug_nans, checkpoint=self._checkpoint, native=self._native is not None)

    def _is_in_class_body(self) -> bool:
        """Whether this may become a method, whose ``argnums`` count from the argument after ``self``."""
        home = self.__qualname__.rpartition(".")[0]
        return bool(home) and not home.endswith("<locals>") and not isinstance(self._plain, types.MethodType)

    # ------------------------------------------------------------------------------------------------------- calling
    def _slow(self, values: tuple[Any, ...]) -> Any:
        return run(self._specialisation(values), values, self._dispatcher)

    def _specialisation(self, values: Sequence[Any]) -> Compiled:
        """The specialisation for these values of all parameters; made if there is none yet."""
        arguments = dict(zip((p.name for p in self._parameters), values, strict=True))
        with self._dispatcher.lock:
            found = self._dispatcher.find(arguments)
            if found is None:
                for position in self._request.wrt:
                    name = self._parameters[position].name
                    check_differentiable(self.__name__, name, arguments[name], self._allow_int)
                    if self._holomorphic:
                        check_complex(self.__name__, name, arguments[name])
                given = self._plain, list(arguments), list(values), self._request
                found = specialised(*given) if self._native is None else native(*given, self._native)
                guard_code(found, self._plain)
                self._dispatcher.add(found)
                self.__call__ = self._dispatcher.call
            return found

    # ------------------------------------------------------------------------------------------------------- methods
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A gradient function in a class body is a method: it differentiates its first real argument."""
        return self._as_method() if instance is None else MethodGradient(self._as_method(), instance)

    def _as_method(self) -> GradientFunction:
        """The same with ``argnums`` counted from the argument after ``self``; shared by all instances."""
        if self._method is None:
            shifted = self._shifted(self.argnums)
            self._method = GradientFunction(self.fun, argnums=shifted, value=self._value, has_aux=self._has_aux,
                                            allow_int=self._allow_int, holomorphic=self._holomorphic,
                                            debug_nans=self._debug_nans, native=self._native,
                                            checkpoint=self._checkpoint)
        return self._method

    @staticmethod
    def _shifted(argnums: ArgSpec) -> ArgSpec:
        if isinstance(argnums, str):
            return argnums
        if isinstance(argnums, int):
            return argnums + 1 if argnums >= 0 else argnums
        return [a if isinstance(a, str) or a < 0 else a + 1 for a in argnums]

    # ---------------------------------------------------------------------------------------------------- inspection
    def _example(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Compiled:
        """The specialisation to show: for the given arguments, else the most recent, else one for guessed types."""
        if args or kwargs:
            return self._specialisation(self._dispatcher.values(*args, **kwargs))
        if self._dispatcher.specialisations:
            return self._dispatcher.specialisations[-1]
        from . import guess

        compiled: Compiled = guess.compile_for_guess(self._plain, self._parameters,
                                                     lambda arguments: self._specialisation(tuple(arguments.values())))
        return compiled

    @property
    def source(self) -> str:
        """The generated Python text of the most recent specialisation."""
        return self._example((), {}).text

    def ir(self, *args: Any, stage: str = "optimized", **kwargs: Any) -> str:
        """The intermediate representation as text, at ``stage`` lowered, typed, adjoint or optimized."""
        from .compiler import adjoint_before_passes
        from .ir.text import to_text
        from .session import CompilationSession

        compiled = self._example(args, kwargs)
        if stage == "lowered":
            return to_text(CompilationSession().lowered(getattr(self._plain, "__func__", self._plain)))
        if stage == "typed":
            return to_text(compiled.typed)
        if stage == "adjoint":
            return to_text(adjoint_before_passes(self._plain, compiled))
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
        compiled = self._specialisation(self._dispatcher.values(*args, **kwargs))
        return self._dispatcher.only(compiled, None if unchecked else self._mismatch)

    def _mismatch(self, values: tuple[Any, ...]) -> Any:
        raise ArgumentError(f"this specialisation of `{self.__name__}` is for other arguments", code="SCT404",
                            hint="call the gradient function itself, or specialize() again")

    def save(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Write the generated functions as a module that needs NumPy and what the function imports, not this package."""
        from .export import save_module

        save_module(self._example(args, kwargs), path, self)

    def __repr__(self) -> str:
        return f"<{'value and ' if self._value else ''}gradient of {self.__qualname__}>"

    def __reduce__(self) -> Any:
        """By qualified name where it, or its function, is found under it; else by value, with the source."""
        from .pickling import reduced

        return reduced(self, {"argnums": self.argnums, "value": self._value, "has_aux": self._has_aux,
                              "allow_int": self._allow_int, "holomorphic": self._holomorphic,
                              "debug_nans": self._debug_nans, "native": self._native, "checkpoint": self._checkpoint})

    def __deepcopy__(self, memo: Any) -> GradientFunction:
        """Functions are not copied."""
        return self

    __copy__ = functools.partialmethod(__deepcopy__, None)


def _reduce_custom(custom: CustomFunction) -> Any:
    """What ``pickle`` needs of a function with a derivative of its author's."""
    from .pickling import reduced_custom

    return reduced_custom(custom)


for _kind in (custom_vjp, custom_jvp):
    copyreg.pickle(_kind, _reduce_custom)


class MethodGradient:
    """The gradient of a method of one object: a gradient function that is given the object first."""

    def __init__(self, gradient: GradientFunction, instance: Any) -> None:
        self._gradient, self._instance = gradient, instance
        self.fun = types.MethodType(gradient.fun, instance)
        """The original method."""
        self.__doc__, self.__name__, self.__qualname__ = gradient.__doc__, gradient.__name__, gradient.__qualname__
        self.__module__ = gradient.__module__

    @property
    def __signature__(self) -> inspect.Signature:
        return signature_of(self.fun)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._gradient(self._instance, *args, **kwargs)

    @property
    def source(self) -> str:
        """The generated Python text of the most recent specialisation."""
        return self._gradient.source

    def ir(self, *args: Any, stage: str = "optimized", **kwargs: Any) -> str:
        """The intermediate representation as text, at ``stage`` lowered, typed, adjoint or optimized."""
        return self._gradient.ir(*self._given(args, kwargs), stage=stage, **kwargs)

    def explain(self, *args: Any, **kwargs: Any) -> str:
        """What is saved, recomputed and inactive, where and why, per line of the user's method."""
        return self._gradient.explain(*self._given(args, kwargs), **kwargs)

    def specialize(self, *args: Any, unchecked: bool = False, **kwargs: Any) -> Callable[..., Any]:
        """The generated function for arguments like these, without dispatch; it takes its arguments by position."""
        specialised = self._gradient.specialize(self._instance, *args, unchecked=unchecked, **kwargs)
        return functools.partial(specialised, self._instance)

    def save(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Write the generated functions as a module; the object is their first argument."""
        self._gradient.save(path, *self._given(args, kwargs), **kwargs)

    def _given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        return (self._instance, *args) if args or kwargs else ()

    def _example(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Compiled:
        return self._gradient._example(self._given(args, kwargs), kwargs)

    def __repr__(self) -> str:
        return f"<method {self._gradient!r}>"

    def __reduce__(self) -> Any:
        return getattr, (self._instance, self.__name__)


# -------------------------------------------------------------------------------------------------------------- inspection

def _gradient_function(fun: Any) -> Any:
    if isinstance(fun, GradientFunction | MethodGradient):
        return fun
    return GradientFunction(fun, argnums=0, value=False, has_aux=False, allow_int=False)


def source(fun: Any, *example_args: Any, mode: str = "reverse") -> str:
    """The generated text of the gradient of ``fun``, for the types of ``example_args``.

    ``mode="forward"`` shows ``jvp`` instead, along all arguments that are differentiable; for a gradient function along those
    that it differentiates by.

    Without example arguments: the most recent specialisation of a gradient function, else what annotations and the use of
    each parameter suggest; the header comment says for which types.
    """
    if mode not in ("reverse", "forward"):
        raise ArgumentError(f"mode={mode!r} is not available", hint='use "reverse" or "forward"', code="SCT409")
    text: str = _gradient_function(fun)._example(example_args, {}).text if mode == "reverse" else _forward(fun, example_args)
    return text


def _forward(fun: Any, example_args: tuple[Any, ...]) -> str:
    from . import guess
    from .derivatives import Derivatives

    directions = fun._positions[0] if isinstance(fun, GradientFunction) else None
    derivatives = Derivatives(function_of(fun.fun if isinstance(fun, GradientFunction) else fun), prepare)
    if example_args:
        return derivatives.pushforward(derivatives.values(*example_args), directions).text
    found: Compiled = guess.compile_for_guess(derivatives.plain, derivatives.parameters,
                                              lambda values: derivatives.pushforward(tuple(values.values()), directions))
    return found.text


def ir(fun: Any, *example_args: Any, stage: str = "optimized") -> str:
    """The intermediate representation as text, at ``stage`` lowered, typed, adjoint or optimized."""
    text: str = _gradient_function(fun).ir(*example_args, stage=stage)
    return text


def explain(fun: Any, *example_args: Any) -> str:
    """What the gradient of ``fun`` saves, recomputes and leaves out, and why, per line."""
    text: str = _gradient_function(fun).explain(*example_args)
    return text


def graph(fun: Any, *example_args: Any, format: str = "dot") -> str:
    """The dependence graph of ``fun`` as DOT text: which values the result depends on differentiably.

    ``format="svg"`` gives the picture, where the program ``dot`` of Graphviz is installed.
    """
    from .drawing import to_dot, to_svg

    if format not in ("dot", "svg"):
        raise ArgumentError(f"format={format!r} is not available", hint='use "dot" or "svg"', code="SCT409")
    compiled: Compiled = _gradient_function(fun)._example(example_args, {})
    text = to_dot(compiled.typed, compiled.request.wrt, 1 if compiled.request.has_aux else None)
    return text if format == "dot" else to_svg(text)


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
    from .frontend.capture import capture_text

    return grad(capture_text(text, name, namespace).fun, **options)
