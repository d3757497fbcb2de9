"""The judge of the language tests: a program's value to the last bit, its gradient by differences, and nothing changed.

Nothing of the compiler is used to find what is expected: the original function is run on displaced arguments.
"""

import copy
import inspect
import linecache
import math

import numpy as np

import sct
import sct.compiler

sct.compiler.STRICT = True

OFFSETS = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)
WEIGHTS = (-1 / 60, 9 / 60, -45 / 60, 45 / 60, -9 / 60, 1 / 60)
"""The central difference of sixth order (Fornberg 1988, table 1)."""
STEPS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4)
X = np.array([0.7, 1.3, -0.4, 2.1])
"""What programs with one array are run at."""


def check(fun, *args, wrt=None, expected=None, rtol=1e-6, atol=1e-8, **kwargs):
    """Assert that ``sct`` gives the value and the gradient of ``fun``; returns the gradient with respect to ``wrt``.

    ``wrt`` are positions (default: all floats, floating arrays and containers of them).  ``expected`` replaces the finite
    differences by known derivatives.  Everything is done twice, because the second call takes the dispatcher's fast path.
    """
    wrt = tuple(i for i, a in enumerate(args) if list(leaves(a))) if wrt is None else wrt
    value = call(fun, args, kwargs)
    gradient = sct.value_and_grad(fun, argnums=wrt)
    for _ in range(2):
        given, named = copy.deepcopy((args, kwargs))
        found, bars = gradient(*given, **named)
        assert same(found, value), f"value {found!r}, but the function returns {value!r}\n{gradient.source}"
        assert same((given, named), (args, kwargs)), f"the arguments were changed: {given!r}, were {args!r}\n{gradient.source}"
        _independent(found, bars, (given, named), gradient)
        for k, (position, bar) in enumerate(zip(wrt, bars, strict=True)):
            assert not isinstance(bar, np.ndarray) or (bar.shape, bar.dtype) == (args[position].shape, args[position].dtype)
            known = None if expected is None else (expected if len(wrt) == 1 else expected[k])
            _compare(fun, args, kwargs, position, bar, known, rtol, atol, gradient)
    return bars[0] if len(bars) == 1 else bars


def _compare(fun, args, kwargs, position, bar, known, rtol, atol, gradient):
    for path in leaves(args[position]):
        slope = differences(fun, args, kwargs, position, path) if known is None else at(known, path)
        got = at(bar, path)
        assert type(got) is type(at(args[position], path)) or isinstance(bar, np.ndarray), f"{type(got)}\n{gradient.source}"
        assert math.isclose(got, slope, rel_tol=rtol, abs_tol=atol), (
            f"argument {position}{list(path)}: gradient {got!r}, expected {slope!r}\n{gradient.source}")


def _independent(value, bars, given, gradient):
    """Assert that all resulting arrays can be written and share memory with no argument and not with each other."""
    results = [*arrays(value), *arrays(bars)]
    for k, result in enumerate(results):
        assert result.flags.writeable, f"a result cannot be written\n{gradient.source}"
        for other in results[:k] + list(arrays(given)):
            assert not np.may_share_memory(result, other), f"a result shares memory\n{gradient.source}"


def arrays(x):
    """All arrays in nested containers."""
    if isinstance(x, np.ndarray):
        yield x
    elif isinstance(x, list | tuple | dict):
        for item in x.values() if isinstance(x, dict) else x:
            yield from arrays(item)


def differences(fun, args, kwargs, position, path):
    """The derivative of ``fun`` by one number in one argument: of several step sizes the one whose estimate is most stable."""
    estimates = []
    x = at(args[position], path)
    scale = max(1.0, abs(float(x)))
    for h in STEPS:
        shifted = [call(fun, displaced(args, position, path, o * h * scale), kwargs) for o in OFFSETS]
        estimates.append(sum(w * float(v) for w, v in zip(WEIGHTS, shifted, strict=True)) / (h * scale))
    changes = [abs(a - b) for a, b in zip(estimates, estimates[1:], strict=False)]
    return estimates[changes.index(min(changes)) + 1]


def call(fun, args, kwargs):
    """``fun`` on private copies of everything."""
    args, kwargs = copy.deepcopy((args, kwargs))
    return fun(*args, **kwargs)


def leaves(x, path=()):
    """The paths of all differentiable numbers in an argument."""
    if isinstance(x, float | np.floating):
        yield path
    elif isinstance(x, np.ndarray) and x.dtype.kind == "f":
        yield from ((*path, index) for index in np.ndindex(x.shape))
    elif isinstance(x, list | tuple):
        for k, item in enumerate(x):
            yield from leaves(item, (*path, k))
    elif isinstance(x, dict):
        for k, item in x.items():
            yield from leaves(item, (*path, k))


def at(x, path):
    """The number at a path."""
    for key in path:
        x = x[key]
    return x


def displaced(args, position, path, by):
    """Copies of the arguments with one number moved."""
    args = [copy.deepcopy(a) for a in args]
    args[position] = _moved(args[position], path, by)
    return args


def _moved(x, path, by):
    if not path:
        return type(x)(x + by)
    key, rest = path[0], path[1:]
    if isinstance(x, np.ndarray):
        x = x.copy(order="K")  # functions may ask how an array lies in memory
        x[key] += by
        return x
    if isinstance(x, tuple):
        items = [_moved(item, rest, by) if k == key else item for k, item in enumerate(x)]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    x[key] = _moved(x[key], rest, by)
    return x


def same(a, b):
    """Equal to the last bit and of the same types, NaN equal to NaN, a zero's sign included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float | np.floating):
        return repr(a) == repr(b)
    if type(a).__module__ != "builtins" and hasattr(a, "__dict__") and not callable(a):
        return same(vars(a), vars(b))
    return a is b or type(a).__eq__ is object.__eq__ or bool(a == b)


def run(fun, args, options):
    """What the test of one program does: ``check`` it, or see it refused with the class and code under ``refused``."""
    if "refused" not in options:
        check(fun, *args, **options)
        return
    kind, code = options["refused"]
    if kind == "AliasingError" and code in ("SCT600", "SCT601", "SCT605"):
        right_or_refused(fun, *args)
        return
    error = refusal(fun, *args)
    assert (type(error).__name__, error.code) == (kind, code), f"refused with {type(error).__name__} {error.code}:\n{error}"


def right_or_refused(fun, *args):
    """Programs that write to shared memory: they are followed, or refused before anything is computed."""
    given = copy.deepcopy(args)
    try:
        fun(*copy.deepcopy(args))
    except Exception:
        refusal(fun, *args)
        return
    try:
        check(fun, *args)
    except sct.errors.InternalError:
        raise
    except sct.errors.SctError as error:
        assert isinstance(error, sct.errors.AliasingError), error
        assert same(given, args)


def refusal(fun, *args):
    """The error with which ``sct`` refuses to differentiate ``fun``; the arguments are as they were."""
    given = copy.deepcopy(args)
    wrt = tuple(i for i, a in enumerate(args) if list(leaves(a)))
    try:
        found = sct.value_and_grad(fun, argnums=wrt)(*given)
    except sct.errors.SctError as error:
        assert same(given, args)
        return error
    raise AssertionError(f"not refused, but {found!r}")


def program(programs, *args, **options):
    """Registers the decorated function in the list ``programs`` together with arguments to ``check`` it at."""
    def register(fun):
        programs.append((fun, args, options))
        return fun
    return register


def accepted(programs):
    """Those that are not to be refused."""
    return [one for one in programs if "refused" not in one[2]]


def parameters(programs):
    """The programs of a module as pytest parameters, named after the functions."""
    import pytest
    return [pytest.param(fun, args, options, id=fun.__name__) for fun, args, options in programs]


def tried(judge, programs):
    """A test that gives each of the programs to ``judge``: the function, its arguments and its options."""
    import pytest

    @pytest.mark.parametrize(("fun", "args", "options"), parameters(programs))
    def test(fun, args, options):
        judge(fun, args, options)
    return test


def written(space, name, text):
    """The function ``name`` that a text defines: programs that differ in a line can then be the lines of a table.

    ``space`` are the globals of the module; the source is found where sources are looked up, as that of any function.
    """
    filename = f"<{space['__name__']}.{name}>"
    linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
    found = {}
    exec(compile(text, filename, "exec"), space, found)
    return found[name]


# -------------------------------------------------------------------------------------------------------- the other modes

def in_other_modes(fun, args, options):
    """``check_modes`` of one program; how exactly its gradient is judged says nothing about the other modes."""
    check_modes(fun, *args)


def check_modes(fun, *args, rtol=1e-5, atol=1e-6):
    """Assert that ``jvp`` and ``vjp`` agree with the gradient, which ``check`` judges, and that ``hvp`` is its change."""
    rng = np.random.default_rng(3)
    dots = tuple(_direction(a, rng) for a in args)
    wrt = tuple(k for k, d in enumerate(dots) if d is not None)
    gradient = sct.grad(fun, argnums=wrt)
    given = copy.deepcopy(args)
    bars = gradient(*given)
    expected = sum(map(_product, bars, (dots[k] for k in wrt)))
    value, change = sct.jvp(fun, given, dots)
    assert same(value, call(fun, args, {})) and same(given, args)
    assert math.isclose(change, expected, rel_tol=1e-9, abs_tol=1e-11), f"jvp: {change!r}, expected {expected!r}"
    value, pull_back = sct.vjp(fun, *given)
    answers = [pull_back(1.0) for _ in range(2)]
    assert same(*answers), f"vjp: first {answers[0]!r}, then {answers[1]!r}"
    for answer in answers:
        for k, bar in zip(wrt, bars, strict=True):
            for path in leaves(args[k]):
                got, wanted = at(answer[k], path), at(bar, path)
                assert math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-11), f"vjp: {answer!r}, {bars!r}"
    curved = sct.hvp(fun, given, dots)
    curved = curved if len(wrt) > 1 else (curved,)
    ahead, behind = (gradient(*[_moved_along(a, d, step) for a, d in zip(given, dots, strict=True)]) for step in (1e-5, -1e-5))
    assert same(given, args)
    for k, found, up, down in zip(wrt, curved, ahead, behind, strict=True):
        for path in leaves(args[k]):
            slope = (at(up, path) - at(down, path)) / 2e-5
            got = at(found, path)
            assert math.isclose(got, slope, rel_tol=rtol, abs_tol=atol), f"hvp: {found!r}, expected {slope!r} at {path}"


def _direction(x, rng):
    """A tangent of the structure of ``x``; None where nothing is differentiable."""
    if isinstance(x, float | np.floating):
        return type(x)(rng.normal())
    if isinstance(x, np.ndarray):
        return rng.normal(size=x.shape) if x.dtype.kind == "f" else None
    if not isinstance(x, list | tuple | dict) or not list(leaves(x)):
        return None
    if isinstance(x, dict):
        return {key: _direction(item, rng) for key, item in x.items()}
    items = [_direction(item, rng) for item in x]
    return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)


def _product(bar, dot):
    if dot is None:
        return 0.0
    if isinstance(dot, dict):
        return sum(_product(bar[key], d) for key, d in dot.items())
    if isinstance(dot, list | tuple):
        return sum(map(_product, bar, dot))
    return float(np.sum(bar * dot))


def _moved_along(x, dot, step):
    """A copy of ``x`` moved along a direction."""
    if dot is None:
        return copy.deepcopy(x)
    if isinstance(x, dict):
        return {key: _moved_along(item, dot[key], step) for key, item in x.items()}
    if isinstance(x, list | tuple):
        items = [_moved_along(item, d, step) for item, d in zip(x, dot, strict=True)]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    return type(x)(x + step * dot) if not isinstance(x, np.ndarray) else x + step * dot


# ----------------------------------------------------------------------------------------------- right, or refused by name

def judged(fun, args, options):
    """A program in all modes; what it ``raises``; or its refusal: the class and code, the line marked so, and a way out."""
    if "raises" in options:
        _raising(fun, args, options["raises"])
        return
    if "refused" not in options:
        check(fun, *args, **options)
        check_modes(fun, *args)
        return
    error = refusal(fun, *args)
    found = type(error).__name__, error.code
    assert found == options["refused"], f"refused with {found}:\n{error}"
    assert error.hint, f"no way out is named:\n{error}"
    source, first = inspect.getsourcelines(fun)
    marked = [first + k for k, line in enumerate(source) if "# refused" in line]
    assert marked, "the program does not say which line is refused"
    assert error.loc.line in marked, f"not the line that is marked:\n{error}"


def _raising(fun, args, kind):
    """The gradient raises what the function does."""
    import pytest
    wrt = tuple(i for i, a in enumerate(args) if list(leaves(a)))
    for call_it in (fun, sct.grad(fun, argnums=wrt)):
        with pytest.raises(kind) as raised:
            call_it(*copy.deepcopy(args))
        assert type(raised.value) is kind
