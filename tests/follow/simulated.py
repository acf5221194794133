"""Loggers without their processes: real files in a real directory, and the system calls in a logger's own order.

What they do is taken from multilog.c, s6-log.c and svlogd.c.  A closing or a
start is a generator: between two system calls others may look, or the logger
be killed.  The clock is the model's, and may be set.
"""

import gzip
import os
import re
import shutil
import time
from contextlib import suppress

from sqmail_log import tai64n

SECOND = tai64n.SECOND
BEGIN = 1795332000 * SECOND
TICK = 1_000_003
DONE = 0o744
OPEN = 0o644


class Clock:
    """The clock that loggers, processors and readers look at; it never shows the same time twice until it is set."""

    def __init__(self):
        self.unix = BEGIN

    def tick(self):
        self.unix += TICK
        return self.unix

    def now(self):
        return self.unix


class Line:
    """What is between two newlines in a file, and what became of it.  Moments count operations and reads."""

    def __init__(self, raw, ids, file, moment):
        self.raw, self.ids, self.file, self.written = raw, ids, file, moment
        self.handed_out = self.told = False


class Written:
    """What one `current` was given, whatever it is called now, and however often it is copied or packed."""

    def __init__(self, number):
        self.number = number
        self.lines = []
        self.tail = b""
        self.stamps = []
        self.label = 0
        self.gone = None
        self.truncated = False


IDS = re.compile(rb"end msg (\d{6})\.")


class Directory:
    """A directory with multilog in it.  `keep` is its n; `processor` is '', cat, gzip or tai64nlocal."""

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
        os.unlink(self.path(name))
        self.forget(name)

    def forget(self, name):
        file = self.names.pop(name, None)
        if file is not None and file not in self.names.values():
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
        line = Line(raw, tuple(IDS.findall(raw)), file, self.moment)
        file.lines.append(line)
        self.lines.append(line)
        with suppress(ValueError):
            file.stamps.append(tai64n.nanoseconds(raw))

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

    # What others do

    def archives(self):
        """Return the names of finished files, oldest name first."""
        return sorted(name for name in self.names if name[:1] == "@" and name[25:27] in {".s", ".u"})

    def pack(self, number, steps=0):
        """Compress an archive as cron does: a new file with the old one's time, then the old one goes."""
        if self.packing is None:
            plain = [name for name in self.archives() if self.packable(name)]
            if plain:
                self.packing = self.compressing(plain[number % len(plain)])
        self.packed(steps)

    def packed(self, steps=0):
        """Go on with what is being compressed; 0: to its end."""
        while self.packing is not None:
            try:
                next(self.packing)
            except StopIteration:
                self.packing = None
            steps -= 1
            if not steps:
                return

    def packable(self, name):
        return self.processor != "gzip" and not name.endswith(".gz") and f"{name}.gz" not in self.names

    def compressing(self, name):
        mtime = os.stat(self.path(name)).st_mtime_ns
        with open(self.path(name), "rb") as stream:
            output = gzip.compress(stream.read(), 1)
        new = f"{name}.gz"
        for size in (len(output) // 2, len(output)):
            with open(self.path(new), "wb") as stream:
                stream.write(output[:size])
            self.touch(new, mtime)
            if size == len(output) and name in self.names:
                self.names[new] = self.names[name]
            yield
        if name in self.names:
            self.unlink(name)

    def remove(self, by):
        """Remove the oldest archive: by its name, or as `find -mtime` does."""
        self.packed()
        names = self.archives()
        if by == "age":
            names.sort(key=lambda name: os.stat(self.path(name)).st_mtime_ns)
        if names:
            self.unlink(names[0])

    def copy(self, how):
        """Replace `current` by an exact copy of it; the logger is down."""
        self.down()
        if self.exists(self.live):
            self.duplicate(self.path(self.live), self.path("copy"), how)
            os.rename(self.path("copy"), self.path(self.live))

    def copy_all(self, how):
        """Replace the directory by a copy of it; the logger is down."""
        self.down()
        self.packed()
        new = f"{self.folder}.new"
        os.mkdir(new)
        for name in sorted(os.listdir(self.folder)):
            self.duplicate(self.path(name), f"{new}/{name}", how)
        shutil.rmtree(self.folder)
        os.rename(new, self.folder)

    def down(self):
        if self.runs:
            self.stop()

    def duplicate(self, old, new, how):
        """Copy as `cp -a` does, or as cp: with the time of the copy."""
        shutil.copy2(old, new)
        if how != "-a":
            now = self.clock.tick()
            os.utime(new, ns=(now, now))

    def set_clock(self, seconds):
        self.clock.unix += round(seconds * SECOND)

    def wait(self, seconds):
        """Let time pass."""
        self.clock.unix += round(seconds * SECOND)


class S6Log(Directory):
    """s6-log: as multilog, with 27 more leap seconds, whole lines, and n archives, not n - 1."""

    offset = tai64n.S6_OFFSET
    rotates_within_lines = False
    counts = staticmethod(lambda name: len(name) == 27 and name[25:] in {".s", ".u"})

    def trim(self):
        self.packed()
        counted = sorted(filter(self.counts, os.listdir(self.folder)))
        for name in counted[: max(0, len(counted) - self.keep)]:
            self.unlink(name)
            yield


class Svlogd(Directory):
    """svlogd: archives get their names at once, and the processor works while lines are written.

    It keeps n `.s` and all `.u`, and removes what a processor has left behind (Debian's 2.1.2).
    """

    rotates_within_lines = False
    counts = staticmethod(lambda name: len(name) == 27 and name[25:] == ".s")

    def archives(self):
        """Return the names of finished files, oldest name first: nobody touches one that is being processed."""
        return [name for name in super().archives() if not (self.busy and name.endswith(".u"))]

    def ready(self):
        """Be up; a processor may be at work."""
        if not self.runs:
            self.start()
        if self.live not in self.names:
            self.finish(0)

    def rotate(self, steps=0):
        self.finish(0)
        super().rotate(steps)

    def closing(self):
        name = self.stamped("u" if self.processor else "s")
        os.chmod(self.path(self.live), DONE)
        self.finished(self.names[self.live])
        self.rename(self.live, name)
        yield
        self.create()
        yield
        self.packed()
        for name_left in sorted(os.listdir(self.folder)):
            if name_left.endswith(".t"):
                self.unlink(name_left)
        counted = sorted(filter(self.counts, os.listdir(self.folder)))
        if len(counted) > self.keep:
            self.unlink(counted[0])
            yield
        if not self.processor or name not in self.names:
            return
        new = f"{name[:25]}.t"
        yield from self.processing(name, new)
        self.rename(new, f"{name[:25]}.s")
        os.chmod(self.path(f"{name[:25]}.s"), DONE)
        yield
        self.unlink(name)

    def stop(self):
        self.ready()
        self.finish(0)
        super().stop()

    def starting(self):
        if self.exists(self.live):
            status = os.stat(self.path(self.live))
            if status.st_size and not status.st_mode & 0o100:
                self.finished(self.names[self.live])
                self.rename(self.live, self.stamped("u"))
                yield
        self.create()


class Plain(Directory):
    """A plain file that logrotate renames, or copies and truncates; a writer that is killed writes on behind it."""

    live = "mail.log"
    rotates_within_lines = False

    def __init__(self, folder, **options):
        super().__init__(folder, **options)
        self.log = self.path(self.live)

    def begin_directory(self):
        """Nothing lies beside a plain file."""

    def archives(self):
        """Return the names of finished files, oldest first."""
        names = [name for name in self.names if name != self.live]
        return sorted(names, key=lambda name: -int(name.split(".")[2]))

    def closing(self):
        self.finished(self.names[self.live])
        for name in self.archives():
            number = name.split(".")[2]
            self.rename(name, name.replace(number, str(int(number) + 1), 1))
        self.rename(self.live, f"{self.live}.1")
        yield
        self.create()
        self.shed()

    def shed(self):
        for name in self.archives():
            if int(name.split(".")[2]) >= self.keep:
                self.unlink(name)

    def pack(self, number, steps=0):
        del steps
        super().pack(number)

    def copytruncate(self):
        self.ready()
        self.end_line()
        if not os.path.getsize(self.path(self.live)):
            return
        for name in self.archives():
            number = name.split(".")[2]
            self.rename(name, name.replace(number, str(int(number) + 1), 1))
        new = f"{self.live}.1"
        shutil.copyfile(self.path(self.live), self.path(new))
        self.touch(new)
        self.finished(self.names[self.live])
        self.names[new] = self.names.pop(self.live)
        self.names[new].truncated = True
        os.truncate(self.path(self.live), 0)
        self.create()
        self.shed()

    def starting(self):
        self.create()
        yield


LOGGERS = {"multilog": Directory, "s6_log": S6Log, "svlogd": Svlogd, "plain": Plain}


def processed(content, processor):
    """Return what a processor makes of a file."""
    if processor == "gzip":
        return gzip.compress(content, 1)
    if processor == "tai64nlocal":
        return b"".join(dated(line) for line in content.splitlines(keepends=True))
    return content


def dated(line):
    """Return a line with the date that tai64nlocal writes for its label; the zone is UTC."""
    try:
        unix, fraction = divmod(tai64n.nanoseconds(line), SECOND)
    except ValueError:
        return line
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(unix)).encode() + b".%09d" % fraction + line[25:]
