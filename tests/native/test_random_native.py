"""Random programs compiled by Numba, against dual numbers run through the original source: right, or refused with a reason.

``SCT_RANDOM_SEED`` sets the first seed.  The long mode:
``python -m sct.testing.programs --backend numba --size 8 --count 300``.
"""

import os

import pytest

import sct
from sct.testing.trial import numba_engine, survey

pytest.importorskip("numba")

COUNT = 6
SEED = int(os.environ.get("SCT_RANDOM_SEED", "0"))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


def test_no_compiled_program_has_a_wrong_gradient():
    summary = survey(range(SEED, SEED + COUNT), numba_engine, size=8)
    assert not summary.failures
    assert summary.verdicts["right"] >= COUNT // 3, summary.markdown("Numba")


def shown(x):
    print(f"{x:.3f}")
    return x * x


def test_whatever_numba_raises_becomes_a_refusal():
    with pytest.raises(sct.MissingRuleError, match="SCT210: .*format spec in f-strings"):
        sct.grad(shown, backend="numba")(2.0)
