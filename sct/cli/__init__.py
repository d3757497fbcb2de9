"""The command line: parses ``python -m sct COMMAND …`` and runs the command, so that each command is one small module."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..errors import SctError
from . import bench, demo, error, source

COMMANDS = {"demo": demo, "source": source, "bench": bench, "error": error}
"""Name on the command line → module with ``add_arguments`` and ``run``; the first line of its docstring is the help text."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 on success, 1 when ``sct`` refuses, 2 on a wrong command line (as argparse does)."""
    options = _parser().parse_args(arguments)
    try:
        COMMANDS[options.command].run(options)
    except SctError as refusal:
        print(f"{type(refusal).__name__}: {refusal}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `… | head`: not an error of ours
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sct", description="Derivatives of Python functions as readable source.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        summary = (module.__doc__ or "").splitlines()[0]
        module.add_arguments(commands.add_parser(name, help=summary, description=summary))
    return parser
