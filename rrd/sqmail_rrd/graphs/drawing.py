"""Drawing: one reading as a picture, by rrdtool."""

from collections.abc import Sequence
from dataclasses import dataclass

from rrd_files.librrd import asked
from sqmail_command.text import label, page
from sqmail_rrd.graphs.axis import axis
from sqmail_rrd.graphs.catalogue import AREA, LIMIT, Series
from sqmail_rrd.graphs.expressions import Expressions
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.layers import (
    LABEL,
    PALE_OPACITY,
    ZERO,
    Layer,
    ThresholdLine,
    columns,
    cut,
    gaps,
    layers,
    near,
    origin,
    pale_means,
    rule_text,
    texts,
    title,
)
from sqmail_rrd.graphs.palette import INK, Theme
from sqmail_rrd.graphs.readings import Reading

_COLUMN = 9
# Points of letters where nothing but the axes has any.
_BARE = 9


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the plot in pixels before `zoom`, which enlarges everything, letters too.

    At this size a line of the legend has room, and letters can still be read when a phone shows the
    picture at two thirds.
    """

    width: int = 412
    height: int = 150
    zoom: float = 1.0


def draw(
    rrds: RrdSet,
    reading: Reading,
    theme: Theme,
    *,
    thresholds: Sequence[ThresholdLine] = (),
    size: Size = Size(),
    format_: str = "PNG",
    bare: bool = False,
) -> bytes:
    """Return the picture of a reading; raises RrdError with rrdtool's text if a file cannot be read.

    A `bare` one has neither title nor legend, for a page that has both as text.
    """
    # A label of the very end has no room where there is no legend.
    window = [
        *("--start", str(reading.until - reading.time_range.seconds), "--end", str(reading.until - bare)),
        *("--width", str(size.width), "--height", str(size.height)),
    ]
    expressions = Expressions(rrds)
    shown = layers(expressions, reading)
    greatest = _greatest(expressions, shown, window)
    lines = [line for line in thresholds if line.graph == reading.graph.name]
    inside = near(lines, greatest)
    scale = axis(reading.graph.quantity, max([greatest, *(line.value for line in inside)]), size.height)
    arguments = [
        *("-", "--imgformat", format_, *window, "--zoom", str(size.zoom)),
        *(["--no-legend"] if bare else ["--title", page(title(rrds, reading))]),
        *("--border", "0", "--disable-rrdtool-tag"),
        *("--font", "LEGEND:8.5:DejaVu Sans Mono", "--font", "TITLE:10.5:DejaVu Sans"),
        *("--font", f"AXIS:{_BARE if bare else 8}:DejaVu Sans", "--font", f"UNIT:{_BARE if bare else 8.5}:DejaVu Sans"),
        *_colours(theme),
        *scale.arguments(),
    ]
    if reading.time_range.grid:
        arguments += ["--x-grid", reading.time_range.grid]
    elements = _gaps(expressions, rrds, reading, theme)
    elements += _pictured(expressions, shown, reading, theme, scale.divisor)
    for line in lines:
        elements += _rule(line, reading, theme, scale.divisor, inside=line in inside)
    arguments += [*expressions.arguments, *elements, f"COMMENT:{label(origin(rrds, reading.until))}\\l"]
    image: bytes = asked("graphv", *arguments, doing=f"drawing {reading.graph.name}")["image"]
    return image


def _greatest(expressions: Expressions, shown: Sequence[Layer], window: Sequence[str]) -> float:
    """Return the highest number that the picture will reach to, 0 if there is none."""
    tops = [expressions.aggregate(f"{layer.top or layer.value},MAXIMUM") for layer in shown if layer.value != ZERO]
    if not tops:
        return 0.0
    printed = [f"PRINT:{top}:%.17lg" for top in tops]
    info = asked("graphv", "-", *window, *expressions.arguments, *printed, doing="drawing")
    reached = [float(info[f"print[{index}]"]) for index in range(len(tops))]
    return max((one for one in reached if one > 0), default=0.0)


def _pictured(
    expressions: Expressions, shown: Sequence[Layer], reading: Reading, theme: Theme, divisor: float
) -> list[str]:
    quantity = reading.graph.quantity
    total = quantity.sums
    head = _comment(" " * (LABEL + 4), columns(total=total))
    elements = []
    for layer in shown:
        whole = divisor == 1 or layer.value == ZERO
        value = layer.value if whole else expressions.define(f"{layer.value},{divisor:g},/")
        if layer.series is None or layer.numbers is None:
            elements.append(f"AREA:{value}#{theme.hue(layer.hue)}{PALE_OPACITY:02X}")
            continue
        elements += [head] if head else []
        head = ""
        elements.append(_element(value, layer.series, theme, stack=layer.stacked))
        elements.append(_comment("", texts(layer.numbers, quantity, total=total)))
    pale = pale_means(reading) if elements else ""
    elements += [f"COMMENT:{pale}\\l"] if pale else []
    return elements


def _gaps(expressions: Expressions, rrds: RrdSet, reading: Reading, theme: Theme) -> list[str]:
    """Return grey areas where there is nothing to draw."""
    colours = {"gap": theme.gap, "partial": theme.partial}
    return [f"AREA:{variable}#{colours[hue]}" for variable, hue in gaps(expressions, rrds, reading, "INF")]


def _element(value: str, series: Series, theme: Theme, *, stack: bool) -> str:
    text = f"{value}#{theme.hue(series.hue)}:{label(cut(series.label).ljust(LABEL))}"
    if series.style == AREA:
        return f"AREA:{text}{':STACK' if stack else ''}"
    return f"LINE1:{text}:dashes=4,3" if series.style == LIMIT else f"LINE1.5:{text}"


def _comment(start: str, columns: Sequence[str]) -> str:
    return f"COMMENT:{start}{''.join(text.rjust(_COLUMN) for text in columns)}\\l"


def _rule(line: ThresholdLine, reading: Reading, theme: Theme, divisor: float, *, inside: bool) -> list[str]:
    """Return a dashed line and its legend: rrdtool's own would have a box with dashed edges."""
    text = rule_text(line, reading.graph.quantity, inside=inside)
    rule = [f"HRULE:{line.value / divisor:.9g}#{theme.hue(INK)}::dashes=2,2"] if inside else []
    return [*rule, f"COMMENT:{label('- - ' * inside + text)}\\l"]


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
