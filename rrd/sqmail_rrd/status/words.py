"""Words of the status: the line on top, times, lengths of time."""

import time
from collections.abc import Mapping

from sqmail_command.html import Markup, element
from sqmail_judge.finding import counted, span
from sqmail_rrd.status.from_states import clock
from sqmail_rrd.status.model import OK, UNKNOWN, WORDS, HostStatus

_NAMED = 3


def summary(statuses: Mapping[str, HostStatus]) -> str:
    """Return in one sentence how all hosts are: `1 of 3 hosts has a problem: mx2`."""
    total = len(statuses)
    wrong = [name for name, status in statuses.items() if status.state not in {OK, UNKNOWN}]
    unknown = [name for name, status in statuses.items() if status.state == UNKNOWN]
    if not wrong and not unknown:
        names = _names(sorted(statuses))
        return f"{names} is well" if total == 1 else f"All {total} hosts are well: {names}"
    if total == 1:
        return f"{next(iter(statuses))} has a problem" if wrong else f"It is not known how {unknown[0]} is"
    parts = []
    if wrong:
        parts.append(f"{len(wrong)} of {counted(total, 'host')} {'has' if len(wrong) == 1 else 'have'} a problem: "
                     f"{_names(wrong)}")  # fmt: skip
    if unknown:
        parts.append(f"of {len(unknown)} it is not known: {_names(unknown)}")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def badge(state: int) -> Markup:
    """Return a state's word in its colour."""
    return element("span", WORDS[state], class_=f"state {WORDS[state].lower()}")


def at(moment: int, now: int) -> Markup:
    """Return a Unix time as short as it can be said at `now`."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(moment))
    return element("time", clock(moment, now), datetime=stamp)


def lasting(since: int, now: int) -> str:
    """Return how long ago that is."""
    return span(max(0, now - since) // 60)
