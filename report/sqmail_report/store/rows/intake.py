"""Lines of a log on their way to rows: the grammar's events become rows, its counts those of hours."""

from __future__ import annotations

from functools import partial

from sqmail_log import tai64n
from sqmail_log.figures.metrics import LAST, METRICS, SEND, SESSIONS, SUM
from sqmail_log.figures.minutes import Buckets
from sqmail_log.figures.sums import Sums
from sqmail_log.files.blocks import stamp_of
from sqmail_log.lines import shapes
from sqmail_log.lines.events import REPORTED
from sqmail_log.lines.send import SendLog
from sqmail_log.lines.sessions import SessionLog
from sqmail_log.queue import Queue
from sqmail_log.units import NOTHING, SECOND, Nanoseconds
from sqmail_report.messages import stamps
from sqmail_report.store.rows.mail import Mail, Queued
from sqmail_report.store.rows.sessions import Connection, SessionRows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqmail_log.lines.events import Event
    from sqmail_report.store.rows.names import Names

HOUR = Nanoseconds(3600 * SECOND)
BOTH = "both"
"""The family of counts that are of no family in particular."""
OF_FAMILY = "of_family"
UNREPORTED = "unreported"
_FIRST_LINES = 20


class Intake:
    """What was read of a log and is not in the store yet, and what goes on: messages, deliveries, connections.

    `counts` has figures by begin of the hour, family and name; `newest` is the
    moment of the newest line in Unix nanoseconds.
    """

    def __init__(self, names: Names, kept: dict[str, Any] | None = None) -> None:
        self.mail = Mail(names)
        self.sessions = SessionRows()
        self.counts: dict[tuple[int, str, str], int] = {}
        self.newest = NOTHING
        self.size = 0
        self._hours = Buckets(HOUR)
        deliveries: dict[bytes, tuple[bytes, bytes]] = {}
        starts: dict[bytes, bytes] = {}
        queues = ""
        if kept:
            self.newest = Nanoseconds(kept["newest"])
            queues = kept["queues"]
            for key, message, recipient, start in _bytes(kept["deliveries"]):
                deliveries[key] = message, recipient
                starts[key] = start
            for number, born, size, sender, *others in kept["messages"]:
                self.mail.messages[number.encode()] = Queued(born, size, _encoded(sender), *others)
            for pid, *fields in kept["connections"]:
                connection = Connection(*fields)
                for name in ("client", "port", "secured", "held_back", "refused", "waiting"):
                    setattr(connection, name, _encoded(getattr(connection, name)))
                self.sessions.open[_encoded(pid) or b""] = connection
        self._send = SendLog(Queue(), deliveries, queues)
        self._send.starts.update(starts)
        self._sessions = SessionLog()

    def __len__(self) -> int:
        return len(self.mail) + len(self.sessions)

    def state(self) -> dict[str, Any]:
        """Return what the next run begins with, as JSON has it."""
        send = self._send
        return {
            "newest": self.newest,
            "queues": send.kept(),
            "deliveries": [
                [_decoded(key), _decoded(message), _decoded(recipient), _decoded(send.starts.get(key, b""))]
                for key, (message, recipient) in send.deliveries.items()
            ],
            "messages": [
                [number.decode("ascii"), *map(_decoded, message.fields())]
                for number, message in self.mail.messages.items()
            ],
            "connections": [
                [_decoded(pid), *map(_decoded, connection.fields())] for pid, connection in self.sessions.open.items()
            ],
        }

    def gap(self, gaps: int, lines: list[bytes]) -> None:
        """Count gaps before lines, or behind the newest where none follow."""
        moment = stamp_of(lines[0], self.newest) if lines else self.newest
        self._count(int(self._hours.start(self._hours.number(moment))), BOTH, "gaps", gaps)

    def take(self, lines: list[bytes]) -> None:
        """Take in lines, in order."""
        self.size += sum(map(len, lines))
        self.newest = max(self.newest, stamp_of(lines[-1], self.newest))
        send_first = any(map(shapes.is_of_send, lines[:_FIRST_LINES]))
        for number, run in self._hours.runs(lines):
            self._take(int(self._hours.start(number)), run, send_first=send_first)

    def taken(self) -> None:
        """Begin anew: what was taken in is in the store."""
        self.mail.deliveries.clear()
        self.mail.ended.clear()
        self.sessions.records.clear()
        self.sessions.connections.clear()
        self.counts.clear()
        self.size = 0

    def _take(self, hour: int, lines: list[bytes], *, send_first: bool) -> None:
        """Take in lines of one hour."""
        events: list[Event] = []
        of_send, of_sessions = Sums(), Sums()
        by_send = partial(self._send.feed, minute=of_send, tell=events.append)
        by_sessions = partial(self._sessions.feed, minute=of_sessions, ledger=self.sessions)
        feeds = [(SEND, self._counted(hour, SEND, by_send)), (SESSIONS, self._counted(hour, SESSIONS, by_sessions))]
        left = shapes.unknown(lines, of_send, feeds if send_first else feeds[::-1])
        moments = _moments([event[1] for event in events], lines)
        starts = _moments([event[5] for event in events if event[0] == REPORTED and event[2]], lines)
        unreported = self.mail.account(events, moments, starts)
        self.sessions.account(_moments(self.sessions.lines(), lines))
        self._count(hour, BOTH, "lines", len(lines))
        self._count(hour, BOTH, "unrecognised", len(left) + of_sessions.numbers.pop("unrecognised", 0))
        self._count(hour, SEND, UNREPORTED, unreported)
        for family, sums in ((SEND, of_send), (SESSIONS, of_sessions)):
            for name, number in sums.numbers.items():
                self._count(hour, family, name, number)

    def _counted(self, hour: int, family: str, feed: Callable[[list[bytes]], list[bytes]]) -> shapes.Feed:
        """Return a feed that counts how many lines are of its family."""

        def fed(lines: list[bytes], _: Sums) -> list[bytes]:
            left = feed(lines)
            self._count(hour, family, OF_FAMILY, len(lines) - len(left))
            return left

        return fed

    def _count(self, hour: int, family: str, name: str, number: int) -> None:
        """Add a figure, as its metric adds up."""
        if number or merge_of(name) == LAST:
            key = hour, family, name
            before = self.counts.get(key)
            self.counts[key] = number if before is None else merged(name, before, number)


def merge_of(name: str) -> str:
    """Return how a figure adds up over hours."""
    metric = METRICS.get(name)
    return SUM if metric is None else metric.merge


def merged(name: str, before: int, after: int) -> int:
    """Return two figures of one hour as one, the later one last."""
    merge = merge_of(name)
    if merge == SUM:
        return before + after
    return after if merge == LAST else max(before, after)


def _moments(labelled: list[bytes], lines: list[bytes]) -> list[int]:
    """Return the moments of some of the lines, and of earlier ones, in Unix nanoseconds.

    A torn label has the time of the line before it.
    """
    try:
        return _nanoseconds(labelled)
    except ValueError:
        whole = dict(zip(map(id, lines), tai64n.mended(lines), strict=True))
        return [_nanoseconds(tai64n.mended([whole.get(id(line), line)]))[0] for line in labelled]


def _nanoseconds(lines: list[bytes]) -> list[int]:
    """Return the moments of lines in Unix nanoseconds.  Raises ValueError where a label is torn."""
    parts = stamps.of(lines)
    epoch, zero, second = stamps.EPOCH, stamps.ZERO, SECOND
    return [int(whole - epoch) * second + int(fraction - zero) for whole, fraction in zip(parts, parts, strict=True)]


def _decoded(value: Any) -> Any:
    """Return what JSON can keep: of bytes each as one letter."""
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _encoded(value: Any) -> Any:
    return value.encode("latin-1") if isinstance(value, str) else value


def _bytes(rows: list[list[str]]) -> list[list[bytes]]:
    return [[_encoded(word) for word in row] for row in rows]
