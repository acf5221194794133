"""Recipients without what qmail-send puts before those of a virtual domain.

`control/virtualdomains` says `example.org:PREPEND`, and qmail-send writes
bob@example.org as `local PREPEND-bob@example.org`.  Most installations
prepend the domain itself.  That is taken off: nobody else's name begins with
his whole domain.  Any other word before a hyphen may be a name
(`smith-ann@smith.example`), and stays.
"""

from __future__ import annotations

LOCAL = "local"


def bare(channel: str, address: str) -> str:
    """Return a recipient's address as its sender wrote it, where that is sure; `channel` is local or remote."""
    if channel != LOCAL:
        return address
    local, at, domain = address.rpartition("@")
    prefix = f"{domain}-"
    if not at or not domain or not local.lower().startswith(prefix.lower()) or len(local) == len(prefix):
        return address
    return f"{local[len(prefix) :]}@{domain}"


def divided(recipient: str) -> tuple[str, str]:
    """Return the channel and the bare address of `local.ADDRESS` or `remote.ADDRESS`; no channel of the rest's row."""
    channel, dot, address = recipient.partition(".")
    if not dot or channel not in {LOCAL, "remote"}:
        return "", recipient
    return channel, bare(channel, address)
