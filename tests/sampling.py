"""Which of many like cases a usual run tries."""

from collections.abc import Iterable
from typing import Any

import pytest


def a_part(n: int, cases: Iterable[Any]) -> list[Any]:
    """The cases as parameters of a test: each ``n``-th is tried in a usual run, the others with ``-m long``."""
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=[] if k % n == 0 else [pytest.mark.long])
            for k, case in enumerate(cases)]
