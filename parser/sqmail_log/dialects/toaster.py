"""qmailtoaster's qmail-smtpd: `policy_check: …` of eMPF, one line a recipient, and `mail recv: …`, one a message."""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.names import NATIVE
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

_QLOG = ("qlog",)
_TROUBLE = "Deferred::SMTP::Trouble"
# Where recipients are logged, a message was counted with them.
_RECIPIENTS = (NATIVE, "qlog", "spamdyke", "chkuser", "indimail", "combined", "ldap-terse")
_RECEIVED = Row(b"mail recv: pid ", "Accept::DATA::Queued", _RECIPIENTS)

_ROWS = (
    _RECEIVED,
    Row(b"policy_check: policy forbids transmission", "Reject::RCPT::Policy", _QLOG),
    Row(b"policy_check: sender not authenticated", "Reject::AUTH::Required", _QLOG),
    Row(b"policy_check: policy_load failed", _TROUBLE, _QLOG, warns=True),
    Row(b"policy_check: policy_forbids failed", _TROUBLE, _QLOG, warns=True),
    Row(b"policy_check: local ", KNOWN),
    Row(b"policy_check: remote ", KNOWN),
    Row(b"policy_check: policy allows transmission", KNOWN),
    Row(b"policy_load(", KNOWN),
    Row(b"policy_forbids: ", KNOWN),
)


def _read(text: bytes) -> Found | None:
    """Tell the row by the line's beginning."""
    row = rows.first(_ROWS, text)
    if row is None:
        return None
    if row is not _RECEIVED:
        return Found(row, words=text)
    pid, _, rest = text[len(row.says) :].partition(b" ")
    return Found(row, pid=rows.process(pid), envelope=(rest.partition(b"from <")[2].rpartition(b"> qp ")[0], b""))


DIALECT = Dialect("toaster", "qmailtoaster's qmail 1.03 with eMPF", _ROWS, _read)
