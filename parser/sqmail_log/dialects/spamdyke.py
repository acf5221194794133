"""spamdyke: `spamdyke[PID]: CODE from: A to: B origin_ip: IP origin_rdns: R auth: U encryption: E reason: X`.

One line a recipient. CODE is the program's; `origin_ip:` is believed where it
stands there once.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.names import NATIVE
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

_BETTER = (NATIVE, "qlog")
_BLOCKED = "Reject::SNDR::Bad_Client"
_NO_NAME = "Reject::SNDR::DNS_Client"
_DYNAMIC = "Reject::SNDR::Dynamic_Client"
_SENDER = "Reject::ORIG::Invalid_Mailfrom"

_ROWS = (
    Row(b"ALLOWED", "Accept::RCPT::Allowed_Rcptto", _BETTER),
    Row(b"ALLOWED_AUTHENTICATED", "Accept::AUTH::Success", _BETTER),
    Row(b"ALLOWED_TLS", "Accept::RCPT::Allowed_Rcptto", _BETTER),
    Row(b"DENIED_ACCESS_DENIED", _BLOCKED),
    Row(b"DENIED_AUTH_REQUIRED", "Reject::AUTH::Required"),
    Row(b"DENIED_BLACKLIST_IP", _BLOCKED),
    Row(b"DENIED_BLACKLIST_NAME", _BLOCKED),
    Row(b"DENIED_EARLYTALKER", "Reject::SMTP::Early_Talker"),
    Row(b"DENIED_GRAYLISTED", "Deferred::SNDR::Grey_Listed"),
    Row(b"DENIED_HEADER_BLACKLISTED", "Reject::DATA::Bad_Content"),
    Row(b"DENIED_IDENTICAL_SENDER_RECIPIENT", _SENDER),
    Row(b"DENIED_INVALID_RECIPIENT", "Reject::RCPT::Failed_Rcptto"),
    Row(b"DENIED_UNAVAILABLE_RECIPIENT", "Reject::RCPT::Over_Quota"),
    Row(b"DENIED_IP_IN_RDNS", _DYNAMIC),
    Row(b"DENIED_IP_IN_CC_RDNS", _DYNAMIC),
    Row(b"DENIED_RBL_MATCH", "Reject::RBL::RBL_Listed"),
    Row(b"DENIED_RHSBL_MATCH", "Reject::RBL::RHSBL_Listed"),
    Row(b"DENIED_RDNS_MISSING", _NO_NAME),
    Row(b"DENIED_RDNS_RESOLVE", _NO_NAME),
    Row(b"DENIED_RECIPIENT_BLACKLISTED", "Reject::RCPT::Bad_Rcptto"),
    Row(b"DENIED_RELAYING", "Reject::SNDR::Invalid_Relay"),
    Row(b"DENIED_REJECT_ALL", _BLOCKED),
    Row(b"DENIED_SENDER_BLACKLISTED", "Reject::ORIG::Bad_Mailfrom"),
    Row(b"DENIED_SENDER_NO_MX", "Reject::ORIG::DNS_MF"),
    Row(b"DENIED_SENDER_NOT_LOCAL", _SENDER),
    Row(b"DENIED_SENDER_NOT_AUTH", _SENDER),
    Row(b"DENIED_TOO_MANY_RECIPIENTS", "Reject::RCPT::Toomany_Rcptto"),
    Row(b"DENIED_UNQUALIFIED_RECIPIENT", "Reject::RCPT::Invalid_Rcptto"),
    Row(b"DENIED_ZERO_RECIPIENTS", "Reject::RCPT::Empty"),
    # qmail-smtpd behind it has refused the recipient, and may say why.
    Row(b"DENIED_OTHER", "Reject::RCPT::Refused_Rcptto", (*_BETTER, "chkuser", "combined")),
    Row(b"TIMEOUT", "Deferred::SMTP::Timeout"),
)
_BY_CODE = {row.says: row for row in _ROWS}
_DENIED = Row(b"DENIED_", "Reject::RCPT::Refused_Rcptto")
_ERROR = Row(b"ERROR", warns=True)
_REST = (_DENIED, _ERROR, Row(b"FILTER_", KNOWN), Row(b"FAILED_TLS", KNOWN), Row(b"DEBUG", KNOWN))
_NOBODY = b"(unknown)"
_ENCRYPTED = (b"TLS", b"SSL")


def _read(text: bytes) -> Found | None:
    """Tell the row by CODE."""
    tag, _, rest = text.partition(b"]: ")
    code = rest.partition(b" ")[0]
    row = _BY_CODE.get(code) or rows.first(_REST, code)
    if row is None:
        return None
    if row is _ERROR:
        return Found(row, words=b"spamdyke: " + rest)
    claims, ours = rows.sole(rest, b" origin_ip: ")
    sender, _, recipient = claims.partition(b" from: ")[2].rpartition(b" to: ")
    user, _, security = ours.partition(b" auth: ")[2].partition(b" encryption: ")
    user = b"" if user == _NOBODY else user
    login = user and row.counts.startswith("Accept::")
    return Found(
        row,
        counts="Accept::AUTH::Success" if login else None,
        pid=rows.process(tag.partition(b"[")[2]),
        client=rows.address(ours.partition(b" ")[0]),
        envelope=(sender, recipient),
        user=user,
        protocol=rows.ESMTPS if security.partition(b" ")[0] in _ENCRYPTED else rows.ESMTP,
    )


DIALECT = Dialect("spamdyke", "spamdyke 4 and 5, log-target stderr", (*_ROWS, *_REST), _read)
