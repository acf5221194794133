"""What is told beside findings: causes of a longer time, and what has changed."""

import pytest

from judge.hosts import START, Send, Sessions, course
from sqmail_judge import volume
from sqmail_judge.story.causes import MOST, explained
from sqmail_judge.story.changes import WEEK, Change, changes
from support import write_log

REFUSED = "failure: 192.0.2.5_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user/"
LATER = "deferral: 192.0.2.6_does_not_like_recipient./Remote_host_said:_450_4.2.0_greylisted/"


def plain(channel, name):
    return f"{channel}:{name}" if name else ""


def test_causes_by_time_with_their_destinations(tmp_path):
    send = Send()
    for minute in range(120):
        send.deliver(minute, "remote u@b.example", LATER if minute % 2 else "success: ok./")
        if minute < 50:
            send.deliver(minute, "remote u@a.example", REFUSED)
    send.deliver(119, "local x@c.example", "failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/")
    view = send.course(tmp_path / "send", 119).view
    hour = [(row.result, row.cause, row.count, row.places) for row in explained([view], 60, plain)]
    assert hour == [
        ("deferral", "greylisted", 30, (("remote:b.example", 30),)),
        ("failure", "no such local mailbox", 1, ()),
    ]
    day = [(row.result, row.cause, row.count) for row in explained([view], 1440, plain)]
    assert day[:2] == [("deferral", "greylisted", 60), ("failure", "recipient unknown at remote host", 50)]
    assert explained([view], 1440, plain)[1].places == (("remote:a.example", 50),)


def test_rare_causes_are_added_up(tmp_path):
    texts = [
        "CNAME_lookup_failed_temporarily._(#4.4.3)", "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)",
        "Temporary_error_on_maildir_delivery._(#4.3.0)", "qmail-spawn_unable_to_fork._(#4.3.0)",
        "192.0.2.6_failed_after_I_sent_the_message./Remote_host_said:_452_4.2.2_mailbox_full",
        "192.0.2.6_does_not_like_recipient./Remote_host_said:_450_4.2.0_greylisted",
        "192.0.2.6_does_not_like_recipient./Remote_host_said:_451_4.7.1_try_again_later",
        "Connected_to_192.0.2.6_but_greeting_failed./Remote_host_said:_554_5.7.1_blocked_using_zen.spamhaus.org",
        "Connected_to_192.0.2.6_but_connection_died._(#4.4.2)", "Uh-oh:_home_directory_is_writable._(#4.7.0)",
    ]  # fmt: skip
    send = Send()
    for number, text in enumerate(texts):
        for _ in range(20 - number):
            send.deliver(0, "remote u@a.example", f"deferral: {text}/")
    rows = explained([send.course(tmp_path / "send", 1).view], 60, plain)
    assert sum(row.count for row in rows) == sum(20 - number for number in range(len(texts)))
    assert len(rows) == MOST + 1
    assert (rows[-1].cause, rows[-1].places) == ("", ())


def views(tmp_path, before, now):
    """Return the view of two logs with some events in an hour, and in the same hour of the week before."""
    send, smtpd = Send(), Sessions()
    send.deliver(0)
    smtpd.visit(0, "Accept::RCPT::Recipients_Cdb")
    for base, many in ((61, before), (61 + WEEK, now)):
        for number in range(many):
            send.deliver(base + number % 55)
            smtpd.visit(base + number % 55, "Reject::RCPT::Failed_Rcptto")
    send.deliver(WEEK + 120)
    smtpd.visit(WEEK + 120, "Accept::RCPT::Recipients_Cdb")
    paths = []
    for name, log in (("send", send), ("smtpd", smtpd)):
        log.lines.sort(key=lambda line: line[0])
        paths.append(write_log(tmp_path / name, log.lines))
    return [course(path, WEEK + 120).view for path in paths]


def test_the_same_minutes_of_the_week_before(tmp_path):
    found = {change.what: change for change in changes(views(tmp_path, 20, 62), 60)}
    assert {what: (change.now, change.before) for what, change in found.items()} == {"messages": (62, 20), "rejects": (62, 20)}
    assert found["rejects"].is_great
    assert found["rejects"].words == "3.1 times the week before"


def test_nothing_is_compared_with_a_time_before_the_log(tmp_path):
    send = Send()
    for minute in range(0, 600, 5):
        send.deliver(minute)
    assert changes([send.course(tmp_path / "send", 600).view], 60) == []


@pytest.mark.parametrize(
    ("now", "before", "is_great", "words"),
    [
        (310, 100, True, "3.1 times the week before"),
        (1200, 100, True, "12 times the week before"),
        (30, 100, True, "0.30 times the week before"),
        (199, 100, False, "2.0 times the week before"),
        (200, 100, True, "2.0 times the week before"),
        (19, 0, False, "none the week before"),
        (20, 0, True, "none the week before"),
        (0, 412, True, "none, 412 the week before"),
        (0, 19, False, "none, 19 the week before"),
    ],
)
def test_what_is_worth_to_be_told(now, before, is_great, words):
    change = Change("rejects", 60, now, before)
    assert (change.is_great, change.words) == (is_great, words)


@pytest.mark.parametrize(
    ("messages", "oldest", "found"),
    [
        (1000, 8 * 1440, []),
        (1001, 0, [("queue", 1)]),
        (10_001, 0, [("queue", 2)]),
        (0, 8 * 1440 + 1, [("oldest", 1)]),
    ],
)
def test_how_long_and_how_old_a_queue_may_be(messages, oldest, found):
    assert [(finding.kind, finding.state) for finding in volume.waiting(messages, oldest)] == found


def test_a_queue_is_judged_by_the_defaults_of_its_check():
    from sqmail_checks import queue

    assert (int(queue.WARNING), int(queue.CRITICAL)) == (volume.QUEUE_WARNING, volume.QUEUE_CRITICAL)
    assert f"{volume.OLDEST_WARNING // 1440}d" == queue.OLDEST_WARNING


def test_what_a_queue_is_like_is_found_of_a_host(tmp_path):
    from sqmail_judge.host import HostLogs

    send = Send()
    for number in range(1100):
        send.queue(number // 20, number + 1)
    host = HostLogs([send.course(tmp_path / "send", 60).view])
    kinds = {finding.kind for finding in host.everything([], START, plain, str)}
    assert "queue" in kinds
