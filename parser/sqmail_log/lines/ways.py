"""By which means a delivery succeeded, in words, from the text of its report."""

from __future__ import annotations

import re

SMTP = "accepted over SMTP"
SMTP_TLS = "accepted over SMTP with TLS"
QMTP = "accepted over QMTP"
QMTPS = "accepted over QMTPS"
MAILBOX = "delivered to a mailbox"
FORWARD = "forwarded"
PROGRAM = "handed to a program"
SEVERAL = "delivered in several ways"
NOWHERE = "instructions delivered it nowhere"
OTHER = "success without further word"

# qmail-local ends its report so: files, forwards and programs of the .qmail file.
_DID = re.compile(rb"did_(\d+)\+(\d+)\+(\d+)/(?:qp_\d+/)?\Z")
# qmail-local's words; a remote host that runs qmail says the same of a process of its own.
_FORWARDED = re.compile(rb"did_\d+\+\d+\+\d+/qp_(\d+)/\Z")
_LOCAL = (MAILBOX, FORWARD, PROGRAM)
_REMOTE = (
    (b"_TLS_transmitted_message_accepted.", SMTP_TLS),
    (b"_accepted_message.", SMTP),
)


WAYS = (SMTP, SMTP_TLS, QMTP, QMTPS, MAILBOX, FORWARD, PROGRAM, SEVERAL, NOWHERE, OTHER)
"""Every answer that `way` can give."""

_MOST_KNOWN = 4096
_known: dict[bytes, str] = {}


def way(report: bytes) -> str:
    """Return how it was delivered, one of `WAYS`; `report` is the text after `success: `.

    Texts that begin alike are remembered by their beginning.
    """
    end = report.find(b"/")
    return (
        _known.get(report[:end])
        or _known.get(report[report.find(b"_") : end])
        or _known.get(report)
        or _learned(report)
    )


def forwarding_qp(report: bytes) -> bytes:
    """Return the qp of the process that queued what qmail-local forwarded, empty where it forwarded nothing."""
    found = _FORWARDED.search(report)
    return b"" if found is None else found[1]


def _learned(report: bytes) -> str:
    key = report[: report.find(b"/")]
    if key.endswith((b"_accepted.", b"_accepted_message.")):
        # Of what follows the remote host's address: there are thousands of them.
        key = key[key.find(b"_") :]
    elif not key.startswith(b"did_"):
        key = report
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    found = _way(report)
    if key:
        _known[key] = found
    return found


def _way(report: bytes) -> str:
    did = _DID.search(report)
    if did is not None:
        ways = [name for name, count in zip(_LOCAL, did.groups(), strict=True) if int(count)]
        if len(ways) > 1:
            return SEVERAL
        return ways[0] if ways else NOWHERE
    if report.startswith(b"qmtps"):
        return QMTPS
    if report.startswith(b"qmtp"):
        return QMTP
    for needle, name in _REMOTE:
        if needle in report:
            return name
    return OTHER
