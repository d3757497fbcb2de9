"""Gradient functions in other processes: by name, or by value with their source; real processes, derivatives by hand."""

import functools
import importlib.util
import json
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import sct
from sct import ArgumentError, SourceUnavailableError

ROOT = Path(__file__).parent.parent
RATE = 2.0


def again(obj):
    return pickle.loads(pickle.dumps(obj))


def python(*arguments, cwd, stdin=None, **environment):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run([sys.executable, *map(str, arguments)], cwd=cwd, input=stdin, capture_output=True, text=True,
                          timeout=300, env=environment)


def has(*modules):
    return all(importlib.util.find_spec(module) for module in modules)


# ------------------------------------------------------------------------------------------------------ a script's functions

DEFINITIONS = '''
import dataclasses, functools, math, sys
import numpy as np
import sct

K = 2.0

def helper(x):
    return K * math.sin(x)

def f(x):
    return helper(x) * x

def power(x, n):
    return x if n <= 1 else x * power(x, n - 1)

def even(x, n):
    return 1.0 if n == 0 else x * odd(x, n - 1)

def odd(x, n):
    return 1.0 if n == 0 else x * even(x, n - 1)

@sct.grad
def decorated(x):
    return K * x**3

def make_power():
    def inner(x, n):
        return x if n <= 1 else x * inner(x, n - 1)
    return inner

named_lambda = lambda x, n: x if n <= 1 else x * named_lambda(x, n - 1)

def make_sum(k):
    square = lambda x: k * x * x
    return lambda x: square(x) + k

powers = {"list": [lambda x: x * x, lambda x: x**3], "tuple": (functools.partial(lambda a, x: a * x, 5.0),)}

def of_containers(x):
    return powers["list"][0](x) + powers["list"][1](x) + powers["tuple"][0](x)

T = (item for item in ())  # a name that functions use for an attribute alone

def of_attribute(x):
    return (x.T * x).sum()

def doubled(g):
    @functools.wraps(g)
    def wrapper(x):
        return 2.0 * g(x)
    return wrapper

@doubled
def wrapped(x):
    return x**3

if K > 0.0:
    def indented(x, n=3):
        return x if n <= 1 else x * indented(x, n - 1)

def with_lambda_default(x, g=lambda y: y * y):
    return g(x)

def annotated(x: float, scale: float = 3.0) -> float:
    return scale * x * x

def with_text(x):
    if True:
        table = {"""two
    lines""": 3.0}
    return table["two\\n    lines"] * x

def vector(x):
    return K * x * np.sum(x)

def cubes(x):
    return K * np.sum(x**3)

v = np.array([1.0, 2.0])
s, c = math.sin(0.5), math.cos(0.5)
J = 2.0 * np.array([[4.0, 1.0], [2.0, 5.0]])

CASES = {  # gradient function, arguments, what they must give
    "function": (sct.grad(f), (0.5,), 2.0 * (s + 0.5 * c)),
    "value and gradient": (sct.value_and_grad(cubes), (v,), (18.0, np.array([6.0, 24.0]))),
    "several": (sct.grad(annotated, (0, "scale")), (0.5, 2.0), (2.0, 0.25)),
    "recursive": (sct.grad(power), (0.5, 3), 0.75),
    "mutually recursive": (sct.grad(even), (0.5, 3), 0.75),
    "decorated": (decorated, (0.5,), 1.5),
    "recursive closure": (sct.grad(make_power()), (0.5, 3), 0.75),
    "recursive lambda": (sct.grad(named_lambda), (0.5, 3), 0.75),
    "closure of closure": (sct.grad(make_sum(3.0)), (0.5,), 3.0),
    "containers of functions": (sct.grad(of_containers), (0.5,), 1.0 + 0.75 + 5.0),
    "attribute": (sct.grad(of_attribute), (v,), 2.0 * v),
    "wrapped": (sct.grad(wrapped), (0.5,), 1.5),
    "indented": (sct.grad(indented), (0.5,), 0.75),
    "lambda in a default": (sct.grad(with_lambda_default), (0.5,), 1.0),
    "annotated": (sct.grad(annotated), (0.5,), 3.0),
    "text of several lines": (sct.grad(with_text), (0.5,), 3.0),
    "jacrev": (sct.jacrev(vector), (v,), J),
    "jacfwd": (sct.jacfwd(vector), (v,), J),
    "hessian": (sct.hessian(cubes), (v,), np.diag(12.0 * v)),
    "second order": (sct.grad(sct.grad(f)), (0.5,), 2.0 * (2.0 * c - 0.5 * s)),
    "partial of gradient": (functools.partial(sct.grad(power), n=3), (0.5,), 0.75),
    "gradient of partial": (sct.grad(functools.partial(power, n=3)), (0.5,), 0.75),
    "partial of lambda": (sct.grad(functools.partial(lambda a, x: a * x * x, 2.0)), (0.5,), 2.0),
    "from text": (sct.grad_from_source("def g(x):\\n    return k * x * x\\n", namespace={"k": 2.0}), (0.5,), 2.0),
}

def same(a, b):
    return all(map(same, a, b)) if isinstance(b, tuple) else bool(np.allclose(a, b, rtol=1e-13, atol=0.0))
'''

CLASSES = '''
@dataclasses.dataclass
class Model:
    k: float

    def loss(self, x):
        return self.k * x * x

    @sct.grad
    def slope(self, x):
        return self.k * x**2

    def __call__(self, x):
        return self.k * x**3

model = Model(2.0)

def of_object(x):
    return model.loss(x) + Model(3.0)(x)

CASES |= {
    "method": (sct.grad(model.loss), (0.5,), 2.0),
    "gradient method": (model.slope, (0.5,), 2.0),
    "callable object": (sct.grad(model), (0.5,), 1.5),
    "global object": (sct.grad(of_object), (0.5,), 4.25),
}
'''

CODE = '''
class Holder:
    def __init__(self, act):
        self.act = act

holder = Holder(lambda x: x**3)

def of_held(x):
    return holder.act(x)

CASES["function in an object"] = sct.grad(of_held), (0.5,), 0.75
try:
    import numba
except ImportError:
    pass
else:
    CASES["compiled by Numba"] = sct.grad(numba.njit(annotated)), (0.5,), 3.0
'''

SEND = {
    "pickle": "import pickle; pickle.dump(CASES, open('cases', 'wb'))",
    "cloudpickle": "import cloudpickle; cloudpickle.dump(CASES, open('cases', 'wb'))",
}

RECEIVE = """
import json, pickle
import numpy as np
def same(a, b):
    return all(map(same, a, b)) if isinstance(b, tuple) else bool(np.allclose(a, b, rtol=1e-13, atol=0.0))
found = {}
for name, (function, arguments, expected) in pickle.load(open("cases", "rb")).items():
    try:
        found[name] = same(function(*arguments), expected)
    except Exception as error:
        found[name] = f"{type(error).__name__}: {error}"
print(json.dumps(found))
"""

POOLS = {
    "spawn": """
        import multiprocessing
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = {name: pool.apply(g, args) for name, (g, args, _) in CASES.items()}""",
    "fork": """
        import multiprocessing
        with multiprocessing.get_context("fork").Pool(1) as pool:
            found = {name: pool.apply(g, args) for name, (g, args, _) in CASES.items()}""",
    "futures": """
        import concurrent.futures, multiprocessing
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            found = {name: pool.submit(g, *args).result() for name, (g, args, _) in CASES.items()}""",
    "joblib": """
        import joblib
        found = dict(zip(CASES, joblib.Parallel(n_jobs=2)(joblib.delayed(g)(*args) for g, args, _ in CASES.values())))""",
}


def check(done, count):
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert {name: result for name, result in found.items() if result is not True} == {}
    assert len(found) == count


@pytest.mark.parametrize("library", SEND)
def test_functions_of_a_script_open_anywhere(library, tmp_path):
    if not has(library):
        pytest.skip(f"{library} is not installed")
    classes = CLASSES + CODE if library == "cloudpickle" else ""  # `pickle` takes classes by name alone
    (tmp_path / "script.py").write_text(DEFINITIONS + classes + SEND[library])
    sent = python("script.py", cwd=tmp_path)
    assert sent.returncode == 0, sent.stderr
    (tmp_path / "script.py").unlink()
    check(python("-c", RECEIVE, cwd=tmp_path), 29 + has("numba") if classes else 24)


@pytest.mark.parametrize("pool", POOLS)
def test_pools_of_processes(pool, tmp_path):
    if pool == "joblib" and not has("joblib"):
        pytest.skip("joblib is not installed")
    report = "print(json.dumps({name: same(found[name], expected) for name, (_, _, expected) in CASES.items()}))"
    body = textwrap.dedent(POOLS[pool]).strip() + "\nimport json\n" + report
    program = f"{DEFINITIONS}{CLASSES}\nif __name__ == '__main__':\n{textwrap.indent(body, '    ')}\n"
    (tmp_path / "script.py").write_text(program)
    check(python("script.py", cwd=tmp_path), 28)


def test_functions_of_a_notebook(tmp_path):
    """Each cell is compiled by itself, under a name that no other process knows."""
    if not has("IPython", "cloudpickle"):
        pytest.skip("IPython or cloudpickle is not installed")
    cells = [DEFINITIONS, CLASSES, CODE, SEND["cloudpickle"]]
    run = ("from IPython.core.interactiveshell import InteractiveShell\nshell = InteractiveShell.instance()\n"
           f"for cell in {cells!r}:\n    shell.run_cell(cell).raise_error()\n")
    sent = python("-c", run, cwd=tmp_path, IPYTHONDIR=str(tmp_path))
    assert sent.returncode == 0, sent.stderr
    check(python("-c", RECEIVE, cwd=tmp_path), 29 + has("numba"))


def test_functions_of_a_command(tmp_path):
    assert python("-c", DEFINITIONS + SEND["pickle"], cwd=tmp_path).returncode == 0
    check(python("-c", RECEIVE, cwd=tmp_path), 24)


def test_functions_of_standard_input_are_refused(tmp_path):
    done = python("-", cwd=tmp_path, stdin="import pickle, sct\ndef f(x):\n    return x\npickle.dumps(sct.grad(f))\n")
    assert "SCT301: Python keeps no source for `f`" in done.stderr and "grad_from_source" in done.stderr


def test_functions_of_a_module_travel_by_name(tmp_path):
    """They read the globals of the module where they arrive."""
    model = "import sct\nRATE = 1.0\ndef loss(x):\n    return RATE * x * x\nslope = sct.grad(loss)\n"
    (tmp_path / "model.py").write_text(model)
    send = "import model, pickle; model.RATE = 7.0; pickle.dump((model.slope, model.slope.fun), open('sent', 'wb'))"
    assert python("-c", send, cwd=tmp_path).returncode == 0
    receive = ("import model, pickle; model.RATE = 5.0; slope, loss = pickle.load(open('sent', 'rb'))\n"
               "print(slope(1.0), loss is model.loss, slope.fun is loss)")
    assert python("-c", receive, cwd=tmp_path).stdout == "10.0 True True\n"
    assert b"RATE" not in (tmp_path / "sent").read_bytes()


# ----------------------------------------------------------------------------------------------------------- in this process

def test_globals_and_captured_variables_are_those_at_pickling():
    k = 3.0
    data = pickle.dumps(sct.grad(lambda x: k * RATE * x))
    k = 4.0
    assert pickle.loads(data)(1.0) == 6.0


def test_what_arrived_reads_its_globals_live():
    slope = again(sct.grad(lambda x: RATE * x))
    assert slope(1.0) == 2.0
    slope.fun.__globals__["RATE"] = 5.0
    assert slope(1.0) == 5.0
    assert again(sct.grad(lambda x: RATE * x))(1.0) == 2.0


def test_functions_that_travel_together_stay_together():
    """Captured variables, globals and objects that functions share are shared afterwards."""
    seen, count = [], 0

    def bump():
        nonlocal count
        count += 1
        seen.append(count)
        return count

    def read():
        return count, seen

    def f(x):
        return x * len([bump, read, again])
    first, second = again(sct.grad(f)).fun.__closure__[0].cell_contents, None
    pair = again((sct.grad(f), sct.value_and_grad(f)))
    assert pair[0].fun is pair[1].fun
    cells = dict(zip(f.__code__.co_freevars, pair[0].fun.__closure__, strict=True))
    bump, read = cells["bump"].cell_contents, cells["read"].cell_contents
    assert (bump(), bump()) == (1, 2) and read() == (2, [1, 2]) and (count, seen) == (0, [])
    assert first.__globals__ is not pair[0].fun.__globals__ and pair[0].fun.__globals__["again"] is again


def test_the_texts_and_names_arrive():
    def f(x: float, *, scale: float = 2.0) -> float:
        """Documented."""
        return scale * x * x
    f.note = "kept"
    copy = again(sct.grad(f))
    assert copy.fun is not f and (copy.__name__, copy.__doc__, copy.fun.note) == ("f", "Documented.", "kept")
    assert copy.__signature__ == sct.grad(f).__signature__
    assert copy(1.0) == 4.0 and copy(1.0, scale=3.0) == 6.0 and "scale * x" in copy.source
    assert again(copy)(1.0) == 4.0
    with pytest.raises(sct.SctError, match="<sct source"):
        again(sct.grad(lambda x: np.frompyfunc(x, 1, 1)))(1.0)


def test_wrong_calls_and_errors_name_the_line():
    divide = again(sct.grad(lambda x, y: x / y))
    with pytest.raises(ZeroDivisionError) as raised:
        divide(1.0, 0.0)
    assert any("x / y" in note for note in raised.value.__notes__)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'y'"):
        divide(1.0)


def test_copies_are_the_function_itself():
    import copy
    for derivative in (sct.grad(lambda x: x * RATE), sct.jacrev(lambda x: x * RATE)):
        assert copy.deepcopy(derivative) is derivative is copy.copy(derivative)


# ------------------------------------------------------------------------------------------------------- compiled once

def test_what_arrives_again_is_compiled_once():
    k = 3.0
    for derivative in (sct.grad(lambda x: k * x), sct.jacfwd(sct.grad(lambda x: k * math_free(x))), sct.grad(math_free),
                       sct.value_and_grad(functools.partial(math_free).func)):
        data = pickle.dumps(derivative)
        assert pickle.loads(data) is pickle.loads(data)
    assert again(sct.grad(math_free)) is not again(sct.value_and_grad(math_free))
    assert again(sct.grad(math_free)) is not again(sct.grad(math_free, (0,)))


def math_free(x):
    return RATE * x * x


def test_functions_that_differ_in_what_they_read_are_not_mixed_up():
    def slope(k, extra=None):
        return again(sct.grad(lambda x: k * x))
    found = [slope(k) for k in (3.0, 4.0, 0.0, -0.0, np.float64(3.0), True, 1)]
    assert [g(1.0) for g in found] == [3.0, 4.0, 0.0, 0.0, 3.0, 1.0, 1.0]
    assert len({id(g) for g in found}) == 7
    a = np.ones(2)
    assert again(sct.grad(lambda x: (x * a).sum())) is not again(sct.grad(lambda x: (x * a).sum())), "arrays can change"


total = 0.0


def test_functions_that_bind_globals_are_not_shared():
    def f(x):
        global total
        total += 1.0
        return x * x
    data = pickle.dumps(sct.grad(f))
    first, second = pickle.loads(data), pickle.loads(data)
    assert first is not second
    first.fun(1.0)
    assert first.fun.__globals__["total"] == 1.0 and second.fun.__globals__["total"] == 0.0


# --------------------------------------------------------------------------------------------------------------- refusals

def test_the_variable_that_cannot_be_pickled_is_named():
    import threading
    lock, items = threading.Lock(), (item for item in ())

    def f(x):
        with lock:
            return x * x
    with pytest.raises(ArgumentError, match="SCT410: `.*f` cannot be pickled by value: it reads `lock`, and cannot pickle"):
        pickle.dumps(sct.grad(f))
    with pytest.raises(ArgumentError, match="`items`.*generator"):
        pickle.dumps(sct.grad(lambda x: x + sum(items)))


def test_private_names_need_their_class():
    class Model:
        def __init__(self):
            self.__k = 2.0

        def loss(self, x):
            return self.__k * x
    assert sct.grad(Model.loss, "x")(Model(), 1.0) == 2.0
    with pytest.raises(ArgumentError, match="`__k` has another name inside of its class"):
        pickle.dumps(sct.grad(Model.loss, "x"))


def test_functions_without_source_are_refused():
    space = {}
    exec("def f(x):\n    return x * x\n", space)
    with pytest.raises(SourceUnavailableError, match="SCT301"):
        pickle.dumps(sct.grad(space["f"]))


def test_a_vjp_fn_does_not_travel():
    _, vjp_fn = sct.vjp(lambda x: x * x, 3.0)
    with pytest.raises(TypeError, match="call sct.vjp where it is needed"):
        pickle.dumps(vjp_fn)


def test_a_bare_function_of_a_notebook_has_no_source_elsewhere():
    code = compile("def f(x):\n    return x * x\n", "<ipython-input-7-0123456789ab>", "exec")
    space = {}
    exec(code, space)
    with pytest.raises(SourceUnavailableError, match="send `sct.grad` of it instead"):
        sct.grad(space["f"])(1.0)


def test_options_travel():
    compiled = again(sct.grad(math_free, allow_int=True))
    assert compiled(3) == 0
    if has("numba"):
        native = sct.grad(lambda x: RATE * x * x, backend="numba")
        assert again(native) is again(native) and again(native)(1.0) == 4.0
