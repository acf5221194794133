"""The player beside the tests: it forks often, which a process with threads must not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from processes import Program

_HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def ask_player(tmp_path_factory):
    """Return a function that has a drill played and returns what was wrong, and the table's lines."""
    room = tmp_path_factory.mktemp("drills")
    player = Program([sys.executable, _HERE, "--serve", "--room", room], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(name, mode, is_whole=False):
        player.give(json.dumps({"name": name, "mode": mode, "is_whole": is_whole}) + "\n")
        line = player.stdout.readline()
        assert line, player.last_words()
        return json.loads(line)

    yield ask
    player.stdin.close()
    assert player.wait(60) == 0
    player.end()


@pytest.fixture(scope="session")
def not_yet():
    """Return the drills that the checks do not meet yet, `MODE/NAME`."""
    lines = (_HERE / "not_yet.txt").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


@pytest.fixture
def meets(ask_player, not_yet):
    """Return a function that fails where a drill is not met, or is met though `not_yet.txt` says it is not."""

    def check(name, mode, is_whole=False):
        told = ask_player(name, mode, is_whole)
        print("\n".join(told["rows"]))
        known = f"{mode}/{name}" in not_yet
        if is_whole:  # shows more than the minutes that decide, and a line told early, too
            known = known or f"whole/{mode}/{name}" in not_yet
        if told["faults"] and known:
            pytest.xfail(f"not judged yet: {told['faults'][0]}")
        assert told["faults"] == []
        if known and not is_whole:
            pytest.fail(f"{mode}/{name} is met now: take it out of not_yet.txt")

    return check
