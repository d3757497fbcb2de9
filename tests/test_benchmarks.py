"""The page of benchmarks is what its numbers say, the goals are judged rightly, and leaving out a pass is undone again."""

import json
from pathlib import Path

import numpy as np
import pytest

import sct
from benchmarks import ablation, comparison, goals, kernels, page
from benchmarks.workloads import WORKLOADS
from sct.passes import pipeline

DOCS = Path(__file__).parent.parent / "docs"


def test_the_page_is_made_of_the_numbers_beside_it():
    data = json.loads((DOCS / "benchmarks.json").read_text(encoding="utf-8"))
    assert page.page(data) == (DOCS / "benchmarks.md").read_text(encoding="utf-8"), "run python -m benchmarks --parts"


def test_the_page_has_every_workload_at_both_sizes():
    results = json.loads((DOCS / "benchmarks.json").read_text(encoding="utf-8"))["results"]
    assert [(r["workload"], r["size"]) for r in results] == [(w.name, size) for w in WORKLOADS for size in w.sizes]
    assert all(r["ratios"].keys() >= {"function", "by hand", "sct"} for r in results)
    assert all(r["deviations"][name] < comparison.RTOL for r in results for name in r["deviations"].keys() & r["ratios"].keys())


def result(name, size, **ratios):
    return comparison.Result(name, size, ratios={"function": 1.0, **ratios})


def test_a_goal_is_met_by_the_mean_and_by_each():
    m = goals.Measured([result("mlp", 1, sct=1.0), result("lstm", 2, sct=4.0), result("bratu", 3)])
    ratios = m.times("sct", "function")
    assert ratios == {"mlp 1": 1.0, "lstm 2": 4.0}
    for mean, each, met in (2.0, 4.0, True), (1.9, 4.0, False), (2.0, 3.9, False), (None, 5.0, True):
        assert goals.at_most("", "", ratios, mean, each, "").met is met
    assert goals.at_most("", "", ratios, None, 3.9, "why").closing == "Over it: lstm 2 (4.0). why"
    assert goals.at_least("", "", ratios, 2.0, 1.0, "").met is True
    assert goals.at_least("", "", ratios, 2.1, None, "").met is False
    assert goals.at_least("", "", {}, 2.1, None, "").met is None


def test_one_workload_is_compared_under_what_is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))
    mlp = next(w for w in WORKLOADS if w.name == "mlp")
    found = comparison.compare(mlp, 8, 0.01)
    assert found.ratios["function"] == 1.0 and found.ratios["sct"] > 0.0
    assert set(found.ratios) | set(found.absent) >= {"by hand", "sct", "HIPS autograd", "PyTorch eager", "C"}
    assert max(found.deviations.values()) < comparison.RTOL


def test_one_kernel_is_timed_under_what_is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))
    found = kernels.timed(kernels.Kernel("thomas", 8, (0, 1)), 0.01)
    assert set(found.seconds) | set(found.absent) == {"sct, Numba", "function, Numba", "JAX jitted"}


def f(x):
    return np.sum(x * x) * 3.0


def source():
    gradient = sct.grad(f)
    gradient(np.ones(3))
    return gradient.source


@pytest.mark.parametrize("name", ["simplify", "broadcast_lazily"])
def test_a_pass_can_be_left_out_for_a_while(name):
    whole = source()
    with pipeline.without(name):
        less = source()
    assert source() == whole != less


def test_each_pass_of_the_pipeline_is_left_out_once():
    names = list(ablation.passes())
    assert len(names) == len(set(names)) and {"simplify", "hoist_invariants", "drop_idle_undo"} <= set(names)
