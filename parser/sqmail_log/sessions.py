"""The logs of qmail-smtpd and qmail-popup, and of tcpserver, sslserver and rblsmtpd around them.

What a client sent stands raw in these lines.  Only what precedes it is
trusted: the program, Action::Type::Condition, `P:` and `S:`.  The loop is
written for speed as that of `send` is: it counts distinct texts, and what they
mean is looked up once per minute.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import lru_cache

from sqmail_log import sums
from sqmail_log.metrics import ACTIONS, OPEN_REASONS, REASONS
from sqmail_log.send import figure, plain, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.sums import Sums

    Counts = dict[bytes, int]

_STATUS, _RECORD, _CLIENT, _OK, _DENY, _END, _TLS = _ORDER = tuple(range(7))
_KINDS = {
    b"qmail-smtpd: p": _RECORD,
    b"qmail-popup: p": _RECORD,
    b"sslserver: tls": _TLS,
    b"sslserver: ssl": _TLS,
    **{
        server + verb: kind
        for server in (b"tcpserver: ", b"sslserver: ")
        for verb, kind in ((b"sta", _STATUS), (b"pid", _CLIENT), (b"ok ", _OK), (b"den", _DENY), (b"end", _END))
    },
}
# Where the fields of a line stand.
_WORD = slice(26, 40)
_AFTER_WORD = slice(40, None)
_SERVER = slice(10)
_RATIO = slice(45, None)
_AFTER_TAG = slice(43, None)
_AFTER_RBL = slice(36, None)
_ENDING = slice(-9, None)
_ANSWER = slice(0, 4)
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


class SessionLog:
    """Adds up the lines of a log of sessions."""

    def feed(self, lines: list[bytes], minute: Sums) -> list[bytes]:
        """Add lines of one minute to its sums; return those that none of these programs wrote."""
        strangers: list[bytes] = []
        records: dict[bytes, _Records] = {}
        refused: dict[str, list[bytes]] = {sums.REFUSED: [], sums.LOGIN: []}
        statuses: set[bytes] = set()
        status = b""
        clients: list[bytes] = []
        endings: Counts = {}
        answers: Counts = {}
        handshakes: Counts = {}
        let_in = denied = greeted = 0
        kind_of = _KINDS.get
        # Twice a line or more a global would be looked up: a hundredth of the pass.
        a_status, a_record, a_client, an_ok, a_deny, an_end, _ = _ORDER
        for line in lines:
            word = line[_WORD]
            kind = kind_of(word)
            try:
                if kind == a_status:
                    status = line[_RATIO]
                    statuses.add(status)
                elif kind == a_record:
                    record, _, client = line.partition(b" S:")
                    record = record[_AFTER_TAG].partition(b" ")[2]
                    like = records.get(record)
                    if like is None:
                        like = records[record] = _Records(*_names(record))
                    like.count += 1
                    if like.explained:
                        refused[like.explained].append(client.partition(b" ")[0])
                elif kind is None:
                    if word[_SERVER] != b"rblsmtpd: ":
                        raise ValueError
                    answer = line[_AFTER_RBL].partition(b": ")[2][_ANSWER]
                    if answer == _GREETED:
                        greeted += 1
                    elif answer in _ANSWERS:
                        answers[answer] = answers.get(answer, 0) + 1
                    else:
                        raise ValueError
                elif kind == a_client:
                    clients.append(line.rpartition(b" ")[2])
                elif kind == an_ok:
                    let_in += 1
                elif kind == an_end:
                    if line[_ENDING] != b" status 0":
                        ending = line.rpartition(b" ")[2]
                        endings[ending] = endings.get(ending, 0) + 1
                elif kind == a_deny:
                    denied += 1
                else:
                    cipher = line[_AFTER_WORD].partition(b" accept")[2]
                    handshakes[cipher] = handshakes.get(cipher, 0) + 1
            except ValueError:
                if not self._rare(line[26:], minute):
                    strangers.append(line)
        for like in records.values():
            like.add_to(minute)
        # The most frequent networks first: they have their names whatever a table can hold.
        for table, sources in refused.items():
            minute.explain_all(table, dict(Counter(map(_network_of_named, sources)).most_common()))
        minute.explain_all(sums.CLIENT, dict(Counter(map(_network, clients)).most_common()))
        minute.add("ok", let_in)
        minute.add("deny", denied)
        minute.add("greetdelay", greeted)
        for answer, count in answers.items():
            minute.add(_ANSWERS[answer], count)
        for cipher, count in handshakes.items():
            if len(cipher) > 1:
                minute.add("tls_sessions", count)
                minute.add(_TLS_VERSIONS.get(cipher[1:].partition(b":")[0], "tls_old"), count)
        for ending, count in endings.items():
            with suppress(ValueError):
                if figure(ending) & _SIGNAL:
                    minute.add("crashed", count)
        if statuses:
            _note_connections(statuses, status, minute)
        return strangers

    def _rare(self, payload: bytes, minute: Sums) -> bool:
        """Count a line that is not in the loop; tell whether one of the programs can have written it."""
        program, _, rest = payload.partition(b" ")
        if program in {b"tcpserver:", b"sslserver:", b"rblsmtpd:"}:
            return _message(program, rest, minute)
        if payload.startswith((b"Accept::", b"Reject::", b"Deferred::", b"Info::")):
            # SPAMCONTROL before 2.5 wrote no program and no pid.
            with suppress(ValueError):
                record = _Records(*_names(payload.partition(b" S:")[0]))
                record.count = 1
                record.add_to(minute)
                return True
        return False


class _Records:
    """Like records of one minute: how many, the metrics that each counts in, and the table that explains them.

    `unknown` is what the record calls itself where no metric is its own.
    """

    __slots__ = ("count", "explained", "names", "unknown")

    def __init__(self, names: tuple[str, ...], explained: str, unknown: str) -> None:
        self.count = 0
        self.names = names
        self.explained = explained
        self.unknown = unknown

    def add_to(self, minute: Sums) -> None:
        """Add them up."""
        numbers, count = minute.numbers, self.count
        for name in self.names:
            numbers[name] = numbers.get(name, 0) + count
        if self.unknown:
            minute.explain(sums.UNKNOWN, self.unknown, count)


@lru_cache(_KNOWN_LIMIT)
def _names(record: bytes) -> tuple[tuple[str, ...], str, str]:
    """Return what makes `_Records` of `Action::Type::Condition P:protocol`.

    Names are compared without case; a colon at the end (old SPAMCONTROL) and
    a word before `P:` (RBL patches name the zone there) are not part of them.
    Raises ValueError where it is no record.
    """
    triple, _, rest = record.partition(b" ")
    text = triple.decode("ascii", "replace").removesuffix(":").lower()
    parts = text.split("::")
    if len(parts) != 3 or parts[0] not in ACTIONS:
        raise ValueError(f"no record: {text}")
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


def _message(program: bytes, text: bytes, minute: Sums) -> bool:
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


def _note_connections(statuses: set[bytes], last: bytes, minute: Sums) -> None:
    """Note the highest n of `n/limit` or `n/limit/per address`, and what was said last."""
    if known := list(filter(None, map(_connections, statuses))):
        minute.peak("connections", max(known)[0])
    if now := _connections(last):
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


@lru_cache(_KNOWN_LIMIT)
def _network_of_named(client: bytes) -> str:
    """Return the network of `address:name`."""
    return _network(client.rpartition(b":")[0])


@lru_cache(_KNOWN_LIMIT)
def _network(address: bytes) -> str:
    """Return the client's network as an operator would block it: a /24, or a /64 of IPv6."""
    first, dot, _ = address.rpartition(b".")
    if dot and address.replace(b".", b"").isdigit():
        return first.decode("ascii") + ".0/24"
    if b":" in address:
        import ipaddress  # noqa: PLC0415 - costs 5 ms, and few logs have IPv6 clients

        with suppress(ValueError):
            network = ipaddress.ip_network((address.decode("ascii", "replace"), 64), strict=False)
            return str(network)
    return "unknown"
