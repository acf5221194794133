"""Configurations in the real collectd: wrong ones give one clear line each, and the daemon lives."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from plugin.daemon import COLLECTD, ROOT, SAMPLES, Collectd, eventually, module, needs_collectd, needs_faketime
from plugin.logs import Log
from processes import Program

pytestmark = needs_collectd

# 2026-11-22 07:30 UTC
NOW = 29922210
BEGIN = "<Module sqmail_collectd>\n"
END = "\n</Module>"
NAMES = "becomes part of file names: up to 63 letters, digits, '_', '.' and '-', the first a letter, digit or '_'"
OPTIONS = "Instance, Host, Log, Queue, StateDir, DataDir, History, Interval, TaiOffset, TimeZone, WriteTo"
WRONG = {
    "nothing": ("", "Instance is missing in a <Module sqmail_collectd> block"),
    "no log": ('Instance "a"', "Log is missing in a <Module sqmail_collectd> block"),
    "no instance": ('Log "/var/log/qmail"', "Instance is missing in a <Module sqmail_collectd> block"),
    "bad name": (
        'Instance "a/../b"\nLog "/a"',
        f"Instance 'a/../b' {NAMES}",
    ),
    "name with escapes": (
        'Instance "a\x1b[2Jb"\nLog "/a"',
        f"Instance 'a\\x1b[2Jb' {NAMES}",
    ),
    "relative": (
        'Instance "a"\nLog "log/main"',
        "Log 'log/main' has to begin with /: the daemon changes its directory",
    ),
    "a number for a text": ('Instance 5\nLog "/a"', "Instance takes a text in quotes"),
    "a text for a number": (
        'Instance "a"\nLog "/a"\nHistory "1d"',
        "History takes a number of seconds without quotes, from 0 to 3.15576e+09",
    ),
    "negative": (
        'Instance "a"\nLog "/a"\nInterval -5',
        "Interval takes a number of seconds without quotes, from 0.01 to 3.15576e+09",
    ),
    "half a second": (
        'Instance "a"\nLog "/a"\nTaiOffset 36.5',
        "TaiOffset takes whole seconds: 10 for multilog and svlogd, 37 for s6-log",
    ),
    "no zone": (
        'Instance "a"\nLog "/a"\nTimeZone "Europe/Rom"',
        "TimeZone: 'Europe/Rom' is no time zone like Europe/Rome, or tzdata is not installed here",
    ),
    "two values": ('Instance "a"\nLog "/a" "/b"', "Log takes one value, not 2"),
    "twice": (
        'Instance "a"\nLog "/a"\nLog "/b"',
        "Log is there twice; each log has a <Module> block of its own",
    ),
    "used name": ('Instance "good"\nLog "/a"', "Instance 'good' is there twice"),
}


def left_out(why):
    """What collectd's log says of a wrong block: at once, and once a day, when the callback that stands for it is asked."""
    return [
        f"sqmail_collectd: {why}; this log is left out",
        f"CollectdError in read callback: sqmail_collectd: {why}; a log is left out because of it",
        "read-function of plugin `python.sqmail_collectd.wrong.1' failed. Will suspend it for 86400.000 seconds.",
    ]


@pytest.mark.parametrize("wrong", WRONG)
@needs_faketime
def test_one_clear_line_and_the_daemon_lives(tmp_path, wrong):
    block, text = WRONG[wrong]
    state = tmp_path / "state"
    modules = f"{module('good', SAMPLES / 'pop3d', state)}\n{BEGIN}{block}{END}"
    with Collectd(tmp_path, modules, at=NOW * 60 + 10) as daemon:
        daemon.until_handed_on(SAMPLES / "pop3d", state, NOW)
        assert daemon.stop() == left_out(text)
    assert [path.name for path in daemon.rrd.iterdir()] == ["qmail-good"]


@needs_faketime
def test_a_log_in_two_instances(tmp_path):
    state = tmp_path / "state"
    modules = f"{module('good', SAMPLES / 'pop3d', state)}\n{module('bad', SAMPLES / 'pop3d', state)}"
    with Collectd(tmp_path, modules, at=NOW * 60 + 10) as daemon:
        daemon.until_handed_on(SAMPLES / "pop3d", state, NOW)
        assert daemon.stop() == left_out(f"Log '{SAMPLES}/pop3d' is instance 'good' already")


@needs_faketime
def test_an_unknown_option_is_a_warning(tmp_path):
    state = tmp_path / "state"
    with Collectd(tmp_path, module("good", SAMPLES / "pop3d", state, Speed=5), at=NOW * 60 + 10) as daemon:
        daemon.until_handed_on(SAMPLES / "pop3d", state, NOW)
        assert daemon.stop() == [f"sqmail_collectd: good: Speed is no option here and left out; there are {OPTIONS}"]


@needs_faketime
def test_trouble_is_told_when_it_begins_and_when_it_ends(tmp_path):
    state = tmp_path / "state"
    path = tmp_path / "later"
    modules = f"{module('good', SAMPLES / 'pop3d', state)}\n{module('send', path, state)}"
    with Collectd(tmp_path, modules, at=NOW * 60 + 10) as daemon:
        missing = f"sqmail_collectd: send: {path}: no such log"
        eventually(lambda: missing in daemon.logged(), "the complaint")
        daemon.until_handed_on(SAMPLES / "pop3d", state, NOW)
        assert not [file for file in state.iterdir() if "later" in file.name]
        log = Log(path)
        log.write(NOW - 5, NOW - 1)
        daemon.until_handed_on(path, state, NOW)
        again = "sqmail_collectd: send: the log is read again"
        eventually(lambda: again in daemon.logged(), "the all-clear")
        assert daemon.stop() == [missing, again]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not read")
def test_a_log_that_may_not_be_read():
    # pytest keeps its own folders closed to others.
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        directory.chmod(0o755)
        log = Log(directory / "log")
        log.write(NOW, NOW)
        log.directory.chmod(0o700)
        (directory / "run").mkdir()
        os.chown(directory / "run", 65534, 65534)
        daemon = Collectd(directory / "run", module("send", log.directory, directory / "run" / "state"))
        # Where this checkout lies it may not read either, if that is in root's home.
        for folder in ("collectd_plugin", "parser", "command"):
            shutil.copytree(ROOT / folder, directory / folder)
            subprocess.run(["chmod", "-R", "a+rX", directory / folder], check=True)
        text = daemon.configuration.read_text()
        daemon.configuration.write_text(text.replace(f'ModulePath "{ROOT}/', f'ModulePath "{directory}/'))
        process = Program(
            [COLLECTD, "-f", "-C", daemon.configuration],
            logs=[daemon.log],
            user=65534,
            group=65534,
            extra_groups=[],
        )
        try:
            said = eventually(daemon.logged, "the complaint")
        finally:
            process.terminate()
            process.wait()
    assert said[0].startswith(f"sqmail_collectd: send: {log.directory}")
    assert "setfacl" in said[0]
    assert len(said) == 1


@needs_faketime
def test_a_state_that_cannot_be_written(tmp_path):
    (tmp_path / "state").write_text("in the way")
    with Collectd(tmp_path, module("pop3d", SAMPLES / "pop3d", tmp_path / "state"), at=NOW * 60 + 10) as daemon:
        (said,) = eventually(daemon.logged, "the complaint")
        (tmp_path / "state").unlink()
        daemon.until_handed_on(SAMPLES / "pop3d", tmp_path / "state", NOW)
        again = "sqmail_collectd: pop3d: the log is read again"
        eventually(lambda: again in daemon.logged(), "the all-clear")
        assert daemon.stop() == [said, again]
    assert said.startswith(f"sqmail_collectd: pop3d: {tmp_path}/state")


def test_the_daemon_checks_itself(tmp_path):
    daemon = Collectd(tmp_path, module("pop3d", SAMPLES / "pop3d", tmp_path / "state"))
    check = subprocess.run([COLLECTD, "-T", "-C", daemon.configuration], capture_output=True, text=True, check=False)
    assert (check.returncode, daemon.logged()) == (0, [])


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_block_fails_the_daemon_s_own_check(tmp_path, wrong):
    block, text = WRONG[wrong]
    daemon = Collectd(tmp_path, f"{module('good', SAMPLES / 'pop3d', tmp_path / 'state')}\n{BEGIN}{block}{END}")
    check = subprocess.run([COLLECTD, "-T", "-C", daemon.configuration], capture_output=True, text=True, check=False)
    assert check.returncode == 1
    assert daemon.logged()[:1] == [f"sqmail_collectd: {text}; this log is left out"]
