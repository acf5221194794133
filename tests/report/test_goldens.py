"""The whole output for people, of each subcommand on the samples, at fixed widths.

`SQMAIL_GOLDENS=write ./run-tests tests/report/test_goldens.py` writes them
anew; what has changed is then read in the diff.
"""

import os
import time
from pathlib import Path

import pytest

from report.reports import MORNING, table
from sqmail_report.subcommands import SUBCOMMANDS
from support import ROOT

GOLDENS = Path(__file__).parent / "goldens"
SEND = ["--log", "examples/logs/send"]
ALL = [*SEND, "--log", "examples/logs/smtpd", "--log", "examples/logs/pop3d"]
CASES = {
    "overview": ["overview", *SEND],
    "overview-since": ["overview", "--since", "2026-11-22T06:00", "--until", "2026-11-22T09:00", *SEND],
    "delays": ["delays", *SEND],
    "recipients": ["recipients", "--top", 8, *SEND],
    "recipient-hosts": ["recipient-hosts", *SEND],
    "recipient-delays": ["recipient-delays", "--top", 5, *SEND],
    "senders": ["senders", "--top", 8, *SEND],
    "uids": ["uids", *SEND],
    "successes": ["successes", *SEND],
    "failures": ["failures", *SEND],
    "failures-verbatim": ["failures", "--verbatim", "--top", 5, *SEND],
    "deferrals": ["deferrals", *SEND],
    "domains": ["domains", *SEND],
    "domains-by-bytes": ["domains", "--by", "bytes", "--top", 3, *SEND],
    "all": ["all", "--top", 2, *SEND],
    "pending": ["pending", "--top", 4, *SEND],
    "rejects": ["rejects", "--show-addresses", "--top", 6, *ALL],
    "sessions": ["sessions", "--show-users", "--top", 5, *ALL],
    "unrecognised": ["unrecognised", *ALL],
    "trace": ["trace", "--recipient", "z1@rcpt4.example", *ALL],
    "daily": ["daily", "--day", "2026-11-22", "--utc", "--host", "mx1.example.org", *ALL],
    "explained": ["recipients", "--top", 3, "--explain", *SEND],
}
WIDTHS = (80, 160)


def afterwards(monkeypatch):
    """Go where the names of the logs lead, on a day after theirs, whatever the clock says."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(time, "time_ns", lambda: (MORNING + 2 * 86400) * 10**9)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_the_whole_output(name, width, monkeypatch):
    afterwards(monkeypatch)
    written = table(*CASES[name], width=width)
    golden = GOLDENS / f"{name}-{width}.txt"
    if os.environ.get("SQMAIL_GOLDENS") == "write":
        golden.write_text(written)
    assert written == golden.read_text()


@pytest.mark.parametrize("name", CASES)
def test_no_line_is_wider_than_the_terminal(name, monkeypatch):
    afterwards(monkeypatch)
    assert max(map(len, table(*CASES[name], width=80).splitlines())) <= 80


def test_each_subcommand_has_one():
    """The event store's answer with rows of their own, not with a report."""
    assert {row[0] for row in CASES.values()} >= {name for name, row in SUBCOMMANDS.items() if row.layouts()}
