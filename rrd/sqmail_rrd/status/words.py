"""Words of the status: the line on top, times, lengths of time."""

import time
from collections.abc import Mapping

from sqmail_command.html import Markup, element, join
from sqmail_judge.finding import counted, span
from sqmail_rrd.status.model import OK, UNKNOWN, WORDS, HostStatus

_NAMED = 3
_HALF_A_DAY = 43_200


def summary(statuses: Mapping[str, HostStatus], addresses: Mapping[str, str]) -> Markup:
    """Return in one sentence how all hosts are: `1 of 3 hosts has a problem: mx2`.

    `addresses` are those of the hosts' pages.
    """
    total = len(statuses)
    wrong = [name for name, status in statuses.items() if status.state not in {OK, UNKNOWN}]
    unknown = [name for name, status in statuses.items() if status.state == UNKNOWN]
    if not wrong and not unknown:
        names = _names(sorted(statuses), addresses)
        return join(names, " is well") if total == 1 else join(f"All {total} hosts are well: ", names)
    if total == 1:
        names = _names([*wrong, *unknown], addresses)
        return join(names, " has a problem") if wrong else join("It is not known how ", names, " is")
    parts: list[str] = []
    if wrong:
        has = "has" if len(wrong) == 1 else "have"
        parts += [f"{len(wrong)} of {counted(total, 'host')} {has} a problem: ", _names(wrong, addresses)]
    if unknown:
        of = "; of" if wrong else "Of"
        parts += [f"{of} {len(unknown)} it is not known: ", _names(unknown, addresses)]
    return join(*parts)


def _names(names: list[str], addresses: Mapping[str, str]) -> Markup:
    parts: list[str] = []
    for name in names[:_NAMED]:
        address = addresses.get(name)
        parts += [", " if parts else "", name if address is None else element("a", name, href=address)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return join(*parts, more)


def is_sentence(text: str) -> bool:
    """Return whether a text begins with a word, and not with a name of something."""
    first = text.partition(" ")[0]
    return first.isascii() and first.isalpha()


def sentence(text: str) -> str:
    """Return a sentence with a capital at its beginning."""
    return f"{text[0].upper()}{text[1:]}" if is_sentence(text) else text


def badge(state: int) -> Markup:
    """Return a state's word in its colour."""
    return element("span", WORDS[state], class_=f"state {WORDS[state].lower()}")


def clock(moment: int, now: int) -> str:
    """Return a time as the reader's clock shows it, with the date where half a day or more is between."""
    form = "%H:%M" if abs(now - moment) < _HALF_A_DAY else "%Y-%m-%d %H:%M"
    return time.strftime(form, time.localtime(moment))


def at(moment: int, now: int) -> Markup:
    """Return a Unix time as short as it can be said at `now`."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(moment))
    return element("time", clock(moment, now), datetime=stamp)


def lasting(since: int, now: int) -> str:
    """Return how long ago that is."""
    return span(max(0, now - since) // 60)
