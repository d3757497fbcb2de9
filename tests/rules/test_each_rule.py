"""Every rule, and every public name that carries derivatives, by an example: modes, second order, precisions, complex numbers.

A rule that is added without an example (metadata, a call in a table, a text in ``samples.py``) fails here.  Of the methods of
distributions and of ufuncs, whose rules few functions make, every twenty-fourth is compiled unless long tests are asked
for, of the functions of SciPy that are said with others every eighth.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sct
from tests.sampling import a_part

from . import registered
from .registered import complex_example, examples, groups, title
from .sample import Sample
from .samples import COMPLEX_REFUSED, EXCUSED, NOT_SINGLE, ONCE_COMPLEX
from .together import Group, check_double, check_first, check_real, faults

pytestmark = pytest.mark.filterwarnings("ignore")
NAMES = registered.names()
OF_STATS = [name for name in NAMES if name.startswith("stats.")]
OF_UFUNCS = [name for name in NAMES if name.endswith((".reduce", ".accumulate", ".outer", ".at", ".reduceat"))]
MADE = [*OF_STATS, *OF_UFUNCS]
"""What few functions write the rules of."""
SAID = [name for name in NAMES if name not in {*registered.rules(), *MADE} and name.split(".")[0] in registered.OPTIONAL]
"""Functions of SciPy that are said with others: they have tests of their own, too."""
OFTEN = [name for name in NAMES if name not in MADE and name not in SAID] + SAID[::8] + MADE[::24]
FEW = groups(OFTEN)
REST = [pytest.param(group, marks=pytest.mark.long) for group in groups([name for name in NAMES if name not in OFTEN])]


def wrong(samples: list[Sample], check: Callable[[Group], list[str]], folder: Path) -> str:
    with np.errstate(all="ignore"):
        found = faults(samples, check, folder) if samples else {}
    return "\n".join(f"{sample}\n    {fault}" for sample, fault in found.items())


def test_each_has_an_example() -> None:
    """Write one where this fails, or say in ``EXCUSED`` why there is none."""
    assert [name for name in NAMES if not examples(name)] == [name for name in NAMES if name in EXCUSED]


def test_tables_name_what_there_is() -> None:
    assert {*EXCUSED, *COMPLEX_REFUSED, *ONCE_COMPLEX, *NOT_SINGLE} <= {*NAMES}


@pytest.mark.parametrize("group", FEW + REST, ids=title)
def test_real_numbers(group: list[str], tmp_path: Path) -> None:
    assert not wrong([s for name in group for s in examples(name)], check_real, tmp_path)


def is_refused(name: str) -> bool:
    return name in COMPLEX_REFUSED or name in OF_STATS


@pytest.mark.parametrize("group", a_part(2, groups([n for n in NAMES if not is_refused(n)])), ids=title)
def test_complex_numbers(group: list[str], tmp_path: Path) -> None:
    assert not wrong([s for name in group if (s := complex_example(name)) is not None], check_first, tmp_path)


@pytest.mark.parametrize("group", a_part(4, groups([n for n in NAMES if not is_refused(n) and n not in ONCE_COMPLEX])),
                         ids=title)
def test_second_derivatives_by_complex_numbers(group: list[str], tmp_path: Path) -> None:
    assert not wrong([s for name in group if (s := complex_example(name)) is not None], check_double, tmp_path)


@pytest.mark.parametrize("name", sorted(ONCE_COMPLEX))
def test_second_derivatives_by_complex_numbers_are_refused(name: str, tmp_path: Path) -> None:
    sample = complex_example(name)
    assert sample is not None
    group = Group([sample], tmp_path)
    with pytest.raises(sct.SctError):
        sct.hvp(lambda ps: group.total(ps, group.weights), (group.values,), (group.values,))


@pytest.mark.parametrize("name", [*sorted(COMPLEX_REFUSED), *OF_STATS[::24]])
def test_complex_numbers_are_refused(name: str, tmp_path: Path) -> None:
    sample = complex_example(name)
    if sample is None:
        assert name not in COMPLEX_REFUSED
        return
    group = Group([sample], tmp_path)
    with pytest.raises(sct.SctError):
        sct.grad(group.total)(group.values, group.weights)


@pytest.mark.long
@pytest.mark.parametrize("group", groups(NAMES), ids=title)
def test_all_examples(group: list[str], tmp_path: Path) -> None:
    assert not wrong([s for name in group for s in examples(name, 100)], check_real, tmp_path)
