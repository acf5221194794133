"""Every figure of every check on logs written by real programs, against counts made with grep."""

import re

import pytest

from support import SAMPLES, TRUTH, check, perfdata

AT = "2026-11-22T07:20:00"
DAY = ("--at", AT, "--window", "1d")


def counts(*directories):
    """Return the sums of `COUNT what` lines of the ground truth's sections."""
    found = {}
    section = None
    for line in (TRUTH / "counts-smtpd-pop3d.txt").read_text().splitlines():
        if line.startswith("== "):
            section = line.split()[1]
        elif section in directories:
            totals = re.match(r"-- totals: Accept (\d+) Reject (\d+)", line)
            if totals:
                found["Accept"] = found.get("Accept", 0) + int(totals[1])
                found["Reject"] = found.get("Reject", 0) + int(totals[2])
            elif row := re.match(r" +(\d+) (.+)", line):
                found[row[2]] = found.get(row[2], 0) + int(row[1])
    return found


def send_counts():
    found = {}
    for line in (TRUTH / "counts-send.txt").read_text().splitlines():
        if row := re.match(r"(.+?)  +(\S+)$", line):
            found[row[1].strip()] = row[2]
    return found


def test_queue():
    born = int(send_counts()["new msg"]) - int(send_counts()["end msg"])
    spool = int(re.search(r"messages in queue: (\d+)", (TRUTH / "queue-at-end-send.txt").read_text())[1])
    output, code = check("queue", "--log", SAMPLES / "send", *DAY)
    assert code == 0
    assert born == 65
    assert perfdata(output)["messages"] == str(spool) == "124"


def test_delivery():
    truth = send_counts()
    output, code = check("delivery", "--log", SAMPLES / "send", *DAY)
    # One of the hosts there put off all that came.
    assert (code, "rcpt4.example has taken none of 101 remote attempts for 5m" in output) == (1, True)
    figures = perfdata(output)
    assert figures["success"] == truth["delivery success"]
    assert figures["failure"] == truth["delivery failure"]
    assert figures["deferral"] == truth["delivery deferral"]


def test_delivery_by_channel_adds_up():
    whole, local, remote = (
        perfdata(check("delivery", "--log", SAMPLES / "send", *DAY, *channel)[0])
        for channel in ((), ("--channel", "local"), ("--channel", "remote"))
    )
    for name in ("success", "failure", "deferral"):
        assert int(local[name]) + int(remote[name]) == int(whole[name])


@pytest.mark.parametrize("directory", ["smtpd", "smtpsub", "smtpd6", "pop3d", "pop3stls"])
def test_smtpd(directory):
    truth = counts(directory)
    output, code = check("smtpd", "--log", SAMPLES / directory, *DAY, "-v", "-w", "100", "-c", "100")
    assert code == 0
    figures = perfdata(output)
    assert figures["accept"] == str(truth["Accept"])
    assert figures["reject"] == str(truth["Reject"])
    assert figures["deferred"] == "0"
    for what, number in truth.items():
        if "Reject::" in what:
            assert f"\n{number} {what.split()[1]}: " in output


@pytest.mark.parametrize("directory", ["smtpd", "smtpsub", "smtpd6", "pop3d", "pop3stls"])
def test_auth(directory):
    truth = counts(directory)
    output, _ = check("auth", "--log", SAMPLES / directory, *DAY)
    figures = perfdata(output)
    assert figures["accept"] == str(sum(n for what, n in truth.items() if " Accept::AUTH" in what))
    assert figures["reject"] == str(sum(n for what, n in truth.items() if " Reject::AUTH" in what))


def test_concurrency():
    output, _ = check("concurrency", "--log", SAMPLES / "send", *DAY)
    assert output.endswith("| local=10;;;0;10 remote=20;;;0;20\n")
    assert send_counts()["highest local/remote in status lines"] == "10/20"


@pytest.mark.parametrize(
    ("directory", "highest", "limit"), [("smtpd", 12, 12), ("smtpsub", 10, 40), ("smtpd6", 2, 10), ("pop3d", 6, 40)]
)
def test_connections(directory, highest, limit):
    assert counts(directory).get("", 0) == 0
    output, _ = check("concurrency", "--log", SAMPLES / directory, *DAY)
    assert output.endswith(f"| connections={highest};;;0;{limit}\n")


@pytest.mark.parametrize(
    ("directory", "lines", "unknown"),
    [
        ("send", 16551, 0),
        ("smtpd", 16572, 4),
        ("smtpsub", 212, 0),
        ("smtpd6", 44, 0),
        ("pop3d", 821, 0),
        ("pop3stls", 153, 0),
    ],
)
def test_log(directory, lines, unknown):
    figures = perfdata(check("log", "--log", SAMPLES / directory, *DAY)[0])
    assert figures["lines"] == str(lines)
    assert figures["unrecognised"] == str(unknown)
    assert (figures["alerts"], figures["warnings"], figures["gaps"]) == ("0", "0", "0")


def test_with_a_state_the_figures_are_those_without(tmp_path):
    """The same through the state, read in two steps, as through --at."""
    for name, directory in (("delivery", "send"), ("smtpd", "smtpd"), ("auth", "pop3d")):
        live = ("--log", SAMPLES / directory, "--state-dir", tmp_path, "--window", "7d")
        past = perfdata(check(name, "--log", SAMPLES / directory, "--at", AT, "--window", "7d")[0])
        assert perfdata(check(name, *live)[0]) == past
        assert perfdata(check(name, *live)[0]) == past
