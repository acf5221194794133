"""Colours: Okabe and Ito's, which readers of every kind of colour vision can tell apart."""

from dataclasses import dataclass

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
        """Return the RRGGBB of a hue of HUES, INK or REST."""
        return self.hues[name]


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
    hues={**_OKABE_ITO, INK: "000000", REST: "555C64"},
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
    hues={**_OKABE_ITO, INK: "FFFFFF", REST: "636D77"},
)
