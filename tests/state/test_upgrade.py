"""States that older versions wrote are converted: nothing is counted or handed on twice, and no check is UNKNOWN."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rrdtool

from sqmail_log import tai64n
from sqmail_log.state.store import VERSION, State, StateError, state_path
from sqmail_log.watch import watch
from sqmail_rrd.update import Source, Target, Update
from support import ROOT, SOURCES, check, stamp

STATES = ROOT / "tests" / "data" / "states"
BEGIN = 1795332000
NOW = BEGIN + 400
VERSIONS = [1, 2, 3, 4, 5]
DAY = 24 * 3600 * tai64n.SECOND


@pytest.fixture(params=VERSIONS)
def old(request, tmp_path):
    """A log that an older version has read to its end, some lines since, and that version's state and number."""
    log = tmp_path / "log"
    shutil.copytree(STATES / "log", log)
    states = tmp_path / "state"
    states.mkdir()
    path = Path(state_path(str(states), str(log)))
    shutil.copy(STATES / f"version-{request.param}.sqlite", path)
    with (log / "current").open("ab") as current:
        current.write(stamp(BEGIN + 300.5) + b" new msg 20\n" + stamp(BEGIN + 301.5) + b" end msg 0\n")
    return log, states, request.param


def view(log, states):
    return watch(str(log), str(states), history=DAY, now=NOW * tai64n.SECOND)


def test_every_line_counts_once(old):
    log, states, _ = old
    seen = view(log, states)
    assert seen.queue == 6
    numbers = seen.sums(DAY).numbers
    assert (numbers["lines"], numbers["messages"], numbers.get("gaps", 0)) == (26, 11, 0)
    assert view(log, states).sums(DAY).numbers == numbers


def test_rotated_since(old):
    """What was read last has a name now, and another file is live."""
    log, states, _ = old
    (log / "current").rename(log / f"{stamp(BEGIN + 310).decode()}.s")
    (log / "current").write_bytes(stamp(BEGIN + 311) + b" new msg 30\n")
    seen = view(log, states)
    assert seen.queue == 7
    numbers = seen.sums(DAY).numbers
    assert (numbers["lines"], numbers["messages"], numbers.get("gaps", 0)) == (27, 12, 0)


def test_what_was_handed_on_stays_handed_on(old):
    log, states, _ = old
    view(log, states)
    state = State(state_path(str(states), str(log)))
    assert state.meta().exported == 29922206
    state.close()


def test_a_check_answers_as_if_nothing_had_happened(old):
    log, states, _ = old
    arguments = ("--log", log, "--state-dir", states, "--oldest-warning", "9999d")
    output, code = check("queue", *arguments)
    assert code == 0, output
    assert output.startswith("QMAIL_QUEUE OK - 6 messages, oldest ")


def test_rrd_files_go_on(old, tmp_path):
    """Each line is in them once: the totals that were written go on."""
    log, states, _ = old
    tree = tmp_path / "rrd"

    def update(second):
        target = Target(str(tree), str(states), "mx1")
        sources = [Source("send", str(log))]
        assert Update(sources, target, log=told.append, clock=lambda: second * tai64n.SECOND).run().complete

    told = []
    update(NOW)
    assert told == []
    with (log / "current").open("ab") as current:
        current.write(stamp(NOW + 100) + b" new msg 40\n")
    update(NOW + 400)
    assert told == []
    path = tree / "mx1" / "qmail-send" / "total_events-messages.rrd"
    _, _, rows = rrdtool.fetch(str(path), "AVERAGE", "-s", str(NOW), "-e", str(NOW + 300))
    assert round(sum(60 * value for (value,) in rows if value is not None)) == 1


def test_a_reader_that_changes_nothing(old):
    """`sqmail-archive` asks what a check has still to read, and leaves the state as it is."""
    log, states, version = old
    (log / "current").rename(log / f"{stamp(BEGIN + 310).decode()}.s")
    (log / "current").write_bytes(stamp(BEGIN + 311) + b" new msg 30\n")
    path = Path(state_path(str(states), str(log)))
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "sqmail_report.archive.command", "--log", log, "--state-dir", states, "--remove", log.parent / "kept"],
        env={"PYTHONPATH": SOURCES}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert path.read_bytes() == before
    assert done.returncode == 0, done.stderr
    assert "has not read on" in done.stderr
    assert (log / f"{stamp(BEGIN + 310).decode()}.s").exists()


def test_a_newer_version_s(tmp_path):
    state = State(str(tmp_path / "x.sqlite"))
    with state.transaction():
        state.execute(f"PRAGMA user_version={VERSION + 1}")
    state.close()
    with pytest.raises(Exception, match=rf"\(state {VERSION + 1}, this is {VERSION}\); use that version here"):
        State(str(tmp_path / "x.sqlite"))


def test_what_only_reads_makes_no_state_of_an_empty_file(tmp_path):
    path = tmp_path / "log.sqlite"
    path.touch()
    with pytest.raises(StateError, match=r"\(state 0, this is "):
        State(str(path), read=True)
    assert path.read_bytes() == b""
