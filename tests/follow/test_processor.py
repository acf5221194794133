"""A processor rewrites each finished file: human stamps, packed, and at work for as long as it likes."""

import functools
import os
import shutil
import subprocess
import time

import pytest

from follow.loggers import Follower, multilog, s6_log, svlogd, until
from sqmail_log import tai64n

PROCESSORS = ["tai64nlocal", "gzip -c", "bzip2 -c", "xz -c", "cat"]
needs_execline = pytest.mark.skipif(shutil.which("execlineb") is None, reason="execline is not installed")


@functools.cache
def writes_lines_twice(folder):
    """Tell whether the s6-log that is here does: that of s6 2.15.1 writes again what was new when it rotated."""
    lines = b"".join(b"%04d %s\n" % (number, b"x" * 60) for number in range(60))
    command = ["s6-log", "n100", "s4096", "!cat", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as log:
        for begin in range(0, len(lines), 660):
            log.stdin.write(lines[begin : begin + 660])
            log.stdin.flush()
            time.sleep(0.05)
    written = b"".join(path.read_bytes() for path in sorted(folder.glob("[@c]*")))
    return len(written) > len(lines)


def with_processor(logger, directory, processor, **options):
    if processor.split()[0] and shutil.which(processor.split()[0]) is None:
        pytest.skip(f"{processor.split()[0]} is not installed")
    if logger is s6_log and shutil.which("execlineb") is None:
        pytest.skip("execline is not installed, which runs s6-log's processors")
    return logger(directory, f"!{processor}", **options)


@pytest.fixture(params=[multilog, s6_log, svlogd], ids=lambda logger: logger.__name__)
def logger(request):
    return request.param


@pytest.mark.parametrize("processor", PROCESSORS)
def test_rotation_between_two_reads(logger, processor, tmp_path):
    with with_processor(logger, tmp_path / "log", processor) as log:
        follower = Follower(log.directory)
        for _ in range(3):
            log.write(20)
            follower.read()
            log.write(10)
            log.rotate()
        log.write(5)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
    assert follower.stamps == sorted(follower.stamps)


@pytest.mark.parametrize("processor", PROCESSORS)
def test_several_rotations_between_two_reads(logger, processor, tmp_path):
    with with_processor(logger, tmp_path / "log", processor) as log:
        follower = Follower(log.directory)
        log.write(20)
        follower.read()
        for _ in range(3):
            log.write(10)
            log.rotate()
        follower.read()
        assert follower.payloads == log.written
        for _ in range(3):
            log.write(10)
            log.rotate()
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("processor", PROCESSORS)
def test_stamps_are_the_same_before_and_after(logger, processor, tmp_path):
    """What a new follower reads of the archives, an old one has read of `current`."""
    with with_processor(logger, tmp_path / "log", processor) as log:
        raw = Follower(log.directory)
        for _ in range(3):
            log.write(10)
            raw.read()
            log.rotate()
    processed = Follower(log.directory)
    processed.read()
    assert processed.lines == raw.lines
    assert len(raw.lines) == 30


class Gate:
    """A processor that waits at a gate until it may go on."""

    def __init__(self, folder, processor):
        self.path = folder / "gate"
        os.mkfifo(self.path)
        self.processor = f'sh -c "read go < {self.path}; {processor}"'

    def open(self):
        def opened():
            try:
                return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                return None  # nobody waits there yet

        gate = until(opened, "a processor at the gate")
        os.write(gate, b"go\n")
        os.close(gate)


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("read_before", [True, False])
@pytest.mark.parametrize("read_during", [True, False])
def test_at_work_while_we_read(logger, processor, read_before, read_during, tmp_path):
    gate = Gate(tmp_path, processor)
    with with_processor(logger, tmp_path / "log", gate.processor) as log:
        follower = Follower(log.directory)
        log.write(10)
        if read_before:
            follower.read()
        log.write(10)
        log.ask_to_rotate()
        if read_during:
            follower.read()
            assert follower.payloads == log.written
            assert follower.read() == []
        gate.open()
        log.number(10)
        until(lambda: [path.suffix for path in log.archives()] == [".s"], "an archive")
        log.settle()
        follower.read()
        assert follower.payloads == log.written
        log.ask_to_rotate()
        if read_during:
            follower.read()
        gate.open()
        until(lambda: [path.suffix for path in log.archives()] == [".s", ".s"], "an archive")
        follower.read()
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("processor", PROCESSORS)
def test_read_again_and_again_meanwhile(logger, processor, tmp_path, tmp_path_factory):
    if logger is s6_log and shutil.which("execlineb") and writes_lines_twice(tmp_path_factory.getbasetemp() / "twice"):
        pytest.skip("this s6-log writes lines twice when its processor is at work")
    with with_processor(logger, tmp_path / "log", processor, size=4096) as log:
        follower = Follower(log.directory)
        # Of a file that was empty when it was looked at, nobody can tell whether its archive is the first.
        log.write(17)
        follower.read()
        for _ in range(60):
            log.number(17)
            follower.read()
        # s6-log keeps lines to itself while its processor is at work, and packed ones can't be looked for.
        until(lambda: follower.read() is None or len(follower.lines) >= len(log.written), "all lines")
        assert follower.payloads == log.written
        assert log.archives()
    assert follower.gaps == 0


def test_rotated_twice_with_no_line_read_between(logger, tmp_path):
    """The live file was empty when it was looked at: nothing of it is known, and its archive is a new file."""
    with with_processor(logger, tmp_path / "log", "tai64nlocal") as log:
        follower = Follower(log.directory)
        log.write(10)
        log.rotate()
        assert follower.read() == log.written
        log.write(10)
        log.rotate()
        assert follower.read() == log.written[10:]
        log.write(10)
        log.rotate()
        log.write(10)
        assert follower.read() == log.written[20:]
    assert follower.gaps == 0


@pytest.mark.parametrize("processor", PROCESSORS)
def test_killed_while_it_is_at_work(processor, tmp_path):
    gate = Gate(tmp_path, processor)
    with with_processor(multilog, tmp_path / "log", gate.processor) as log:
        follower = Follower(log.directory)
        log.write(10)
        follower.read()
        log.write(10)
        log.ask_to_rotate()
        until((log.directory / "processed").exists, "a processor at work")
        log.kill()
        follower.read()
        assert follower.payloads == log.written
        gate.open()
        log.start()
        assert [path.suffix for path in log.archives()] == [".u", ".u"]
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_svlogd_s_processed_file_is_not_read_when_the_other_one_was_removed(tmp_path):
    """`@….u` is there until `@….s` is: `@….t` alone is what a processor that was killed had done, and no more."""
    with svlogd(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        follower.read()
        log.write(10)
        log.rotate()
        log.write(10)
        (archive,) = log.archives()
        archive.with_suffix(".t").write_bytes(archive.read_bytes()[:100])
        archive.unlink()
        follower.read()
    assert follower.payloads == log.written[:10] + log.written[20:]
    assert follower.gaps == 1


def test_svlogd_s_processed_file_is_not_read_before_it_is_whole(tmp_path):
    with svlogd(tmp_path / "log") as log:
        log.write(10)
        log.rotate()
        (archive,) = log.archives()
        left = archive.rename(archive.with_suffix(".u"))
        archive.with_suffix(".t").write_bytes(left.read_bytes()[:100])
        assert Follower(log.directory).read() == log.written


@pytest.mark.skipif(shutil.which("s6-tai64nlocal") is None, reason="s6 is not installed")
@needs_execline
def test_s6_log_with_s6_s_own_clock(tmp_path):
    with s6_log(tmp_path / "log", "!s6-tai64nlocal") as log:
        follower = Follower(log.directory, tai_offset=tai64n.S6_OFFSET)
        for _ in range(3):
            log.write(10)
            follower.read()
            log.write(10)
            log.rotate()
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0
    assert follower.stamps == sorted(follower.stamps)
    assert abs(tai64n.nanoseconds(follower.lines[0]) - time.time_ns()) < 20 * tai64n.SECOND
