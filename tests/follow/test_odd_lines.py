"""Bytes that no logger should write: NUL, blank lines, no stamps, carriage returns, other encodings."""

import os

import pytest

from follow.loggers import LOGGERS, Follower, multilog
from follow.plain import append, lines, payloads
from sqmail_log.files import follow
from support import check, perfdata, stamp

ODD = [
    b"",
    b" ",
    b"\0",
    b"\0" * 500,
    b"end\0msg\0",
    b"\r",
    b"end msg 1\r",
    b"\xff\xfe",
    "grüße".encode("latin-1"),
    b"\x1b[2J",
    b"@",
    b"@400000006b02b54b118d1bb3",
    b"@400000006b02b54b118d1bb3 end msg 4",
    b"2026-11-22 07:14:31.5 x",
]


@pytest.mark.parametrize("logger", [multilog])
def test_through_a_logger(logger, tmp_path):
    with logger(tmp_path / "log") as log:
        follower = Follower(log.directory)
        for payload in ODD[:-1]:
            log.give(payload)
            log.write(1)
        log.rotate()
        log.give(*ODD[:-1])
        log.write(1)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_empty_lines_are_stamped_by_loggers_and_counted(tmp_path):
    for logger in LOGGERS:
        with logger(tmp_path / logger.__name__) as log:
            log.give(b"end msg 1", b"", b"", b"end msg 2")
            log.settle()
            follower = Follower(log.directory)
            assert follower.read() == [b"end msg 1", b"", b"", b"end msg 2"]


@pytest.mark.parametrize("block", [64, 1 << 18])
def test_blank_and_unstamped_lines_between_stamped_ones(tmp_path, monkeypatch, block):
    """They have the time of the line before them, and are counted as unrecognised."""
    monkeypatch.setattr(follow, "BLOCK", block)
    log = tmp_path / "qmail.log"
    log.write_bytes(b"\n" + lines(0, 2) + b"\n\nno stamp\n" + lines(2, 2) + b"\0\0\0\n" + lines(4, 1) + b"\n")
    follower = Follower(log)
    follower.read()
    told = [line for line in follower.lines if line[26:] in payloads(0, 5)]
    assert [line[26:] for line in told] == payloads(0, 5)
    assert len(follower.lines) == 11
    append(log, b"no stamp either\n")
    assert follower.read() == [b"unstamped: no stamp either"]
    assert follower.lines[-1][:25] == told[-1][:25]
    output, code = check("log", "--log", log, "--state-dir", tmp_path / "state", "-w", "", "-c", "", "--at", 1795332010)
    figures = perfdata(output)
    # The first line is not among them: it has no line before it.
    assert (figures["lines"], figures["unrecognised"], figures["gaps"], code) == ("11", "6", "0", 0)


def test_no_stamps_at_all(tmp_path):
    log = tmp_path / "qmail.log"
    log.write_bytes(b"".join(b"end msg %d\n" % i for i in range(5)))
    follower = Follower(log)
    assert follower.read() == [b"unstamped: end msg %d" % i for i in range(5)]
    append(log, b"end msg 5\n")
    assert follower.read() == [b"unstamped: end msg 5"]
    output, code = check("log", "--log", log, "--state-dir", tmp_path / "state")
    assert output == (
        f'QMAIL_LOG UNKNOWN - {log}: its lines begin with no time stamp that is known here but like "end msg 5"; '
        "have multilog write them (multilog t), or see docs/stamps.md for the others that are read\n"
    )
    assert code == 3


def test_zeros_that_a_crashed_machine_left(tmp_path):
    """A block of NULs at the end of what was written, then the logger's next start."""
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(5)
        follower.read()
        log.kill()
        append(log.directory / "current", bytes(4096))
        assert follower.read() == []
        log.start()
        assert follower.read() == [b"unstamped: " + bytes(4096)]
        log.write(5)
        follower.read()
        assert follower.payloads == [*log.written[:5], b"unstamped: " + bytes(4096), *log.written[5:]]
        output, code = check("log", "--log", log.directory, "--state-dir", tmp_path / "state")
        assert (perfdata(output)["lines"], perfdata(output)["unrecognised"], code) == ("11", "1", 0)
        assert "\0" not in output


def test_two_stamps_on_a_line(tmp_path):
    """The text counts, since it is right whatever leap seconds the label has."""
    log = tmp_path / "qmail.log"
    log.write_bytes(stamp(1795332027) + b" 2026-11-22 07:20:00.5 end msg 1\n")
    os.environ.setdefault("TZ", "UTC")
    follower = Follower(log)
    assert follower.read() == [b"end msg 1"]
    assert follower.stamps == [stamp(1795332000.5)]
