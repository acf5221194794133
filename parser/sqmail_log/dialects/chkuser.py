"""CHKUSER 2: `CHKUSER BRIEF: from <SENDER:INFO:IDENTIFY> remote <HELO:HOST:IP> rcpt <RCPT> : MORE`.

sagredo's names the fields: `from <SENDER|remoteinfo/auth:INFO|chkuser-identify:IDENTIFY> remote
<helo:HELO|remotehostname:HOST|remotehostip:IP> …`. BRIEF and MORE are the program's. The client's address stands
between what it sent, and is believed where `> rcpt <` stands there once.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.names import NATIVE
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

_BETTER = (NATIVE, "qlog", "spamdyke")
_QLOG = ("qlog",)
_REQUIRED = "Reject::AUTH::Required"

_ROWS = (
    Row(b"accepted rcpt", "Accept::RCPT::Found_Rcptto", _BETTER),
    Row(b"accepted any rcpt", "Accept::RCPT::Rcpthosts_Rcptto", _BETTER),
    Row(b"relaying rcpt", "Accept::SNDR::Relay_Client", _BETTER),
    Row(b"rejected relaying", "Reject::SNDR::Invalid_Relay", _QLOG),
    Row(b"rejected rcpt: max number of recipients", "Reject::RCPT::Toomany_Rcptto", _QLOG),
    Row(b"rejected rcpt: max number of invalid recipients", "Reject::RCPT::Toomany_Wrong", _QLOG),
    Row(b"rejected rcpt: invalid rcpt address format", "Reject::RCPT::Invalid_Rcptto", _QLOG),
    Row(b"rejected rcpt: invalid rcpt MX domain", "Reject::RCPT::DNS_Rcptto", _QLOG),
    Row(b"rejected rcpt: temporary DNS problem", "Deferred::RCPT::DNS_Rcptto", _QLOG),
    Row(b"rejected rcpt", "Reject::RCPT::Failed_Rcptto", _QLOG),
    Row(b"no auth resource", "Deferred::RCPT::Lookup", _QLOG, warns=True),
    Row(b"mbx overquota", "Reject::RCPT::Over_Quota", _QLOG),
    Row(b"rejected intrusion", "Reject::RCPT::Toomany_Wrong", _QLOG),
    # A line of its own says what became of the recipient.
    Row(b"intrusion threshold", KNOWN),
    Row(b"accepted sender", KNOWN),
    Row(b"accepted doublebounce", KNOWN),
    Row(b"rejected sender: invalid sender MX domain", "Reject::ORIG::DNS_MF", _QLOG),
    Row(b"rejected sender: temporary DNS problem", "Deferred::ORIG::DNS_MF", _QLOG),
    Row(b"rejected sender", "Reject::ORIG::Bad_Format", _QLOG),
    Row(b"must auth", _REQUIRED, _QLOG),
)
_BY_WORDS = {row.says: row for row in _ROWS}
_USER, _IDENTIFY = b"|remoteinfo/auth:", b"|chkuser-identify:"
_HELO, _HOST, _ADDRESS = b"helo:", b"|remotehostname:", b"|remotehostip:"


def _read(text: bytes) -> Found | None:
    """Tell the row by BRIEF, and MORE where that says more."""
    brief, _, rest = text[len(b"CHKUSER ") :].partition(b": ")
    row = _BY_WORDS.get(brief + b": " + rest.rpartition(b" : ")[2]) or _BY_WORDS.get(brief)
    if row is None:
        return None
    before, recipient = rows.sole(rest, b"> rcpt <")
    sender, remote = rows.sole(before, b"> remote <")
    client = rows.last_address(remote)
    # The host's name is the DNS's: a client can't write this before its address.
    is_named = remote[: len(remote) - len(client)].endswith(_ADDRESS)
    sender, user = _identified(sender.removeprefix(b"from <"), is_named=is_named)
    helo = remote.removeprefix(_HELO).partition(_HOST)[0] if is_named else remote.partition(b":")[0]
    return Found(
        row,
        client=client,
        envelope=(sender, recipient.rpartition(b"> : ")[0]),
        helo=helo.partition(b" ")[0],
        user=user,
        words=b"CHKUSER " + brief,
    )


def _identified(text: bytes, *, is_named: bool) -> tuple[bytes, bytes]:
    """Return the sender and the name behind it: identd's, or that of the authenticated user."""
    if is_named:
        sender, _, rest = text.rpartition(_USER)
        return sender, rest.rpartition(_IDENTIFY)[0]
    sender, _, rest = text.partition(b":")
    return sender, rest.partition(b":")[0]


DIALECT = Dialect(
    "chkuser", "CHKUSER 2.0.9 and later, in qmailtoaster, sagredo's qmail and most qmails with vpopmail", _ROWS, _read
)
