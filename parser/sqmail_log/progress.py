"""A progress bar for whoever reads much at a terminal."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_WIDTH = 30
_PAUSE = 0.1
_BLANK_LINE = "\r\033[K"


class Bar:
    """Shows on standard error how many of `total` bytes are done; nothing where that is no terminal.

    To be used in a `with` statement, which wipes the bar away at its end.
    """

    def __init__(self, total: int = 0) -> None:
        self.total = total
        self._begun = time.monotonic()
        self._shown = 0.0
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write(_BLANK_LINE)
            sys.stderr.flush()

    def show(self, done: int, total: int | None = None) -> None:
        """Redraw the bar, ten times a second at most; `total` replaces the one given before."""
        if total is not None:
            self.total = total
        now = time.monotonic()
        if not self._terminal or now - self._shown < _PAUSE:
            return
        self._shown = now
        sys.stderr.write(_BLANK_LINE + self._line(done, now - self._begun))
        sys.stderr.flush()

    def _line(self, done: int, seconds: float) -> str:
        share = min(1.0, done / self.total) if self.total > 0 else 1.0
        filled = int(share * _WIDTH)
        left = "" if share <= 0 else f", {seconds / share - seconds:.0f} s left"
        return (
            f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {share:4.0%}"
            f" {done / 1e6:.0f} of {self.total / 1e6:.0f} MB{left}"
        )
