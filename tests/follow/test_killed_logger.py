"""A logger killed with -9: its next start renames what it left to `.u`, whatever state the rotation was in."""

import os

import pytest

from follow.loggers import LOGGERS, Follower, multilog, s6_log


@pytest.mark.parametrize("logger", LOGGERS)
@pytest.mark.parametrize("read_before", [False, True])
def test_killed_and_started(logger, read_before, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        for _ in range(3):
            log.write(20)
            if read_before:
                follower.read()
            log.write(5)
            log.kill()
            if read_before:
                follower.read()
            log.start()
        log.write(5)
        follower.read()
    assert [path.suffix for path in log.archives()] == [".u", ".u", ".u"]
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", [multilog, s6_log])
@pytest.mark.parametrize("read_before", [False, True])
def test_killed_before_the_old_file_had_its_name(logger, read_before, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        if read_before:
            follower.read()
        log.write(10)
        log.kill()
        (log.directory / "current").rename(log.directory / "previous")
        assert follower.read() == log.written[10 if read_before else 0 :]
        (log.directory / "current").touch()
        assert follower.read() == []
        log.start()
        # Since 2.15 s6-log leaves nothing of an empty file.
        assert [path.suffix for path in log.archives()] in ([".u", ".u"], [".u"])
        assert follower.read() == []
        log.write(10)
        assert follower.read() == log.written[20:]
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", [multilog, s6_log])
@pytest.mark.parametrize("read_before", [False, True])
def test_killed_while_the_old_file_had_two_names(logger, read_before, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        if read_before:
            follower.read()
        log.write(10)
        log.rotate()
        log.kill()
        (archive,) = log.archives()
        os.link(archive, log.directory / "previous")
        follower.read()
        assert follower.payloads == log.written
        log.start()
        assert not (log.directory / "previous").exists()
        log.write(10)
        log.rotate()
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", [multilog, s6_log])
@pytest.mark.parametrize("read_before", [False, True])
def test_killed_between_processor_and_name(logger, read_before, tmp_path):
    """`previous` has gone and `processed` is all there is of the file."""
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        if read_before:
            follower.read()
        log.write(10)
        log.kill()
        previous = (log.directory / "current").rename(log.directory / "previous")
        (log.directory / "current").touch()
        processed = log.directory / "processed"
        processed.write_bytes(previous.read_bytes())
        processed.chmod(0o744)
        previous.unlink()
        follower.read()
        assert follower.payloads == log.written
        log.start()
        assert {path.suffix for path in log.archives()} in ({".s", ".u"}, {".s"})
        assert follower.read() == []
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_the_live_file_under_two_names(tmp_path):
    """A starting multilog links what was left to its `.u` before it removes the old name."""
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        follower.read()
        log.write(10)
        log.kill()
        os.link(log.directory / "current", log.directory / "@400000006b02b54b118d1bb3.u")
        follower.read()
        (log.directory / "current").unlink()
        assert follower.read() == []
        log.start()
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
