"""Why deliveries failed or were deferred: each cause with how often and where it came."""

from __future__ import annotations

from sqmail_log.figures.sums import in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_log.figures.sums import Sums, Trouble

GREYLISTED = "greylisted"
GREYLIST_MINUTES = 9
"""So long it lasts at most where it is no trouble: a greylist lets in what comes again, and qmail does after 7."""
# Those of attempts: what goes to nobody is of none of them.
_CHANNELS = ("local", "remote", "unknown")


class Reason:
    """A cause of failures or deferrals: how often, at which hosts or mailboxes, at which stages of the dialog.

    `cause` is its exact name, `text` has what it names behind it: `our address is on a block list (Spamhaus)`.
    """

    __slots__ = ("_places", "cause", "named", "stages", "text", "times")

    def __init__(self, cause: str, named: str) -> None:
        self.cause = cause
        self.named = named
        self.text = in_words(cause, named)
        self.times = 0
        self.stages: set[str] = set()
        self._places: dict[str, int] = {}

    def add(self, count: int, trouble: Trouble, place: str) -> None:
        """Count `count` more of a trouble that has this cause, at a host or mailbox ('' for none)."""
        self.times += count
        if trouble.stage:
            self.stages.add(trouble.stage)
        if place:
            self._places[place] = self._places.get(place, 0) + count

    def most(self) -> tuple[int, str]:
        """Return how often it came at its most frequent place, and the place; 0 and '' without any."""
        return max(((count, place) for place, count in self._places.items()), default=(0, ""))

    def places(self, number: int) -> list[tuple[str, int]]:
        """Return the most frequent places with how often it came there."""
        return sorted(self._places.items(), key=lambda item: (-item[1], item[0]))[:number]

    def told(self, total: int, own: int = 0) -> str:
        """Return `greylisted (121 of 250, mostly rcpt4.example)`; `own` of them are the host's own bounces."""
        there, place = self.most()
        bounces = " with own bounces" if own else ""
        mostly = f", mostly {place}" if place and 2 * there > self.times else ""
        return f"{self.text} ({self.times} of {total}{bounces}{mostly})"


def reasons(of: Sums, result: str, channel: str | None, cleaned: Callable[[str, str], str]) -> list[Reason]:
    """Return what explains a result, most frequent first; what goes to nobody is no attempt."""
    found: dict[tuple[str, str], Reason] = {}
    for count, trouble in of.troubles():
        if trouble.result == result and (channel == trouble.channel if channel else trouble.channel in _CHANNELS):
            key = trouble.cause, trouble.named
            found.setdefault(key, Reason(*key)).add(count, trouble, cleaned(trouble.channel, trouble.host))
    return sorted(found.values(), key=lambda row: (-row.times, row.text))


def is_recipients(cause: str) -> bool:
    """Tell whether a cause is the recipient's own: it says nothing of the destination."""
    from sqmail_log.answers.whose import RECIPIENT, whose  # noqa: PLC0415 - only where something failed

    return whose(cause) == RECIPIENT
