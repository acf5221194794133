"""The networks that clients are of, as an operator would block them: a /24, or a /64 of IPv6."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_KNOWN_ADDRESSES = 2048
_OF_IPV4 = b"0123456789."
UNKNOWN = "unknown"


def of_last_words(lines: list[bytes]) -> dict[str, int]:
    """Return how many of the addresses at the end of lines, each with a newline behind it, are of which network."""
    return _counted([line.rpartition(b" ")[2].rpartition(b".")[0] for line in lines], lines, _of_last_word)


def of_named(clients: list[bytes]) -> dict[str, int]:
    """Return the same of clients as `address:name …`."""
    heads = [client.partition(b":")[0].rpartition(b".")[0] for client in clients]
    return _counted(heads, clients, _of_named)


def _counted(
    heads: list[bytes], clients: list[bytes], network_of: Callable[[bytes], str]
) -> dict[str, int]:
    """Return how many clients are of which network.

    `heads` has of each IPv4 address what stands before its last dot; of those
    that are not, `network_of` is asked.  Strangers seldom come twice from one
    address: to remember what each means takes three times as long.
    """
    counted = Counter(heads)
    text = b"\n".join(counted)
    if b"" in counted or text.translate(None, _OF_IPV4 + b"\n"):
        plain = {head: count for head, count in counted.items() if _is_ipv4(head)}
        text = b"\n".join(plain)
    else:
        plain = counted
    names = (text.replace(b"\n", b".0/24\n") + b".0/24").decode("ascii").split("\n")
    found = dict(zip(names, plain.values(), strict=True)) if plain else {}
    if len(plain) < len(counted):
        rest = Counter(network_of(client) for client, head in zip(clients, heads, strict=True) if head not in plain)
        for network, count in rest.items():
            found[network] = found.get(network, 0) + count
    return found


def _is_ipv4(head: bytes) -> bool:
    return bool(head) and not head.translate(None, _OF_IPV4)


def _of_last_word(line: bytes) -> str:
    return of(line.rpartition(b" ")[2][:-1])


def _of_named(client: bytes) -> str:
    return of(client.partition(b" ")[0].rpartition(b":")[0])


@lru_cache(_KNOWN_ADDRESSES)
def of(address: bytes) -> str:
    """Return the network of an address, `UNKNOWN` where it is none."""
    head = address.rpartition(b".")[0]
    if _is_ipv4(head):
        return head.decode("ascii") + ".0/24"
    if b":" in address:
        import ipaddress  # noqa: PLC0415 - costs 5 ms, and few logs have IPv6 clients

        with suppress(ValueError):
            return str(ipaddress.ip_network((address.decode("ascii", "replace"), 64), strict=False))
    return UNKNOWN
