"""What the person who was called is told, in a screenful."""

import importlib
import json
import os
import shlex
import subprocess
import sys

import pytest

from judge.hosts import ACCEPT, START, WELL, Host, Sessions
from sqmail_judge.finding import Finding, span
from sqmail_log import ingest, tai64n
from sqmail_log.figures.metrics import METRICS
from sqmail_report import cli
from sqmail_report.doctor import examination, more, trends
from sqmail_report.doctor import text as words
from support import SOURCES, write_log

DNS = "deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/"
LISTED = "deferral: Connected_to_192.0.2.33_but_greeting_failed./Remote_host_said:_554_5.7.1_blocked_using_zen.spamhaus.org/"


def doctor(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "sqmail_report.cli", "doctor", *map(str, arguments)],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": SOURCES, "COLUMNS": "100", "TZ": "America/Denver"},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout, done.returncode


def at(minute):
    return ("--at", START + 60 * (minute + 1))


@pytest.fixture
def well(tmp_path):
    host = Host(tmp_path)
    return host.send, host.smtpd


def written(tmp_path, send, sessions):
    for writer in (send, sessions):
        writer.lines.sort(key=lambda line: line[0])
    return ("--log", write_log(tmp_path / "send", send.lines), "--log", write_log(tmp_path / "smtpd", sessions.lines))


def test_nothing_is_wrong(tmp_path, well):
    assert doctor(*written(tmp_path, *well), *at(59), "--width", 200) == (
        "2026-11-22 08:20:00 UTC  2 logs, OK\n"
        f"Newest lines: {tmp_path}/send 55s, {tmp_path}/smtpd 56s ago\n"
        "Nothing is wrong.\n"
        "\n"
        "Queue: 0 messages\n",
        0,
    )


def listed(well):
    send, sessions = well
    for minute in range(60, 72):
        sessions.visit(minute, ACCEPT)
        send.deliver(minute, f"remote u@d{minute}.example", LISTED)
    return send, sessions


def test_the_cause_whose_it_is_and_the_next_step(tmp_path, well):
    text, code = doctor(*written(tmp_path, *listed(well)), *at(71), "--width", 100)
    assert code == 2
    head, ages, _ = text.partition("Newest lines: ")
    ages = ages + text[len(head) + len(ages) :].partition("1 thing")[0]
    assert " ".join(ages.split()) == f"Newest lines: {tmp_path}/send 56s, {tmp_path}/smtpd 56s ago"
    assert text == (
        "2026-11-22 08:32:00 UTC  2 logs, CRITICAL\n"
        f"{ages}"
        "1 thing is wrong\n"
        "\n"
        "1. CRITICAL  no remote delivery has succeeded for 11m, all 12 attempts were deferred: our address is\n"
        "             on a block list (Spamhaus) (12 of 12)\n"
        f"   log      {tmp_path}/send\n"
        "   since    08:21 UTC (11m)\n"
        "   trend    steady: 5 failures and deferrals in 5m, 5 in the 5m before\n"
        "   trouble  ours, retries can succeed once it is mended\n"
        "   next     Look up our sending IP address at Spamhaus (https://check.spamhaus.org/): the answers\n"
        "            name it.\n"
        "            Stop what caused it before asking anybody: a stolen account (change its password, stop\n"
        "            its sessions), a form on a web server, a forwarding of spam. Its messages in the queue:\n"
        "            qmail-qread, then remove them with qmail-send stopped.\n"
        "            Ask the list to take us off, once, at its own page (below); most entries end by\n"
        "            themselves once nothing new comes.\n"
        "   page     https://check.spamhaus.org/\n"
        f"   more     sqmail-report deferrals --log {tmp_path}/send --since 2026-11-22T07:32:00Z --until 2026-11-22T08:32:01Z\n"
        "\n"
        "Queue: 12 messages, oldest 11m, 0 a quarter of an hour ago\n"
        "\n"
        "  by destination  total    <5m   <30m    <2h    <8h    <1d    <3d  older\n"
        "  d60.example         1      .      1      .      .      .      .      .\n"
        "  d61.example         1      .      1      .      .      .      .      .\n"
        "  d62.example         1      .      1      .      .      .      .      .\n"
        "  d63.example         1      .      1      .      .      .      .      .\n"
        "  d64.example         1      .      1      .      .      .      .      .\n"
        "  d65.example         1      .      1      .      .      .      .      .\n"
        "  d66.example         1      .      1      .      .      .      .      .\n"
        "  d67.example         1      1      .      .      .      .      .      .\n"
        "  4 others            4      4      .      .      .      .      .      .\n"
        "\n"
        "  by sender         total    <5m   <30m    <2h    <8h    <1d    <3d  older\n"
        "  a**@test.example     12      5      7      .      .      .      .      .\n"
        "\n"
        f"  more: sqmail-report pending --log {tmp_path}/send --until 2026-11-22T08:32:01Z\n"
        "\n"
        "Deferrals in each quarter of the last hour\n"
        "  d60.example      0      0      0      1  steady\n"
        "  d61.example      0      0      0      1  steady\n"
        "  d62.example      0      0      0      1  steady\n"
        "  d63.example      0      0      0      1  steady\n"
        "  d64.example      0      0      0      1  steady\n"
        f"  more: sqmail-report deferrals --verbatim --log {tmp_path}/send --since 2026-11-22T07:32:00Z --until 2026-11-22T08:32:01Z\n"
    )


def test_json(tmp_path, well):
    text, code = doctor(*written(tmp_path, *listed(well)), *at(71), "--format", "json")
    found = json.loads(text)
    (finding,) = found["findings"]
    assert code == 2
    assert (found["state"], found["time"], found["queue"]) == (
        "CRITICAL", "2026-11-22 08:32:00 UTC", {"messages": 12, "before": 0, "oldest_seconds": 718},
    )  # fmt: skip
    assert (found["host"], found["when"]) == (os.uname().nodename, START + 72 * 60)
    assert [(log["log"], log["age_seconds"], log["behind_bytes"]) for log in found["read"]] == [
        (f"{tmp_path}/send", 56, 0), (f"{tmp_path}/smtpd", 56, 0),
    ]  # fmt: skip
    assert (finding["since"], finding["minutes"], finding["next"]) == (START + 61 * 60, 11, "")
    assert finding["step"] == finding["steps"][0]
    assert {name: finding[name] for name in ("kind", "count", "cause", "named", "trouble")} == {
        "kind": "no-remote", "count": 12, "cause": "our address is on a block list", "named": "Spamhaus", "trouble": "ours",
    }  # fmt: skip
    assert found["causes"]["hour"] == found["causes"]["day"] == [
        {
            "result": "deferral", "cause": "our address is on a block list", "named": "Spamhaus", "count": 12,
            "destinations": [{"name": f"d{minute}.example", "count": 1} for minute in (60, 61, 62)],
        }
    ]  # fmt: skip
    assert found["changes"] == {"hour": [], "day": []}


def test_a_warning_is_one(tmp_path, well):
    send, sessions = well
    for minute in range(60, 65):
        sessions.visit(minute, ACCEPT)
        for number in range(3):
            send.deliver(minute, f"remote u@d{minute}{number}.example", DNS)
    text, code = doctor(*written(tmp_path, send, sessions), *at(64))
    assert code == 1
    assert "1. WARNING no remote delivery has succeeded for 4m, all 15 attempts were deferred: DNS lookup failed" in " ".join(text.split())


def test_what_cannot_be_read_is_told_and_no_all_clear(tmp_path, well):
    logs = written(tmp_path, *well)
    text, code = doctor(*logs, "--log", tmp_path / "nowhere", "--queue", tmp_path / "spool", *at(59))
    assert code == 1
    assert "Nothing is wrong" not in text
    assert f"Not known: {tmp_path}/nowhere: no such" in text
    assert f"{tmp_path}/spool/mess: no such folder" in text.replace("\n           ", " ")


def test_the_spool_is_told(tmp_path, well):
    for folder in ("mess/0", "todo"):
        (tmp_path / "queue" / folder).mkdir(parents=True)
    text, _ = doctor(*written(tmp_path, *well), "--queue", tmp_path / "queue", *at(59))
    assert f"Spool {tmp_path}/queue: 0 messages, 0 not taken up, " in text


def test_who_fails_where_nobody_can_log_in_is_no_guesser(tmp_path, well):
    """Its advice would be to block the network of our users; where others guess elsewhere it is told."""
    send, sessions = well
    fails, guessed = "Reject::AUTH::PLAIN", Sessions()
    for minute in WELL:
        guessed.visit(minute, "Accept::AUTH::PLAIN")
    for minute in range(60, 72):
        sessions.visit(minute, ACCEPT)
        send.deliver(minute)
        for _ in range(10):
            guessed.visit(minute, fails)
    logs = written(tmp_path, send, sessions)
    pop = write_log(tmp_path / "submission", sorted(guessed.lines, key=lambda line: line[0]))
    found = json.loads(doctor(*logs, "--log", pop, *at(71), "--format", "json")[0])
    assert [finding["kind"] for finding in found["findings"]] == ["no-login"]
    other = Sessions()
    for minute in range(72):
        other.visit(minute, "Accept::AUTH::PLAIN", *[fails] * (11 * (minute >= 60)))
    other = write_log(tmp_path / "other", sorted(other.lines, key=lambda line: line[0]))
    found = json.loads(doctor(*logs, "--log", pop, "--log", other, *at(71), "--format", "json")[0])
    assert [finding["kind"] for finding in found["findings"]] == ["no-login", "guessing"]
    assert found["findings"][1]["count"] == 11 * 12


def test_a_state_is_as_good(tmp_path, well):
    logs = written(tmp_path, *listed(well))
    first = doctor(*logs, "--state-dir", tmp_path / "state")
    assert doctor(*logs, "--state-dir", tmp_path / "state")[1] == first[1]


@pytest.fixture
def looked_at(tmp_path, well):
    """Return what is found on a well host, by more options."""
    (tmp_path / "queue" / "mess").mkdir(parents=True)
    (tmp_path / "queue" / "todo").mkdir()
    given = ["doctor", *map(str, (*written(tmp_path, *well), "--queue", tmp_path / "queue"))]
    return lambda *more: examination.examine(cli.parser().parse_args([*given, *map(str, more)]))


def test_each_kind_says_what_its_trend_counts():
    assert trends.COUNTED.keys() == more.MORE.keys()
    assert {name for row in trends.COUNTED.values() if row for name in row[2]} <= METRICS.keys()


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (range(60, 72), "steady: 5 failures and deferrals in 5m, 5 in the 5m before"),
        ([*range(60, 72), *range(67, 71), 70], "rising: 10 failures and deferrals in 5m, 5 in the 5m before"),
        ([*range(60, 72), *range(61, 66)], "falling: 5 failures and deferrals in 5m, 10 in the 5m before"),
    ],
)
def test_one_destination_gets_worse_or_better(tmp_path, well, minutes, text):
    send, sessions = well
    for minute in minutes:
        send.deliver(minute, "remote u@dead.example", LISTED)
        for number in range(3):
            send.deliver(minute, f"remote u@d{number}.example")
    logs = written(tmp_path, send, sessions)
    found = json.loads(doctor(*logs, *at(71), "--format", "json")[0])["findings"]
    (finding,) = [finding for finding in found if finding["kind"] == "destination"]
    direction, _, counts = text.partition(": ")
    now, before = (int(part.split()[0]) for part in counts.split(", "))
    assert finding["trend"] == {"what": "failures and deferrals", "before": before, "now": now, "direction": direction}
    assert f"   trend    {text}\n" in doctor(*logs, *at(71))[0]


def test_a_queue_that_stands_still_grows(tmp_path, well):
    send, sessions = well
    for number in range(100, 130):
        minute = 60 + (number - 100) // 3
        sessions.visit(minute, ACCEPT)
        send.queue(minute, number)
        send.say(minute, f"starting delivery {number}: msg {number} to remote u@d{number}.example", 2)
        send.say(minute, f"status: local 0/10 remote {min(20, number - 99)}/20", 3)
    text, _ = doctor(*written(tmp_path, send, sessions), *at(69))
    assert "none of 20 (the limit) remote deliveries has ended" in " ".join(text.split())
    assert "   trend    rising: 30 messages in the queue, 15 5m ago\n" in text


@pytest.mark.parametrize("past", [(), at(59)], ids=["now", "at"])
@pytest.mark.parametrize("kind", sorted(more.MORE))
@pytest.mark.parametrize("log", ["", "send"])
def test_each_kind_has_a_command_that_is_understood(tmp_path, looked_at, kind, past, log):
    log = log and str(tmp_path / log)
    name, *given = shlex.split(more.more(Finding(kind, 2, "is wrong", log=log), looked_at(*past)))
    if name == "sqmail-report":
        options = cli.parser().parse_args(given)
        assert options.until == (tai64n.SECOND * (START + 60 * 60 + 1) if past else None)
    else:
        options = importlib.import_module(f"sqmail_checks.{name.removeprefix('check_qmail_')}").parser().parse_args(given)
        assert options.at == (tai64n.SECOND * (START + 60 * 60) if past else None)
        assert getattr(options, "queue", None) in (None, [str(tmp_path / "queue")])
    assert options.log
    assert {*options.log} <= ({log} if log else {str(tmp_path / "send"), str(tmp_path / "smtpd")})


def test_what_waits_is_asked_of_the_log_of_the_queue(tmp_path, looked_at):
    found = looked_at(*at(59))
    assert more.more(Finding("queue", 1, "is wrong"), found) == (
        f"sqmail-report pending --log {tmp_path}/send --until 2026-11-22T08:20:01Z"
    )
    assert more.more(Finding("guessing", 1, "is wrong"), found) == (
        f"sqmail-report sessions --show-users --log {tmp_path}/smtpd --since 2026-11-22T07:20:00Z --until 2026-11-22T08:20:01Z"
    )


@pytest.mark.parametrize(("zone", "minutes"), [("UTC", 50), ("Europe/Rome", 110)])
def test_dates_are_read_in_the_zone_that_was_given(tmp_path, zone, minutes):
    log = tmp_path / "send"
    log.mkdir()
    (log / "current").write_text("2026-11-22 07:30:00.5 status: local 0/10 remote 0/20\n2026-11-22 07:30:01.5 new msg 7\n")
    text, _ = doctor("--log", log, "--at", "2026-11-22T08:20:01Z", "--timezone", zone)
    assert f"oldest {span(minutes - 1)}\n" in text


def test_a_log_that_is_not_read_to_its_end_is_told_and_not_judged(tmp_path, well, monkeypatch):
    logs = written(tmp_path, *listed(well))
    options = cli.parser().parse_args(["doctor", *map(str, logs), "--show-users"])
    monkeypatch.setattr(ingest, "bytes_left", lambda *_: 5_000_000)
    monkeypatch.setattr(ingest, "_SLICE", 0.0)
    monkeypatch.setattr(examination, "_PATIENCE", 0.0)
    monkeypatch.setattr(tai64n, "now", lambda: (START + 72 * 60) * tai64n.SECOND)
    found = examination.examine(options)
    assert (found.findings, found.state, [log.behind for log in found.read]) == ((), 1, [5_000_000] * 2)
    lines = "".join(words.lines(found, 300))
    assert "Nothing is wrong" not in lines
    assert f"Not known: {tmp_path}/send: nothing is read yet, 5.0 MB are left, and it is not judged" in lines


def test_how_far_a_log_was_read():
    read = examination.Read("send", frozenset(), START * tai64n.SECOND, 9.0, 1_500_000)
    assert examination._how_far(read).startswith("send: read up to 2026-11-22 07:20:00 UTC, 1.5 MB are left, ")
