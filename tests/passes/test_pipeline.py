"""The pipeline as a whole: the lines a person would have written."""

import pytest

import sct
from benchmarks.workloads import WORKLOADS
from sct.ir.parsing import from_text
from sct.ir.printing import to_text
from sct.passes import pipeline
from sct.passes.pipeline import optimise
from tests.programs import PROGRAMS


def test_square_plus_three():
    """The reverse sweep of ``x*x + 3``, rules spliced one by one with the seed 1.0."""
    fn = from_text("""
function f(%x: float):
  %z: float = %x * %x
  %r: float = %z + 3
  %r_bar: float = const 1.0 {adjoint}
  %z_bar: float = %r_bar * 1 {adjoint}
  %0: float = %z_bar * %x {adjoint}
  %1: float = %z_bar * %x {adjoint}
  %x_bar: float = %0 + %1 {adjoint}
  return %r, %x_bar
""")
    assert optimise(fn, verify=True) is fn
    assert to_text(fn) == """\
function f(%x: float):
  %z: float = %x * %x
  %r: float = %z + 3
  %x_bar: float = 2.0 * %x {adjoint}
  return %r, %x_bar
"""


def watched(monkeypatch):
    """Runs every pass, those that would be left out included; gives those that change what they say they do not."""
    found, run = [], pipeline._Progress.run

    def checked(progress, one):
        if one is pipeline.settle:
            return run(progress, one)
        before, idle = to_text(progress.fn), one in progress.idle or one in progress.pointless
        changed = one(progress.fn)
        if (idle or not changed) and to_text(progress.fn) != before:
            found.append(one.__name__)
        progress.idle = set() if changed else {*progress.idle, one}
        return changed
    monkeypatch.setattr(pipeline._Progress, "run", checked)
    return found


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.name)
def test_a_pass_that_finds_nothing_in_a_workload_changes_nothing(workload, monkeypatch):
    found = watched(monkeypatch)
    sct.value_and_grad(workload.fun, workload.argnums)(*workload.arguments(4))
    assert not found


@pytest.mark.parametrize("program", [p for p in PROGRAMS if not p.refused], ids=lambda p: p.name)
def test_a_pass_that_finds_nothing_in_a_program_changes_nothing(program, monkeypatch):
    found = watched(monkeypatch)
    args = program.arguments(program.size)
    floats = tuple(k for k, a in enumerate(args) if isinstance(a, float) or getattr(a, "dtype", None) == float)
    sct.value_and_grad(program.fun, floats)(*args)
    assert not found
