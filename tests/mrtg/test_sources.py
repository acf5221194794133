"""Where the numbers come from: a remembered position, the files, standard input; and which lines count."""

import os
import random
import shlex
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from mrtg import samples
from mrtg.replay import Replay
from sqmail_log import tai64n
from sqmail_report.mrtg import command

COMMAND = [sys.executable, "-m", "sqmail_report.mrtg.command"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "UTC"}
NOON = 1795348800
FLAGS = "123456abcdefghijkzAB"


def run(*arguments, stdin=b"", status=0):
    """Return what the command prints, and on which channel of the two its exit status says."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == status, done.stderr
    assert not (done.stdout if status else done.stderr), (done.stdout, done.stderr)
    return (done.stderr if status else done.stdout).decode()


def line(unix, payload="bounce msg 1 qp 2", nanoseconds=0):
    return tai64n.encode(unix * tai64n.SECOND + nanoseconds) + f" {payload}\n".encode()


def per_minute():
    """Return ok and deny of the smtpd log by Unix minute, as counted by others."""
    table = defaultdict(lambda: (0, 0))
    for row in (samples.TRUTH / "per-minute-smtpd-pop3d.tsv").read_text().splitlines()[1:]:
        name, minute, ok, deny, *_ = row.split("\t")
        if name == "smtpd":
            moment = datetime.strptime(minute, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            table[int(moment.timestamp()) // 60] = int(ok), int(deny)
    return table


@pytest.fixture
def run_at(capsys):
    """Return a function that runs the command at a Unix time."""

    def run_at(now, *arguments):
        assert command.main(list(map(str, arguments)), now * tai64n.SECOND) == 0
        return capsys.readouterr().out

    return run_at


@pytest.mark.parametrize("seconds", [0, 1, 59])
def test_calls_every_five_minutes_count_each_line_once(tmp_path, run_at, seconds):
    """Across 43 rotations, and whatever the second of the minute that cron calls in."""
    truth = per_minute()
    first = min(truth) // 5 * 5
    log = tmp_path / "smtpd"
    replay = Replay("smtpd", log)
    total = [0, 0]
    for minute in range(first, max(truth) + 10, 5):
        now = minute * 60 + seconds
        replay.until(now)
        printed = run_at(now, "-z", 5, "--log", log, "--state-dir", tmp_path / "state")
        ok, deny = map(int, printed.split())
        assert ok == sum(truth[number][0] for number in range(minute - 5, minute))
        total[0] += ok
        total[1] += deny
    assert tuple(total) == samples.counted("smtpd", "z")


@pytest.mark.parametrize(("minutes", "jitter"), [(5, 40), (2, 25), (60, 50)])
def test_calls_that_jitter_count_each_line_once(tmp_path, run_at, minutes, jitter):
    """Late and early across the minute's boundary, and with somebody who looks in between."""
    moments = random.Random(minutes)
    first, last = min(per_minute()), max(per_minute())
    log = tmp_path / "smtpd"
    replay = Replay("smtpd", log)
    arguments = ("-z", minutes, "--log", log, "--state-dir", tmp_path / "state")
    total = [0, 0]
    for minute in range(first, last + 2 * minutes + 1, minutes):
        now = minute * 60 + moments.randint(-jitter, jitter)
        replay.until(now)
        numbers = run_at(now, *arguments).split()
        total = [counted + int(number) for counted, number in zip(total, numbers, strict=True)]
        if moments.random() < 0.3:
            run_at(now + moments.randrange(60) * (minutes // 5), *arguments)
    assert tuple(total) == samples.counted("smtpd", "z")


def test_a_call_too_many_repeats_the_last_minutes_and_a_pause_leaves_minutes_out(tmp_path, run_at):
    log = tmp_path / "send"
    lines = [line(NOON + 60 * minute) for minute in range(60)]

    def bounces(minute):
        written = log.read_bytes().count(b"\n") if log.exists() else 0
        with log.open("ab") as file:
            file.writelines(lines[written:minute])
        options = ("--log", log, "--state-dir", tmp_path / "state")
        return int(run_at(NOON + 60 * minute, "-5", *options).split()[0])

    # Each minute has one line.
    called = (1, 5, 6, 8, 9, 20, 27, 50, 54, 60)
    assert list(map(bounces, called)) == [1, 4, 5, 5, 4, 5, 7, 5, 4, 6]
    # Clock set back, and forward again.
    assert list(map(bounces, (40, 45))) == [5, 5]


def test_a_log_that_cannot_be_read_costs_the_others_nothing(tmp_path, run_at):
    logs = [tmp_path / "one", tmp_path / "two"]
    arguments = ("-5", *(part for log in logs for part in ("--log", log)), "--state-dir", tmp_path / "state")
    for log in logs:
        log.write_bytes(b"".join(line(NOON + 60 * minute) for minute in range(5)))
    assert run_at(NOON + 300, *arguments).split() == ["10", "0"]
    for log in logs:
        with log.open("ab") as file:
            file.writelines(line(NOON + 60 * minute) for minute in range(5, 15))
    logs[1].rename(tmp_path / "away")
    assert command.main(list(map(str, arguments)), (NOON + 600) * tai64n.SECOND) == 1
    (tmp_path / "away").rename(logs[1])
    assert run_at(NOON + 900, *arguments).split() == ["20", "0"]


def test_the_files_alone_give_what_the_state_gives(tmp_path, run_at):
    log = tmp_path / "smtpd"
    Replay("smtpd", log).until(2 * NOON)
    now = max(per_minute()) * 60 + 30
    for flag in samples.SMTPD_FLAGS:
        remembered = run_at(now, f"-{flag}", "--log", log, "--state-dir", tmp_path / "state")
        assert run_at(now, f"-{flag}", "--log", log) == remembered


def test_at_and_window_are_exact():
    log = b"".join(
        line(NOON + seconds, nanoseconds=nanoseconds)
        for seconds, nanoseconds in ((-10, 0), (-10, 1), (0, 0), (0, 1))
    )
    assert run("-5", "--at", NOON, "--window", "10s", stdin=log) == "2\n0\n"
    assert run("-5", "--at", "2026-11-22T12:00:00.000001Z", "--window", "1d", stdin=log) == "4\n0\n"
    assert run("-5", 1, "--at", "2026-11-22T12:00:50", stdin=log) == "3\n0\n"
    assert run("-5", stdin=log) == "0\n0\n"


def test_at_and_window_on_a_directory(tmp_path):
    archive = tai64n.encode((NOON - 20) * tai64n.SECOND).decode() + ".s"
    (tmp_path / archive).write_bytes(line(NOON - 200) + line(NOON - 30))
    (tmp_path / "current").write_bytes(line(NOON - 5) + line(NOON + 5))
    assert run("-5", "--log", tmp_path, "--at", NOON, "--window", "60s") == "2\n0\n"
    assert run("-5", "--log", tmp_path, "--at", NOON) == "3\n0\n"


def test_the_original_takes_in_both_ends_of_305_seconds():
    log = b"".join(
        line(NOON + seconds, nanoseconds=999_999_999) for seconds in (-400, -306, -305, -5, -4, 0, 1)
    )
    assert run("-5", "--as-original", "--at", NOON, stdin=log) == "4\n0\n"
    assert run("-5", 5, "--as-original", "--at", NOON - 5, stdin=log) == "2\n0\n"


def test_stamps_of_every_kind_on_standard_input():
    log = b"2026-11-22 11:59:00.5 bounce msg 1 qp 2\nbounce msg 3 qp 4\n"
    assert run("-5", "--at", NOON, stdin=log) == "1\n0\n"
    s6 = tai64n.encode((NOON - 1) * tai64n.SECOND, 37) + b" bounce msg 1 qp 2\n"
    assert run("-5", "--at", NOON, stdin=s6) == "0\n0\n"
    assert run("-5", "--at", NOON, "--tai-offset", 37, stdin=s6) == "1\n0\n"
    processed = b"".join(path.read_bytes() for path in samples.files("send-processed") if path.exists())
    succeeded = sum(b": success: " in row for row in processed.splitlines())
    assert run("-1", "--window", "1w", "--at", "2026-11-23", stdin=processed).split()[0] == str(succeeded)


def test_more_than_a_block_of_standard_input():
    log = (
        b"".join(line(NOON - 100, nanoseconds=i) for i in range(20_000))
        + line(NOON - 50, "x" * 600_000)
        + line(NOON)
    )
    assert run("-5", "--at", NOON, stdin=log) == "20001\n0\n"


def test_the_queue(tmp_path):
    for folder, names in {"mess/0": "12", "mess/22": "3", "todo": "1"}.items():
        (tmp_path / folder).mkdir(parents=True)
        for name in names:
            (tmp_path / folder / name).touch()
    assert run("--queue", tmp_path) == "3\n1\n"
    missing = tmp_path / "nowhere"
    assert run("--queue", missing, status=1).startswith(f"sqmail-mrtg: {missing}/mess: no such folder")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["-x"],
            f"one of the arguments {' '.join(f'-{flag}' for flag in FLAGS)} --queue is required",
        ),
        (["-1", "-4"], "argument -4: not allowed with argument -1"),
        (["-1", "0"], "argument MINUTES: '0' is no whole number above 0"),
        (["-1", "5", "6"], "unrecognized arguments: 6"),
        (
            ["-1", "--at", "noon\x1b"],
            "argument --at: 'noon\\x1b' is no time like 2026-11-22T07:14:31Z or 1795331671",
        ),
        (["-1", "--window", "5 min"], "argument --window: '5 min' is no duration like 90s, 15m, 6h or 2d"),
        (["-1", "5", "--window", "5m"], "give either MINUTES or --window"),
        (["-1", "--state-dir", "state"], "--state-dir needs --log"),
        (
            ["-1", "--log", "x", "--state-dir", "state", "--at", "0"],
            "--at, --window and --as-original read the log itself: leave --state-dir out",
        ),
        (
            ["-1", "11521", "--log", "x", "--state-dir", "state"],
            "sums are remembered for 11520 minutes: leave --state-dir out to count more",
        ),
        (["-k", "--as-original"], "--as-original: qmail-mrtg has no such flag"),
        (["-1", "--as-original", "--window", "5m"], "--as-original takes MINUTES, not --window"),
    ],
)
def test_wrong_command_lines(arguments, message):
    assert run(*arguments, status=2) == f"sqmail-mrtg: {message}; see sqmail-mrtg --help\n"


def test_the_most_minutes_that_are_remembered(tmp_path, run_at):
    log = tmp_path / "send"
    log.mkdir()
    (log / "current").write_bytes(line(NOON - 11520 * 60) + line(NOON - 60))
    assert run_at(NOON, "-5", "11520", "--log", log, "--state-dir", tmp_path / "state").split()[0] == "2"


def test_what_fails_prints_no_numbers(tmp_path):
    missing = tmp_path / "none"
    for arguments in ([], ["--state-dir", tmp_path / "state"]):
        assert run("-1", "--log", missing, *arguments, status=1) == f"sqmail-mrtg: {missing}: no such log\n"
    assert run("-1", "--as-original", "--log", missing, status=1) == f"sqmail-mrtg: {missing}: no such log\n"
    unstamped = line(NOON) + b"status: local 1/10 remote 1/20\n"
    assert run("-3", "--as-original", stdin=unstamped, status=1) == (
        "sqmail-mrtg: line 2 has no TAI64N stamp: qmail-mrtg gives up here\n"
    )
    epoch = b"@400000000000000a00000000 bounce msg 1 qp 2\n"
    assert run("-5", "--as-original", stdin=epoch, status=1) == (
        "sqmail-mrtg: line 1 is stamped 1970: qmail-mrtg gives up here\n"
    )


@pytest.mark.parametrize(
    ("redirection", "message"),
    [
        ("< /proc/self/mem", "standard input: Input/output error"),
        ("<&-", "standard input is closed; give it a log, or --log DIR"),
    ],
)
@pytest.mark.parametrize("mode", ["", " --as-original"])
def test_standard_input_that_is_none(redirection, message, mode):
    command = f"{shlex.join(COMMAND)} -1{mode} {redirection}"
    done = subprocess.run(
        ["sh", "-c", command], env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"sqmail-mrtg: {message}\n")


def test_help_and_version():
    text = run("--help")
    for flag in FLAGS:
        assert f"\n  -{flag} " in text
    assert run("--version").startswith("sqmail-mrtg ")
