"""sqmail-mrtg: the two numbers that qmail-mrtg prints, for existing MRTG configurations.

They come from the remembered sums of a log, from its files, or from lines on
standard input as qmail-mrtg had them.
"""

from __future__ import annotations

import sys
from functools import partial
from io import BytesIO
from itertools import chain

from sqmail_command import output
from sqmail_command.arguments import add_log, add_tai_offset, add_version, count, duration, moment, typed
from sqmail_command.parser import Parser
from sqmail_log import tai64n
from sqmail_log.errors import LogError, SqmailError
from sqmail_log.figures import sums
from sqmail_log.figures.metrics import SEND
from sqmail_log.files import blocks, history
from sqmail_log.files.cursor import live_path
from sqmail_log.files.logfile import unreadable
from sqmail_log.places import distinct
from sqmail_log.stamps import newest
from sqmail_log.stamps.rules import Stamps
from sqmail_log.state import bookmark
from sqmail_log.state.timeline import KEEP_MINUTES
from sqmail_log.units import DAY, MINUTE, NOTHING, Minute, Nanoseconds, minute_of
from sqmail_log.watch import open_state, watch
from sqmail_report.mrtg import emulation
from sqmail_report.mrtg.flags import PAIRS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator

    from sqmail_log.figures.sums import Sums
    from sqmail_log.state.store import State
    from sqmail_log.watch import View

PROG = "sqmail-mrtg"
MINUTES = 5
READING_SECONDS = 60.0


def main(arguments: list[str] | None = None, now: int | None = None) -> int:
    """Print two lines; return the exit status: 0, 1 for no numbers, 2 for a wrong command line.

    `now` is Unix time in nanoseconds, the clock's if not given.
    """
    made = parser()
    options = made.parse_args(arguments)
    _check(made, options)
    printed: list[Callable[[], None]] = []
    try:
        first, second = _numbers(options, tai64n.now() if now is None else Nanoseconds(now), printed)
        output.put([f"{first}\n{second}\n"])
        # Not before: what nobody was given is counted by the next call.
        for mark in printed:
            mark()
    except BrokenPipeError:
        return output.DONE
    except SqmailError as error:
        output.complain(PROG, str(error))
        return output.FAILED
    except OSError as error:
        output.complain(PROG, f"standard input: {error.strerror}")
        return output.FAILED
    except KeyboardInterrupt:
        output.complain(PROG, "interrupted")
        return output.INTERRUPTED
    return output.DONE


def _numbers(options: Namespace, clock: Nanoseconds, printed: list[Callable[[], None]]) -> tuple[int, int]:
    """Return the two numbers; add to `printed` what is to be done once they were handed on."""
    if options.queue is not None:
        from sqmail_log import spool  # noqa: PLC0415 - only this question needs it

        return spool.count(options.queue)
    if not options.log and sys.stdin is None:
        raise LogError("standard input is closed; give it a log, or --log DIR")
    now: Nanoseconds = clock if options.at is None else options.at
    logs = distinct(options.log)
    if options.as_original:
        lines = chain.from_iterable(map(_live_lines, logs)) if logs else sys.stdin.buffer
        return emulation.pair(options.flag, lines, now // tai64n.SECOND, options.minutes)
    pair = PAIRS[options.flag]
    if options.state_dir is not None:
        # Every log first: where one cannot be read, no number is printed, and none may count as printed.
        known = [_read_up(log, options, now) for log in logs]
        return pair.of(sums.total(_remembered(state, view, options, now, printed) for state, view in known))
    since, until = _stretch(options, now)
    if logs:
        _refuse_without_stamps(logs)
        chunks = _history(logs, since, until, options)
    else:
        chunks = _standard_input(since, until, Stamps(options.tai_offset, options.timezone), clock)
    return pair.of(_add_up(pair.log, chunks))


def _refuse_without_stamps(logs: list[str]) -> None:
    """Raise LogError where the newest lines of a log have no stamps that are known."""
    for log in logs:
        if (error := newest.without_stamps(log)) is not None:
            raise error


def _history(logs: list[str], since: Nanoseconds, until: Nanoseconds, options: Namespace) -> Iterator[list[bytes]]:
    """Yield the lines of logs; those of a file that lies in several of them once."""
    from sqmail_report.reading.logs import Log, Period  # noqa: PLC0415 - most calls have one log
    from sqmail_report.reading.same import groups  # noqa: PLC0415

    for path, *also in groups(logs) if len(logs) > 1 else [logs]:
        if also:
            both = tuple(also)
            period = Period(since, until)
            yield from Log(path, period, tai_offset=options.tai_offset, zone=options.timezone, also=both).lines()
        else:
            yield from history.history(
                [path],
                since=since,
                until=until,
                tai_offset=options.tai_offset,
                zone=options.timezone,
                damaged=output.complain_of_damage,
            )


def _stretch(options: Namespace, now: Nanoseconds) -> tuple[Nanoseconds, Nanoseconds]:
    """Return the first nanosecond that counts and the first that does not any more.

    From a log's files these are whole minutes, so that calls every MINUTES
    count each line once; a time asked for is exact, as is a log on standard
    input, which ends now.
    """
    length = options.window or (options.minutes or MINUTES) * MINUTE
    if options.log and options.at is None and options.window is None:
        until = now - now % MINUTE
    else:
        until = Nanoseconds(now + 1)
    return max(NOTHING, until - length), until


def _read_up(log: str, options: Namespace, now: Nanoseconds) -> tuple[State, View]:
    """Read what is new in the log."""
    minutes = options.minutes or MINUTES
    state = open_state(options.state_dir, log, READING_SECONDS)
    view = watch(
        log,
        options.state_dir,
        history=max(DAY, (minutes + 1) * MINUTE),
        tai_offset=options.tai_offset,
        zone=options.timezone,
        seconds=READING_SECONDS,
        now=now,
        state=state,
    )
    if view.behind:
        raise LogError(
            f"{log}: {view.behind} bytes are unread after {READING_SECONDS:.0f} s; the next call goes on"
        )
    return state, view


def _remembered(
    state: State, view: View, options: Namespace, now: Nanoseconds, printed: list[Callable[[], None]]
) -> Sums:
    """Return the sum of the whole minutes that are due; add to `printed` what marks them as printed."""
    minutes = options.minutes or MINUTES
    this = minute_of(now)
    mark = f"mrtg -{options.flag} {minutes}"
    first, is_in_turn = _due(bookmark.mark(state, state.meta(), mark), this, Minute(minutes))
    if is_in_turn:
        printed.append(partial(bookmark.set_mark, state, mark, this))
    return sums.total(counted for _, counted in view.minutes(first, Minute(this - 1)))


def _due(mark: Minute, this: Minute, minutes: Minute) -> tuple[Minute, bool]:
    """Return the first minute that counts, and whether this call is MRTG's next one.

    `mark` is the minute of its last call.  From there on, each line counts once
    however the calls jitter.  A call that comes much sooner is somebody's who
    looks; after a long pause the minutes between are left out, which MRTG
    could only draw as a spike.
    """
    age = this - mark
    if 0 <= age < max(1, minutes - 1):
        return this - minutes, False
    return mark if 0 <= age <= min(2 * minutes, KEEP_MINUTES) else this - minutes, True


def _add_up(kind: str, chunks: Iterable[list[bytes]]) -> Sums:
    from sqmail_log.lines.send import SendLog  # noqa: PLC0415
    from sqmail_log.lines.sessions import SessionLog  # noqa: PLC0415
    from sqmail_log.queue import Queue  # noqa: PLC0415 - what reads is not paid for where sums are remembered

    counted = sums.Sums()
    feed = SendLog(Queue(), {}).feed if kind == SEND else SessionLog().feed
    for lines in chunks:
        feed(lines, counted)
    return counted


def _standard_input(since: Nanoseconds, until: Nanoseconds, stamps: Stamps, now: Nanoseconds) -> Iterator[list[bytes]]:
    """Yield the whole lines on standard input stamped from `since` to before `until`, some at a time."""
    rest: list[bytes] = []
    stamp = since
    any_stamp = False
    # One read at a time: in the middle of several an interruption is not noticed.
    while block := sys.stdin.buffer.read1(blocks.BLOCK):  # type: ignore[union-attr]
        whole, newline, tail = block.rpartition(b"\n")
        if newline:
            read = list(BytesIO(b"".join([*rest, whole, newline])))
            if not any_stamp and not (any_stamp := any(map(tai64n.is_stamped, read))):
                raise newest.unknown_stamps("standard input", read[-1])
            lines = stamps.relabel(read, stamp, now)
            stamp = blocks.stamp_of(lines[-1], stamp)
            yield history.between(lines, since, until)
            rest = []
        rest.append(tail)


def _live_lines(log: str) -> Iterator[bytes]:
    """Yield the lines of the file being written, raw, as `cat` would hand them to qmail-mrtg."""
    path = live_path(log)
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is dear to import
            yield from file
    except OSError as error:
        raise unreadable(path, error) from error


def parser() -> Parser:
    """Return the command line's parser."""
    made = Parser(
        prog=PROG,
        usage="%(prog)s -FLAG [MINUTES] [--log DIR [--state-dir DIR]] [options] [< LOG]",
        description="Print the two numbers that qmail-mrtg -FLAG prints, counted rightly.",
        epilog="Without --log the lines come on standard input.  DURATION is 90s, 15m, 6h or 2d.",
        add_help=False,
        allow_abbrev=False,
    )
    flags = made.add_argument_group("what is counted").add_mutually_exclusive_group(required=True)
    for pair in PAIRS.values():
        flags.add_argument(
            f"-{pair.flag}", dest="flag", action="store_const", const=pair.flag, help=pair.help
        )
    flags.add_argument("--queue", metavar="DIR", help="messages in this queue / not yet preprocessed")
    made.add_argument(
        "minutes",
        metavar="MINUTES",
        nargs="?",
        type=typed(count),
        help=f"count the last so many minutes (default: {MINUTES}; --as-original: {emulation.SECONDS} s)",
    )
    add_log(made, "to add logs up", required=False)
    made.add_argument(
        "--state-dir",
        metavar="DIR",
        help="remember here what was read of --log, so that no file is read twice",
    )
    made.add_argument(
        "--at",
        type=typed(moment),
        metavar="TIME",
        help="count what came before this moment: ISO 8601 (UTC without a zone) or Unix seconds",
    )
    made.add_argument(
        "--window",
        type=typed(duration),
        metavar="DURATION",
        help="count so long before --at or now",
    )
    add_tai_offset(made)
    made.add_argument(
        "--as-original",
        action="store_true",
        help="count as qmail-mrtg did: standard input, or the live file of --log",
    )
    add_version(made)
    made.add_argument("--help", action="help", help="print this text and exit")
    return made


def _check(made: Parser, options: Namespace) -> None:
    """Refuse options that contradict each other."""
    if options.state_dir is not None:
        if not options.log:
            made.error("--state-dir needs --log")
        if options.at is not None or options.window is not None or options.as_original:
            made.error("--at, --window and --as-original read the log itself: leave --state-dir out")
        if options.minutes is not None and options.minutes > KEEP_MINUTES:
            made.error(
                f"sums are remembered for {KEEP_MINUTES} minutes: leave --state-dir out to count more"
            )
    if options.minutes and options.window:
        made.error("give either MINUTES or --window")
    if options.as_original and options.window:
        made.error("--as-original takes MINUTES, not --window")
    if options.as_original and options.flag not in emulation.FLAGS:
        made.error("--as-original: qmail-mrtg has no such flag")


if __name__ == "__main__":
    sys.exit(main())
