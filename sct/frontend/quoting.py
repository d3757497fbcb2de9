"""From a position in a function to the words of the statement around it, as comments and error messages quote them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from typing import Any

_LONGEST = 100
"""A statement of several lines is quoted whole up to this many characters, else by its first line."""

_Span = tuple[int, int, int, int]


def char_column(line: str, byte_column: int) -> int:
    """Syntax trees count columns in bytes of UTF-8; editors and carets count characters."""
    return byte_column if line.isascii() else len(line.encode()[:byte_column].decode(errors="replace"))


class Quotation:
    """The statements of one function, found by position."""

    def __init__(self, lines: list[str], node: ast.AST) -> None:
        self.lines = lines
        self._node = node
        self._by_line: dict[int, list[_Span]] | None = None
        self._quotes: dict[_Span, str] = {}

    def line(self, number: int) -> str:
        """A line of the file by its 1-based number."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def quote(self, line: int, byte_column: int) -> str:
        """The statement at a position on one line, without its comments; of a compound statement, its header."""
        here = (line, byte_column)
        for span in self._statements().get(line, ()):
            if span[:2] <= here < span[2:]:
                if span not in self._quotes:
                    self._quotes[span] = self._quote(span)
                return self._quotes[span]
        return _without_comment(self.line(line)).strip()

    def _statements(self) -> dict[int, list[_Span]]:
        """For each line the statements (headers of compound ones) that touch it."""
        if self._by_line is None:
            self._by_line = {}
            for statement in _statements(self._node):
                span = _span(statement)
                for number in range(span[0], span[2] + 1):
                    self._by_line.setdefault(number, []).append(span)
        return self._by_line

    def _quote(self, span: _Span) -> str:
        line, column, end_line, end_column = span
        parts = [self.line(number) for number in range(line, end_line + 1)]
        parts[-1] = parts[-1].encode()[:end_column].decode()
        parts[0] = parts[0].encode()[column:].decode()
        words = [_without_comment(part).strip().removesuffix("\\").rstrip() for part in parts]
        whole = _joined(words)
        return whole if len(whole) <= _LONGEST or len(words) == 1 else words[0]


def _statements(node: ast.AST) -> Iterator[ast.stmt | ast.match_case]:
    for child in ast.walk(node):
        if isinstance(child, ast.stmt | ast.match_case):
            yield child


def _body(statement: ast.stmt | ast.match_case) -> list[Any]:
    if isinstance(statement, ast.Match):
        return [statement.cases[0].pattern]
    return getattr(statement, "body", None) or []


def _span(statement: ast.stmt | ast.match_case) -> _Span:
    """Where the statement stands; a compound one ends where its body begins."""
    body = _body(statement)
    if isinstance(statement, ast.match_case):
        line, column = statement.pattern.lineno, max(0, statement.pattern.col_offset - len("case "))
        return (line, column, body[0].lineno, body[0].col_offset) if body[0].lineno == line else (line, column, line, 1 << 30)
    if not body:
        return (statement.lineno, statement.col_offset, statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
    first = body[0]
    if first.lineno == statement.lineno:
        return statement.lineno, statement.col_offset, first.lineno, first.col_offset
    above = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", ()))]) - 1
    return statement.lineno, statement.col_offset, max(above, statement.lineno), 1 << 30


def _without_comment(line: str) -> str:
    """The line up to its comment.  A line cut out of a longer statement may not be tokens to its end; then it is kept."""
    if "#" not in line:
        return line
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.lstrip()).readline):
            if token.type == tokenize.COMMENT:
                return line[: len(line) - len(line.lstrip()) + token.start[1]]
    except (tokenize.TokenError, SyntaxError):
        pass
    return line


def _joined(words: list[str]) -> str:
    """Lines as one, without the blanks that breaking them at brackets has left."""
    text = ""
    for word in filter(None, words):
        if text and not text.endswith(("(", "[", "{")) and not word.startswith((")", "]", "}")):
            text += " "
        text += word
    return text
