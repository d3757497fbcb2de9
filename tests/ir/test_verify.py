"""Each invariant, broken once: the verifier says which and where."""

import textwrap

import pytest

from sct.errors import InternalError
from sct.ir.core import NOWHERE, Value
from sct.ir.parsing import from_text
from sct.ir.types import ANY, FLOAT, INT, MANY, NP_FLOAT, UNDEF, Array, List, OrConst, Tuple
from sct.ir.verify import fits, verify

GOOD = """
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %saved: saved(float) = cache
  %y: float = for %i: int in range(%0, %n, %1) with %s: float = %x:
    push %saved, %s
    %c: bool = %s < 3.0
    if %c {tail}:
      break %s {exit=1}
    else:
      %t: float = %s * 2.0
      continue %t
  %z: float = if %c.1:
    yield %y
  else:
    raise %y
  for %j: int in range(%0, %n, %1):
    %b: float = pop %saved
    continue
  return %z {single}
""".replace("%c.1", "%n")


def test_good():
    verify(from_text(GOOD))


@pytest.mark.parametrize("old, new, message", [
    ("      continue %t", "      yield %t", "yield cannot end a body block"),
    ("  return %z {single}\n", "", "ends in no terminator"),
    ("    yield %y", "    yield %t", "is not visible here"),
    ("      continue %t", "      continue", "0 values are passed where 1 are taken"),
    ("      break %s {exit=1}", "      break %i {exit=1}", "type int is passed as float"),
    ("    yield %y", "    yield %n", "type int is passed as float"),
    ("    yield %y", "    yield", "0 values are passed where 1 are taken"),
    ("    %b: float = pop %saved\n", "", "1 pushes and 0 pops"),
    ("    push %saved, %s\n", "", "0 pushes and 1 pops"),
    ("  for %j: int in range(%0, %n, %1):\n    %b: float = pop %saved\n    continue", "  %b: float = pop %saved",
     "not in mirrored loops"),
    ("    push %saved, %s", "    push %saved, %i", "the saved value is not of the cache's type"),
    ("    %b: float = pop", "    %b: int = pop", "the cache holds another type"),
    ("  %0: int = const 0", "  %0: int = convert", "convert takes 1 operands"),
    ("  %0: int = const 0", "  %0: int = const 0\n  fill %x", "fill writes into a float"),
    ("    if %c {tail}:", "    if %c:", "a terminator in the middle of a block|break cannot end a region block|no terminator"),
    ("    %c: bool = %s < 3.0", "    continue %s\n    %c: bool = %s < 3.0", "a terminator in the middle"),
])
def test_broken(old, new, message):
    assert old in GOOD
    with pytest.raises(InternalError, match=message):
        verify(from_text(GOOD.replace(old, new, 1)))


def test_broken_templates_and_missing_attributes():
    fn = from_text("function f(%x):\n  %y = np.sin(%x)\n  return %y {single}")
    fn.body.ops[0].operands.clear()
    with pytest.raises(InternalError, match=r"\$0 names no operand"):
        verify(fn)
    del fn.body.ops[0].attrs["args"]
    with pytest.raises(InternalError, match="call without args"):
        verify(fn)


def test_broken_links():
    fn = from_text(GOOD)
    fn.body.ops[0].result.owner = None
    with pytest.raises(InternalError, match="does not know what defines it"):
        verify(fn)
    fn = from_text(GOOD)
    fn.body.ops[3].parent = None
    with pytest.raises(InternalError, match="does not know its block"):
        verify(fn)
    fn = from_text(GOOD)
    fn.body.ops[1].results = fn.body.ops[0].results
    with pytest.raises(InternalError, match="defined twice|what defines it"):
        verify(fn)


def test_locations_are_required_unless_waived():
    fn = from_text(GOOD)
    fn.body.ops[0].loc = NOWHERE
    with pytest.raises(InternalError, match="no source location"):
        verify(fn)
    verify(fn, locs=False)


def test_the_report_names_stage_op_and_function():
    fn = from_text(GOOD)
    fn.body.ops[3].operands[3] = Value("lost", FLOAT)
    with pytest.raises(InternalError) as caught:
        verify(fn, after="eliminate_dead_code")
    report = "\n".join([str(caught.value), *caught.value.__notes__])
    assert "after eliminate_dead_code" in report
    assert "at: %y: float = for %i: int in range(%0, %n, %1) with %s: float = %lost:" in report
    assert "function f(%x: float, %n: int):" in report


def test_a_context_that_is_returned_is_emptied_elsewhere():
    verify(from_text(textwrap.dedent("""
        function f(%x: float):
          %saved: saved(float) = cache
          push %saved, %x
          return %x, %saved
    """)))


@pytest.mark.parametrize("actual, declared, fine", [
    (INT, FLOAT, False), (NP_FLOAT, FLOAT, True), (UNDEF, FLOAT, True), (FLOAT, Array("float64", ()), False),
    (Array("float64", (MANY,)), Array("float64", (ANY,)), True), (Array("float32", (MANY,)), Array("float64", (MANY,)), False),
    (INT, OrConst(FLOAT, INT), True), (OrConst(FLOAT, INT), FLOAT, False), (OrConst(FLOAT, INT), OrConst(FLOAT, INT), True),
    (Tuple((INT, FLOAT)), Tuple((INT, NP_FLOAT)), True), (Tuple((INT,)), Tuple((INT, INT)), False),
    (List(FLOAT), List(NP_FLOAT), True),
])
def test_fits(actual, declared, fine):
    assert fits(actual, declared) is fine
