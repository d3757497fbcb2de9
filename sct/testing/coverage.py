"""Takes the registry and the namespaces of NumPy and its kin, gives the page that says for each public name what becomes of it.

``python -m sct.testing.coverage`` writes ``docs/coverage.md``.  Another library gets a line in ``NAMESPACES``.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .. import compiler  # noqa: F401 - with the pipeline comes all that specialisation computes itself
from ..analysis.attributes import FACTS_OF_ARRAY, REFUSED_METHODS, WRITING_METHODS
from ..analysis.callees import SPECIAL, SPECIAL_CLASSES
from ..analysis.subscripts import BUILDERS
from ..rules import registry

SCIPY = ("linalg", "special", "fft", "signal", "ndimage", "integrate", "optimize", "interpolate", "sparse", "sparse.linalg",
         "spatial", "spatial.distance", "stats")
NAMESPACES = ("numpy", "numpy.linalg", "numpy.fft", "math", *(f"scipy.{part}" for part in SCIPY))
"""The modules whose public functions the page lists.  One that is not installed is left out."""
WITH_IMPORTS = ("scipy.spatial.distance",)
"""Those that show names of others, too, of which the page lists what they export."""

DONE, INACTIVE, REFUSED, MISSING = "done", "inactive", "refused", "missing"
MEANING = {
    DONE: "has a derivative rule, or is looked into",
    INACTIVE: "carries no derivative: a test, a rounding, an index, a shape, text, a file",
    REFUSED: "is an error when a function that calls it is differentiated",
    MISSING: "has no rule yet, which is an error too",
}
Row = tuple[str, str, str]
"""A name, what becomes of it, and for what is refused the reason."""


def status(fn: Any) -> tuple[str, str]:
    """What becomes of a call of ``fn``, and why it is refused if it is.

    >>> status(np.sin), status(np.argmax), status(np.roots)[0]
    (('done', ''), ('inactive', ''), 'refused')
    """
    if id(fn) in BUILDERS or fn is np.True_ or fn is np.False_:
        return (DONE if id(fn) in BUILDERS else INACTIVE), ""
    because = registry.refusal(fn)
    if because is not None:
        return REFUSED, because[0]
    entry = registry.lookup(fn)
    if entry is not None and (entry.zero or entry.vjp is not None):
        return (INACTIVE if entry.zero else DONE), ""
    try:
        special = fn in SPECIAL or fn in SPECIAL_CLASSES
    except TypeError:
        special = False
    return (DONE if special else MISSING), ""


def of_module(module: types.ModuleType) -> Iterator[Row]:
    """A row for each public function and class of ``module`` that is not a constant, a type of exceptions or a module."""
    for name in sorted(module.__all__ if module.__name__ in WITH_IMPORTS else dir(module)):
        found = getattr(module, name)
        if name.startswith("_") or isinstance(found, types.ModuleType) or not callable(found) and not _is_builder(found):
            continue
        if isinstance(found, type) and issubclass(found, BaseException | np.generic) or name == "test" or _has_methods(found):
            continue
        yield (name, *status(found))


def _is_builder(found: Any) -> bool:
    """Whether an object is indexed to make an array, as ``np.r_`` is."""
    return hasattr(type(found), "__getitem__") and not isinstance(found, str | tuple | list | dict)


def of_arrays() -> Iterator[Row]:
    """A row for each method and attribute of arrays."""
    for name in sorted(dir(np.ndarray)):
        fn = registry.method(name) or registry.attribute(name) or getattr(np.ndarray, name)
        if name.startswith("_"):
            continue
        if name in FACTS_OF_ARRAY:
            yield name, INACTIVE if name != "flat" else DONE, ""
        elif name in REFUSED_METHODS:
            yield name, REFUSED, f"use {REFUSED_METHODS[name]}"
        else:
            yield (name, *(status(fn) if name not in WRITING_METHODS else (DONE, "")))


def of_ufuncs() -> Iterator[Row]:
    """A row for each method of the binary ufuncs that carry a derivative."""
    binary = {u for u in vars(np).values() if isinstance(u, np.ufunc) and (u.nin, u.nout, u.signature) == (2, 1, None)}
    for ufunc in sorted(binary, key=lambda u: u.__name__):
        for method in ("reduce", "accumulate", "reduceat", "outer", "at") if status(ufunc)[0] == DONE else ():
            yield (f"{ufunc.__name__}.{method}", *status(getattr(ufunc, method)))


DISTRIBUTIONS = "Distributions of `scipy.stats`"
OF_DISTRIBUTIONS = """
    pdf logpdf pmf logpmf cdf logcdf sf logsf ppf isf mean var std median entropy rvs fit expect stats moment nnlf support
    interval""".split()


def of_distributions() -> Iterator[Row]:
    """A row for each method of each distribution of ``scipy.stats`` that has one with a rule, or is univariate."""
    stats = importlib.import_module("scipy.stats")
    registry.load_families()
    for name, distribution in sorted(vars(stats).items()):
        methods = [(each, getattr(distribution, each, None)) for each in OF_DISTRIBUTIONS if _has_methods(distribution)]
        for each, method in methods:
            if callable(method):
                yield (f"{name}.{each}", *status(method))


def _has_methods(found: Any) -> bool:
    """Whether an object is a distribution of SciPy's older kind, with methods that are listed apart."""
    return not isinstance(found, type) and hasattr(found, "rvs") and registry.refusal(found) is None


def rows() -> dict[str, list[Row]]:
    """The rows of all tables, by the title of the table."""
    found = {"ndarray": list(of_arrays()), "ufunc": list(of_ufuncs())}
    for name in NAMESPACES:
        try:
            found[name] = list(of_module(importlib.import_module(name)))
        except ImportError:
            continue
    if "scipy.stats" in found:
        found[DISTRIBUTIONS] = list(of_distributions())
    return found


def libraries() -> str:
    """The versions of the libraries that the page is about."""
    found = []
    for name, module in (("NumPy", "numpy"), ("SciPy", "scipy")):
        try:
            version = importlib.import_module(module).__version__
        except ImportError:
            continue
        found.append(f"{name} {'.'.join(version.split('.')[:2])}")
    return " and ".join(found)


def page() -> str:
    """The text of ``docs/coverage.md``."""
    source = f"Written by `python -m sct.testing.coverage` from the rules and {libraries()}."
    lines = ["# What has a derivative rule", "", source, ""]
    lines += [f"- **{name}**: {meaning}" for name, meaning in MEANING.items()]
    for title, table in rows().items():
        heading = {"ndarray": "Methods and attributes of arrays", "ufunc": "Methods of ufuncs", DISTRIBUTIONS: DISTRIBUTIONS}
        grouped = _by_methods(table) if title == DISTRIBUTIONS else table
        lines += ["", f"## {heading.get(title, f'`{title}`')}", "", "| | names |", "|---|---|", *_table(grouped)]
    return "\n".join(lines) + "\n"


def _by_methods(table: list[Row]) -> list[Row]:
    """For each distribution its methods in one row of each state and reason; those of the same go together."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for name, state, reason in table:
        distribution, _, method = name.partition(".")
        groups.setdefault((distribution, state, reason), []).append(method)
    return [(name, state, f"{', '.join(methods)}{reason and f' ({reason})'}")
            for (name, state, reason), methods in groups.items()]


def _table(table: list[Row]) -> Iterator[str]:
    for state in MEANING:
        reasons = dict.fromkeys(reason for _, s, reason in table if s == state)
        for reason in reasons:
            names = [f"`{name}`" for name, s, r in table if (s, r) == (state, reason)]
            yield f"| {state} ({len(names)}){': ' + reason if reason else ''} | {' '.join(names)} |"


def main() -> None:
    """Write the page."""
    target = Path(__file__).parents[2] / "docs" / "coverage.md"
    target.write_text(page(), encoding="utf-8")
    print(f"{target} written")


if __name__ == "__main__":
    main()
