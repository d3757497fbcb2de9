"""Explain an error code: what was found, why it is refused, what to write instead."""

from __future__ import annotations

import argparse

from ..errors import explain_code


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``python -m sct error SCT101``."""
    parser.add_argument("code", type=str.upper, help="the code in an error message, e.g. SCT101")


def run(options: argparse.Namespace) -> None:
    """Print the paragraph of one code."""
    print(explain_code(options.code))
