"""Quantities: how a number is scaled for drawing and worded for a reader."""

import math
from dataclasses import dataclass

NOTHING = "\u2013"
"""What stands where there is no number."""

PREFIXES = ("", " k", " M", " G", " T", " P")
"""Thousand by thousand."""

_TIMES = ((600.0, 1.0, "s"), (4 * 3600.0, 60.0, "min"), (4 * 86400.0, 3600.0, "h"))


@dataclass(frozen=True, slots=True)
class Quantity:
    """What the numbers of a graph are.

    `scale` turns the RRD's value into the one that is shown, whose unit is `unit` (empty for a
    plain number, and for a time in seconds, which is worded with its own).  `sums` says whether adding up
    over time makes sense.
    """

    unit: str
    scale: int = 1
    sums: bool = False
    time: bool = False

    def text(self, value: float) -> str:
        """Return a shown value in at most eight characters, NOTHING for NaN."""
        if math.isnan(value):
            return NOTHING
        if self.time:
            factor, unit = self.axis(value)
            return f"{amount(value / factor)} {unit}"
        return amount(value) + (" %" if self == PERCENT else "")

    def total(self, value: float) -> str:
        """Return a sum over time: exact below ten million, NOTHING where it makes no sense."""
        if math.isnan(value) or not self.sums:
            return NOTHING
        return f"{value:.0f}" if round(value) < 10_000_000 and self != BYTES else amount(value)

    def axis(self, greatest: float) -> tuple[float, str]:
        """Return what to divide by and the unit's name on an axis that reaches to `greatest`."""
        if not self.time:
            return 1.0, self.unit
        for limit, factor, unit in _TIMES:
            if not greatest >= limit:
                return factor, unit
        return 86400.0, "d"


COUNT = Quantity("per minute", scale=60, sums=True)
BYTES = Quantity("bytes per minute", scale=60, sums=True)
LEVEL = Quantity("")
SECONDS = Quantity("", time=True)
PERCENT = Quantity("%", scale=100)


def amount(value: float) -> str:
    """Return a number in three digits or so: 0.05, 1.2, 37, 8130, `12.3 k`."""
    size = abs(value)
    if 0 < size < 0.005:
        return "<0.01" if value > 0 else ">-0.01"
    power = 0
    if round(size) >= 10_000:
        while round(size, 1) >= 1000 and power < len(PREFIXES) - 1:
            size /= 1000
            power += 1
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    text = f"{size:.{digits}f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    return f"{'-' if value < 0 else ''}{text}{PREFIXES[power]}"
