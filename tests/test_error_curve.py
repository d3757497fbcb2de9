"""The curves of error against step have the slopes that theory gives them, and the picture in the docs is the one they make."""

import runpy
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
CURVE = runpy.run_path(str(ROOT / "examples" / "error_against_h.py"))
STEPS = CURVE["fine_steps"]()
ERRORS = {name: np.array(curve) for name, curve in CURVE["errors"](STEPS).items()}
SVG = "{http://www.w3.org/2000/svg}"


def slope(name, largest, smallest):
    """The power of h with which the error of a method changes between two steps."""
    chosen = [k for k, h in enumerate(STEPS) if smallest <= h <= largest * 1.001]
    return np.polyfit(np.log10(np.array(STEPS)[chosen]), np.log10(ERRORS[name][chosen]), 1)[0]


@pytest.mark.parametrize("name, order, largest, smallest", [
    ("forward", 1, 1e-2, 1e-6), ("central", 2, 1e-2, 1e-4), ("five points", 4, 1e-1, 1e-2), ("complex step", 2, 1e-2, 1e-6)])
def test_truncation_error_falls_with_its_power(name, order, largest, smallest):
    assert slope(name, largest, smallest) == pytest.approx(order, abs=0.1)


@pytest.mark.parametrize("name", ["forward", "central", "five points"])
def test_rounding_error_grows_like_one_over_h(name):
    assert slope(name, 1e-10, 1e-15) == pytest.approx(-1.0, abs=0.5)


@pytest.mark.parametrize("name, order, error", [("forward", 1, 1e-7), ("central", 2, 1e-10), ("five points", 4, 1e-12)])
def test_the_best_step_is_where_theory_says(name, order, error):
    best = STEPS[int(np.argmin(ERRORS[name]))]
    assert 0.01 < best / (2.2e-16) ** (1 / (order + 1)) < 100.0
    assert ERRORS[name].min() < error


def test_two_methods_have_no_rounding_error():
    assert max(ERRORS["complex step"][np.array(STEPS) < 1e-8]) < 1e-15 and max(ERRORS["sct.grad"]) < 1e-15


def test_the_picture_is_up_to_date():
    shown = ET.parse(ROOT / "docs" / "finite-differences.svg").getroot()
    made = ET.fromstring(CURVE["svg"](STEPS, ERRORS))
    assert [e.tag for e in shown.iter()] == [e.tag for e in made.iter()]
    assert [e.text for e in shown.iter(f"{SVG}text")] == [e.text for e in made.iter(f"{SVG}text")]
    for one, other in zip(shown.iter(f"{SVG}polyline"), made.iter(f"{SVG}polyline"), strict=True):
        assert one.get("id") == other.get("id")
        seen, fresh = ([tuple(map(float, pair.split(","))) for pair in line.get("points").split()] for line in (one, other))
        assert len(seen) == len(fresh) == len(STEPS)
        np.testing.assert_allclose(np.array(seen)[:24, 1], np.array(fresh)[:24, 1], atol=60.0)  # rounding differs by machine
        np.testing.assert_allclose(np.array(seen)[:, 0], np.array(fresh)[:, 0], atol=0.2)


def test_the_table_has_a_row_for_each_step():
    rows = CURVE["table"]([1e-1, 1e-2], CURVE["errors"]([1e-1, 1e-2])).splitlines()
    assert rows[0] == "| h | forward | central | five points | complex step | sct.grad |"
    assert rows[2].startswith("| 1e-01 | 4e-02 | 8e-04 | 2e-06 | 8e-04 | ") and len(rows) == 4
