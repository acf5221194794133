"""The example configurations, run by the real MRTG over logs that the real multilog wrote."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mrtg import samples
from sqmail_log import tai64n

EXAMPLES = Path(__file__).parents[2] / "examples" / "mrtg"
NEEDED = ("mrtg", "multilog")
TARGETS = {
    "send.cfg": {
        "qmail-send-deliveries": "1",
        "qmail-send-size": "2",
        "qmail-send-concurrency": "3",
        "qmail-send-failures": "4",
        "qmail-send-bounces": "5",
        "qmail-send-qmtp": "6",
    },
    "smtpd.cfg": {
        "qmail-smtpd-records": "a",
        "qmail-smtpd-accepted": "b",
        "qmail-smtpd-clients": "c",
        "qmail-smtpd-senders": "d",
        "qmail-smtpd-recipients": "e",
        "qmail-smtpd-data": "f",
        "qmail-smtpd-content": "g",
        "qmail-smtpd-auth": "h",
        "qmail-smtpd-tls": "i",
        "qmail-smtpd-spf": "j",
        "qmail-smtpd-deferred": "k",
        "qmail-smtpd-connections": "z",
    },
    "pop3.cfg": {"qmail-pop3d-auth": "A", "qmail-pop3d-connections": "B"},
}
LOGS = {"send.cfg": "send", "smtpd.cfg": "smtpd", "pop3.cfg": "pop3d"}

pytestmark = [
    pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")
    for program in NEEDED
]


@pytest.fixture
def site(tmp_path):
    """Return a folder with the places that the examples name."""
    for folder in ("www", "log", "state", "bin", "queue"):
        (tmp_path / folder).mkdir()
    command = tmp_path / "bin" / "sqmail-mrtg"
    path = os.pathsep.join(sys.path)
    command.write_text(
        f"#!/bin/sh\nPYTHONPATH='{path}' exec '{sys.executable}' -m sqmail_report.mrtg.command \"$@\"\n"
    )
    command.chmod(0o755)
    return tmp_path


def run_mrtg(site, example):
    """Run MRTG twice, as its manual says: the first run has no history to rename, and says so."""
    text = (EXAMPLES / example).read_text()
    for named, folder in {
        "/var/www/html/mrtg": "www",
        "/var/log": "log",
        "/var/lib/mrtg/sqmail": "state",
        "/usr/local/bin": "bin",
        "/var/qmail/queue": "queue",
    }.items():
        text = text.replace(f" {named}", f" {site / folder}").replace(f"`{named}", f"`{site / folder}")
    config = site / example
    config.write_text(text)
    environment = {**os.environ, "LANG": "C", "LC_ALL": "C"}
    for _ in range(2):
        done = subprocess.run(
            ["mrtg", config], env=environment, capture_output=True, text=True, check=True, timeout=120
        )
    assert done.stdout + done.stderr == ""


def assert_drawn(site, target, first, second):
    """Assert that MRTG took these two numbers in, and drew four pictures and a page."""
    newest = (site / "www" / f"{target}.log").read_text().split("\n", 1)[0]
    assert newest.split()[1:] == [str(first), str(second)], target
    for span in ("day", "week", "month", "year"):
        picture = (site / "www" / f"{target}-{span}.png").read_bytes()
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert picture[-8:-4] == b"IEND"
    page = (site / "www" / f"{target}.html").read_text()
    assert page.count(f'src="{target}-') == 4


@pytest.mark.parametrize("example", TARGETS)
def test_pictures_of_a_log(site, example):
    targets = TARGETS[example]
    name = re.search(r"--log /var/log/(\S+)", (EXAMPLES / example).read_text())[1]
    # Three minutes ago lies within the last five whole minutes, whatever the second.
    label = tai64n.encode(tai64n.now() - 180 * tai64n.SECOND)
    lines = b"".join(label + line[25:] for line in samples.lines(LOGS[example]))
    subprocess.run(["multilog", "s40960", "n100", site / "log" / name], input=lines, check=True, timeout=60)
    run_mrtg(site, example)
    for target, flag in targets.items():
        assert_drawn(site, target, *samples.counted(LOGS[example], flag))
    drawn = {path.name.removesuffix("-day.png") for path in (site / "www").glob("*-day.png")}
    assert drawn == set(targets)


def test_pictures_of_the_queue(site):
    for folder, number in {"mess/3": 5, "mess/7": 2, "todo": 1}.items():
        (site / "queue" / folder).mkdir(parents=True)
        for name in range(number):
            (site / "queue" / folder / str(name)).touch()
    run_mrtg(site, "queue.cfg")
    assert_drawn(site, "qmail-queue", 7, 1)


def test_every_flag_stands_in_an_example():
    text = "".join(path.read_text() for path in EXAMPLES.glob("*.cfg"))
    named = re.findall(r"`/usr/local/bin/sqmail-mrtg -(\S+) ", text)
    assert sorted(named) == sorted([*samples.SEND_FLAGS, *samples.SMTPD_FLAGS, *samples.POP3_FLAGS, "-queue"])
