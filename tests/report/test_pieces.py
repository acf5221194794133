"""A log read in pieces, on several cores, gives the same report as in one."""

import json
import os
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from report.reports import MORNING, SAMPLES, log, run, table
from sqmail_log import tai64n
from sqmail_log.files import history
from sqmail_log.lines.sessions import SessionLog
from sqmail_report.messages import pending
from sqmail_report.messages import tables as tables_of
from sqmail_report.messages.ledger import MessageLedger
from sqmail_report.messages.totals import Totals
from sqmail_report.reading import parallel
from sqmail_report.reading.logs import Log, Period
from sqmail_report.sessions.ledger import SessionLedger
from sqmail_report.sessions.tables import rejects, sessions
from sqmail_report.tables.formats import render

# A busy machine is no reason to fail.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
SEND = str(SAMPLES / "send")


def read(directory):
    return [line for lines in history.history([str(directory)]) for line in lines]


LINES = read(SAMPLES / "send")
SESSIONS = read(SAMPLES / "smtpd")


def shown(ledger):
    tables = tables_of.everything(ledger.totals)
    tables += pending.pending([(Log(SEND, Period()), ledger)])
    return "".join(render(tables, "json"))


def passed(lines, *, first=True):
    ledger = MessageLedger(Totals(verbatim=True), first=first)
    ledger.feed(lines)
    return ledger


def joined(lines, cuts):
    bounds = [0, *sorted(cuts), len(lines)]
    whole, *later = [passed(lines[start:end], first=not start) for start, end in pairwise(bounds)]
    for each in later:
        whole.join(each)
    return whole


WHOLE = shown(passed(LINES))


@settings(max_examples=50, **PATIENT)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.integers(1, 8))
def test_pieces_are_of_about_the_same_size(tmp_path_factory, sizes, number):
    """As far as whole files allow: to its share a piece has at most what one file is larger."""
    directory = tmp_path_factory.mktemp("log")
    for second, size in enumerate(sizes, 1):
        label = tai64n.encode(MORNING * tai64n.SECOND + second).decode()
        (directory / f"{label}.s").write_bytes(b"x" * 99 * size + b"\n" * size)
    whole = Log(str(directory), Period())
    pieces = [piece.files for piece in whole.pieces(number)]
    assert [file for files in pieces for file in files] == whole.files
    assert len(pieces) <= number
    assert all(pieces)
    weights = [sum(map(os.path.getsize, files)) for files in pieces]
    assert max(weights) <= sum(weights) / number + max(map(os.path.getsize, whole.files))


@settings(max_examples=15, **PATIENT)
@given(st.lists(st.integers(1, len(LINES) - 1), min_size=1, max_size=6, unique=True))
def test_send_pieces_at_any_line_join_to_the_whole(cuts):
    assert shown(joined(LINES, cuts)) == WHOLE


KINDS = st.one_of(
    st.builds("new msg {}".format, st.integers(1, 3)),
    st.builds(
        "info msg {0}: bytes 10 from <u{0}@example.org> qp {1} uid 1".format,
        st.integers(1, 3),
        st.integers(1, 9),
    ),
    st.builds("end msg {}".format, st.integers(1, 3)),
    st.builds("starting delivery {}: msg {} to local a@example.org".format, st.integers(1, 4), st.integers(1, 3)),
    st.builds("delivery {}: {}: x/".format, st.integers(1, 4), st.sampled_from(["success", "failure", "deferral"])),
    st.just("status: exiting"),
    st.just("bounce msg 1 qp 5"),
)


def plausible(texts):
    """Return the texts as qmail-send's: deliveries numbered from 1, messages staying until they report."""
    running = {}
    started = 0
    for text in texts:
        words = text.split()
        if words[0] == "starting":
            started += 1
            running[str(started)] = words[4]
            yield f"starting delivery {started}:" + text.partition(":")[2]
            continue
        if words[0] == "delivery":
            running.pop(words[1][:-1], None)
        elif text == "status: exiting":
            started = 0
            running = {}
        elif words[0] in {"new", "info", "end"} and words[2].rstrip(":") in running.values():
            continue
        yield text


@settings(max_examples=300, **PATIENT)
@given(st.lists(KINDS, min_size=2, max_size=40).map(lambda texts: list(plausible(texts))), st.data())
def test_whatever_qmail_send_logs_joins_to_the_whole(texts, data):
    assume(len(texts) > 1)
    lines = [b"@400000006b029%03x00000000 " % number + text.encode() for number, text in enumerate(texts)]
    cuts = data.draw(st.lists(st.integers(1, len(lines) - 1), min_size=1, max_size=3, unique=True))
    assert shown(joined(lines, cuts)) == shown(passed(lines))


def seen(lines, *, first=True):
    ledger = SessionLedger(first=first, addresses=True)
    ledger.settle(len(lines), SessionLog().feed(lines, ledger.sums, ledger))
    return ledger


@settings(max_examples=15, **PATIENT)
@given(st.lists(st.integers(1, len(SESSIONS) - 1), min_size=1, max_size=6, unique=True))
def test_session_pieces_at_any_line_join_to_the_whole(cuts):
    bounds = [0, *sorted(cuts), len(SESSIONS)]
    whole, *later = [seen(SESSIONS[start:end], first=not start) for start, end in pairwise(bounds)]
    for each in later:
        whole.join(each)
    tables = [sessions(each, show_users=True) + rejects(each) for each in (whole, seen(SESSIONS))]
    assert "".join(render(tables[0], "json")) == "".join(render(tables[1], "json"))


PIDS = st.integers(1, 3)
SAID = st.one_of(
    st.builds("tcpserver: status: {}/40".format, PIDS),
    st.builds("tcpserver: pid {0} from 192.0.{0}.7".format, PIDS),
    st.builds("tcpserver: ok {} mail.example.org:198.51.100.1:25 :192.0.2.7::4321".format, PIDS),
    st.builds("rblsmtpd: 192.0.2.{0} pid {0}: greetdelay: 3".format, PIDS),
    st.builds("rblsmtpd: 192.0.2.{0} pid {0}: 451 listed".format, PIDS),
    st.builds("qmail-smtpd: pid {0} Reject::SNDR::Bad_Helo P:ESMTP S:192.0.{0}.7:x H:h".format, PIDS),
    st.builds("tcpserver: end {} status {}".format, PIDS, st.sampled_from([0, 11, 256])),
    st.builds("sslserver: ended by {} status 0".format, PIDS),
)


@settings(max_examples=300, **PATIENT)
@given(st.lists(SAID, min_size=2, max_size=40), st.data())
def test_whatever_servers_log_joins_to_the_whole(texts, data):
    lines = [b"@400000006b029%03x00000000 %s\n" % (number, text.encode()) for number, text in enumerate(texts)]
    bounds = sorted(data.draw(st.sets(st.integers(1, len(lines) - 1), min_size=1, max_size=3)))
    whole, *later = [seen(lines[start:end], first=not start) for start, end in pairwise([0, *bounds, len(lines)])]
    for each in later:
        whole.join(each)
    tables = [sessions(each, show_users=True) + rejects(each) for each in (whole, seen(lines))]
    assert "".join(render(tables[0], "json")) == "".join(render(tables[1], "json"))


@pytest.mark.parametrize("jobs", [2, 3, 31])
def test_processes_give_what_one_gives(jobs):
    alone = table("all", "--verbatim", "--log", SEND, "--jobs", 1)
    assert table("all", "--verbatim", "--log", SEND, "--jobs", jobs) == alone
    for command in ("sessions", "rejects"):
        alone = table(command, "--log", SAMPLES / "smtpd", "--jobs", 1)
        assert table(command, "--log", SAMPLES / "smtpd", "--jobs", jobs) == alone


def test_large_logs_are_worth_a_process_each(monkeypatch):
    alone = table("uids", "--log", SEND, "--jobs", 1)
    monkeypatch.setattr(parallel, "_WORTH_A_PROCESS", 1000)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    asked = []
    pieces = Log.pieces
    monkeypatch.setattr(Log, "pieces", lambda self, number: asked.append(number) or pieces(self, number))
    assert table("uids", "--log", SEND) == alone
    assert asked == [3]


def test_a_worker_s_error_is_said_in_one_line(monkeypatch, tmp_path):
    where = log(tmp_path / "log", ["new msg 1"])
    (where / "@400000006b01000000000000.s").write_bytes((where / "current").read_bytes())

    def fail(_self, _lines):
        raise OSError(5, "Input/output error", "/dev/broken")

    monkeypatch.setattr(MessageLedger, "feed", fail)
    assert run("overview", "--log", where, "--jobs", 2) == (
        1,
        "",
        "sqmail-report: /dev/broken: Input/output error\n",
    )


def test_two_logs_add_up(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "current").write_bytes(b"".join(LINES))
    one = json.loads(table("overview", "--log", SEND, "--format", "json"))
    two = json.loads(table("overview", "--log", SEND, "--log", other, "--format", "json"))
    for name in ("completed_messages", "bytes", "attempts", "new_messages", "remote_deferrals", "lines"):
        assert two[name] == 2 * one[name]


def test_rotations_between_do_not_matter(tmp_path):
    for size in (1, 7, 100, 5000):
        cut = tmp_path / str(size)
        cut.mkdir()
        for number, start in enumerate(range(0, len(LINES), max(size, len(LINES) // 50 if size == 1 else size))):
            end = start + max(size, len(LINES) // 50 if size == 1 else size)
            name = f"@400000006b03{number:04x}00000000.s" if end < len(LINES) else "current"
            (cut / name).write_bytes(b"".join(LINES[start:end]))
        assert table("all", "--log", cut) == table("all", "--log", SEND)
