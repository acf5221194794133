"""Worker processes end with the one that started them, however that ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from processes import Program
from support import SOURCES

WAITING = """
import os, signal
from sqmail_command.workers import spread
def work():
    os.write(1, b"%d\\n" % os.getpid())
    signal.pause()
spread([work, work, work])
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_no_worker_outlives_a_killed_run(how):
    running = Program(
        [sys.executable, "-c", WAITING],
        stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}, bufsize=0,
    )  # fmt: skip
    workers = {int(running.stdout.readline()) for _ in range(3)} - {running.pid}
    assert len(workers) == 2
    running.send_signal(how)
    try:
        # The workers hold its output open.
        rest, _ = running.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        raise
    assert (running.returncode, rest) == (-how, b"")
    assert not any(Path(f"/proc/{worker}/fd").exists() and os.listdir(f"/proc/{worker}/fd") for worker in workers)
