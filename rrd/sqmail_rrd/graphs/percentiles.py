"""Percentiles of delays, from the number of successes in each class and their delays together.

A class is taken as its mean: what all took half an hour is half an hour, in any range of time.
"""

from collections.abc import Sequence
from math import isnan, nan

from sqmail_log.figures.metrics import DELAY_CLASSES
from sqmail_rrd.arithmetic.columns import Column, Value, by_row

COUNTS = tuple(f"delay_count_{name}" for _, name in DELAY_CLASSES)
SUMS = tuple(f"delay_sum_{name}" for _, name in DELAY_CLASSES)
CLASSES = (*COUNTS, *SUMS)
"""The metrics of all classes, the shortest first."""

SLOWEST = 100
"""The percentage whose percentile is the slowest class."""

# What was added up in another order may differ in its last digits.
_NEARLY = 1 - 1e-9


def percentile(counts: Sequence[float], sums: Sequence[float], percent: float) -> float | None:
    """Return the delay in seconds that `percent` of the successes kept within; None without any."""
    left = sum(counts) * percent / 100 * _NEARLY
    for count, seconds in zip(counts, sums, strict=True):
        left -= count
        if count > 0 and left <= 0:
            return seconds / count
    return None


def column(percent: float, values: Sequence[Value]) -> Value:
    """Return the same of each row: of what is known without classes, then of the classes' successes and delays.

    What is known without classes is the answer where nothing is known of these.
    """
    otherwise, *classes = values
    half = len(classes) // 2
    # A class without any successes is nobody's percentile.
    there = [place for place, one in enumerate(classes[:half]) if isinstance(one, Column) or one > 0]
    counts, sums = ([classes[place + begin] for place in there] for begin in (0, half))
    if len(there) < half and any(not isinstance(one, Column) and one == 0 for one in classes[:half]):
        otherwise = nan
    number = len(counts)

    def of_row(otherwise: float, *classes: float) -> float:
        known = [0.0 if isnan(count) else count for count in classes[:number]]
        found = percentile(known, classes[number:], percent)
        return found if found is not None else otherwise if all(map(isnan, classes[:number])) else nan

    return by_row(of_row, [otherwise, *counts, *sums]) if counts else otherwise


def expression(counts: Sequence[str], sums: Sequence[str], percent: float, otherwise: str) -> str:
    """Return the same in rrdtool's notation, of variables; where they are unknown, it is `otherwise`.

    Unknown too where there were no successes.
    """
    total = ",".join(counts) + ",ADDNAN" * (len(counts) - 1)
    cases = []
    so_far = ""
    for count, seconds in zip(counts, sums, strict=True):
        so_far = f"{so_far},{count},ADDNAN" if so_far else count
        # Rates of rrdtool have 15 digits as well.
        cases.append(f"{count},0,GT,{so_far},{total},{percent / 100 * _NEARLY:.12g},*,GE,*,{seconds},{count},/")
    chosen = ",".join([*cases, "UNKN"]) + ",IF" * len(cases)
    return f"{total},UN,{otherwise},{chosen},IF"
