"""Stable names in place of people's and clients'.

A pseudonym is a keyed hash: with the same key it is the same in every report,
without the key nobody can try out addresses until one fits.  Domains stay.
"""

from __future__ import annotations

import hmac
import os
import re
from ipaddress import IPv6Address

from sqmail_report.tables.table import Content, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_report.tables.table import Row

_DIGITS = 12
_KEY_BYTES = 32
_LEAST_KEY = 16
# Addresses that are nobody's: the null sender, a double bounce's sender, one that the log does not show.
_SOMEBODY = "SOMEBODY"
_CHANNELS = ("local.", "remote.")
_NOBODY = {"", "#@[]", "?"}
_PLAIN = r"[^\s<>@:;,()/]+"
_ADDRESS = re.compile(rf"<[^<>]+>|{_PLAIN}@[\w.\[\]-]+")
# Names of dial-up hosts have their address with hyphens.
_IPV4 = re.compile(r"(?<!\d)(?<!\d[.-])\d{1,3}([.-])\d{1,3}(?:\1\d{1,3}){2}(?!\d|[.-]\d)")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:])(?=(?:[0-9A-Fa-f]*:){2})[0-9A-Fa-f:]{3,39}(?![0-9A-Za-z:])")


def read_key(path: str) -> bytes:
    """Return the key that a file holds; raise ValueError where it is too short to keep a secret."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib is dear to import
        key = file.read(4096).strip()
    if len(key) < _LEAST_KEY:
        raise ValueError(
            f"{path}: a key of {len(key)} bytes can be guessed; head -c 32 /dev/urandom | base64 makes one"
        )
    return key


class Pseudonyms:
    """Replaces local parts, client addresses and user names; without a key, differently in each run."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or os.urandom(_KEY_BYTES)

    def table(self, table: Table) -> Table:
        """Return the table without people's names; rows that were in their order, in the new ones'."""
        replacers = [_REPLACERS.get(column.content) for column in table.layout.columns]
        if not any(replacers):
            return table
        rows = [
            tuple(
                replace(self, value) if replace is not None and isinstance(value, str) else value
                for replace, value in zip(replacers, row, strict=True)
            )
            for row in _nameless(table)
        ]
        if table.layout.order:
            index = table.layout.index(table.layout.order)
            rows.sort(key=lambda row: str(row[index]))
        return Table(table.layout, rows, table.notes, rest=table.rest)

    def address(self, address: str) -> str:
        """Return `u-1234567890ab@domain` for an address, with `<>` where it had them."""
        if address.startswith("<") and address.endswith(">"):
            return f"<{self.address(address[1:-1])}>"
        if address in _NOBODY:
            return address
        local, at, domain = address.rpartition("@")
        return f"{self._name('u', local if at else domain)}{at}{domain if at else ''}"

    def recipient(self, recipient: str) -> str:
        """Return `local.ADDRESS` or `remote.ADDRESS` with the address replaced."""
        channel, dot, address = recipient.partition(".")
        return f"{channel}{dot}{self.address(address)}"

    def sender(self, sender: str) -> str:
        """Return `UID/<ADDRESS>` with the address replaced."""
        uid, slash, address = sender.partition("/")
        return f"{uid}{slash}{self.address(address)}"

    def client(self, client: str) -> str:
        """Return `client-1234567890ab` for an address or a network."""
        return client if client == "unknown" else self._name("client", client)

    def host(self, host: str) -> str:
        """Return a host, and `local.PSEUDONYM` or `remote.PSEUDONYM` for an address without one."""
        return self.recipient(host) if host.startswith(_CHANNELS) else host

    def words(self, words: str) -> str:
        """Return text with every address of a person or a machine in it replaced.

        In a report, where blanks are `_` as they may be in addresses, words
        before an address can go with it.
        """
        words = _ADDRESS.sub(lambda found: self.address(found[0]), words)
        words = _IPV4.sub(lambda found: self.client(found[0].replace("-", ".")), words)
        return _IPV6.sub(lambda found: self.client(found[0]) if _is_ipv6(found[0]) else found[0], words)

    def _name(self, kind: str, text: str) -> str:
        digest = hmac.digest(self._key, f"{kind} {text.lower()}".encode("utf-8", "surrogatepass"), "sha256")
        return f"{kind}-{digest.hex()[:_DIGITS]}"


def _nameless(table: Table) -> Iterable[Row]:
    """Return a table's rows, their texts without the names of those that the rows are about."""
    contents = [column.content for column in table.layout.columns]
    texts = [index for index, content in enumerate(contents) if content in {Content.REPORT, Content.WORDS}]
    people = [index for index, content in enumerate(contents) if content in {Content.RECIPIENT, Content.ADDRESS}]
    if not texts or not people:
        return table.rows
    rows = []
    for row in table.rows:
        values = list(row)
        for person in people:
            address = str(row[person] or "").removeprefix("<").removesuffix(">")
            if contents[person] is Content.RECIPIENT:
                address = address.partition(".")[2]
            for index in texts:
                if values[index] is not None:
                    values[index] = unnamed(str(values[index]), address)
        rows.append(tuple(values))
    return rows


def unnamed(words: str, address: str) -> str:
    """Return text without an address's local part where that stands without its domain.

    Of a virtual domain's address, `example.org-ann`, the part after the
    prefix is looked for too.
    """
    local, at, domain = address.lower().rpartition("@")
    whole = local if at else domain
    for name in (whole, whole.rpartition("-")[2]):
        if name and name in words.lower():
            # With its domain a plain one is found as an address.
            domain_too = "@" if re.fullmatch(_PLAIN, name) else ""
            alone = rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9{domain_too}])"
            words = re.sub(alone, _SOMEBODY, words, flags=re.IGNORECASE)
    return words


def _is_ipv6(text: str) -> bool:
    """Tell an address from a time of day."""
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


_REPLACERS = {
    Content.RECIPIENT: Pseudonyms.recipient,
    Content.SENDER: Pseudonyms.sender,
    Content.ADDRESS: Pseudonyms.address,
    Content.CLIENT: Pseudonyms.client,
    Content.HOST: Pseudonyms.host,
    Content.USER: Pseudonyms.address,
    Content.REPORT: Pseudonyms.words,
    Content.WORDS: Pseudonyms.words,
}
