"""A check whose reader has gone ends as UNKNOWN, without a word."""

import os
import subprocess
import sys

import pytest

from support import SAMPLES, SOURCES


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--log", SAMPLES / "send", "--at", "2026-11-22T07:15Z", "-v"]]
)
def test_nobody_reads(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "sqmail_checks.delivery", *arguments],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES},
        check=False,
        timeout=60,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (3, b"")
