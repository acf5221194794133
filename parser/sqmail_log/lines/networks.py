"""The networks that clients are of, as an operator would block them: a /24, or a /64 of IPv6."""

from __future__ import annotations

# What `socket` takes these from: importing that is dear, and this is not (benchmark: idle).
from _socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from collections import Counter
from itertools import compress

_OF_IPV4 = b"0123456789."
_PREFIX = slice(8)
_HOST = bytes(8)
# Of IPv4 in IPv6, `::ffff:192.0.2.77`, as servers that listen on both write it.
_MAPPED = bytes(10) + b"\xff\xff"
UNKNOWN = "unknown"


def of_last_words(lines: list[bytes]) -> dict[str, int]:
    """Return how many of the addresses at the end of lines, each with a newline behind it, are of which network."""
    found, others = _of_ipv4([line.rpartition(b" ")[2].rpartition(b".")[0] for line in lines])
    if others is not None:
        _add_others(found, [line.rpartition(b" ")[2][:-1] for line in compress(lines, others)])
    return found


def of_named(clients: list[bytes]) -> dict[str, int]:
    """Return the same of clients as `address:name …`."""
    found, others = _of_ipv4([client.partition(b":")[0].rpartition(b".")[0] for client in clients])
    if others is not None:
        # IPv6 addresses have colons, names have none.
        addresses = [client.partition(b" ")[0].rpartition(b":")[0] for client in compress(clients, others)]
        _add_others(found, addresses)
    return found


def of_all(addresses: list[bytes]) -> dict[str, int]:
    """Return the same of addresses that stand alone."""
    found, others = _of_ipv4([address.rpartition(b".")[0] for address in addresses])
    if others is not None:
        _add_others(found, list(compress(addresses, others)))
    return found


def of(address: bytes) -> str:
    """Return the network of an address, `UNKNOWN` where it is none.

    It is what `ipaddress` gives in any spelling of IPv6, and never has a zone
    (`%eth0`); an IPv4 address in IPv6's form has that of IPv4.  Of IPv4 only
    what stands before the last dot is looked at.
    """
    head = address.rpartition(b".")[0]
    if _is_ipv4(head):
        return head.decode("ascii") + ".0/24"
    text, mark, zone = address.decode("ascii", "replace").partition("%")
    if mark and (not zone or "%" in zone):
        return UNKNOWN
    try:
        return _network(inet_pton(AF_INET6, text))
    except (OSError, ValueError):
        return UNKNOWN


def _of_ipv4(heads: list[bytes]) -> tuple[dict[str, int], list[bool] | None]:
    """Return how many are of which IPv4 network, and which are of none; None for that where all are of one.

    `heads` has of each IPv4 address what stands before its last dot.
    Strangers seldom come twice from one address: to remember what each means
    takes longer (benchmark: cold-smtpd).
    """
    counted: dict[bytes, int] = Counter(heads)
    text = b"\n".join(counted)
    others = None
    if b"" in counted or text.translate(None, _OF_IPV4 + b"\n"):
        counted = {head: count for head, count in counted.items() if _is_ipv4(head)}
        others = [head not in counted for head in heads]
        text = b"\n".join(counted)
    if not counted:
        return {}, others
    names = (text.replace(b"\n", b".0/24\n") + b".0/24").decode("ascii").split("\n")
    return dict(zip(names, counted.values(), strict=True)), others


def _add_others(found: dict[str, int], addresses: list[bytes]) -> None:
    """Count the networks of addresses that are not of IPv4.

    All at once: a stranger has as many as he likes (benchmark: cold-smtpd).
    """
    try:
        texts = b"\n".join(addresses).decode("ascii").split("\n")
        prefixes = Counter([inet_pton(AF_INET6, text)[_PREFIX] for text in texts])
    except (OSError, ValueError):
        networks = Counter(map(of, addresses))
    else:
        is_mapped = prefixes.pop(_HOST, 0)
        networks = Counter({inet_ntop(AF_INET6, prefix + _HOST) + "/64": count for prefix, count in prefixes.items()})
        if is_mapped:
            packed = [inet_pton(AF_INET6, text) for text in texts]
            networks += Counter([_network(address) for address in packed if address[_PREFIX] == _HOST])
    for network, count in networks.items():
        found[network] = found.get(network, 0) + count


def _network(address: bytes) -> str:
    """Return the network of a packed address of IPv6."""
    if address.startswith(_MAPPED):
        return inet_ntop(AF_INET, address[len(_MAPPED) : -1] + b"\0") + "/24"
    return inet_ntop(AF_INET6, address[_PREFIX] + _HOST) + "/64"


def _is_ipv4(head: bytes) -> bool:
    return bool(head) and not head.translate(None, _OF_IPV4)
