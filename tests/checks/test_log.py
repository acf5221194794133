import time

import pytest

from support import SAMPLES, check, write_log

NOW = 1795332000
QUIET = (
    "age={}s;259200;604800;0 alerts=0;;0;0 fatal=0;;0;0 gaps=0;0;;0 lines={};;;0 unrecognised={};;;0 warnings=0;0;;0\n"
)


def test_ok():
    assert check("log", "--log", SAMPLES / "send", "--at", "2026-11-22T07:15") == (
        "QMAIL_LOG OK - newest line 6s ago | " + QUIET.format("6.785", 16551, 0),
        0,
    )


def test_what_no_rule_knows_is_counted():
    output, code = check("log", "--log", SAMPLES / "smtpd", "--at", "2026-11-22T07:04", "-v")
    assert (output, code) == (
        "QMAIL_LOG OK - newest line 46s ago; 4 of 16572 lines unrecognised\n"
        "unrecognised: grep: (2 times)\n"
        "unrecognised: (one word) (once)\n"
        "unrecognised: mess/N/N: (once)\n"
        "2028 sessions ended with exit 0\n"
        "62 sessions ended with exit 100 (status 25600)\n"
        "52 sessions ended with exit 1 (status 256)\n"
        "7 sessions ended by signal 11\n"
        "| " + QUIET.format("46.707", 16572, 4),
        0,
    )


def test_what_is_no_number_is_no_message(tmp_path):
    numbers = ["abc", "5x", "05", "1234567890123456789", "", "0", "123456789012345678"]
    log = write_log(tmp_path / "send", [(NOW - 9, f"new msg {number}") for number in ("7", *numbers)])
    assert "; 5 of 8 lines unrecognised " in check("log", "--log", log, "--at", NOW)[0].replace("|", " ")


def test_an_alert_is_critical_and_named(tmp_path):
    lines = [(NOW - 60, "status: local 0/10 remote 0/20")]
    lines += [(NOW - 50 + n, "alert: cannot start: qmail-send is already running") for n in range(6)]
    lines += [(NOW - 9, "warning: unable to stat mess/6/2255409")]
    log = write_log(tmp_path / "send", lines)
    assert check("log", "--log", log, "--at", NOW) == (
        "QMAIL_LOG CRITICAL - alert: cannot start: qmail-send is already running (6 times in 15m); "
        "warning: unable to stat mess/N/N (once in 15m); newest line 9s ago "
        "| age=9.0s;259200;604800;0 alerts=6;;0;0 fatal=0;;0;0 gaps=0;0;;0 lines=8;;;0 unrecognised=0;;;0 warnings=1;0;;0\n",
        2,
    )


def test_a_warning_line_is_warning(tmp_path):
    lines = [(NOW - 60, f"warning: unable to unlink remote/11/{n}") for n in range(3)]
    log = write_log(tmp_path / "send", lines)
    output, code = check("log", "--log", log, "--at", NOW)
    assert output.startswith(
        "QMAIL_LOG WARNING - warning: unable to unlink remote/N/N (3 times in 15m); newest line 1m ago "
    )
    assert code == 1


@pytest.mark.parametrize(
    ("given", "figure", "code"),
    [
        (("-w", "3d", "-c", "7d"), "age=90.0s;259200;604800;0", 0),
        (("-w", "1m", "-c", "2m"), "age=90.0s;60;120;0", 1),
        (("-w", "60", "-c", "80"), "age=90.0s;60;80;0", 2),
        (("-w", "@1m:2m"), "age=90.0s;@60:120;604800;0", 1),
        (("-w", "2m:"), "age=90.0s;120:;604800;0", 1),
        (("-w", "~:1h"), "age=90.0s;~:3600;604800;0", 0),
    ],
)
def test_ages_are_written_as_the_help_writes_its_defaults(tmp_path, given, figure, code):
    log = write_log(tmp_path / "send", [(NOW - 90, "new msg 5")])
    output, status = check("log", "--log", log, "--at", NOW, *given)
    assert (output.partition(" | ")[2].split()[0], status) == (figure, code)


@pytest.mark.parametrize("wrong", ["3x", "d", "1d:2y", "-1d", ""])
def test_what_is_no_age_is_a_usage_error(tmp_path, wrong):
    log = write_log(tmp_path / "send", [(NOW - 90, "new msg 5")])
    output, code = check("log", "--log", log, "--at", NOW, f"--warning={wrong}")
    assert output.startswith("UNKNOWN - usage: argument -w/--warning: ") or not wrong
    assert code == (3 if wrong else 0)


def test_verbose_lists_ten_texts(tmp_path):
    texts = [letter for n, letter in enumerate("abcdefghijk") for _ in range(11 - n)]
    log = write_log(tmp_path / "send", [(NOW - 90 + n, f"warning: unable to {text}") for n, text in enumerate(texts)])
    rows = check("log", "--log", log, "--at", NOW, "-v")[0].splitlines()[1:-1]
    assert rows == [f"warning: unable to {letter} ({11 - n} times)" for n, letter in enumerate("abcdefghij")]


def test_alerts_out_of_the_window_are_past(tmp_path):
    log = write_log(tmp_path / "send", [(NOW - 1000, "alert: out of memory, sleeping...")])
    assert check("log", "--log", log, "--at", NOW)[1] == 0
    assert check("log", "--log", log, "--at", NOW, "--window", "1001s")[1] == 2


def test_a_fatal_server_is_critical():
    output, code = check("log", "--log", SAMPLES / "smtpsub", "--at", "2026-11-22T07:00")
    assert output.startswith(
        "QMAIL_LOG CRITICAL - fatal error: sslserver: (111) unable to bind to: 127.0.0.1 port: 587 (23 times in 15m); "
    )
    assert code == 2


def test_an_old_newest_line(tmp_path):
    log = write_log(tmp_path / "send", [(NOW - 270000, "status: local 0/10 remote 0/20")])
    output, code = check("log", "--log", log, "--at", NOW)
    assert output.startswith("QMAIL_LOG WARNING - newest line 3d 3h ago | age=270000.0s;259200;604800;0 ")
    assert code == 1


def test_a_gap_is_a_warning_and_shown(tmp_path):
    now = time.time()
    log = write_log(tmp_path / "send", [(now - 60, "new msg 1")])
    live = ("--log", log, "--state-dir", tmp_path / "state")
    assert check("log", *live)[1] == 0
    (log / "current").unlink()
    write_log(log, [(now - 9, "new msg 2")])
    output, code = check("log", *live)
    assert output.startswith("QMAIL_LOG WARNING - lines lost before they were read, once in 15m; newest line ")
    assert "gaps=1;0;;0" in output
    assert code == 1
    assert "gaps=1;0;;0" in check("log", *live)[0]


def test_stamps_of_s6_log_read_as_multilog_s(tmp_path):
    log = write_log(tmp_path / "send", [(time.time() + 27, "new msg 1")])
    output, code = check("log", "--log", log, "--state-dir", tmp_path / "state")
    assert "stamps run 2" in output
    assert "s ahead of the clock: s6-log needs --tai-offset 37" in output
    assert code == 0
    output, _ = check("log", "--log", log, "--state-dir", tmp_path / "other", "--tai-offset", "37")
    assert "ahead" not in output


def test_stamps_of_another_clock(tmp_path):
    log = write_log(tmp_path / "send", [(time.time() + 3600, "new msg 1")])
    output, code = check("log", "--log", log, "--state-dir", tmp_path / "state")
    assert "; stamps run 59m 5" in output
    assert "s ahead of the clock: see to the clock of the machine that writes them | age=0.0s;" in output
    assert code == 0


def test_one_session_that_ended_and_exits_beyond_those_listed(tmp_path):
    lines = [(NOW - 60, f"tcpserver: end 7 status {n << 8}") for n in range(80)]
    log = write_log(tmp_path / "smtpd", lines)
    rows = check("log", "--log", log, "--at", NOW, "-v")[0].splitlines()[1:-1]
    assert rows[:2] == ["16 sessions ended otherwise", "1 session ended with exit 0"]
    assert len(rows) == 10
