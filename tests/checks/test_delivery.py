import pytest

from judge.hosts import START, Send
from support import SAMPLES, check, write_log

SEND = SAMPLES / "send"
AT = ("--at", "2026-11-22T07:15:00")
NOW = 1795332000


def attempts(tmp_path, *reports):
    lines = []
    for number, report in enumerate(reports, 1):
        lines += [
            (NOW - 100, f"new msg {number}"),
            (NOW - 100, f"info msg {number}: bytes 5 from <a@test.example> qp 1 uid 2"),
            (NOW - 100, f"starting delivery {number}: msg {number} to remote u@host{number % 2}.example"),
            (NOW - 100 + number, f"delivery {number}: {report}"),
        ]
    return write_log(tmp_path / "send", sorted(lines, key=lambda line: line[0]))


def test_ok():
    assert check("delivery", "--log", SEND, *AT) == (
        "QMAIL_DELIVERY OK - of 2662 delivery attempts in 15m 13.19 % failed: no such local mailbox (239 of 351), "
        "9.39 % were deferred: greylisted (121 of 250, mostly rcpt4.example) "
        "| deferral=250;;;0 deferral_ratio=9.39%;50;80;0;100 delay_p50=1.21s;;;0 delay_p95=3.78s;;;0 "
        "failure=351;;;0 failure_ratio=13.19%;25;50;0;100 success=2061;;;0\n",
        0,
    )


def test_critical_puts_what_is_wrong_first():
    output, code = check("delivery", "--log", SEND, *AT, "--deferral-critical", "5")
    assert code == 2
    assert output.startswith(
        "QMAIL_DELIVERY CRITICAL - 8.883 % of 1137 remote attempts in 5m were deferred: no SMTP connection (48 of 234 with own bounces) | "
    )


def test_one_channel():
    output, code = check("delivery", "--log", SEND, *AT, "--channel", "remote", "-w", "5")
    assert code == 1
    assert output.startswith(
        "QMAIL_DELIVERY WARNING - 8.531 % of 1137 remote attempts in 5m failed: recipient unknown at remote host "
        "(47 of 110 with own bounces, mostly rcpt5.example) | "
    )


def test_one_of_one_failed_is_too_few_to_judge(tmp_path):
    log = attempts(tmp_path, "failure: 192.0.2.1_does_not_like_recipient./")
    assert check("delivery", "--log", log, "--at", NOW) == (
        "QMAIL_DELIVERY OK - 1 delivery attempt in 15m, too few to judge "
        "| deferral=0;;;0 deferral_ratio=0.0%;50;80;0;100 delay_p50=U delay_p95=U "
        "failure=1;;;0 failure_ratio=100.0%;25;50;0;100 success=0;;;0\n",
        0,
    )


def test_enough_of_them_are_critical(tmp_path):
    log = attempts(tmp_path, *["failure: 192.0.2.1_does_not_like_recipient./"] * 2)
    output, code = check("delivery", "--log", log, "--at", NOW, "--min-events", "2")
    assert (output.split(" | ")[0], code) == (
        "QMAIL_DELIVERY CRITICAL - 100 % of 2 remote attempts in 5m failed: recipient refused by remote host (2 of 2)",
        2,
    )


def test_nothing_delivered(tmp_path):
    log = write_log(tmp_path / "send", [(NOW - 9, "status: local 0/10 remote 0/20")])
    assert check("delivery", "--log", log, "--at", NOW) == (
        "QMAIL_DELIVERY OK - no delivery attempt in 15m | deferral=0;;;0 deferral_ratio=U delay_p50=U delay_p95=U "
        "failure=0;;;0 failure_ratio=U success=0;;;0\n",
        0,
    )


def test_delays_run_from_queueing(tmp_path):
    log = attempts(tmp_path, *["success: did_1+0+0/"] * 20)
    output, _ = check("delivery", "--log", log, "--at", NOW, "-v")
    assert "delay_p50=10.0s;;;0 delay_p95=19.0s;;;0" in output
    assert "\ndelay: half within 10s, 95 % within 19s\n" in output


def test_verbose_lists_causes():
    output, _ = check("delivery", "--log", SEND, *AT, "-v")
    assert "\nfailure: 239 no such local mailbox\n" in output
    assert "\ndeferral: 48 no SMTP connection, 24 of them refused.example\n" in output
    assert "\ndeferral: 121 greylisted, 95 of them rcpt4.example, at RCPT\n" in output
    assert "\nwhose trouble: recipient 353, nobody 121, network 65, us 43, them 19\n" in output


def test_the_line_names_the_block_list_and_whom_it_refused_at(tmp_path):
    answer = b"but_sender_was_rejected./Remote_host_said:_554_5.7.1_Client_host_[192.0.2.9]_blocked_using_zen.spamhaus.org/"
    events = []
    for number in range(40):
        host = b"other.example" if number < 3 else b"outlook.example"
        events.append((NOW - 50, b"starting delivery %d: msg 1 to remote a@%b" % (number, host)))
        text = b"failure: Connected_to_192.0.2.1_" + answer if number % 4 else b"success: ok/"
        events.append((NOW - 5, b"delivery %d: %b" % (number, text)))
    log = write_log(tmp_path / "send", events)
    output, code = check("delivery", "--log", log, "--at", NOW, "-v")
    assert code == 2
    assert output.startswith(
        "QMAIL_DELIVERY CRITICAL - 75 % of 40 remote attempts in 5m failed: our address is on a block list (Spamhaus) "
        "(30 of 30, mostly outlook.example)\n"
    )
    assert "\nfailure: 30 our address is on a block list (Spamhaus), 28 of them outlook.example, at MAIL\n" in output
    assert "\nwhose trouble: us 30\n" in output


def test_a_hostile_host_name_reaches_no_perfdata(tmp_path):
    log = write_log(
        tmp_path / "send",
        [
            (NOW - 5, b"starting delivery 1: msg 1 to remote a@x|rta=0;\x1b[2J<b>"),
            (NOW - 4, b"delivery 1: failure: Sorry,_no/"),
        ],
    )
    output, code = check("delivery", "--log", log, "--at", NOW, "--min-events", "1", "-v")
    assert code == 2
    assert output.count("|") == 1
    assert "\x1b" not in output
    assert "mostly x_rta_0__[2J_b_)" in output


def test_the_wrong_log_is_unknown():
    smtpd = SAMPLES / "smtpd"
    assert check("delivery", "--log", smtpd, *AT) == (
        f"QMAIL_DELIVERY UNKNOWN - {smtpd}: no line of qmail-send in it; is this the right log?\n",
        3,
    )


def test_bounces_to_nobody_are_no_failures(tmp_path):
    lines = []
    for n in range(60):
        nobody = n % 3 < 2
        recipient = "#@[]" if nobody else f"c{n}@example.net"
        report = "failure: Sorry,_I_couldn't_find_any_host_named_[]._(#5.1.2)/" if nobody else "success: 192.0.2.7_accepted_message./"
        lines += [
            (NOW - 200 + n, f"starting delivery {n + 1}: msg {n + 10} to remote {recipient}"),
            (NOW - 200 + n, f"delivery {n + 1}: {report}"),
        ]
    lines += [
        (NOW - 9, "starting delivery 99: msg 100 to remote #@[]"),
        (NOW - 9, "delivery 99: deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/"),
    ]
    log = write_log(tmp_path / "send", lines)
    assert check("delivery", "--log", log, "--at", NOW, "-v") == (
        "QMAIL_DELIVERY OK - of 20 delivery attempts in 15m 0 % failed, 0 % were deferred\n"
        "not counted: 40 failures to the double bounce address #@[], where nobody is\n"
        "not counted: 1 deferral to the double bounce address #@[], where nobody is\n"
        "| deferral=0;;;0 deferral_ratio=0.0%;50;80;0;100 delay_p50=U delay_p95=U failure=0;;;0 "
        "failure_ratio=0.0%;25;50;0;100 success=20;;;0\n",
        0,
    )


BUSY = "deferral: Connected_to_192.0.2.33_but_greeting_failed./Remote_host_said:_421_too_busy/"


def dead(tmp_path, minutes, places):
    """Write an hour in which a mail a minute arrives, then minutes in which none does, at so many places."""
    send = Send()
    for minute in range(60):
        send.deliver(minute)
    for minute in range(60, 60 + minutes):
        send.deliver(minute, f"remote u@d{minute % places}.example", BUSY)
        send.deliver(minute, "local u", "success: did_0+0+1/")
    send.course(tmp_path / "send", 60 + minutes - 1)
    return "--log", tmp_path / "send", "--at", START + 60 * (60 + minutes)


@pytest.mark.parametrize(
    ("minutes", "options", "code"),
    [
        (12, (), 2),
        (12, ("--silence-warning", "30m"), 0),
        (12, ("--silence-warning", "5m"), 1),
        (12, ("--silence-warning", "5m", "--silence-critical", "11m"), 2),
        (12, ("--silence-critical", "12m"), 0),
        (2, (), 0),
        (2, ("--silence-warning", "1m"), 1),
    ],
)
def test_how_long_none_may_succeed_can_be_fixed(tmp_path, minutes, options, code):
    output, found = check("delivery", *dead(tmp_path, minutes, 5), "--min-events", "100", *options)
    assert (found, "no remote delivery has succeeded" in output) == (code, code > 0)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--destination-warning", "50"), 0),
        (("--destination-warning", "8"), 1),
        (("--destination-warning", "8", "--destination-critical", "9"), 2),
        (("--destination-critical", "50"), 1),
    ],
)
def test_how_many_attempts_a_destination_may_refuse_can_be_fixed(tmp_path, options, code):
    """A destination counts from its second failure on: 10 of 12 attempts."""
    output, found = check("delivery", *dead(tmp_path, 12, 1), "--silence-warning", "1h", "--min-events", "100", *options)
    assert (found, "d0.example has taken none of " in output) == (code, code > 0)
