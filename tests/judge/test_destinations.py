"""Successes are counted where most fails, and it does not matter where one run ended and the next began."""

import pytest

from judge.hosts import START, Send
from sqmail_judge import delivery
from sqmail_judge.course import Course
from sqmail_log import watch
from sqmail_log.figures.sums import THROUGH
from sqmail_log.units import MINUTE, SECOND, Nanoseconds
from support import write_log

LATER = "deferral: 192.0.2.1_does_not_like_recipient./Remote_host_said:_451_4.3.0_try_again_later/Giving_up_on_192.0.2.1./"
GREYLISTED = LATER.replace("451_4.3.0_try_again_later", "450_4.2.0_greylisted")
UNKNOWN = "192.0.2.1_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user_here/Giving_up_on_192.0.2.1./"
REFUSED = "192.0.2.1_does_not_like_recipient./Remote_host_said:_550_5.7.1_mail_from_your_network_is_refused/Giving_up_on_192.0.2.1./"
FULL = "deferral: Temporary_error_on_maildir_delivery._(#4.3.0)/"


def shown(_, name):
    return name


def through(send, tmp_path, ends, state="state"):
    """Return {minute: THROUGH} of a log that is read at the end of each of these minutes."""
    send.lines.sort(key=lambda line: line[0])
    for end in ends:
        until = START + int(60 * end)
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


def test_one_that_fails_is_watched_from_the_next_minute_on(tmp_path):
    assert through(failing(), tmp_path, [20]) == {minute: {"remote|sick.example": 0} for minute in range(6, 12)}


def test_one_that_fails_now_and_then_is_watched_a_while_later(tmp_path):
    """Two failures in ten minutes are enough, where there is room."""
    assert through(failing(minutes=[2, 4, 6, 8, 12, 14], each=1), tmp_path, [20]) == {
        minute: {"remote|sick.example": 0} for minute in (6, 8, 12, 14)
    }


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


@pytest.mark.parametrize(
    "ends",
    [range(1, 21), [3, 11, 13, 20], [number / 20 for number in range(20, 401)]],
    ids=["each minute", "now and then", "within minutes"],
)
def test_runs_in_pieces_count_alike(tmp_path, ends):
    send = failing()
    for minute in (3, 7, 12, 13):
        send.deliver(minute, "remote v@sick.example")
    whole = through(send, tmp_path, [20])
    assert through(send, tmp_path, ends, state="pieces") == whole
    assert whole[13] == {"remote|sick.example": 1}


def judged(send, tmp_path, minute):
    course = send.course(tmp_path / "log", minute)
    return [found.words for found in delivery.judge(course, 15 * MINUTE, delivery.DEFAULTS, shown, None) if found.kind == "destination"]


def test_one_that_takes_nothing_is_told(tmp_path):
    assert judged(failing(minutes=range(5, 20)), tmp_path, 19) == [
        "sick.example has taken none of 42 remote attempts for 14m: trouble at remote host (42)"
    ]


def test_one_that_takes_something_is_not(tmp_path):
    send = failing(minutes=range(5, 20))
    for minute in range(5, 20, 2):
        send.deliver(minute, "remote v@sick.example")
    assert judged(send, tmp_path, 19) == []


@pytest.mark.parametrize(("each", "minute", "told"), [(3, 9, 12), (3, 8, None), (1, 9, None), (1, 10, 4)])
def test_one_is_told_from_four_minutes_on(tmp_path, each, minute, told):
    """Those of the first minute, before it is watched, tell when it began, and are no evidence."""
    words = f"sick.example has taken none of {told} remote attempts for 4m: trouble at remote host ({told})"
    assert judged(failing(minutes=range(5, minute + 1), each=each), tmp_path, minute) == ([words] if told else [])


@pytest.mark.parametrize(("minutes", "told"), [((5, 6, 12, 13, 14), 0), ((5, 6, 12, 13, 15, 16, 17), 1)])
def test_retries_are_no_more_messages(tmp_path, minutes, told):
    """Of two messages to five addresses the retries come 400 s later; of three more nothing does."""
    send = failing(minutes=minutes, each=1)
    assert len(judged(send, tmp_path, 18)) == told


def test_what_failed_for_good_is_not_tried_again(tmp_path):
    assert len(judged(failing(minutes=(5, 6, 12, 13, 14), text=f"failure: {REFUSED}", each=1), tmp_path, 17)) == 1


@pytest.mark.parametrize(("each", "told"), [(4, 0), (5, 1)])
def test_one_message_to_few_addresses_is_no_dead_host(tmp_path, each, told):
    assert len(judged(failing(minutes=(5, 12, 13), each=each), tmp_path, 16)) == told


@pytest.mark.parametrize("yesterday", [True, False])
def test_what_always_failed_takes_ten_attempts(tmp_path, yesterday):
    """A name that people mistype: it failed the day before, too."""
    send = failing(minutes=range(5, 11), each=1)
    if yesterday:
        send.deliver(-600, "remote w@sick.example", LATER)
    course = watched(send, tmp_path, 10)
    found = [finding for finding in delivery.judge(course, 15 * MINUTE, delivery.DEFAULTS, shown, None) if finding.kind == "destination"]
    assert len(found) == (not yesterday)


def watched(send, tmp_path, minute):
    send.lines.sort(key=lambda line: line[0])
    now = Nanoseconds((START + 60 * (minute + 1)) * SECOND)
    return Course(watch.watch(str(write_log(tmp_path / "log", send.lines)), str(tmp_path / "state"), now=now))


def test_what_failed_once_long_before_did_not_begin_it(tmp_path):
    send = failing(minutes=range(12, 20), text=GREYLISTED)
    send.deliver(6, "remote v@sick.example", LATER)
    assert judged(send, tmp_path, 18) == []
    assert len(judged(failing(minutes=range(5, 20), text=GREYLISTED), tmp_path, 18)) == 1


@pytest.mark.parametrize(("each", "told"), [(40, 0), (120, 1)])
def test_a_mass_that_is_greylisted_is_told_at_once(tmp_path, each, told):
    """A large host has as many in minutes, and they come through at the first retry."""
    assert len(judged(failing(minutes=range(5, 10), text=GREYLISTED, each=each), tmp_path, 9)) == told
    assert len(judged(failing(minutes=range(5, 10), each=each), tmp_path, 9)) == 1


def told_dead(tmp_path, channel, text, each=1):
    """Return the kinds of what is told after twelve minutes without a success."""
    send = Send()
    for minute in range(20):
        for number in range(each):
            send.deliver(minute, f"{channel} u@d{(minute + number) % 9}.example", "success: did_1+0+0/" if minute < 8 else text)
    course = send.course(tmp_path / "log", 19)
    return [found.kind for found in delivery.judge(course, 15 * MINUTE, delivery.DEFAULTS, shown, None)]


def test_recipients_elsewhere_that_do_not_exist_are_no_dead_channel(tmp_path):
    assert told_dead(tmp_path, "remote", f"failure: {UNKNOWN}") == []
    assert told_dead(tmp_path, "remote", f"failure: {REFUSED}") == ["no-remote"]


def test_where_very_many_do_not_exist_something_is_wrong(tmp_path):
    assert told_dead(tmp_path, "remote", f"failure: {UNKNOWN}", each=10) == ["no-remote"]


@pytest.mark.parametrize(("again", "told"), [(1, False), (20, True)])
def test_a_post_that_was_greylisted_arrives_while_others_are_watched(tmp_path, again, told):
    """Forty messages at once, and later one of somebody else; or as many of these again as are told to wait still."""
    send = Send()
    for minute in range(22):
        send.deliver(minute)
        for _ in range({10: 40, 19: again}.get(minute, 0)):
            send.deliver(minute, "remote u@sick.example", GREYLISTED)
    found = delivery.judge(send.course(tmp_path / "log", 21), 15 * MINUTE, delivery.DEFAULTS, shown, None)
    assert [finding.kind for finding in found if finding.kind == "destination"] == (["destination"] if told else [])
