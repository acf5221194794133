"""indimail's qmail-smtpd: `qmail-smtpd: pid N from IP HELO <…> MAIL from <…> RCPT <…> AUTH <…> Size: N TLS=…`.

One line a recipient, written when the message is queued, or when a recipient
or client is refused; words behind the address tell which. Patched netqmail
and notqmail that took these lines over write them, too.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

_TROUBLE = "Deferred::SMTP::Trouble"
_BLOCKED = "Reject::SNDR::Bad_Client"
_NO_NAME = "Reject::SNDR::DNS_Client"
_SENDER = "Reject::ORIG::Invalid_Mailfrom"
_HELO = "Reject::SNDR::Bad_Helo"
_SYNTAX = "Reject::SMTP::Syntax_Error"
_TAG = b"qmail-smtpd: pid "

_QUEUED = Row(b" HELO <", "Accept::RCPT::Rcpthosts_Rcptto")
_GREYLISTED = Row(b" HELO <...>", "Deferred::SNDR::Grey_Listed")
_AUTH = Row(b" AUTH ", "Reject::AUTH::Failed")
_STATUS = Row(b" status=[", "Reject::AUTH::Failed")
_ROWS = (
    _AUTH,
    _STATUS,
    Row(b" NOTIFY: ", KNOWN),
    Row(b" data size exceeded: ", "Reject::DATA::Invalid_Size"),
    Row(b" Non-existing DNS_MX: MAIL ", "Reject::ORIG::DNS_MF"),
    Row(b" Non-existing DNS_MX: HELO ", "Reject::SNDR::DNS_Helo"),
    Row(b" Invalid HELO greeting: ", _HELO),
    Row(b" invalid HELO greeting: ", _HELO),
    Row(b" non-FQDN HELO: ", _HELO),
    Row(b" Invalid RELAY client: ", "Reject::SNDR::Invalid_Relay"),
    Row(b" Invalid SENDER address: ", "Reject::ORIG::Bad_Mailfrom"),
    Row(b" Invalid SENDER host IP address: ", _SENDER),
    Row(b" Invalid RECIPIENT address: ", "Reject::RCPT::Failed_Rcptto"),
    Row(b" Too many RECIPIENTS: ", "Reject::RCPT::Toomany_Rcptto"),
    Row(b" Too many Invalid RECIPIENTS (", "Reject::RCPT::Toomany_Wrong"),
    Row(b" virus/banned content: ", "Reject::DATA::Virus_Infected"),
    Row(b" BAD IP client", _BLOCKED),
    Row(b" BAD HOST ", _BLOCKED),
    Row(b" OPEN RELAY client", _BLOCKED),
    Row(b" PTR (reverse DNS) record", _NO_NAME),
    Row(b" unable to obain PTR", _NO_NAME),
    Row(b" command t", _SYNTAX),
    Row(b" Bare LF received", _SYNTAX),
    Row(b" timeout reached reading data from client", "Deferred::SMTP::Timeout"),
    Row(b" qqt failure", _TROUBLE, warns=True),
    Row(b" Timeout (no response from greylisting server)", _TROUBLE, warns=True),
    Row(b" greylisting temporary failure: ", _TROUBLE, warns=True),
    Row(b" unable create temporary files: ", _TROUBLE, warns=True),
    Row(b" address_match: ", _TROUBLE, warns=True),
    Row(b" fifo ", _TROUBLE, warns=True),
    Row(b" out of memory", _TROUBLE, warns=True),
    Row(b" unable to read controls", _TROUBLE, warns=True),
    Row(b" unable to figure out my IP address", _TROUBLE, warns=True),
    Row(b" regex compilation failed", _TROUBLE, warns=True),
    Row(b" fork: ", _TROUBLE, warns=True),
    Row(b" trouble creating pipes: ", _TROUBLE, warns=True),
    Row(b" libindimail", _TROUBLE, warns=True),
    # What it answers with 451 before it goes.
    Row(b": ", _TROUBLE, warns=True),
    # Most often the client's end.
    Row(b" read error", KNOWN),
    Row(b" write error", KNOWN),
    Row(b" Blackholed ", KNOWN),
    Row(b" Setting ", KNOWN),
    Row(b" ETRN ", KNOWN),
    Row(b" ATRN ", KNOWN),
    Row(b" going down on SIGTERM", KNOWN),
    # Of recipients that have a line each.
    Row(b" greylist ", KNOWN),
)
# What qmail-queue or a filter said stands before these words, and what a client sent behind them.
_PERMANENT = Row(b" (permanent): HELO <", "Reject::DATA::Queue_Reject")
_TEMPORARY = Row(b" (temporary): HELO <", "Deferred::DATA::Queue_Delay", warns=True)
_DATABASE = Row(b" database error", _TROUBLE, warns=True)
_SUMMARY = Row(b"greylist ", KNOWN)
_BRACKET = b"USER ["
_DATABASES = frozenset((b"recipients", b"passwd", b"sql"))


def _read(text: bytes) -> Found | None:
    """Tell the row by what follows the address."""
    if text.startswith(_SUMMARY.says):
        return Found(_SUMMARY)
    if not text.startswith(_TAG):
        return None
    pid, _, rest = text[len(_TAG) :].partition(b" from ")
    client = rest.partition(b" ")[0].removesuffix(b":")
    rest = rest[len(client) :]
    if rest.startswith(b"  "):
        # Version 3 writes one blank more before some.
        rest = b" " + rest.lstrip(b" ")
    database, found, more = (rest if client not in _DATABASES else b" " + client + rest).partition(_DATABASE.says)
    if found and not more and database[1:] in _DATABASES:
        words = b"qmail-smtpd:" + database + found
        return Found(_DATABASE, pid=rows.process(pid), client=rows.address(client), words=words)
    if not rows.address(client) and client != b"unknown":
        return None
    return _transaction(pid, client, rest) if rest.startswith(_QUEUED.says) else _refusal(pid, client, rest)


def _refusal(pid: bytes, client: bytes, rest: bytes) -> Found | None:
    row = rows.first(_ROWS, rest) or next((each for each in (_PERMANENT, _TEMPORARY) if each.says in rest), None)
    if row is None:
        return None
    counts, user = None, b""
    if row in {_AUTH, _STATUS}:
        # ` AUTH USER status=[N] AUTH METHOD TLS=... auth failure`, of version 3 ` AUTH USER [USER] status=[N] AUTH ...`
        user, _, method = rest.rpartition(b" status=[")
        user = user.removeprefix(_AUTH.says)
        if user.startswith(_BRACKET) and user.endswith(b"]"):
            user = user[len(_BRACKET) : -1]
        counts = rows.rejected_login(method.partition(b" AUTH ")[2].partition(b" ")[0])
    secured = row in {_AUTH, _STATUS, _PERMANENT, _TEMPORARY}
    words = b"qmail-smtpd:" + (rest.partition(row.says)[0] if row is _TEMPORARY else rest.removeprefix(b":"))
    return _of(row, pid, client, rest, user=user, counts=counts, words=words, secured=secured)


def _transaction(pid: bytes, client: bytes, rest: bytes) -> Found:
    """Take apart what was queued, or greylisted: that line ends behind the recipient."""
    if rest.endswith(b">"):
        return _of(_GREYLISTED, pid, client, rest)
    authority = rest.rpartition(b"> AUTH <")[2].partition(b">")[0]
    user, is_login, method = authority.partition(b": AUTH ")
    counts: str | None = None
    if is_login:
        counts = rows.accepted_login(method.partition(b":")[0])
    elif authority != b"local-rcpt":
        counts = "Accept::SNDR::Relay_Client"
    return _of(_QUEUED, pid, client, rest, user=user if is_login else b"", counts=counts, secured=True)


def _of(
    row: Row,
    pid: bytes,
    client: bytes,
    rest: bytes,
    *,
    user: bytes = b"",
    counts: str | None = None,
    words: bytes = b"",
    secured: bool = False,
) -> Found:
    """Return what a line tells; only where `secured` the program writes `TLS=` behind what the client sent."""
    sender, _, recipient = rest.partition(b"MAIL from <")[2].partition(b"> RCPT ")
    tls = rest.rpartition(b" TLS=")[2] if secured else b""
    return Found(
        row,
        counts=counts,
        pid=rows.process(pid),
        client=rows.address(client),
        envelope=(sender, recipient.removeprefix(b"<").partition(b">")[0]),
        helo=rest.partition(b" HELO <")[2].partition(b">")[0].partition(b" ")[0],
        user=user,
        protocol=rows.ESMTPS if tls.startswith((b"TLS", b"SSL")) else rows.ESMTP,
        words=words,
    )


DIALECT = Dialect(
    "indimail",
    "qmail-smtpd of indimail-mta 2 and 3",
    (_QUEUED, _GREYLISTED, *_ROWS, _PERMANENT, _TEMPORARY, _DATABASE, _SUMMARY),
    _read,
)
