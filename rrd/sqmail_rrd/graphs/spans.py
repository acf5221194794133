"""The stretches of time that are drawn, and how a stretch is read from an RRD's archives."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["SPANS", "Archive", "Piece", "Span", "pieces"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of `seconds` before the moment asked for.

    `title` completes "…, ": "last day". A picture is drawn again when it is `redraw` seconds old.
    `grid` is rrdtool's --x-grid, whose own choice has labels too long for the margin.
    """

    name: str
    title: str
    seconds: int
    redraw: int = 0
    grid: str = ""


SPANS: Final[dict[str, Span]] = {
    span.name: span
    for span in (
        Span("hour", "last hour", 3600, grid="MINUTE:5:MINUTE:10:MINUTE:10:0:%H:%M"),
        Span("day", "last day", 86400, grid="HOUR:1:HOUR:4:HOUR:4:0:%H:%M"),
        Span("week", "last week", 7 * 86400, redraw=1800, grid="HOUR:6:DAY:1:DAY:1:86400:%a %d"),
        Span("month", "last month", 31 * 86400, redraw=2 * 3600, grid="DAY:1:WEEK:1:WEEK:1:0:%d %b"),
        Span("year", "last year", 366 * 86400, redraw=12 * 3600, grid="MONTH:1:MONTH:1:MONTH:1:2592000:%b"),
    )
}
"""Hour, day, week, month and year: what collectd's archives are made for."""


@dataclass(frozen=True, slots=True, order=True)
class Archive:
    """What one consolidation of an RRD holds: rows of `step` seconds, `covers` seconds back."""

    step: int
    covers: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of Unix time, after `start` up to and including `end`, read in rows of `step` seconds."""

    start: int
    end: int
    step: int


def pieces(archives: Sequence[Archive], newest: int, start: int, end: int) -> list[Piece]:
    """Return the pieces that add up to the time from start to end, each from the finest archive that has it.

    `archives` are in ascending order of step, `newest` is the time of the RRD's last value, from which an
    archive reaches back. Borders are whole multiples of the steps on both sides, so that no minute is read
    twice; at the far end the time is rounded to the archive's rows, as is a near end that only a
    coarse archive has.
    """
    found: list[Piece] = []
    border = end
    for archive, coarser in zip(archives, [*archives[1:], None], strict=True):
        if not found:
            border = end - end % archive.step
        reach = newest - archive.covers
        if coarser is None or reach <= start:
            first = start
        else:
            first = reach + -reach % math.lcm(archive.step, coarser.step)
        if first < border:
            found.append(Piece(first, border, archive.step))
            border = first
        if border <= start:
            break
    return found[::-1]
