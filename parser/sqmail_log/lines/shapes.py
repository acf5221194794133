"""What begins a line of which program, and whose lines a log holds."""

from __future__ import annotations

import re

from sqmail_log.dialects.names import HEADS, NO_SIGNS, head
from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.lines.fields import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqmail_log.figures.sums import Sums

    Feed = Callable[[list[bytes], Sums], list[bytes]]

# Behind the label and a blank.
_WORD = slice(26, 34)
_SEND_WORDS = frozenset(
    {b"status: ", b"starting", b"delivery", b"new msg ", b"info msg", b"end msg ", b"bounce m"},
)
_SESSION_WORDS = frozenset({b"tcpserve", b"sslserve", b"tcpsvd: ", b"rblsmtpd", b"qmail-sm", b"qmail-po", b"qmail-qm"})
# `qmail` alone is no sign: qmail-send's and other programs' names begin so, too.
_DIALECT_HEADS = frozenset(beginning[:8] for beginning in HEADS if beginning not in NO_SIGNS)
_MESSAGE = re.compile(rb" msg (\d{1,18})")
_TEXT = slice(26, -1)
# The longest text that is looked at, and the most words that are told.
_LONGEST = 120
_WORDS = 4
# `PROGRAM:`, `PROGRAM[PID]:`, `PROGRAM:[PID]:` or two words before the colon; a name with a dot could be a client's,
# if it is no script with its path.
_NAMED = re.compile(
    rb"(?:/[\w/+-]{1,63}\.(?:sh|bash|pl|py|php|rb)|[A-Za-z/][\w/+-]{0,31}(?: [A-Za-z][\w/+-]{0,31})?)"
    rb"(?::?\[\d{1,10}\])?:(?=[ \[]|(?<=\]:))"
)
_PLAIN = re.compile(rb"[A-Za-z_'-]{1,24}(?:\[\d{1,10}\])?[!,.;?:]?|[\d.:/-]{1,24}|[<>=+*#()-]{1,3}")
_TRANSCRIPT = re.compile(rb"\d{1,10} [<>] ")
TRANSCRIPT = "recordio: N < or N >"
ONE_WORD = "(one word)"
NO_WORDS = "(no plain word)"


def is_of_send(line: bytes) -> bool:
    """Tell whether a line begins as qmail-send's do."""
    return line[_WORD] in _SEND_WORDS


def families(lines: Iterable[bytes]) -> set[str]:
    """Return which families wrote some of the lines: SEND, SESSIONS, both or none."""
    words = {line[_WORD] for line in lines}
    found = {SEND} if words & _SEND_WORDS else set()
    if words & _SESSION_WORDS or not _DIALECT_HEADS.isdisjoint(map(head, words)):
        found.add(SESSIONS)
    return found


def unknown(
    lines: list[bytes], minute: Sums, feeds: Iterable[tuple[str, Feed]], families: set[str] | None = None
) -> list[bytes]:
    """Give lines to one family's feed after the other; return those that none of them knows.

    A log may hold both families: each feed gets what those before did not
    know.  Those that knew some are added to `families`.
    """
    left = lines
    for family, feed in feeds:
        if not left:
            break
        before = len(left)
        left = feed(left, minute)
        if families is not None and len(left) < before:
            families.add(family)
    return left


def messages_named(lines: Iterable[bytes]) -> set[bytes]:
    """Return the queue numbers that the lines speak of, and perhaps some more."""
    return set(_MESSAGE.findall(b"".join(lines)))


def gist(line: bytes) -> str:
    """Return what a line that nobody knows may be listed as: who wrote it, or its first words, numbers as N.

    It holds no address, and of a line that is one word nothing: that may be
    the rest of a sender, recipient or client.
    """
    text = line[_TEXT][:_LONGEST]
    if _TRANSCRIPT.match(text):
        return TRANSCRIPT
    named = _NAMED.match(text)
    if named is not None:
        return plain(named[0])
    if text and b" " not in text:
        return ONE_WORD
    words = []
    for word in text.split(b" ")[:_WORDS]:
        if not _PLAIN.fullmatch(word):
            break
        words.append(word)
    return plain(b" ".join(words)) or NO_WORDS
