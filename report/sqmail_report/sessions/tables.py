"""Tables of sessions: connections, TLS, waits and refusals before SMTP, logins, and what was rejected."""

from __future__ import annotations

from sqmail_log.figures import sums
from sqmail_log.figures.metrics import title
from sqmail_log.lines import records
from sqmail_report.tables.bounded import REST, note
from sqmail_report.tables.table import Content, Layout, Table, count, percent, text
from sqmail_report.tables.words import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_report.sessions.ledger import SessionLedger
    from sqmail_report.sessions.logins import Logins
    from sqmail_report.tables.bounded import Tally
    from sqmail_report.tables.table import Row

_PORTS = {
    b"25": "smtp", b"465": "smtps", b"587": "submission", b"110": "pop3", b"995": "pop3s",
    b"209": "qmtp", b"6209": "qmtps", b"628": "qmqp",
}  # fmt: skip
_ENDINGS = {
    0: "done",
    256: "exit 1 (POP3: always)",
    25600: "exit 100: refused",
    28160: "exit 110",
    28416: "exit 111: trouble for the moment",
}
_REFUSALS = {
    "rbl_451": ("rblsmtpd 451", "client in a list, refused for now"),
    "rbl_553": ("rblsmtpd 553", "client in a list, refused for good"),
    "deny": ("server deny", "connection refused by rule or limit"),
}
_NOT_KNOWN = "not in the table of conditions"

CONNECTIONS = Layout(
    "connections",
    "Connections",
    (
        count("connections", "`pid` lines of tcpserver and sslserver"),
        count("ok", "let in", words="let in"),
        count("denied", "refused by rule or limit", words="refused"),
        count("most_at_once", "highest `status:`"),
        count("limit", "its limit, as last said"),
        count("tls", "TLS handshakes done", words="with TLS"),
        count("tls_failed", "TLS handshakes that failed", words="TLS failed"),
        count("delayed", "greetings held back: greetdelay lines of rblsmtpd", words="greeting held back"),
        count(
            "left_silent",
            "... of these the clients that went away without qmail-smtpd logging a word of theirs",
            words="left without a word then",
        ),
        count("refused_for_now", "refused by rblsmtpd with 451", words="listed, refused for now (451)"),
        count("refused_for_good", "refused by rblsmtpd with 553", words="listed, refused for good (553)"),
        count("accepts", "Accept records: one for each recipient", words="recipients accepted"),
        count("rejects", "Reject records", words="rejected"),
        count("deferred", "Deferred records"),
        count("crashed", "sessions ended by a signal", words="sessions ended by a signal"),
        count("limited", "warnings that one address holds too many connections", words="too many from one address"),
        count("fatal", "`fatal:` lines", words="fatal errors"),
        count("errors", "other `error:` lines of sslserver", words="other errors"),
        count("unrecognised", "lines and conditions that no rule knows", words="lines that no rule knows"),
        count("lines", "lines read", words="lines read"),
    ),
    record=True,
)
SERVICES = Layout(
    "services",
    "Services, by local port",
    (
        count("ok", "connections let in", words="let in"),
        count("denied", "connections refused by rule or limit", words="refused"),
        text("port", "local port"),
        text("service", "what usually listens there; qmail-qmtpd and qmail-qmqpd log no more than this"),
    ),
    weight="ok",
)
NETWORKS = Layout(
    "networks",
    "Clients, by network",
    (
        count("connections", "connections from there"),
        text("network", "/24, or /64 of IPv6", Content.CLIENT),
    ),
    weight="connections",
)
TLS = Layout(
    "tls",
    "TLS versions and ciphers",
    (count("sessions", "handshakes"), text("version", "TLS version"), text("cipher", "cipher suite")),
    weight="sessions",
)
PROTOCOLS = Layout(
    "protocols",
    "Protocols of the records",
    (count("records", "Accept, Reject, Deferred and Info records"), text("protocol", "`P:` of the record")),
    weight="records",
)
WAITS = Layout(
    "greetdelay",
    "Greetings held back",
    (count("sessions", "sessions"), text("delay", "what rblsmtpd says after `greetdelay:`, in seconds")),
    weight="sessions",
)
SILENT = Layout(
    "left-silent",
    "Who left without a word after the wait",
    (count("sessions", "sessions"), text("network", "/24, or /64 of IPv6", Content.CLIENT)),
    weight="sessions",
)
REFUSALS = Layout(
    "rbl",
    "Refused by rblsmtpd",
    (
        count("sessions", "sessions"),
        text("code", "451: for now, 553: for good"),
        text("text", "what the client was told, numbers as N", Content.WORDS, words="what it was told"),
    ),
    weight="sessions",
)
LOGINS = Layout(
    "authentication",
    "Authentication, by user",
    (
        count("accepted", "Accept::AUTH records; of s/qmail's qmail-smtpd one for each recipient"),
        count("rejected", "Reject::AUTH records: one for each attempt"),
        count("clients", "addresses that they came from, at most 1000"),
        text("protocol", "`P:` of the record"),
        text("user", "name at the login; masked without --show-users", Content.USER),
    ),
    weight="rejected",
)
ENDINGS = Layout(
    "endings",
    "How sessions ended",
    (
        count("sessions", "`end` and `ended by` lines"),
        count("status", "wait status as the line has it"),
        text("meaning", "exit status or signal"),
    ),
    weight="sessions",
)
REASONS_OF = Layout(
    "rejects",
    "Rejected and deferred, by reason",
    (
        count("records", "records; for rblsmtpd and the server connections"),
        percent("share", "of all in this table"),
        text("reason", "Action::Type::Condition, or who refused"),
        text("meaning", "in words"),
    ),
    weight="records",
)
REJECTED_NETWORKS = Layout(
    "reject-networks",
    "Rejected, by the client's network",
    (count("records", "Reject records"), text("network", "/24, or /64 of IPv6", Content.CLIENT)),
    weight="records",
)
REJECTED_ADDRESSES = Layout(
    "reject-addresses",
    "Rejected and deferred, with addresses as the client gave them",
    (
        count("records", "records alike"),
        text("reason", "Action::Type::Condition"),
        text("client", "its address", Content.CLIENT),
        text("sender", "MAIL FROM", Content.ADDRESS),
        text("recipient", "RCPT TO", Content.ADDRESS),
    ),
    weight="records",
)

UNRECOGNISED = Layout(
    "unrecognised",
    "Lines and conditions that no rule knows",
    (
        count("lines", "lines, as check_qmail_log counts them"),
        text("line", "who wrote it, or its first words, numbers as N; addresses are left out"),
    ),
    weight="lines",
)


def unrecognised(seen: SessionLedger) -> Table:
    """Return what was not understood."""
    return Table(UNRECOGNISED, [(number, words) for words, number in seen.sums.top(sums.UNKNOWN)])


def sessions(seen: SessionLedger, *, show_users: bool) -> list[Table]:
    """Return the tables about connections and logins; those without rows are left out."""
    ports: dict[bytes, list[int]] = {}
    for (port, let_in), number in seen.ports.items():
        ports.setdefault(port, [0, 0])[not let_in] += number
    ciphers = [(number, *_cipher(cipher)) for cipher, number in seen.ciphers.items()]
    endings = [(number, status, _ending(status)) for status, number in seen.endings.items()]
    refusals = [(number, shown(code), words) for (code, words), number in seen.refusals.items()]
    tables = [
        Table(CONNECTIONS, [_connections(seen)]),
        Table(SERVICES, _most([(*row, shown(port), _PORTS.get(port, "other")) for port, row in ports.items()])),
        _counted(NETWORKS, seen.clients, _by_key(seen.clients)),
        _counted(TLS, seen.ciphers, ciphers),
        _counted(PROTOCOLS, seen.protocols, _by_key(seen.protocols)),
        _counted(WAITS, seen.waits, _by_key(seen.waits)),
        _counted(SILENT, seen.silent, _by_key(seen.silent)),
        _counted(REFUSALS, seen.refusals, refusals),
        _logins(seen.logins, show_users=show_users),
        _counted(ENDINGS, seen.endings, endings),
    ]
    return [table for table in tables if table.rows]


def rejects(seen: SessionLedger) -> list[Table]:
    """Return the tables about what was not let in or accepted."""
    refused: dict[tuple[str, str], int] = {}
    for triple, number in seen.records.items():
        meaning = records.meaning(triple)
        if meaning is not None and meaning.action in {"reject", "deferred"}:
            key = shown(triple), title(meaning.reason) if meaning.reason else _NOT_KNOWN
            refused[key] = refused.get(key, 0) + number
    for metric, key in _REFUSALS.items():
        number = seen.sums.numbers.get(metric, 0)
        if number:
            refused[key] = number
    total = sum(refused.values())
    tables = [
        Table(REASONS_OF, _most([(number, 100 * number / total, *key) for key, number in refused.items()])),
        _counted(REJECTED_NETWORKS, seen.rejected, _by_key(seen.rejected)),
    ]
    if seen.addresses is not None:
        rows: list[Row] = [(number, *map(shown, key)) for key, number in seen.addresses.items()]
        tables.append(_counted(REJECTED_ADDRESSES, seen.addresses, rows))
    return tables


def masked(user: str) -> str:
    """Return a user name with its middle hidden: `r***@test.example`."""
    local, at, domain = user.partition("@")
    return f"{local[:1]}***{at}{domain}"


def _connections(seen: SessionLedger) -> Row:
    def number(metric: str) -> int:
        return seen.sums.numbers.get(metric, 0)

    return (
        seen.clients.total(),
        number("ok"),
        number("deny"),
        number("connections"),
        number("connections_limit"),
        number("tls_sessions"),
        number("tls_failed"),
        number("greetdelay"),
        seen.silent.total(),
        number("rbl_451"),
        number("rbl_553"),
        number("accept"),
        number("reject"),
        number("deferred"),
        number("crashed"),
        number("limited"),
        number("fatal"),
        # The metric counts the handshakes that failed too, which have their own column here.
        number("errors") - number("tls_failed"),
        number("unrecognised"),
        number("lines"),
    )


def _logins(logins: Logins, *, show_users: bool) -> Table:
    rows: dict[tuple[str, str], list[int]] = {}
    for (user, protocol), login in logins.by_user.items():
        name = shown(user) if show_users else masked(shown(user))
        row = rows.setdefault((shown(protocol), name), [0, 0, 0])
        row[0] += login.accepted
        row[1] += login.rejected
        row[2] += len(login.clients)
    rest = (logins.rest.accepted, logins.rest.rejected, None, None, REST) if logins.missed else None
    notes = note(logins.missed, "records")
    if logins.clients_missed:
        notes += ("there were more clients than are kept: their numbers may be too low",)
    return Table(LOGINS, _most([(*row, *key) for key, row in rows.items()], 1), notes, rest=rest)


def _by_key(tally: Tally) -> list[Row]:
    """Return the counts with their keys, as text."""
    return [(number, key if isinstance(key, str) else shown(key)) for key, number in tally.items()]


def _counted(layout: Layout, tally: Tally, rows: Iterable[Row]) -> Table:
    """Return a table whose rows begin with a tally's counts, with what lost its key in the row of the rest."""
    blanks = (None,) * (len(layout.columns) - 2)
    rest = (tally.rest, *blanks, REST) if tally.missed else None
    return Table(layout, _most(rows), note(tally.missed, layout.columns[0].name), rest=rest)


def _most(rows: Iterable[Row], column: int = 0) -> list[Row]:
    """Return the rows with the greatest figure first, then by their text."""
    return sorted(rows, key=lambda row: (-float(row[column] or 0), *map(str, row)))


def _cipher(text_: bytes) -> tuple[str, str]:
    version, _, cipher = shown(text_).partition(":")
    return version, cipher


def _ending(status: int) -> str:
    signal = status & 0x7F
    if signal:
        return f"signal {signal}"
    return _ENDINGS.get(status, f"exit {status >> 8}")
