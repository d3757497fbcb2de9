"""Measures everything and writes docs/benchmarks.md: ``python -m benchmarks [--seconds 1] [--only lstm mlp]``."""

import argparse
import json
import logging
import os
import platform
import warnings
from dataclasses import asdict
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before NumPy: every engine gets one thread

import numpy as np

from . import ablation, comparison, costs, kernels, page
from .workloads import WORKLOADS

DOCS = Path(__file__).parents[1] / "docs"
STORED = DOCS / "benchmarks.json"
PARTS = ("results", "kernels", "costs", "ablation")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to measure each workload and size")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="print these workloads and write nothing")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="measure these anew (default: all)")
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # tools' advice about the functions they are given
    warnings.simplefilter("ignore")
    if options.only:
        compared(options.seconds, options.only)
        return
    data = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    for part in options.parts:
        data[part] = _rounded(MEASURING[part](options.seconds))
        data["machine"] = machine()
        STORED.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    write(data)


def compared(seconds: float, only: list[str] | None = None) -> list[comparison.Result]:
    """The results of all workloads, or some, printed as they come."""
    comparison.fresh_cache()
    results = []
    for workload in WORKLOADS:
        smaller = None
        for size in workload.sizes if not only or workload.name in only else ():
            smaller = comparison.compare(workload, size, seconds, smaller)
            shown = ", ".join(f"{name} {ratio:.3g}" for name, ratio in smaller.ratios.items())
            print(f"{workload.name} {size:,}: {shown}", flush=True)
            results.append(smaller)
    return results


def other_costs(seconds: float) -> dict[str, object]:
    """What is not a ratio to a workload."""
    return {"dispatch": costs.dispatch(2.0 * seconds), "memory": costs.memory(), "native": costs.native_start(),
            "transform": costs.transforming(1_000), "orders": costs.orders()}


MEASURING = {"results": lambda seconds: [asdict(result) for result in compared(seconds)], "costs": other_costs,
             "kernels": lambda seconds: [asdict(each) for each in kernels.measured(seconds)],
             "ablation": lambda seconds: [asdict(entry) for entry in ablation.ablate(0.1 * seconds)]}


def _rounded(value):
    """Numbers with four digits: more would only make two runs look more different than they are."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def machine() -> str:
    """What it was measured with, in a sentence."""
    found = [f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    for name, module in (("Numba", "numba"), ("PyTorch", "torch"), ("JAX", "jax")):
        try:
            found.append(f"{name} {__import__(module).__version__}")
        except ImportError:
            continue
    return (f"The numbers below come from a machine of {os.cpu_count()} cores, whose load, this included, was "
            f"{os.getloadavg()[1]:.1f} meanwhile ({platform.machine()}, {', '.join(found)}).")


def write(data: dict[str, object]) -> None:
    """The page and its pictures."""
    (DOCS / "benchmarks.md").write_text(page.page(data), encoding="utf-8")
    try:
        from . import plots
        plots.draw(data, DOCS)
    except ImportError as missing:
        print(f"no pictures: {missing}")


if __name__ == "__main__":
    main()
