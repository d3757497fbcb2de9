"""Random programs compiled by Numba, against dual numbers run through the original source: right, or refused with a reason.

The long mode is ``python -m sct.testing.programs --backend numba --size 8 --count 300``.
"""

import re

import pytest

from sct.testing.programs import generate
from sct.testing.trial import judge, numba_engine

pytest.importorskip("numba")

COMPILED = (10, 17, 22, 25, 28, 114, 123, 141)
"""Seeds of programs that Numba compiles in about a second each."""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


@pytest.mark.parametrize("seed", COMPILED)
def test_the_compiled_gradient_is_right(seed):
    verdict = judge(generate(seed, 8), numba_engine)
    assert verdict.kind == "right", verdict.detail


@pytest.mark.parametrize(("seed", "reason"), [(6, "SCT210: .* cannot compile"), (32, "SCT210: .*format spec in f-strings")])
def test_whatever_numba_raises_becomes_a_refusal(seed, reason):
    verdict = judge(generate(seed, 8), numba_engine)
    assert verdict.kind == "refused" and re.search(reason, verdict.detail), verdict
