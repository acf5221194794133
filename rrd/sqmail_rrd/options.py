"""The options of the subcommands, and the texts they accept."""

import argparse
import math
import os
import re
import socket
from pathlib import Path

from sqmail_collectd.settings import STATE_DIR
from sqmail_command.arguments import add_jobs, add_log, add_tai_offset, add_time, duration, typed
from sqmail_log.tai64n import SECOND
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.drawing import Size
from sqmail_rrd.graphs.layers import ThresholdLine
from sqmail_rrd.graphs.ranges import RANGES
from sqmail_rrd.update import DAY

DATA_DIR = "/var/lib/collectd/rrd"

FORMATS = {".png": "PNG", ".svg": "SVG", ".pdf": "PDF"}
"""The formats of a picture by the end of its file's name."""


def add_arguments_update(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sqmail-rrd update`."""
    _add_writing(parser)
    parser.add_argument(
        "--history",
        type=typed(_seconds),
        default=DAY,
        metavar="DURATION",
        help="how much of the archives to take up on the first run (default 1d; 90s, 15m, 6h, 2d, 1w)",
    )


def add_arguments_import(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sqmail-rrd import`."""
    _add_writing(parser)
    _add_jobs(parser, "read and write")


def add_arguments_graph(parser: argparse.ArgumentParser) -> None:
    """Add what `sqmail-rrd graph` understands."""
    parser.add_argument(
        "graph",
        nargs="?",
        choices=sorted(GRAPHS),
        metavar="GRAPH",
        help=f"one of {', '.join(GRAPHS)}; without it, list what there is",
    )
    _add_drawing(parser)
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--host", help="the host, where the tree has several")
    whose.add_argument("--all-hosts", action="store_true", help="the sum of all hosts")
    parser.add_argument("--instance", help="the instance, where several have this graph (send, smtpd, …)")
    parser.add_argument("--range", choices=RANGES, default="day", dest="time_range", help="default: day")
    add_time(parser, "--since", "begin here instead of --range before the end")
    parser.add_argument("--dark", action="store_true", help="light on dark")
    parser.add_argument(
        "--size",
        type=typed(_size),
        default=Size(),
        metavar="WIDTHxHEIGHT",
        help="of the plot in pixels, before --zoom (default: 412x150)",
    )
    parser.add_argument("--zoom", type=typed(_factor), default=Size().zoom, metavar="FACTOR", help="default: 1")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the picture: .png, .svg or .pdf (default: GRAPH.png)",
    )


def add_arguments_page(parser: argparse.ArgumentParser) -> None:
    """Add what `sqmail-rrd page` understands."""
    _add_drawing(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where the pages go; open DIR/index.html"
    )
    parser.add_argument(
        "--redraw",
        action="store_true",
        help="draw all pictures, also those of week, month and year that are still fresh",
    )
    parser.add_argument(
        "--cgi",
        type=typed(_address),
        metavar="ADDRESS",
        help="where a web server runs sqmail-rrd cgi: each graph's page gets a form for any time",
    )
    _add_jobs(parser, "draw")
    _add_status(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="say what was written even if nobody watches")


def add_arguments_cgi(parser: argparse.ArgumentParser) -> None:
    """Add what `sqmail-rrd cgi` understands."""
    _add_tree(parser)
    _add_threshold(parser)


def _address(text: str) -> str:
    if not re.fullmatch(r"(https?://|/)[!-~]*", text):
        raise ValueError(f"{text!r} is no address like /cgi-bin/qmail or https://mail.example.org/qmail")
    return text


def _add_status(parser: argparse.ArgumentParser) -> None:
    """Add what tells how the hosts are: as `update` has it, so that its line can be taken over."""
    add_log(parser, "for all logs of this host; how it is, is judged by what their states know", required=False)
    _add_instance(parser)
    add_tai_offset(parser)
    parser.add_argument("--queue", action="append", default=[], metavar="DIR", help="look at the spool too; repeatable")
    _add_state_dir(parser, "where their states are")
    _add_hostname(parser)
    parser.add_argument(
        "--status",
        type=Path,
        metavar="DIR",
        help="reports of other hosts: HOST.json, as sqmail-report doctor --format json prints there",
    )


def _add_instance(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--instance",
        action="append",
        default=[],
        metavar="NAME",
        help="what the log at the same place among the --log options is called (default: its last folder); "
        "logs with the same name are one, its archives first, the live log last",
    )


def _add_state_dir(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--state-dir", default=STATE_DIR, metavar="DIR", help=f"{what} (default %(default)s)")


def _add_hostname(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hostname",
        default=socket.gethostname(),
        metavar="NAME",
        help="the host's folder in the tree, as collectd's Hostname (default: this host's name)",
    )


def _add_writing(parser: argparse.ArgumentParser) -> None:
    add_log(parser, "for several logs")
    _add_instance(parser)
    add_tai_offset(parser)
    parser.add_argument("--queue", metavar="DIR", help="count this spool too, with the first log")
    parser.add_argument(
        "--rrd", default=DATA_DIR, metavar="DIR", help="the tree of RRD files (default %(default)s)"
    )
    _add_state_dir(parser, "what is remembered")
    _add_hostname(parser)
    parser.add_argument(
        "--interval",
        type=typed(_seconds),
        default=60.0,
        metavar="DURATION",
        help="how often this command is run, for what is counted at the moment of the run (default 1m)",
    )
    parser.add_argument(
        "--rrdcached", metavar="ADDRESS", help="write through rrdcached: unix:/PATH, HOST or HOST:PORT"
    )
    parser.add_argument(
        "--set-torn-aside",
        action="store_true",
        help="rename RRD files that are damaged to NAME.rrd.torn, and make them anew from what is remembered",
    )


def _add_drawing(parser: argparse.ArgumentParser) -> None:
    _add_tree(parser)
    add_time(
        parser, "--until", "the end: ISO 8601 (UTC without a zone), Unix seconds, or 2d for two days ago (default: now)"
    )
    _add_threshold(parser)
    parser.add_argument("--rrdcached", metavar="ADDRESS", help="have rrdcached at this Unix socket write first")
    parser.add_argument("--collectd-socket", metavar="PATH", help="have collectd write first, by its plugin unixsock")


def _add_tree(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rrd",
        default=DATA_DIR,
        metavar="DIR",
        help=f"the folder that holds a folder for each host (default: {DATA_DIR})",
    )


def _add_threshold(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threshold",
        type=typed(_threshold),
        action="append",
        default=[],
        metavar="GRAPH=VALUE[:LABEL]",
        help="draw a line, in the unit of the graph's numbers: per minute, seconds, %%; repeatable",
    )


def _add_jobs(parser: argparse.ArgumentParser, what: str) -> None:
    cores = len(os.sched_getaffinity(0))
    add_jobs(parser, f"{what} with N processes (default: one for each core)", cores)


def _seconds(text: str) -> float:
    return duration(text) / SECOND


def _threshold(text: str) -> ThresholdLine:
    graph, _, rest = text.partition("=")
    number, _, label = rest.partition(":")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if graph not in GRAPHS or not math.isfinite(value) or value < 0:
        raise ValueError(f"{text!r} is nothing like queue=1000:too many; graphs: {', '.join(GRAPHS)}")
    return ThresholdLine(graph, value, label or "threshold")


def _size(text: str) -> Size:
    width, _, height = text.partition("x")
    try:
        return Size(_within(int(width)), _within(int(height)))
    except ValueError:
        raise ValueError(f"{text!r} is no size like 600x200, of 50 to 4000 pixels") from None


def _within(pixels: int) -> int:
    if not 50 <= pixels <= 4000:
        raise ValueError
    return pixels


def _factor(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.5 <= value <= 10:
        raise ValueError(f"{text!r} is no factor from 0.5 to 10")
    return value
