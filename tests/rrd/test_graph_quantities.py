"""Numbers in the words of the legend."""

import math

import pytest

from sqmail_rrd.graphs.quantities import BYTES, COUNT, LEVEL, PERCENT, SECONDS, amount


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.004, "<0.01"),
        (0.05, "0.05"),
        (0.5, "0.5"),
        (1, "1"),
        (2.345, "2.35"),
        (9.994, "9.99"),
        (9.996, "10"),
        (37.04, "37"),
        (37.06, "37.1"),
        (99.96, "100"),
        (8130, "8130"),
        (9999.4, "9999"),
        (9999.6, "10 k"),
        (12_345, "12.3 k"),
        (999_949, "1000 k"),
        (999_951, "1 M"),
        (12.3e9, "12.3 G"),
        (1e30, "1000000000000000 P"),
        (-3.2, "-3.2"),
    ],
)
def test_amount(value, text):
    assert amount(value) == text


@pytest.mark.parametrize(
    ("quantity", "value", "text"),
    [
        (COUNT, 3.456, "3.46"),
        (COUNT, math.nan, "\u2013"),
        (LEVEL, 20, "20"),
        (PERCENT, 66.667, "66.7 %"),
        (BYTES, 1_234_567, "1.23 M"),
        (SECONDS, 0.25, "0.25 s"),
        (SECONDS, 599, "599 s"),
        (SECONDS, 600, "10 min"),
        (SECONDS, 86_399, "24 h"),
        (SECONDS, 604_800, "7 d"),
        (SECONDS, math.nan, "\u2013"),
    ],
)
def test_text(quantity, value, text):
    assert quantity.text(value) == text


@pytest.mark.parametrize(
    ("quantity", "value", "text"),
    [
        (COUNT, 1243.0000001, "1243"),
        (COUNT, 9_999_999, "9999999"),
        (COUNT, 10_000_000, "10 M"),
        (BYTES, 8_035_854, "8.04 M"),
        (LEVEL, 5, "\u2013"),
        (COUNT, math.nan, "\u2013"),
    ],
)
def test_total(quantity, value, text):
    assert quantity.total(value) == text


@pytest.mark.parametrize(
    ("greatest", "axis"),
    [(0, (1, "s")), (599, (1, "s")), (601, (60, "min")), (20_000, (3600, "h")), (700_000, (86400, "d"))],
)
def test_axis_of_a_time(greatest, axis):
    assert SECONDS.axis(greatest) == axis
