"""Filters in qmail-queue's place, and what is said of one that cannot run.

simscan: `simscan:[PID]:STATE (HITS/REQUIRED):TIMEs:SUBJECT:IP:FROM:TO`, one line a message. STATE is the program's,
and PID that of qmail-smtpd. The client's address stands amid what it sent, and is believed where one such field is
there.
qmail-scanner: `X-Qmail-Scanner-VERSION:[ID] PROGRAM: TEXT` where it gives up.
The loader, Perl, the shell: `PROGRAM: error while loading shared libraries: …`, `Out of memory!`, `./run: line 3: …`.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.names import NATIVE
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

# Where recipients are logged, a message that went through was counted with them.
_RECIPIENTS = (NATIVE, "qlog", "spamdyke", "chkuser", "indimail", "combined", "toaster", "ldap-terse")
_QUEUED = "Accept::DATA::Queued"

_STATES = (
    Row(b"CLEAN", _QUEUED, _RECIPIENTS),
    Row(b"PASSTHRU", _QUEUED, _RECIPIENTS),
    Row(b"SPAM PASS", _QUEUED, _RECIPIENTS),
    Row(b"RELAYCLIENT", _QUEUED, _RECIPIENTS),
    Row(b"SPAM REJECT", "Reject::DATA::Spam_Message"),
    Row(b"SPAM REJECTED", "Reject::DATA::Spam_Message"),
    Row(b"SPAM DROPPED", "Reject::DATA::Spam_Message"),
    Row(b"VIRUS", "Reject::DATA::Virus_Infected"),
    Row(b"VIRUS DROPPED", "Reject::DATA::Virus_Infected"),
    Row(b"ATTACH", "Reject::DATA::MIME_Attach"),
    Row(b"REGEX", "Reject::DATA::Bad_Content"),
)
_BY_STATE = {row.says: row for row in _STATES}
# All that follows a blank: its diary. What stops a message says so at its beginning.
_DIARY = (
    Row(b" fatal error", warns=True),
    Row(b" error ", warns=True),
    Row(b" check_spam had an error", warns=True),
    Row(b" check_dspam had an error", warns=True),
    Row(b" ripmime error", warns=True),
    Row(b" ", KNOWN),
)
_LEAST_FIELDS = 5
_UNNUMBERED = b"simscan: "


def _read(text: bytes) -> Found | None:
    """Tell the row by STATE."""
    # Before version 1.2 its diary names no process.
    tag, found, rest = text.partition(b"]:") if not text.startswith(_UNNUMBERED) else text.partition(b":")
    if not found:
        return None
    if rest.startswith(b" "):
        row = rows.first(_DIARY, rest)
        return Found(row, words=b"simscan:" + rest) if row is not None else None
    fields = rest.split(b":")
    row = _BY_STATE.get(fields[0].partition(b" (")[0])
    if row is None or len(fields) < _LEAST_FIELDS:
        return None
    clients = {field for field in fields[2:] if field.count(b".") == 3 and field.replace(b".", b"").isdigit()}
    return Found(
        row,
        pid=rows.process(tag.partition(b"[")[2]),
        client=clients.pop() if len(clients) == 1 else b"",
        envelope=(fields[-2], fields[-1]),
    )


_SCANNER = b"X-Qmail-Scanner-"
# ID is a host, a time and a process in one; what follows the program's own words may be a sender's.
_GIVES_UP = Row(_SCANNER, warns=True)
_LONGEST_WORDS = 60


def _read_scanner(text: bytes) -> Found | None:
    """Tell that a message was put off, and what the program complains of."""
    said = text.partition(b"] ")[2]
    if not text.startswith(_SCANNER) or not said:
        return None
    words = said.partition(b" - ")[0]
    if len(words) > _LONGEST_WORDS:
        words = words[:_LONGEST_WORDS].rpartition(b" ")[0]
    return Found(_GIVES_UP, words=b"qmail-scanner" + (b"" if b"@" in words else b": " + words))


_LOADER = b": error while loading shared libraries: "
# Of the loader the program stands before these words; of the others nothing.
_COMPLAINTS = (
    Row(_LOADER, warns=True),
    Row(b"Out of memory!", warns=True),
    Row(b"Can't locate ", warns=True),
    Row(b"./run: ", warns=True),
    # The line before it told why.
    Row(b"BEGIN failed--compilation aborted", KNOWN),
)
_MODULE = 3
"""So many words name a module of Perl that is not there: `Can't locate Geo/IP.pm`."""


def _read_system(text: bytes) -> Found | None:
    """Tell what the loader, Perl or the shell complains of; the program's name is one word without its path."""
    program, found, library = text.partition(_LOADER)
    if found:
        name = program.rpartition(b"/")[2]
        return None if b" " in program else Found(_COMPLAINTS[0], words=name + found + library.partition(b":")[0])
    row = rows.first(_COMPLAINTS, text)
    if row is None:
        return None
    words = b" ".join(text.split(b" ", _MODULE)[:_MODULE]) if row.says == b"Can't locate " else text
    return Found(row, words=words)


SYSTEM = Dialect("system", "glibc's loader, Perl 5, sh of a service's run script", _COMPLAINTS, _read_system)
SCANNER = Dialect(
    "qmail-scanner", "qmail-scanner 1.2 to 2.11, as administrators published its lines", (_GIVES_UP,), _read_scanner
)
SIMSCAN = Dialect("simscan", "simscan 1.4 (inter7, qmail/simscan)", (*_STATES, *_DIARY), _read)
