"""Random programs that call functions with a declared derivative, in all modes; ``SCT_RANDOM_CUSTOMS`` sets how many."""

import os
from collections import Counter

import pytest

from sct.testing.modes import judge_modes
from sct.testing.programs import generate
from sct.testing.trial import FAILURES, judge

COUNT = int(os.environ.get("SCT_RANDOM_CUSTOMS", "20"))
SEED = int(os.environ.get("SCT_RANDOM_SEED", "0"))


@pytest.mark.parametrize("array_writes", [False, True])
def test_gradients(array_writes):
    counts, reasons = Counter(), Counter()
    for seed in range(SEED, SEED + COUNT):
        verdict = judge(generate(seed, 7, array_writes=array_writes, customs=True))
        assert verdict.kind not in FAILURES, f"seed {seed}: {verdict.kind}: {verdict.detail}"
        counts[verdict.kind] += 1
        reasons[verdict.detail] += verdict.kind == "refused"
    assert counts["right"] > 0.8 * COUNT, (counts, reasons)


def test_other_modes():
    counts = Counter()
    for seed in range(SEED, SEED + COUNT // 2):
        for mode, verdict in judge_modes(generate(seed, 5, customs=True)).items():
            assert verdict.kind in ("right", "unjudged", "refused"), f"seed {seed}: {mode}: {verdict.kind}: {verdict.detail}"
            assert verdict.kind != "refused" or mode == "jvp" and "SCT205" in verdict.detail or "SCT2" not in verdict.detail
            counts[mode, verdict.kind] += 1
    assert all(counts[mode, "right"] > 0.3 * COUNT // 2 for mode in ("jvp", "vjp", "hvp")), counts
