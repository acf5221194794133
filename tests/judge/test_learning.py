"""What is judged by the days before, how the line says so, and how that is switched off."""

import pytest

from judge.hosts import ACCEPT, Sessions
from sqmail_judge import flow, logins, volume
from sqmail_judge.course import Course
from sqmail_judge.finding import CRITICAL, WARNING
from sqmail_judge.standstill.clients import unrecorded
from sqmail_judge.standstill.silence import Limits
from sqmail_log.figures.sums import Sums
from sqmail_log.units import MINUTE

DAY = 24 * 60


class View:
    """A log by what it counted in each minute, the last one the minute that runs."""

    log = "log"
    kinds = frozenset({"sessions"})

    def __init__(self, counted):
        self._counted = counted

    def latest(self, _):
        return None

    def minutes_known(self):
        return len(self._counted)

    def numbers(self, minutes):
        return self._counted[-minutes:]

    def numbers_between(self, begin, end):
        return self._counted[len(self._counted) - 1 - begin : len(self._counted) - end]

    def minute_now(self):
        return len(self._counted) - 1

    def sums(self, window):
        return self._of(self._counted[-int(window // MINUTE) :])

    def stretch(self, first, last):
        return [self._of(self._counted[max(0, first) : max(0, last + 1)])]

    def _of(self, minutes):
        found = Sums()
        for numbers in minutes:
            for name, value in numbers.items():
                found.add(name, value)
        return found


def days(number, minute):
    """Return so many days of minutes, each what `minute(of day)` counts."""
    return [minute(of_day) for _ in range(number) for of_day in range(DAY)]


def guessed(now, each_day, known=5):
    """Judge failed logins: so many in the last quarter of an hour, and in each hour of the days before."""
    counted = days(known, lambda of_day: {"auth_reject": each_day if of_day % 60 == 0 else 0})
    counted += [{} for _ in range(16)]
    counted[-2] = {"auth_reject": now}
    course = Course(View(counted))
    return list(logins.judge(course.view.sums(15 * MINUTE), 15 * MINUTE, [course]))


@pytest.mark.parametrize(("now", "each_day", "told"), [(300, 600, False), (301, 600, True), (101, 0, True), (100, 0, False)])
def test_as_many_failed_logins_as_always(now, each_day, told):
    found = guessed(now, each_day)
    assert bool(found) is told
    if found:
        assert f"{now} logins failed in 15m (usual for this hour: {each_day // 4})" in found[0].words


@pytest.mark.parametrize(("succeeded", "told"), [(2000, True), (4000, False)])
def test_one_in_twenty_is_mistyped(succeeded, told):
    counted = [{"auth_reject": 0}] * 15 + [{"auth_reject": 280, "auth_accept": succeeded}]
    assert bool(list(logins.judge(View(counted).sums(15 * MINUTE), 15 * MINUTE))) is told


def test_what_is_usual_is_known_after_three_days():
    assert len(guessed(300, 600, known=2)) == 1
    assert "usual" not in guessed(300, 600, known=2)[0].words


def test_one_bad_night_is_not_usual():
    counted = days(5, lambda _: {})
    counted[-DAY] = {"auth_reject": 9000}
    counted += [{} for _ in range(16)]
    counted[-2] = {"auth_reject": 600}
    course = Course(View(counted))
    (finding,) = logins.judge(course.view.sums(15 * MINUTE), 15 * MINUTE, [course])
    assert finding.state == CRITICAL
    assert "(usual for this hour: 0)" in finding.words


def visits(known, quiet, each=2):
    """Return a service with so many connections a minute, that nobody has visited for some minutes."""
    usual = {"ok": each, "accept": each, "lines": 2 * each}
    counted = [usual] * (known * DAY + 120)
    return Course(View(counted + [{} for _ in range(quiet + 1)]))


def test_a_service_that_nobody_visits_says_what_is_usual():
    (finding,) = flow.of_service(visits(3, 12))
    assert finding.words == "no connection for 12m (usual for this hour: 24 or more in as long)"
    (finding,) = flow.of_service(visits(0, 12))
    assert finding.words == "no connection for 12m, which is unusual here"


def weekend(evening, hour):
    """Return a service that nobody visits on Sundays, at an hour of the second: the first had visits the evening before.

    The second evening ended at 22:40, the first had `evening` visits after that.
    """
    usual = {"ok": 1, "accept": 1, "lines": 3}
    saturday = [usual if number < evening else {} for number in range(80)]
    counted = [usual] * (22 * 60 + 40) + saturday + [{}] * DAY + [usual] * (5 * DAY)
    return Course(View(counted + [usual] * (22 * 60 + 40) + [{}] * (80 + hour * 60)))


@pytest.mark.parametrize(("evening", "hour", "told"), [(8, 9, False), (19, 9, False), (22, 9, True), (19, 23, False), (60, 24, False)])
def test_an_evening_that_ended_early_is_no_reason_to_call_on_sunday(evening, hour, told):
    found = list(flow.of_service(weekend(evening, hour)))
    assert [finding.kind for finding in found] == (["unvisited"] if told else [])


def both(quiet, other):
    """Return what is said of a service that stopped twelve hours ago beside one of a line each `other` minutes, now quiet."""
    stopped = [{"ok": 2, "accept": 2, "lines": 4}] * (2 * DAY) + [{}] * (DAY // 2 + 1)
    goes_on = [{"ok": 1, "accept": 1, "lines": 3} if number % other == 0 else {} for number in range(5 * DAY // 2)]
    goes_on = goes_on[quiet:] + [{}] * (quiet + 1)
    courses = [(View.kinds, Course(View(counted))) for counted in (stopped, goes_on)]
    return [(finding.kind, finding.state) for finding in flow.judge(courses, str)]


def test_one_service_is_not_all_of_them():
    assert both(6, other=10) == [("unvisited", CRITICAL)]
    assert both(6, other=1) == [("silent", WARNING)]
    assert both(12, other=1) == [("silent", CRITICAL)]


def test_without_learning_days_are_not_asked():
    evening = days(3, lambda of_day: {"ok": 2, "accept": 2, "lines": 1} if of_day < 120 else {"lines": 1})
    evening += [{"ok": 2, "accept": 2, "lines": 1}] * 120 + [{} for _ in range(13)]
    course = Course(View(evening))
    assert list(flow.of_service(course)) == []
    (finding,) = flow.of_service(course, Limits(learn=False))
    assert finding.words == "no connection for 12m, which is unusual here"


@pytest.mark.parametrize(("quiet", "state"), [(19, None), (20, WARNING), (30, CRITICAL)])
def test_a_silence_can_be_fixed(quiet, state):
    found = list(flow.of_service(visits(0, quiet), Limits(warning=20, critical=30)))
    assert [finding.state for finding in found] == ([state] if state else [])


@pytest.mark.parametrize(("quiet", "state"), [(4, None), (5, WARNING), (9, CRITICAL)])
def test_so_can_one_that_is_asked(tmp_path, quiet, state):
    sessions = Sessions()
    for minute in range(10):
        sessions.visit(minute, ACCEPT)
    for minute in range(10, 11 + quiet):
        sessions.visit(minute, status=256)
    course = sessions.course(tmp_path / "smtpd", 10 + quiet)
    found = list(unrecorded(course, Limits(warning=5, critical=9)))
    assert [finding.state for finding in found] == ([state] if state else [])
    assert list(unrecorded(course, Limits(critical=60))) == []


@pytest.mark.parametrize(("count", "state"), [(99, None), (100, WARNING), (500, CRITICAL)])
def test_a_volume_can_be_fixed(count, state):
    counted = [{} for _ in range(30)]
    counted[-3] = {"messages": count, "starts_remote": count}
    fixed = volume.Thresholds(lambda number: number >= 100, lambda number: number >= 500)
    found = list(volume.judge([Course(View(counted))], 15 * MINUTE, fixed))
    assert [finding.state for finding in found] == ([state] if state else [])
    if found:
        assert found[0].words == f"{count} messages in 15m; most are remote"


def test_a_volume_without_learning_is_compared_with_the_hours_before():
    # A wave each day at another time: the week knows it, the two hours before do not.
    counted = days(3, lambda of_day: {"messages": 4000 if of_day == 600 else 2})
    counted += [{"messages": 2}] * 60
    counted[-3] = {"messages": 1900, "starts_remote": 1900}
    course = Course(View(counted))
    assert list(volume.judge([course], 15 * MINUTE)) == []
    (finding,) = volume.judge([course], 15 * MINUTE, volume.Thresholds(learn=False))
    assert finding.words.startswith("1928 messages in 15m, usual are about 30 in as long")
