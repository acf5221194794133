"""Write a log of any size with its true counts beside it.

    python -m benchmarks.generate send --size 100M --seed 1 --out DIR

makes ``DIR/log`` (a multilog directory), ``DIR/truth.json`` and, for send, ``DIR/queue.tsv``.
The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.logs.directory import LogDirectory
from benchmarks.logs.plan import SendPlan
from benchmarks.logs.send import SendLog
from benchmarks.logs.smtpd import SmtpdLog, SmtpdPlan
from benchmarks.logs.truth import write_queue, write_truth

_UNITS = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
DEFAULT_END = 1_795_334_400


def byte_count(text: str) -> int:
    """Read ``300k``, ``16M``, ``1G`` (powers of 1000) or a plain number of bytes."""
    factor = _UNITS.get(text[-1:], 1)
    digits = text[:-1] if factor > 1 else text
    try:
        size = int(float(digits) * factor)
    except ValueError:
        size = 0
    if size < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: write 300k, 16M or 1G")
    return size


def write_send(plan: SendPlan, out: Path) -> Path:
    """Write a qmail-send log into ``out``; return the multilog directory."""
    log = LogDirectory(out / "log", plan.bytes, plan.archives)
    simulation = SendLog(plan, log)
    facts = simulation.write()
    log.close()
    write_truth(out, log, facts)
    write_queue(out, simulation.queue())
    return log.path


def write_smtpd(plan: SmtpdPlan, out: Path) -> Path:
    """Write a session log (server, rblsmtpd, qmail-smtpd) into ``out``; return its directory."""
    log = LogDirectory(out / "log", plan.size, plan.archives)
    facts = SmtpdLog(plan, log).write()
    log.close()
    write_truth(out, log, facts)
    return log.path


def main(argv: list[str] | None = None) -> int:
    """Run the command line; exit codes: 0, or 2 for arguments that make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", choices=("send", "smtpd"))
    parser.add_argument("--size", type=byte_count, default=byte_count("16M"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--archives", type=int, default=0, metavar="N", help="finished files besides current (default none)"
    )
    parser.add_argument(
        "--rate",
        type=float,
        default=1.4,
        metavar="R",
        help="messages or sessions per second of log time (default 1.4)",
    )
    parser.add_argument(
        "--end",
        type=int,
        default=DEFAULT_END,
        metavar="UNIXTIME",
        help="about when the last line is written (default %(default)s)",
    )
    parser.add_argument(
        "--open",
        type=int,
        default=50,
        metavar="N",
        dest="open_messages",
        help="send: messages left in the queue (default 50)",
    )
    parser.add_argument(
        "--reasons",
        type=int,
        default=0,
        metavar="N",
        help="send: so many different reasons for failures and deferrals (default: as found)",
    )
    parser.add_argument(
        "--server",
        choices=("tcpserver", "sslserver"),
        default="tcpserver",
        help="smtpd: which server's words (default tcpserver)",
    )
    options = parser.parse_args(argv)
    if options.rate <= 0 or options.archives < 0 or options.open_messages < 0:
        parser.error("--rate must be greater than 0, --archives and --open not negative")
    try:
        if options.kind == "send":
            plan = SendPlan(
                options.size,
                options.seed,
                options.end,
                options.rate,
                options.archives,
                options.open_messages,
                options.reasons,
            )
            path = write_send(plan, options.out)
        else:
            path = write_smtpd(
                SmtpdPlan(options.size, options.seed, options.end, options.rate, options.archives, options.server),
                options.out,
            )
    except OSError as error:
        parser.error(str(error))
    print(f"log directory {path}, truth {options.out / 'truth.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
