"""First run of the real collectd on logs of real programs: every minute's sum is the ground truth."""

import calendar
import csv
import math
import time
from collections import Counter

import pytest

from plugin.daemon import SAMPLES, Collectd, module, needs_collectd, needs_faketime
from sqmail_log.figures.metrics import DELAY_CLASSES, METRICS, SUM
from sqmail_log.series import metrics_of
from sqmail_log.watch import watch
from support import TRUTH

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

pytestmark = [needs_collectd, needs_faketime]

LOGS = ("send", "smtpd", "smtpsub", "smtpd6", "pop3d", "pop3stls")
FIRST = calendar.timegm(time.strptime("2026-11-22 06:50", "%Y-%m-%d %H:%M")) // 60
NOW = FIRST + 45
# Columns of the tables and the metrics that they count together.  (ssl_tls is not among them: it counts
# lines, also those of sessions without TLS, which the metric leaves out.)
SEND = {
    "new": ["messages"],
    "info_bytes": ["bytes"],
    "start_local": ["starts_local"],
    "start_remote": ["starts_remote"],
    "success": ["success_local", "success_remote", "success_unknown"],
    "failure": ["failure_local", "failure_remote", "failure_unknown"],
    "deferral": ["deferral_local", "deferral_remote", "deferral_unknown"],
    "bounce": ["bounces"],
    "triple_double": ["double_bounces", "triple_bounces"],
    "end": ["ended"],
    "warning": ["warnings"],
    "alert": ["alerts"],
}
SESSIONS = {
    "ok": ["ok"],
    "deny": ["deny"],
    "Accept": ["accept"],
    "Reject": ["reject"],
    "greetdelay": ["greetdelay"],
    "rbl_451_553": ["rbl_451", "rbl_553"],
    "error_warning_fatal": ["errors", "warnings", "fatal"],
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A directory in which collectd has run on all samples, with its default of five write threads."""
    directory = tmp_path_factory.mktemp("truth")
    modules = "\n".join(module(name, SAMPLES / name, directory / "state") for name in LOGS)
    daemon = Collectd(directory, modules, at=NOW * 60 + 10)
    with daemon:
        for name in LOGS:
            daemon.until_handed_on(SAMPLES / name, directory / "state", NOW)
            daemon.until_stored(name, NOW)
        assert daemon.stop() == []
    return daemon


def rrd(daemon, log, name):
    return daemon.rrd / f"qmail-{log}" / f"{METRICS[name].type}-{name}.rrd"


def truth(table, log=None):
    """Yield the minutes of a table: the minute's number and the columns' values."""
    with (TRUTH / table).open() as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if log is None or row["dir"] == log:
                stamp = time.strptime(row["minute_utc"], "%Y-%m-%d %H:%M")
                yield calendar.timegm(stamp) // 60, row


def expected(table, columns, log=None):
    wanted = {column: dict.fromkeys(range(FIRST, NOW), 0) for column in columns}
    for minute, row in truth(table, log):
        for column in columns:
            wanted[column][minute] = int(row[column])
    return wanted


def found(daemon, log, columns):
    first = min(number for number, _ in truth_minutes(log))
    added = {}
    for column, names in columns.items():
        parts = [series.counts(rrd(daemon, log, name), first, NOW - 1) for name in names]
        added[column] = dict.fromkeys(range(FIRST, first), 0) | {
            minute: sum(part[minute] for part in parts) for minute in range(first, NOW)
        }
    return added


def truth_minutes(log):
    return list(truth("per-minute-send.tsv") if log == "send" else truth("per-minute-smtpd-pop3d.tsv", log))


def test_send(collected):
    assert found(collected, "send", SEND) == expected("per-minute-send.tsv", SEND)


@pytest.mark.parametrize("log", LOGS[1:])
def test_sessions(collected, log):
    assert found(collected, log, SESSIONS) == expected("per-minute-smtpd-pop3d.tsv", SESSIONS, log)


@pytest.mark.parametrize("log", LOGS)
def test_every_series_is_there_and_none_other(collected, log):
    view = watch(str(SAMPLES / log), str(collected.directory / "state"))
    names = {f"{metric.type}-{metric.name}.rrd" for metric in metrics_of(view.kinds)}
    assert {path.name for path in (collected.rrd / f"qmail-{log}").iterdir()} == names


@pytest.mark.parametrize("log", LOGS)
def test_no_minute_of_any_count_is_lost(collected, tmp_path, log):
    view = watch(str(SAMPLES / log), str(tmp_path), history=None)
    sums = dict(view.minutes(FIRST, NOW))
    for metric in metrics_of(view.kinds):
        if metric.merge == SUM:
            counted = {m: sums[m].numbers.get(metric.name, 0) if m in sums else 0 for m in range(min(sums), NOW)}
            assert series.counts(rrd(collected, log, metric.name), min(sums), NOW - 1) == counted, metric.name


def test_every_delay_is_in_a_class(collected, tmp_path):
    view = watch(str(SAMPLES / "send"), str(tmp_path), history=None)
    sums = dict(view.minutes(FIRST, NOW))
    first = min(sums)
    # Whole milliseconds, as they are counted in a busy minute.
    delays = {minute: Counter(delay // 1_000_000 for delay in found.delays.exact) for minute, found in sums.items()}
    for minute, found in sums.items():
        delays[minute].update(found.delays.counts)
    assert sum(map(Counter.total, delays.values())) > 2000
    below = -math.inf
    for longest, name in DELAY_CLASSES:
        counted = series.minutes(rrd(collected, "send", f"delay_count_{name}"), first, NOW - 1)
        together = series.minutes(rrd(collected, "send", f"delay_sum_{name}"), first, NOW - 1)
        for minute in range(first, NOW):
            wanted = {ms: count for ms, count in delays.get(minute, {}).items() if below < ms / 1000 <= longest}
            assert counted[minute] == sum(wanted.values())
            assert together[minute] == pytest.approx(sum(ms * count for ms, count in wanted.items()) / 1000)
        below = longest
