"""The cause for which the words of an answer speak most, where no phrase told it.

A naive Bayes classifier: how often a word stood in the labelled answers of a
cause, against all others.  It knows no grammar, so it is asked late.
"""

from __future__ import annotations

from math import exp, log

from sqmail_log.answers.weights.counts import ANSWERS, STOOD
from sqmail_log.answers.weights.signs import EMPTY, signs
from sqmail_log.answers.whose import RECIPIENT, REMOTE, THEM, US, WHOSE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_log.answers.reply import Reply

_UNSEEN = 0.2
"""So often a word stood in answers of a cause in which it was never seen."""
_SPREAD = 20 * _UNSEEN
_LIKELY = 0.4
"""The least share of the likelihood that makes a cause."""
_DOUBT = 0.05
"""No cause is told if those of another side together have more than this: better none than the opposite."""
_ENOUGH = 8
"""Of more signs than these each weighs less: the words of a long answer say one thing together."""
_STRONG = 0.8
_TIMES = 100
"""Words overrule a phrase if their cause has this share, and is so many times likelier than the told one."""
_PRIOR = [log(answers / sum(ANSWERS)) for answers in ANSWERS]
_MISSING = [log(_UNSEEN / (answers + _SPREAD)) for answers in ANSWERS]
"""What a word adds to a cause with which it never stood."""
_SIDES = [[WHOSE[cause] == side for cause in REMOTE] for side in (US, RECIPIENT, THEM)]
"""Which causes are of each side that another contradicts."""
_PLACES = {cause: place for place, cause in enumerate(REMOTE)}
_stood: dict[str, str] = {}
_gains: dict[str, list[tuple[int, float]]] = {}


def by_weight(reply: Reply) -> str:
    """Return the most likely cause, "" where it is not likely enough or another side may be meant."""
    likely = _told(reply)
    most = max(likely, default=0)
    if most <= _LIKELY:
        return ""
    place = likely.index(most)
    return "" if _doubted(likely, place) else REMOTE[place]


def _doubted(likely: list[float], place: int) -> bool:
    """Tell whether the words speak for a side, too, that contradicts the one of the cause at a place."""
    if not any(side[place] for side in _SIDES):
        return False
    others = [side for side in _SIDES if not side[place]]
    return any(sum(share for share, of_side in zip(likely, side, strict=True) if of_side) > _DOUBT for side in others)


def overruled(reply: Reply, told: str) -> str:
    """Return the cause that a phrase told, or the one that all words speak for far more."""
    likely = _told(reply)
    most = max(likely, default=0)
    return REMOTE[likely.index(most)] if likely and most > max(_STRONG, _TIMES * likely[_PLACES[told]]) else told


def _told(reply: Reply) -> list[float]:
    """Return how likely each cause is, none where no word tells anything."""
    found = signs(reply)
    stood = _entries()
    if any(sign in stood and sign not in EMPTY and " " not in sign for sign in found):
        return likelihoods(found)
    return []


def likelihoods(found: Iterable[str]) -> list[float]:
    """Return how likely each of `REMOTE` is by the signs of an answer, together 1."""
    stood = _entries()
    known = [_gains.get(sign) or _gain(sign) for sign in found if sign in stood]
    weight = min(1, _ENOUGH / max(len(known), 1))
    missing = weight * len(known)
    scores = [prior + missing * each for prior, each in zip(_PRIOR, _MISSING, strict=True)]
    for causes in known:
        for place, added in causes:
            scores[place] += weight * added
    most = max(scores)
    shares = [exp(score - most) for score in scores]
    whole = sum(shares)
    return [share / whole for share in shares]


def _entries() -> dict[str, str]:
    """Return what `STOOD` says of each sign; it is taken apart when it is asked for first."""
    if not _stood:
        for entry in STOOD.split("|"):
            sign, _, told = entry.partition(":")
            _stood[sign] = told
    return _stood


def _gain(sign: str) -> list[tuple[int, float]]:
    """Return, and remember, how much more a sign adds to each cause with which it stood than to others."""
    gains = []
    for told in _stood[sign].split():
        place, _, count = told.partition("*")
        gains.append((int(place), log(int(count or 1) / _UNSEEN + 1)))
    _gains[sign] = gains
    return gains
