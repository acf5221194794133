"""A check is stopped in the midst of reading; the others say so, and all is exact once it goes on."""

import os
import signal
import time
from pathlib import Path

import pytest

from faults.printing import Check
from faults.shim import Fault, Runner, needs_a_compiler, numbered
from faults.worlds import NOW, World
from support import at_once

pytestmark = needs_a_compiler
_PATIENCE = 30


@pytest.fixture
def place(tmp_path):
    """A world in which a check has read before, a command to read on, and its runner."""
    world, command = World(tmp_path), Check("delivery", "send", "warm")
    runner = Runner(tmp_path, world.root, command.modules)
    command.prepare(world, runner)
    yield world, command, runner
    runner.close()


def stopped_child(runner):
    """Wait until the running command has stopped; return its process."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        for child in runner.children():
            if runner.has_fired() and Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                return child
        time.sleep(0.01)
    pytest.fail("the check was not stopped")


@pytest.mark.parametrize("function", ["read", "write"])
def test_a_check_that_is_stopped_while_it_holds_the_state(place, function):
    """At the last read of the log, and at the first write to the state: within its transaction."""
    world, command, runner = place
    world.restore()
    calls = list(numbered(command.run(world, runner, trace=True).calls))
    world.restore()
    written = next(place for place, call in enumerate(calls) if call[0] == "write" and call[1].endswith(".sqlite-wal"))
    if function == "read":
        where = [call for call in calls[:written] if call[:2] == ("read", "send/current")][-1]
    else:
        where = calls[written]
    runner.start(command.module, [*command.arguments(world), "-t", "60"], fault=Fault(*where, "STOP"), clock=NOW + 10)
    child = stopped_child(runner)
    try:
        names = ("queue", "delivery", "log")
        for output, code in at_once(names, "--log", world.root / "send", "--state-dir", world.state, "-t", "3").values():
            assert code == 3, output
            assert "another process" in output
            assert str(child) in output
    finally:
        os.kill(child, signal.SIGCONT)
        done = runner.wait()
    assert not [*command.wrong_answer(world, done, None)], str(done)
    assert not [*command.wrong_later(world, runner, done)]
