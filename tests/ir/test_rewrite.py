"""Tools of the trade: each leaves valid IR."""

from sct.ir import rewrite
from sct.ir.evaluate import evaluate
from sct.ir.parsing import from_text
from sct.ir.printing import to_text
from sct.ir.verify import verify

LOOP = """\
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %y: float, %z: float = for %i: int in range(%0, %n, %1) with %a: float = %x, %b: float = %x:
    %c: float = %a * 2.0
    %d: bool = %c > 100.0
    if %d {tail}:
      break %c, %b {exit=1}
    else:
      continue %c, %a
  return %y {single}
"""


def test_clone_shares_nothing():
    fn = from_text(LOOP)
    copy = rewrite.clone_function(fn)
    verify(copy)
    assert to_text(copy) == to_text(fn)
    copy.body.ops[2].attrs["kind"] = "each"
    copy.body.ops[2].blocks[0].ops.clear()
    assert to_text(fn) == LOOP


def test_keep_carried_drops_a_position_everywhere():
    fn = from_text(LOOP)
    loop = fn.body.ops[2]
    assert [op.name for op in rewrite.exits(loop.blocks[0])] == ["break", "continue"]
    assert [value.hint for value in rewrite.incoming(loop, 1)] == ["x", "b", "a"]
    assert rewrite.keep_carried(loop, [True, False]) == 1
    assert "break %c {exit=1}" in to_text(fn)
    verify(fn)
    assert evaluate(fn, [1.5, 3]) == 12.0


def test_replace_uses_follows_chains():
    fn = from_text("function f(%x):\n  %a = %x * 2.0\n  %b = %a * 2.0\n  %c = %b * 2.0\n  return %c {single}")
    a, b, c = (op.result for op in fn.body.ops[:3])
    assert rewrite.replace_uses(fn.body, {c: b, b: a}) == 2
    assert rewrite.erase_all(fn.body, lambda op: bool(op.results) and op.result in (b, c)) == 2
    verify(fn)
    assert evaluate(fn, [3.0]) == 6.0


def test_use_map_and_counts():
    fn = from_text("function f(%x):\n  %a = %x * %x\n  return %a {single}")
    x = fn.params[0]
    assert rewrite.use_counts(fn.body)[x] == 2
    assert [op.name for op in rewrite.use_map(fn.body)[x]] == ["call", "call"]


def test_inline():
    fn = from_text("""
function f(%x: float):
  %y: float, %z: float = invoke g(%x)
  %s: float = %y + %z
  return %s {single}
function g(%a: float):
  %b: float = %a * 3.0
  return %b, %a
""")
    mapping = rewrite.inline(fn.body.ops[0], fn.body.ops[0].attrs["callee"])
    rewrite.replace_uses(fn.body, mapping)
    verify(fn)
    assert "invoke" not in to_text(fn)
    assert evaluate(fn, [2.0]) == 8.0
