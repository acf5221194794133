"""Layers: what a picture is painted of, from the back, as variables of rrdtool's."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqmail_rrd.graphs.catalogue import AREA, LIMIT, Series
from sqmail_rrd.graphs.expressions import Expressions, drawn, shows_peaks
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.quantities import Quantity
from sqmail_rrd.graphs.readings import Numbers, Reading

ZERO = "0"
"""What stands for a variable where all is zero: no file needs to be read for that line of the legend."""

PALE_OPACITY = 0x90
"""How much of its colour, of 255, a layer of the highest minutes has."""

LABEL = 27
"""Letters of the legend's first column."""
# A threshold is drawn where the axis need not reach further than this, in heights of what is drawn.
_REACH = 2.0


@dataclass(frozen=True, slots=True)
class Layer:
    """A variable, or ZERO, that is drawn.  It reaches to `top` if it stands on others; pale ones have no series."""

    value: str
    hue: str
    series: Series | None = None
    numbers: Numbers | None = None
    top: str = ""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class ThresholdLine:
    """A line at `value`, in the unit of the graph's numbers, with `label` in the legend."""

    graph: str
    value: float
    label: str


def shown(reading: Reading) -> list[tuple[Series, Numbers]]:
    """Return the series that have a line in the legend, with their numbers."""
    return [(series, numbers) for series, numbers in reading.rows if not (series.rare and numbers.zero)]


def layers(expressions: Expressions, reading: Reading) -> list[Layer]:
    """Return what is drawn, from the back: the highest minutes, pale, then the series with lines in the legend."""
    rows = shown(reading)
    found = []
    if shows_peaks(reading.graph, reading.time_range.seconds):
        alive = [series for series, numbers in rows if not numbers.zero]
        found += [Layer(value, hue) for value, hue in expressions.peaks(reading.graph, alive)]
    below = None
    for series, numbers in rows:
        if numbers.zero:
            found.append(Layer(ZERO, series.hue, series, numbers))
            continue
        value = expressions.series(series, reading.graph.quantity, drawn(series))
        if value is None:
            continue
        top = value
        if series.style == AREA:
            top = value if below is None else expressions.define(f"{below},{value},ADDNAN")
        found.append(Layer(value, series.hue, series, numbers, top, stacked=top is not value))
        below = top if series.style == AREA else below
    return found


def gaps(expressions: Expressions, rrds: RrdSet, reading: Reading, height: str) -> list[tuple[str, str]]:
    """Return variables that are of a `height` where there are no values, each with its hue: "gap" or "partial".

    The newest minutes may just not be there yet.
    """
    if reading.missing == 0 and len(rrds.pulse) == 1:
        return []
    until = rrds.reported(reading.until)
    found = [(expressions.define(f"{expressions.missing(until)},{height},UNKN,IF"), "gap")]
    if len(rrds.pulse) > 1:
        found.append((expressions.define(f"{expressions.missing(until, some=True)},{height},UNKN,IF"), "partial"))
    return found


def near(lines: Sequence[ThresholdLine], greatest: float) -> list[ThresholdLine]:
    """Return the lines that can be drawn without flattening what reaches to `greatest`."""
    return [line for line in lines if line.value <= _REACH * greatest or greatest == 0]


def cut(text: str) -> str:
    """Return a text that fits into the legend's first column."""
    return text if len(text) <= LABEL else f"{text[: LABEL - 1]}…"


def columns(*, total: bool) -> list[str]:
    """Return the heads of the legend's columns of numbers."""
    return ["now", "average", "maximum", *(["total"] if total else [])]


def texts(numbers: Numbers, quantity: Quantity, *, total: bool) -> list[str]:
    """Return what stands in these columns."""
    found = [quantity.text(value) for value in (numbers.now, numbers.average, numbers.maximum)]
    return [*found, quantity.total(numbers.total)] if total else found


def pale_means(reading: Reading) -> str:
    """Return what the legend says of the pale layers, nothing where there is none."""
    if not shows_peaks(reading.graph, reading.time_range.seconds):
        return ""
    some = [one for one, numbers in shown(reading) if not (numbers.zero or one.over or one.style == LIMIT)]
    if not some:
        return ""
    return f"Pale is {'the slowest delivery' if any(one.percent for one in some) else 'the highest minute'}"


def rule_text(line: ThresholdLine, quantity: Quantity, *, inside: bool) -> str:
    """Return what the legend says of a threshold: one that would flatten the rest is only told."""
    value = quantity.text(line.value)
    return f"{line.label} ({value})" if inside else f"{line.label} ({value}): far above this picture"


def title(rrds: RrdSet, reading: Reading) -> str:
    """Return what stands above a picture."""
    return f"{reading.graph.title}, {cut(rrds.instance)}, {reading.time_range.title}"


def origin(rrds: RrdSet, until: int) -> str:
    """Return what stands below it: whose it is, and of when."""
    return f"{rrds.host}, until {time.strftime('%Y-%m-%d %H:%M %Z', time.localtime(until))}"
