"""The calls of the rule tests once more, compiled: each becomes a function whose generated gradient must be right.

This is where a body that is fine as plain Python, but that specialisation cannot decide, would show.
"""

from __future__ import annotations

from types import ModuleType

import pytest

from . import test_linalg, test_reductions, test_shaping
from .compiled import Source, can_be_written, check_gradient, check_modes, functions_of

CALLS = [c for c in test_linalg.CALLS + test_reductions.CALLS + test_shaping.CALLS if can_be_written(c)]


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModuleType, list[Source]]:
    return functions_of(CALLS, tmp_path_factory.mktemp("calls"))


@pytest.mark.parametrize("k", range(len(CALLS)), ids=lambda k: repr(CALLS[k]))
@pytest.mark.filterwarnings("ignore")
def test_gradient_of_call(k: int, functions: tuple[ModuleType, list[Source]]) -> None:
    module, sources = functions
    check_gradient(getattr(module, f"f{k}"), sources[k])


@pytest.mark.parametrize("k", range(len(CALLS)), ids=lambda k: repr(CALLS[k]))
@pytest.mark.filterwarnings("ignore")
def test_tangent_of_call(k: int, functions: tuple[ModuleType, list[Source]]) -> None:
    module, sources = functions
    check_modes(getattr(module, f"f{k}"), sources[k], second=False)
