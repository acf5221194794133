"""A log that the check may not read: UNKNOWN, saying who may not read what; once it may, nothing is missing."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from follow.loggers import multilog
from support import SOURCES, perfdata

NOBODY = 65534
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv to be somebody else"
)


@pytest.fixture
def place():
    """A folder that others may enter: pytest keeps its own to itself."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "state").mkdir()
        os.chown(place / "state", NOBODY, NOBODY)
        yield place


def as_nobody(place, log):
    """Run check_qmail_log as nobody; return its output and exit code."""
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", sys.executable, "-m"]
    done = subprocess.run(
        [*command, "sqmail_checks.log", "--log", log, "--state-dir", place / "state"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=False,
    )
    if "ermission denied" in done.stderr:
        pytest.skip("this Python is not for everybody to run")
    assert done.stderr == ""
    return done.stdout, done.returncode


def refused(answer, path):
    """Tell whether the answer says in one line who may not read `path`, and how to change that."""
    output, code = answer
    first = f"QMAIL_LOG UNKNOWN - {path}: nobody may not read it; setfacl "
    return output.startswith(first) and output.count("\n") == 1 and code == 3


def lines(answer):
    output, code = answer
    return perfdata(output)["lines"], perfdata(output)["gaps"], code


def test_a_directory(place):
    with multilog(place / "log") as log:
        log.write(5)
        log.rotate()
        log.write(5)
        log.directory.chmod(0o700)
        assert refused(as_nobody(place, log.directory), log.directory / "current")
        log.directory.chmod(0o711)
        assert refused(as_nobody(place, log.directory), log.directory)
        log.directory.chmod(0o755)
        assert lines(as_nobody(place, log.directory)) == ("10", "0", 0)
        log.write(5)
        log.rotate()
        log.directory.chmod(0o700)
        assert refused(as_nobody(place, log.directory), log.directory / "current")
        log.directory.chmod(0o755)
        log.write(5)
        assert lines(as_nobody(place, log.directory)) == ("20", "0", 0)


def test_a_directory_above(place):
    (place / "above").mkdir()
    with multilog(place / "above" / "log") as log:
        log.write(5)
        log.directory.chmod(0o755)
        (place / "above").chmod(0o700)
        assert refused(as_nobody(place, log.directory), log.directory)
        (place / "above").chmod(0o755)
        assert lines(as_nobody(place, log.directory)) == ("5", "0", 0)


@pytest.mark.parametrize("which", ["current", "archive"])
def test_one_file(place, which):
    with multilog(place / "log") as log:
        log.directory.chmod(0o755)
        log.write(5)
        log.rotate()
        log.write(5)
        path = log.directory / "current" if which == "current" else log.archives()[0]
        path.chmod(0o600)
        assert refused(as_nobody(place, log.directory), path)
        path.chmod(0o644)
        assert lines(as_nobody(place, log.directory)) == ("10", "0", 0)
        log.write(5)
        log.rotate()
        log.write(5)
        path = log.directory / "current" if which == "current" else log.archives()[-1]
        path.chmod(0o600)
        assert refused(as_nobody(place, log.directory), path)
        path.chmod(0o644)
        assert lines(as_nobody(place, log.directory)) == ("20", "0", 0)


def test_a_plain_file(place):
    log = place / "qmail.log"
    with multilog(place / "log") as logger:
        logger.write(5)
    log.write_bytes((place / "log" / "current").read_bytes())
    log.chmod(0o600)
    assert refused(as_nobody(place, log), log)
    log.chmod(0o644)
    assert lines(as_nobody(place, log)) == ("5", "0", 0)


def test_something_that_is_no_log(place):
    (place / "log").mkdir()
    (place / "log" / "current").mkdir(mode=0o755)
    assert as_nobody(place, place / "log") == (
        f"QMAIL_LOG UNKNOWN - {place}/log/current: is a directory, no file of a log; see who put it there, and remove it\n",
        3,
    )
