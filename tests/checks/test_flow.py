"""Whether mail moves: whole lines of hosts whose minutes are told one by one."""

import os
import time

import pytest

from judge.hosts import ACCEPT, REJECT, START, Host
from support import SAMPLES, check

AT = "2026-11-22T07:15Z"
SAMPLE = [word for name in ("send", "smtpd", "smtpsub", "pop3d") for word in ("--log", SAMPLES / name)]
STEP = "is it running, and its multilog? else the spool takes nothing (read-only, full)"


def asked(host, minute):
    """Ask at the end of a minute."""
    return check("flow", *host.write(), "--at", START + 60 * (minute + 1))


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_the_samples_are_well():
    assert check("flow", *SAMPLE, "--at", AT) == (
        "QMAIL_FLOW OK - 1733 connections, 1476 accepted, 1879 queued, 2662 deliveries started, 1814 messages ended in 15m "
        "| accepted=1476;;;0 ended=1814;;;0 finished=2662;;;0 messages_in=1879;;;0 sessions=1733;;;0 started=2662;;;0 turned_away=182;;;0 waiting=124;;;0\n",
        0,
    )


def test_what_a_log_does_not_count_is_not_shown():
    assert check("flow", "--log", SAMPLES / "smtpd", "--at", AT) == (
        "QMAIL_FLOW OK - 1733 connections, 1476 accepted in 15m | accepted=1476;;;0 sessions=1733;;;0 turned_away=182;;;0\n",
        0,
    )


def test_a_burst_after_quiet_minutes_is_told(host):
    for _ in range(1500):
        host.send.deliver(60, "local u", report="success: did_0+0+1/")
    output, code = asked(host, 60)
    assert output.startswith(
        "QMAIL_FLOW WARNING - 1514 messages in 15m, usual are about 15 in as long; most are local: "
        "a loop, a list's post, or a program of this host? see sqmail-report senders, uids |"
    )
    assert code == 1


def test_what_moves_is_told(host):
    assert asked(host, 59) == (
        "QMAIL_FLOW OK - 15 connections, 15 accepted, 15 queued, 15 deliveries started, 15 messages ended in 15m "
        "| accepted=15;;;0 ended=15;;;0 finished=15;;;0 messages_in=15;;;0 sessions=15;;;0 started=15;;;0 turned_away=0;;;0 waiting=0;;;0\n",
        0,
    )


def test_qmail_send_is_silent(host):
    for minute in range(60, 72):
        host.smtpd.visit(minute, ACCEPT)
    assert asked(host, 71) == (
        f"QMAIL_FLOW CRITICAL - qmail-send has logged nothing for 11m, while SMTP accepted 11 recipients: {STEP} "
        "| accepted=15;;;0 ended=3;;;0 finished=3;;;0 messages_in=3;;;0 sessions=15;;;0 started=3;;;0 turned_away=0;;;0 waiting=0;;;0\n",
        2,
    )


def test_the_same_a_few_minutes_after_it_began(host):
    for minute in range(60, 65):
        host.smtpd.visit(minute, ACCEPT)
    output, code = asked(host, 64)
    assert output.startswith(f"QMAIL_FLOW WARNING - qmail-send has logged nothing for 4m, while SMTP accepted 4 recipients: {STEP} |")
    assert code == 1
    assert asked(host, 61)[1] == 0


def test_the_spool_is_looked_at(host, tmp_path):
    """What programs of the host queue while qmail-send is dead no log tells, and the spool does."""
    queue = tmp_path / "queue"
    (queue / "mess").mkdir(parents=True)
    (queue / "todo").mkdir()
    words = (*host.write(), "--at", START + 60 * 60, "--queue", queue)
    assert check("flow", *words)[1] == 0
    (queue / "todo" / "7").touch()
    os.utime(queue / "todo" / "7", (time.time() - 700, time.time() - 700))
    output, code = check("flow", *words)
    assert output.startswith(f"QMAIL_FLOW CRITICAL - 1 message in {queue} not taken up by qmail-send, the oldest for 11m: is qmail-send running?")
    assert code == 2
    output, code = check("flow", *words[:-1], tmp_path / "none")
    assert output.startswith(f"QMAIL_FLOW UNKNOWN - {tmp_path}/none/mess: no such folder")
    assert code == 3


def test_who_is_turned_away_and_what_waits(host):
    for number in range(3):
        host.smtpd.visit(59, extra=("rblsmtpd: {client} pid {pid}: 451 listed",) if number else ())
        host.send.deliver(59, report="deferral: Connected_to_192.0.2.9_but_connection_died._(#4.4.2)/" if number else "")
    output, _ = asked(host, 59)
    assert output.endswith(
        "| accepted=15;;;0 ended=15;;;0 finished=17;;;0 messages_in=18;;;0 sessions=18;;;0 started=18;;;0 turned_away=2;;;0 waiting=3;;;0\n"
    )


def test_with_a_state(host):
    """The check that runs each minute says the same as one that reads all at once."""
    for minute in range(60, 72):
        host.smtpd.visit(minute, ACCEPT)
    words = host.write(int(time.time()) // 60 * 60 - 71 * 60)
    live = ("--state-dir", host.folder / "state")
    first = check("flow", *words, *live)
    assert first[0].startswith("QMAIL_FLOW CRITICAL - qmail-send has logged nothing for 1")
    assert f"m, while SMTP accepted 11 recipients: {STEP} | accepted=1" in first[0]
    assert first[1] == 2
    assert check("flow", *words, *live)[1] == 2


def test_nothing_is_queued_and_nobody_wrote(host):
    assert asked(host, 68) == (
        "QMAIL_FLOW WARNING - no log has had a line for 8m: "
        "is the disk of the logs full? do the multilogs run, and the machine's network? "
        "| accepted=6;;;0 ended=6;;;0 finished=6;;;0 messages_in=6;;;0 sessions=6;;;0 started=6;;;0 turned_away=0;;;0 waiting=0;;;0\n",
        1,
    )


def test_nobody_connects_and_the_rest_goes_on(host):
    for minute in range(60, 69):
        host.send.deliver(minute)
    output, code = asked(host, 68)
    assert output.startswith(
        f"QMAIL_FLOW WARNING - {host.folder}/qmail-smtpd: no connection for 8m, which is unusual here: "
        "does the service run and listen? see svstat, and connect to its port |"
    )
    assert code == 1


def test_all_clients_are_sent_away_by_a_block_list(host):
    for minute in range(60, 72):
        host.smtpd.visit(minute, extra=("rblsmtpd: {client} pid {pid}: 451 Blocked - see http://rbl.test/",))
    output, code = asked(host, 71)
    assert output.startswith(
        f"QMAIL_FLOW CRITICAL - {host.folder}/qmail-smtpd: none of 11 clients has got as far as a record for 11m, "
        "11 refused before SMTP by a block list (RBL, 451): "
        "is the block list's zone gone or listing everybody? take it out of rblsmtpd's options |"
    )
    assert code == 2


def test_all_recipients_are_refused(host):
    for minute in range(60, 72):
        host.smtpd.visit(minute, REJECT)
        host.send.deliver(minute)
    output, code = asked(host, 71)
    assert output.startswith(
        f"QMAIL_FLOW CRITICAL - {host.folder}/qmail-smtpd: nothing was accepted for 11m, all 11 recipients and senders "
        "were refused, mostly recipient unknown (11): see what refuses: control files, recipients' list, relay rules |"
    )
    assert code == 2


def test_nobody_can_log_in(host):
    for minute in range(60):
        host.smtpd.visit(minute, "Accept::AUTH::plain")
    for minute in range(60, 72):
        host.smtpd.visit(minute, "Reject::AUTH::plain", status=256)
        host.send.deliver(minute)
    output, code = asked(host, 71)
    assert ": no login has succeeded for 11m, all 11 failed, mostly " in output
    assert ": does the program that knows the passwords work? try it by hand |" in output
    assert code == 2


def test_deliveries_that_do_not_end(host):
    for minute in range(60, 72):
        host.smtpd.visit(minute, ACCEPT)
        host.send.deliver(minute, report="")
        host.send.say(minute, f"status: local 0/10 remote {minute - 59}/20", 9)
    output, code = asked(host, 71)
    assert output.startswith(
        f"QMAIL_FLOW CRITICAL - {host.folder}/qmail-send: none of 12 remote deliveries has ended for 11m, 12 of 12 to example.net: "
        "see what hangs (ps, ss): remote hosts that do not answer, the resolver, the network |"
    )
    assert code == 2


def test_deliveries_that_do_not_start(host):
    for minute in range(60, 72):
        host.smtpd.visit(minute, ACCEPT)
        host.send.queue(minute, 5000 + minute)
    output, code = asked(host, 71)
    assert output.startswith(
        f"QMAIL_FLOW CRITICAL - {host.folder}/qmail-send: qmail-send has started nothing for 11m while 11 messages came in: "
        "are deliveries on hold, or its limits 0? see its alert lines |"
    )
    assert code == 2


def test_a_log_that_cannot_be_read_is_unknown(host):
    output, code = check("flow", *host.write(), "--log", host.folder / "none", "--at", START + 3600)
    assert output.startswith(f"QMAIL_FLOW UNKNOWN - {host.folder}/none: no such log; 15 connections, 15 accepted, ")
    assert code == 3


def test_it_has_no_thresholds():
    assert check("flow", *SAMPLE, "-w", "5") == (
        "UNKNOWN - usage: unrecognized arguments: -w 5; see check_qmail_flow --help\n",
        3,
    )
