"""How a simulated delivery ends and what the log says about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.logs import send_texts

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNELS = ("local", "remote")
LOCAL, REMOTE = 0, 1
RESULTS = ("success", "failure", "deferral")
SUCCESS, FAILURE, DEFERRAL = 0, 1, 2

_FAILS = (0.163, 0.095)
_DEFERS = (0.0107, 0.206)
_FORWARDS = 0.087
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """One report: ``result`` indexes RESULTS; ``forwards`` means a new message with a qp."""

    result: int
    report: str
    forwards: bool = False
    expired: bool = False


STUCK = Outcome(DEFERRAL, send_texts.STUCK_REPORT)


@dataclass(slots=True)
class Message:
    """A message that comes and goes; ``sender`` as between the angle brackets."""

    number: int
    sender: str
    unfinished: int
    stuck: bool = False
    failed: bool = False


@dataclass(slots=True)
class Delivery:
    """One recipient, tried until it succeeds or fails; ``number`` is 0 while it is not tried."""

    message: Message
    channel: int
    recipient: str
    attempts: int = 0
    number: int = 0


class Outcomes:
    """Draws outcomes with the shares of the real log.

    ``reasons`` greater than zero makes remote failures and deferrals go through that many texts
    in turn; ``worded`` counts them. While ``lenient`` is set nothing is deferred.
    """

    def __init__(self, random: Callable[[], float], reasons: int) -> None:
        self._random = random
        self._reasons = reasons
        self.worded = 0
        self.lenient = False
        self._reports = [[send_texts.pool(send_texts.REPORTS[name, result]) for name in CHANNELS] for result in RESULTS]

    def draw(self, channel: int, attempts: int) -> Outcome:
        """Return how the delivery ends at its so-many-th attempt."""
        chance = self._random()
        if chance < _FAILS[channel]:
            return Outcome(FAILURE, self._text(FAILURE, channel))
        if chance < _FAILS[channel] + _DEFERS[channel] and not self.lenient:
            report = self._text(DEFERRAL, channel)
            if attempts >= _ATTEMPTS:
                return Outcome(FAILURE, report + send_texts.TOO_LONG, expired=True)
            return Outcome(DEFERRAL, report)
        if channel == LOCAL and self._random() < _FORWARDS:
            return Outcome(SUCCESS, f"did_0+2+0/qp_{int(300 + self._random() * 32000)}/", forwards=True)
        return Outcome(SUCCESS, self._text(SUCCESS, channel))

    def _text(self, result: int, channel: int) -> str:
        if channel == REMOTE and result != SUCCESS and self._reasons:
            self.worded += 1
            return send_texts.reason(self.worded % self._reasons)
        return send_texts.one_of(self._reports[result][channel], self._random)
