"""Clocks that run ahead, jump and go back: nothing is stamped in the future, and the series goes on."""

import pytest

from plugin.daemon import Collectd, module, needs_collectd, needs_faketime
from plugin.logs import Log, line, queued
from plugin.trees import HOST, bring_up_to_date

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

# 2026-11-20 12:00 UTC
START = 29919600


def messages(directory):
    return directory / "rrd" / HOST / "qmail-send" / "total_events-messages.rrd"


def expected(first, last):
    return {minute: queued(minute) for minute in range(first, last + 1)}


def append(log, *lines):
    with (log.directory / "current").open("ab") as current:
        current.writelines(lines)


def test_a_stamp_from_the_future_does_not_block_the_series(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    append(log, line((START + 500_000) * 60, "new msg 1"))
    log.write(START + 10, START + 19)
    bring_up_to_date(tmp_path, START + 20, send=log.directory)
    assert series.last(messages(tmp_path)) == (START + 20) * 60
    log.write(START + 20, START + 39)
    bring_up_to_date(tmp_path, START + 40, send=log.directory)
    assert series.last(messages(tmp_path)) == (START + 40) * 60
    counts = series.counts(messages(tmp_path), START, START + 39)
    extra = {m: counts[m] - n for m, n in expected(START, START + 39).items() if counts[m] != n}
    assert list(extra.values()) == [1]


def test_a_log_half_a_minute_ahead(tmp_path):
    """s6-log's labels, read as multilog's, are 27 seconds ahead."""
    log = Log(tmp_path / "log")
    for minute in range(START, START + 20):
        # All of the minute is in the log when the clock has just reached its middle.
        log.write(minute, minute)
        bring_up_to_date(tmp_path, minute, send=log.directory)
        if minute > START:
            assert series.last(messages(tmp_path)) == minute * 60
    assert series.counts(messages(tmp_path), START, START + 18) == expected(START, START + 18)


@pytest.mark.parametrize("back", [1, 7, 300])
def test_a_clock_set_back_costs_no_message(tmp_path, back):
    log = Log(tmp_path / "log")
    log.write(START, START + 299)
    bring_up_to_date(tmp_path, START + 300, send=log.directory)
    written = sum(map(queued, range(START, START + 300)))
    for minute in range(START + 300 - back, START + 305):
        log.write(minute, minute)
        written += queued(minute)
        bring_up_to_date(tmp_path, minute + 1, send=log.directory)
    counts = series.counts(messages(tmp_path), START, START + 304)
    assert None not in counts.values()
    assert sum(counts.values()) == written
    assert counts | expected(START + 301, START + 304) == counts


def test_a_clock_that_jumps_ahead_leaves_a_gap_and_no_spike(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    bring_up_to_date(tmp_path, START + 10, send=log.directory)
    later = START + 20_000
    log.write(later, later + 9)
    bring_up_to_date(tmp_path, later + 10, send=log.directory)
    assert series.counts(messages(tmp_path), later, later + 9) == expected(later, later + 9)
    assert set(series.counts(messages(tmp_path), later - 300, later - 3).values()) == {None}


@needs_collectd
@needs_faketime
def test_collectd_gets_no_stamp_from_the_future(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 19)
    state = tmp_path / "state"
    with Collectd(tmp_path, module("send", log.directory, state), at=(START + 10) * 60 + 10) as daemon:
        daemon.until_handed_on(log.directory, state, START + 10)
        assert daemon.stop() == []
    path = daemon.rrd / "qmail-send" / "total_events-messages.rrd"
    assert series.last(path) <= (START + 10) * 60
    with Collectd(tmp_path, module("send", log.directory, state), at=(START + 20) * 60 + 10) as daemon:
        daemon.until_handed_on(log.directory, state, START + 20)
        daemon.until_stored("send", START + 20)
        assert daemon.stop() == []
    # What lies further ahead than clocks differ counts in the last minute that is not.
    counts = series.counts(path, START, START + 19)
    assert sum(counts.values()) == sum(map(queued, range(START, START + 20)))
    assert counts | expected(START, START + 14) == counts
