"""Reading may stop at any chunk, and goes on there the next time."""

import random

import pytest

from follow.loggers import LOGGERS, Follower, multilog
from sqmail_log import ingest, tai64n
from sqmail_log.files import follow, logfile
from sqmail_log.watch import watch

DAY = 24 * 3600 * tai64n.SECOND


@pytest.mark.parametrize("block", [1, 37, 1000, 1 << 18])
@pytest.mark.parametrize("logger", LOGGERS)
def test_stop_at_every_chunk(logger, block, tmp_path, monkeypatch):
    monkeypatch.setattr(follow, "BLOCK", block)
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        for _ in range(3):
            log.write(7)
            log.rotate()
        log.write(7)
        while not follower.read_chunks(1):
            pass
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_stop_at_random_while_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(follow, "BLOCK", 500)
    chance = random.Random(3)
    with multilog(tmp_path / "log", size=4096) as log:
        follower = Follower(log.directory)
        for _ in range(200):
            log.number(chance.randrange(40))
            follower.read_chunks(chance.randrange(1, 12))
        log.settle()
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_no_time_at_all(tmp_path):
    """Each call takes in at least one chunk, keeps it, and says what is left."""
    with multilog(tmp_path / "log", size=300000) as log:
        for _ in range(5):
            log.write(8000)
            log.rotate()
        log.write(10)
    whole = watch(str(log.directory), str(tmp_path / "whole"))
    assert whole.behind == 0
    assert whole.sums(DAY).numbers["lines"] == len(log.written)
    lines = []
    behind = []
    for _ in range(100):
        view = watch(str(log.directory), str(tmp_path / "bits"), seconds=0)
        lines.append(view.sums(DAY).numbers["lines"])
        behind.append(view.behind)
        if not view.behind:
            break
    assert len(lines) > 5
    assert lines == sorted(set(lines))
    assert behind == sorted(set(behind), reverse=True)
    size = sum(path.stat().st_size for path in log.directory.iterdir())
    assert all(0 < left < size for left in behind[:-1])
    assert view.sums(DAY).dump() == whole.sums(DAY).dump()


def test_a_packed_file_is_unpacked_once(tmp_path, monkeypatch):
    """However many transactions its reading takes: to go on in it, all before that would be unpacked again."""
    with multilog(tmp_path / "log", "!gzip -c") as log:
        log.write(20000)
        log.rotate()
        log.write(10)
    opened = []

    class Counted(logfile.OpenFile):
        def __init__(self, path, **options):
            opened.append(path)
            super().__init__(path, **options)

    monkeypatch.setattr(logfile, "OpenFile", Counted)
    monkeypatch.setattr(follow, "BLOCK", 10000)
    monkeypatch.setattr(ingest, "_SLICE", 0)
    view = watch(str(log.directory), str(tmp_path / "state"), seconds=60)
    assert view.sums(DAY).numbers["lines"] == len(log.written)
    (archive,) = map(str, log.archives())
    assert opened.count(archive) <= 2
