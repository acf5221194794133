"""Whoever waits for a program stops when it has gone, no program outlives a run, and no run depends on who starts it."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from plugin.daemon import Collectd, module, needs_collectd
from processes import MARK, Program, until
from support import ROOT

needs_multilog = pytest.mark.skipif(not shutil.which("multilog"), reason="needs multilog (Debian: daemontools)")
WAITING = """
import os, pathlib
from follow.loggers import multilog
from processes import until

def test_it(tmp_path):
    gate = pathlib.Path({folder!r}) / f"gate-{{os.getpid()}}"
    os.mkfifo(gate)
    with multilog(tmp_path / "log", f'!sh -c "read go < {{gate}}; cat"') as log:
        log.write(3)
        log.ask_to_rotate()
        gate.with_name(f"ready-{{os.getpid()}}").touch()
        until(lambda: False, "nothing at all", 120)

def test_the_same(tmp_path):
    test_it(tmp_path)
"""
LEAVING = """
import os, pathlib
from follow.loggers import multilog
from processes import until
from test_processes import naming

def test_it(tmp_path):
    os.mkfifo({gate!r})
    with multilog(tmp_path / "log", '!sh -c "read go < {gate}; cat"') as log:
        log.write(3)
        log.ask_to_rotate()
        assert len(naming({gate!r})) >= 2
        assert False

def test_then():
    until(lambda: not naming({gate!r}), "the end of what the other test left", 20)
"""
SURROUNDINGS = """
import os, signal, subprocess, time
from processes import Program

def test_it(tmp_path):
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        os.kill(os.getpid(), number)
    with Program(["sed", "-n", "s/^Sig[BI].*:.//p", "/proc/self/status"], stdout=subprocess.PIPE, text=True) as program:
        assert program.communicate()[0].split() == ["0" * 16] * 2
    (tmp_path / "file").touch()
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644
    assert time.tzname == ("UTC", "UTC")
    assert subprocess.run(["locale", "charmap"], capture_output=True).stdout == b"UTF-8\\n"
    assert subprocess.run(["sh", "-c", "exit 3"]).returncode == 3
"""


def pytest_of(folder, text, *options):
    """Return the command of a run of one module with this conftest."""
    (folder / "test_inner.py").write_text(text)
    return [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", ROOT, "-p", "conftest", "-p", "no:randomly",
            "-p", "no:cacheprovider", "--basetemp", folder / "inner", *options, folder / "test_inner.py"]  # fmt: skip


ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT / "tests")}


def naming(text):
    """Return the command lines of running processes that hold a text."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in command:
            found[int(process.name)] = command
    return found


def test_the_end_of_a_program_ends_the_waiting_for_it():
    Program(["sh", "-c", "echo lost my way >&2; exit 3"])
    with pytest.raises(AssertionError, match=r"waited for a miracle, but sh ended with exit status 3; it said: lost my way"):
        until(lambda: False, "a miracle")


def test_who_writes_to_a_program_that_has_gone_hears_its_last_words():
    program = Program(["sh", "-c", "echo no disk >&2; exit 3"], stdin=subprocess.PIPE)
    with pytest.raises(AssertionError, match=r"wrote to a program, but sh ended with exit status 3; it said: no disk"):
        until(lambda: program.give(b"a line\n"), "the end of the pipe")


def test_what_it_did_before_it_ended_counts(tmp_path):
    Program(["touch", tmp_path / "done"])
    assert until((tmp_path / "done").exists, "a file")


def test_an_end_that_the_test_wants_is_none_to_complain_of():
    program = Program(["sleep", "100"])
    program.terminate()
    assert until(lambda: program.poll() is not None, "its end")
    with pytest.raises(AssertionError, match=r"waited 0 s for more"):
        until(lambda: False, "more", seconds=0)


@needs_collectd
def test_a_collectd_that_ends_says_why_at_once(tmp_path):
    modules = module("send", tmp_path / "log", tmp_path / "state") + '\nImport "no_such_module_here"\n'
    with Collectd(tmp_path, modules) as daemon, pytest.raises(AssertionError, match="no_such_module_here"):
        daemon.until_handed_on(tmp_path / "log", tmp_path / "state", 1)


@needs_multilog
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_a_run_that_is_stopped(tmp_path, number, workers):
    command = pytest_of(tmp_path, WAITING.format(folder=str(tmp_path)), "-n", str(workers))
    run = Program(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL)
    until(lambda: len(list(tmp_path.glob("ready-*"))) == max(1, workers), "tests at work")
    at_work = naming(str(tmp_path / "gate"))
    assert len(at_work) >= 2 * max(1, workers), at_work
    run.send_signal(number)
    run.wait(60)
    until(lambda: not naming(str(tmp_path)), "the end of what the tests started")


@needs_multilog
def test_nothing_outlives_a_test(tmp_path):
    text = LEAVING.format(gate=str(tmp_path / "gate"))
    done = subprocess.run(pytest_of(tmp_path, text, "-n0", "-q"), env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1].startswith("1 failed, 1 passed"), done.stdout


@pytest.mark.parametrize("workers", [0, 1])
def test_no_run_depends_on_who_starts_it(tmp_path, workers):
    signals = "HUP,INT,QUIT,TERM,ALRM,USR1,USR2,CHLD"
    surroundings = ["env", f"--ignore-signal={signals}", "--block-signal=HUP,INT,USR1", "sh", "-c", 'umask 077; exec "$@"', "sh"]
    command = [*surroundings, *pytest_of(tmp_path, SURROUNDINGS, "-n", str(workers), "-q")]
    environment = {**ENVIRONMENT, "TZ": "Pacific/Auckland", "LC_ALL": "C", "LC_TIME": "C", "LANGUAGE": "de"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_program_bears_the_mark_of_the_run():
    with Program(["sh", "-c", f'echo "${MARK}"'], env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE, text=True) as program:
        assert program.communicate()[0].strip() == os.environ[MARK] != ""


def test_a_fork_does_not_take_a_program_of_its_parent_for_gone():
    Program(["sleep", "60"])
    child = os.fork()
    if not child:
        status = 1
        with suppress(AssertionError):
            answers = iter((False, False, True))
            until(lambda: next(answers), "the third answer")
            status = 0
        os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
