"""Who is watched: those of whom most failed in minutes before; chosen anew each five minutes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeVar

    from sqmail_log.units import Minute

    K = TypeVar("K", bytes, str)

CHOSEN_EACH = 5
"""Minutes after which it is chosen anew who is watched."""
BURST = 20
"""Where so many fail in one minute that is not waited for."""
LENGTH = 64
"""So many letters of a name are told."""


def turn_of(minute: Minute) -> int:
    """Return the first of the five minutes that a minute is one of."""
    return int(minute) - int(minute) % CHOSEN_EACH


def most_often(failed: Iterable[Mapping[K, int]], least: int, most: int) -> list[K]:
    """Return the names that failed most in some stretches of time: `most` of those with at least so many failures."""
    times: dict[K, int] = {}
    for names in failed:
        for name, count in names.items():
            times[name] = times.get(name, 0) + count
    often = [(count, name) for name, count in times.items() if count >= least]
    often.sort(reverse=True)
    return [name for _, name in often[:most]]
