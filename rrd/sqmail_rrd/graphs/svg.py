"""A picture of the page: one SVG that follows the reader's scheme, light or dark, and the width that it is given.

Its title and its legend stand beside it, as text of the page: that stays legible on a phone.

rrdtool's own drawing took five times as long and made files of ten times the size (benchmark: fleet).
"""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rrd_files.rows import thinned
from sqmail_command.html import Markup, element, join
from sqmail_rrd.arithmetic.calculation import Calculation
from sqmail_rrd.graphs.axis import Axis, axis
from sqmail_rrd.graphs.catalogue import AREA, LIMIT
from sqmail_rrd.graphs.expressions import Expressions
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.layers import (
    PALE_OPACITY,
    ZERO,
    Layer,
    ThresholdLine,
    gaps,
    layers,
    near,
    rule_text,
)
from sqmail_rrd.graphs.palette import DARK, INK, LIGHT, Theme
from sqmail_rrd.graphs.quantities import Quantity
from sqmail_rrd.graphs.readings import Reading
from sqmail_rrd.graphs.ticks import ticks

_SIZE = re.compile(rb'<svg [^>]*viewBox="0 0 ([0-9]+) ([0-9]+)"')
_WIDTH, _LEFT, _TOP, _PLOT_WIDTH, _PLOT_HEIGHT = 490, 58, 26, 412, 150
_BOTTOM = _TOP + _PLOT_HEIGHT
_UNDER = _BOTTOM + 28
_LINE = 20
# A label of the time axis has so much to its right; of more than so many each second one can go.
_ROOM, _FEW = 32, 6
# Heights are written in tenths of a pixel.
_LOWEST = 10 * _BOTTOM + 0.5
_TENTHS = [f"{place / 10:.1f}".removesuffix(".0") for place in range(10 * _BOTTOM + 1)]

Column = Sequence[float]


def picture(rrds: RrdSet, reading: Reading, thresholds: Sequence[ThresholdLine] = ()) -> bytes:
    """Return the picture of a reading; raises RrdError if a file cannot be read."""
    expressions = Expressions(rrds)
    shown = layers(expressions, reading)
    alive = [layer for layer in shown if layer.value != ZERO]
    greys = gaps(expressions, rrds, reading, f"{_FAR:g}")
    wanted = [*(layer.top or layer.value for layer in alive), *(name for name, _ in greys)]
    edges, values = _rows(expressions, wanted, rrds, reading)
    heights, empty = values[: len(alive)], values[len(alive) :]
    greatest = max((value for column in heights for value in column if value > 0), default=0.0)
    lines = [line for line in thresholds if line.graph == reading.graph.name]
    inside = near(lines, greatest)
    scale = axis(reading.graph.quantity, max([greatest, *(line.value for line in inside)]), _PLOT_HEIGHT)
    plot = _Plot(edges, scale)
    painted = list(zip(alive, heights, strict=True))
    body = [
        *(plot.area(column, f"fill:var(--{hue})") for (_, hue), column in zip(greys, empty, strict=True)),
        *(plot.area(column, _pale(layer.hue)) for layer, column in painted if layer.series is None),
        # What stands on others reaches down behind them.
        *(plot.area(column, f"fill:{_colour(layer.hue)}") for layer, column in reversed(painted) if _is_area(layer)),
        *_grid(scale, reading),
        *(plot.line(column, _stroke(layer)) for layer, column in painted if _is_line(layer)),
        *(plot.rule(line.value) for line in inside),
        *_rules(lines, inside, reading.graph.quantity),
    ]
    height = _UNDER + _LINE * len(lines)
    drawn = element("svg", _STYLE, *body, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH} {height}")
    return drawn.encode()


def size(image: bytes) -> tuple[int, int]:
    """Return width and height in pixels at 100 %; raises ValueError for what is no picture of these."""
    head = _SIZE.match(image)
    if head is None:
        raise ValueError("no picture of the page")
    return int(head[1]), int(head[2])


class _Plot:
    """Turns columns of numbers, as shown, into shapes; `edges` are the rows' borders from left to right."""

    def __init__(self, edges: Sequence[str], scale: Axis) -> None:
        self._edges = edges
        self._height = _PLOT_HEIGHT / (scale.top * scale.divisor)

    def area(self, column: Column, style: str) -> Markup:
        """Return the area from the bottom to each number."""
        return element("path", d="".join(self._steps(column, f"M%s {_BOTTOM}V%s", f"H%sV{_BOTTOM}Z")), style=style)

    def line(self, column: Column, style: str) -> Markup:
        """Return the line along the numbers."""
        return element("path", d="".join(self._steps(column, "M%s %s", "H%s")), style=style)

    def rule(self, value: float) -> Markup:
        """Return a dotted line at a number."""
        height = _number(max(_TOP, _BOTTOM - value * self._height))
        style = f"fill:none;stroke:var(--{INK});stroke-dasharray:2,2"
        return element("path", d=f"M{_LEFT} {height}h{_PLOT_WIDTH}", style=style)

    def _steps(self, column: Column, begin: str, end: str) -> list[str]:
        scale = 10 * self._height
        # NaN is not less either, and stands below all.
        places = [
            int(_LOWEST - scale * value) if value < _FAR else -1 if math.isnan(value) else 10 * _TOP for value in column
        ]
        steps: list[str] = []
        before = -1
        for left, place in zip(self._edges, places, strict=False):
            if place == before:
                continue
            if place < 0:
                steps.append(end % left)
            elif before < 0:
                steps.append(begin % (left, _TENTHS[place]))
            else:
                steps.append(f"H{left}V{_TENTHS[place]}")
            before = place
        if before >= 0:
            steps.append(end % self._edges[-1])
        return steps


def _rows(
    expressions: Expressions, wanted: Sequence[str], rrds: RrdSet, reading: Reading
) -> tuple[list[str], list[Column]]:
    """Return the borders of the rows, as they are written, and what is wanted in each row."""
    if not wanted:
        return [], []
    edges: list[str] = []
    found: list[list[float]] = [[] for _ in wanted]
    for begin, end, step in _windows(rrds, reading):
        rows = thinned(rrds.rras, rrds.newest, begin, end, max(step, (end - begin) // _PLOT_WIDTH))
        ends = rows.ends
        times = range(ends.start - rows.step, ends.stop, rows.step)
        edges[-1:] = _places(times, begin, end, reading.until, reading.time_range.seconds)
        calculation = Calculation(expressions.defined, rows)
        for column, name in zip(found, wanted, strict=True):
            column.extend(calculation.column(name))
    return edges, list(found)


@lru_cache(maxsize=16)
def _places(times: range, begin: int, end: int, until: int, seconds: int) -> list[str]:
    """Return where times, none before `begin` and none after `end`, are in a picture of so many seconds."""
    start = until - seconds
    pixels = _PLOT_WIDTH / seconds
    return [_number(_LEFT + (min(max(begin, moment), end) - start) * pixels) for moment in times]


def _windows(rrds: RrdSet, reading: Reading) -> list[tuple[int, int, int]]:
    """Return the times to be read one by one, and rows of how many seconds are wanted at least.

    All of a time is read from one archive: of a month that began a bit too early the coarse rows of a year.
    """
    start, end = reading.until - reading.time_range.seconds, reading.until
    pixel = reading.time_range.seconds / _PLOT_WIDTH
    for rra in reversed(rrds.rras):
        if rra.step <= pixel:
            # What begins within a row has nothing there.
            row = math.ceil(pixel / rra.step) * rra.step
            reach = rrds.newest - rrds.newest % rra.step - rra.covers
            if start < reach < end - row:
                reach += -reach % row
                return [(start, reach, row), (reach, end, row)]
            break
    return [(start, end, 1)]


def _grid(scale: Axis, reading: Reading) -> Iterator[Markup]:
    heights = [_BOTTOM - number * scale.step / scale.top * _PLOT_HEIGHT for number in range(len(scale.labels))]
    start = reading.until - reading.time_range.seconds
    pixels = _PLOT_WIDTH / reading.time_range.seconds
    lines, marks, labels = ticks(start, reading.until)
    strokes = "".join(f"M{_LEFT} {_number(height)}h{_PLOT_WIDTH}" for height in heights)
    strokes += "".join(f"M{_number(_LEFT + (at - start) * pixels)} {_TOP}v{_PLOT_HEIGHT}" for at in lines)
    strokes += "".join(f"M{_number(_LEFT + (at - start) * pixels)} {_BOTTOM}v3" for at in marks)
    yield element("path", d=strokes, class_="grid")
    for height, text in zip(heights, scale.labels, strict=True):
        yield _text(_LEFT - 6, height + 4, text, class_="axis end")
    for number, (at, text) in enumerate(labels):
        place = _LEFT + (at - start) * pixels
        side = "middle" if place < _WIDTH - _ROOM else "last"
        spare = " spare" if number % 2 and len(labels) > _FEW else ""
        yield _text(place if side == "middle" else _WIDTH - 2, _BOTTOM + 21, text, class_=f"axis {side}{spare}")
    if scale.unit:
        yield _text(2, _TOP - 12, scale.unit, class_="axis")


def _rules(lines: Sequence[ThresholdLine], inside: Sequence[ThresholdLine], quantity: Quantity) -> Iterator[Markup]:
    """Yield what the thresholds are, below the plot."""
    for number, line in enumerate(lines):
        height = _UNDER + _LINE * number + 12
        if line in inside:
            style = f"fill:none;stroke:var(--{INK});stroke-dasharray:2,2"
            yield element("path", d=f"M{_LEFT} {height - 4}h24", class_="rule", style=style)
        yield _text(_LEFT + 30, height, rule_text(line, quantity, inside=line in inside), class_="axis")


# An area of this height fills the plot, however high that reaches.
_FAR = 1e300


def _text(x: float, y: float, text: str, class_: str | None = None) -> Markup:
    return element("text", text, x=_number(x), y=_number(y) if y else None, class_=class_)


def _is_area(layer: Layer) -> bool:
    return layer.series is not None and layer.series.style == AREA


def _is_line(layer: Layer) -> bool:
    return layer.series is not None and layer.series.style != AREA


def _stroke(layer: Layer) -> str:
    limit = layer.series is not None and layer.series.style == LIMIT
    width = "1;stroke-dasharray:4,3" if limit else "1.5"
    return f"fill:none;stroke:{_colour(layer.hue)};stroke-width:{width}"


def _pale(hue: str) -> str:
    return f"fill:{_colour(hue)};fill-opacity:{PALE_OPACITY / 255:.2f}"


def _colour(hue: str) -> str:
    """Return a colour as CSS writes it: by name where the schemes differ."""
    colour = LIGHT.hue(hue)
    return f"#{colour}" if colour == DARK.hue(hue) else f"var(--{hue})"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _variables(theme: Theme) -> str:
    colours = {"back": theme.back, "font": theme.font, "faint": theme.faint, "major": theme.major}
    colours |= {"gap": theme.gap, "partial": theme.partial}
    colours |= {name: hue for name, hue in theme.hues.items() if LIGHT.hue(name) != DARK.hue(name)}
    return "".join(f"--{name}:#{colour};" for name, colour in colours.items())


_STYLE = join(
    Markup("<style>"),
    Markup(f":root{{{_variables(LIGHT)}background:var(--back)}}"),
    Markup(f"@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"),
    # A browser asks for the width of the picture, not of the window: letters are 11 pixels high or more.
    Markup(
        "text{fill:var(--faint);font:11.5px system-ui,'DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums}"
        ".end,.last{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:var(--major);shape-rendering:crispEdges}"
        "@media(max-width:470px){text{font-size:13.5px}}"
        "@media(max-width:400px){text{font-size:16px}.spare{display:none}}"
        "@media(max-width:335px){text{font-size:20px}}"
    ),
    Markup("</style>"),
)
