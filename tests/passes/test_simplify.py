"""Equations, the conditions under which they do not hold, and regions that decide nothing."""

import pytest

from sct.passes.dce import eliminate_dead_code
from sct.passes.simplify import simplify
from sct.runtime import helpers

from .listings import check, renamed, transformed


def run(fn):
    simplify(fn)
    eliminate_dead_code(fn)


EQUATIONS = [
    ("%0: float = %x * 1.0", "%x"), ("%0: float = 1 * %x", "%x"), ("%0: float = %x / 1.0", "%x"), ("%0: float = %x + 0", "%x"),
    ("%0: float = 0.0 + %x", "%x"), ("%0: float = %x - 0.0", "%x"), ("%0: float = %x ** 1", "%x"),
    ("%0: float = np.where(%c, %x, %x)", "%x"),
    ("%0: float = -%x; %1: float = -%0", "%x"),
    ("%0: float = 0.0 - %x", "-%x"), ("%0: float = -1.0 * %x", "-%x"), ("%0: float = %x / -1", "-%x"),
    ("%0: float = %x ** 2", "%x * %x"), ("%0: float = %x + %x", "2.0 * %x"), ("%0: float = 2 * %x", "2.0 * %x"),
    ("%0: float = -%y; %1: float = %x + %0", "%x - %y"), ("%0: float = -%y; %1: float = %x - %0", "%x + %y"),
    ("%0: float = -%x; %1: float = %0 + %y", "%y - %x"),
    ("%0: float = %x - %y; %1: float = -%0", "%y - %x"),
    ("%0: float = -%x; %1: float = -%y; %2: float = %0 * %1", "%x * %y"),
    ("%0: float = %x * 3.0; %1: float = 2.0 * %0", "6.0 * %x"),
    ("%0: float = 2.0 * %x; %1: float = -%0", "-2.0 * %x"),
    ("%0: float = -2.0 * %y; %1: float = %x + %0", "%x - %2;%2: float = 2.0 * %y"),
    ("%0: float = %x * 2.0; %1: float = %y * %0", "2.0 * %2;%2: float = %y * %x"),
    ("%0: float = %x + %y; %1: float = %0 + %y", "%x + %2;%2: float = 2.0 * %y"),
    ("%0: float = %x - %y; %1: float = %0 - %y", "%x - %2;%2: float = 2.0 * %y"),
    ("%0: float = %x + %y; %1: float = 0.5 * %y; %2: float = %0 - %1", "%x + %3;%3: float = 0.5 * %y"),
    ("%0: float = %x * 3.0; %1: float = %0 - %x", "2.0 * %x"),
    ("%0: float = 1.0 / %y; %1: float = %x * %0", "%x / %y"), ("%0: float = 1 / %y; %1: float = %0 * %x", "%x / %y"),
    ("%0: float = -%x; %1: float = %0 / %y", "-%2;%2: float = %x / %y"),
    ("%0: float = 2.0 * 3.0; %1: float = %x * %0", "6.0 * %x|%x * 6.0|%x * %2"),
    ("%0: float = %x + -2.0", "%x - 2.0"),
]


@pytest.mark.parametrize("given, expected", EQUATIONS)
def test_equation(given, expected):
    lines = [f"  {line.strip()} {{adjoint}}" for line in given.split(";")]
    last = lines[-1].split(":")[0].strip()
    before = "\n".join(["function f(%x: float, %y: float, %c: bool):", *lines, f"  return {last} {{single}}\n"])
    texts = []
    for one in expected.split("|"):
        final, *first = one.split(";")
        head = ["function f(%x: float, %y: float, %c: bool):", *(f"  {line} {{adjoint}}" for line in first)]
        if final.startswith("%") and " " not in final:
            head.append(f"  return {final} {{single}}\n")
        elif "%2" in final and not first:
            head[1:] = ["  %2: float = const 6.0 {adjoint}", f"  %9: float = {final} {{adjoint}}", "  return %9 {single}\n"]
        else:
            head += [f"  %9: float = {final} {{adjoint}}", "  return %9 {single}\n"]
        texts.append(renamed("\n".join(head)))
    assert transformed(before, run) in texts


@pytest.mark.parametrize("line", [
    "%0: float = %x * 1.0",                                       # the user's: stays as written
    "%0: float = %x * 0.0 {adjoint}",                             # infinities and NaN
    "%0: np.float64 = %x * 1.0 {adjoint}",                        # another type
    "%0: float = %x * 1.0 {adjoint, effect='fresh'}",             # a copy on purpose
    "%0: float = 1.0 / 0.0 {adjoint}",                            # nothing to fold
    "%0: float = np.multiply(%x, 1.0, where=%c) {adjoint}",
])
def test_what_stays(line):
    text = f"function f(%x: float, %y: float, %c: bool):\n  {line}\n  return %0 {{single}}\n"
    check(text, text, run)


def test_a_difference_used_twice_is_not_taken_apart():
    text = """
        function f(%x: float, %y: float):
          %0: float = -%y {adjoint}
          %1: float = %x * %0 {adjoint}
          return %0, %1
    """
    check(text, text, run)


def test_an_array_result_is_never_its_own_argument():
    text = """
        function f(%x: float64[:]):
          %0: float64[:] = %x * 1.0 {adjoint}
          return %0 {single}
    """
    check(text, text, run)


def test_an_array_that_is_added_to_is_not_another_one():
    text = """
        function f(%x: float64[:], %y: float64[:]):
          %a: float64[:] = %x + %y {adjoint}
          %b: float64[:] = %a * 1.0 {adjoint}
          iadd %b, %x
          %s: float64[:] = %a * %b {adjoint}
          return %s {single}
    """
    check(text, text, run)


def test_arrays_that_only_flow_on_are_simplified():
    check("""
        function f(%x: float64[:], %y: float64[:]):
          %a: float64[:] = %x + %y {adjoint}
          %b: float64[:] = %a * 1.0 {adjoint}
          %s: float64[:] = %b * %y {adjoint}
          return %s {single}
    """, """
        function f(%x: float64[:], %y: float64[:]):
          %a: float64[:] = %x + %y {adjoint}
          %s: float64[:] = %a * %y {adjoint}
          return %s {single}
    """, run)


def test_a_term_is_not_read_after_it_was_written():
    text = """
        function f(%x: float64[:]):
          %b: float64[:] = np.zeros(3) {effect='fresh'}
          %0: float64[:] = -%b {adjoint}
          iadd %b, %x
          %1: float64[:] = %x + %0 {adjoint}
          return %1, %b
    """
    check(text, text, run)


def test_a_product_that_is_there_is_used():
    check("""
        function f(%x: float, %y: float):
          %0: float = %x * %x {adjoint}
          %1: float = %y * %x {adjoint}
          %2: float = %1 * %x {adjoint}
          return %2, %0
    """, """
        function f(%x: float, %y: float):
          %0: float = %x * %x {adjoint}
          %2: float = %y * %0 {adjoint}
          return %2, %0
    """, run)


def test_a_shared_sign_goes_where_sums_take_it_over():
    check("""
        function f(%x: float, %y: float):
          %0: float = %x * %y {adjoint}
          %1: float = -%0 {adjoint}
          %2: float = %1 * %x {adjoint}
          %3: float = %y + %2 {adjoint}
          %4: float = %x + %1 {adjoint}
          %5: float = %3 * %4 {adjoint}
          return %5 {single}
    """, """
        function f(%x: float, %y: float):
          %0: float = %x * %y {adjoint}
          %2: float = %0 * %x {adjoint}
          %3: float = %y - %2 {adjoint}
          %4: float = %x - %0 {adjoint}
          %5: float = %3 * %4 {adjoint}
          return %5 {single}
    """, run)


def test_signs_and_factors_stay_with_numbers_not_arrays():
    check("""
        function f(%x: float64[:], %c: float):
          %0: float = -%c {adjoint}
          %1: float64[:] = %0 * %x {adjoint}
          %2: float = 2.0 * %c {adjoint}
          %3: float64[:] = %2 * %x {adjoint}
          %4: float64[:] = %c * %x {adjoint}
          %5: float64[:] = -%4 {adjoint}
          %6: float64[:] = %1 / %3 {adjoint}
          %7: float64[:] = %6 / %5 {adjoint}
          return %7 {single}
    """, """
        function f(%x: float64[:], %c: float):
          %0: float = -%c {adjoint}
          %1: float64[:] = %0 * %x {adjoint}
          %2: float = 2.0 * %c {adjoint}
          %3: float64[:] = %2 * %x {adjoint}
          %4: float = -%c {adjoint}
          %5: float64[:] = %4 * %x {adjoint}
          %6: float64[:] = %1 / %3 {adjoint}
          %7: float64[:] = %6 / %5 {adjoint}
          return %7 {single}
    """, run)


def test_work_is_not_moved_into_a_loop():
    text = """
        function f(%x: float, %n: int):
          %0: int = const 0
          %1: float = 1.0 / %x {adjoint}
          %s: float = for %i: int in range(%0, %n, %n) with %t: float = %x:
            %u: float = %t * %1 {adjoint}
            continue %u
          return %s {single}
    """
    check(text, text, run)


def test_known_branches_and_items():
    check("""
        function f(%x: float, %y: float, %n: int):
          %0: int = const 0
          %yes: bool = const True
          %t: tuple(float, float) = tuple %x, %y {cls=tuple}
          %a: float = item %t {key=1}
          %b: float = if %yes:
            %c: float = %a * 2.0
            yield %c
          else:
            yield %x
          %s: float = for %i: int in range(%0, %n, %n) with %u: float = %b:
            if %yes {tail}:
              %v: float = %u + %x
              continue %v
            else:
              break %u {exit=1}
          %d: float = convert %s
          return %d {single}
    """, """
        function f(%x: float, %y: float, %n: int):
          %0: int = const 0
          %c: float = %y * 2.0
          %s: float = for %i: int in range(%0, %n, %n) with %u: float = %c:
            %v: float = %u + %x
            continue %v
          return %s {single}
    """, run)


def test_branches_that_decide_nothing():
    check("""
        function f(%x: float, %c: bool, %n: int):
          %a: float, %b: bool, %d: float = if %c:
            %0: bool = const True
            %1: float = const 1.0
            yield %x, %0, %1
          else:
            %2: bool = const False
            %3: float = const 1.0
            yield %x, %2, %3
          %z: int = const 0
          %s: float = for %i: int in range(%z, %n, %n) with %u: float = %a:
            %v: float = %u * 2.0
            if %b {tail}:
              continue %v
            else:
              continue %v
          return %s, %d
    """, """
        function f(%x: float, %c: bool, %n: int):
          %d: float = const 1.0
          %z: int = const 0
          %s: float = for %i: int in range(%z, %n, %n) with %u: float = %x:
            %v: float = %u * 2.0
            continue %v
          return %s, %d
    """.replace("%d", "%1"), run)


def test_a_variable_that_no_iteration_changes():
    check("""
        function f(%x: float, %y: float):
          %a: float, %b: float = while with %c: float = %x, %d: float = %y:
            %t: bool = %c < %d
            test %t
          do %e: float, %g: float:
            %h: float = %e + %g
            continue %h, %g
          return %a, %b
    """, """
        function f(%x: float, %y: float):
          %a: float = while with %c: float = %x:
            %t: bool = %c < %y
            test %t
          do %e: float:
            %h: float = %e + %y
            continue %h
          return %a, %y
    """, run)


def test_unbroadcast_and_strong_products_that_do_nothing():
    def named(text):
        from sct.ir.parsing import from_text
        return from_text(text, {"unbroadcast": helpers.unbroadcast, "strong_product": helpers.strong_product})

    from sct.ir.printing import to_text
    fn = named("""
function f(%x: float64[:], %y: float64[?], %z: float64[:]):
  %a: float64[:] = %x * %z {adjoint}
  %0: float64[:] = unbroadcast(%a, %x) {adjoint}
  %1: float64[?] = unbroadcast(%a, %y) {adjoint}
  %2: float64[:] = strong_product(%0, 3.0) {adjoint}
  %3: float64[:] = %1 + %2 {adjoint}
  return %3 {single}
""")
    run(fn)
    assert to_text(fn).splitlines()[1:] == [
        "  %a: float64[:] = %x * %z {adjoint}", "  %0: float64[?] = unbroadcast(%a, %y) {adjoint}",
        "  %1: float64[:] = %a * 3.0 {adjoint}", "  %2: float64[:] = %0 + %1 {adjoint}", "  return %2 {single}"]
