"""Rows: how a range of time is read from a file's round robin archives."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Rra:
    """What one round robin archive of a file holds: rows of `step` seconds, `covers` seconds back."""

    step: int
    covers: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of `step` seconds that lie after `start` (Unix seconds), up to and including `end`.

    With `fine` each is made of several stored rows of so many seconds; the first and the last may be of fewer.
    """

    start: int
    end: int
    step: int
    fine: int = 0

    @property
    def stored(self) -> int:
        """The seconds of the rows in the file."""
        return self.fine or self.step

    @property
    def ends(self) -> range:
        """The Unix time at which each row ends."""
        return range(self.start // self.step * self.step + self.step, self.end + self.step, self.step)


def thinned(rras: Sequence[Rra], newest: int, start: int, end: int, step: int) -> Rows:
    """Return the rows for a picture from start to end, of about `step` seconds, or more where those stored are longer.

    Of the archives that reach back to the start it is the one whose rows are nearest, as rrdtool chooses it; where
    none does, the one that reaches furthest.
    """
    begins = [newest - newest % rra.step - rra.covers for rra in rras]
    last = min(begins)
    chosen = min(
        (rra for rra, begin in zip(rras, begins, strict=True) if begin <= max(start, last)),
        key=lambda rra: abs(rra.step - step),
    ).step
    whole = -(-step // chosen) * chosen
    return Rows(start - start % chosen, end + -end % chosen, whole, chosen if chosen != whole else 0)


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
