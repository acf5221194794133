"""Plain files renamed by logrotate and its like: by number, by date, packed at once or later."""

import gzip
import json
import os

import pytest

from follow.loggers import Follower
from follow.plain import append, lines, logrotate, needs_logrotate, payloads


@pytest.fixture
def log(tmp_path):
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "qmail.log"


SCHEMES = [
    ["create"],
    ["create", "compress"],
    ["create", "compress", "delaycompress"],
    ["create", "start 0"],
    ["create", "dateext"],
    ["create", "dateext", "dateformat .%Y%m%d", "compress"],
    ["create", "compress", "compresscmd /usr/bin/xz", "compressext .xz"],
    ["create", "compress", "compresscmd /usr/bin/bzip2", "compressext .bz2"],
]


@needs_logrotate
@pytest.mark.parametrize("scheme", SCHEMES, ids=" ".join)
def test_logrotate(log, scheme):
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    assert follower.read() == payloads(0, 10)
    for first in range(10, 60, 10):
        append(log, lines(first, 7))
        logrotate(log, *scheme, day=1 + first // 10)
        append(log, lines(first + 7, 3))
        age(log)
        assert follower.read() == payloads(first, 10)
        assert follower.read() == []
    assert follower.gaps == 0


@needs_logrotate
@pytest.mark.parametrize("scheme", SCHEMES, ids=" ".join)
def test_twice_between_two_reads(log, scheme):
    """Packing frees an inode, and a live file that got it looks like one that was truncated: a gap too many."""
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    for first in (10, 20, 30):
        append(log, lines(first, 10))
        logrotate(log, *scheme, day=1 + first // 10)
        age(log)
    append(log, lines(40, 10))
    inode = json.loads(follower.cursor)[1]
    follower.read()
    assert follower.payloads == payloads(0, 50)
    assert follower.gaps == (1 if inode == log.stat().st_ino else 0)


@needs_logrotate
@pytest.mark.parametrize("scheme", SCHEMES, ids=" ".join)
def test_a_first_read_takes_all_in_order(log, scheme):
    for first in (0, 10, 20, 30):
        append(log, lines(first, 10))
        logrotate(log, *scheme, day=1 + first // 10)
        age(log)
    append(log, lines(40, 10))
    assert Follower(log).read() == payloads(0, 50)


def test_renamed_and_not_made_anew_yet(log):
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    append(log, lines(10, 5))
    log.rename(f"{log}.1")
    assert follower.read() == payloads(10, 5)
    assert follower.read() == []
    log.write_bytes(lines(15, 5))
    assert follower.read() == payloads(15, 5)
    assert follower.gaps == 0


def test_written_to_under_its_new_name(log):
    """The service has not been told yet and still writes to the renamed file."""
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    with log.open("ab", buffering=0) as service:
        service.write(lines(10, 2))
        log.rename(f"{log}.1")
        assert follower.read() == payloads(10, 2)
        service.write(lines(12, 2))
        assert follower.read() == payloads(12, 2)
    log.write_bytes(lines(14, 2))
    assert follower.read() == payloads(14, 2)
    assert follower.gaps == 0


@pytest.mark.parametrize("packed", [b"", gzip.compress(lines(10, 10))[:40]], ids=["nothing", "a part"])
def test_being_packed(log, packed):
    """While a rotated file is packed both are there; the packed one is not whole."""
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    append(log, lines(10, 10))
    log.rename(f"{log}.1")
    log.with_name("qmail.log.1.gz").write_bytes(packed)
    log.write_bytes(lines(20, 10))
    assert follower.read() == payloads(10, 20)
    assert follower.gaps == 0


def test_packed_while_it_is_read(log, monkeypatch):
    from sqmail_log.files import follow

    monkeypatch.setattr(follow, "BLOCK", 100)
    for number in (3, 2, 1):
        log.with_name(f"qmail.log.{number}").write_bytes(lines(40 - 10 * number, 10))
        os.utime(log.with_name(f"qmail.log.{number}"), (1000 - number, 1000 - number))
    log.write_bytes(lines(40, 10))
    follower = Follower(log)
    chunks = follower.chunks()
    for _ in range(3):
        next(chunks)
    for number in (1, 2, 3):
        path = log.with_name(f"qmail.log.{number}")
        later = log.with_name(f"qmail.log.{number + 1}.gz")
        later.write_bytes(gzip.compress(path.read_bytes()))
        os.utime(later, (1000 - number, 1000 - number))
        path.unlink()
    log.rename(f"{log}.1")
    log.write_bytes(lines(50, 10))
    for _ in chunks:
        pass
    assert follower.payloads == payloads(10, 50)
    assert follower.gaps == 0


def test_other_logs_are_not_its_archives(log):
    for name in ("qmail.log.err", "qmail.log-info", "qmail.log.sqlite", "qmail.logs.1", "qmail.log.lock"):
        log.with_name(name).write_bytes(lines(500, 10))
    for i, name in enumerate(["qmail.log.2.gz", "qmail.log.1", "qmail.log-20261122", "qmail.log.old"]):
        content = lines(10 * i, 10)
        log.with_name(name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        os.utime(log.with_name(name), (1000 + i, 1000 + i))
    log.write_bytes(lines(40, 10))
    assert Follower(log).read() == payloads(0, 50)


def age(log):
    """Make all files older by a minute: rotations are days apart."""
    for path in log.parent.iterdir():
        status = path.stat()
        os.utime(path, (status.st_atime - 60, status.st_mtime - 60))
