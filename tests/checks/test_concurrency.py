from itertools import count

import pytest

from sqmail_log import tai64n
from sqmail_log.figures import sums
from sqmail_log.watch import watch
from support import SAMPLES, check, write_log

NOW = 1795332000


def test_at_the_limit():
    assert check("concurrency", "--log", SAMPLES / "send", "--at", "2026-11-22T07:15") == (
        "QMAIL_CONCURRENCY OK - remote 20 of 20 (100 %), local 10 of 10 (100 %) in 15m "
        "| local=10;;;0;10 remote=20;;;0;20\n",
        0,
    )


def test_below_the_limit():
    assert check("concurrency", "--log", SAMPLES / "pop3d", "--at", "2026-11-22T07:00") == (
        "QMAIL_CONCURRENCY OK - connections 6 of 40 (15 %) in 15m | connections=6;;;0;40\n",
        0,
    )


def test_critical_of_connections_names_the_network():
    output, code = check("concurrency", "--log", SAMPLES / "smtpd", "--at", "2026-11-22T07:04", "-c", "99")
    assert (output, code) == (
        "QMAIL_CONCURRENCY CRITICAL - connections 12 of 12 (100 %), 2149 connections from 127.0.0.0/24 in 15m "
        "| connections=12;;11.88;0;12\n",
        2,
    )


@pytest.mark.parametrize(
    ("given", "figures", "code"),
    [
        (("-w", "80", "-c", "95"), "local=10;8;9.5;0;10 remote=20;16;19;0;20", 2),
        (("-w", "~:80", "-c", "100"), "local=10;~:8;10;0;10 remote=20;~:16;20;0;20", 1),
        (("-w", "@50:100"), "local=10;@5:10;;0;10 remote=20;@10:20;;0;20", 1),
        (("-c", "33.333:"), "local=10;;3.333:;0;10 remote=20;;6.667:;0;20", 0),
    ],
)
def test_thresholds_are_told_in_the_unit_of_the_figures(given, figures, code):
    output, status = check("concurrency", "--log", SAMPLES / "send", "--at", "2026-11-22T07:15", *given)
    assert (output.partition(" | ")[2], status) == (f"{figures}\n", code)


def test_verbose_lists_ten_networks(tmp_path):
    networks = [network for network in range(11) for _ in range(11 - network)]
    lines = [(NOW - 120 + n, f"tcpserver: pid {n} from 192.0.{network}.7") for n, network in enumerate(networks)]
    log = write_log(tmp_path / "smtpd", [(NOW - 121, "tcpserver: status: 1/40"), *lines])
    rows = check("concurrency", "--log", log, "--at", NOW, "-v")[0].splitlines()[1:-1]
    assert rows == [f"{11 - n} connections from 192.0.{n}.0/24" for n in range(10)]


def test_several_logs_show_the_nearest_to_its_limit():
    logs = ("--log", SAMPLES / "pop3d", "--log", SAMPLES / "smtpd", "--log", SAMPLES / "send")
    output, _ = check("concurrency", *logs, "--at", "2026-11-22T07:15", "--window", "1d")
    assert output.endswith("| connections=12;;;0;12 local=10;;;0;10 remote=20;;;0;20\n")


def test_without_a_line_in_the_window_the_last_status_holds(tmp_path):
    log = write_log(
        tmp_path / "send",
        [(NOW - 7300, "status: local 9/10 remote 0/20"), (NOW - 7200, "status: local 1/10 remote 0/20")],
    )
    assert check("concurrency", "--log", log, "--at", NOW) == (
        "QMAIL_CONCURRENCY OK - local 1 of 10 (10 %), remote 0 of 20 (0 %) in 15m | local=1;;;0;10 remote=0;;;0;20\n",
        0,
    )


def test_no_status_at_all(tmp_path):
    log = write_log(tmp_path / "send", [(NOW - 7200, "new msg 5")])
    assert check("concurrency", "--log", log, "--at", NOW) == (
        "QMAIL_CONCURRENCY OK - no delivery and no connection in 15m\n",
        0,
    )


def test_a_week_without_a_status_line_is_not_gone_through(tmp_path, monkeypatch):
    """What an idle check costs must not depend on what is remembered."""
    texts = ("qmail-smtpd: pid 5 Accept::RCPT::Recipients_Cdb P:ESMTP S:192.0.2.7:x", "connections_now says nothing")
    lines = [(NOW - 3600 * hour, text) for hour in range(160, 0, -1) for text in texts]
    log = write_log(tmp_path / "smtpd", [(NOW - 3600 * 165, "tcpserver: status: 3/40"), *lines])
    view = watch(str(log), str(tmp_path / "state"), history=None, now=NOW * tai64n.SECOND)
    loaded = []
    load = sums.Sums.load
    monkeypatch.setattr(sums.Sums, "load", lambda text: loaded.append(text) or load(text))
    assert view.latest("connections_limit") == 40
    assert view.latest("connections_now") == 3
    assert view.latest("local_now") is None
    assert loaded == []


HANGS = {
    "remote": "see what hangs (ps, ss): remote hosts that do not answer, the resolver, the network",
    "local": "see what hangs (ps): a program in a .qmail file, a lock, the file system of the mailboxes",
}
SLOW = "is that slow for all? else raise control/concurrencyremote, where the machine bears it"


@pytest.mark.parametrize(
    ("channel", "once", "each_minute", "queue", "told"),
    [
        ("remote", 0, 0, 29, f"none has ended meanwhile, the oldest for 6m to d1.example: {HANGS['remote']}"),
        ("local", 0, 0, 29, f"none has ended meanwhile, the oldest for 6m to u**@d1.example: {HANGS['local']}"),
        ("remote", 1, 0, 28, f"only 1 has ended meanwhile, the oldest for 6m to d2.example: {HANGS['remote']}"),
        ("remote", 1, 3, 10, f"a delivery takes about 112s: {SLOW}"),
        ("remote", 0, -3, 29, "a delivery takes about 120s, none of 15 succeeded: retries fill the slots; see why they fail: sqmail-report deferrals"),
    ],
)
def test_what_holds_all_slots_is_told(tmp_path, channel, once, each_minute, queue, told):
    """Of a log that has just begun nobody knows yet how long a delivery takes: that none ends is told."""
    lines, running, deliveries = [], [], count(1)

    def take(minute, number, *, starts=True):
        at = NOW - 60 * (7 - minute) + 10
        lines.append((at, f"new msg {number}"))
        lines.append((at, f"info msg {number}: bytes 5 from <a@b.example> qp 1 uid 7"))
        if starts:
            delivery = next(deliveries)
            running.append((delivery, number))
            lines.append((at + 2, f"starting delivery {delivery}: msg {number} to {channel} u{number}@d{number}.example"))
            used = {"local": 0, "remote": 0, channel: len(running)}
            lines.append((at + 2, f"status: local {used['local']}/5 remote {used['remote']}/5"))

    def end(minute):
        delivery, number = running.pop(0)
        at = NOW - 60 * (7 - minute) + 11
        if each_minute < 0:
            lines.append((at, f"delivery {delivery}: deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/"))
            return
        lines.append((at, f"delivery {delivery}: success: 192.0.2.9_accepted_message./"))
        lines.append((at, f"end msg {number}"))

    for number in range(1, 6):
        take(0, number)
    for _ in range(once):
        end(0)
    for minute in range(1, 7):
        for each in range(4):
            if each < abs(each_minute):
                end(minute)
            take(minute, 10 * minute + each, starts=len(running) < 5)
    output, code = check("concurrency", "--log", write_log(tmp_path / "send", lines), "--at", NOW)
    assert (output.partition(" | ")[0], code) == (
        f"QMAIL_CONCURRENCY WARNING - {channel} 5 of 5 for 6m, {queue} messages in the queue; {told}",
        1,
    )


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--full-warning", "10m"), 0),
        (("--full-warning", "2m"), 1),
        (("--full-warning", "2m", "--full-critical", "5m"), 2),
    ],
)
@pytest.mark.parametrize(
    ("program", "status"),
    [("send", "status: local 0/10 remote 5/5"), ("smtpd", "tcpserver: status: 5/5")],
)
def test_how_long_it_may_be_full_can_be_fixed(tmp_path, program, status, options, code):
    """Connections count from the fourth minute on; deliveries only where mail waits, but for limits that were given."""
    lines = [(NOW - 60 * minute, status) for minute in range(7, 0, -1)]
    if program == "send":
        for number in range(5 * 8):
            at = NOW - 60 * (7 - number // 5) + number % 5
            lines.append((at, f"new msg {number}"))
            lines.append((at + 1, f"starting delivery {number}: msg {number} to remote u@d{number}.example"))
            lines.append((at + 2, f"delivery {number}: success: 192.0.2.9_accepted_message./"))
            lines.append((at + 3, f"end msg {number}"))
        code = code if options else 0
    log = write_log(tmp_path / program, sorted(lines, key=lambda line: line[0]))
    assert check("concurrency", "--log", log, "--at", NOW + 30, *options)[1] == code
