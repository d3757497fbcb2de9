"""Forward and backward halves: a backward half may run several times on one context, also concurrently."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sct.ad.calls import Pairs
from sct.analysis.context import Context
from sct.codegen.emit import emit
from sct.codegen.load import load
from sct.ir.core import Function
from sct.ir.verify import verify
from sct.passes.pipeline import optimise, tidy
from sct.session import CompilationSession
from sct.specialise import specialise


def halves(fun, args, active=(0,)):
    """The loaded forward and backward half of ``fun`` for arguments like ``args``."""
    context = Context(CompilationSession())
    names = list(fun.__code__.co_varnames[:fun.__code__.co_argcount])
    typed = specialise(context, fun, names, args)
    pair = Pairs(context, tidy, repeatable=True).get(typed.function, active, (0,))
    loaded = []
    for function in (pair.forward, pair.backward):
        optimise(function, verify=True)
        verify(function)
        emitted = emit(function)
        assert not any(isinstance(value, Function) for value in emitted.imports.values())
        loaded.append(load(emitted))
    return loaded


def damped(x, k, n):
    s = x
    for i in range(n):
        if s > 0.3:
            s = s - k * math.sin(s)
        else:
            s = s * math.exp(-s * i)
    return s


def by_hand(x, k, n):
    """Forward-mode derivative with respect to x, written out."""
    s, ds = x, 1.0
    for i in range(n):
        if s > 0.3:
            s, ds = s - k * math.sin(s), ds - k * math.cos(s) * ds
        else:
            s, ds = s * math.exp(-s * i), ds * math.exp(-s * i) * (1.0 - i * s)
    return s, ds


def test_a_backward_half_runs_any_number_of_times():
    forward, backward = halves(damped, (1.1, 0.2, 9))
    value, context = forward(1.1, 0.2, 9)
    expected_value, expected = by_hand(1.1, 0.2, 9)
    assert value == expected_value
    results = [backward(context, bar) for bar in (1.0, 1.0, 2.0, 0.0)]
    np.testing.assert_allclose(results, [expected, expected, 2.0 * expected, 0.0], rtol=1e-13)


def test_a_backward_half_runs_concurrently():
    forward, backward = halves(damped, (1.1, 0.2, 9))
    _, context = forward(1.1, 0.2, 400)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: backward(context, 1.0), range(64)))
    assert results == [results[0]] * 64
