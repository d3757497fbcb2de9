"""Takes generated text, gives it with those few expressions changed that Numba spells differently; comments and lines stay.

Numba knows no ``reversed`` and unpacks no arrays, and takes element types as NumPy names them.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator

_DTYPES = {"int": "np.int64", "float": "np.float64", "bool": "np.bool_", "complex": "np.complex128"}


def spelled_for_numba(text: str) -> str:
    """The text as Numba takes it.

    >>> print(spelled_for_numba("[x for k in reversed(range(1, n))]  # down"))
    [x for k in range(n - 1, 0, -1)]  # down
    >>> print(spelled_for_numba("[s for s in reversed(saved)]"), spelled_for_numba("np.zeros(n, dtype=int)"))
    [s for s in saved[::-1]] np.zeros(n, dtype=np.int64)
    >>> print(spelled_for_numba("x, y = tuple(s)"))
    x, y = items_of(s, 2)

    Of a variable that is bound before a ``break`` and elsewhere in a loop without a condition, Numba cannot find the type.

    >>> print(spelled_for_numba("while True:\\n    if f(n):\\n        n += 1\\n        break\\n    n += 1"))
    while 1 == 1:
        if f(n):
            n += 1
            break
        n += 1
    """
    while _SPELLED_OTHERWISE.search(text) and (changes := list(_changes(ast.parse(text)))):
        changes.sort(key=lambda change: (change[0].lineno, change[0].col_offset))
        starts = [(node.lineno, node.col_offset) for node, _ in changes]
        for (node, new), following in reversed(list(zip(changes, [*starts[1:], _END], strict=True))):
            if _end(node) <= following:  # what others lie in comes next
                text = _replaced(text, node, new)
    return text


_SPELLED_OTHERWISE = re.compile(r"\b(while True:|reversed\(|tuple\(|np\.bool\b|dtype=|astype\()")
"""What a text must contain that any of the changes is about."""


_END = (sys.maxsize, 0)


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def _changes(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """The innermost expressions to replace, and what replaces them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reversed":
            yield node, _reversed(node.args[0])
        elif isinstance(node, ast.While) and _binds_twice(node):
            yield node.test, "1 == 1"
        elif isinstance(node, ast.Assign) and _is_unpacked_array(node):
            count = len(node.targets[0].elts)  # type: ignore[attr-defined]
            array = ast.unparse(node.value.args[0])  # type: ignore[attr-defined]
            yield node.value, f"items_of({array}, {count})"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "np.bool":
            yield node, "np.bool_"
        elif isinstance(node, ast.keyword) and node.arg == "dtype":
            if isinstance(node.value, ast.Name) and node.value.id in _DTYPES:
                yield node.value, _DTYPES[node.value.id]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "astype":
            if isinstance(node.args[0], ast.Name) and node.args[0].id in _DTYPES:
                yield node.args[0], _DTYPES[node.args[0].id]


def _binds_twice(loop: ast.While) -> bool:
    """Whether a loop without a condition binds a name before a ``break``, and elsewhere."""
    if not (isinstance(loop.test, ast.Constant) and loop.test.value is True):
        return False
    left = [node for node in ast.walk(loop) if isinstance(node, ast.If) and any(isinstance(s, ast.Break) for s in node.body)]
    last = {name for branch in left for s in branch.body for name in _bound(s)}
    counts = Counter(name for s in loop.body for name in _bound(s))
    return any(counts[name] > 1 for name in last)


def _bound(statement: ast.stmt) -> list[str]:
    return [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _is_unpacked_array(node: ast.Assign) -> bool:
    """``x, y = tuple(s)``, which is how the items of an array are told apart from those of a tuple."""
    call = node.value
    return isinstance(node.targets[0], ast.Tuple) and isinstance(call, ast.Call) and isinstance(call.func, ast.Name) \
        and call.func.id == "tuple" and len(call.args) == 1


def _reversed(sequence: ast.expr) -> str:
    if not (isinstance(sequence, ast.Call) and isinstance(sequence.func, ast.Name) and sequence.func.id == "range"):
        return f"{ast.unparse(sequence)}[::-1]"
    bounds = [ast.Constant(0), *sequence.args] if len(sequence.args) == 1 else sequence.args
    lo, hi, step = [*bounds, ast.Constant(1)][:3]
    if ast.unparse(step) == "1":
        return f"range({_less_one(hi)}, {_less_one(lo)}, -1)"
    return f"backwards({', '.join(map(ast.unparse, (lo, hi, step)))})"


def _less_one(bound: ast.expr) -> str:
    """``bound - 1`` as one would write it.

    >>> [_less_one(ast.parse(text, mode="eval").body) for text in ("n", "n + 1", "1", "n - 1")]
    ['n - 1', 'n', '0', 'n - 2']
    """
    if isinstance(bound, ast.Constant):
        return str(bound.value - 1)  # type: ignore[operator]
    if isinstance(bound, ast.BinOp) and isinstance(bound.right, ast.Constant) and isinstance(bound.right.value, int) \
            and isinstance(bound.op, ast.Add | ast.Sub):
        offset = (bound.right.value if isinstance(bound.op, ast.Add) else -bound.right.value) - 1
        left = ast.unparse(bound.left)
        return left if offset == 0 else f"{left} {'+' if offset > 0 else '-'} {abs(offset)}"
    return ast.unparse(ast.BinOp(bound, ast.Sub(), ast.Constant(1)))


def _replaced(text: str, node: ast.expr, new: str) -> str:
    lines = text.splitlines(keepends=True)
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset or 0:].decode()
    return "".join([*lines[:first], before + new + after, *lines[last + 1:]])
