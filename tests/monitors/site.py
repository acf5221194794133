"""A place that the monitors' own user can reach, with the checks installed."""

import getpass
import grp
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import public
from support import CHECKS, SOURCES

USER = "nagios" if os.geteuid() == 0 else getpass.getuser()
# What the examples name, and where it lies here.
PLACES = {"/opt/sqmail-monitoring/bin": "bin", "/var/log": "log", "/var/qmail/queue": "queue"}
SPOOLED, TODO = 3, 1
"""The messages in the spool, and those of them that qmail-send has not taken up yet."""


def group():
    """Return the name of the monitors' group."""
    return USER if os.geteuid() == 0 else grp.getgrgid(os.getegid()).gr_name


@contextmanager
def made():
    """Yield a new folder with the checks in bin/; pytest's own folders are closed to the monitors' user."""
    with tempfile.TemporaryDirectory(prefix="sqmail-") as folder:
        site = Path(folder)
        site.chmod(0o755)
        for name in ("bin", "lib", "log", "state"):
            (site / name).mkdir(mode=0o755)
        public.place(site / "lib")
        python = public.python(as_user)
        for name in (*CHECKS, "host"):
            command = site / "bin" / (f"check_qmail_{name}" if name in CHECKS else "check_qmail")
            command.write_text(
                f"#!/bin/sh\nMP_STATE_PATH={site}/state PYTHONDONTWRITEBYTECODE=1 PYTHONPATH={site}/lib "
                f'exec {python} -m sqmail_checks.{name} "$@"\n'
            )
            command.chmod(0o755)
        for number in range(SPOOLED):
            _touch(site / "queue" / "mess" / str(number) / "2412501")
        for number in range(TODO):
            _touch(site / "queue" / "todo" / str(number) / "2412501")
        give(site / "state")
        yield site


def environment():
    """Return an environment in which the checks run from the sources."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": SOURCES}


def give(*paths):
    """Make files and folders, with what is in them, the monitors' user's."""
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{USER}:{group()}", *paths], check=True)


def place(site, text):
    """Return an example's text with its paths put into the site."""
    for named, folder in PLACES.items():
        text = text.replace(named, str(site / folder))
    return text


def as_user(*command, user=USER, groups="--init-groups"):
    """Run a command as the monitors run theirs: as their user, with root's HOME and a bare environment."""
    if os.geteuid() == 0:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", groups, "--", *command]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd="/", check=False, timeout=60
    )


def _touch(path):
    path.parent.mkdir(parents=True)
    path.touch()
