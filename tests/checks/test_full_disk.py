"""The state's disk is full: UNKNOWN and what to do; with room again every line has counted once."""

import random
import threading
import time

import pytest

from checks.disks import PAGE
from support import CHECKS, check, log_of, perfdata, write_log

RECORD = "qmail-smtpd: pid {} {} P:ESMTP S:192.0.2.7:unknown H:x F:a@test.example T:b@test.example"


class Logs:
    """Two growing logs, and what is in them."""

    def __init__(self, folder):
        self.folder = folder
        self.number = 0
        self.grow(1)

    def grow(self, count):
        """Queue messages of which each third stays, each with a delivery and a session."""
        now = time.time()
        send, smtpd = [], []
        for number in range(self.number + 1, self.number + count + 1):
            result = ("success: ok/", "failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/", "deferral: later/")[number % 3]
            send += [
                f"new msg {number}",
                f"info msg {number}: bytes 5 from <a@test.example> qp 1 uid 2",
                f"starting delivery {number}: msg {number} to local b@test.example",
                "status: local 1/10 remote 0/20",
                f"delivery {number}: {result}",
                *([f"end msg {number}"] if number % 3 != 2 else []),
            ]
            record = ("Accept::RCPT::Recipients_Cdb", "Reject::AUTH::plain", "Reject::SPF::Fail")[number % 3]
            smtpd += ["tcpserver: status: 1/12", RECORD.format(number, record)]
        for name, lines in (("send", send), ("smtpd", smtpd)):
            write_log(self.folder / name, [(now, line) for line in lines], mode="ab")
        self.number += count

    def arguments(self, name, folder):
        return ["--log", self.folder / log_of(name), "--state-dir", folder / "state", "--window", "1h"]

    def expected(self):
        """Return the figures of each check that a line counted never or twice would change."""
        of = [sum(number % 3 == rest for number in range(1, self.number + 1)) for rest in range(3)]
        return {
            "queue": {"messages": of[2]},
            "delivery": {"success": of[0], "failure": of[1], "deferral": of[2]},
            "concurrency": {"local": 1, "remote": 0},
            "smtpd": {"accept": of[0], "reject": of[1] + of[2]},
            "auth": {"reject": of[1]},
            "log": {"lines": 5 * self.number + of[0] + of[1], "unrecognised": 0, "gaps": 0},
        }


@pytest.fixture
def logs(tmp_path):
    return Logs(tmp_path)


def assert_exact(disk, logs):
    for name, figures in logs.expected().items():
        output, code = check(name, *logs.arguments(name, disk.folder), "-w", "", "-c", "", through=disk.through)
        assert code < 3, output
        assert {label: perfdata(output)[label] for label in figures} == {
            label: str(figure) for label, figure in figures.items()
        }


def assert_full(name, output, code):
    assert output.startswith(f"QMAIL_{name.upper()} UNKNOWN - ")
    assert "free some space there" in output
    assert output.count("\n") == 1
    assert code == 3


@pytest.mark.parametrize("leave", [0, PAGE, 3 * PAGE, 9 * PAGE])
def test_from_the_beginning(disk, logs, leave):
    full = disk("size=256k")
    full.fill(leave)
    for name in CHECKS:
        assert_full(name, *check(name, *logs.arguments(name, full.folder), through=full.through))
    full.free()
    assert_exact(full, logs)


def test_from_the_beginning_without_inodes(disk, logs):
    full = disk("size=1m", "nr_inodes=2")
    output, code = check("queue", *logs.arguments("queue", full.folder), through=full.through)
    assert_full("queue", output, code)
    assert "cannot keep the state (" in output


def test_later(disk, logs):
    """What is known stays known; what is new waits."""
    full = disk("size=512k")
    assert_exact(full, logs)
    full.fill()
    for name in CHECKS:
        assert check(name, *logs.arguments(name, full.folder), through=full.through)[1] < 3
    logs.grow(2000)
    for name in CHECKS:
        assert_full(name, *check(name, *logs.arguments(name, full.folder), through=full.through))
    full.free()
    assert_exact(full, logs)


def test_more_than_the_disk_has_room_for(disk, logs):
    """The transaction itself is what fills it."""
    full = disk("size=200k")
    assert_exact(full, logs)
    full.fill(leave=5 * PAGE)
    logs.grow(6000)
    for name in ("queue", "queue", "delivery"):
        assert_full(name, *check(name, *logs.arguments(name, full.folder), through=full.through))
    full.free()
    logs.grow(1)
    full.remount("size=2m")
    assert_exact(full, logs)


def test_filled_and_freed_while_checks_run(disk, logs):
    full = disk("size=8m")
    chance = random.Random(5)
    stop = threading.Event()

    def others():
        while not stop.is_set():
            full.fill(leave=chance.choice([0, PAGE, 8 * PAGE]))
            stop.wait(chance.uniform(0, 0.1))
            full.free()
            stop.wait(chance.uniform(0, 0.1))

    filling = threading.Thread(target=others)
    filling.start()
    try:
        codes = set()
        for _ in range(12):
            logs.grow(200)
            for name in CHECKS:
                thresholds = () if name == "flow" else ("-w", "", "-c", "")
                output, code = check(name, *logs.arguments(name, full.folder), *thresholds, through=full.through)
                codes.add(code)
                if code == 3:
                    assert_full(name, output, code)
    finally:
        stop.set()
        filling.join()
    full.free()
    assert {0, 3} <= codes
    assert_exact(full, logs)
