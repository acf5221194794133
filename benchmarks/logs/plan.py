"""What a generated qmail-send log shall look like, and how much log time it covers."""

from __future__ import annotations

from dataclasses import dataclass

BYTES_PER_MESSAGE = 640
BYTES_PER_ARRIVAL = 775
_BYTES_QUEUED = 140
_BYTES_TRIED = 470


@dataclass(frozen=True, slots=True)
class SendPlan:
    """Size in bytes, ``end`` as Unix time of the last line (about), rate in messages a second.

    ``open_messages`` is the exact number left in the queue at the end. So many that they do not
    fit make the log longer than ``size``. ``reasons`` above zero makes the failures and
    deferrals of remote deliveries go through that many different texts in turn.
    """

    size: int
    seed: int
    end: int
    rate: float = 1.4
    archives: int = 0
    open_messages: int = 50
    reasons: int = 0

    @property
    def bytes(self) -> int:
        """The size to write: ``size``, or what the open messages need."""
        return max(self.size, int(self.open_messages * _BYTES_QUEUED / 0.9))

    @property
    def tries_stuck(self) -> bool:
        """Whether the messages left open are tried once; if not, they only wait."""
        return self.open_messages * _BYTES_TRIED < self.bytes / 2

    @property
    def seconds(self) -> float:
        """The log time covered."""
        return self._passing / BYTES_PER_MESSAGE / self.rate

    @property
    def bytes_per_arrival(self) -> float:
        """Bytes written for each message that arrives, with what it entails: a first guess."""
        return BYTES_PER_ARRIVAL * self.bytes / self._passing

    @property
    def _passing(self) -> float:
        """The bytes for messages that come and go."""
        stuck = self.open_messages * (_BYTES_TRIED if self.tries_stuck else _BYTES_QUEUED)
        return max(self.bytes - stuck, self.bytes / 20)
