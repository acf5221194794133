"""What meets an expectation and what does not."""

import pytest

from drills.expectations import INCIDENT, NOT_CRITICAL, PASSED, QUIET, Expectation, judge
from drills.questions import Answer

OK, WARNING, CRITICAL = range(3)
SEND = ("qmail-send",)


def answer(minute, status, words="remote refused", check="delivery"):
    return Answer(minute, check, SEND, status, words)


def faults(answers, kind=INCIDENT, **asked):
    asked = {"warning": 5, "critical": 10, "checks": ("delivery", "flow"), "words": "refused", **asked}
    return judge(Expectation("it", kind, **asked), answers).faults


def test_both_in_time():
    assert faults([answer(-1, OK), answer(6, WARNING), answer(11, CRITICAL)]) == []


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ([], "no WARNING by T+5"),
        ([answer(5, WARNING), answer(9, CRITICAL, "remote is slow")], "no CRITICAL by T+10"),
        ([answer(5, WARNING), answer(9, CRITICAL, check="log")], "no CRITICAL by T+10"),
        ([answer(7, WARNING), answer(9, CRITICAL)], "WARNING at T+7, not by T+5"),
        ([answer(5, WARNING), answer(12, CRITICAL)], "CRITICAL at T+12, not by T+10"),
        ([answer(-1, WARNING), answer(5, CRITICAL)], "loud before it begins: T-1 remote refused"),
        ([answer(5, CRITICAL), answer(9, WARNING, "from others", check="auth")], "wrong cause: T+9 from others"),
        ([answer(5, CRITICAL), answer(9, 70, "KeyError: 'x'", check="auth")], "T+9: KeyError: 'x'"),
    ],
)
def test_not_met(answers, fault):
    assert fault in faults(answers, never="others")


def test_critical_is_a_warning_too():
    assert faults([answer(5, CRITICAL)]) == []


def test_what_has_passed_must_be_told_and_forgotten():
    told = [answer(5, CRITICAL), answer(20, OK)]
    assert faults(told, PASSED, over=20) == []
    assert faults([*told, answer(21, WARNING, check="log")], PASSED, over=20) == ["not OK again: T+21 remote refused"]


def test_quiet():
    assert faults([answer(3, 3)], QUIET) == []
    assert faults([answer(3, WARNING)], QUIET) == ["T+3 remote refused"]
    assert faults([answer(3, WARNING)], NOT_CRITICAL) == []
    assert faults([answer(3, CRITICAL)], NOT_CRITICAL) == ["T+3 remote refused"]


def test_minutes_that_decide():
    wanted = Expectation("it", INCIDENT, 5, 12, over=20)
    assert Expectation("it", INCIDENT, 25).minutes(True) == [*range(-1, 27)]
    assert Expectation("it", QUIET).minutes(False) == [-1, 2, 5, 8, 11, 14]
    assert wanted.minutes(False) == [-1, 5, 12, 20]
    assert Expectation("it", INCIDENT, 5, 12).minutes(False) == [-1, 6, 13]
    assert wanted.minutes(True) == [*range(-1, 22)]
