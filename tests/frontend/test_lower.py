"""Lowered IR computes what the original function computes: on chosen programs and on thousands of random ones."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from sct.errors import UnsupportedSyntaxError
from sct.frontend.capture import capture, capture_text
from sct.frontend.lower import lower
from sct.ir.core import Function, Op, walk
from tests.frontend.interpreter import run
from tests.frontend.random_control import Writer
from tests.sampling import a_part

TRACE: list[Any] = []


def log(value: Any, *more: Any, z: int = 0) -> Any:
    TRACE.append((value, more, z))
    if len(TRACE) > 20_000:
        raise OverflowError
    return value


@contextlib.contextmanager
def guard(value: Any) -> Any:
    log(("enter", value))
    try:
        yield 3
    finally:
        log(("exit",))


def outcome(call: Any) -> Any:
    """What a call returns or raises, with what it logged."""
    TRACE.clear()
    try:
        result: Any = call()
    except NameError:
        result = "unbound"
    except Exception as error:
        result = type(error), str(error) if not isinstance(error, TypeError) else ""
    return result, list(TRACE)


def check(text: str, *argument_lists: tuple[Any, ...]) -> None:
    space = {"log": log, "guard": guard}
    captured = capture_text(text, "f", space)
    function = lower(captured)
    for args in argument_lists:
        expected = outcome(lambda args=args: captured.fun(*args))
        got = outcome(lambda args=args: run(captured, *args, function=function))
        assert got == expected, f"{text}\nf{args}\nexpected {expected}\ngot      {got}"


@pytest.mark.parametrize("chunk", a_part(2, range(10)))
def test_random_programs(chunk: int) -> None:
    for seed in range(chunk * 120, chunk * 120 + 120):
        check(Writer(seed).text(), (1, 2, 3), (0, -1, 4))


@pytest.mark.long
def test_many_random_programs() -> None:
    for seed in range(10_000, 40_000):
        check(Writer(seed).text(), (1, 2, 3), (0, -1, 4))


def agrees(fun: Any, *argument_lists: tuple[Any, ...]) -> Function:
    """Check a function of this file against its lowered IR; gives the IR."""
    captured = capture(fun)
    function = lower(captured)
    for args in argument_lists:
        assert outcome(lambda args=args: run(captured, *args, function=function)) == outcome(lambda args=args: fun(*args))
    return function


def ops_named(function: Function, name: str) -> list[Op]:
    return [op for op in walk(function.body) if op.name == name]


# ── functions and scopes ──


def late_binding(x):
    h = lambda y: x * y
    x = 2 * x
    return h(1.0), [g(3) for g in [lambda t: t * k for k in range(3)]]


def fresh_comprehension_cells(n):
    kept = []
    for j in range(n):
        kept = kept + [lambda: k for k in range(j + 1)]
    return [g() for g in kept]


def closure_in_loop(n):
    kept, total = [], 0
    for i in range(n):
        kept.append(lambda: i + total)
        total += kept[0]()
    return [g() for g in kept], total


def recursive(n):
    def fact(k):
        return 1 if k < 2 else k * fact(k - 1)

    def even(k):
        return True if k == 0 else odd(k - 1)

    def odd(k):
        return False if k == 0 else even(k - 1)
    return fact(n), even(n), odd(n)


def two_levels(x):
    y = 1

    def outer(a, *args, b=x, **kwargs):
        z = a + y

        def inner():
            return x + y + z + b + sum(args) + len(kwargs)
        return inner()
    y = 5
    return outer(2, 3, 4, q=1), outer(1, b=7)


def parameters_of_all_kinds(a, /, b=2, *args, c, d=4, **kwargs):
    return a, b, args, c, d, kwargs


def defaults_are_evaluated_at_definition(x):
    def g(y, k=x):
        return y + k
    x = 100
    return g(1), g(1, k=5), x


def comprehension_scopes(x, k=7):
    rows = [[k * j for j in range(k)] for k in range(x) if k != 1]
    nested = [(lambda k: [k for k in range(k)])(k + 1) for k in range(2)]
    same = [k for k in [k, k + 1]]
    last = [(found := j) for j in range(x)]
    return rows, nested, same, k, last, found


def decorated(x):
    def twice(g):
        return lambda y: g(g(y))

    @twice
    @twice
    def h(y):
        return y + x
    return h(1)


def unbound(x):
    if x > 0:
        y = 1
    return y + 1


def imports(x):
    import math
    import os.path
    from math import sqrt as root
    from os import path
    return math.pi, root(4), os.path.join("a", "b"), path.sep, x


# ── loops ──


def loop_variable_after_the_loop(n):
    i = 5
    for i in range(n):
        pass
    a = i
    for i in range(3):
        i = i * 10
        if i == 10:
            break
    for j, (k, *m) in [(1, (2, 3, 4)), (5, (6,))]:
        a = a + j + k + len(m)
    return a, i, j, k, m


def loop_else_with_exits(n):
    for i in range(5):
        for j in range(4):
            if j * i == n:
                break
        else:
            continue
        log((i, j))
        if i == 3:
            return "found", i, j
    else:
        return "else"
    return "never"


def else_of_while_with_walrus(n):
    k = 0
    while (m := k * k) < n:
        k += 1
        if m == 9:
            break
    else:
        return "else", k, m
    return "break", k, m


# ── values ──


def evaluation_order(x):
    a = [log(1), log(2)][log(0)] + log(3) * log(x)
    b = log(1) < log(x) < log(3) <= log(4)
    c = log(0) or log(x) and log(2) or log(9)
    d, e = log(5), log(6)
    f = {log("k"): log("v")}
    g = log(log(1), *[log(2)], z=log(3))
    return a, b, c, d, e, f, g, log(1) if log(x) else log(2), f"{log(x)!r:>{log(4)}}{'{'}"


def stores(n):
    a = [0, 1, 2, 3]
    a[0], a[1] = a[1], a[0]
    a[log(2)] += log(n)
    a[1:3] = [7, 8, 9]
    first, *middle, last = a
    holder = type("Holder", (), {"v": 1})()
    holder.v = 4
    holder.v *= n
    m = [1, 2]
    alias = m
    m += [n]
    return a, a[::-1], a[1:], first, middle, last, holder.v, alias, {*m, 3}, (*m, 0)


def membership(x):
    return x in (1, 2), x not in (1, 2), x is None, x is not None, not x, -3, -x, +x, ~x


def chained_raise(x):
    if x > 1:
        raise ValueError("a") from KeyError("b")
    raise ValueError


@pytest.mark.parametrize("fun, arguments", [
    (late_binding, [(3.0,)]), (fresh_comprehension_cells, [(3,)]), (closure_in_loop, [(0,), (4,)]), (recursive, [(5,)]),
    (two_levels, [(10,)]), (defaults_are_evaluated_at_definition, [(3,)]), (comprehension_scopes, [(3,), (1,)]),
    (decorated, [(2,)]), (unbound, [(1,), (-1,)]), (imports, [(1,)]),
    (loop_variable_after_the_loop, [(0,), (4,)]), (loop_else_with_exits, [(0,), (2,), (9,), (6,), (50,)]),
    (else_of_while_with_walrus, [(0,), (5,), (50,)]),
    (evaluation_order, [(0,), (2,), (3,)]), (stores, [(3,)]), (membership, [(1,), (0,), (5,)]),
    (chained_raise, [(1,), (2,)]),
], ids=lambda p: getattr(p, "__name__", ""))
def test_chosen_programs(fun: Any, arguments: list[Any]) -> None:
    agrees(fun, *arguments)


def test_assertions() -> None:
    check("""
def f(x):
    assert x > 0, f"{log(x)} is not positive"
    assert x > 1, "small"
    assert x > 2
    return x
""", (0,), (1,), (2,), (3,))


def test_parameters() -> None:
    captured = capture(parameters_of_all_kinds)
    for args, kwargs in [((1,), {"c": 3}), ((1, 5, 6, 7), {"c": 3, "d": 0, "e": 2})]:
        assert run(captured, *args, **kwargs) == parameters_of_all_kinds(*args, **kwargs)
    info = lower(captured).info
    assert [(p.name, p.kind, p.has_default) for p in info.params] == [
        ("a", "POSITIONAL_ONLY", False), ("b", "POSITIONAL_OR_KEYWORD", True), ("args", "VAR_POSITIONAL", False),
        ("c", "KEYWORD_ONLY", False), ("d", "KEYWORD_ONLY", True), ("kwargs", "VAR_KEYWORD", False)]


def test_names_of_a_class_are_mangled() -> None:
    class Model:
        def __init__(self) -> None:
            self.__w = 3

        def loss(self, x):
            self.__w += 1
            return self.__w * x
    assert run(capture(Model.loss), Model(), 2) == 8


def test_free_variables_are_read_live() -> None:
    scale = 2

    def f(x):
        return (lambda y: y * scale)(x) + scale
    captured = capture(f)
    function = lower(captured)
    assert run(captured, 3, function=function) == 8
    scale = 10
    assert run(captured, 3, function=function) == 40
    assert function.info.free == ("scale",)


# ── the shape of the IR ──


def test_captures_by_value_only_what_cannot_change() -> None:
    def f(x, y, n):
        z = x + 1
        z = z * 2
        g = lambda t: t + z + x + y
        for i in range(n):
            y = g(y)
        return g(y)
    function = agrees(f, (1, 2, 3))
    (closure,) = ops_named(function, "closure")
    assert closure.attrs["captures"] == ("z", "x") and closure.attrs["cells"] == ("y@f",)
    assert [v.hint for v in closure.operands] == ["z", "x"]
    assert {op.attrs["cell"] for op in ops_named(function, "setcell")} == {"y@f"}
    inner = closure.attrs["code"].lowered()
    assert [v.hint for v in inner.params] == ["z", "x", "t"] and inner is closure.attrs["code"].lowered()


def test_loops_carry_only_what_is_read_again() -> None:
    def f(x, n):
        s = 0.0
        for i in range(n):
            t = x * i
            u = t + 1
            s = s + u
            t = 0.0
        return s
    (loop,) = ops_named(agrees(f, (2.0, 3)), "for")
    assert [v.hint for v in loop.results] == ["s"] and "exit" not in loop.attrs


def test_branches_yield_only_what_is_read_later() -> None:
    def f(x):
        a = x
        if x > 0:
            t = x * 2
            a = t + 1
        else:
            t = 3
        return a
    (branch,) = ops_named(agrees(f, (2,), (-1,)), "if")
    assert [v.hint for v in branch.results] == ["a"] and branch.blocks[1].ops[-1].operands == function_params(branch)


def function_params(branch: Op) -> list[Any]:
    assert branch.parent is not None
    return branch.parent.args


def test_exits_of_a_loop() -> None:
    def f(x, n):
        for i in range(n):
            if i > x:
                break
            if i == 7:
                return i
        return x
    (loop,) = ops_named(agrees(f, (2, 5), (9, 9), (9, 3)), "for")
    assert loop.results[loop.attrs["exit"]].hint == "exit"
    assert [op.attrs["exit"] for op in walk(loop.blocks[0]) if op.name == "break"] == [1, 2]
    outer = loop.blocks[0].ops[-1]
    assert outer.name == "if" and outer.attrs["tail"] and not outer.results


def test_hints_and_places() -> None:
    def f(x):
        y = x
        total = (y
                 + 2)
        return total
    function = agrees(f, (2,))
    (add,) = ops_named(function, "binary")
    assert add.result.hint == "total" and add.operands[0] is function.params[0]
    start = capture(f).tree.lineno
    assert add.loc.line == start + 2 and add.loc.function == "f"
    (ret,) = ops_named(function, "return")
    assert (ret.loc.line, ret.loc.text) == (start + 4, "return total")


def test_a_generator_is_marked() -> None:
    def f(xs):
        return sum(x * x for x in xs)
    (loop,) = ops_named(agrees(f, ([1, 2],)), "for")
    assert loop.attrs["generator"] and loop.attrs["comprehension"]


def test_lowering_is_deterministic() -> None:
    def shape(function: Function) -> list[Any]:
        return [(op.name, [v.hint for v in op.operands], [v.hint for v in op.results]) for op in walk(function.body)]
    for seed in range(20):
        captured = capture_text(Writer(seed).text(), "f", {})
        assert shape(lower(captured)) == shape(lower(captured))


# ── obstacles ──


def test_all_obstacles_are_reported_at_once() -> None:
    text = """
def f(x, xs):
    global counter
    counter = 1
    try:
        del x.a
    finally:
        return 1
    class C: pass
    match x:
        case counter: pass
    g = (t * u for t in xs for u in xs)
    d = {k: 1 for k in xs} or {k for k in xs}
    async def h(): pass
    i = lambda: (yield)
    raise
    return eval("x")
"""
    with pytest.raises(UnsupportedSyntaxError) as caught:
        lower(capture_text(text, "f", {}))
    found = [(o.code, o.loc.line) for o in caught.value.obstacles]
    assert found == [
        ("SCT105", 3), ("SCT103", 4), ("SCT106", 5), ("SCT104", 8), ("SCT105", 10), ("SCT109", 11), ("SCT102", 13),
        ("SCT101", 14), ("SCT111", 15), ("SCT112", 16)]


@pytest.mark.parametrize("statement", [
    "k = (x * y for x in xs for y in xs)", "k = ((k := x) for x in xs)", "k = (x for x, *y in xs)"])
def test_generators_that_cannot_run_item_by_item_are_refused(statement: str) -> None:
    with pytest.raises(UnsupportedSyntaxError, match="SCT109"):
        lower(capture_text(f"def f(xs, k):\n    {statement}\n    return k\n", "f", {}))


@pytest.mark.parametrize("body", [
    "g = (k * x for x in xs if x > 1); k = 7; return list(g)",
    "g = (k * x + y for x, (y, z) in [(1, (2, 3)), (4, (5, 6))]); k = 7; return list(g) + list(g)",
    "out = []; return [k + t for t in (k * x for x in xs)]"])
def test_generators_read_their_variables_when_they_run(body: str) -> None:
    captured = capture_text(f"def f(xs, k):\n    {body}\n", "f", {})
    assert run(captured, [1, 2, 3], 2) == captured.fun([1, 2, 3], 2)


def test_an_import_that_fails_is_an_obstacle() -> None:
    with pytest.raises(UnsupportedSyntaxError, match="no_such_module"):
        lower(capture_text("def f(x):\n    import no_such_module\n    return x\n", "f", {}))


def test_reading_a_declared_global_is_fine() -> None:
    captured = capture_text("def f(x):\n    global k\n    return x + k\n", "f", {"k": 3})
    assert run(captured, 2) == 5
