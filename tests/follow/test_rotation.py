"""A rotation between two reads: the rest of the old file first, then the new one."""

import pytest

from follow.loggers import LOGGERS, Follower


@pytest.mark.parametrize("logger", LOGGERS)
def test_rotation_between_two_reads(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(50)
        assert follower.read() == log.written
        log.write(30)
        log.rotate()
        log.write(20)
        assert follower.read() == log.written[50:]
        assert follower.read() == []
    assert len(log.archives()) == 1
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", LOGGERS)
def test_nothing_was_written_before_the_rotation(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(50)
        assert follower.read() == log.written
        log.rotate()
        assert follower.read() == []
        log.write(20)
        assert follower.read() == log.written[50:]
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", LOGGERS)
def test_a_new_follower_reads_archives_too(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        for _ in range(3):
            log.write(10)
            log.rotate()
        log.write(10)
    assert Follower(log.directory).read() == log.written
