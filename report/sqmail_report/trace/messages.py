"""The stories of single messages in qmail-send's log: their lines, and whose bounce or forward they are.

Only what may still matter is kept: messages in the queue, those that were
chosen, and those that ended within the last two minutes, since a bounce or a
forwarded copy is known by the process that queued it, and appears soon.
"""

from __future__ import annotations

import re
from collections import deque

from sqmail_log import tai64n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_HOLD = 120 * tai64n.SECOND
# Nothing begins or ends with these.
_WITHOUT_TIME = {b"starting", b"delivery"}
# qmail-local's words; a remote host that runs qmail says the same of a process of its own.
_FORWARD = re.compile(rb"did_\d+\+\d+\+\d+/qp_(\d+)/\Z")


class Story:
    """One message: `lines` are all of its lines, in order.

    `sender` (without `<>`) and `recipients` (`local ADDRESS` or `remote
    ADDRESS`) are in lower case as qmail-send logs them; `born` is the time of
    its first line and `ended` of its last, in Unix nanoseconds, `ended` 0
    while it is in the queue.
    """

    def __init__(self, number: bytes, born: int) -> None:
        self.number = number
        self.born = born
        self.ended = 0
        self.lines: list[bytes] = []
        self.sender: bytes | None = None
        self.size = 0
        self.qp = b""
        self.uid = b""
        self.recipients: set[bytes] = set()
        self.parent: Story | None = None
        self.children: list[Story] = []
        self.chosen = False


class Stories:
    """Follows all messages and keeps those that `wanted` chooses, with their bounces, forwards and origins.

    `wanted` is asked when a message has ended, or the log has.
    """

    def __init__(self, wanted: Callable[[Story], bool]) -> None:
        self.chosen: list[Story] = []
        self._wanted = wanted
        self._open: dict[bytes, Story] = {}
        self._deliveries: dict[bytes, tuple[Story, bool]] = {}
        self._by_qp: dict[bytes, Story] = {}
        self._expected: dict[bytes, tuple[int, Story]] = {}
        self._ended: deque[Story] = deque()
        self._now = 0

    def feed(self, lines: list[bytes]) -> None:
        """Take in lines of the log in order, labelled as multilog labels them."""
        for line in lines:
            word = line[26:34]
            if word == b"status: ":
                continue
            try:
                if word not in _WITHOUT_TIME:
                    self._now = max(self._now, tai64n.nanoseconds(line))
                self._take(line[:-1])
            except (ValueError, IndexError):
                continue
        self._forget()

    def close(self) -> None:
        """Choose among those still in the queue when the log ends."""
        for story in (*self._ended, *self._open.values()):
            self._judge(story)
        self._ended.clear()

    def _take(self, line: bytes) -> None:
        words = line[26:].split(b" ", 6)
        match words:
            case [b"new", b"msg", number]:
                self._begin(number).lines.append(line)
            case [b"info", b"msg", number, *_]:
                self._describe(number[:-1], line)
            case [b"starting", b"delivery", delivery, b"msg", number, b"to", recipient]:
                story = self._story(number)
                story.lines.append(line)
                story.recipients.add(recipient.lower())
                self._deliveries[delivery[:-1]] = story, recipient.startswith(b"local ")
            case [b"delivery", delivery, *_]:
                self._report(delivery[:-1], line)
            case [b"bounce", b"msg", number, b"qp", qp]:
                story = self._story(number)
                story.lines.append(line)
                self._expect(qp, story)
            case [b"double" | b"triple", b"bounce:", b"discarding", place]:
                self._story(place.rpartition(b"/")[2]).lines.append(line)
            case [b"end", b"msg", number] if number in self._open:
                ending = self._open.pop(number)
                ending.lines.append(line)
                self._end(ending)

    def _begin(self, number: bytes) -> Story:
        before = self._open.pop(number, None)
        if before is not None:
            self._end(before)
        story = self._open[number] = Story(number, self._now)
        return story

    def _story(self, number: bytes) -> Story:
        """Return the message that has a number now; one that is older than the log begins here."""
        return self._open.get(number) or self._begin(number)

    def _describe(self, number: bytes, line: bytes) -> None:
        story = self._story(number)
        story.lines.append(line)
        before, _, uid = line.rpartition(b" uid ")
        before, _, qp = before.rpartition(b" qp ")
        head, _, sender = before.partition(b" from ")
        story.size = int(head.rpartition(b" ")[2])
        story.sender, story.qp, story.uid = sender[1:-1].lower(), qp, uid
        self._by_qp[qp] = story
        _, parent = self._expected.pop(qp, (0, None))
        if parent is not None:
            self._adopt(parent, story)

    def _report(self, delivery: bytes, line: bytes) -> None:
        story, local = self._deliveries.pop(delivery, (None, False))
        if story is not None:
            story.lines.append(line)
            forward = _FORWARD.search(line) if local else None
            if forward is not None:
                self._expect(forward[1], story)

    def _expect(self, qp: bytes, parent: Story) -> None:
        """Join a message with the bounce or copy that a process queued: it may be logged before or after."""
        child = self._by_qp.get(qp)
        if child is not None and child.parent is None and child is not parent and self._now - child.born < _HOLD:
            self._adopt(parent, child)
        else:
            self._expected[qp] = self._now, parent

    def _adopt(self, parent: Story, child: Story) -> None:
        child.parent = parent
        parent.children.append(child)
        if parent.chosen:
            self._choose(child)
        elif child.chosen:
            self._choose_origin(child)

    def _end(self, story: Story) -> None:
        story.ended = self._now
        self._judge(story)
        self._ended.append(story)

    def _judge(self, story: Story) -> None:
        if not story.chosen and self._wanted(story):
            self._choose(story)
            self._choose_origin(story)

    def _choose(self, story: Story) -> None:
        """Keep a message and what became of it."""
        waiting = [story]
        while waiting:
            each = waiting.pop()
            if not each.chosen:
                each.chosen = True
                self.chosen.append(each)
                waiting += each.children

    def _choose_origin(self, story: Story) -> None:
        """Keep what a message is the bounce or copy of, but not that one's other bounces and copies."""
        origin = story.parent
        while origin is not None and not origin.chosen:
            origin.chosen = True
            self.chosen.append(origin)
            origin = origin.parent

    def _forget(self) -> None:
        """Let go of messages that ended too long ago to be joined with others."""
        while self._ended and self._now - self._ended[0].ended > _HOLD:
            story = self._ended.popleft()
            if self._by_qp.get(story.qp) is story:
                del self._by_qp[story.qp]
        for qp, (since, _) in list(self._expected.items()):
            if self._now - since > _HOLD:
                del self._expected[qp]
