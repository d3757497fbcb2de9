"""From a function and a text to the syntax node in the text that the function was compiled from, or None when in doubt.

The text is compiled as a whole, then statement by statement (as notebooks do).  A node counts only if the code object made from
it is the function's own: same instructions, constants, names and positions.  Pytest rewrites ``assert`` statements before
compiling; there the code of all other lines must agree instruction by instruction.
"""

from __future__ import annotations
import __future__

import ast
import dis
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Key = tuple[str, int]

_FUTURES = sum(getattr(__future__, name).compiler_flag for name in set(__future__.all_feature_names) - {"nested_scopes"})
_PYTEST_MARKS = ("@pytest_ar", "@py_builtins")
_JUMPS = frozenset(dis.hasjrel) | frozenset(dis.hasjabs)
_PADDING = frozenset(("EXTENDED_ARG", "CACHE", "NOP"))


@dataclass(eq=False)
class CompiledText:
    """A text, the code objects that compiling it gives, and the syntax nodes that can have given them."""

    lines: list[str]
    module: types.CodeType
    codes: dict[_Key, list[types.CodeType]] = field(default_factory=dict)
    nodes: dict[_Key, list[Node]] = field(default_factory=dict)
    """Both by function name and first line (that of the first decorator, as in ``co_firstlineno``)."""
    pieces: Callable[[], Iterator[types.CodeType]] = lambda: iter(())
    """The code objects that compiling each top-level statement by itself gives."""
    _more: dict[_Key, list[types.CodeType]] | None = None

    def candidates(self, key: _Key) -> Iterator[types.CodeType]:
        """What functions of this name at this line can be compiled to."""
        yield from self.codes.get(key, [])
        if self._more is None:
            self._more = _by_key(self.pieces())
        yield from self._more.get(key, [])

    def defines(self, name: str) -> bool:
        """Whether any function in the text has this name."""
        return any(defined == name for defined, _ in self.nodes)


def compile_text(text: str, filename: str, flags: int) -> CompiledText | None:
    """The compiled text, or None if it is not valid Python; ``flags`` of the code looked for tell its future features."""
    return _compile(text, filename, flags & _FUTURES)


@lru_cache(maxsize=64)
def _compile(text: str, filename: str, futures: int) -> CompiledText | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the import has shown them already
            tree = compile(text, filename, "exec", futures | ast.PyCF_ONLY_AST, dont_inherit=True)
            module = compile(tree, filename, "exec", futures, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    result = CompiledText(text.split("\n"), module, _by_key(_nested(module)), pieces=lambda: _pieces(tree, filename, futures))
    for node in ast.walk(tree):
        if isinstance(node, Node):
            result.nodes.setdefault(_key(node), []).append(node)
    return result


def _by_key(codes: Iterator[types.CodeType]) -> dict[_Key, list[types.CodeType]]:
    found: dict[_Key, list[types.CodeType]] = {}
    for code in codes:
        found.setdefault((code.co_name, code.co_firstlineno), []).append(code)
    return found


def _pieces(tree: ast.Module, filename: str, futures: int) -> Iterator[types.CodeType]:
    """Code made from one statement at a time, as notebook cells are run.

    It can differ from code made from the whole: CPython calls ``np.sum`` by other instructions where it sees ``np`` imported.
    """
    for statement in tree.body:
        yield from _nested(compile(ast.Module([statement], []), filename, "exec", futures, dont_inherit=True))


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield const
            yield from _nested(const)


def _key(node: Node) -> _Key:
    if isinstance(node, ast.Lambda):
        return "<lambda>", node.lineno
    return node.name, min([node.lineno, *(d.lineno for d in node.decorator_list)])


def find_node(compiled: CompiledText, fun: types.FunctionType) -> Node | None:
    """The node in the text that ``fun`` was compiled from; None if there is none, or no certainty."""
    code = fun.__code__
    key = (code.co_name, code.co_firstlineno)
    nodes = compiled.nodes.get(key, [])
    if contains(compiled, code):
        return _node_of(code, nodes)
    if any(mark in fun.__globals__ for mark in _PYTEST_MARKS):
        node = _node_of(code, nodes)
        if node is not None and any(_same_but_asserts(code, candidate, node) for candidate in compiled.candidates(key)):
            return node
    return None


def contains(compiled: CompiledText, code: types.CodeType) -> bool:
    """Whether compiling the text gives this very code, whichever node it is made from."""
    return any(_identical(code, candidate) for candidate in compiled.candidates((code.co_name, code.co_firstlineno)))


def _identical(code: types.CodeType, other: types.CodeType) -> bool:
    """Equality of everything but the file name; ``==`` alone forgets qualified names and, in nested code, positions."""
    if code != other or code.co_qualname != other.co_qualname or code.co_linetable != other.co_linetable:
        return False
    pairs = zip(code.co_consts, other.co_consts, strict=True)
    return all(_identical(a, b) for a, b in pairs if isinstance(a, types.CodeType))


# Which node: a name and a line decide for `def`; lambdas can share a line


def _node_of(code: types.CodeType, nodes: list[Node]) -> Node | None:
    if len(nodes) > 1:
        nodes = _narrowed(code, nodes)
    if not nodes or any(ast.dump(node) != ast.dump(nodes[0]) for node in nodes[1:]):
        return None
    return nodes[0]  # where several are left, they say the same


def _narrowed(code: types.CodeType, nodes: list[Node]) -> list[Node]:
    """The lambdas on one line whose body the code's columns belong to."""
    span = _span(code)
    if span is None:
        return [node for node in nodes if isinstance(node, ast.Lambda) and _compiles_alone_to(code, node)]
    around = [node for node in nodes if isinstance(node, ast.Lambda) and _contains(_body_span(node), span)]
    if not around:
        return []
    innermost = min(around, key=lambda node: _extent(_body_span(node)))
    return [innermost]


_Span = tuple[tuple[int, int], tuple[int, int]]


def _span(code: types.CodeType) -> _Span | None:
    """From the first to the last place that an instruction comes from; None where no instruction says (a constant body)."""
    starts, ends = [], []
    for line, end_line, col, end_col in code.co_positions():
        if line is None or end_line is None or col is None or end_col is None or (line, col) == (end_line, end_col):
            continue  # entry and exit of the function have no place
        starts.append((line, col))
        ends.append((end_line, end_col))
    return (min(starts), max(ends)) if starts else None


def _body_span(node: ast.Lambda) -> _Span:
    body = node.body
    return (body.lineno, body.col_offset), (body.end_lineno or body.lineno, body.end_col_offset or body.col_offset)


def _contains(outer: _Span, inner: _Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _extent(span: _Span) -> tuple[int, int]:
    """A measure that orders nested spans: the innermost starts last and, of those, ends first."""
    (line, col), (end_line, end_col) = span
    return (end_line - line, end_col - col) if line == end_line else (end_line - line, end_col)


def _compiles_alone_to(code: types.CodeType, node: ast.Lambda) -> bool:
    """Whether a lambda without places, whose body is a constant, gives this code (surroundings do not matter to a constant)."""
    module = compile(ast.Expression(node), code.co_filename, "eval", dont_inherit=True)
    *_, alone = (const for const in module.co_consts if isinstance(const, types.CodeType))  # after those of its defaults
    return _facts(alone) == _facts(code)


def _facts(code: types.CodeType) -> tuple[Any, ...]:
    return (code.co_code, code.co_varnames, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_names,
            [_shape(const) for const in code.co_consts])


def _shape(const: object) -> tuple[type, str]:
    return type(const), repr(const)  # 0.0 and -0.0, 1 and True are different constants


# Code whose asserts were rewritten


def _same_but_asserts(code: types.CodeType, other: types.CodeType, node: Node) -> bool:
    """Whether two codes of ``node`` differ in its ``assert`` statements alone; no if one shares a line with other code."""
    lines = _assert_lines(node)
    return lines is not None and _outline(code, lines) == _outline(other, lines)


def _assert_lines(node: Node) -> frozenset[int] | None:
    """Lines that hold an ``assert`` and nothing else, or None if there are none or one is shared with another statement."""
    statements = [child for child in ast.walk(node) if isinstance(child, ast.stmt)]
    asserts = [s for s in statements if isinstance(s, ast.Assert)]
    lines = frozenset(line for s in asserts for line in range(s.lineno, (s.end_lineno or s.lineno) + 1))
    starts = [s.lineno for s in statements]
    if not lines or any(starts.count(s.lineno) > 1 for s in asserts):
        return None
    others = [s for s in statements if not isinstance(s, ast.Assert)]
    return None if any(_header_end(s) in lines or s.lineno in lines for s in others) else lines


def _header_end(statement: ast.stmt) -> int:
    body = getattr(statement, "body", None)
    return body[0].lineno - 1 if body else statement.end_lineno or statement.lineno


def _outline(code: types.CodeType, skipped: frozenset[int]) -> tuple[Any, ...]:
    """Everything that identifies a code object except what the skipped lines and the rewriting contribute."""
    variables = tuple(name for name in code.co_varnames if not name.startswith("@"))
    head = (code.co_name, code.co_qualname, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags,
            code.co_firstlineno, variables, code.co_freevars, code.co_cellvars)
    return head, tuple(_instruction(i, skipped) for i in dis.get_instructions(code) if _counts(i, skipped))


def _counts(instruction: dis.Instruction, skipped: frozenset[int]) -> bool:
    line = instruction.positions.lineno if instruction.positions else None
    return instruction.opname not in _PADDING and line not in skipped


def _instruction(instruction: dis.Instruction, skipped: frozenset[int]) -> tuple[Any, ...]:
    """An instruction without what shifts when other lines grow: indices and jump distances."""
    value = instruction.argval
    if instruction.opcode in _JUMPS:
        value = None
    elif isinstance(value, types.CodeType):
        value = _outline(value, skipped)
    else:
        value = _shape(value)
    return instruction.opname, value, instruction.positions
