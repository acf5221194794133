"""What is no regular file where a log file belongs: a clear error at once, nobody waits at it, nothing stays locked."""

import os
import socket
import stat
import subprocess
import sys
import time

import pytest

from support import TESTS, perfdata, stamp, write_log

MINUTE = int(time.time()) // 60 * 60
OLD, RECENT = MINUTE - 600, MINUTE - 300
PLACES = ("current", "archive", "previous", "plain")
SOME = ("check_qmail_log", "sqmail-rrd update", "sqmail-report", "sqmail-archive")
"""Enough for kinds that nobody can wait at."""
PATIENCE = 10
"""Seconds; far more than a command needs for some lines, and far less than for ever."""
_COMMAND = """
import importlib, sys
sys.argv = sys.argv[1:]
sys.exit(importlib.import_module(sys.argv[0]).main())
"""
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": TESTS,
    "LC_ALL": "C.UTF-8",
}


def fifo(path):
    os.mkfifo(path)


def device(path):
    """Make another /dev/zero."""
    if os.geteuid() != 0:
        pytest.skip("needs root to make a device")
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError:
        pytest.skip("no device may be made or opened here")


def directory(path):
    path.mkdir()
    (path / "current").touch()


def unix_socket(path):
    folder = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        # The whole path may be too long for one.
        made.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


def dangling_link(path):
    path.symlink_to("nowhere")


def link_to_device(path):
    path.symlink_to("/dev/zero")


KINDS = {made.__name__.replace("_", " "): made for made in (fifo, device, directory, unix_socket, dangling_link, link_to_device)}


class Place:
    """A log with five messages, and a place in it for something that is no regular file."""

    def __init__(self, folder, place):
        self.folder = folder
        self.log = folder / "log"
        old = [(OLD + number, f"new msg {number}") for number in range(3)]
        new = [(RECENT + number, f"new msg {number}") for number in range(3, 5)]
        if place == "plain":
            # A plain file can't be read where another thing has its name.
            self.odd, self.log, self.lines = self.log, self.log, 5
            self.sound = folder / "sound"
            write_log(folder, [*old, *new], name="sound")
            return
        write_log(self.log, old, name=f"{stamp(OLD + 10).decode()}.s")
        if place == "current":
            self.odd, self.sound, self.lines = self.log / "current", folder / "sound", 5
            write_log(folder, new, name="sound")
            return
        write_log(self.log, new)
        self.odd = self.log / (f"{stamp(OLD + 20).decode()}.s" if place == "archive" else "previous")
        self.sound = None

    def mend(self):
        """Take the odd thing away, and put the file there that belongs there."""
        if self.odd.is_dir() and not self.odd.is_symlink():
            (self.odd / "current").unlink()
            self.odd.rmdir()
        else:
            self.odd.unlink()
        if self.sound is not None:
            self.sound.rename(self.odd)

    def commands(self):
        """Return all who read a log, by what they are called."""
        logs, state = ["--log", self.log], ["--state-dir", self.folder / "state"]
        rrd = ["--rrd", self.folder / "rrd", "--state-dir", self.folder / "rrdstate", "--hostname", "mx1"]
        found = {
            "check_qmail_log": ["sqmail_checks.log", *logs, *state, "--window", "1h", "-t", "5"],
            "check_qmail_queue --at": ["sqmail_checks.queue", *logs, "--at", str(MINUTE), "-t", "5"],
            "sqmail-rrd update": ["sqmail_rrd.cli", "update", *logs, *rrd],
            "sqmail-rrd import": ["sqmail_rrd.cli", "import", *logs, *rrd, "--jobs", "2"],
            "sqmail-report": ["sqmail_report.cli", "overview", *logs],
            "sqmail-mrtg": ["sqmail_report.mrtg.command", "-1", "60", *logs],
            "sqmail-mrtg --state-dir": ["sqmail_report.mrtg.command", "-1", "60", *logs, "--state-dir", self.folder / "mrtg"],
        }
        if self.log.is_dir():
            found["sqmail-archive"] = ["sqmail_report.archive.command", *logs, self.folder / "archive"]
        return found


def run(words):
    """Return exit status, standard output and standard error; None for the status of who does not end."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *map(str, words)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.communicate()
        return None, "", ""
    return process.returncode, out, err


def wrong(name, code, out, err, odd):
    """Return what is wrong with an answer; '' for nothing."""
    text = out if name.startswith("check") else err
    if code is None:
        return "hangs"
    if code != (3 if name.startswith("check") else 1):
        return f"exit status {code}: {out!r} {err!r}"
    if text.count("\n") != 1 or str(odd) not in text:
        return f"does not name it in one line: {text!r}"
    if any(words in text for words in ("Traceback", "this should not happen", "unexpected", "not done after", "damaged")):
        return f"an error that nobody thought of: {text!r}"
    return ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_regular_file_is_told(tmp_path, place, kind):
    log = Place(tmp_path, place)
    KINDS[kind](log.odd)
    if (place, kind) == ("plain", "directory"):
        pytest.skip("a directory is a log itself")
    commands = log.commands()
    chosen = dict(commands) if kind in {"fifo", "device"} else {name: commands[name] for name in SOME if name in commands}
    if place in {"current", "previous"}:
        # It archives finished files alone.
        chosen.pop("sqmail-archive", None)
    found = [f"{name}: {wrong(name, *run(words), log.odd)}" for name, words in chosen.items()]
    found = [problem for problem in found if not problem.endswith(": ")]
    assert not found, "\n".join(found)
    log.mend()
    code, out, err = run([*commands["check_qmail_log"], "-w", "", "-c", ""])
    assert (code, err) == (0, "")
    figures = perfdata(out)
    assert (figures["lines"], figures["unrecognised"], figures["gaps"]) == ("5", "0", "0")
    code, out, err = run(commands["sqmail-mrtg --state-dir"])
    assert (code, err) == (0, "")
    assert run(commands["sqmail-rrd update"]) == (0, "", "")
