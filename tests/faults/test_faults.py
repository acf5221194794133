"""Errors of the system and kills at the calls of each command: nothing lost, nothing doubled, nothing false said.

The short form: a sample of all faults.  All of them: SQMAIL_TORTURE=long ./run-tests tests/torture/test_faults.py
"""

import shutil

import pytest

from faults.commands import COMMANDS
from faults.harness import explore
from faults.shim import needs_a_compiler

SAMPLE = 60
"""Faults for each command; fewer where a run costs more."""
pytestmark = needs_a_compiler


def needs_its_programs(command):
    if "rrdtool" in command.modules:
        pytest.importorskip("rrdtool", reason="needs the Python module rrdtool")
        if shutil.which("rrdtool") is None:
            pytest.skip("needs rrdtool (Debian: rrdtool)")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_an_error_or_a_kill_at_any_call(command, tmp_path):
    needs_its_programs(command)
    sample = SAMPLE // command.cost
    outcome = explore(command, tmp_path, limit=sample)
    assert not outcome.violations, f"{outcome.tried} of {outcome.possible} faults\n{outcome.told()}"
    assert outcome.tried > 0.8 * min(sample, outcome.possible)
