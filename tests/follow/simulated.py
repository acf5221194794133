"""Loggers without their processes: real files in a real directory, and the system calls in a logger's own order.

What they do is taken from multilog.c, s6-log.c and svlogd.c.  A closing or a
start is a generator: between two system calls others may look, or the logger
be killed.  The clock is the model's, and may be set.
"""

import os

from follow.others import Others
from follow.written import IDS, NEVER_WRITTEN, SECOND, Clock, Line, Written, is_dropped, processed
from sqmail_log import tai64n

DONE = 0o744
OPEN = 0o644


class Directory(Others):
    """A directory with multilog in it.  `keep` is its n; `processor` is '', cat, gzip, tai64nlocal or filter."""

    live = "current"
    offset = tai64n.MULTILOG_OFFSET
    rotates_within_lines = True
    counts = staticmethod(lambda name: name[:1] == "@" and len(name) >= 25)

    def __init__(self, folder, *, keep, processor=""):
        self.folder = folder
        self.log = folder
        self.keep, self.processor = keep, processor
        self.clock = Clock()
        self.moment = 0
        self.files = []
        self.names = {}
        self.lines = []
        self.rest = b""
        self.given = 0
        self.busy = None
        self.packing = None
        self.runs = False
        self.events = []
        os.mkdir(folder)
        self.begin_directory()
        self.start()

    @property
    def names_are_late(self):
        """Whether a file gets its lasting name when a processor is done with it."""
        return bool(self.processor)

    def begin_directory(self):
        """Make the files beside the log: a processor's state is written with each run, else never again."""
        for name in ("lock", "state"):
            with open(self.path(name), "xb"):
                pass
            self.touch(name, self.clock.now() + 10**9 * (name == "state" and self.processor != ""))

    # System calls

    def path(self, name):
        return f"{self.folder}/{name}"

    def exists(self, name):
        return os.path.exists(self.path(name))

    def touch(self, name, mtime=None):
        mtime = self.clock.now() if mtime is None else mtime
        os.utime(self.path(name), ns=(mtime, mtime))

    def create(self):
        """Open `current` for appending, as a new file where there is none."""
        with open(self.path(self.live), "ab"):
            pass
        os.chmod(self.path(self.live), OPEN)
        if self.live not in self.names:
            self.files.append(Written(len(self.files)))
            self.names[self.live] = self.files[-1]
            self.touch(self.live)

    def rename(self, old, new):
        if new in self.names:
            self.forget(new)
        os.rename(self.path(old), self.path(new))
        self.names[new] = self.names.pop(old)
        self.label(new)

    def link(self, old, new):
        os.link(self.path(old), self.path(new))
        self.names[new] = self.names[old]
        self.label(new)

    def label(self, name):
        if name[:1] == "@":
            self.names[name].label = tai64n.of_name(name[:25])

    def unlink(self, name):
        if name in self.names:
            self.names[name].out_of_order = name in self.archives()[1:]
        os.unlink(self.path(name))
        self.forget(name)

    def forget(self, name):
        file = self.names.pop(name, None)
        # Nobody reads what svlogd's processor writes before it has its name.
        left = [other for name, other in self.names.items() if not name.endswith(".t")]
        if file is not None and file.gone is None and file not in left:
            file.gone = self.moment
            self.events.append(file)

    def finished(self, file):
        """Nothing more is written to a file: what it ends with is a line, newline or not."""
        if file.tail:
            self.add(file, file.tail)
            file.tail = b""

    # Lines

    def put(self, content):
        name = self.live
        file = self.names[name]
        with open(self.path(name), "ab") as stream:
            stream.write(content)
        self.touch(name)
        *lines, file.tail = (file.tail + content).split(b"\n")
        for raw in lines:
            self.add(file, raw)

    def add(self, file, raw):
        """Note a line, or what stands before and behind NULs that were never written."""
        for part in filter(None, NEVER_WRITTEN.split(raw)) if raw else [raw]:
            line = Line(part, tuple(IDS.findall(part)), file, self.moment)
            file.lines.append(line)
            self.lines.append(line)

    def next_line(self):
        self.given += 1
        return b"%b end msg %06d.%b\n" % (
            tai64n.encode(self.clock.tick(), self.offset), self.given, b" of a size" * (self.given % 4)
        )  # fmt: skip

    def write(self, count):
        """Write whole lines, the one that was begun first."""
        self.ready()
        for _ in range(count):
            line = self.rest or self.next_line()
            self.rest = b""
            self.put(line)

    def half(self, length):
        """Write a part of a line, or more of it."""
        self.ready()
        line = self.rest or self.next_line()
        length = min(length, len(line) - 1)
        if length > 0:
            self.put(line[:length])
        self.rest = line[length:]

    def end_line(self):
        if self.rest:
            self.write(1)

    # The logger's life

    def ready(self):
        """Be up, and done with what was begun."""
        if not self.runs:
            self.start()
        self.finish(0)

    def finish(self, steps):
        """Go on with what was begun, so many system calls; 0: to its end."""
        while self.busy is not None:
            try:
                next(self.busy)
            except StopIteration:
                self.busy = None
            steps -= 1
            if not steps:
                return

    def rotate(self, steps=0):
        """Close `current`, as with SIGALRM; with `steps` stop so many system calls later."""
        self.ready()
        if not self.rotates_within_lines:
            self.end_line()
        if os.path.getsize(self.path(self.live)):
            self.busy = self.closing()
            self.finish(steps)

    def closing(self):
        self.finished(self.names[self.live])
        self.rename(self.live, "previous")
        yield
        self.create()
        yield
        os.chmod(self.path("previous"), DONE)
        yield
        if not self.processor:
            yield from self.naming("previous", "s")
            return
        yield from self.processing("previous", "processed")
        os.chmod(self.path("processed"), DONE)
        yield
        self.unlink("previous")
        yield
        yield from self.naming("processed", "s")

    def processing(self, old, new):
        """Run the processor: its output grows, and is whole one day."""
        file = self.names[old]
        with open(self.path(old), "rb") as stream:
            output = processed(stream.read(), self.processor)
        for size in (0, len(output) // 2, len(output)):
            with open(self.path(new), "wb") as stream:
                stream.write(output[:size])
            self.touch(new)
            if size == len(output):
                self.names[new] = file
                self.touch("state", self.clock.now() + SECOND)
                for line in file.lines:
                    line.dropped = self.processor == "filter" and is_dropped(line.raw)
            yield

    def naming(self, name, code):
        """Do what multilog's finish() does."""
        if not self.exists(name):
            return
        if os.stat(self.path(name)).st_nlink == 1:
            self.link(name, self.stamped(code))
            yield
        self.unlink(name)
        yield
        yield from self.trim()

    def stamped(self, code):
        while True:
            name = f"{tai64n.encode(self.clock.tick(), self.offset).decode()}.{code}"
            if not self.exists(name):
                return name

    def trim(self):
        """Remove the smallest names until the rest fits: multilog keeps fewer than n."""
        self.packed()
        while len(counted := sorted(filter(self.counts, os.listdir(self.folder)))) >= self.keep:
            self.unlink(counted[0])
            yield

    def kill(self):
        """End at once; what was begun stays as it is."""
        self.busy = None
        self.rest = b""
        self.runs = False

    def stop(self):
        """End as with SIGTERM."""
        self.ready()
        self.end_line()
        os.chmod(self.path(self.live), DONE)
        self.runs = False

    def start(self, steps=0):
        if not self.runs:
            self.runs = True
            self.busy = self.starting()
            self.finish(steps)

    def starting(self):
        if self.exists(self.live) and os.stat(self.path(self.live)).st_mode & 0o100:
            os.chmod(self.path(self.live), OPEN)
            return
        if self.exists("processed") and os.stat(self.path("processed")).st_mode & 0o100:
            if self.exists("previous"):
                self.unlink("previous")
                yield
            yield from self.naming("processed", "s")
        else:
            if self.exists("processed"):
                self.unlink("processed")
                yield
            yield from self.naming("previous", "u")
        if self.live in self.names:
            self.finished(self.names[self.live])
            yield from self.naming(self.live, "u")
        self.create()

    def nuls(self, count):
        """The power fails: a block of NULs is where a line should be."""
        self.ready()
        self.end_line()
        self.put(b"\0" * count)
        self.kill()
