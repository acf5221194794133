"""Rows of the dialects' tables, and what a line told that one of them knows.

Most of these lines hold what a client sent, in their middle or at their end.
What precedes it can be trusted, and what the program wrote behind it where
that is found from the line's end.  What stands between two texts of a client
is believed only where it cannot be mistaken: `sole`.
"""

from __future__ import annotations

from sqmail_log.lines import records
from sqmail_log.lines.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqmail_log.lines.records import Meaning

KNOWN = ""
HANDSHAKE = "handshake"
"""A row counts as Action::Type::Condition, as one of these (KNOWN: as nothing), and as a warning if it `warns`."""

SMTP, ESMTP, ESMTPS, POP3, POP3S = b"SMTP", b"ESMTP", b"ESMTPS", b"POP3", b"POP3S"
_METHODS = {b"login": "login", b"plain": "plain", b"cram-md5": "cram-md5", b"apop": "Apop"}
_OF_ADDRESS = b"0123456789abcdefABCDEF.:"
_OF_GROUP = b"0123456789abcdefABCDEF"
_LONGEST_ADDRESS = 45
_LONGEST_PROCESS = 10
_GROUPS = 8
_LONGEST_GROUP = 4


class Row:
    """One kind of line.

    `says` is what tells it, as the dialect's module defines.  `unless` names
    the dialects, and NATIVE, that tell the same thing better: where one of
    them speaks in the same lines, this one counts as KNOWN.
    """

    __slots__ = ("counts", "says", "unless", "warns")

    def __init__(self, says: bytes, counts: str = KNOWN, unless: tuple[str, ...] = (), *, warns: bool = False) -> None:
        self.says = says
        self.counts = counts
        self.unless = unless
        self.warns = warns


class Found:
    """What one line told.

    `row` is its kind, `meaning` what it is as a record (None for none), and
    `handshake` tells whether it is one.  Of the rest, what the line does not
    say, or not where it can be believed, is b"".  `envelope` is MAIL FROM and
    RCPT TO.  `words` are a handshake's `TLSv1.3:CIPHER`, or what a warning
    says.  `unless` is the row's where the line is no exception.
    """

    __slots__ = ("client", "envelope", "handshake", "helo", "meaning", "pid", "row", "unless", "user", "words")

    def __init__(
        self,
        row: Row,
        *,
        counts: str | None = None,
        pid: bytes = b"",
        client: bytes = b"",
        envelope: tuple[bytes, bytes] = (b"", b""),
        helo: bytes = b"",
        user: bytes = b"",
        protocol: bytes = SMTP,
        words: bytes = b"",
        unless: tuple[str, ...] | None = None,
    ) -> None:
        self.row = row
        self.unless = row.unless if unless is None else unless
        counts = row.counts if counts is None else counts
        self.handshake = counts == HANDSHAKE
        self.meaning = meaning(counts, protocol)
        self.pid = pid
        self.client = client
        self.envelope = envelope
        self.helo = helo
        self.user = user
        self.words = words

    def record(self) -> Record | None:
        """Return the record that it is, None where it is none."""
        return None if self.meaning is None else ForeignRecord(self, self.meaning)


class ForeignRecord(Record):
    """A record that another program's line tells."""

    __slots__ = ("_found",)

    def __init__(self, found: Found, meaning: Meaning) -> None:
        super().__init__(found.pid, meaning, b"")
        self._found = found

    @property
    def client(self) -> bytes:
        """Return the client's address, b"" where the line does not tell it for sure."""
        return self._found.client

    @property
    def envelope(self) -> tuple[bytes, bytes]:
        """Return MAIL FROM and RCPT TO."""
        return self._found.envelope

    @property
    def helo(self) -> bytes:
        """Return the HELO to its first blank."""
        return self._found.helo

    @property
    def user(self) -> bytes:
        """Return the user of a login, b"" for none."""
        return self._found.user


class Dialect:
    """A dialect: `read` takes the text of a line apart, and returns None where it is of none of the `rows`.

    `source` says which program in which version writes them.
    """

    __slots__ = ("name", "read", "rows", "source")

    def __init__(self, name: str, source: str, rows: Iterable[Row], read: Callable[[bytes], Found | None]) -> None:
        self.name = name
        self.source = source
        self.rows = tuple(rows)
        self.read = read


def meaning(counts: str, protocol: bytes) -> Meaning | None:
    """Return what a row's Action::Type::Condition means, None where it counts as no record."""
    return None if counts in {KNOWN, HANDSHAKE} else records.meaning(counts.encode("ascii") + b" P:" + protocol)


def first(rows: Iterable[Row], text: bytes) -> Row | None:
    """Return the first row that a text begins with."""
    for row in rows:
        if text.startswith(row.says):
            return row
    return None


def accepted_login(method: bytes) -> str:
    """Return what a login counts as by its method's name."""
    return f"Accept::AUTH::{_METHODS.get(method.lower(), 'Success')}"


def rejected_login(method: bytes) -> str:
    """Return what a refused login counts as by its method's name."""
    return f"Reject::AUTH::{_METHODS.get(method.lower(), 'Failed')}"


def process(text: bytes) -> bytes:
    """Return a process number, b"" where it is none."""
    return text if text.isdigit() and len(text) <= _LONGEST_PROCESS else b""


def address(text: bytes) -> bytes:
    """Return what looks like an address, b"" for anything else."""
    if len(text) > _LONGEST_ADDRESS or text.translate(None, _OF_ADDRESS) or not (b"." in text or b":" in text):
        return b""
    return text


def last_address(text: bytes) -> bytes:
    """Return the address behind the last name of `…:name:address`: IPv6 has colons, and a name is no group of it."""
    groups = text.split(b":")
    if b"." in groups[-1]:
        return address(groups[-1])
    begin = len(groups)
    while begin and len(groups[begin - 1]) <= _LONGEST_GROUP and not groups[begin - 1].translate(None, _OF_GROUP):
        begin -= 1
    return address(b":".join(groups[begin:])) if begin > 0 and len(groups) - begin <= _GROUPS else b""


def sole(text: bytes, mark: bytes) -> tuple[bytes, bytes]:
    """Return what precedes and what follows a mark that stands there once; b"" for both if a client wrote it too."""
    before, found, after = text.partition(mark)
    return (before, after) if found and mark not in after else (b"", b"")
