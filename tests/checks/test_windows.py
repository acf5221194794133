"""A window's sum is that of its lines, and the same whether it is made of minutes or of hours."""

import shutil
from array import array

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.figures.sums import Sums, total
from sqmail_log.files.cursor import Cursor
from sqmail_log.files.seen import Seen
from sqmail_log.queue import Queue
from sqmail_log.state.store import State, state_path
from sqmail_log.watch import at, watch

MINUTES = st.dictionaries(st.integers(-150, 400), st.integers(1, 9), max_size=40)


def minute(number, count):
    sums = Sums()
    sums.add("accept", count)
    sums.peak("connections", count)
    sums.last("connections_now", number)
    sums.delays.add(array("q", [count * 1_000_000, count * 1_000_000_000]))
    sums.explain("client", f"192.0.2.{count}/32", count)
    return sums


def save(state, minutes):
    state.save(state.meta(), Cursor.nowhere(Seen(), 0), minutes, Queue(), {}, (), {})


@settings(max_examples=60)
@given(st.lists(MINUTES, max_size=4), st.integers(-200, 450), st.integers(0, 400))
def test_hours_stand_for_their_minutes(saved, first, length):
    state = State(":memory:")
    expected = []
    for part in saved:
        with state.transaction():
            minutes = {number: minute(number, count) for number, count in part.items()}
            save(state, minutes)
        expected += [(number, count) for number, count in part.items() if first <= number <= first + length]
    want = total(minute(number, count) for number, count in sorted(expected, key=lambda row: row[0]))
    got = total(state.timeline.stretch(first, first + length))
    state.close()
    assert sorted(got.delays.exact) == sorted(want.delays.exact)
    assert got.delays.counts == want.delays.counts
    assert got.tables == want.tables
    for name in ("accept", "connections"):
        assert got.numbers.get(name) == want.numbers.get(name)


def test_a_minute_is_remembered_for_eight_days():
    state = State(":memory:")
    bounds = []
    for number in (1000, 1000 + 8 * 1440, 1000 + 8 * 1440 + 1):
        with state.transaction():
            save(state, {number: minute(number, 1)})
        bounds.append(state.timeline.bounds())
    state.close()
    assert bounds == [(1000, 1000), (1000, 12520), (12520, 12521)]


def test_what_is_over_loses_its_detail_and_never_its_count():
    sums = Sums()
    for number in range(100):
        sums.explain("client", f"192.0.{number}.0/24")
        sums.explain("delivery", f"failure|remote|greylisted|host{number}.example")
    assert sum(sums.tables["client"].values()) == 100
    assert sums.tables["client"]["others"] == 36
    assert sums.tables["delivery"]["failure|remote|greylisted|"] == 36
    assert len(sums.tables["delivery"]) == 65


NOW = 1795332000 * tai64n.SECOND + 123456789
MINUTE = 60 * tai64n.SECOND
DAY = 1440 * MINUTE
RECORDS = [b"Accept::RCPT::Recipients_Cdb", b"Reject::SPF::Fail", b"Deferred::SNDR::Grey_Listed"]
# Times before NOW: anything, with many at the edges of minutes and hours.
AGES = st.one_of(
    st.integers(0, 7 * DAY),
    st.integers(0, 20 * MINUTE),
    st.builds(
        lambda unit, number, aside: max(0, NOW % unit + unit * number + aside),
        st.sampled_from([MINUTE, 60 * MINUTE]),
        st.integers(0, 150),
        st.integers(-1, 1),
    ),
)
WINDOWS = st.one_of(st.integers(1, 7 * DAY), st.sampled_from([1, MINUTE - 1, MINUTE, MINUTE + 1, 60 * MINUTE, DAY]))


def write(folder, ages, files):
    """Write a record for each age into so many files of a log directory; return (time, action) of them."""
    folder.mkdir()
    found = []
    for number, age in enumerate(sorted(ages, reverse=True)):
        found.append((NOW - age, RECORDS[number % 3]))
    size = max(1, -(-len(found) // files))
    for first in range(0, len(found), size):
        part = found[first : first + size]
        last = first + size >= len(found)
        name = "current" if last else f"{tai64n.encode(part[-1][0] + 1).decode()}.s"
        # Of two files closed in the same instant there is no second name.
        with (folder / name).open("ab") as file:
            for moment, record in part:
                file.write(tai64n.encode(moment) + b" qmail-smtpd: pid 5 " + record + b" P:ESMTP S:192.0.2.7:x H:x\n")
    return found


def figures(sums):
    return [sums.numbers.get(name, 0) for name in ("lines", "accept", "reject", "deferred")]


def counted(found, first, last):
    """Return the same figures, counted line by line."""
    inside = [record for moment, record in found if first <= moment <= last]
    return [len(inside), *(inside.count(record) for record in RECORDS)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(ages=st.lists(AGES, min_size=1, max_size=60), windows=st.lists(WINDOWS, min_size=1, max_size=5), files=st.integers(1, 4))
def test_a_running_monitor_s_window_is_its_whole_minutes(tmp_path_factory, ages, windows, files):
    folder = tmp_path_factory.mktemp("window")
    found = write(folder / "log", ages, files)
    view = watch(str(folder / "log"), str(folder / "state"), history=None, now=NOW)
    for window in windows:
        first = (NOW - window + 1) // MINUTE * MINUTE
        assert figures(view.sums(window)) == counted(found, first, NOW)
    shutil.rmtree(folder)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@example(ages=[0], moments=[(0, 1), (1, 1)], files=1)
@given(ages=st.lists(AGES, min_size=1, max_size=60), moments=st.lists(st.tuples(AGES, WINDOWS), min_size=1, max_size=5), files=st.integers(1, 4))
def test_a_past_moment_s_window_is_exact(tmp_path_factory, ages, moments, files):
    """Moments at a line's own nanosecond are among them."""
    folder = tmp_path_factory.mktemp("window")
    found = write(folder / "log", ages, files)
    for age, window in [*moments, *((age, window) for age in ages[:3] for _, window in moments[:2])]:
        moment = NOW - age
        if not any(when <= moment for when, _ in found):
            with pytest.raises(LogError, match="no line at or before that time"):
                at(str(folder / "log"), moment, window)
            continue
        view = at(str(folder / "log"), moment, window)
        assert figures(view.sums(window)) == counted(found, moment - window + 1, moment)
        assert view.newest == max(when for when, _ in found if when <= moment)
    shutil.rmtree(folder)


LONG_AGES = st.one_of(st.integers(0, 45 * DAY), AGES)
LONG_WINDOWS = st.one_of(st.integers(7 * DAY + 1, 40 * DAY), st.sampled_from([8 * DAY, 30 * DAY, 30 * DAY + 1]))
HOUR = 60 * MINUTE


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    ages=st.lists(LONG_AGES, min_size=1, max_size=80),
    windows=st.lists(LONG_WINDOWS, min_size=1, max_size=4),
    cuts=st.lists(st.integers(0, 80), max_size=5),
)
def test_a_window_of_weeks_is_its_whole_hours_however_the_log_came(tmp_path_factory, ages, windows, cuts):
    folder = tmp_path_factory.mktemp("window")
    found = write(folder / "whole", ages, 1)
    lines = (folder / "whole" / "current").read_bytes().splitlines(keepends=True)
    (folder / "log").mkdir()
    longest = max(windows)
    before = 0
    for cut in sorted({min(cut, len(lines)) for cut in (*cuts, len(lines))} - {0}):
        with (folder / "log" / "current").open("ab") as file:
            file.writelines(lines[before:cut])
        before = cut
        now = found[cut - 1][0]
        view = watch(str(folder / "log"), str(folder / "state"), history=None, now=now, window=longest)
        for window in windows:
            first = (now - window + 1) // MINUTE * MINUTE // HOUR * HOUR
            assert figures(view.sums(window)) == counted(found[:cut], first, now)
    shutil.rmtree(folder)


def test_late_lines_count_in_hours_whose_minutes_are_gone():
    state = State(":memory:")
    state.timeline.has_days = True
    state.keep(30 * 1440)
    for number in (0, 61, 20000, 59, 62, 20001, 3, 20000):
        with state.transaction():
            save(state, {number: minute(number, 1)})
        state.timeline.stretch(0, 20100)
    got = total(state.timeline.stretch(0, 20100))
    assert got.numbers["accept"] == 8
    assert total(state.timeline.stretch(0, 59)).numbers["accept"] == 3
    assert state.timeline.bounds() == (20000, 20001)
    state.close()


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(ages=st.lists(LONG_AGES, min_size=1, max_size=60), window=LONG_WINDOWS, files=st.integers(1, 4))
def test_a_past_window_of_weeks_is_exact(tmp_path_factory, ages, window, files):
    folder = tmp_path_factory.mktemp("window")
    found = write(folder / "log", ages, files)
    moment = found[-1][0]
    view = at(str(folder / "log"), moment, window)
    assert figures(view.sums(window)) == counted(found, moment - window + 1, moment)
    shutil.rmtree(folder)


def test_minutes_go_after_eight_days_where_nobody_asked_for_more(tmp_path):
    found = write(tmp_path / "log", [20 * DAY, 10 * DAY, 0], 1)
    view = watch(str(tmp_path / "log"), str(tmp_path / "state"), history=None, now=NOW)
    assert figures(view.sums(7 * DAY)) == counted(found, NOW - 7 * DAY, NOW)
    state = State(state_path(str(tmp_path / "state"), str(tmp_path / "log")))
    assert state.rows("SELECT count(*) FROM minutes") == [(1,)]
    assert state.rows("SELECT count(*) FROM sqlite_master WHERE name = 'days'") == [(0,)]
    state.close()
