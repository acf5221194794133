"""Every command runs as a module, tells its version, and refuses a wrong command line in one line."""

import os
import subprocess
import sys
from importlib import import_module

import pytest

from project import SCRIPTS, VERSION
from support import SOURCES

MODULES = {name: place.partition(":")[0] for name, place in SCRIPTS.items()}
COMMANDS = [
    *((name, "--no-such-option\x1b") for name in MODULES),
    *((f"sqmail-rrd {subcommand}", "--rrd") for subcommand in ("update", "import", "graph", "page")),
    *((f"sqmail-report {subcommand}", "--format=x\x1b") for subcommand in ("overview", "trace", "daily")),
]
every_command = pytest.mark.parametrize("name", MODULES)


def run(name, *arguments):
    """Run a command as a module; return its exit status, output and errors."""
    done = subprocess.run(
        [sys.executable, "-m", MODULES[name], *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@every_command
@pytest.mark.parametrize("option", ["-V", "--version"])
def test_it_tells_its_version(name, option):
    status = 3 if name.startswith("check_") else 0
    code, out, errors = run(name, option)
    assert (code, errors) == (status, "")
    assert out in {f"{name} {VERSION}\n", f"{name} from a checkout, not installed\n"}


@every_command
def test_its_module_has_its_parser(name):
    assert import_module(MODULES[name]).parser().prog == name


@pytest.mark.parametrize(("words", "wrong"), COMMANDS)
def test_a_wrong_command_line_is_one_line(words, wrong):
    name, *subcommand = words.split()
    code, out, errors = run(name, *subcommand, wrong)
    if name.startswith("check_"):
        assert (code, errors) == (3, "")
        assert out.startswith("UNKNOWN - usage: ")
    else:
        assert (code, out) == (2, "")
        assert errors.startswith(f"{words}: ")
    said = out or errors
    assert said.endswith(f"; see {words} --help\n")
    assert said.count("\n") == 1
    assert "\x1b" not in said
