"""The pages of one host and of one graph.  What the pictures say is there as text, too."""

from collections.abc import Iterable, Sequence

from sqmail_command.html import Markup, element
from sqmail_rrd.graphs.catalogue import GRAPHS, Graph
from sqmail_rrd.graphs.layers import ThresholdLine
from sqmail_rrd.graphs.ranges import RANGES, TimeRange
from sqmail_rrd.graphs.readings import Reading
from sqmail_rrd.page import months
from sqmail_rrd.page.figures import figure
from sqmail_rrd.page.frame import TITLE, moment, page
from sqmail_rrd.page.model import DrawnReading, HostGraphs, InstanceGraphs, page_name
from sqmail_rrd.status import block
from sqmail_rrd.status.from_rrds import STALE
from sqmail_rrd.status.model import HostStatus
from sqmail_rrd.status.words import clock


def host_page(
    host: HostGraphs, status: HostStatus | None, until: int, above: Sequence[Markup] = ()
) -> bytes:
    """Return the page of a host: how it is, the overview of every graph, and where the other time ranges are.

    The sum of all hosts has no status; `above` stands between links to the graphs and these.
    """
    time_range = host.overview
    root = "../" * (host.folder.count("/") + 1)
    shown = max((instance.moment for instance in host.instances), default=until)
    body: list[str | None] = [
        _silence(host, until) if status is None else block.top(status, host.pages, root, until),
        _jumps(host, time_range),
        *above,
    ]
    for instance in host.instances:
        graphs = {name: time_ranges[time_range.name] for name, time_ranges in instance.graphs.items()}
        pictured = [drawn for drawn in graphs.values() if drawn.picture]
        figures = [figure(host, instance, drawn, "", _title(drawn.reading, shown)) for drawn in pictured]
        quiet = [name for name, drawn in graphs.items() if not drawn.picture]
        body += [
            element("h2", instance.rrds.instance, element("span", f" {time_range.title}", class_="since"),
                    id=page_name(instance.rrds.instance, "all")),
            element("div", *figures, class_="grid") if figures else None,
            _link_list(f"Nothing in the {time_range.title}: ", instance, quiet),
        ]  # fmt: skip
    return page(host.name, [(TITLE, f"{root}index.html")], shown, *body)


def _jumps(host: HostGraphs, time_range: TimeRange) -> Markup | None:
    """Return links to the logs of a long page, and to their graphs."""
    rows = []
    for instance in host.instances:
        name = instance.rrds.instance
        linked: list[str] = []
        for graph, drawn in instance.graphs.items():
            if drawn[time_range.name].picture:
                address = f"#{page_name(name, graph)}"
                linked += [" \u00b7 " if linked else ": ", element("a", GRAPHS[graph].title, href=address)]
        rows.append(element("p", element("a", name, href=f"#{page_name(name, 'all')}"), *linked))
    return element("nav", *rows, class_="jumps") if rows else None


def graph_page(
    host: HostGraphs,
    instance: InstanceGraphs,
    graph: Graph,
    thresholds: Sequence[ThresholdLine],
    until: int,
    root: str,
    cgi: str | None = None,
) -> bytes:
    """Return the page of one graph: every time range as a picture with its numbers, with the lines drawn in it.

    `root` is the tree of files, for the command that draws another time; `cgi` is the address that does.
    """
    drawn = instance.graphs[graph.name]
    lines = [line for line in thresholds if line.graph == graph.name]
    others = [name for name in instance.graphs if name != graph.name]
    sections = [
        element("section", element("h2", drawn[name].reading.time_range.title.capitalize(), id=name),
                figure(host, instance, drawn[name], ""), _schedule(instance, drawn[name].reading))
        for name in RANGES
    ]  # fmt: skip
    up = "../" * (host.folder.count("/") + 1)
    trail = [(TITLE, f"{up}index.html"), (host.name, "index.html")]
    return page(
        f"{graph.title}: {instance.rrds.instance}", trail, max(one.reading.until for one in drawn.values()),
        _silence(host, until),
        element("p", graph.about),
        *(element("p", f"Threshold: {line.label}, {graph.quantity.text(line.value)}") for line in lines),
        element("div", *sections, class_="grid"),
        *months.links(instance, graph),
        months.any_time(instance.rrds, graph, root, until) if cgi is None
        else months.form(cgi, instance.rrds, graph, until - RANGES["day"].seconds, until),
        _link_list(f"Other graphs of {instance.rrds.instance}: ", instance, others),
    )  # fmt: skip


def month_page(
    host: str, folder: str, instance: InstanceGraphs, month: TimeRange, drawn: Sequence[DrawnReading]
) -> bytes:
    """Return the page of a log's month: every graph as a picture with its numbers."""
    name = instance.rrds.instance
    trail = [(TITLE, "../" * (folder.count("/") + 1) + "index.html"), (host, "index.html")]
    of_host = HostGraphs(host, folder, (instance,))
    sections = [
        element("section", element("h2", one.reading.graph.title, id=one.reading.graph.name),
                figure(of_host, instance, one, ""))
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


def _title(reading: Reading, shown: int) -> str:
    """Return what stands above a picture on a page up to `shown`: an older one says of when it is."""
    title = reading.graph.title
    return title if reading.until == shown else f"{title}, up to {clock(reading.until, shown)}"


def _link_list(text: str, instance: InstanceGraphs, names: Iterable[str]) -> Markup | None:
    linked: list[str] = []
    for name in names:
        address = page_name(instance.rrds.instance, name)
        linked += [", " if linked else text, element("a", GRAPHS[name].title, href=address)]
    return element("p", *linked) if linked else None


def is_silent(newest: int, until: int) -> bool:
    """Return whether the last value is older than any schedule explains."""
    return until - newest > STALE


def _silence(host: HostGraphs, until: int) -> Markup | None:
    """Return a warning if the host's last value is older than any schedule explains."""
    if not is_silent(host.newest, until):
        return None
    advice = ". Look whether collectd, or sqmail-rrd update, still runs there."
    return element("p", "No values since ", moment(host.newest), advice, class_="alarm")
