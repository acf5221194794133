"""The pages: all hosts, one host, one graph.  What the pictures say is there as text, too."""

import math
from collections.abc import Iterable, Sequence

from sqmail_command.html import Markup, element, join
from sqmail_rrd.graphs.catalogue import GRAPHS, Graph
from sqmail_rrd.graphs.layers import ThresholdLine
from sqmail_rrd.graphs.quantities import NOTHING, SECONDS, amount
from sqmail_rrd.graphs.ranges import RANGES, TimeRange
from sqmail_rrd.graphs.readings import Reading
from sqmail_rrd.page import months
from sqmail_rrd.page.frame import moment, page
from sqmail_rrd.page.model import DrawnReading, HostGraphs, InstanceGraphs, Picture, page_name

_TITLE = "Mail hosts"
_STALE = 900
_SHOWN = ("deliveries", "queue", "records", "rejects")

# Column, graph, metrics, and whether the number is the last one or the last hour's total.
_COLUMNS = (
    ("in the queue", "queue", ("queue",), True),
    ("oldest", "oldest", ("oldest",), True),
    ("delivered", "deliveries", ("success_local", "success_remote", "success_unknown"), False),
    ("deferred", "deliveries", ("deferral_local", "deferral_remote", "deferral_unknown"), False),
    ("failed", "deliveries", ("failure_local", "failure_remote", "failure_unknown"), False),
    ("accepted", "records", ("accept",), False),
    ("rejected", "records", ("reject",), False),
)


def empty_page(root: str, until: int) -> bytes:
    """Return the page of a tree without values: what to do about it."""
    return page(
        _TITLE,
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


def hosts_page(hosts: Sequence[HostGraphs], whole: HostGraphs | None, until: int) -> bytes:
    """Return the first page: a line for each host and one for their sum, and the sum's main pictures."""
    rows = [whole, *hosts] if whole else list(hosts)
    head = ["host", *(column for column, *_ in _COLUMNS), "last values"]
    body = [
        element(
            "tr",
            element("th", element("a", host.name, href=f"{host.folder}/index.html"), scope="row"),
            *(element("td", _cell(host, *column[1:])) for column in _COLUMNS),
            element("td", moment(host.newest)),
        )
        for host in rows
    ]
    shown = whole or hosts[0]
    time_range = shown.overview
    figures = [
        _figure(shown, instance, drawn[time_range.name], shown.folder + "/")
        for instance in shown.instances
        for drawn in (instance.graphs[name] for name in _SHOWN if name in instance.graphs)
        if drawn[time_range.name].picture
    ]
    return page(
        _TITLE, (), until,
        *(_silence(host, until, name=True) for host in hosts),
        element("p", "Queue and oldest message: now. The other numbers: of the last hour.", class_="faint"),
        _table(None, head, body),
        element("h2", f"The {time_range.title}, ", shown.name) if figures else None,
        element("div", *figures, class_="grid") if figures else None,
        element("p", "When a check alarms: ", element("a", "runbooks", href="runbooks/index.html"), "."),
    )  # fmt: skip


def host_page(host: HostGraphs, until: int, above: Sequence[Markup] = ()) -> bytes:
    """Return the page of a host: the overview of every graph, and where the other time ranges are.

    `above` stands before the graphs.
    """
    time_range = host.overview
    body: list[str | None] = [_silence(host, until), *above]
    for instance in host.instances:
        graphs = {name: time_ranges[time_range.name] for name, time_ranges in instance.graphs.items()}
        figures = [_figure(host, instance, drawn, "") for drawn in graphs.values() if drawn.picture]
        quiet = [name for name, drawn in graphs.items() if not drawn.picture]
        body += [
            element("h2", instance.rrds.instance, id=page_name(instance.rrds.instance, "all")),
            element("div", *figures, class_="grid") if figures else None,
            _link_list(f"Nothing in the {time_range.title}: ", instance, quiet),
            _numbers_table(time_range, graphs.values()),
        ]
    shown = max((instance.moment for instance in host.instances), default=until)
    return page(host.name, [(_TITLE, "../" * (host.folder.count("/") + 1) + "index.html")], shown, *body)


def graph_page(
    host: HostGraphs,
    instance: InstanceGraphs,
    graph: Graph,
    thresholds: Sequence[ThresholdLine],
    until: int,
    root: str,
) -> bytes:
    """Return the page of one graph: every time range as a picture and as a table, with the lines drawn in it.

    `root` is the tree of files, for the command that draws another time.
    """
    drawn = instance.graphs[graph.name]
    lines = [line for line in thresholds if line.graph == graph.name]
    others = [name for name in instance.graphs if name != graph.name]
    sections = [
        element("section", element("h2", drawn[name].reading.time_range.title.capitalize()),
                _figure(host, instance, drawn[name], "", link=False), _schedule(instance, drawn[name].reading),
                _to_unfold(_reading_table(drawn[name].reading)))
        for name in RANGES
    ]  # fmt: skip
    up = "../" * (host.folder.count("/") + 1)
    trail = [(_TITLE, f"{up}index.html"), (host.name, "index.html")]
    return page(
        f"{graph.title}: {instance.rrds.instance}", trail, max(one.reading.until for one in drawn.values()),
        _silence(host, until),
        element("p", graph.about),
        *(element("p", f"Threshold: {line.label}, {graph.quantity.text(line.value)}") for line in lines),
        element("div", *sections, class_="grid"),
        *months.links(instance, graph),
        months.any_time(instance.rrds, graph, root, until),
        _link_list(f"Other graphs of {instance.rrds.instance}: ", instance, others),
    )  # fmt: skip


def month_page(
    host: str, folder: str, instance: InstanceGraphs, month: TimeRange, drawn: Sequence[DrawnReading]
) -> bytes:
    """Return the page of a log's month: every graph as a picture and as a table."""
    name = instance.rrds.instance
    trail = [(_TITLE, "../" * (folder.count("/") + 1) + "index.html"), (host, "index.html")]
    of_host = HostGraphs(host, folder, (instance,))
    sections = [
        element("section", element("h2", one.reading.graph.title, id=one.reading.graph.name),
                _figure(of_host, instance, one, ""), _to_unfold(_reading_table(one.reading)))
        for one in drawn
    ]  # fmt: skip
    until = drawn[0].reading.until
    return page(f"{month.title}: {name}", trail, until, element("div", *sections, class_="grid"), again=False)


def _schedule(instance: InstanceGraphs, reading: Reading) -> Markup | None:
    """Return when a range was drawn and is drawn again, where that is not in every run."""
    after = instance.next.get(reading.time_range.name)
    if after is None:
        return None
    return element("p", "Drawn ", moment(reading.until), ", next ", moment(after), ".", class_="faint")


def _figure(
    host: HostGraphs, instance: InstanceGraphs, drawn: DrawnReading, folder: str, *, link: bool = True
) -> Markup:
    """Return a picture that leads to its graph's page, or a sentence where there is none."""
    reading = drawn.reading
    if drawn.picture is None:
        return element("p", _nothing(reading), class_="faint")
    # Beside its numbers' table a picture need not read them out.
    image = _image(drawn.picture, folder, _alt(host, instance, reading, numbers=bool(folder)))
    target = folder + page_name(instance.rrds.instance, reading.graph.name)
    return element("figure", element("a", image, href=target) if link else image)


def _image(picture: Picture, folder: str, alt: str) -> Markup:
    return element("img", src=folder + picture.name, alt=alt, width=picture.width, height=picture.height)


def _alt(host: HostGraphs, instance: InstanceGraphs, reading: Reading, *, numbers: bool) -> str:
    name = f"{reading.graph.title} of {host.name}, {instance.rrds.instance}, {reading.time_range.title}"
    if not numbers:
        return name
    quantity = reading.graph.quantity
    said = "; ".join(
        f"{series.label} now {quantity.text(found.now)}, average {quantity.text(found.average)}, "
        f"maximum {quantity.text(found.maximum)}"
        for series, found in reading.rows
        if not found.zero
    )
    return f"{name}: {said}"


def _nothing(reading: Reading) -> str:
    if reading.missing > 0.99:
        return f"No values in the {reading.time_range.title}."
    gap = f", and no values for {_percent(reading.missing)} of the time" if reading.missing > 0.001 else ""
    return f"Nothing in the {reading.time_range.title}: all of it is zero{gap}."


def _reading_table(reading: Reading) -> Markup:
    quantity = reading.graph.quantity
    gap = f"; no values for {_percent(reading.missing)} of the time" if reading.missing > 0.001 else ""
    caption = [_measured(reading.graph), gap]
    if reading.until - reading.time_range.seconds < reading.begin < reading.until:
        caption += ["; first values ", moment(reading.begin)]
    return _table(join(*caption), ["", *_heads(total=quantity.sums)], _rows(reading))


def _numbers_table(time_range: TimeRange, graphs: Iterable[DrawnReading]) -> Markup:
    """Return every number of a host's pictures as text, to be unfolded."""
    bodies = []
    for drawn in graphs:
        if drawn.picture:
            heading = element("th", _measured(drawn.reading.graph), colspan=5, scope="colgroup")
            bodies.append(element("tr", heading))
            bodies += _rows(drawn.reading, total=True)
    if not bodies:
        return Markup()
    table = _table(join(f"The {time_range.title}"), ["", *_heads(total=True)], bodies)
    return _to_unfold(table)


def _to_unfold(table: Markup) -> Markup:
    """Return a table of what a picture shows already: for those who can't see it, or copy from it."""
    return element("details", element("summary", "These numbers as a table"), table)


def _measured(graph: Graph) -> str:
    return f"{graph.title}, {graph.quantity.unit}" if graph.quantity.unit else graph.title


def _heads(*, total: bool) -> list[str]:
    return ["now", "average", "maximum", *(["total"] if total else [])]


def _rows(reading: Reading, *, total: bool = False) -> list[Markup]:
    quantity = reading.graph.quantity
    rows = []
    for series, numbers in reading.rows:
        texts = [quantity.text(value) for value in (numbers.now, numbers.average, numbers.maximum)]
        if quantity.sums or total:
            texts.append(quantity.total(numbers.total))
        head = element("th", element("span", class_=f"swatch {series.hue}"), series.label, scope="row")
        rows.append(element("tr", head, *(element("td", text) for text in texts)))
    return rows


def _table(caption: Markup | None, head: Iterable[str], body: Iterable[Markup]) -> Markup:
    return element(
        "div",
        element(
            "table",
            element("caption", caption) if caption else None,
            element("thead", element("tr", *(element("th", text, scope="col") for text in head))),
            element("tbody", *body),
        ),
        class_="wide",
    )


def _link_list(text: str, instance: InstanceGraphs, names: Iterable[str]) -> Markup | None:
    linked: list[str] = []
    for name in names:
        address = page_name(instance.rrds.instance, name)
        linked += [", " if linked else text, element("a", GRAPHS[name].title, href=address)]
    return element("p", *linked) if linked else None


def _cell(host: HostGraphs, graph: str, metrics: Sequence[str], now: bool) -> str:
    found = [
        numbers.now if now else numbers.total
        for instance in host.instances
        if graph in instance.graphs
        for series, numbers in instance.graphs[graph]["hour"].reading.rows
        if set(series.metrics) & set(metrics) and not math.isnan(numbers.now if now else numbers.total)
    ]
    if not found:
        return NOTHING
    return SECONDS.text(max(found)) if graph == "oldest" else f"{sum(found):.0f}"


def is_silent(newest: int, until: int) -> bool:
    """Return whether the last value is older than any schedule explains."""
    return until - newest > _STALE


def _silence(host: HostGraphs, until: int, *, name: bool = False) -> Markup | None:
    """Return a warning if the host's last value is older than any schedule explains."""
    if not is_silent(host.newest, until):
        return None
    who = f"{host.name}: no" if name else "No"
    advice = ". Look whether collectd, or sqmail-rrd update, still runs there."
    return element("p", f"{who} values since ", moment(host.newest), advice, class_="alarm")


def _percent(share: float) -> str:
    return f"{amount(100 * share)} %" if not 0.9995 <= share < 1 else "over 99.9 %"
