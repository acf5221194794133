"""A directory without any line yet."""

import pytest

from follow.loggers import LOGGERS, Follower
from sqmail_log.errors import LogError
from support import check


@pytest.mark.parametrize("logger", LOGGERS)
def test_from_nothing_to_the_first_lines(logger, tmp_path):
    follower = Follower(tmp_path / "log")
    with pytest.raises(LogError, match=r"/log: no such log$"):
        follower.read()
    (tmp_path / "log").mkdir()
    assert follower.read() == []
    assert follower.cursor is None
    (tmp_path / "log").rmdir()
    with logger(tmp_path / "log") as log:
        assert follower.read() == []
        assert follower.read() == []
        log.write(5)
        assert follower.read() == log.written
        log.write(5)
        log.rotate()
        log.write(5)
        assert follower.read() == log.written[5:]
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", LOGGERS)
def test_rotated_before_the_second_look(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        assert follower.read() == []
        log.write(5)
        log.rotate()
        log.write(5)
        log.rotate()
        assert follower.read() == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("name", ["none/log", "none"])
def test_no_such_log(name, tmp_path):
    assert check("log", "--log", tmp_path / name, "--state-dir", tmp_path / "state") == (
        f"QMAIL_LOG UNKNOWN - {tmp_path}/{name}: no such log\n",
        3,
    )


def test_a_link_to_nowhere(tmp_path):
    (tmp_path / "log").symlink_to(tmp_path / "none")
    assert check("log", "--log", tmp_path / "log", "--state-dir", tmp_path / "state") == (
        f"QMAIL_LOG UNKNOWN - {tmp_path}/log: no such log\n",
        3,
    )


def test_a_log_that_went_away(tmp_path):
    with LOGGERS[0](tmp_path / "log") as log:
        log.write(5)
    arguments = ("--log", log.directory, "--state-dir", tmp_path / "state")
    assert check("log", *arguments)[1] == 0
    log.directory.rename(tmp_path / "moved")
    assert check("log", *arguments) == (f"QMAIL_LOG UNKNOWN - {log.directory}: no such log\n", 3)
