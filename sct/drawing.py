"""Takes a typed function, gives its dependence graph in the DOT language: operations as nodes, the differentiable path marked.

The graph is the one that the chain rule walks: an edge says that a value is computed from another.  What is active (depends on
the differentiated inputs and influences the result) is drawn bold; everything else has no adjoint.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence

from .analysis.activity import active_values, first_init, loop_exits
from .codegen.facts import resolve
from .codegen.wording import wording
from .errors import ArgumentError
from .ir.core import Block, Function, Op, Value
from .ir.ops import IMPLICIT, LOOPS
from .ir.types import strip_const

HEADER = [
    "  rankdir=TB",
    '  node [fontname="monospace", fontsize=11, color="gray55", fontcolor="gray35"]',
    '  edge [color="gray55", arrowsize=0.7]',
]
ACTIVE_NODE = 'color="#b03060", fontcolor="black", penwidth=2'
ACTIVE_EDGE = 'color="#b03060", penwidth=2'
REGIONS = frozenset({"if", "for", "while", "with", "try"})
SILENT = frozenset({"undef", *IMPLICIT})


def to_dot(typed: Function, wrt: Sequence[int] | None = None, outputs: int | None = None) -> str:
    """The graph of ``typed`` as DOT text; ``wrt`` are the positions of the differentiated parameters (default: all).

    ``outputs`` says how many of the returned values are differentiated (default: all).
    """
    return _Drawing(typed, range(len(typed.params)) if wrt is None else wrt, outputs).text()


def to_svg(dot: str) -> str:
    """The picture of a DOT text, drawn by Graphviz; ``ArgumentError`` where its program ``dot`` is not installed."""
    program = shutil.which("dot")
    if program is None:
        raise ArgumentError("drawing needs the program `dot` of Graphviz, which is not installed", code="SCT409",
                            hint="install Graphviz, or use the DOT text as it is")
    return subprocess.run([program, "-Tsvg"], input=dot, capture_output=True, text=True, check=True).stdout


class _Drawing:
    """Collects nodes and edges; a loop or branch is a cluster around what it computes."""

    def __init__(self, typed: Function, wrt: Iterable[int], outputs: int | None) -> None:
        self.typed = typed
        self.inputs = [typed.params[k] for k in wrt]
        end = typed.body.ops[-1]
        self.returned = [] if end.name != "return" else end.operands
        self.active = active_values(typed, self.inputs, self.returned[:outputs])
        self.names: dict[Value, str] = {}
        self.lines: list[str] = []
        self.edges: list[str] = []
        self.depth = 1

    def text(self) -> str:
        self.lines += [f"digraph {quoted(self.typed.name)} {{", *HEADER]
        for value in self.typed.params:
            self.node(value, f"{value.hint}: {strip_const(value.type)}", shape="ellipse")
        self.block(self.typed.body)
        for k, value in enumerate(self.returned):
            label = "result" if len(self.returned) == 1 else f"result[{k}]"
            name = f"result{k}"
            self.line(f"{name} [label={quoted(label)}, shape=doubleoctagon{self.bold(value)}]")
            self.edge(value, name, value in self.active)
        return "\n".join([*self.lines, *self.edges, "}"]) + "\n"

    # ---- nodes

    def block(self, block: Block) -> None:
        for op in block.ops:
            if op.name in REGIONS:
                self.region(op)
            elif op.results and op.name not in SILENT:
                self.operation(op)

    def operation(self, op: Op) -> None:
        if op.name == "const" and not op.results[0].hint:
            return
        text = wording(op)
        for value in op.results:
            self.node(value, f"{value.hint} = {text}" if value.hint else text, shape="box")
            for operand in dict.fromkeys(op.operands):
                self.arrow(operand, value)

    def region(self, op: Op) -> None:
        """A cluster with the operations inside, and one node per variable that flows through it."""
        title = op.loc.text.strip().splitlines()[0].rstrip(":") if op.loc.text.strip() else op.name
        self.line(f"subgraph cluster_{len(self.lines)} {{")
        self.depth += 1
        self.line(f'label={quoted(title)}; labeljust=l; fontname="monospace"; fontsize=11; color="gray75"; style=rounded')
        for block in op.blocks:
            self.arguments(op, block)
        for block in op.blocks:
            self.block(block)
        self.depth -= 1
        self.line("}")
        for value in op.results:
            self.node(value, value.hint.partition("·")[0] or op.name, shape="diamond" if op.name == "if" else "box")
        self.flow(op)

    def arguments(self, op: Op, block: Block) -> None:
        for value in block.args:
            self.node(value, value.hint.partition("·")[0] or "…", shape="ellipse")
        if op.name == "for":
            for operand in op.operands[:first_init(op)]:
                self.arrow(operand, block.args[0])

    def flow(self, op: Op) -> None:
        if op.name in LOOPS:
            self.carried(op)
            return
        for block in op.blocks:
            if block.ops and block.ops[-1].name == "yield":
                for value, result in zip(block.ops[-1].operands, op.results, strict=False):
                    self.arrow(value, result)
        for result in op.results if op.name == "if" else ():
            self.arrow(op.operands[0], result, style="dashed")

    def carried(self, op: Op) -> None:
        """Initial value → argument → next value (an edge back) → result."""
        inits = op.operands[first_init(op):]
        for block in op.blocks:
            args = block.args[len(block.args) - len(op.results):]
            for init, arg in zip(inits, args, strict=True):
                self.arrow(init, arg)
        args = op.blocks[-1].args[len(op.blocks[-1].args) - len(op.results):]
        for end in loop_exits(op.blocks[-1]):
            for value, arg, result in zip(end.operands, args, op.results, strict=True):
                self.arrow(value, result)
                if end.name == "continue" and value is not arg:
                    self.arrow(value, arg, style="dashed", constraint="false")

    # ---- text

    def node(self, value: Value, label: str, shape: str) -> None:
        name = self.names.setdefault(value, f"n{len(self.names)}")
        self.line(f"{name} [label={quoted(label)}, shape={shape}{self.bold(value)}]")

    def bold(self, value: Value) -> str:
        return f", {ACTIVE_NODE}" if value in self.active else ""

    def arrow(self, source: Value, goal: Value, **attributes: str) -> None:
        if goal in self.names:
            self.edge(source, self.names[goal], source in self.active and goal in self.active, **attributes)

    def edge(self, source: Value, goal: str, active: bool, **attributes: str) -> None:
        start = self.names.get(resolve(source))
        if start is None or start == goal:
            return
        settings = [f"{k}={v}" for k, v in attributes.items()] + ([ACTIVE_EDGE] if active else [])
        text = f"  {start} -> {goal}" + (f" [{', '.join(settings)}]" if settings else "")
        if text not in self.edges:
            self.edges.append(text)

    def line(self, text: str) -> None:
        self.lines.append("  " * self.depth + text)


def quoted(text: str) -> str:
    r"""A DOT string.

    >>> print(quoted('say "a\\b"'))
    "say \"a\\b\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
