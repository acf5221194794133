"""`sqmail-rrd import` of an archive's years and the live log: one series, each line once."""

import gzip
import shutil

import pytest

from plugin.logs import Log, queued
from plugin.trees import HOST, bring_up_to_date, dumps
from sqmail_rrd.update import Source, Target, Update

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")
cli = pytest.importorskip("sqmail_rrd.cli")

# 2026-11-20 12:00 UTC
START = 29919600
EVER = 10**9


def messages(directory):
    return directory / "rrd" / HOST / "qmail-send" / "total_events-messages.rrd"


def whole(folder):
    """Write a log of 600 minutes in three archives and the live file; files end in the middle of minutes."""
    log = Log(folder)
    for first in (0, 150, 300, 450):
        log.write(START + first, START + first + 149)
        if first < 450:
            log.rotate(START + first + 149)
    text = b"".join(path.read_bytes() for path in sorted(folder.glob("@*")))
    lines = (text + (folder / "current").read_bytes()).splitlines(keepends=True)
    archives = sorted(folder.glob("@*"))
    cuts = [len(lines) * part // 4 + 3 for part in range(1, 4)]
    for path, first, last in zip(archives, [0, *cuts], cuts, strict=False):
        path.unlink()
        (folder / f"{lines[last - 1][:25].decode()}.s").write_bytes(b"".join(lines[first:last]))
    (folder / "current").write_bytes(b"".join(lines[cuts[-1] :]))
    return sorted(folder.glob("@*"))


def as_archived(folder, *files):
    """Make a folder of an archive's year: packed copies."""
    folder.mkdir(parents=True)
    for path in files:
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    return folder


def update(directory, now, *logs, jobs=1, history=EVER):
    """Write what logs hold, the last one followed; return what was complained of."""
    complaints = []
    *archives, log = map(str, logs)
    outcome = Update(
        [Source("send", log, archives=tuple(archives))],
        Target(str(directory / "rrd"), str(directory / "state"), HOST),
        log=complaints.append,
        history=history,
        clock=lambda: (now * 60 + 10) * 10**9,
        jobs=jobs,
    ).run()
    assert outcome.complete is not bool(complaints)
    return complaints


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("are_removed", [True, False])
def test_years_and_the_live_log_are_one_series(tmp_path, jobs, are_removed):
    log = tmp_path / "log"
    first, second, third = whole(log)
    bring_up_to_date(tmp_path / "whole", START + 600, EVER, send=log)
    # The second file lies in two places, and all in their own, unless they were removed there.
    one = as_archived(tmp_path / "2025" / "qmail-send", first, second)
    two = as_archived(tmp_path / "2026" / "qmail-send", second, third)
    for path in (first, second, third) if are_removed else ():
        path.unlink()
    assert update(tmp_path, START + 600, one, two, log, jobs=jobs) == []
    assert dumps(tmp_path / "rrd") == dumps(tmp_path / "whole" / "rrd")
    with (log / "current").open("ab") as current:
        Log(tmp_path / "more").write(START + 600, START + 619)
        current.write((tmp_path / "more" / "current").read_bytes())
    bring_up_to_date(tmp_path, START + 620, send=log)
    assert series.counts(messages(tmp_path), START, START + 619) == {
        minute: queued(minute) for minute in range(START, START + 620)
    }


def test_a_folder_without_a_live_file_ends_at_its_last_line_and_the_live_log_goes_on(tmp_path):
    archived, live = Log(tmp_path / "archived"), Log(tmp_path / "live")
    archived.write(START, START + 99)
    archived.rotate(START + 99)
    year = as_archived(tmp_path / "2026" / "qmail-send", *archived.directory.glob("@*"))
    assert update(tmp_path, START + 500, year) == []
    found = series.counts(messages(tmp_path), START, START + 499)
    assert {minute: count for minute, count in found.items() if count is not None} == {
        minute: queued(minute) for minute in range(START, START + 100)
    }
    before = dumps(tmp_path / "rrd")
    assert update(tmp_path, START + 510, year) == []
    assert dumps(tmp_path / "rrd") == before
    live.write(START + 505, START + 599)
    assert update(tmp_path, START + 600, live.directory, history=86400) == []
    found = series.counts(messages(tmp_path), START, START + 599)
    told = {minute: count for minute, count in found.items() if count is not None}
    assert told == {minute: queued(minute) for minute in (*range(START, START + 100), *range(START + 505, START + 600))}


def test_a_log_that_is_written_has_to_be_the_last(tmp_path):
    log = tmp_path / "log"
    files = whole(log)
    year = as_archived(tmp_path / "2026" / "qmail-send", *files)
    (complaint,) = update(tmp_path, START + 600, log, year)
    assert "current: a log that is still being written has to be the last one that is given" in complaint


def run(capsys, directory, *arguments):
    code = cli.main(["import", *map(str, arguments), "--rrd", f"{directory}/rrd", "--state-dir", f"{directory}/state"])
    return code, capsys.readouterr().err


@pytest.mark.parametrize(("named", "name"), [((), "qmail-send"), (("--instance", "mx"), "mx")])
def test_logs_with_the_same_name_are_one(tmp_path, capsys, named, name):
    log = tmp_path / "log" / "qmail-send"
    log.parent.mkdir()
    first, second, third = whole(log)
    one = as_archived(tmp_path / "2025" / "qmail-send", first, second)
    two = as_archived(tmp_path / "2026" / "qmail-send", third)
    shutil.copytree(log, tmp_path / "other")
    given = ("--log", one, "--log", two, "--log", log, "--log", tmp_path / "other", *named)
    assert run(capsys, tmp_path, *given, "--hostname", HOST) == (0, "")
    assert sorted(path.name for path in (tmp_path / "rrd" / HOST).iterdir()) == sorted([f"qmail-{name}", "qmail-other"])
    assert len(list((tmp_path / "state").glob("*.sqlite"))) == 2


def test_what_is_no_directory_is_no_archive(tmp_path, capsys):
    log = tmp_path / "log" / "send"
    log.parent.mkdir()
    whole(log)
    (tmp_path / "send").touch()
    code, error = run(capsys, tmp_path, "--log", tmp_path / "send", "--log", log)
    assert code == 1
    assert error == f"sqmail-rrd: {tmp_path}/send: is no directory; of logs called send only the last may be none\n"
