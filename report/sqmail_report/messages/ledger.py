"""The accounts of messages and deliveries, kept from what the grammar of qmail-send's log tells.

The rules are matchup's where matchup is right: a message is found by its
number when a delivery reports, `new msg` forgets what had that number before,
a delivery of a message that was queued before the log begins counts with
unknown sender, no bytes and a birth at its own start, and a report whose start
is not in the log counts for nobody.  Unlike there, finding a message costs the
same whatever the queue holds, deliveries that a dead daemon left behind are
dropped, and a log can be read in pieces that are put together afterwards.
"""

from __future__ import annotations

from functools import partial

from sqmail_log import tai64n
from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.figures.sums import ALERT, WARNING, Sums
from sqmail_log.lines import causes, outcomes, shapes
from sqmail_log.lines.events import ENDED, FAILURE, NEW, QUEUED, REPORTED, STOPPED, SUCCESS
from sqmail_log.lines.send import SendLog
from sqmail_log.lines.ways import way
from sqmail_log.queue import Queue
from sqmail_report.messages import stamps
from sqmail_report.messages.hours import DELIVERED_BYTES
from sqmail_report.messages.hours import QUEUED as BORN
from sqmail_report.messages.totals import Recipient, Sender, Totals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.lines.events import Event

_NANO = 1e-9
_NO_DEFERRAL = b"", b""
# What the grammar counts, by the names that it has in the report.
_COUNTED = ("messages", "bounces", "double_bounces", "triple_bounces", "restarts", "warnings", "alerts")


def _left_by_sessions(found: Sums) -> shapes.Feed:
    """Return what takes lines of sessions into sums of their own."""

    def feed(lines: list[bytes], _: Sums) -> list[bytes]:
        from sqmail_log.lines.sessions import SessionLog  # noqa: PLC0415 - few logs need it

        return SessionLog().feed(lines, found)

    return feed


class TornLabelError(ValueError):
    """The label of a line is torn."""


class Message:
    """A message in the queue; `birth` is the time of its `info msg` line in Unix seconds."""

    __slots__ = ("birth", "bytes", "deferral", "deferrals", "failures", "qp", "sender", "successes")

    def __init__(self, birth: float, size: int, sender: Sender, qp: bytes) -> None:
        self.birth = birth
        self.bytes = size
        self.sender = sender
        self.qp = qp
        self.successes = 0
        self.failures = 0
        self.deferrals = 0
        # The recipient and the text of the newest deferral.
        self.deferral: tuple[bytes, bytes] = _NO_DEFERRAL


class Orphan:
    """A line about something that began before this piece of the log.

    Where the delivery itself began here, its number, message, recipient and
    the line of its start are given.  `is_stop` tells of the first end of a
    daemon, the numbers of whose deliveries end in `delivery`.
    """

    __slots__ = ("delivery", "is_stop", "line", "message", "recipient", "start")

    def __init__(
        self,
        line: bytes,
        *,
        delivery: bytes = b"",
        message: bytes = b"",
        recipient: bytes = b"",
        start: bytes = b"",
        is_stop: bool = False,
    ) -> None:
        self.line = line
        self.delivery = delivery
        self.message = message
        self.recipient = recipient
        self.start = start
        self.is_stop = is_stop


class MessageLedger:
    """The accounts of a pass over one log, and its totals.

    A pass over a later piece of a log (`first=False`) keeps the lines about
    what it has not seen beginning as `orphans`; `join` gives them to the pass
    over the piece before.  `newest` is the time of the newest line in Unix
    nanoseconds, kept by whoever feeds.
    """

    def __init__(self, totals: Totals, *, first: bool = True) -> None:
        self.totals = totals
        self.messages: dict[bytes, Message] = {}
        # Messages that were in the queue before the log begins, by number; born at their first sight.
        self.older: dict[bytes, Message] = {}
        self.orphans: list[Orphan] = []
        self.newest = 0
        self._log = SendLog(Queue(), {})
        self._first = first
        self._met: set[bytes] = set()
        # How the numbers of the deliveries of daemons end that have ended.
        self._restarted: set[bytes] = set()
        self._nobody = Sender(b"?/?")

    def feed(self, lines: list[bytes]) -> None:
        """Take in lines of the log in order, labelled as multilog labels them."""
        events: list[Event] = []
        counted = Sums()
        told = partial(self._log.feed, tell=events.append)
        counts = self.totals.counts
        of_sessions = Sums()
        unknown = shapes.unknown(lines, counted, ((SEND, told), (SESSIONS, _left_by_sessions(of_sessions))))
        counts.unrecognised += len(unknown) + of_sessions.numbers.get("unrecognised", 0)
        for name in _COUNTED:
            counts.note(name, counted.numbers.get(name, 0))
        for table in (ALERT, WARNING):
            self.totals.said.explain_all(table, dict(counted.top(table)))
        try:
            self._account(events)
        except TornLabelError:
            self._account(self._mended(events, lines))

    def _mended(self, events: list[Event], lines: list[bytes]) -> list[Event]:
        """Return the events of these lines, each that has a torn label with the time of the line before it."""
        whole = dict(zip(map(id, lines), tai64n.mended(lines), strict=True))
        starts = self._log.starts
        starts.update({delivery: whole.get(id(line), line) for delivery, line in starts.items()})
        mended = []
        for event in events:
            kind, line, *fields = event
            if kind == REPORTED:
                fields[3] = whole.get(id(fields[3]), fields[3])
            mended.append((kind, whole.get(id(line), line), *fields))
        return mended

    def _account(self, events: list[Event]) -> None:  # noqa: C901, PLR0912, PLR0915 - a call per event shows (benchmark: report)
        totals = self.totals
        recipients, senders = totals.recipients, totals.senders
        messages, older = self.messages, self.older
        met = None if self._first else self._met
        first, last, qtime = totals.first, totals.last, totals.qtime
        ways = totals.causes[SUCCESS]
        verbatim = totals.verbatim
        epoch, zero, nano = stamps.EPOCH, stamps.ZERO, _NANO
        hours = totals.hours
        delays: list[float] = []
        try:
            times = stamps.of([event[1] for event in events])
            started = stamps.of([event[5] for event in events if event[0] == REPORTED and event[2]])
        except ValueError:
            raise TornLabelError from None
        starts = zip(started, started, strict=True)
        begins = iter([second - epoch + (fraction - zero) * nano for second, fraction in starts])
        for event, second, fraction in zip(events, times, times, strict=True):
            kind = event[0]
            if kind == REPORTED:
                _, line, number, delivery, address, start_line, result, text = event
                if not number:
                    if met is not None and not delivery.endswith(tuple(self._restarted)):
                        self.orphans.append(Orphan(line))
                    continue
                start = next(begins)
                message = messages.get(number)
                if message is None:
                    if met is not None and number not in met:
                        orphan = Orphan(line, delivery=delivery, message=number, recipient=address, start=start_line)
                        self.orphans.append(orphan)
                        continue
                    message = self._older(number, start)
                    birth = start
                else:
                    birth = message.birth
                # Most are in lower case as they come.
                recipient = recipients.get(address)
                if recipient is None:
                    address = address.lower()
                    recipient = recipients.get(address)
                    if recipient is None:
                        recipient = recipients[address] = Recipient(address)
                now = second - epoch + (fraction - zero) * nano
                seconds = now - start
                recipient.xdelay += seconds
                message.sender.xdelay += seconds
                if birth < first:  # noqa: PLR1730 - min() is a call per delivery (benchmark: report)
                    first = birth
                if now > last:  # noqa: PLR1730
                    last = now
                if hours is not None:
                    bin_ = hours.of(now)
                    bin_[result + 1] += 1
                    if result == SUCCESS:
                        bin_[DELIVERED_BYTES] += message.bytes
                if result == SUCCESS:
                    message.successes += 1
                    recipient.successes += 1
                    recipient.sbytes += message.bytes
                    delays.append(now - birth)
                    recipient.ddelay += now - birth
                    name = way(text)
                    row = ways.get(name) or totals.cause(SUCCESS, name)
                elif result == FAILURE:
                    message.failures += 1
                    recipient.failures += 1
                    row = totals.cause(FAILURE, outcomes.told(address, text))
                    if causes.is_expired(text):
                        totals.counts.expired += 1
                else:
                    message.deferrals += 1
                    recipient.deferrals += 1
                    message.deferral = recipient.address, text
                    row = totals.cause(result, outcomes.told(address, text))
                row.deliveries += 1
                row.xdelay += seconds
                if verbatim:
                    totals.quote(result, text, seconds, recipient.address)
            elif kind == QUEUED:
                _, _, number, size, address, qp, uid, _ = event
                key = uid + b"/" + address
                sender = senders.get(key)
                if sender is None:
                    key = key.lower()
                    sender = senders.get(key)
                    if sender is None:
                        sender = senders[key] = Sender(key)
                now = second - epoch + (fraction - zero) * nano
                messages[number] = Message(now, size, sender, qp)
                if hours is not None:
                    hours.of(now)[BORN] += 1
                if older:
                    older.pop(number, None)
                if met is not None:
                    met.add(number)
            elif kind == NEW:
                number = event[2]
                messages.pop(number, None)
                if older:
                    older.pop(number, None)
                if met is not None:
                    met.add(number)
            elif kind == ENDED:
                number = event[2]
                message = messages.pop(number, None)
                if message is None:
                    if met is not None and number not in met:
                        self.orphans.append(Orphan(event[1]))
                    else:
                        older.pop(number, None)
                    continue
                sender = message.sender
                successes = message.successes
                finished = successes + message.failures
                size = message.bytes
                sender.messages += 1
                sender.bytes += size
                sender.sbytes += size * successes
                sender.rbytes += size * finished
                sender.recipients += finished
                sender.tries += finished + message.deferrals
                now = second - epoch + (fraction - zero) * nano
                qtime += now - message.birth
                if message.birth < first:  # noqa: PLR1730
                    first = message.birth
                if now > last:  # noqa: PLR1730
                    last = now
            elif kind == STOPPED:
                if met is not None and not event[3].endswith(tuple(self._restarted)):
                    self.orphans.append(Orphan(event[1], delivery=event[3], is_stop=True))
                self._restarted.add(event[3])
                totals.counts.unreported += event[2]
        totals.first, totals.last, totals.qtime = first, last, qtime
        totals.ddelay += sum(delays)
        if totals.distribution:
            totals.delays.add(delays)

    def join(self, later: MessageLedger) -> None:
        """Put the pass over the next piece of the log behind this one.

        The same as one pass over both, as long as no number is used again
        while a delivery of its message runs: qmail-send never does that.
        """
        log = self._log
        for orphan in later.orphans:
            if orphan.is_stop:
                stopped: list[Event] = []
                log.stop(orphan.line, stopped.append, orphan.delivery)
                self._account(stopped)
                continue
            if orphan.recipient:
                log.deliveries[orphan.delivery] = orphan.message, orphan.recipient
                log.starts[orphan.delivery] = orphan.start
            self.feed([orphan.line])
        for number in later._met:
            self.messages.pop(number, None)
            self.older.pop(number, None)
        self._met |= later._met
        self.newest = max(self.newest, later.newest)
        self.totals.merge(later.totals)
        self.messages.update(later.messages)
        self.older.update(later.older)
        log.deliveries.update(later._log.deliveries)
        log.starts.update(later._log.starts)
        self._relink()

    def forget_totals(self, totals: Totals) -> None:
        """Go on with empty totals, knowing the messages in the queue."""
        self.totals = totals
        self._relink()

    def prune(self, limit: int) -> None:
        """Keep at most about `limit` recipients, senders and texts, and all that are in use."""
        limit = max(limit, 2 * len(self.messages))
        totals = self.totals
        if max(len(totals.recipients), len(totals.senders), *(4 * len(texts) for texts in totals.texts)) > limit:
            totals.prune(limit, {id(message.sender) for message in self.messages.values()})

    def _relink(self) -> None:
        """Point messages to the rows of the totals of now."""
        senders = self.totals.senders
        for message in self.messages.values():
            key = message.sender.key
            message.sender = senders.setdefault(key, Sender(key))

    def _older(self, number: bytes, start: float) -> Message:
        """Return a message that was queued before the log begins: no bytes, sender unknown."""
        message = self.older.get(number)
        if message is None:
            message = self.older[number] = Message(start, 0, self._nobody, b"?")
        return message
