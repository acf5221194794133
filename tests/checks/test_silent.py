"""A log that never tells of what a check counts is no good news."""

import sqlite3

import pytest

from sqmail_log import tai64n
from sqmail_log.state.store import state_path
from support import SAMPLES, check, stamp, write_log

NOW = 1795332000
RIGHT = "is it the right log? (--accept-silent if it is)"
QUIET = "| accept=0;;;0 reject=0;100;500;0\n"


def sessions(number, *between, status=0, ago=600):
    """Return lines of so many sessions under tcpserver, each with `between` in it."""
    lines = []
    for n in range(number):
        at = NOW - ago + n
        lines += [
            (at, f"tcpserver: pid {n + 10} from 192.0.2.1"),
            (at, f"tcpserver: ok {n + 10} mx.example:192.0.2.9:25 :192.0.2.1::{40000 + n}"),
            *((at, text.format(pid=n + 10)) for text in between),
            (at, f"tcpserver: end {n + 10} status {status}"),
        ]
    return lines


RECORD = "qmail-smtpd: pid {pid} Accept::RCPT::Rcpthosts_Rcptto P:ESMTP S:192.0.2.1:unknown H:x F:a@b.example T:c@d.example"
FILTER = "somefilter[{pid}]: passed in {pid} ms"


def test_lines_of_another_program(tmp_path):
    log = write_log(tmp_path / "smtpd", sessions(60, FILTER, FILTER))
    holds = "mostly lines of somefilter that no rule knows, and none that says anything of"
    assert check("auth", "--log", log, "--at", NOW) == (f"QMAIL_AUTH UNKNOWN - {log}: {holds} logins: {RIGHT}\n", 3)
    assert check("smtpd", "--log", log, "--at", NOW) == (
        f"QMAIL_SMTPD UNKNOWN - {log}: this qmail-smtpd writes no records; {holds} records: {RIGHT}; "
        "60 of 60 sessions ended with exit 0\n",
        3,
    )


def test_lines_of_the_server_alone(tmp_path):
    log = write_log(tmp_path / "smtpd", sessions(50, status=256))
    holds = "only lines of tcpserver or sslserver, which say nothing of"
    assert check("auth", "--log", log, "--at", NOW) == (f"QMAIL_AUTH UNKNOWN - {log}: {holds} logins: {RIGHT}\n", 3)
    assert check("smtpd", "--log", log, "--at", NOW) == (
        f"QMAIL_SMTPD UNKNOWN - {log}: this qmail-smtpd writes no records; {holds} records: {RIGHT}; "
        "50 of 50 sessions ended with exit 1 (status 256)\n",
        3,
    )


LOGIN = "vchkpw-pop3: (PLAIN) login success sam@example.com:192.0.2.1"
MESSAGE = ("new msg {pid}", "info msg {pid}: bytes 9 from <a@b.example> qp 5 uid 5", "end msg {pid}")
WRONG_PASSWORD = "vchkpw-pop3: password fail sam@example.com:192.0.2.1"


@pytest.mark.parametrize("besides", [(), MESSAGE])
def test_logins_are_no_records(tmp_path, besides):
    """Whether or not qmail-send writes the same log."""
    log = write_log(tmp_path / "maillog", sessions(220, LOGIN, *besides))
    holds = "mostly lines of vpopmail's vchkpw, which say nothing of"
    assert check("smtpd", "--log", log, "--at", NOW) == (
        f"QMAIL_SMTPD UNKNOWN - {log}: this qmail-smtpd writes no records; {holds} records: {RIGHT}; "
        "220 of 220 sessions ended with exit 0\n",
        3,
    )
    assert check("auth", "--log", log, "--at", NOW)[1] == 0


@pytest.mark.parametrize(("number", "code"), [(199, 0), (200, 3)])
def test_few_lines_beside_qmail_send_are_no_proof(tmp_path, number, code):
    lines = [(NOW - 600 + n, text.format(pid=n + 10)) for n in range(number) for text in (*MESSAGE, LOGIN)]
    assert check("smtpd", "--log", write_log(tmp_path / "maillog", lines), "--at", NOW)[1] == code


def test_failed_logins_are_no_good_news(tmp_path):
    log = write_log(tmp_path / "smtpd", sessions(60, LOGIN, WRONG_PASSWORD))
    assert check("smtpd", "--log", log, "--at", NOW)[0].startswith("QMAIL_SMTPD OK - 60 rejects in 15m: wrong password")


TERSE = (
    "qmail-smtpd {pid}: connection from 192.0.2.1 (unknown) to mx.example",
    "qmail-smtpd {pid}: mail from: a@b.example",
    "qmail-smtpd {pid}: rcpt to: c@d.example",
    "qmail-smtpd {pid}: message queued: 1795332000 qp 5 size 9 bytes",
)


def test_one_that_refuses_without_a_word(tmp_path):
    log = write_log(tmp_path / "smtpd", sessions(60, *TERSE))
    holds = "mostly lines of qmail-ldap's qmail-smtpd with a LOGLEVEL below 3, which say nothing of"
    assert check("auth", "--log", log, "--at", NOW) == (f"QMAIL_AUTH UNKNOWN - {log}: {holds} logins: {RIGHT}\n", 3)
    assert check("smtpd", "--log", log, "--at", NOW)[0].startswith(
        f"QMAIL_SMTPD UNKNOWN - {log}: this qmail-smtpd writes no records; {holds} records: "
    )
    told = write_log(tmp_path / "told", sessions(60, *TERSE, "qmail-smtpd {pid}: enabled options: starttls "))
    assert check("auth", "--log", told, "--at", NOW) == (f"QMAIL_AUTH OK - 0 failed logins in 15m {QUIET}", 0)


def test_with_a_state_as_with_at(tmp_path):
    now = tai64n.now() // tai64n.SECOND
    lines = [(at - NOW + now, text) for at, text in sessions(60, FILTER)]
    log = write_log(tmp_path / "smtpd", lines)
    first = check("auth", "--log", log, "--state-dir", tmp_path)
    assert first[1] == 3
    assert "mostly lines of somefilter" in first[0]
    # The second run reads nothing, and has it from the state.
    assert check("auth", "--log", log, "--state-dir", tmp_path) == first
    with (log / "current").open("ab") as file:
        file.write(stamp(now) + b" " + RECORD.format(pid=5).encode() + b"\n")
    assert check("auth", "--log", log, "--state-dir", tmp_path) == (f"QMAIL_AUTH OK - 0 failed logins in 15m {QUIET}", 0)


@pytest.mark.parametrize(("number", "code"), [(49, 0), (50, 3)])
def test_few_sessions_are_no_proof(tmp_path, number, code):
    log = write_log(tmp_path / "smtpd", sessions(number))
    assert check("auth", "--log", log, "--at", NOW)[1] == code


@pytest.mark.parametrize(("number", "code"), [(199, 0), (200, 3)])
def test_few_lines_are_no_proof(tmp_path, number, code):
    log = write_log(tmp_path / "smtpd", [(NOW - 300 + n, f"tcpserver: pid {n + 5} from 192.0.2.1") for n in range(number)])
    assert check("auth", "--log", log, "--at", NOW)[1] == code


@pytest.mark.parametrize(("number", "code"), [(49, 0), (50, 3)])
def test_lines_of_qmail_send_are_no_proof(tmp_path, number, code):
    lines = [(NOW - 300, "status: local 0/10 remote 0/20")] * 300 + sessions(number)
    log = write_log(tmp_path / "all", lines)
    assert check("auth", "--log", log, "--at", NOW)[1] == code


def test_a_quiet_log_of_a_known_kind_is_ok(tmp_path):
    """It held a record once; now there are sessions without one."""
    lines = [(NOW - 90000, RECORD.format(pid=3)), *sessions(200, status=256)]
    log = write_log(tmp_path / "smtpd", lines)
    assert check("auth", "--log", log, "--at", NOW) == (f"QMAIL_AUTH OK - 0 failed logins in 15m {QUIET}", 0)
    assert check("smtpd", "--log", log, "--at", NOW, "-v") == (
        "QMAIL_SMTPD OK - no record in 15m, 200 of 200 sessions ended with exit 1 (status 256)\n"
        "200 sessions ended with exit 1 (status 256)\n"
        "| accept=0;;;0 deferred=0;;;0 reject=0;;;0 reject_ratio=U\n",
        0,
    )


def test_accepted_as_it_is(tmp_path):
    log = write_log(tmp_path / "smtpd", sessions(60, FILTER))
    assert check("auth", "--log", log, "--at", NOW, "--accept-silent") == (
        f"QMAIL_AUTH OK - 0 failed logins in 15m {QUIET}",
        0,
    )


def test_beside_a_log_that_tells_it_is_named_with_v_alone(tmp_path):
    silent = write_log(tmp_path / "smtpd", sessions(60, FILTER))
    telling = write_log(tmp_path / "pop3d", [(NOW - 9, "qmail-popup: pid 7 Reject::AUTH::User P:POP3 S:192.0.2.3:x ?~ 'y'")])
    assert check("auth", "--log", silent, "--log", telling, "--at", NOW, "-v") == (
        "QMAIL_AUTH OK - 1 failed login in 15m: POP3 login with USER refused (1), 1 from 192.0.2.0/24\n"
        "1 POP3 login with USER refused\n"
        "1 from 192.0.2.0/24\n"
        f"{silent}: mostly lines of somefilter that no rule knows, and none that says anything of logins: {RIGHT}\n"
        "| accept=0;;;0 reject=1;100;500;0\n",
        0,
    )


def test_beside_a_log_too_young_to_tell_it_is_a_fault(tmp_path):
    silent = write_log(tmp_path / "smtpd", sessions(60, FILTER))
    young = write_log(tmp_path / "pop3d", [(NOW - 9, "tcpserver: status: 0/40")])
    assert check("auth", "--log", silent, "--log", young, "--at", NOW) == (
        f"QMAIL_AUTH UNKNOWN - {silent}: mostly lines of somefilter that no rule knows, and none that says anything of "
        f"logins: {RIGHT}; 0 failed logins in 15m {QUIET}",
        3,
    )


def test_records_are_seen_in_the_samples():
    for name in ("smtpd", "smtpsub", "pop3d", "smtpd6", "pop3stls"):
        assert check("auth", "--log", SAMPLES / name, "--at", "2026-11-22T07:04", "-c", "5000", "-w", "5000")[1] == 0


def test_a_state_that_did_not_note_it_is_believed(tmp_path):
    """Until now states did not say what a log tells of."""
    now = tai64n.now() // tai64n.SECOND
    lines = [(NOW - 600, RECORD.format(pid=3)), *sessions(60)]
    log = write_log(tmp_path / "smtpd", [(at - NOW + now, text) for at, text in lines])
    assert check("auth", "--log", log, "--state-dir", tmp_path)[1] == 0
    with sqlite3.connect(state_path(str(tmp_path), str(log))) as state:
        assert state.execute("SELECT value FROM meta WHERE key = 'kinds'").fetchone() == ("logins records sessions",)
        state.execute("UPDATE meta SET value = 'sessions' WHERE key = 'kinds'")
    state.close()
    assert check("auth", "--log", log, "--state-dir", tmp_path)[1] == 0
