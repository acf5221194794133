"""`sqmail-rrd import` and `update`: years of archives, interruptions, the joint between the two."""

import os
import pty
import random
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from plugin.daemon import (
    SAMPLES,
    Collectd,
    clock_from,
    eventually,
    handed_on,
    module,
    needs_collectd,
    needs_faketime,
)  # fmt: skip
from plugin.logs import Log, queued
from plugin.trees import HOST, bring_up_to_date, dumps
from processes import Program
from support import TESTS

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

# 2026-11-20 12:00 UTC
START = 29919600
EVER = 10**9
LONG = 12000
"""Minutes that an import takes six slices of reading and batches for: time to be stopped several times."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": TESTS}


def messages(directory):
    return directory / "rrd" / HOST / "qmail-send" / "total_events-messages.rrd"


def expected(first, last):
    return {minute: queued(minute) for minute in range(first, last + 1)}


def command(*arguments):
    return [sys.executable, "-c", "import sys; from sqmail_rrd.cli import main; sys.exit(main())", *arguments]


def run(*arguments):
    """Run sqmail-rrd; return exit code, output and errors."""
    run = subprocess.run(command(*arguments), env=ENVIRONMENT, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout, run.stderr


def test_import_then_update_without_gap_or_spike(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 299)
    log.rotate(START + 299)
    log.write(START + 300, START + 599)
    bring_up_to_date(tmp_path, START + 600, EVER, send=log.directory)
    for minute in range(START + 600, START + 650, 7):
        log.write(minute, minute + 6)
        bring_up_to_date(tmp_path, minute + 7, send=log.directory)
    assert series.counts(messages(tmp_path), START, minute + 6) == expected(START, minute + 6)


@needs_collectd
@needs_faketime
def test_import_then_collectd_without_gap_or_spike(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 299)
    bring_up_to_date(tmp_path, START + 300, EVER, send=log.directory)
    log.write(START + 300, START + 359)
    with Collectd(tmp_path, module("send", log.directory, tmp_path / "state"), at=(START + 360) * 60 + 10) as daemon:
        daemon.until_handed_on(log.directory, tmp_path / "state", START + 360)
        daemon.until_stored("send", START + 360)
        assert daemon.stop() == []
    assert series.counts(messages(tmp_path), START, START + 359) == expected(START, START + 359)


def test_no_update_without_a_new_minute(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    assert bring_up_to_date(tmp_path, START + 10, send=log.directory) > 0
    before = dumps(tmp_path / "rrd")
    assert bring_up_to_date(tmp_path, START + 10, send=log.directory) == 0
    assert dumps(tmp_path / "rrd") == before


def importing(directory, log, jobs):
    code = (
        "from pathlib import Path; from plugin.trees import bring_up_to_date; "
        f"bring_up_to_date(Path({str(directory)!r}), {START + 3000}, {EVER}, jobs={jobs}, send={str(log.directory)!r})"
    )
    return Program([sys.executable, "-c", code], env=ENVIRONMENT)


@pytest.mark.parametrize(("seed", "jobs"), [(0, 1), (1, 1), (2, 2), (3, 2)])
def test_killed_import_goes_on(tmp_path, seed, jobs):
    moments = random.Random(seed)
    log = Log(tmp_path / "log")
    for first in range(START, START + 3000, 1000):
        log.write(first, first + 999)
        log.rotate(first + 999)
    whole = tmp_path / "whole"
    bring_up_to_date(whole, START + 3000, EVER, jobs=jobs, send=log.directory)
    kills, begun = 0, None
    while True:
        process = importing(tmp_path, log, jobs)
        eventually(partial(_at_work, process, log, tmp_path, begun), "an import at work")
        try:
            assert process.wait(moments.uniform(0, 0.1)) == 0
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        begun = handed_on(log.directory, tmp_path / "state")
    bring_up_to_date(tmp_path, START + 3000, EVER, send=log.directory)
    broken, sound = dumps(tmp_path / "rrd"), dumps(whole / "rrd")
    assert broken.keys() == sound.keys()
    # A kill in the middle of librrd's own update may leave the file that is being written between two states.
    assert kills
    assert len([name for name in sound if broken[name] != sound[name]]) <= kills


def test_two_processes_write_the_same_tree(tmp_path):
    logs = {"send": SAMPLES / "send", "smtpd": SAMPLES / "smtpd"}
    for jobs, directory in ((1, tmp_path / "one"), (2, tmp_path / "two")):
        # 2026-11-22 07:30 UTC
        bring_up_to_date(directory, 29922210, EVER, jobs=jobs, **logs)
    assert dumps(tmp_path / "one" / "rrd") == dumps(tmp_path / "two" / "rrd")


def test_the_progress_bar_is_for_terminals_only(tmp_path):
    arguments = ("--log", SAMPLES / "send", "--state-dir", tmp_path / "state", "--rrd", tmp_path / "rrd")
    assert run("import", *arguments) == (0, "", "")
    master, slave = pty.openpty()
    process = Program(
        command("import", *arguments[:3], tmp_path / "other", *arguments[4:5], tmp_path / "rrd2"),
        env=ENVIRONMENT,
        stderr=slave,
    )
    os.close(slave)
    assert process.wait(60) == 0
    shown = os.read(master, 10000).decode()
    # On a slow machine it is drawn several times.
    drawn = r"\r\033\[K\[#*\.*\] +\d+% [01] of 1 MB(, \d+ s left)?"
    assert re.fullmatch(rf"({drawn})+\r\033\[K", shown), shown
    assert "\r\033[K[##############################] 100% 1 of 1 MB" in shown


def test_the_log_names_the_instance(tmp_path):
    options = ("--state-dir", tmp_path / "state", "--rrd", tmp_path / "rrd", "--hostname", "mx9")
    logs = ("--log", SAMPLES / "pop3d", "--log", f"{SAMPLES}/smtpd6/", "--instance", "pop")
    assert run("update", *logs, *options) == (0, "", "")
    assert sorted(path.name for path in (tmp_path / "rrd" / "mx9").iterdir()) == ["qmail-pop", "qmail-smtpd6"]


def test_a_missing_log_is_told_and_the_others_go_on(tmp_path):
    options = ("--state-dir", tmp_path / "state", "--rrd", tmp_path / "rrd", "--hostname", "mx9")
    found = run("update", "--log", tmp_path / "nowhere", "--log", SAMPLES / "send", *options)
    assert found == (1, "", f"sqmail-rrd update: nowhere: {tmp_path}/nowhere: no such log\n")
    assert sorted(path.name for path in (tmp_path / "rrd" / "mx9").iterdir()) == ["qmail-send"]


def test_a_tree_that_cannot_be_written_loses_nothing(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    (tmp_path / "rrd").write_text("in the way")
    with pytest.raises(AssertionError):
        bring_up_to_date(tmp_path, START + 10, send=log.directory)
    (tmp_path / "rrd").unlink()
    bring_up_to_date(tmp_path, START + 10, send=log.directory)
    assert series.counts(messages(tmp_path), START, START + 9) == expected(START, START + 9)


def test_one_log_feeds_one_tree(tmp_path):
    options = ("--log", SAMPLES / "send", "--state-dir", tmp_path / "state", "--rrd", tmp_path / "rrd")
    assert run("update", *options) == (0, "", "")
    code, out, errors = run("update", *options, "--instance", "other")
    (state,) = (tmp_path / "state").glob("*.sqlite")
    assert (code, out) == (1, "")
    assert errors == (
        f"sqmail-rrd update: other: {state}: its minutes go to 'send' already; "
        "give 'other' a state directory of its own\n"
    )


def _at_work(process, log, directory, before):
    """Tell whether an import makes the first files, or has stored more than was stored before, or has ended."""
    has_stored = _further(log, directory, before) if before is not None else any((directory / "rrd").rglob("*.rrd*"))
    return process.poll() is not None or has_stored


def _further(log, directory, before):
    """Return the first minute that was not handed on yet, if it is another than before."""
    now = handed_on(log.directory, directory / "state")
    return now if now > before else 0


@needs_faketime
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_import_goes_on(tmp_path, number, jobs):
    log = Log(tmp_path / "log")
    log.write(START, START + LONG - 1)
    arguments = ("--log", log.directory, "--instance", "send", "--hostname", HOST, "--jobs", jobs)
    places = ("--state-dir", tmp_path / "state", "--rrd", tmp_path / "rrd")
    environment = ENVIRONMENT | clock_from((START + LONG) * 60 + 10)
    begun = 0
    for _ in range(3):
        process = Program(
            command("import", *arguments, *places), env=environment, stderr=subprocess.PIPE, text=True
        )
        begun = eventually(partial(_further, log, tmp_path, begun), "the import's progress")
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert errors == "sqmail-rrd import: stopped; the same command goes on from here\n"
    bring_up_to_date(tmp_path, START + LONG, EVER, send=log.directory)
    bring_up_to_date(tmp_path / "whole", START + LONG, EVER, send=log.directory)
    assert dumps(tmp_path / "rrd") == dumps(tmp_path / "whole" / "rrd")


@needs_faketime
def test_the_death_of_the_writing_process_is_told_and_the_next_import_goes_on(tmp_path):
    died = "the process that writes RRD files has died: it was killed, or met an error\n"
    log = Log(tmp_path / "log")
    log.write(START, START + LONG - 1)
    arguments = ("--log", log.directory, "--instance", "send", "--hostname", HOST, "--jobs", "2")
    places = ("--state-dir", tmp_path / "state", "--rrd", tmp_path / "rrd")
    process = Program(
        command("import", *arguments, *places),
        env=ENVIRONMENT | clock_from((START + LONG) * 60 + 10),
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually(partial(_further, log, tmp_path, 0), "the import's progress")
    (writer,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(writer), signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.endswith(f"sqmail-rrd: {died}")
    assert errors.removesuffix(f"sqmail-rrd: {died}") in ("", f"sqmail-rrd import: send: {died}")
    bring_up_to_date(tmp_path, START + LONG, EVER, send=log.directory)
    bring_up_to_date(tmp_path / "whole", START + LONG, EVER, send=log.directory)
    broken, sound = dumps(tmp_path / "rrd"), dumps(tmp_path / "whole" / "rrd")
    assert broken.keys() == sound.keys()
    # librrd has no transactions: the file that it was writing may lack a minute.
    assert len([name for name in sound if broken[name] != sound[name]]) <= 1
