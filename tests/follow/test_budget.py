"""Reading may stop at any chunk, and goes on there the next time."""

import os
import random
import time

import pytest

from follow.loggers import LOGGERS, Follower, multilog
from sqmail_log import ingest, tai64n
from sqmail_log.files import follow, logfile
from sqmail_log.files.cursor import Cursor
from sqmail_log.files.seen import Seen
from sqmail_log.watch import watch
from support import stamp

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


@pytest.mark.parametrize("is_directory", [True, False])
def test_what_is_left_is_what_lies_behind(tmp_path, monkeypatch, is_directory):
    """The files that are too old to be read at all are not, were they readable or not."""
    monkeypatch.setattr(follow, "BLOCK", 100)
    now = 1795332000
    log = tmp_path / "log"
    if is_directory:
        log.mkdir()
    sizes = {}
    for number, closed in enumerate([now - 3 * 86400, now - 2 * 86400, now - 200, now - 100, None]):
        path = (log / "current" if is_directory else log) if closed is None else tmp_path / f"log.{9 - number}"
        if is_directory and closed is not None:
            path = log / f"{stamp(closed).decode()}.s"
        content = b"".join(stamp((closed or now) - 9 + i) + b" status: local 0/10 remote 0/20\n" for i in range(number + 4))
        path.write_bytes(content if number != 1 else b"7z\xbc\xaf" + content)
        if closed is not None:
            os.utime(path, (closed, closed))
        sizes[path] = path.stat().st_size
    left = sum(list(sizes.values())[2:])
    found, expected = [], []
    for chunk in follow.follow(str(log), since=(now - 86400) * tai64n.SECOND):
        left -= sum(map(len, chunk.lines))
        expected.append(left)
        found.append(ingest.bytes_left(str(log), chunk.cursor))
    assert found == expected
    assert (len(found) > 10, found[-1]) == (True, 0)



def test_what_is_left_of_very_many_archives(tmp_path):
    """It takes a moment, however many of them are read."""
    labels = [stamp(1795332000 + number).decode() for number in range(20_000)]
    for label in labels:
        (tmp_path / f"{label}.s").touch()
    (tmp_path / f"{labels[-1]}.s").write_bytes(b"x" * 100)
    cursor = Cursor(Seen(labels[:-2], labels[-2:]), place=0)
    begun = time.process_time()
    assert ingest.bytes_left(str(tmp_path), cursor) == 100
    assert time.process_time() - begun < 2



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
