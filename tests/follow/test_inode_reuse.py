"""Inodes are used again: an archive's name, the live file's, by another log's file; heads tell them apart."""

import gzip
import os

import pytest

from follow.loggers import Follower, multilog
from follow.plain import append, closed_at, lines, payloads, recreate


def test_current_gets_the_inode_of_an_archive_that_was_read(tmp_path):
    """multilog removes an archive and makes a new `current` in the same second, again and again."""
    with multilog(tmp_path / "log", keep=2) as log:
        follower = Follower(log.directory)
        inodes = []
        for _ in range(20):
            log.write(10)
            log.rotate()
            inodes.append((log.directory / "current").stat().st_ino)
            follower.read()
    if len(set(inodes)) == len(inodes):
        pytest.skip("this file system does not use an inode again")
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_current_gets_the_inode_it_had_when_it_was_read(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        assert follower.read() == log.written
        inode = (log.directory / "current").stat().st_ino
        log.rotate()
        (archive,) = log.archives()
        # As a processor does: the content in a new file.
        (log.directory / "spare").write_bytes(archive.read_bytes())
        archive.unlink()
        for _ in range(20):
            log.write(1)
            log.rotate()
            if (log.directory / "current").stat().st_ino == inode:
                break
        else:
            pytest.skip("this file system does not use an inode again")
        (log.directory / "spare").rename(archive)
        log.write(5)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_an_empty_current_gets_the_inode_of_an_empty_current(tmp_path):
    """It had no line when it was looked at, so only what is in the directory tells that lines were missed."""
    log = tmp_path / "log"
    log.mkdir()
    (log / closed_at(10)).write_bytes(lines(0, 10))
    current = log / "current"
    current.touch()
    follower = Follower(log)
    assert follower.read() == payloads(0, 10)
    (log / closed_at(30)).write_bytes(lines(20, 10))
    recreate(current, lines(30, 10), same_inode=True)
    assert follower.read() == payloads(20, 20)
    # Since what had been read last is still there, nothing between was removed.
    assert follower.gaps == 0


def test_an_archive_gets_the_inode_of_an_empty_current(tmp_path):
    """A processor's output has any inode: what it has says nothing of what was read."""
    log = tmp_path / "log"
    log.mkdir()
    (log / closed_at(10)).write_bytes(lines(0, 10))
    current = log / "current"
    current.touch()
    follower = Follower(log)
    assert follower.read() == payloads(0, 10)
    (log / closed_at(20)).write_bytes(lines(10, 10))
    recreate(current, lines(20, 10), same_inode=True)
    current.rename(log / closed_at(30))
    current.write_bytes(lines(30, 10))
    assert follower.read() == payloads(10, 30)
    assert follower.gaps == 0


def test_an_archive_with_the_inode_and_another_content(tmp_path):
    log = tmp_path / "log"
    log.mkdir()
    current = log / "current"
    current.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    recreate(current, lines(20, 10), same_inode=True)
    current.rename(log / closed_at(30))
    current.write_bytes(lines(30, 10))
    assert follower.read() == payloads(20, 20)
    assert follower.gaps == 1


def test_the_live_file_gets_the_inode_of_the_archive_that_was_packed(tmp_path):
    """It was not copied and truncated: the place was in the archive."""
    log = tmp_path / "mail.log"
    log.write_bytes(lines(0, 10))
    inode = log.stat().st_ino
    log.rename(tmp_path / "mail.log.1")
    log.touch()
    follower = Follower(log)
    assert follower.read() == payloads(0, 10)
    (tmp_path / "mail.log.2.gz").write_bytes(gzip.compress((tmp_path / "mail.log.1").read_bytes()))
    (tmp_path / "mail.log.1").rename(tmp_path / "spare")
    append(log, lines(10, 10))
    log.rename(tmp_path / "mail.log.1")
    (tmp_path / "spare").rename(log)
    log.write_bytes(lines(20, 10))
    assert log.stat().st_ino == inode
    assert follower.read() == payloads(10, 20)
    assert follower.gaps == 0


def test_two_logs_exchange_their_files(tmp_path):
    """Names are no identity either."""
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    one.write_bytes(lines(0, 10))
    two.write_bytes(lines(50, 20))
    follower = Follower(one)
    follower.read()
    os.rename(one, tmp_path / "spare")
    os.rename(two, one)
    os.rename(tmp_path / "spare", two)
    assert follower.read() == payloads(50, 20)
    assert follower.gaps == 1
    append(one, lines(70, 1))
    assert follower.read() == payloads(70, 1)


def test_an_empty_plain_file_gets_the_inode_it_had_when_it_was_read(tmp_path):
    """Two rotations later: what lies between is read, and what was removed before it is a gap."""
    log = tmp_path / "mail.log"
    log.touch()
    inode = log.stat().st_ino
    follower = Follower(log)
    assert follower.read() == []
    append(log, lines(0, 1))
    log.rename(tmp_path / "mail.log.1")
    append(log, lines(1, 1))
    (tmp_path / "mail.log.1").unlink()
    log.rename(tmp_path / "mail.log.1")
    log.touch()
    if log.stat().st_ino != inode:
        recreate_with(log, inode)
    assert follower.read() == payloads(1, 1)
    assert follower.gaps == 1
    append(log, lines(2, 1))
    assert follower.read() == payloads(2, 1)
    assert follower.gaps == 1


def recreate_with(path, inode):
    """Make an empty file anew until it has that inode."""
    spares = []
    while path.stat().st_ino != inode and len(spares) < 200:
        spares.append(path.rename(path.with_name(f"spare{len(spares)}")))
        path.touch()
    for spare in spares:
        spare.unlink()
    if path.stat().st_ino != inode:
        pytest.skip("this file system does not use an inode again")
