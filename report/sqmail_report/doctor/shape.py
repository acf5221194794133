"""What waits in the queue: by destination and age, and by sender."""

from __future__ import annotations

from dataclasses import dataclass

from sqmail_command.text import masked
from sqmail_log.lines.events import channel_and_address
from sqmail_log.tai64n import SECOND
from sqmail_report.tables.words import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqmail_report.messages.ledger import Message, MessageLedger

AGES = ((300, "5m"), (1800, "30m"), (7200, "2h"), (28800, "8h"), (86400, "1d"), (259200, "3d"))
"""Younger than so many seconds, and its heading; the last column is what is older."""
UNTRIED = "not tried yet"
_SHOWN = 8


@dataclass(frozen=True)
class Waiting:
    """Messages that wait for one destination, or are of one sender: how many of each age, youngest first."""

    name: str
    ages: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.ages)


def by_destination(ledgers: Iterable[MessageLedger]) -> list[Waiting]:
    """Return the messages by the host, or mailbox, of their newest deferral; those with most first.

    A message waits for the recipient that was deferred last: of many
    recipients the others may wait, too.
    """
    return _shape(ledgers, _destination)


def by_sender(ledgers: Iterable[MessageLedger], *, show_users: bool) -> list[Waiting]:
    """Return the messages by sender, `<>` for bounces; names are masked unless `show_users`."""

    def sender(message: Message) -> str:
        address = shown(message.sender.key.partition(b"/")[2])
        if address == "<>":
            return "<> (bounces)"
        return address if show_users else masked(address.strip("<>"))

    return _shape(ledgers, sender)


def _destination(message: Message) -> str:
    recipient, _ = message.deferral
    if not recipient:
        return UNTRIED
    channel, address = channel_and_address(recipient)
    if channel == b"local":
        return f"local {masked(shown(address))}"
    return shown(address.rpartition(b"@")[2])


def _shape(ledgers: Iterable[MessageLedger], key: Callable[[Message], str]) -> list[Waiting]:
    rows: dict[str, list[int]] = {}
    for ledger in ledgers:
        newest = ledger.newest / SECOND
        for message in (*ledger.messages.values(), *ledger.older.values()):
            age = max(0.0, newest - message.birth)
            column = next((number for number, (limit, _) in enumerate(AGES) if age < limit), len(AGES))
            name = key(message)
            rows.setdefault(name, [0] * (len(AGES) + 1))[column] += 1
    found = [Waiting(name, tuple(ages)) for name, ages in rows.items()]
    return sorted(found, key=lambda row: (-row.total, row.name))


def cut(rows: Sequence[Waiting]) -> list[Waiting]:
    """Return the first of them and the others as one."""
    if len(rows) <= _SHOWN + 1:
        return list(rows)
    others = rows[_SHOWN:]
    ages = tuple(sum(column) for column in zip(*(row.ages for row in others), strict=True))
    return [*rows[:_SHOWN], Waiting(f"{len(others)} others", ages)]
