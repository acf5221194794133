"""Any time of a graph, for a browser: what `sqmail-rrd cgi` answers.

What comes in is compared with names that are there, or read as a time; nothing of it becomes a path.
"""

import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, urlencode

from sqmail_command.html import element
from sqmail_rrd.graphs import inventory, svg
from sqmail_rrd.graphs.catalogue import GRAPHS, Graph
from sqmail_rrd.graphs.inventory import ALL_HOSTS, RrdSet
from sqmail_rrd.graphs.layers import ThresholdLine
from sqmail_rrd.graphs.ranges import TimeRange
from sqmail_rrd.graphs.readings import draws, read
from sqmail_rrd.page.figures import figure
from sqmail_rrd.page.frame import page
from sqmail_rrd.page.model import DrawnReading, HostGraphs, InstanceGraphs, Picture
from sqmail_rrd.page.months import FORM, form, written

_LONGEST_QUERY, _FIELDS = 2000, 8
_LEAST, _MOST = 600, 10 * 366 * 86400
_DAY = 86400


class RefusedError(Exception):
    """A question that has no answer: `status` is HTTP's, the text says why."""

    def __init__(self, status: str, words: str) -> None:
        super().__init__(words)
        self.status = status


def answer(root: str, method: str, query: str, thresholds: Sequence[ThresholdLine], now: int) -> bytes:
    """Return the page of a graph in the time that a query asks for, up to `now` (Unix seconds) at most.

    Raises RefusedError for a query that makes no sense, RrdError if a file cannot be read.
    """
    if method not in {"GET", "HEAD"}:
        raise RefusedError("405 Method Not Allowed", "There is nothing to change here.")
    asked = _fields(query)
    graph = GRAPHS.get(asked.get("graph", ""))
    if graph is None:
        raise RefusedError("404 Not Found", "There is no such graph.")
    until = min(_moment(asked.get("until"), now), now)
    until -= until % 60
    since = _moment(asked.get("since"), until - _DAY)
    if not _LEAST <= until - since <= _MOST:
        raise RefusedError("400 Bad Request", "A picture shows ten minutes or more, and ten years at most.")
    rrds = _found(root, asked.get("host", ""), asked.get("instance", ""), graph)
    title = f"{_text(since)} to {_text(until)}"
    (reading,) = read(rrds, [graph], [TimeRange("zoom", f"time from {title}", until - since)], until)
    image = None
    if not reading.quiet:
        drawn = svg.picture(rrds, reading, thresholds)
        image = Picture(f"data:image/svg+xml;base64,{b64encode(drawn).decode()}", *svg.size(drawn))
    host, instance = HostGraphs(rrds.host, "", ()), InstanceGraphs(rrds, {})
    section = element(
        "section", element("h2", title), figure(host, instance, DrawnReading(reading, image), ""), class_="zoomed"
    )
    return page(
        f"{graph.title}: {rrds.host}, {rrds.instance}", (), until,
        element("p", graph.about),
        element("p", *_elsewhere(rrds, graph, since, until, now)),
        form("", rrds, graph, since, until),
        element("div", section, class_="grid one"),
        again=False,
    )  # fmt: skip


def _fields(query: str) -> dict[str, str]:
    if len(query) > _LONGEST_QUERY:
        raise RefusedError("414 URI Too Long", "The question is too long.")
    try:
        found = parse_qs(query, max_num_fields=_FIELDS)
    except ValueError:
        raise RefusedError("400 Bad Request", "The question has too many parts.") from None
    return {name: values[-1] for name, values in found.items()}


def _moment(text: str | None, otherwise: int) -> int:
    """Return the Unix time of a reader's local time, as browsers write it."""
    if text is None:
        return otherwise
    try:
        return int(time.mktime(time.strptime(text, FORM)))
    except (ValueError, OverflowError):
        raise RefusedError("400 Bad Request", "A time is written like 2026-07-01T08:00.") from None


def _found(root: str, host: str, instance: str, graph: Graph) -> RrdSet:
    """Return the files of one of the logs that there are."""
    hosts = inventory.names(root)
    rrds = None
    if host in hosts:
        if instance in inventory.logs(root, host):
            rrds = next((one for one in inventory.instances(root, host, _ignore) if one.instance == instance), None)
    elif host == ALL_HOSTS:
        having = [one for one in hosts if instance in inventory.logs(root, one)]
        live = {name for series in graph.series for name in series.sources}
        rrds = inventory.of_all(root, dict.fromkeys(having), instance, live)
    if rrds is None or not draws(rrds, graph):
        raise RefusedError("404 Not Found", "There are no values of that.")
    return rrds


def _elsewhere(rrds: RrdSet, graph: Graph, since: int, until: int, now: int) -> Iterator[str]:
    """Yield links to the time before and after, to twice as much and to half of it."""
    span = until - since
    middle = (since + until) // 2
    times = {
        "earlier": (since - span, since),
        "later": (until, until + span),
        "wider": (middle - span, middle + span),
        "closer": (middle - span // 4, middle + span // 4),
    }
    between = ""
    for words, (begin, end) in times.items():
        late = max(0, end - now)
        if begin < now and _LEAST <= end - begin <= _MOST and (late == 0 or words == "wider"):
            query = {"host": rrds.host, "instance": rrds.instance, "graph": graph.name}
            query |= {"since": written(begin - late), "until": written(end - late)}
            yield between
            yield element("a", words, href=f"?{urlencode(query)}")
            between = " \u00b7 "


def _text(moment: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def _ignore(_: str) -> None:
    """Drop what the page says as often as it is written."""
