"""The ``try`` region: written and read, verified, evaluated, printed as Python, and kept by every pass."""

from __future__ import annotations

from typing import Any

import pytest

from sct.analysis.activity import active_values
from sct.analysis.alias import AliasClasses
from sct.codegen.emit import emit
from sct.codegen.load import load
from sct.errors import InternalError
from sct.ir.core import Function, walk
from sct.ir.evaluate import evaluate
from sct.ir.rewrite import clone_function, incoming, keep_results
from sct.ir.text import from_text, to_text
from sct.ir.verify import verify
from sct.passes.cse import merge_common_subexpressions
from sct.passes.dce import eliminate_dead_code
from sct.passes.hoist import hoist_invariants
from sct.passes.pipeline import optimise

LOGARITHM = """\
function f(%x: float, %n: float):
  %y: float = %x * 2.0
  %z: float, %said: str = try:
    %t: float = %y / %n {may_raise}
    %z.1: float = math.log(%t) {may_raise}
    %0: str = const 'fine'
    yield %z.1, %0
  except ZeroDivisionError, OverflowError as %e: ArithmeticError:
    %1: str = str(%e)
    yield %y, %1
  except ValueError:
    %2: str = str(%x)
    yield %x, %2
  return %z, %said
"""
ARGUMENTS = [(1.0, 2.0), (1.0, 0.0), (-1.0, 2.0)]


def read(text: str) -> Function:
    fn = from_text(text)
    verify(fn, locs=False)
    return fn


def outcome(run: Any, *args: Any) -> Any:
    try:
        return run(*args)
    except Exception as error:
        return type(error), str(error)


def agree(text: str, arguments: list[tuple[Any, ...]]) -> str:
    """The Python text of a function; it does what the IR does, before and after optimising."""
    fn = read(text)
    expected = [outcome(lambda *a: evaluate(fn, a), *args) for args in arguments]
    emitted = emit(clone_function(fn))
    assert [outcome(load(emitted), *args) for args in arguments] == expected
    better = optimise(clone_function(fn), verify=True)
    assert [outcome(lambda *a: evaluate(better, a), *args) for args in arguments] == expected
    assert [outcome(load(emit(better)), *args) for args in arguments] == expected
    return emitted.text


def test_print_and_read_back():
    fn = read(LOGARITHM)
    assert to_text(fn) == LOGARITHM
    (region,) = [op for op in walk(fn.body) if op.name == "try"]
    assert region.attrs == {"handlers": ((ZeroDivisionError, OverflowError), (ValueError,)), "names": ("e", "")}
    assert to_text(clone_function(fn)) == LOGARITHM


def test_evaluated_and_printed_as_python():
    text = agree(LOGARITHM, ARGUMENTS)
    assert evaluate(read(LOGARITHM), (1.0, 0.0)) == (2.0, "float division by zero")
    assert "    except (ZeroDivisionError, OverflowError) as e:\n" in text and "    except ValueError:\n" in text


def test_handlers_see_the_variables_as_they_were():
    text = agree("""\
function f(%x: float, %n: float):
  %x.1: float = try:
    %x.2: float = %x + 1.0
    %x.3: float = %x.2 / %n {may_raise}
    yield %x.3
  except ZeroDivisionError:
    yield %x
  return %x.1 {single}
""", [(1.0, 2.0), (1.0, 0.0)])
    assert text.splitlines()[1:] == [
        "    try:", "        x_2 = x + 1.0", "        x = x_2 / n", "    except ZeroDivisionError:", "        pass",
        "    return x"]


def test_what_is_yielded_is_computed_before_anything_is_assigned():
    agree("""\
function f(%a: float, %b: float):
  %a.1: float, %b.1: float = try:
    %a.2: float = %b / 2.0
    %b.2: float = %a / %b {may_raise}
    yield %a.2, %b.2
  except ZeroDivisionError:
    yield %b, %a
  return %a.1, %b.1
""", [(1.0, 2.0), (1.0, 0.0)])


def test_the_name_of_the_exception_is_not_used_for_anything_else():
    agree("""\
function f(%x: float):
  %e: float = %x * 2.0
  %e.1: float, %e.2: str = try:
    %t: float = 1.0 / %x {may_raise}
    %s: str = const ''
    yield %t, %s
  except ZeroDivisionError as %e.3:
    %text: str = str(%e.3)
    %e.4: float = %e + 1.0
    yield %e.4, %text
  return %e.1, %e.2, %e
""", [(2.0,), (0.0,)])


def test_every_exception_and_raising_again():
    text = agree("""\
function f(%x: float):
  %y: float = try:
    %t: float = try:
      %u: float = 1.0 / %x {may_raise}
      yield %u
    except ZeroDivisionError as %e:
      %big: bool = %x > 1.0
      raise
    yield %t
  except as %any:
    yield %x
  return %y {single}
""", [(2.0,), (0.0,)])
    assert "except:\n" in text and "            raise\n" in text
    agree("""\
function f(%x: float):
  %y: float = try:
    %u: float = 1.0 / %x {may_raise}
    yield %u
  except ZeroDivisionError as %e:
    raise %e
  return %y {single}
""", [(2.0,), (0.0,)])


def test_an_exception_that_no_handler_takes_passes():
    agree("""\
function f(%x: float):
  %y: float = try:
    %u: float = math.log(%x) {may_raise}
    yield %u
  except KeyError:
    yield %x
  return %y {single}
""", [(2.0,), (-1.0,)])


def test_inside_a_loop():
    agree("""\
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
    %s.2: float = try:
      %0.1: float = float(%i) {may_raise}
      %t: float = %s.1 / %0.1 {may_raise}
      yield %t
    except ZeroDivisionError:
      %t.1: float = %s.1 + 1.0
      yield %t.1
    continue %s.2
  return %s {single}
""", [(2.0, 0), (2.0, 4)])


@pytest.mark.parametrize("change, message", [
    (("handlers", ((ZeroDivisionError,),)), "one block for each handler"),
    (("handlers", ((int,), (ValueError,))), "a try catches exceptions"),
    (("names", ("", "")), "takes the exception if it names it"),
    (("names", ("e",)), "one name for each handler"),
])
def test_verify(change, message):
    fn = read(LOGARITHM)
    region = fn.body.ops[1]
    region.attrs[change[0]] = change[1]
    with pytest.raises(InternalError, match=message):
        verify(fn, locs=False)


def test_verify_keeps_what_the_body_defines_inside():
    with pytest.raises(InternalError, match="not visible"):
        read(LOGARITHM.replace("yield %x, %2", "yield %t, %2"))
    with pytest.raises(InternalError, match="1 values are passed where 2"):
        read(LOGARITHM.replace("yield %x, %2", "yield %x"))
    with pytest.raises(InternalError, match="break cannot end"):
        read(LOGARITHM.replace("yield %x, %2", "break"))
    with pytest.raises(ValueError, match="a try without except"):
        from_text("function f(%x):\n  %y = try:\n    yield %x\n  return %y {single}")


def test_flow():
    fn = read(LOGARITHM)
    x, n = fn.params
    region = fn.body.ops[1]
    assert [v.hint for v in incoming(region, 0)] == ["z", "y", "x"]
    active = active_values(fn, [n], [region.results[0]])
    assert {v.hint for v in active} == {"n", "t", "z"}
    keep_results(region, [True, False])
    fn.body.ops[-1].operands[:] = region.results
    verify(fn, locs=False)


def test_alias():
    fn = read("""\
function f(%a: float64[:]):
  %b: float64[:] = np.copy(%a)
  %c: float64[:] = try:
    %d: float64[:] = np.copy(%a)
    yield %d
  except ValueError as %e: ValueError:
    yield %b
  return %c {single}
""")
    region = fn.body.ops[1]
    classes = AliasClasses(fn)
    assert classes.find(region.results[0]) is classes.find(fn.body.ops[0].results[0])
    assert classes.is_foreign(region.blocks[1].args[0]) and not classes.is_foreign(region.results[0])


def test_dead_code_keeps_what_may_raise():
    fn = read("""\
function f(%x: float):
  %y: float, %unused: float = try:
    %t: float = math.sin(%x)
    %u: float = %x * %x {adjoint}
    %a = attr %x {name='real'}
    yield %x, %u
  except TypeError:
    %zero: float = const 0.0
    yield %zero, %x
  %none: float = try:
    %v: float = %x * %x {adjoint}
    yield %v
  except TypeError:
    yield %x
  return %y {single}
""")
    eliminate_dead_code(fn)
    verify(fn, locs=False)
    assert to_text(fn) == """\
function f(%x: float):
  %y: float = try:
    %t: float = math.sin(%x)
    %a = attr %x {name='real'}
    yield %x
  except TypeError:
    %zero: float = const 0.0
    yield %zero
  return %y {single}
"""


def test_nothing_leaves_a_try():
    text = """\
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
    %t: float = try:
      %u: float = %x * %x {adjoint}
      %v: float = math.log(%x) {may_raise}
      %w: float = %u * %v {adjoint}
      yield %w
    except ValueError:
      %u.1: float = %x * %x {adjoint}
      %v.1: float = math.log(%x) {may_raise}
      %w.1: float = %u.1 * %v.1 {adjoint}
      yield %w.1
    continue %t
  %u.2: float = %x * %x {adjoint}
  %r: float = %s + %u.2 {adjoint}
  return %r {single}
"""
    fn = read(text)
    assert hoist_invariants(fn) + merge_common_subexpressions(fn) == 0
    assert to_text(fn) == text


def test_the_reverse_sweep_is_told_which_handler_ran():
    from sct.ad.calls import Pairs
    from sct.ad.reverse import differentiate
    from sct.analysis.context import Context
    from sct.passes.pipeline import tidy
    from sct.session import CompilationSession

    context = Context(CompilationSession())
    fn = read(LOGARITHM)
    joint = differentiate(fn, [0], lambda rev, results: rev.accumulate(results[0], rev.constant(1.0)), context,
                          Pairs(context, tidy), [0])
    (region,) = [op for op in walk(joint.function.body) if op.name == "try"]
    assert [result.hint for result in region.results] == ["z", "said", "handler"]
    assert [block.terminator.operands[-1].owner.attrs["value"] for block in region.blocks] == [0, 1, 2]
    assert [op.attrs["args"][1].value for op in walk(joint.function.body) if op.operands[:1] == region.results[-1:]] == [0, 1]
