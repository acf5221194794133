"""Gaps of a time in which nothing happened though much should have: lost lines, or mail that stood still."""

from __future__ import annotations

from itertools import pairwise

from sqmail_report.digest.attention import LEAST_BEFORE
from sqmail_report.messages.hours import BIN, DEFERRED, FAILED, QUEUED, SUCCEEDED
from sqmail_report.people import figures
from sqmail_report.people.grid import NOTABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_report.messages.hours import Hours
    from sqmail_report.people.figures import Zone

# Of a time without one before it: at its average so much would have come. Nights have less, and are no gaps.
_LEAST_USUAL = 1000
_MOST = 3


def of_silence(
    hours: Hours, zone: Zone, before: Hours | None = None, shift: int = 0, against: str = ""
) -> Iterator[tuple[int, str, str]]:
    """Yield between which moments there was no line though as much was to be expected.

    That is judged by what there was at the same time `shift` seconds before,
    else by the average.  What is between the first and the last line alone is
    looked at.
    """
    times = sorted(hours.bins)
    if len(times) < 2:
        return
    average = sum(map(_events, hours.bins.values())) * BIN / (times[-1] + BIN - times[0])
    found = []
    for last, following in pairwise(times):
        begin, end = last + BIN, following
        if begin == end:
            continue
        if before is None:
            usual = int(average * (end - begin) / BIN)
            if usual >= _LEAST_USUAL:
                found.append((begin, end, f"usual: about {figures.number(usual)}"))
            continue
        earlier = (before.bins.get(each - shift) for each in range(begin, end, BIN))
        then = sum(_events(each) for each in earlier if each)
        if then >= LEAST_BEFORE:
            found.append((begin, end, f"{against}: {figures.number(then)}"))
    for begin, end, usual_words in sorted(found, key=_length)[:_MOST]:
        until = zone.hour(end) if zone.day(begin) == zone.day(end) else zone.minute(end)
        yield NOTABLE, f"gap: nothing queued nor delivered from {zone.minute(begin)} to {until} ({usual_words})", ""


def _events(counts: list[int]) -> int:
    return counts[QUEUED] + counts[SUCCEEDED] + counts[FAILED] + counts[DEFERRED]


def _length(gap: tuple[int, int, str]) -> int:
    return gap[0] - gap[1]
