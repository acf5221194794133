"""Packed files that nobody here can unpack, and such as unpack to far more than they are."""

import gzip
import os
import subprocess
import sys
import time

import pytest

from support import SOURCES, check, perfdata, stamp, write_log

NOW = time.time() // 60 * 60
KINDS = {
    "zstd": b"\x28\xb5\x2f\xfd", "lz4": b"\x04\x22\x4d\x18", "compress": b"\x1f\x9d", "lzip": b"LZIP\x01",
    "zip": b"PK\x03\x04\x14", "7z": b"7z\xbc\xaf\x27\x1c",
}  # fmt: skip
MEGABYTE = 1 << 20
UNPACKED = 90
"""Megabytes."""


@pytest.mark.parametrize("magic", KINDS.values(), ids=KINDS)
def test_what_is_not_unpacked_here_is_a_gap_and_no_line_of_text(tmp_path, magic):
    log = write_log(tmp_path / "log", [(NOW - 20 + i, "status: local 0/10 remote 0/20") for i in range(5)])
    archive = log / f"{stamp(NOW - 30).decode()}.s"
    archive.write_bytes(magic + b"\x01\n\x02\n" * 100)
    arguments = ("--log", log, "--state-dir", tmp_path / "state")
    for _ in range(2):
        output, code = check("log", *arguments)
        assert output.startswith("QMAIL_LOG WARNING - lines lost before they were read, once in 15m; ")
        figures = perfdata(output)
        assert (code, figures["lines"], figures["unrecognised"], figures["gaps"]) == (1, "5", "0", "1")


@pytest.fixture
def bomb(tmp_path):
    """A log with an archive that unpacks to a thousand times its size, in one line, and two lines behind it."""
    log = write_log(tmp_path / "log", [(NOW - 20, "status: local 0/10 remote 0/20")])
    with gzip.open(log / f"{stamp(NOW - 30).decode()}.s", "wb") as file:
        file.write(stamp(NOW - 40) + b" ")
        for _ in range(UNPACKED):
            file.write(b"x" * MEGABYTE)
        file.write(b"\n" + stamp(NOW - 31) + b" status: local 1/10 remote 0/20\n")
    return log


PEAK = """
import os, re, sys
from pathlib import Path
from sqmail_checks.log import main

leave = os._exit


def tell(code):
    # Unlike what getrusage says this is of the program alone, not of who started it.
    sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
    sys.stderr.flush()
    leave(code)


os._exit = tell
main()
"""


def test_a_bomb_is_read_in_little_memory(bomb):
    words = ["--log", bomb, "--at", str(NOW), "-t", "50", "-w", "", "-c", ""]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = perfdata(done.stdout)
    assert int(figures["lines"]) - int(figures["unrecognised"]) == 2
    assert figures["gaps"] == "0"
    assert int(done.stderr) / 1024 < UNPACKED
