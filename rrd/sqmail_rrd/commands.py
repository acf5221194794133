"""The commands that draw: `sqmail-rrd graph` and `sqmail-rrd page`."""

import argparse
import sys
import time
from dataclasses import replace
from itertools import chain
from pathlib import Path

from rrd_files.binding import NO_FONT, RrdError, fonts_missing
from sqmail_command.text import terminal
from sqmail_log import tai64n
from sqmail_rrd import inventory
from sqmail_rrd.flush import flush_collectd, flush_rrdcached
from sqmail_rrd.graphs.drawing import draw
from sqmail_rrd.graphs.palette import DARK, LIGHT
from sqmail_rrd.graphs.readings import Reading, draws, read
from sqmail_rrd.graphs.spans import SPANS, Span
from sqmail_rrd.graphs.table import GRAPHS, Graph
from sqmail_rrd.inventory import Source
from sqmail_rrd.options import FORMATS
from sqmail_rrd.page import store, write

__all__ = ["run_graph", "run_page"]


def run_graph(options: argparse.Namespace) -> int:
    """Draw one graph and print its numbers; return the exit status."""
    found = inventory.hosts(options.rrd, _warn)
    if options.graph is None:
        return _list(found)
    graph = GRAPHS[options.graph]
    source = _source(options, graph, found)
    if _flush(options, [source]):
        source = _source(options, graph, inventory.hosts(options.rrd, _ignore))
    until = _until(options)
    span = SPANS[options.span]
    if options.since is not None:
        span = _stretch(options.since // tai64n.SECOND, until)
    (reading,) = read(source, [graph], [span], until)
    output = options.output or Path(f"{graph.name}.png")
    format_ = FORMATS.get(output.suffix.lower())
    if format_ is None:
        raise RrdError(f"{output}: a picture's name ends in {', '.join(FORMATS)}")
    size = replace(options.size, zoom=options.zoom)
    theme = DARK if options.dark else LIGHT
    image = draw(source, reading, theme, thresholds=options.threshold, size=size, format_=format_)
    store.write(output, image)
    _print(source, reading)
    return 0


def run_page(options: argparse.Namespace) -> int:
    """Draw everything and write the pages; return the exit status."""
    found = inventory.hosts(options.rrd, _warn)
    if _flush(options, [source for sources in found.values() for source in sources]):
        found = inventory.hosts(options.rrd, _ignore)
    settings = write.Settings(_until(options), tuple(options.threshold), options.jobs, anew=options.redraw)
    pages = write.write(options.rrd, found, options.out, settings)
    if options.verbose or sys.stdout.isatty():
        hosts = f"{len(found)} host{'s' * (len(found) != 1)}"
        print(f"{options.out / 'index.html'}: {hosts}, {pages} page{'s' * (pages != 1)}")
    return 0


def _flush(options: argparse.Namespace, sources: list[Source]) -> bool:
    """Have the daemons write; return whether there may be newer values now."""
    if fonts_missing():
        _warn(NO_FONT)
    if options.collectd_socket:
        flush_collectd(options.collectd_socket, sources)
    if options.rrdcached:
        flush_rrdcached(options.rrdcached, sources)
    return bool(options.collectd_socket or options.rrdcached)


def _source(options: argparse.Namespace, graph: Graph, found: dict[str, list[Source]]) -> Source:
    """Return the one source that the options mean; raises RrdError that lists the choice."""
    every = inventory.fleet(found) if options.all_hosts else list(chain.from_iterable(found.values()))
    every = [source for source in every if draws(source, graph)]
    if not every:
        raise RrdError(
            f"{options.rrd}: no values for the graph {graph.name}; without a name, graph lists what is there"
        )
    fitting = [
        source
        for source in every
        if options.host in {None, source.host} and options.instance in {None, source.instance}
    ]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(_named(source) for source in (fitting or every)[:8])
    raise RrdError(f"{graph.name} is there {'more than once' if fitting else 'elsewhere'}, choose: {names}")


def _named(source: Source) -> str:
    return f"{'--all-hosts' if source.whole else f'--host {source.host}'} --instance {source.instance}"


def _list(found: dict[str, list[Source]]) -> int:
    for source in chain.from_iterable(found.values()):
        names = [graph.name for graph in GRAPHS.values() if draws(source, graph)]
        print(terminal(f"{source.host} {source.instance}: {' '.join(names)}"))
    if not found:
        print("no values of any host")
    return 0


def _print(source: Source, reading: Reading) -> None:
    """Print the numbers of a picture as a table."""
    quantity = reading.graph.quantity
    unit = f", {quantity.unit}" if quantity.unit else ""
    print(terminal(f"{reading.graph.title}{unit}, {source.host}, {source.instance}, {reading.span.title}"))
    print(f"{'':<25}{'now':>10}{'average':>10}{'maximum':>10}{'total':>10}".rstrip())
    for series, numbers in reading.rows:
        texts = [quantity.text(value) for value in (numbers.now, numbers.average, numbers.maximum)]
        print(f"{series.label:<25}{''.join(f'{text:>10}' for text in [*texts, quantity.total(numbers.total)])}")
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


def _ignore(_: str) -> None:
    """Drop what has been said already."""


def _warn(text: str) -> None:
    print(f"sqmail-rrd: {terminal(text)}", file=sys.stderr)
