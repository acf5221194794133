"""Rows: how a range of time is read from a file's round robin archives."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Rows", "Rra", "finest_rows"]


@dataclass(frozen=True, slots=True, order=True)
class Rra:
    """What one round robin archive of a file holds: rows of `step` seconds, `covers` seconds back."""

    step: int
    covers: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of `step` seconds that lie after `start` (Unix seconds), up to and including `end`."""

    start: int
    end: int
    step: int


def finest_rows(rras: Sequence[Rra], newest: int, start: int, end: int) -> list[Rows]:
    """Return the rows that add up to the time from start to end, each from the finest archive that has it.

    `rras` are in ascending order of step, `newest` is the time of the file's last value, from which an
    archive reaches back.  Borders are whole multiples of the steps on both sides, so that no minute is read
    twice; at the far end the time is rounded to the archive's rows, as is a near end that only a
    coarse archive has.
    """
    found: list[Rows] = []
    border = end
    for rra, coarser in zip(rras, [*rras[1:], None], strict=True):
        if not found:
            border = end - end % rra.step
        reach = newest - rra.covers
        if coarser is None or reach <= start:
            first = start
        else:
            first = reach + -reach % math.lcm(rra.step, coarser.step)
        if first < border:
            found.append(Rows(first, border, rra.step))
            border = first
        if border <= start:
            break
    return found[::-1]
