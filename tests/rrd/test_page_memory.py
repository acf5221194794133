"""Of many hosts no more is kept than the page of all hosts shows of each."""

import gc
import pickle
import re

import pytest

from rrd.trees import END, HOST, write
from sqmail_rrd.arithmetic.stored import Stored
from sqmail_rrd.graphs.inventory import RrdSet
from sqmail_rrd.graphs.readings import Numbers, Reading
from sqmail_rrd.page import write as pages
from sqmail_rrd.page.log import PageOptions
from sqmail_rrd.page.worst import Ranked, Ranking

SERIES = {
    "send": {"queue": [9] * 90, "lines": [3] * 90, "success_remote": [20] * 90, "deferral_remote": [1] * 90},
    "smtpd": {"accept": [5] * 90, "reject": [2] * 90},
}
HOSTS = 3
HEAVY = (Numbers, Reading, RrdSet, Stored)
HANDED_OVER = 3500
"""Bytes of a host: the numbers of a day in half hours, a few words and numbers; with the readings it is 3,900."""


@pytest.fixture
def root(tmp_path):
    """A tree of hosts that have the same files."""
    for instance, series in SERIES.items():
        write(tmp_path / "rrd", instance, series)
    for number in range(2, HOSTS + 1):
        (tmp_path / "rrd" / f"mx{number}.example.org").symlink_to(HOST)
    return str(tmp_path / "rrd")


def test_readings_are_dropped_when_a_host_was_drawn(tmp_path, root, monkeypatch):
    """Nothing of them hangs in cycles either, which would stay until somebody looks for them."""
    judged = pages.judged
    alive = []

    def counted(statuses, *others):
        alive.append([one for one in gc.get_objects() if isinstance(one, HEAVY)])
        assert len(statuses) == HOSTS
        return judged(statuses, *others)

    monkeypatch.setattr(pages, "judged", counted)
    gc.collect()
    gc.disable()
    try:
        for until in (END, END + 300):
            pages.write(root, tmp_path / "www", PageOptions(until), pytest.fail)
    finally:
        gc.enable()
    assert alive == [[], []]


def test_a_process_hands_over_little_of_a_host(tmp_path, root, monkeypatch):
    sizes = []
    add = pages._Fleet.add

    def added(fleet, drawn):
        sizes.append(len(pickle.dumps(drawn)))
        add(fleet, drawn)

    monkeypatch.setattr(pages._Fleet, "add", added)
    pages.write(root, tmp_path / "www", PageOptions(END), pytest.fail)
    assert len(sizes) == HOSTS
    assert max(sizes) < HANDED_OVER


def test_of_the_worst_only_those_are_kept_that_are_shown():
    ranking = Ranking()
    for number in (*range(10, 50), *range(10)):
        ranking.add([(0, Ranked(-number, f"mx{number}", "send", f"hosts/mx{number}", None))])
    assert list(map(len, ranking._worst)) == [6, 0, 0, 0]
    text = "".join(ranking.sections("all"))
    assert re.findall(r"mx\d+, send: \d+", text) == [f"mx{number}, send: {number}" for number in range(49, 43, -1)]
    assert "44 more with less." in text
