"""The page of all hosts: how they are, what is wrong, a row for each.

Of each host no more is kept than its row shows, and the page is written row by row: it has 11 KB of each.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sqmail_command.html import Markup, element
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.quantities import NOTHING, SECONDS
from sqmail_rrd.page.figures import figure
from sqmail_rrd.page.frame import TITLE, page
from sqmail_rrd.page.model import HostGraphs, HostPages
from sqmail_rrd.status import block
from sqmail_rrd.status.day import LINES, Day, Line
from sqmail_rrd.status.model import WORDS, HostStatus
from sqmail_rrd.status.sparkline import sparkline
from sqmail_rrd.status.summary import summary
from sqmail_rrd.status.together import worst
from sqmail_rrd.status.words import at, badge

_CARDS = 8
_CHANGES = 2
_SHOWN = ("deliveries", "queue", "records", "rejects")
# No text of the page is escaped like this.
_ROWS = Markup("<!-- rows -->")


@dataclass(frozen=True, slots=True)
class Row:
    """What the page shows of a host, or of the sum of all: the numbers of its cells as text, and its last day.

    `newest` is the Unix time of its last value.
    """

    name: str
    newest: int
    pages: HostPages
    cells: tuple[str, ...]
    day: Day


def empty_page(root: str, until: int) -> bytes:
    """Return the page of a tree without values: what to do about it."""
    return page(
        TITLE,
        (),
        until,
        element("p", "There are no values yet below ", element("code", root), "."),
        element(
            "p",
            "They come from collectd with the plugin sqmail_collectd, whose DataDir this is, or without a daemon from ",
            element("code", f"sqmail-rrd update --log /var/log/qmail-send --instance send --rrd {root}"),
            " once a minute; ",
            element("code", "sqmail-rrd import"),
            " with the same options brings in the archives. Then draw this page again.",
        ),
    )


def row(host: HostGraphs, day: Day) -> Row:
    """Return what the page shows of a host."""
    return Row(host.name, host.newest, host.pages, tuple(_cell(host, line) for line in LINES.values()), day)


def hosts_page(
    rows: Mapping[str, Row],
    whole: Row | None,
    shown: Sequence[HostGraphs],
    statuses: Mapping[str, HostStatus],
    until: int,
) -> Iterator[bytes]:
    """Return the first page: how all hosts are, what is wrong, a line for each and one for their sum, main pictures.

    It comes in parts.  There are `rows` of hosts with files, `statuses` of all, worst first.  Main pictures are
    those of `shown`.
    """
    told = [name for name, status in statuses.items() if status.state][:_CARDS]
    pages = {name: one.pages for name, one in rows.items()}
    above, _, below = page(
        TITLE, (), until,
        _summary(statuses, pages, until),
        *(block.card(statuses[name], pages.get(name), until) for name in told),
        element("h2", "Hosts"),
        element("p", "Queue and oldest message: now. The other numbers: of the last hour. The pictures: the last day.",
                class_="faint"),
        _hosts_table(),
        *(part for one in shown for part in _main_pictures(one)),
        element("p", "When a check alarms: ", element("a", "runbooks", href="runbooks/index.html"), "."),
    ).partition(_ROWS.encode())  # fmt: skip
    lines = (_row(status, rows.get(name), until, told).encode() for name, status in statuses.items())
    return chain([above], lines, [_sum_row(whole, until).encode()] if whole else [], [below])


def _summary(statuses: Mapping[str, HostStatus], pages: Mapping[str, HostPages], until: int) -> Markup:
    state = worst(statuses)
    words = summary(statuses, {name: f"{host.folder}/index.html" for name, host in pages.items()}, until)
    when = element("span", "As of ", at(until, until, zone=True), ".", class_="since")
    return element("p", badge(state), " ", words, ". ", when, class_=f"summary {WORDS[state].lower()}")


def _main_pictures(shown: HostGraphs) -> Iterator[Markup]:
    time_range = shown.overview
    figures = []
    for instance in shown.instances:
        for name in _SHOWN:
            drawn = instance.graphs[name][time_range.name] if name in instance.graphs else None
            if drawn is not None and drawn.picture:
                title = f"{GRAPHS[name].title}, {instance.rrds.instance}"
                figures.append(figure(shown, instance, drawn, f"{shown.folder}/", title))
    if figures:
        yield element("h2", f"The {time_range.title}, ", shown.name)
        yield element("div", *figures, class_="grid")


def _hosts_table() -> Markup:
    head = ["", "host", *LINES, "last values"]
    return element(
        "table",
        element("thead", element("tr", *(element("th", text, scope="col") for text in head))),
        element("tbody", _ROWS),
        class_="hosts",
    )


def _row(status: HostStatus, host: Row | None, until: int, told: Collection[str]) -> Markup:
    name = status.name if host is None else element("a", status.name, href=f"{host.pages.folder}/index.html")
    said = "" if status.name in told else _said(status)
    return element(
        "tr",
        element("td", badge(status.state), class_="badge"),
        element("th", name, element("span", said, class_="faint") if said else None, scope="row"),
        *(_numbers(host, until) if host else ()),
    )


def _said(status: HostStatus) -> str:
    """Return what is said of a host that has no block of its own: the worst problem, or what has changed."""
    if status.problems:
        return status.problems[0].words
    return ", ".join(f"{change.what} {change.words}" for change in block.great(status)[:_CHANGES])


def _sum_row(whole: Row, until: int) -> Markup:
    name = element("a", whole.name, href=f"{whole.pages.folder}/index.html")
    return element("tr", element("td", class_="badge"), element("th", name, scope="row"),
                   *_numbers(whole, until), class_="sum")  # fmt: skip


def _numbers(host: Row, until: int) -> Iterator[Markup]:
    """Yield a host's cells; on a narrow screen each says itself what it is."""
    for (name, line), cell in zip(LINES.items(), host.cells, strict=True):
        picture = None
        if any(value > 0 for value in host.day.get(name, ())):
            picture = sparkline(host.day[name], line.hue, f"{name}, the last day of {host.name}")
        yield element("td", element("span", cell), picture, data_head=name)
    yield element("td", at(host.newest, until), data_head="last values")


def _cell(host: HostGraphs, line: Line) -> str:
    numbers = [one.now if line.level else one.total for one in host.last_hour(line.graph, line.metrics)]
    found = [number for number in numbers if not math.isnan(number)]
    if not found:
        return NOTHING
    return SECONDS.text(max(found)) if line.graph == "oldest" else f"{sum(found):.0f}"
