"""What a monitor asks: every check of a host about its logs, at a moment, in a process of its own.

The process is a fork that has the check loaded already: what runs is the command itself, from its arguments to its
exit status, with the clock of the drill.
"""

import importlib
import os
import sys
import time
from typing import NamedTuple

from project import CHECKS, SCRIPTS

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
SEND = "qmail-send"
_SMTP = ("qmail-smtpd", "qmail-smtpsub", "qmail-smtps")
_LONGEST = 1 << 16


class Question(NamedTuple):
    """A check, and the services whose logs it gets."""

    check: str
    services: tuple


class Answer(NamedTuple):
    """What a check said at a minute after T0: its exit status and its first line without performance data."""

    minute: int
    check: str
    services: tuple
    status: int
    words: str

    @property
    def is_loud(self):
        """Whether somebody is called."""
        return self.status in {1, 2}


def questions(services):
    """Return what is asked on a host that has these services, as the examples for Nagios and Icinga do."""
    sessions = tuple(service for service in services if service != SEND)
    smtp = [(service,) for service in _SMTP if service in services and service != "qmail-smtps"]
    send = [(SEND,)] if SEND in services else []
    asked = {
        "queue": send,
        "delivery": send,
        "destinations": send,
        "smtpd": smtp,
        "auth": [sessions],
        "concurrency": send + smtp,
        "log": [(service,) for service in services],
        "flow": [tuple(services)],
        "senders": [sessions],
    }
    return [Question(check, of) for check in CHECKS for of in asked.get(check, [])]


def preload():
    """Load all checks, so that no fork has to."""
    for check in CHECKS:
        importlib.import_module(SCRIPTS[f"check_qmail_{check}"].partition(":")[0])
    importlib.import_module("sqmail_log.ingest")
    importlib.import_module("sqmail_log.places")
    importlib.import_module("datetime")


def ask(question, logs, minute, now, *, state_dir=None):
    """Ask a check at a moment (Unix nanoseconds): with a state, else with --at.  `logs` are paths by service."""
    words = [f"check_qmail_{question.check}"]
    for service in question.services:
        words += ["--log", str(logs[service])]
    if state_dir is None:
        words += ["--at", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now // 10**9))]
    else:
        words += ["--state-dir", str(state_dir)]
    output, status = forked(lambda: _run(words, now, SCRIPTS[words[0]]))
    return Answer(minute, question.check, question.services, status, output.partition("\n")[0].partition(" | ")[0])


def forked(work):
    """Do work in a fork; return what it wrote to standard output and error, and its exit status."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            sys.stdout = open(1, "w", closefd=False, encoding="utf-8", errors="backslashreplace")
            sys.stderr = open(2, "w", closefd=False, encoding="utf-8", errors="backslashreplace")
            work()
            sys.stdout.flush()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(70)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read()
    return said.decode(errors="replace"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(words, now, script):
    set_clock(now)
    sys.argv = words
    module, _, main = script.partition(":")
    getattr(sys.modules[module], main)()


def set_clock(now):
    """Have this process' clock stand at a moment, Unix time in nanoseconds."""
    time.time_ns = lambda: now
    time.time = lambda: now / 10**9
