"""How sessions ended, in words."""

from __future__ import annotations

from sqmail_log.figures import sums as tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqmail_log.figures.sums import Sums

METRICS = ("exit_0", "exit_1", "exit_100", "exit_111", "exit_other", "crashed")
"""Each session ends as one of these."""
_SIGNAL = 0x7F
_LISTED = 10


def ended(numbers: Mapping[str, int]) -> int:
    """Return the number of sessions that ended."""
    return sum(numbers.get(name, 0) for name in METRICS)


def most(sums: Sums) -> str:
    """Return the most frequent ending: `180 of 200 sessions ended with exit 1`."""
    status, count = sums.top(tables.STATUS)[0]
    return f"{count} of {ended(sums.numbers)} sessions ended {_how(status)}"


def amiss(sums: Sums, least: int) -> str:
    """Return the most frequent ending where nine in ten of `least` or more sessions ended so, and not well, else ''."""
    number = ended(sums.numbers)
    if number < least or 10 * sums.numbers.get("exit_0", 0) > number:
        return ""
    status, count = sums.top(tables.STATUS)[0]
    return most(sums) if status != "0" and 10 * count >= 9 * number else ""


def listed(sums: Sums) -> Iterator[str]:
    """Yield a line for each wait status, the most frequent first."""
    for status, count in sums.top(tables.STATUS)[:_LISTED]:
        yield f"{count} sessions ended {_how(status)}" if count != 1 else f"1 session ended {_how(status)}"


def _how(status: str) -> str:
    """Return a wait status in words: `with exit 1 (status 256)`, `by signal 11`."""
    if not status.isdigit():
        return "otherwise"
    number = int(status)
    if number & _SIGNAL:
        return f"by signal {number & _SIGNAL}"
    return f"with exit {number >> 8} (status {number})" if number else "with exit 0"
