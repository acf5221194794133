"""Records and connections of the store, from what the grammar tells of logs of sessions."""

from __future__ import annotations

from dataclasses import dataclass

from sqmail_log.lines import servers
from sqmail_log.lines.fields import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from sqmail_log.lines.records import Record

OPEN, DONE, LEFT = "open", "ended", "left"
MOST_OPEN = 20_000
"""How many connections are kept open at most: of those of whom no end is told the oldest make room."""
_MOST_DIGITS = 18

_CONNECTED, _PORT, _SECURED, _HELD_BACK, _REFUSED, _RECORDED, _ENDED = range(7)


@dataclass(slots=True)
class Connection:
    """What is known of one connection; what was not told is None.

    `waiting` is the client that is held back and was not heard yet.
    """

    begun: int | None = None
    client: bytes | None = None
    port: bytes | None = None
    let_in: bool | None = None
    secured: bytes | None = None
    held_back: bytes | None = None
    left_silent: bool = False
    refused: bytes | None = None
    words: str | None = None
    accepts: int = 0
    rejects: int = 0
    deferred: int = 0
    status: int | None = None
    waiting: bytes | None = None

    def fields(self) -> tuple[Any, ...]:
        """Return the constructor's arguments."""
        return (
            self.begun, self.client, self.port, self.let_in, self.secured, self.held_back, self.left_silent,
            self.refused, self.words, self.accepts, self.rejects, self.deferred, self.status, self.waiting,
        )  # fmt: skip


class SessionRows:
    """Makes rows of what it is told, as a ledger of `SessionLog.feed`; `open` are the connections that go on.

    Events wait until `account` is given their moments.  A row of `records`
    begins with its moment; one of `connections` is moment, state, process, and
    what `Connection.fields` gives.  A line is in one row: what is told a second
    time of a process begins another row.
    """

    def __init__(self) -> None:
        self.open: dict[bytes, Connection] = {}
        self.records: list[tuple[Any, ...]] = []
        self.connections: list[tuple[Any, ...]] = []
        self._events: list[tuple[bytes, int, bytes, Any, Any]] = []

    def __len__(self) -> int:
        return len(self.records) + len(self.connections)

    def connected(self, pid: bytes, client: bytes, line: bytes) -> None:
        """Take in that a process has begun with a client's connection."""
        self._note(line, _CONNECTED, pid, client)

    def let_in(self, pid: bytes, ends: bytes, line: bytes) -> None:
        """Take in that a connection was let in."""
        self._note(line, _PORT, pid, ends, True)

    def denied(self, pid: bytes, ends: bytes, line: bytes) -> None:
        """Take in that a connection was refused by rule or limit."""
        self._note(line, _PORT, pid, ends, False)

    def secured(self, pid: bytes, cipher: bytes, line: bytes) -> None:
        """Take in a handshake."""
        if cipher:
            self._note(line, _SECURED, pid, cipher)

    def held_back(self, pid: bytes, client: bytes, seconds: bytes, line: bytes) -> None:
        """Take in that rblsmtpd holds the greeting back."""
        self._note(line, _HELD_BACK, pid, client, seconds)

    def refused(self, pid: bytes, code: bytes, words: bytes, line: bytes) -> None:
        """Take in that rblsmtpd refuses."""
        self._note(line, _REFUSED, pid, code, plain(words))

    def listed(self, _pid: bytes, _words: bytes, _line: bytes) -> None:
        """Leave out what rblsmtpd did not tell its client."""

    def recorded(self, record: Record, line: bytes) -> None:
        """Take in a record."""
        self._note(line, _RECORDED, record.pid, record)

    def ended(self, pid: bytes, status: int | None, line: bytes) -> None:
        """Take in an end."""
        self._note(line, _ENDED, pid, status)

    def lines(self) -> list[bytes]:
        """Return the lines of what was told since."""
        return [event[0] for event in self._events]

    def account(self, moments: Iterable[int]) -> None:
        """Make rows of what was told since, with the moments of `lines` in Unix nanoseconds."""
        takers: tuple[Callable[[int, bytes, Any, Any], None], ...] = (
            self._connect, self._decide, self._secure, self._hold_back, self._refuse, self._record, self._end,
        )  # fmt: skip
        for (_, kind, pid, first, second), moment in zip(self._events, moments, strict=True):
            takers[kind](moment, pid, first, second)
        self._events.clear()

    def still_open(self, moment: int) -> list[tuple[Any, ...]]:
        """Return rows, as `connections` has them, of those that go on."""
        return [(moment, OPEN, _whole(pid), *connection.fields()) for pid, connection in self.open.items()]

    def _note(self, line: bytes, kind: int, pid: bytes, first: Any, second: Any = None) -> None:
        self._events.append((line, kind, pid, first, second))

    def _connect(self, moment: int, pid: bytes, client: bytes, _: object) -> None:
        self._leave(moment, pid, LEFT)
        connection = self._begin(moment, pid)
        connection.begun = moment
        connection.client = client

    def _decide(self, moment: int, pid: bytes, ends: bytes, let_in: bool) -> None:
        connection = self._of(moment, pid, "let_in")
        connection.port = servers.port(ends)
        connection.let_in = let_in

    def _secure(self, moment: int, pid: bytes, cipher: bytes, _: object) -> None:
        self._of(moment, pid, "secured").secured = cipher

    def _hold_back(self, moment: int, pid: bytes, client: bytes, seconds: bytes) -> None:
        connection = self._of(moment, pid, "held_back")
        if connection.client is not None and connection.client != client:
            connection = self._another(moment, pid)
        connection.client = connection.waiting = client
        connection.held_back = seconds

    def _refuse(self, moment: int, pid: bytes, code: bytes, words: str) -> None:
        connection = self._of(moment, pid, "refused")
        connection.refused = code
        connection.words = words
        connection.waiting = None

    def _record(self, moment: int, pid: bytes, record: Record, _: object) -> None:
        meaning = record.meaning
        sender, recipient = record.envelope
        self.records.append((
            moment, _whole(pid), meaning.triple, meaning.action, meaning.reason, meaning.is_login, meaning.protocol,
            record.client or None, record.helo or None, sender or None, recipient or None,
            (record.user or None) if meaning.is_login else None,
        ))  # fmt: skip
        connection = self.open.get(pid)
        if connection is not None:
            connection.waiting = None
            if meaning.accepts:
                connection.accepts += 1
            elif meaning.rejects:
                connection.rejects += 1
            elif meaning.action == "deferred":
                connection.deferred += 1

    def _end(self, moment: int, pid: bytes, status: int | None, _: object) -> None:
        connection = self.open.get(pid) if pid else None
        if connection is not None:
            connection.status = status
            self._leave(moment, pid, DONE)
        elif status is not None:
            self.connections.append((moment, DONE, _whole(pid), *Connection(status=status).fields()))

    def _of(self, moment: int, pid: bytes, field: str) -> Connection:
        """Return the connection of a process of which `field` was not told yet."""
        connection = self.open.get(pid)
        if connection is None:
            return self._begin(moment, pid)
        return connection if getattr(connection, field) is None else self._another(moment, pid)

    def _another(self, moment: int, pid: bytes) -> Connection:
        """Go on with another row of a process, which waits on."""
        before = self.open.pop(pid)
        waiting, before.waiting = before.waiting, None
        self.connections.append((moment, LEFT, _whole(pid), *before.fields()))
        connection = self._begin(moment, pid)
        if waiting is not None:
            connection.client = connection.waiting = waiting
        return connection

    def _begin(self, moment: int, pid: bytes) -> Connection:
        if len(self.open) >= MOST_OPEN:
            self._leave(moment, next(iter(self.open)), LEFT, heard=True)
        connection = self.open[pid] = Connection()
        return connection

    def _leave(self, moment: int, pid: bytes, state: str, *, heard: bool = False) -> None:
        """Make a row of a connection that is over: its client was silent where it waited until now."""
        connection = self.open.pop(pid, None)
        if connection is not None:
            connection.left_silent = connection.waiting is not None and not heard
            self.connections.append((moment, state, _whole(pid), *connection.fields()))


def _whole(digits: bytes) -> int | None:
    return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else None
