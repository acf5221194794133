"""How the stamps of one log are to be read."""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.units import Nanoseconds, Seconds


class Stamps:
    """The `tai_offset` of its labels in seconds, and the `zone` (IANA; '' the machine's) of dates without an offset."""

    __slots__ = ("tai_offset", "zone")

    def __init__(self, tai_offset: Seconds = tai64n.MULTILOG_OFFSET, zone: str = "") -> None:
        self.tai_offset = tai_offset
        self.zone = zone

    @property
    def shift(self) -> Nanoseconds:
        """How much its labels are ahead of multilog's."""
        return int(self.tai_offset - tai64n.MULTILOG_OFFSET) * tai64n.SECOND

    def relabel(
        self, lines: list[bytes], last: Nanoseconds = NOTHING, written: Nanoseconds = NOTHING, *, each: bool = False
    ) -> list[bytes]:
        """Return the lines with multilog's labels; `last` is the time of the line before, the rest as `tai64n.relabel`.

        With `each` every line is looked at.  Raises LogError.
        """
        if each:
            return tai64n.relabel_each(lines, self.tai_offset, last, self.zone, written)
        return tai64n.relabel(lines, self.tai_offset, last, self.zone, written)

    def time_of(self, line: bytes, last: Nanoseconds = NOTHING, written: Nanoseconds = NOTHING) -> Nanoseconds:
        """Return the Unix time of a line in nanoseconds, `last` where it has no stamp.  Raises ValueError."""
        return tai64n.nanoseconds(self.relabel([line], last, written)[0])


MULTILOG = Stamps()
