"""What the lines of sessions say, told one after another to a ledger."""

from __future__ import annotations

from sqmail_log.lines import records, servers
from sqmail_log.lines.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from sqmail_log.dialects.rows import Found

    class Ledger(Protocol):
        """What accounts for sessions; it is told of each line in order, `line` as a whole.

        Of a torn line a field may be b"".  `ends` are `HOST:IP:PORT
        HOST:IP:USER:PORT`, ours and the client's, for `servers.port` and
        `servers.identified`.  What is of no session in particular (a server's
        status, warnings and errors) is in the sums alone.
        """

        def connected(self, pid: bytes, client: bytes, line: bytes) -> None:
            """Take in that a process has begun with a client's connection."""

        def let_in(self, pid: bytes, ends: bytes, line: bytes) -> None:
            """Take in that a connection was let in."""

        def denied(self, pid: bytes, ends: bytes, line: bytes) -> None:
            """Take in that a connection was refused by rule or limit; the limit's text follows the ends."""

        def secured(self, pid: bytes, cipher: bytes, line: bytes) -> None:
            """Take in a handshake, `TLSv1.3:CIPHER`; b"" where the client asked for none."""

        def held_back(self, pid: bytes, client: bytes, seconds: bytes, line: bytes) -> None:
            """Take in that rblsmtpd holds the greeting back."""

        def refused(self, pid: bytes, code: bytes, words: bytes, line: bytes) -> None:
            """Take in that rblsmtpd refuses: with code 451 for now, with 553 for good."""

        def listed(self, pid: bytes, words: bytes, line: bytes) -> None:
            """Take in that rblsmtpd, in test mode, would refuse."""

        def recorded(self, record: Record, line: bytes) -> None:
            """Take in a record of qmail-smtpd or qmail-popup, or what another program's line tells as one."""

        def ended(self, pid: bytes, status: int | None, line: bytes) -> None:
            """Take in an end with its wait status, None for a torn one; no pid where it is another process's."""


def tell(lines: list[bytes], ledger: Ledger, foreign: Mapping[bytes, Found]) -> None:
    """Tell a ledger what lines say; those that no program of sessions wrote say nothing.

    `foreign` is what lines of dialects told: records and handshakes.
    """
    takers = _Teller(ledger, foreign).takers
    word = servers.WORD
    for line in lines:
        takers[line[word]](line)


class _Teller:
    """Takes the lines of each kind apart."""

    def __init__(self, ledger: Ledger, foreign: Mapping[bytes, Found]) -> None:
        self._ledger = ledger
        self._foreign = foreign
        self.takers = servers.Takers({
            servers.STATUS: _pass_over,
            servers.CONNECTION: self._connection,
            servers.LET_IN: self._let_in,
            servers.DENIED: self._denied,
            servers.END: self._end,
            servers.HANDSHAKE: self._handshake,
            servers.RECORD: self._record,
            servers.ANSWER: self._answer,
            servers.OTHER: self._other,
            servers.IPSVD: self._ipsvd,
        })  # fmt: skip

    def _ipsvd(self, line: bytes) -> None:
        plain = servers.as_tcpserver(line)
        if plain is not None:
            self.takers[plain[servers.WORD]](plain)

    def _connection(self, line: bytes) -> None:
        pid, _, rest = line[servers.AFTER_PID].partition(b" ")
        self._ledger.connected(pid, rest.rpartition(b" ")[2], line)

    def _let_in(self, line: bytes) -> None:
        pid, _, ends = line[servers.AFTER_OK].partition(b" ")
        self._ledger.let_in(pid, ends, line)

    def _denied(self, line: bytes) -> None:
        pid, _, ends = line[servers.AFTER_DENY].partition(b" ")
        self._ledger.denied(pid, ends, line)

    def _end(self, line: bytes) -> None:
        pid = b""
        # The number in `ended by` is that of sslserver's TLS process: it leads to no session.
        if line[servers.END_WORD] == servers.THIS_END:
            pid = line[servers.AFTER_END].partition(b" ")[0]
        self._ledger.ended(pid, servers.wait_status(line), line)

    def _handshake(self, line: bytes) -> None:
        cipher = servers.cipher(line.rpartition(servers.ACCEPT)[2])
        if cipher is not None:
            self._ledger.secured(line[servers.AFTER_TLS].partition(b" ")[0], cipher, line)

    def _record(self, line: bytes) -> None:
        record = Record.of(line)
        if record is not None:
            self._ledger.recorded(record, line)
        else:
            self._from_others(line)

    def _answer(self, line: bytes) -> None:
        # `CLIENT pid PID: ANSWER…`, of indimail ` pid PID from CLIENT: ANSWER…`; a zone may stand beside the colon.
        head, _, answer = line[servers.AFTER_RBLSMTPD].partition(b": ")
        client, _, rest = head.partition(b" pid ")
        pid, _, rest = rest.partition(b" ")
        client = client or rest.removeprefix(b"from ")
        answer = servers.without_zone(answer)
        word = answer[servers.ANSWER_WORD]
        if word == servers.GREETDELAY:
            self._ledger.held_back(pid, client, answer.partition(b" ")[2], line)
        elif word in servers.ANSWERS:
            code, _, words = answer.partition(b" ")
            self._ledger.refused(pid, code, words, line)
        elif servers.RBL_INFO in line:
            self._ledger.listed(pid, answer, line)

    def _other(self, line: bytes) -> None:
        tagged = records.tagged(line[servers.TEXT])
        record = Record.of(tagged) if tagged is not None else None
        if record is not None:
            self._ledger.recorded(record, line)
        else:
            self._from_others(line)

    def _from_others(self, line: bytes) -> None:
        found = self._foreign.get(line)
        if found is None:
            return
        record = found.record()
        if record is not None:
            self._ledger.recorded(record, line)
        else:
            self._ledger.secured(found.pid, found.words, line)


def _pass_over(_: bytes) -> None:
    """Leave a line to the sums."""
