"""One message's or one session's whole story, through all logs and files.

A message and the session that brought it have no number in common: qmail-smtpd
does not log the process of qmail-queue.  They are joined where one of the
message's recipients was accepted with its sender before it was queued and the
session had not ended; of several sessions the one that did so last.
"""

from __future__ import annotations

from bisect import bisect_right

from sqmail_log import tai64n
from sqmail_report.tables.table import Content, Layout, Table, count, text, time
from sqmail_report.trace import events as worded
from sqmail_report.trace.messages import Stories, Story
from sqmail_report.trace.sessions import Visit, Visits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqmail_command.progress import Bar
    from sqmail_report.reading.logs import Log
    from sqmail_report.sessions.ledger import Record
    from sqmail_report.tables.table import Row

# So long may a client send its message after the last recipient, where the log has no end of the session.
_LONGEST_DATA = 1200 * tai64n.SECOND
_LONGEST_SESSION = 4 * 3600 * tai64n.SECOND
# qmail-send may log a message a little after the session's end.
_SLACK = 5 * tai64n.SECOND
# qmail-send writes what is not printable ASCII, blanks and `%` as `_`.
_SAFE = bytes(byte if 32 < byte < 127 and byte != ord("%") else ord("_") for byte in range(256))

TRACE = Layout(
    "trace",
    "Trace",
    (
        count("story", "number of the story"),
        time("time", "when"),
        text("event", "what happened"),
        text("id", "queue number, delivery or process"),
        text("client", "the client's address", Content.CLIENT),
        text("address", "sender or recipient", Content.ADDRESS),
        text("detail", "words of the log", Content.WORDS),
    ),
)


class Selector:
    """What to look for; what is None does not matter, all else must agree.

    Not everything may be None.
    """

    def __init__(
        self,
        *,
        message: str | None = None,
        qp: str | None = None,
        pid: str | None = None,
        client: str | None = None,
        sender: str | None = None,
        recipient: str | None = None,
    ) -> None:
        self.message = _bytes(message)
        self.qp = _bytes(qp)
        self.pid = _bytes(pid)
        self.client = _bytes(client)
        self.sender = _address(sender)
        self.recipient = _address(recipient)

    @property
    def by_session(self) -> bool:
        """Tell whether only a log of sessions can answer."""
        return self.pid is not None or self.client is not None

    def wants_story(self, story: Story) -> bool:
        """Tell whether a message is looked for, as far as its own lines say."""
        return not self.by_session and self.agrees(story)

    def agrees(self, story: Story) -> bool:
        """Tell whether nothing about a message contradicts."""
        return (
            self.message in {None, story.number}
            and self.qp in {None, story.qp}
            and self.sender in {None, story.sender}
            and (self.recipient is None or any(_is_recipient(self.recipient, each) for each in story.recipients))
        )

    def wants_visit(self, visit: Visit) -> bool:
        """Tell whether a session is looked for, as far as its own lines say."""
        if self.message is not None or self.qp is not None:
            return False
        return (
            self.pid in {None, visit.pid}
            and self.client in {None, visit.client}
            and (self.sender is None or any(_logged(record.sender) == self.sender for _, record in visit.records))
            and (
                self.recipient is None
                or any(_logged(record.recipient) == self.recipient for _, record in visit.records)
            )
        )


def trace(
    send_logs: Iterable[Log], session_logs: Iterable[Log], selector: Selector, *, show_users: bool, bar: Bar
) -> list[Table]:
    """Return a table for each story, in order of time.

    Raises LogError where a file cannot be read.
    """
    if selector.by_session:
        visits = _visits(session_logs, selector.wants_visit, bar)
        brought = _Index(visits)
        stories = _stories(send_logs, lambda story: selector.agrees(story) and brought.visit_of(story) is not None, bar)
    else:
        stories = _stories(send_logs, selector.wants_story, bar)
        roots: dict[bytes, list[Story]] = {}
        for story in stories:
            if story.parent is None and story.sender is not None:
                roots.setdefault(story.sender, []).append(story)

        def may_have_brought(visit: Visit) -> bool:
            senders = _senders_of(visit) & roots.keys()
            return any(_accepted(visit, story) for sender in senders for story in roots[sender])

        visits = _visits(session_logs, lambda visit: selector.wants_visit(visit) or may_have_brought(visit), bar)
        brought = _Index(visits)
        bringing = {id(brought.visit_of(story)) for story in stories}
        visits = [visit for visit in visits if selector.wants_visit(visit) or id(visit) in bringing]
    told = [
        Table(
            TRACE,
            [(number, *event) for event in group.events(show_users=show_users)],
            title=f"Story {number}",
        )
        for number, group in enumerate(_grouped(stories, visits, brought), 1)
    ]
    return told or [Table(TRACE, [])]


class _Index:
    """Sessions by the senders that they had a recipient accepted for."""

    def __init__(self, visits: Iterable[Visit]) -> None:
        self._by_sender: dict[bytes, list[Visit]] = {}
        for visit in sorted(visits, key=_began):
            for sender in _senders_of(visit):
                self._by_sender.setdefault(sender, []).append(visit)

    def visit_of(self, story: Story) -> Visit | None:
        """Return the session that brought a message, as far as the logs can tell."""
        if story.sender is None:
            return None
        visits = self._by_sender.get(story.sender, [])
        latest, best = 0, None
        for i in range(bisect_right(visits, story.born + _SLACK, key=_began) - 1, -1, -1):
            if story.born - visits[i].began > _LONGEST_SESSION:
                break
            accepted = _accepted(visits[i], story)
            if accepted > latest:
                latest, best = accepted, visits[i]
        return best


class _Group:
    """Messages and the session that brought them: what is told as one story."""

    def __init__(self) -> None:
        self.visit: Visit | None = None
        self.stories: list[Story] = []

    def begin(self) -> int:
        """Return its first moment."""
        times = [story.born for story in self.stories]
        return min([*times, self.visit.began] if self.visit else times)

    def events(self, *, show_users: bool) -> list[Row]:
        """Return what happened, in order of time."""
        events = list(worded.of_visit(self.visit, show_users=show_users)) if self.visit else []
        for story in sorted(self.stories, key=lambda story: story.born):
            events += worded.of_story(story)
        return sorted(events, key=lambda event: float(event[0] or 0))


def _stories(logs: Iterable[Log], wanted: Callable[[Story], bool], bar: Bar) -> list[Story]:
    found = []
    for log in logs:
        stories = Stories(wanted)
        for lines in log.lines(bar):
            stories.feed(lines)
        stories.close()
        found += stories.chosen
    return found


def _visits(logs: Iterable[Log], wanted: Callable[[Visit], bool], bar: Bar) -> list[Visit]:
    found = []
    for log in logs:
        visits = Visits(wanted)
        for lines in log.lines(bar):
            visits.feed(lines)
        visits.close()
        found += visits.chosen
    return found


def _grouped(stories: Iterable[Story], visits: Iterable[Visit], brought: _Index) -> list[_Group]:
    groups: dict[int, _Group] = {}
    for visit in visits:
        groups[id(visit)] = group = _Group()
        group.visit = visit
    for story in stories:
        root = story
        while root.parent is not None:
            root = root.parent
        bringer = brought.visit_of(root)
        group = groups.setdefault(id(bringer or root), _Group())
        group.visit = bringer
        group.stories.append(story)
    return sorted(groups.values(), key=_Group.begin)


def _accepted(visit: Visit, story: Story) -> int:
    """Return when a session last had one of a message's recipients accepted before that was queued, or 0."""
    if story.born > (visit.ended or visit.last + _LONGEST_DATA) + _SLACK:
        return 0
    times = [
        when
        for when, record in visit.records
        if when <= story.born + _SLACK
        and _is_accept(record)
        and _logged(record.sender) == story.sender
        and any(_is_recipient(_logged(record.recipient), each) for each in story.recipients)
    ]
    return max(times, default=0)


def _began(visit: Visit) -> int:
    return visit.began


def _senders_of(visit: Visit) -> set[bytes]:
    return {_logged(record.sender) for _, record in visit.records if _is_accept(record)}


def _is_accept(record: Record) -> bool:
    return record.triple[:8].lower() == b"accept::"


def _is_recipient(wanted: bytes, logged: bytes) -> bool:
    """Tell whether qmail-send's recipient is this one, be it with a virtual domain's prefix where it is local."""
    channel, _, address = logged.partition(b" ")
    return address == wanted or (channel == b"local" and address.endswith(b"-" + wanted))


def _logged(address: bytes) -> bytes:
    """Return an address as qmail-send logs it: lower case, what is unprintable as `_`."""
    return address.lower().translate(_SAFE)


def _bytes(text_: str | None) -> bytes | None:
    return None if text_ is None else text_.encode("utf-8", "surrogateescape")


def _address(text_: str | None) -> bytes | None:
    """Return an address to look for; `<>` stands for the null sender."""
    return None if text_ is None else _logged((_bytes(text_) or b"").removeprefix(b"<").removesuffix(b">"))
