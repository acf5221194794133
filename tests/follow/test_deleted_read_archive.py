"""An archive deleted after it was read is no gap."""

import pytest

from follow.loggers import LOGGERS, Follower, multilog


@pytest.mark.parametrize("logger", LOGGERS)
def test_read_to_the_live_end(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        for _ in range(4):
            log.write(10)
            log.rotate()
            follower.read()
            for path in log.archives():
                path.unlink()
        log.write(10)
        follower.read()
        for path in log.archives():
            path.unlink()
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", LOGGERS)
def test_the_logger_keeps_one(logger, tmp_path):
    with logger(tmp_path / "log", keep=2) as log:
        follower = Follower(log.directory)
        for _ in range(10):
            log.write(10)
            follower.read()
            log.write(5)
            log.rotate()
            follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_reading_had_stopped_at_its_end(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        for _ in range(5):
            log.write(10)
            log.rotate()
        log.write(10)
        for archive in log.archives():
            follower.read_chunks(1)
            archive.unlink()
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
