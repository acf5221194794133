"""Words of the status: sentences, times, lengths of time."""

import time

from sqmail_command.html import Markup, element
from sqmail_judge.finding import span
from sqmail_rrd.status.model import WORDS

_HALF_A_DAY = 43_200


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


def clock(moment: int, now: int, *, zone: bool = False) -> str:
    """Return a time as the reader's clock shows it, with the date where half a day or more is between."""
    form = "%H:%M" if abs(now - moment) < _HALF_A_DAY else "%Y-%m-%d %H:%M"
    return time.strftime(f"{form} %Z" if zone else form, time.localtime(moment))


def at(moment: int, now: int, *, zone: bool = False) -> Markup:
    """Return a Unix time as short as it can be said at `now`, where it is said first with its zone."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(moment))
    return element("time", clock(moment, now, zone=zone), datetime=stamp)


def lasting(since: int, now: int) -> str:
    """Return how long ago that is."""
    return span(max(0, now - since) // 60)
