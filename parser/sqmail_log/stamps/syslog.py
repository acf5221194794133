"""What syslog puts before a program's text: host and tag, and which tags are of qmail's programs."""

from __future__ import annotations

import re

from sqmail_log.lines import shapes

FOREIGN = b"\0foreign"
"""Stands for a line of a program that is none of qmail's."""

# A host, perhaps with facility and level beside it; a program, perhaps with its number.
_FACILITY = rb"(?:<?[a-z0-9]{2,12}\.[a-z]{3,8}>? )?"
_HEADER = re.compile(
    rb"%b(?:([^\s:\[<]\S{0,254}(?<!:)) )?%b([A-Za-z/][^\s:\[\]]{0,63}(?: filter)?)(?:\[(\d{1,10})\])?:(?: +|$)"
    % (_FACILITY, _FACILITY)
)
# splogger's own time, which was there before syslog's.
_INNER = re.compile(rb"(\d{10})\.(\d{1,9}) ")
# qmail-send writes no name of its own: these stand for it.
_SEND_TAGS = frozenset({b"qmail", b"qmail-send", b"qmail-start", b"qmail-todo", b"splogger"})
_NAMES = (
    rb"(?:qmail-|vchkpw|vpopmail|tcpserver|sslserver|tcpsvd|rblsmtpd|tcp-env|spamdyke|simscan|CHKUSER|chkuser|qlogenvelope"
    rb"|qlogreceived|policy_check|greetdelay|ratelimitspp|ofmipd|multilog|svscan|supervise|checkpassword|smtp_auth"
    rb"|relaylock)"
)
_TAGS = re.compile(_NAMES)
# The name a line begins with, where the tag is another's: `vpopmail user not found` begins with none.
_OWN = re.compile(rb"CHKUSER |%b[\w.-]*(?::|\[| \d{1,10}: )" % _NAMES)
# Plesk's, who tell nothing of deliveries.
_HANDLERS = (b"-handlers",)
# These write no number, and their lines would look like text behind an RFC 3339 date.
_STRANGERS = frozenset({b"kernel", b"dovecot", b"systemd", b"rsyslogd", b"syslogd", b"spamd", b"spamc", b"clamd"})
_LABEL = b"@" + b"0" * 24 + b" "


def inner(text: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return seconds and fraction of the Unix time that stands behind host and tag, and the text behind that.

    None where there is none.
    """
    header = _HEADER.match(text)
    begin = 0 if header is None else header.end()
    found = _INNER.match(text, begin)
    return None if found is None else (found[1], found[2], text[found.end() :])


def text_of(text: bytes) -> bytes:
    """Return what a program wrote of what syslog carried, `FOREIGN` where it is none of qmail's.

    The tag stays where the program's own lines begin with its name.
    """
    header = _HEADER.match(text)
    if header is None:
        return text.partition(b" ")[2] or text  # behind the host
    return of_program(header[2], header[3], text[header.end() :])


def carried(text: bytes) -> bytes:
    """Do so for the text behind an RFC 3339 date, which a program may have written as it stands there.

    What tells syslog's form are a host before the tag, and a number behind
    it or a program that is known.
    """
    header = _HEADER.match(text)
    if header is None or header[1] is None:
        return text
    tag = header[2]
    if header[3] is None and tag not in _SEND_TAGS and tag not in _STRANGERS and _TAGS.match(tag) is None:
        return text
    return of_program(tag, header[3], text[header.end() :])


def of_program(tag: bytes, number: bytes | None, text: bytes) -> bytes:
    """Return what a program wrote, `FOREIGN` for one that is none of qmail's; `tag` is its name, `number` its pid."""
    tag = tag.rpartition(b"/")[2] if tag[:1] == b"/" else tag
    if tag in _SEND_TAGS or _OWN.match(text) is not None:
        return text  # what a server starts writes with the server's tag
    if _TAGS.match(tag) is None or tag.endswith(_HANDLERS):
        return text if shapes.is_of_send(_LABEL + text) else FOREIGN
    if number is not None and not text.startswith(b"pid ") and tag in {b"qmail-smtpd", b"spamdyke"}:
        return b"%b[%b]: %b" % (tag, number, text)  # as they write it themselves
    return b"%b: %b" % (tag, text)
