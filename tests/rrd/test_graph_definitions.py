"""The graphs draw what the table of metrics has, in colours that can be told apart."""

import math
import re
from itertools import combinations
from pathlib import Path

import pytest

from sqmail_log.figures.metrics import METRICS, PEAK
from sqmail_rrd.graphs.catalogue import AREA, EXTRAS, GRAPHS, LIMIT, LINE
from sqmail_rrd.graphs.expressions import AVERAGE, MAX, drawn, shows_peaks
from sqmail_rrd.graphs.palette import DARK, HUES, INK, LIGHT, REST
from sqmail_rrd.graphs.quantities import COUNT, PERCENT, SECONDS
from sqmail_rrd.graphs.ranges import RANGES

DOCS = Path(__file__).parents[2] / "docs"


def test_every_metric_with_a_graph_is_drawn_there():
    missing = [
        metric.name
        for metric in METRICS.values()
        if metric.graph
        and metric.name not in {name for series in GRAPHS[metric.graph].series for name in series.sources}
    ]
    assert missing == []


def test_every_graph_draws_metrics_that_exist():
    unknown = {
        name
        for graph in GRAPHS.values()
        for series in graph.series
        for name in series.sources
        if name not in METRICS and name not in EXTRAS
    }
    assert unknown == set()


def test_graphs_add_up_only_what_has_their_quantity():
    wrong = [
        (graph.name, name)
        for graph in GRAPHS.values()
        for series in graph.series
        for name in series.metrics
        if name in METRICS
        and METRICS[name].unit
        != {COUNT: "events", PERCENT: "events", SECONDS: "seconds"}.get(graph.quantity, METRICS[name].unit)
    ]
    assert wrong == []


def test_names_fit_file_names_and_the_command_line():
    assert [name for name in GRAPHS if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_series_of_a_graph_differ(graph):
    assert len({series.label for series in graph.series}) == len(graph.series)
    assert {series.style for series in graph.series} <= {AREA, LINE, LIMIT}
    looks = [(series.hue, series.style) for series in graph.series]
    assert len(set(looks)) == len(looks)
    if not graph.top:
        assert {series.hue for series in graph.series} <= {*HUES, INK, REST}
        # A line and an area of one hue would hide each other.
        hues = [series.hue for series in graph.series if series.style != LIMIT]
        assert len(set(hues)) == len(hues)


def test_every_reason_has_a_colour_of_its_own_that_is_seen_in_both_schemes():
    for graph in (GRAPHS["rejects"], GRAPHS["accepts"]):
        colours = [LIGHT.hue(series.hue) for series in graph.series]
        assert len(set(colours)) == len(colours)
        assert colours == [DARK.hue(series.hue) for series in graph.series]
        for theme in (LIGHT, DARK):
            assert min(contrast(colour, theme.canvas) for colour in colours) > 2.1


@pytest.mark.parametrize("graph", ["rejects", "accepts"])
def test_common_reasons_have_colours_that_differ_at_a_glance(graph):
    commonest = [series for series in GRAPHS[graph].series if series.hue in HUES]
    assert sorted(series.hue for series in commonest) == sorted(HUES)


def test_limits_are_drawn_at_their_height_and_all_else_as_averages():
    functions = {
        series.metrics[0]: drawn(series) for graph in GRAPHS.values() for series in graph.series if not series.over
    }
    assert {name for name, function in functions.items() if function == MAX} == {
        "local_limit",
        "remote_limit",
        "connections_limit",
    }
    assert functions["queue"] == AVERAGE


def test_peaks_are_drawn_from_the_week_on_and_those_of_minutes_in_a_day():
    shown = {
        name: {graph.name for graph in GRAPHS.values() if shows_peaks(graph, time_range.seconds)}
        for name, time_range in RANGES.items()
    }
    assert shown["hour"] == set()
    assert shown["day"] == {"concurrency", "connections"}
    assert shown["week"] == shown["month"] == shown["year"]
    assert shown["week"] >= {"queue", "oldest", "delay", "concurrency", "deliveries", "messages", "bytes", "records"}
    of_minutes = {metric.graph for metric in METRICS.values() if metric.merge == PEAK and metric.graph}
    assert shown["day"] == of_minutes


def test_the_documentation_names_every_graph():
    text = (DOCS / "graphs.md").read_text()
    assert [name for name in GRAPHS if f"`{name}`" not in text] == []


def channels(colour):
    return [int(colour[index : index + 2], 16) / 255 for index in (0, 2, 4)]


def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def luminance(colour):
    red, green, blue = map(linear, channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
VISION = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039),
    ),
}  # fmt: skip


def lab(colour, vision):
    light = [linear(channel) for channel in channels(colour)]
    seen = [max(0.0, min(1.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in VISION[vision]]
    xyz = (
        (0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.9505,
        0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2],
        (0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.089,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_hues_of_a_graph_can_be_told_apart(theme, vision):
    pairs = {
        tuple(sorted((one.hue, other.hue)))
        for graph in GRAPHS.values()
        if not graph.top
        for one, other in combinations(graph.series, 2)
        if one.hue != other.hue
    }
    pairs |= set(combinations(sorted((*HUES, REST)), 2))
    seen = {hue: lab(theme.hue(hue), vision) for hue in theme.hues}
    close = {pair for pair in pairs if math.dist(seen[pair[0]], seen[pair[1]]) < 10}
    # 10 is a difference that is seen at a glance.
    assert close == set()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_and_areas_be_seen(theme):
    assert contrast(theme.font, theme.back) >= 7
    assert contrast(theme.faint, theme.back) >= 4.5
    assert {hue for hue in theme.hues if contrast(theme.hue(hue), theme.canvas) < 2.2} == set()
    assert contrast(theme.gap, theme.canvas) > 1.5
