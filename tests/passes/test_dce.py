"""What is dead, and what only looks dead."""

from sct.passes.dce import eliminate_dead_code

from .listings import check


def cleans(before, after):
    check(before, after, eliminate_dead_code)


def stays(text):
    check(text, text, eliminate_dead_code)


def test_a_buffer_that_is_only_added_to_goes_with_the_additions():
    cleans("""
        function f(%x: float64[:], %n: int):
          %b: float64[:] = np.zeros(%n) {effect='fresh'}
          %v: float64[:] = %b[0:2] {effect='reads'}
          iadd %v, %x
          fill %b
          %s: float = np.sum(%b)
          return %n {single}
    """, """
        function f(%x: float64[:], %n: int):
          return %n {single}
    """)


def test_a_write_through_a_view_of_a_live_buffer_stays():
    stays("""
        function f(%x: float64[:], %n: int):
          %b: float64[:] = np.zeros(%n) {effect='fresh'}
          %v: float64[:] = %b[0:2] {effect='reads'}
          iadd %v, %x
          %s: float = np.sum(%b)
          return %s {single}
    """)


def test_writes_to_memory_from_outside_stay():
    stays("""
        function f(%x: float64[:], %y: float64[:]):
          iadd %x, %y
          return
    """)


def test_lists_saved_in_lists():
    """An outer list of contexts is live with the inner one, and dead with it."""
    live = """
        function f(%x: float, %n: int):
          %0: int = const 0
          %1: int = const 1
          %outer: saved(saved(float)) = cache
          for %i: int in range(%0, %n, %1):
            %inner: saved(float) = cache
            push %inner, %x
            push %outer, %inner
            continue
          %s: float = for %j: int in range(%0, %n, %1) with %t: float = %x:
            %back: saved(float) = pop %outer
            %v: float = pop %back
            %u: float = %t * %v
            continue %u
          return %s {single}
    """
    stays(live)
    cleans(live.replace("%t * %v", "%t * 2.0"), """
        function f(%x: float, %n: int):
          %0: int = const 0
          %1: int = const 1
          %s: float = for %j: int in range(%0, %n, %1) with %t: float = %x:
            %u: float = %t * 2.0
            continue %u
          return %s {single}
    """)


def test_a_list_is_kept_whole_or_not_at_all():
    stays("""
        function f(%x: float, %c: bool):
          %saved: saved(float) = cache
          push %saved, %x
          push %saved, %x
          %a: float = pop %saved
          %b: float = pop %saved
          return %b {single}
    """)


def test_cyclic_accumulators_in_nested_loops_vanish():
    cleans("""
        function f(%x: float, %n: int):
          %0: int = const 0
          %1: int = const 1
          %a: float, %b: float = for %i: int in range(%0, %n, %1) with %c: float = %x, %d: float = %x:
            %e: float, %g: float = for %j: int in range(%0, %n, %1) with %h: float = %c, %k: float = %d:
              %l: float = %h + %k
              %m: float = %k * 2.0
              continue %l, %m
            continue %e, %g
          return %b {single}
    """, """
        function f(%x: float, %n: int):
          %0: int = const 0
          %1: int = const 1
          %b: float = for %i: int in range(%0, %n, %1) with %d: float = %x:
            %g: float = for %j: int in range(%0, %n, %1) with %k: float = %d:
              %m: float = %k * 2.0
              continue %m
            continue %g
          return %b {single}
    """)


def test_what_decides_how_a_live_loop_ends_is_live():
    stays("""
        function f(%x: float, %n: int):
          %0: int = const 0
          %1: int = const 1
          %y: float, %z: float = for %i: int in range(%0, %n, %1) with %a: float = %x, %b: float = %x:
            %c: float = %b * 2.0
            %d: bool = %c > 9.0
            if %d {tail}:
              break %a, %c {exit=1}
            else:
              %e: float = %a + 1.0
              continue %e, %c
          return %y {single}
    """.replace("%y: float, %z: float", "%y: float, %z: float"))


def test_unused_branch_results_and_empty_regions():
    cleans("""
        function f(%x: float, %n: int):
          %0: int = const 0
          %c: bool = %x > 0.0
          %y: float, %z: float = if %c:
            %a: float = %x * 2.0
            yield %a, %x
          else:
            yield %x, %x
          if %c:
            %b: float = %x * 3.0
            yield
          else:
            yield
          %w: float = while with %k: float = %x:
            %t: bool = %k < 9.0
            test %t
          do %l: float:
            %m: float = %l * 2.0
            continue %m
          return %z {single}
    """, """
        function f(%x: float, %n: int):
          %c: bool = %x > 0.0
          %z: float = if %c:
            yield %x
          else:
            yield %x
          return %z {single}
    """)


def test_what_the_caller_can_see_stays():
    stays("""
        function f(%x: float64[:], %o: object, %n: int):
          print(%x) {effect='io'}
          %r: float = np.random.random() {effect='random'}
          %y: float = 1.0 / %n {may_raise}
          %c: bool = %n > 0
          if %c:
            %e = ValueError('no')
            raise %e
          else:
            yield
          assert %c
          mark {text='reverse sweep'}
          with %o as %entered:
            yield
          return %n {single}
    """)


def test_a_division_that_only_may_raise_goes_where_another_raises_for_it():
    cleans("""
        function f(%x: float, %n: int, %m: int):
          %0: float = %x / %n {may_raise}
          %1: float = %x / %m {may_raise}
          %2: float = 1.0 / %n {adjoint}
          return %2 {single}
    """, """
        function f(%x: float, %n: int, %m: int):
          %1: float = %x / %m {may_raise}
          %2: float = 1.0 / %n {adjoint}
          return %2 {single}
    """)
    stays("""
        function f(%x: np.float64, %n: int, %c: bool):
          %0: float = 1.0 / %n {may_raise}
          %1: float = if %c:
            %2: float = 2.0 / %n {adjoint}
            yield %2
          else:
            yield %n
          %3: np.float64 = %x / %n
          return %1, %3
    """.replace("yield %n", "yield %2b").replace("%1: float = if", "%2b: float = const 2.0\n          %1: float = if"))


def test_a_with_of_the_reverse_sweep_goes_when_it_is_empty():
    cleans("""
        function f(%x: float, %o):
          with %o {adjoint}:
            %y: float = %x * 2.0
            yield
          return %x {single}
    """, """
        function f(%x: float, %o):
          return %x {single}
    """)


def test_a_list_being_built_is_dead_with_its_result():
    cleans("""
        function f(%x: float, %n: int):
          %0: int = const 0
          %1: int = const 1
          %empty: list(float) = tuple {cls=list}
          %full: list(float) = for %i: int in range(%0, %n, %1) with %l: list(float) = %empty:
            %m: list(float) = append %l, %x
            continue %m
          return %x {single}
    """, """
        function f(%x: float, %n: int):
          return %x {single}
    """)
