"""Where a report is read: how wide that is, what it can show, and in which time zone it is told."""

from __future__ import annotations

import os
import sys

from sqmail_report.people.figures import Zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

PLAIN_WIDTH = 80
_NARROWEST = 40
_WIDEST = 1000
_BOLD, _DIM, _RED, _YELLOW, _BLUE = "1", "2", "1;31", "33", "34"
_ENDS = "\033[0m"
_EIGHTHS = " ▏▎▍▌▋▊▉█"


class Screen:
    """So many columns; with `coloured` escape sequences, with `drawn` bars of blocks and `…` for what is left out."""

    __slots__ = ("coloured", "drawn", "width", "zone")

    def __init__(
        self, width: int = PLAIN_WIDTH, zone: Zone | None = None, *, coloured: bool = False, drawn: bool = True
    ) -> None:
        self.width = width
        self.zone = zone or Zone()
        self.coloured = coloured
        self.drawn = drawn

    @property
    def dots(self) -> str:
        """What stands in place of text that is left out."""
        return "…" if self.drawn else ".."

    def bold(self, text: str) -> str:
        """Return text as a heading."""
        return self._painted(text, _BOLD)

    def dim(self, text: str) -> str:
        """Return text that matters less."""
        return self._painted(text, _DIM)

    def red(self, text: str) -> str:
        """Return text of what is wrong."""
        return self._painted(text, _RED)

    def yellow(self, text: str) -> str:
        """Return text of what to look at."""
        return self._painted(text, _YELLOW)

    def bar(self, share: float, width: int) -> str:
        """Return a bar of a share (0 to 1) of a width, filled up with blanks to it; what is not nothing is seen."""
        if not self.drawn:
            length = max(round(share * width), int(share > 0))
            return f"{'#' * length:{width}}"
        eighths = max(round(share * width * 8), int(share > 0))
        bar = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
        return self._painted(bar, _BLUE) + " " * (width - len(bar))

    def _painted(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}{_ENDS}" if self.coloured and text else text


def screen_of(stream: TextIO | None, zone: Zone) -> Screen:
    """Return what a stream is read on: of a file or a pipe 80 columns, or COLUMNS, without colours."""
    terminal = stream is not None and stream.isatty()
    return Screen(
        _width(stream if terminal else None),
        zone,
        coloured=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb",
        drawn=_shows(getattr(stream, "encoding", None) or "utf-8"),
    )


def standard(zone: Zone) -> Screen:
    """Return what standard output is read on."""
    return screen_of(sys.stdout, zone)


def _width(terminal: TextIO | None) -> int:
    told = os.environ.get("COLUMNS", "")
    width = int(told) if told.isascii() and told.isdigit() else 0
    if not width and terminal is not None:
        try:
            width = os.get_terminal_size(terminal.fileno()).columns
        except (OSError, ValueError):
            width = 0
    return min(max(width or PLAIN_WIDTH, _NARROWEST), _WIDEST)


def _shows(encoding: str) -> bool:
    try:
        "█…".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
