"""Percentiles of delays, from the number of successes in each class and their delays together.

A class is taken as its mean: what all took half an hour is half an hour, in any range of time.
"""

from collections.abc import Sequence

from sqmail_log.figures.metrics import DELAY_CLASSES

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
