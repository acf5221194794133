"""The past, read from all files at once: a rotation meanwhile takes no line away and gives none twice."""

import gzip

import pytest

from follow.intruder import intruder
from follow.loggers import LOGGERS, multilog
from follow.plain import lines, payloads
from sqmail_log.errors import LogError
from sqmail_log.files import history


def read(reading):
    return [line[26:-1] for part in reading for line in part]


@pytest.mark.parametrize("logger", LOGGERS)
@pytest.mark.parametrize("archives", [0, 1, 3])
def test_rotated_meanwhile(logger, archives, tmp_path, monkeypatch):
    monkeypatch.setattr(history, "BLOCK", 400)
    with logger(tmp_path / "log") as log:
        for _ in range(archives):
            log.write(30)
            log.rotate()
        log.write(30)
        reading = history.history([str(log.directory)])
        told = read([next(reading)])
        written = list(log.written)
        log.rotate()
        log.write(30)
        log.rotate()
        told += read(reading)
    assert told == written


@pytest.mark.parametrize("looks", range(3))
def test_rotated_while_it_is_listed(looks, tmp_path):
    """What is in the live file by then is told, too: the reader looks again."""
    with multilog(tmp_path / "log") as log:
        log.write(30)

        def rotate():
            log.rotate()
            log.write(5)

        somebody = intruder()
        somebody.act, somebody.after, somebody.folder, somebody.awake = rotate, looks, str(log.directory), True
        try:
            told = read(history.history([str(log.directory)]))
        finally:
            somebody.act, somebody.awake = None, False
    assert (len(told), told) == (35, log.written)


def test_renamed_plain_files_meanwhile(tmp_path):
    log = tmp_path / "qmail.log"
    log.with_name("qmail.log.1").write_bytes(lines(0, 10))
    log.write_bytes(lines(10, 10))
    reading = history.history([str(log)])
    told = read([next(reading)])
    log.with_name("qmail.log.1").rename(tmp_path / "qmail.log.2")
    log.rename(tmp_path / "qmail.log.1")
    log.write_bytes(lines(20, 10))
    assert told + read(reading) == payloads(0, 20)


def test_several_logs_and_times(tmp_path):
    for name, first in (("one", 0), ("two", 100)):
        (tmp_path / name).write_bytes(lines(first, 10))
    logs = [str(tmp_path / "one"), str(tmp_path / "two")]
    second = 1_000_000_000
    now = 1795332000 * second
    assert read(history.history(logs)) == payloads(0, 10) + payloads(100, 10)
    assert read(history.history(logs, since=now + 7 * second, until=now + 103 * second)) == [
        *payloads(7, 3),
        *payloads(100, 3),
    ]


def test_a_damaged_archive_is_told(tmp_path):
    log = tmp_path / "log"
    log.mkdir()
    archive = log / "@400000006b02b54b00000000.s"
    archive.write_bytes(gzip.compress(lines(0, 10))[:30])
    (log / "current").write_bytes(lines(10, 10))
    damaged = []
    assert read(history.history([str(log)], since=0, damaged=damaged.append))[-10:] == payloads(10, 10)
    assert damaged == [str(archive)]
    with pytest.raises(LogError, match=f"^{archive}: damaged; mend it, or move it away$"):
        read(history.history([str(log)], since=0))


def test_an_archive_removed_meanwhile_is_told(tmp_path):
    with multilog(tmp_path / "log") as log:
        for _ in range(4):
            log.write(10)
            log.rotate()
        reading = history.history([str(log.directory)])
        next(reading)
        gone = log.archives()[1]
        gone.unlink()
        with pytest.raises(LogError, match=f"{gone}: was removed before it was read"):
            read(reading)
