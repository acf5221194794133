"""The command sqmail-rrd: RRD files kept up to date, filled from archives, drawn, put on pages."""

import argparse
import sys

from sqmail_command.arguments import add_version
from sqmail_command.output import DONE, FAILED, INTERRUPTED, complain
from sqmail_command.parser import Parser
from sqmail_command.workers import WorkerDied
from sqmail_log.errors import SqmailError
from sqmail_rrd import options, write_commands

PROG = "sqmail-rrd"
_COMMANDS = (
    ("update", "write what is new in the logs into RRD files, without collectd", options.add_arguments_update),
    ("import", "write the history in the logs' archives into RRD files", options.add_arguments_import),
    ("graph", "draw one graph, or list what there is to draw", options.add_arguments_graph),
    ("page", "draw all graphs and write the pages that show them", options.add_arguments_page),
    ("cgi", "answer a web server's CGI: a graph of any time, for a browser", options.add_arguments_cgi),
)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit status: 0, 1 for a failure told in one line, 2 for wrong usage."""
    chosen = parser().parse_args(arguments)
    try:
        return _run(chosen)
    except BrokenPipeError:
        # Whoever read has had enough.
        return DONE
    except (SqmailError, WorkerDied) as error:
        complain(PROG, str(error))
        return FAILED
    except KeyboardInterrupt:
        complain(PROG, "interrupted")
        return INTERRUPTED


def parser() -> Parser:
    """Return the command line's parser."""
    made = Parser(prog=PROG, description="RRD files and graphs of qmail's logs.")
    add_version(made)
    subparsers = made.add_subparsers(dest="command", required=True, metavar="COMMAND", prog=PROG)
    for name, what, add_arguments in _COMMANDS:
        add_arguments(subparsers.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}."))
    return made


def _run(chosen: argparse.Namespace) -> int:
    if chosen.command == "update":
        return write_commands.run_update(chosen)
    if chosen.command == "import":
        return write_commands.run_import(chosen)
    from sqmail_rrd import draw_commands  # noqa: PLC0415 - `update` needs none of it, and may run every minute

    run = {"graph": draw_commands.run_graph, "page": draw_commands.run_page, "cgi": draw_commands.run_cgi}
    return run[chosen.command](chosen)


if __name__ == "__main__":
    sys.exit(main())
