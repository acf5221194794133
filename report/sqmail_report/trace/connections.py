"""Single sessions: what the grammar tells of each process, from its connection to its end."""

from __future__ import annotations

from sqmail_log import tai64n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_log.lines.records import Record

CONNECTED = "connected"
LET_IN = "let in"
DENIED = "denied"
SECURED = "TLS"
HELD_BACK = "greeting held back"
REFUSED = "refused"
LISTED = "listed"
RECORDED = "recorded"
ENDED = "ended"
_IDLE = 2 * 3600 * tai64n.SECOND


class Session:
    """One connection.

    `events` are what happened: a time, one of the words above, and what the
    grammar told of it: a record where it is RECORDED, else a text.
    `records` are those of qmail-smtpd or qmail-popup again, with times that
    never run backwards.  Times are Unix nanoseconds; `ended` is 0 where the
    log has no end of it: sslserver's `ended by` names another process.
    """

    __slots__ = ("began", "client", "ended", "events", "last", "pid", "records")

    def __init__(self, pid: bytes, began: int) -> None:
        self.pid = pid
        self.began = began
        self.last = began
        self.ended = 0
        self.client = b""
        self.events: list[tuple[int, str, bytes | Record]] = []
        self.records: list[tuple[int, Record]] = []


class Sessions:
    """Accounts for sessions, as a ledger, and keeps those that `wanted` chooses; it is asked when one has ended.

    Lines whose process or label is torn are of no session.
    """

    def __init__(self, wanted: Callable[[Session], bool]) -> None:
        self.chosen: list[Session] = []
        self._wanted = wanted
        self._open: dict[bytes, Session] = {}
        self._now = 0
        self._swept = 0

    def connected(self, pid: bytes, client: bytes, line: bytes) -> None:
        """Begin a session: whatever had its number before has ended."""
        session = self._noted(pid, line, CONNECTED, client, begins=True)
        if session is not None:
            session.client = client

    def let_in(self, pid: bytes, ends: bytes, line: bytes) -> None:
        """Note that it was let in."""
        self._noted(pid, line, LET_IN, ends)

    def denied(self, pid: bytes, ends: bytes, line: bytes) -> None:
        """Note that it was refused; of sslserver such a connection has this line alone."""
        session = self._noted(pid, line, DENIED, ends)
        if session is not None and not session.client:
            self._close(session)

    def secured(self, pid: bytes, cipher: bytes, line: bytes) -> None:
        """Note a handshake."""
        self._noted(pid, line, SECURED, cipher)

    def held_back(self, pid: bytes, _client: bytes, seconds: bytes, line: bytes) -> None:
        """Note a wait before the greeting."""
        self._noted(pid, line, HELD_BACK, seconds)

    def refused(self, pid: bytes, code: bytes, words: bytes, line: bytes) -> None:
        """Note that rblsmtpd refused it."""
        self._noted(pid, line, REFUSED, code + b" " + words)

    def listed(self, pid: bytes, words: bytes, line: bytes) -> None:
        """Note that rblsmtpd would have refused it."""
        self._noted(pid, line, LISTED, words)

    def recorded(self, record: Record, line: bytes) -> None:
        """Note a record."""
        session = self._noted(record.pid, line, RECORDED, record)
        if session is not None:
            session.records.append((self._now, record))
            session.client = session.client or record.client

    def ended(self, pid: bytes, status: int | None, line: bytes) -> None:
        """Note an end."""
        session = self._noted(pid, line, ENDED, b"" if status is None else b"%d" % status)
        if session is not None:
            self._close(session)

    def sweep(self) -> None:
        """Let sessions end of which nothing was heard for two hours."""
        if self._now - self._swept > _IDLE:
            self._swept = self._now
            for session in list(self._open.values()):
                if self._now - session.last > _IDLE:
                    self._choose(self._open.pop(session.pid))

    def close(self) -> None:
        """Choose among those still open when the log ends."""
        for session in self._open.values():
            self._choose(session)
        self._open.clear()

    def _noted(
        self, pid: bytes, line: bytes, event: str, detail: bytes | Record, *, begins: bool = False
    ) -> Session | None:
        """Note an event of a process; return its session."""
        try:
            time = tai64n.nanoseconds(line)
        except ValueError:
            return None
        self._now = max(self._now, time)
        if not pid:
            return None
        if begins and pid in self._open:
            self._choose(self._open.pop(pid))
        session = self._open.get(pid)
        if session is None:
            session = self._open[pid] = Session(pid, self._now)
        session.events.append((time, event, detail))
        session.last = self._now
        return session

    def _close(self, session: Session) -> None:
        session.ended = self._now
        self._choose(self._open.pop(session.pid))

    def _choose(self, session: Session) -> None:
        if self._wanted(session):
            self.chosen.append(session)
