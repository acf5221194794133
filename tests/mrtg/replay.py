"""A log that grows and is rotated as multilog did it, up to any moment."""

import io

from mrtg import samples
from sqmail_log import tai64n


class Replay:
    """Writes a sample log anew into a directory, line by line in the order of their stamps."""

    def __init__(self, log, directory):
        self.directory = directory
        directory.mkdir()
        (directory / "current").touch()
        self._files = [(path.name, io.BytesIO(path.read_bytes()).readlines()) for path in samples.files(log)]

    def until(self, unix):
        """Write what was stamped before this Unix time, and close the files that were closed by then."""
        before = tai64n.encode(unix * tai64n.SECOND)
        while self._files:
            name, lines = self._files[0]
            ready = [line for line in lines if line < before]
            with (self.directory / "current").open("ab") as current:
                current.writelines(ready)
            if len(ready) < len(lines) or name == "current" or name.encode() >= before:
                self._files[0] = name, lines[len(ready) :]
                return
            (self.directory / "current").rename(self.directory / name)
            (self.directory / "current").touch()
            del self._files[0]
