"""A qmail-smtpd that logs how it was spoken to, and what qmail-queue answered; ratelimitspp beside it.

`qmail-smtpd: PID IP uses ESMTPS (TLSv1.3, cipher C)`, `qmail-smtpd: qmail-queue error message: 451 …`,
`ratelimitspp: User:U;Recipients:N;Result:NOK`.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.rows import HANDSHAKE, KNOWN, Dialect, Found, Row

_TAG = b"qmail-smtpd"
_PLUGIN = b"ratelimitspp: "

_ANSWERS = (
    Row(b"qmail-queue error message: 5", "Reject::DATA::Queue_Reject", ("simscan",)),
    Row(b"qmail-queue error message: 451 ", warns=True),
    Row(b"qmail-queue error message: ", warns=True),
)
_SECURED = Row(b"uses NAME (VERSION, cipher ", HANDSHAKE)
_SPOKEN = Row(b"uses ", KNOWN)
_LIMITED = Row(b"ratelimitspp: ...;Result:NOK", "Deferred::SNDR::Rate_Limit")
_LIMITER_FAILS = Row(b"ratelimitspp: ...Error:", warns=True)
_LIMITER = Row(b"ratelimitspp: ", KNOWN)


def _read(text: bytes) -> Found | None:
    """Tell the row by what follows the tag, or by how ratelimitspp's line ends."""
    if text.startswith(_PLUGIN):
        return _limiter(text)
    tag, mark, said = text.partition(b": ")
    name, bracket, pid = tag.removesuffix(b"]").partition(b"[")
    if not mark or name != _TAG or (bracket and not rows.process(pid)):
        # Syslog's tag may be another's.
        said = text
    row = rows.first(_ANSWERS, said)
    if row is not None:
        return Found(row, pid=rows.process(pid), words=said)
    words = said.split(b" ", 3)
    if len(words) < 4 or words[2] != b"uses" or not rows.process(words[0]) or not rows.address(words[1]):
        return None
    pid, client, _, spoken = words
    version, found, cipher = spoken.partition(b" (")[2].partition(b", cipher ")
    if not found:
        return Found(_SPOKEN, pid=pid, client=client)
    return Found(_SECURED, pid=pid, client=client, words=version + b":" + cipher.removesuffix(b")"))


def _limiter(text: bytes) -> Found:
    said = text[len(_PLUGIN) :]
    if said.endswith(b";Result:NOK"):
        user = said.partition(b"User:")[2].rpartition(b";Recipients:")[0]
        return Found(_LIMITED, user=user)
    if b"Error:" in said and b";Result:" not in said:
        return Found(_LIMITER_FAILS, words=text)
    return Found(_LIMITER)


DIALECT = Dialect(
    "tlslog",
    "patched netqmail with tcpserver's limits and ratelimitspp, as qmail plug-ins of netdata read them",
    (*_ANSWERS, _SECURED, _SPOKEN, _LIMITED, _LIMITER_FAILS, _LIMITER),
    _read,
)
