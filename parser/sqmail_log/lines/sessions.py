"""The logs of qmail-smtpd and qmail-popup, and of tcpserver, sslserver and rblsmtpd around them.

Lines are sorted by kind in a loop that does no more, and each kind is counted
at once: that takes less than to ask each line what it is and count it there
(benchmark: cold-smtpd).
"""

from __future__ import annotations

from collections import Counter
from operator import itemgetter

from sqmail_log.dialects import names
from sqmail_log.figures import sums
from sqmail_log.figures.metrics import LOGINS, RECORDS
from sqmail_log.lines import networks, records, servers
from sqmail_log.lines.fields import plain, shown
from sqmail_log.lines.servers import ACCEPT, AFTER_RBLSMTPD, ANSWER_WORD, ANSWERS, GREETDELAY
from sqmail_log.parties import senders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.dialects.rows import Found
    from sqmail_log.figures.sums import Sums
    from sqmail_log.lines.records import Meaning
    from sqmail_log.lines.telling import Ledger

_ratio_of = itemgetter(servers.RATIO)


class SessionLog:
    """Adds up the lines of a log of sessions.

    `tells` is what it has found programs to tell of, RECORDS and LOGINS: where
    these are never seen, a count of 0 says nothing.
    """

    def __init__(self) -> None:
        self.tells: set[str] = set()
        self._lines: dict[str, list[bytes]] = {kind: [] for kind in servers.KINDS}
        self._takers = servers.Takers({kind: lines.append for kind, lines in self._lines.items()})

    def feed(self, lines: list[bytes], minute: Sums, ledger: Ledger | None = None) -> list[bytes]:
        """Add lines of one minute to its sums; return those that none of these programs wrote.

        `ledger` is told what they say, in their order.
        """
        kinds, takers = self._lines, self._takers
        for of_kind in kinds.values():
            of_kind.clear()
        # A global would be looked up for each line.
        word = servers.WORD
        for line in lines:
            takers[line[word]](line)
        for line in kinds[servers.IPSVD]:
            plain = servers.as_tcpserver(line)
            takers[b"" if plain is None else plain[word]](plain or line)
        others, meanings = _note_records(kinds[servers.RECORD], minute)
        rare = [*kinds[servers.OTHER], *others, *_note_answers(kinds[servers.ANSWER], minute)]
        if kinds[servers.CONNECTION]:
            minute.explain_all(sums.CLIENT, networks.of_last_words(kinds[servers.CONNECTION]))
        minute.add("ok", len(kinds[servers.LET_IN]))
        minute.add("deny", len(kinds[servers.DENIED]))
        if kinds[servers.HANDSHAKE]:
            _note_handshakes(kinds[servers.HANDSHAKE], minute)
        _note_endings(kinds[servers.END], minute)
        if kinds[servers.STATUS]:
            _note_connections(kinds[servers.STATUS], minute)
        strangers = [line for line in rare if not self._note_rare(line[servers.TEXT], minute)]
        events: dict[bytes, Found] = {}
        if strangers:
            strangers, events = _note_dialects(strangers, minute, meanings, kinds[servers.CONNECTION])
        if ledger is not None:
            from sqmail_log.lines.telling import tell  # noqa: PLC0415 - checks need none

            tell(lines, ledger, events)
        if meanings:
            # Who writes records writes them of logins, too.
            self.tells |= {RECORDS, LOGINS}
        if sums.DIALECT in minute.tables:
            self.tells |= names.told(minute.tables[sums.DIALECT])
        return strangers

    def _note_rare(self, text: bytes, minute: Sums) -> bool:
        """Count a line of no kind in particular; tell whether one of the programs can have written it."""
        program, _, rest = text.partition(b" ")
        if program in servers.MESSENGERS:
            return _note_message(program, rest, minute)
        tagged = records.tagged(text)
        if tagged is None or _note_records([tagged], minute)[0]:
            return False
        self.tells |= {RECORDS, LOGINS}
        return True


def _note_records(lines: list[bytes], minute: Sums) -> tuple[list[bytes], list[tuple[Meaning, list[bytes]]]]:
    """Count what qmail-smtpd and qmail-popup say of their clients.

    Return what is no record, and what the records mean with the clients of each meaning.
    """
    others: list[bytes] = []
    alike: dict[bytes, list[bytes]] = {}
    meanings: list[tuple[Meaning, list[bytes]]] = []
    client_mark, after_tag = records.CLIENT, records.AFTER_TAG
    for line in lines:
        record, _, client = line.partition(client_mark)
        record = record[after_tag].partition(b" ")[2]
        clients = alike.get(record)
        if clients is None:
            # Where another qmail's line names a process, too, each is another.
            meaning = records.meaning(record) if b"::" in record else None
            if meaning is None:
                others.append(line)
                continue
            clients = alike[record] = []
            meanings.append((meaning, clients))
        clients.append(client)
    for table, clients in records.count(meanings, minute).items():
        minute.explain_all(table, networks.of_named(clients))
    # Where nobody logged in a user would be one that the client made up.
    users: list[tuple[bytes, bytes]] = []
    relaying: list[bytes] = []
    for meaning, clients in meanings:
        if not meaning.relays:
            continue
        if meaning.is_login:
            users += [(records.user_of(claims), records.address_of(claims)) for claims in clients]
        else:
            relaying += clients
    if users or relaying:
        senders.note(users, networks.of_named(relaying), minute)
    return others, meanings


def _note_answers(lines: list[bytes], minute: Sums) -> list[bytes]:
    """Count what rblsmtpd answered; return its other lines."""
    others: list[bytes] = []
    greeted = 0
    for line in lines:
        # `rblsmtpd: ADDRESS pid PID: ANSWER…`
        answer = line[AFTER_RBLSMTPD].partition(b": ")[2]
        if answer[ANSWER_WORD] == GREETDELAY:
            greeted += 1
        elif (said := servers.without_zone(answer)[ANSWER_WORD]) in ANSWERS:
            minute.add(ANSWERS[said], 1)
        else:
            others.append(line)
    minute.add("greetdelay", greeted)
    return others


def _note_handshakes(lines: list[bytes], minute: Sums) -> None:
    """Count sessions under TLS by version: `sslserver: tls PID accept TLSv1.3:CIPHER`."""
    for accepted, count in Counter([line.rpartition(ACCEPT)[2] for line in lines]).items():
        cipher = servers.cipher(accepted)
        if cipher:
            minute.add("tls_sessions", count)
            minute.add(servers.tls_metric(cipher), count)


def _note_endings(lines: list[bytes], minute: Sums) -> None:
    """Count sessions by the wait status that they ended with."""
    at = servers.STATUS_WORDS
    statuses: dict[str, int] = {}
    for words, count in Counter([line[at] for line in lines]).items():
        metric, status = servers.ended(words)
        if metric:
            minute.add(metric, count)
            statuses[status] = statuses.get(status, 0) + count
    minute.explain_all(sums.STATUS, statuses)


def _note_connections(lines: list[bytes], minute: Sums) -> None:
    """Note the highest n of `n/limit` or `n/limit/per address`, and what was said last."""
    statuses = set(map(_ratio_of, lines))
    if known := list(filter(None, map(servers.use, statuses))):
        minute.peak("connections", max(known)[0])
    if now := servers.use(_ratio_of(lines[-1])):
        connections, limit = now
        minute.last("connections_now", connections)
        minute.last("connections_limit", limit)


def _note_dialects(
    lines: list[bytes], minute: Sums, meanings: list[tuple[Meaning, list[bytes]]], connections: list[bytes]
) -> tuple[list[bytes], dict[bytes, Found]]:
    """Count lines of other programs; return those of nobody, and what the others tell.

    Those who know them are asked only where a line begins as theirs: to load
    them is dear.
    """
    if not any(names.head(line[servers.TEXT]) in names.HEADS for line in lines):
        return lines, {}
    from sqmail_log.dialects import known  # noqa: PLC0415 - most logs need none

    native = {what for meaning, _ in meanings for what in known.told_by(meaning)}
    return known.note(lines, minute, native, connections)


def _note_message(program: bytes, text: bytes, minute: Sums) -> bool:
    """Count a server's line that speaks of no connection in particular."""
    if text.startswith(b"fatal: "):
        minute.add("fatal", 1)
        minute.explain(sums.FATAL, shown(program + b" " + text[7:]))
    elif text.startswith(b"usage: "):
        # It has ended without doing its work: somebody gave it options that it does not know.
        minute.add("fatal", 1)
        minute.explain(sums.FATAL, shown(program + b" usage"))
    elif text.startswith(b"warning: ip connection limit"):
        minute.add("limited", 1)
    elif text.startswith((b"error: ", *servers.DROPPED)):
        minute.add("errors", 1)
        if b" TLS for pid" in text or b"SSL" in text:
            minute.add("tls_failed", 1)
    elif text.startswith((b"warning: ", b"drop: ")):
        minute.add("warnings", 1)
        minute.explain(sums.WARNING, plain(program + b" " + text.partition(b": ")[2]))
    else:
        return text.startswith(servers.NOTES) or servers.RBL_INFO in text or servers.speaks_to_listed(text)
    return True
