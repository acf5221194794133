"""Drawing: one reading as a picture, by rrdtool."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rrd_files.errors import RrdError
from rrd_files.librrd import load, patiently
from sqmail_command.text import label, page
from sqmail_rrd.graphs.axis import axis
from sqmail_rrd.graphs.catalogue import AREA, LIMIT, Series
from sqmail_rrd.graphs.expressions import Expressions, drawn, shows_peaks
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.palette import INK, Theme
from sqmail_rrd.graphs.quantities import Quantity
from sqmail_rrd.graphs.readings import Numbers, Reading

_LABEL = 27
_COLUMN = 9
# What is zero throughout needs no file to be read for its line in the legend.
_ZERO = "0"
_PALE = "90"
# A threshold is drawn where the axis need not reach further than this, in heights of what is drawn.
_REACH = 2.0


@dataclass(frozen=True, slots=True)
class _Layer:
    """A variable, or 0, that is drawn.  It reaches to `top` if it stands on others; pale ones have no series."""

    value: str
    hue: str
    series: Series | None = None
    numbers: Numbers | None = None
    top: str = ""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the plot in pixels before `zoom`, which enlarges everything, letters too.

    At this size a line of the legend has room, and letters can still be read when a phone shows the
    picture at two thirds.
    """

    width: int = 412
    height: int = 150
    zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class ThresholdLine:
    """A line at `value`, in the unit of the graph's numbers, with `label` in the legend."""

    graph: str
    value: float
    label: str


def draw(
    rrds: RrdSet,
    reading: Reading,
    theme: Theme,
    *,
    thresholds: Sequence[ThresholdLine] = (),
    size: Size = Size(),
    format_: str = "PNG",
) -> bytes:
    """Return the picture of a reading; raises RrdError with rrdtool's text if a file cannot be read."""
    rrdtool = load()
    window = [
        *("--start", str(reading.until - reading.time_range.seconds), "--end", str(reading.until)),
        *("--width", str(size.width), "--height", str(size.height)),
    ]
    expressions = Expressions(rrds)
    layers = _layers(expressions, reading)
    greatest = _greatest(rrdtool, expressions, layers, window)
    lines = [line for line in thresholds if line.graph == reading.graph.name]
    near = [line for line in lines if line.value <= _REACH * greatest or greatest == 0]
    scale = axis(reading.graph.quantity, max([greatest, *(line.value for line in near)]), size.height)
    arguments = [
        *("-", "--imgformat", format_, *window, "--zoom", str(size.zoom), "--title", _title(rrds, reading)),
        *("--border", "0", "--disable-rrdtool-tag"),
        *("--font", "LEGEND:8.5:DejaVu Sans Mono", "--font", "TITLE:10.5:DejaVu Sans"),
        *("--font", "AXIS:8:DejaVu Sans", "--font", "UNIT:8.5:DejaVu Sans"),
        *_colours(theme),
        *scale.arguments(),
    ]
    if reading.time_range.grid:
        arguments += ["--x-grid", reading.time_range.grid]
    elements = _gaps(expressions, rrds, reading, theme)
    elements += _pictured(expressions, layers, reading, theme, scale.divisor)
    for line in lines:
        elements += _rule(line, reading, theme, scale.divisor, drawn=line in near)
    arguments += [*expressions.arguments, *elements, f"COMMENT:{label(_origin(rrds, reading.until))}\\l"]
    try:
        image: bytes = patiently(rrdtool.graphv, *arguments)["image"]
    except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
        raise RrdError(f"drawing {reading.graph.name}: {error}") from None
    return image


def _layers(expressions: Expressions, reading: Reading) -> list[_Layer]:
    """Return what is drawn, from the back: the highest minutes, pale, then the series with lines in the legend."""
    shown = [(series, numbers) for series, numbers in reading.rows if not (series.rare and numbers.zero)]
    layers = []
    if shows_peaks(reading.graph, reading.time_range.seconds):
        alive = [series for series, numbers in shown if not numbers.zero]
        layers += [_Layer(value, hue) for value, hue in expressions.peaks(reading.graph, alive)]
    below = None
    for series, numbers in shown:
        if numbers.zero:
            layers.append(_Layer(_ZERO, series.hue, series, numbers))
            continue
        value = expressions.series(series, reading.graph.quantity, drawn(series))
        if value is None:
            continue
        top = value
        if series.style == AREA:
            top = value if below is None else expressions.define(f"{below},{value},ADDNAN")
        layers.append(_Layer(value, series.hue, series, numbers, top, stacked=top is not value))
        below = top if series.style == AREA else below
    return layers


def _greatest(rrdtool: Any, expressions: Expressions, layers: Sequence[_Layer], window: Sequence[str]) -> float:
    """Return the highest number that the picture will reach to, 0 if there is none."""
    tops = [expressions.aggregate(f"{layer.top or layer.value},MAXIMUM") for layer in layers if layer.value != _ZERO]
    if not tops:
        return 0.0
    printed = [f"PRINT:{top}:%.17lg" for top in tops]
    try:
        info = patiently(rrdtool.graphv, "-", *window, *expressions.arguments, *printed)
    except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
        raise RrdError(f"drawing: {error}") from None
    reached = [float(info[f"print[{index}]"]) for index in range(len(tops))]
    return max((one for one in reached if one > 0), default=0.0)


def _pictured(
    expressions: Expressions, layers: Sequence[_Layer], reading: Reading, theme: Theme, divisor: float
) -> list[str]:
    quantity = reading.graph.quantity
    columns = ["now", "average", "maximum", *(["total"] if quantity.sums else [])]
    head = _comment(" " * (_LABEL + 4), columns)
    elements = []
    for layer in layers:
        whole = divisor == 1 or layer.value == _ZERO
        value = layer.value if whole else expressions.define(f"{layer.value},{divisor:g},/")
        if layer.series is None or layer.numbers is None:
            elements.append(f"AREA:{value}#{theme.hue(layer.hue)}{_PALE}")
            continue
        elements += [head] if head else []
        head = ""
        elements.append(_element(value, layer.series, theme, stack=layer.stacked))
        elements.append(_comment("", _texts(layer.numbers, quantity)))
    if elements and layers[0].series is None:
        slow = any(layer.series.percent for layer in layers if layer.series is not None)
        elements.append(f"COMMENT:Pale is {'the slowest delivery' if slow else 'the highest minute'}\\l")
    return elements


def _gaps(expressions: Expressions, rrds: RrdSet, reading: Reading, theme: Theme) -> list[str]:
    """Return grey areas where there is nothing to draw; the newest minutes may just not be there yet."""
    if reading.missing == 0 and len(rrds.pulse) == 1:
        return []
    until = rrds.reported(reading.until)
    missing = expressions.missing(until)
    elements = [f"AREA:{expressions.define(f'{missing},INF,UNKN,IF')}#{theme.gap}"]
    if len(rrds.pulse) > 1:
        some = expressions.missing(until, some=True)
        elements.append(f"AREA:{expressions.define(f'{some},INF,UNKN,IF')}#{theme.partial}")
    return elements


def _element(value: str, series: Series, theme: Theme, *, stack: bool) -> str:
    text = f"{value}#{theme.hue(series.hue)}:{label(_cut(series.label))}"
    if series.style == AREA:
        return f"AREA:{text}{':STACK' if stack else ''}"
    return f"LINE1:{text}:dashes=4,3" if series.style == LIMIT else f"LINE1.5:{text}"


def _texts(numbers: Numbers, quantity: Quantity) -> list[str]:
    texts = [quantity.text(value) for value in (numbers.now, numbers.average, numbers.maximum)]
    return [*texts, quantity.total(numbers.total)] if quantity.sums else texts


def _comment(start: str, columns: Sequence[str]) -> str:
    return f"COMMENT:{start}{''.join(text.rjust(_COLUMN) for text in columns)}\\l"


def _rule(line: ThresholdLine, reading: Reading, theme: Theme, divisor: float, *, drawn: bool) -> list[str]:
    """Return a dashed line and its legend: rrdtool's own would have a box with dashed edges.

    One that is not `drawn` would flatten everything else; the legend says where it is.
    """
    value = reading.graph.quantity.text(line.value)
    text = f"- - {line.label} ({value})" if drawn else f"{line.label} ({value}): far above this picture"
    rule = [f"HRULE:{line.value / divisor:.9g}#{theme.hue(INK)}::dashes=2,2"] if drawn else []
    return [*rule, f"COMMENT:{label(text)}\\l"]


def _colours(theme: Theme) -> list[str]:
    chosen = {
        "BACK": theme.back,
        "CANVAS": theme.canvas,
        "FONT": theme.font,
        "AXIS": theme.faint,
        "ARROW": theme.faint,
        "FRAME": theme.canvas,
        "GRID": theme.grid,
        "MGRID": theme.major,
    }
    return [argument for name, colour in chosen.items() for argument in ("--color", f"{name}#{colour}")]


def _title(rrds: RrdSet, reading: Reading) -> str:
    instance = _cut(rrds.instance).rstrip()
    return page(f"{reading.graph.title}, {instance}, {reading.time_range.title}")


def _origin(rrds: RrdSet, until: int) -> str:
    return f"{rrds.host}, until {time.strftime('%Y-%m-%d %H:%M %Z', time.localtime(until))}"


def _cut(text: str) -> str:
    return (text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…").ljust(_LABEL)
