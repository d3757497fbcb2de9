"""Which of many like cases a usual run tries."""

from collections.abc import Iterable
from typing import Any

import pytest


def a_part(n: int, cases: Iterable[Any]) -> list[Any]:
    """The cases as parameters of a test: each ``n``-th is tried in a usual run, the others with ``-m long``."""
    found = [case if isinstance(case, type(pytest.param())) else pytest.param(*(case if isinstance(case, tuple) else (case,)))
             for case in cases]
    return [case if k % n == 0 else case._replace(marks=[*case.marks, pytest.mark.long]) for k, case in enumerate(found)]
