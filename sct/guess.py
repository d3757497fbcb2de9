"""Argument types for a function that has not been called yet: from its annotations, else from how it uses each parameter."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import SctError
from .ir.core import Function, Value, walk
from .session import CompilationSession

_ARRAY_ATTRIBUTES = {"shape", "T", "sum", "mean", "dot", "reshape", "ndim", "size", "copy", "ravel", "flatten", "max", "min"}


def compile_for_guess(fun: Any, parameters: Sequence[inspect.Parameter], compile: Callable[[dict[str, Any]], Any]) -> Any:
    """Compile for the first combination of guessed arguments that is accepted; the error of the first one otherwise."""
    lowered = CompilationSession().lowered(getattr(fun, "__func__", fun))
    choices = [candidates(p, lowered) for p in parameters]
    first: SctError | None = None
    for combination in itertools.islice(itertools.product(*choices), 64):
        try:
            return compile({p.name: value for p, value in zip(parameters, combination, strict=True)})
        except SctError as error:
            first = first or error
    assert first is not None
    raise first


def candidates(p: inspect.Parameter, lowered: Function) -> list[Any]:
    """Stand-ins for one parameter, the likeliest first."""
    if p.kind is p.VAR_POSITIONAL:
        return [()]
    if p.kind is p.VAR_KEYWORD:
        return [{}]
    if p.default is not p.empty:
        return [p.default]
    annotated = {float: 0.5, int: 2, bool: True, str: "", "float": 0.5, "int": 2, "bool": True, "str": ""}
    if p.annotation in annotated:
        return [annotated[p.annotation]]
    arrays = [np.full((2,) * n, 0.5) for n in (1, 2, 3)]
    if "ndarray" in str(p.annotation) or "NDArray" in str(p.annotation):
        return arrays
    return _from_use(p.name, lowered, arrays)


def _from_use(name: str, lowered: Function, arrays: list[Any]) -> list[Any]:
    value = next((v for v in lowered.params if v.hint == name), None)
    if value is None:
        return [0.5]
    uses = [_use(op, value) for op in walk(lowered.body) if value in op.operands]
    dims = [u for u in uses if isinstance(u, int)]
    if "int" in uses:
        return [2]
    if dims:
        least = max(dims)
        return arrays[max(least, 1) - 1:] + arrays[:max(least, 1) - 1]
    return [0.5, *arrays]


def _use(op: Any, value: Value) -> Any:
    """What one use says: the least number of dimensions, ``"int"``, or None."""
    if op.name == "getitem":
        if op.operands[0] is not value:
            return "int"
        index = op.operands[1].owner
        return len(index.operands) if getattr(index, "name", "") == "build" else 1
    if op.name == "attr" and op.attrs["name"] in _ARRAY_ATTRIBUTES:
        return 2 if op.attrs["name"] == "T" else 1
    if op.name == "binary" and op.attrs["op"].__name__ == "matmul":
        return 1
    if op.name == "call" and op.operands[0] is not value:
        called = op.operands[0].owner
        called_name = called.attrs.get("name") if called is not None and called.name == "name" else None
        return {"len": 1, "range": "int", "enumerate": 1, "zip": 1}.get(called_name or "")
    if op.name == "for" and op.operands[0] is value:
        return 1
    return None
