"""Print the adjoint of a function: the Python source that computes its gradient.

Without example arguments the types come from the annotations and from how the parameters are used.
"""

from __future__ import annotations

import argparse

from ..api import grad, source
from .target import add_target_arguments, find_target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``python -m sct source module:function``."""
    add_target_arguments(parser)


def run(options: argparse.Namespace) -> None:
    """Print the generated text."""
    target = find_target(options)
    if target.argnums == (0,):
        print(source(target.fun, *(target.args or ())))
        return
    gradient = grad(target.fun, target.argnums)
    if target.args is not None:
        gradient(*target.args)
    print(gradient.source)
