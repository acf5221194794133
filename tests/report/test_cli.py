"""The command line: periods, tops, errors in one line, and leaving nothing behind."""

import bz2
import gzip
import lzma
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import public
from processes import Program, until
from report.reports import MORNING, SAMPLES, answer, log, run, table
from sqmail_report import commands
from sqmail_report.reading.logs import Log, Period
from support import SOURCES, write_log

SEND = SAMPLES / "send"
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}
COMMAND = [sys.executable, "-c", "import sys; from sqmail_report.cli import main; sys.exit(main())"]


def message(number, qp):
    return [
        f"new msg {number}",
        f"info msg {number}: bytes 100 from <ann@example.org> qp {qp} uid 1008",
        f"starting delivery {number}: msg {number} to local bob@example.org",
        f"delivery {number}: success: did_1+0+0/",
        f"end msg {number}",
    ]


@pytest.fixture
def ten(tmp_path):
    """Return a log of ten messages, one in each ten seconds, two seconds a line."""
    return log(tmp_path / "log", [line for number in range(10, 20) for line in message(number, number)], step=2)


def test_since_and_until_cut_at_the_line(ten):
    figures = answer("overview", "--log", ten, "--since", MORNING + 30, "--until", MORNING + 38)
    assert (figures["lines"], figures["attempts"], figures["completed_messages"]) == (4, 1, 0)
    figures = answer("overview", "--log", ten, "--since", MORNING + 30, "--until", "2026-11-22T07:00:38.000001")
    assert (figures["lines"], figures["attempts"], figures["completed_messages"]) == (5, 1, 1)


def test_lookback_knows_messages_of_before_and_counts_none_of_their_lines(ten):
    period = ["--since", MORNING + 35, "--until", MORNING + 40]
    figures = answer("overview", "--log", ten, *period)
    names = (
        "lines",
        "attempts",
        "completed_messages",
        "new_messages",
        "total_ddelay",
        "total_xdelay",
        "bytes",
    )
    assert [figures[name] for name in names] == [2, 1, 1, 0, 4.0, 2.0, 100]
    figures = answer("overview", "--log", ten, *period, "--lookback", 0)
    assert [figures[name] for name in names] == [2, 0, 0, 0, 0.0, 0.0, 0]


def test_durations_count_back_from_now(ten, monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: (MORNING + 98) * 10**9)
    assert answer("overview", "--log", ten, "--since", "8s", "--lookback", 0)["lines"] == 5


def test_top_ranks_by_the_main_figure():
    lines = table("recipient-hosts", "--top", 3, "--log", SEND).splitlines()
    assert [line.split()[-1] for line in lines[4:7]] == ["test.example", "ok.example", "mail.test.example"]
    assert lines[7] == "- 14 more rows not shown: 236 messages, 9.8 %"
    hosts = [row["host"] for row in answer("recipient-hosts", "--top", 3, "--log", SEND)]
    assert hosts == ["test.example", "ok.example", "mail.test.example"]


def test_top_bounds_what_is_kept_and_says_what_is_an_estimate(monkeypatch):
    monkeypatch.setattr(commands, "_LEAST_KEPT", 100)
    monkeypatch.setattr(commands, "_KEPT_PER_ROW", 1)
    options = ["--log", SEND, "--jobs", 1]
    exact = answer("recipients", *options)
    assert len(exact) == 824
    text = table("recipients", "--top", 10, *options)
    assert "\n- estimates: " in text
    best = sorted(exact, key=lambda row: -row["mess"])[:5]
    assert [line.split()[-1] for line in text.splitlines()[4:9]] == [row["recipient"].partition(".")[2] for row in best]
    monkeypatch.setattr(commands, "_UNSEEN_KEPT", 100)
    few = answer("overview", *options)
    monkeypatch.setattr(commands, "_UNSEEN_KEPT", 10**9)
    assert answer("overview", *options) == few
    for command in ("recipient-hosts", "uids", "failures", "pending"):
        monkeypatch.setattr(commands, "_UNSEEN_KEPT", 10**9)
        all_ = answer(command, *options)
        monkeypatch.setattr(commands, "_UNSEEN_KEPT", 100)
        assert answer(command, *options) == all_


def test_logs_of_the_other_kind_are_passed_over():
    both = table("uids", "--log", SEND, "--log", SAMPLES / "smtpd")
    assert both == table("uids", "--log", SEND)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["overview"], "the following arguments are required: --log"),
        (["--log", "x"], "argument COMMAND: invalid choice: 'x'"),
        (["overview", "--log", "x", "--since", "soon"], "'soon' is no time like"),
        (["overview", "--log", "x", "--until", "5"], None),
        (["trace", "--log", "x"], "trace needs one of --message, --qp, --sender, --recipient, --pid, --client"),
        (
            ["overview", "--log", "x", "--since", "2026-11-23", "--until", "2026-11-22"],
            "--since is not before --until",
        ),
        (["overview", "--log", "x", "--top", "0"], "'0' is no whole number above 0"),
        (["overview", "--log", "x", "--lookback", "-1"], "'-1' is no duration like 90s, 15m, 6h or 2d"),
        (["overview", "--log", "x", "--format", "xml"], "invalid choice: 'xml'"),
        (["daily", "--log", "x", "--day", "2026-13-01"], "'2026-13-01' is no day like 2026-11-22"),
        (["daily", "--log", "x", "--month", "11"], "'11' is no month like 2026-11"),
        (["daily", "--log", "x", "--day", "2026-01-01", "--month", "2026-01"], "not allowed with argument"),
    ],
)
def test_wrong_usage_is_said_in_one_line(arguments, words):
    status, out, err = run(*arguments)
    if words is None:
        assert (status, err) == (1, "sqmail-report: x: no such log\n")
        return
    assert (status, out) == (2, "")
    assert err.startswith("sqmail-report")
    assert words in err
    assert err.count("\n") == 1


def test_letters_that_the_terminal_cannot_show_are_escaped(tmp_path):
    line = "qmail-popup: pid 7 Reject::AUTH::User P:POP3 S:192.0.2.1:unknown ?~ 'm\u00fcller'"
    command = [*COMMAND, "sessions", "--show-users", "--log", str(log(tmp_path / "log", [line]))]
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert b"m\\xfcller" in done.stdout


def test_a_missing_log(tmp_path):
    assert run("all", "--log", tmp_path / "none") == (
        1,
        "",
        f"sqmail-report: {tmp_path / 'none'}: no such log\n",
    )


def test_a_directory_without_logs(tmp_path):
    status, _, err = run("all", "--log", tmp_path)
    assert (status, err) == (
        1,
        f"sqmail-report: {tmp_path}: no log files in it (looked for `current` and @*.s)\n",
    )


def test_an_empty_log_is_a_report_of_nothing(tmp_path):
    (tmp_path / "current").touch()
    assert answer("overview", "--log", tmp_path)["attempts"] == 0
    assert table("failures", "--log", tmp_path) == "Reasons for failure\n\nnothing\n"
    assert table("pending", "--log", tmp_path) == "In the queue\n\nnothing\n"
    assert table("rejects", "--log", tmp_path).startswith("Rejected and deferred, by reason\n\nnothing\n")
    assert answer("sessions", "--log", tmp_path)["lines"] == 0


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="needs setpriv to be somebody else")
def test_an_unreadable_log_says_how_to_open_it(tmp_path):
    where = log(tmp_path / "log", ["new msg 1"])
    where.chmod(0)
    with public.as_nobody() as run:
        done = run("-c", "import sys; from sqmail_report.cli import main; sys.exit(main())", "overview", "--log", where)
    where.chmod(0o755)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "may not read it" in done.stderr


def test_compressed_archives_are_read(tmp_path):
    pack = [gzip.compress, bz2.compress, lzma.compress]
    for number, path in enumerate(sorted(SEND.glob("@*"))):
        (tmp_path / path.name).write_bytes(pack[number % 3](path.read_bytes()))
    (tmp_path / "current").write_bytes((SEND / "current").read_bytes())
    assert table("all", "--log", tmp_path) == table("all", "--log", SEND)


def test_whoever_stops_reading_gets_no_complaint():
    command = [*COMMAND, "recipients", "--log", str(SEND)]
    with Program(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


@pytest.mark.parametrize(
    ("redirection", "words"),
    [(">&-", "standard output is closed"), (">/dev/full", "standard output: No space left on device")],
)
@pytest.mark.parametrize(
    ("prog", "arguments"),
    [
        ("sqmail-report", ["recipients", "--log", SEND]),
        ("sqmail-report", ["daily", "--day", "2026-11-22", "--log", SEND]),
        ("sqmail-mrtg", ["-1", "--log", SEND, "--at", "2026-11-22T07:15", "--window", "1h"]),
    ],
)
def test_output_that_cannot_be_written_is_said_in_one_line(redirection, words, prog, arguments):
    module = {"sqmail-report": "cli", "sqmail-mrtg": "mrtg.command"}[prog]
    code = f"import sys; from sqmail_report.{module} import main; sys.exit(main())"
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, env=ENVIRONMENT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{prog}: {words}\n")


def test_a_progress_bar_on_a_terminal_and_nothing_of_it_elsewhere(tmp_path):
    big = tmp_path / "big"
    big.mkdir()
    lines = b"".join(path.read_bytes() for path in sorted(SEND.glob("@*")))
    for number in range(48):
        (big / f"@400000006b04{number:04x}00000000.s").write_bytes(lines)
    own, terminal = pty.openpty()
    command = [*COMMAND, "overview", "--jobs", "1", "--log", str(big)]
    with Program(command, stdout=subprocess.PIPE, stderr=terminal, env=ENVIRONMENT) as running:
        os.close(terminal)
        output = running.stdout.read()
    assert running.returncode == 0
    shown = b""
    try:
        while piece := os.read(own, 4096):
            shown += piece
    except OSError:
        pass
    os.close(own)
    assert b"of 56 MB" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert b"#" not in output


@pytest.mark.parametrize(
    ("stop", "send"), [(signal.SIGINT, os.killpg), (signal.SIGTERM, os.killpg), (signal.SIGTERM, os.kill)]
)
def test_an_interrupted_run_leaves_nothing_behind(tmp_path, stop, send):
    big = tmp_path / "big"
    big.mkdir()
    lines = b"".join(path.read_bytes() for path in sorted(SEND.glob("@*")))
    for number in range(60):
        (big / f"@400000006b04{number:04x}00000000.s").write_bytes(lines)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    running = Program(
        [*COMMAND, "all", "--jobs", "2", "--log", str(big)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=tmp_path, start_new_session=True,
    )  # fmt: skip
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    workers = until(lambda: children.read_text().split(), "workers")
    send(running.pid, stop)
    output, errors = running.communicate(timeout=30)
    assert (running.returncode, output, errors) == (130, b"", b"sqmail-report: interrupted\n")
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_log_of_another_program_is_told_apart_from_an_empty_one(tmp_path):
    foreign = tmp_path / "syslog"
    foreign.write_text("Nov 22 07:00:00 mail kernel: hello\n")
    words = f"sqmail-report: {foreign}: not one line of a qmail program in it; is this the right log?\n"
    assert run("overview", "--log", foreign) == (1, "", words)
    foreign.write_text("")
    assert run("overview", "--log", foreign)[::2] == (0, "")


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("send", b"status: local 0/10 remote 0/20"),
        ("send", b"starting delivery 1: msg 5 to local a@test.example"),
        ("send", b"delivery 1: success: did_1+0+0/"),
        ("send", b"new msg 5"),
        ("send", b"info msg 5: bytes 9 from <> qp 1 uid 2"),
        ("send", b"end msg 5"),
        ("send", b"bounce msg 5 qp 7"),
        ("sessions", b"tcpserver: status: 1/40"),
        ("sessions", b"sslserver: status: 1/40"),
        ("sessions", b"rblsmtpd: 192.0.2.7 pid 7: 451 listed"),
        ("sessions", b"qmail-smtpd: pid 7 Accept::RCPT::Recipients_Cdb P:ESMTP S:192.0.2.7:x H:h F:a T:b"),
        ("sessions", b"qmail-popup: pid 7 Reject::AUTH::User P:POP3 S:192.0.2.7:x"),
        ("sessions", b"qmail-qmtpd: pid 7 something"),
        ("", b"anything else"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:10].decode(),
)
def test_one_line_tells_who_wrote_a_log(tmp_path, kind, line):
    write_log(tmp_path / "log", [(1795332000, line)])
    assert Log(str(tmp_path / "log"), Period()).families() == ({kind} if kind else set())
