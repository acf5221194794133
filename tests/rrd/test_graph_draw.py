"""Pictures that rrdtool draws: what is grey, what is dashed, in which colours."""

import pytest

from rrd.png import pixels
from rrd.trees import END, write
from sqmail_rrd.graphs import inventory
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.drawing import Size, ThresholdLine, draw
from sqmail_rrd.graphs.palette import DARK, LIGHT
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


def test_a_threshold_is_dashed_within_the_picture_and_named(tmp_path):
    write(tmp_path, "send", {"queue": [3] * 60, "lines": [1] * 60})
    plain = pixels(picture(only(tmp_path), "queue"))
    line = ThresholdLine("queue", 1000, r"50 % of C:\quota")
    other = ThresholdLine("bytes", 1, "elsewhere")
    rows = pixels(picture(only(tmp_path), "queue", thresholds=[other, line]))
    assert WIDTH * 0.2 < widest(rows, LIGHT.hue("ink")) < WIDTH * 0.7
    assert len(rows) > len(plain)
    # The axis reaches to the threshold: three messages are next to nothing.
    assert height_of(rows, LIGHT.hue("sky")) < 0.3 * height_of(plain, LIGHT.hue("sky"))


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


def test_a_peak_keeps_its_height_in_a_year(tmp_path):
    day = [1] * 1440
    day[700] = 20
    minutes = day + [1] * 1440 * 20
    write(
        tmp_path,
        "smtpd",
        {"connections": minutes, "connections_limit": [20] * len(minutes), "lines": minutes},
    )
    rows = pixels(picture(only(tmp_path), "connections", "year"))
    blue = LIGHT.hue("blue")
    line = next(index for index, row in enumerate(rows) if row.count(blue) > 3)
    assert any(rows[line + step].count(blue) for step in (-1, 0, 1))
    (reading,) = read(only(tmp_path), [GRAPHS["connections"]], [RANGES["year"]], END)
    assert reading.rows[0][1].maximum == 20


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
    metrics = {name for series in GRAPHS[graph].series for name in (*series.metrics, *series.over)}
    write(tmp_path, "any", {name: [1] * 120 for name in (*metrics, "lines")})
    (reading,) = read(only(tmp_path), [GRAPHS[graph]], [RANGES[span]], END)
    assert not reading.quiet
    assert len(reading.rows) == (GRAPHS[graph].top + 1 if GRAPHS[graph].top else len(GRAPHS[graph].series))
    image = draw(only(tmp_path), reading, LIGHT)
    assert image.startswith(b"\x89PNG")
