"""Who may send mail anywhere: users who logged in, and clients that need no login."""

from __future__ import annotations

from collections import Counter

from sqmail_log.figures import sums
from sqmail_log.lines import networks
from sqmail_log.lines.fields import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqmail_log.figures.sums import Sums


def note(users: Iterable[tuple[bytes, bytes]], clients: Mapping[str, int], minute: Sums) -> None:
    """Count accepted recipients: of users (b"" for none), each at an address, and of clients by their networks."""
    counts = dict(clients)
    places = {f"{network} {network}": times for network, times in clients.items()}
    # Most come more than once.
    for (user, address), times in Counter(users).items():
        network = networks.of(address)
        sender = shown(user).replace(" ", "?") if user else network
        place = f"{sender} {network}"
        counts[sender] = counts.get(sender, 0) + times
        places[place] = places.get(place, 0) + times
    minute.explain_all(sums.SENDER, counts)
    minute.explain_all(sums.PLACE, places)
