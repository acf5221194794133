"""Logs that grow: the samples, written anew by the real multilog, which stamps each line when it comes."""

import subprocess
from contextlib import contextmanager

from monitors import independent
from processes import Program, until

PROGRAM = ("multilog", "t", "s40960", "n100")


class Growing:
    """A log directory that multilog writes; `lines` are those that it has been fed."""

    def __init__(self, directory, sample):
        self.directory = directory
        self.lines = []
        self._left = independent.payloads(sample)
        self._start()

    def feed(self, share=1.0):
        """Write this share of the sample's lines that are left."""
        number = round(len(self._left) * share)
        ready, self._left = self._left[:number], self._left[number:]
        self.write(ready)

    def write(self, lines):
        """Write lines, and wait until multilog has them on disk."""
        self._multilog.give(b"".join(line + b"\n" for line in lines))
        self.lines += lines
        until(lambda: self.written() == len(self.lines), f"{self.directory}: {len(self.lines)} lines written")

    def written(self):
        """Return the number of lines on disk; 0 where multilog is just renaming a file."""
        try:
            return sum(path.read_bytes().count(b"\n") for path in self.files())
        except FileNotFoundError:
            return 0

    def files(self):
        """Return the paths of the log's files, oldest first."""
        return [*sorted(self.directory.glob("@*")), self.directory / "current"]

    def restart(self, kill=None, meanwhile=lambda: None):
        """Let multilog finish, or kill it with a signal; start it anew."""
        if kill is not None:
            self._multilog.send_signal(kill)
        self.close()
        meanwhile()
        self._start()

    def _start(self):
        self._multilog = Program([*PROGRAM, self.directory], stdin=subprocess.PIPE)
        until((self.directory / "current").exists, "multilog made its files")

    def close(self):
        """Let multilog finish."""
        self._multilog.stdin.close()
        self._multilog.wait(timeout=30)


@contextmanager
def logs(folder, samples):
    """Yield growing logs by name for a {name: sample}, each in its directory of `folder`."""
    growing = {name: Growing(folder / name, sample) for name, sample in samples.items()}
    try:
        yield growing
    finally:
        for log in growing.values():
            log.close()
