"""A week is looked at only as far as it decides; what is found is the same as of the whole."""

import random

import pytest

from judge.hosts import ACCEPT, START, Sessions
from judge.test_learning import DAY, View
from sqmail_judge import senders, volume
from sqmail_judge.course import REACH, Course, Past, together
from sqmail_judge.standstill.silence import LEARNT, Silence, uneventful
from sqmail_judge.standstill.visits import silence_of
from sqmail_log import watch
from sqmail_log.figures import sums
from sqmail_log.figures.sums import Sums
from sqmail_log.units import MINUTE, SECOND, Nanoseconds
from support import write_log

WINDOW = 15 * MINUTE


class Week(View):
    """The same, with one sender who sent all messages and of whose recipients all failed; counts what is asked for."""

    def __init__(self, counted):
        super().__init__(counted)
        self.asked = 0

    def numbers(self, minutes):
        self.asked = max(self.asked, minutes)
        return super().numbers(minutes)

    def numbers_between(self, begin, end):
        self.asked = max(self.asked, begin + 1)
        return super().numbers_between(begin, end)

    def stretch(self, first, last):
        self.asked = max(self.asked, self.minute_now() - first + 1)
        return super().stretch(first, last)

    def minutes_from(self, minutes):
        first = max(0, len(self._counted) - minutes)
        return ((first + place, self._of([counted])) for place, counted in enumerate(self._counted[first:]))

    def _of(self, minutes):
        found = Sums()
        for numbers in minutes:
            count = numbers.get("messages", 0)
            found.add("messages", count)
            found.add("failure_remote", count)
            found.add("success_remote", 100 * count)
            found.explain(sums.SENDER, "user@example.org", count)
            found.explain(sums.RETURNED, "failure|mailbox full|user@example.org", count)
            found.explain(sums.RETURNED, "success||user@example.org", count // 10)
            for network in range(numbers.get("networks", 0)):
                found.explain(sums.PLACE, f"user@example.org 198.51.{network}.0/24", count)
        return found


def week(now, usual, seed, days, networks=0):
    """Return minutes: the quarter of an hour up to now, and before it hours that had up to `usual` messages each."""
    drawn = random.Random(seed)
    counted = []
    for _ in range(days * 24):
        counted += [{"messages": drawn.randrange(usual + 1)}] + [{} for _ in range(59)]
    return counted + [{"messages": now // 15, "networks": networks} for _ in range(15)]


def found_of(counted):
    view = Week(counted)
    of = view.sums(WINDOW)
    yield from volume.judge([Course(view)], WINDOW)
    yield from senders.judge([view], of, WINDOW, senders.DEFAULTS, str)
    yield from senders.returned([view], of, WINDOW, senders.DEFAULTS, str)


def told(counted):
    return [(found.kind, found.state, found.words, found.count) for found in found_of(counted)]


@pytest.mark.parametrize("times", [0.2, 0.5, 2, 2.5, 3, 3.5, 10, 11])
@pytest.mark.parametrize("usual", [40, 130, 2500])
@pytest.mark.parametrize("networks", [1, 12])
@pytest.mark.parametrize("days", [2, 7])
def test_the_same_is_found(monkeypatch, times, usual, networks, days):
    counted = week(int(times * usual), usual, times * usual, days, networks)
    found = told(counted)
    of_hour, most = volume._busiest_hour, senders._most
    monkeypatch.setattr(volume, "_busiest_hour", lambda sends, minutes, _: of_hour(sends, minutes, 10**9))
    monkeypatch.setattr(senders, "_most", lambda views, ago, counts, _: most(views, ago, counts, None))
    assert found == told(counted)


def test_a_usual_quarter_of_an_hour_needs_no_week():
    counted = week(600, 0, 1, 7)
    for minute in counted[::5]:
        minute["messages"] = 300
    view = Week(counted)
    of = view.sums(WINDOW)
    assert list(volume.judge([Course(view)], WINDOW)) == []
    assert list(senders.judge([view], of, WINDOW, senders.DEFAULTS, str)) == []
    assert view.asked <= 2 * 60
    assert list(senders.returned([view], of, WINDOW, senders.DEFAULTS, str)) == []
    assert view.asked < DAY


@pytest.mark.parametrize("lengths", [(1,), (30,), (2000, 7), (REACH + 500, 3000), (40, 40)])
def test_the_past_is_what_all_of_it_together_is(lengths):
    drawn = random.Random(1)
    courses = [Course(View([{"ok": drawn.randrange(5), "deny": 1} for _ in range(length)])) for length in lengths]
    whole = together(courses, ("ok", "deny"), REACH)
    past = Past(courses, ("ok", "deny"))
    assert len(past) == len(whole)
    for _ in range(50):
        begin, end = sorted(drawn.randrange(len(whole) + 1) for _ in range(2))
        assert past[begin:end] == whole[begin:end]
    assert (past[:], past[-5:], past[len(whole) :]) == (whole, whole[-5:], [])


def test_minutes_are_the_same_in_whatever_parts_they_are_read(tmp_path):
    sessions = Sessions()
    for minute in range(90):
        for _ in range(minute % 4):
            sessions.visit(minute, ACCEPT)
    # Of a clock that runs ahead.
    for minute in (91, 92):
        sessions.visit(minute, ACCEPT)
    log = str(write_log(tmp_path / "smtpd", sessions.lines))

    def view():
        return watch.watch(log, str(tmp_path / "state"), now=Nanoseconds((START + 90 * 60 - 1) * SECOND))

    whole = view().numbers(80)
    assert [numbers.get("ok", 0) for numbers in whole] == [minute % 4 for minute in range(10, 89)] + [89 % 4 + 2]
    for begin, end in ((79, 70), (79, 0), (12, 5), (5, 0), (0, 0), (40, 39)):
        of_log = view()
        for _ in range(3):
            assert of_log.numbers_between(begin, end) == whole[79 - begin : 80 - end]
            assert of_log.numbers(10) == whole[-10:]
        assert of_log.numbers(80) == whole


@pytest.mark.parametrize("quiet", [60, 61, 119, 170, 178, 179, 180, 181, 240, 300, 400, 1259, 1260, 1261, 2000, 7000, REACH])
@pytest.mark.parametrize("known", [61, 100, 200, 500, 1700, 5000, REACH + 100])
def test_a_long_silence_is_judged_as_of_all_that_is_known(quiet, known):
    drawn = random.Random(quiet)
    counted = [{"ok": drawn.randrange(2)} for _ in range(known)] + [{"ok": 1}] + [{} for _ in range(quiet + 1)]
    course = Course(View(counted))
    silence, _, _ = silence_of([course], ("ok",), LEARNT)
    whole = uneventful(together([course], ("ok",), REACH))
    assert [getattr(silence, name) for name in Silence.__slots__] == [getattr(whole, name) for name in Silence.__slots__]
