"""qmail-smtpd with John Simpson's combined patch, and what of it lives on in sagredo's qmail, and his jgreylist.

`qmail-smtpd[PID]: AUTH failed [IP] USER`, `qmail-smtpd[PID]: badmailfrom: <…> at IP`, `qmail-smtpd[PID]: rbl: ip=…`.
The tag may lack, or its PID. Of recipients that were accepted hardly any of it says a word.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

_QLOG = ("qlog",)
_UNKNOWN_RECIPIENT = "Reject::RCPT::Failed_Rcptto"
_FOUND = "Accept::RCPT::Found_Rcptto"
_SIZE = "Reject::DATA::Invalid_Size"

# `[]` stands for the client's address in brackets.
_BRACKETS = (
    Row(b"AUTH failed []", "Reject::AUTH::Failed", _QLOG),
    Row(b"AUTH failed (unknown user) []", "Reject::AUTH::Unknown_User", _QLOG),
    Row(b"AUTH failed (bad password) []", "Reject::AUTH::Password", _QLOG),
    Row(b"AUTH failed (password expired) []", "Reject::AUTH::Expired", _QLOG),
    Row(b"AUTH successful []", "Accept::AUTH::Success", _QLOG),
    Row(b"DATABYTES exceeded []", _SIZE, _QLOG),
    Row(b"MFCHECK fail []", "Reject::ORIG::DNS_MF", _QLOG),
    Row(b"MFCHECK invalid []", "Reject::ORIG::DNS_MF", _QLOG),
    Row(b"MFCHECK pass []", KNOWN),
    Row(b"MAXRCPT fail []", "Reject::RCPT::Toomany_Rcptto", _QLOG),
    Row(b"validrcptto [] not found: ", _UNKNOWN_RECIPIENT, _QLOG),
    Row(b"validrcptto [] found: ", _FOUND, _QLOG),
    # `not found` or `excessive` stands beside these.
    Row(b"validrcptto []", KNOWN),
    Row(b"before greeting: [] client sent data", "Reject::SMTP::Early_Talker", _QLOG),
    Row(b"before greeting: []", KNOWN),
)
# What a client sent, and ` at IP` behind it.
_AT = (
    Row(b"badhelo: <", "Reject::SNDR::Bad_Helo", _QLOG),
    Row(b"badmailfrom: <", "Reject::ORIG::Bad_Mailfrom", _QLOG),
    Row(b"badrcptto: <", "Reject::RCPT::Bad_Rcptto", _QLOG),
    Row(b"validrcptto: accepted address <", _FOUND, _QLOG),
    Row(b"validrcptto: drop address <", _UNKNOWN_RECIPIENT, _QLOG),
    Row(b"rcptcheck: drop address <", _UNKNOWN_RECIPIENT, _QLOG),
    Row(b"rcptcheck: overlimit sender <", "Deferred::SNDR::Rate_Limit", _QLOG),
    Row(b"rcptcheck: accepted address <", _FOUND, _QLOG),
)
# `rbl: ip=IP query=ZONE result=RESULT`
_RBL = (
    Row(b"reject", "Reject::RBL::RBL_Listed", _QLOG),
    Row(b"delay", "Deferred::RBL::RBL_Listed", _QLOG),
    Row(b"", KNOWN),
)
# `MESSAGE (REASON): FROM from IP to RCPT helo NAME` of the logging patch.
_LOGGING = (
    Row(b"exceeded datasize limit: ", _SIZE, _QLOG),
    Row(b"message too big: ", _SIZE, _QLOG),
    Row(b"read failed", KNOWN),
)
_NOTES = (
    Row(b"badrcptto: excessive", KNOWN),
    Row(b"rcptcheck: ", KNOWN),
    Row(b"RCPTCHECK error: ", KNOWN),
    Row(b"Received-SPF: ", KNOWN),
    Row(b"GREETDELAY", KNOWN),
    Row(b"MAIL FROM:<", KNOWN),
    Row(b"RCPT TO:<", KNOWN),
)
# `jgreylist[PID]: IP VERDICT`
_GREYLIST = (
    Row(b"GREY ", "Deferred::SNDR::Grey_Listed"),
    Row(b"DENY ", "Reject::SNDR::DNS_Client"),
    Row(b"OK", KNOWN),
)
# The plugin helodnscheck says so itself, of a client whose HELO qmail-smtpd refuses; `[IP]` ends the line.
_HELO = (
    Row(b"helo-dns-check: blocked with: ", "Reject::SNDR::DNS_Helo"),
    Row(b"helo-dns-check: ", KNOWN),
    Row(b"HELO DNS CHECK ", KNOWN),
)
_RBL_MARK = b"rbl: ip="


def _read(text: bytes) -> Found | None:
    """Tell the row by what follows the tag."""
    row = rows.first(_HELO, text)
    if row is not None:
        return Found(row, client=rows.address(text.removesuffix(b"]").rpartition(b" [")[2]))
    tag, mark, said = text.partition(b": ")
    name, _, pid = tag.removesuffix(b"]").partition(b"[")
    if name == b"jgreylist":
        client, _, verdict = said.partition(b" ")
        row = rows.first(_GREYLIST, verdict)
        return Found(row, pid=rows.process(pid), client=rows.address(client)) if row is not None else None
    if not mark or name != b"qmail-smtpd":
        pid, said = b"", text
    pid = rows.process(pid)
    return _bracketed(said, pid) or _marked(said, pid)


def _bracketed(said: bytes, pid: bytes) -> Found | None:
    before, _, rest = said.partition(b"[")
    client, _, rest = rest.partition(b"]")
    row = rows.first(_BRACKETS, before + b"[]" + rest) if rows.address(client) or client == b"unknown" else None
    if row is None:
        return None
    is_login = row.says.startswith(b"AUTH ")
    user = rest.strip(b" ") if is_login else b""
    recipient = rest.rpartition(b": ")[2] if row.says.endswith(b"found: ") else b""
    protocol = rows.ESMTP if is_login else rows.SMTP
    return Found(row, pid=pid, client=rows.address(client), user=user, envelope=(b"", recipient), protocol=protocol)


def _marked(said: bytes, pid: bytes) -> Found | None:
    row = rows.first(_AT, said)
    if row is not None:
        claim, _, behind = said[len(row.says) :].rpartition(b"> at ")
        client = behind.partition(b" matches pattern: ")[0]
        return Found(row, pid=pid, client=rows.address(client), envelope=_claimed(row, claim))
    if said.startswith(_RBL_MARK):
        client, _, rest = said[len(_RBL_MARK) :].partition(b" ")
        row = rows.first(_RBL, rest.partition(b" result=")[2])
        return Found(row, pid=pid, client=rows.address(client)) if row is not None else None
    row = rows.first(_LOGGING, said)
    if row is not None:
        _, behind = rows.sole(said[len(row.says) :], b" from ")
        return Found(row, pid=pid, client=rows.address(behind.partition(b" to ")[0]))
    row = rows.first(_NOTES, said)
    return Found(row, pid=pid) if row is not None else None


def _claimed(row: Row, claim: bytes) -> tuple[bytes, bytes]:
    if row.says.startswith((b"badmailfrom", b"rcptcheck: overlimit")):
        return claim, b""
    return (b"", b"") if row.says.startswith(b"badhelo") else (b"", claim)


DIALECT = Dialect(
    "combined",
    "John Simpson's combined patch 7 for netqmail, jgreylist, the like lines of sagredo's qmail, and helodnscheck",
    (*_BRACKETS, *_AT, *_RBL, *_LOGGING, *_NOTES, *_GREYLIST, *_HELO),
    _read,
)
