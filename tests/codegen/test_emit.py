"""Each listing of IR beside the text that it must print as."""

from __future__ import annotations

import inspect
import math
import operator
import re
import time

import numpy as np
import pytest

from sct.codegen.emit import Emitted, emit
from sct.codegen.load import load
from sct.ir.build import Builder
from sct.ir.core import Block, Function, Loc
from sct.ir.ops import Lit, Slot
from sct.ir.text import from_text
from sct.ir.types import FLOAT, INT, STR, Array, Tuple
from sct.room import room

LISTINGS = {
    "augmented assignment and range": ("""
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %s: float = const 0.0
  %s.1: float = for %i: int in range(%0, %n, %1) with %s.2: float = %s:
    %2: float = math.sin(%x)
    %s.3: float = %s.2 + %2
    continue %s.3
  return %s.1 {single}
""", """
def f(x, n):
    s = 0.0
    for i in range(n):
        s += math.sin(x)
    return s
"""),
    "a swap needs one tuple assignment and no temporary": ("""
function f(%x: float, %n: int):
  %0: int = const 2
  %1: int = const 1
  %2: float = const 1.0
  %a: float, %b: float = for %i: int in range(%0, %n, %1) with %a.1: float = %x, %b.1: float = %2:
    %3: float = %a.1 * %b.1
    %b.2: float = %3 + %x
    continue %b.1, %b.2
  return %a, %b
""", """
def f(x, n):
    a = x
    b = 1.0
    for i in range(2, n):
        a, b = b, a * b + x
    return a, b
"""),
    "exits of a loop in the user's shape": ("""
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %s: float = const 0.0
  %s.1: float = for %i: int in range(%0, %n, %1) with %s.2: float = %s:
    %2: float = const 3.0
    %3: bool = %s.2 > %2
    if %3 {tail}:
      break %s.2
    else:
      %4: bool = %s.2 == %x
      if %4 {tail}:
        continue %s.2
      else:
        %s.3: float = %s.2 + %x
        %s.4: float = %s.3 * %x
        continue %s.4
  return %s.1 {single}
""", """
def f(x, n):
    s = 0.0
    for i in range(n):
        if s > 3.0:
            break
        if s == x:
            continue
        s += x
        s *= x
    return s
"""),
    "while with a test that is an expression": ("""
function f(%x: float):
  %2: float = const 1.0
  %y: float = while with %y.1: float = %x:
    %3: bool = %y.1 > %2
    test %3
  do %y.2: float:
    %4: float = const 0.5
    %y.3: float = %y.2 * %4
    continue %y.3
  return %y {single}
""", """
def f(x):
    y = x
    while y > 1.0:
        y *= 0.5
    return y
"""),
    "while with a statement in its test": ("""
function f(%x: float):
  %y: float = while with %y.1: float = %x:
    %h: float = %y.1 * %x
    %2: float = const 1.0
    %3: bool = %h > %2
    %4: bool = %h < %x
    %5: bool = if %3:
      yield %4
    else:
      yield %3
    test %5
  do %y.2: float:
    %6: float = const 0.5
    %y.3: float = %y.2 * %6
    continue %y.3
  return %y {single}
""", """
def f(x):
    y = x
    while True:
        h = y * x
        if not (h > 1.0 and h < x):
            break
        y *= 0.5
    return y
"""),
    "elif, an empty branch, a negation that is exact": ("""
function f(%x: float, %y: float):
  %0: float = const 0.0
  %c: bool = %x > %0
  %z: float = if %c:
    %z.1: float = %x * %y
    yield %z.1
  else:
    %1: bool = %y == %0
    %z.2: float = if %1:
      %z.3: float = const 1.0
      yield %z.3
    else:
      %z.4: float = %x + %y
      yield %z.4
    yield %z.2
  %2: bool = %z == %x
  if %2:
    yield
  else:
    assert %c
    yield
  %3: bool = %z < %x
  if %3:
    yield
  else:
    assert %c
    yield
  return %z {single}
""", """
def f(x, y):
    c = x > 0.0
    if c:
        z = x * y
    elif y == 0.0:
        z = 1.0
    else:
        z = x + y
    if z != x:
        assert c
    if not z < x:
        assert c
    return z
"""),
    "and, or, conditional expressions": ("""
function f(%x: float, %y: float):
  %0: float = const 0.0
  %1: bool = %0 < %x
  %2: bool = if %1:
    %3: float = const 1.0
    %4: bool = %x < %3
    yield %4
  else:
    yield %1
  %5: float = if %2:
    %6: float = %x * %y
    yield %6
  else:
    yield %y
  %7: bool = %x < %y
  %8: bool = if %7:
    yield %7
  else:
    %9: bool = %y < %0
    %10: bool = not %9
    yield %10
  return %5, %8
""", """
def f(x, y):
    return x * y if 0.0 < x < 1.0 else y, x < y or not y < 0.0
"""),
    "the user's variables win, modules give way": ("""
function f(%np: float, %math: float[:], %len: int):
  %0: float = math.sin(%np)
  %1: int = len(%math)
  %2: float = np.sum(%math)
  %3: float = %0 + %2
  %4: float = %3 * %1
  return %4 {single}
""", """
def f(np, math, len):
    return (math_2.sin(np) + np_2.sum(math)) * len_2(math)
"""),
    "buffers": ("""
function f(%x: float64[:], %w: float64[:], %g: float):
  %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh'}
  %0: float = %w[1]
  index_add %x_bar[1:], %g
  %1: float64[:] = %x_bar[::2]
  iadd %1, %w
  %2: float64[:] = -%w
  iadd %x_bar, %2
  %3: float = %x_bar[0]
  fill %x_bar
  %4: float = %3 * %0
  return %x_bar, %4
""", """
def f(x, w, g):
    x_bar = np.zeros_like(x)
    x_bar[1:] += g
    x_bar[::2] += w
    x_bar -= w
    x_bar_0 = x_bar[0]
    x_bar[...] = 0.0
    return x_bar, x_bar_0 * w[1]
"""),
    "an index that may hit twice": ("""
function f(%x: float64[:], %k: int64[:], %g: float64[:]):
  %x_bar: float64[:] = np.zeros_like(%x) {effect='fresh'}
  index_add %x_bar[%k], %g
  return %x_bar {single}
""", """
def f(x, k, g):
    x_bar = np.zeros_like(x)
    np.add.at(x_bar, k, g)
    return x_bar
"""),
    "saved values and the mirrored loop": ("""
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %saved_s: saved(float) = cache
  %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
    push %saved_s, %s.1
    %s.2: float = math.sin(%s.1)
    continue %s.2
  mark {text='reverse sweep'}
  %2: float = const 1.0
  %s_bar: float = for %i.1: int in range(%0, %n, %1) with %s_bar.1: float = %2 {reverse}:
    %s.3: float = pop %saved_s
    %3: float = math.cos(%s.3)
    %s_bar.2: float = %s_bar.1 * %3
    %4: float = %s_bar.2 * %i.1
    continue %4
  return %s_bar {single}
""", """
def f(x, n):
    saved_s = []
    s = x
    for i in range(n):
        saved_s.append(s)
        s = math.sin(s)
    # reverse sweep
    s_bar = 1.0
    for i in reversed(range(n)):
        s = saved_s.pop()
        s_bar *= math.cos(s)
        s_bar *= i
    return s_bar
"""),
    "a list filled by a loop is a comprehension": ("""
function f(%x: float, %n: int):
  %0: int = const 0
  %1: int = const 1
  %2: list(float) = tuple {cls=list}
  %3: list(float) = for %i: int in range(%0, %n, %1) with %4: list(float) = %2:
    %5: float = %x * %i
    %6: list(float) = append %4, %5
    continue %6
  %7: float = sum(%3)
  return %7 {single}
""", """
def f(x, n):
    return sum([x * i for i in range(n)])
"""),
    "iteration over sequences": ("""
function f(%x: float64[:], %y: float64[:]):
  %0: int = const 0
  %1: int = const 1
  %2: int = len(%x) {may_raise}
  %3: int = len(%y) {may_raise}
  %4: int = min(%2, %3)
  %s: float = const 0.0
  %s.1: float = for %5: int in range(%0, %4, %1) with %s.2: float = %s {seqs=2}:
    %a: np.float64 = %x[%5]
    %b: np.float64 = %y[%5]
    %6: float = %a * %b
    %s.3: float = %s.2 + %6
    continue %s.3
  return %s.1 {single}
""", """
def f(x, y):
    s = 0.0
    for a, b in zip(x, y):
        s += a * b
    return s
"""),
    "a load is not moved past a store": ("""
function f(%x: float64[:], %g: float):
  %0: float = %x[0]
  index_add %x[0], %g
  %1: float = %x[0]
  %2: float = %0 * %1
  return %2 {single}
""", """
def f(x, g):
    x_0 = x[0]
    x[0] += g
    return x_0 * x[0]
"""),
    "a parameter that is overwritten keeps its name unless it is read later": ("""
function f(%x: float, %y: float):
  %0: float = const 2.0
  %x.1: float = %x * %0
  %y.1: float = %y * %0
  %1: float = %x.1 * %y.1
  %2: float = %1 * %y
  return %2 {single}
""", """
def f(x, y):
    x *= 2.0
    y_2 = y * 2.0
    return x * y_2 * y
"""),
    "the last value of a loop variable": ("""
function f(%n: int):
  %0: int = const 0
  %1: int = const 1
  %2: int = undef
  %i: int = for %i.1: int in range(%0, %n, %1) with %i.2: int = %2:
    continue %i.1
  return %i {single}
""", """
def f(n):
    for i in range(n):
        pass
    return i
"""),
    "a variable bound in one branch": ("""
function f(%x: float):
  %0: float = const 0.0
  %1: bool = %x > %0
  %y: float = if %1:
    %y.1: float = %x * %x
    yield %y.1
  else:
    %2: float = undef
    yield %2
  return %y {single}
""", """
def f(x):
    if x > 0.0:
        y = x * x
    return y
"""),
    "constants": ("""
function f(%x: float):
  %0: float = const -2.0
  %1: float = %0 ** %x
  %2: float = const 9e999
  %3: float = max(%1, %2)
  return %3 {single}
""", """
def f(x):
    return max((-2.0) ** x, np.inf)
"""),
}


@pytest.mark.parametrize("case", LISTINGS)
def test_listing(case: str) -> None:
    before, after = LISTINGS[case]
    text = emit(from_text(before)).text
    assert re.sub(r"^ *# [0-9]+: .*\n", "", text, flags=re.MULTILINE).strip() == after.strip()


def builder(*params: tuple[str, object]) -> tuple[Builder, Function]:
    block = Block()
    for name, kind in params:
        block.add_arg(name, kind)  # type: ignore[arg-type]
    return Builder(block, Loc("model.py", 1)), Function("f", block, Loc("model.py", 1, function="f"))


def at(b: Builder, line: int, text: str, function: str = "f") -> None:
    b.loc = Loc("model.py", line, text=text, function=function)


def test_groups_of_the_reverse_sweep_name_their_line_once() -> None:
    b, fn = builder(("x", FLOAT), ("n", INT))
    x, n = fn.params
    at(b, 2, "y = g(x)")
    y = b.value("call", [x], FLOAT, "y", fn=math.exp)
    b.emit("mark", text="reverse sweep")
    at(b, 3, "return y * y")
    y_bar = b.value("call", [y], FLOAT, "y_bar", fn=operator.mul, args=(Lit(2.0), Slot(0)))
    at(b, 2, "y = g(x)")
    x_bar = b.value("call", [y_bar, y], FLOAT, "x_bar", fn=operator.mul)
    at(b, 9, "z = helper(x)", "helper")
    x_bar = b.value("call", [x_bar, n], FLOAT, "x_bar", fn=operator.add)
    x_bar = b.value("call", [x_bar, n], FLOAT, "x_bar", fn=operator.pow)
    b.emit("return", [x_bar, x_bar])
    emitted = emit(fn, header=["gradient of f", ""])
    assert emitted.text == """\
# gradient of f
#
def f(x, n):
    y = math.exp(x)
    # reverse sweep
    # 3: return y * y
    y_bar = 2.0 * y
    # 2: y = g(x)
    x_bar = y_bar * y
    # helper 9: z = helper(x)
    x_bar += n
    x_bar **= n
    return x_bar, x_bar
"""
    assert {line: loc.line for line, loc in emitted.line_map.items()} == {4: 2, 7: 3, 9: 2, 11: 9, 12: 9, 13: 9}
    assert emitted.reverse_line == 5


def test_calls_methods_templates_and_objects() -> None:
    b, fn = builder(("x", Array("float64", ("n", "n"))))
    (x,) = fn.params
    total = b.value("call", [x], FLOAT, "total", fn=np.sum, args=(Slot(0),), kwargs={"axis": Lit(0), "dtype": Lit(np.float32)},
                    spelled="method", spelled_name="sum")
    turned = b.value("call", [x], x.type, fn=np.transpose, args=(Slot(0),), spelled="attribute", spelled_name="T")
    norm = b.value("call", [turned], FLOAT, fn=np.linalg.norm)
    text = b.value("format", [norm, total], STR, parts=["norm ", (0, "r", ".3f"), " of ", (1, None, None)])
    b.emit("call", [text], [FLOAT], fn=print, effect="io")
    both = b.emit("call", [norm, total], [FLOAT, FLOAT], ["q", "r"], fn=divmod, unpack=True)
    config = b.value("dict", [both.results[0]], FLOAT, "config", keys=("rate",))
    b.emit("return", [config], single=True)
    assert emit(fn).text == """\
def f(x):
    total = x.sum(axis=0, dtype=np.float32)
    t = np.linalg.norm(x.T)
    print(f'norm {t!r:.3f} of {total}')
    q, _ = divmod(t, total)
    config = {'rate': q}
    return config
"""


def test_callees_data_and_unpacking() -> None:
    callee = Function("g_forward", Block())
    b, fn = builder(("x", FLOAT))
    scale = b.value("global", [], FLOAT, root="settings", path=(("attr", "scale"), ("item", 0)))
    types, hints = [FLOAT, Tuple((FLOAT, FLOAT))], ["y", "g_context"]
    y, context = b.emit("invoke", [fn.params[0], scale], types, hints, callee=callee).results
    first, second = (b.value("item", [context], FLOAT, hint, key=k) for k, hint in enumerate(("a", "b")))
    product = b.value("call", [first, second], FLOAT, fn=operator.mul)
    b.emit("return", [b.value("call", [product, y], FLOAT, fn=operator.sub)], single=True)
    emitted = emit(fn)
    assert emitted.text == """\
def f(x):
    y, g_context = g_forward(x, settings.scale[0])
    a, b = g_context
    return a * b - y
"""
    assert emitted.imports == {"g_forward": callee}
    assert emitted.data == {"settings": "settings"}


def test_context_managers_and_exceptions() -> None:
    b, fn = builder(("x", FLOAT))
    (x,) = fn.params
    quiet = b.value("call", [], FLOAT, fn=np.errstate, args=(), kwargs={"all": Lit("ignore")}, effect="io")
    body = Block()
    with b.at(body):
        b.emit("yield", [b.value("call", [x], FLOAT, "y", fn=np.log)])
    y = b.emit("with", [quiet], [FLOAT], ["y"], [body], names=("",)).result
    wrong = b.value("call", [y, y], FLOAT, fn=operator.ne)
    then, other = Block(), Block()
    with b.at(then):
        b.emit("raise", [b.value("call", [], FLOAT, fn=ValueError, args=(Lit("x is not positive"),))])
    with b.at(other):
        b.emit("yield")
    b.emit("if", [wrong], blocks=[then, other])
    b.emit("return", [y], single=True)
    assert emit(fn).text == """\
def f(x):
    with np.errstate(all='ignore'):
        y = np.log(x)
    if y != y:
        raise ValueError('x is not positive')
    return y
"""


def test_generated_functions_can_be_inspected() -> None:
    emitted = emit(from_text(LISTINGS["augmented assignment and range"][0]))
    function = load(emitted)
    assert function(1.0, 3) == 3 * math.sin(1.0)
    assert inspect.getsource(function) == emitted.text
    assert load(emitted).__code__.co_filename == function.__code__.co_filename == emitted.filename
    assert emitted.imports == {"math": math}


def test_traceback_shows_the_generated_line() -> None:
    import traceback
    function = load(Emitted("def f(x):\n    return 1.0 / x\n", "f", {}))
    with pytest.raises(ZeroDivisionError) as caught:
        function(0.0)
    assert "return 1.0 / x" in "".join(traceback.format_exception(caught.value))


def test_deep_expressions_are_broken_into_lines() -> None:
    b, fn = builder(("x", FLOAT))
    b.emit("mark", text="reverse sweep")
    value = fn.params[0]
    for _ in range(2000):
        value = b.value("call", [value], FLOAT, fn=math.sin)
    b.emit("return", [value], single=True)
    emitted = emit(fn)
    assert max(map(len, emitted.text.splitlines())) <= 100
    assert load(emitted)(0.0) == 0.0


def test_long_functions_take_time_in_proportion() -> None:
    def seconds(n: int) -> float:
        b, fn = builder(("x", FLOAT))
        value = fn.params[0]
        for k in range(n):
            sine = b.value("call", [value], FLOAT, fn=math.sin)
            value = b.value("call", [sine, value], FLOAT, f"v{k % 50}", fn=operator.mul)
        b.emit("return", [value], single=True)
        start = time.process_time()
        with room():  # as the compiler does: the collector's time depends on what other tests have left behind
            emit(fn)
        return time.process_time() - start
    seconds(100)
    short, long = min(seconds(500) for _ in range(3)), min(seconds(3000) for _ in range(2))
    assert long < 6 * short * 2.5
