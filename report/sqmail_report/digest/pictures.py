"""The pictures of a report's time, drawn from the RRD files that collectd or `sqmail-rrd update` keeps.

The page's own pictures end when the page was last written; a report's must end
when its day did, so they are drawn anew.  This is the one place of the reports
that knows of RRD files.
"""

from __future__ import annotations

from sqmail_command.output import complain
from sqmail_log.errors import SqmailError
from sqmail_log.tai64n import SECOND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_report.reading.logs import Period

GRAPHS = ("deliveries", "queue", "delay", "records")
"""What is drawn, each for the first log that has it."""
# Enlarged letters are a little wider than that: a line of the legend needs more room.
_WIDTH, _ZOOM = 440, 1.5
_HOUR = 3600


class Picture:
    """A PNG, its file name, and what it shows in words."""

    __slots__ = ("name", "png", "title")

    def __init__(self, name: str, title: str, png: bytes) -> None:
        self.name = name
        self.title = title
        self.png = png


def pictures(tree: str, host: str | None, instance: str | None, period: Period, name: str) -> list[Picture]:
    """Return the pictures of a period, called `name`, from an RRD tree; of its only host where none is named.

    Raises SqmailError where that cannot be done.
    """
    from sqmail_rrd.graphs import drawing, inventory, readings  # noqa: PLC0415 - few reports have pictures
    from sqmail_rrd.graphs.catalogue import GRAPHS as CATALOGUE  # noqa: PLC0415
    from sqmail_rrd.graphs.palette import LIGHT  # noqa: PLC0415
    from sqmail_rrd.graphs.ranges import RANGES, TimeRange  # noqa: PLC0415

    since, until = (period.since or 0) // SECOND, (period.until or 0) // SECOND
    seconds = until - since
    # As wide a grid as its time asks for: that of the shortest range it fits into.
    fitting = next((each for each in RANGES.values() if each.seconds >= seconds - _HOUR), RANGES["year"])
    time_range = TimeRange("report", name, seconds, grid=fitting.grid)
    found = inventory.hosts(tree, _warn)
    sets = found.get(host or "") or (next(iter(found.values())) if len(found) == 1 else [])
    sets = [rrds for rrds in sets if instance in {None, rrds.instance}]
    if not sets:
        asked = " ".join(filter(None, (host or "this host", instance)))
        raise SqmailError(f"{tree}: no RRD files of {asked}; there are {', '.join(sorted(found)) or 'none'}")
    drawn = []
    for wanted in GRAPHS:
        graph = CATALOGUE[wanted]
        rrds = next((each for each in sets if readings.draws(each, graph)), None)
        if rrds is not None:
            (reading,) = readings.read(rrds, [graph], [time_range], until)
            png = drawing.draw(rrds, reading, LIGHT, size=drawing.Size(_WIDTH, zoom=_ZOOM))
            drawn.append(Picture(f"{wanted}.png", f"{graph.title}: {graph.about}", png))
    return drawn


def _warn(message: str) -> None:
    complain("warning", message)
