"""Floods of what strangers send: memory has a bound, totals stay exact, and who comes often stays on top."""

import random
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.reports import MORNING, answer, log, table
from sqmail_log import tai64n
from sqmail_report import commands
from sqmail_report.messages.totals import Sender, Totals
from sqmail_report.sessions import logins
from sqmail_report.tables.bounded import REST, Tally
from support import SOURCES

KEYS = 40


@given(st.lists(st.lists(st.integers(0, 60), max_size=80), max_size=8), st.integers(2, 30))
def test_what_a_tally_promises(parts, limit):
    """Of one pass and of several that are put together."""
    whole = Tally()
    for part in parts:
        tally = Tally()
        for key in part:
            tally.add({key: 1})
            tally.bound(limit)
        assert len(tally) <= limit
        whole.merge(tally)
        whole.bound(limit)
    exact = Counter(key for part in parts for key in part)
    assert whole.total() == exact.total()
    for key, number in exact.items():
        assert whole.get(key, 0) <= number <= whole.get(key, 0) + whole.missed
    assert len(whole) <= limit


def client(number):
    return f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::{number:x}"


def sessions(number):
    """Return the lines of so many strangers, each from a network of its own, and of one that comes every tenth time."""
    lines = []
    for i in range(number):
        address = "2001:db8:ffff:1::5" if i % 10 == 5 else client(i)
        lines += [
            f"tcpserver: pid {i} from {address}",
            f"rblsmtpd: {address} pid {i}: 451 see http://list.example/{address}",
            f"qmail-smtpd: pid {i} Reject::RCPT::Failed_Rcptto P:ESMTP S:{address}:h{i}.example H:x F:s{i}@a.example T:r{i}@b.example",
            f"qmail-smtpd: pid {i} Reject::AUTH::plain P:ESMTPA S:{address}:h{i}.example H:x ?~ 'user{i if i % 10 != 5 else ''}'",
            f"tcpserver: end {i} status 0",
        ]
    return lines


@pytest.fixture
def few(monkeypatch):
    """Have so few rows kept that a short log is a flood."""
    monkeypatch.setattr(commands, "MOST_KEYS", KEYS)
    monkeypatch.setattr(commands, "_MOST_KEPT", KEYS)
    monkeypatch.setattr(commands, "_LEAST_KEPT", KEYS)
    monkeypatch.setattr(commands, "_UNSEEN_KEPT", KEYS)


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.usefixtures("few")
def test_sessions_in_a_flood(tmp_path, jobs):
    for part in range(3):
        lines = sessions(1000)[part * 2000 : part * 2000 + 2000]
        directory = log(tmp_path / "smtpd", lines, step=0.01, start=part * 100)
        if part < 2:
            label = tai64n.encode((MORNING + part * 100 + 50) * tai64n.SECOND).decode()
            (directory / "current").rename(directory / f"{label}.s")
    found = answer("sessions", "--log", directory, "--jobs", jobs, "--show-users")
    assert found["connections"]["connections"] == 1000
    assert found["connections"]["refused_for_now"] == 1000
    assert found["connections"]["rejects"] == 2000
    for name, figure, key in (("networks", "connections", "network"), ("rbl", "sessions", "text")):
        assert sum(row[figure] for row in found[name]) == 1000
        assert found[name][-1][key] == REST
        assert len(found[name]) <= KEYS + 1
    assert found["networks"][0] == {"connections": 100, "network": "2001:db8:ffff:1::/64"}
    logins = found["authentication"]
    assert sum(row["rejected"] for row in logins) == 1000
    assert (logins[0]["user"], logins[0]["rejected"]) == ("user", 100)
    assert logins[-1] == {"accepted": 0, "rejected": logins[-1]["rejected"], "clients": None, "protocol": None, "user": REST}
    found = answer("rejects", "--log", directory, "--jobs", jobs, "--show-addresses")
    assert sum(row["records"] for row in found["reject-networks"]) == 2000
    assert found["reject-networks"][0] == {"records": 200, "network": "2001:db8:ffff:1::/64"}
    assert sum(row["records"] for row in found["reject-addresses"]) == 2000
    assert sum(row["records"] for row in found["rejects"]) == 3000


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("flooded", [None, 0, 1, 2])
def test_more_clients_of_logins_than_are_kept_are_told(tmp_path, monkeypatch, jobs, flooded):
    """Whichever part of the log they are in."""
    monkeypatch.setattr(logins, "_MOST_CLIENTS_IN_ALL", 20)
    for part in range(3):
        lines = [
            f"qmail-smtpd: pid {i} Accept::AUTH::plain P:ESMTPA S:{client(i)}:h.example H:x ?~ 'user{i % 2}'"
            for i in range(30 if part == flooded else 6)
        ]
        directory = log(tmp_path / "smtpd", lines, step=0.01, start=part * 100)
        if part < 2:
            label = tai64n.encode((MORNING + part * 100 + 50) * tai64n.SECOND).decode()
            (directory / "current").rename(directory / f"{label}.s")
    printed = table("sessions", "--log", directory, "--jobs", jobs)
    note = "\n- there were more clients than are kept: their numbers may be too low\n"
    assert (note in printed) == (flooded is not None)


@pytest.mark.parametrize("jobs", [1, 3])
def test_clients_of_a_login_are_those_of_all_parts(tmp_path, jobs):
    for part in range(3):
        lines = [
            f"qmail-smtpd: pid {i} Accept::AUTH::plain P:ESMTPA S:{client(i)}:h.example H:x ?~ 'user'"
            for i in range(part * 4, part * 4 + 6)
        ]
        directory = log(tmp_path / "smtpd", lines, step=0.01, start=part * 100)
        if part < 2:
            label = tai64n.encode((MORNING + part * 100 + 50) * tai64n.SECOND).decode()
            (directory / "current").rename(directory / f"{label}.s")
    (login,) = answer("sessions", "--log", directory, "--jobs", jobs)["authentication"]
    assert (login["accepted"], login["clients"]) == (18, 14)


@pytest.mark.usefixtures("few")
def test_the_rest_is_below_the_top_and_nobody_s_pseudonym(tmp_path):
    directory = log(tmp_path / "smtpd", sessions(500), step=0.01)
    text = table("rejects", "--log", directory, "--top", 2, "--anonymise")
    networks = text.partition("client's network\n\n")[2].splitlines()
    assert networks[1].split()[0] == "100"
    assert networks[1].split()[-1].startswith("client-")
    assert networks[3].split()[-1] == REST
    assert "each row may lack up to" in networks[4]
    assert networks[4].startswith("- estimates: there were more rows than are kept")
    last = table("rejects", "--log", directory, "--format", "csv").splitlines()[-1]
    assert last.partition(",")[2] == REST


def deliveries(number):
    lines = []
    for i in range(number):
        often = i % 10 == 5
        name = "often" if often else f"r{i}"
        lines += [
            f"new msg {i}",
            f"info msg {i}: bytes 100 from <{name}@s{i}.example> qp 1 uid 7".replace(f"often@s{i}.", "often@s."),
            f"starting delivery {i + 2}: msg {i} to remote {name}@{'often' if often else f'h{i}'}.example",
            f"delivery {i + 2}: failure: Sorry,_no_{name}_here/",
            f"end msg {i}",
        ]
    return lines


@pytest.mark.usefixtures("few")
def test_deliveries_in_a_flood(tmp_path, monkeypatch):
    directory = log(tmp_path / "send", deliveries(1000), step=0.01)
    names = {"recipients": "recipient", "recipient-hosts": "host", "senders": "sender", "failures": "reason"}
    for command, key in names.items():
        arguments = ["--verbatim"] if command == "failures" else []
        found = answer(command, "--log", directory, *arguments)
        assert found[-1][key] == REST
        figure = "del" if command == "failures" else "mess"
        assert sum(row[figure] for row in found) == 1000
        best = max(found[:-1], key=lambda row: row[figure])
        assert (best[figure], "often" in best[key]) == (100, True)
        heads = {"failures": 3}.get(command, 4)
        assert "often" in table(command, "--log", directory, "--top", 1, *arguments).splitlines()[heads]
    few_figures = answer("overview", "--log", directory)
    assert few_figures["completed_messages"] == few_figures["remote_failures"] == 1000
    monkeypatch.undo()
    assert answer("overview", "--log", directory) == few_figures
    assert len(answer("recipients", "--log", directory)) == 901


@pytest.mark.usefixtures("few")
def test_senders_of_messages_that_wait_through_a_flood(tmp_path):
    """Rare as they are, their rows stay: what ends behind the flood counts there."""
    waiting = range(5000, 5010)
    lines = [f"info msg {i}: bytes 100 from <waits{i}@a.example> qp 1 uid 9" for i in waiting]
    lines += deliveries(1000)
    lines += [f"end msg {i}" for i in waiting]
    directory = log(tmp_path / "send", lines, step=0.01)
    found = answer("senders", "--log", directory)
    assert [row["mess"] for row in found if "waits" in row["sender"]] == [1] * len(waiting)
    assert sum(row["mess"] for row in found) == 1000 + len(waiting)
    assert len(found) <= KEYS + len(waiting) + 1


@pytest.mark.parametrize("top", [[], ["--top", 500]])
def test_names_that_are_shown_are_kept_where_others_are_not(tmp_path, monkeypatch, top):
    monkeypatch.setattr(commands, "_UNSEEN_KEPT", KEYS)
    directory = log(tmp_path / "send", deliveries(1000), step=0.01)
    for command, rows_of_all in (("recipients", 901), ("senders", 901)):
        text = table(command, "--log", directory, *top)
        assert REST not in text
        assert text.count("example") == (500 if top else rows_of_all)
    assert answer("overview", "--log", directory)["completed_messages"] == 1000


def test_what_a_row_may_lack_is_what_the_heaviest_that_went_had():
    totals = Totals()
    for found in (range(10, 0, -1), range(20, 25)):
        for messages in found:
            sender = totals.senders.setdefault(b"7/<s%d@a.example>" % messages, Sender(b"7/<s%d@a.example>" % messages))
            sender.messages = messages
        totals.prune(6, set())
    assert sorted(sender.messages for sender in totals.senders.values()) == [22, 23, 24]
    assert totals.missed == {"senders": 7 + 21}


PEAK = """
import resource, sys
from sqmail_report.cli import main
main(sys.argv[1:])
sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""


def peak(directory, number):
    """Return the memory in KiB that a report on a flood of so many takes at most."""
    draw = random.Random(number)
    start = MORNING * tai64n.SECOND
    with (directory / "current").open("wb") as file:
        for i in range(number):
            address = b"2001:db8:%x:%x:%x:%x:%x:%x" % tuple(draw.getrandbits(16) for _ in range(6))
            text = b" qmail-smtpd: pid 7 Reject::RCPT::Failed_Rcptto P:ESMTP S:%s:h%d.example H:x F:s@a.example T:r%d@b.example\n"
            file.write(tai64n.encode(start + i) + text % (address, i, i))
    arguments = ["rejects", "--show-addresses", "--top", "10", "--jobs", "1", "--log", str(directory)]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *arguments], env={"PYTHONPATH": SOURCES}, capture_output=True, text=True, check=True
    )
    return int(done.stderr)


def test_memory_does_not_grow_with_the_flood(tmp_path):
    assert peak(tmp_path, 240_000) - peak(tmp_path, 80_000) < 20_000
