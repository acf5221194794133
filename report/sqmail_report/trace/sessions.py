"""Single sessions in the logs of tcpserver, sslserver, rblsmtpd, qmail-smtpd and qmail-popup."""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_report.sessions.ledger import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_IDLE = 2 * 3600 * tai64n.SECOND
_SERVERS = {b"tcpserver:", b"sslserver:"}
_VERBS = {b"pid", b"ok", b"deny", b"tls", b"ssl", b"end"}


class Visit:
    """One connection: `lines` are its lines, `records` those of qmail-smtpd or qmail-popup with their times.

    Times are Unix nanoseconds; `ended` is 0 where the log has no end of it:
    sslserver's `ended by` names another process.
    """

    __slots__ = ("began", "client", "ended", "last", "lines", "pid", "records")

    def __init__(self, pid: bytes, began: int) -> None:
        self.pid = pid
        self.began = began
        self.last = began
        self.ended = 0
        self.client = b""
        self.lines: list[bytes] = []
        self.records: list[tuple[int, Record]] = []


class Visits:
    """Follows all sessions and keeps those that `wanted` chooses; it is asked when one has ended."""

    def __init__(self, wanted: Callable[[Visit], bool]) -> None:
        self.chosen: list[Visit] = []
        self._wanted = wanted
        self._open: dict[bytes, Visit] = {}
        self._now = 0
        self._swept = 0

    def feed(self, lines: list[bytes]) -> None:
        """Take in lines of the log in order, labelled as multilog labels them."""
        for line in lines:
            try:
                self._now = max(self._now, tai64n.nanoseconds(line))
                self._take(line[:-1])
            except (ValueError, IndexError):
                continue
        if self._now - self._swept > _IDLE:
            self._swept = self._now
            for pid, visit in list(self._open.items()):
                if self._now - visit.last > _IDLE:
                    self._end(self._open.pop(pid))

    def close(self) -> None:
        """Choose among those still open when the log ends."""
        for visit in self._open.values():
            self._end(visit)
        self._open.clear()

    def _take(self, line: bytes) -> None:
        words = line[26:].split(b" ", 4)
        program = words[0]
        if program in _SERVERS:
            verb = words[1]
            if verb not in _VERBS:
                return
            pid = words[2]
            if verb == b"pid":
                before = self._open.pop(pid, None)
                if before is not None:
                    self._end(before)
            visit = self._visit(pid, line)
            if verb == b"pid":
                visit.client = words[4]
            elif verb == b"end" or (verb == b"deny" and not visit.client):
                # A denied connection of sslserver has this line alone.
                visit.ended = self._now
                self._end(self._open.pop(pid))
        elif program == b"rblsmtpd:":
            if words[2] == b"pid":
                self._visit(words[3].rstrip(b":"), line)
        elif program in {b"qmail-smtpd:", b"qmail-popup:"}:
            record = Record(line[26:].partition(b" pid ")[2])
            visit = self._visit(record.pid, line)
            visit.records.append((self._now, record))
            visit.client = visit.client or record.client

    def _visit(self, pid: bytes, line: bytes) -> Visit:
        visit = self._open.get(pid)
        if visit is None:
            visit = self._open[pid] = Visit(pid, self._now)
        visit.lines.append(line)
        visit.last = self._now
        return visit

    def _end(self, visit: Visit) -> None:
        if self._wanted(visit):
            self.chosen.append(visit)
