"""Deliveries and messages of the store, from what the grammar tells of qmail-send's log."""

from __future__ import annotations

from sqmail_log.lines import causes, outcomes
from sqmail_log.lines.events import ENDED, FAILURE, NEW, QUEUED, REPORTED, STOPPED, SUCCESS
from sqmail_log.lines.ways import way

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from sqmail_log.lines.events import Event
    from sqmail_report.store.rows.names import Names

OPEN, DONE, LOST = "open", "ended", "lost"
_MOST_DIGITS = 18


class Queued:
    """A message in the queue.

    `born` is its `info msg` in Unix nanoseconds, None where that was before
    the log; `sender` has its `<>`, in lower case; `uid` and `qp` are None where
    the line was torn.
    """

    __slots__ = ("born", "bytes", "deferrals", "failures", "qp", "sender", "successes", "uid")

    def __init__(
        self, born: int | None, size: int, sender: bytes | None, qp: int | None, uid: int | None, *counts: int
    ) -> None:
        self.born = born
        self.bytes = size
        self.sender = sender
        self.qp = qp
        self.uid = uid
        self.successes, self.failures, self.deferrals = counts or (0, 0, 0)

    def fields(self) -> tuple[Any, ...]:
        """Return the constructor's arguments."""
        return (
            self.born, self.bytes, self.sender, self.qp, self.uid,
            self.successes, self.failures, self.deferrals,
        )  # fmt: skip


class Mail:
    """Makes rows of events; `messages` are those in the queue by number.

    A row of `deliveries` is report, message, delivery, recipient with its
    channel, uid, sender, bytes, born, start, result, coded cause, whether it
    expired, and text; one of `ended` is moment, state, number, and what
    `Queued.fields` gives.  Rows wait there until `taken`.
    """

    def __init__(self, names: Names) -> None:
        self.messages: dict[bytes, Queued] = {}
        self.deliveries: list[tuple[Any, ...]] = []
        self.ended: list[tuple[Any, ...]] = []
        self._names = names

    def __len__(self) -> int:
        return len(self.deliveries) + len(self.ended)

    def account(self, events: Iterable[Event], moments: Iterable[int], starts: Iterable[int]) -> int:
        """Take in events with their moments, and the starts of those reports that have one, in Unix nanoseconds.

        Return how many deliveries will never report.
        """
        messages, deliveries = self.messages, self.deliveries
        nameless, report = self._names.nameless, self._names.report
        began = iter(starts)
        unreported = 0
        for event, moment in zip(events, moments, strict=True):
            kind = event[0]
            if kind == REPORTED:
                _, _, number, delivery, address, _, result, text = event
                about = (
                    self._attempt(number, delivery, address, next(began), result)
                    if number
                    else (None, delivery[:-1], None, None, None, 0, None, None)
                )
                if result == SUCCESS:
                    why, expired = way(text), False
                else:
                    why = outcomes.told(address, text)
                    expired = result == FAILURE and causes.is_expired(text)
                if nameless:
                    text = report(text, address.partition(b" ")[2])
                deliveries.append((moment, *about, result, why, expired, text))
            elif kind == QUEUED:
                _, _, number, size, address, qp, uid, _ = event
                self._forget(number, moment)
                messages[number] = Queued(moment, size, address.lower(), _whole(qp), _whole(uid))
            elif kind == NEW:
                self._forget(event[2], moment)
            elif kind == ENDED:
                number = event[2]
                message = messages.pop(number, None) or Queued(None, 0, None, None, None)
                self.ended.append((moment, DONE, int(number), *message.fields()))
            elif kind == STOPPED:
                unreported += event[2]
        return unreported

    def _attempt(self, number: bytes, delivery: bytes, address: bytes, start: int, result: int) -> tuple[Any, ...]:
        """Count an attempt for its message; return what a row of `deliveries` has of it, up to its start."""
        message = self.messages.get(number)
        if message is None:
            message = self.messages[number] = Queued(None, 0, None, None, None)
        if result == SUCCESS:
            message.successes += 1
        elif result == FAILURE:
            message.failures += 1
        else:
            message.deferrals += 1
        return (
            int(number), delivery[:-1], address.lower(), message.uid, message.sender, message.bytes,
            message.born, start,
        )  # fmt: skip

    def in_queue(self, moment: int) -> list[tuple[Any, ...]]:
        """Return rows, as `ended` has them, of the messages in the queue."""
        return [(moment, OPEN, int(number), *message.fields()) for number, message in self.messages.items()]

    def _forget(self, number: bytes, moment: int) -> None:
        """Note that a number is used again: the end of its message was not seen."""
        message = self.messages.pop(number, None)
        if message is not None:
            self.ended.append((moment, LOST, int(number), *message.fields()))


def _whole(digits: bytes) -> int | None:
    return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else None
