"""What a pass over logs of sessions adds up.

qmail-qmtpd and qmail-qmqpd log nothing: of them the lines of tcpserver and
sslserver tell.
"""

from __future__ import annotations

from collections import Counter

from sqmail_log.figures.sums import UNKNOWN, Sums
from sqmail_log.lines import networks, servers, shapes
from sqmail_log.lines.fields import plain
from sqmail_report.sessions.logins import Logins
from sqmail_report.tables.bounded import MOST_KEYS, Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any, TypeVar

    from sqmail_log.lines.records import Meaning, Record

    K = TypeVar("K", bound=Hashable)

# What is counted by a key: of what servers have few of, and of what strangers may have endlessly many of.
_CLOSED = ("ports", "records")
_OPEN = ("clients", "ciphers", "waits", "silent", "refusals", "protocols", "rejected", "endings")
_NETWORKS = ("clients", "silent", "rejected")
_HEARD = (*_NETWORKS, "ports", "ciphers", "waits", "refusals", "endings", "addresses")


class SessionLedger:
    """Accounts for what `SessionLog.feed` tells; `sums` are what it adds up itself.

    The counts are by port, network, cipher and so on, as the lines have them.
    `silent` are the clients that were made to wait (greetdelay) and left
    without qmail-smtpd having said a word of them.  Of a later piece of a log
    (`first=False`) it remembers what became of connections that began
    before, for `join`.  Of what a stranger may have endlessly many of, `limit`
    are kept; the rest has its sum.
    """

    def __init__(self, *, first: bool = True, addresses: bool = False, limit: int = MOST_KEYS) -> None:
        self.sums = Sums()
        self.ports: dict[tuple[bytes, bool], int] = {}
        self.clients = Tally()
        self.ciphers = Tally()
        self.waits = Tally()
        self.silent = Tally()
        self.refusals = Tally()
        self.records: dict[bytes, int] = {}
        self.protocols = Tally()
        self.rejected = Tally()
        self.logins = Logins()
        self.endings = Tally()
        self.addresses = Tally() if addresses else None
        self._waiting: dict[bytes, bytes] = {}
        # What is still to be counted, of clients their addresses.
        self._heard: dict[str, list[Any]] = {name: [] for name in _HEARD}
        self._meanings: list[Meaning] = []
        self._first = first
        self._limit = limit
        # Of each process of a later piece, whether its first line tells that the client before was heard.
        self._fates: dict[bytes, bool] = {}

    def connected(self, pid: bytes, client: bytes, _: bytes) -> None:
        """Note that a process begins with a connection: whatever had its number before has ended."""
        self._heard["clients"].append(client)
        self._leave(pid)

    def let_in(self, _pid: bytes, ends: bytes, _: bytes) -> None:
        """Count a connection that was let in."""
        self._heard["ports"].append((servers.port(ends), True))

    def denied(self, _pid: bytes, ends: bytes, _: bytes) -> None:
        """Count a connection that was refused."""
        self._heard["ports"].append((servers.port(ends), False))

    def secured(self, _pid: bytes, cipher: bytes, _: bytes) -> None:
        """Count a handshake."""
        if cipher:
            self._heard["ciphers"].append(cipher)

    def held_back(self, pid: bytes, client: bytes, seconds: bytes, _: bytes) -> None:
        """Note that a client was made to wait."""
        self._heard["waits"].append(seconds)
        if not self._first:
            self._fates.setdefault(pid, True)
        self._waiting[pid] = client

    def refused(self, pid: bytes, code: bytes, words: bytes, _: bytes) -> None:
        """Count what rblsmtpd told a client, numbers as N."""
        self._heard["refusals"].append((code, plain(words)))
        self._speak(pid)

    def listed(self, _pid: bytes, _words: bytes, _: bytes) -> None:
        """Leave out what rblsmtpd did not tell its client."""

    def recorded(self, record: Record, _: bytes) -> None:
        """Count a record."""
        meaning = record.meaning
        self._speak(record.pid)
        self._meanings.append(meaning)
        if meaning.accepts and not meaning.is_login:
            return
        client = record.client
        if meaning.is_login:
            user = record.user
            if user:
                self.logins.note(user, meaning.protocol, client, rejected=meaning.rejects)
        if meaning.rejects:
            self._heard["rejected"].append(client)
        if self.addresses is not None and not meaning.accepts:
            self._heard["addresses"].append((meaning.triple, client, *record.envelope))

    def ended(self, pid: bytes, status: int | None, _: bytes) -> None:
        """Note an end."""
        if status is not None:
            self._heard["endings"].append(status)
        if pid:
            self._leave(pid)

    def settle(self, lines: int, unknown: list[bytes]) -> None:
        """Count what was heard of so many lines, and those that no grammar knew.

        All at once that costs a fraction of one by one.
        """
        self.sums.add("lines", lines)
        self.sums.add("unrecognised", len(unknown))
        self.sums.explain_all(UNKNOWN, Counter(map(shapes.gist, unknown)))
        self._count_heard()

    def join(self, later: SessionLedger) -> None:
        """Put the pass over the next piece of the log behind this one, which is the first."""
        for pid, client in list(self._waiting.items()):
            heard = later._fates.get(pid)
            if heard is not None:
                del self._waiting[pid]
                if not heard:
                    self._heard["silent"].append(client)
        self._waiting.update(later._waiting)
        self._count_heard()
        self.add(later)

    def add(self, other: SessionLedger) -> None:
        """Add another's figures."""
        self.sums.merge(other.sums)
        for name in _CLOSED:
            _add(getattr(self, name), getattr(other, name))
        for name in _OPEN:
            getattr(self, name).merge(getattr(other, name))
        self.logins.merge(other.logins)
        if self.addresses is not None and other.addresses is not None:
            self.addresses.merge(other.addresses)
        self._bound()

    def _speak(self, pid: bytes) -> None:
        """Note that the client of a process was heard, or refused."""
        if not self._first:
            self._fates.setdefault(pid, True)
        self._waiting.pop(pid, None)

    def _leave(self, pid: bytes) -> None:
        """Note that the client of a process has left: it was silent where it waited until now."""
        if not self._first:
            self._fates.setdefault(pid, False)
        client = self._waiting.pop(pid, None)
        if client is not None:
            self._heard["silent"].append(client)

    def _count_heard(self) -> None:
        for name, heard in self._heard.items():
            if heard:
                counts = networks.of_all(heard) if name in _NETWORKS else Counter(heard)
                _add(getattr(self, name), counts)
                heard.clear()
        for meaning, number in Counter(self._meanings).items():
            _add(self.records, {meaning.triple: number})
            _add(self.protocols, {meaning.protocol: number})
        self._meanings.clear()
        self._bound()

    def _bound(self) -> None:
        for name in _OPEN:
            getattr(self, name).bound(self._limit)
        self.logins.bound(self._limit)
        if self.addresses is not None:
            self.addresses.bound(self._limit)


def _add(counts: dict[K, int], others: dict[K, int]) -> None:
    for key, number in others.items():
        counts[key] = counts.get(key, 0) + number
