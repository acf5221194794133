"""One message's or one session's whole way, through all logs and files.

A message and the session that brought it have no number in common: qmail-smtpd
does not log the process of qmail-queue.  They are joined where one of the
message's recipients was accepted with its sender before it was queued and the
session had not ended; of several sessions the one that did so last.
"""

from __future__ import annotations

from bisect import bisect_right

from sqmail_log import tai64n
from sqmail_log.figures.sums import Sums
from sqmail_log.lines.sessions import SessionLog
from sqmail_report.tables.table import Content, Layout, Table, count, text, time
from sqmail_report.trace import wording
from sqmail_report.trace.connections import Session, Sessions
from sqmail_report.trace.journeys import Journey, Journeys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqmail_command.progress import Bar
    from sqmail_report.reading.logs import Log
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

    def wants_journey(self, journey: Journey) -> bool:
        """Tell whether a message is looked for, as far as its own lines say."""
        return not self.by_session and self.agrees(journey)

    def agrees(self, journey: Journey) -> bool:
        """Tell whether nothing about a message contradicts."""
        return (
            self.message in {None, journey.number}
            and self.qp in {None, journey.qp}
            and self.sender in {None, journey.sender}
            and (self.recipient is None or any(_is_recipient(self.recipient, each) for each in journey.recipients))
        )

    def wants_session(self, session: Session) -> bool:
        """Tell whether a session is looked for, as far as its own lines say."""
        if self.message is not None or self.qp is not None:
            return False
        return (
            self.pid in {None, session.pid}
            and self.client in {None, session.client}
            and (self.sender is None or any(_logged(record.sender) == self.sender for _, record in session.records))
            and (
                self.recipient is None
                or any(_logged(record.recipient) == self.recipient for _, record in session.records)
            )
        )


def trace(
    send_logs: Iterable[Log], session_logs: Iterable[Log], selector: Selector, *, show_users: bool, bar: Bar
) -> list[Table]:
    """Return a table for each journey, in order of time.

    Raises LogError where a file cannot be read.
    """
    if selector.by_session:
        sessions = _sessions(session_logs, selector.wants_session, bar)
        brought = _Index(sessions)
        journeys = _journeys(
            send_logs, lambda journey: selector.agrees(journey) and bool(brought.session_of(journey)), bar
        )
    else:
        journeys = _journeys(send_logs, selector.wants_journey, bar)
        roots: dict[bytes, list[Journey]] = {}
        for journey in journeys:
            if journey.parent is None and journey.sender is not None:
                roots.setdefault(journey.sender, []).append(journey)

        def may_have_brought(session: Session) -> bool:
            senders = _senders_of(session) & roots.keys()
            return any(_accepted(session, journey) for sender in senders for journey in roots[sender])

        def wanted(session: Session) -> bool:
            return selector.wants_session(session) or may_have_brought(session)

        sessions = _sessions(session_logs, wanted, bar)
        brought = _Index(sessions)
        bringing = {id(brought.session_of(journey)) for journey in journeys}
        sessions = [session for session in sessions if selector.wants_session(session) or id(session) in bringing]
    told = [
        Table(
            TRACE,
            [(number, *event) for event in group.events(show_users=show_users)],
            title=f"Story {number}",
        )
        for number, group in enumerate(_grouped(journeys, sessions, brought), 1)
    ]
    return told or [Table(TRACE, [])]


class _Index:
    """Sessions by the senders that they had a recipient accepted for."""

    def __init__(self, sessions: Iterable[Session]) -> None:
        self._by_sender: dict[bytes, list[Session]] = {}
        for session in sorted(sessions, key=_began):
            for sender in _senders_of(session):
                self._by_sender.setdefault(sender, []).append(session)

    def session_of(self, journey: Journey) -> Session | None:
        """Return the session that brought a message, as far as the logs can tell."""
        if journey.sender is None:
            return None
        sessions = self._by_sender.get(journey.sender, [])
        latest, best = 0, None
        for i in range(bisect_right(sessions, journey.born + _SLACK, key=_began) - 1, -1, -1):
            if journey.born - sessions[i].began > _LONGEST_SESSION:
                break
            accepted = _accepted(sessions[i], journey)
            if accepted > latest:
                latest, best = accepted, sessions[i]
        return best


class _Group:
    """Messages and the session that brought them: what is told as one journey."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.journeys: list[Journey] = []

    def begin(self) -> int:
        """Return its first moment."""
        times = [journey.born for journey in self.journeys]
        return min([*times, self.session.began] if self.session else times)

    def events(self, *, show_users: bool) -> list[Row]:
        """Return what happened, in order of time."""
        events = list(wording.of_session(self.session, show_users=show_users)) if self.session else []
        for journey in sorted(self.journeys, key=lambda journey: journey.born):
            events += wording.of_journey(journey)
        return sorted(events, key=lambda event: float(event[0] or 0))


def _journeys(logs: Iterable[Log], wanted: Callable[[Journey], bool], bar: Bar) -> list[Journey]:
    found = []
    for log in logs:
        journeys = Journeys(wanted)
        for lines in log.lines(bar):
            journeys.feed(lines)
        journeys.close()
        found += journeys.chosen
    return found


def _sessions(logs: Iterable[Log], wanted: Callable[[Session], bool], bar: Bar) -> list[Session]:
    found = []
    grammar = SessionLog()
    for log in logs:
        sessions = Sessions(wanted)
        for lines in log.lines(bar):
            grammar.feed(lines, Sums(), sessions)
            sessions.sweep()
        sessions.close()
        found += sessions.chosen
    return found


def _grouped(journeys: Iterable[Journey], sessions: Iterable[Session], brought: _Index) -> list[_Group]:
    groups: dict[int, _Group] = {}
    for session in sessions:
        groups[id(session)] = group = _Group()
        group.session = session
    for journey in journeys:
        root = journey
        while root.parent is not None:
            root = root.parent
        bringer = brought.session_of(root)
        group = groups.setdefault(id(bringer or root), _Group())
        group.session = bringer
        group.journeys.append(journey)
    return sorted(groups.values(), key=_Group.begin)


def _accepted(session: Session, journey: Journey) -> int:
    """Return when a session last had one of a message's recipients accepted before that was queued, or 0."""
    if journey.born > (session.ended or session.last + _LONGEST_DATA) + _SLACK:
        return 0
    times = [
        when
        for when, record in session.records
        if when <= journey.born + _SLACK
        and record.meaning.accepts
        and _logged(record.sender) == journey.sender
        and any(_is_recipient(_logged(record.recipient), each) for each in journey.recipients)
    ]
    return max(times, default=0)


def _began(session: Session) -> int:
    return session.began


def _senders_of(session: Session) -> set[bytes]:
    return {_logged(record.sender) for _, record in session.records if record.meaning.accepts}


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
