"""All checks in a tight loop on one state directory, against growing logs; checks killed at random moments.

SQMAIL_TORTURE=long makes it a minute at a thousand lines a second, and 200 kills.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from processes import Program
from support import CHECKS, SOURCES, check, log_of, perfdata

LONG = os.environ.get("SQMAIL_TORTURE") == "long"
SECONDS = 60 if LONG else 6
KILLS = 200 if LONG else 30
PER_SECOND = 1000

pytestmark = [
    pytest.mark.skipif(not shutil.which("multilog"), reason="needs multilog (Debian: daemontools)"),
    pytest.mark.timeout(400),
]


def send_lines():
    number = 0
    while True:
        number += 1
        yield f"new msg {number}"
        yield f"info msg {number}: bytes {number % 977} from <a@test.example> qp {number} uid 7"
        yield f"starting delivery {number}: msg {number} to remote b@host{number % 7}.example"
        yield f"status: local 0/10 remote {number % 20}/20"
        result = ("success: ok/", "failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/", "deferral: greylisted/")[
            number % 3
        ]
        yield f"delivery {number}: {result}"
        if number % 3 != 2:
            yield f"end msg {number}"


def session_lines():
    number = 0
    record = "qmail-smtpd: pid {} {} P:ESMTP S:192.0.2.{}:unknown H:x F:a@test.example T:b@test.example"
    while True:
        number += 1
        yield f"tcpserver: status: {number % 12}/12"
        yield f"tcpserver: ok {number} mail.test.example:192.0.2.1:25 :192.0.2.24::50037"
        yield record.format(number, "Accept::RCPT::Recipients_Cdb", number % 250)
        yield record.format(number, ("Reject::AUTH::plain", "Reject::RCPT::Failed_Rcptto")[number % 2], number % 250)
        yield f"tcpserver: end {number} status 0"


class Feeder(threading.Thread):
    """Writes lines at a steady rate to a real multilog; `written` is what it was given."""

    def __init__(self, directory, lines, stop):
        super().__init__()
        self.lines, self.stop = lines, stop
        self.written = []
        self.multilog = Program(["multilog", "t", "s4096", "n2000", directory], stdin=subprocess.PIPE)

    def run(self):
        while not self.stop.wait(0.05):
            lines = [next(self.lines).encode() for _ in range(PER_SECOND // 20)]
            self.written += lines
            self.multilog.stdin.write(b"\n".join(lines) + b"\n")
            self.multilog.stdin.flush()
        self.multilog.stdin.close()
        self.multilog.wait(10)


@pytest.fixture
def logs(tmp_path):
    stop = threading.Event()
    feeders = {
        "send": Feeder(tmp_path / "send", send_lines(), stop),
        "smtpd": Feeder(tmp_path / "smtpd", session_lines(), stop),
    }
    for feeder in feeders.values():
        feeder.start()

    def finish():
        stop.set()
        for feeder in feeders.values():
            feeder.join()
        return {name: feeder.written for name, feeder in feeders.items()}

    yield finish
    finish()


def arguments(tmp_path, name):
    return ["--log", str(tmp_path / log_of(name)), "--state-dir", str(tmp_path / "state"), "--window", "1h", "-t", "30"]


def starts(lines, text):
    return str(sum(line.startswith(text.encode()) for line in lines))


def assert_exact(tmp_path, lines):
    """Compare every check's figures with a count of the lines themselves."""
    send, smtpd = lines["send"], lines["smtpd"]
    words = [line.split(b" ") for line in send]
    figures = perfdata(check("delivery", *arguments(tmp_path, "delivery"))[0])
    for result in ("success", "failure", "deferral"):
        assert figures[result] == str(sum(w[0] == b"delivery" and w[2].startswith(result.encode()) for w in words))
    figures = perfdata(check("queue", *arguments(tmp_path, "queue"))[0])
    assert int(figures["messages"]) == int(starts(send, "new msg")) - int(starts(send, "end msg"))
    records = [line.split(b" ")[3] for line in smtpd if line.startswith(b"qmail-smtpd: ")]
    figures = perfdata(check("smtpd", *arguments(tmp_path, "smtpd"))[0])
    assert figures["accept"] == str(sum(record.startswith(b"Accept::") for record in records))
    assert figures["reject"] == str(sum(record.startswith(b"Reject::") for record in records))
    figures = perfdata(check("auth", *arguments(tmp_path, "auth"))[0])
    assert figures["reject"] == str(sum(record.startswith(b"Reject::AUTH") for record in records))
    figures = perfdata(check("log", *arguments(tmp_path, "log"))[0])
    assert (figures["lines"], figures["unrecognised"], figures["gaps"]) == (str(len(send)), "0", "0")


def test_all_checks_at_once(tmp_path, logs):
    end = time.monotonic() + SECONDS
    answers = []

    def loop(name):
        while time.monotonic() < end:
            answers.append((name, *check(name, *arguments(tmp_path, name))))

    threads = [threading.Thread(target=loop, args=(name,)) for name in CHECKS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_exact(tmp_path, logs())
    early = [answer for answer in answers if answer[2] == 3]
    assert all("no such log" in output or "no line in it yet" in output for _, output, _ in early), early
    assert len(answers) - len(early) > SECONDS


def test_killed_at_random_moments(tmp_path, logs):
    chance = random.Random(7)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}
    killed = 0
    while killed < KILLS:
        name = chance.choice(CHECKS)
        process = Program(
            [sys.executable, "-m", f"sqmail_checks.{name}", *arguments(tmp_path, name)],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            process.wait(chance.uniform(0.02, 0.25))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
    assert_exact(tmp_path, logs())
