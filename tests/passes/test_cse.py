"""What is the same, and what must not become the same."""

from sct.passes.cse import merge_common_subexpressions

from .listings import check


def merges(before, after):
    check(before, after, merge_common_subexpressions)


def stays(text):
    check(text, text, merge_common_subexpressions)


def test_inner_blocks_see_outer_ones_but_not_each_other():
    merges("""
        function f(%x: float, %c: bool):
          %a: float = %x * 2.0
          %r: float = if %c:
            %0: float = %x * 2.0
            %1: float = %x * 3.0
            %2: float = %0 * %1
            yield %2
          else:
            %3: float = %x * 3.0
            yield %3
          %4: float = %x * 3.0
          return %r, %4
    """, """
        function f(%x: float, %c: bool):
          %a: float = %x * 2.0
          %r: float = if %c:
            %1: float = %x * 3.0
            %2: float = %a * %1
            yield %2
          else:
            %3: float = %x * 3.0
            yield %3
          %4: float = %x * 3.0
          return %r, %4
    """)


def test_constants_are_equal_by_value_and_type():
    merges("""
        function f(%x: float):
          %one: float = const 1.0
          %uno: float = const 1.0
          %int: int = const 1
          %0: float = np.hypot(%x, %one)
          %1: float = np.hypot(%x, %uno)
          %2: float = np.hypot(%x, %int)
          return %0, %1, %2
    """, """
        function f(%x: float):
          %one: float = const 1.0
          %uno: float = const 1.0
          %int: int = const 1
          %0: float = np.hypot(%x, %one)
          %2: float = np.hypot(%x, %int)
          return %0, %0, %2
    """)


def test_loads_of_an_array_that_is_never_written():
    merges("""
        function f(%x: float64[:], %i: int):
          %a: float = %x[%i] {effect='reads', may_raise}
          print(%i) {effect='io'}
          %b: float64[:] = np.zeros(3) {effect='fresh'}
          iadd %b, %x
          %0: float = %x[%i] {effect='reads', adjoint}
          return %a, %0
    """.replace("          print(%i) {effect='io'}\n", ""), """
        function f(%x: float64[:], %i: int):
          %a: float = %x[%i] {effect='reads', may_raise}
          %b: float64[:] = np.zeros(3) {effect='fresh'}
          iadd %b, %x
          return %a, %a
    """)


def test_reads_around_writes_stay():
    stays("""
        function f(%x: float64[:], %i: int, %n: int):
          %0: int = const 0
          %b: float64[:] = np.zeros(3) {effect='fresh'}
          %1: float = %b[%i] {effect='reads'}
          %v: float64[:] = %b[0:2] {effect='reads'}
          iadd %v, %x
          %2: float = %b[%i] {effect='reads'}
          for %j: int in range(%0, %n, %n):
            %3: float = %b[%i] {effect='reads'}
            index_add %b[%j], %3
            continue
          %4: float = %b[%i] {effect='reads'}
          %5: float = %x[%i] {effect='reads'}
          print(%5) {effect='io'}
          %6: float = %x[%i] {effect='reads'}
          return %1, %2, %4, %5, %6
    """)


def test_a_load_before_a_loop_that_writes_is_not_the_load_in_it():
    stays("""
        function f(%i: int, %n: int):
          %0: int = const 0
          %b: float64[:] = np.zeros(3) {effect='fresh'}
          %1: float = %b[%i] {effect='reads'}
          for %j: int in range(%0, %n, %n):
            %2: float = %b[%i] {effect='reads'}
            index_add %b[%j], %2
            continue
          return %1 {single}
    """)


def test_two_results_stay_two_arrays():
    stays("""
        function f(%x: float64[:], %z_bar: float):
          %x_bar: float64[:] = %x * %z_bar {adjoint}
          %y_bar: float64[:] = %x * %z_bar {adjoint}
          return %x_bar, %y_bar
    """)


def test_equal_arrays_that_nobody_can_tell_apart_become_one():
    merges("""
        function f(%x: float64[:], %z_bar: float):
          %x_bar: float64[:] = %x * %z_bar {adjoint}
          %y_bar: float64[:] = %z_bar * %x {adjoint}
          %0: float64[:] = %x_bar + %y_bar {adjoint}
          return %0 {single}
    """, """
        function f(%x: float64[:], %z_bar: float):
          %0: float64[:] = %x * %z_bar {adjoint}
          %1: float64[:] = %0 + %0 {adjoint}
          return %1 {single}
    """)


def test_two_adjoint_numbers_that_begin_alike_stay_two():
    stays("""
        function f(%x: float, %z_bar: float):
          %x_bar: float = %x * %z_bar {adjoint}
          %y_bar: float = %z_bar * %x {adjoint}
          return %x_bar, %y_bar
    """)


def test_fresh_random_lists_and_different_types_stay():
    stays("""
        function f(%x: float64[:], %n: int):
          %a: float64[:] = np.zeros(%n) {effect='fresh'}
          %b: float64[:] = np.zeros(%n) {effect='fresh'}
          %0: float = np.random.random() {effect='random'}
          %1: float = np.random.random() {effect='random'}
          %2: list(int) = tuple %n {cls=list}
          %3: list(int) = tuple %n {cls=list}
          %4: float = convert %n
          %5: np.float64 = convert %n
          %6: str = %n + %n
          return %0, %1, %4, %5
    """)


def test_two_variables_of_the_user_stay_two():
    stays("""
        function f(%x: float):
          %y: float = %x * %x
          %z: float = %x * %x
          return %y, %z
    """)


def test_several_results_implicit_ops_items_and_tuples():
    merges("""
        function f(%x: float, %n: int):
          %q: float, %r: float = divmod(%x, 2.0) {unpack}
          %0: float, %1: float = divmod(%x, 2.0) {unpack}
          %2: float = convert %n
          %3: float = convert %n
          %t: tuple(float, float) = tuple %q, %2 {cls=tuple}
          %u: tuple(float, float) = tuple %0, %3 {cls=tuple, adjoint}
          %4: float = item %t {key=1}
          %5: float = item %u {key=1}
          return %4, %5, %1
    """, """
        function f(%x: float, %n: int):
          %q: float, %r: float = divmod(%x, 2.0) {unpack}
          %2: float = convert %n
          %t: tuple(float, float) = tuple %q, %2 {cls=tuple}
          %4: float = item %t {key=1}
          return %4, %4, %r
    """)


def test_a_number_may_stand_for_one_of_which_less_is_known_but_not_the_other_way_round():
    merges("""
        function f(%x: float, %y: float64?):
          %0: float = %x * %x
          %1: float64? = %x * %x {adjoint}
          %2: float64? = %x * 2.0 {adjoint}
          %3: float = %x * 2.0
          return %0, %1, %2, %3
    """, """
        function f(%x: float, %y: float64?):
          %0: float = %x * %x
          %1: float64? = %x * 2.0 {adjoint}
          %2: float = %x * 2.0
          return %0, %0, %1, %2
    """)
