"""Text from outside, cleaned for where it goes."""

from __future__ import annotations

_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_LONGEST_NAME = 120
_FORMULA_SIGNS = "=+-@"
_OF_HOSTS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]")
_OF_MAILBOXES = _OF_HOSTS | {"*", "@"}


def terminal(text: str) -> str:
    """Return text that a terminal shows as it is: what is not printable becomes `?`."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def status_line(text: str, length: int = 200) -> str:
    """Return text fit for a monitor's status line: printable ASCII, no `|`, not endless."""
    safe = "".join(c if " " <= c <= "~" and c != "|" else "?" for c in text[: length + 1])
    return safe if len(safe) <= length else safe[: length - 3] + "..."


def masked(address: str) -> str:
    """Return a mailbox or user's name of which its owner's colleagues know whose it is: `h**2@example.org`."""
    local, at, domain = address.rpartition("@") if "@" in address else (address, "", "")
    return f"{local[:1]}**{local[-1:] if len(local) > 2 else ''}{at}{domain}"


def sender(name: str) -> str:
    """Return who sent as it may be shown: a client's network as it is, a user masked."""
    return name if "/" in name else masked(name)


def destination(channel: str, name: str) -> str:
    """Return a remote host or a mailbox as it may be shown.

    A host is what a sender named: the shell, Nagios' macros and whatever a
    notification goes through find nothing in it to act on.  Of a mailbox the
    first and the last letter are shown.
    """
    if channel == "local" and name:
        return "".join(c if c in _OF_MAILBOXES else "_" for c in masked(name))
    return "".join(c if c in _OF_HOSTS else "_" for c in name)


def log(text: str) -> str:
    """Return a line that a daemon's log takes: valid UTF-8, with codes for what is not printable."""
    valid = text.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in valid)


def csv(text: str) -> str:
    """Return a field that no terminal and no spreadsheet acts on: what looks like a formula gets a quote before it."""
    text = terminal(text)
    return f"'{text}" if text[:1] in _FORMULA_SIGNS and text != "-" else text


def page(text: str) -> str:
    """Return text for a page or a picture; control signs, direction marks and halves of characters are replaced."""
    if text.isascii() and text.isprintable():
        return text
    from unicodedata import category  # noqa: PLC0415 - checks clean for status lines alone

    return "".join("\ufffd" if category(c)[0] == "C" else c for c in text)


def label(text: str) -> str:
    """Return text for a legend or comment of rrdtool, where colons and backslashes have a meaning."""
    return page(text).replace("\\", "/").replace(":", "\\:")


def file_name(text: str) -> str:
    """Return a file name that any file system, URL and shell takes as it is; different for different texts.

    Letters, digits, `.`, `_` and `-` stay; other bytes become `=` and two hex digits. A long name is cut
    and ends in a hash.
    """
    name = "".join(chr(byte) if byte in _KEPT else f"={byte:02X}" for byte in text.encode())
    if name.startswith("."):
        name = f"=2E{name[1:]}"
    if len(name) > _LONGEST_NAME:
        import hashlib  # noqa: PLC0415 - rarely needed

        name = f"{name[:_LONGEST_NAME]}={hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return name or "="
