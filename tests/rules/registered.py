"""Takes the registry, the page of what has a derivative and the tables of calls, gives each name's examples."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sct.rules import registry
from sct.rules.registry import Primitive
from sct.testing import coverage

from .calls import Call, by_primitive
from .sample import Sample, of_call, of_metadata, of_text
from .samples import BINARY, CONSTANTS, INEXACT, NOT_SINGLE, POOL, TEXTS
from .together import is_smooth

PACKAGE = str(Path(coverage.__file__).parents[1])
PREFIX = {"numpy": "np.", "numpy.linalg": "np.linalg.", "numpy.fft": "np.fft.", "math": "math.", "ufunc": "np.",
          "ndarray": "x."}
OPTIONAL = ("fft", "integrate", "interpolate", "linalg", "ndimage", "optimize", "signal", "sparse", "sparse.linalg",
            "spatial", "special", "stats")


@cache
def rules() -> dict[str, list[Primitive]]:
    """The primitives with a derivative rule of ours, by name."""
    for part in OPTIONAL:
        try:
            importlib.import_module(f"scipy.{part}")
        except ImportError:
            continue
    registry.load_families()
    found: dict[str, list[Primitive]] = {}
    for entry in registry.primitives():
        if entry.vjp is not None and not entry.zero and entry.where.startswith(PACKAGE):
            found.setdefault(entry.name, []).append(entry)
    return found


@cache
def specials() -> list[str]:
    """The public names that carry derivatives without a rule: the compiler knows them itself."""
    found = []
    for title, rows in coverage.rows().items():
        module = importlib.import_module(title) if title in coverage.NAMESPACES else None
        for name, state, _ in rows:
            entry = registry.lookup(getattr(module, name)) if module is not None else None
            known = title == coverage.DISTRIBUTIONS or entry is not None and entry.name in rules()
            if state == coverage.DONE and not known:
                found.append(PREFIX.get(title, title.removeprefix("scipy.") + ".") + name)
    return [name for name in found if name not in rules()]


@cache
def tables() -> dict[str, list[Call]]:
    """The calls of all tables in this folder, by primitive."""
    found: list[Call] = []
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not re.search(r"^CALLS\b(?!.*\.CALLS)", path.read_text(), re.MULTILINE):
            continue
        try:
            found += importlib.import_module(f"{__package__}.{path.stem}").CALLS
        except pytest.skip.Exception:  # of a library that is not installed
            continue
    return by_primitive([call for call in found if isinstance(call, Call)])


@cache
def candidates(name: str) -> list[Sample]:
    """All examples of a rule or of a public name, those that show most first; a text that is written for it before these."""
    text = TEXTS.get(name) or BINARY.get(name.rpartition(".")[2], "").format(name.rpartition(".")[0])
    written = [of_text(name, one, POOL, CONSTANTS) for one in text.split("\n\n") if one]
    found = [of_call(call) for call in tables().get(name, ())]
    found += [sample for entry in rules().get(name, ()) for sample in of_metadata(entry)]
    chosen = written + sorted(filter(lambda s: s.is_double and not s.is_empty, found), key=lambda s: s.richness, reverse=True)
    for sample in chosen:
        sample.exact = name not in INEXACT
    return chosen


def examples(name: str, count: int = 1) -> list[Sample]:
    """Examples of real numbers, of complex ones where there are no others."""
    real = [s for s in candidates(name) if not s.is_complex]
    found = list(first(count, real or candidates(name)))
    for sample in found:
        sample.takes_single = name not in NOT_SINGLE and is_smooth(sample.single())
    return found


def complex_example(name: str) -> Sample | None:
    """An example of complex numbers, if the function takes any: one that is written, or a real one turned."""
    given = [s for s in candidates(name) if s.is_complex]
    turned = (other for s in candidates(name)[:4] if not s.is_complex for other in s.complexes())
    with np.errstate(all="ignore"):
        return next(first(1, [*given, *turned]), None)


def first(count: int, samples: list[Sample]) -> Iterator[Sample]:
    """The first that have a derivative."""
    for sample in samples:
        if count and is_smooth(sample):
            count -= 1
            yield sample


def names() -> list[str]:
    """All rules and other public names."""
    return [*rules(), *specials()]


def groups(every: list[str], size: int = 12) -> list[list[str]]:
    """The names, a few at a time, in their order."""
    return [every[k:k + size] for k in range(0, len(every), size)]


def title(group: list[str]) -> str:
    return f"{group[0]}...{group[-1]}"
