"""The logs of qmail-smtpd and qmail-popup, and of tcpserver, sslserver and rblsmtpd around them.

What a client sent stands raw in these lines.  Only what precedes it is
trusted: the program, Action::Type::Condition, `P:` and `S:`.  The loop is
written for speed as that of `send` is: it counts distinct texts, and what they
mean is looked up once per minute.
"""

from __future__ import annotations

from contextlib import suppress

from sqmail_log import sums
from sqmail_log.metrics import ACTIONS, OPEN_REASONS, REASONS
from sqmail_log.send import figure, plain, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_log.sums import Sums

    Counts = dict[bytes, int]

_STATUS, _RECORD, _CLIENT, _OK, _DENY, _END, _TLS = range(7)
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
_ANSWERS = {b"gree": "greetdelay", b"451 ": "rbl_451", b"553 ": "rbl_553"}
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

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, ...]] = {}
        self._networks: dict[bytes, str] = {}

    def feed(self, lines: list[bytes], minute: Sums) -> list[bytes]:
        """Add lines of one minute to its sums; return those that none of these programs wrote."""
        strangers: list[bytes] = []
        records: Counts = {}
        refused: dict[str, Counts] = {sums.REFUSED: {}, sums.LOGIN: {}}
        statuses: set[bytes] = set()
        status = b""
        clients: Counts = {}
        endings: Counts = {}
        answers: Counts = {}
        handshakes: Counts = {}
        let_in = denied = 0
        kind_of = _KINDS.get
        known = self._known
        for line in lines:
            word = line[_WORD]
            kind = kind_of(word)
            try:
                if kind == _STATUS:
                    status = line[_RATIO]
                    statuses.add(status)
                elif kind == _RECORD:
                    _, _, record = line[_AFTER_TAG].partition(b" ")
                    record, _, client = record.partition(b" S:")
                    names = known.get(record)
                    if names is None:
                        names = self._learn(record)
                    records[record] = records.get(record, 0) + 1
                    if names[-1]:
                        sources = refused[names[-1]]
                        client = client.partition(b" ")[0]
                        sources[client] = sources.get(client, 0) + 1
                elif kind is None:
                    if word[_SERVER] != b"rblsmtpd: ":
                        raise ValueError
                    answer = line[_AFTER_RBL].partition(b": ")[2][_ANSWER]
                    if answer not in _ANSWERS:
                        raise ValueError
                    answers[answer] = answers.get(answer, 0) + 1
                elif kind == _CLIENT:
                    client = line.rpartition(b" ")[2]
                    clients[client] = clients.get(client, 0) + 1
                elif kind == _OK:
                    let_in += 1
                elif kind == _END:
                    if line[_ENDING] != b" status 0":
                        ending = line.rpartition(b" ")[2]
                        endings[ending] = endings.get(ending, 0) + 1
                elif kind == _DENY:
                    denied += 1
                else:
                    cipher = line[_AFTER_WORD].partition(b" accept")[2]
                    handshakes[cipher] = handshakes.get(cipher, 0) + 1
            except ValueError:
                if not self._rare(line[26:], minute):
                    strangers.append(line)
        self._count_records(records, minute)
        for table, sources in refused.items():
            self._explain_networks(table, [(client.rpartition(b":")[0], n) for client, n in sources.items()], minute)
        self._explain_networks(sums.CLIENT, clients.items(), minute)
        minute.add("ok", let_in)
        minute.add("deny", denied)
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

    def _learn(self, record: bytes) -> tuple[str, ...]:
        """Return what a record counts as, and remember it; raise ValueError where it is no record."""
        if len(self._known) >= _KNOWN_LIMIT:
            self._known.clear()
        self._known[record] = names = _names(record)
        return names

    def _count_records(self, records: Counts, minute: Sums) -> None:
        for record, count in records.items():
            for name in (self._known.get(record) or _names(record))[:-1]:
                minute.add(name, count)
                if name == "unrecognised":
                    minute.explain(sums.UNKNOWN, shown(record.partition(b" ")[0]), count)

    def _explain_networks(self, table: str, addresses: Iterable[tuple[bytes, int]], minute: Sums) -> None:
        known = self._networks
        if len(known) >= _KNOWN_LIMIT:
            known.clear()
        networks: dict[str, int] = {}
        for address, count in addresses:
            found = known.get(address)
            if found is None:
                found = known[address] = _network(address)
            networks[found] = networks.get(found, 0) + count
        for found, count in sorted(networks.items(), key=lambda item: -item[1]):
            minute.explain(table, found, count)

    def _rare(self, payload: bytes, minute: Sums) -> bool:
        """Count a line that is not in the loop; tell whether one of the programs can have written it."""
        program, _, rest = payload.partition(b" ")
        if program in {b"tcpserver:", b"sslserver:", b"rblsmtpd:"}:
            return _message(program, rest, minute)
        if payload.startswith((b"Accept::", b"Reject::", b"Deferred::", b"Info::")):
            # SPAMCONTROL before 2.5 wrote no program and no pid.
            with suppress(ValueError):
                self._count_records({payload.partition(b" S:")[0]: 1}, minute)
                return True
        return False


def _names(record: bytes) -> tuple[str, ...]:
    """Return the metrics that `Action::Type::Condition P:protocol` counts in, and last the table that explains it.

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
    names.append("" if action != "reject" else sums.LOGIN if parts[1] == "auth" else sums.REFUSED)
    return tuple(names)


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
    for status in statuses:
        used, _, limits = status.partition(b"/")
        with suppress(ValueError):
            connections, limit = figure(used), figure(limits.partition(b"/")[0])
            minute.peak("connections", connections)
            if status == last:
                minute.last("connections_now", connections)
                minute.last("connections_limit", limit)


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
