"""qmail-mrtg's own numbers, rule by rule, for comparison with what is right.

These are the rules of qmail-mrtg of s/qmail 3.3: the first line is never
counted, both ends of the time are included, a word is looked for at the first
(or last) place where its initial stands in the line, sums are a C `int`.  Two
things cannot be had: what it reads behind the end of a line is left over from
lines before, and counts as nothing here.
"""

from __future__ import annotations

import re

from sqmail_log.errors import LogError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Rule = Callable[[bytes, list[int]], None]

SECONDS = 305
"""How far it looks back where no minutes are given."""

_EPOCH = (1 << 62) + 10
_WORD = 1 << 64
_TEXT_AT = 26
_STAMP = re.compile(rb"@([0-9a-f]{0,24})")
_NUMBER = re.compile(rb"[ \t-\r]*([+-]?[0-9]+)")


def pair(flag: str, lines: Iterable[bytes], now: int, minutes: int | None) -> tuple[int, int]:
    """Return what it prints for `flag` at `now` (Unix seconds) from lines with their newlines.

    Raises LogError where it gives up: at a line without a stamp, or when the
    first one's is 1970.
    """
    rule = _RULES[flag]
    counts = [0, 0]
    history = SECONDS if minutes is None else 60 * minutes % (1 << 32)
    oldest = (now - history) % _WORD
    first = True
    for number, line in enumerate(lines, 1):
        if line[-1:] != b"\n":
            break
        stamp = _STAMP.match(line)
        if stamp is None:
            raise LogError(f"line {number} has no TAI64N stamp: qmail-mrtg gives up here")
        seconds = ((int(stamp[1] or b"0", 16) >> 32) - _EPOCH) % _WORD
        if first:
            if not seconds:
                raise LogError("line 1 is stamped 1970: qmail-mrtg gives up here")
            first = False
        elif oldest <= seconds <= now:
            rule(line[_TEXT_AT:].partition(b"\0")[0], counts)
    if flag == "2":
        kib = abs(counts[0]) // 1024
        counts[0] = counts[1] = kib if counts[0] >= 0 else -kib
    elif flag == "6":
        counts[1] += counts[0]
    return counts[0] % _WORD, counts[1] % _WORD


def _begins(text: bytes, word: bytes) -> bool:
    return text[: len(word)].lower() == word


def _from(text: bytes, letter: bytes, skip: int = 0) -> bytes:
    """Return the text from `skip` bytes after the first `letter` on; nothing where there is none."""
    index = text.find(letter)
    return text[index + skip :] if index >= 0 else b""


def _from_last(text: bytes, letter: bytes, skip: int) -> bytes:
    index = text.rfind(letter)
    return text[index + skip :] if index >= 0 else b""


def _integer(text: bytes) -> int:
    """Return what atoi does: 0 for no number, and only the low 32 bits of a great one."""
    number = _NUMBER.match(text)
    value = int(number[1]) if number is not None else 0
    return _int(max(min(value, (1 << 63) - 1), -(1 << 63)))


def _int(value: int) -> int:
    """Return the value that a C int keeps."""
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def _successes(text: bytes, counts: list[int]) -> None:
    if _begins(text, b"delivery"):
        counts[0] += _begins(_from(text, b":", 2), b"success:")
        counts[1] += _begins(_from(text, b"T"), b"tls_transmitted")


def _bytes(text: bytes, counts: list[int]) -> None:
    if _begins(text, b"info msg"):
        counts[0] = _int(counts[0] + _integer(_from(text, b":", 8)))


def _concurrency(text: bytes, counts: list[int]) -> None:
    if _begins(text, b"status:"):
        counts[0] = max(counts[0], _integer(_from_last(text, b"c", 4)))
        counts[1] = max(counts[1], _integer(_from_last(text, b"r", 7)))


def _failures(text: bytes, counts: list[int]) -> None:
    if _begins(text, b"delivery"):
        result = _from(text, b":", 2)
        counts[0] += _begins(result, b"failure:")
        counts[1] += _begins(result, b"deferral:")


def _bounces(text: bytes, counts: list[int]) -> None:
    counts[0] += _begins(text, b"bounce msg")
    counts[1] += _begins(text, b"triple bounce:")


def _qmtp(text: bytes, counts: list[int]) -> None:
    if _begins(text, b"delivery"):
        way = _from(text, b"q")
        counts[0] += _begins(way, b"qmtp:_ok")
        counts[1] += _begins(way, b"qmtps:_ok")


def _connections(text: bytes, counts: list[int]) -> None:
    if _begins(text, b"tcpserver") or _begins(text, b"sslserver") or _begins(text, b"rblsmtpd"):
        verdict = _from(text, b":", 2)
        answer = _from(verdict, b":", 2)
        counts[0] += _begins(verdict, b"ok")
        counts[1] += _begins(verdict, b"deny") + _begins(answer, b"451") + _begins(answer, b"553")


def _pop3_connections(text: bytes, counts: list[int]) -> None:
    if _begins(text, b"tcpserver:") or _begins(text, b"sslserver:"):
        verdict = _from(text, b":", 2)
        counts[0] += _begins(verdict, b"ok")
        counts[1] += _begins(verdict, b"deny")


def _records(*words: tuple[int, bytes]) -> Rule:
    """Return the rule that counts a word, as number 0 or 1, where it stands at its initial's first place."""
    wanted = [(number, word[:1], word.lower()) for number, word in words]

    def rule(text: bytes, counts: list[int]) -> None:
        for number, initial, word in wanted:
            counts[number] += _begins(_from(text, initial), word)

    return rule


_RULES: dict[str, Rule] = {
    "1": _successes,
    "2": _bytes,
    "3": _concurrency,
    "4": _failures,
    "5": _bounces,
    "6": _qmtp,
    "a": _records((0, b"Accept"), (1, b"Reject")),
    "b": _records((0, b"Accept::ORIG:"), (1, b"Accept::RCPT:")),
    "c": _records(
        (0, b"Reject::SNDR::Invalid_Relay"), (1, b"Reject::SNDR::Bad_Helo"), (1, b"Reject::SNDR::DNS_Helo")
    ),
    "d": _records((0, b"Reject::ORIG::Bad_Mailfrom"), (1, b"Reject::ORIG::DNS_MF")),
    "e": _records((0, b"Reject::RCPT::Bad_Rcptto"), (1, b"Reject::RCPT::Failed_Rcptto")),
    "f": _records(
        (0, b"Reject::DATA::Bad_MIME"), (0, b"Reject::DATA::MIME_Attach"), (1, b"Reject::DATA::Bad_Loader")
    ),
    "g": _records((0, b"Reject::DATA::Virus_Infected"), (1, b"Reject::DATA::Spam_Message")),
    "h": _records((0, b"Accept::AUTH:"), (1, b"Reject::AUTH:")),
    "i": _records((0, b"P:ESMTPS"), (1, b"Reject::TLS:")),
    "j": _records((0, b"Accept::SPF:"), (1, b"Reject::SPF:")),
    "z": _connections,
    "A": _records((0, b"Accept::AUTH:"), (1, b"Reject::AUTH:")),
    "B": _pop3_connections,
}

FLAGS = frozenset(_RULES)
"""The flags it has."""
