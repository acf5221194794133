"""An archive that is packed and torn is a gap to who follows the log, and stops nobody."""

import bz2
import gzip
import lzma

import pytest

from archive.places import NOVEMBER, finished, lines
from sqmail_log.files import follow


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("number", [1, 30_000])
@pytest.mark.parametrize(
    "tear",
    [
        lambda packed: packed[: len(packed) * 2 // 3],
        lambda packed: packed[:-6] + bytes(6),
        lambda packed: packed[: len(packed) // 2] + b"torn" + packed[len(packed) // 2 + 4 :],
    ],
)
def test_a_torn_archive_is_a_gap(tmp_path, pack, number, tear):
    finished(tmp_path, NOVEMBER, tear(pack(lines(NOVEMBER - 100, number))))
    (tmp_path / "current").write_bytes(lines(NOVEMBER + 1, 2))
    chunks = list(follow.follow(str(tmp_path)))
    assert sum(chunk.gaps for chunk in chunks) == 1
    assert chunks[-1].lines == lines(NOVEMBER + 1, 2).splitlines(keepends=True)
