"""Every mistake must be noticed in rules that call the functions they are given, and in what stands for functions of SciPy.

They are tried as compiled.  Each function gets each mistake (``mutants.py``); values and derivatives that this leaves as they
are would mean that a test is missing, or that the code is not needed.  What is mutated, and by what this is noticed, says
``mutated.py``.  A usual run tries a mistake of each family, but for those of which each use takes seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scipy")

from .mutants import Mutant, Right
from .mutated import FAMILIES, WITHOUT_EFFECT

SLOW = ("transforms", "matrices")


def parts() -> list[Any]:
    """All mistakes, and for a usual run one of each family that is quickly tried."""
    found = []
    for name, family in FAMILIES.items():
        mutants = family.mutants()
        usual = [mutant for mutant in mutants if mutant.what not in WITHOUT_EFFECT][1]
        for mutant in mutants:
            marks = [] if mutant is usual and name not in SLOW else [pytest.mark.long]
            found.append(pytest.param(name, mutant, id=f"{name}-{mutant.what}", marks=marks))
    return found


RIGHT = {name: [Right(use) for use in family.uses] for name, family in FAMILIES.items()}


@pytest.mark.parametrize(("family", "mutant"), parts())
@pytest.mark.filterwarnings("ignore")
def test_mistake_is_noticed(family: str, mutant: Mutant, tmp_path: Path) -> None:
    tried = 0
    for right in [*RIGHT[family]]:
        if right.concerns(mutant.function):
            tried += 1
            if right.notices(mutant, tmp_path):
                RIGHT[family].remove(right)
                RIGHT[family].insert(0, right)
                assert mutant.what not in WITHOUT_EFFECT
                return
    assert tried, "nothing uses this function"
    assert mutant.what in WITHOUT_EFFECT
