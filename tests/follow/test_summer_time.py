"""Human stamps through the change from and to summer time: as exact as the labels they were made from."""

import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from follow.loggers import Follower
from sqmail_log import tai64n
from sqmail_log.files import history

pytestmark = pytest.mark.skipif(shutil.which("tai64nlocal") is None, reason="tai64nlocal is not installed")

CHANGES = {
    "Europe/Berlin": [datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)],
    "America/New_York": [datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)],
    "Asia/Kathmandu": [datetime(2026, 10, 25, 1, tzinfo=UTC)],
}
CASES = [(zone, change) for zone, changes in CHANGES.items() for change in changes]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]} {case[1]:%Y-%m-%d}")
def lines(request, monkeypatch):
    """Lines of the hours around a change, one every 7 minutes, under that zone's clock."""
    zone, change = request.param
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    begin = int((change - timedelta(hours=3)).timestamp())
    moments = [(begin + 420 * i) * tai64n.SECOND + 123456789 + i for i in range(50)]
    yield [tai64n.encode(moment) + b" end msg %d" % i for i, moment in enumerate(moments)]
    monkeypatch.undo()
    time.tzset()


def human(lines):
    """Return what the real tai64nlocal makes of lines."""
    done = subprocess.run(["tai64nlocal"], input=raw(lines), capture_output=True, check=True)
    assert done.stdout.startswith(b"2026-")
    return done.stdout


def raw(lines):
    return b"".join(line + b"\n" for line in lines)


def name(line):
    """Return the name of an archive that was closed a second after a line."""
    return tai64n.encode(tai64n.nanoseconds(line) + tai64n.SECOND).decode() + ".s"


def test_one_file(lines, tmp_path):
    log = tmp_path / "qmail.log"
    log.write_bytes(human(lines))
    follower = Follower(log)
    follower.read()
    assert follower.lines == lines


def test_growing_line_by_line(lines, tmp_path):
    log = tmp_path / "qmail.log"
    log.touch()
    follower = Follower(log)
    for line in lines:
        with log.open("ab") as file:
            file.write(human([line]))
        follower.read()
    assert follower.lines == lines


@pytest.mark.parametrize("size", [1, 3, 10])
def test_archives_with_human_stamps_and_a_raw_current(lines, tmp_path, size):
    """As with `!tai64nlocal`: `current` is read first, then found again under another name and form."""
    log = tmp_path / "log"
    log.mkdir()
    follower = Follower(log)
    for first in range(0, len(lines), size):
        part = lines[first : first + size]
        (log / "current").write_bytes(raw(part[: (size + 1) // 2]))
        follower.read()
        (log / "current").rename(log / "previous")
        (log / name(part[-1])).write_bytes(human(part))
        (log / "current").touch()
        (log / "previous").unlink()
    follower.read()
    assert follower.lines == lines
    assert follower.gaps == 0


@pytest.mark.parametrize("size", [1, 3, 10])
def test_the_past(lines, tmp_path, size):
    """History is read file by file, and each begins where the one before ended."""
    log = tmp_path / "log"
    log.mkdir()
    for first in range(0, len(lines), size):
        part = lines[first : first + size]
        (log / name(part[-1])).write_bytes(human(part))
    (log / "current").touch()
    assert [line[:-1] for part in history.history([str(log)]) for line in part] == lines
    follower = Follower(log)
    follower.read()
    assert follower.lines == lines
