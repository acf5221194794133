"""What several tests share: running a check as a monitor does, and writing logs."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import warm
from project import CHECKS as CHECKS  # noqa: PLC0414 - handed on
from project import FOLDERS, ROOT
from sqmail_log.figures.metrics import SESSIONS

SAMPLES = ROOT / "examples" / "logs"
TRUTH = ROOT / "tests" / "data" / "truth"
SOURCES = os.pathsep.join(str(ROOT / folder) for folder in FOLDERS)
TESTS = os.pathsep.join([SOURCES, str(ROOT), str(ROOT / "tests")])
"""The search path of a program that imports modules of the tests."""
_PATIENCE = 60
# Which test runs which lines is written by processes that begin with the test (tests/torture/recorder.py).
_IS_RECORDED = hasattr(sys.modules.get("sitecustomize"), "begin")
EPOCH = (1 << 62) + 10


def check(name, *arguments, env=None, through=()):
    """Run check_qmail_NAME; return its output and exit code.  What it writes to stderr fails the test.

    `through` is the command that runs it.
    """
    words = [word if isinstance(word, bytes) else str(word) for word in arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, **(env or {})}
    if env or through or _IS_RECORDED:
        command = [*through, sys.executable, "-m", f"sqmail_checks.{name}", *words]
        done = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=_PATIENCE)
        code, out, err = done.returncode, done.stdout, done.stderr
    else:
        code, out, err = warm.run(f"sqmail_checks.{name}", words, environment=environment, seconds=_PATIENCE)
    assert err == b""
    return out.decode(), code


def at_once(names, *arguments):
    """Run several checks side by side, with the same arguments; return {name: (output, exit code)}."""
    with ThreadPoolExecutor(len(names)) as pool:
        return dict(zip(names, pool.map(lambda name: check(name, *arguments), names), strict=True))


def log_of(name):
    """Return which log a check reads, `send` or `smtpd`; `send` where it takes both."""
    parts = vars(import_module(f"sqmail_checks.{name}")).values()
    return "smtpd" if any(getattr(part, "needs", "") == SESSIONS for part in parts) else "send"


def labels(name):
    """Return the labels of performance data that a check's page tells; a test holds them against what it prints."""
    page = (ROOT / "docs" / "checks" / f"check_qmail_{name}.md").read_text()
    table = page.partition("\n## Performance data\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def perfdata(output):
    """Return {label: value} of a check's output, values as text without unit."""
    found = {}
    for word in output.rpartition("|")[2].split():
        label, _, rest = word.partition("=")
        found[label] = rest.partition(";")[0].rstrip("s%")
    return found


def stamp(seconds):
    """Return the label of a Unix time."""
    whole = int(seconds)
    return b"@%016x%08x" % (whole + EPOCH, round((seconds - whole) * 1e9))


def write_log(directory, lines, name="current", mode="wb"):
    """Write (time, text) pairs as a log file of a directory; return the directory."""
    directory.mkdir(exist_ok=True)
    with (directory / name).open(mode) as file:
        for seconds, text in lines:
            file.write(stamp(seconds) + b" " + (text if isinstance(text, bytes) else text.encode()) + b"\n")
    return directory
