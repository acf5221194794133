"""Whether what comes in becomes a message of the queue."""

import pytest

from judge.hosts import ACCEPT, WELL, Host, Send, Sessions
from sqmail_judge import flow
from sqmail_judge.finding import CRITICAL, WARNING
from sqmail_log.figures.metrics import SEND


def shown(_, name):
    return name


def judged(tmp_path, minute, send, sessions):
    sends = [send.course(tmp_path / "send", minute)]
    return list(flow.of_mail(sends, [sessions.course(tmp_path / "smtpd", minute)] if sessions else [], shown))


@pytest.fixture
def well(tmp_path):
    """An hour in which each message that SMTP takes is delivered in the same minute."""
    host = Host(tmp_path)
    return host.send, host.smtpd


def test_all_is_well(tmp_path, well):
    assert judged(tmp_path, 59, *well) == []


@pytest.mark.parametrize(("minutes", "state"), [(3, None), (5, WARNING), (10, CRITICAL)])
def test_qmail_send_is_silent(tmp_path, well, minutes, state):
    send, sessions = well
    for minute in range(60, 60 + minutes):
        sessions.visit(minute, ACCEPT)
    found = judged(tmp_path, 59 + minutes, send, sessions)
    assert [finding.state for finding in found] == ([state] if state else [])
    for finding in found:
        assert finding.kind == "unqueued"
        assert finding.sentence == (
            f"qmail-send has logged nothing for {minutes - 1}m, while SMTP accepted {minutes - 1} recipients: "
            "is it running, and its multilog? else the spool takes nothing (read-only, full)"
        )


@pytest.fixture
def without_records():
    """The same of a qmail-smtpd that writes no records; every other client brings no mail."""
    send, sessions = Send(), Sessions()
    for minute in WELL:
        for _ in range(2):
            sessions.visit(minute)
        send.deliver(minute)
    return send, sessions


@pytest.mark.parametrize(("minutes", "state"), [(5, None), (6, WARNING), (10, WARNING), (11, CRITICAL)])
def test_qmail_send_is_silent_and_no_record_tells_of_mail(tmp_path, without_records, minutes, state):
    send, sessions = without_records
    for minute in range(60, 60 + minutes):
        sessions.visit(minute)
    found = judged(tmp_path, 59 + minutes, send, sessions)
    assert [finding.state for finding in found] == ([state] if state else [])
    for finding in found:
        assert finding.kind == "unqueued"
        assert finding.words == f"qmail-send has logged nothing for {minutes - 1}m, while {minutes - 1} clients were served"


def test_qmail_send_exited_and_no_record_tells_of_mail(tmp_path, without_records):
    send, sessions = without_records
    send.say(60, "status: exiting", 0)
    for minute in range(60, 65):
        sessions.visit(minute)
    (finding,) = judged(tmp_path, 64, send, sessions)
    assert finding.state == WARNING
    assert finding.words == "qmail-send exited 4m ago and has queued nothing since, while 4 clients were served"


def test_nobody_is_served_and_nothing_is_queued(tmp_path, without_records):
    """That is no trouble of the queue."""
    send, sessions = without_records
    for minute in range(60, 72):
        sessions.visit(minute, status=256)
    assert judged(tmp_path, 71, send, sessions) == []


@pytest.mark.parametrize(
    ("each", "quiet", "state"), [(10, 6, None), (10, 8, WARNING), (10, 11, CRITICAL), (2, 20, None), (2, 36, CRITICAL)]
)
def test_qmail_send_is_all_that_is_heard(tmp_path, each, quiet, state):
    send = Send()
    for minute in WELL:
        for _ in range(each):
            send.deliver(minute)
    course = send.course(tmp_path / "send", 59 + quiet)
    found = list(flow.judge([({SEND}, course)], shown))
    assert [(finding.kind, finding.state) for finding in found] == ([("unqueued", state)] if state else [])
    for finding in found:
        assert finding.words == f"qmail-send has logged nothing for {quiet - 1}m, which is unusual here"


def test_qmail_send_exited(tmp_path, well):
    send, sessions = well
    send.say(60, "status: exiting", 0)
    for minute in range(60, 72):
        sessions.visit(minute, ACCEPT)
    (finding,) = judged(tmp_path, 71, send, sessions)
    assert finding.sentence.startswith("qmail-send exited 11m ago and has queued nothing since, while SMTP accepted 11")
    assert finding.state == CRITICAL


@pytest.mark.parametrize(("minute", "state"), [(64, None), (65, WARNING), (68, WARNING), (69, CRITICAL)])
def test_qmail_send_exited_and_one_message_waits(tmp_path, minute, state):
    send, sessions = Send(), Sessions()
    send.say(60, "status: local 0/10 remote 0/20", 0)
    send.say(60, "status: exiting", 1)
    sessions.visit(62, ACCEPT)
    found = judged(tmp_path, minute, send, sessions)
    assert [finding.state for finding in found] == ([state] if state else [])


def test_qmail_send_was_restarted(tmp_path, well):
    send, sessions = well
    send.say(60, "status: exiting", 0)
    send.say(60, "status: local 0/10 remote 0/20", 2)
    for minute in range(60, 72):
        sessions.visit(minute, ACCEPT)
    (finding,) = judged(tmp_path, 71, send, sessions)
    assert finding.words.startswith("qmail-send has logged nothing for 11m")


@pytest.mark.parametrize(("asked", "state"), [(4, None), (5, WARNING), (7, CRITICAL)])
def test_of_a_host_of_which_nothing_is_known(tmp_path, asked, state):
    """A message each two minutes or three, and qmail-send is dead since before the log began."""
    send, sessions = Send(), Sessions()
    send.say(0, "status: local 0/10 remote 0/20", 0)
    for number in range(asked):
        sessions.visit(2 * number, ACCEPT)
    found = judged(tmp_path, 2 * asked, send, sessions)
    assert [finding.state for finding in found] == ([state] if state else [])


def test_what_qmail_send_complains_of_is_the_cause(tmp_path, well):
    send, sessions = well
    for minute in range(60, 72):
        sessions.visit(minute, ACCEPT)
        send.say(minute, "alert: cannot start: unable to read controls")
    (finding,) = judged(tmp_path, 71, send, sessions)
    assert finding.words.startswith("alert: cannot start: unable to read controls (12 times); nothing was queued for 11m")


def test_retries_go_on_and_nothing_new_is_queued(tmp_path, well):
    send, sessions = well
    for minute in range(60, 72):
        sessions.visit(minute, ACCEPT)
        send.say(minute, "starting delivery 900: msg 1 to remote u@example.net")
        send.say(minute, "delivery 900: deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/", 2)
    (finding,) = judged(tmp_path, 71, send, sessions)
    assert "does the spool take files" in finding.step


def served(accepted, queued, injected, minutes, *, recipients=1):
    """Return 40 minutes in which all is queued, ten messages a minute, then some in which less is."""
    send, sessions = Send(), Sessions()
    for minute in range(40 + minutes):
        for number in range(10 if minute < 40 else accepted):
            sessions.visit(minute, *[ACCEPT] * (1 if minute < 40 else recipients))
            if minute < 40 or number < queued:
                send.deliver(minute)
        for _ in range(injected if minute >= 40 else 1):
            send.deliver(minute, "local root@test.example", "success: did_1+0+0/")
    return send, sessions


@pytest.mark.parametrize(("minutes", "state"), [(4, None), (6, WARNING), (10, CRITICAL)])
def test_what_smtp_takes_is_lost_while_programs_of_the_host_go_on(tmp_path, minutes, state):
    found = judged(tmp_path, 39 + minutes, *served(10, 0, 1, minutes))
    assert [finding.state for finding in found] == ([state] if state else [])
    for finding in found:
        assert finding.kind == "unqueued"
        assert "(QMAILQUEUE)" in finding.step
    if minutes == 10:
        assert found[0].words == "only 9 messages queued in 9m, usual are 90, while SMTP accepted 90 recipients"


def test_a_qmail_send_that_is_gone_loses_nothing(tmp_path):
    """That less than usual is queued shows first, and says the same cause as its silence does later."""
    send, sessions = served(10, 0, 0, 6)
    send.say(40, "status: exiting", 30)
    (finding,) = judged(tmp_path, 43, send, sessions)
    assert finding.sentence == (
        "qmail-send exited 2m ago and has queued nothing since, while SMTP accepted 30 recipients: "
        "start it; see svstat of its service and of its log"
    )


@pytest.mark.parametrize(
    ("accepted", "queued", "injected", "recipients"),
    [(10, 5, 1, 1), (40, 10, 1, 1), (10, 10, 1, 6), (1, 0, 0, 1), (2, 2, 0, 1)],
    ids=["half", "others ask for recipients alone", "many recipients", "next to nothing", "an evening"],
)
def test_less_queued_than_accepted_is_usual(tmp_path, accepted, queued, injected, recipients):
    send, sessions = served(accepted, queued, injected, 12, recipients=recipients)
    assert [found.words for found in judged(tmp_path, 51, send, sessions) if found.words.startswith("only")] == []


def test_the_end_of_a_mailing_leaves_what_smtp_takes(tmp_path):
    send, sessions = Send(), Sessions()
    for minute in range(55):
        for _ in range(5):
            sessions.visit(minute, ACCEPT)
            send.deliver(minute)
        for _ in range(40 if minute < 40 else 0):
            send.deliver(minute)
    assert judged(tmp_path, 54, send, sessions) == []


def test_what_is_refused_behind_data_is_not_missed(tmp_path, well):
    send, sessions = well
    for minute in range(60, 72):
        sessions.visit(minute, ACCEPT, "Reject::DATA::Spam_Message")
    assert judged(tmp_path, 71, send, sessions) == []


def test_a_night_with_three_messages(tmp_path, well):
    send, sessions = well
    for minute in (200, 300, 400):
        sessions.visit(minute, ACCEPT)
        send.deliver(minute)
    assert judged(tmp_path, 500, send, sessions) == []


def test_a_small_host_whose_qmail_send_is_dead(tmp_path, well):
    send, sessions = well
    for minute in (200, 205, 210):
        sessions.visit(minute, ACCEPT)
    (finding,) = judged(tmp_path, 212, send, sessions)
    assert finding.kind == "unqueued"


def test_logins_alone_bring_no_mail_in(tmp_path, well):
    send, sessions = well
    for minute in range(60, 75):
        sessions.say(minute, "vchkpw-imap: (PLAIN) login success ann@example.org:192.0.2.55")
        sessions.say(minute, "vchkpw-smtp: (LOGIN) login success ann@example.org:192.0.2.55")
    assert judged(tmp_path, 74, send, sessions) == []
