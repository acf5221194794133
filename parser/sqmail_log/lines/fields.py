"""Fields of a line: numbers that may be believed, and texts as keys of tables."""

from __future__ import annotations

# Of a count, and of an inode: what is longer no program wrote, and neither state nor perfdata could hold it.
COUNT_DIGITS = 15
INODE_DIGITS = 18
_ZERO = ord("0")
_NUMERALS = b"0123456789"
_DIGITS_TO_N = bytes.maketrans(_NUMERALS, b"N" * 10)


def number(text: bytes) -> bytes:
    """Return a queue number as it is; raise ValueError for what is no inode's number."""
    if not text.isdigit() or len(text) > INODE_DIGITS or (text[0] == _ZERO and text != b"0"):
        raise ValueError(f"no number: {text[:40]!r}")
    return text


def figure(text: bytes) -> int:
    """Return a count; raise ValueError for anything but digits, or far too many of them."""
    if not text.isdigit() or len(text) > COUNT_DIGITS:
        raise ValueError(f"no count: {text[:40]!r}")
    return int(text)


def shown(text: bytes) -> str:
    """Return a text as a key of a table."""
    return text[:200].decode("ascii", "replace").replace("|", "?")


def plain(text: bytes) -> str:
    """Return the text with numbers as N, so that like texts count together."""
    short = text[:200].translate(_DIGITS_TO_N)
    while b"NN" in short:
        short = short.replace(b"NN", b"N")
    return shown(short)


def queuer(text: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the sender, the qp and the uid in `from <SENDER> qp QP uid UID`."""
    words = text.split(b" ")
    return (words[1], words[3], words[5]) if len(words) == 6 else (b"?", b"?", b"?")
