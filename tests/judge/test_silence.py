"""How improbable a silence is, by the minutes before it."""

import math

import pytest

from sqmail_judge.standstill.silence import beyond, enough, least, unanswered, uneventful

DAY = 24 * 60


def test_what_was_always_answered_is_missed_soon():
    silence = unanswered([3] * 20 + [2, 2, 2, 0], [3] * 20 + [0] * 4)
    assert (silence.minutes, silence.asked, silence.known) == (3, 6, 20)
    assert silence.doubt == pytest.approx(3 * math.log(1 - 20 / 22))


def test_a_hundred_times_in_one_minute_is_one_minute():
    many = unanswered([3] * 20 + [100, 0], [3] * 20 + [0, 0])
    few = unanswered([3] * 20 + [1, 0], [3] * 20 + [0, 0])
    assert many.doubt == few.doubt


def test_an_answer_may_come_in_the_next_minute():
    late = unanswered([1, 0] * 10 + [1, 1, 1, 0], [0, 1] * 10 + [0, 0, 0, 0])
    assert late.known == 10
    assert late.doubt == pytest.approx(3 * math.log(1 - 10 / 12))


def test_what_is_asked_in_the_minute_that_runs_waits():
    silence = unanswered([1] * 10 + [5], [1] * 10 + [0])
    assert (silence.minutes, silence.asked, silence.doubt) == (0, 0, 0)


def test_what_was_never_answered_is_no_silence():
    assert unanswered([1] * 50, [0] * 50).doubt == 0


def test_unless_an_answer_is_to_be_expected():
    silence = unanswered([0] * 10 + [1] * 10, [0] * 20, answers=2, losses=1)
    assert (silence.minutes, silence.known) == (9, 0)
    assert silence.doubt == pytest.approx(9 * math.log(1 / 3))


def test_certainty_has_an_end():
    assert unanswered([1] * 500 + [1, 0], [1] * 500 + [0, 0]).doubt == pytest.approx(math.log(0.05))


def test_only_the_last_minutes_that_asked_are_learnt_from():
    asked = [1] * 200 + [1] * 120 + [1, 0]
    answered = [0] * 200 + [1] * 120 + [0, 0]
    assert unanswered(asked, answered).known == 120


def test_no_event_where_there_always_was_one():
    silence = uneventful([1] * 60 + [0] * 10)
    assert (silence.minutes, silence.known) == (9, 59)
    assert silence.doubt == pytest.approx(9 * math.log(0.05))


def test_the_minute_in_which_a_log_began_tells_nothing():
    assert uneventful([0] + [1] * 5 + [0] * 9).doubt == pytest.approx(8 * math.log(1 / 6))
    assert uneventful([1] + [0] * 9).doubt == 0


@pytest.mark.parametrize(("minutes", "events"), [(5, 6), (36, 6), (60, 10), (119, 19), (120, 20), (1440, 20)])
def test_the_longer_it_lasts_the_more_the_days_before_must_have(minutes, events):
    assert enough(minutes) == events


def test_of_more_than_a_day_the_last_one_is_compared():
    # Eight days are known; a week ago nothing came.
    usual, none = [1] * DAY, [0] * DAY
    assert least([*none, *usual * 6, *none], DAY + 90) == 0


def test_a_sunday_tells_nothing_of_a_tuesday():
    work, sunday = [1] * DAY, [0] * DAY
    week = [*work, *sunday, *work * 6]
    assert least([*week, *[1] * 600, *[0] * 30], 30) == 30
    # On a Sunday it does, and while this day has shown nothing yet.
    assert least([*week, *[0] * 600, *[0] * 30], 30) == 0
    assert least([*week, *[0] * 590, *[1] * 10, *[0] * 30], 30) == 0


def test_a_day_of_half_the_traffic_is_of_the_same_kind():
    half = [0, 1] * (DAY // 2)
    assert least([*[1] * DAY, *half, *[1] * (6 * DAY), *[1] * 600, *[0] * 30], 30) == 15


def test_of_a_busier_day_the_share_counts_that_today_had():
    """A Sunday has half of what other days had in the two hours before, and so in the minutes since."""
    assert least([*[1] * (7 * DAY), *[0, 1] * 300, *[0] * 30], 30) == 15


def test_of_clients_that_never_get_an_answer_more_do_not_ask():
    """A monitor connects each minute, and in half of the minutes one client that gets its record."""
    visits, records = [1, 2] * 60 + [1] * 8, [0, 1] * 60 + [0] * 8
    assert sum(beyond(visits, records)[-8:]) == 0
    assert unanswered(beyond(visits, records), records).doubt == 0
    assert sum(beyond([*visits, 4, 4], [*records, 0, 0])[-2:]) == 6
    assert beyond([2, 2, 2], [2, 2, 0]) == [2, 2, 2]


def test_no_event_where_they_are_rare():
    assert uneventful(([1] + [0] * 19) * 5 + [1] + [0] * 30).doubt > -3


def test_the_fewest_of_each_day_at_this_time():
    day = [0] * 600 + [1] * 240 + [0] * 600
    assert least([*day * 7, *[0] * 640], 30) == 30


def test_a_day_without_one_is_the_fewest():
    day = [0] * 600 + [1] * 240 + [0] * 600
    assert least([*[0] * DAY, *day * 6, *[0] * 640], 30) == 0


def test_nothing_is_known_of_the_first_day():
    assert least([1] * 100, 30) is None
