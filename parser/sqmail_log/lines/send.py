"""The log of qmail-send and qmail-todo.

The loop over lines is written for speed: eight bytes name the line, slices
take it apart, and only rare lines reach a function: a function call per line
is what a pass has no time for (benchmark: cold-send).  Whoever keeps accounts of messages
is told events instead of having sums made; whoever wants sums pays nothing for
that.
"""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_log.lines import outcomes, queues
from sqmail_log.lines.events import (
    ENDED,
    NEW,
    QUEUED,
    REPORTED,
    STARTED,
    STOPPED,
)
from sqmail_log.lines.fields import COUNT_DIGITS, INODE_DIGITS, number, queuer
from sqmail_log.lines.queues import Queues

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqmail_log.figures.sums import Sums
    from sqmail_log.lines.events import Event
    from sqmail_log.parties.destinations import Destinations
    from sqmail_log.parties.envelopes import Envelopes
    from sqmail_log.queue import Queue
    from sqmail_log.units import Nanoseconds

_SUCCESS = ord("s")
_REMOTE = ord("r")
_LOCAL = ord("l")
_ZERO = ord("0")
_MANGLED_TEXT = b"report_mangled"
# With its number 1 a daemon begins: what the one before had running never reports.
_FIRST = b"1:"
_NOBODY = (b"", b"?")
# Where the fields of a line stand.  A slice made once costs less than one made per line (benchmark: cold-send).
_STAMP = slice(9, 25)
_WORD = slice(26, 34)
_TEXT_AT = 26
_TEXT = slice(_TEXT_AT, -1)
_REST = slice(34, -1)
_STARTED = slice(44, -1)
_INFORMED = slice(35, -1)
_BUT_COLON = slice(-1)
# Of `from <a@b.example> qp …` the sender: longer ones are cut.
_SENDER = slice(5, 133)
# Of `success: 192.0.2.1_TLS_transmitted…` the beginning, which few texts share with an answer of the remote host.
_HEAD = slice(9, 65)

_EXITS = (b"status: exiting", b"status: qmail-send exiting")
_OTHER_STATUSES = (b"status: qmail-todo stop processing asap", b"status: qmail-todo exiting")
_OF_ONE = (queues.BEGUN, queues.ENDED)
_NOW = ("local_now", "local_limit", "remote_now", "remote_limit")


class SendLog:
    """Adds up the lines of qmail-send, following messages and deliveries from start to end.

    `deliveries` maps a delivery number (with its colon) to message number and
    `local RECIPIENT` or `remote RECIPIENT`, `starts` to the line of its start
    where events are told, `destinations` counts what reached those where
    something failed, `envelopes` what became of senders' mail.  Deliveries that never report are forgotten when the
    daemon stops, or when the next one begins to count from 1.  `kept` is what
    the method of that name returned in an earlier run.
    """

    def __init__(self, queue: Queue, deliveries: dict[bytes, tuple[bytes, bytes]], kept: str = "") -> None:
        self.queue = queue
        self.deliveries = deliveries
        self.starts: dict[bytes, bytes] = {}
        self.destinations: Destinations | None = None
        self.envelopes: Envelopes | None = None
        self._queues = Queues(kept) if kept else None
        self._statuses: dict[bytes, tuple[int, ...]] = {}

    def feed(
        self,
        lines: list[bytes],
        minute: Sums,
        tell: Callable[[Event], object] | None = None,
        *,
        tell_starts: bool = False,
    ) -> list[bytes]:
        """Add lines of one minute to its sums; return those that are not qmail-send's.

        With `tell` each event is told in the order of the lines, STARTED only
        with `tell_starts`.  Of deliveries nothing is added up then, and of
        messages only how many there are.
        """
        if self._queues is not None or (lines and queues.are_named(lines)):
            self._queues = self._queues or Queues()
            lines = self._queues.plain(lines)
        since, older, senders = self.queue.since, self.queue.older, self.queue.senders
        deliveries, starts = self.deliveries, self.starts
        known = self._statuses
        if len(known) >= outcomes.KNOWN_TEXTS:
            known.clear()
        statuses: dict[bytes, tuple[int, ...]] = {}
        status = b""
        messages = ended = size = local_starts = remote_starts = 0
        unknown_successes = 0
        heads: list[bytes] = []
        troubles: list[tuple[bytes, bytes, bytes | None]] = []
        bounces = doubles = 0
        warned: list[bytes] = []
        mailboxes: list[bytes] = []
        addresses: list[bytes] = []
        watched = self.envelopes is not None and bool(self.envelopes.watched)
        won: list[bytes] = []
        begins: list[bytes] = []
        ends: list[bytes] = []
        strangers: list[bytes] = []
        changed = announced = False
        born = birth = b""
        # Globals would be looked up for each line (benchmark: cold-send).
        stamp_at, word_at, text_at, rest_at, head_at = _STAMP, _WORD, _TEXT, _REST, _HEAD
        started_at, informed_at, sender_at = _STARTED, _INFORMED, _SENDER
        results = outcomes.RESULTS
        for line in lines:
            if changed:
                # A status follows each start and each report: most often one that was seen.
                changed = False
                text = line[text_at]
                if text in statuses:
                    status = text
                    continue
                if use := known.get(text):
                    statuses[text] = use
                    status = text
                    continue
            elif announced:
                # So does the size each new message.
                head, _, rest = line[text_at].partition(b": bytes ")
                count, blank, rest = rest.partition(b" ")
                announced = False
                if head == b"info msg " + born and blank and count.isdigit() and len(count) <= COUNT_DIGITS:
                    size += int(count)
                    since[born] = line[stamp_at]
                    senders[born] = rest[sender_at]
                    if tell is not None:
                        tell((QUEUED, line, born, int(count), *queuer(rest), birth))
                    continue
                since[born] = birth[stamp_at]
                senders.pop(born, None)
                if tell is not None:
                    tell((NEW, birth, born))
            word = line[word_at]
            try:
                if word == b"starting":
                    key, _, message, _, channel = line[started_at].split(b" ", 4)
                    if key == _FIRST:
                        self.stop(line, tell)
                    if message not in since and message not in older:
                        older[number(message)] = line[stamp_at]
                        senders.pop(message, None)
                    way = channel[0]
                    if way == _LOCAL:
                        local_starts += 1
                    elif way == _REMOTE:
                        remote_starts += 1
                    else:
                        raise ValueError
                    deliveries[key] = message, channel
                    changed = True
                    if tell is not None:
                        starts[key] = line
                        if tell_starts:
                            tell((STARTED, line, message, key, channel))
                elif word == b"delivery":
                    changed = True
                    key, _, report = line[informed_at].partition(b" ")
                    message, channel = deliveries.pop(key, _NOBODY)
                    result = report[0]
                    if tell is not None:
                        kind = results.get(result)
                        if kind is None:
                            raise ValueError
                        text = report.partition(b": ")[2] if result != outcomes.MANGLED else _MANGLED_TEXT
                        tell((REPORTED, line, message, key, channel, starts.pop(key, b""), kind, text))
                        continue
                    if result == _SUCCESS:
                        begun = since.get(message)
                        if begun is not None:
                            begins.append(begun)
                            ends.append(line[stamp_at])
                        way = channel[0]
                        if way == _LOCAL:
                            mailboxes.append(channel)
                            continue
                        if way == _REMOTE:
                            addresses.append(channel)
                            if watched:
                                won.append(senders.get(message, b""))
                        else:
                            unknown_successes += 1
                        heads.append(report[head_at])
                    elif result in results:
                        troubles.append((report, channel, senders.get(message)))
                    else:
                        raise ValueError
                elif word == b"new msg ":
                    message = line[rest_at]
                    if message in since:
                        del since[message]
                    elif message in older:
                        del older[message]
                    elif not message.isdigit() or len(message) > INODE_DIGITS or message[0] == _ZERO:
                        number(message)
                    born, birth, announced = message, line, True
                    messages += 1
                elif word == b"end msg ":
                    message = line[rest_at]
                    try:
                        del since[message]
                    except KeyError:
                        if older.pop(message, None) is None:
                            number(message)
                    ended += 1
                    if tell is not None:
                        tell((ENDED, line, message))
                elif word == b"info msg":
                    message, _, count, rest = line[informed_at].split(b" ", 3)
                    message = message[_BUT_COLON]
                    if not count.isdigit() or len(count) > COUNT_DIGITS:
                        raise ValueError
                    if message not in since:
                        number(message)
                        older.pop(message, None)
                    size += int(count)
                    since[message] = line[stamp_at]
                    senders[message] = rest[sender_at]
                    if tell is not None:
                        tell((QUEUED, line, message, int(count), *queuer(rest), b""))
                elif word == b"status: ":
                    status = line[text_at]
                    if status not in statuses:
                        if status in _EXITS:
                            self.stop(line, tell)
                            minute.add("restarts", 1)
                        elif use := self._use(status):
                            statuses[status] = use
                        elif status.startswith(_OF_ONE):
                            self._stop_one(status, line, minute, tell)
                        elif status not in _OTHER_STATUSES:
                            raise ValueError
                elif word == b"bounce m" and tell is None and line.startswith(b"bounce msg ", _TEXT_AT):
                    bounces += 1
                elif word == b"double b" and tell is None and line.startswith(b"double bounce: discarding ", _TEXT_AT):
                    doubles += 1
                elif not outcomes.rare(line[text_at], line, minute, warned, tell):
                    strangers.append(line)
            except (ValueError, IndexError):
                strangers.append(line)
        if announced:
            since[born] = birth[_STAMP]
            senders.pop(born, None)
            if tell is not None:
                tell((NEW, birth, born))
        minute.add("messages", messages)
        minute.add("ended", ended)
        minute.add("bytes", size)
        minute.add("starts_local", local_starts)
        minute.add("starts_remote", remote_starts)
        minute.add("success_local", len(mailboxes))
        minute.add("success_remote", len(addresses))
        minute.add("success_unknown", unknown_successes)
        minute.add("bounces", bounces)
        minute.add("double_bounces", doubles)
        if warned:
            outcomes.note_warnings(warned, minute)
        if heads:
            outcomes.note_ways_out(heads, minute)
        places, lost = outcomes.note_troubles(troubles, minute) if troubles else ({}, [])
        if self.destinations is not None:
            self.destinations.note(places, mailboxes, addresses, minute)
        if self.envelopes is not None and (lost or won):
            self.envelopes.note(lost, won, minute)
        self.queue.forget_ended()
        if ends:
            minute.delays.add(tai64n.nanoseconds_between(begins, ends))
        if statuses:
            self._concurrency(statuses.values(), status, minute)
        return strangers

    def stop(self, line: bytes, tell: Callable[[Event], object] | None, ending: bytes = b"") -> None:
        """Forget the deliveries of a daemon that has ended: they never report.

        Of several daemons it is the one whose deliveries' numbers have this `ending`.
        """
        gone = [delivery for delivery in self.deliveries if delivery.endswith(ending)]
        if tell is not None:
            tell((STOPPED, line, len(gone), ending))
        for delivery in gone:
            del self.deliveries[delivery]
            self.starts.pop(delivery, None)

    def _stop_one(self, status: bytes, line: bytes, minute: Sums, tell: Callable[[Event], object] | None) -> None:
        """Take in that one of several daemons has begun or ended."""
        if status.startswith(queues.ENDED):
            minute.add("restarts", 1)
        self.stop(line, tell, status.rpartition(b" ")[2] + b":")

    def kept(self) -> str:
        """Return what is to be known of several daemons in the next run."""
        return "" if self._queues is None else self._queues.kept()

    def close(self, minute: Sums, end: Nanoseconds) -> None:
        """Note the gauges of a minute that ends at `end` (Unix nanoseconds)."""
        minute.last("queue", len(self.queue))
        minute.last("oldest", self.queue.oldest_age(end))

    def _use(self, status: bytes) -> tuple[int, ...]:
        """Return the numbers in a status, remembered; none of another text."""
        use = self._statuses.get(status)
        if use is None:
            use = self._statuses[status] = queues.use(status.split(b" ")[1:])
        return use

    def _concurrency(self, uses: Iterable[tuple[int, ...]], last: bytes, minute: Sums) -> None:
        """Note the highest of `local 3/10 remote 5/20`, and the limits of the last."""
        local, _, remote, _ = zip(*uses, strict=True)
        minute.peak("local", max(local))
        minute.peak("remote", max(remote))
        if use := self._use(last):
            minute.numbers.update(zip(_NOW, use, strict=True))
