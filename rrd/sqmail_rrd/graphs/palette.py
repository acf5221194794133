"""Colours: Okabe and Ito's, which readers of every kind of colour vision can tell apart."""

from dataclasses import dataclass
from functools import cache

HUES: tuple[str, ...] = ("blue", "orange", "green", "vermillion", "sky", "purple")
"""The hues for series whose number is not known before, in the order they are given out."""

INK = "ink"
REST = "rest"

_OKABE_ITO = {
    "blue": "0072B2",
    "orange": "E69F00",
    "green": "009E73",
    "vermillion": "D55E00",
    "sky": "56B4E9",
    "purple": "CC79A7",
}

# Between them, for reasons, of which there are many.
_MORE = {
    "violet": "7A5FD0",
    "olive": "8C8C00",
    "crimson": "C2255C",
    "teal": "00A0A0",
    "brown": "8A5A3C",
    "lime": "7CB518",
}
_GIVEN = (*HUES, *_MORE)

# Luminances that stand out from white and from the dark scheme's back, as steps of equal contrast.
_PALEST, _DARKEST, _STEPS = 0.42, 0.085, 16


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture and of the page around it: RRGGBB, or RRGGBBAA where they are mixed.

    `gap` is drawn where there are no values, `partial` where some hosts of a sum have none.
    """

    name: str
    back: str
    canvas: str
    font: str
    faint: str
    grid: str
    major: str
    gap: str
    partial: str
    hues: dict[str, str]

    def hue(self, name: str) -> str:
        """Return the RRGGBB of a hue, INK or REST, or of a shade of one."""
        hue, _, step = name.partition("-")
        return _shade(self.hues[hue], int(step)) if step else self.hues[name]


def shade(number: int) -> str:
    """Return the name of the colour `number` of those that are given to one thing for good.

    First come HUES, then those between them, then shades, the early ones far apart.
    """
    step, hue = divmod(number, len(_GIVEN))
    return f"{_GIVEN[hue]}-{step}" if step else _GIVEN[hue]


@cache
def _shade(colour: str, step: int) -> str:
    """Return a colour in another luminance: scaled down, or mixed with white."""
    light = [_linear(int(colour[at : at + 2], 16) / 255) for at in (0, 2, 4)]
    own = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    free = [_DARKEST * (_PALEST / _DARKEST) ** (place / _STEPS) for place in range(_STEPS + 1)]
    used = [own]
    for _ in range(step):
        free.sort(key=lambda one: min(max(one / other, other / one) for other in used))
        used.append(free.pop())
    wanted = used[-1]
    white = max(0.0, (wanted - own) / (1 - own))
    share = min(1.0, wanted / own) * (1 - white)
    return "".join(f"{round(255 * _curved(part * share + white)):02X}" for part in light)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _curved(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


LIGHT = Theme(
    name="light",
    back="FFFFFF",
    canvas="FFFFFF",
    font="1B1F24",
    faint="59636E",
    grid="1B1F2414",
    major="1B1F2430",
    gap="C9CED4",
    partial="E6E9EC",
    hues={**_OKABE_ITO, **_MORE, INK: "000000", REST: "555C64"},
)
DARK = Theme(
    name="dark",
    back="15191E",
    canvas="15191E",
    font="E6EAEE",
    faint="9BA6B1",
    grid="E6EAEE14",
    major="E6EAEE30",
    gap="464E57",
    partial="2B3138",
    hues={**_OKABE_ITO, **_MORE, INK: "FFFFFF", REST: "636D77"},
)
