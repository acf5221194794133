"""Successes are counted where most fails, and it does not matter where one run ended and the next began."""

import pytest

from judge.hosts import START, Send
from sqmail_judge import delivery
from sqmail_log import watch
from sqmail_log.figures.sums import THROUGH
from sqmail_log.units import MINUTE, SECOND, Nanoseconds
from support import write_log

LATER = "deferral: 192.0.2.1_does_not_like_recipient./Remote_host_said:_451_4.3.0_try_again_later/Giving_up_on_192.0.2.1./"
FULL = "deferral: Temporary_error_on_maildir_delivery._(#4.3.0)/"


def shown(_, name):
    return name


def through(send, tmp_path, ends, state="state"):
    """Return {minute: THROUGH} of a log that is read at the end of each of these minutes."""
    send.lines.sort(key=lambda line: line[0])
    for end in ends:
        until = START + 60 * end
        log = write_log(tmp_path / "log", [line for line in send.lines if line[0] < until])
        view = watch.watch(str(log), str(tmp_path / state), now=Nanoseconds(until * SECOND))
    first = START // 60
    return {int(number) - first: of.tables[THROUGH] for number, of in view.minutes_from(600) if THROUGH in of.tables}


def failing(host="remote u@sick.example", text=LATER, minutes=range(5, 12), each=3):
    send = Send()
    for minute in range(20):
        send.deliver(minute)
        for number in range(each if minute in minutes else 0):
            send.deliver(minute, host, text, sender=f"a{number}@test.example")
    return send


def test_one_that_fails_is_watched_a_while_later(tmp_path):
    assert through(failing(), tmp_path, [20]) == {10: {"remote|sick.example": 0}, 11: {"remote|sick.example": 0}}


def test_what_arrives_there_is_counted(tmp_path):
    send = failing()
    send.deliver(12, "remote v@sick.example")
    send.deliver(12, "remote v@SICK.example.net")
    assert through(send, tmp_path, [20])[12] == {"remote|sick.example": 1}


def test_a_mailbox_is_watched_by_itself(tmp_path):
    send = failing("local bob@test.example", FULL)
    send.deliver(12, "local bob@test.example", "success: did_1+0+0/")
    send.deliver(12, "local ann@test.example", "success: did_1+0+0/")
    assert through(send, tmp_path, [20])[12] == {"local|bob@test.example": 1}


def test_very_much_in_a_minute_is_watched_at_once(tmp_path):
    send = failing(minutes=[7], each=30)
    send.deliver(7, "remote v@sick.example")
    assert through(send, tmp_path, [20])[7] == {"remote|sick.example": 1}


@pytest.mark.parametrize("ends", [range(1, 21), [3, 11, 13, 20]], ids=["each minute", "now and then"])
def test_runs_in_pieces_count_alike(tmp_path, ends):
    send = failing()
    for minute in (3, 9, 12, 13):
        send.deliver(minute, "remote v@sick.example")
    whole = through(send, tmp_path, [20])
    assert through(send, tmp_path, ends, state="pieces") == whole
    assert whole[13] == {"remote|sick.example": 1}


def judged(send, tmp_path, minute):
    course = send.course(tmp_path / "log", minute)
    return [found.words for found in delivery.judge(course, 15 * MINUTE, delivery.DEFAULTS, shown, None) if found.kind == "destination"]


def test_one_that_takes_nothing_is_told(tmp_path):
    assert judged(failing(minutes=range(5, 20)), tmp_path, 19) == [
        "sick.example has taken none of 33 remote attempts for 14m: trouble at remote host (33)"
    ]


def test_one_that_takes_something_is_not(tmp_path):
    send = failing(minutes=range(5, 20))
    for minute in range(5, 20, 2):
        send.deliver(minute, "remote v@sick.example")
    assert judged(send, tmp_path, 19) == []


def test_what_nobody_looked_at_is_not_told(tmp_path):
    assert judged(failing(minutes=range(5, 10)), tmp_path, 9) == []
