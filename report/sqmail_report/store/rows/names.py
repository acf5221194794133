"""Names of people and clients on their way into the store: as they are, masked, or as pseudonyms."""

from __future__ import annotations

import hmac

from sqmail_command.text import masked
from sqmail_log.lines import networks
from sqmail_report.store.schema import Person
from sqmail_report.store.ways import MASKED, PLAIN
from sqmail_report.tables.pseudonyms import Pseudonyms, read_key, unnamed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Masked(Pseudonyms):
    """Masks local parts and users, and has the network in place of a client."""

    def address(self, address: str) -> str:
        """Return `a**b@domain` for an address, with `<>` where it had them."""
        if address.startswith("<") and address.endswith(">"):
            return f"<{self.address(address[1:-1])}>"
        return masked(address) if address.strip("?#@[]") else address

    def client(self, client: str) -> str:
        """Return the network of an address; a network, and what is neither, is one already."""
        network = networks.of(client.encode("utf-8", "surrogateescape"))
        return network if "/" not in client and network != networks.UNKNOWN else client


class Names:
    """Replaces the names in columns, as one of `WAYS` says; `nameless` tells whether any are.

    `check` tells one key from another, and nothing of it.

    Raises ValueError for a key that is too short, OSError where it cannot be read.
    """

    def __init__(self, way: str = PLAIN, key_file: str | None = None) -> None:
        self.way = way
        self.nameless = way != PLAIN
        self.check = ""
        self._replace: Mapping[Person, Callable[[str], str]] = {}
        if self.nameless:
            if way == MASKED:
                names: Pseudonyms = Masked()
            else:
                key = read_key(key_file or "")
                names = Pseudonyms(key)
                self.check = hmac.digest(key, b"sqmail event store", "sha256").hex()[:16]
            self._replace = {
                Person.ADDRESS: names.address,
                Person.SENDER: names.address,
                Person.CLIENT: names.client,
                Person.USER: names.address,
                Person.REPORT: names.words,
                Person.WORDS: names.words,
            }

    def replaced(self, person: Person, text: str) -> str:
        """Return a word as it may be kept."""
        replace = self._replace.get(person)
        return text if replace is None else replace(text)

    def report(self, text: bytes, recipient: bytes) -> bytes:
        """Return a report without the name of its recipient where that stands alone."""
        if not self.nameless:
            return text
        written = text.decode("utf-8", "surrogateescape")
        return unnamed(written, recipient.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
