"""What moves in front of a loop, and why the rest does not."""

from sct.passes.hoist import hoist_invariants

from .listings import check


def test_through_two_loops_with_what_it_needs():
    check("""
        function f(%w: float64[:, :], %x: float, %n: int):
          %0: int = const 0
          %s: float = for %i: int in range(%0, %n, %n) with %t: float = %x:
            %u: float = for %j: int in range(%0, %n, %n) with %v: float = %t:
              %1: float = const 2.0
              %2: float = -%x {adjoint}
              %3: float = %2 * %1 {adjoint}
              %4: float64[:, :] = np.transpose(%w) {adjoint}
              %5: float = np.sum(%4) {adjoint}
              %6: float = %v * %3 {adjoint}
              %7: float = %6 + %5 {adjoint}
              continue %7
            continue %u
          return %s {single}
    """, """
        function f(%w: float64[:, :], %x: float, %n: int):
          %0: int = const 0
          %1: float = const 2.0
          %2: float = -%x {adjoint}
          %3: float = %2 * %1 {adjoint}
          %4: float64[:, :] = np.transpose(%w) {adjoint}
          %s: float = for %i: int in range(%0, %n, %n) with %t: float = %x:
            %u: float = for %j: int in range(%0, %n, %n) with %v: float = %t:
              %5: float = np.sum(%4) {adjoint}
              %6: float = %v * %3 {adjoint}
              %7: float = %6 + %5 {adjoint}
              continue %7
            continue %u
          return %s {single}
    """, hoist_invariants)


def test_what_stays_in_the_loop():
    """The user's lines, what may raise, what is written, a lone sign, what only some iterations compute."""
    text = """
        function f(%x: float, %a: float64[:], %n: int):
          %0: int = const 0
          %s: float = for %i: int in range(%0, %n, %n) with %t: float = %x:
            %1: float = %x * 2.0
            %2: float = 1.0 / %x {adjoint}
            %3: float = -%x {adjoint}
            %4: float64[:] = %a * 0.5 {adjoint}
            index_add %4[%0], %t
            %c: bool = %t > %x
            %5: float = if %c:
              %6: float = %x * 3.0 {adjoint}
              yield %6
            else:
              yield %3
            %7: float = %5 + %1
            %8: float = %7 + %2
            %9: float = %4[%0] {effect='reads'}
            %10: float = %8 + %9
            continue %10
          return %s {single}
    """
    check(text, text, hoist_invariants)
