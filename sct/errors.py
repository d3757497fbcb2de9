"""The exceptions a user of the package can meet: each names the place in their source, what was found and what to do instead.

Every class also derives from the builtin that a user would catch, carries a stable code (``SCT101``) with a paragraph in
``error_codes.py``, and can list several obstacles at once, so that a function is repaired in one round.
"""

from __future__ import annotations

import linecache
import os
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .error_codes import CODES


class Place(Protocol):
    """What is read of a location; ``sct.ir.core.Loc`` is one (this module sits below the IR and cannot import it)."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def col(self) -> int: ...
    @property
    def end_line(self) -> int: ...
    @property
    def end_col(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def function(self) -> str: ...


@dataclass(frozen=True)
class Obstacle:
    """One reason why a function cannot be differentiated, where it is, and one concrete way out."""

    loc: Place | None
    code: str
    message: str
    hint: str = ""

    def render(self) -> str:
        """The obstacle as shown to the user: place, message, statement with a caret, hint."""
        lines = [f"{place(self.loc)}{self.code}: {self.message}"]
        if self.loc is not None:
            lines += _excerpt(self.loc)
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def place(loc: Place | None) -> str:
    """``model.py:12: ``, relative to the working directory where the file is below it; empty without a location."""
    return "" if loc is None else f"{_display_path(loc.file)}:{loc.line}: "


def _display_path(file: str) -> str:
    here = os.getcwd() + os.sep
    return file.removeprefix(here)


def _excerpt(loc: Place) -> list[str]:
    """The source line, and a line of carets where the columns are known to belong to it; nothing for a mere file and line."""
    if not loc.text and not loc.end_line:
        return []
    line = _line_at(loc)
    if line is None:
        return [f"    {loc.text.strip()}"] if loc.text.strip() else []
    start, stop = _caret_span(loc, line)
    shown = line.strip()
    indent = len(line) - len(line.lstrip())
    carets = "^" * max(1, stop - start)
    return [f"    {shown}", f"    {' ' * (start - indent)}{carets}"]


def _line_at(loc: Place) -> str | None:
    """The file's line at ``loc``, or None where the file no longer says what it said when ``loc`` was made.

    ``loc.text`` is the first line of the statement, which can begin above the line of the expression; it must still stand
    there, otherwise a caret would point at unrelated text.
    """
    line = linecache.getline(loc.file, loc.line).rstrip("\n")
    indent = len(line) - len(line.lstrip())
    if not line.strip() or not indent <= loc.col < len(line):
        return None
    if loc.text and not _begins_at_or_above(loc, line):
        return None
    return line


def _begins_at_or_above(loc: Place, line: str) -> bool:
    text = loc.text.strip()
    above = (linecache.getline(loc.file, n) for n in range(loc.line - 1, max(0, loc.line - 200), -1))
    return any(text in candidate or _is_first_line(candidate, text) for candidate in (line, *above))


def _is_first_line(candidate: str, text: str) -> bool:
    """A statement of several lines is quoted with its lines joined, so its first line is a prefix of the quotation."""
    start = candidate.split("#")[0].strip()
    return bool(start) and text.startswith(start)


def _caret_span(loc: Place, line: str) -> tuple[int, int]:
    """Columns of the construct in ``line``; one that goes on below is marked to the end of its first line."""
    code_end = len(line.rstrip())
    if loc.end_line in (0, loc.line) and loc.end_col > loc.col:
        return loc.col, min(loc.end_col, code_end)
    return loc.col, code_end if loc.end_line > loc.line else loc.col + 1


class SctError(Exception):
    """Base of every error that this package raises on purpose."""

    code: str = "SCT000"
    """The stable code; each class has a default, each obstacle its own."""
    obstacles: list[Obstacle]
    """Everything that was found, in the order of the source."""
    loc: Place | None
    hint: str

    def __init__(self, message: str, *, loc: Place | None = None, hint: str = "", code: str | None = None) -> None:
        self._adopt([Obstacle(loc, code or type(self).code, message, hint)])

    def _adopt(self, obstacles: Sequence[Obstacle]) -> None:
        first = obstacles[0]
        self.obstacles = list(obstacles)
        self.code, self.loc, self.hint = first.code, first.loc, first.hint
        self._text = _render_all(self.obstacles)
        self.args = (self._text,)
        if first.code in CODES:
            self.add_note(f"  more: python -m sct error {first.code}")

    def __str__(self) -> str:
        return self._text

    def __reduce__(self) -> tuple[Any, ...]:
        # The rendered text travels along: the source file need not exist where the error is unpickled.
        return _restore, (type(self), self.obstacles, self._text, list(getattr(self, "__notes__", [])))


def _restore(cls: type[SctError], obstacles: list[Obstacle], text: str, notes: list[str]) -> SctError:
    error = _make(cls, obstacles)
    error._text, error.args = text, (text,)
    error.__notes__ = list(notes)
    return error


def _make(cls: type[SctError], obstacles: Sequence[Obstacle]) -> SctError:
    error = cls.__new__(cls)
    error._adopt(obstacles)
    return error


def _render_all(obstacles: Sequence[Obstacle]) -> str:
    if len(obstacles) == 1:
        return obstacles[0].render()
    names = {o.loc.function for o in obstacles if o.loc is not None and o.loc.function}
    subject = f" in `{next(iter(names))}`" if len(names) == 1 else ""
    return "\n".join([f"{len(obstacles)} obstacles{subject}:", *(o.render() for o in obstacles)])


class UnsupportedSyntaxError(SctError, SyntaxError):
    """The function uses a construct of Python that has no derivative code yet."""

    code = "SCT100"

    def _adopt(self, obstacles: Sequence[Obstacle]) -> None:
        super()._adopt(obstacles)
        # Tracebacks print a SyntaxError from these fields: one obstacle looks like Python's own error, several are listed.
        self.msg = self._text
        loc = obstacles[0].loc
        line = _line_at(loc) if loc is not None and len(obstacles) == 1 else None
        if loc is None or line is None:
            return
        start, stop = _caret_span(loc, line)
        self.filename, self.lineno, self.text = loc.file, loc.line, line
        self.offset, self.end_lineno, self.end_offset = start + 1, loc.line, stop + 1
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        self.msg = f"{self.code}: {obstacles[0].message}{hint}"


class MissingRuleError(SctError, NotImplementedError):
    """The function calls something whose derivative is not known."""

    code = "SCT200"


class RuleError(SctError, ValueError):
    """A derivative rule is declared wrongly."""

    code = "SCT250"


class SourceUnavailableError(SctError, OSError):
    """There is no Python source for the function."""

    code = "SCT300"


class StaleSourceError(SctError, RuntimeError):
    """The source on disk is not the source that the function was compiled from."""

    code = "SCT320"


class ArgumentError(SctError, TypeError):
    """An argument, or an option such as ``argnums``, is not acceptable."""

    code = "SCT400"


class NonScalarOutputError(SctError, TypeError):
    """``grad`` needs a function with one real number as its result."""

    code = "SCT500"


class NonFiniteGradientError(SctError, FloatingPointError):
    """A NaN or an infinity appeared in the adjoint while ``debug_nans`` was on."""

    code = "SCT550"


class AliasingError(SctError, ValueError):
    """A write to memory could change a value through another name in a way that cannot be followed."""

    code = "SCT600"


class UnsupportedTypeError(SctError, TypeError):
    """A value of the function has no single type, or a type that derivatives are not defined for."""

    code = "SCT700"


class InternalError(SctError, RuntimeError):
    """An invariant of the package itself is broken: a bug in sct, never in the user's function."""

    code = "SCT900"

    def __init__(self, message: str, *, loc: Place | None = None, hint: str = "", code: str | None = None,
                 reproduce: str = "") -> None:
        super().__init__(f"this is a bug in sct: {message}", loc=loc, code=code,
                         hint=hint or "please report it together with the lines that reproduce it")
        if reproduce:
            self.reproduce_with(reproduce)

    def reproduce_with(self, lines: str) -> None:
        """Attach the lines that make the bug happen again; tracebacks show them."""
        self.add_note("  to reproduce:\n" + textwrap.indent(lines.strip("\n"), "    "))


class DifferentiationWarning(UserWarning):
    """The derivative is well defined but probably not what was meant."""


CLASSES: dict[str, type[SctError]] = {
    cls.__name__: cls
    for cls in (
        UnsupportedSyntaxError, MissingRuleError, RuleError, SourceUnavailableError, StaleSourceError, ArgumentError,
        NonScalarOutputError, NonFiniteGradientError, AliasingError, UnsupportedTypeError, InternalError,
    )
}
"""Every public error class by name."""


def class_of(code: str) -> type[SctError]:
    """The error class that a code belongs to; a code outside the table counts with the general one of its hundred."""
    entry = CODES.get(code) or CODES.get(f"{code[:4]}00")
    return CLASSES[entry.error] if entry is not None else SctError


def error_of(obstacles: Iterable[Obstacle]) -> SctError:
    """One error that lists all ``obstacles`` (at least one) in source order; its class is that of the first."""
    unique = sorted(dict.fromkeys(obstacles), key=_position)
    return _make(class_of(unique[0].code), unique)


def _position(obstacle: Obstacle) -> tuple[str, int, int]:
    loc = obstacle.loc
    return ("", 0, 0) if loc is None else (loc.file, loc.line, loc.col)


def raise_all(obstacles: Iterable[Obstacle]) -> None:
    """Raise one error that lists all ``obstacles``; return if there are none."""
    found = list(obstacles)
    if found:
        raise error_of(found)


def explain_code(code: str) -> str:
    """The paragraph on an error code, as ``python -m sct error SCT101`` prints it.

    >>> print(explain_code("SCT106").splitlines()[0])
    SCT106 (UnsupportedSyntaxError, a SyntaxError): `del` of an item or an attribute
    """
    key = "SCT" + code.upper().removeprefix("SCT")
    if key not in CODES:
        raise ArgumentError(f"there is no error code {code!r}", hint=f"the codes are {', '.join(CODES)}", code="SCT409")
    entry = CODES[key]
    heading = f"{key} ({entry.error}, {_article(builtin_of(CLASSES[entry.error]))}): {entry.title}"
    return f"{heading}\n\n{textwrap.fill(entry.paragraph, 100, break_long_words=False, break_on_hyphens=False)}"


def builtin_of(cls: type[SctError]) -> type[Exception]:
    """The builtin exception that a class can also be caught as."""
    return next(base for base in cls.__mro__ if base.__module__ == "builtins")


def _article(cls: type[Exception]) -> str:
    return f"{'an' if cls.__name__[0] in 'AEIOU' else 'a'} {cls.__name__}"


def errors_page() -> str:
    """The page ``docs/errors.md``, generated from the table of codes."""
    lines = [
        "# Errors", "",
        "Every error derives from `sct.SctError` and from the builtin exception you would catch anyway. It names your file and",
        "line, shows the statement with a caret, says one thing to do instead, and has a stable code. All obstacles in a",
        "function are reported together. `python -m sct error SCT101` prints a paragraph of this page, which is generated from",
        "`sct/error_codes.py`.", "",
        "| class | also a | raised when |", "|---|---|---|",
    ]
    for name, cls in CLASSES.items():
        lines.append(f"| `{name}` | `{builtin_of(cls).__name__}` | {(cls.__doc__ or '').rstrip('.')} |")
    for name in CLASSES:
        lines += ["", f"## {name}"]
        for code, entry in CODES.items():
            if entry.error == name:
                lines += ["", f"### {code}: {entry.title}", "", textwrap.fill(entry.paragraph, 120, break_long_words=False,
                                                                               break_on_hyphens=False)]
    return "\n".join(lines) + "\n"
