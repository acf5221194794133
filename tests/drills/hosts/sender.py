"""qmail-send: a queue, deliveries with their limits, retries and bounces, and every line it writes about them."""

from collections import deque
from math import isqrt

LOCAL, REMOTE = "local", "remote"
_SKIP = {LOCAL: 10, REMOTE: 20}
_ROOM = 200_000
"""More inodes than messages at any moment: numbers are used again."""
FORWARDED = "did_0+1+0"


class Message:
    """One message in the queue: `left` counts recipients that are not done."""

    __slots__ = ("birth", "failed", "left", "number", "sender", "size", "uid")

    def __init__(self, number, sender, size, uid, birth):
        self.number = number
        self.sender = sender
        self.size = size
        self.uid = uid
        self.birth = birth
        self.left = 0
        self.failed = False


class Sender:
    """qmail-send and the queue.  `answers` says how each delivery goes: result, text, seconds (None: it never ends)."""

    def __init__(self, loop, log, answers, limits=None):
        self._loop = loop
        self._log = log
        self._answers = answers
        self.limits = limits or {LOCAL: 10, REMOTE: 20}
        self._running = {LOCAL: 0, REMOTE: 0}
        self._waiting = {LOCAL: deque(), REMOTE: deque()}
        self._todo = []
        self._held = []
        self._number = 50_000
        self._free = deque()
        self._delivery = 0
        self._qp = 1000
        self._life = 0
        self.is_up = False
        self.is_frozen = False
        self.spool_is_writable = True
        log.on_full = self.freeze

    def queue(self, sender, recipients, size=2000, uid=7791):
        """qmail-queue: put a message into the queue, however qmail-send is; return whether the spool took it."""
        if not self.spool_is_writable:
            return False
        self._todo.append((sender, recipients, size, uid, self._loop.now))
        self._take_in()
        return True

    def start(self):
        """Start qmail-send: deliveries are numbered from 1, and what is in the queue is due when it is due."""
        self.is_up = True
        self.is_frozen = False
        self._life += 1
        self._delivery = 0
        self._running = {LOCAL: 0, REMOTE: 0}
        self._status()
        self._go_on()

    def stop(self):
        """`svc -d`: what runs is let go, and tried again after the next start."""
        if self.is_up:
            self._log.write("status: exiting")
        self.is_up = False

    def kill(self):
        """kill -9: no word about it."""
        self.is_up = False

    def freeze(self):
        """SIGSTOP, or a full pipe to the logger."""
        self.is_frozen = True

    def thaw(self):
        """SIGCONT."""
        self.is_frozen = False
        self._go_on()

    def _go_on(self):
        held, self._held = self._held, []
        for call, arguments in held:
            call(*arguments)
        self._take_in()
        for channel in (LOCAL, REMOTE):
            self._deliver(channel)

    def _works(self):
        return self.is_up and not self.is_frozen

    def _take_in(self):
        while self._todo and self._works():
            sender, recipients, size, uid, birth = self._todo.pop(0)
            message = Message(self._new_number(), sender, size, uid, birth)
            self._qp += 3
            self._log.write(f"new msg {message.number}")
            self._log.write(f"info msg {message.number}: bytes {size} from <{sender}> qp {self._qp} uid {uid}")
            message.left = len(recipients)
            for channel, recipient in recipients:
                self._waiting[channel].append((message, recipient, 0))
            for channel in (LOCAL, REMOTE):
                self._deliver(channel)

    def _new_number(self):
        if len(self._free) > 50:
            return self._free.popleft()
        self._number += 1 + self._number % 7
        return self._number

    def _deliver(self, channel):
        waiting = self._waiting[channel]
        while waiting and self._works() and self._running[channel] < self.limits[channel]:
            message, recipient, tries = waiting.popleft()
            self._delivery += 1
            self._running[channel] += 1
            self._log.write(f"starting delivery {self._delivery}: msg {message.number} to {channel} {recipient}")
            self._status()
            result, text, seconds = self._answers.of(channel, message, recipient, tries)
            report = (self._life, self._delivery, channel, message, recipient, tries, result, text)
            if seconds is not None:
                self._loop.after(seconds, self._report, *report)

    def _report(self, life, delivery, channel, message, recipient, tries, result, text):
        if self.is_frozen:
            self._held.append((self._report, (life, delivery, channel, message, recipient, tries, result, text)))
            return
        if life != self._life or not self.is_up:  # nobody is there to hear it: it is delivered again
            self._held.append((self._again, (channel, message, recipient, tries)))
            if self.is_up:
                self._go_on()
            return
        self._running[channel] -= 1
        self._log.write(f"delivery {delivery}: {result}: {text}")
        self._status()
        if result == "deferral":
            age = self._loop.now - message.birth
            due = message.birth + (isqrt(int(age)) + _SKIP[channel]) ** 2
            self._loop.at(due, self._again, channel, message, recipient, tries + 1)
        else:
            message.failed |= result == "failure"
            message.left -= 1
            forwards = result == "success" and text.startswith(FORWARDED)
            if not message.left:
                self._end(message)
            if forwards:
                self.queue(message.sender, [(channel, recipient)], message.size + 90, 7800)
        self._deliver(channel)

    def _end(self, message):
        bounces = message.failed and message.sender != "#@[]"
        if message.failed and not bounces:
            self._log.write(f"triple bounce: discarding bounce/{message.number}")
        if bounces:
            self._qp += 1
            self._log.write(f"bounce msg {message.number} qp {self._qp}")
        self._log.write(f"end msg {message.number}")
        self._free.append(message.number)
        if bounces:
            to = message.sender or "postmaster@test.example"
            channel = LOCAL if to.endswith("@test.example") else REMOTE
            self.queue("" if message.sender else "#@[]", [(channel, to)], message.size + 800, 7796)

    def _again(self, channel, message, recipient, tries):
        if not self._works():
            self._held.append((self._again, (channel, message, recipient, tries)))
            return
        self._waiting[channel].append((message, recipient, tries))
        self._deliver(channel)

    def _status(self):
        local, remote = self._running[LOCAL], self._running[REMOTE]
        self._log.write(f"status: local {local}/{self.limits[LOCAL]} remote {remote}/{self.limits[REMOTE]}")
