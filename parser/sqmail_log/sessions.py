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
from sqmail_log.send import plain, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_log.sums import Sums

    Counts = dict[bytes, int]

_RECORD = (b"qmail-smtpd: p", b"qmail-popup: p")
_STATUS = (b"tcpserver: sta", b"sslserver: sta")
_CLIENT = (b"tcpserver: pid", b"sslserver: pid")
_END = (b"tcpserver: end", b"sslserver: end")
_TLS = (b"sslserver: tls", b"sslserver: ssl")
_VERDICT = (b"tcpserver: ok ", b"tcpserver: den", b"sslserver: ok ", b"sslserver: den")
_RBL = {b"greetdelay:": "greetdelay", b"451": "rbl_451", b"553": "rbl_553"}
_TLS_VERSIONS = {b"TLSv1.3": "tls_1_3", b"TLSv1.2": "tls_1_2"}
# What sslserver says of its settings at its start, and notes without a figure.
_NOTES = tuple(
    b"ciphers cafile ccafile cadir certchainfile chainfile cert key dhparam param usage: info:".split()
)
_KNOWN_LIMIT = 2048
_SIGNAL = 0x7F


class SessionLog:
    """Adds up the lines of a log of sessions."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, str, str]] = {}

    def feed(self, lines: list[bytes], minute: Sums) -> list[bytes]:
        """Add lines of one minute to its sums; return those that none of these programs wrote."""
        strangers: list[bytes] = []
        records: Counts = {}
        protocols: Counts = {}
        refused: dict[str, Counts] = {sums.REFUSED: {}, sums.LOGIN: {}}
        verdicts: Counts = {}
        statuses: Counts = {}
        clients: Counts = {}
        ends: Counts = {}
        handshakes: Counts = {}
        answers: Counts = {}
        known = self._known
        for line in lines:
            word = line[26:40]
            try:
                if word in _STATUS:
                    status = line[45:]
                    statuses.pop(status, None)
                    statuses[status] = 1
                elif word in _RECORD:
                    fields = line[43:].split(b" ", 4)
                    triple = fields[1]
                    client = fields[3]
                    names = known.get(triple)
                    if names is None or client[:2] != b"S:":
                        triple, protocol, client = _unusual(fields[1:])
                        names = known.get(triple) or self._learn(triple)
                    else:
                        protocol = fields[2]
                    records[triple] = records.get(triple, 0) + 1
                    protocols[protocol] = protocols.get(protocol, 0) + 1
                    if names[2]:
                        sources = refused[names[2]]
                        sources[client] = sources.get(client, 0) + 1
                elif word in _VERDICT:
                    verdicts[word] = verdicts.get(word, 0) + 1
                elif word in _CLIENT:
                    client = line[line.rindex(b" ") + 1 :]
                    clients[client] = clients.get(client, 0) + 1
                elif word in _END:
                    end = line[line.rindex(b" ") + 1 :]
                    ends[end] = ends.get(end, 0) + 1
                elif word[:10] == b"rblsmtpd: ":
                    fields = line[36:].split(b" ", 4)
                    answer = fields[3]
                    if fields[2][-1:] != b":":
                        answer = fields[4]  # s/qmail's own rblsmtpd names the zone first
                    answer = answer[:11].partition(b" ")[0]
                    if answer not in _RBL:
                        raise ValueError
                    answers[answer] = answers.get(answer, 0) + 1
                elif word in _TLS:
                    cipher = line[line.index(b" accept", 41) + 7 :]
                    handshakes[cipher] = handshakes.get(cipher, 0) + 1
                elif not self._rare(line[26:], minute):
                    strangers.append(line)
            except (ValueError, IndexError):
                if not self._rare(line[26:], minute):
                    strangers.append(line)
        self._count_records(records, protocols, minute)
        for table, sources in refused.items():
            _explain_networks(table, [(source[2:].rpartition(b":")[0], n) for source, n in sources.items()], minute)
        _explain_networks(sums.CLIENT, clients.items(), minute)
        for word, count in verdicts.items():
            minute.add("ok" if word[11:13] == b"ok" else "deny", count)
        for answer, count in answers.items():
            minute.add(_RBL[answer], count)
        for cipher, count in handshakes.items():
            if len(cipher) > 1:
                minute.add("tls_sessions", count)
                minute.add(_TLS_VERSIONS.get(cipher[1:].partition(b":")[0], "tls_old"), count)
        for end, count in ends.items():
            if end.isdigit() and int(end) & _SIGNAL:
                minute.add("crashed", count)
        _note_connections(statuses, minute)
        return strangers

    def _learn(self, triple: bytes) -> tuple[str, str, str]:
        """Return what a record counts as, and remember it; raise ValueError where it is no record."""
        if len(self._known) >= _KNOWN_LIMIT:
            self._known.clear()
        self._known[triple] = names = _names(triple)
        return names

    def _count_records(self, records: Counts, protocols: Counts, minute: Sums) -> None:
        for triple, count in records.items():
            action, reason, table = _names(triple)
            minute.add(action, count)
            minute.add(reason, count)
            if reason.endswith("_other"):
                minute.add("unrecognised", count)
                minute.explain(sums.UNKNOWN, plain(triple), count)
            if table == sums.LOGIN:
                minute.add("auth_reject", count)
            elif reason.startswith("accept_AUTH"):
                minute.add("auth_accept", count)
            elif reason.startswith("accept_SPF"):
                minute.add("spf_pass", count)
            elif reason.startswith("reject_SPF"):
                minute.add("spf_fail", count)
        for protocol, count in protocols.items():
            marks = protocol.removeprefix(b"P:").removeprefix(b"UTF8")
            if b"S" in marks.removeprefix(b"E").removeprefix(b"SMTP").removeprefix(b"POP3"):
                minute.add("records_tls", count)

    def _rare(self, payload: bytes, minute: Sums) -> bool:
        """Count a line that is not in the loop; tell whether one of the programs can have written it."""
        program, _, rest = payload.partition(b" ")
        if program in {b"tcpserver:", b"sslserver:", b"rblsmtpd:"}:
            return _message(program, rest, minute)
        if payload.startswith((b"Accept::", b"Reject::", b"Deferred::", b"Info::")):
            with suppress(ValueError, IndexError):
                triple, protocol, client = _unusual(payload.split(b" ", 4))
                self._count_records({triple: 1}, {protocol: 1}, minute)
                return True
        return False


def _names(triple: bytes) -> tuple[str, str, str]:
    """Return the metrics of a record's action and reason, and the table that explains it ('' for none).

    Names are compared without case, and a colon at the end (old SPAMCONTROL,
    RBL patches) is not part of them.
    """
    text = triple.decode("ascii", "replace").removesuffix(":").lower()
    parts = text.split("::")
    if len(parts) != 3 or parts[0] not in ACTIONS:
        raise ValueError(f"no record: {text}")
    action = ACTIONS[parts[0]]
    reason = REASONS.get(text) or OPEN_REASONS.get(f"{parts[0]}::{parts[1]}") or f"{action}_other"
    if action != "reject":
        return action, reason, ""
    return action, reason, sums.LOGIN if parts[1] == "auth" else sums.REFUSED


def _unusual(fields: list[bytes]) -> tuple[bytes, bytes, bytes]:
    """Return triple, protocol and client of a record with a word between its condition and `P:`, or without `S:`."""
    for index, field in enumerate(fields[1:3], 1):
        if field[:2] == b"P:":
            client = fields[index + 1] if len(fields) > index + 1 else b""
            return fields[0], field, client.split(b" ", 1)[0] if client[:2] == b"S:" else b"S::"
    return fields[0], b"", b"S::"


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
        return text.startswith(_NOTES) or b": [RBL info] " in text or b" [RBL info] " in text
    return True


def _note_connections(statuses: Counts, minute: Sums) -> None:
    """Note the highest n of `n/limit` or `n/limit/per address`, and the limit said last."""
    for status in statuses:
        used, _, limits = status.partition(b"/")
        with suppress(ValueError):
            minute.peak("connections", int(used))
            minute.last("connections_now", int(used))
            minute.last("connections_limit", int(limits.partition(b"/")[0]))


def _explain_networks(table: str, addresses: Iterable[tuple[bytes, int]], minute: Sums) -> None:
    networks: Counts = {}
    for address, count in addresses:
        found = _network(address)
        networks[found] = networks.get(found, 0) + count
    for found, count in sorted(networks.items(), key=lambda item: -item[1]):
        minute.explain(table, found.decode("ascii", "replace"), count)


def _network(address: bytes) -> bytes:
    """Return the client's network as an operator would block it: a /24, or a /64 of IPv6."""
    first, dot, _ = address.rpartition(b".")
    if dot and address.replace(b".", b"").isdigit():
        return first + b".0/24"
    if b":" in address:
        import ipaddress  # noqa: PLC0415 - costs 5 ms, and few logs have IPv6 clients

        with suppress(ValueError):
            network = ipaddress.ip_network((address.decode("ascii", "replace"), 64), strict=False)
            return str(network).encode()
    return b"unknown"
