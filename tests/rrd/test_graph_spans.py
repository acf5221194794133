"""A stretch of time is read in pieces that touch and never overlap."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sqmail_rrd.graphs.spans import Archive, Piece, pieces

COLLECTD = [Archive(60, 86400), Archive(480, 604800), Archive(2220, 2679540), Archive(26340, 31634340)]
NEWEST = 1784505600


def test_a_day_is_read_in_minutes():
    assert pieces(COLLECTD, NEWEST, NEWEST - 86400, NEWEST) == [Piece(NEWEST - 86400, NEWEST, 60)]


def test_a_week_ends_in_minutes():
    border = NEWEST - 86400
    border += -border % 480  # a multiple of 60, too
    assert pieces(COLLECTD, NEWEST, NEWEST - 604800, NEWEST) == [
        Piece(NEWEST - 604800, border, 480),
        Piece(border, NEWEST, 60),
    ]


def test_what_only_a_coarse_archive_has_ends_with_its_rows():
    until = NEWEST - 100 * 86400
    (piece,) = pieces(COLLECTD, NEWEST, until - 3600 * 24, until)
    assert piece == Piece(until - 3600 * 24, until - until % 26340, 26340)


@given(
    ago=st.integers(0, 400 * 1440).map(lambda minutes: minutes * 60),
    length=st.integers(1, 400 * 1440).map(lambda minutes: minutes * 60),
)
def test_pieces_cover_the_time_once(ago, length):
    end = NEWEST - ago
    found = pieces(COLLECTD, NEWEST, end - length, end)
    for one, other in pairwise(found):
        assert one.end == other.start
        assert one.step > other.step
        assert one.end % one.step == one.end % other.step == 0
    for piece in found:
        assert piece.start < piece.end
    if found:
        assert found[0].start == end - length
        assert 0 <= end - found[-1].end < found[-1].step
