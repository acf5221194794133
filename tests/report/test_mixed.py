"""A log that holds the lines of both families: each report takes its own, and agrees with the checks."""

import pytest

from checks.answers import in_process
from report.reports import SAMPLES, answer
from support import perfdata

NOISE = [b"@400000006b0296510000012c kernel: something else\n", b"@400000006b0296510000012d new msg 007\n"]
OF_SEND = ("overview", "recipients", "senders", "failures", "deferrals", "successes", "pending", "uids")
OF_SESSIONS = ("rejects", "sessions")


def lines_of(name):
    folder = SAMPLES / name
    return [line for path in [*sorted(folder.glob("@*")), folder / "current"] for line in path.read_bytes().splitlines(keepends=True)]


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Logs of qmail-send, of sessions and of both, each with lines that nobody knows."""
    folder = tmp_path_factory.mktemp("mixed")
    send, sessions = lines_of("send"), lines_of("smtpsub")
    contents = {"send": send, "sessions": sessions, "both": [*send, *sessions]}
    for name, lines in contents.items():
        (folder / name).mkdir()
        (folder / name / "current").write_bytes(b"".join(sorted([*lines, *NOISE], key=lambda line: line[:25])))
    return folder


def without_lines(figures):
    """Return the answer without the number of lines, and without what differs by the order of like stamps."""
    return {name: figure for name, figure in figures.items() if name != "lines"} if isinstance(figures, dict) else figures


@pytest.mark.parametrize("name", OF_SEND)
def test_reports_of_messages(logs, name):
    assert without_lines(answer(name, "--log", logs / "both")) == without_lines(answer(name, "--log", logs / "send"))


@pytest.mark.parametrize("name", OF_SESSIONS)
def test_reports_of_sessions(logs, name):
    both, alone = (answer(name, "--log", logs / which) for which in ("both", "sessions"))
    for report in (both, alone):
        if "connections" in report:
            report["connections"] = without_lines(report["connections"])
    assert both == alone


def test_the_daily_report_has_both(logs):
    daily = answer("daily", "--day", "2026-11-22", "--utc", "--log", logs / "both")
    assert {"overview", "rejects"} <= {name.split("_")[0] for name in daily} | set(daily)


@pytest.mark.parametrize("which", ["send", "sessions", "both"])
def test_what_nobody_knows_is_the_same_number_everywhere(logs, tmp_path, which):
    log = logs / which
    output, _ = in_process("log", "--log", log, "--state-dir", tmp_path / "state", "--at", "2026-11-23", "--window", "365d")
    counted = float(perfdata(output)["unrecognised"])
    assert counted >= len(NOISE)
    if which != "sessions":
        assert answer("overview", "--log", log)["unrecognised"] == counted
    if which != "send":
        assert answer("sessions", "--log", log)["connections"]["unrecognised"] == counted
