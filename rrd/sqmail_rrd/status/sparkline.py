"""A small picture of a line, inline in the page: as high as a line or two of text."""

import math
from collections.abc import Iterator, Sequence

from sqmail_command.html import Markup, element

WIDTH, HEIGHT = 80, 26
_LEAST = 1e-9


def sparkline(values: Sequence[float], hue: str, said: str) -> Markup:
    """Return the picture of values from left to right; NaN is a gap.  `said` is read out instead of it."""
    greatest = max((value for value in values if not math.isnan(value)), default=0.0)
    scale = (HEIGHT - 2) / max(greatest, _LEAST)
    step = WIDTH / len(values)
    areas, lines = [], []
    for begin, stretch in _stretches(values):
        tops = [f"{(begin + place) * step:.1f},{HEIGHT - 1 - value * scale:.1f}" for place, value in _edges(stretch)]
        left, right = begin * step, (begin + len(stretch)) * step
        lines.append(f"M{' '.join(tops)}")
        areas.append(f"M{left:.1f},{HEIGHT} {' '.join(tops)} {right:.1f},{HEIGHT}z")
    return element(
        "svg",
        element("path", d=" ".join(areas), class_="area") if areas else None,
        element("path", d=" ".join(lines), class_="line") if lines else None,
        class_=f"spark of-{hue}", viewBox=f"0 0 {WIDTH} {HEIGHT}", width=WIDTH, height=HEIGHT,
        preserveAspectRatio="none", role="img", aria_label=said,
    )  # fmt: skip


def _stretches(values: Sequence[float]) -> Iterator[tuple[int, list[float]]]:
    """Yield each stretch of known values with the place of its first."""
    begin = 0
    while begin < len(values):
        if math.isnan(values[begin]):
            begin += 1
            continue
        end = next((place for place in range(begin, len(values)) if math.isnan(values[place])), len(values))
        yield begin, list(values[begin:end])
        begin = end


def _edges(stretch: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Yield where the line goes: it begins and ends at the stretch's edges, and passes the middle of each value."""
    yield 0, stretch[0]
    for place, value in enumerate(stretch):
        yield place + 0.5, value
    yield len(stretch), stretch[-1]
