"""Hosts of which nothing but RRD files is there, and the small pictures of all."""

import math

import pytest

from rrd.statuses import cards, index
from rrd.test_page_files import small
from rrd.trees import END, HOST, write
from sqmail_rrd.graphs import inventory
from sqmail_rrd.status.day import POINTS, read, together
from sqmail_rrd.status.sparkline import HEIGHT, WIDTH, sparkline


@pytest.mark.parametrize(
    ("series", "state", "words"),
    [
        ({"queue": [1000] * 120}, "OK", ""),
        ({"queue": [1001] * 120}, "WARNING", "1001 messages in the queue"),
        ({"queue": [12000] * 120}, "CRITICAL", "12000 messages in the queue"),
        ({"oldest": [9 * 86400] * 120}, "WARNING", "the oldest message has waited for 9d"),
        ({"success_remote": [3] * 120, "failure_remote": [1] * 120}, "WARNING", "25 % of 240 remote attempts in the last hour failed"),
        ({"success_remote": [1] * 120, "deferral_remote": [4] * 120}, "CRITICAL", "80 % of 300 remote attempts in the last hour were deferred"),
        ({"success_remote": [0] * 119 + [1], "deferral_remote": [0] * 119 + [18]}, "OK", ""),
    ],
)
def test_by_the_defaults_of_the_checks(tmp_path, series, state, words):
    small(tmp_path / "rrd", **series)
    first = index(tmp_path, END)
    assert first.hosts[1][0] == state
    if words:
        (card,) = cards(first)
        assert words in card
        assert "Judged from its RRD files alone, which know no cause, as of 00:00." in card


def test_one_log_without_values_is_unknown(tmp_path):
    small(tmp_path / "rrd")
    write(tmp_path / "rrd", "smtpd", {"accept": [1] * 60, "lines": [1] * 60}, end=END - 1200)
    (card,) = cards(index(tmp_path, END))
    assert card.startswith(f"UNKNOWN {HOST} since 23:40 (20m)smtpd: no values since 23:40")


def test_the_last_day_in_half_hours(tmp_path):
    day = 1440
    counts = [0] * (day - 30) + [4] * 15 + [6] * 15
    queue = [None] * 60 + [3] * (day - 61) + [900]
    write(tmp_path / "rrd", "send", {"messages": counts, "queue": queue, "success_local": counts, "success_remote": counts, "lines": counts})
    write(tmp_path / "rrd", "smtpd", {"reject": [1] * day})
    write(tmp_path / "rrd", "submission", {"reject": [2] * day})
    (sets,) = inventory.hosts(str(tmp_path / "rrd"), print).values()
    found = read(sets, END)
    assert found["came in"] == pytest.approx([0] * (POINTS - 1) + [5])
    assert found["delivered"][-1] == pytest.approx(10)
    assert found["rejected"] == pytest.approx([3] * POINTS)
    assert math.isnan(found["in the queue"][0])
    assert found["in the queue"][2:] == pytest.approx([3] * (POINTS - 3) + [900])
    whole = together([found, found, {}])
    assert whole["in the queue"][-1] == pytest.approx(1800)
    assert math.isnan(whole["in the queue"][0])


def test_a_small_picture_has_gaps_and_stays_inside():
    picture = sparkline([math.nan, 1, 2, math.nan, 4], "blue", "queue")
    line = picture.partition('class="area"')[2].partition('d="')[2].partition('"')[0]
    assert line.count("M") == 2
    points = [tuple(map(float, point.split(","))) for point in line.replace("M", "").split(" ")]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert min(y for _, y in points) == pytest.approx(1)
    assert 'aria-label="queue"' in picture


def test_a_picture_of_nothing():
    assert "path" not in sparkline([math.nan] * 3, "blue", "queue")
