"""Reduces a program text to a small one for which a predicate still holds (delta debugging on the syntax tree).

Zeller & Hildebrandt (2002) remove chunks of text; here the edits are those of the language: delete statements, replace a
compound statement by its body, an expression by a part of it or by a constant, a number by a simpler one.  Edits are tried from
coarse to fine until none applies.
"""

from __future__ import annotations

import ast
import copy
import time
import warnings
from collections.abc import Callable, Iterator

from .programs import Program
from .trial import Engine, Verdict, judge

Predicate = Callable[[str], bool]
Edit = Callable[[ast.Module], bool]
"""Changes a copy of the tree in place; false if it does not apply."""


def shrink(source: str, predicate: Predicate, seconds: float = 60.0) -> str:
    """The smallest program found within the time for which ``predicate(source)`` holds, as it does for ``source``.

    >>> print(shrink("def f(x):\\n    y = x + 1\\n    z = g(y * 2, x)\\n    return z", lambda text: "g(" in text))
    def f(x):
        z = g(1.0)
    """
    deadline = time.monotonic() + seconds
    if not predicate(source):
        raise ValueError("the predicate does not hold for the program that is to be shrunk")
    tree = ast.parse(source)
    changed = True
    while changed and time.monotonic() < deadline:
        changed = False
        for edits in (statement_edits, body_edits, expression_edits, constant_edits):
            tree, improved = _apply_all(tree, edits, predicate, deadline)
            changed = changed or improved
    return ast.unparse(tree)


def _apply_all(tree: ast.Module, edits: Callable[[ast.Module], Iterator[Edit]], predicate: Predicate,
               deadline: float) -> tuple[ast.Module, bool]:
    """Tries every edit of one sort; after a success it goes on with the edits of the new tree from the same place."""
    improved, position = False, 0
    while time.monotonic() < deadline:
        edit = next((e for i, e in enumerate(edits(tree)) if i == position), None)
        if edit is None:
            return tree, improved
        candidate = copy.deepcopy(tree)
        if edit(candidate) and (text := _text(candidate)) is not None and text != ast.unparse(tree) and predicate(text):
            tree, improved = candidate, True
        else:
            position += 1
    return tree, improved


def _text(tree: ast.Module) -> str | None:
    """The tree as text if it is a legal program."""
    try:
        text = ast.unparse(ast.fix_missing_locations(tree))
        with warnings.catch_warnings(action="ignore"):
            compile(text, "<shrinking>", "exec")
    except (SyntaxError, ValueError, RecursionError, AttributeError):
        return None
    return text


BLOCKS = ("body", "orelse")


def _blocks(tree: ast.AST) -> Iterator[tuple[int, str, list[ast.stmt]]]:
    """Every list of statements: the number of its owner in the walk, the field, the list."""
    for number, node in enumerate(ast.walk(tree)):
        for name in BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                yield number, name, block


def _node(tree: ast.AST, number: int) -> ast.AST:
    return next(node for i, node in enumerate(ast.walk(tree)) if i == number)


def statement_edits(tree: ast.Module) -> Iterator[Edit]:
    """Deletions of runs of statements, long runs first."""
    for number, name, block in _blocks(tree):
        length = len(block)
        while length:
            for start in range(0, len(block) - length + 1, max(1, length // 2)):
                yield _deletion(number, name, start, start + length)
            length //= 2


def _deletion(number: int, name: str, start: int, stop: int) -> Edit:
    def edit(tree: ast.Module) -> bool:
        owner = _node(tree, number)
        block = getattr(owner, name)
        if all(isinstance(s, ast.Pass) for s in block[start:stop]) and len(block) == stop - start and name == "body":
            return False
        del block[start:stop]
        if not block and name == "body" and not isinstance(owner, ast.Module):
            block.append(ast.Pass())
        return True

    return edit


def body_edits(tree: ast.Module) -> Iterator[Edit]:
    """Compound statements replaced by one of their blocks (a loop by one iteration); augmented by plain assignments."""
    for number, name, block in _blocks(tree):
        for position, statement in enumerate(block):
            for field in BLOCKS:
                if getattr(statement, field, None) and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                    yield _replacement(number, name, position, field)


def _replacement(number: int, name: str, position: int, field: str) -> Edit:
    def edit(tree: ast.Module) -> bool:
        block = getattr(_node(tree, number), name)
        statement = block[position]
        first: list[ast.stmt] = []
        if isinstance(statement, ast.For) and field == "body":
            items = ast.Call(ast.Name("iter", ast.Load()), [statement.iter], [])
            first = [ast.Assign([statement.target], ast.Call(ast.Name("next", ast.Load()), [items], []))]
            if isinstance(statement.iter, ast.Call) and getattr(statement.iter.func, "id", "") == "range":
                first = [ast.Assign([statement.target], ast.Constant(1))]
        kept = [s for s in getattr(statement, field) if not isinstance(s, ast.Break | ast.Continue)]
        block[position:position + 1] = first + kept
        return True

    return edit


def expression_edits(tree: ast.Module) -> Iterator[Edit]:
    """Expressions replaced by a part of them, or by 1.0."""
    for number, node in enumerate(ast.walk(tree)):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr) and _replaceable(node, name, value):
                for part in range(len(_parts(value)) + 1):
                    yield _part(number, name, None, part)
            elif isinstance(value, list):
                for position, item in enumerate(value):
                    if isinstance(item, ast.expr) and _replaceable(node, name, item):
                        for part in range(len(_parts(item)) + 1):
                            yield _part(number, name, position, part)
                if len(value) > 1 and isinstance(node, ast.Call | ast.List | ast.Tuple | ast.BoolOp) and name != "ctx":
                    yield from (_dropped(number, name, position) for position in range(len(value)))
                elif name == "keywords" and value:
                    yield _dropped(number, name, 0)


def _replaceable(node: ast.AST, name: str, value: ast.expr) -> bool:
    if isinstance(value, ast.Constant) or isinstance(getattr(value, "ctx", None), ast.Store):
        return False
    return not (isinstance(node, ast.Call) and name == "func") and name not in ("target", "targets", "annotation", "returns")


def _parts(value: ast.expr) -> list[ast.expr]:
    """The expressions directly inside, and those one level deeper."""
    direct = [c for c in ast.iter_child_nodes(value) if isinstance(c, ast.expr)]
    direct += [k.value for k in ast.iter_child_nodes(value) if isinstance(k, ast.keyword)]
    return [c for c in direct if not isinstance(getattr(c, "ctx", None), ast.Store)]


def _part(number: int, name: str, position: int | None, part: int) -> Edit:
    def edit(tree: ast.Module) -> bool:
        owner = _node(tree, number)
        value = getattr(owner, name) if position is None else getattr(owner, name)[position]
        choices: list[ast.expr] = [ast.Constant(1.0), *_parts(value)]
        new = choices[part]
        if position is None:
            setattr(owner, name, new)
        else:
            getattr(owner, name)[position] = new
        return True

    return edit


def _dropped(number: int, name: str, position: int) -> Edit:
    def edit(tree: ast.Module) -> bool:
        items = getattr(_node(tree, number), name)
        if position >= len(items):
            return False
        del items[position]
        return True

    return edit


def constant_edits(tree: ast.Module) -> Iterator[Edit]:
    """Numbers replaced by 1.0, 2.0, or small ints."""
    for number, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            simpler: tuple[float, ...] = (1.0, 2.0, 0.5) if isinstance(node.value, float) else (0, 1, 2)
            if node.value not in simpler:
                yield from (_constant(number, value) for value in simpler)


def _constant(number: int, value: float) -> Edit:
    def edit(tree: ast.Module) -> bool:
        node = _node(tree, number)
        assert isinstance(node, ast.Constant)
        node.value = value
        return True

    return edit


def shrink_program(program: Program, engine: Engine, seconds: float = 60.0) -> tuple[Program, Verdict]:
    """The smallest program that fails as this one does, and its verdict."""
    wanted = judge(program, engine)

    def with_source(source: str) -> Program:
        return Program(source, program.args, program.uses, program.name, program.seed)

    def same(source: str) -> bool:
        try:
            return _same_failure(judge(with_source(source), engine), wanted)
        except Exception:  # the mutilated module cannot even be loaded
            return False

    small = with_source(shrink(program.source, same, seconds))
    return small, judge(small, engine)


def _same_failure(found: Verdict, wanted: Verdict) -> bool:
    """The same kind; crashes and wrong exceptions also of the same type and opening words."""
    if found.kind != wanted.kind:
        return False
    if wanted.kind in ("crash", "wrong exception", "refused"):
        return found.detail[:30] == wanted.detail[:30]
    return found.detail.startswith("argument") == wanted.detail.startswith("argument")  # the result's type, or its numbers
