"""s6-log counts leap seconds that multilog does not: 27 s, set right by an option."""

import time

import pytest

from follow.loggers import Follower, s6_log
from sqmail_log import tai64n
from support import check, perfdata

SECOND = tai64n.SECOND


@pytest.mark.parametrize("offset", [tai64n.S6_OFFSET, tai64n.MULTILOG_OFFSET])
def test_labels(tmp_path, offset):
    with s6_log(tmp_path / "log") as log:
        follower = Follower(log.directory, tai_offset=offset)
        before = time.time_ns()
        log.write(10)
        log.rotate()
        log.write(10)
        after = time.time_ns()
        follower.read()
    assert follower.payloads == log.written
    ahead = (tai64n.S6_OFFSET - offset) * SECOND
    assert all(before <= tai64n.nanoseconds(line) - ahead <= after for line in follower.lines)


def test_human_stamps(tmp_path):
    with s6_log(tmp_path / "log", stamp="T") as log:
        follower = Follower(log.directory)
        before = time.time_ns()
        log.write(10)
        follower.read()
        log.write(10)
        log.rotate()
        log.write(10)
        after = time.time_ns()
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
    assert all(before <= tai64n.nanoseconds(line) <= after for line in follower.lines)


def test_a_check_says_which_option_is_missing(tmp_path):
    with s6_log(tmp_path / "log") as log:
        log.write(10)
        arguments = ("--log", log.directory, "--state-dir", tmp_path / "state")
        output, code = check("log", *arguments)
        assert "s ahead of the clock: s6-log needs --tai-offset 37" in output
        assert (perfdata(output)["lines"], perfdata(output)["age"], code) == ("10", "0.0", 0)
        output, code = check("log", *arguments[:2], "--state-dir", tmp_path / "other", "--tai-offset", "37")
        assert "--tai-offset" not in output
        assert (perfdata(output)["lines"], code) == ("10", 0)


def test_history_begins_where_it_is_asked_to(tmp_path):
    """The names are 27 s ahead as well, and nothing is left out because of that."""
    with s6_log(tmp_path / "log") as log:
        log.write(10)
        log.rotate()
        follower = Follower(log.directory, since=time.time_ns(), tai_offset=tai64n.S6_OFFSET)
        assert follower.read() == log.written
