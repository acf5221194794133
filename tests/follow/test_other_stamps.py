"""Stamps that are no labels: as exact as labels, through rotation, torn lines, kills, copies and years."""

import os
import time

import pytest

from follow import model
from follow.kinds import OTHER_STAMPS
from follow.loggers import Follower
from follow.plain import logrotate, needs_logrotate
from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.files.history import history

HISTORIES_OF_A_KIND = 60
SECOND = tai64n.SECOND
BEGIN = 1795694400
"""2026-11-26 12:00:00."""


@pytest.mark.parametrize("kind", OTHER_STAMPS)
def test_random_histories(kind):
    """What a plain file goes through with labels, it goes through with each other stamp."""
    played = []
    for seed in range(10_000):
        logger, operations, options = model.history(seed)
        if logger == "plain":
            played.append(model.play(kind, operations, **options))
            if len(played) == HISTORIES_OF_A_KIND:
                break
    assert sum(judge.taken for judge in played) > 10 * HISTORIES_OF_A_KIND
    assert sum(judge.false_gaps for judge in played) <= 0.3 * HISTORIES_OF_A_KIND


def append(path, content):
    """Write on; the file is as old as its lines, however late the test is."""
    with path.open("ab") as stream:
        stream.write(content)
    os.utime(path, (BEGIN + 60, BEGIN + 60))


def raw(kind, first, number):
    """Return lines of a kind, a second apart."""
    before = OTHER_STAMPS[kind].before
    return b"".join(before((BEGIN + i) * SECOND + 123456789) + b"end msg %d\n" % i for i in range(first, first + number))


def expected(kind, first, number):
    """Return the same as a follower has them: with the digits that the stamp has."""
    digits = {"splogger": 123456000, "rsyslog": 123456000, "docker": 123456789, "fractions": 123456789}.get(kind, 0)
    return [tai64n.encode((BEGIN + i) * SECOND + digits) + b" end msg %d" % i for i in range(first, first + number)]


@pytest.fixture(params=OTHER_STAMPS)
def kind(request):
    return request.param


@pytest.fixture
def log(tmp_path):
    (tmp_path / "logs").mkdir()
    path = tmp_path / "logs" / "maillog"
    path.touch()
    return path


@needs_logrotate
@pytest.mark.parametrize(
    "directives", [["create"], ["create", "compress"], ["create", "dateext", "compress"], ["create", "dateext"]]
)
def test_logrotate(kind, log, directives):
    append(log, raw(kind, 0, 10))
    follower = Follower(log)
    follower.read()
    append(log, raw(kind, 10, 5))
    logrotate(log, *directives, day=27)
    append(log, raw(kind, 15, 3))
    follower.read()
    append(log, raw(kind, 18, 2))
    follower.read()
    assert follower.lines == expected(kind, 0, 20)
    assert follower.gaps == 0
    assert [line for lines in history([str(log)]) for line in lines] == [line + b"\n" for line in expected(kind, 0, 20)]


def test_a_line_read_in_two_halves(kind, log):
    line = raw(kind, 1, 1)
    append(log, raw(kind, 0, 1))
    follower = Follower(log)
    for i in range(len(line) - 1):
        append(log, line[i : i + 1])
        follower.read()
    assert follower.lines == expected(kind, 0, 1)
    append(log, b"\n")
    follower.read()
    assert follower.lines == expected(kind, 0, 2)


def test_resumed_in_a_copy(kind, log):
    append(log, raw(kind, 0, 5))
    follower = Follower(log)
    follower.read()
    content = log.read_bytes()
    log.unlink()
    append(log, content + raw(kind, 5, 5))
    follower.read()
    assert follower.lines == expected(kind, 0, 10)
    assert follower.gaps == 0


# Other programs, zones and years

MAILLOG = b"""\
Nov 26 12:00:00 mx1 qmail: 1795694400.292776 new msg 1
Nov 26 12:00:00 mx1 postfix/smtpd[411]: connect from unknown[203.0.113.9]
Nov 26 12:00:01 mx1 dovecot: imap-login: Login: user=<jane>
Nov 26 12:00:01 mx1 kernel: [12.5] eth0: link up
Nov 26 12:00:02 mx1 qmail: 1795694402.000001 end msg 1
Nov 26 12:00:03 mx1 sshd[5]: Accepted publickey for root
"""


def test_lines_of_other_programs_are_left_out(log):
    append(log, MAILLOG)
    follower = Follower(log)
    assert follower.read() == [b"new msg 1", b"end msg 1"]
    append(log, b"Nov 26 12:00:04 mx1 sshd[6]: Connection closed\n")
    assert follower.read() == []
    append(log, b"Nov 26 12:00:05 mx1 qmail-send[9]: new msg 2\n")
    assert follower.read() == [b"new msg 2"]
    assert follower.gaps == 0


def seconds(log, **options):
    follower = Follower(log, **options)
    follower.read()
    return [tai64n.nanoseconds(line) / SECOND for line in follower.lines]


def unix(text):
    return time.mktime(time.strptime(text, "%Y-%m-%d %H:%M:%S"))


@pytest.mark.parametrize(
    ("dates", "written", "read"),
    [
        (["Nov 26 12:00:00"], "2026-11-26 12:00:00", ["2026-11-26 12:00:00"]),
        (["Nov 26 12:00:00"], "2027-03-01 12:00:00", ["2026-11-26 12:00:00"]),
        (["Dec 31 23:59:59", "Jan  1 00:00:00"], "2027-01-01 00:00:01", ["2026-12-31 23:59:59", "2027-01-01 00:00:00"]),
        # The clock began at nothing, and was set right.
        (["Nov 26 12:00:00", "Jan  1 00:00:09", "Nov 26 12:01:00"], "2026-11-26 12:01:00",
         ["2026-11-26 12:00:00", "2026-01-01 00:00:09", "2026-11-26 12:01:00"]),
        (["Nov 26 12:00:00", "Nov 20 12:00:00"], "2026-11-26 12:00:00", ["2026-11-26 12:00:00", "2026-11-20 12:00:00"]),
        (["Nov 26 12:00:00", "Jul  1 12:00:00"], "2027-07-01 12:00:00", ["2026-11-26 12:00:00", "2027-07-01 12:00:00"]),
        (["Feb 29 12:00:00"], "2025-02-01 12:00:00", ["2024-02-29 12:00:00"]),
        # Written a moment after the file was looked at, in the next year.
        (["Dec 31 23:59:59", "Jan  1 00:00:02"], "2026-12-31 23:59:59", ["2026-12-31 23:59:59", "2027-01-01 00:00:02"]),
    ],
)  # fmt: skip
def test_the_year_of_a_date_without_one(log, dates, written, read):
    append(log, b"".join(b"%b mx1 qmail-send[1]: end msg 1\n" % date.encode() for date in dates))
    os.utime(log, (unix(written), unix(written)))
    assert seconds(log) == [unix(date) for date in read]


def test_the_same_years_when_it_is_read_bit_by_bit(log):
    follower = Follower(log)
    moments = [1795694400 + 86400 * 20 * i for i in range(60)]
    for moment in moments:
        append(log, time.strftime("%b %e %H:%M:%S mx1 qmail-send[1]: end msg 1\n", time.gmtime(moment)).encode())
        os.utime(log, (moment, moment))
        follower.read()
    assert [tai64n.nanoseconds(line) // SECOND for line in follower.lines] == moments
    assert follower.gaps == 0


@pytest.mark.parametrize(
    ("zone", "line", "unix"),
    [
        ("America/Denver", b"2026-11-26 05:00:00.5 end msg 1\n", BEGIN + 0.5),
        ("Europe/Rome", b"2026-11-26 13:00:00.5 end msg 1\n", BEGIN + 0.5),
        ("Europe/Rome", b"Nov 26 13:00:00 mx1 qmail-send[1]: end msg 1\n", BEGIN),
        ("", b"Nov 26 12:00:00 mx1 qmail-send[1]: end msg 1\n", BEGIN),
        # What names its moment by itself.
        ("Europe/Rome", b"2026-11-26T12:00:00.5Z end msg 1\n", BEGIN + 0.5),
        ("Europe/Rome", b"2026-11-26T07:00:00-05:00 mx1 qmail[1]: end msg 1\n", BEGIN),
        ("Europe/Rome", b"Nov 26 13:00:00 mx1 qmail: 1795694400.25 end msg 1\n", BEGIN + 0.25),
        ("Europe/Rome", b"1795694400 end msg 1\n", BEGIN),
        ("Europe/Rome", tai64n.encode(BEGIN * SECOND) + b" end msg 1\n", BEGIN),
    ],
)
def test_the_zone_of_dates(log, zone, line, unix):
    append(log, line)
    assert seconds(log, zone=zone) == [unix]


def test_an_unknown_zone(log):
    append(log, b"2026-11-26 13:00:00.5 end msg 1\n")
    with pytest.raises(LogError, match="'Europe/Rom' is no time zone"):
        seconds(log, zone="Europe/Rom")
