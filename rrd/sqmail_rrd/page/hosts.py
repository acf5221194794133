"""The page of all hosts: how they are, what is wrong, a row for each."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqmail_command.html import Markup, element
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.quantities import NOTHING, SECONDS
from sqmail_rrd.page.figures import figure
from sqmail_rrd.page.frame import TITLE, page
from sqmail_rrd.page.model import HostGraphs
from sqmail_rrd.status import block
from sqmail_rrd.status.day import LINES, Day, Line, together
from sqmail_rrd.status.model import WORDS, HostStatus
from sqmail_rrd.status.sparkline import sparkline
from sqmail_rrd.status.summary import summary
from sqmail_rrd.status.together import worst
from sqmail_rrd.status.words import at, badge

_CARDS = 8
_CHANGES = 2
_SHOWN = ("deliveries", "queue", "records", "rejects")


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


def hosts_page(
    hosts: Sequence[HostGraphs],
    whole: HostGraphs | None,
    shown: Sequence[HostGraphs],
    statuses: Mapping[str, HostStatus],
    days: Sequence[Day],
    until: int,
) -> bytes:
    """Return the first page: how all hosts are, what is wrong, a line for each and one for their sum, main pictures.

    `statuses` are worst first; `days` are those of `hosts`.  Of `shown` the main pictures stand there.
    """
    graphs = {host.name: host for host in hosts}
    of_day = dict(zip(graphs, days, strict=True))
    told = [name for name, status in statuses.items() if status.state][:_CARDS]
    rows = [_row(statuses[name], graphs.get(name), of_day.get(name, {}), until, told) for name in statuses]
    if whole:
        rows.append(_sum_row(whole, together(days), until))
    return page(
        TITLE, (), until,
        _summary(statuses, graphs, until),
        *(block.card(statuses[name], graphs.get(name), until) for name in told),
        element("h2", "Hosts"),
        element("p", "Queue and oldest message: now. The other numbers: of the last hour. The pictures: the last day.",
                class_="faint"),
        _hosts_table(rows),
        *(part for one in shown for part in _main_pictures(one)),
        element("p", "When a check alarms: ", element("a", "runbooks", href="runbooks/index.html"), "."),
    )  # fmt: skip


def _summary(statuses: Mapping[str, HostStatus], graphs: Mapping[str, HostGraphs], until: int) -> Markup:
    state = worst(statuses)
    words = summary(statuses, {name: f"{host.folder}/index.html" for name, host in graphs.items()}, until)
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


def _hosts_table(rows: Sequence[Markup]) -> Markup:
    head = ["", "host", *LINES, "last values"]
    return element(
        "table",
        element("thead", element("tr", *(element("th", text, scope="col") for text in head))),
        element("tbody", *rows),
        class_="hosts",
    )


def _row(status: HostStatus, host: HostGraphs | None, day: Day, until: int, told: Collection[str]) -> Markup:
    name = status.name if host is None else element("a", status.name, href=f"{host.folder}/index.html")
    said = "" if status.name in told else _said(status)
    return element(
        "tr",
        element("td", badge(status.state), class_="badge"),
        element("th", name, element("span", said, class_="faint") if said else None, scope="row"),
        *(_numbers(host, day, until) if host else ()),
    )


def _said(status: HostStatus) -> str:
    """Return what is said of a host that has no block of its own: the worst problem, or what has changed."""
    if status.problems:
        return status.problems[0].words
    return ", ".join(f"{change.what} {change.words}" for change in block.great(status)[:_CHANGES])


def _sum_row(whole: HostGraphs, day: Day, until: int) -> Markup:
    name = element("a", whole.name, href=f"{whole.folder}/index.html")
    return element("tr", element("td", class_="badge"), element("th", name, scope="row"),
                   *_numbers(whole, day, until), class_="sum")  # fmt: skip


def _numbers(host: HostGraphs, day: Day, until: int) -> Iterator[Markup]:
    """Yield a host's cells; on a narrow screen each says itself what it is."""
    for name, line in LINES.items():
        picture = None
        if any(value > 0 for value in day.get(name, ())):
            picture = sparkline(day[name], line.hue, f"{name}, the last day of {host.name}")
        yield element("td", element("span", _cell(host, line)), picture, data_head=name)
    yield element("td", at(host.newest, until), data_head="last values")


def _cell(host: HostGraphs, line: Line) -> str:
    numbers = [one.now if line.level else one.total for one in host.last_hour(line.graph, line.metrics)]
    found = [number for number in numbers if not math.isnan(number)]
    if not found:
        return NOTHING
    return SECONDS.text(max(found)) if line.graph == "oldest" else f"{sum(found):.0f}"
