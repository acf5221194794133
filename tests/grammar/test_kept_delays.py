"""Delays: exact while they are few, to three digits when they are many, and the same in whatever parts they came."""

from array import array
from fractions import Fraction
from itertools import chain, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqmail_log.figures.delays import Delays

MILLISECOND = 1_000_000
ONES = st.integers(-(10**9), 10**15)
PARTS = st.lists(st.tuples(ONES, st.integers(1, 700)), max_size=6)


def kept(parts):
    delays = Delays()
    for part in parts:
        delays.add(array("q", part))
    return delays


def copy(delays):
    return Delays.load(delays.dump(), len(delays.counts))


def same(one, other):
    return sorted(one.exact) == sorted(other.exact) and one.counts == other.counts


@settings(max_examples=200, deadline=None)
@given(PARTS)
def test_neither_order_nor_parts_make_a_difference(parts):
    lists = [list(repeat(delay, times)) for delay, times in parts]
    whole = kept([list(chain.from_iterable(lists))])
    assert same(whole, kept(reversed(lists)))
    assert same(whole, copy(whole))
    merged = Delays()
    for part in lists:
        merged.merge(copy(kept([part])))
    assert same(whole, merged)


@settings(max_examples=200, deadline=None)
@given(PARTS, st.sampled_from([0.0, 50.0, 95.0, 99.9, 100.0]))
def test_percentiles(parts, percent):
    delays = kept(list(repeat(*part)) for part in parts)
    ordered = sorted(delay for delay, times in parts for _ in range(times))
    told = delays.percentile(percent)
    if not ordered:
        assert told is None
        return
    enough = next(n for n in range(1, len(ordered) + 1) if n * 100 >= len(ordered) * Fraction(percent))
    exact = max(0, ordered[enough - 1] // MILLISECOND)
    if len(ordered) <= 1000:
        assert told == exact / 1000
    else:
        assert abs(told * 1000 - exact) <= exact / 200


@pytest.mark.parametrize(
    ("milliseconds", "rounded"),
    [(0, 0), (999, 999), (1234, 1230), (1235, 1240), (9999, 10000), (56789, 56800), (1234567, 1230000), (-5, 0)],
)
def test_to_three_digits(milliseconds, rounded):
    delays = kept([[milliseconds * MILLISECOND] * 1001])
    assert not delays.exact
    assert delays.percentile(50) == rounded / 1000


@pytest.mark.parametrize(("dumped", "counts"), [(b"1234567", 0), (bytes(24), 2), (bytes(24), "x")])
def test_what_it_did_not_dump(dumped, counts):
    with pytest.raises((ValueError, TypeError)):
        Delays.load(dumped, counts)


@pytest.mark.parametrize("times", [1, 3000])
def test_the_least_delay_is_the_zeroth_percentile(times):
    assert kept([[7 * MILLISECOND] * times, [9 * MILLISECOND] * times]).percentile(0) == 0.007
