"""What a run of `sqmail-rrd page` reads and draws, and what it keeps of the runs before."""

import json
import os
from collections import Counter
from itertools import pairwise

import pytest

from rrd.pages import Page, crawl
from rrd.trees import END, HOST, path_of, reasons, rrdtool, write
from rrd_files import values
from sqmail_rrd.graphs import inventory
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.ranges import RANGES
from sqmail_rrd.graphs.readings import read
from sqmail_rrd.page import kept
from sqmail_rrd.page import write as pages
from sqmail_rrd.page.log import PageOptions
from sqmail_rrd.page.schedule import RUN, Schedule

FOLDER = f"hosts/{HOST}"


def page(tree, out, until=END, **options):
    """Run in this process; return how many hosts and pages there are."""
    told = []
    written = pages.write(str(tree), out, PageOptions(until, **options), told.append)
    assert told == []
    return written


def tree(base, minutes=120, **more):
    reason, *others = reasons("rejects")
    write(base / "rrd", "send", {"messages": [2] * minutes, "queue": [5] * minutes, "lines": [9] * minutes, **more})
    write(base / "rrd", "smtpd", {
        "accept": [3] * minutes, "reject": [1] * minutes, reason: [1] * minutes,
        **{name: [0] * minutes for name in others[:8]}, "lines": [4] * minutes,
    })  # fmt: skip
    return base / "rrd"


def go_on(root, minutes=5, **counted):
    """Bring new minutes into all files; of those named, so many a minute are counted."""
    for path in root.rglob("*.rrd"):
        last = rrdtool.lastupdate(str(path))
        second, value = int(last["date"].timestamp()), last["ds"]["value"]
        metric = path.stem.partition("-")[2]
        step = counted.get(metric, 0)
        rrdtool.update(str(path), *(f"{second + 60 * n}:{value + step * n:.0f}" for n in range(1, minutes + 1)))


class Calls:
    """Counts what is read of files, by length of the time in seconds."""

    def __init__(self, monkeypatch):
        self.spans = Counter()
        self.files = Counter()
        self._read = values.read
        monkeypatch.setattr(values, "read", self._counting)

    def _counting(self, path, function, wanted):
        self.spans.update(rows.end - rows.start for rows in wanted)
        self.files[path] += 1
        return self._read(path, function, wanted)


def moments(out, graph="send.queue", folder=FOLDER):
    return {name: int((out / folder / f"{graph}.{name}.svg").stat().st_mtime) - END for name in RANGES}


@pytest.mark.parametrize("number", [1, 6, 301, 1206])
def test_each_range_of_each_log_is_due_once_in_its_period_and_the_runs_share_them(number):
    for time_range in RANGES.values():
        period = Schedule(0, number).period(time_range)
        if not period:
            continue
        assert period >= time_range.redraw
        runs = range(END, END + 3 * period, RUN)
        drawn = dict.fromkeys(range(number), END)
        times = {place: [] for place in drawn}
        most = 0
        for until in runs:
            due = [p for p in drawn if Schedule(p, number).due(time_range, drawn[p], until, changed=True)]
            for place in due:
                assert until == Schedule(place, number).next(time_range, drawn[place])
                drawn[place] = until
                times[place].append(until)
            most = max(most, len(due))
        assert all(len(some) in {2, 3} for some in times.values())
        assert {b - a for some in times.values() for a, b in pairwise(some)} == {period}
        assert most <= -(-number // (period // RUN))


def test_hour_and_day_of_a_few_hosts_are_drawn_in_every_run():
    assert [name for name, one in RANGES.items() if not Schedule(0, 50).period(one)] == ["hour", "day"]
    assert [Schedule(0, 306).period(one) for one in RANGES.values()] == [900, 2100, 2100, 7200, 43200]


def test_without_new_values_a_picture_waits_until_it_would_look_different():
    schedule = Schedule(0, 1)
    for time_range in RANGES.values():
        moved = time_range.seconds // 24
        assert not schedule.due(time_range, END, END + moved - 1, changed=False)
        later = max(schedule.next(time_range, END), END + moved)
        assert schedule.due(time_range, END, later, changed=False)
    assert schedule.due(RANGES["day"], END, END + RUN, changed=True)
    # A clock that was set back.
    assert schedule.due(RANGES["year"], END, END - 60, changed=False)


def test_months_take_turns():
    for number in (1, 5, 12, 40, 300):
        runs = -(-number // 12)
        turns = Counter()
        for run in range(runs * 12):
            more = {place: Schedule(place, number).months(END + run * RUN) for place in range(number)}
            assert sum(more.values()) == 12
            turns.update(more)
        assert min(turns.values()) >= 12 * runs * 12 // number - 12


def test_what_is_kept_equals_what_is_read(tmp_path):
    root = tree(tmp_path, success_local=[1] * 50 + [None] * 20 + [2] * 50)
    for name in reasons("rejects")[10:20]:
        write(root, "smtpd", {name: [0, 1, 0, 2] * 30})
    page(root, tmp_path / "www")
    for rrds in inventory.hosts(str(root), print)[HOST]:
        found = kept.load(tmp_path / "www" / FOLDER, rrds.instance)
        assert found.ranges.keys() == RANGES.keys()
        fresh = read(rrds, GRAPHS.values(), RANGES.values(), END)
        # NaN is no NaN's equal, its text is.
        assert [repr(one.reading) for some in found.ranges.values() for one in some.graphs.values()] == list(map(repr, fresh))
        labels = [series.label for reading in fresh for series, _ in reading.rows]
        assert ("5 other reasons" in labels) == (rrds.instance == "smtpd")


def test_a_run_without_anything_due_changes_no_file(tmp_path, monkeypatch):
    root = tree(tmp_path)
    out = tmp_path / "www"
    before = page(root, out)
    inodes = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    calls = Calls(monkeypatch)
    # Hour and day are due in every run; they have not changed.
    assert page(root, out, until=END + 60) == before
    changed = {str(path.relative_to(out)) for path, inode in inodes.items() if path.stat().st_ino != inode}
    # The last values' age is told there.
    assert changed <= {"index.html"}
    # A host's numbers of the last hour are read in every run, and how far its files reach back.
    hour = sum(number for span, number in calls.spans.items() if span <= 3600)
    assert 0 < hour < 20
    assert {path.rpartition("-")[2] for path in calls.files} <= {
        "messages.rrd", "queue.rrd", "lines.rrd", "accept.rrd", "reject.rrd",
    }  # fmt: skip


def test_only_what_is_due_is_read_and_drawn(tmp_path, monkeypatch):
    root = tree(tmp_path)
    out = tmp_path / "www"
    page(root, out)
    assert moments(out) == dict.fromkeys(RANGES, 0)
    go_on(root)
    calls = Calls(monkeypatch)
    page(root, out, until=END + RUN)
    assert moments(out) == {"hour": RUN, "day": RUN, "week": 0, "month": 0, "year": 0}
    # How far each of two logs reaches back is asked of one file for each archive, and nothing else of long ranges.
    assert {number for span, number in calls.spans.items() if span > RANGES["day"].seconds} == {2}
    whole = crawl(out)
    queue = whole[out / FOLDER / "send.queue.html"]
    assert [len(table) for table in queue.tables] == [2] * 5
    assert "Drawn 2026-07-20 00:00 UTC, next 2026-07-20 00:30 UTC." in queue.text
    assert "Up to 2026-07-20 00:05 UTC." in queue.text
    go_on(root, minutes=115)
    page(root, out, until=END + 7200)
    assert moments(out) == {"hour": 7200, "day": 7200, "week": 7200, "month": 7200, "year": 0}


def test_a_reason_that_never_occurred_is_read_when_it_was_counted(tmp_path, monkeypatch):
    root = tree(tmp_path)
    out = tmp_path / "www"
    page(root, out)
    never = reasons("rejects")[3]
    go_on(root)
    calls = Calls(monkeypatch)
    page(root, out, until=END + RUN)
    assert calls.files[str(path_of(root, HOST, "smtpd", reasons("rejects")[0]))] > 0
    assert calls.files[str(path_of(root, HOST, "smtpd", never))] == 0
    go_on(root, **{never: 3})
    page(root, out, until=END + 2 * RUN)
    assert calls.files[str(path_of(root, HOST, "smtpd", never))] > 0
    day = Page(out / FOLDER / "smtpd.rejects.html").tables[1]
    assert [row[-1] for row in day[1:]] == ["120", "15"]


def test_a_new_graph_has_all_its_ranges(tmp_path):
    root = tree(tmp_path)
    out = tmp_path / "www"
    page(root, out)
    write(root, "send", {"oldest": [60] * 10})
    page(root, out, until=END)
    assert moments(out, "send.oldest") == dict.fromkeys(RANGES, 0)


def test_a_picture_that_is_gone_comes_back(tmp_path):
    root = tree(tmp_path)
    out = tmp_path / "www"
    page(root, out)
    gone = out / FOLDER / "send.queue.year.svg"
    before = gone.read_bytes()
    gone.unlink()
    (out / FOLDER / "send.messages.html").unlink()
    (out / FOLDER / "index.html").unlink()
    page(root, out)
    assert gone.read_bytes() == before
    crawl(out)


def test_other_settings_draw_all_anew(tmp_path):
    root = tree(tmp_path)
    out = tmp_path / "www"
    page(root, out)
    page(root, out, until=END + RUN, anew=True)
    assert moments(out) == dict.fromkeys(RANGES, RUN)


_KEPT = f"{FOLDER}/.send.kept"


def _changed(found, *keys, value):
    inner = found
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return json.dumps(found)


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda _: "",
        lambda _: "[]",
        lambda _: "[" * 100_000,
        lambda _: "\0" * 1000,
        lambda found: json.dumps(found)[:-20],
        lambda found: _changed(found, "ranges", value=7),
        lambda found: _changed(found, "ranges", "year", "until", value=10**30),
        lambda found: _changed(found, "ranges", "year", "newest", value="x"),
        lambda found: _changed(found, "ranges", "year", "zero", value=[]),
        lambda found: _changed(found, "ranges", "year", "graphs", value=None),
        lambda found: _changed(found, "ranges", "year", "graphs", "queue", "rows", 0, 3, value=float("inf")),
        lambda found: _changed(found, "ranges", "year", "graphs", "queue", "rows", 0, value=[99, [], 1, 1, 1, 1]),
        lambda found: _changed(found, "ranges", "year", "graphs", "queue", "picture", value=[1]),
        lambda found: _changed(found, "ranges", "year", "graphs", "queue", "begin", value=-1),
    ],
)
def test_what_somebody_else_left_there_is_read_anew(tmp_path, spoilt):
    root = tree(tmp_path)
    out = tmp_path / "www"
    page(root, out)
    before = {path.name: path.read_bytes() for path in (out / FOLDER).iterdir()}
    (out / _KEPT).write_text(spoilt(json.loads(before[".send.kept"])))
    page(root, out)
    assert {path.name: path.read_bytes() for path in (out / FOLDER).iterdir()} == before


def test_nothing_is_kept_through_a_link(tmp_path):
    root = tree(tmp_path)
    out = tmp_path / "www"
    (out / FOLDER).mkdir(parents=True)
    (tmp_path / "victim").write_text("precious")
    (out / _KEPT).symlink_to(tmp_path / "victim")
    page(root, out)
    assert (tmp_path / "victim").read_text() == "precious"
    assert not (out / _KEPT).is_symlink()
    os.mkfifo(out / FOLDER / "fifo")
    (out / FOLDER / "fifo").rename(out / _KEPT)
    page(root, out)
    assert (out / _KEPT).is_file()


def test_silence_is_told_on_pages_that_are_not_due(tmp_path):
    root = tree(tmp_path)
    out = tmp_path / "www"
    page(root, out)
    for until, told in ((END + 900, False), (END + 1200, True)):
        page(root, out, until=until)
        for name, words in (("index", "no values since 00:00"), ("send.queue", "No values since 2026-07-20 00:00 UTC")):
            assert (words in Page(out / FOLDER / f"{name}.html").text) is told
