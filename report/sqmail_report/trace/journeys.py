"""Single messages in qmail-send's log: what happened to them, and whose bounce or forward they are.

Only what may still matter is kept: messages in the queue, those that were
chosen, and those that ended within the last two minutes, since a bounce or a
forwarded copy is known by the process that queued it, and appears soon.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.figures.sums import Sums
from sqmail_log.lines.events import (
    BOUNCED,
    DISCARDED,
    ENDED,
    NEW,
    QUEUED,
    REPORTED,
    STARTED,
    SUCCESS,
    UNKNOWN,
    is_local,
)
from sqmail_log.lines.send import SendLog
from sqmail_log.lines.ways import forwarding_qp
from sqmail_log.queue import Queue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_log.lines.events import Event

_HOLD = 120 * tai64n.SECOND
# Nothing begins or ends with these.
_WITHOUT_TIME = {STARTED, REPORTED}


class Journey:
    """One message: `events` are all of its events, in order.

    `sender` (without `<>`) and `recipients` (`local ADDRESS` or `remote
    ADDRESS`) are in lower case as qmail-send logs them; `born` is the time of
    its first line and `ended` of its last, in Unix nanoseconds, `ended` 0
    while it is in the queue.
    """

    def __init__(self, number: bytes, born: int) -> None:
        self.number = number
        self.born = born
        self.ended = 0
        self.events: list[Event] = []
        self.sender: bytes | None = None
        self.size = 0
        self.qp = b""
        self.uid = b""
        self.recipients: set[bytes] = set()
        self.parent: Journey | None = None
        self.children: list[Journey] = []
        self.chosen = False


class Journeys:
    """Follows all messages and keeps those that `wanted` chooses, with their bounces, forwards and origins.

    `wanted` is asked when a message has ended, or the log has.
    """

    def __init__(self, wanted: Callable[[Journey], bool]) -> None:
        self.chosen: list[Journey] = []
        self._wanted = wanted
        self._open: dict[bytes, Journey] = {}
        self._log = SendLog(Queue(), {})
        self._by_qp: dict[bytes, Journey] = {}
        self._expected: dict[bytes, tuple[int, Journey]] = {}
        self._ended: deque[Journey] = deque()
        self._now = 0

    def feed(self, lines: list[bytes]) -> None:
        """Take in lines of the log in order, labelled as multilog labels them."""
        events: list[Event] = []
        self._log.feed(lines, Sums(), events.append, tell_starts=True)
        for event in events:
            self._take(event)
        self._forget()

    def close(self) -> None:
        """Choose among those still in the queue when the log ends."""
        for journey in (*self._ended, *self._open.values()):
            self._judge(journey)
        self._ended.clear()

    def _pass_time(self, line: bytes) -> None:
        with suppress(ValueError):  # a torn label
            self._now = max(self._now, tai64n.nanoseconds(line))

    def _take(self, event: Event) -> None:
        kind, line, *fields = event
        if kind == QUEUED and fields[-1]:
            self._pass_time(fields[-1])
            self._begin(fields[0])
        if kind not in _WITHOUT_TIME:
            self._pass_time(line)
        match kind, fields:
            case (_, [number]) if kind == NEW:
                self._begin(number)
            case (_, [number, size, sender, qp, uid, _]) if kind == QUEUED:
                self._describe(event, number, size, sender, qp, uid)
            case (_, [number, _, recipient]) if kind == STARTED:
                message = self._message(number)
                message.events.append(event)
                message.recipients.add(recipient.lower())
            case (_, [number, _, recipient, _, result, text]) if kind == REPORTED:
                self._report(event, number, recipient, result, text)
            case (_, [number, qp]) if kind == BOUNCED:
                message = self._message(number)
                message.events.append(event)
                self._expect(qp, message)
            case (_, [number, _]) if kind == DISCARDED:
                self._message(number).events.append(event)
            case (_, [number]) if kind == ENDED and number in self._open:
                ending = self._open.pop(number)
                ending.events.append(event)
                self._end(ending)

    def _begin(self, number: bytes) -> Journey:
        before = self._open.pop(number, None)
        if before is not None:
            self._end(before)
        journey = self._open[number] = Journey(number, self._now)
        return journey

    def _message(self, number: bytes) -> Journey:
        """Return the message that has a number now; one that is older than the log begins here."""
        return self._open.get(number) or self._begin(number)

    def _describe(self, event: Event, number: bytes, size: int, sender: bytes, qp: bytes, uid: bytes) -> None:
        message = self._message(number)
        message.events.append(event)
        message.size = size
        if sender == UNKNOWN:
            return
        message.sender, message.qp, message.uid = sender[1:-1].lower(), qp, uid
        self._by_qp[qp] = message
        _, parent = self._expected.pop(qp, (0, None))
        if parent is not None:
            self._adopt(parent, message)

    def _report(self, event: Event, number: bytes, recipient: bytes, result: int, text: bytes) -> None:
        message = self._open.get(number)
        if message is not None:
            message.events.append(event)
            qp = forwarding_qp(text) if result == SUCCESS and is_local(recipient) else b""
            if qp:
                self._expect(qp, message)

    def _expect(self, qp: bytes, parent: Journey) -> None:
        """Join a message with the bounce or copy that a process queued: it may be logged before or after."""
        child = self._by_qp.get(qp)
        if child is not None and child.parent is None and child is not parent and self._now - child.born < _HOLD:
            self._adopt(parent, child)
        else:
            self._expected[qp] = self._now, parent

    def _adopt(self, parent: Journey, child: Journey) -> None:
        child.parent = parent
        parent.children.append(child)
        if parent.chosen:
            self._choose(child)
        elif child.chosen:
            self._choose_origin(child)

    def _end(self, journey: Journey) -> None:
        journey.ended = self._now
        self._judge(journey)
        self._ended.append(journey)

    def _judge(self, journey: Journey) -> None:
        if not journey.chosen and self._wanted(journey):
            self._choose(journey)
            self._choose_origin(journey)

    def _choose(self, journey: Journey) -> None:
        """Keep a message and what became of it."""
        waiting = [journey]
        while waiting:
            each = waiting.pop()
            if not each.chosen:
                each.chosen = True
                self.chosen.append(each)
                waiting += each.children

    def _choose_origin(self, journey: Journey) -> None:
        """Keep what a message is the bounce or copy of, but not that one's other bounces and copies."""
        origin = journey.parent
        while origin is not None and not origin.chosen:
            origin.chosen = True
            self.chosen.append(origin)
            origin = origin.parent

    def _forget(self) -> None:
        """Let go of messages that ended too long ago to be joined with others."""
        while self._ended and self._now - self._ended[0].ended > _HOLD:
            journey = self._ended.popleft()
            if self._by_qp.get(journey.qp) is journey:
                del self._by_qp[journey.qp]
        for qp, (since, _) in list(self._expected.items()):
            if self._now - since > _HOLD:
                del self._expected[qp]
