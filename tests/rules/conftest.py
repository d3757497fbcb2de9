"""The calls of a test module as functions with their arguments, written to a file and loaded once a module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .whole import build


@pytest.fixture(scope="module")
def functions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Callable[..., Any], Any]]:
    """The ``CALLS`` of the module, each as a function of its inexact numbers and arrays, and these."""
    return build(request.module.CALLS, tmp_path_factory.mktemp("whole"))

