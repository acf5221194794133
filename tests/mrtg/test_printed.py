"""A figure counts as printed once it was written, and no sooner; an interruption is one line."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mrtg.test_sources import COMMAND, ENVIRONMENT, line
from processes import until
from sqmail_log import tai64n

INTERRUPTIBLE = [
    sys.executable,
    "-c",
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from sqmail_report.mrtg.command import main; sys.exit(main())",
]


@pytest.fixture
def asked(tmp_path):
    """Return the arguments that ask for a log with three bounces in the last minutes."""
    now = tai64n.now() // tai64n.SECOND
    (tmp_path / "log").mkdir()
    lines = [line(now - 150, nanoseconds=i) for i in range(3)]
    (tmp_path / "log" / "current").write_bytes(b"".join(lines))
    return ["-5", "--log", tmp_path / "log", "--state-dir", tmp_path / "state"]


def answered(arguments, **options):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, check=False, **options
    )


def marks(tmp_path):
    (path,) = (tmp_path / "state").glob("*.sqlite")
    with closing(sqlite3.connect(path)) as state:
        return state.execute("SELECT key FROM meta WHERE key LIKE 'mrtg%'").fetchall()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_what_could_not_be_written_is_counted_again(tmp_path, asked):
    with open("/dev/full", "w") as full:
        done = answered(asked, stdout=full)
    assert done.returncode == 1
    assert done.stderr == "sqmail-mrtg: standard output: No space left on device\n"
    assert marks(tmp_path) == []
    done = answered(asked, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (0, "3\n0\n")
    assert marks(tmp_path) == [("mrtg -5 5",)]


def test_what_nobody_read_is_counted_again(tmp_path, asked):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as nowhere:
        done = answered(asked, stdout=nowhere)
    assert done.stderr == ""
    assert marks(tmp_path) == []


def test_an_interruption_is_one_line():
    running = subprocess.Popen(
        [*INTERRUPTIBLE, "-5"], env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    # More than a pipe holds: once it is written, the program is reading, and sleeps when it waits for more.
    running.stdin.write(line(tai64n.now() // tai64n.SECOND) * 5000)
    running.stdin.flush()
    until(lambda: "State:\tS" in Path(f"/proc/{running.pid}/status").read_text(), "the program waits for lines")
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=60) == 130
    assert (running.stdout.read(), running.stderr.read()) == (b"", b"sqmail-mrtg: interrupted\n")
    for stream in (running.stdin, running.stdout, running.stderr):
        stream.close()
