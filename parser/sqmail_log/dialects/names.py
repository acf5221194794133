"""The dialects by name: whose lines they are, what these tell, and the words that they begin with.

It imports nothing, so that whoever has a dialect's name (a key of the table
`sums.DIALECT`) can say cheaply whose lines a log holds.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NATIVE = "native"
"""Stands for the records that s/qmail's own qmail-smtpd and qmail-popup write."""

RECORDS = "records"
REJECTS = "rejects"
LOGINS = "logins"


class Program:
    """Who writes the lines of a dialect.

    `words` name it in a sentence.  `tells` is what can be counted of its
    lines: RECORDS (what was accepted and what was refused), REJECTS (what was
    refused, and what was accepted only if it is compiled or configured so),
    LOGINS; nothing of one that refuses without a word.
    """

    __slots__ = ("tells", "words")

    def __init__(self, words: str, *tells: str) -> None:
        self.words = words
        self.tells = tells


PROGRAMS: dict[str, Program] = {
    "qlog": Program("sagredo's qmail-smtpd (qlog)", RECORDS, LOGINS),
    "chkuser": Program("CHKUSER", REJECTS),
    "vpopmail": Program("vpopmail's vchkpw", LOGINS),
    "vpopmail-database": Program("vpopmail's database"),
    "spamdyke": Program("spamdyke", RECORDS),
    "spamdyke-verbose": Program("spamdyke with log-level=verbose", LOGINS),
    "simscan": Program("simscan", RECORDS),
    "qmail-scanner": Program("qmail-scanner"),
    "system": Program("programs that cannot run"),
    "toaster": Program("qmailtoaster's qmail-smtpd", RECORDS),
    "indimail": Program("indimail's qmail-smtpd", RECORDS, LOGINS),
    "combined": Program("qmail-smtpd with John Simpson's patches", REJECTS, LOGINS),
    "ldap": Program("qmail-ldap's qmail-smtpd", REJECTS, LOGINS),
    "ldap-terse": Program("qmail-ldap's qmail-smtpd with a LOGLEVEL below 3"),
    "plesk": Program("Plesk's smtp_auth", LOGINS),
    "tlslog": Program("qmail-smtpd that logs TLS and qmail-queue's errors", REJECTS),
}
"""Every dialect by its name."""


def told(dialects: Iterable[str]) -> set[str]:
    """Return what lines of dialects tell of, RECORDS and LOGINS: who tells of rejects alone tells of records, too."""
    tells = {what for name in dialects for what in PROGRAMS[name].tells}
    return {RECORDS if what == REJECTS else what for what in tells}


HEADS: dict[bytes, tuple[str, ...]] = {
    b"qlogenvelope": ("qlog",),
    b"qlogreceived": ("qlog",),
    b"CHKUSER": ("chkuser",),
    b"vchkpw": ("vpopmail",),
    b"vpopmail": ("vpopmail",),
    b"vmysql": ("vpopmail-database",),
    b"vpgsql": ("vpopmail-database",),
    b"could": ("vpopmail-database",),
    b"spamdyke": ("spamdyke", "spamdyke-verbose"),
    b"simscan": ("simscan",),
    b"X": ("qmail-scanner",),
    b"Out": ("system",),
    b"Can": ("system",),
    b"BEGIN": ("system",),
    b"/": ("system",),
    b"policy_check": ("toaster",),
    b"policy_load": ("toaster",),
    b"policy_forbids": ("toaster",),
    b"mail": ("toaster",),
    b"qmail": ("combined", "indimail", "ldap", "ldap-terse", "tlslog", "system"),
    b"greylist": ("indimail",),
    b"badhelo": ("combined",),
    b"badmailfrom": ("combined",),
    b"badrcptto": ("combined",),
    b"validrcptto": ("combined",),
    b"rcptcheck": ("combined",),
    b"rbl": ("combined",),
    b"jgreylist": ("combined",),
    b"helo": ("combined",),
    b"HELO": ("combined",),
    b"ratelimitspp": ("tlslog",),
    b"smtp_auth": ("plesk",),
    b"relaylock": ("plesk",),
}
"""Whose a line may be by its head."""

NO_SIGNS = frozenset((b"qmail", b"could", b"X", b"helo", b"HELO", b"Out", b"Can", b"BEGIN", b"/"))
"""Heads that lines of other programs have, too: they say nothing of whose log it is."""

_LONGEST = 16
_PATH = b"/"
_PATHS = (_PATH, b".")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
_OTHERS_TO_BLANKS = bytes(byte if byte in _LETTERS else 0x20 for byte in range(256))


def head(text: bytes) -> bytes:
    """Return the letters that a line's text begins with, `/` for a path's."""
    letters = text[:_LONGEST].translate(_OTHERS_TO_BLANKS).partition(b" ")[0]
    return letters or (_PATH if text[:1] in _PATHS else letters)
