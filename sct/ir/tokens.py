"""The tokens of one line of IR text, and what reads the same everywhere in it: literals and types."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import types

_TOKEN = re.compile(r"""
    (?P<value>%[\w·@]+(?:\.\d+)?) | (?P<slot>\$\d+) | (?P<comment>\#.*) | (?P<ellipsis>\.\.\.)
  | (?P<string>b?'(?:\\.|[^'\\])*'|b?"(?:\\.|[^"\\])*")
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?j?) | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
  | (?P<sign><<|>>|<=|>=|==|!=|\*\*|//|[-+*/%@&|^<>=:,()\[\]{}?~.]) | (?P<space>\s+)
""", re.VERBOSE)
_TYPES: dict[str, types.Type] = {
    "float": types.FLOAT, "int": types.INT, "bool": types.BOOL, "complex": types.COMPLEX, "None": types.NONE,
    "str": types.STR, "slice": types.SLICE, "undef": types.UNDEF, "bottom": types.BOTTOM, "dyn": types.DYN,
}


@dataclass
class Line:
    number: int
    indent: int
    text: str
    tokens: list[tuple[str, str]]


def lines(text: str) -> list[Line]:
    found = []
    for number, raw in enumerate(text.splitlines(), 1):
        tokens, at = [], 0
        while at < len(raw):
            match = _TOKEN.match(raw, at)
            if match is None:
                raise ValueError(f"line {number}: cannot read {raw[at:]!r}")
            at = match.end()
            if match.lastgroup not in ("space", "comment"):
                tokens.append((str(match.lastgroup), match.group()))
        if tokens:
            found.append(Line(number, len(raw) - len(raw.lstrip()), raw.strip(), tokens))
    return found


class Cursor:
    """A position in the tokens of one line."""

    def __init__(self, line: Line, names: Mapping[str, Any]) -> None:
        self.line, self.tokens, self.names = line, line.tokens, names
        self.at = 0

    def fail(self, what: str) -> ValueError:
        return ValueError(f"line {self.line.number}: {what}: {self.line.text}")

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        if self.at >= len(self.tokens):
            raise self.fail("the line ends too early")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def take(self, text: str) -> None:
        if self.peek() != text:
            raise self.fail(f"expected {text!r} before {self.peek()!r}")
        self.at += 1

    def try_take(self, text: str) -> bool:
        found = self.peek() == text
        self.at += found
        return found

    def literal(self) -> int | float | complex | str | bytes:
        """A number or a string."""
        kind, text = self.kind(), self.next()
        if kind not in ("string", "number"):
            raise self.fail(f"cannot read {text!r}")
        return string_of(text) if kind == "string" else number_of(text)

    def type_after_colon(self) -> types.Type:
        if self.peek() == ":" and self.at + 1 < len(self.tokens):
            self.next()
            return self.type()
        return types.DYN

    def type(self) -> types.Type:
        found = self.one_type()
        while self.try_take("|"):
            found = types.OrConst(found, self.one_type())
        return found

    def one_type(self) -> types.Type:
        name = self.next()
        if self.try_take("["):
            dims = []
            while not self.try_take("]"):
                dims.append({"1": types.UNIT, ":": types.MANY, "?": types.ANY}[self.next()])
                self.try_take(",")
            return types.Array(name, tuple(dims))
        if self.peek() == "(" and name in ("tuple", "list", "saved", "dict"):
            return self.container(name)
        if self.try_take("?"):
            return types.Scalar(name, None)
        if name.startswith("np."):
            return types.Scalar(name[3:], False)
        if name in _TYPES:
            return _TYPES[name]
        found = self.names.get(name, getattr(builtins, name, None))
        return types.Object(found) if isinstance(found, type) else types.Scalar(name)

    def container(self, name: str) -> types.Type:
        items: list[types.Type] = []
        keys: list[object] = []
        self.take("(")
        while not self.try_take(")"):
            if name == "dict":
                keys.append(self.literal())
                self.take(":")
            items.append(self.type())
            self.try_take(",")
        if name == "dict":
            return types.Dict(tuple(zip(keys, items, strict=True)))
        make: dict[str, Callable[[], types.Type]] = {
            "tuple": partial(types.Tuple, tuple(items)), "list": partial(types.List, items[0] if items else types.BOTTOM),
            "saved": partial(types.Cache, items[0] if items else types.DYN),
        }
        return make[name]()


def number_of(text: str) -> int | float | complex:
    if text.endswith("j"):
        return complex(text)
    return int(text) if text.isdigit() else float(text)


def string_of(text: str) -> str | bytes:
    body = text[2:-1] if text[0] == "b" else text[1:-1]
    decoded = body.encode("latin-1", "backslashreplace").decode("unicode_escape")
    return decoded.encode("latin-1") if text[0] == "b" else decoded
