"""Text from outside, cleaned for where it goes."""

import unicodedata

__all__ = ["file_name", "label", "plain"]

_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_LONGEST = 120


def plain(text: str) -> str:
    """Return the text without what a terminal or a bidirectional reader would act on.

    Control characters, direction marks and halves of characters become replacement characters.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(character)[0] == "C" else character for character in text)


def label(text: str) -> str:
    """Return the text for a legend or comment of rrdtool, where colons and backslashes have a meaning."""
    return plain(text).replace("\\", "/").replace(":", "\\:")


def file_name(text: str) -> str:
    """Return a file name that any file system, URL and shell takes as it is; different for different texts.

    Letters, digits, `.`, `_` and `-` stay; other bytes become `=` and two hex digits. A long name is cut
    and ends in a hash.
    """
    name = "".join(chr(byte) if byte in _KEPT else f"={byte:02X}" for byte in text.encode())
    if name.startswith("."):
        name = f"=2E{name[1:]}"
    if len(name) > _LONGEST:
        import hashlib  # noqa: PLC0415 - rarely needed

        name = f"{name[:_LONGEST]}={hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return name or "="
