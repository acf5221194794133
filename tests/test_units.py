"""Nanoseconds, seconds and minutes are one to Python and three to mypy."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from sqmail_log import units
from support import ROOT

BEGINNING = """
from sqmail_log.units import MINUTE, SECOND, Minute, Nanoseconds, Seconds, begin_of, minute_of, nanoseconds, seconds_of
time, second, minute = Nanoseconds(1), Seconds(2), Minute(3)
def take(time: Nanoseconds) -> None: ...
"""
MIXED = ["time + second", "time - minute", "minute < time", "take(minute)", "take(5)", "take(time + 1)", "begin_of(time)"]
CLEAN = ["take(time + 5 * SECOND)", "take(begin_of(minute))", "minute_of(time) < minute", "max(time, nanoseconds(0.5)) // MINUTE"]


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_a_mixed_unit_is_found(tmp_path):
    path = tmp_path / "mixed.py"
    path.write_text(BEGINNING + "\n".join([*MIXED, *CLEAN]) + "\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path), str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    first = BEGINNING.count("\n") + 1
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error: " in line}
    assert found == set(range(first, first + len(MIXED))), done.stdout


@pytest.mark.parametrize("minute", [0, 1, 29922206])
def test_there_and_back(minute):
    begin = units.begin_of(minute)
    assert units.minute_of(begin) == units.minute_of(begin + units.MINUTE - 1) == minute
    assert units.minute_of(begin - 1) == minute - 1
    second = units.seconds_of(minute)
    assert units.whole_seconds(begin) == units.whole_seconds(begin + units.SECOND - 1) == second
    assert units.minute_of_second(second + 59) == minute
    assert units.nanoseconds(second) == begin
