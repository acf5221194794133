"""What was read is known by itself: not by how names sort, nor by an inode or the time of a file."""

import subprocess
import time

import pytest

from follow.loggers import Follower, clock, multilog, needs_faketime
from follow.plain import NOW, append, lines, payloads
from follow.test_processor import PROCESSORS, with_processor
from sqmail_log.files import follow
from support import stamp

YEAR = 365 * 86400


@pytest.fixture
def log(tmp_path):
    with multilog(tmp_path / "log") as logger:
        logger.stop()
        yield logger
        if logger._process is None:
            logger.start()


@needs_faketime
@pytest.mark.parametrize("seconds", [5, 3600, YEAR])
@pytest.mark.parametrize("read", [(0, 0), (0, 30), (10, 0), (10, 20)])
def test_killed_and_booted_with_the_clock_behind(log, seconds, read):
    """The name of what was left sorts before the archive that was read; of `current` nothing was, some or all."""
    follower = Follower(log.directory)
    log.start()
    log.write(30)
    log.rotate()
    if read[0]:
        log.write(read[0])
    follower.read()
    log.write(30 - read[0])
    if read[1]:
        follower.read()
    log.kill()
    log.start(clock(f"-{seconds}"))
    if seconds > 5:
        assert [path.suffix for path in log.archives()] == [".u", ".s"]
    log.write(30)
    follower.read()
    log.rotate()
    log.write(10)
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@needs_faketime
@pytest.mark.parametrize("seconds", [5, 3600])
def test_a_file_of_the_new_time_ends_before_the_next_reading(log, seconds):
    follower = Follower(log.directory)
    log.start()
    log.write(30)
    log.rotate()
    log.write(10)
    follower.read()
    log.kill()
    log.start(clock(f"-{seconds}"))
    for _ in range(3):
        log.write(10)
        log.rotate()
    log.write(5)
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@needs_faketime
@pytest.mark.parametrize("seconds", [20, 3600])
@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "killed"])
def test_the_clock_is_ahead_for_a_moment(log, seconds, stopped):
    """A reading meets an empty `current`, and what comes then has names before those that were read."""
    follower = Follower(log.directory)
    log.start(clock(f"+{seconds}"))
    for _ in range(3):
        log.write(10)
        log.rotate()
    follower.read()
    assert follower.payloads == log.written
    log.stop() if stopped else log.kill()
    log.start()
    for _ in range(3):
        log.write(10)
        log.rotate()
    log.write(3)
    follower.read()
    assert follower.payloads == log.written
    for _ in range(2):
        log.write(10)
        log.rotate()
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


COPIES = {
    "cp -a": 'cp -a "$1" "$1.copy" && mv "$1.copy" "$1"',
    "cp": 'cp -r "$1" "$1.copy" && mv "$1.copy" "$1"',
    "away and back": 'mv "$1" "$1.away" && cp -a "$1.away" "$1" && rm "$1.away"',
    "editor": "sed -i -e 's/^/&/' \"$1\"",
}


def replace(path, how):
    before = path.stat().st_ino
    subprocess.run(["sh", "-c", COPIES[how], "sh", path], check=True)
    assert path.stat().st_ino != before


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("unread", [0, 5])
@pytest.mark.parametrize("archives", [0, 2])
def test_current_is_replaced_by_a_copy(log, how, unread, archives):
    follower = Follower(log.directory)
    log.start()
    for _ in range(archives):
        log.write(10)
        log.rotate()
    log.write(10)
    follower.read()
    if unread:
        log.write(unread)
    log.stop()
    replace(log.directory / "current", how)
    follower.read()
    assert follower.payloads == log.written
    log.start()
    log.write(10)
    follower.read()
    log.rotate()
    log.write(10)
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("unread", [b"", lines(10, 5)])
def test_a_plain_file_is_replaced_by_a_copy(tmp_path, how, unread):
    log = tmp_path / "mail.log"
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    append(log, unread)
    replace(log, how)
    follower.read()
    append(log, lines(20, 5))
    follower.read()
    assert follower.payloads == payloads(0, 10) + (payloads(10, 5) if unread else []) + payloads(20, 5)
    assert follower.gaps == 0


@pytest.mark.parametrize("option", ["-a", "-r"])
@pytest.mark.parametrize("unread", [0, 5])
def test_the_whole_directory_is_replaced_by_a_copy(log, option, unread):
    follower = Follower(log.directory)
    log.start()
    for _ in range(3):
        log.write(10)
        log.rotate()
    log.write(10)
    follower.read()
    if unread:
        log.write(unread)
        log.rotate()
        log.write(unread)
    log.stop()
    copy = log.directory.with_name("copy")
    subprocess.run(["cp", option, log.directory, copy], check=True)
    log.directory.rename(log.directory.with_name("before"))
    copy.rename(log.directory)
    follower.read()
    log.start()
    log.write(10)
    follower.read()
    log.rotate()
    log.write(10)
    follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("nuls", [1, 100, 5000, 300_000])
@pytest.mark.parametrize("block", [64, 1 << 18])
@pytest.mark.parametrize("read_before", [True, False])
def test_a_line_behind_the_nuls_of_a_power_failure(tmp_path, monkeypatch, nuls, block, read_before):
    """The line is read, and the NULs are one line that no grammar knows."""
    monkeypatch.setattr(follow, "BLOCK", block)
    log = tmp_path / "mail.log"
    log.write_bytes(lines(0, 5))
    follower = Follower(log)
    if read_before:
        follower.read()
    append(log, b"\0" * nuls)
    if read_before:
        assert follower.read() == []
    append(log, lines(5, 5))
    follower.read()
    known = [text for text in follower.payloads if not text.startswith(b"unstamped: ")]
    assert known == payloads(0, 10)
    assert len(follower.payloads) == 11
    assert follower.gaps == 0


def test_nuls_at_the_end_of_a_file(log):
    follower = Follower(log.directory)
    log.start()
    log.write(10)
    follower.read()
    log.kill()
    append(log.directory / "current", b"\0" * 100)
    log.start()
    log.write(10)
    follower.read()
    known = [text for text in follower.payloads if not text.startswith(b"unstamped: ")]
    assert known == log.written
    assert len(follower.payloads) == 21
    assert follower.gaps == 0


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("archives", [0, 1, 3])
def test_a_file_that_was_empty_is_rewritten_by_a_processor(tmp_path, processor, archives):
    with with_processor(multilog, tmp_path / "log", processor) as log:
        follower = Follower(log.directory)
        for _ in range(archives):
            log.write(10)
            log.rotate()
        follower.read()
        for _ in range(2):
            log.write(10)
            log.rotate()
            follower.read()
        log.write(5)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("digits", [1, 3, 6, 9])
def test_a_processor_writes_dates_with_so_many_digits(tmp_path, digits):
    """Half a second is the same moment in any number of digits."""
    moments = [NOW + number + 0.5 for number in range(20)]
    directory = tmp_path / "log"
    directory.mkdir()
    (directory / "current").write_bytes(b"".join(stamp(moment) + b" the same text\n" for moment in moments[:15]))
    follower = Follower(directory)
    follower.read()
    dates = [time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment)) for moment in moments]
    text = "".join(f"{date}.{'5'.ljust(digits, '0')} the same text\n" for date in dates)
    (directory / f"{stamp(moments[-1]).decode()}.s").write_text(text)
    (directory / "current").unlink()
    (directory / "current").touch()
    follower.read()
    assert (len(follower.payloads), follower.gaps) == (20, 0)
