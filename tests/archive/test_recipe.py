"""The recipe of docs/archive.md, followed word for word: the nightly archive as the logger's user, without root."""

import grp
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

import public
from processes import Program, until
from support import ROOT

PAGE = (ROOT / "docs" / "archive.md").read_text()
LOGGER, MONITOR = "daemon", "nobody"
NAMES = {"qmaill": LOGGER, "/var/archive/qmail": "archive", "/var/lib/nagios/sqmail-monitoring": "state"}

pytestmark = [
    public.needs_nobody,
    *(
        pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed ({package})")
        for program, package in {"setfacl": "acl", "multilog": "daemontools"}.items()
    ),
]


def as_user(name, *words, **environment):
    user = pwd.getpwnam(name)
    return subprocess.run(
        ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *map(str, words)],
        env={"PATH": os.environ["PATH"], **environment}, cwd="/", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def site():
    """A folder with the programs, a log of the logger's user that the monitor may read, and the monitor's state."""
    with tempfile.TemporaryDirectory(prefix="sqmail-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "programs").mkdir()
        public.place(folder / "programs")
        for made, user in (("log", LOGGER), ("state", MONITOR)):
            (folder / made).mkdir()
            (folder / made).chmod(0o750)
            shutil.chown(folder / made, user, grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name)
        subprocess.run(["setfacl", "-m", f"u:{MONITOR}:rX", folder / "log"], check=True)
        yield folder


def run(site, user, module, *arguments):
    python = public.python(lambda *words: as_user(user, *words))
    done = as_user(user, python, "-m", module, *arguments, PYTHONPATH=str(site / "programs"))
    return done.stdout + done.stderr, done.returncode


def follow_recipe(site):
    commands = re.search(r"<!-- recipe: archive -->\n```sh\n(.*?)```", PAGE, re.DOTALL)[1]
    for named, here in NAMES.items():
        commands = commands.replace(named, str(site / here) if named.startswith("/") else here)
    subprocess.run(["sh", "-e", "-c", commands], check=True)


def test_the_logger_s_user_archives_and_removes_what_the_checks_have_read(site):
    user = pwd.getpwnam(LOGGER)
    words = ["multilog", "t", "s4096", "n100", site / "log"]
    logger = Program(words, stdin=subprocess.PIPE, user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    logger.give(b"".join(b"new msg %d\n" % number for number in range(400)))
    until(lambda: len(list((site / "log").glob("@*.s"))) > 2, "rotations")
    nightly = ("sqmail_report.archive.command", "--log", site / "log", "--rotate", "--remove", "--state-dir", site / "state")
    reading = ("sqmail_checks.queue", "--log", site / "log", "--state-dir", site / "state")
    try:
        assert run(site, MONITOR, *reading)[1] == 0
        follow_recipe(site)
        (state,) = (site / "state").glob("*.sqlite")
        assert run(site, LOGGER, *nightly, site / "archive")[1] == 0
        assert len(list((site / "archive").rglob("@*.s.gz"))) > 2
        assert len(list((site / "log").glob("@*.s"))) <= 1
        # What the monitor makes from now on can be read as well.
        for file in (site / "state").iterdir():
            file.unlink()
        assert run(site, MONITOR, *reading)[1] == 0
        assert state.stat().st_uid == pwd.getpwnam(MONITOR).pw_uid
        assert run(site, LOGGER, *nightly, site / "archive")[1] == 0
    finally:
        logger.stdin.close()
        logger.wait(10)


def test_a_state_that_may_not_be_read_keeps_all(site):
    subprocess.run(["multilog", "t", "s4096", site / "log"], input=b"new msg 5\n" * 400, check=True, timeout=30)
    subprocess.run(["chown", "-R", LOGGER, site / "log"], check=True)
    assert run(site, MONITOR, "sqmail_checks.queue", "--log", site / "log", "--state-dir", site / "state")[1] == 0
    files = sorted((site / "log").glob("@*.s"))
    (site / "archive").mkdir()
    shutil.chown(site / "archive", LOGGER)
    words = ("--log", site / "log", "--remove", "--state-dir", site / "state", site / "archive")
    output, code = run(site, LOGGER, "sqmail_report.archive.command", *words)
    assert code == 1
    assert "Permission denied" in output
    assert sorted((site / "log").glob("@*.s")) == files
