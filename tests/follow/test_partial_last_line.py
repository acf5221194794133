"""A last line without its end, left by a killed logger: no more of it will come, so it is handed out."""

import pytest

from follow.loggers import LOGGERS, Follower, multilog


@pytest.mark.parametrize("logger", LOGGERS)
@pytest.mark.parametrize("read_before", [False, True])
def test_left_in_an_archive(logger, read_before, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(5)
        log.stop()
        # s6-log and svlogd write whole lines as a rule; a killed machine leaves less of them.
        with (log.directory / "current").open("ab") as current:
            current.write(b"@400000006b02b54b118d1bb3 new ms")
        (log.directory / "current").chmod(0o644)
        if read_before:
            assert follower.read() == log.written
        log.start()
        log.write(5)
        follower.read()
        assert [path.suffix for path in log.archives()] == [".u"]
        assert follower.payloads == [*log.written[:5], b"new ms", *log.written[5:]]
        assert follower.read() == []
    assert follower.gaps == 0


def test_left_by_a_killed_multilog(tmp_path):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(5)
        text = log.begin_line(b"delivery 5: failure: ")
        assert follower.read() == log.written
        log.kill()
        assert follower.read() == []
        log.start()
        assert follower.read() == [text]
        assert follower.read() == []
        log.write(2)
        assert follower.read() == log.written[5:]
    assert follower.gaps == 0
