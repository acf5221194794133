"""The logs of qmail-smtpd and qmail-popup, and of tcpserver, sslserver and rblsmtpd around them.

What a client sent stands raw in these lines.  Only what precedes it is
trusted: the program, Action::Type::Condition, `P:` and `S:`.  Lines are sorted
by kind in a loop that does no more, and each kind is counted at once: that
takes a third less than to ask each line what it is and count it there.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import lru_cache
from operator import itemgetter

from sqmail_log.figures import sums
from sqmail_log.figures.metrics import ACTIONS, OPEN_REASONS, REASONS
from sqmail_log.lines import networks
from sqmail_log.lines.fields import figure, plain, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_log.figures.sums import Sums

    _Meaning = tuple[tuple[str, ...], str, str]

_SERVERS = (b"tcpserver: ", b"sslserver: ")
# Where the fields of a line stand.
_WORD = slice(26, 40)
_TEXT = slice(26, -1)
_SERVER = slice(10)
_ratio_of = itemgetter(slice(45, -1))
_AFTER_TAG = slice(43, None)
_TAG = b"qmail-smtpd: pid - ".rjust(45)
_ENDING = slice(-10, -1)
_AFTER_RBL = slice(36, None)
_ANSWER = slice(4)
_GREETED = b"gree"
_ANSWERS = {b"451 ": "rbl_451", b"553 ": "rbl_553"}
_TLS_VERSIONS = {b"TLSv1.3": "tls_1_3", b"TLSv1.2": "tls_1_2"}
# What sslserver says of its settings at its start, and notes without a figure.
_NOTES = tuple(b"ciphers cafile ccafile cadir certchainfile chainfile cert key dhparam param usage: info:".split())
_GROUPS = {
    "accept::auth": "auth_accept",
    "reject::auth": "auth_reject",
    "accept::spf": "spf_pass",
    "reject::spf": "spf_fail",
}
_KNOWN_LIMIT = 2048
_SIGNAL = 0x7F


class _Kinds(dict[bytes, "Callable[[bytes], None]"]):
    """The lines of one minute by kind, in their order: `kinds[line[_WORD]](line)` takes a line in."""

    def __init__(self) -> None:
        self.statuses: list[bytes] = []
        self.clients: list[bytes] = []
        self.let_in: list[bytes] = []
        self.denied: list[bytes] = []
        self.ends: list[bytes] = []
        self.handshakes: list[bytes] = []
        self.records: list[bytes] = []
        self.answers: list[bytes] = []
        self.others: list[bytes] = []
        self._all = (self.statuses, self.clients, self.let_in, self.denied, self.ends, self.handshakes,
                     self.records, self.answers, self.others)  # fmt: skip
        for server in _SERVERS:
            self[server + b"sta"] = self.statuses.append
            self[server + b"pid"] = self.clients.append
            self[server + b"ok "] = self.let_in.append
            self[server + b"den"] = self.denied.append
            self[server + b"end"] = self.ends.append
        self[b"sslserver: tls"] = self[b"sslserver: ssl"] = self.handshakes.append
        self[b"qmail-smtpd: p"] = self[b"qmail-popup: p"] = self.records.append

    def __missing__(self, word: bytes) -> Callable[[bytes], None]:
        if word[_SERVER] != b"rblsmtpd: ":
            return self.others.append
        if len(self) < _KNOWN_LIMIT:
            # The word ends within the client's address: there are many.
            self[word] = self.answers.append
        return self.answers.append

    def clear_lines(self) -> None:
        """Forget the lines."""
        for lines in self._all:
            lines.clear()


class SessionLog:
    """Adds up the lines of a log of sessions."""

    def __init__(self) -> None:
        self._kinds = _Kinds()

    def feed(self, lines: list[bytes], minute: Sums) -> list[bytes]:
        """Add lines of one minute to its sums; return those that none of these programs wrote."""
        kinds = self._kinds
        kinds.clear_lines()
        # A global would be looked up for each line.
        word = _WORD
        for line in lines:
            kinds[line[word]](line)
        rare = [*kinds.others, *_note_records(kinds.records, minute), *_note_answers(kinds.answers, minute)]
        if kinds.clients:
            minute.explain_all(sums.CLIENT, networks.of_last_words(kinds.clients))
        minute.add("ok", len(kinds.let_in))
        minute.add("deny", len(kinds.denied))
        if kinds.handshakes:
            _note_handshakes(kinds.handshakes, minute)
        _note_endings(kinds.ends, minute)
        if kinds.statuses:
            _note_connections(kinds.statuses, minute)
        return [line for line in rare if not _note_rare(line[_TEXT], minute)]


def _note_records(lines: list[bytes], minute: Sums) -> list[bytes]:
    """Count what qmail-smtpd and qmail-popup say of their clients; return what is no record."""
    others: list[bytes] = []
    alike: dict[bytes, list[bytes]] = {}
    meanings: list[tuple[_Meaning, list[bytes]]] = []
    for line in lines:
        record, _, client = line.partition(b" S:")
        record = record[_AFTER_TAG].partition(b" ")[2]
        clients = alike.get(record)
        if clients is None:
            meaning = _meaning(record)
            if meaning is None:
                others.append(line)
                continue
            clients = alike[record] = []
            meanings.append((meaning, clients))
        clients.append(client)
    numbers = minute.numbers
    refused: dict[str, list[bytes]] = {sums.REFUSED: [], sums.LOGIN: []}
    for (names, table, unknown), clients in meanings:
        count = len(clients)
        for name in names:
            numbers[name] = numbers.get(name, 0) + count
        if table:
            refused[table] += clients
        if unknown:
            minute.explain(sums.UNKNOWN, unknown, count)
    for table, clients in refused.items():
        if clients:
            minute.explain_all(table, networks.of_named(clients))
    return others


@lru_cache(_KNOWN_LIMIT)
def _meaning(record: bytes) -> _Meaning | None:
    """Return what `Action::Type::Condition P:protocol` means; None where it is no record.

    That is the metrics it counts in, the table that explains it, if any, and
    what it calls itself where no metric is its own.

    Names are compared without case; a colon at the end (old SPAMCONTROL) and
    a word before `P:` (RBL patches name the zone there) are not part of them.
    """
    triple, _, rest = record.rstrip(b"\n").partition(b" ")
    text = triple.decode("ascii", "replace").removesuffix(":").lower()
    parts = text.split("::")
    if len(parts) != 3 or parts[0] not in ACTIONS:
        return None
    action = ACTIONS[parts[0]]
    group = f"{parts[0]}::{parts[1]}"
    reason = REASONS.get(text) or OPEN_REASONS.get(group)
    names = [action, reason or f"{action}_other"]
    if reason is None:
        names.append("unrecognised")
    names += [_GROUPS[group]] if group in _GROUPS else []
    if _is_tls(rest):
        names.append("records_tls")
    explained = "" if action != "reject" else sums.LOGIN if parts[1] == "auth" else sums.REFUSED
    return tuple(names), explained, "" if reason else shown(triple)


def _is_tls(text: bytes) -> bool:
    """Tell whether the protocol in `P:ESMTPSA …` (or after a zone's name) is one under TLS."""
    protocol = text[2:] if text[:2] == b"P:" else text.partition(b" P:")[2]
    name = protocol.partition(b" ")[0].removeprefix(b"UTF8")
    return any(name.startswith(plain + b"S") for plain in (b"ESMTP", b"POP3"))


def _note_answers(lines: list[bytes], minute: Sums) -> list[bytes]:
    """Count what rblsmtpd answered; return its other lines."""
    others: list[bytes] = []
    greeted = 0
    for line in lines:
        # `rblsmtpd: ADDRESS pid PID: ANSWER…`
        answer = line[_AFTER_RBL].partition(b": ")[2][_ANSWER]
        if answer == _GREETED:
            greeted += 1
        elif answer in _ANSWERS:
            minute.add(_ANSWERS[answer], 1)
        else:
            others.append(line)
    minute.add("greetdelay", greeted)
    return others


def _note_handshakes(lines: list[bytes], minute: Sums) -> None:
    """Count sessions under TLS by version: `sslserver: tls PID accept TLSv1.3:CIPHER`."""
    for text, count in Counter([line.rpartition(b" accept")[2] for line in lines]).items():
        cipher = text[1:-1]
        # Without that word it is the whole line.
        if cipher and text[:1] == b" ":
            minute.add("tls_sessions", count)
            minute.add(_TLS_VERSIONS.get(cipher.partition(b":")[0], "tls_old"), count)


def _note_endings(lines: list[bytes], minute: Sums) -> None:
    """Count the sessions that a signal ended."""
    for line in lines:
        if line[_ENDING] != b" status 0":
            with suppress(ValueError):
                if figure(line[:-1].rpartition(b" ")[2]) & _SIGNAL:
                    minute.add("crashed", 1)


def _note_connections(lines: list[bytes], minute: Sums) -> None:
    """Note the highest n of `n/limit` or `n/limit/per address`, and what was said last."""
    statuses = set(map(_ratio_of, lines))
    if known := list(filter(None, map(_connections, statuses))):
        minute.peak("connections", max(known)[0])
    if now := _connections(_ratio_of(lines[-1])):
        connections, limit = now
        minute.last("connections_now", connections)
        minute.last("connections_limit", limit)


@lru_cache(_KNOWN_LIMIT)
def _connections(status: bytes) -> tuple[int, int] | None:
    used, _, limits = status.partition(b"/")
    try:
        return figure(used), figure(limits.partition(b"/")[0])
    except ValueError:
        return None


def _note_rare(payload: bytes, minute: Sums) -> bool:
    """Count a line of no kind in particular; tell whether one of the programs can have written it."""
    program, _, rest = payload.partition(b" ")
    if program in {b"tcpserver:", b"sslserver:", b"rblsmtpd:"}:
        return _note_message(program, rest, minute)
    if payload.startswith((b"Accept::", b"Reject::", b"Deferred::", b"Info::")):
        # SPAMCONTROL before 2.5 wrote no program and no pid.
        return not _note_records([_TAG + payload], minute)
    return False


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
        return text.startswith(_NOTES) or b" [RBL info] " in text
    return True
