"""Whether what is queued is started, and what is started ends."""

import pytest

from judge.hosts import WELL, Send
from sqmail_judge import flow
from sqmail_judge.finding import CRITICAL, WARNING
from sqmail_judge.standstill.deliveries import holder


def shown(_, name):
    return name


def judged(tmp_path, minute, send):
    return list(flow.of_mail([send.course(tmp_path / "send", minute)], [], shown))


def test_nothing_is_started(tmp_path):
    send = Send()
    for minute in WELL:
        send.deliver(minute)
    for minute in range(60, 72):
        send.queue(minute, 1000 + minute)
    (finding,) = judged(tmp_path, 71, send)
    assert (finding.kind, finding.state) == ("unstarted", CRITICAL)
    assert finding.words == "qmail-send has started nothing for 11m while 11 messages came in"


def held(waiting, limit=0):
    """Return an hour of local and remote mail, and twelve minutes of local mail alone; some messages wait."""
    send = Send()
    for minute in WELL:
        send.deliver(minute)
        send.deliver(minute, "local u@test.example", "success: did_1+0+0/")
    send.say(59, f"status: local 0/10 remote 0/{limit}", 9)
    for minute in range(60, 72):
        send.deliver(minute, "local u@test.example", "success: did_1+0+0/")
    for number in range(waiting):
        send.queue(60 + number, 1000 + number)
    return send


@pytest.mark.parametrize(("minute", "state"), [(64, None), (66, WARNING), (71, CRITICAL)])
def test_one_channel_is_held(tmp_path, minute, state):
    found = judged(tmp_path, minute, held(12))
    assert [finding.state for finding in found] == ([state] if state else [])
    for finding in found:
        lasted = minute - 60
        assert finding.words == f"no remote delivery has started for {lasted}m, {lasted + 1} more messages wait; its limit is 0"
        assert finding.step == "see control/concurrencyremote, and the last start of qmail-send"


def test_nobody_writes_to_others_in_the_evening(tmp_path):
    assert judged(tmp_path, 71, held(4, limit=20)) == []


def test_a_channel_that_starts_nothing_though_it_may(tmp_path):
    (finding,) = judged(tmp_path, 71, held(12, limit=20))
    assert finding.words == "no remote delivery has started for 11m, 12 more messages wait"


@pytest.mark.parametrize(("minute", "state"), [(9, None), (11, WARNING), (18, WARNING), (21, CRITICAL)])
def test_deliveries_hang_and_none_ever_ended(tmp_path, minute, state):
    send = Send()
    for number in range(6):
        send.deliver(0, f"remote u{number}@far.example", report="")
    send.say(0, "status: local 0/10 remote 6/20", 9)
    found = judged(tmp_path, minute, send)
    assert [finding.state for finding in found] == ([state] if state else [])


def hanging(running, limit=20):
    send = Send()
    for minute in WELL:
        send.deliver(minute)
    for number in range(running):
        send.deliver(60, f"remote u{number}@far.example", report="")
    send.say(60, f"status: local 0/10 remote {running}/{limit}", 9)
    return send


@pytest.mark.parametrize(
    ("running", "limit", "minute", "state"),
    [(20, 20, 66, WARNING), (20, 20, 70, CRITICAL), (5, 5, 70, CRITICAL), (7, 20, 70, CRITICAL), (1, 20, 90, None), (3, 20, 70, None), (3, 20, 85, WARNING)],
)
def test_deliveries_hang(tmp_path, running, limit, minute, state):
    found = judged(tmp_path, minute, hanging(running, limit))
    assert [finding.state for finding in found if finding.kind == "unended"] == ([state] if state else [])


def test_what_says_nothing_at_all_may_be_qmail_send(tmp_path):
    (finding,) = judged(tmp_path, 70, hanging(20))
    assert finding.step.startswith("is qmail-send running, and its multilog? else see what hangs (ps, ss)")
    send = hanging(20)
    send.queue(69, 900)
    (finding,) = judged(tmp_path, 70, send)
    assert finding.step.startswith("see what hangs (ps, ss)")


def test_a_daemon_that_exited_has_no_deliveries(tmp_path):
    send = hanging(20)
    send.say(62, "status: exiting")
    assert judged(tmp_path, 70, send) == []


def test_deliveries_that_end_one_by_one_do_not_hang(tmp_path):
    send = hanging(20)
    for minute in range(61, 72):
        send.deliver(minute)
    assert judged(tmp_path, 71, send) == []


@pytest.mark.parametrize(
    ("running", "words"),
    [
        (["a"] * 6 + ["b"] * 4, ", 6 of 10 to a"),
        (["a"] * 5 + ["b"] * 3 + ["c"] * 2, ", 5 of 10 to a, 3 of 10 to b"),
        (["a"] * 4 + ["b"] * 3 + ["c"] * 3, ""),
        (["a", "b"], ""),
        ([], ""),
    ],
)
def test_who_holds_the_slots(running, words):
    assert holder(running, "remote", shown) == words
