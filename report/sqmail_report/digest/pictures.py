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
    from sqmail_rrd.graphs.inventory import RrdSet
    from sqmail_rrd.graphs.readings import Reading

GRAPHS = ("deliveries", "queue", "delay", "records")
"""What is drawn, each for the log that has most of it."""
# Twice the pixels of a phone's width: sharp, and its letters are 11 pixels high there.
_WIDTH, _ZOOM = 290, 2
_HOUR = 3600


class Picture:
    """A PNG, its file name, what it shows in words, and its numbers.

    `heads` are those of the columns of numbers; a row has a colour (RRGGBB), a label and the texts of these columns.
    """

    __slots__ = ("about", "heads", "name", "png", "rows", "title")

    def __init__(
        self, name: str, title: str, about: str, png: bytes, heads: list[str], rows: list[tuple[str, str, list[str]]]
    ) -> None:
        self.name = name
        self.title = title
        self.about = about
        self.png = png
        self.heads = heads
        self.rows = rows


def pictures(tree: str, host: str | None, instance: str | None, period: Period, name: str) -> list[Picture]:
    """Return the pictures of a period, called `name`, from an RRD tree; of its only host where none is named.

    Raises SqmailError where that cannot be done.
    """
    from sqmail_rrd.graphs import inventory, readings  # noqa: PLC0415 - few reports have pictures
    from sqmail_rrd.graphs.catalogue import GRAPHS as CATALOGUE  # noqa: PLC0415
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
        having = [rrds for rrds in sets if readings.draws(rrds, graph)]
        some = [(rrds, reading) for rrds in having for reading in readings.read(rrds, [graph], [time_range], until)]
        if some:
            drawn.append(_drawn(*max(some, key=lambda one: _total(one[1]))))
    return drawn


def _total(reading: Reading) -> float:
    """Return how much there is to see."""
    return sum(numbers.total for _, numbers in reading.rows if numbers.total > 0)


def _drawn(rrds: RrdSet, reading: Reading) -> Picture:
    from sqmail_rrd.graphs import drawing, layers  # noqa: PLC0415 - few reports have pictures
    from sqmail_rrd.graphs.palette import LIGHT  # noqa: PLC0415

    graph, sums = reading.graph, reading.graph.quantity.sums
    png = drawing.draw(rrds, reading, LIGHT, size=drawing.Size(_WIDTH, zoom=_ZOOM), bare=True)
    rows = [
        (LIGHT.hue(series.hue), series.label, layers.texts(numbers, graph.quantity, total=sums)[1:])
        for series, numbers in layers.shown(reading)
    ]
    title = f"{graph.title}: {layers.cut(rrds.instance)}"
    return Picture(f"{graph.name}.png", title, graph.about, png, layers.columns(total=sums)[1:], rows)


def _warn(message: str) -> None:
    complain("warning", message)
