"""Draws what was measured: ratios of all engines over the workloads, and the time of a first call against the length."""

from pathlib import Path
from typing import Any

from .comparison import FUNCTION, ORDER, Result
from .workloads import WORKLOADS

COLOURS = {"by hand": "#000000", "sct": "#d62728", "sct, Numba": "#ff9896", "function, Numba": "#c7c7c7",
           "HIPS autograd": "#1f77b4", "PyTorch eager": "#ff7f0e", "JAX eager": "#98df8a", "JAX jitted": "#2ca02c",
           "tangent-ad": "#9467bd", "C": "#7f7f7f"}


def draw(data: dict[str, Any], folder: Path) -> None:
    """The two pictures as SVG; the same numbers give the same files."""
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "sct", "svg.fonttype": "none", "font.size": 8, "axes.spines.top": False,
                                "axes.spines.right": False})
    from matplotlib import pyplot
    for name, picture in (("ratios", _ratios), ("transform", _transform)):
        figure = picture(pyplot, data)
        figure.savefig(folder / f"benchmarks-{name}.svg", metadata={"Date": None}, bbox_inches="tight")
        pyplot.close(figure)


def _ratios(pyplot: Any, data: dict[str, Any]) -> Any:
    largest = {w.name: w.sizes[1] for w in WORKLOADS}
    results = [r for r in (Result(**each) for each in data["results"]) if r.size == largest[r.workload]]
    figure, axes = pyplot.subplots(figsize=(7.5, 4.5))
    for name in (name for name in ORDER if name != FUNCTION):
        points = [(r.ratios[name], k) for k, r in enumerate(results) if name in r.ratios]
        if points:
            axes.plot(*zip(*points, strict=True), "o", label=name, color=COLOURS[name], markersize=4)
    axes.set_xscale("log")
    axes.axvline(1.0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(results)), [f"{r.workload} {r.size:,}" for r in results])
    axes.invert_yaxis()
    axes.set_xlabel("CPU time of a gradient in times the function under CPython")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return figure


def _transform(pyplot: Any, data: dict[str, Any]) -> Any:
    figure, axes = pyplot.subplots(figsize=(4.5, 2.8))
    rows = data["costs"]["transform"]["rows"]
    for what in dict.fromkeys(row[0] for row in rows):
        points = [(n, taken) for kind, n, taken in rows if kind == what]
        if len(points) > 4 or "nested" not in what:
            axes.plot(*zip(*points, strict=True), "o-", label=what, markersize=3, linewidth=1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("statements")
    axes.set_ylabel("first call, ms of CPU time")
    axes.legend(frameon=False)
    return figure
