"""Every drill, at the minutes that decide: is the right check loud in time, with the right words, and else nobody?"""

from pathlib import Path

import pytest

from drills.expectations import recorded
from drills.incidents.drill import once_of_new
from drills.made import made
from drills.player import MADE, names
from drills.stage import MODES

_LONG = {"busy-week", "outgoing-week", "isp-week", "probed-week", "asked-week"}
"""Weeks that take long to live through; the torture run has them, and each incident at every rate."""


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", names(MODES[0]))
def test_recorded(name, mode, meets):
    meets(name, mode)


@pytest.mark.parametrize("name", [name for name, drill in once_of_new(made()).items() if name not in _LONG])
def test_made(name, meets):
    meets(name, MADE)


def test_what_is_not_met_yet_is_a_drill(not_yet):
    drills = {f"{mode}/{name}" for mode in (*MODES, MADE) for name in names(mode)}
    assert {line.removeprefix("whole/") for line in not_yet} <= drills


def test_every_recording_has_its_row():
    data = {path.name.removesuffix(".tar.xz") for path in (Path(__file__).parent / "data").glob("*.tar.xz")}
    assert data == {wanted.name for wanted in recorded()}


def test_every_drill_says_what_happens():
    assert [name for name, drill in made().items() if not drill.wanted.what] == []
