"""The numbers of legends and tables, read back from real RRD files."""

import math
from array import array

import pytest

from rrd.trees import END, HOST, path_of, reasons, write
from rrd_files.errors import RrdError
from sqmail_log.figures.delays import Delays
from sqmail_rrd.graphs import inventory
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.percentiles import CLASSES
from sqmail_rrd.graphs.ranges import RANGES, TimeRange
from sqmail_rrd.graphs.readings import read

DAY = 1440


def sources(tree):
    complaints = []
    found = inventory.hosts(str(tree), complaints.append)
    assert complaints == []
    return found


def source(tree, instance="send"):
    (found,) = [item for items in sources(tree).values() for item in items if item.instance == instance]
    return found


def numbers(source, graph, *spans, until=END):
    """Return {span: {label: (now, average, maximum, total)}} of a graph."""
    readings = read(source, [GRAPHS[graph]], [RANGES[name] for name in spans or RANGES], until)
    return {
        reading.time_range.name: {
            series.label: tuple(
                None if math.isnan(value) else round(value, 6)
                for value in (found.now, found.average, found.maximum, found.total)
            )
            for series, found in reading.rows
        }
        for reading in readings
    }


def test_counts_of_every_range_are_exact(tmp_path):
    # 40 days of silence, then 30 of one a minute and a peak in the last of the hour's minutes.
    values = [0] * 40 * DAY + [1] * 30 * DAY
    values[-3] = 601
    write(tmp_path, "send", {"success_local": values, "lines": values})
    found = numbers(source(tmp_path), "deliveries")
    assert {span: rows["success, local"] for span, rows in found.items()} == {
        "hour": (1, 11, 601, 660),
        "day": (1, round((DAY + 600) / DAY, 6), 601, DAY + 600),
        "week": (1, round((7 * DAY + 600) / (7 * DAY), 6), 601, 7 * DAY + 600),
        "month": (1, pytest.approx((30 * DAY + 600) / (31 * DAY), rel=2e-3), 601, 30 * DAY + 600),
        "year": (1, pytest.approx((30 * DAY + 600) / (70 * DAY), rel=2e-2), 601, 30 * DAY + 600),
    }


def test_a_day_that_ended_long_ago(tmp_path):
    write(tmp_path, "send", {"success_local": [1] * 20 * DAY, "lines": [1] * 20 * DAY})
    # Two days ago, minutes are gone: rows of eight minutes answer.
    found = numbers(source(tmp_path), "deliveries", "day", until=END - 2 * 86400)
    assert found["day"]["success, local"] == (1, 1, 1, DAY)


def test_states(tmp_path):
    write(
        tmp_path,
        "send",
        {"queue": [7] * 30 + [9] * 30, "oldest": [60 * n for n in range(60)], "lines": [1] * 60},
    )
    assert numbers(source(tmp_path), "queue", "hour") == {"hour": {"in the queue (log)": (9, 8, 9, None)}}
    assert numbers(source(tmp_path), "oldest", "hour") == {"hour": {"age": (3540, 1770, 3540, None)}}


def delays(*minutes):
    """Return the files of minutes with so many successes of one delay each: pairs of a number and seconds."""
    series = {"delay_p50": [], "delay_p95": [], **{name: [] for name in CLASSES}, "lines": [1] * len(minutes)}
    for number, seconds in minutes:
        taken = Delays()
        taken.add(array("q", [seconds * 10**9] * number))
        series["delay_p50"].append(taken.percentile(50))
        series["delay_p95"].append(taken.percentile(95))
        for name, count, together in taken.classes():
            series[f"delay_count_{name}"].append(count)
            series[f"delay_sum_{name}"].append(together)
    return series


QUIET = [(1, 3), *[(0, 0)] * 9]


@pytest.mark.parametrize("span", ["week", "month", "year"])
def test_delays_of_a_quiet_host_after_an_incident(tmp_path, span):
    days = {"week": 3, "month": 20, "year": 21}[span]
    minutes = QUIET * (21 * 144)
    minutes[-days * DAY : -days * DAY + 10] = [(500, 1800)] * 10
    write(tmp_path, "send", delays(*minutes))
    found = numbers(source(tmp_path), "delay", span)[span]
    # 5,000 of 8,000 deliveries, or more: what Delays.percentile says of them all.
    assert found["half within"] == (3, 1800, 1800, None)
    assert found["95 % within"] == (3, 1800, 1800, None)


@pytest.mark.parametrize("span", RANGES)
def test_percentiles_are_of_deliveries_not_of_minutes(tmp_path, span):
    # 90 quick ones a minute, 10 slow ones in every other: 5.3 % are slow.
    minutes = [(90, 1), (10, 7200)] * (15 * DAY)
    write(tmp_path, "send", delays(*minutes))
    found = numbers(source(tmp_path), "delay", span)[span]
    assert (found["half within"][1], found["95 % within"][1]) == pytest.approx((1, 7200))


def test_deliveries_that_took_no_time_count(tmp_path):
    write(tmp_path, "send", delays(*[(9, 0)] * 50, *[(5, 60)] * 10))
    found = numbers(source(tmp_path), "delay", "hour")["hour"]
    assert (found["half within"][1], found["95 % within"][1]) == (0, 60)


def test_delays_of_several_hosts_are_those_of_all_their_deliveries(tmp_path):
    write(tmp_path, "send", delays(*[(99, 1)] * 60), host="mx1")
    write(tmp_path, "send", delays(*[(1, 500)] * 60), host="mx2")
    (whole,) = inventory.fleet(sources(tmp_path))
    found = numbers(whole, "delay", "hour")["hour"]
    assert (found["half within"][1], found["95 % within"][1]) == (1, 1)


def test_delays_from_before_there_were_classes_are_still_shown(tmp_path):
    old, new = [40] * 300, delays(*[(2, 7)] * 60)
    write(tmp_path, "send", new)
    for name in ("delay_p50", "delay_p95", "lines"):
        write(tmp_path, "send", {name: old + new[name]})
    found = numbers(source(tmp_path), "delay", "hour", "day")
    assert found["hour"]["95 % within"] == (7, 7, 7, None)
    # Of all deliveries that are known by class, and the highest of all.
    assert found["day"]["95 % within"] == (7, 7, 40, None)


def test_delays_without_classes_are_those_of_minutes(tmp_path):
    write(tmp_path, "send", {"delay_p95": [4] * 30 + [8] * 30, "lines": [1] * 60})
    assert numbers(source(tmp_path), "delay", "hour") == {"hour": {"95 % within": (8, 6, 8, None)}}


def test_bytes_are_a_minute(tmp_path):
    write(tmp_path, "send", {"bytes": [6000] * 60, "lines": [1] * 60})
    assert numbers(source(tmp_path), "bytes", "hour") == {"hour": {"queued": (6000, 6000, 6000, 360_000)}}


def test_a_share_is_of_all_that_was_counted_not_of_minutes(tmp_path):
    # 1 of 1 in one minute, 0 of 3 in another: a quarter, not a half.
    write(tmp_path, "send", {
        "tls_out": [0] * 57 + [1, 0, 0],
        "success_remote": [0] * 57 + [1, 3, 0],
        "lines": [1] * 60,
    })  # fmt: skip
    assert numbers(source(tmp_path), "tls_share", "hour") == {"hour": {"remote successes": (0, 25, 100, None)}}


def test_series_of_several_metrics_add_up(tmp_path):
    write(tmp_path, "send", {"failure_unknown": [1] * 60, "deferral_unknown": [2] * 60, "lines": [1] * 60})
    assert numbers(source(tmp_path), "deliveries", "hour") == {"hour": {"start not in the log": (3, 3, 3, 180)}}


def test_the_most_frequent_reasons_and_all_the_others(tmp_path):
    names = reasons("rejects")
    series = {name: [0] * 60 for name in names}
    for weight, name in enumerate(names[:9], 1):
        series[name] = [weight] * 60
    write(tmp_path, "smtpd", {**series, "lines": [1] * 60})
    (reading,) = read(source(tmp_path, "smtpd"), [GRAPHS["rejects"]], [RANGES["hour"]], END)
    assert [shown.metrics for shown, _ in reading.rows[:6]] == [(name,) for name in names[8:2:-1]]
    assert [found.total for _, found in reading.rows] == pytest.approx([540, 480, 420, 360, 300, 240, 360])
    rest, found = reading.rows[6]
    assert (rest.label, rest.hue) == ("3 other reasons", "rest")
    assert (found.now, found.average, found.maximum) == pytest.approx((6, 6, 6))
    hues = [shown.hue for shown, _ in reading.rows]
    assert len(set(hues)) == 7


def test_a_reason_has_the_same_hue_in_every_picture(tmp_path):
    names = reasons("rejects")
    series = {}
    for number, name in enumerate(names):
        # Each day others are the most frequent.
        series[name] = [1 + 50 * ((day + number) % 20 < 6) for day in range(35) for _ in range(DAY)]
    write(tmp_path, "smtpd", {**dict(list(series.items())[:30]), "lines": [1] * 35 * DAY})
    hues = {}
    for until in (END, END - 10 * 86400):
        for reading in read(source(tmp_path, "smtpd"), [GRAPHS["rejects"]], RANGES.values(), until):
            shown = [row.hue for row, _ in reading.rows]
            assert len(set(shown)) == len(shown)
            for row, _ in reading.rows[:-1]:
                hues.setdefault(row.label, set()).add(row.hue)
    assert len(hues) > 12
    assert {label for label, some in hues.items() if len(some) > 1} == set()


def test_nothing_rejected_is_quiet(tmp_path):
    write(tmp_path, "smtpd", {name: [0] * 60 for name in (*reasons("rejects"), "lines")})
    (reading,) = read(source(tmp_path, "smtpd"), [GRAPHS["rejects"]], [RANGES["hour"]], END)
    assert reading.quiet
    assert [found.total for _, found in reading.rows] == [0]


def test_limits_alone_are_quiet(tmp_path):
    write(tmp_path, "send", {"local": [0] * 60, "local_limit": [10] * 60, "lines": [1] * 60})
    (reading,) = read(source(tmp_path), [GRAPHS["concurrency"]], [RANGES["hour"]], END)
    assert reading.quiet


def test_gaps_are_measured_and_count_in_no_average(tmp_path):
    values = [2] * 20 + [None] * 30 + [2] * 10
    write(tmp_path, "send", {"messages": values, "lines": values})
    # The value after a gap says nothing about the time before it.
    (reading,) = read(source(tmp_path), [GRAPHS["messages"]], [RANGES["hour"]], END)
    assert reading.missing == pytest.approx(31 / 60)
    assert numbers(source(tmp_path), "messages", "hour")["hour"]["queued"] == (2, 2, 2, 58)


def test_the_newest_minutes_are_no_gap_but_silence_is(tmp_path):
    write(tmp_path, "send", {"messages": [1] * 60, "lines": [1] * 60})
    for late, missing, now in ((0, 0, 1), (5, 0, 1), (10, 0, 1), (11, 11 / 60, None)):
        until = END + 60 * late
        (reading,) = read(source(tmp_path), [GRAPHS["messages"]], [RANGES["hour"]], until)
        assert reading.missing == pytest.approx(missing), late
        assert numbers(source(tmp_path), "messages", "hour", until=until)["hour"]["queued"][0] == now, late


def test_the_time_before_the_first_value_is_no_gap(tmp_path):
    write(tmp_path, "send", {"messages": [0] * 50 * DAY + [1] * 3 * DAY, "lines": [1] * 53 * DAY})
    readings = read(source(tmp_path), [GRAPHS["messages"]], RANGES.values(), END)
    assert [reading.missing for reading in readings] == pytest.approx([0] * 5, abs=1e-9)
    # As exact as rows of 7.3 hours.
    assert readings[0].begin == pytest.approx(END - 53 * 86400, abs=26340)
    assert readings[4].rows[0][1].average == pytest.approx(3 / 53, rel=0.02)


@pytest.mark.parametrize("minutes", [3, 50, 700, 5 * DAY, 20 * DAY])
def test_when_it_began(tmp_path, minutes):
    values = [2] * (minutes // 3) + [None] * (minutes // 3) + [2] * (minutes - minutes // 3 * 2)
    write(tmp_path, "send", {"messages": values, "lines": values})
    # Minutes are known for a day, then rows of 8 minutes for a week, of 37 for a month.
    exact = 0 if minutes < DAY else 480 if minutes < 7 * DAY else 2220
    assert source(tmp_path).begins == pytest.approx((END - 60 * minutes,), abs=exact)


def test_hosts_that_joined_later_were_not_missing_before(tmp_path):
    write(tmp_path, "send", {"lines": [1] * 60, "messages": [1] * 60}, host="mx1")
    write(tmp_path, "send", {"lines": [1] * 20, "messages": [1] * 20}, host="mx2")
    (whole,) = inventory.fleet(sources(tmp_path))
    assert whole.begins == (END - 3600, END - 1200)
    (reading,) = read(whole, [GRAPHS["messages"]], [RANGES["hour"]], END)
    assert (reading.missing, reading.begin) == (0, END - 3600)


def test_before_the_first_value_there_was_nothing(tmp_path):
    write(tmp_path, "send", {"messages": [1] * 60, "lines": [1] * 60})
    (reading,) = read(source(tmp_path), [GRAPHS["messages"]], [RANGES["hour"]], END - 7200)
    assert reading.quiet
    assert reading.missing == 1


def test_a_range_of_ones_own(tmp_path):
    write(tmp_path, "send", {"messages": [1] * 600, "lines": [1] * 600})
    (reading,) = read(source(tmp_path), [GRAPHS["messages"]], [TimeRange("own", "own", 90 * 60)], END)
    assert reading.rows[0][1].total == pytest.approx(90)


def test_hosts_are_added_up(tmp_path):
    common = {"lines": [1] * 60}
    write(tmp_path, "send", {"messages": [2] * 60, "oldest": [50] * 60, "queue": [3] * 60, **common}, host="mx1")
    write(tmp_path, "send", {"messages": [5] * 60, "oldest": [70] * 60, **common}, host="mx2")
    write(tmp_path, "smtpd", {"accept": [1] * 60, **common}, host="mx2")
    first, second = inventory.fleet(sources(tmp_path))
    assert (first.instance, second.instance) == ("send", "smtpd")
    assert numbers(first, "messages", "hour")["hour"]["queued"] == (7, 7, 7, 420)
    assert numbers(first, "queue", "hour")["hour"]["in the queue (log)"] == (3, 3, 3, None)
    assert numbers(first, "oldest", "hour")["hour"]["age"] == (70, 70, 70, None)
    assert numbers(second, "records", "hour")["hour"]["accepted"] == (1, 1, 1, 60)


def test_a_silent_host_takes_nothing_from_the_sum(tmp_path):
    write(tmp_path, "send", {"messages": [2] * 60, "lines": [1] * 60}, host="mx1")
    write(tmp_path, "send", {"messages": [5] * 30, "lines": [1] * 30}, host="mx2", end=END - 1800)
    (whole,) = inventory.fleet(sources(tmp_path))
    assert numbers(whole, "messages", "hour")["hour"]["queued"] == (2, 4.5, 7, 270)
    (reading,) = read(whole, [GRAPHS["messages"]], [RANGES["hour"]], END)
    assert reading.missing == 0


def test_only_what_is_there_is_read(tmp_path):
    write(tmp_path, "send", {"messages": [1] * 60})
    readings = read(source(tmp_path), GRAPHS.values(), [RANGES["hour"]], END)
    assert [(reading.graph.name, [series.label for series, _ in reading.rows]) for reading in readings] == [
        ("messages", ["queued"])
    ]


def test_send_logs_come_first_and_strange_names_are_ignored(tmp_path):
    for instance in ("zsend", "alpha"):
        metric = "messages" if instance == "zsend" else "accept"
        write(tmp_path, instance, {metric: [1] * 60})
    folder = tmp_path / HOST
    (folder / "qmail-alpha" / "total_events-reject_SNDR_<script>.rrd").write_bytes(b"no such metric")
    (folder / "qmail-").mkdir()
    (folder / "cpu-0").mkdir()
    (tmp_path / "file").write_bytes(b"")
    assert [(item.instance, list(item.files)) for item in sources(tmp_path)[HOST]] == [
        ("zsend", ["messages"]),
        ("alpha", ["accept"]),
    ]


@pytest.mark.parametrize("damage", ["empty", "half", "text"])
def test_a_damaged_file_is_left_out_and_told(tmp_path, damage):
    write(tmp_path, "send", {"messages": [1] * 60, "ended": [2] * 60, "lines": [1] * 60})
    path = path_of(tmp_path, HOST, "send", "ended")
    content = {"empty": b"", "half": path.read_bytes()[:70_000], "text": b"not an RRD\n" * 5000}[damage]
    path.write_bytes(content)
    complaints = []
    (found,) = inventory.hosts(str(tmp_path), complaints.append)[HOST]
    assert list(found.files) == ["messages", "lines"]
    assert len(complaints) == 1
    assert complaints[0].startswith("left out: ")
    assert str(path) in complaints[0]


def test_a_name_that_is_no_text_is_left_out_and_told(tmp_path):
    write(tmp_path, "send", {"messages": [1] * 60})
    (tmp_path / HOST / "qmail-send").rename(f"{tmp_path}/{HOST}/qmail-\udcff")
    complaints = []
    assert inventory.hosts(str(tmp_path), complaints.append) == {}
    assert complaints == [f"'{tmp_path}/{HOST}/qmail-\\udcff': left out, the name is not UTF-8"]


def test_no_tree(tmp_path):
    with pytest.raises(RrdError) as error:
        inventory.hosts(f"{tmp_path}/none", print)
    assert str(error.value) == (
        f"'{tmp_path}/none': No such file or directory; --rrd is the folder with a folder for each host"
    )
