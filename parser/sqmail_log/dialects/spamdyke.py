"""spamdyke: `spamdyke[PID]: CODE from: A to: B origin_ip: IP origin_rdns: R auth: U encryption: E reason: X`.

One line a recipient. CODE is the program's; `origin_ip:` is believed where it
stands there once. `spamdyke[PID]: ERROR(FUNCTION@FILE:LINE): TEXT` is about
itself, and with `log-level=verbose` also about clients and name servers: then
it tells of logins that failed, and by whom, but not from where.
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
    Row(b"DENIED_UNPARSEABLE", "Reject::SMTP::Syntax_Error"),
    Row(b"DENIED_UNQUALIFIED_RECIPIENT", "Reject::RCPT::Invalid_Rcptto"),
    Row(b"DENIED_ZERO_RECIPIENTS", "Reject::RCPT::Empty"),
    # qmail-smtpd behind it has refused the recipient, and may say why.
    Row(b"DENIED_OTHER", "Reject::RCPT::Refused_Rcptto", (*_BETTER, "chkuser", "combined")),
    Row(b"TIMEOUT", "Deferred::SMTP::Timeout"),
)
_BY_CODE = {row.says: row for row in _ROWS}
_DENIED = Row(b"DENIED_", "Reject::RCPT::Refused_Rcptto")
_ERROR = Row(b"ERROR", warns=True)
_REST = (
    _DENIED,
    Row(b"FILTER_", KNOWN),
    Row(b"FAILED_TLS", KNOWN),
    Row(b"TLS_ENCRYPTED", KNOWN),
    Row(b"DEBUG", KNOWN),
)
# The client's end, or a name server's; numbers as N.
_OTHERS_FAULTS = (
    Row(b"unable to write N bytes to file descriptor ", KNOWN),
    Row(b"unable to write to SSL/TLS stream", KNOWN),
    Row(b"unable to read from SSL/TLS stream", KNOWN),
    Row(b"unable to start SSL/TLS connection", KNOWN),
    Row(b"unable to start SMTPS due to a protocol failure", KNOWN),
    Row(b"unable to parse input: ", KNOWN),
    Row(b"header line too long", KNOWN),
    Row(b"unable to continue buffering message data", KNOWN),
    Row(b"compressed DNS packet could not be decoded", KNOWN),
    Row(b"bad or invalid dns response", KNOWN),
    Row(b"DNS response for ", KNOWN),
    Row(b"TCP DNS response for ", KNOWN),
    Row(b"UDP packet received from an unexpected server", KNOWN),
    Row(b"unable to connect to DNS server ", KNOWN),
    Row(b"unable to create DNS query packet", KNOWN),
    Row(b"found IP address in MX record", KNOWN),
    Row(b"remote IP address missing", KNOWN),
)
# Who checks the password may log it, with the client.
_ASKED = (NATIVE, "qlog", "indimail", "combined", "ldap", "vpopmail", "plesk")
_FAILED = "Reject::AUTH::Failed"
_NO_USER = "Reject::AUTH::Unknown_User"
_EMPTY = "Reject::AUTH::No_Password"
_BY_VCHKPW = b"authentication error N (vchkpw uses this to indicate "
_LOGINS = (
    Row(b"authentication failure (", _FAILED, _ASKED),
    Row(_BY_VCHKPW + b"an unknown username", _FAILED, _ASKED),
    Row(_BY_VCHKPW + b"an unparsable email address", _NO_USER, _ASKED),
    Row(_BY_VCHKPW + b"an empty username", _EMPTY, _ASKED),
    Row(_BY_VCHKPW + b"an empty password", _EMPTY, _ASKED),
    Row(_BY_VCHKPW + b"a virtual user has no password", "Reject::AUTH::Denied", _ASKED),
    Row(_BY_VCHKPW + b"a failed username lookup", _NO_USER, _ASKED),
    Row(_BY_VCHKPW + b"a failed authentication attempt", "Reject::AUTH::Password", _ASKED),
)
_NOBODY = b"(unknown)"
_ENCRYPTED = (b"TLS", b"SSL")
_NUMERALS = b"0123456789"
_NUMERALS_TO_N = bytes.maketrans(_NUMERALS, b"N" * len(_NUMERALS))


def _read(text: bytes) -> Found | None:
    """Tell the row by CODE."""
    tag, _, rest = text.partition(b"]: ")
    code = rest.partition(b" ")[0]
    if code.startswith(_ERROR.says):
        return _own(rest)
    row = _BY_CODE.get(code) or rows.first(_REST, code)
    if row is None:
        return None
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


def _own(rest: bytes) -> Found | None:
    """Tell what `ERROR(FUNCTION@FILE:LINE): TEXT` is, or `ERROR: TEXT` of version 4; None where it is of a login."""
    said = _said(rest)
    if rows.first(_LOGINS, said) is not None:
        return None
    if b"@" in said or b"graylist" in said:
        # The file is called as a sender and a recipient are.
        said = said.partition(b" /")[0].partition(b": ")[0]
    return Found(rows.first(_OTHERS_FAULTS, said) or _ERROR, words=b"spamdyke: ERROR: " + said)


def _said(rest: bytes) -> bytes:
    text = rest.partition(b": ")[2].translate(_NUMERALS_TO_N)
    while b"NN" in text:
        text = text.replace(b"NN", b"N")
    return text


def _read_login(text: bytes) -> Found | None:
    """Tell the row of a login that failed by what it says; the user stands behind it."""
    tag, _, rest = text.partition(b"]: ")
    row = rows.first(_LOGINS, _said(rest)) if rest.startswith(_ERROR.says) else None
    if row is None:
        return None
    return Found(
        row,
        pid=rows.process(tag.partition(b"[")[2]),
        user=rest.partition(b": ")[2].partition(b"): ")[2],
        protocol=rows.ESMTP,
    )


DIALECT = Dialect(
    "spamdyke", "spamdyke 4 and 5, log-target stderr", (*_ROWS, *_REST, _ERROR, *_OTHERS_FAULTS), _read
)
VERBOSE = Dialect("spamdyke-verbose", "spamdyke 4 and 5, log-level verbose", _LOGINS, _read_login)
