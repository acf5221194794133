"""Runs the real collectd on a configuration in a directory of its own."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from processes import Program

COLLECTD = shutil.which("collectd", path=f"{os.environ['PATH']}:/usr/sbin")
HOSTNAME = "mx1.example.org"

needs_collectd = pytest.mark.skipif(COLLECTD is None, reason="collectd is not installed")


def collectd_version():
    """Return the installed collectd's version, such as 5.12.0."""
    text = subprocess.run([COLLECTD, "-h"], capture_output=True, text=True, check=True).stdout
    return text.split("\ncollectd ")[1].split(",")[0].removesuffix(".git")


def configuration(directory, python, *, interval=10, extra=""):
    """Return a collectd.conf with the rrdtool and python plugins, one thread of each kind."""
    return f"""
Hostname "{HOSTNAME}"
FQDNLookup false
BaseDir "{directory}"
PIDFile "{directory}/pid"
TypesDB "/usr/share/collectd/types.db"
Interval {interval}
ReadThreads 1
WriteThreads 1
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{directory}/log"
  Timestamp false
</Plugin>
LoadPlugin rrdtool
<Plugin rrdtool>
  DataDir "{directory}/rrd"
</Plugin>
{extra}
LoadPlugin python
<Plugin python>
{python}
</Plugin>
"""


def run(directory, text, *, environment=None, until=None, deadline=60):
    """Run collectd in the foreground until *until* exists, stop it; without it, let it end by itself.

    Returns its exit code and the lines of its log.
    """
    directory = Path(directory)
    path = directory / "collectd.conf"
    path.write_text(text)
    errors = directory / "stderr"
    with errors.open("wb") as stderr:
        process = Program(
            [COLLECTD, "-f", "-C", path],
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env={**os.environ, **(environment or {})},
        )
    try:
        end = time.monotonic() + deadline
        while until is not None and not until.exists():
            if process.poll() is not None or time.monotonic() > end:
                break
            time.sleep(0.01)
        if until is not None:
            process.terminate()
        code = process.wait(deadline)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    log = directory / "log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    if until is not None and not until.exists():
        told = "\n".join([*lines, errors.read_text(errors="replace")])
        raise AssertionError(f"collectd (exit {code}) did not get there:\n{told}")
    return code, lines
