"""CHKUSER 2: `CHKUSER BRIEF: from <SENDER:INFO:IDENTIFY> remote <HELO:HOST:IP> rcpt <RCPT> : MORE`.

BRIEF and MORE are the program's. The client's address stands between what it
sent, and is believed where `> rcpt <` stands there once.
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


def _read(text: bytes) -> Found | None:
    """Tell the row by BRIEF, and MORE where that says more."""
    brief, _, rest = text[len(b"CHKUSER ") :].partition(b": ")
    row = _BY_WORDS.get(brief + b": " + rest.rpartition(b" : ")[2]) or _BY_WORDS.get(brief)
    if row is None:
        return None
    before, recipient = rows.sole(rest, b"> rcpt <")
    sender, remote = rows.sole(before, b"> remote <")
    # Of what follows the sender, identd's or the authenticated user's name and CHKUSER_IDENTIFY.
    sender, _, identified = sender.removeprefix(b"from <").partition(b":")
    return Found(
        row,
        client=rows.last_address(remote),
        envelope=(sender, recipient.rpartition(b"> : ")[0]),
        helo=remote.partition(b":")[0].partition(b" ")[0],
        user=identified.partition(b":")[0],
        words=b"CHKUSER " + brief,
    )


DIALECT = Dialect("chkuser", "CHKUSER 2.0.9 and later, in qmailtoaster and most qmails with vpopmail", _ROWS, _read)
