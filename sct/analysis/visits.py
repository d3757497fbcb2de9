"""Visits of functions that are called as they are: their bodies are followed for what they return, and leave no trace."""

from __future__ import annotations

from typing import NamedTuple

from ..ir.core import Block, Value
from ..ir.types import strip_const
from . import shapes as sh
from .abstract import POISON, Abstract, JoinError, Static
from .context import Refusal
from .infer import Specializer


class Visit(NamedTuple):
    """What a visit found."""

    result: Abstract
    reason: str
    """Why the body cannot be followed; empty if it can."""
    body: Block
    """What it does."""


def visit(sp: Specializer, body: Static, args: list[Abstract], kwargs: dict[str, Abstract] | None = None,
          inside: bool = False) -> Visit:
    """What the function ``body`` gives for these arguments, or why that is not known.

    ``inside`` says that it is looked into although it has a rule.
    """
    from .callees import call, enter
    go = enter if inside else call
    obstacles, sp.context.obstacles = sp.context.obstacles, {}
    mark, splicing = sp.session.mark(), sp.context.splicing
    positions, sp.positions = sp.positions, dict(sp.positions)
    standing, sp.context.standing = sp.context.standing, dict(sp.context.standing)
    block = Block()
    sp.context.splicing = False
    try:
        with sp.builder.at(block), sp.pending_of():
            result = go(sp, body, args, kwargs or {})
    except (Refusal, JoinError) as refusal:
        result = POISON
        sp.context.obstacles = {(): refusal}  # type: ignore[dict-item]
    finally:
        sp.session.forget_since(mark)
        sp.positions, sp.context.splicing, sp.context.standing = positions, splicing, standing
        found, sp.context.obstacles = sp.context.obstacles, obstacles
    if found:
        first = next(iter(found.values()))
        return Visit(POISON, getattr(first, "message", str(first)) or "it cannot be followed", block)
    return Visit(result, "", block)


def varied(a: Abstract) -> Abstract:
    """The same with fresh run-time values, one of its type for a literal number."""
    shape = sh.generalise(sh.shape_of(a))
    return sh.rebuild(shape, lambda t: Value("", strip_const(t), Block()))
