"""Random programs whose arguments are tuples, nested lists and dicts, named tuples and dataclasses, judged by dual numbers."""

from sct.testing.modes import judge_modes
from sct.testing.programs import generate
from sct.testing.trial import FAILURES, judge

COUNT = 60


def test_gradients_by_containers_are_right() -> None:
    kinds = {"right": 0}
    for seed in range(COUNT):
        verdict = judge(generate(seed, 6, array_writes=seed % 3 == 0, structures=True))
        assert verdict.kind not in FAILURES, f"seed {seed}: {verdict}"
        kinds[verdict.kind] = kinds.get(verdict.kind, 0) + 1
    assert kinds["right"] > 0.85 * COUNT, kinds


def test_the_other_modes_agree() -> None:
    judged = 0
    for seed in range(1000, 1012):
        for mode, verdict in judge_modes(generate(seed, 5, structures=True)).items():
            assert verdict.kind in ("right", "unjudged", "refused"), f"seed {seed}, {mode}: {verdict}"
            judged += verdict.kind == "right"
    assert judged > 30
