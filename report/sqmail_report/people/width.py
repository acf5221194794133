"""How many columns text takes on a terminal, and text cut to so many."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WIDE = frozenset("WF")
# Signs that stand on the letter before them, and such that are not seen.
_ON_OTHERS = frozenset(("Mn", "Me", "Cf"))


def columns(text: str) -> int:
    """Return the columns that printable text takes: two for a wide letter, none for one that stands on another."""
    return len(text) if text.isascii() else sum(map(_of_letter, text))


def widest(texts: Sequence[str]) -> int:
    """Return the columns of the widest of these, 0 for none."""
    if "".join(texts).isascii():
        return max(map(len, texts), default=0)
    return max(map(columns, texts), default=0)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return text filled up with blanks to a width."""
    blanks = " " * (width - columns(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"


def shortened(text: str, width: int, dots: str = "…") -> str:
    """Return text of at most so many columns, with dots in place of its middle where it is longer."""
    if columns(text) <= width:
        return text
    left = max(width - len(dots), 0)
    behind = left // 2
    if text.isascii():
        return f"{text[: left - behind]}{dots}{text[len(text) - behind :]}"[:width]
    head = _fitting(text, left - behind)
    kept = ""
    for cluster in reversed(_clusters(text)):
        if columns(kept) + columns(cluster) > behind:
            break
        kept = cluster + kept
    return f"{head}{dots}{kept}"


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield text in lines of at most so many columns, broken at blanks where there are any."""
    line = ""
    for word in text.split():
        if line and columns(line) + 1 + columns(word) <= width:
            line += f" {word}"
            continue
        if line:
            yield line
        line = word
        while columns(line) > width:
            head = _fitting(line, width) or line[:1]
            yield head
            line = line[len(head) :]
    if line:
        yield line


def _fitting(text: str, width: int) -> str:
    """Return the beginning of a text that takes at most so many columns."""
    taken = 0
    kept = []
    for cluster in _clusters(text):
        taken += columns(cluster)
        if taken > width:
            break
        kept.append(cluster)
    return "".join(kept)


def _clusters(text: str) -> list[str]:
    """Return the letters, each with the signs that stand on it."""
    found: list[str] = []
    for letter in text:
        if found and not _of_letter(letter):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _of_letter(letter: str) -> int:
    from unicodedata import category, east_asian_width  # noqa: PLC0415 - most logs are ASCII

    if category(letter) in _ON_OTHERS:
        return 0
    return 2 if east_asian_width(letter) in _WIDE else 1
