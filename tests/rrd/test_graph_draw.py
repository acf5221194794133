"""Pictures that rrdtool draws: what is grey, what is dashed, in which colours."""

import pytest

from rrd.png import pixels
from rrd.trees import END, write
from sqmail_rrd.graphs import drawing, inventory
from sqmail_rrd.graphs.axis import axis
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.drawing import Size, draw
from sqmail_rrd.graphs.layers import ThresholdLine
from sqmail_rrd.graphs.palette import DARK, LIGHT
from sqmail_rrd.graphs.percentiles import CLASSES
from sqmail_rrd.graphs.ranges import RANGES
from sqmail_rrd.graphs.readings import read

WIDTH = Size().width


def picture(source, graph, span="hour", theme=LIGHT, until=END, thresholds=(), **options):
    (reading,) = read(source, [GRAPHS[graph]], [RANGES[span]], until)
    return draw(source, reading, theme, thresholds=thresholds, **options)


def only(tree):
    ((source,),) = inventory.hosts(str(tree), pytest.fail).values()
    return source


def widest(rows, colour):
    """Return the greatest number of pixels of a colour in one row."""
    return max(row.count(colour) for row in rows)


def height_of(rows, colour):
    return sum(colour in row for row in rows)


def test_a_gap_is_grey_from_top_to_bottom(tmp_path):
    values = [3] * 20 + [None] * 20 + [3] * 20
    write(tmp_path, "send", {"messages": values, "lines": values})
    rows = pixels(picture(only(tmp_path), "messages"))
    # 21 of 60 minutes: the value after a gap does not speak for the time before.
    assert widest(rows, LIGHT.gap) == pytest.approx(WIDTH * 21 / 60, abs=5)
    assert height_of(rows, LIGHT.gap) > Size().height * 0.9
    assert widest(rows, LIGHT.hue("sky")) == pytest.approx(WIDTH * 39 / 60, abs=5)


def test_minutes_that_are_not_there_yet_are_not_grey(tmp_path):
    write(tmp_path, "send", {"messages": [3] * 60, "lines": [3] * 60})
    for late, grey in ((0, 0), (3, 0), (20, WIDTH * 20 / 60)):
        rows = pixels(picture(only(tmp_path), "messages", until=END + 60 * late))
        assert widest(rows, LIGHT.gap) == pytest.approx(grey, abs=4), late


def test_the_time_before_the_first_value_is_not_grey(tmp_path):
    write(tmp_path, "send", {"messages": [3] * 30, "lines": [3] * 30}, host="mx1")
    write(tmp_path, "send", {"messages": [3] * 10, "lines": [3] * 10}, host="mx2")
    (whole,) = inventory.fleet(inventory.hosts(str(tmp_path), pytest.fail))
    rows = pixels(picture(whole, "messages"))
    assert widest(rows, LIGHT.gap) == widest(rows, LIGHT.partial) == 0
    assert widest(rows, LIGHT.hue("sky")) == pytest.approx(WIDTH / 2, abs=5)


def test_a_host_missing_in_a_sum_is_pale_grey(tmp_path):
    write(tmp_path, "send", {"messages": [3] * 60, "lines": [1] * 60}, host="mx1")
    half = [3] * 30 + [None] * 30
    write(tmp_path, "send", {"messages": half, "lines": half}, host="mx2")
    (whole,) = inventory.fleet(inventory.hosts(str(tmp_path), pytest.fail))
    rows = pixels(picture(whole, "messages"))
    assert widest(rows, LIGHT.partial) == pytest.approx(WIDTH / 2, abs=5)
    assert widest(rows, LIGHT.gap) == 0


def test_areas_stand_on_each_other(tmp_path):
    write(tmp_path, "smtpd", {
        "accept": [30] * 60, "deferred": [20] * 60, "reject": [10] * 60, "lines": [1] * 60,
    })  # fmt: skip
    rows = pixels(picture(only(tmp_path), "records"))
    column = [row[WIDTH // 2 + 40] for row in rows]
    hues = [LIGHT.hue(name) for name in ("vermillion", "orange", "blue")]
    assert list(dict.fromkeys(colour for colour in column if colour in hues)) == hues
    heights = [column.count(hue) for hue in hues]
    assert heights[1] == pytest.approx(2 * heights[0], abs=3)
    assert heights[2] == pytest.approx(3 * heights[0], abs=3)


def test_a_threshold_in_reach_is_dashed_within_the_picture_and_named(tmp_path):
    write(tmp_path, "send", {"queue": [3] * 60, "lines": [1] * 60})
    plain = pixels(picture(only(tmp_path), "queue"))
    line = ThresholdLine("queue", 5.5, r"50 % of C:\quota")
    other = ThresholdLine("bytes", 1, "elsewhere")
    rows = pixels(picture(only(tmp_path), "queue", thresholds=[other, line]))
    assert WIDTH * 0.2 < widest(rows, LIGHT.hue("ink")) < WIDTH * 0.7
    assert len(rows) > len(plain)
    # The axis reaches to the threshold.
    sky = LIGHT.hue("sky")
    assert height_of(rows, sky) == pytest.approx(height_of(plain, sky) * 3 / 5.5, abs=6)


def test_a_threshold_far_above_is_named_and_flattens_nothing(tmp_path):
    write(tmp_path, "send", {"queue": [3] * 60, "lines": [1] * 60})
    plain = pixels(picture(only(tmp_path), "queue"))
    rows = pixels(picture(only(tmp_path), "queue", thresholds=[ThresholdLine("queue", 1000, "too long")]))
    assert widest(rows, LIGHT.hue("ink")) < 20
    assert len(rows) > len(plain)
    # One more is the swatch of the legend.
    assert height_of(rows, LIGHT.hue("sky")) == height_of(plain, LIGHT.hue("sky"))


def test_limits_are_dashed_lines(tmp_path):
    write(tmp_path, "send", {
        "local": [3] * 60, "local_limit": [10] * 60, "remote": [12] * 60, "remote_limit": [20] * 60,
        "lines": [1] * 60,
    })  # fmt: skip
    rows = pixels(picture(only(tmp_path), "concurrency"))
    # Of the solid line, the grid's dots take half of the pixels.
    limit, line = (row.count(LIGHT.hue("vermillion")) for row in rows if row.count(LIGHT.hue("vermillion")) > 30)
    assert WIDTH * 0.15 < limit < WIDTH * 0.25
    assert line > WIDTH * 0.45


def channels(colour):
    return [int(colour[at : at + 2], 16) for at in (0, 2, 4)]


def column_of(rows, *colours):
    """Return how many pixels of the plot have one of these colours, in the column with most."""
    near = {
        shown: any(max(abs(a - b) for a, b in zip(channels(shown), channels(one), strict=True)) < 3 for one in colours)
        for shown in {colour for row in rows for colour in row}
    }
    plot = rows[: Size().height + 40]
    return max(sum(near[row[index]] for row in plot) for index in range(90, len(rows[0])))


def pale(hue):
    """Return the colour of the highest minutes on the light canvas."""
    share = 0x90 / 255
    mixed = (share * own + (1 - share) * back for own, back in zip(channels(LIGHT.hue(hue)), channels(LIGHT.canvas), strict=True))
    return "".join(f"{round(part):02X}" for part in mixed)


@pytest.mark.parametrize("span", RANGES)
def test_half_an_hour_of_a_long_queue_is_seen_at_its_height(tmp_path, span):
    minutes = [5] * 1440 * 20
    # The newest pixel of a year, most of a day, is drawn when it is complete.
    end = {"hour": 20, "year": 2 * 1440}.get(span, 600)
    minutes[-end - 30 : -end] = [5000] * 30
    write(tmp_path, "send", {"queue": minutes, "lines": [1] * len(minutes)})
    rows = pixels(picture(only(tmp_path), "queue", span))
    assert column_of(rows, LIGHT.hue("sky"), pale("sky")) > 0.7 * Size().height


@pytest.mark.parametrize(("graph", "metric", "hue"), [
    ("oldest", "oldest", "orange"), ("concurrency", "remote", "vermillion"), ("connections", "connections", "blue"),
    ("messages", "messages", "sky"), ("bytes", "bytes", "blue"), ("deliveries", "success_remote", "sky"),
    ("lines", "lines", "green"), ("records", "accept", "blue"),
])  # fmt: skip
@pytest.mark.parametrize("span", ["week", "month", "year"])
def test_the_highest_minute_is_pale_above_the_average(tmp_path, span, graph, metric, hue):
    minutes = [1] * 1440 * 20
    minutes[-1440 * 3 + 100] = 5000
    write(tmp_path, "any", {metric: minutes, **({} if metric == "lines" else {"lines": [1] * len(minutes)})})
    rows = pixels(picture(only(tmp_path), graph, span))
    assert column_of(rows, pale(hue)) > 0.5 * Size().height


def test_dark_and_light_differ_in_nothing_but_colours(tmp_path):
    write(tmp_path, "send", {"messages": [3] * 60, "lines": [1] * 60})
    light, dark = (pixels(picture(only(tmp_path), "messages", theme=theme)) for theme in (LIGHT, DARK))
    assert (light[0][0], dark[0][0]) == (LIGHT.back, DARK.back)
    assert (len(light), len(light[0])) == (len(dark), len(dark[0]))
    assert widest(light, LIGHT.hue("sky")) == widest(dark, DARK.hue("sky"))


def test_rare_series_have_no_line_in_the_legend_while_zero(tmp_path):
    series = {"ok": [3] * 60, "deny": [0] * 60, "lines": [1] * 60}
    write(tmp_path, "smtpd", series)
    short = pixels(picture(only(tmp_path), "sessions"))
    write(tmp_path, "smtpd", {"crashed": [0] * 60})
    assert len(pixels(picture(only(tmp_path), "sessions"))) == len(short)
    write(tmp_path, "smtpd", {"crashed": [0] * 59 + [1]})
    assert len(pixels(picture(only(tmp_path), "sessions"))) > len(short)


@pytest.mark.parametrize(
    "name", ["a:b", "back\\slash\\", 'q"uote', "per%s%n", "<b>", "üñï", "\x1b[31m\nred", "x" * 120]
)
def test_names_mean_nothing_to_rrdtool(tmp_path, name):
    write(tmp_path, name, {"messages": [3] * 60, "lines": [1] * 60}, host=name)
    source = only(tmp_path)
    threshold = ThresholdLine("messages", 2, name)
    assert widest(pixels(picture(source, "messages", thresholds=[threshold])), LIGHT.hue("sky")) > WIDTH * 0.9


@pytest.mark.parametrize("format_", ["SVG", "PDF"])
def test_other_formats(tmp_path, format_):
    write(tmp_path, "send", {"messages": [3] * 60, "lines": [1] * 60})
    image = picture(only(tmp_path), "messages", format_=format_)
    assert image.startswith({"SVG": b"<?xml", "PDF": b"%PDF"}[format_])


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("span", RANGES)
def test_every_graph_of_every_range_is_drawn(tmp_path, graph, span):
    metrics = {name for series in GRAPHS[graph].series for name in series.sources}
    write(tmp_path, "any", {name: [1] * 120 for name in (*metrics, "lines")})
    (reading,) = read(only(tmp_path), [GRAPHS[graph]], [RANGES[span]], END)
    assert not reading.quiet
    assert len(reading.rows) == (GRAPHS[graph].top + 1 if GRAPHS[graph].top else len(GRAPHS[graph].series))
    image = draw(only(tmp_path), reading, LIGHT)
    assert image.startswith(b"\x89PNG")


@pytest.mark.parametrize("span", ["week", "month", "year"])
def test_the_slowest_delivery_is_pale_above_the_percentiles(tmp_path, span):
    """One of a hundred took an hour and a half, for ten minutes."""
    quick, slow = 20 * 1440, 10
    series = {name: [0] * quick for name in CLASSES}
    series |= {"delay_count_5s": [100] * quick, "delay_sum_5s": [200] * quick}
    begin = -3 * 1440 + 500
    for name, value in (("delay_count_6h", 1), ("delay_sum_6h", 5400)):
        series[name] = series[name].copy()
        series[name][begin : begin + slow] = [value] * slow
    write(tmp_path, "send", {**series, "delay_p95": [2] * quick, "delay_p50": [2] * quick, "lines": [1] * quick})
    rows = pixels(picture(only(tmp_path), "delay", span))
    assert column_of(rows, pale("vermillion")) > 0.7 * Size().height
    assert column_of(rows, LIGHT.hue("vermillion"), LIGHT.hue("blue")) < 10


def test_the_unit_is_that_of_what_is_drawn(tmp_path, monkeypatch):
    # A pixel of a day is three and a half minutes: one minute of six hours is less than two hours there.
    minutes = [60] * 1440
    minutes[700] = 21600
    write(tmp_path, "send", {"oldest": minutes, "lines": [1] * 1440})
    drawn = []
    monkeypatch.setattr(drawing, "axis", lambda *given: drawn.append(axis(*given)) or drawn[-1])
    picture(only(tmp_path), "oldest", "day")
    picture(only(tmp_path), "oldest", "week", until=END)
    assert [one.unit for one in drawn] == ["min", "h"]
    assert drawn[0].top * 60 == pytest.approx(1.05 * (21600 + 2 * 60) / 3, rel=0.5)
    assert drawn[1].top * 3600 == pytest.approx(1.05 * 21600)


def test_an_axis_reaches_to_areas_on_each_other(tmp_path, monkeypatch):
    write(tmp_path, "any", {"accept": [30] * 60, "deferred": [20] * 60, "reject": [10] * 60, "lines": [1] * 60})
    drawn = []
    monkeypatch.setattr(drawing, "axis", lambda *given: drawn.append(axis(*given)) or drawn[-1])
    picture(only(tmp_path), "records")
    assert drawn[0].top == pytest.approx(1.05 * 60)
