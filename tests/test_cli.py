"""The command line: each command through ``main``, wrong input included."""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sct.cli import main
from sct.cli.engines import ENGINES, EngineUnavailable
from sct.cli.target import find_target
from sct.cli.timing import medians, readable
from sct.data import diabetes

ROOT = Path(__file__).parent.parent
MODEL = '''
import math
import numpy as np

def step(s, k):
    if s > 1.0:
        return s - k*math.sin(s)
    return s + math.exp(-s)*k

def walk(x, w, n=20):
    s = x
    for i in range(n):
        s = step(s, 0.1) + 0.01*np.tanh(w[i % 3])
    return s*s

def smooth(x, w):
    return x * np.sum(np.tanh(w) * math.exp(x))

def unsupported(x):
    yield x

EXAMPLE_ARGS = {"walk": (0.3, np.array([0.1, 0.2, 0.3])), "smooth": (0.3, np.array([0.1, 0.2, 0.3]))}
'''


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "walking_model.py"
    path.write_text(MODEL, encoding="utf-8")
    return str(path)


def test_demo_tells_the_whole_story(capsys):
    assert main(["demo"]) == 0
    out, progress = capsys.readouterr()
    assert "error += huber(y[i] - pred[i], delta)" in out, "the function"
    assert "w_bar" in out, "its adjoint"
    assert float(out.split("largest component:")[1].split()[0]) < 1e-8, "against finite differences"
    losses = [float(line.split()[-1]) for line in out.splitlines() if "Huber's loss" in line and "step" in line]
    assert losses == sorted(losses, reverse=True) and losses[-1] < 0.2 * losses[0]
    assert float(out.split("squared to closed form:")[1].split()[0]) < 1e-6
    assert "× the function" in out, "cost"
    assert "400/400" in progress


def test_source_of_an_importable_function(capsys):
    assert main(["source", "sct.cli.demo:loss"]) == 0
    assert "w_bar" in capsys.readouterr().out


def test_source_of_a_function_in_a_file(model, capsys):
    assert main(["source", f"{model}:walk", "--argnums", "0,1"]) == 0
    printed = capsys.readouterr().out
    assert "reverse sweep" in printed and "w_bar" in printed
    compile(printed, "printed", "exec")


def test_example_arguments_on_the_command_line(model, capsys):
    assert main(["source", f"{model}:step", "--args", "0.5, np.float64(2.0)"]) == 0
    assert "s_bar" in capsys.readouterr().out


@pytest.mark.parametrize(("target", "message"), [
    ("nowhere_to_be_found:f", "no module named 'nowhere_to_be_found'"),
    ("math:nothing", "math has no function 'nothing'"),
    ("math", "does not look like module:function"),
    ("missing.py:f", "no file"),
])
def test_a_target_that_is_not_there(target, message):
    with pytest.raises(SystemExit, match=message):
        main(["source", target])


def test_a_refusal_is_reported_without_a_traceback(model, capsys):
    assert main(["source", f"{model}:unsupported", "--args", "1.0"]) == 1
    refusal = capsys.readouterr().err
    assert "UnsupportedSyntaxError" in refusal and "Traceback" not in refusal


def test_bench_compares_gradients(model, capsys):
    assert main(["bench", f"{model}:walk", "--argnums", "0,1", "--seconds", "0.1"]) == 0
    table = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    rows = {row[0].strip(): row for row in table[2:]}
    assert next(iter(rows)) == "the function" and rows.keys() >= {"the function", "sct"}
    assert all(float(row[-1]) < 1e-12 for name, row in rows.items() if name in ENGINES and name != "sct")


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "sct"])
def test_each_engine_gives_the_gradients_of_a_function_and_its_helper(engine, model):
    name = "smooth" if engine == "JAX jitted" else "walk"  # branches on data cannot be traced
    target = find_target(argparse.Namespace(target=f"{model}:{name}", args=None, argnums="0,1"))
    try:
        bars = ENGINES[engine](target.fun, target.argnums, target.args)()
    except EngineUnavailable as reason:
        pytest.skip(str(reason))
    for bar, wanted in zip(bars, ENGINES["sct"](target.fun, target.argnums, target.args)(), strict=True):
        np.testing.assert_allclose(bar, wanted, rtol=1e-12)


def test_bench_needs_arguments(model):
    with pytest.raises(SystemExit, match="--args"):
        main(["bench", f"{model}:step"])


def test_an_engine_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(EngineUnavailable, match="torch is not installed"):
        ENGINES["PyTorch eager"](lambda x: x, (0,), (1.0,))


def test_error_explains_a_code(capsys):
    assert main(["error", "sct101"]) == 0
    assert "SCT101" in capsys.readouterr().out
    assert main(["error", "SCT000"]) == 1


def test_module_runs_without_a_console_script():
    done = subprocess.run([sys.executable, "-m", "sct", "--help"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0 and "demo" in done.stdout


def test_timing_measures_what_it_is_given():
    times = medians({"short": lambda: sum(range(100)), "long": lambda: sum(range(10_000))}, seconds=0.05)
    assert 10 < times["long"] / times["short"] < 1000
    assert readable(0.0125) == "12.5 ms"


def test_timing_leaves_the_first_call_out():
    calls = []

    def compiled_when_called():
        calls.append(1 if calls else sum(range(1_000_000)))

    assert medians({"first is slow": compiled_when_called}, seconds=0.05)["first is slow"] < 1e-4
    assert len(calls) > 1000, "measured many calls at a time, as a short function is"


def test_data_is_the_published_table():
    measurements, progression, columns = diabetes()
    assert columns == ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    assert measurements.shape == (442, 10) and np.all(np.isfinite(measurements))
    assert progression.mean() == pytest.approx(152.1334841628959), "the mean quoted in the literature"
