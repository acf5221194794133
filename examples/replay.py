"""Copy a log directory with its time stamps moved, so that its newest line is minutes old.

    python3 examples/replay.py examples/logs/send demo/log/send
    python3 examples/replay.py --over 24 --times 3 examples/logs/send demo/log/send

Only the labels change, and the archives' names with them.  With --over the log's messages and sessions are
distributed over so many hours, more of them by day than by night.  Each keeps its own course: what took two
seconds takes two seconds.  A status line then tells how many run at its new moment.
"""

import argparse
import math
import re
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from sqmail_log import tai64n

_LABEL = 25
_MINUTE = 60 * tai64n.SECOND
# What a line belongs to: a message by its number, a delivery by its own, a session by its process.
_DELIVERY = re.compile(rb"(?:starting )?delivery (\d+): (?:msg (\d+))?")
_COURSE = re.compile(rb"[^\n]{0,60}?\b(?:msg|pid|ok|deny|end|by|tls) (\d+)")
_BEGIN = re.compile(rb"new msg |\w+server: pid ")
_END = re.compile(rb"end msg |\w+server: end")
_RUNS = re.compile(rb" (?:starting delivery (?P<start>\d+): msg \d+ to (?P<channel>\w+)|delivery (?P<report>\d+): )")
_STATUS = re.compile(rb"( status: )(?:local \d+(/\d+) remote \d+|\d+)(/.*)")
_LINES_A_FILE = 1000


def newest(directory: Path) -> int:
    """Return the greatest time stamp in a directory's files, in Unix nanoseconds."""
    return max(
        tai64n.nanoseconds(line)
        for file in directory.iterdir()
        for line in file.read_bytes().splitlines()[-1:]
        if line.startswith(b"@")
    )


def moved(line: bytes, by: int) -> bytes:
    """Return a line, or a file's name, with its label moved by nanoseconds."""
    if not line.startswith(b"@"):
        return line
    return tai64n.encode(tai64n.nanoseconds(line[:_LABEL]) + by) + line[_LABEL:]


def replay(source: Path, target: Path, by: int) -> None:
    """Write a copy of the directory `source` to the new directory `target`."""
    target.mkdir(parents=True)
    for file in sorted(source.iterdir()):
        lines = file.read_bytes().split(b"\n")
        name = moved(file.name[:_LABEL].encode(), by).decode() + file.name[_LABEL:]
        (target / name).write_bytes(b"\n".join(moved(line, by) for line in lines))


def distribute(source: Path, target: Path, end: int, length: int, times: int) -> None:
    """Write what `source` holds, `times` one after the other, over the `length` up to `end` to the new `target`.

    Times are Unix nanoseconds.
    """
    files = [*sorted(path for path in source.iterdir() if path.name.startswith("@")), source / "current"]
    lines = [line for path in files for line in path.read_bytes().splitlines() if line.startswith(b"@")]
    courses = list(_courses(lines))
    # The last one needs its time, too.
    longest = max(tai64n.nanoseconds(course[-1]) - tai64n.nanoseconds(course[0]) for course in courses)
    begins = _begins(end - length, end - longest, len(courses) * times)
    spread = [
        (stamp + begin - tai64n.nanoseconds(course[0]), line[_LABEL:])
        for begin, course in zip(begins, courses * times, strict=True)
        for stamp, line in zip(map(tai64n.nanoseconds, course), course, strict=True)
    ]
    # Lines of one course stay in order, at the same nanosecond too.
    spread.sort(key=lambda row: row[0])
    late = end - spread[-1][0]
    texts = _told_anew(text for _, text in spread)
    _write(target, [(stamp + late, text) for (stamp, _), text in zip(spread, texts, strict=True)])


def _courses(lines: list[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines of each message or session, in the order in which they begin.

    What names neither (a status) belongs to the line before it.
    """
    found: list[list[bytes]] = []
    running: dict[bytes, list[bytes]] = {}
    messages: dict[bytes, bytes] = {}
    last: list[bytes] = []
    for line in lines:
        text = line[_LABEL + 1 :]
        if delivery := _DELIVERY.match(text):
            number, message = delivery.groups()
            key = messages[number] = message or messages.get(number, b"delivery " + number)
        elif course := _COURSE.match(text):
            key = course[1]
        else:
            key = b""
        if key and (_BEGIN.match(text) or key not in running):
            running[key] = []
            found.append(running[key])
        last = running[key] if key else last
        if not found:
            found.append(last)
        last.append(line)
        if key and _END.match(text):
            del running[key]
    yield from found


def _told_anew(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines without their labels, each status with the numbers of what has begun and not ended above it."""
    deliveries: dict[bytes, bytes] = {}
    sessions: set[bytes] = set()
    for text in texts:
        if runs := _RUNS.match(text):
            if runs["start"]:
                deliveries[runs["start"]] = runs["channel"]
            else:
                deliveries.pop(runs["report"], None)
        elif (course := _COURSE.match(text[1:])) and _BEGIN.match(text[1:]):
            sessions.add(course[1])
        elif course and _END.match(text[1:]):
            sessions.discard(course[1])
        elif status := _STATUS.search(text):
            before, limit, rest = status.groups()
            channels = [*deliveries.values()]
            told = (
                b"local %d%s remote %d" % (channels.count(b"local"), limit, channels.count(b"remote"))
                if limit
                else b"%d" % len(sessions)
            )
            yield text[: status.start()] + before + told + rest
            continue
        yield text


def _begins(first: int, last: int, count: int) -> Iterator[int]:
    """Yield when each of `count` courses begins: at noon three times as many as at midnight."""
    minutes = range(first, last + 1, _MINUTE)
    shares = [2 - math.cos(2 * math.pi * (minute / _MINUTE / 1440)) for minute in minutes]
    sums = list(accumulate(shares))
    for number in range(count):
        wanted = sums[-1] * (number + 0.5) / count
        place = bisect_left(sums, wanted)
        yield minutes[place] - int((sums[place] - wanted) / shares[place] * _MINUTE) + _MINUTE


def _write(target: Path, rows: list[tuple[int, bytes]]) -> None:
    """Write lines into files as multilog does: finished ones, with the moment of their end, and current."""
    target.mkdir(parents=True)
    for begin in range(0, len(rows), _LINES_A_FILE):
        part = rows[begin : begin + _LINES_A_FILE]
        is_last = begin + _LINES_A_FILE >= len(rows)
        name = "current" if is_last else tai64n.encode(part[-1][0] + 1).decode() + ".s"
        (target / name).write_bytes(b"".join(tai64n.encode(stamp) + text + b"\n" for stamp, text in part))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--ago", type=int, default=3, metavar="MINUTES", help="age of the newest line (default: 3)")
    parser.add_argument("--over", type=float, metavar="HOURS", help="distribute what happened over so many hours")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="with --over: so often (default: 1)")
    options = parser.parse_args()
    end = time.time_ns() - options.ago * _MINUTE
    if options.over is None:
        replay(options.source, options.target, end - newest(options.source))
    else:
        distribute(options.source, options.target, end, int(options.over * 60 * _MINUTE), options.times)


if __name__ == "__main__":
    main()
