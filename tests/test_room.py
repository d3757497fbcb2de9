"""What a compilation needs of the interpreter, and what importing the package costs."""

import gc
import subprocess
import sys

import pytest

import sct
from sct.room import DEPTH, room


def test_everything_is_put_back():
    limit = sys.getrecursionlimit()
    with room():
        with room():
            assert not gc.isenabled()
        assert not gc.isenabled()
        assert sys.getrecursionlimit() == DEPTH
    assert gc.isenabled()
    assert sys.getrecursionlimit() == limit


def test_everything_is_put_back_after_an_error():
    limit = sys.getrecursionlimit()
    with pytest.raises(sct.SctError):
        sct.grad(lambda x: undefined_name * x)(1.0)  # noqa: F821
    assert gc.isenabled()
    assert sys.getrecursionlimit() == limit


def test_what_the_user_has_set_stays():
    gc.disable()
    try:
        with room():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_importing_and_decorating_load_neither_the_compiler_nor_the_rules():
    code = ("import sys, sct\n@sct.grad\ndef f(x):\n    return x * x\n"
            "late = {'sct.compiler', 'sct.rules', 'sct.analysis.infer', 'sct.drawing', 'numpy.random'}\n"
            "print(sorted(late & set(sys.modules)))")
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"
