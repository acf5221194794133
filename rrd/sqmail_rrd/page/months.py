"""Times beyond the last year: months, drawn once and kept for good, and the ways to any other time."""

import re
import time
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from shlex import quote

from sqmail_command.html import Markup, element
from sqmail_rrd.graphs.catalogue import GRAPHS, Graph
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.ranges import TimeRange
from sqmail_rrd.graphs.readings import Reading, read
from sqmail_rrd.page.model import InstanceGraphs, month_page_name

FORM = "%Y-%m-%dT%H:%M"
"""How a browser writes a local time."""
_NAME = re.compile(r"[0-9]{4}-[0-9]{2}")
# A month's last values are in the rows of a year after so many seconds; a host that was silent then has none.
_SETTLED = 8 * 3600
_SILENT = 2 * 86400
_SO_FAR = 12 * 3600
_MOST = 13


def there(instance: str, names: Collection[str]) -> tuple[str, ...]:
    """Return the months of an instance that have a page among the names of a folder's files, the newest first."""
    head, tail = month_page_name(instance, "|").split("|")
    found = (name[len(head) : -len(tail)] for name in names if name.startswith(head) and name.endswith(tail))
    return tuple(sorted((month for month in found if _NAME.fullmatch(month)), reverse=True))


def due(rrds: RrdSet, folder: Path, names: Collection[str], until: int, most: int) -> Iterator[TimeRange]:
    """Yield up to `most` months that are to be drawn, the newest first.

    One that was drawn after its end is never drawn again: the files' rows have become coarser meanwhile.
    """
    if most <= 0:
        return
    first = min(rrds.begins)
    found = 0
    for month, begin, end in _months(until):
        if end <= first or found == most:
            return
        if rrds.newest <= begin:
            continue
        name = month_page_name(rrds.instance, month)
        drawn = int((folder / name).lstat().st_mtime) if name in names else 0
        if until < end:
            wanted = until - drawn >= _SO_FAR
            seconds = until - begin
        else:
            wanted = drawn < end and (rrds.newest >= end + _SETTLED or until >= end + _SILENT)
            seconds = end - begin
        if wanted and seconds > 0:
            found += 1
            yield TimeRange(month, time.strftime("%B %Y", time.localtime(begin)), seconds)


def readings(rrds: RrdSet, month: TimeRange, until: int) -> list[Reading]:
    """Return the readings of a month up to its end, or up to `until`.  Raises RrdError as `read` does."""
    begin = _begin(*map(int, month.name.split("-")))
    return read(rrds, GRAPHS.values(), [month], min(begin + month.seconds, until))


def _months(until: int) -> Iterator[tuple[str, int, int]]:
    """Yield this month and those before it: name, begin, end in local time."""
    year, month, *_ = time.localtime(until)
    for number in range(_MOST):
        begin, end = _begin(year, month - number), _begin(year, month - number + 1)
        yield time.strftime("%Y-%m", time.localtime(begin)), begin, end


def _begin(year: int, month: int) -> int:
    return int(time.mktime((year, month, 1, 0, 0, 0, 0, 0, -1)))


def links(instance: InstanceGraphs, graph: Graph) -> list[Markup]:
    """Return links to a graph in each month that has a page."""
    name = instance.rrds.instance
    linked: list[str] = []
    for month in instance.months:
        address = f"{month_page_name(name, month)}#{graph.name}"
        linked += [", " if linked else "Months: ", element("a", month, href=address)]
    return [element("p", *linked)] if linked else []


def any_time(rrds: RrdSet, graph: Graph, root: str, until: int) -> Markup:
    """Return the command that draws a graph of any other time, such as the month before `until`."""
    host = "--all-hosts" if rrds.whole else f"--host {quote(rrds.host)}"
    command = f"sqmail-rrd graph {graph.name} --rrd {quote(root)} {host} --instance {quote(rrds.instance)}"
    _, (_, begin, end) = islice(_months(until), 2)
    since, before = (time.strftime("%Y-%m-%d", time.localtime(moment)) for moment in (begin, end))
    return element("p", "Any other time: ", element("code", f"{command} --since {since} --until {before}"))


def form(address: str, rrds: RrdSet, graph: Graph, since: int, until: int) -> Markup:
    """Return the form that asks `address` for a graph; it begins with a time that it shows."""
    fields = {"host": rrds.host, "instance": rrds.instance, "graph": graph.name}
    times = {"From": ("since", since), "to": ("until", until)}
    return element(
        "form",
        *(element("input", type_="hidden", name=name, value=value) for name, value in fields.items()),
        *(
            element(
                "label", f"{words} ", element("input", type_="datetime-local", name=name, value=written(moment))
            )
            for words, (name, moment) in times.items()
        ),
        element("button", "Show"),
        action=address, method="get", class_="times",
    )  # fmt: skip


def written(moment: int) -> str:
    """Return a Unix time as a browser's form writes a reader's local time."""
    return time.strftime(FORM, time.localtime(moment))
