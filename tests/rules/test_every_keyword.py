"""Each parameter of each function with a rule is given a value: the derivatives are right, or the call is refused by its name.

A parameter that a new version of NumPy or SciPy brings has no value here, and fails the first test.
"""

from __future__ import annotations

import pytest

pytest.importorskip("scipy")

from tests.sampling import a_part

from .keyword_calls import Loaded, outcomes
from .keyword_samples import Function, Sample, functions
from .keyword_scipy import REFUSED_OF
from .keyword_values import EXCUSED, REFUSED

PARTS = 16
"""In so many tests are the functions tried."""


def some(part: int, distributions: bool) -> list[Function]:
    """A part of the functions that are methods of distributions, or of the others."""
    return [f for f in functions() if (f.name.startswith("stats.") and f.name.count(".") == 2) == distributions][part::PARTS]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return Loaded(tmp_path_factory.mktemp("keywords"))


def test_each_parameter_is_tried() -> None:
    asked, tried = set(), set()
    for function in functions():
        asked |= {(function.name, p) for p in function.asked()}
        tried |= {(function.name, p) for sample in function.samples for p in sample.parameter.split()}
    assert asked - tried == asked.intersection(EXCUSED)


@pytest.mark.parametrize("part", a_part(4, range(PARTS)))
def test_each_parameter_is_right(part: int, load: Loaded) -> None:
    check(some(part, distributions=False), load, part)


@pytest.mark.parametrize("part", a_part(PARTS, range(PARTS)))
def test_each_parameter_of_distributions_is_right(part: int, load: Loaded) -> None:
    check(some(part, distributions=True), load, part)


def check(tried: list[Function], load: Loaded, part: int) -> None:
    for function in tried:
        samples = [sample for sample in function.one_each() if not is_refused(sample)]
        assert outcomes(samples, load, forward=part == 8) == {}, samples


def test_each_other_parameter_is_refused_by_name(load: Loaded) -> None:
    samples = [sample for function in functions() for sample in function.one_each() if is_refused(sample)]
    found = outcomes(samples, load)
    assert len(found) == len(samples)
    for k, what in found.items():
        assert what.startswith("refused") and says(what, samples[k]), f"{samples[k]}: {what}"


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_each_value_by_keyword_and_by_position_in_both_modes(part: int, load: Loaded) -> None:
    wrong: dict[str, str] = {}
    for function in functions()[part::PARTS]:
        samples = list(function.samples)
        for k, what in outcomes(samples, load).items():
            if not (what.startswith("refused") and says(what, samples[k])):
                wrong[repr(samples[k])] = what
    assert wrong == {}


def says(what: str, sample: Sample) -> bool:
    """Whether what is said of a call names the parameter that is refused, or one without which it cannot be given."""
    beside = sample.kwargs if sample.how == "another call" else ()
    of_complex = sample.kwargs.get("dtype") is complex and "complex" in what
    return of_complex or any(f"`{p}`" in what or f"{p}=" in what for p in (*sample.parameter.split(), *beside))


def is_refused(sample: Sample) -> bool:
    names = REFUSED.get(sample.parameter, "").split()
    function = sample.function
    return function.name in names or "ufuncs" in names and function.is_ufunc or \
        sample.parameter in REFUSED_OF.get(function.name, ())
