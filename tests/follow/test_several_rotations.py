"""Several rotations between two reads: every archive, in order."""

import pytest

from follow.loggers import LOGGERS, Follower, multilog


@pytest.mark.parametrize("logger", LOGGERS)
def test_several_rotations_between_two_reads(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        assert follower.read() == log.written
        for _ in range(5):
            log.write(10)
            log.rotate()
        assert follower.read() == log.written[10:]
        for _ in range(3):
            log.write(1)
            log.rotate()
        log.write(1)
        assert follower.read() == log.written[60:]
    assert len(log.archives()) == 8
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", LOGGERS)
def test_small_files(logger, tmp_path):
    """Files so small that the logger rotates all the time by itself."""
    with logger(tmp_path / "log", size=4096) as log:
        follower = Follower(log.directory)
        for _ in range(20):
            log.number(97)
            follower.read()
        log.settle()
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
    assert len(log.archives()) > 5


def test_an_archive_of_every_line(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        for _ in range(12):
            log.write(1)
            log.rotate()
        assert follower.read() == log.written
