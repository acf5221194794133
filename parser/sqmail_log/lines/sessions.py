"""The logs of qmail-smtpd and qmail-popup, and of tcpserver, sslserver and rblsmtpd around them.

Lines are sorted by kind in a loop that does no more, and each kind is counted
at once: that takes less than to ask each line what it is and count it there
(benchmark: cold-smtpd).
"""

from __future__ import annotations

from collections import Counter
from operator import itemgetter

from sqmail_log.figures import sums
from sqmail_log.lines import networks, records, servers
from sqmail_log.lines.fields import plain, shown
from sqmail_log.lines.servers import ACCEPT, AFTER_RBLSMTPD, ANSWER_WORD, ANSWERS, GREETDELAY, STATUS_0, STATUS_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.figures.sums import Sums
    from sqmail_log.lines.records import Meaning
    from sqmail_log.lines.telling import Ledger

_ratio_of = itemgetter(servers.RATIO)
_TLS_VERSIONS = {b"TLSv1.3": "tls_1_3", b"TLSv1.2": "tls_1_2"}
_SIGNAL = 0x7F


class SessionLog:
    """Adds up the lines of a log of sessions."""

    def __init__(self) -> None:
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
        rare = [
            *kinds[servers.OTHER],
            *_note_records(kinds[servers.RECORD], minute),
            *_note_answers(kinds[servers.ANSWER], minute),
        ]
        if kinds[servers.CONNECTION]:
            minute.explain_all(sums.CLIENT, networks.of_last_words(kinds[servers.CONNECTION]))
        minute.add("ok", len(kinds[servers.LET_IN]))
        minute.add("deny", len(kinds[servers.DENIED]))
        if kinds[servers.HANDSHAKE]:
            _note_handshakes(kinds[servers.HANDSHAKE], minute)
        _note_endings(kinds[servers.END], minute)
        if kinds[servers.STATUS]:
            _note_connections(kinds[servers.STATUS], minute)
        if ledger is not None:
            from sqmail_log.lines.telling import tell  # noqa: PLC0415 - checks need none

            tell(lines, ledger)
        return [line for line in rare if not _note_rare(line[servers.TEXT], minute)]


def _note_records(lines: list[bytes], minute: Sums) -> list[bytes]:
    """Count what qmail-smtpd and qmail-popup say of their clients; return what is no record."""
    others: list[bytes] = []
    alike: dict[bytes, list[bytes]] = {}
    meanings: list[tuple[Meaning, list[bytes]]] = []
    client_mark, after_tag = records.CLIENT, records.AFTER_TAG
    for line in lines:
        record, _, client = line.partition(client_mark)
        record = record[after_tag].partition(b" ")[2]
        clients = alike.get(record)
        if clients is None:
            meaning = records.meaning(record)
            if meaning is None:
                others.append(line)
                continue
            clients = alike[record] = []
            meanings.append((meaning, clients))
        clients.append(client)
    numbers = minute.numbers
    refused: dict[str, list[bytes]] = {sums.REFUSED: [], sums.LOGIN: []}
    for meaning, clients in meanings:
        count = len(clients)
        for name in meaning.metrics:
            numbers[name] = numbers.get(name, 0) + count
        if meaning.table:
            refused[meaning.table] += clients
        if meaning.relays:
            _note_senders(clients, minute, named=meaning.is_login)
        if meaning.unknown:
            minute.explain(sums.UNKNOWN, meaning.unknown, count)
    for table, clients in refused.items():
        if clients:
            minute.explain_all(table, networks.of_named(clients))
    return others


def _note_senders(claims: list[bytes], minute: Sums, *, named: bool) -> None:
    """Count who may send mail anywhere: users, and clients that need no login, each with the networks they are of.

    Only where somebody logged in the records are `named`; elsewhere a user
    would be one that the client made up.
    """
    senders: Counter[str] = Counter()
    places: Counter[str] = Counter()
    known: dict[bytes, str] = {}
    for claim in claims:
        address = records.address_of(claim)
        network = known.get(address)
        if network is None:
            network = known[address] = networks.of(address)
        user = records.user_of(claim) if named else b""
        sender = shown(user).replace(" ", "?") if user else network
        senders[sender] += 1
        places[f"{sender} {network}"] += 1
    minute.explain_all(sums.SENDER, senders)
    minute.explain_all(sums.PLACE, places)


def _note_answers(lines: list[bytes], minute: Sums) -> list[bytes]:
    """Count what rblsmtpd answered; return its other lines."""
    others: list[bytes] = []
    greeted = 0
    for line in lines:
        # `rblsmtpd: ADDRESS pid PID: ANSWER…`
        answer = line[AFTER_RBLSMTPD].partition(b": ")[2][ANSWER_WORD]
        if answer == GREETDELAY:
            greeted += 1
        elif answer in ANSWERS:
            minute.add(ANSWERS[answer], 1)
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
            minute.add(_TLS_VERSIONS.get(cipher.partition(b":")[0], "tls_old"), count)


def _note_endings(lines: list[bytes], minute: Sums) -> None:
    """Count the sessions that a signal ended."""
    for line in lines:
        if line[STATUS_WORDS] != STATUS_0 and (servers.wait_status(line) or 0) & _SIGNAL:
            minute.add("crashed", 1)


def _note_connections(lines: list[bytes], minute: Sums) -> None:
    """Note the highest n of `n/limit` or `n/limit/per address`, and what was said last."""
    statuses = set(map(_ratio_of, lines))
    if known := list(filter(None, map(servers.use, statuses))):
        minute.peak("connections", max(known)[0])
    if now := servers.use(_ratio_of(lines[-1])):
        connections, limit = now
        minute.last("connections_now", connections)
        minute.last("connections_limit", limit)


def _note_rare(text: bytes, minute: Sums) -> bool:
    """Count a line of no kind in particular; tell whether one of the programs can have written it."""
    program, _, rest = text.partition(b" ")
    if program in servers.MESSENGERS:
        return _note_message(program, rest, minute)
    tagged = records.tagged(text)
    return tagged is not None and not _note_records([tagged], minute)


def _note_message(program: bytes, text: bytes, minute: Sums) -> bool:
    """Count a server's line that speaks of no connection in particular."""
    if text.startswith(b"fatal: "):
        minute.add("fatal", 1)
        minute.explain(sums.FATAL, shown(program + b" " + text[7:]))
    elif text.startswith(b"warning: ip connection limit"):
        minute.add("limited", 1)
    elif text.startswith((b"error: ", b"warning: dropping SSL connection")):
        minute.add("errors", 1)
        if b" TLS for pid" in text or b"SSL" in text:
            minute.add("tls_failed", 1)
    elif text.startswith(b"warning: "):
        minute.add("warnings", 1)
        minute.explain(sums.WARNING, plain(program + b" " + text[9:]))
    else:
        return text.startswith(servers.NOTES) or servers.RBL_INFO in text
    return True
