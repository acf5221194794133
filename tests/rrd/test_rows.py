"""A stretch of time is read in rows that touch and never overlap."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rrd_files.rows import Rows, Rra, finest_rows

COLLECTD = [Rra(60, 86400), Rra(480, 604800), Rra(2220, 2679540), Rra(26340, 31634340)]
NEWEST = 1784505600


def test_a_day_is_read_in_minutes():
    assert finest_rows(COLLECTD, NEWEST, NEWEST - 86400, NEWEST) == [Rows(NEWEST - 86400, NEWEST, 60)]


def test_a_week_ends_in_minutes():
    border = NEWEST - 86400
    border += -border % 480  # a multiple of 60, too
    assert finest_rows(COLLECTD, NEWEST, NEWEST - 604800, NEWEST) == [
        Rows(NEWEST - 604800, border, 480),
        Rows(border, NEWEST, 60),
    ]


def test_what_only_a_coarse_archive_has_ends_with_its_rows():
    until = NEWEST - 100 * 86400
    (rows,) = finest_rows(COLLECTD, NEWEST, until - 3600 * 24, until)
    assert rows == Rows(until - 3600 * 24, until - until % 26340, 26340)


@given(
    ago=st.integers(0, 400 * 1440).map(lambda minutes: minutes * 60),
    length=st.integers(1, 400 * 1440).map(lambda minutes: minutes * 60),
)
def test_rows_cover_the_time_once(ago, length):
    end = NEWEST - ago
    found = finest_rows(COLLECTD, NEWEST, end - length, end)
    for one, other in pairwise(found):
        assert one.end == other.start
        assert one.step > other.step
        assert one.end % one.step == one.end % other.step == 0
    for rows in found:
        assert rows.start < rows.end
    if found:
        assert found[0].start == end - length
        assert 0 <= end - found[-1].end < found[-1].step
