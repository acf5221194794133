"""A spool that takes nothing: read-only, or without room or inodes, on file systems that really are so."""

import shutil
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from support import SOURCES, check, write_log

STEP = "see dmesg for errors of the disk; qmail-smtpd answers 451 meanwhile"
READ_ONLY = "is read-only, no mail can be queued"


@pytest.fixture
def log(tmp_path):
    """A log of qmail-send in which all is well."""
    now = int(time.time())
    lines = []
    for number in range(1, 6):
        begun = now - 60 * number
        lines += [
            (begun, f"new msg {number}"),
            (begun, f"info msg {number}: bytes 5 from <a@test.example> qp 1 uid 2"),
            (begun, f"starting delivery {number}: msg {number} to local b@test.example"),
            (begun + 1, f"delivery {number}: success: did_1+0+0/"),
            (begun + 1, f"end msg {number}"),
        ]
    return write_log(tmp_path / "send", sorted(lines))


@pytest.fixture
def spool(disk):
    """Return a function that makes a queue with one message on a disk of its own."""

    def make(*options, **more):
        made = disk(*options, **more)
        for place in ("mess/0", "todo"):
            subprocess.run([*made.through, "mkdir", "-p", made.folder / "queue" / place], check=True)
        subprocess.run([*made.through, "touch", made.folder / "queue" / "mess" / "0" / "7"], check=True)
        return made

    return make


def extended(tmp_path):
    """Return an ext4 in a file."""
    if not shutil.which("mkfs.ext4"):
        pytest.skip("needs mkfs.ext4 (Debian: e2fsprogs)")
    image = tmp_path / "image"
    image.write_bytes(bytes(8 << 20))
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    return image


def told(made, log, tmp_path):
    """Return what a queue's check, a host's and doctor say of the spool: output and exit status each."""
    queue = made.folder / "queue"
    states = ("--state-dir", tmp_path / "states")
    doctor = subprocess.run(
        [*made.through, sys.executable, "-m", "sqmail_report.cli", "doctor", "--log", log, "--queue", queue, "--width", "300"],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": SOURCES, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert doctor.stderr == ""
    return {
        "queue": check("queue", "--log", log, "--queue", queue, *states, through=made.through),
        "host": check("host", "--log", log, "--queue", queue, *states, through=made.through),
        "doctor": (doctor.stdout, doctor.returncode),
    }


def assert_told(made, log, tmp_path, words):
    words = f"{made.folder / 'queue'} {words}"
    for who, (output, code) in told(made, log, tmp_path).items():
        assert words in output, (who, output)
        assert code == 2, (who, output)


def test_a_spool_with_room(spool, log, tmp_path):
    answers = told(spool("size=1m", "nr_inodes=200"), log, tmp_path)
    assert {who: code for who, (_, code) in answers.items()} == {"queue": 0, "host": 0, "doctor": 0}
    assert "spool=1" in answers["queue"][0]


def test_read_only(spool, log, tmp_path):
    made = spool("size=1m")
    made.remount("ro")
    assert_told(made, log, tmp_path, READ_ONLY)
    assert STEP in check("queue", "--log", log, "--queue", made.folder / "queue", "--state-dir", tmp_path / "states", through=made.through)[0]


def test_read_only_since_an_error_of_the_disk(spool, log, tmp_path):
    """Linux 6.15 and later leave the flag of such an ext4 as it was."""
    made = spool("loop", "errors=remount-ro", system="ext4", device=extended(tmp_path))
    made.remount("abort")
    done = subprocess.run([*made.through, "touch", made.folder / "queue" / "todo" / "8"], capture_output=True, text=True, check=False)
    assert "Read-only" in done.stderr
    assert_told(made, log, tmp_path, READ_ONLY)


def test_no_room(spool, log, tmp_path):
    made = spool("size=256k")
    made.fill()
    assert_told(made, log, tmp_path, "has 0 % of its space left")


def test_hardly_any_room(spool, log, tmp_path):
    made = spool("size=1m")
    made.fill(leave=70_000)
    assert f"{made.folder / 'queue'} has 6.6 % of its space left" in told(made, log, tmp_path)["queue"][0]


def test_no_inodes(spool, log, tmp_path):
    made = spool("size=1m", "nr_inodes=50")
    with suppress(OSError):
        for number in range(60):
            open(f"{made.inside}/{number}", "x").close()
    assert_told(made, log, tmp_path, "has 0 % of its inodes left")
