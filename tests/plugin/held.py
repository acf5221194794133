"""What RRD files hold, compared without making text of thousands of rows for each."""

import re
import struct
import subprocess
import tempfile
from pathlib import Path

_HEADER = struct.Struct("@4s5sdLLL10d")
_SOURCE = struct.Struct("@20s20s10d")
_ARCHIVE = struct.Struct("@20sLL10d")
_UPDATE = struct.Struct("@ll")
_LAST = struct.Struct("@30s10d")
_PREPARED = struct.Struct("@10d")
_POINTER = struct.Struct("@L")
_NUMBER = struct.Struct("@d")
_SCRATCH = re.compile(r"<secondary_value>[^<]*</secondary_value>")


class Held:
    """What a file held when it was read; equal to another where `rrdtool dump` says the same of both.

    Raises ValueError for what is no whole RRD file.

    Secondary values are left out: librrd keeps in them what it needs within one update of several steps, and does not
    read what an update before it left there.

    librrd draws by lot at which row an archive begins.  Files whose bytes are alike with the rows in the order of
    time need no dump.
    """

    __hash__ = None

    def __init__(self, data):
        self._data = data
        self._text = ""
        try:
            self._rows = self._by_time()
        except struct.error:
            raise ValueError("no whole RRD file") from None

    def __eq__(self, other):
        return self._rows == other._rows or self.text() == other.text()

    def __repr__(self):
        return self.text()

    def text(self):
        """Return what `rrdtool dump` writes."""
        if not self._text:
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "file.rrd").write_bytes(self._data)
                words = ["rrdtool", "dump", f"{folder}/file.rrd"]
                dump = subprocess.run(words, capture_output=True, text=True, check=True).stdout
                self._text = _SCRATCH.sub("", dump)
        return self._text

    def _by_time(self):
        """Return the header, and the rows of each archive with the oldest first."""
        _, _, _, sources, archives, *_ = _HEADER.unpack_from(self._data)
        place = _HEADER.size + sources * _SOURCE.size
        sizes = [_ARCHIVE.unpack_from(self._data, place + number * _ARCHIVE.size)[1] for number in range(archives)]
        place += archives * _ARCHIVE.size + _UPDATE.size + sources * _LAST.size + archives * sources * _PREPARED.size
        newest = struct.unpack_from(f"@{archives}L", self._data, place)
        parts = [self._data[:place]]
        place += archives * _POINTER.size
        for rows, row in zip(sizes, newest, strict=True):
            end = place + rows * sources * _NUMBER.size
            begin = place + (row + 1) * sources * _NUMBER.size
            parts += [self._data[begin:end], self._data[place:begin]]
            place = end
        if place != len(self._data):
            raise ValueError(f"{place} bytes are described, {len(self._data)} are there")
        return b"".join(parts)
