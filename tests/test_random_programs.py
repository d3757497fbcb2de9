"""Random nested programs: the compiler's gradients against dual numbers run through the original source.

``SCT_RANDOM_PROGRAMS`` sets how many programs (default 500), ``SCT_RANDOM_SEED`` the first seed.  The long mode is
``python -m sct.testing.programs --count 100000 --jobs 2 --out summary.md``.
"""

import os

import pytest

from sct.testing.trial import Summary, explain_failure, survey

COUNT = int(os.environ.get("SCT_RANDOM_PROGRAMS", "500"))
SEED = int(os.environ.get("SCT_RANDOM_SEED", "0"))
JOBS = min(4, os.cpu_count() or 1)
SIZE = 7


@pytest.fixture(scope="module")
def summary() -> Summary:
    return survey(range(SEED, SEED + COUNT), size=SIZE, jobs=JOBS)


def test_no_program_has_a_wrong_gradient(summary: Summary) -> None:
    if summary.failures:
        shown = [explain_failure(seed, size=SIZE, seconds=20.0) for seed, _ in summary.failures[:2]]
        others = [f"seed {seed}: {verdict.kind}: {verdict.detail[:150]}" for seed, verdict in summary.failures[2:20]]
        count = f"{len(summary.failures)} of {summary.total} programs fail"
        pytest.fail("\n\n".join([count, *shown, *others]), pytrace=False)


def test_at_most_one_percent_is_refused(summary: Summary) -> None:
    assert summary.verdicts["refused"] <= 0.01 * summary.total, dict(summary.refusals.most_common(10))


def test_nearly_all_programs_are_judged_and_have_a_gradient(summary: Summary) -> None:
    assert summary.verdicts["unjudged"] <= 0.005 * summary.total, dict(summary.unjudged.most_common(10))
    assert summary.nonzero_share >= 0.8


@pytest.mark.skipif(COUNT < 500, reason="too few programs to contain everything")
def test_every_construct_occurs(summary: Summary) -> None:
    rare = {name: n for name, n in summary.uses.items() if n < COUNT // 200}
    assert not rare and len(summary.uses) > 90
