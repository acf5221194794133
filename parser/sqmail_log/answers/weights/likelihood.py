"""The cause for which the words of an answer speak most, where no phrase told it.

A naive Bayes classifier: how often a word stood in the labelled answers of a
cause, against all others.  It knows no grammar, so it is asked late.
"""

from __future__ import annotations

from functools import cache
from math import exp, log

from sqmail_log.answers.weights.counts import COUNTS
from sqmail_log.answers.weights.signs import EMPTY, signs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_log.answers.reply import Reply

_UNSEEN = 0.2
"""So often a word stood in answers of a cause in which it was never seen."""
_SPREAD = 20 * _UNSEEN
_LIKELY = 0.4
"""The least share of the likelihood that makes a cause."""
_ENOUGH = 8
"""Of more signs than these each weighs less: the words of a long answer say one thing together."""
_STRONG = 0.95
_TIMES = 100
"""Words overrule a phrase if their cause has this share, and is so many times likelier than the told one."""
_ANSWERS = {cause: answers for cause, answers, _ in COUNTS}
_TOTAL = sum(_ANSWERS.values())
_PRIOR = {cause: log(answers / _TOTAL) for cause, answers in _ANSWERS.items()}
_MISSING = {cause: log(_UNSEEN / (answers + _SPREAD)) for cause, answers in _ANSWERS.items()}
"""What a word adds that never stood with a cause."""


def by_weight(reply: Reply) -> str:
    """Return the most likely cause, "" where it is not likely enough or no word tells anything."""
    found = signs(reply)
    stood = _stood()
    if not any(sign in stood and sign not in EMPTY and " " not in sign for sign in found):
        return ""
    likely = likelihoods(found)
    cause = max(likely, key=likely.__getitem__)
    return cause if likely[cause] > _LIKELY else ""


def overruled(reply: Reply, told: str) -> str:
    """Return the cause that a phrase told, or the one that all words speak for far more."""
    likely = likelihoods(signs(reply))
    cause = max(likely, key=likely.__getitem__)
    return cause if likely[cause] > max(_STRONG, _TIMES * likely.get(told, 1)) else told


def likelihoods(found: Iterable[str]) -> dict[str, float]:
    """Return how likely each cause is by the signs of an answer, together 1."""
    stood = _stood()
    known = [stood[sign] for sign in found if sign in stood]
    weight = min(1, _ENOUGH / max(len(known), 1))
    scores = {cause: prior + weight * len(known) * _MISSING[cause] for cause, prior in _PRIOR.items()}
    for causes in known:
        for cause, added in causes:
            scores[cause] += weight * added
    most = max(scores.values())
    shares = {cause: exp(score - most) for cause, score in scores.items()}
    whole = sum(shares.values())
    return {cause: share / whole for cause, share in shares.items()}


@cache
def _stood() -> dict[str, list[tuple[str, float]]]:
    """Return with which causes each sign stood, and how much more it adds there than where it never did."""
    stood: dict[str, list[tuple[str, float]]] = {}
    for cause, _, text in COUNTS:
        for entry in text.split(","):
            sign, _, count = entry.strip().partition("=")
            stood.setdefault(sign, []).append((cause, _gain(count)))
    return stood


@cache
def _gain(count: str) -> float:
    return log(int(count or 1) / _UNSEEN + 1)
