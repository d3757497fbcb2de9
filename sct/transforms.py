"""What users call besides ``grad``: products with Jacobians and Hessians, and whole Jacobians and Hessians made of them.

Importing this module costs little, as with ``api.py``: the compiler is imported at the first call.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

from .api import OFFERS, function_of, prepare
from .arguments import ArgSpec, check_complex, check_differentiable, positions_of
from .derivatives import Derivatives
from .errors import ArgumentError
from .trees import basis, from_columns, from_rows, is_complex, leaves, rebuilt, skeleton, zeros

# ---------------------------------------------------------------------------------------------------------------- products

def jvp(fun: Any, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """The value of ``fun(*primals)`` and its change along ``tangents``: ``(out, out_tangent)``.

    Each tangent has the type and the shape of its primal; None holds a primal constant, as it must an integer.  The tangent of
    the result has the structure of the result, with None for what is not differentiable.  With ``has_aux`` the function
    returns ``(out, aux)``, and this ``(out, out_tangent, aux)``.

    Raises ``ArgumentError`` for tangents that do not fit, and a subclass of ``SctError`` for what cannot be differentiated.

    >>> import sct
    >>> def volume(r, h):
    ...     return 3.0 * r ** 2 * h
    >>> sct.jvp(volume, (1.0, 2.0), (1.0, 0.5))
    (6.0, 13.5)
    """
    derivatives, given = _derivatives(fun)
    values, dots = derivatives.bound((*given, *primals), (*[None] * len(given), *_one_each(primals, tangents)))
    return derivatives.push(values, dots, has_aux)


def vjp(fun: Any, *primals: Any, has_aux: bool = False, debug_nans: bool = False) -> Any:
    """The value of ``fun(*primals)`` and a function that pulls cotangents back to the primals: ``(out, vjp_fn)``.

    ``vjp_fn(cotangent)`` takes what has the structure, types and shapes of ``out`` (None for what is not differentiable there)
    and returns a tuple: the gradient by each primal, None for those that are not differentiable.  It may be called any number
    of times, also from several threads and after arguments were changed; its results are new each time.  With ``has_aux`` the
    function returns ``(out, aux)``, and this ``(out, vjp_fn, aux)``; with ``debug_nans`` the first adjoint that is not finite
    raises ``NonFiniteGradientError``.

    Raises ``ArgumentError`` for cotangents that do not fit, and a subclass of ``SctError`` for what cannot be differentiated.

    >>> import sct
    >>> def both(x, y):
    ...     return x * y, x + y
    >>> out, vjp_fn = sct.vjp(both, 2.0, 5.0)
    >>> out, vjp_fn((1.0, 0.0)), vjp_fn((0.0, 1.0))
    ((10.0, 7.0), (5.0, 2.0), (1.0, 1.0))
    """
    derivatives, given = _derivatives(fun)
    count = len(given) + len(primals)
    values = derivatives.values(*given, *primals)
    wrt = tuple(k for k in derivatives.differentiable(values, count) if k >= len(given))
    if not wrt:
        raise ArgumentError(f"none of the primals of `{derivatives.name}` is differentiable", code="SCT407",
                            hint="pass a float or an array of floats")
    out, pull_back, *aux = derivatives.pull(values, wrt, has_aux, debug_nans)
    return out, Pullback(pull_back, lambda found: derivatives.arranged(wrt, found, count)[len(given):]), *aux


class Pullback:
    """What ``vjp`` returns: from a cotangent of the result to the gradients by the primals."""

    def __init__(self, pull_back: Callable[[Any], tuple[Any, ...]],
                 arrange: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> None:
        self._pull_back, self._arrange = pull_back, arrange

    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        return self._arrange(self._pull_back(cotangent))

    def __reduce__(self) -> Any:
        raise TypeError("a vjp_fn holds what one call computed and cannot be pickled; call sct.vjp where it is needed")


def hvp(fun: Any, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of ``fun``, which returns one number, times ``tangents``: the change of the gradient along them.

    Tangents are as in ``jvp``.  The result has the type and shape of the primal that has a tangent; where several have one, it
    is a tuple of a product for each of them.  It costs about two gradients, however many elements there are.

    >>> import numpy as np
    >>> import sct
    >>> sct.hvp(lambda x: (x ** 3).sum(), (np.array([1.0, 2.0]),), (np.array([1.0, 10.0]),))
    array([  6., 120.])
    """
    derivatives, given = _derivatives(fun)
    values, dots = derivatives.bound((*given, *primals), (*[None] * len(given), *_one_each(primals, tangents)))
    directions = [k for k, dot in enumerate(dots) if dot is not None]
    if not directions:
        raise _mismatch("no primal has a tangent", "give at least one of them a direction")
    products: tuple[Any, ...] = derivatives.curve(values, dots, directions)
    return products if len(products) > 1 else products[0]


def _one_each(primals: Sequence[Any], tangents: Sequence[Any]) -> Sequence[Any]:
    """``tangents``, if there is one for each primal."""
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, tuple | list):
            hint = f"pass a tuple with one item for each argument: ({name[:-1]},)"
            raise _mismatch(f"`{name}` is a {type(given).__name__}", hint)
    if len(tangents) != len(primals):
        hint = "pass one for each, None for constants"
        raise _mismatch(f"there are {len(primals)} primals and {len(tangents)} tangents", hint)
    return tangents


def _mismatch(message: str, hint: str) -> ArgumentError:
    return ArgumentError(message, hint=hint, code="SCT408")


# --------------------------------------------------------------------------------------------------------------- Jacobians

def jacrev(fun: Any, argnums: ArgSpec = 0, has_aux: bool = False, holomorphic: bool = False, *,
           debug_nans: bool = False) -> Any:
    """The Jacobian of ``fun`` by reverse mode: one run of ``fun``, then one reverse sweep for each element of the result.

    The shape is ``out.shape + x.shape``.  Results and arguments that are containers give the structure of the result, with that
    of the argument in place of each number or array, and None for what is not differentiable; a sequence of ``argnums`` gives
    a tuple in place of the argument.  With ``has_aux`` the function returns ``(out, aux)``, and the result is ``(J, aux)``.
    With ``holomorphic`` arguments and results are complex; ``debug_nans`` is as for ``grad``.

    >>> import numpy as np
    >>> import sct
    >>> sct.jacrev(lambda x: x * x.sum())(np.array([1.0, 2.0]))
    array([[4., 1.],
           [2., 5.]])
    """
    return Jacobian(fun, "jacrev", argnums, has_aux, holomorphic, debug_nans)


def jacfwd(fun: Any, argnums: ArgSpec = 0, has_aux: bool = False, holomorphic: bool = False, *,
           debug_nans: bool = False) -> Any:
    """As ``jacrev``, by forward mode: one run of ``fun`` and its tangents for each element of the argument.

    It is the cheaper one where the result has more elements than the argument.

    >>> import numpy as np
    >>> import sct
    >>> sct.jacfwd(lambda t: np.array([1.0, 2.0]) * t ** 2)(3.0)
    array([ 6., 12.])
    """
    return Jacobian(fun, "jacfwd", argnums, has_aux, holomorphic, debug_nans)


jacobian = jacrev


def hessian(fun: Any, argnums: ArgSpec = 0, has_aux: bool = False, holomorphic: bool = False, *,
            debug_nans: bool = False) -> Any:
    """The second derivatives of ``fun``, which returns one number: forward mode over its gradient, one run for each element.

    The shape is ``x.shape + x.shape``; a sequence of ``argnums`` gives a tuple of tuples, and an argument that is a container
    its structure twice.  With ``has_aux`` the function returns ``(value, aux)``, and the result is ``(H, aux)``.

    >>> import numpy as np
    >>> import sct
    >>> sct.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    return Jacobian(fun, "hessian", argnums, has_aux, holomorphic, debug_nans)


class Jacobian:
    """A function that computes a Jacobian or a Hessian."""

    def __init__(self, fun: Any, kind: str, argnums: ArgSpec, has_aux: bool, holomorphic: bool = False,
                 debug_nans: bool = False) -> None:
        self.fun = fun
        """The original function."""
        self.argnums = argnums
        self._kind, self._has_aux, self._holomorphic, self._debug_nans = kind, has_aux, holomorphic, debug_nans
        self._derivatives = Derivatives(function_of(fun), prepare)
        self._wrt, self._sequence = positions_of(argnums, self._derivatives.parameters, self._derivatives.name)
        self.__signature__ = inspect.Signature(self._derivatives.parameters)
        self.__doc__ = fun.__doc__
        self.__name__ = self._derivatives.name
        self.__qualname__ = getattr(self._derivatives.plain, "__qualname__", self.__name__)
        self.__module__ = getattr(fun, "__module__", None) or "__main__"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        values = self._derivatives.values(*args, **kwargs)
        for k in self._wrt:
            name = self._derivatives.parameters[k].name
            check_differentiable(self.__name__, name, values[k], allow_int=False)
            if self._holomorphic:
                check_complex(self.__name__, name, values[k])
            elif self._kind != "jacrev":
                _check_real(values[k], f"`{self.__name__}` is differentiated with respect to `{name}`, which is complex")
        by = tuple(values[k] for k in self._wrt) if self._sequence else values[self._wrt[0]]
        out, entries, aux = _WAYS[self._kind](self, values, leaves(by))
        jacobian = rebuilt(out, (rebuilt(by, iter(row)) for row in entries))
        return (jacobian, *aux) if self._has_aux else jacobian

    def by_rows(self, values: tuple[Any, ...], by: list[Any]) -> tuple[Any, list[list[Any]], list[Any]]:
        """The structure of the result, for each leaf of it its Jacobian by each leaf of ``by``, and the auxiliary result."""
        out, pull_back, *aux = self._derivatives.pull(values, self._wrt, self._has_aux, self._debug_nans)
        self._check_result(out)
        like, entries = skeleton(out), []
        for leaf, cotangents in zip(leaves(like), basis(like), strict=True):
            rows = [leaves(pull_back(cotangent)) for cotangent in cotangents]
            entries.append([from_rows([row[k] for row in rows], leaf, x) for k, x in enumerate(by)])
        return like, entries, aux

    def by_columns(self, values: tuple[Any, ...], by: list[Any]) -> tuple[Any, list[list[Any]], list[Any]]:
        """As ``by_rows``, from the change of the result along each element of the arguments."""
        def change(dots: tuple[Any, ...]) -> tuple[Any, ...]:
            found: tuple[Any, ...] = self._derivatives.push(values, dots, self._has_aux, repeated=True,
                                                              debug_nans=self._debug_nans)
            return found

        (out, _, *aux), columns = self._columns(values, change)
        if self._holomorphic:
            self._check_result(out)
        like = skeleton(out)
        return like, _transposed(columns, leaves(like), by), aux

    def of_gradient(self, values: tuple[Any, ...], by: list[Any]) -> tuple[Any, list[list[Any]], list[Any]]:
        """The Jacobian of the gradient, which has the structure of the arguments."""
        def change(dots: tuple[Any, ...]) -> tuple[Any, ...]:
            found = self._derivatives.curve(values, dots, self._wrt, self._has_aux, repeated=True,
                                            holomorphic=self._holomorphic, debug_nans=self._debug_nans)
            return (None, *found) if self._has_aux else (None, found)

        (_, _, *aux), columns = self._columns(values, change)
        like = tuple(values[k] for k in self._wrt) if self._sequence else values[self._wrt[0]]
        return like, _transposed(columns, by, by), aux

    def _check_result(self, out: Any) -> None:
        """Real results belong to the plain Jacobian, complex ones to the holomorphic one."""
        if not self._holomorphic:
            _check_real(out, f"`{self.__name__}` returns complex numbers")
        elif not all(map(is_complex, leaves(out))):
            raise ArgumentError(f"`{self.__name__}` returns real numbers, with holomorphic=True", code="SCT406",
                                hint="leave holomorphic=True out")

    def _columns(self, values: tuple[Any, ...],
                 change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> tuple[tuple[Any, ...], list[list[list[Any]]]]:
        """What ``change`` gives, and the leaves of the tangents along each element of each leaf of the arguments."""
        columns: list[list[list[Any]]] = []
        outcome: tuple[Any, ...] = ()
        for k in self._wrt:
            for directions in basis(values[k]):
                columns.append([])
                for direction in directions:
                    outcome = change(_only(direction, k, values))
                    columns[-1].append(leaves(outcome[1]))
        if not outcome:  # there is no element: what would the result be like?
            outcome = change(_only(zeros(values[self._wrt[0]]), self._wrt[0], values))
        return outcome, columns

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        raise ArgumentError(f"`{self.__name__}` is a method, whose Jacobian is taken in the class body", code="SCT409",
                            hint=f"call sct.{self._kind}(instance.{self.__name__})")

    def __repr__(self) -> str:
        return f"<{self._kind} of {self.__qualname__}>"

    def __reduce__(self) -> Any:
        """By qualified name where it, or its function, is found under it; else by value, with the source."""
        from .pickling import reduced

        return reduced(self, {"kind": self._kind, "argnums": self.argnums, "has_aux": self._has_aux,
                              "holomorphic": self._holomorphic, "debug_nans": self._debug_nans})

    def __deepcopy__(self, memo: Any) -> Jacobian:
        """Functions are not copied."""
        return self

    __copy__ = functools.partialmethod(__deepcopy__, None)


_WAYS = {"jacrev": Jacobian.by_rows, "jacfwd": Jacobian.by_columns, "hessian": Jacobian.of_gradient}


def _only(direction: Any, k: int, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Tangents that are None but for the one of the ``k``-th parameter."""
    return tuple(direction if n == k else None for n in range(len(values)))


def _transposed(columns: list[list[list[Any]]], outs: list[Any], by: list[Any]) -> list[list[Any]]:
    """For each leaf of the result its Jacobian by each leaf of the arguments."""
    return [[from_columns([column[n] for column in along], out, x) for along, x in zip(columns, by, strict=True)]
            for n, out in enumerate(outs)]


def _check_real(x: Any, complaint: str) -> None:
    if any(map(is_complex, leaves(x))):
        raise ArgumentError(complaint, hint="set holomorphic=True, or separate real and imaginary parts",
                            code="SCT406")


# ---------------------------------------------------------------------------------------- the functions seen so far

class _Same:
    """A function by its identity, whatever it says that it is equal to."""

    def __init__(self, fun: Any) -> None:
        self.fun = fun

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.fun is other.fun

    def __hash__(self) -> int:
        return id(self.fun)


RECENT = 256
"""Of how many functions ``jvp``, ``vjp`` and ``hvp`` remember what was compiled for them."""


@functools.lru_cache(RECENT)
def _known(same: _Same) -> Derivatives:
    return Derivatives(function_of(same.fun), prepare)


def _derivatives(fun: Any) -> tuple[Derivatives, tuple[Any, ...]]:
    """The derivatives of a function, and for a bound method the object that is its first argument."""
    if isinstance(fun, types.MethodType) and isinstance(fun.__func__, types.FunctionType):
        return _known(_Same(fun.__func__)), (fun.__self__,)
    return _known(_Same(fun)), ()


def _offer() -> None:
    from . import nested_jacobians, nested_products

    nested_products.offer(jvp, vjp, hvp)
    nested_jacobians.offer(jacrev, jacfwd, hessian, Jacobian)


OFFERS.append(_offer)
