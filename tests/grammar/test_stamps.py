"""Every form of time stamp, for every moment from 1970 to 2106."""

import os
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sqmail_log import tai64n

SECOND = tai64n.SECOND
BOUNDED = settings(max_examples=200)
MOMENTS = st.integers(0, tai64n.LATEST)
SECONDS = st.integers(86400, tai64n.LATEST // SECOND - 86400)
TEXTS = st.sampled_from([b"", b" ", b"new msg 5", b" 2 blanks", b"20 msg", b"@400000", b"2026-11-22 07:14", b"\xff|\x1b"])
# The second repetition of 2:30 in Berlin and of 1:30 in New York; half an hour's change on Lord Howe.
REPEATED = [1792978200, 1793514600, 1775313000]


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
def zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def human(moment, blanks=1, mark=" ", digits=9):
    """Return a moment as tai64nlocal and s6-log's T (two blanks) have it, in the zone that is set; as svlogd in UTC."""
    seconds, fraction = divmod(moment, SECOND)
    broken_down = time.localtime(seconds) if mark == " " else time.gmtime(seconds)
    date = time.strftime(f"%Y-%m-%d{mark}%H:%M:%S", broken_down)
    return f"{date}.{fraction:09}"[: 20 + digits].encode() + b" " * blanks


@BOUNDED
@example(0)
@example(tai64n.LATEST)
@given(MOMENTS)
def test_round_trips(moment):
    label = tai64n.encode(moment)
    assert len(label) == tai64n.LABEL_LENGTH
    assert tai64n.is_labelled(label)
    assert tai64n.nanoseconds(label) == tai64n.nanoseconds(label + b" text") == moment
    assert tai64n.short(moment) == label[9:]
    assert tai64n.long(tai64n.short(moment)) == moment


@BOUNDED
@given(st.integers(-(1 << 62) - 10, (1 << 64) - (1 << 62) - 11), st.integers(0, SECOND - 1))
def test_names_of_files_are_of_any_year(second, fraction):
    moment = second * SECOND + fraction
    assert tai64n.of_name(tai64n.encode(moment).decode()) == moment


@pytest.mark.parametrize("name", ["", "@", "@4000", "40000000" * 3 + "0", "@" + "g" * 24, "@" + "4" * 22 + "_0", "@" + "4" * 22 + "B0"])
def test_other_names(name):
    with pytest.raises(ValueError, match="no TAI64N label"):
        tai64n.of_name(name)


@BOUNDED
@given(MOMENTS, MOMENTS)
def test_order(one, other):
    assert (tai64n.encode(one) < tai64n.encode(other)) == (one < other)
    assert (tai64n.short(one) < tai64n.short(other)) == (one < other)


@BOUNDED
@given(st.lists(st.tuples(MOMENTS, MOMENTS), max_size=9))
def test_nanoseconds_between(pairs):
    begins = [tai64n.short(begin) for begin, _ in pairs]
    ends = [tai64n.short(end) for _, end in pairs]
    assert list(tai64n.nanoseconds_between(begins, ends)) == [end - begin for begin, end in pairs]


@BOUNDED
@given(MOMENTS.filter(lambda moment: moment < tai64n.LATEST - 27 * SECOND), TEXTS)
def test_s6_labels(moment, text):
    line = tai64n.encode(moment, tai64n.S6_OFFSET) + b" " + text + b"\n"
    assert tai64n.relabel([line], tai64n.S6_OFFSET) == [tai64n.encode(moment) + b" " + text + b"\n"]


def test_human_stamps(zone):
    """Alone, behind multilog's label or s6-log's; of the hour that comes twice the one that the line before tells."""
    assert zone

    @BOUNDED
    @given(st.one_of(SECONDS, st.sampled_from(REPEATED)), st.integers(0, SECOND - 1), st.sampled_from([1, 2]), TEXTS)
    def holds(second, fraction, blanks, text):
        moment = second * SECOND + fraction
        text = text.removeprefix(b" " * (2 - blanks)) + b"\n"
        expected = [tai64n.encode(moment) + b" " + text]
        date = human(moment, blanks)
        assert tai64n.relabel([date + text], fallback=moment) == expected
        assert tai64n.relabel([tai64n.encode(moment) + b" " + date + text]) == expected
        s6 = tai64n.encode(moment, tai64n.S6_OFFSET) + b" " + date + text
        assert tai64n.relabel([s6], tai64n.S6_OFFSET) == expected
        assert tai64n.relabel([s6]) == expected
        assert tai64n.relabel(expected) == expected

    holds()


def test_other_marks_and_fewer_digits(zone):
    """svlogd writes `_` or `T` between date and time, and five digits or none."""
    assert zone

    @BOUNDED
    @given(SECONDS, st.integers(0, 99999), st.sampled_from("_T "))
    def holds(second, fraction, mark):
        moment = second * SECOND + fraction * 10000
        line = human(moment, 1, mark, 5) + b"end msg 5\n"
        assert tai64n.relabel([line], fallback=moment) == [tai64n.encode(moment) + b" end msg 5\n"]

    holds()


@BOUNDED
@given(st.lists(st.one_of(st.binary(max_size=40), MOMENTS.map(tai64n.encode)), max_size=9), MOMENTS)
def test_relabelled_once_is_relabelled_twice(lines, fallback):
    """Any bytes: each line has a label then, no line is lost, and a second time changes nothing."""
    os.environ.setdefault("TZ", "UTC")
    lines = [line.replace(b"\n", b"") + b"\n" for line in lines]
    first = tai64n.mended(tai64n.relabel(lines, fallback=fallback))
    assert len(first) == len(lines)
    assert all(0 <= tai64n.nanoseconds(line) <= tai64n.LATEST + 4 * SECOND for line in first)
    assert tai64n.mended(tai64n.relabel(first)) == first


@pytest.mark.parametrize(
    "stamp",
    [
        b"2026-02-30 00:00:00 ",
        b"2026-11-22 24:61:61.5 ",
        b"2026-11-22 ",
        b"0000-01-01 00:00:00 ",
        b"0001-01-01 12:00:00 ",
        b"1969-12-01 12:00:00 ",
        b"2107-01-01 12:00:00 ",
        b"9999-12-31 12:00:00 ",
        b"99999-01-01 00:00:00 ",
    ],
)
def test_what_is_no_date_of_a_label_s_years_is_no_stamp(stamp):
    assert tai64n.relabel([stamp + b"end msg 5\n"], fallback=5 * SECOND) == [
        tai64n.encode(5 * SECOND) + b" unstamped: " + stamp + b"end msg 5\n"
    ]


def test_a_line_whose_time_nobody_knows_is_of_the_beginning():
    whole = tai64n.encode(7) + b" a\n"
    assert tai64n.mended([b"b\n", whole, b"c\n"]) == [
        tai64n.encode(0) + b" " + tai64n._UNSTAMPED + b"b\n", whole, tai64n.encode(7) + b" " + tai64n._UNSTAMPED + b"c\n",
    ]  # fmt: skip
