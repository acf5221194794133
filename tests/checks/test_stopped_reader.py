"""Another reader is stopped while it holds the state: nobody gives old figures as new ones, nobody waits for ever."""

import json
import os
import re
import subprocess
import sys
import threading
import time

import pytest

from checks.holders import Holder
from processes import Program
from support import CHECKS, TESTS, at_once, check, perfdata, write_log

BEFORE, UNREAD = 10, 4000
"""Messages that are read before; messages, five lines each, that nobody can read while the state is held."""
PATIENCE = 100
"""Seconds after which a command that has no -t counts as hanging."""
HASTE = [] if os.environ.get("SQMAIL_TORTURE") == "long" else ["-m", "checks.hasty", "1"]
"""What has such a command wait for a second only; SQMAIL_TORTURE=long sits its own limits out."""
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": TESTS,
    "LC_ALL": "C.UTF-8",
}


def lines(numbers):
    now = time.time()
    for number in numbers:
        yield now, f"new msg {number}"
        yield now, f"info msg {number}: bytes 5 from <a@test.example> qp 1 uid 2"
        yield now, f"starting delivery {number}: msg {number} to local b@test.example"
        yield now, f"delivery {number}: success: ok/"
        yield now, f"end msg {number}"


@pytest.fixture(params=["a transaction", "an exclusive lock"])
def held(request, tmp_path):
    """A log of which much is unread, and who holds its state."""
    log, state = tmp_path / "log", tmp_path / "state"
    write_log(log, lines(range(BEFORE)))
    assert check("log", "--log", log, "--state-dir", state)[1] == 0
    write_log(log, lines(range(BEFORE, BEFORE + UNREAD)), mode="ab")
    holder = Holder(request.param, state, log)
    yield log, state, holder
    holder.close()


def assert_told(text, holder):
    who = rf" \D*{holder.pid}\b.* holds the state since " if holder.is_known else ""
    assert re.search(f"another process{who}", text), text
    assert "Traceback" not in text
    assert text.count("\n") == 1, text


def assert_exact(log, state):
    arguments = ("--log", log, "--state-dir", state, "-w", "", "-c", "", "--window", "1h")
    figures = perfdata(check("log", *arguments)[0])
    assert (figures["lines"], figures["gaps"]) == (str(5 * (BEFORE + UNREAD)), "0")
    assert perfdata(check("delivery", *arguments)[0])["success"] == str(BEFORE + UNREAD)
    assert perfdata(check("queue", *arguments)[0])["messages"] == "0"


def test_a_check_is_unknown_within_its_time(held):
    """All wait at once, as after a reload of the monitor; each names who holds the state, and none that waits, too."""
    log, state, holder = held
    for name, (output, code) in at_once(CHECKS, "--log", log, "--state-dir", state, "-t", "3").items():
        assert code == 3, output
        assert output.startswith(f"QMAIL_{name.upper()} UNKNOWN - ")
        assert_told(output, holder)
    holder.go_on()
    assert_exact(log, state)


def test_a_check_waits_for_who_goes_on_in_time(held):
    log, state, holder = held
    later = threading.Timer(1, holder.go_on)
    later.start()
    try:
        output, code = check("log", "--log", log, "--state-dir", state, "-t", "30")
    finally:
        later.join()
    assert (perfdata(output)["lines"], code) == (str(5 * (BEFORE + UNREAD)), 0)


def command(module, *arguments):
    words = [sys.executable, *(HASTE or ["-m"]), module, *arguments]
    return Program(words, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_other_commands_fail_and_say_who(held, tmp_path):
    log, state, holder = held
    places = ("--log", log, "--state-dir", state)
    mrtg = command("sqmail_report.mrtg.command", "-1", *places)
    for words in (("update",), ("import", "--jobs", "2")):
        assert_failed(command("sqmail_rrd.cli", *words, *places, "--rrd", tmp_path / "rrd"), holder)
    assert_failed(mrtg, holder)
    holder.go_on()
    assert_exact(log, state)


def assert_failed(process, holder):
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (1, "")
    assert_told(err, holder)


def test_the_plugin_says_so_and_goes_on_later(held):
    log, state, holder = held
    out, err = command("faults.reads", log, state).communicate(timeout=PATIENCE)
    assert err == ""
    answer = json.loads(out)
    assert answer["well"]
    ((severity, text),) = answer["logged"]
    assert severity == 3
    assert_told(f"{text}\n", holder)
    holder.go_on()
    assert_exact(log, state)


def test_nothing_unread_needs_nobody(held):
    """What is known is current: whoever holds the state has changed nothing yet."""
    log, state, holder = held
    holder.go_on()
    assert_exact(log, state)
    stopped = Holder("a transaction", state, log)
    try:
        assert_exact(log, state)
    finally:
        stopped.close()


def test_a_holder_that_is_killed_has_held_nothing_up(held):
    log, state, holder = held
    holder.close()
    assert_exact(log, state)
