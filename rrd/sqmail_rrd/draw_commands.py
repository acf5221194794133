"""The commands that draw: `sqmail-rrd graph` and `sqmail-rrd page`."""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from rrd_files.errors import RrdError
from sqmail_command.html import element
from sqmail_command.output import DONE, complain, put
from sqmail_command.text import terminal
from sqmail_log import tai64n
from sqmail_rrd import zoom
from sqmail_rrd.flush import flush_collectd, flush_rrdcached
from sqmail_rrd.fonts import NO_FONT, fonts_missing
from sqmail_rrd.graphs import inventory
from sqmail_rrd.graphs.catalogue import GRAPHS, Graph
from sqmail_rrd.graphs.drawing import draw
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.palette import DARK, LIGHT
from sqmail_rrd.graphs.ranges import RANGES, TimeRange
from sqmail_rrd.graphs.readings import Reading, draws, read
from sqmail_rrd.named_logs import absolute, named_logs
from sqmail_rrd.options import FORMATS
from sqmail_rrd.page import website, write
from sqmail_rrd.page.frame import POLICY, page
from sqmail_rrd.page.log import PageOptions
from sqmail_rrd.status.from_states import HostStates
from sqmail_rrd.status.together import Sources

# A question may cost so much of a processor.
_CGI_SECONDS = 30


def run_graph(options: argparse.Namespace) -> int:
    """Draw one graph and print its numbers; return the exit status."""
    found = inventory.hosts(options.rrd, _warn)
    if options.graph is None:
        return _list(found)
    graph = GRAPHS[options.graph]
    rrds = _rrd_set(options, graph, found)
    if fonts_missing():
        _warn(NO_FONT)
    if _flush(options, [rrds]):
        rrds = _rrd_set(options, graph, inventory.hosts(options.rrd, _ignore))
    until = _until(options)
    time_range = RANGES[options.time_range]
    if options.since is not None:
        time_range = _since(options.since // tai64n.SECOND, until)
    (reading,) = read(rrds, [graph], [time_range], until)
    output = options.output or Path(f"{graph.name}.png")
    format_ = FORMATS.get(output.suffix.lower())
    if format_ is None:
        raise RrdError(f"{output}: a picture's name ends in {', '.join(FORMATS)}")
    size = replace(options.size, zoom=options.zoom)
    theme = DARK if options.dark else LIGHT
    image = draw(rrds, reading, theme, thresholds=options.threshold, size=size, format_=format_)
    website.write(output, image)
    put(_numbers(rrds, reading))
    return DONE


def run_page(options: argparse.Namespace) -> int:
    """Draw everything and write the pages; return the exit status."""
    if options.collectd_socket or options.rrdcached:
        found = inventory.hosts(options.rrd, _ignore)
        _flush(options, list(chain.from_iterable(found.values())))
    wanted = PageOptions(
        _until(options),
        tuple(options.threshold),
        options.jobs,
        anew=options.redraw,
        cgi=options.cgi,
        sources=_sources(options),
    )
    written = write.write(options.rrd, options.out, wanted, _warn)
    if options.verbose or sys.stdout.isatty():
        hosts = f"{written.hosts} host{'s' * (written.hosts != 1)}"
        pages = f"{written.pages} page{'s' * (written.pages != 1)}"
        put([terminal(f"{options.out / 'index.html'}: {hosts}, {pages}"), "\n"])
    return DONE


def run_cgi(options: argparse.Namespace) -> int:
    """Answer the question that a web server has put into the environment; return the exit status."""
    from resource import RLIMIT_CPU, setrlimit  # noqa: PLC0415 - nobody else needs it

    setrlimit(RLIMIT_CPU, (_CGI_SECONDS, _CGI_SECONDS))
    status, body = "200 OK", b""
    try:
        method, query = os.environ.get("REQUEST_METHOD", "GET"), os.environ.get("QUERY_STRING", "")
        body = zoom.answer(options.rrd, method, query, options.threshold, tai64n.now() // tai64n.SECOND)
    except zoom.RefusedError as refused:
        status, body = refused.status, page("No picture", (), None, element("p", str(refused)))
    except RrdError as error:
        complain("sqmail-rrd", str(error))
        status = "500 Internal Server Error"
        body = page("No picture", (), None, element("p", "The values cannot be read; the web server's log says why."))
    head = (
        f"Status: {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}",
        "Cache-Control: no-store", f"Content-Security-Policy: {POLICY}; form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff", "", "",
    )  # fmt: skip
    sys.stdout.buffer.write("\r\n".join(head).encode() + body)
    sys.stdout.buffer.flush()
    return DONE


def _sources(options: argparse.Namespace) -> Sources:
    """Return what tells how the hosts are."""
    logs = None
    if options.log or options.instance:
        logs = HostStates(
            options.hostname,
            tuple((instance, log) for instance, log, _ in named_logs(options)),
            absolute(options.state_dir),
            tuple(map(absolute, options.queue)),
            options.tai_offset,
            options.timezone,
        )
    return Sources(logs, options.status)


def _flush(options: argparse.Namespace, rrd_sets: list[RrdSet]) -> bool:
    """Have the daemons write; return whether there may be newer values now."""
    if options.collectd_socket:
        flush_collectd(options.collectd_socket, rrd_sets)
    if options.rrdcached:
        flush_rrdcached(options.rrdcached, rrd_sets)
    return bool(options.collectd_socket or options.rrdcached)


def _rrd_set(options: argparse.Namespace, graph: Graph, found: dict[str, list[RrdSet]]) -> RrdSet:
    """Return the one set of files that the options mean; raises RrdError that lists the choice."""
    every = inventory.fleet(found) if options.all_hosts else list(chain.from_iterable(found.values()))
    every = [rrds for rrds in every if draws(rrds, graph)]
    if not every:
        raise RrdError(
            f"{options.rrd}: no values for the graph {graph.name}; without a name, graph lists what is there"
        )
    fitting = [
        rrds
        for rrds in every
        if options.host in {None, rrds.host} and options.instance in {None, rrds.instance}
    ]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(_named(rrds) for rrds in (fitting or every)[:8])
    raise RrdError(f"{graph.name} is there {'more than once' if fitting else 'elsewhere'}, choose: {names}")


def _named(rrds: RrdSet) -> str:
    return f"{'--all-hosts' if rrds.whole else f'--host {rrds.host}'} --instance {rrds.instance}"


def _list(found: dict[str, list[RrdSet]]) -> int:
    lines = []
    for rrds in chain.from_iterable(found.values()):
        names = [graph.name for graph in GRAPHS.values() if draws(rrds, graph)]
        lines.append(terminal(f"{rrds.host} {rrds.instance}: {' '.join(names)}") + "\n")
    put(lines if found else ["no values of any host\n"])
    return DONE


def _numbers(rrds: RrdSet, reading: Reading) -> Iterator[str]:
    """Yield the numbers of a picture as the lines of a table."""
    quantity = reading.graph.quantity
    unit = f", {quantity.unit}" if quantity.unit else ""
    title = f"{reading.graph.title}{unit}, {rrds.host}, {rrds.instance}, {reading.time_range.title}"
    yield f"{terminal(title)}\n"
    yield f"{'':<25}{'now':>10}{'average':>10}{'maximum':>10}{'total':>10}".rstrip() + "\n"
    for series, numbers in reading.rows:
        texts = [quantity.text(value) for value in (numbers.now, numbers.average, numbers.maximum)]
        yield f"{series.label:<25}{''.join(f'{text:>10}' for text in [*texts, quantity.total(numbers.total)])}\n"
    if reading.missing > 0:
        yield f"no values for {100 * reading.missing:.1f} % of the time\n"


def _since(since: int, until: int) -> TimeRange:
    if since >= until:
        raise RrdError("--since is not before the end")
    text = time.strftime("since %Y-%m-%d %H:%M %Z", time.localtime(since))
    return TimeRange("since", text, until - since)


def _until(options: argparse.Namespace) -> int:
    seconds: int = (tai64n.now() if options.until is None else options.until) // tai64n.SECOND
    return seconds - seconds % 60


def _ignore(_: str) -> None:
    """Drop what has been said already."""


def _warn(text: str) -> None:
    complain("sqmail-rrd", text)
