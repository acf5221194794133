"""Who may send mail anywhere: users who logged in, and clients that need no login."""

from __future__ import annotations

from collections import Counter

from sqmail_log.figures import sums
from sqmail_log.lines import networks
from sqmail_log.lines.fields import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_log.figures.sums import Sums


def note(senders: Iterable[tuple[bytes, bytes]], minute: Sums) -> None:
    """Count recipients that were accepted of a user (b"" for none) at an address, each sender with its networks."""
    counts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    known: dict[bytes, str] = {}
    for user, address in senders:
        network = known.get(address)
        if network is None:
            network = known[address] = networks.of(address)
        sender = shown(user).replace(" ", "?") if user else network
        counts[sender] += 1
        places[f"{sender} {network}"] += 1
    minute.explain_all(sums.SENDER, counts)
    minute.explain_all(sums.PLACE, places)
