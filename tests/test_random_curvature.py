"""Second derivatives of random programs, forward over reverse, against differences of the gradient.

``SCT_RANDOM_CURVATURES`` sets how many programs (default 40), ``SCT_RANDOM_SEED`` the first seed.
"""

import os
from collections import Counter

from sct.testing.curvature import judge_curvature
from sct.testing.programs import generate

COUNT = int(os.environ.get("SCT_RANDOM_CURVATURES", "25"))
SEED = int(os.environ.get("SCT_RANDOM_SEED", "0"))


def test_second_derivatives_of_random_programs() -> None:
    counts: Counter[str] = Counter()
    nonzero = 0
    for seed in range(SEED, SEED + COUNT):
        verdict = judge_curvature(generate(seed, 5))
        assert verdict.kind in ("right", "refused", "unjudged"), f"seed {seed}: {verdict.kind}: {verdict.detail}"
        counts[verdict.kind] += 1
        nonzero += verdict.nonzero
    assert counts["right"] >= 0.8 * COUNT and nonzero >= 0.5 * COUNT, counts
