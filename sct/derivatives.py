"""Takes a function, gives its generated derivatives of every kind, each compiled once for arguments of one kind."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import signature_of
from .dispatch import Dispatcher, annotate, guard_code, reject_shapes, run
from .errors import ArgumentError
from .trees import conformed, leaves, skeleton

if TYPE_CHECKING:
    from .loaded import Compiled
    from .request import Request


class Derivatives:
    """The derivatives of one function that were asked for so far."""

    def __init__(self, plain: Any, prepare: Callable[[], None]) -> None:
        self.plain = plain
        self.prepare = prepare
        """Called before anything is compiled."""
        self.name: str = getattr(plain, "__name__", "function")
        self.parameters = list(signature_of(plain).parameters.values())
        self._signature = Dispatcher(self.name, plain, self.parameters, _refuse_call)
        self.values = self._signature.values
        """The values of all parameters for the arguments of a call."""
        self._dispatchers: dict[Request, Dispatcher] = {}
        self._placed: dict[int, list[tuple[int, int | None, int]]] = {}

    # ------------------------------------------------------------------------------------------------- primals and tangents
    def bound(self, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The values of all parameters, and for each the tangent of what was given for it, or None."""
        values = self.values(*primals)
        dots: list[Any] = [None] * len(values)
        for k, item, n in self._places(len(primals)):
            if item is None:
                dots[k] = tangents[n]
            elif any(t is not None for t in tangents[n - item:]):
                dots[k] = tuple(tangents[n - item:])
        fitting = [None if dot is None else self._fitting(p.name, value, dot)
                   for p, value, dot in zip(self.parameters, values, dots, strict=True)]
        return values, tuple(fitting)

    def _fitting(self, name: str, value: Any, dot: Any) -> Any:
        return conformed(dot, value, f"the tangent of `{name}`", f"`{name}`")

    def _places(self, count: int) -> list[tuple[int, int | None, int]]:
        """For each of ``count`` positional arguments its parameter, the place in it if that is ``*args``, and its number."""
        if count not in self._placed:
            self._placed[count] = list(self._placing(count))
        return self._placed[count]

    def _placing(self, count: int) -> Iterator[tuple[int, int | None, int]]:
        first = 0
        for k, p in enumerate(self.parameters):
            if p.kind is p.VAR_POSITIONAL:
                yield from ((k, n - first, n) for n in range(first, count))
            if p.kind not in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) or first == count:
                return
            yield k, None, first
            first += 1

    def differentiable(self, values: Sequence[Any], count: int) -> tuple[int, ...]:
        """The parameters among those of ``count`` positional arguments that are differentiable."""
        places = dict.fromkeys(k for k, _, _ in self._places(count))
        return tuple(k for k in places if leaves(values[k]))

    def arranged(self, wrt: Sequence[int], gradients: Sequence[Any], count: int) -> tuple[Any, ...]:
        """Gradients by parameters as gradients by ``count`` positional arguments, None where there is none."""
        found = dict(zip(wrt, gradients, strict=True))
        return tuple(found.get(k) if item is None or k not in found else found[k][item] for k, item, _ in self._places(count))

    # --------------------------------------------------------------------------------------------------------------- kinds
    def push(self, values: Sequence[Any], dots: Sequence[Any], has_aux: bool = False, repeated: bool = False,
             debug_nans: bool = False) -> Any:
        """``(out, out_tangent)``, and the auxiliary result."""
        directions = tuple(k for k, dot in enumerate(dots) if dot is not None)
        return self._call("jvp", values, [dots[k] for k in directions], has_aux, directions=directions, repeated=repeated,
                          debug_nans=debug_nans)

    def pull(self, values: Sequence[Any], wrt: Sequence[int], has_aux: bool = False,
             debug_nans: bool = False) -> tuple[Any, ...]:
        """``out``, a function from its cotangent to the gradients by ``wrt``, and the auxiliary result."""
        compiled, out, context, *aux = self._call("vjp", values, (), has_aux, wrt=tuple(wrt), debug_nans=debug_nans)
        like = skeleton(out)

        def pull_back(cotangent: Any) -> tuple[Any, ...]:
            bar = conformed(cotangent, like, "the cotangent", "the result")
            try:
                found: tuple[Any, ...] = compiled.backward(context, bar)
            except Exception as error:
                annotate(error, compiled)
                raise
            return found

        return out, pull_back, *aux

    def curve(self, values: Sequence[Any], dots: Sequence[Any], wrt: Sequence[int], has_aux: bool = False,
              repeated: bool = False, holomorphic: bool = False, debug_nans: bool = False) -> Any:
        """The change of the gradients by ``wrt`` along ``dots``, a tuple; with the auxiliary result if there is one."""
        directions = tuple(k for k, dot in enumerate(dots) if dot is not None)
        found = self._call("hvp", values, [dots[k] for k in directions], has_aux, wrt=tuple(wrt), directions=directions,
                           repeated=repeated, holomorphic=holomorphic, debug_nans=debug_nans)
        for k, product in zip(wrt, found[0] if has_aux else found, strict=True):
            if isinstance(product, np.ndarray) and product.shape != values[k].shape:
                reject_shapes(self._signature, tuple(values))
        return found

    # ------------------------------------------------------------------------------------------------------------ compiling
    def _call(self, kind: str, values: Sequence[Any], extra: Sequence[Any], has_aux: bool, **options: Any) -> Any:
        return self._dispatcher(_request(kind, has_aux, **options)).call(*values, *extra)

    def _dispatcher(self, request: Request) -> Dispatcher:
        found = self._dispatchers.get(request)
        if found is None:
            parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in self._names(request)]

            def slow(values: tuple[Any, ...]) -> Any:
                return run(self._compiled(request, values), values, made)

            made = Dispatcher(self.name, self.plain, parameters, slow)
            found = self._dispatchers.setdefault(request, made)
        return found

    def _names(self, request: Request) -> list[str]:
        names = [p.name for p in self.parameters]
        for k in request.directions:
            dot = f"{names[k]}_dot"
            while dot in names:
                dot += "_"
            names.append(dot)
        return names

    def _compiled(self, request: Request, values: Sequence[Any]) -> Compiled:
        """The specialisation for these values of all parameters; made if there is none yet."""
        from .compiler import compile_gradient

        self.prepare()
        dispatcher = self._dispatcher(request)
        names = [p.name for p in self.parameters]
        given = list(values[:len(names)])
        with dispatcher.lock:
            found = dispatcher.find(dict(zip(names, given, strict=True)))
            if found is None:
                found = compile_gradient(self.plain, names, given, request)
                guard_code(found, self.plain)
                _keep_together(found)
                dispatcher.add(found)
            return found

    def pushforward(self, values: Sequence[Any], directions: Sequence[int] | None = None) -> Compiled:
        """The specialisation of forward mode for such arguments, along all of them that are differentiable if not told."""
        if directions is None:
            directions = [k for k, value in enumerate(values) if leaves(value)]
        return self._compiled(_request("jvp", False, directions=tuple(directions)), values)


@functools.lru_cache
def _request(kind: str, has_aux: bool, **options: Any) -> Request:
    from .request import Request

    return Request(**{"wrt": (), "sequence": True, **options}, has_aux=has_aux, kind=kind)


def _keep_together(compiled: Compiled) -> None:
    """Let a forward half say which specialisation it belongs to: its backward half takes what it hands over."""
    forward = compiled.function
    if compiled.backward is not None:
        compiled.function = lambda *values: (compiled, *forward(*values))


def _refuse_call(values: tuple[Any, ...]) -> Any:
    raise ArgumentError("this function only sorts arguments", hint="call a derivative", code="SCT400")
