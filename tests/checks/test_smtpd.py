from support import SAMPLES, check, write_log

SMTPD = SAMPLES / "smtpd"
AT = ("--at", "2026-11-22T07:04")
NOW = 1795332000
RECORD = "qmail-smtpd: pid 5 {} P:ESMTP S:192.0.2.7:unknown H:x F:a@test.example T:b@test.example"


def test_ok():
    assert check("smtpd", "--log", SMTPD, *AT) == (
        "QMAIL_SMTPD OK - 54.5 % of 3736 records rejected in 15m: recipient unknown "
        "(534 of 2036, Reject::RCPT::Failed_Rcptto), mostly from 127.0.0.0/24 "
        "| accept=1700;;;0 deferred=0;;;0 reject=2036;;;0 reject_ratio=54.5%;;;0;100\n",
        0,
    )


def test_warning():
    output, code = check("smtpd", "--log", SMTPD, *AT, "-w", "50")
    assert (output[:35], code) == ("QMAIL_SMTPD WARNING - 54.5 % of 373", 1)


def test_only_one_type():
    assert check("smtpd", "--log", SMTPD, *AT, "--only", "DATA", "-w", "0.5") == (
        "QMAIL_SMTPD WARNING - 0.56 % of 3736 records rejected in 15m: forbidden MIME type "
        "(13 of 21, Reject::DATA::Bad_MIME) "
        "| accept=1700;;;0 deferred=0;;;0 reject=21;;;0 reject_ratio=0.56%;0.5;;0;100\n",
        1,
    )


def test_only_conditions_add_up():
    output, _ = check("smtpd", "--log", SMTPD, *AT, "--only", "rcpt::bad_rcptto", "--only", "SPF::Fail")
    assert "reject=31;" in output


def test_only_something_unknown():
    output, code = check("smtpd", "--log", SMTPD, "--only", "NOSUCH")
    assert code == 3
    assert output.startswith("UNKNOWN - usage: argument --only: no reject is called 'NOSUCH'; the types are AUTH, ")


def test_verbose_lists_reasons_most_frequent_first():
    lines = check("smtpd", "--log", SMTPD, *AT, "-v")[0].splitlines()
    assert lines[1:4] == [
        "534 Reject::RCPT::Failed_Rcptto: recipient unknown",
        "527 Reject::ORIG::Bad_Mailfrom: sender in badmailfrom",
        "321 Reject::SNDR::Invalid_Relay: relaying denied",
    ]
    assert lines[-1].startswith("| accept=1700;")


def test_one_of_one_rejected_is_too_few_to_judge(tmp_path):
    log = write_log(tmp_path / "smtpd", [(NOW - 9, RECORD.format("Reject::RCPT::Failed_Rcptto"))])
    assert check("smtpd", "--log", log, "--at", NOW) == (
        "QMAIL_SMTPD OK - 1 of 1 record rejected in 15m, too few to judge "
        "| accept=0;;;0 deferred=0;;;0 reject=1;;;0 reject_ratio=100.0%;;;0;100\n",
        0,
    )


def test_deferred_records_are_records(tmp_path):
    lines = [(NOW - 9, RECORD.format("Deferred::SNDR::Grey_Listed")), (NOW - 8, RECORD.format("Reject::SPF::Fail"))]
    log = write_log(tmp_path / "smtpd", lines)
    assert check("smtpd", "--log", log, "--at", NOW, "--min-events", "2") == (
        "QMAIL_SMTPD OK - 50 % of 2 records rejected in 15m: SPF failed (1 of 1, Reject::SPF::Fail), "
        "mostly from 192.0.2.0/24 | accept=0;;;0 deferred=1;;;0 reject=1;;;0 reject_ratio=50.0%;;;0;100\n",
        0,
    )


def test_a_network_is_named_when_more_than_half_come_from_it(tmp_path):
    lines = [(NOW - 9 + n, RECORD.format("Reject::SPF::Fail")) for n in range(2)]
    lines += [(second, text.replace("192.0.2.7", "198.51.100.7")) for second, text in lines]
    log = write_log(tmp_path / "smtpd", lines)
    asked = ("--log", log, "--at", NOW, "--min-events", "4")
    assert check("smtpd", *asked)[0].startswith(
        "QMAIL_SMTPD OK - 100 % of 4 records rejected in 15m: SPF failed (4 of 4, Reject::SPF::Fail) |"
    )
    write_log(log, [(NOW - 1, RECORD.format("Reject::SPF::Fail"))], mode="ab")
    assert "(5 of 5, Reject::SPF::Fail), mostly from 192.0.2.0/24 |" in check("smtpd", *asked)[0]


def test_verbose_lists_ten_networks(tmp_path):
    lines = [
        (NOW - 60 + n, RECORD.format("Reject::SPF::Fail").replace("192.0.2.", f"192.0.{network}."))
        for n, network in enumerate(network for network in range(11) for _ in range(11 - network))
    ]
    log = write_log(tmp_path / "smtpd", [(second - 60, text) for second, text in lines])
    rows = check("smtpd", "--log", log, "--at", NOW, "-v")[0].splitlines()[1:-1]
    assert rows == ["66 Reject::SPF::Fail: SPF failed", *(f"{11 - n} rejects from 192.0.{n}.0/24" for n in range(10))]


def test_no_record(tmp_path):
    log = write_log(tmp_path / "smtpd", [(NOW - 9, "tcpserver: status: 0/12")])
    assert check("smtpd", "--log", log, "--at", NOW) == (
        "QMAIL_SMTPD OK - no record in 15m | accept=0;;;0 deferred=0;;;0 reject=0;;;0 reject_ratio=U\n",
        0,
    )


def test_what_a_client_sends_reaches_neither_perfdata_nor_terminal(tmp_path):
    hostile = b"qmail-smtpd: pid 5 Reject::X|rta=9::\x1b[2J<script> P:ESMTP S:192.0.2.7:unknown H:| rta=0 <script>\x1b[2J F:a T:b"
    log = write_log(tmp_path / "smtpd", [(NOW - 9, hostile)])
    output, code = check("smtpd", "--log", log, "--at", NOW, "--min-events", "1", "-v")
    assert code == 0
    assert output.count("|") == 1
    assert "rta=" not in output
    assert "\x1b" not in output


def test_qmail_send_s_log_is_unknown():
    send = SAMPLES / "send"
    assert check("smtpd", "--log", send, *AT, "--at", "2026-11-22T08:00") == (
        f"QMAIL_SMTPD UNKNOWN - {send}: no line of tcpserver, sslserver, qmail-smtpd or qmail-popup in it; "
        "is this the right log?\n",
        3,
    )


REFUSED = "CHKUSER rejected rcpt: from <a@example.net::> remote <x:unknown:203.0.113.7> rcpt <b@example.org> : not existing recipient"
LET_IN = "CHKUSER accepted rcpt: from <a@example.net::> remote <x:unknown:203.0.113.7> rcpt <b@example.org> : found existing recipient"
LOGIN = "vchkpw-smtp: password fail sam@example.com:203.0.113.1"


def test_lines_of_another_program_count_as_records(tmp_path):
    lines = [(NOW - 90, LET_IN)] * 20 + [(NOW - 60, REFUSED)] * 80
    log = write_log(tmp_path / "smtpd", lines)
    assert check("smtpd", "--log", log, "--at", NOW, "-w", "50") == (
        "QMAIL_SMTPD WARNING - 80 % of 100 records rejected in 15m: recipient unknown "
        "(80 of 80, Reject::RCPT::Failed_Rcptto), mostly from 203.0.113.0/24 "
        "| accept=20;;;0 deferred=0;;;0 reject=80;;;0 reject_ratio=80.0%;50;;0;100\n",
        1,
    )


def test_no_share_where_only_rejects_are_logged(tmp_path):
    lines = [(NOW - 60, REFUSED)] * 80 + [(NOW - 50, LOGIN)] * 20
    log = write_log(tmp_path / "smtpd", lines)
    assert check("smtpd", "--log", log, "--at", NOW) == (
        "QMAIL_SMTPD OK - 100 rejects in 15m: recipient unknown (80 of 100, Reject::RCPT::Failed_Rcptto), "
        "mostly from 203.0.113.0/24; no share, CHKUSER and vpopmail's vchkpw need not log what is accepted "
        "| accept=0;;;0 deferred=0;;;0 reject=100;;;0 reject_ratio=U\n",
        0,
    )


def test_that_all_is_rejected_is_told_where_something_was_accepted_before(tmp_path):
    lines = [(NOW - 7200, LET_IN)] + [(NOW - 60, REFUSED)] * 80
    log = write_log(tmp_path / "smtpd", lines)
    output, code = check("smtpd", "--log", log, "--at", NOW, "-c", "98")
    assert (output[:66], code) == ("QMAIL_SMTPD CRITICAL - 100 % of 80 records rejected in 15m: recipi", 2)
