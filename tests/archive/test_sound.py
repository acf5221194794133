"""What an archive run makes of copies that are not whole, of disks that fail, of links, and of an interruption."""

import gzip
import os
import shutil
import subprocess
import sys
import threading

import pytest

from archive.places import COMMAND, ENVIRONMENT, NOVEMBER, archive, contents, finished, label, lines, traces

STRACE = shutil.which("strace")


@pytest.fixture
def log(tmp_path):
    directory = tmp_path / "qmail-send"
    finished(directory, NOVEMBER - 100)
    finished(directory, NOVEMBER)
    (directory / "current").write_bytes(lines(NOVEMBER + 1))
    return directory


def torn(path):
    path.write_bytes(path.read_bytes()[:-9])


def other(path):
    path.write_bytes(gzip.compress(b"something else\n"))


def same_size(path):
    """Change the content alone, as a wrong restore may."""
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content[:-4] + b"9/9\n"))


@pytest.mark.parametrize("spoil", [torn, other, same_size])
def test_a_copy_that_is_none_is_told_by_each_run(tmp_path, log, spoil):
    kept = tmp_path / "archive"
    archive("--log", log, kept)
    copy = min(kept.rglob("@*"))
    spoil(copy)
    for _ in range(2):
        out, err = archive("--log", log, "-v", kept, status=1)
        assert out == ""
        assert err.count("\n") == 1
        assert str(copy) in err
    copy.unlink()
    assert archive("--log", log, kept) == ("", "")
    assert archive("--log", log, kept) == ("", "")
    assert len(contents(kept)) == 2


def test_copies_of_before_are_compared_once(tmp_path, log):
    """A record that is missing costs reading, and no more."""
    kept = tmp_path / "archive"
    archive("--log", log, kept)
    (kept / ".lock").write_bytes(b"")
    torn(min(kept.rglob("@*")))
    assert "cannot be read to its end" in archive("--log", log, kept, status=1)[1]


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_what_was_compared_is_not_read_again(tmp_path, log):
    kept = tmp_path / "archive"
    archive("--log", log, kept)
    trace = tmp_path / "trace"
    done = subprocess.run(
        [STRACE, "-f", "-e", "trace=open,openat", "-o", trace, *COMMAND, "--log", log, kept], env=ENVIRONMENT, check=False
    )
    assert done.returncode == 0
    assert "@400000006b" not in trace.read_text()


@pytest.mark.parametrize("target", ["file", "fifo", "folder"])
def test_a_planted_lock_is_told_and_left_alone(tmp_path, log, target):
    kept = tmp_path / "archive"
    kept.mkdir()
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    lock = kept / ".lock"
    {"file": lambda: lock.symlink_to(victim), "fifo": lambda: os.mkfifo(lock), "folder": lock.mkdir}[target]()
    assert archive("--log", log, kept, status=1) == (
        "",
        f"sqmail-archive: {lock}: is no regular file; find out who put it there, and remove it\n",
    )
    assert victim.read_bytes() == b""


def test_nothing_is_written_through_a_planted_draft(tmp_path, log):
    kept = tmp_path / "archive"
    folder = kept / "2026" / "qmail-send"
    folder.mkdir(parents=True)
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (folder / f".{label(NOVEMBER)}.s.gz.tmp").symlink_to(victim)
    os.link(victim, folder / f".{label(NOVEMBER - 100)}.s.gz.tmp")
    archive("--log", log, kept)
    assert victim.read_bytes() == b"precious"
    assert len(contents(kept)) == 2


def failing(call, path, error, *arguments):
    """Run it with each such call on a path failing."""
    return subprocess.run(
        [STRACE, "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", f"trace={call}", "-e", f"inject={call}:error={error}",
         *COMMAND, *arguments], env=ENVIRONMENT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
@pytest.mark.parametrize("error", ["EIO", "EACCES", "ESTALE"])
@pytest.mark.parametrize(
    ("call", "where"),
    [
        ("newfstatat", "log"),
        ("openat", "log"),
        ("getdents64", "log"),
        ("newfstatat", "copy"),
        ("getdents64", "archive"),
        ("openat", "source"),
        ("read", "source"),
    ],
)
def test_an_error_of_the_system_is_one(tmp_path, log, call, where, error):
    """Nothing archived is never told as nothing to do."""
    kept = tmp_path / "archive"
    archive("--log", log, kept)
    copy = min(kept.rglob("@*.gz"))
    if where == "source":
        copy.unlink()
    path = {"log": log, "copy": copy, "archive": kept, "source": min(log.glob("@*"))}[where]
    before = traces(tmp_path)
    arguments = ["--purge-after", "20000"] if where == "archive" else []
    done = failing(call, path, error, "--log", log, *arguments, kept)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert str(path) in done.stderr
    assert traces(tmp_path).keys() == before.keys()
    assert archive("--log", log, kept) == ("", "")
    assert len(contents(kept)) == 2


INTERRUPTED = """
import os, signal, sys
real = getattr(os, {call!r})
def interrupted(*arguments, **options):
    os.kill(os.getpid(), signal.SIGINT)
    return real(*arguments, **options)
os.{call} = interrupted
from sqmail_report.archive.command import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""


@pytest.mark.parametrize("call", ["fsync", "utime", "listdir", "rename"])
def test_an_interruption_is_one_line_and_leaves_nothing_half_written(tmp_path, log, call):
    kept = tmp_path / "archive"
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(call=call), "--log", log, kept],
        env=ENVIRONMENT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "sqmail-archive: interrupted; what it was copying will be copied by the next run\n"
    assert not list(kept.rglob(".@*"))
    assert archive("--log", log, kept) == ("", "")
    assert len(contents(kept)) == 2


def test_nobody_reads_what_is_told(tmp_path, log):
    """It ends with status 1 and without a word; what was told of is done."""
    kept = tmp_path / "archive"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "-v", "--log", log, kept],
        env=ENVIRONMENT, check=False, stdout=writer, stderr=subprocess.PIPE, timeout=60,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")
    assert archive("--log", log, kept) == ("", "")
    assert len(contents(kept)) == 2


@pytest.mark.timeout(120)
def test_a_large_directory_that_rotates_all_the_time_is_listed(tmp_path):
    """Old files, which are not archived any more: listing them is all there is to do."""
    log = tmp_path / "log"
    log.mkdir()
    for number in range(30_000):
        (log / f"{label(NOVEMBER - 10**7 + number)}.s").touch()
    (log / "current").touch()
    done = threading.Event()

    def rotate():
        number = 0
        while not done.wait(0.001):
            number += 1
            (log / "current").rename(log / f"{label(NOVEMBER - 10**7, number)}.s")
            (log / "current").touch()

    logger = threading.Thread(target=rotate)
    logger.start()
    try:
        assert archive("--log", log, "--purge-after", 1, tmp_path / "archive") == ("", "")
    finally:
        done.set()
        logger.join()
