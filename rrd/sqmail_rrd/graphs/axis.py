"""The vertical axis: its unit and its labels, from what is drawn."""

import math
from dataclasses import dataclass

from sqmail_rrd.graphs.quantities import PREFIXES, Quantity

_ABOVE = 1.05
# Pixels between two labels, at least: a label is 11 high.
_APART = 30
_MOST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from 0 to `top`, labelled at each multiple of `step`.

    All are in drawn numbers: those shown divided by `divisor`.  `unit` stands beside the axis.
    """

    divisor: float
    unit: str
    top: float
    step: float
    form: str

    @property
    def labels(self) -> list[str]:
        """The labels from below."""
        number = math.floor(self.top / self.step * (1 + 1e-9)) + 1
        return [self.form % (place * self.step) for place in range(number)]

    def arguments(self) -> list[str]:
        """Return rrdtool's arguments: left to itself it labels 0.04 and 0.05 alike."""
        parts = 5 if f"{self.step:e}".startswith("5") else 2
        return [
            *("--lower-limit", "0", "--upper-limit", f"{self.top:.9g}", "--rigid", "--vertical-label", self.unit),
            *("--y-grid", f"{self.step / parts:.9g}:{parts}", "--units-exponent", "0"),
            *("--left-axis-format", self.form.replace("f", "lf").replace("e", "le")),
        ]


def axis(quantity: Quantity, greatest: float, height: int) -> Axis:
    """Return the axis for shown numbers up to `greatest` on `height` pixels."""
    divisor, unit = quantity.axis(greatest)
    reach = greatest / divisor if greatest > 0 else 1.0
    prefix = 0
    while reach >= 10_000 and prefix < len(PREFIXES) - 1:
        reach /= 1000
        divisor *= 1000
        prefix += 1
    step = _round(reach / max(3, height // _APART))
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    form = f"%.{digits}f" if digits <= _MOST_DIGITS and step < 1e6 else "%.2e"
    return Axis(divisor, unit, reach * _ABOVE, step, form + PREFIXES[prefix])


def _round(least: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is no less."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((some * power for some in (1, 2, 5) if some * power >= least), 10 * power)
