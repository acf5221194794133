"""A picture of the page: one SVG that follows the reader's scheme, light or dark, made from rrdtool's."""

import re
from functools import lru_cache

from sqmail_rrd.graphs.palette import DARK, LIGHT, Theme

_SIZE = re.compile(rb'<svg [^>]* viewBox="0 0 ([0-9.]+) ([0-9.]+)"[^>]*>')
_DIGITS = re.compile(rb"(\.[0-9]{2})[0-9]+")
# cairo counts its surfaces: the same picture would be another one each time.
_SURFACE = re.compile(rb'<g id="surface[0-9]+">')
# cairo says in every element what is so anyway.
_DEFAULTS = (
    b"stroke-linecap:butt;",
    b"stroke-linejoin:miter;",
    b"stroke-miterlimit:10;",
    b"fill-rule:nonzero;",
    b"fill-opacity:1;",
    b"stroke-opacity:1;",
    b"stroke:none;",
    b' style=""',
)


def for_both_schemes(image: bytes) -> bytes:
    """Return the SVG that rrdtool drew in LIGHT with colours that are DARK's in a dark scheme; half as long."""
    for name, colour in _colours(LIGHT).items():
        image = image.replace(_as_cairo_writes(colour), b"var(--%s)" % name.encode())
    for default in _DEFAULTS:
        image = image.replace(default, b"")
    # The shapes of letters come first, in every picture the same.
    letters, mark, drawing = image.partition(b"</defs>")
    letters = b"\n".join(map(_rounded, letters.split(b"\n")))
    head = _SIZE.search(letters)
    end = head.end() if head else 0
    drawing = _DIGITS.sub(rb"\1", _SURFACE.sub(b"<g>", drawing, count=1))
    return b"".join([letters[:end], _STYLE, letters[end:], mark, drawing])


def size(image: bytes) -> tuple[int, int]:
    """Return width and height in pixels at 100 %; raises ValueError for what is no SVG of rrdtool's."""
    head = _SIZE.search(image, 0, 1000)
    if head is None:
        raise ValueError("no SVG of rrdtool's")
    return round(float(head[1])), round(float(head[2]))


@lru_cache(maxsize=4096)
def _rounded(line: bytes) -> bytes:
    return _DIGITS.sub(rb"\1", line)


def _colours(theme: Theme) -> dict[str, str]:
    """Return the colours of a theme that differ from the other's, as RRGGBB, by name."""
    colours = {
        "back": theme.back,
        "font": theme.font,
        "faint": theme.faint,
        "gap": theme.gap,
        "partial": theme.partial,
    }
    return colours | {name: hue for name, hue in theme.hues.items() if LIGHT.hue(name) != DARK.hue(name)}


def _as_cairo_writes(colour: str) -> bytes:
    parts = (int(colour[at : at + 2], 16) / 2.55 for at in (0, 2, 4))
    return f"rgb({','.join(f'{part:.6f}'.rstrip('0').rstrip('.') + '%' for part in parts)})".encode()


def _variables(theme: Theme) -> str:
    return "".join(f"--{name}:#{colour};" for name, colour in _colours(theme).items())


_STYLE = (
    f"<style>:root{{{_variables(LIGHT)}}}@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}</style>"
).encode()
