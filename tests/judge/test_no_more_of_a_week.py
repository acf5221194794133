"""A week is looked at only as far as it decides; what is found is the same as of the whole."""

import random

import pytest

from judge.test_learning import DAY, View
from sqmail_judge import senders, volume
from sqmail_judge.course import Course
from sqmail_log.figures import sums
from sqmail_log.figures.sums import Sums
from sqmail_log.units import MINUTE

WINDOW = 15 * MINUTE


class Week(View):
    """The same, with one sender who sent all messages and of whose recipients all failed; counts what is asked for."""

    def __init__(self, counted):
        super().__init__(counted)
        self.asked = 0

    def numbers(self, minutes):
        self.asked = max(self.asked, minutes)
        return super().numbers(minutes)

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
