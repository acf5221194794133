"""What a monitor asks: every check of a host about its logs, at a moment.

A fork runs the commands one after the other, each from its arguments to its exit status, with the clock of the drill:
a process for each would take minutes.
"""

import gc
import importlib
import io
import json
import os
import sys
import time
from typing import NamedTuple

from project import CHECKS, SCRIPTS

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
SEND = "qmail-send"
_SMTP = ("qmail-smtpd", "qmail-smtpsub", "qmail-smtps")
_CRASHED = 70


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
        "auth": [sessions] if sessions else [],
        "concurrency": send + smtp,
        "log": [(service,) for service in services],
        "flow": [tuple(services)],
        "senders": [tuple(services)],
    }
    return [Question(check, of) for check in CHECKS for of in asked.get(check, [])]


def preload():
    """Load all checks, so that no fork has to."""
    for check in CHECKS:
        importlib.import_module(SCRIPTS[f"check_qmail_{check}"].partition(":")[0])
    importlib.import_module("sqmail_log.ingest")
    importlib.import_module("sqmail_log.places")
    for late in ("datetime", "locale", "sqlite3", "sqmail_log.state.upgrade", "sqmail_log.state.owner"):
        importlib.import_module(late)
    # What is here now, no fork shall look through or copy.
    gc.collect()
    gc.freeze()


def ask(asked, logs, minute, now, *, state_dir=None):
    """Ask questions at a moment (Unix nanoseconds): with a state, else with --at.  `logs` are paths by service."""

    def work(file):
        set_clock(now)
        for question in asked:
            answer = _run(_command(question, logs, now, state_dir))
            file.write(json.dumps(answer) + "\n")

    said = [json.loads(line) for line in forked(work).splitlines()]
    return [
        Answer(minute, question.check, question.services, status, output.partition("\n")[0].partition(" | ")[0])
        for question, (output, status) in zip(asked, said, strict=True)
    ]


def _command(question, logs, now, state_dir):
    words = [f"check_qmail_{question.check}"]
    for service in question.services:
        words += ["--log", str(logs[service])]
    if state_dir is None:
        return [*words, "--at", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now // 10**9))]
    return [*words, "--state-dir", str(state_dir)]


class _Exited(BaseException):
    """A command has come to its end."""


def _leave(status):
    raise _Exited(status)


def _run(words):
    """Run a command here; return what it wrote and its exit status."""
    module, _, main = SCRIPTS[words[0]].partition(":")
    sys.argv = words
    sys.stdout = sys.stderr = written = io.StringIO()
    os._exit = _leave
    try:
        getattr(importlib.import_module(module), main)()
    except _Exited as exited:
        return written.getvalue(), exited.args[0]
    except BaseException as error:  # noqa: BLE001 - whatever it is, the drill has a fault
        return f"{type(error).__name__}: {error}", _CRASHED
    return written.getvalue(), 0


def forked(work):
    """Do work in a fork that gets a file to write to; return what it wrote.  Raises RuntimeError."""
    reading, writing = os.pipe()
    leave = os._exit
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            with open(writing, "w", encoding="utf-8") as file:
                work(file)
            leave(0)
        except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
            import traceback

            traceback.print_exc(file=sys.__stderr__)
        finally:
            leave(_CRASHED)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    if status := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise RuntimeError(f"a fork ended with {status}: {said[-500:]}")
    return said


def set_clock(now):
    """Have this process' clock stand at a moment, Unix time in nanoseconds."""
    time.time_ns = lambda: now
    time.time = lambda: now / 10**9
