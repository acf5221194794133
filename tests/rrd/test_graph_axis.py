"""The vertical axis: labels that differ, in the unit of what is drawn."""

import pytest

from sqmail_rrd.graphs.axis import axis
from sqmail_rrd.graphs.quantities import BYTES, COUNT, LEVEL, PERCENT, SECONDS


@pytest.mark.parametrize("quantity", [COUNT, BYTES, LEVEL, PERCENT, SECONDS])
@pytest.mark.parametrize("height", [30, 90, 150, 300, 1000])
def test_no_two_labels_are_alike(quantity, height):
    for power in range(-9, 31):
        for factor in (1, 1.7, 2.5, 4.99, 5, 5.01, 9.99, 9.9999999):
            labels = axis(quantity, factor * 10.0**power, height).labels
            assert len(set(labels)) == len(labels)
            assert 2 <= len(labels) <= max(3, height // 30) + 2


@pytest.mark.parametrize(("quantity", "greatest", "unit", "labels"), [
    (COUNT, 0.0023, "per minute", ["0.0000", "0.0005", "0.0010", "0.0015", "0.0020"]),
    (COUNT, 0.1, "per minute", ["0.00", "0.02", "0.04", "0.06", "0.08", "0.10"]),
    (LEVEL, 1, "", ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (LEVEL, 5000, "", ["0", "1000", "2000", "3000", "4000", "5000"]),
    (BYTES, 12_345_678, "bytes per minute", ["0 M", "5 M", "10 M"]),
    (PERCENT, 100, "%", ["0", "20", "40", "60", "80", "100"]),
    (SECONDS, 599, "s", ["0", "200", "400", "600"]),
    (SECONDS, 1800, "min", ["0", "10", "20", "30"]),
    (SECONDS, 700_000, "d", ["0", "2", "4", "6", "8"]),
    (COUNT, 0, "per minute", ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
])  # fmt: skip
def test_labels(quantity, greatest, unit, labels):
    found = axis(quantity, greatest, 150)
    assert (found.unit, found.labels) == (unit, labels)
    assert found.top * found.divisor >= greatest


def test_rrdtool_is_told_the_same_axis():
    assert axis(SECONDS, 1800, 150).arguments() == [
        "--lower-limit", "0", "--upper-limit", "31.5", "--rigid", "--vertical-label", "min",
        "--y-grid", "5:2", "--units-exponent", "0", "--left-axis-format", "%.0lf",
    ]  # fmt: skip
