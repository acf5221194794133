"""check_qmail: all checks of a host in one run, in each format."""

import json
import re
import shutil

import pytest

from sqmail_checks.host import CHECKS
from support import CHECKS as SINGLE
from support import SAMPLES, check, write_log

NOW = 1795332000
AT = ("--at", "2026-11-22T07:04Z")
LOGS = [word for name in ("smtpd", "smtpsub", "pop3d") for word in ("--log", SAMPLES / name)]
SMTPD = ("--log", SAMPLES / "smtpd", "--at", "2026-11-22T07:15Z")
FATAL = "fatal error: sslserver: (111) unable to bind to: 127.0.0.1 port: 587 (23 times in 15m); newest line 6m 10s ago"
LOGINS = "192 failed logins in 15m: POP3 login with USER refused (66), 192 from 127.0.0.0/24"
FLOW = "1733 connections, 1476 accepted in 15m"
RECORDS = "55.43 % of 3312 records rejected in 15m: recipient unknown (528 of 1836, Reject::RCPT::Failed_Rcptto), mostly from 127.0.0.0/24"


def test_every_check_is_asked():
    assert {name for name, _, _ in CHECKS} == set(SINGLE)


def test_one_service_with_the_worst_state():
    assert check("host", *LOGS, *AT) == (
        f"QMAIL CRITICAL - log smtpsub: {FATAL}; auth: {LOGINS}\n"
        f"CRITICAL: log smtpsub: {FATAL}\n"
        f"WARNING: auth: {LOGINS}\n"
        "OK: flow: 2247 connections, 1744 accepted in 15m\n"
        "OK: smtpd smtpd: 54.5 % of 3736 records rejected in 15m: recipient unknown (534 of 2036, Reject::RCPT::Failed_Rcptto), mostly from 127.0.0.0/24\n"
        "OK: smtpd smtpsub: 28 of 36 records rejected in 15m, too few to judge\n"
        "OK: smtpd pop3d: 73.33 % of 135 records rejected in 15m: POP3 login with USER refused (66 of 99, Reject::AUTH::User); 137 of 137 sessions ended with exit 1 (status 256)\n"
        "OK: senders: 177 recipients of 5 senders in 15m, most of 127.0.0.0/24 (145)\n"
        "OK: concurrency smtpd: connections 12 of 12 (100 %) in 15m\n"
        "OK: concurrency smtpsub: connections 10 of 40 (25 %) in 15m\n"
        "OK: concurrency pop3d: connections 6 of 40 (15 %) in 15m\n"
        "OK: log smtpd: newest line 46s ago; 4 of 16572 lines unrecognised\n"
        "OK: log pop3d: newest line 6m 3s ago\n",
        2,
    )


def test_all_is_well():
    output, code = check("host", *SMTPD)
    assert output.splitlines()[0] == "QMAIL OK - 6 checks well"
    assert code == 0


def test_passive_results_for_nagios():
    output, code = check("host", *SMTPD, "--format", "passive", "--host", "mx1", "--set", "log=-w 60")
    assert re.sub(r"^\[\d{10}\] ", "", output, flags=re.MULTILINE) == (
        f"PROCESS_SERVICE_CHECK_RESULT;mx1;qmail flow;0;{FLOW} | accepted=1476;;;0 sessions=1733;;;0 turned_away=182;;;0\n"
        f"PROCESS_SERVICE_CHECK_RESULT;mx1;qmail smtpd;0;{RECORDS} | accept=1476;;;0 deferred=0;;;0 reject=1836;;;0 reject_ratio=55.43%;;;0;100\n"
        "PROCESS_SERVICE_CHECK_RESULT;mx1;qmail senders;0;118 recipients of 1 sender in 15m, most of 127.0.0.0/24 (118) | recipients=118;;;0 senders=1;;;0 top_messages=118;;;0 top_networks=1;;;0\n"
        "PROCESS_SERVICE_CHECK_RESULT;mx1;qmail auth;0;0 failed logins in 15m | accept=0;;;0 reject=0;100;500;0\n"
        "PROCESS_SERVICE_CHECK_RESULT;mx1;qmail concurrency;0;connections 12 of 12 (100 %) in 15m | connections=12;;;0;12\n"
        "PROCESS_SERVICE_CHECK_RESULT;mx1;qmail log;1;newest line 11m 46s ago, 1 of 14016 lines unrecognised | age=706.707s;60;604800;0 alerts=0;;0;0 fatal=0;;0;0 gaps=0;0;;0 lines=14016;;;0 unrecognised=1;;;0 warnings=0;0;;0\n"
    )
    assert code == 0


def test_local_checks_for_checkmk():
    """Values are numbers without units: Checkmk calls 55.43% invalid performance data."""
    assert check("host", *SMTPD, "--format", "checkmk", "--set", "log=-w 60") == (
        f'0 "qmail flow" accepted=1476;;;0|sessions=1733;;;0|turned_away=182;;;0 {FLOW}\n'
        f'0 "qmail smtpd" accept=1476;;;0|deferred=0;;;0|reject=1836;;;0|reject_ratio=55.43;;;0;100 {RECORDS}\n'
        '0 "qmail senders" recipients=118;;;0|senders=1;;;0|top_messages=118;;;0|top_networks=1;;;0 118 recipients of 1 sender in 15m, most of 127.0.0.0/24 (118)\n'
        '0 "qmail auth" accept=0;;;0|reject=0;100;500;0 0 failed logins in 15m\n'
        '0 "qmail concurrency" connections=12;;;0;12 connections 12 of 12 (100 %) in 15m\n'
        '1 "qmail log" age=706.707;60;604800;0|alerts=0;;0;0|fatal=0;;0;0|gaps=0;0;;0|lines=14016;;;0|unrecognised=1;;;0|warnings=0;0;;0 newest line 11m 46s ago; 1 of 14016 lines unrecognised\n',
        0,
    )


def test_json_for_icinga():
    output, code = check("host", *SMTPD, "--format", "json", "--host", "mx1")
    rows = [json.loads(line) for line in output.splitlines()]
    assert rows[0] == {
        "type": "Service",
        "service": "mx1!qmail flow",
        "exit_status": 0,
        "plugin_output": FLOW,
        "performance_data": ["accepted=1476;;;0", "sessions=1733;;;0", "turned_away=182;;;0"],
    }
    assert [row["service"] for row in rows] == [f"mx1!qmail {name}" for name in ("flow", "smtpd", "senders", "auth", "concurrency", "log")]
    assert code == 0


def test_what_has_no_value_is_left_out_for_checkmk(tmp_path):
    log = write_log(tmp_path / "qmail-send", [(NOW - 9, "status: local 0/10 remote 0/20")])
    output, _ = check("host", "--log", log, "--at", NOW, "--format", "checkmk")
    assert '0 "qmail delivery" deferral=0;;;0|failure=0;;;0|success=0;;;0 no delivery attempt in 15m\n' in output


def test_a_log_that_cannot_be_read_hides_nothing(tmp_path):
    output, code = check("host", *SMTPD, "--log", tmp_path / "none")
    assert output.startswith(f"QMAIL UNKNOWN - log none: {tmp_path}/none: no such log\nUNKNOWN: log none: {tmp_path}/none: no such log\nOK: flow: {FLOW}\n")
    assert code == 3
    output, code = check("host", *LOGS, *AT, "--log", tmp_path / "none")
    assert output.startswith(f"QMAIL CRITICAL - log smtpsub: {FATAL}; log none: {tmp_path}/none: no such log; ")
    assert code == 2


def test_a_name_for_each_log_where_there_are_several():
    services = [line.split('"')[1] for line in check("host", *LOGS, *AT, "--format", "checkmk")[0].splitlines()]
    assert services == [
        "qmail flow",
        *(f"qmail smtpd {log}" for log in ("smtpd", "smtpsub", "pop3d")),
        "qmail senders",
        "qmail auth",
        *(f"qmail {name} {log}" for name in ("concurrency", "log") for log in ("smtpd", "smtpsub", "pop3d")),
    ]


def test_the_spool_is_handed_to_the_queue(tmp_path):
    (tmp_path / "mess").mkdir()
    (tmp_path / "todo").mkdir()
    output, _ = check("host", "--log", SAMPLES / "send", "--at", "2026-11-22T07:15Z", "--queue", tmp_path)
    assert re.search(r"^\w+: queue: .*124 messages, oldest at least 50s \(#2414819\), spool 0", output, re.MULTILINE)


def test_options_of_one_check_add_up():
    output, _ = check("host", *SMTPD, "--format", "passive", "--set", "log=-w 60", "--set", "auth=-w 7", "--set", "log=-c 90000")
    assert re.search(r"qmail log;1;.* age=706\.707s;60;90000;0 ", output)
    assert "reject=0;7;500;0" in output


def test_options_of_all_and_of_one():
    output, _ = check("host", *LOGS, "--at", "2026-11-22T07:15Z", "--window", "30m", "--set", "auth=--window 20m -w 500")
    assert "OK: flow: 2247 connections, 1744 accepted in 30m\n" in output
    assert re.search(r"^OK: auth: \d+ failed logins in 20m", output, re.MULTILINE)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("none=-w 5", "argument --set: 'none=-w 5' names no check; they are " + ", ".join(name for name, _, _ in CHECKS)),
        ("auth", "argument --set: 'auth' names no check; they are " + ", ".join(name for name, _, _ in CHECKS)),
        ("auth='", "argument --set: No closing quotation"),
    ],
)
def test_a_wrong_setting_is_one_line(wrong, words):
    assert check("host", *SMTPD, "--set", wrong) == (f"UNKNOWN - usage: {words}; see check_qmail --help\n", 3)


def test_it_shares_the_state_with_the_other_checks(tmp_path):
    log = write_log(tmp_path / "qmail-send", [(NOW - 9, "new msg 5")])
    live = ("--log", log, "--state-dir", tmp_path / "state")
    assert check("host", *live)[0].startswith("QMAIL ")
    shutil.move(log / "current", log / "elsewhere.txt")
    write_log(log, [])
    output, _ = check("queue", *live)
    assert " 1 message, oldest " in output
