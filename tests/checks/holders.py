"""Processes that hold a log's state and are stopped there."""

import os
import signal
import subprocess
import sys

from support import SOURCES

_INSIDE_A_TRANSACTION = """
import os, signal, sys
from sqmail_log.state.store import State, state_path
with State(state_path(sys.argv[1], sys.argv[2])).transaction():
    os.kill(os.getpid(), signal.SIGSTOP)
"""
_WITH_AN_EXCLUSIVE_LOCK = """
import os, signal, sqlite3, sys
from sqmail_log.state.store import state_path
database = sqlite3.connect(state_path(sys.argv[1], sys.argv[2]), isolation_level=None)
database.execute("PRAGMA locking_mode=EXCLUSIVE")
database.execute("BEGIN EXCLUSIVE")
database.execute("UPDATE meta SET value = value")
os.kill(os.getpid(), signal.SIGSTOP)
database.execute("ROLLBACK")
"""
SCRIPTS = {"a transaction": _INSIDE_A_TRANSACTION, "an exclusive lock": _WITH_AN_EXCLUSIVE_LOCK}


class Holder:
    """A process that is stopped while it holds the state of a log, by one of `SCRIPTS`."""

    def __init__(self, how, state_dir, log):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}
        words = [sys.executable, "-c", SCRIPTS[how], str(state_dir), str(log)]
        self.is_known = how == "a transaction"
        """Whether others can tell who it is and since when: a reader of ours says so."""
        self._process = subprocess.Popen(words, env=environment)
        self.pid = self._process.pid
        _, status = os.waitpid(self.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), status

    def go_on(self):
        """Let it go on, and wait for its end."""
        os.kill(self.pid, signal.SIGCONT)
        assert self._process.wait(30) == 0

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
