"""The order of events, and the logs that the programs write."""

import heapq
import itertools

from drills.multilog import label

SECOND = 10**9
_PIPE = 65536
"""What a pipe holds while nobody reads it."""


class Loop:
    """Calls what is due, in the order of time.  Times are Unix seconds; the machine's clock may be `ahead` of them."""

    def __init__(self, now):
        self.now = now
        self.ahead = 0.0
        self._due = []
        self._count = itertools.count()

    def at(self, when, call, *arguments):
        """Have something called at a time; what is late is called next."""
        heapq.heappush(self._due, (when, next(self._count), call, arguments))

    def after(self, seconds, call, *arguments):
        """Have something called so much later."""
        self.at(self.now + seconds, call, *arguments)

    def run(self, until):
        """Call what is due until a time."""
        due = self._due
        while due and due[0][0] <= until:
            when, _, call, arguments = heapq.heappop(due)
            self.now = max(self.now, when)
            call(*arguments)
        self.now = until


class Log:
    """What programs write to one multilog.

    Once it is `stop`ped lines wait in the pipe, without a stamp; when that is full `on_full` is called: whoever writes hangs.
    """

    def __init__(self, loop):
        self._loop = loop
        self._lines = []
        self._pipe = None
        self._waiting = 0
        self.on_full = lambda: None

    def write(self, text):
        """Write a line."""
        if self._pipe is None:
            self._lines.append(b"%b %b\n" % (label(int((self._loop.now + self._loop.ahead) * SECOND)).encode(), text.encode()))
            return
        self._pipe.append(text)
        self._waiting += len(text) + 1
        if self._waiting > _PIPE:
            self.on_full()

    def stop(self):
        """End multilog, or let it find its disk full."""
        self._pipe = self._pipe or []

    def start(self):
        """Let multilog read again: it stamps a line when it reads it."""
        waiting, self._pipe, self._waiting = self._pipe or [], None, 0
        for text in waiting:
            self.write(text)

    def take(self):
        """Return the lines since the last time."""
        lines, self._lines = self._lines, []
        return lines
