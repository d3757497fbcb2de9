"""Room to work in: while anything is being compiled there is no garbage collection and a higher limit of recursion."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DEPTH = 10_000
"""Frames that fit on the stack of a thread; a chain of 200 ``elif`` is 200 branches in each other."""

_lock = threading.Lock()
_at_work = 0
"""How many compilations are under way: in several threads, or one inside another."""
_before: tuple[bool, int] = (False, 0)
"""Whether garbage was collected, and the limit of recursion, before the first of them."""


@contextmanager
def room() -> Iterator[None]:
    """Make room for one compilation; the last one to end puts everything back.

    The IR is one big cycle that lives until the end: collecting finds nothing in it, and takes a third of the time.
    """
    global _at_work, _before
    with _lock:
        if not _at_work:
            _before = gc.isenabled(), sys.getrecursionlimit()
            gc.disable()
            sys.setrecursionlimit(max(DEPTH, _before[1]))
        _at_work += 1
    try:
        yield
    finally:
        with _lock:
            _at_work -= 1
            if not _at_work:
                _put_back(*_before)


def _put_back(collected: bool, limit: int) -> None:
    if collected:
        gc.enable()
    if sys.getrecursionlimit() == max(DEPTH, limit):  # else the user's code has set its own meanwhile
        sys.setrecursionlimit(limit)
