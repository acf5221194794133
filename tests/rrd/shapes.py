"""What the pictures of the page show: their shapes, as numbers again."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
_UNITS = {"k": 1e3, "M": 1e6, "G": 1e9}
_STEP = re.compile(r"([MHVZ])([0-9.]*)(?: ([0-9.]+))?")


@dataclass(frozen=True)
class Shape:
    """A path: its style, and from left to right where each height begins and ends, with the height."""

    style: str
    parts: tuple[tuple[float, float, float], ...]

    @property
    def width(self):
        return sum(right - left for left, right, _ in self.parts)

    @property
    def height(self):
        return max((height for _, _, height in self.parts), default=0)

    def at(self, x):
        return next((height for left, right, height in self.parts if left <= x < right), None)


class Drawing:
    """A picture (SVG), its heights in the numbers of its axis.

    `left` and `right` are the borders of the plot, `texts` all texts, `ticks` those below the time axis.
    """

    def __init__(self, image):
        self.root = ET.fromstring(image)
        texts = [one for one in self.root.iter(f"{SVG}text") if one.text]
        self.texts = [one.text for one in texts]
        labels = [one for one in texts if one.get("class") == "axis end"]
        zero, highest = labels[0], labels[-1]
        self._bottom = float(zero.get("y")) - 4
        self._pixel = _number(highest.text) / (float(zero.get("y")) - float(highest.get("y")))
        grid = next(one for one in self.root.iter(f"{SVG}path") if one.get("class") == "grid").get("d")
        self.left, self.width = (float(one) for one in re.match(r"M([0-9.]+) [0-9.]+h([0-9.]+)", grid).groups())
        self.right = self.left + self.width
        self.ticks = [(float(one.get("x")), one.text) for one in texts if one.get("class") == "axis middle" and one.get("x")]
        paths = [one for one in self.root if one.tag == f"{SVG}path" and one.get("style")]
        self.shapes = [Shape(one.get("style"), tuple(self._parts(one.get("d")))) for one in paths]

    def one(self, style):
        """Return the only shape of this style, or the only one whose style begins so."""
        (found,) = [shape for shape in self.shapes if shape.style == style] or self.all(style)
        return found

    def all(self, style):
        return [shape for shape in self.shapes if shape.style.startswith(style)]

    def at(self, share):
        """Return the place of a part of the time."""
        return self.left + share * self.width

    def _parts(self, path):
        x, y = 0.0, self._bottom
        for step, first, second in _STEP.findall(path):
            if step == "M":
                x, y = float(first), float(second)
            elif step == "V":
                y = float(first)
            elif step == "H":
                if float(first) > x:
                    yield x, float(first), (self._bottom - y) * self._pixel
                x = float(first)


def _number(text):
    number, _, unit = text.partition(" ")
    return float(number) * _UNITS.get(unit, 1)
