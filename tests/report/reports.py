"""Running `sqmail-report` in this process, and small logs for it to read."""

import json
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from unittest.mock import patch

import support
from sqmail_log import tai64n
from sqmail_report import cli

SAMPLES, TRUTH = support.SAMPLES, support.TRUTH
MORNING = 1795330800
"""2026-11-22T07:00:00Z, when the small logs begin."""


def run(*arguments, width=1000):
    """Return exit status, standard output and standard error of a command line, of a width where nothing is cut."""
    out, err = StringIO(), StringIO()
    with patch.dict(os.environ, COLUMNS=str(width)), redirect_stdout(out), redirect_stderr(err):
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = stop.code
    return status, out.getvalue(), err.getvalue()


def table(*arguments, width=1000):
    """Return what a command line prints; it must succeed and say nothing else."""
    status, out, err = run(*arguments, width=width)
    assert (status, err) == (0, "")
    return out


def answer(*arguments):
    """Return what a command line answers as JSON."""
    return json.loads(table(*arguments, "--format", "json"))


def classic(*arguments):
    """Return the lines of rows that a command line prints as a z script has them, and of what is said behind."""
    return table(*arguments, "--format", "classic").split("\n\n")[-1].splitlines()[1:]


def figures(*arguments):
    """Return the words and numbers of a record as people read them."""
    lines = table(*arguments, width=80).splitlines()
    return dict(re.split(r" {2,}", line)[:2] for line in lines if re.search(r"\S {2,}\S", line))


def stamped(line, seconds):
    """Return a line with the label of so many seconds after `MORNING`."""
    data = line if isinstance(line, bytes) else line.encode()
    return tai64n.encode(MORNING * tai64n.SECOND + round(seconds * tai64n.SECOND)) + b" " + data + b"\n"


def log(directory, lines, *, step=1.0, start=0.0):
    """Write a log directory whose `current` holds the lines, `step` seconds apart; return it."""
    directory.mkdir(parents=True, exist_ok=True)
    text = b"".join(stamped(line, start + number * step) for number, line in enumerate(lines))
    (directory / "current").write_bytes(text)
    return directory
