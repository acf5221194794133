"""A progress bar on a terminal."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_WIDTH = 30
_PAUSE = 0.2
_MEGABYTE = 1_000_000


class Bar:
    """How many of `total` bytes have been read, redrawn on one line of a terminal; elsewhere nothing."""

    def __init__(self, total: int, stream: TextIO | None = None, *, wanted: bool = True) -> None:
        self._stream = stream or sys.stderr
        self._total = total
        self._done = 0
        self._begun = time.monotonic()
        self._drawn = self._begun
        self._shown = False
        self._on = wanted and self._stream.isatty()
        self.processes = 1

    def advance(self, number: int) -> None:
        """Count bytes as read; as many are meanwhile by each of the other `processes`."""
        self._done += number * self.processes
        if self._on and time.monotonic() - self._drawn > _PAUSE:
            self._draw()

    def clear(self) -> None:
        """Wipe the bar away."""
        if self._shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
            self._shown = False

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        share = min(self._done / self._total, 1.0) if self._total else 0.0
        left = (self._drawn - self._begun) * (1 / share - 1) if share else 0.0
        filled = round(share * _WIDTH)
        self._stream.write(
            f"\r[{'#' * filled}{' ' * (_WIDTH - filled)}] {share:4.0%}  "
            f"{self._done // _MEGABYTE} of {self._total // _MEGABYTE} MB, {left:.0f} s left \033[K"
        )
        self._stream.flush()
        self._shown = True
