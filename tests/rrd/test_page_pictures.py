"""Pictures of the page: where they are grey, how high they reach, what they say."""

import re
import time
from itertools import pairwise

import pytest

from rrd.shapes import SVG, Drawing
from rrd.statuses import Words
from rrd.trees import END, write
from sqmail_rrd.graphs import inventory, svg
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.layers import ThresholdLine
from sqmail_rrd.graphs.palette import LIGHT
from sqmail_rrd.graphs.percentiles import CLASSES
from sqmail_rrd.graphs.quantities import NOTHING
from sqmail_rrd.graphs.ranges import RANGES, TimeRange
from sqmail_rrd.graphs.readings import read
from sqmail_rrd.graphs.ticks import ticks
from sqmail_rrd.page.figures import figure
from sqmail_rrd.page.model import DrawnReading, HostGraphs, InstanceGraphs, Picture

DAY = 1440


def only(tree):
    ((source,),) = inventory.hosts(str(tree), pytest.fail).values()
    return source


def whole(tree):
    (found,) = inventory.fleet(inventory.hosts(str(tree), pytest.fail))
    return found


def picture(source, graph, span="hour", until=END, thresholds=()):
    time_range = span if isinstance(span, TimeRange) else RANGES[span]
    (reading,) = read(source, [GRAPHS[graph]], [time_range], until)
    return Drawing(svg.picture(source, reading, thresholds))


def said(source, graph, span="hour", until=END):
    """Return what stands below a picture, as a page."""
    (reading,) = read(source, [GRAPHS[graph]], [RANGES[span]], until)
    host, instance = HostGraphs(source.host, "hosts/any", ()), InstanceGraphs(source, {})
    return Words(figure(host, instance, DrawnReading(reading, Picture("any.svg", 1, 1)), ""))


def fill(hue):
    return f"fill:#{LIGHT.hue(hue)}"


def pale(hue):
    return f"{fill(hue)};fill-opacity"


def line(hue):
    return f"fill:none;stroke:#{LIGHT.hue(hue)};stroke-width:1.5"


GAP, PARTIAL = "fill:var(--gap)", "fill:var(--partial)"


def test_what_is_drawn_are_the_numbers(tmp_path):
    write(tmp_path, "send", {"messages": [*range(1, 61)], "lines": [1] * 60})
    drawn = picture(only(tmp_path), "messages")
    area = drawn.one(fill("sky"))
    assert [height for *_, height in area.parts] == pytest.approx(list(range(1, 61)), abs=0.3)
    minutes = [right - left for left, right, _ in area.parts]
    assert minutes == pytest.approx([drawn.width / 60] * 60, abs=0.11)
    assert (area.parts[0][0], area.parts[-1][1]) == (drawn.left, drawn.right)


def test_the_numbers_stand_below_the_picture(tmp_path):
    half = [*range(1, 31), *[None] * 30]
    write(tmp_path, "send", {"queue": half, "lines": [1] * 30 + [None] * 30})
    found = said(only(tmp_path), "queue")
    assert found.tables == [[["", "now", "average", "maximum"], ["in the queue (log)", NOTHING, "15.5", "30"]]]
    assert found.text.endswith("No values for 50 % of the time. ")
    assert [image["alt"] for image in found.images] == ["Queue length of mx1.example.org, send, last hour"]
    swatches = [some["class"] for tag, some in found.elements if tag == "span"]
    assert swatches == ["swatch area sky"]
    young = said(only(tmp_path), "queue", "day")
    assert young.text.endswith("First values 2026-07-19 23:00 UTC.")


def test_letters_grow_where_a_picture_shrinks(tmp_path):
    """A phone of 320 pixels shows 270 of a picture, wide screens 640: never less than 11 pixels."""
    write(tmp_path, "send", {"queue": [3] * 60, "lines": [1] * 60})
    root = picture(only(tmp_path), "queue").root
    own = float(root.get("viewBox").split()[2])
    style = root.find(f"{SVG}style").text
    plain = float(re.search(r"font:([0-9.]+)px", style)[1])
    steps = [(int(limit), float(size)) for limit, size in re.findall(r"max-width:([0-9]+)px\)\{text\{font-size:([0-9.]+)", style)]
    assert len(steps) == 3
    for width in range(270, 641):
        size = next((size for limit, size in sorted(steps) if width <= limit), plain)
        assert size * width / own >= 10.8, width


def test_a_gap_is_grey_from_top_to_bottom(tmp_path):
    values = [3] * 20 + [None] * 20 + [3] * 20
    write(tmp_path, "send", {"messages": values, "lines": values})
    drawn = picture(only(tmp_path), "messages")
    grey = drawn.one(GAP)
    # The value after a gap does not speak for the time before.
    assert grey.width == pytest.approx(drawn.width * 21 / 60, abs=0.3)
    assert grey.height > drawn.one(fill("sky")).height
    assert drawn.one(fill("sky")).width == pytest.approx(drawn.width * 39 / 60, abs=0.3)
    middle = drawn.at(0.5)
    assert drawn.one(fill("sky")).at(middle) is None
    assert grey.at(middle) is not None


def test_minutes_that_are_not_there_yet_are_not_grey(tmp_path):
    write(tmp_path, "send", {"messages": [3] * 60, "lines": [3] * 60})
    for late, grey in ((0, 0), (3, 0), (20, 20)):
        drawn = picture(only(tmp_path), "messages", until=END + 60 * late)
        assert sum(one.width for one in drawn.all(GAP)) == pytest.approx(drawn.width * grey / 60, abs=0.3), late


def test_a_sum_tells_who_is_not_there_from_who_was_never_there(tmp_path):
    write(tmp_path, "send", {"messages": [3] * 60, "lines": [1] * 60}, host="mx1")
    half = [3] * 30 + [None] * 30
    write(tmp_path, "send", {"messages": half, "lines": half}, host="mx2")
    drawn = picture(whole(tmp_path), "messages")
    assert drawn.one(PARTIAL).width == pytest.approx(drawn.width / 2, abs=0.3)
    assert drawn.one(GAP).width == 0
    heights = [round(drawn.one(fill("sky")).at(drawn.at(share)), 1) for share in (0.2, 0.8)]
    assert heights == pytest.approx([6, 3], abs=0.05)
    write(tmp_path, "send", {"messages": [3] * 10, "lines": [3] * 10}, host="mx2")
    drawn = picture(whole(tmp_path), "messages")
    assert drawn.one(PARTIAL).width == drawn.one(GAP).width == 0


def test_areas_stand_on_each_other(tmp_path):
    write(tmp_path, "smtpd", {
        "accept": [30] * 60, "deferred": [20] * 60, "reject": [10] * 60, "lines": [1] * 60,
    })  # fmt: skip
    drawn = picture(only(tmp_path), "records")
    hues = ("blue", "orange", "vermillion")
    assert [drawn.one(fill(hue)).height for hue in hues] == pytest.approx([30, 50, 60], abs=0.3)
    # What is painted first is behind.
    styles = [shape.style for shape in drawn.shapes]
    assert [styles.index(fill(hue)) for hue in hues] == [2, 1, 0]


def test_a_threshold_in_reach_is_drawn_and_one_far_above_is_told(tmp_path):
    write(tmp_path, "send", {"queue": [3] * 60, "lines": [1] * 60})
    lines = [
        ThresholdLine("queue", 5.5, "50 % of <quota>"),
        ThresholdLine("queue", 1000, "too long"),
        ThresholdLine("bytes", 1, "elsewhere"),
    ]
    drawn = picture(only(tmp_path), "queue", thresholds=lines)
    assert {"50 % of <quota> (5.5)", "too long (1000): far above this picture"} < set(drawn.texts)
    assert not any("elsewhere" in text for text in drawn.texts)
    rules = [one.get("class") for one in drawn.root if "dasharray:2,2" in one.get("style", "")]
    # One is in the plot, the other before its text.
    assert rules == [None, "rule"]
    assert drawn.one(fill("sky")).height == pytest.approx(3, abs=0.05)
    plain = picture(only(tmp_path), "queue")
    assert len(drawn.root) > len(plain.root)


def test_limits_are_dashed_lines(tmp_path):
    write(tmp_path, "send", {
        "local": [3] * 60, "local_limit": [10] * 60, "remote": [12] * 60, "remote_limit": [20] * 60,
        "lines": [1] * 60,
    })  # fmt: skip
    drawn = picture(only(tmp_path), "concurrency")
    assert drawn.one(line("vermillion")).height == pytest.approx(12, abs=0.1)
    limit = drawn.one(f"fill:none;stroke:#{LIGHT.hue('vermillion')};stroke-width:1;stroke-dasharray")
    assert limit.height == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize("span", RANGES)
def test_half_an_hour_of_a_long_queue_is_seen_at_its_height(tmp_path, span):
    minutes = [5] * DAY * 20
    # The newest pixel of a year, most of a day, is drawn when it is complete.
    end = {"hour": 20, "year": 2 * DAY}.get(span, 600)
    minutes[-end - 30 : -end] = [5000] * 30
    write(tmp_path, "send", {"queue": minutes, "lines": [1] * len(minutes)})
    drawn = picture(only(tmp_path), "queue", span)
    assert max(shape.height for shape in drawn.all(fill("sky"))) == pytest.approx(5000, rel=0.01)


@pytest.mark.parametrize(("graph", "metric", "hue"), [
    ("oldest", "oldest", "orange"), ("concurrency", "remote", "vermillion"), ("connections", "connections", "blue"),
    ("messages", "messages", "sky"), ("bytes", "bytes", "blue"), ("deliveries", "success_remote", "sky"),
    ("lines", "lines", "green"), ("records", "accept", "blue"),
])  # fmt: skip
def test_the_highest_minute_is_pale_above_the_average(tmp_path, graph, metric, hue):
    minutes = [1] * DAY * 20
    minutes[-DAY * 3 + 100] = 5000
    write(tmp_path, "any", {metric: minutes, **({} if metric == "lines" else {"lines": [1] * len(minutes)})})
    for span in ("week", "month", "year"):
        drawn = picture(only(tmp_path), graph, span)
        # An axis of seconds has minutes or hours.
        assert drawn.one(pale(hue)).height == pytest.approx(5000 if graph != "oldest" else 5000 / 60, rel=0.01)
        assert "Pale is the highest minute. " in said(only(tmp_path), graph, span).text
        solid = [shape for shape in drawn.shapes if shape.style in {fill(hue), line(hue)}]
        assert max(shape.height for shape in solid) < 5000 / 2


def test_the_slowest_delivery_is_pale_above_the_percentiles(tmp_path):
    """One of a hundred took an hour and a half, for ten minutes."""
    quick = 20 * DAY
    series = {name: [0] * quick for name in CLASSES}
    series |= {"delay_count_5s": [100] * quick, "delay_sum_5s": [200] * quick}
    begin = -3 * DAY + 500
    for name, value in (("delay_count_6h", 1), ("delay_sum_6h", 5400)):
        series[name][begin : begin + 10] = [value] * 10
    write(tmp_path, "send", {**series, "delay_p95": [2] * quick, "delay_p50": [2] * quick, "lines": [1] * quick})
    for span in ("week", "month", "year"):
        drawn = picture(only(tmp_path), "delay", span)
        assert drawn.one(pale("vermillion")).height == pytest.approx(90, rel=0.01)
        assert drawn.one(line("vermillion")).height < 1
        assert "Pale is the slowest delivery. " in said(only(tmp_path), "delay", span).text


def test_zeros_have_a_line_in_the_legend_and_no_shape(tmp_path):
    write(tmp_path, "send", {"messages": [3] * 60, "ended": [0] * 60, "lines": [1] * 60})
    drawn = picture(only(tmp_path), "messages")
    assert len(drawn.shapes) == 1
    assert said(only(tmp_path), "messages").tables == [
        [["", "now", "average", "maximum", "total"], ["queued", "3", "3", "3", "180"], ["finished", "0", "0", "0", "0"]]
    ]


def test_what_is_unknown_is_left_out(tmp_path):
    write(tmp_path, "send", {"messages": [None] * 50 + [2] * 10, "lines": [1] * 60})
    drawn = picture(only(tmp_path), "messages")
    assert drawn.one(fill("sky")).width == pytest.approx(drawn.width / 6, abs=1.2 * drawn.width / 60)
    # A total that was unknown before tells nothing of its first minute.
    assert said(only(tmp_path), "messages").tables[0][1] == ["queued", "2", "2", "2", "18"]


@pytest.mark.parametrize("name", ["a:b", "back\\slash\\", 'q"uote', "per%s%n", "<b>&amp;", "üñï", "x" * 120])
def test_names_mean_nothing_to_rrdtool_nor_to_svg(tmp_path, name):
    write(tmp_path, name, {"messages": [3] * 60, "lines": [1] * 60}, host=name)
    drawn = picture(only(tmp_path), "messages", thresholds=[ThresholdLine("messages", 2, name)])
    assert drawn.one(fill("sky")).width == pytest.approx(drawn.width, abs=0.1)
    assert f"{name} (2)" in drawn.texts
    assert {one.tag for one in drawn.root.iter()} == {f"{SVG}{tag}" for tag in ("svg", "style", "path", "text")}


def test_a_month_has_the_finest_rows_that_are_left_of_each_part(tmp_path):
    """Thirty-one days that ended eight hours ago: rrdtool alone draws all of them in rows of seven hours."""
    values = [10, 30] * (35 * DAY // 240)
    minutes = [value for value in values for _ in range(120)]
    write(tmp_path, "send", {"messages": minutes, "lines": [1] * len(minutes)})
    source = only(tmp_path)
    for ago, fine in ((0, 1), (8, 0.98), (10 * 24, 0.68), (34 * 24, 0)):
        month = TimeRange("2026-06", "a month", 31 * 86400)
        drawn = picture(source, "messages", month, until=END - ago * 3600)
        parts = drawn.one(fill("sky")).parts
        hours = drawn.width / 31 / 24
        detailed = sum(right - left for left, right, _ in parts if right - left < 3 * hours)
        known = sum(right - left for left, right, _ in parts)
        assert detailed / drawn.width == pytest.approx(fine, abs=0.07), ago
        assert known / drawn.width == pytest.approx(min(1, (35 - ago / 24) / 31), abs=0.02), ago
        # Two parts meet where one ends, and none is there twice.
        assert all(abs(a[1] - b[0]) < 0.2 for a, b in pairwise(parts)), ago
        mean = sum((right - left) * height for left, right, height in parts) / known
        assert mean == pytest.approx(20, rel=0.03), ago


@pytest.fixture
def zone(monkeypatch):
    yield lambda name: (monkeypatch.setenv("TZ", name), time.tzset())
    monkeypatch.undo()
    time.tzset()


def local(text):
    return int(time.mktime(time.strptime(text, "%Y-%m-%d %H:%M")))


def test_ticks_are_times_that_people_count_in(zone):
    zone("Europe/Berlin")
    end = local("2026-07-15 17:32")
    expected = {
        "hour": ["16:40", "16:50", "17:00", "17:10", "17:20", "17:30"],
        "day": ["20:00", "00:00", "04:00", "08:00", "12:00", "16:00"],
        "week": ["Thu 09", "Fri 10", "Sat 11", "Sun 12", "Mon 13", "Tue 14", "Wed 15"],
        "month": ["15 Jun", "22 Jun", "29 Jun", "06 Jul", "13 Jul"],
        "year": ["Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun"],
    }
    for name, texts in expected.items():
        start = end - RANGES[name].seconds
        lines, marks, labels = ticks(start, end)
        assert [text for _, text in labels] == texts, name
        assert all(start < moment < end for moment in (*lines, *marks)), name
        assert all(start <= moment <= end for moment, _ in labels), name
        assert set(lines) <= set(marks) or name == "month", name
    lines, _, _ = ticks(end - RANGES["year"].seconds, end)
    assert [time.localtime(moment)[2:6] for moment in lines] == [(1, 0, 0, 0)] * 12


def test_ticks_where_clocks_are_changed(zone):
    zone("Europe/Berlin")
    for day in ("2026-03-29", "2026-10-25"):
        start, end = local(f"{day} 00:00"), local(f"{day} 23:59")
        lines, _, labels = ticks(start, end)
        assert [time.strftime("%H:%M", time.localtime(moment)) for moment in lines] == [
            "04:00", "08:00", "12:00", "16:00", "20:00"
        ]  # fmt: skip
        assert labels[0] == (start, "00:00")
        week = local(f"{day} 12:00") + 3 * 86400
        lines, _, _ = ticks(week - 7 * 86400, week)
        assert len(lines) == 7
        assert {time.localtime(moment)[3:5] for moment in lines} == {(0, 0)}
