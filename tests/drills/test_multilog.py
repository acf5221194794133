"""Our directories end their files where real multilog does, and a replay is what multilog had written until then."""

import fcntl
import shutil
import subprocess
import sys
import termios

import pytest

from drills.made import BEGINS
from drills.multilog import Directory, label, moment
from drills.recordings import Replay, unpack
from processes import Program, until

SECOND = 10**9
T0 = BEGINS * SECOND
LINES = [f"{label(T0 + number * SECOND)} line {'x' * (number * 7 % 300)}\n".encode() for number in range(400)]


@pytest.mark.skipif(not shutil.which("multilog"), reason="needs multilog (Debian: daemontools)")
def test_files_end_where_multilog_ends_them(tmp_path):
    ours = Directory(tmp_path / "ours", 6000, 5)
    for first in range(0, len(LINES), 7):
        ours.write(LINES[first : first + 7])
    real = Program(["multilog", "s6000", "n5", "./real"], stdin=subprocess.PIPE, cwd=tmp_path)
    for line in LINES:
        # It writes what one read gave it before it reads again: here, as on a quiet host, a line.
        real.give(line)
        until(lambda: not unread(real.stdin), "multilog to read a line")
    real.stdin.close()
    assert real.wait(10) == 0
    written = {where: [path.read_bytes() for path in files(tmp_path / where)] for where in ("ours", "real")}
    assert written["ours"] == written["real"]
    assert len(written["ours"]) == 5
    modes = [[path.stat().st_mode for path in files(tmp_path / where)[:-1]] for where in ("ours", "real")]
    assert modes[0] == modes[1]
    assert all(moment(path.name.encode()) > moment(path.read_bytes().splitlines()[-1]) for path in files(tmp_path / "ours")[:-1])


def unread(pipe):
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def files(directory):
    return [*sorted(directory.glob("@*")), directory / "current"]


def test_a_replay_grows_as_the_log_grew(tmp_path):
    source = unpack("bigq", tmp_path / "recorded")["qmail-send"]
    whole = b"".join(path.read_bytes() for path in files(source))
    assert len(files(source)) == 2
    replay = Replay(source, tmp_path / "live")
    middle = moment(whole.splitlines()[5000])
    for now in (middle - 400 * SECOND, middle, middle + 3600 * SECOND):
        replay.until(now)
        read = b"".join(path.read_bytes() for path in files(tmp_path / "live"))
        assert whole.startswith(read)
        assert all(moment(line) <= now for line in read.splitlines())
        assert all(moment(line) > now for line in whole[len(read) :].splitlines())
    assert [path.name for path in files(tmp_path / "live")] == [path.name for path in files(source)]


def test_stamps():
    assert label(0) == "@400000000000000a00000000"
    assert moment(label(T0 + 250).encode() + b" x\n") == T0 + 250
