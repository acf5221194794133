"""A line that is still being written: handed out once, when it is whole."""

import pytest

from follow.loggers import LOGGERS, Follower, holds, multilog, until
from support import check, perfdata, stamp


@pytest.mark.parametrize("logger", LOGGERS)
def test_finished_later(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(5)
        assert follower.read() == log.written
        for part in (b"sta", b"tus: loc", b"al 0/10"):
            log.give_part(part)
            assert follower.read() == []
        log.give_part(b" remote 0/20\n")
        log.written.append(b"status: local 0/10 remote 0/20")
        log.settle()
        assert follower.read() == log.written[5:]
        log.write(1)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_byte_by_byte(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        for number in range(3):
            text = log.begin_line(b"delivery %d: failure: " % number)
            assert follower.read() == []
            for _ in range(10):
                log.give_part(b"x")
                text += b"x"
                until(lambda text=text: holds(log.directory / "current", text), "the next byte")
                assert follower.read() == []
            log.end_line(text)
            assert follower.read() == [text + b"./"]
    assert follower.gaps == 0


def test_finished_in_the_same_file_under_its_new_name(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(5)
        text = log.begin_line(b"delivery 1: failure: ")
        assert follower.read() == log.written
        log.end_line(text)
        log.rotate()
        log.write(5)
        assert follower.read() == log.written[5:]
    assert follower.gaps == 0


def test_the_first_line_of_a_file(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        text = log.begin_line(b"delivery 1: failure: ")
        assert follower.read() == []
        log.end_line(text)
        assert follower.read() == log.written
        log.rotate()
        text = log.begin_line(b"delivery 2: failure: ")
        assert follower.read() == []
        log.end_line(text)
        assert follower.read() == log.written[1:]
    assert follower.gaps == 0


def test_a_check_counts_it_once(tmp_path):
    log = tmp_path / "log"
    log.mkdir()
    whole = stamp(1795332000) + b" new msg 12345\n"
    arguments = ("--log", log, "--state-dir", tmp_path / "state")
    (log / "current").write_bytes(whole[:5])
    assert check("queue", *arguments)[1] == 3
    for end in range(5, len(whole)):
        with (log / "current").open("wb") as file:
            file.write(stamp(1795331999) + b" end msg 1\n" + whole[:end])
        if end in {5, 26, 34, 36, len(whole) - 1}:
            assert perfdata(check("queue", *arguments)[0])["messages"] == "0"
    (log / "current").write_bytes(stamp(1795331999) + b" end msg 1\n" + whole)
    output, code = check("queue", *arguments)
    assert perfdata(output)["messages"] == "1"
    assert "#12345" in output
