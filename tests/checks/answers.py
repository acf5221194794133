"""Running a check in this process, and what holds of each of its answers."""

import contextlib
import io
import os
import re
import sys
from importlib import import_module

import pytest

from sqmail_log import tai64n
from support import CHECKS, labels

LABELS = {name: labels(name) for name in CHECKS}
NOW = 1795332000
NUMBER = r"(U|-?\d+(\.\d+)?)"
FIGURE = re.compile(rf"(\w+)={NUMBER}(s|%)?(;[^; ]*){{0,4}}")
FIRST_LINE = re.compile(r"QMAIL_[A-Z]+ (OK|WARNING|CRITICAL|UNKNOWN) - [ -~]*")


class EndedError(Exception):
    """The process would have ended."""


def in_process(name, *arguments):
    """Run a check in this process; return its output and exit code."""
    codes = []

    def leave(code):
        codes.append(code)
        raise EndedError

    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(output):
        patch.setattr(os, "_exit", leave)
        patch.setattr(tai64n, "now", lambda: NOW * tai64n.SECOND)
        patch.setattr(sys, "argv", [f"check_qmail_{name}", *map(str, arguments)])
        with contextlib.suppress(EndedError):
            import_module(f"sqmail_checks.{name}").main()
    return output.getvalue(), codes[0]


def assert_sound(name, output, code):
    """Assert what holds of each answer, whatever was in the log."""
    assert code in range(4)
    assert output.isascii()
    assert "this should not happen" not in output
    assert output.count("|") <= 1
    first, *more = output.removesuffix("\n").split("\n")
    status, _, figures = first.partition(" | ")
    assert FIRST_LINE.fullmatch(status), output
    assert all(line.isprintable() for line in more)
    figures += "".join(line[2:] for line in more if line[:2] == "| ")
    for figure in figures.split():
        found = FIGURE.fullmatch(figure)
        assert found, figure
        assert found[1] in LABELS[name]
        assert len(found[2]) < 20
