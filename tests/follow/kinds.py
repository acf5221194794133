"""The simulated loggers that are not multilog."""

import os
import shutil
import time

from follow.simulated import DONE, Directory
from follow.written import SECOND
from sqmail_log import tai64n


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
    names_are_late = False
    counts = staticmethod(lambda name: len(name) == 27 and name[25:] == ".s")

    def begin_directory(self):
        """Make the files beside the log; without its orders svlogd has no processor."""
        super().begin_directory()
        with open(self.path("config"), "x", encoding="ascii") as stream:
            stream.write(f"n{self.keep}\n")

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


def utc(form, unix):
    """Return a time's date; the zone of the tests is UTC."""
    return time.strftime(form, time.gmtime(unix // SECOND)).encode()


class OtherStamps(Plain):
    """A plain file whose lines have another stamp than a label, `before` their text."""

    @staticmethod
    def before(unix):
        raise NotImplementedError

    def next_line(self):
        labelled = super().next_line()
        return self.before(tai64n.nanoseconds(labelled)) + labelled[26:]


class Splogger(OtherStamps):
    """What splogger hands to a BSD syslogd: qmail's own time is inside."""

    @staticmethod
    def before(unix):
        return b"%b mx1 qmail: %d.%06d " % (utc("%b %e %H:%M:%S", unix), unix // SECOND, unix % SECOND // 1000)


class Syslog(OtherStamps):
    """A BSD syslogd's own time, to the second, without a year."""

    @staticmethod
    def before(unix):
        return utc("%b %e %H:%M:%S mx1 qmail-send[12]: ", unix)


class Rsyslog(OtherStamps):
    """rsyslog's time."""

    @staticmethod
    def before(unix):
        return b"%b.%06d+00:00 mx1 qmail-send[12]: " % (utc("%Y-%m-%dT%H:%M:%S", unix), unix % SECOND // 1000)


class Docker(OtherStamps):
    """What `docker logs -t` puts before a line."""

    @staticmethod
    def before(unix):
        return b"%b.%09dZ " % (utc("%Y-%m-%dT%H:%M:%S", unix), unix % SECOND)


class Fractions(OtherStamps):
    """Unix time with a fraction, tai64nfrac's."""

    @staticmethod
    def before(unix):
        return b"%d.%09d " % (unix // SECOND, unix % SECOND)


class UnixSeconds(OtherStamps):
    """Unix time in whole seconds."""

    @staticmethod
    def before(unix):
        return b"%d " % (unix // SECOND)


OTHER_STAMPS = {
    "splogger": Splogger, "syslog": Syslog, "rsyslog": Rsyslog, "docker": Docker, "fractions": Fractions,
    "seconds": UnixSeconds,
}  # fmt: skip
LOGGERS = {"multilog": Directory, "s6_log": S6Log, "svlogd": Svlogd, "plain": Plain, **OTHER_STAMPS}
