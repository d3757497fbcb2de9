"""Names: whatever the user calls things, generated code means what the user meant, and its text is the same in every run."""

import math
import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import check, program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
PROGRAMS = []
case = partial(program, PROGRAMS)


@case(1.3, 0.4)
def names_of_adjoints(x, y):
    x_bar = x * y
    np = x_bar * x
    saved_x = np * 2
    d = saved_x + y
    exit = d * x
    result = exit * y
    t = result * x
    return x_bar + np + saved_x + d + exit + result + t * t


@case(1.3, 3)
def names_of_saved_lists_and_exits(x, n):
    saved_x = x
    trips = 0.0
    exit = 1.0
    s_bar = x
    i_bar = 2.0
    for i in range(n):
        saved_x = saved_x * x * 1.1
        s_bar = s_bar * saved_x
        if s_bar > 9:
            exit = exit * x
            break
        trips = trips + s_bar * exit
    return saved_x * s_bar * trips + exit


@case(1.3)
def parameter_called_np(np):
    return np * np * math.sin(np)


@case(A)
def parameter_called_math(math):
    return np.sum(np.sin(math) * math)


@case(1.3, A)
def parameters_called_len_and_range(len, range):
    s = 0.0
    for v in range:
        s += v * len * v
    return s * len


@case(1.3)
def parameter_called_float(float):
    return float * float


@case(1.3, A)
def names_of_helpers(x, zip):
    unbroadcast = x * zip
    zeros_like = unbroadcast * x
    reversed = zeros_like.sum()
    _f0 = reversed * 2
    sum = _f0
    return sum * _f0 * reversed


@case(1.3)
def parameter_called_list(list):
    tuple = 0.0
    append = 1.0
    for i in range(3):
        tuple += list * append * i
        append = append * list
    return tuple


@case(A)
def numbered_names(a):
    a_bar = a * 2
    a_bar_2 = a_bar * a
    a_2 = a_bar_2 + a
    context = a_2.sum()
    numbered_names_grad = context
    return numbered_names_grad * a_bar[0]


def names_of_callees_forward(x, n):
    for _ in range(n):
        x = x * x
    return x


@case(1.1)
def names_of_callees(x):
    names_of_callees_forward_context = x
    return names_of_callees_forward(x, 2) * names_of_callees_forward_context


@case(1.1)
def parameter_called_like_the_function(parameter_called_like_the_function):
    return parameter_called_like_the_function**2


@case(1.1, 2.0)
def parameters_called_self_and_cls(self, cls):
    return self * self * cls


@case(1.1)
def private_name(__x):
    return __x * __x


@case(1.1)
def underscore(_):
    for _ in (_, _ * _):
        pass
    return _ * _


@case(1.1)
def accented_names(é):
    ñ = é * é
    return ñ * é


@case(1.3, 0.4)
def parameter_and_its_bar(x, x_bar):
    return x * x_bar * x


@case(1.3, 0.4, 2.0)
def parameters_called_like_numbered_names(x, x_2, t):
    x = x * x_2
    x_2 = x * t
    t = x_2 * x
    return x * x_2 * t


@case(1.3)
def builtins_as_variables(x):
    isinstance = x * 2
    type = isinstance * x
    print = type
    Exception = print * x
    None_ = x
    return Exception * type * None_


@case(A)
def parameter_called_like_a_helper(power_dx):
    return np.sum(power_dx**3.5 * power_dx.size) if power_dx[1] > 0 else np.sum(power_dx**3)


@case(1.3, 0.4)
def parameter_called_strong_product(x, strong_product):
    return x**strong_product * x


@case(1.3)
def variables_called_like_list_helpers(x):
    copied = [x, x]
    folded = copied * 2
    return sum(folded) * x


test_program = tried(run, PROGRAMS)


# ------------------------------------------------------------------------------------------------------ generated programs

TAKEN = [
    "np",
    "math",
    "x_bar",
    "y_bar",
    "saved_x",
    "saved_y",
    "d",
    "exit",
    "result",
    "trips",
    "range",
    "len",
    "reversed",
    "zip",
    "t",
    "context",
    "float",
    "list",
    "sum",
    "min",
    "unbroadcast",
    "strong_product",
    "power_dx",
    "zeros_like",
    "_f0",
    "sct",
    "copy",
    "value",
    "self",
    "fn",
    "i",
    "_",
    "cond",
    "left",
    "x_2",
    "loop_grad",
    "callee_forward",
    "callee_backward",
    "operator",
    "NotImplemented",
    "Exception",
    "print",
    "type",
    "sct_fits",
    "sct_error",
    "s_bar",
    "array",
]
TEXT = """
import math as _m
import numpy as _n

def callee(a, k):
    for _ in range(k):
        a = a * a * 0.5 + _m.sin(a)
    return a

def loop({name}, y):
    s = {name} * 1.0
    for j in range(4):
        if s > 40:
            break
        s = s * {name} + callee(y, 2) ** {name}
        y = y + 0.1 * s
    return s * y

def local(x, y):
    {name} = x * y
    s = 0.0
    while s < 5:
        s = s + {name} * {name}
        {name} = {name} + _m.sqrt(x) + max(x, y) ** 2.5
    return s * {name}

def array(x, {name}):
    s = 0.0
    for v in x:
        s += _n.sum(v * {name} / x) ** 1.5
    return s * {name}
"""


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """A function that makes the module of programs in which one variable has the given name."""
    folder = tmp_path_factory.mktemp("named")

    def load(name):
        import importlib.util

        path = folder / f"programs_{name}.py"
        path.write_text(TEXT.replace("{name}", name))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.mark.parametrize("name", [n for n in TAKEN if n not in ("range", "max")])
def test_any_name_can_be_a_variable(named, name):
    module = named(name)
    check(module.loop, 1.3, 0.4)
    check(module.local, 1.3, 0.4)
    check(module.array, A * A, 1.3)


def test_every_spelling_gives_the_same_number(named):
    reference = sct.grad(named("plain").loop, (0, 1))(1.3, 0.4)
    for name in ("np", "exit", "saved_x", "t"):
        assert sct.grad(named(name).loop, (0, 1))(1.3, 0.4) == reference


# ------------------------------------------------------------------------------------------------------------ determinism

PRINTER = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import sct, programs_plain as p
print(sct.source(p.loop, 1.3, 0.4))
print(sct.source(p.local, 1.3, 0.4))
print(sct.source(p.array, np.ones(3), 0.4))
print(sct.ir(p.loop, 1.3, 0.4, stage="optimized"))
"""


def test_text_is_the_same_in_every_run(tmp_path):
    (tmp_path / "programs_plain.py").write_text(TEXT.replace("{name}", "w"))
    texts = set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PRINTER, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
        )
        texts.add(done.stdout)
    assert len(texts) == 1


def test_text_is_the_same_again_and_for_a_copy_of_the_function():
    def program_text():
        def twice(x):
            y = math.sin(x)
            return y * y

        return sct.source(twice, 1.0)

    assert program_text() == program_text()
