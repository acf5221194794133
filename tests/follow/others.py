"""What others do to a log: cron that packs, an administrator who removes and copies, whoever sets the clock."""

import gzip
import os
import shutil

from follow.written import SECOND


class Others:
    """What happens to a logger's directory, beside what the logger does."""

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
