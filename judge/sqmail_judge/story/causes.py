"""Why deliveries failed or were deferred in a longer time, with the destinations."""

from __future__ import annotations

from sqmail_judge.story.reasons import reasons
from sqmail_log.figures.sums import total
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqmail_log.watch import View

RESULTS = ("failure", "deferral")
MOST = 8
"""So many causes are told of a stretch of time; the others are added up."""
_PLACES = 3


class Explained:
    """A cause: `count` attempts with this `result` had it, most at the first of the `places`.

    `cause` is its exact name, '' for all that are not told by name, `named`
    the list or provider that an answer names, `places` hosts and mailboxes
    fit to be shown with how often it came there.
    """

    __slots__ = ("cause", "count", "named", "places", "result")

    def __init__(self, result: str, cause: str, named: str, count: int, places: Sequence[tuple[str, int]]) -> None:
        self.result = result
        self.cause = cause
        self.named = named
        self.count = count
        self.places = tuple(places)


def explained(views: Sequence[View], minutes: int, cleaned: Callable[[str, str], str]) -> list[Explained]:
    """Return the causes of failures and deferrals in the last minutes, most frequent first.

    `cleaned` makes a channel's destination fit to be shown.
    """
    of = total(view.sums(minutes * MINUTE) for view in views)
    rows = [
        Explained(result, reason.cause, reason.named, reason.times, reason.places(_PLACES))
        for result in RESULTS
        for reason in reasons(of, result, None, cleaned)
    ]
    rows.sort(key=lambda row: -row.count)
    rest = [
        Explained(result, "", "", count, ())
        for result in RESULTS
        if (count := sum(row.count for row in rows[MOST:] if row.result == result))
    ]
    return rows[:MOST] + rest
