"""A progress line on stderr: redrawn in place on a terminal, a few plain lines elsewhere, so that stdout holds results only."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 30
"""Characters of the bar."""


class Progress:
    """Shows how far a loop of ``total`` steps is; use as a context manager."""

    def __init__(self, label: str, total: int, stream: TextIO | None = None) -> None:
        self.label, self.total, self.stream = label, total, stream or sys.stderr
        self.live = self.stream.isatty()
        self.next_draw = 0.0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, so that a result can be printed in its place."""
        if self.live:
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def update(self, done: int, note: str) -> None:
        """Redraw at most ten times a second; off a terminal, print one line per quarter."""
        now = time.monotonic()
        if self.live and (now >= self.next_draw or done == self.total):
            self.next_draw = now + 0.1
            bar = "█" * (WIDTH * done // self.total)
            self.stream.write(f"\r\x1b[K{self.label} {bar:░<{WIDTH}} {done}/{self.total}  {note}")
            self.stream.flush()
        elif not self.live and done % max(1, self.total // 4) == 0:
            print(f"{self.label} {done}/{self.total}  {note}", file=self.stream)
