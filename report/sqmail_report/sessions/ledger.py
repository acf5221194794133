"""A pass over the logs of qmail-smtpd and qmail-popup, and of the servers around them.

What a client sent stands raw in these lines: only the program, the process
number, Action::Type::Condition, `P:` and `S:` are trusted, the rest is kept
only where it was asked for.  qmail-qmtpd and qmail-qmqpd log nothing: of them
the lines of tcpserver and sslserver tell.
"""

from __future__ import annotations

from collections import Counter

from sqmail_log.lines import networks
from sqmail_log.lines.fields import plain
from sqmail_report.sessions.logins import Logins
from sqmail_report.tables.bounded import MOST_KEYS, Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any, TypeVar

    K = TypeVar("K", bound=Hashable)

_SERVERS = {b"tcpserver:", b"sslserver:"}
_RECORDERS = {b"qmail-smtpd:", b"qmail-popup:"}
_REFUSALS = {b"451", b"553"}
_NOTES = {
    b"ciphers", b"cafile", b"ccafile", b"cadir", b"certchainfile", b"chainfile",
    b"cert", b"key", b"dhparam", b"param", b"usage:", b"info:",
}  # fmt: skip
_SIGNAL = 0x7F
_KNOWN = 1000
# What is counted by a key: of what servers have few of, and of what strangers may have endlessly many of.
_CLOSED = ("events", "ports", "refused", "records")
_OPEN = ("clients", "ciphers", "waits", "silent", "refusals", "protocols", "rejected", "endings")
_NETWORKS = ("clients", "silent", "rejected")
_LISTED = (*_OPEN, "records", "addresses")


class Record:
    """One line of qmail-smtpd or qmail-popup, taken apart as far as it can be trusted.

    `triple` is Action::Type::Condition.  `sender`, `recipient` and `helo` are
    what the client claimed and may hold anything; `user` is the name at a login.
    """

    __slots__ = ("client", "host", "pid", "protocol", "rest", "triple")

    def __init__(self, text: bytes) -> None:
        """Take apart what follows `qmail-smtpd: pid `; raise ValueError or IndexError where it is no record."""
        words = text.split(b" ", 5)
        self.pid, self.triple = words[0], words[1].removesuffix(b":")
        # RBL patches put the zone between the condition and `P:`.
        first = 2 if words[2].startswith(b"P:") else 3
        if self.triple.count(b"::") != 2 or not words[first].startswith(b"P:") or len(words) < first + 2:
            raise ValueError(f"no record: {text[:100]!r}")
        self.protocol = words[first][2:]
        client = words[first + 1]
        if not client.startswith(b"S:"):
            raise ValueError(f"no client: {text[:100]!r}")
        # IPv6 addresses have colons, host names have none.
        self.client, _, self.host = client[2:].rpartition(b":")
        self.rest = b" ".join((b"", *words[first + 2 :]))

    @property
    def sender(self) -> bytes:
        """Return the MAIL FROM; the last `F:` counts, since a HELO may contain another."""
        before, mark, _ = self.rest.rpartition(b" T:")
        return before.rpartition(b" F:")[2] if mark and b" F:" in before else b""

    @property
    def recipient(self) -> bytes:
        """Return the RCPT TO, without the note that may follow it in quotes."""
        return self.rest.rpartition(b" T:")[2].partition(b" '")[0].partition(b" ?~ ")[0] if b" T:" in self.rest else b""

    @property
    def user(self) -> bytes:
        """Return the user of a login, b"" for none."""
        for mark in (b" ?~ '", b" ?= '"):
            _, found, user = self.rest.rpartition(mark)
            if found:
                return user.removesuffix(b"'")
        return b""


class Connections:
    """What a pass over such logs adds up.

    The counts are by port, network, cipher and so on, as the lines have them.
    `silent` are the clients that were made to wait (greetdelay) and left
    without qmail-smtpd having said a word of them.  Of a later piece of a log
    (`first=False`) it remembers what happened to connections that began
    before, for `join`.  Of what a stranger may have endlessly many of, `limit`
    are kept; the rest has its sum.
    """

    def __init__(self, *, first: bool = True, addresses: bool = False, limit: int = MOST_KEYS) -> None:
        self.lines = 0
        self.events: dict[str, int] = {}
        self.peak = 0
        self.limit = 0
        self.ports: dict[tuple[bytes, bool], int] = {}
        self.clients = Tally()
        self.ciphers = Tally()
        self.waits = Tally()
        self.silent = Tally()
        self.refused: dict[bytes, int] = {}
        self.refusals = Tally()
        self.records: dict[bytes, int] = {}
        self.protocols = Tally()
        self.rejected = Tally()
        self.logins = Logins()
        self.endings = Tally()
        self.addresses = Tally() if addresses else None
        self._meanings: dict[bytes, tuple[bool, bool, bool]] = {}
        self._waiting: dict[bytes, bytes] = {}
        # What is still to be counted, of clients their addresses.
        self._heard: dict[str, list[Any]] = {name: [] for name in _LISTED}
        self._first = first
        self._limit = limit
        self._opened: set[bytes] = set()
        self._spoke: set[bytes] = set()
        self._ended: set[bytes] = set()

    def feed(self, lines: list[bytes]) -> None:
        """Take in lines of the log in order, labelled as multilog labels them."""
        self.lines += len(lines)
        for line in lines:
            program, _, text = line[26:-1].partition(b" ")
            try:
                if program in _SERVERS:
                    self._served(text)
                elif program in _RECORDERS:
                    self._recorded(Record(text[4:]))
                elif program == b"rblsmtpd:":
                    self._listed(text)
                elif program.startswith((b"Accept::", b"Reject::", b"Deferred::", b"Info::")):
                    # Old SPAMCONTROL names neither program nor process.
                    self._recorded(Record(b"- " + line[26:-1]))
                else:
                    self._note("unrecognised")
            except (ValueError, IndexError):
                self._note("unrecognised")
        self._settle()

    def join(self, later: Connections) -> None:
        """Put the pass over the next piece of the log behind this one, which is the first."""
        for pid, client in list(self._waiting.items()):
            if pid in later._spoke:
                del self._waiting[pid]
            elif pid in later._ended or pid in later._opened:
                del self._waiting[pid]
                self._heard["silent"].append(client)
        self._waiting.update(later._waiting)
        self._settle()
        self.add(later)

    def add(self, other: Connections) -> None:
        """Add another's figures."""
        self.lines += other.lines
        self.peak = max(self.peak, other.peak)
        self.limit = other.limit or self.limit
        for name in _CLOSED:
            _add(getattr(self, name), getattr(other, name))
        for name in _OPEN:
            getattr(self, name).merge(getattr(other, name))
        self.logins.merge(other.logins)
        if self.addresses is not None and other.addresses is not None:
            self.addresses.merge(other.addresses)
        self._bound()

    def _settle(self) -> None:
        """Count what was heard: all at once that costs a fraction of one by one."""
        for name, heard in self._heard.items():
            if heard:
                counts = networks.of_all(heard) if name in _NETWORKS else Counter(heard)
                _add(getattr(self, name), counts)
                heard.clear()
        self._bound()

    def _bound(self) -> None:
        for name in _OPEN:
            getattr(self, name).bound(self._limit)
        self.logins.bound(self._limit)
        if self.addresses is not None:
            self.addresses.bound(self._limit)

    def _served(self, text: bytes) -> None:
        """Count a line of tcpserver or sslserver."""
        words = text.split(b" ", 4)
        verb = words[0]
        if verb == b"status:":
            used, _, limits = words[1].partition(b"/")
            self.peak = max(self.peak, int(used))
            self.limit = int(limits.partition(b"/")[0])
        elif verb == b"pid":
            self._open(words[1])
            self._heard["clients"].append(words[3])
        elif verb in {b"ok", b"deny"}:
            _count(self.ports, (words[2].rpartition(b":")[2], verb == b"ok"))
        elif verb in {b"tls", b"ssl"}:
            if words[2] != b"accept":
                raise ValueError
            if words[3:]:
                self._heard["ciphers"].append(words[3])
        elif verb == b"end":
            self._end(words[1])
            self._status(words[3])
        elif verb == b"ended":
            # The number is that of sslserver's TLS process: it leads to no session.
            self._status(words[4])
        else:
            self._said(text)

    def _said(self, text: bytes) -> None:
        """Count a server's line that is not of one connection."""
        if text.startswith(b"fatal: "):
            self._note("fatal")
        elif text.startswith(b"warning: ip connection limit"):
            self._note("limited")
        elif text.startswith((b"error: ", b"warning: dropping SSL connection")):
            self._note("tls_failed" if b"TLS for pid" in text or b"SSL" in text else "errors")
        elif text.startswith(b"warning: "):
            self._note("warnings")
        elif text.partition(b" ")[0] not in _NOTES:
            raise ValueError

    def _listed(self, text: bytes) -> None:
        """Count a line of rblsmtpd: a wait or a refusal."""
        # `IP pid PID: ...`; s/qmail's own rblsmtpd puts the zone before the colon.
        head, _, answer = text.partition(b": ")
        client, _, rest = head.partition(b" pid ")
        if not rest:
            self._said(text)
            return
        pid = rest.partition(b" ")[0]
        verb, _, message = answer.partition(b" ")
        if verb == b"greetdelay:":
            self._heard["waits"].append(message)
            self._waiting[pid] = client
        elif verb in _REFUSALS:
            _count(self.refused, verb)
            self._heard["refusals"].append((verb, plain(message)))
            self._speak(pid)
        elif not answer.startswith(b"[RBL info]"):
            raise ValueError

    def _recorded(self, record: Record) -> None:
        self._speak(record.pid)
        triple = record.triple
        self._heard["records"].append(triple)
        self._heard["protocols"].append(record.protocol)
        rejected, accepted, login = self._meanings.get(triple) or self._meaning(triple)
        if login:
            user = record.user
            if user:
                self.logins.note(user, record.protocol, record.client, rejected=rejected)
        if rejected:
            self._heard["rejected"].append(record.client)
        if self.addresses is not None and not accepted:
            self._heard["addresses"].append((triple, record.client, record.sender, record.recipient))

    def _meaning(self, triple: bytes) -> tuple[bool, bool, bool]:
        """Return, remembered, whether a record rejects, whether it accepts, and whether it is of a login."""
        action = triple[:8].lower()
        login = triple[8:12].upper() == b"AUTH" and triple[14:].lower() != b"auth_meth"
        if len(self._meanings) >= _KNOWN:
            self._meanings.clear()
        meaning = self._meanings[triple] = action == b"reject::", action == b"accept::", login
        return meaning

    def _open(self, pid: bytes) -> None:
        """Note that a process begins with a connection: whatever had its number before has ended."""
        client = self._waiting.pop(pid, None)
        if client is not None:
            self._heard["silent"].append(client)
        if not self._first:
            self._opened.add(pid)

    def _speak(self, pid: bytes) -> None:
        """Note that the client of a process was heard, or refused."""
        if self._waiting.pop(pid, None) is None and not self._first and pid not in self._opened:
            self._spoke.add(pid)

    def _end(self, pid: bytes) -> None:
        client = self._waiting.pop(pid, None)
        if client is not None:
            self._heard["silent"].append(client)
        elif not self._first and pid not in self._opened:
            self._ended.add(pid)

    def _status(self, status: bytes) -> None:
        crashed = int(status) & _SIGNAL
        self._heard["endings"].append(status)
        if crashed:
            self._note("crashed")

    def _note(self, event: str) -> None:
        _count(self.events, event)


def _count(counts: dict[K, int], key: K) -> None:
    counts[key] = counts.get(key, 0) + 1


def _add(counts: dict[K, int], others: dict[K, int]) -> None:
    for key, number in others.items():
        counts[key] = counts.get(key, 0) + number
