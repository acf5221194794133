"""The commands that draw: `sqmail-rrd graph` and `sqmail-rrd page`."""

import argparse
import sys
import time
from pathlib import Path

from sqmail_log import tai64n
from sqmail_rrd import inventory, page, store
from sqmail_rrd.binding import NO_FONT, RrdError, fonts_missing, load
from sqmail_rrd.drawing import Size, draw
from sqmail_rrd.flush import flush_collectd, flush_rrdcached
from sqmail_rrd.graphs import GRAPHS, Graph
from sqmail_rrd.inventory import ALL_HOSTS, Source
from sqmail_rrd.options import FORMATS
from sqmail_rrd.palette import DARK, LIGHT
from sqmail_rrd.readings import Reading, read
from sqmail_rrd.spans import SPANS, Span
from sqmail_rrd.text import plain

__all__ = ["run_graph", "run_page"]


def run_graph(options: argparse.Namespace) -> int:
    """Draw one graph and print its numbers; return the exit status."""
    found = inventory.hosts(options.rrd, _warn)
    if options.graph is None:
        return _list(found)
    source = _source(options, found)
    _flush(options, [source])
    until = _until(options)
    span = SPANS[options.span]
    if options.since is not None:
        span = _stretch(options.since // tai64n.SECOND, until)
    (reading,) = read(source, [GRAPHS[options.graph]], [span], until)
    output = options.output or Path(f"{options.graph}.png")
    kind = FORMATS.get(output.suffix.lower())
    if kind is None:
        raise RrdError(f"{output}: pictures are {', '.join(FORMATS)}")
    size = Size(options.size.width, options.size.height, options.zoom)
    theme = DARK if options.dark else LIGHT
    store.write(output, draw(source, reading, theme, thresholds=options.threshold, size=size, format_=kind))
    _print(source, reading)
    return 0


def run_page(options: argparse.Namespace) -> int:
    """Draw everything and write the pages; return the exit status."""
    load()
    found = inventory.hosts(options.rrd, _warn)
    _flush(options, [source for sources in found.values() for source in sources])
    settings = page.Settings(_until(options), tuple(options.threshold), options.jobs, anew=options.redraw)
    pages = page.write(options.rrd, found, options.out, settings)
    if options.verbose or sys.stdout.isatty():
        hosts = f"{len(found)} host{'s' * (len(found) != 1)}"
        print(f"{options.out / 'index.html'}: {hosts}, {pages} pages")
    return 0


def _flush(options: argparse.Namespace, sources: list[Source]) -> None:
    if fonts_missing():
        _warn(NO_FONT)
    if options.collectd_socket:
        flush_collectd(options.collectd_socket, sources)
    if options.rrdcached:
        flush_rrdcached(options.rrdcached, sources)


def _source(options: argparse.Namespace, found: dict[str, list[Source]]) -> Source:
    """Return the one source that the options mean; raises RrdError that lists the choice."""
    metrics = _metrics(GRAPHS[options.graph])
    every = (
        inventory.fleet(found)
        if options.all_hosts
        else [source for some in found.values() for source in some]
    )
    fitting = [
        source
        for source in every
        if metrics & source.files.keys()
        and options.host in {None, source.host, *([ALL_HOSTS] if options.all_hosts else [])}
        and options.instance in {None, source.instance}
    ]
    if len(fitting) == 1:
        return fitting[0]
    choice = fitting or every
    names = ", ".join(f"--host {source.host} --instance {source.instance}" for source in choice[:8])
    if not choice:
        raise RrdError(
            f"{options.rrd}: no values of any host; sqmail-rrd update or collectd writes them there"
        )
    if not fitting:
        raise RrdError(f"{options.rrd}: nothing like that has the graph {options.graph}; there is {names}")
    raise RrdError(f"{options.graph} is there more than once, choose: {names}")


def _metrics(graph: Graph) -> set[str]:
    return {name for series in graph.series for name in series.metrics}


def _list(found: dict[str, list[Source]]) -> int:
    for host, sources in found.items():
        for source in sources:
            names = [graph.name for graph in GRAPHS.values() if _metrics(graph) & source.files.keys()]
            print(plain(f"{host} {source.instance}: {' '.join(names)}"))
    if not found:
        print("no values of any host")
    return 0


def _print(source: Source, reading: Reading) -> None:
    """Print the numbers of a picture as a table."""
    quantity = reading.graph.quantity
    unit = f", {quantity.unit}" if quantity.unit else ""
    print(plain(f"{reading.graph.title}{unit}, {source.host}, {source.instance}, {reading.span.title}"))
    print(f"{'':<25}{'now':>10}{'average':>10}{'maximum':>10}{'total':>10}".rstrip())
    for series, numbers in reading.rows:
        texts = [quantity.text(value) for value in (numbers.now, numbers.average, numbers.maximum)]
        print(
            f"{series.label:<25}{''.join(f'{text:>10}' for text in [*texts, quantity.total(numbers.total)])}"
        )
    if reading.missing > 0:
        print(f"no values for {100 * reading.missing:.1f} % of the time")


def _stretch(since: int, until: int) -> Span:
    if since >= until:
        raise RrdError("--since is not before the end")
    text = time.strftime("since %Y-%m-%d %H:%M %Z", time.localtime(since))
    return Span("since", text, until - since)


def _until(options: argparse.Namespace) -> int:
    seconds: int = (tai64n.now() if options.until is None else options.until) // tai64n.SECOND
    return seconds - seconds % 60


def _warn(text: str) -> None:
    print(f"sqmail-rrd: {plain(text)}", file=sys.stderr)
