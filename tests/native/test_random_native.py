"""Random programs compiled by Numba, against dual numbers run through the original source: right, or refused with a reason.

The long mode is ``python -m sct.testing.programs --backend numba --size 8 --count 300``.
"""

import re

import pytest

import sct
from sct.testing.programs import generate
from sct.testing.trial import judge, numba_engine

pytest.importorskip("numba")

COMPILED = (1, 6, 7, 10, 22, 28, 123, 141)
"""Seeds of programs that Numba compiles in about a second each."""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


@pytest.mark.parametrize("seed", COMPILED)
def test_the_compiled_gradient_is_right(seed):
    verdict = judge(generate(seed, 8), numba_engine)
    assert verdict.kind == "right", verdict.detail


@pytest.mark.parametrize(("seed", "reason"), [(25, "SCT210: .* cannot compile .*getitem"), (32, "SCT210: .* cannot compile")])
def test_whatever_numba_raises_becomes_a_refusal(seed, reason):
    verdict = judge(generate(seed, 8), numba_engine)
    assert verdict.kind == "refused" and re.search(reason, verdict.detail), verdict


def test_what_numba_says_of_a_function_without_a_line_is_a_refusal_too():
    def labelled(x):
        return x * len(f"{x:.3f}")

    with pytest.raises(sct.MissingRuleError, match="SCT210: .*format spec in f-strings"):
        sct.grad(labelled, backend="numba")(2.0)
