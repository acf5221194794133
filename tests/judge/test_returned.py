"""An envelope sender most of whose mail comes back is told, and it does not matter where one run ended."""

import pytest

from judge.hosts import START, Send
from sqmail_judge import delivery, senders
from sqmail_judge.finding import CRITICAL, WARNING
from sqmail_log import watch
from sqmail_log.figures.sums import RETURNED, Sums, total
from sqmail_log.parties.envelopes import _name
from sqmail_log.units import MINUTE, SECOND, Minute, Nanoseconds
from support import write_log

UNKNOWN = "failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user/Giving_up_on_192.0.2.1./"
SPAM = "failure: 192.0.2.1_failed_after_I_sent_the_message./Remote_host_said:_554_5.7.1_message_rejected_as_spam/"
LIST = "news@shop.example"
WINDOW = 15 * MINUTE


def looked(send, tmp_path, ends, state="state"):
    send.lines.sort(key=lambda line: line[0])
    for end in ends:
        until = START + 60 * end
        log = write_log(tmp_path / "log", [line for line in send.lines if line[0] < until])
        view = watch.watch(str(log), str(tmp_path / state), now=Nanoseconds(until * SECOND))
    return view


def table(view):
    first = START // 60
    return {int(number) - first: of.tables[RETURNED] for number, of in view.minutes_from(600) if RETURNED in of.tables}


def mailing(failed=6, arrived=2, others=5, text=UNKNOWN, sender=LIST, minutes=range(3, 20)):
    """A list's sender with so many recipients a minute that fail and arrive, and others whose mail arrives."""
    send = Send()
    for minute in range(20):
        for number in range(others):
            send.deliver(minute, sender=f"user{number}@test.example")
        if minute in minutes:
            for count, report in ((failed, text), (arrived, "success: 192.0.2.9_accepted_message./")):
                for _ in range(count):
                    send.deliver(minute, "remote u@far.example", report, sender=sender)
    return send


def judged(send, tmp_path, thresholds=senders.DEFAULTS, end=20):
    view = looked(send, tmp_path, [end])
    return list(senders.returned([view], view.sums(WINDOW), WINDOW, thresholds, lambda name: name))


def test_most_of_a_list_fails(tmp_path):
    (finding,) = judged(mailing(), tmp_path)
    assert finding.words == (
        "84 of 112 remote recipients of news@shop.example failed in 15m, 84 of them recipient unknown at remote host"
    )
    assert (finding.kind, finding.state, finding.count, finding.cause) == ("returned", WARNING, 84, "recipient unknown at remote host")


def test_very_many_are_critical(tmp_path):
    (finding,) = judged(mailing(failed=40, arrived=2), tmp_path)
    assert finding.state == CRITICAL


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(mailing(failed=2, arrived=6), id="some dead addresses"),
        pytest.param(mailing(failed=4, arrived=6), id="four of ten"),
        pytest.param(mailing(minutes=[12, 13]), id="few"),
        pytest.param(mailing(sender=""), id="bounces"),
        pytest.param(mailing(sender="#@[]"), id="double bounces"),
        pytest.param(mailing(others=0, text=SPAM), id="nobody else sends, and it may be us"),
    ],
)
def test_what_is_no_fault_of_a_sender(tmp_path, send):
    assert judged(send, tmp_path) == []


def test_dead_addresses_are_told_where_nobody_else_sends(tmp_path):
    assert len(judged(mailing(others=0), tmp_path)) == 1


def test_it_is_no_sender_where_all_mail_fails(tmp_path):
    send = mailing(others=0)
    for minute in range(20):
        for number in range(4):
            send.deliver(minute, report=UNKNOWN, sender=f"user{number}@test.example")
    assert judged(send, tmp_path) == []


def test_that_others_mail_arrived_before_says_nothing(tmp_path):
    send = mailing(failed=8, arrived=0, others=0, minutes=range(15, 20), text=SPAM)
    for minute in range(20):
        for number in range(4):
            report = SPAM if minute >= 15 else "success: 192.0.2.9_accepted_message./"
            send.deliver(minute, "remote u@far.example", report, sender=f"user{number}@test.example")
    assert judged(send, tmp_path) == []


def test_figures_can_be_fixed(tmp_path):
    def fixed(warning, share):
        return senders.Thresholds(
            senders.DEFAULTS.recipients,
            senders.DEFAULTS.networks,
            (senders.at_least(warning), senders.at_least(10_000)),
            share,
            learn=False,
        )

    assert judged(mailing(), tmp_path, fixed(85, 50)) == []
    assert judged(mailing(), tmp_path, fixed(20, 76)) == []
    assert len(judged(mailing(failed=2, arrived=6), tmp_path, fixed(20, 20))) == 1


class Past:
    """A view of a state in which a sender's mail failed so often in one hour, so many hours ago."""

    def __init__(self, view, failed, hours):
        self._view, self._failed, self._hours = view, failed, hours

    def __getattr__(self, name):
        return getattr(self._view, name)

    def minutes_known(self):
        return 9 * 24 * 60

    def stretch(self, first, last):
        then = Minute(self._view.minute_now() - 60 * self._hours)
        past = Sums()
        if first <= then <= last:
            past.explain_all(RETURNED, {f"failure|recipient unknown at remote host|{LIST}": self._failed})
        return [past]


@pytest.mark.parametrize(("failed", "hours", "told"), [(42, 50, False), (41, 50, True), (42, 5, True), (42, 200, True)])
def test_what_is_usual_for_a_sender_is_not_told(tmp_path, failed, hours, told):
    view = Past(looked(mailing(), tmp_path, [20]), failed, hours)
    found = list(senders.returned([view], view.sums(WINDOW), WINDOW, senders.DEFAULTS, lambda name: name))
    assert bool(found) is told
    if told:
        usual = "41 an hour at most" if failed == 41 else "none"
        assert found[0].words.endswith(f" (usual for this sender: {usual})")


@pytest.mark.parametrize("ends", [range(1, 21), [4, 11, 13, 20]], ids=["each minute", "now and then"])
def test_runs_in_pieces_count_alike(tmp_path, ends):
    whole = table(looked(mailing(), tmp_path, [20]))
    assert table(looked(mailing(), tmp_path, ends, "pieces")) == whole
    failure, success = f"failure|recipient unknown at remote host|{LIST}", f"success||{LIST}"
    assert whole[4] == {failure: 6}
    assert whole[5] == {failure: 6, success: 2}


def test_a_message_that_waited_has_its_sender_still(tmp_path):
    send = Send()
    send.queue(1, 7, LIST)
    send.say(8, "starting delivery 2: msg 7 to remote u@far.example", 2)
    send.say(8, f"delivery 2: {UNKNOWN}", 3)
    found = table(looked(send, tmp_path, [3, 6, 10]))
    assert found == {8: {f"failure|recipient unknown at remote host|{LIST}": 1}}


def test_a_number_that_is_used_again_is_another_message(tmp_path):
    send = Send()
    send.queue(1, 7, LIST)
    send.say(1, "end msg 7", 2)
    send.say(2, "new msg 7", 1)
    send.say(3, "starting delivery 2: msg 7 to remote u@far.example", 2)
    send.say(3, f"delivery 2: {UNKNOWN}", 3)
    assert table(looked(send, tmp_path, [10])) == {}


def test_dead_addresses_of_one_list_are_no_fault_of_deliveries(tmp_path):
    course = mailing(failed=4, arrived=6, others=1).course(tmp_path / "log", 19)
    assert list(delivery.judge(course, WINDOW, delivery.DEFAULTS, lambda _, name: name, None)) == []


def test_totals_stay_where_there_are_very_many_senders(tmp_path):
    send = Send()
    for number in range(300):
        send.deliver(1, "remote u@far.example", UNKNOWN, sender=f"{'abcdefghij'[number % 10]}x{number}y@far{number}.example")
    (rows,) = table(looked(send, tmp_path, [3])).values()
    assert len(rows) <= 65
    assert sum(rows.values()) == 300
    assert total([]).numbers == {}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (b"<news@shop.example>", "news@shop.example"),
        (b"<bounces+123-ab=far.example@shop.example>", "bounces+@shop.example"),
        (b"<list-return-17-ann=far.example@lists.example>", "list-return-17-@lists.example"),
        (b"<list-return-17-@lists.example-@[]>", "list-return-17@lists.example"),
        (b"<prvs=1234abcd=ann@test.example>", "ann@test.example"),
        (b"<bounce-8812345@shop.example>", "bounce-N@shop.example"),
        (b"<ann+lists@test.example>", "ann@test.example"),
        (b"<hdu1@test.example>", "hdu1@test.example"),
        (b"<a|b@test.example>", "a?b@test.example"),
        (b"<>", ""),
        (b"<#@[]>", ""),
        (b"", ""),
    ],
)
def test_addresses_made_for_one_recipient_count_as_one(address, name):
    assert _name(address) == name
