"""A progress bar for whoever reads much at a terminal."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_WIDTH = 30
_PAUSE = 0.2
_BLANK_LINE = "\r\033[K"
_MEGABYTE = 1_000_000


class Bar:
    """How many of `total` bytes are done, on one line of standard error; nothing where that is no terminal.

    To be used in a `with` statement, which wipes the bar away at its end.
    """

    def __init__(self, total: int, *, wanted: bool = True) -> None:
        self.processes = 1
        """How many work, each as fast as this one: advance() counts for all."""
        self._total = total
        self._done = 0
        self._begun = time.monotonic()
        self._shown = 0.0
        self._on = wanted and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write(_BLANK_LINE)
            sys.stderr.flush()

    def advance(self, number: int) -> None:
        """Count so many bytes more."""
        self.show(self._done + number * self.processes)

    def show(self, done: int) -> None:
        """Show so many bytes as done; it is drawn five times a second at most."""
        self._done = done
        if not self._on:
            return
        now = time.monotonic()
        if now - self._shown > _PAUSE:
            self._shown = now
            sys.stderr.write(_BLANK_LINE + self._line(now - self._begun))
            sys.stderr.flush()

    def _line(self, seconds: float) -> str:
        share = min(1.0, self._done / self._total) if self._total > 0 else 1.0
        filled = int(share * _WIDTH)
        left = f", {seconds / share - seconds:.0f} s left" if share > 0 else ""
        return (
            f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {share:4.0%}"
            f" {self._done / _MEGABYTE:.0f} of {self._total / _MEGABYTE:.0f} MB{left}"
        )
