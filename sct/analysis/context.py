"""What one compilation collects and what one activation of a function knows: the state that specialisation works on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import InternalError, Obstacle, raise_all
from ..ir.core import Block, Function, Loc, Op, Value
from ..ir.rewrite import clone_function
from . import abstract as ab
from .abstract import Abstract, Closure, DataPath, Site
from .positions import Positions
from .session import Session

UNROLL_LIMIT = 32
"""Longer sequences of one type are run-time lists, and longer loops are not unrolled."""


class Refusal(Exception):
    """Raised inside a handler to refuse the current op; becomes an obstacle at the op's line."""

    def __init__(self, code: str, message: str, hint: str = "", loc: Loc | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.loc = code, message, hint, loc


@dataclass
class Context:
    """What one compilation collects across all the functions it visits."""

    session: Session
    obstacles: dict[tuple[Any, ...], Obstacle] = field(default_factory=dict)
    guards: dict[tuple[Any, ...], tuple[DataPath, Any]] = field(default_factory=dict)
    """(kind, path) → path and expectation: what dispatch must find unchanged; kinds ``is``, ``type``, ``value``, ``code``,
    and more (``CHECKS`` in dispatch.py)."""
    examples: dict[Value, tuple[Any, DataPath]] = field(default_factory=dict)
    """Run-time values whose current content is at hand (parameters), for what must be static."""
    stack: list[Any] = field(default_factory=list)
    """The lowered functions being visited, outermost first."""
    remembering: list[Any] = field(default_factory=list)
    """The functions with a cache of results whose bodies are being visited for the type of their results."""
    masked: int = 0
    """How exact zeros may arise in cotangents: 0 not, 1 by picking elements, 2 by ``where``, which may hide infinities."""
    signals: bool = field(default_factory=lambda: "raise" in np.geterr().values())
    """Whether NumPy raises here where a number overflows, is divided by zero, or the like."""
    stores: bool = False
    """Whether arrays are stored into: what leaves the function then is copied before the reverse sweep undoes that."""
    opened: set[Function] = field(default_factory=set)
    """The lowered functions whose calls become part of their callers, because they write to what these hand them."""
    lent: set[Function] = field(default_factory=set)
    """Those that do so and call themselves: their calls stay calls, which write."""
    lends: bool = False
    """Whether all of them stay calls: their bodies in all places would be too long."""
    replayed: set[Function] = field(default_factory=set)
    """Those with a checkpoint: their calls stay calls, which the reverse sweep makes again."""
    marks: dict[tuple[str, int], Loc | None] = field(default_factory=dict)
    """Lines in which something else is given to ``checkpoint``: where, as long as no loop has seen it."""
    copied_in: int = 0
    """How many ops of opened callees were visited."""
    directional: bool = False
    """Whether forward mode is asked for, of the user's function itself."""
    twice: bool = False
    """Whether the derivative that reverse mode writes is differentiated again: it must consist of what can be."""
    fused: bool = False
    """Whether operations on arrays become loops over their elements, compiled as one."""
    splicing: bool = False
    """True while the body of a derivative rule is visited: its ops belong to the adjoint."""
    standing: dict[Any, Function] = field(default_factory=dict)
    """Functions that stand for gradients taken inside: (function, parameters, …) → the one that is called."""
    differentiated: frozenset[str] = frozenset()
    """The parameters that are differentiated, or returned with numbers in them: in these, dataclasses are containers."""
    fields_change: bool = False
    """Whether lists and dicts change that dataclasses hold which are differentiated: these have places of their own, then."""
    places: bool = False
    """Whether lists, dicts and objects are followed by their places: where one of them changes."""
    tables: set[Site] = field(default_factory=set)
    """Where dicts are made that need keys which only run time knows, and lists that must be one value at run time."""
    counting: bool = False
    """Whether loops are unrolled as often as they run in this call where one body for all iterations cannot be specialised."""
    trips: set[Loc] = field(default_factory=set)
    """Where they are."""
    inside: bool = False
    """Whether lists in lists whose length only run time knows change."""
    tuples: set[Value] = field(default_factory=set)
    """Run-time lists that stand for tuples, of which only run time knows how long they are."""
    lists: dict[Value, Abstract] = field(default_factory=dict)
    """Such lists, and what they have been taken out of."""
    apart: bool = False
    """Whether lists of arrays that are arguments are known item by item: where such an array is written to."""
    assigned: set[str] = field(default_factory=set)
    """Names of attributes that are assigned: those of arguments are read on entry."""
    spliced: Block | None = None
    """The block that the rule body now visited becomes part of: what it holds runs whenever the rule applies."""
    wanted: Collection[Value] | None = None
    """The values by which a derivative is asked for where this rule is applied."""

    warned: bool = False
    """Whether the user was warned of something."""
    given: dict[ab.Place, str] = field(default_factory=dict)
    """Places of the containers and objects in arguments, and the arguments' names."""
    changed: set[str] = field(default_factory=set)
    """Names of the arguments in which something changes (what the caller holds does not)."""

    def begin_again(self, attribute: str, inside: bool = False, tables: frozenset[Site] = frozenset()) -> None:
        """Forget everything: the function is specialised once more, with the places of what changes."""
        if self.places and (not attribute or attribute in self.assigned) and (not inside or self.inside) \
                and tables <= self.tables:
            raise InternalError("specialisation began again without a reason")
        self.places = True
        self.inside |= inside
        self.tables |= tables
        if attribute:
            self.assigned.add(attribute)
        self.forget()

    def forget(self) -> None:
        """Forget everything that specialisation found out."""
        for found in (self.obstacles, self.guards, self.examples, self.stack, self.remembering, self.standing, self.given,
                      self.changed, self.lists, self.marks):
            found.clear()
        self.stores = self.splicing = False
        self.session.forget_since(0)

    def copied(self, function: Function, values: dict[Value, Value] | None = None) -> Function:
        """A copy of ``function``, of whose values is known what is known of its own; see ``clone_function``."""
        values = {} if values is None else values
        made = clone_function(function, values)
        self.examples.update({values[v]: known for v, known in list(self.examples.items()) if v in values})
        return made

    def refuse(self, refusal: Refusal, loc: Loc) -> None:
        loc = refusal.loc or loc
        key = (loc.file, loc.line, loc.col, refusal.code, refusal.message)
        self.obstacles.setdefault(key, Obstacle(loc, refusal.code, refusal.message, refusal.hint))

    def guard(self, kind: str, path: DataPath, expected: Any) -> None:
        several = expected if kind in ("has", "lacks", "holds") else None
        self.guards[(kind, path.scope, path.root, path.steps, id(path.owner), several)] = (path, expected)

    def check(self) -> None:
        """Raise all obstacles found so far as one error."""
        if self.obstacles:
            raise_all(list(self.obstacles.values()))


@dataclass(eq=False)
class Frame:
    """One activation of a lowered function: what its values are known to be."""

    lowered: Function
    env: dict[Value, Abstract] = field(default_factory=dict)
    places: dict[str, ab.Place] = field(default_factory=dict)
    """Where its variables are that nested functions bind."""
    cells: dict[str, Abstract] = field(default_factory=dict)
    """Current content of variables that nested functions capture and that may be rebound."""
    closure: Closure | None = None
    owner: Any = None
    """The Python function object whose globals and closure cells this code sees."""
    path: DataPath | None = None
    """Where generated code finds ``owner``."""
    origin: Frame | None = None
    """The frame that this one stands for inside a callee that was handed its cells."""


@dataclass
class Exit:
    """How a block ends: the terminator's name and operands; ``tail`` when exits are pending in nested blocks."""

    kind: str
    values: list[Abstract]
    op: Op
    positions: Positions | None = None
    """How far iterators have come there, where that is not how far they have come now."""


@dataclass
class Pending:
    """A ``continue`` or ``break`` whose operands are written once the loop's types are known."""

    block: Block
    kind: str
    values: list[Abstract]
    loc: Loc
    positions: Positions
    """How far iterators have come there."""
