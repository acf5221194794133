"""Nothing goes that a check has still to read, and what has gone is no gap to it."""

import time
from pathlib import Path

import pytest

from archive.places import NOVEMBER, archive, finished, lines
from sqmail_log import tai64n, watch
from sqmail_log.files.cursor import Cursor
from sqmail_log.files.logfile import OpenFile
from sqmail_log.files.retention import unread
from sqmail_log.state.store import State, state_path
from sqmail_report.archive import command

PAYLOAD = "bounce msg 1 qp 2"


@pytest.fixture
def log(tmp_path):
    directory = tmp_path / "qmail-send"
    for second in (100, 200, 300):
        finished(directory, NOVEMBER + second, lines(NOVEMBER + second - 50, text=PAYLOAD))
    (directory / "current").write_bytes(lines(NOVEMBER + 310, text=PAYLOAD))
    return directory


def look(log, state_dir):
    """Read what is new, as a check does; return bounces and gaps."""
    view = watch.watch(str(log), str(state_dir), history=None, now=(NOVEMBER + 1000) * tai64n.SECOND)
    counted = view.sums(watch.DAY).numbers
    return counted.get("bounces", 0), counted.get("gaps", 0)


def close_current(log, unix):
    """Do what a logger does."""
    (log / "current").rename(log / (tai64n.encode(unix * tai64n.SECOND).decode() + ".s"))
    (log / "current").write_bytes(lines(unix + 1, text=PAYLOAD))


def names(log):
    return sorted(path.name for path in log.glob("@*"))


def test_what_a_check_has_not_read_stays(tmp_path, log):
    states = tmp_path / "state"
    assert look(log, states) == (12, 0)
    close_current(log, NOVEMBER + 400)
    close_current(log, NOVEMBER + 500)
    unread_names = names(log)[3:]
    state = state_path(str(states), str(log))
    out, err = archive("--log", log, "--state-dir", states, "--remove", tmp_path / "archive")
    assert out == ""
    assert err == (
        f"sqmail-archive: {log}: 2 files are kept for more than a day, since {unread_names[0]}: "
        f"the check with {state} has not read on; see that it runs, or remove its state\n"
    )
    assert names(log) == unread_names
    assert look(log, states) == (18, 0)
    assert archive("--log", log, "--state-dir", states, "--remove", tmp_path / "archive") == ("", "")
    assert names(log) == []
    assert look(log, states) == (18, 0)
    close_current(log, NOVEMBER + 600)
    assert look(log, states) == (21, 0)


def test_what_was_closed_within_a_day_is_kept_in_silence(tmp_path, log):
    states = tmp_path / "state"
    look(log, states)
    close_current(log, int(time.time()) - 60)
    state = state_path(str(states), str(log))
    (name,) = names(log)[3:]
    asked = ("--log", log, "--state-dir", states, "--remove")
    assert archive(*asked, tmp_path / "archive") == ("", "")
    assert names(log) == [name]
    out, err = archive(*asked, "-v", tmp_path / "archive")
    assert (out, err) == (f"{log / name}: kept, the check with {state} has not read it yet\n", "")


def test_what_is_kept_is_said_once_a_day(tmp_path, log, monkeypatch, capsys):
    look(log, tmp_path / "state")
    close_current(log, NOVEMBER + 400)
    asked = ("--log", log, "--state-dir", tmp_path / "state", "--remove", tmp_path / "archive")
    begin = tai64n.now()
    said = []
    for hours in (0, 1, 12, 23.5, 24, 47.6):
        monkeypatch.setattr(tai64n, "now", lambda hours=hours: begin + int(hours * 3600) * tai64n.SECOND)
        assert command.main(list(map(str, asked))) == 0
        said.append(capsys.readouterr().err.count("kept for more than a day"))
    assert said == [1, 0, 0, 1, 0, 1]


def test_the_slowest_of_several_checks_decides(tmp_path, log):
    look(log, tmp_path / "nagios")
    look(log, tmp_path / "collectd")
    close_current(log, NOVEMBER + 400)
    look(log, tmp_path / "nagios")
    both = ["--state-dir", tmp_path / "nagios", "--state-dir", tmp_path / "collectd"]
    archive("--log", log, *both, "--remove", tmp_path / "archive")
    assert len(names(log)) == 1
    look(log, tmp_path / "collectd")
    archive("--log", log, *both, "--remove", tmp_path / "archive")
    assert names(log) == []
    assert look(log, tmp_path / "collectd") == look(log, tmp_path / "nagios") == (15, 0)


def test_a_directory_without_a_state_of_this_log(tmp_path, log):
    states = tmp_path / "state"
    states.mkdir()
    _, err = archive("--log", log, "--state-dir", states, "--remove", tmp_path / "archive")
    assert (
        err
        == f"sqmail-archive: {log}: no check's state was consulted before removing (none of it in {states})\n"
    )
    assert names(log) == []


def test_a_check_that_has_never_read_keeps_all(tmp_path, log):
    states = tmp_path / "state"
    path = state_path(str(states), str(log))
    State(path).close()
    _, err = archive("--log", log, "--state-dir", states, "--remove", tmp_path / "archive")
    assert "3 files are kept for more than a day" in err
    assert len(names(log)) == 3


def test_a_state_that_cannot_be_read_keeps_all(tmp_path, log):
    states = tmp_path / "state"
    states.mkdir()
    path = Path(state_path(str(states), str(log)))
    path.write_bytes(b"no database" * 100)
    _, err = archive("--log", log, "--state-dir", states, "--remove", tmp_path / "archive", status=1)
    assert err.startswith(f"sqmail-archive: {path}: the state is damaged")
    assert len(err.splitlines()) == 1
    assert len(names(log)) == 3


def test_unread(log):
    """From each place between two lines, it is what `follow` would open."""
    archives = [log / name for name in names(log)]
    assert [archive.path for archive in unread(str(log), None)] == list(map(str, archives))
    for index, path in enumerate([*archives, log / "current"]):
        label = path.read_bytes()[:25]
        passed = archives[index - 1].name[:25] if index else ""
        stamp = tai64n.nanoseconds(label)
        cursor = Cursor(passed, path.stat().st_ino, _fingerprint(path), 48, 1, stamp, begun=stamp)
        expected = list(map(str, archives[index:]))
        assert [archive.path for archive in unread(str(log), cursor)] == expected
    passed = archives[1].name[:25]
    gone = Cursor(passed, 1, "0:00000000", 9, 9, (NOVEMBER + 250) * tai64n.SECOND)
    assert [archive.path for archive in unread(str(log), gone)] == [str(archives[2])]


@pytest.mark.parametrize("last", [0, 1, 2])
def test_who_read_an_empty_file_needs_the_newest_archive_that_was_read(log, last):
    archives = names(log)
    cursor = Cursor(archives[last][:25], (log / "current").stat().st_ino + 1, "", 0, 0, (NOVEMBER + 1000) * tai64n.SECOND)
    assert [Path(archive.path).name for archive in unread(str(log), cursor)] == archives[last:]


@pytest.mark.parametrize("is_there", [True, False])
def test_who_is_in_the_live_file_needs_no_archive_unless_that_has_gone(log, is_there):
    live = log / "current"
    label = live.read_bytes()[:25]
    stamp = tai64n.nanoseconds(label)
    cursor = Cursor(names(log)[-1][:25], live.stat().st_ino, _fingerprint(live), 48, 1, stamp, begun=stamp)
    if not is_there:
        live.rename(log / (tai64n.encode((NOVEMBER + 400) * tai64n.SECOND).decode() + ".s"))
    assert [Path(archive.path).name for archive in unread(str(log), cursor)] == ([] if is_there else names(log)[-1:])


def _fingerprint(path):
    file = OpenFile(str(path))
    try:
        return file.fingerprint
    finally:
        file.close()
