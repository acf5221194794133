"""Words and numbers of a log as tables show them."""

from __future__ import annotations

_MOST_DIGITS = 20


def shown(text: bytes) -> str:
    """Return bytes from a log as text; what is not UTF-8 as backslash escapes."""
    return text.decode("utf-8", "backslashreplace")


def number(digits: bytes) -> int | None:
    """Return a number from the log, None where a torn line left something else in its place."""
    return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else None


def spelled(address: bytes) -> str:
    """Return `local ADDRESS` as qmailanalog writes it, with a dot."""
    return shown(address.replace(b" ", b".", 1))


def all_spelled(addresses: list[bytes]) -> list[str]:
    """Return all of them `spelled`: decoded at once, for there may be many (benchmark: report)."""
    return shown(b"\n".join([b"", *[address.replace(b" ", b".", 1) for address in addresses]])).split("\n")[1:]
