"""Drawing: one reading as a picture, by rrdtool."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rrd_files.errors import RrdError
from rrd_files.librrd import load, patiently
from sqmail_command.text import label, page
from sqmail_rrd.graphs.catalogue import AREA, LIMIT, Series
from sqmail_rrd.graphs.expressions import Expressions, drawn
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.palette import INK, Theme
from sqmail_rrd.graphs.quantities import Quantity
from sqmail_rrd.graphs.readings import Numbers, Reading

_LABEL = 27
_COLUMN = 9


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
    lines = [threshold for threshold in thresholds if threshold.graph == reading.graph.name]
    greatest = max([reading.maximum, *(line.value for line in lines)])
    divisor, unit = reading.graph.quantity.axis(greatest)
    arguments = [
        "-",
        *("--imgformat", format_),
        *("--start", str(reading.until - reading.time_range.seconds), "--end", str(reading.until)),
        *("--width", str(size.width), "--height", str(size.height), "--zoom", str(size.zoom)),
        *("--title", _title(rrds, reading), "--vertical-label", unit),
        *("--lower-limit", "0", "--border", "0", "--disable-rrdtool-tag"),
        *(
            "--font",
            "LEGEND:8.5:DejaVu Sans Mono",
            "--font",
            "TITLE:10.5:DejaVu Sans",
            "--font",
            "AXIS:8:DejaVu Sans",
        ),
        *("--font", "UNIT:8.5:DejaVu Sans"),
        *_colours(theme),
    ]
    if reading.time_range.grid:
        arguments += ["--x-grid", reading.time_range.grid]
    if lines:
        arguments += ["--upper-limit", f"{1.05 * max(line.value for line in lines) / divisor:.9g}"]
    if greatest / divisor < 10_000:
        arguments += ["--units-exponent", "0"]
    arguments += _data(rrds, reading, theme, divisor)
    for line in lines:
        arguments += _rule(line, reading, theme, divisor)
    arguments.append(f"COMMENT:{label(_origin(rrds, reading.until))}\\l")
    try:
        image: bytes = patiently(rrdtool.graphv, *arguments)["image"]
    except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
        raise RrdError(f"drawing {reading.graph.name}: {error}") from None
    return image


def _data(rrds: RrdSet, reading: Reading, theme: Theme, divisor: float) -> list[str]:
    expressions = Expressions(rrds)
    elements = _gaps(expressions, rrds, reading, theme)
    quantity = reading.graph.quantity
    columns = ["now", "average", "maximum", *(["total"] if quantity.sums else [])]
    elements.append(_comment(" " * (_LABEL + 4), columns))
    first = True
    for series, numbers in reading.rows:
        if series.rare and numbers.zero:
            continue
        value = expressions.series(series, quantity, drawn(series))
        if value is None:
            continue
        if divisor != 1:
            value = expressions.define(f"{value},{divisor:g},/")
        elements.append(_element(value, series, theme, stack=series.style == AREA and not first))
        first = first and series.style != AREA
        elements.append(_comment("", _texts(numbers, quantity)))
    return expressions.arguments + elements


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


def _rule(line: ThresholdLine, reading: Reading, theme: Theme, divisor: float) -> list[str]:
    """Return a dashed line and its legend: rrdtool's own would have a box with dashed edges."""
    text = f"- - {line.label} ({reading.graph.quantity.text(line.value)})"
    return [f"HRULE:{line.value / divisor:.9g}#{theme.hue(INK)}::dashes=2,2", f"COMMENT:{label(text)}\\l"]


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
