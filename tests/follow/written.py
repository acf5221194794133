"""What loggers write: a clock that may be set, lines and files, and what processors make of them."""

import gzip
import re
import time

from sqmail_log import tai64n

SECOND = tai64n.SECOND
BEGIN = 1795332000 * SECOND
TICK = 1_000_003


class Clock:
    """The clock that loggers, processors and readers look at; it never shows the same time twice until it is set."""

    def __init__(self):
        self.unix = BEGIN

    def tick(self):
        self.unix += TICK
        return self.unix

    def now(self):
        return self.unix


class Line:
    """What is between two newlines in a file, and what became of it.  Moments count operations and reads."""

    def __init__(self, raw, ids, file, moment):
        self.raw, self.ids, self.file, self.written = raw, ids, file, moment
        self.handed_out = self.told = self.dropped = False


class Written:
    """What one `current` was given, whatever it is called now, and however often it is copied or packed."""

    def __init__(self, number):
        self.number = number
        self.lines = []
        self.tail = b""
        self.label = 0
        self.gone = None
        self.truncated = False
        self.out_of_order = False


NEVER_WRITTEN = re.compile(rb"(\0+)(?=@40000000|\d{4}-|\d{10}[. ]|[A-Z][a-z]{2} [ \d]\d )")
IDS = re.compile(rb"end msg (\d{6})\.")


def processed(content, processor):
    """Return what a processor makes of a file."""
    if processor == "gzip":
        return gzip.compress(content, 1)
    if processor == "filter":
        return b"".join(line for line in content.splitlines(keepends=True) if not is_dropped(line))
    if processor == "tai64nlocal":
        return b"".join(dated(line) for line in content.splitlines(keepends=True))
    return content


def is_dropped(line):
    """Tell whether a filter drops a line: one in three, and often the first one of a file."""
    return any(int(number) % 3 == 1 for number in IDS.findall(line))


def dated(line):
    """Return a line with the date that tai64nlocal writes for its label; the zone is UTC."""
    try:
        unix, fraction = divmod(tai64n.nanoseconds(line), SECOND)
    except ValueError:
        return line
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(unix)).encode() + b".%09d" % fraction + line[25:]
