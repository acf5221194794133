"""A window's sum is the same, whether it is made of minutes or of hours."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sqmail_log.position import Position
from sqmail_log.queue import Queue
from sqmail_log.state import State
from sqmail_log.sums import Sums, total

MINUTES = st.dictionaries(st.integers(-150, 400), st.integers(1, 9), max_size=40)


def minute(number, count):
    sums = Sums()
    sums.add("accept", count)
    sums.peak("connections", count)
    sums.last("connections_now", number)
    sums.add_delays([count, count * 1000])
    sums.explain("client", f"192.0.2.{count}/32", count)
    return sums


@settings(max_examples=60, deadline=None)
@given(st.lists(MINUTES, max_size=4), st.integers(-200, 450), st.integers(0, 400))
def test_hours_stand_for_their_minutes(saved, first, length):
    state = State(":memory:")
    expected = []
    for part in saved:
        with state.transaction():
            minutes = {number: minute(number, count) for number, count in part.items()}
            state.save(Position("", 1, "", 0, 0, 0), minutes, Queue(), {}, {})
        expected += [(number, count) for number, count in part.items() if first <= number <= first + length]
    want = total(minute(number, count) for number, count in sorted(expected, key=lambda row: row[0]))
    got = total(state.stretch(first, first + length))
    state.close()
    assert got.delays == want.delays
    assert got.tables == want.tables
    for name in ("accept", "connections"):
        assert got.numbers.get(name) == want.numbers.get(name)


def test_what_is_over_loses_its_detail_and_never_its_count():
    sums = Sums()
    for number in range(100):
        sums.explain("client", f"192.0.{number}.0/24")
        sums.explain("delivery", f"failure|remote|greylisted|host{number}.example")
    assert sum(sums.tables["client"].values()) == 100
    assert sums.tables["client"]["others"] == 36
    assert sums.tables["delivery"]["failure|remote|greylisted|"] == 36
    assert len(sums.tables["delivery"]) == 65
