"""What is saved in one list, in several, or not at all."""

import re

import sct
from sct.ir.parsing import from_text
from sct.ir.printing import to_text
from sct.ir.verify import verify
from sct.passes.reuse import reuse_saved


def test_a_number_that_is_known_is_not_saved():
    fn = from_text("""
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %saved: saved(float) = cache
  for %i: int in range(%0, %n, %1):
    %t: float = const 2.5
    push %saved, %t
    continue
  mark {text='reverse sweep'}
  %x_bar: float = for %j: int in range(%0, %n, %1) with %x_bar.1: float = %x {reverse}:
    %t.1: float = pop %saved
    %x_bar.2: float = %x_bar.1 * %t.1 {adjoint}
    continue %x_bar.2
  return %x_bar {single}
""")
    assert reuse_saved(fn) == 1
    verify(fn)
    text = to_text(fn)
    assert "saved" not in text
    assert re.search(r"%t: float = const 2.5 \{adjoint\}\n    %x_bar.2: float = %x_bar.1 \* %t", text)


def few(x, n):
    for _ in range(n):
        x = x * sct_sin(x)
    return x


def many(a, b, c, d, e, n):
    for _ in range(n):
        a = a * b
        b = b * c
        c = c * d
        d = d * e
        e = e * a
    return e


def sct_sin(x):
    return x / (1.0 + x * x)


def appends(fun, *args):
    return sct.source(sct.grad(fun), *args).count(".append(")


def test_few_variables_wait_for_a_common_list_and_many_do_not():
    assert appends(few, 0.5, 3) == 1
    text = sct.source(sct.grad(many, (0, 1, 2, 3, 4)), 1.0, 0.9, 1.1, 0.8, 1.2, 3)
    assert not re.search(r"^        (\w+) = \1_2$", text, re.M)


def test_gradients_of_both():
    at = (1.0, 0.9, 1.1, 0.8, 1.2)
    bars = sct.grad(many, (0, 1, 2, 3, 4))(*at, 3)
    for k, bar in enumerate(bars):
        moved = list(map(complex, at))
        moved[k] += 1e-30j
        assert abs(bar - many(*moved, 3).imag / 1e-30) < 1e-12 * abs(bar)
