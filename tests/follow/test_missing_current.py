"""`current` is not there for a moment: what is there is read, and nothing is lost or counted as lost."""

import pytest

from follow.loggers import LOGGERS, Follower
from support import check, perfdata


@pytest.mark.parametrize("logger", LOGGERS)
def test_between_the_old_and_the_new(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        for _ in range(3):
            log.write(10)
            follower.read()
            log.write(10)
            log.rotate()
            current = log.directory / "current"
            hidden = current.rename(log.directory / "hidden")
            follower.read()
            assert follower.payloads == log.written
            assert follower.read() == []
            hidden.rename(current)
            follower.read()
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", LOGGERS)
def test_at_the_first_read(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        log.rotate()
        hidden = (log.directory / "current").rename(log.directory / "hidden")
        assert follower.read() == log.written
        assert follower.read() == []
        hidden.rename(log.directory / "current")
        log.write(10)
        assert follower.read() == log.written[10:]
    assert follower.gaps == 0


def test_a_check_answers_all_the_same(tmp_path):
    with LOGGERS[0](tmp_path / "log") as log:
        arguments = ("--log", log.directory, "--state-dir", tmp_path / "state")
        log.write(10)
        log.rotate()
        hidden = (log.directory / "current").rename(log.directory / "hidden")
        for _ in range(2):
            output, code = check("log", *arguments)
            assert (perfdata(output)["lines"], perfdata(output)["gaps"], code) == ("10", "0", 0)
        hidden.rename(log.directory / "current")
        log.write(10)
        output, code = check("log", *arguments)
        assert (perfdata(output)["lines"], perfdata(output)["gaps"], code) == ("20", "0", 0)
