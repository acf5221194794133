"""Every error of the system and a kill at every call of each command (tests/faults has a sample of them).

    SQMAIL_TORTURE=long ./run-tests tests/torture/test_faults.py

At most `SECONDS` for each command: how many of all faults were tried stands in the table at the end.
"""

import os

import pytest

from faults.commands import COMMANDS
from faults.harness import explore
from faults.shim import needs_a_compiler
from faults.test_faults import needs_its_programs

LONG = os.environ.get("SQMAIL_TORTURE") == "long"
SECONDS = float(os.environ.get("SQMAIL_TORTURE_SECONDS", "900"))

pytestmark = [
    pytest.mark.skipif(not LONG, reason="SQMAIL_TORTURE=long makes it; tests/faults has a sample"),
    pytest.mark.timeout(SECONDS + 300),
    needs_a_compiler,
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_error_and_a_kill_at_every_call(command, tmp_path, record_property):
    needs_its_programs(command)
    outcome = explore(command, tmp_path, seconds=SECONDS)
    record_property("promise", [command.promise, f"{outcome.tried}/{outcome.possible}", len(outcome.violations)])
    assert not outcome.violations, f"{outcome.tried} of {outcome.possible} faults\n{outcome.told()}"
    assert outcome.tried
