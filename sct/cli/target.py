"""Finds what a command is about: from ``module:function`` to the function and example arguments to call it with."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Target:
    """A function named on the command line."""

    fun: Callable[..., Any]
    args: tuple[Any, ...] | None
    """Example arguments; None when neither the command line nor the module gives any."""
    argnums: tuple[int, ...]
    """What to differentiate by."""


def add_target_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that looks at a user's function."""
    parser.add_argument("target", metavar="module:function", help="an importable module, or a path such as model.py:loss")
    parser.add_argument("--args", metavar="EXPR", help="example arguments, e.g. \"np.ones(3), 2.0\"; np and the module's "
                        "names are known.  Default: its EXAMPLE_ARGS (a tuple, or a dict by function name) or example_args()")
    parser.add_argument("--argnums", metavar="I,J", default="0", help="positions to differentiate by (default: 0)")


def find_target(options: argparse.Namespace) -> Target:
    """The function, its example arguments and argnums; leaves with a message when there is no such function."""
    module_name, _, path = options.target.rpartition(":")
    if not module_name:
        raise SystemExit(f"{options.target!r} does not look like module:function")
    namespace = _load(module_name)
    fun: Any = namespace.get(path.split(".")[0])
    for name in path.split(".")[1:]:
        fun = getattr(fun, name, None)
    if not callable(fun):
        raise SystemExit(f"{module_name} has no function {path!r}")
    return Target(fun, _example_args(options.args, namespace, path), tuple(int(i) for i in options.argnums.split(",")))


def _load(module_name: str) -> dict[str, Any]:
    if module_name.endswith(".py"):
        return _load_file(Path(module_name).resolve())
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return vars(importlib.import_module(module_name))
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module_name}.".startswith(f"{missing.name}."):
            raise  # an import inside the user's module
        raise SystemExit(f"no module named {module_name!r}") from None


def _load_file(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not path.exists() or spec is None or spec.loader is None:
        raise SystemExit(f"no file {path}")
    sys.path.insert(0, str(path.parent))  # its neighbours are importable, as for a script
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


def _example_args(expression: str | None, namespace: dict[str, Any], path: str) -> tuple[Any, ...] | None:
    if expression is not None:
        value = eval(expression, {"np": np, **namespace})
        return value if isinstance(value, tuple) else (value,)
    if callable(make := namespace.get("example_args")):
        return tuple(make())
    given = namespace.get("EXAMPLE_ARGS")
    if isinstance(given, dict):
        given = given.get(path)
    return None if given is None else tuple(given)
