"""Messages and deliveries followed through qmail-send's log, from queueing to end.

The rules are matchup's where matchup is right: a message is found by its
number when a delivery reports, `new msg` forgets what had that number before,
a delivery of a message that was queued before the log begins counts with
unknown sender, no bytes and a birth at its own start.  Unlike there, finding a
message costs the same whatever the queue holds, deliveries that a dead daemon
left behind are dropped when the next one begins to count from 1, and a log can
be read in pieces that are put together afterwards.
"""

from __future__ import annotations

from sqmail_log.lines import causes
from sqmail_log.lines.ways import means
from sqmail_report.messages.totals import DEFERRAL, FAILURE, SUCCESS, Reason, Recipient, Sender, Totals
from sqmail_report.tables import stamps

_B, _D, _E, _I, _L, _N, _R, _S, _T = b"bdeilnrst"
_MANGLED = b"report_mangled"
_NANO = 1e-9
_CACHE_LIMIT = 4096
# Where the fields of a line stand.  A slice made once costs two thirds of one made per line.
_REST = slice(34, -1)
_STARTED = slice(44, -1)
_REPORTED = _INFORMED = slice(35, -1)
_BUT_COLON = slice(-1)
_NO_DELIVERY = b"", None, 0.0
_NO_DEFERRAL = b"", b""
_STOPPED = {b"status: exiting", b"status: qmail-send exiting"}
# Beginnings of the other lines, and which count they belong to, if any.
_RARE = (
    (b"double bounce: discarding ", "double_bounces"),
    (b"triple bounce: discarding ", "triple_bounces"),
    (b"warning: ", "warnings"),
    (b"alert: ", "alerts"),
    (b"status: ", ""),
    (b"running", ""),
    (b"local deliveries will be put on hold", ""),
    (b"remote deliveries will be put on hold", ""),
    (b"number of deliveries left before exiting", ""),
)


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

    Where the delivery itself began here, its message number, recipient and
    start are given.  An empty line stands for the first end of a daemon.
    """

    __slots__ = ("line", "message", "recipient", "start")

    def __init__(self, line: bytes, message: bytes = b"", recipient: bytes = b"", start: float = 0.0) -> None:
        self.line = line
        self.message = message
        self.recipient = recipient
        self.start = start


class Transactions:
    """The state of a pass over one log, and its totals.

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
        self.deliveries: dict[bytes, tuple[bytes, Recipient, float]] = {}
        self.orphans: list[Orphan] = []
        self.newest = 0
        self._first = first
        self._met: set[bytes] = set()
        self._restarted = False
        self._nobody = Sender(b"?/?")
        # The rows of reports seen lately.
        self._reasons: tuple[dict[bytes, Reason], ...] = ({}, {}, {})

    def feed(self, lines: list[bytes]) -> None:  # noqa: C901, PLR0912, PLR0915 - a call per line costs a third
        """Take in lines of the log in order, labelled as multilog labels them."""
        totals = self.totals
        recipients, senders = totals.recipients, totals.senders
        messages, older, deliveries, ways = self.messages, self.older, self.deliveries, self._reasons[SUCCESS]
        met = None if self._first else self._met
        first, last, qtime = totals.first, totals.last, totals.qtime
        verbatim = totals.verbatim
        epoch, zero, nano = stamps.EPOCH, stamps.ZERO, _NANO
        started_at, reported_at, informed_at, but_colon = _STARTED, _REPORTED, _INFORMED, _BUT_COLON
        delays: list[float] = []
        born = bounces = unrecognised = 0
        lines = _without_load(lines)
        times = stamps.of(lines)
        for line, second, fraction in zip(lines, times, times, strict=True):
            try:
                letter = line[26]
                if letter == _S and line[29] == _R:
                    delivery, _, number, _, address = line[started_at].split(b" ", 4)
                    # Most are in lower case as they come.
                    recipient = recipients.get(address)
                    if recipient is None:
                        address = address.lower()
                        recipient = recipients.get(address)
                        if recipient is None:
                            recipient = recipients[address] = Recipient(address)
                    if delivery == b"1:":
                        self._restart()
                    deliveries[delivery] = number, recipient, second - epoch + (fraction - zero) * nano
                elif letter == _D and line[27] == _E:
                    delivery, result, text = line[reported_at].split(b" ", 2)
                    number, recipient, start = deliveries.pop(delivery, _NO_DELIVERY)
                    if recipient is None:
                        if met is not None and not self._restarted:
                            self.orphans.append(Orphan(line))
                        continue
                    message = messages.get(number)
                    if message is None:
                        if met is not None and number not in met:
                            self.orphans.append(Orphan(line, number, recipient.address, start))
                            continue
                        message = self._older(number, start)
                        birth = start
                    else:
                        birth = message.birth
                    now = second - epoch + (fraction - zero) * nano
                    seconds = now - start
                    recipient.xdelay += seconds
                    message.sender.xdelay += seconds
                    if birth < first:  # noqa: PLR1730 - min() costs five times that
                        first = birth
                    if now > last:  # noqa: PLR1730
                        last = now
                    if result == b"success:":
                        message.successes += 1
                        recipient.successes += 1
                        recipient.sbytes += message.bytes
                        delays.append(now - birth)
                        end = text.find(b"/")
                        way = (
                            ways.get(text[:end])
                            or ways.get(text[text.find(b"_") : end])
                            or ways.get(text)
                            or self._way(text)
                        )
                        way.deliveries += 1
                        way.xdelay += seconds
                        if verbatim:
                            totals.quote(SUCCESS, text, seconds, recipient.address)
                    elif result == b"failure:":
                        message.failures += 1
                        recipient.failures += 1
                        self._explain(FAILURE, text, seconds, recipient)
                    else:
                        message.deferrals += 1
                        recipient.deferrals += 1
                        if result != b"deferral:":
                            text = _MANGLED
                        message.deferral = recipient.address, text
                        self._explain(DEFERRAL, text, seconds, recipient)
                elif letter == _I and line[27] == _N:
                    words = line[informed_at].split(b" ")
                    key = words[8] + b"/" + words[4]
                    sender = senders.get(key)
                    if sender is None:
                        key = key.lower()
                        sender = senders.get(key)
                        if sender is None:
                            sender = senders[key] = Sender(key)
                    now = second - epoch + (fraction - zero) * nano
                    number = words[0][but_colon]
                    messages[number] = Message(now, int(words[2]), sender, words[6])
                    if older:
                        older.pop(number, None)
                    if met is not None:
                        met.add(number)
                elif letter == _N and line[27] == _E:
                    born += 1
                    number = line[_REST]
                    messages.pop(number, None)
                    if older:
                        older.pop(number, None)
                    if met is not None:
                        met.add(number)
                elif letter == _E and line[27] == _N:
                    number = line[_REST]
                    message = messages.pop(number, None)
                    if message is None:
                        if met is not None and number not in met:
                            self.orphans.append(Orphan(line))
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
                elif letter == _B and line.startswith(b"bounce msg ", 26):
                    bounces += 1
                else:
                    self._rare(line[26:-1])
            except (ValueError, IndexError):
                unrecognised += 1
        totals.first, totals.last, totals.qtime = first, last, qtime
        totals.counts.messages += born
        totals.counts.bounces += bounces
        totals.counts.unrecognised += unrecognised
        totals.ddelay += sum(delays)
        if totals.distribution:
            totals.delays.add(delays)

    def join(self, later: Transactions) -> None:
        """Put the pass over the next piece of the log behind this one.

        The same as one pass over both, as long as no number is used again
        while a delivery of its message runs: qmail-send never does that.
        """
        for orphan in later.orphans:
            if not orphan.line:
                self._restart()
                continue
            if orphan.recipient:
                delivery = orphan.line.split(b" ", 3)[2]
                recipient = self.totals.recipients.setdefault(orphan.recipient, Recipient(orphan.recipient))
                self.deliveries[delivery] = orphan.message, recipient, orphan.start
            self.feed([orphan.line])
        for number in later._met:
            self.messages.pop(number, None)
            self.older.pop(number, None)
        self._met |= later._met
        self.newest = max(self.newest, later.newest)
        self.totals.merge(later.totals)
        self.messages.update(later.messages)
        self.older.update(later.older)
        self.deliveries.update(later.deliveries)
        self._relink()

    def forget_totals(self, totals: Totals) -> None:
        """Go on with empty totals, knowing the messages in the queue."""
        self.totals = totals
        self._reasons = ({}, {}, {})
        self._relink()

    def prune(self, limit: int) -> None:
        """Keep at most about `limit` recipients, senders and texts, and all that are in use."""
        limit = max(limit, 2 * (len(self.messages) + len(self.deliveries)))
        totals = self.totals
        if max(len(totals.recipients), len(totals.senders), *(4 * len(texts) for texts in totals.texts)) > limit:
            busy = {id(recipient) for _, recipient, _ in self.deliveries.values()}
            busy.update(id(message.sender) for message in self.messages.values())
            totals.prune(limit, busy)

    def _relink(self) -> None:
        """Point messages and deliveries to the rows of the totals of now."""
        recipients, senders = self.totals.recipients, self.totals.senders
        for message in self.messages.values():
            key = message.sender.key
            message.sender = senders.setdefault(key, Sender(key))
        for delivery, (number, recipient, start) in self.deliveries.items():
            address = recipient.address
            self.deliveries[delivery] = number, recipients.setdefault(address, Recipient(address)), start

    def _older(self, number: bytes, start: float) -> Message:
        """Return a message that was queued before the log begins: no bytes, sender unknown."""
        message = self.older.get(number)
        if message is None:
            message = self.older[number] = Message(start, 0, self._nobody, b"?")
        return message

    def _way(self, text: bytes) -> Reason:
        """Return the row of the means by which a delivery succeeded, and remember it for the like."""
        row = self.totals.cause(SUCCESS, means(text))
        key = text[: text.find(b"/")]
        if key.endswith((b"_accepted.", b"_accepted_message.")):
            # Of what follows the remote host's address: there are thousands of them.
            key = key[key.find(b"_") :]
        elif not key.startswith(b"did_"):
            key = text
        ways = self._reasons[SUCCESS]
        if len(ways) >= _CACHE_LIMIT:
            ways.clear()
        ways[key] = row
        return row

    def _explain(self, result: int, text: bytes, seconds: float, recipient: Recipient) -> None:
        """Count a failure or deferral under its cause."""
        # Texts that differ in digits alone share a row of the cache.
        key = text.translate(causes.DIGITS_ALIKE)
        row = self._reasons[result].get(key)
        if row is None:
            row = self.totals.cause(result, causes.cause(text))
            if len(self._reasons[result]) >= _CACHE_LIMIT:
                self._reasons[result].clear()
            self._reasons[result][key] = row
        row.deliveries += 1
        row.xdelay += seconds
        if result == FAILURE and causes.EXPIRED in text:
            self.totals.counts.expired += 1
        if self.totals.verbatim:
            self.totals.quote(result, text, seconds, recipient.address)

    def _restart(self) -> None:
        """Drop the deliveries of a daemon that has ended: they never report."""
        if not self._first and not self._restarted:
            self.orphans.append(Orphan(b""))
        self._restarted = True
        self.totals.counts.unreported += len(self.deliveries)
        self.deliveries.clear()

    def _rare(self, text: bytes) -> None:
        """Count a line that has no part in a delivery."""
        counts = self.totals.counts
        if text in _STOPPED:
            counts.restarts += 1
            self._restart()
            return
        for beginning, name in _RARE:
            if text.startswith(beginning):
                if name:
                    counts.note(name)
                return
        counts.unrecognised += 1


def _without_load(lines: list[bytes]) -> list[bytes]:
    """Return the lines without `status: local 3/10 remote 5/20`: a third of the log, and no part of this."""
    try:
        return [line for line in lines if line[29] != _T or line[34] != _L]
    except IndexError:
        # Some line is too short to be one.
        return [line for line in lines if line[26:35] != b"status: l"]
