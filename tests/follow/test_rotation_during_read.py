"""A rotation while a file is being read: what was open is read to its end, what came after follows."""

import signal
import threading

import pytest

from follow.loggers import LOGGERS, Follower, multilog, until
from processes import Program
from sqmail_log.files import follow


@pytest.mark.parametrize("logger", LOGGERS)
def test_rotated_between_two_chunks(logger, tmp_path, monkeypatch):
    monkeypatch.setattr(follow, "BLOCK", 4096)
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(500)
        chunks = follower.chunks()
        for _ in range(3):
            next(chunks)
            log.write(200)
            log.rotate()
        log.write(100)
        for _ in chunks:
            pass
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("stopped", [False, True])
def test_rotated_all_the_time(tmp_path, stopped):
    """A thread writes and rotates as fast as it can; reads go to their end, or stop at a chunk and go on."""
    with multilog(tmp_path / "log", size=4096) as log:
        follower = Follower(log.directory)

        def feed():
            for _ in range(300):
                log.number(40)

        feeder = threading.Thread(target=feed)
        feeder.start()
        while feeder.is_alive():
            if stopped:
                follower.read_chunks(2)
            else:
                follower.read()
        feeder.join()
        log.settle()
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_rotated_without_end(tmp_path, monkeypatch):
    """However often it is rotated meanwhile, one read goes on as long as there are lines."""
    monkeypatch.setattr(follow, "_ROUNDS", 3)
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(1)
        for _ in follower.chunks():
            if len(log.written) < 20:
                log.rotate()
                log.write(1)
    assert follower.payloads == log.written
    assert follower.gaps == 0


@pytest.mark.parametrize("logger", LOGGERS)
def test_rotated_by_signals(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        # Of a file that was empty when it was looked at, nobody can tell whether its archive is the first.
        log.write(1)
        follower.read()
        for _ in range(100):
            log.number(3)
            log._process.send_signal(signal.SIGALRM)
            follower.read()
        log.settle()
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_renamed_by_a_process_of_its_own(tmp_path):
    """Only renames and new files, thousands a second: what a read sees is out of date at once."""
    log = tmp_path / "log"
    log.mkdir()
    (log / "current").touch()
    writer = r"""
import os, sys, time
log, rounds = sys.argv[1], int(sys.argv[2])
number = 0

def label():
    second, fraction = divmod(time.time_ns(), 10**9)
    return "@%016x%08x" % (second + 10 + (1 << 62), fraction)

file = open(log + "/current", "ab", buffering=0)
for _ in range(rounds):
    for _ in range(3):
        file.write(b"%b line %d\n" % (label().encode(), number))
        number += 1
    os.rename(log + "/current", log + "/previous")
    file = open(log + "/current", "ab", buffering=0)
    os.link(log + "/previous", log + "/" + label() + ".s")
    os.unlink(log + "/previous")
"""
    follower = Follower(log)
    process = Program(["python3", "-c", writer, str(log), "2000"])

    def read_on():
        follower.read_chunks(50)
        return process.poll() is not None

    until(read_on, "the end of the writer")
    assert process.returncode == 0
    follower.read()
    assert follower.payloads == [b"line %d" % i for i in range(6000)]
    assert follower.gaps == 0
