"""The schedule: which pictures are due in a run, so that no run draws all of them, and when the next are."""

from dataclasses import dataclass

from sqmail_rrd.graphs.ranges import RANGES, TimeRange

RUN = 300
"""Seconds from one run to the next, as the manual has it."""

# So many logs are read and drawn in a run, of each range.
_HOURS_A_RUN = 150
_DAYS_A_RUN = 50
_MONTHS_A_RUN = 12
# Of a silent log a picture is drawn again when it has moved on by this part of its width.
_PART = 24


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule of one log among `number`, of which it is the one at `place`.

    Time is cut into periods, at another moment for each log; in each period each range is drawn once.
    """

    place: int
    number: int

    def period(self, time_range: TimeRange) -> int:
        """Return the seconds from one picture to the next; 0 if there is one in every run."""
        hour, day = (RUN * -(-self.number // most) for most in (_HOURS_A_RUN, _DAYS_A_RUN))
        period = max(time_range.redraw, hour if time_range == RANGES["hour"] else day)
        return period if period > RUN else 0

    def next(self, time_range: TimeRange, drawn: int) -> int:
        """Return the Unix time from which a picture of the moment `drawn` is drawn again."""
        period = self.period(time_range)
        offset = self._offset(period)
        return ((drawn - offset) // period + 1) * period + offset if period else drawn

    def due(self, time_range: TimeRange, drawn: int, until: int, *, changed: bool) -> bool:
        """Return whether a picture of the moment `drawn` is to be drawn at `until`.

        Without new values (`changed`) it waits until it would look different.
        """
        if until < drawn:
            return True
        if not changed and until - drawn < time_range.seconds // _PART:
            return False
        return until >= self.next(time_range, drawn)

    def months(self, until: int) -> int:
        """Return how many pages of months may be drawn in this run."""
        turn = until // RUN * _MONTHS_A_RUN
        return sum((turn + index) % self.number == self.place for index in range(_MONTHS_A_RUN))

    def _offset(self, period: int) -> int:
        return period * self.place // self.number // RUN * RUN
