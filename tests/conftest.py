"""What every test may rely on, whoever started the run and however: umask, locale, time zone, signals, and an end.

Generated tests try the same examples in every run: what fails once fails again.
"""

import gc
import os
import signal
import sys
import time
import uuid
from pathlib import Path

import pytest
from hypothesis import settings

import processes
import sqmail_checks  # noqa: F401 - so that what it switches off is on again from here

settings.register_profile("the same", derandomize=True, deadline=None)
settings.load_profile("the same")

# Modules of tests copy the environment when they are imported.
_SURROUNDINGS = ("LANGUAGE", "COLUMNS", "LINES", "MP_STATE_PATH", "NAGIOS_PLUGIN_STATE_DIRECTORY")
for name in [name for name in os.environ if name in _SURROUNDINGS or name.startswith("LC_")]:
    del os.environ[name]
os.environ |= {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
time.tzset()
os.umask(0o022)
# Where it is ignored, no program's exit status is known.
signal.signal(signal.SIGCHLD, signal.SIG_DFL)

# The checks switch the search for cycles off for processes that end soon: this one does not.
gc.enable()

_MAY_BE_IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGALRM, signal.SIGUSR1, signal.SIGUSR2)


@pytest.fixture(scope="session", autouse=True)
def _signals():
    """Start programs with no signal ignored or blocked; what was ignored here (nohup, `&`) still ends nothing here.

    A program takes over what is ignored, and no handler.
    """
    for number in _MAY_BE_IGNORED:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


@pytest.fixture(scope="session", autouse=True)
def _guard():
    """Have what tests started killed when this process ends, were it by SIGKILL."""
    mark = uuid.uuid4().hex
    command = [sys.executable, Path(__file__).with_name("guard.py"), str(os.getpid()), mark]
    nothing = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1)]
    # Not of the terminal's processes, whom its interrupt ends.
    os.posix_spawn(sys.executable, command, os.environ, file_actions=nothing, setsid=True)
    os.environ[processes.MARK] = mark


@pytest.fixture(autouse=True)
def _programs():
    """End the programs that a test has started, and what they have started."""
    before = processes.started()
    yield
    processes.end_others(before)
