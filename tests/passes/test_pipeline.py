"""The pipeline as a whole: the lines a person would have written."""

from sct.ir.parsing import from_text
from sct.ir.printing import to_text
from sct.passes.pipeline import optimise


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
