"""A qmail-send (and qmail-todo) log, simulated message by message, with its true counts."""

from __future__ import annotations

import heapq
import random
from array import array
from collections import deque
from typing import TYPE_CHECKING

from benchmarks.logs import send_columns as column
from benchmarks.logs import send_texts
from benchmarks.logs.directory import NANO, LogDirectory, stamp
from benchmarks.logs.outcomes import (
    CHANNELS,
    DEFERRAL,
    FAILURE,
    LOCAL,
    REMOTE,
    RESULTS,
    STUCK,
    Delivery,
    Message,
    Outcomes,
)
from benchmarks.logs.truth import JsonValue, MinuteTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.logs.plan import SendPlan

LIMITS = (10, 20)

_FIRST_INODE = 2_409_300
_QUEUED_BEFORE = 12
_RECIPIENT_COUNTS = (1,) * 405 + (2,) * 60 + (3,) * 25 + (5,) * 9 + (30,)
_QUIET_END = 60 * NANO
_FLUSH_EVERY = 32


class SendLog:
    """Simulates one queue and writes what qmail-send says of it."""

    def __init__(self, plan: SendPlan, log: LogDirectory) -> None:
        self._plan = plan
        self._log = log
        self._random = random.Random(plan.seed).random
        self._outcomes = Outcomes(self._random, plan.reasons)
        self._now = plan.end * NANO - int(plan.seconds * NANO) - _QUIET_END
        self._first = self._now
        self._table = MinuteTable(column.COLUMNS, self._now)
        self._row = self._table.row
        self._label = stamp(self._now)
        self._lines: list[str] = []
        self._events: list[tuple[int, int, Delivery]] = []
        self._sequence = 0
        self._running = [0, 0]
        self._waiting: tuple[deque[Delivery], deque[Delivery]] = (deque(), deque())
        self._held: list[tuple[str, int, list[tuple[int, str]]]] = []
        self._exitasap = ""
        self._next_delivery = 1
        self._next_inode = _FIRST_INODE
        self._free: list[int] = []
        self._tally = {"restarts": 0, "lost_deliveries": 0, "doubled": 0}
        self._stuck_numbers = array("q")
        self._stuck_births = array("q")
        self._senders = [who for weight, who in send_texts.SENDERS for _ in range(weight // 8)]
        self._warnings = send_texts.pool(tuple((1, text) for text in send_texts.WARNINGS))
        self._recipients = [send_texts.pool(send_texts.RECIPIENTS[name]) for name in CHANNELS]

    def write(self) -> dict[str, JsonValue]:
        """Write the whole log and return what it holds."""
        self._status()
        self._messages_from_before()
        plan = self._plan
        last_arrival = plan.end * NANO - _QUIET_END
        arrival, turns, ticks, restart_at = self._now, 0, 0, 300
        while self._log.total < plan.bytes:
            turns += 1
            if turns % _FLUSH_EVERY == 0:
                self._flush()
            if self._events and self._events[0][0] <= arrival:
                self._next_event()
                continue
            self._at(arrival)
            self._stuck_until((self._now - self._first) / max(last_arrival - self._first, 1))
            self._arrive()
            ticks += 1
            if ticks == restart_at:
                restart_at += 5000
                self._restart()
            each = self._log.total / ticks if ticks > 200 else plan.bytes_per_arrival
            left = max((plan.bytes - self._log.total) / each, 1.0)
            arrival += int(max(last_arrival - arrival, 0) / left * self._random() * 2)
        self._drain()
        return self._truth()

    def queue(self) -> Iterator[tuple[int, int | None]]:
        """Yield the messages left: number and birth in nanoseconds, None when older than the log."""
        for number, birth in zip(self._stuck_numbers, self._stuck_births, strict=True):
            yield number, None if birth < 0 else birth

    def _at(self, time: int) -> None:
        if time > self._now:
            self._now = time
            self._label = stamp(time)
            if time >= self._table.end:
                self._row = self._table.advance(time)

    def _say(self, text: str, column: int) -> None:
        self._lines.append(f"{self._label}{text}\n")
        self._row[column] += 1

    def _flush(self) -> None:
        self._log.add("".join(self._lines))
        self._lines.clear()

    def _status(self) -> None:
        local, remote = self._running
        row = self._row
        self._lines.append(
            f"{self._label}status: local {local}/{LIMITS[LOCAL]} remote {remote}/{LIMITS[REMOTE]}{self._exitasap}\n"
        )
        row[column.STATUS] += 1
        row[column.MAX] = max(row[column.MAX], local)
        row[column.MAX + 1] = max(row[column.MAX + 1], remote)
        if self._exitasap:
            row[column.EXITASAP] += 1

    def _messages_from_before(self) -> None:
        random = self._random
        for n in range(_QUEUED_BEFORE):
            stuck = n < min(3, self._plan.open_messages)
            message = Message(self._inode(), "", 1, stuck)
            if stuck:
                self._stuck_numbers.append(message.number)
                self._stuck_births.append(-1)
            self._start(Delivery(message, REMOTE, send_texts.one_of(self._recipients[REMOTE], random)))

    def _stuck_until(self, progress: float) -> None:
        while len(self._stuck_numbers) < int(self._plan.open_messages * min(progress, 1.0)):
            self._inject_stuck()

    def _arrive(self) -> None:
        random = self._random
        kind = random()
        if kind < 0.002:
            sender = "#@[]"
        elif kind < 0.18:
            sender = ""
        else:
            sender = self._senders[int(random() * len(self._senders))]
        recipients = []
        for _ in range(_RECIPIENT_COUNTS[int(random() * len(_RECIPIENT_COUNTS))]):
            channel = LOCAL if random() < 0.625 else REMOTE
            recipients.append((channel, send_texts.one_of(self._recipients[channel], random)))
        uid = send_texts.UIDS[int(random() * len(send_texts.UIDS))]
        self._inject(sender, uid, recipients)
        kind = random()
        if kind < 0.0004:
            self._say(send_texts.one_of(self._warnings, random), column.WARNING)
        elif kind < 0.00043:
            self._say(send_texts.ALERTS[int(random() * len(send_texts.ALERTS))], column.ALERT)
        elif kind < 0.00053:
            self._say(send_texts.FOREIGN, column.FOREIGN)

    def _inode(self) -> int:
        if len(self._free) > 4:
            return self._free.pop()
        self._next_inode += 1
        return self._next_inode

    def _announce(self, sender: str, uid: int) -> int:
        random, number = self._random, self._inode()
        self._say(f"new msg {number}", column.NEW)
        if random() < 0.0002:
            self._say(f"new msg {number}", column.NEW)
            self._tally["doubled"] += 1
        size = int(10 ** (2.2 + 1.22 * random())) if random() > 0.003 else int(9e5 * random())
        pid = int(300 + random() * 32000)
        self._say(f"info msg {number}: bytes {size} from <{sender}> qp {pid} uid {uid}", column.INFO)
        self._row[column.INFO_BYTES] += size
        return number

    def _inject(self, sender: str, uid: int, recipients: list[tuple[int, str]]) -> None:
        message = Message(self._announce(sender, uid), sender, len(recipients))
        for channel, recipient in recipients:
            self._start(Delivery(message, channel, recipient))

    def _inject_stuck(self) -> None:
        number = self._announce(self._senders[0], send_texts.UIDS[0])
        self._stuck_numbers.append(number)
        self._stuck_births.append(self._now)
        if self._plan.tries_stuck:
            recipient = send_texts.one_of([send_texts.STUCK_RECIPIENT], self._random)
            self._start(Delivery(Message(number, "", 1, stuck=True), REMOTE, recipient))

    def _start(self, delivery: Delivery) -> None:
        channel = delivery.channel
        if self._exitasap or self._running[channel] >= LIMITS[channel]:
            self._waiting[channel].append(delivery)
            return
        self._running[channel] += 1
        delivery.number = self._next_delivery
        self._next_delivery += 1
        self._say(
            f"starting delivery {delivery.number}: msg {delivery.message.number} "
            f"to {CHANNELS[channel]} {delivery.recipient}",
            column.START + channel,
        )
        self._status()
        chance = self._random()
        if channel == LOCAL:
            took = 0.01 + chance * 0.12 if chance < 0.99 else 4.0
        else:
            took = 0.05 + chance * 2.0 if chance < 0.98 or self._outcomes.lenient else 20 + chance * 20
        self._later(int(took * NANO), delivery)

    def _later(self, wait: int, delivery: Delivery) -> None:
        self._sequence += 1
        heapq.heappush(self._events, (self._now + wait, self._sequence, delivery))

    def _next_event(self) -> None:
        time, _, delivery = heapq.heappop(self._events)
        self._at(time)
        if delivery.number:
            self._finish(delivery)
        else:
            self._start(delivery)

    def _finish(self, delivery: Delivery) -> None:
        channel, message = delivery.channel, delivery.message
        delivery.attempts += 1
        outcome = STUCK if message.stuck else self._outcomes.draw(channel, delivery.attempts)
        result = outcome.result
        self._row[column.EXPIRED] += outcome.expired
        self._row[column.TLS] += "_TLS_transmitted" in outcome.report
        self._say(
            f"delivery {delivery.number}: {RESULTS[result]}: {outcome.report}",
            column.RESULT + 2 * result + channel,
        )
        self._running[channel] -= 1
        delivery.number = 0
        self._status()
        if outcome.forwards:
            self._add(self._senders[0], send_texts.UIDS[0], [(REMOTE, send_texts.FORWARD_TO)])
        if result != DEFERRAL:
            message.failed |= result == FAILURE
            message.unfinished -= 1
            if message.unfinished == 0:
                self._end(message)
        elif not message.stuck:
            self._later(400 * NANO * (2 * delivery.attempts - 1), delivery)
        if self._waiting[channel] and not self._exitasap:
            self._start(self._waiting[channel].popleft())

    def _end(self, message: Message) -> None:
        number = message.number
        bounces = False
        if message.failed and message.sender == "#@[]":
            self._say(f"triple bounce: discarding bounce/{number}", column.TRIPLE)
        elif message.failed and not message.sender:
            self._say(f"double bounce: discarding bounce/{number}", column.DOUBLE)
        elif message.failed:
            bounces = True
            self._say(f"bounce msg {number} qp {int(300 + self._random() * 32000)}", column.BOUNCE)
        self._say(f"end msg {number}", column.END)
        if self._random() < 0.0002:
            self._say(f"end msg {number}", column.END)
            self._tally["doubled"] += 1
        self._free.append(number)
        if bounces:
            channel = REMOTE if message.sender.endswith("@list.example") else LOCAL
            self._add("", send_texts.BOUNCE_UID, [(channel, message.sender)])

    def _add(self, sender: str, uid: int, recipients: list[tuple[int, str]]) -> None:
        """Queue what a delivery itself brings about, forwards and bounces, a moment later."""
        if self._exitasap:
            self._held.append((sender, uid, recipients))
        else:
            self._at(self._now + 3_000_000)
            self._inject(sender, uid, recipients)

    def _restart(self) -> None:
        running = sorted(event for event in self._events if event[2].number)
        self._events = [event for event in self._events if not event[2].number]
        heapq.heapify(self._events)
        self._tally["restarts"] += 1
        if self._tally["restarts"] % 7 == 0:
            self._say(send_texts.LOST_SPAWN, column.ALERT)
            self._tally["lost_deliveries"] += len(running)
            for _, _, delivery in running:
                delivery.number = 0
                self._later(NANO, delivery)
        else:
            self._say("status: qmail-todo stop processing asap", column.TODO_STOP)
            self._exitasap = " exitasap"
            self._status()
            for time, _, delivery in running:
                self._at(time)
                self._finish(delivery)
        self._say("status: exiting", column.EXITING)
        self._exitasap = ""
        self._running = [0, 0]
        self._next_delivery = 1
        self._at(self._now + 2 * NANO)
        self._status()
        for queue in self._waiting:
            for _ in range(len(queue)):
                self._start(queue.popleft())
        held, self._held = self._held, []
        for sender, uid, recipients in held:
            self._inject(sender, uid, recipients)

    def _drain(self) -> None:
        """Let everything finish that is not meant to stay, as after ``svc -a``."""
        self._stuck_until(1.0)
        self._outcomes.lenient = True
        soon = self._now + _QUIET_END // 3
        self._events = [(min(time, soon), n, delivery) for time, n, delivery in self._events]
        heapq.heapify(self._events)
        while self._events:
            self._next_event()
            if len(self._lines) > _FLUSH_EVERY:
                self._flush()
        self._flush()

    def _truth(self) -> dict[str, JsonValue]:
        births = [birth for birth in self._stuck_births if birth >= 0]
        return {
            "kind": "send",
            "seed": self._plan.seed,
            "first_ns": self._first,
            "last_ns": self._now,
            "counts": {**self._table.totals()},
            **self._tally,
            "reasons": min(self._outcomes.worded, self._plan.reasons),
            "queue": {
                "messages": len(self._stuck_numbers),
                "birth_unknown": len(self._stuck_births) - len(births),
                "oldest_birth_ns": min(births, default=None),
            },
            "per_minute": {"columns": ["minute", *column.COLUMNS], "rows": self._table.rows()},
        }
