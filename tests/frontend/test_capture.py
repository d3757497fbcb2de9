"""Capture: the tree is that of the very source a function was compiled from, in every surrounding, or there is an error.

Not seen here: the interactive prompt of Python 3.13 and Jupyter kernels; both hand their text to ``linecache``, as the
simulated cells below do.
"""

from __future__ import annotations

import doctest
import functools
import gc
import importlib.util
import inspect
import itertools
import linecache
import math
import os
import statistics
import subprocess
import sys
import types
from pathlib import Path

import gast
import numpy as np
import pytest

from sct.errors import ArgumentError, SourceUnavailableError, StaleSourceError, UnsupportedSyntaxError
from sct.frontend.capture import capture, capture_text, python_function

_serial = itertools.count()


def load(path):
    """Import a file under a fresh name, compiled anew."""
    spec = importlib.util.spec_from_file_location(f"captured_{next(_serial)}", path)
    module = importlib.util.module_from_spec(spec)
    exec(compile(path.read_text(), str(path), "exec", dont_inherit=True), module.__dict__)
    return module


@pytest.fixture
def module(tmp_path):
    """A function from a text to the module of that text; the file is ``model.py``."""
    def make(text):
        path = tmp_path / "model.py"
        path.write_text(text)
        linecache.checkcache()
        return load(path)
    return make


def source(fun):
    return capture(fun).source.strip()


# What is captured


def plain(x, y=2.0, *rest, k=3, **more):
    """A docstring."""
    return x * y + k


def test_function():
    captured = capture(plain)
    assert isinstance(captured.tree, gast.FunctionDef) and captured.tree.name == captured.name == "plain"
    assert captured.filename == os.path.abspath(__file__)
    assert captured.source.startswith("def plain(x, y=2.0") and captured.source.endswith("return x * y + k\n")
    assert str(captured.signature) == "(x, y=2.0, *rest, k=3, **more)"
    assert captured.defaults == (2.0,) and captured.fun.__kwdefaults__ == {"k": 3} and captured.closure == {}
    assert captured.globals is globals() and captured.code is plain.__code__ and captured.fun is plain
    assert not captured.is_lambda


def test_each_capture_has_a_tree_of_its_own():
    first = capture(plain)
    first.tree.body.clear()
    assert capture(plain).tree.body


def test_closure_is_live():
    scale = 2.0
    def inner(x):
        return scale * x
    captured = capture(inner)
    scale = 3.0
    assert captured.closure["scale"].cell_contents == 3.0
    assert captured.qualname == "test_closure_is_live.<locals>.inner"
    assert captured.source == "def inner(x):\n    return scale * x\n"


class Model:
    def __private(self, x):
        return x

    def method(self, x):
        return self.__private(x)

    square = staticmethod(lambda x: x * x)


def test_methods():
    assert capture(Model.method).tree.args.args[0].id == "self"
    assert capture(Model._Model__private).name == "__private"
    assert source(Model.square) == "lambda x: x * x"


def test_lambdas_on_one_line():
    fs = [lambda x: x + 1, lambda x: x * 2, lambda x: (x) if x else (-x), lambda: 0.0, lambda: -0.0, lambda: (1, 2)]
    assert [source(f) for f in fs] == [
        "lambda x: x + 1", "lambda x: x * 2", "lambda x: (x) if x else (-x)", "lambda: 0.0", "lambda: -0.0", "lambda: (1, 2)"]
    assert capture(fs[0]).name == "<lambda>" and capture(fs[0]).is_lambda


def test_lambdas_in_lambdas():
    outer = lambda x: lambda y: lambda: x + y
    assert source(outer) == "lambda x: lambda y: lambda: x + y"
    assert source(outer(1)) == "lambda y: lambda: x + y"
    assert source(outer(1)(2)) == "lambda: x + y"
    default = lambda x=(lambda: 0): x
    assert source(default) == "lambda x=(lambda: 0): x" and source(default()) == "lambda: 0"


def test_lambda_among_the_arguments_of_a_call():
    f, g = (lambda a, b: (a, b))(lambda x: x, lambda x: [lambda t: t * x])
    assert (source(f), source(g), source(g(1)[0])) == ("lambda x: x", "lambda x: [lambda t: t * x]", "lambda t: t * x")


def test_lambdas_over_several_lines():
    fs = [lambda x: (x +
                     1), lambda x: (x *
                                    2)]
    assert [source(f).split()[2] for f in fs] == ["(x", "(x"]
    assert [source(f).split()[3] for f in fs] == ["+", "*"]


def test_equal_lambdas_on_one_line_are_the_same_source():
    f, g = lambda x: x * x, lambda x: x * x
    assert source(f) == source(g) == "lambda x: x * x"
    assert capture(f).tree.col_offset < capture(g).tree.col_offset


def test_functions_of_one_name():
    def f(x):
        return x
    first = f
    def f(x):
        return -x
    assert source(first).endswith("return x") and source(f).endswith("return -x")


def test_finally_compiles_twice_but_is_one_source():
    try:
        pass
    finally:
        f = lambda x: x * 7
    assert source(f) == "lambda x: x * 7"


def keep(fun):
    return fun


def doubled(fun):
    @functools.wraps(fun)
    def wrapper(*args):
        return 2 * fun(*args)
    return wrapper


def with_signature(fun):
    fun.__signature__ = inspect.Signature()
    return fun


@keep
@keep
def decorated(x):
    return x


@doubled
def wrapped(x):
    return x


@with_signature
def disguised(x):
    return x


def test_decorators():
    assert capture(decorated).loc(capture(decorated).tree).text == "def decorated(x):"
    captured = capture(wrapped)
    assert captured.source == "def wrapper(*args):\n    return 2 * fun(*args)\n"
    assert str(captured.signature) == "(*args)", "neither __wrapped__ nor __signature__ is followed"
    assert str(capture(disguised).signature) == "(x)"


def test_numba_dispatcher():
    numba = pytest.importorskip("numba")
    jitted = numba.njit(plain)
    assert capture(jitted).fun is plain and python_function(jitted) is plain
    assert python_function(numba.vectorize(lambda x: x)) is None


# Places


def places(x):
    for i in range(3):  # not a "# part"
        x = (x + 1 +
             i)  # neither this
    é = x; b = é * np.maximum(
        x, 0.0)
    if x > 0: b = x
    return b


def test_places_and_quotations():
    captured, here = capture(places), places.__code__.co_firstlineno
    found = {}
    for node in gast.walk(captured.tree):
        if isinstance(node, (gast.Name, gast.Constant, gast.stmt)):
            loc = captured.loc(node)
            assert loc.file == captured.filename and loc.function == "places"
            found.setdefault(loc.line - here, set()).add(loc.text)
    assert found == {
        0: {"def places(x):"}, 1: {"for i in range(3):"}, 2: {"x = (x + 1 + i)"}, 3: {"x = (x + 1 + i)"},
        4: {"é = x", "b = é * np.maximum(x, 0.0)"}, 5: {"b = é * np.maximum(x, 0.0)"}, 6: {"if x > 0:", "b = x"},
        7: {"return b"},
    }


def test_columns_are_characters():
    captured = capture(places)
    second = captured.tree.body[2]
    loc = captured.loc(second)
    assert captured.line(loc.line)[loc.col :].startswith("b = é")
    assert captured.loc(second.value.left).end_col - captured.loc(second.value.left).col == 1


def test_nodes_without_a_place_are_placed_at_the_function():
    captured = capture(places)
    assert captured.loc(gast.Name("t", gast.Load(), None, None)).line == captured.tree.lineno


def test_long_statements_are_quoted_by_their_first_line():
    captured = capture_text("def f(x):\n    y = [\n" + "        x, x, x, x, x, x,\n" * 12 + "    ]\n    return y\n")
    assert captured.loc(captured.tree.body[0]).text == "y = ["


# Files that change


BEFORE = "def f(x):\n    return x * 2\n\ndef g(x):\n    return x\n"


@pytest.mark.parametrize("after", [
    BEFORE.replace("* 2", "+ 2"), BEFORE.replace("* 2", "* 3"), BEFORE.replace("* 2", "*  2"), "\n" + BEFORE,
    BEFORE.replace("(x)", "(y)"), "def f(x:\n", "",
], ids=["operator", "constant", "layout", "shifted", "parameter", "broken", "empty"])
def test_edited_file_is_refused(module, tmp_path, after):
    f = module(BEFORE).f
    (tmp_path / "model.py").write_text(after)
    linecache.checkcache()
    with pytest.raises(StaleSourceError) as caught:
        capture(f)
    assert caught.value.loc.line == 1 and caught.value.loc.file.endswith("model.py")


def test_stale_message(module, tmp_path, monkeypatch):
    f = module(BEFORE).f
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(BEFORE.replace("* 2", "+ 2"))
    with pytest.raises(StaleSourceError) as caught:
        capture(f)
    assert str(caught.value) == (
        "model.py:1: SCT320: the file changed after it was imported: its `f` is not the one that runs\n"
        "  hint: reload the module (`importlib.reload`) or restart Python")


def test_edits_elsewhere_in_the_file_do_not_matter(module, tmp_path):
    f = module(BEFORE).f
    (tmp_path / "model.py").write_text(BEFORE.replace("return x\n", "return x + 1\n"))
    assert source(f) == "def f(x):\n    return x * 2"


def test_edited_file_whose_old_text_is_still_in_linecache(module, tmp_path):
    f = module(BEFORE).f
    linecache.getlines(f.__code__.co_filename)
    (tmp_path / "model.py").write_text(BEFORE.replace("* 2", "+ 2"))
    assert source(f) == "def f(x):\n    return x * 2"


def test_vanished_function(module, tmp_path):
    f = module(BEFORE).f
    (tmp_path / "model.py").write_text("def g(x):\n    return x\n")
    with pytest.raises(StaleSourceError, match="SCT321: `f` is not in the file it names"):
        capture(f)


def test_deleted_file(module, tmp_path):
    f = module(BEFORE).f
    (tmp_path / "model.py").unlink()
    linecache.checkcache()
    with pytest.raises(SourceUnavailableError, match="SCT303: the source file of `f` is missing"):
        capture(f)


def test_encoding_line_and_windows_newlines(tmp_path):
    path = tmp_path / "latin.py"
    path.write_bytes("# coding: latin-1\r\ndef f(é):\r\n    return é * 'ü'\r\n".encode("latin-1"))
    namespace = {}
    exec(compile(path.read_bytes(), str(path), "exec"), namespace)
    assert source(namespace["f"]) == "def f(é):\n    return é * 'ü'"


# Code without a file


def test_exec_without_text():
    namespace = {}
    exec("def f(x):\n    return x\n", namespace)
    with pytest.raises(SourceUnavailableError, match=r"<string>:1: SCT301: .*(?s:.)*sct.grad_from_source\(text\)"):
        capture(namespace["f"])


def test_exec_under_a_borrowed_name():
    namespace = {}
    exec(compile("\n\ndef plain(x):\n    return x\n", __file__, "exec"), namespace)
    with pytest.raises(StaleSourceError):
        capture(namespace["plain"])


@pytest.mark.parametrize("mode", ["exec", "single"])
def test_cells_known_to_linecache(mode):
    name = f"<ipython-input-{next(_serial)}-abc>"
    text = "def f(x: Undefined):\n    return x * 2\n"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace = {}
    import __future__
    exec(compile(text, name, mode, __future__.annotations.compiler_flag, dont_inherit=True), namespace)
    assert source(namespace["f"]) == text.strip()
    assert capture(namespace["f"]).filename == name


def test_text_of_another_cell_is_not_used():
    name = f"<ipython-input-{next(_serial)}-abc>"
    linecache.cache[name] = (1, None, ["def f(x):\n", "    return x + 2\n"], name)
    namespace = {}
    exec(compile("def f(x):\n    return x * 2\n", name, "exec"), namespace)
    with pytest.raises(SourceUnavailableError, match="SCT301"):
        capture(namespace["f"])


def test_doctest():
    text = ">>> def cube(x):\n...     return x**3\n\n>>> print(source(cube))\ndef cube(x):\n    return x**3\n"
    test = doctest.DocTestParser().get_doctest(text, {"source": source}, "cube", None, None)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def run(*command, text=None):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, *command], input=text, capture_output=True, text=True, env=environment)
    return done.stdout + done.stderr


SCRIPT = """\
from sct.frontend.capture import capture
f = lambda x: x * x
namespace = {}
exec("f = lambda x: x + x", namespace)
for fun in (f, namespace["f"]):
    try:
        print(capture(fun).source)
    except OSError as error:
        print(error.code)
"""


def test_dash_c_is_found_and_never_taken_for_the_source_of_exec():
    assert run("-c", SCRIPT) == "lambda x: x * x\nSCT301\n"


def test_standard_input_is_refused():
    assert run("-", text=SCRIPT) == "SCT301\nSCT301\n"


def test_closures_on_one_line_without_positions_are_in_doubt(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("from sct.frontend.capture import capture\ndef f(a):\n    return lambda x: x + a, lambda x: x * a\n"
                    "try: capture(f(1)[0])\nexcept OSError as error: print(error.code)\n")
    assert run("-X", "no_debug_ranges", str(path)) == "SCT305\n"


def test_optimised_run_without_positions(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT + "def g(x):\n    assert x\n    return x\nprint(capture(g).source)\n"
                             "h, k = lambda: 1, lambda y: y\nfor fun in (h, k):\n    try: print(capture(fun).source)\n"
                             "    except OSError as error: print(error.code)\n")
    assert run("-O", str(path)).endswith("return x\n\nlambda: 1\nlambda y: y\n")
    assert run("-X", "no_debug_ranges", str(path)).endswith("return x\n\nlambda: 1\nlambda y: y\n")


# Rewritten assertions


def asserting(x):
    assert (x >
            0), "positive"
    def inner(y):
        assert y
        return [lambda t: t * y, lambda t: t + y]
    assert all(c for c in (lambda t: [t])(x))
    return inner(x)


def test_this_very_module_is_rewritten_by_pytest():
    assert "@pytest_ar" in globals()
    assert len(capture(asserting).tree.body) == 4


REWRITTEN = """\
def f(x):
    assert x > 0, "positive"
    for i in range(3):
        x = x * 2
        assert x
    g = [lambda t: t + x, lambda t: t - x]
    assert g
    return g

def shared(x):
    if x: assert x > 0
    return x
"""


def rewritten(text, path):
    rewrite = pytest.importorskip("_pytest.assertion.rewrite")
    import ast
    path.write_text(text)
    tree = ast.parse(text)
    rewrite.rewrite_asserts(tree, text.encode())
    namespace = {}
    exec(compile(tree, str(path), "exec", dont_inherit=True), namespace)
    return namespace


def test_rewritten_functions_are_found(tmp_path):
    f = rewritten(REWRITTEN, tmp_path / "model.py")["f"]
    assert source(f).endswith("return g")
    assert [source(g) for g in f(1.0)] == ["lambda t: t + x", "lambda t: t - x"]


@pytest.mark.parametrize("old, new", [("x * 2", "x / 2"), ("x * 2", "x * 3"), ("t - x", "t * x"), ("range(3)", "range(4)"),
                                      ("return g", "return x"), ("    assert g\n", "\n")])
def test_rewritten_and_then_edited_is_refused(tmp_path, old, new):
    f = rewritten(REWRITTEN, tmp_path / "model.py")["f"]
    (tmp_path / "model.py").write_text(REWRITTEN.replace(old, new))
    linecache.checkcache()
    with pytest.raises(StaleSourceError):
        capture(f)


def test_assert_that_shares_its_line_is_in_doubt(tmp_path):
    shared = rewritten(REWRITTEN, tmp_path / "model.py")["shared"]
    with pytest.raises(StaleSourceError):
        capture(shared)


# Refusals


class Callable:
    def __call__(self, x):
        return x


@functools.lru_cache
def cached(x):
    return x


REFUSALS = [
    (3.0, ArgumentError, "SCT405", "3.0 is not a function", "pass a function, for example a lambda"),
    (None, ArgumentError, "SCT405", "None is not a function", "pass a function"),
    (Model, ArgumentError, "SCT405", "`Model` is a class, not a function", "lambda x: Model(x)"),
    (Callable(), ArgumentError, "SCT405", "a Callable object is a callable object", "`.__call__`"),
    (Model().method, ArgumentError, "SCT405", "`Model.method` is a method object", "lambda"),
    (len, SourceUnavailableError, "SCT302", "`len` is a compiled function", "`lambda x: len(x)`"),
    (math.sin, SourceUnavailableError, "SCT302", "`math.sin` is a compiled function", "`lambda x: math.sin(x)`"),
    (np.sin, SourceUnavailableError, "SCT302", "sin` is a compiled function", "lambda x"),
    (np.sum, SourceUnavailableError, "SCT302", "`numpy.sum` is a compiled function", "`lambda x: numpy.sum(x)`"),
    (str.upper, SourceUnavailableError, "SCT302", "`str.upper` is a compiled function", "lambda x"),
    ([].append, SourceUnavailableError, "SCT302", "append` is a compiled function", "lambda x"),
    (cached, SourceUnavailableError, "SCT304", "`cached` is a functools.lru_cache object", "`cached.__wrapped__`"),
    (functools.partial(plain, 1), SourceUnavailableError, "SCT304", "functools.partial", "partial.func"),
]


@pytest.mark.parametrize("fun, cls, code, message, hint", REFUSALS, ids=[message for *_, message, _ in REFUSALS])
def test_refusals(fun, cls, code, message, hint):
    with pytest.raises(cls) as caught:
        capture(fun)
    assert (type(caught.value), caught.value.code) == (cls, code)
    assert message in str(caught.value) and hint in caught.value.hint


def generator(x):
    yield x
    lambda: (yield)
    return (yield from [x])


async def coroutine(x):
    return x


async def async_generator(x):
    yield x


def test_generators():
    with pytest.raises(UnsupportedSyntaxError) as caught:
        capture(generator)
    first = generator.__code__.co_firstlineno
    assert [(o.code, o.loc.line - first, o.loc.text) for o in caught.value.obstacles] == [
        ("SCT101", 1, "yield x"), ("SCT101", 3, "return (yield from [x])")]
    assert "    yield x\n    ^^^^^^^\n  hint: collect the items in a list" in str(caught.value)


@pytest.mark.parametrize("fun", [coroutine, async_generator])
def test_async_functions(fun):
    with pytest.raises(UnsupportedSyntaxError) as caught:
        capture(fun)
    assert caught.value.code == "SCT102" and f"async def {fun.__name__}(x):\n    ^^^^^^^^^" in str(caught.value)


def test_coroutine_by_decoration():
    with pytest.raises(UnsupportedSyntaxError, match="SCT102"):
        capture(types.coroutine(generator))


# Text that is given


def test_given_text():
    text = "import math\n\ndef helper(x):\n    return math.sin(x)\n\ndef f(x):\n    return helper(x) * 2\n"
    captured = capture_text(text, "f")
    assert captured.fun(1.0) == 2 * math.sin(1.0)
    assert captured.filename == capture_text(text, "helper").filename, "the name depends on the text alone"
    assert inspect.getsource(captured.fun) == captured.source
    linecache.checkcache()
    assert source(captured.fun) == captured.source.strip()


def test_given_text_in_a_live_namespace():
    namespace = {"scale": 3.0}
    captured = capture_text("    def f(x):\n        return scale * x\n", namespace=namespace)
    namespace["scale"] = 5.0
    assert captured.fun(1.0) == 5.0 and captured.source == "def f(x):\n    return scale * x\n"


def test_given_lambdas():
    assert capture_text("lambda x: x * x").fun(3.0) == 9.0
    assert capture_text("f = lambda x: x * x", "f").source == "lambda x: x * x"


@pytest.mark.parametrize("text, name, code, message", [
    ("def f(x): return x\ndef g(x): return x\n", None, "SCT306", "the text defines `f`, `g`"),
    ("def f(x): return x\n", "g", "SCT306", "the text does not define `g`; it defines `f`"),
    ("x = 1\n", None, "SCT306", "the text defines no function"),
    ("def f(x:\n", None, "SCT307", "the text is not valid Python"),
])
def test_given_text_refused(text, name, code, message):
    with pytest.raises(SourceUnavailableError, match=message) as caught:
        capture_text(text, name)
    assert caught.value.code == code


# In bulk


def test_every_function_of_some_modules_agrees_with_its_def():
    """Code of other people: names, parameters and first lines of the trees are those of the code objects."""
    modules = {statistics, functools, inspect, doctest, linecache, subprocess}
    functions = [f for f in gc.get_objects() if isinstance(f, types.FunctionType) and inspect.getmodule(f) in modules]
    found = 0
    for f in functions:
        if f.__code__.co_flags & inspect.CO_GENERATOR or f.__code__.co_filename.startswith("<string"):
            continue  # made by namedtuple and dataclass
        captured = capture(f)
        parameters = [a.id for a in (*captured.tree.args.posonlyargs, *captured.tree.args.args)]
        assert captured.name in ("<lambda>", getattr(captured.tree, "name", ""))
        assert len(parameters) == f.__code__.co_argcount and captured.tree.lineno >= f.__code__.co_firstlineno
        found += 1
    assert found > 200
