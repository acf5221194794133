"""The checks work with nagiosplugin 1.3.2, which Debian 12 and 13 have, as they do with newer ones."""

import subprocess
import sys

import pytest

from support import CHECKS, SAMPLES, SOURCES, check

OLDER = """\
import sys
import nagiosplugin

begin = nagiosplugin.Check.__init__
nagiosplugin.Check.__init__ = lambda self, *objects: begin(self, *objects)
from sqmail_checks.{0} import main

main()
"""
"""A check whose nagiosplugin takes no name, as before 1.4."""


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("log", ["send", "smtpd", "none"])
def test_a_check_needs_no_name_to_be_taken(name, log):
    words = ["--log", str(SAMPLES / log), "--at", "2026-11-22T07:15Z", "-v"]
    done = subprocess.run(
        [sys.executable, "-c", OLDER.format(name), *words],
        env={"PYTHONPATH": SOURCES}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    assert (done.stdout, done.returncode) == check(name, *words)
    assert done.stdout.startswith(f"QMAIL_{name.upper()} ")
