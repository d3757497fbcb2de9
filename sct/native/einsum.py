"""Takes the subscripts of ``np.einsum``, gives Numba the loops that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np
from numba.extending import overload
from numba.np import numpy_support


@overload(np.einsum, prefer_literal=True)
def _einsum(subscripts: Any, *operands: Any) -> Callable[..., Any] | None:
    """None, which is a refusal, for an ellipsis, and for subscripts that only run time knows."""
    text = getattr(subscripts, "literal_value", None)
    if not isinstance(text, str) or not all(isinstance(t, numba.types.Array | numba.types.Number) for t in operands):
        return None
    parts, result = letters(text)
    if [len(part) for part in parts] != [getattr(t, "ndim", 0) for t in operands]:
        return None
    dtype = np.result_type(*(numpy_support.as_dtype(getattr(t, "dtype", t)) for t in operands))
    used = set("".join(parts))
    if dtype.kind not in "fc" or len(set(result)) < len(result) or not set(result) <= used \
            or not all(letter.isascii() and letter.isalpha() for letter in used):
        return None
    space: dict[str, Any] = {"np": np, "dtype": dtype.type, "zero": dtype.type(0)}
    exec(loops(parts, result, [isinstance(t, numba.types.Array) for t in operands]), space)
    made: Callable[..., Any] = space["einsum"]
    made.__annotations__ = dict(_einsum.__annotations__)  # Numba wants the signatures to be the same
    return made


def letters(text: str) -> tuple[list[str], str]:
    """The subscripts of each operand, and of the result: without an arrow those that occur once, in alphabetical order.

    >>> letters("ij, jk -> ik"), letters("ij,j")
    ((['ij', 'jk'], 'ik'), (['ij', 'j'], 'i'))
    """
    given, arrow, result = text.replace(" ", "").partition("->")
    once = [letter for letter in sorted(set(given) - {","}) if given.count(letter) == 1]
    return given.split(","), result if arrow else "".join(once)


def loops(parts: Sequence[str], result: str, arrays: Sequence[bool]) -> str:
    """The text of the loops; an axis of length 1 goes with any other, as NumPy has it, and numbers are operands, too.

    >>> print(loops(["ij", "j"], "i", [True, True]))
    def einsum(subscripts, *operands):
        x0, x1 = operands[0], operands[1]
        n_i = 1
        for n in (x0.shape[0], 1):
            n_i = n if n_i == 1 else n_i
        n_j = 1
        for n in (x0.shape[1], x1.shape[0]):
            n_j = n if n_j == 1 else n_j
        if x0.shape[0] not in (1, n_i) or x0.shape[1] not in (1, n_j) or x1.shape[0] not in (1, n_j):
            raise ValueError('operands could not be broadcast together')
        out = np.zeros((n_i,), dtype)
        for i in range(n_i):
            total = zero
            for j in range(n_j):
                total += x0[i % x0.shape[0], j % x0.shape[1]] * x1[j % x1.shape[0]]
            out[i] = total
        return out
    """
    axes = [(letter, f"x{k}.shape[{axis}]") for k, part in enumerate(parts) for axis, letter in enumerate(part)]
    names = list(dict.fromkeys(letter for letter, _ in axes))
    items = [f"x{k}[{_index(k, part)}]" if arrays[k] else f"x{k}" for k, part in enumerate(parts)]
    lines = ["def einsum(subscripts, *operands):",
             f"    {', '.join(f'x{k}' for k in range(len(parts)))} = {', '.join(f'operands[{k}]' for k in range(len(parts)))}"]
    for name in names:
        sizes = [size for letter, size in axes if letter == name]
        lines += [f"    n_{name} = 1", f"    for n in ({', '.join(sizes if len(sizes) > 1 else [*sizes, '1'])}):",
                  f"        n_{name} = n if n_{name} == 1 else n_{name}"]
    if axes:
        lines += [f"    if {' or '.join(f'{size} not in (1, n_{letter})' for letter, size in axes)}:",
                  "        raise ValueError('operands could not be broadcast together')"]
    if result:
        lines.append(f"    out = np.zeros(({', '.join(f'n_{letter}' for letter in result)},), dtype)")
    pad = "    "
    for letter in result:
        lines.append(f"{pad}for {letter} in range(n_{letter}):")
        pad += "    "
    lines.append(f"{pad}total = zero")
    inner = pad
    for letter in names:
        if letter not in result:
            lines.append(f"{inner}for {letter} in range(n_{letter}):")
            inner += "    "
    lines.append(f"{inner}total += {' * '.join(items)}")
    if result:
        lines.append(f"{pad}out[{', '.join(result)}] = total")
    lines.append(f"    return {'out' if result else 'total'}")
    return "\n".join(lines)


def _index(k: int, part: str) -> str:
    return ", ".join(f"{letter} % x{k}.shape[{axis}]" for axis, letter in enumerate(part)) or "()"
