"""Stamps that checks meet: syslog's, other zones', and some that nobody knows."""

import os
import time

import pytest

from support import check, perfdata

NOW = 1795694700
SENT = (
    b"new msg %(n)d", b"info msg %(n)d: bytes 5 from <a@example.org> qp 5 uid 5",
    b"starting delivery %(n)d: msg %(n)d to remote u@example.net", b"status: local 0/10 remote 1/20",
    b"delivery %(n)d: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_User_unknown/Giving_up_on_192.0.2.1./",
    b"status: local 0/10 remote 0/20", b"end msg %(n)d",
)  # fmt: skip


def dated(zone, until, number=60):
    """Return what tai64nlocal writes in a zone so many seconds east of UTC, up to a Unix time."""
    lines = []
    for n in range(number):
        unix = until - 10 * (number - 1 - n)
        date = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(unix + zone)).encode()
        lines += [b"%b.%09d %b\n" % (date, 500 + 1000 * i, text % {b"n": n + 1}) for i, text in enumerate(SENT)]
    return b"".join(lines)


def log_of(folder, content, written=None):
    folder.mkdir()
    (folder / "current").write_bytes(content)
    if written is not None:
        os.utime(folder / "current", (written, written))
    return folder


@pytest.fixture
def state(tmp_path):
    return ("--state-dir", tmp_path / "state")


@pytest.mark.parametrize(
    ("zone", "name", "words"),
    [
        (-7 * 3600, "America/Denver", "7h behind"),
        (3600, "Europe/Rome", "1h ahead of"),
        (5 * 3600 + 2700, "Asia/Kathmandu", "5h 45m ahead of"),
        (-1800, "", "30m behind"),
    ],
)
@pytest.mark.parametrize("late", [0, 200])
def test_dates_of_another_zone(tmp_path, state, zone, name, words, late):
    now = int(time.time())
    log = log_of(tmp_path / "send", dated(zone, now - late), now)
    told = f"stamps are {words} the file; is the log written in another time zone? see --timezone"
    for _ in range(2):  # with a state, and when nothing is new
        for one in ("delivery", "queue"):
            output, code = check(one, "--log", log, *state, env={"TZ": "UTC"})
            assert (output, code) == (f"QMAIL_{one.upper()} UNKNOWN - {log}: {told}\n", 3)
        output, code = check("log", "--log", log, *state, env={"TZ": "UTC"})
        assert f"; {told} | age=" in output
        assert "see to the clock" not in output
        assert code == 1
    if name:
        output, code = check("delivery", "--log", log, "--timezone", name, "--state-dir", tmp_path / "other", env={"TZ": "UTC"})
        assert output.startswith("QMAIL_DELIVERY CRITICAL - 100 % of ")
        assert code == 2
        output, code = check("delivery", "--log", log, "--state-dir", tmp_path / "third", env={"TZ": name})
        assert code == 2


@pytest.mark.parametrize("late", [0, 600, 1200, 2 * 3600 + 450, 30 * 3600])
def test_what_no_zone_explains_is_not_told(tmp_path, state, late):
    now = int(time.time())
    log = log_of(tmp_path / "send", dated(0, now - late), now)
    assert "time zone" not in check("delivery", "--log", log, *state, env={"TZ": "UTC"})[0]
    assert "time zone" not in check("log", "--log", log, *state, env={"TZ": "UTC"})[0]


def test_a_quiet_log_is_as_old_as_its_file(tmp_path, state):
    then = int(time.time()) - 7 * 3600
    log = log_of(tmp_path / "send", dated(0, then), then)
    output, code = check("delivery", "--log", log, *state, env={"TZ": "UTC"})
    assert output.startswith("QMAIL_DELIVERY OK - no delivery attempt in 15m")
    assert code == 0


def test_the_past_is_not_held_against_the_file(tmp_path):
    log = log_of(tmp_path / "send", dated(0, NOW), NOW + 7 * 3600)
    output, code = check("delivery", "--log", log, "--at", NOW + 1, env={"TZ": "UTC"})
    assert output.startswith("QMAIL_DELIVERY CRITICAL")
    assert code == 2


def test_an_unknown_zone(tmp_path):
    output, code = check("delivery", "--log", tmp_path, "--timezone", "Europe/Rom")
    assert output.startswith("UNKNOWN - usage: argument --timezone: 'Europe/Rom' is no time zone like Europe/Rome")
    assert code == 3


# Stamps that nobody knows

@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (b"26/Nov/2026 12:00:00 status: local 0/10 remote 0/20\n", "26/Nov/2026 12:00:00 status: loc"),
        (b"new msg 5\nstatus: local 0/10 remote 0/20\n", "status: local 0/10 remote 0/20"),
        (b"info msg 5: bytes 5 from <a@example.org> qp 5 uid 5\n", "info msg 5: bytes 5 from"),
        (b"from a@example.org\n", "from"),
        (b"a@example.org\n", "?"),
        (b"x|y\x1b[31m\n", "?"),
    ],
)
def test_no_stamp_that_is_known(tmp_path, state, lines, shown):
    log = log_of(tmp_path / "send", lines)
    told = (
        f'{log}: its lines begin with no time stamp that is known here but like "{shown}"; have multilog write them '
        "(multilog t), or see docs/stamps.md for the others that are read"
    )
    for one in ("delivery", "log", "queue", "smtpd"):
        for options in (state, state, ("--at", NOW)):
            assert check(one, "--log", log, *options) == (f"QMAIL_{one.upper()} UNKNOWN - {told}\n", 3)


def test_a_journal_s_file(tmp_path, state):
    log = tmp_path / "system.journal"
    log.write_bytes(b"LPKSHHRH" + bytes(300) + b"\nx\n")
    output, code = check("log", "--log", log, *state)
    assert output == f"QMAIL_LOG UNKNOWN - {log}: is a file of systemd's journal; name the unit instead: journal:UNIT\n"
    assert code == 3


# Other programs in the same file

def test_other_programs_do_not_make_a_silent_qmail_young(tmp_path, state):
    now = time.time()

    def line(ago, text):
        return time.strftime("%b %e %H:%M:%S mx1 ", time.gmtime(now - ago)).encode() + text + b"\n"

    log = tmp_path / "maillog"
    log.write_bytes(line(7200, b"qmail-send[1]: new msg 5") + line(60, b"postfix/smtpd[9]: connect from unknown"))
    for _ in range(2):
        output, _ = check("log", "--log", log, "--window", "6h", *state)
        assert output.startswith("QMAIL_LOG OK - newest line 2h")
        assert perfdata(output)["lines"] == "1"
        assert perfdata(output)["unrecognised"] == "0"
    with log.open("ab") as file:
        file.write(line(30, b"postfix/smtpd[9]: disconnect from unknown"))
    assert check("log", "--log", log, *state)[0].startswith("QMAIL_LOG OK - newest line 2h")
    with log.open("ab") as file:
        file.write(line(20, b"qmail-send[1]: new msg 6"))
    assert check("log", "--log", log, *state)[0].startswith("QMAIL_LOG OK - newest line 2")
    output, code = check("queue", "--log", log, *state)
    assert output.startswith("QMAIL_QUEUE OK - 2 messages")
    assert code == 0


def test_none_of_them_is_qmail_s(tmp_path, state):
    log = tmp_path / "maillog"
    log.write_bytes(time.strftime("%b %e %H:%M:%S mx1 postfix/smtpd[9]: connect\n", time.gmtime()).encode())
    output, code = check("delivery", "--log", log, *state)
    assert output.startswith(f"QMAIL_DELIVERY UNKNOWN - {log}: not one line of a qmail program in it")
    assert code == 3
    output, code = check("delivery", "--log", log, "--at", int(time.time()) + 60)
    assert output.startswith(f"QMAIL_DELIVERY UNKNOWN - {log}: not one line of a qmail program in it")
    assert code == 3


@pytest.mark.parametrize(("written", "code"), [(0, 3), (3600, 0)])
def test_dates_of_another_zone_in_the_past(tmp_path, written, code):
    # Written at the moment that is asked about, or copied later.
    log = log_of(tmp_path / "send", dated(-25200, NOW), NOW + written)
    output, status = check("delivery", "--log", log, "--at", NOW + 1, env={"TZ": "UTC"})
    assert ("stamps are 7h behind the file; is the log written in another time zone?" in output) == (code == 3)
    assert status == code
