"""Reading a unit's lines once, in order, with a place in the journal kept between two readings.

What is known of files does not hold here, and need not: each entry has a place
of its own, journald adds at the end and removes whole files, the oldest first.
So where the entry that was read last is still there, nothing was lost; where
it has gone, what came behind it may have gone with it, and that is a gap.
"""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_log.files.blocks import Chunk
from sqmail_log.files.cursor import Cursor
from sqmail_log.files.seen import Seen
from sqmail_log.journal.entries import entries, is_same
from sqmail_log.stamps import syslog
from sqmail_log.units import MINUTE, NOTHING, SECOND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.journal.entries import Entry
    from sqmail_log.stamps.rules import Stamps
    from sqmail_log.units import Nanoseconds

_AT_ONCE = 2000
# A program's own stamp is older than the journal's.
_EARLIER = MINUTE


def follow(log: str, cursor: Cursor | None, since: Nanoseconds | None, stamps: Stamps) -> Iterator[Chunk]:
    """Yield what came behind `cursor`, or since a time; as `files.follow` does.

    The cursor's `fingerprint` is the place of the entry that was read last, its
    `lines` and `offset` count entries.  Raises LogError; then the last cursor
    stays good.
    """
    was = cursor.fingerprint if cursor is not None else ""
    stamp = cursor.stamp if cursor is not None else NOTHING
    count = cursor.lines if cursor is not None else 0
    if was:
        arguments = [f"--cursor={was}"]
    else:
        arguments = [] if since is None else [f"--since=@{max(NOTHING, since) // SECOND}"]
    lines: list[bytes] = []
    gaps = 0
    place = ""
    for entry in entries(log, *arguments):
        if was:
            read, was = was, ""
            if is_same(read, entry.place):
                continue
            gaps = 1
        lines += _labelled(entry, stamps)
        stamp = tai64n.nanoseconds(lines[-1])
        place = entry.place
        count += 1
        if not count % _AT_ONCE:
            yield Chunk(lines, _cursor(place, count, stamp), gaps)
            lines, gaps, place = [], 0, ""
    if place:
        yield Chunk(lines, _cursor(place, count, stamp), gaps)


def history(log: str, since: Nanoseconds | None, until: Nanoseconds | None, stamps: Stamps) -> Iterator[list[bytes]]:
    """Yield the lines that came from `since` to before `until`, and a few before and after that.  Raises LogError."""
    arguments = [] if since is None else [f"--since=@{max(NOTHING, since - _EARLIER) // SECOND}"]
    if until is not None:
        arguments.append(f"--until=@{(until + _EARLIER) // SECOND + 1}")
    lines: list[bytes] = []
    for entry in entries(log, *arguments):
        lines += _labelled(entry, stamps)
        if len(lines) >= _AT_ONCE:
            yield lines
            lines = []
    if lines:
        yield lines


def _cursor(place: str, count: int, stamp: Nanoseconds) -> Cursor:
    return Cursor(Seen(), fingerprint=place, offset=count, lines=count, stamp=stamp)


def _of_program(entry: Entry, text: bytes) -> bytes:
    if not entry.tag:
        return text
    own = syslog.of_program(entry.tag, entry.number or None, text)
    return b"%b: %b" % (entry.tag, text) if own == syslog.FOREIGN else own


def _labelled(entry: Entry, stamps: Stamps) -> list[bytes]:
    """Return an entry's lines with multilog's labels: the time within the text, else the journal's."""
    received = tai64n.encode(entry.received)
    labelled = []
    for text in entry.message.split(b"\n"):
        found = syslog.inner(text)
        if found is not None:
            line = stamps.relabel([b"%b.%b %b\n" % found], entry.received)[0]
        elif tai64n.is_stamped(text):
            line = stamps.relabel([text + b"\n"], entry.received, entry.received)[0]
        else:
            line = b"%b %b\n" % (received, _of_program(entry, text))
        labelled.append(line)
    return labelled
