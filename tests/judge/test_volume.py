"""Whether very much more is queued than usual, as far as minutes of the first day tell."""

import pytest

from judge.hosts import Send
from sqmail_judge import volume
from sqmail_judge.finding import CRITICAL, WARNING
from sqmail_log.units import MINUTE


def judged(tmp_path, minutes, recipient="local u", *, bounce=False):
    """Judge a log with so many messages in each of its minutes, at the end of the last one."""
    send = Send()
    for minute, count in enumerate(minutes):
        for number in range(count):
            send.deliver(minute, recipient, report="success: did_0+0+1/")
            if bounce:
                send.say(minute, f"bounce msg {number} qp 7")
    return list(volume.judge([send.course(tmp_path / "send", len(minutes) - 1)], 15 * MINUTE))


def test_a_steady_host_whose_log_has_just_begun(tmp_path):
    assert judged(tmp_path, [200] * 12) == []


def test_a_log_of_a_few_minutes_says_nothing(tmp_path):
    assert judged(tmp_path, [1, 1, 1, 2000]) == []


@pytest.mark.parametrize(("burst", "state"), [(900, None), (1500, WARNING), (2500, CRITICAL)])
def test_a_burst_after_quiet_minutes(tmp_path, burst, state):
    found = judged(tmp_path, [*[5] * 10, burst, 0])
    assert [finding.state for finding in found] == ([state] if state else [])
    for finding in found:
        assert finding.words == f"{50 + burst} messages in 15m, usual are about 75 in as long; most are local"
        assert finding.count == 50 + burst


@pytest.mark.parametrize(
    ("recipient", "bounce", "kind", "step"),
    [
        ("local u", False, "local", "a loop, a list's post, or a program of this host? see sqmail-report senders, uids"),
        ("remote u@example.net", False, "remote", "a stolen account, a mailing, or a program of this host? see sqmail-report senders, uids"),
        ("local u", True, "bounces", "is mail taken for users that do not exist, or a sender forged? see sqmail-report failures, recipients"),
    ],
)
def test_what_most_messages_are_leads_to_the_step(tmp_path, recipient, bounce, kind, step):
    (finding,) = judged(tmp_path, [*[5] * 10, 1500, 0], recipient, bounce=bounce)
    assert finding.sentence.endswith(f"; most are {kind}: {step}")


def test_ten_times_the_usual_is_asked_for(tmp_path):
    assert judged(tmp_path, [*[20] * 10, 2600, 0]) == []
    assert len(judged(tmp_path, [*[20] * 10, 2900, 0])) == 1


def test_several_times_the_usual_that_does_not_end(tmp_path):
    """A loop on a host that is new here: 300 a minute where there were 60."""
    assert judged(tmp_path, [*[60] * 10, 300, 300, 300, 0]) == []
    (finding,) = judged(tmp_path, [*[60] * 10, 300, 300, 300, 300, 0])
    assert finding.words == "1800 messages in 15m, usual are about 900 in as long; most are local"
    assert judged(tmp_path, [*[60] * 10, 230, 230, 230, 230, 230, 0]) == []


@pytest.mark.parametrize("lasts", [5, 10, 15, 30])
def test_a_loop_that_goes_on_is_not_usual_soon(tmp_path, lasts):
    (finding,) = judged(tmp_path, [*[10] * 25, *[250] * lasts, 0])
    assert "usual are about 150 in as long" in finding.words
