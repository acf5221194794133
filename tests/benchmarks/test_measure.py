"""Processes are measured from outside, and failures are not taken for results."""

import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.bench import Row
from benchmarks.measure import (
    Command,
    CommandFailedError,
    Launcher,
    Runs,
    Spread,
    Usage,
    differences,
    in_turn,
    ratios,
)
from benchmarks.run import main
from benchmarks.table import as_json, text


@pytest.fixture
def launcher():
    with Launcher() as running:
        yield running


def test_a_run_tells_time_memory_and_output(launcher):
    program = "import sys; data = bytearray(60_000_000); print(len(data), file=sys.stdout)"
    usage = launcher.run(Command("python", (sys.executable, "-I", "-c", program)))

    assert usage.output == "60000000\n"
    assert usage.memory > 60_000_000
    assert usage.wall > 0
    assert usage.cpu == usage.user + usage.system > 0


def test_memory_of_one_run_is_not_that_of_the_one_before(launcher):
    launcher.run(Command("python", (sys.executable, "-I", "-c", "bytearray(60_000_000)")))
    assert launcher.run(Command("true", ("true",))).memory <= launcher.floor * 1.1 < 20_000_000


def test_standard_input_is_the_file_named(launcher, tmp_path):
    (tmp_path / "log").write_text("two\nlines\n")
    usage = launcher.run(Command("wc", ("wc", "-l"), stdin=tmp_path / "log"))
    assert usage.output.strip() == "2"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("sh", "-c", "echo one; echo it broke >&2; exit 3"), "it: exit code 3: it broke"),
        (("sh", "-c", "echo UNKNOWN - no log; exit 3"), "it: exit code 3: UNKNOWN - no log"),
        (("false",), "it: exit code 1: it said nothing"),
        (("/nonexistent/program",), "it: exit code 127: /nonexistent/program: No such file or directory"),
        (("sh", "-c", "kill -9 $$"), "it: exit code -9: it said nothing"),
    ],
)
def test_a_failed_run_is_no_result(launcher, argv, message):
    with pytest.raises(CommandFailedError) as failed:
        launcher.run(Command("it", argv))
    assert str(failed.value) == message


def alive(group):
    """Whether any process of the group still runs; those that only wait to be reaped do not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, owner = stat.read_text().rpartition(")")[2].split()[:3]
            if int(owner) == group and state not in "ZX":
                return True
    return False


def test_a_run_that_takes_too_long_is_stopped_with_all_it_started(tmp_path):
    with Launcher(patience=1) as launcher:
        with pytest.raises(CommandFailedError) as failed:
            launcher.run(Command("it", ("sh", "-c", f"echo $$ > {tmp_path}/group; sleep 100; true")))
        assert launcher.run(Command("true", ("true",))).output == ""
    assert str(failed.value) == "it: stopped after 1 s"
    group = int((tmp_path / "group").read_text())
    deadline = time.monotonic() + 30
    while alive(group):
        assert time.monotonic() < deadline


def test_exit_codes_of_a_check_are_results(launcher):
    assert launcher.run(Command("it", ("sh", "-c", "echo CRITICAL; exit 2"), accepts=(0, 1, 2))).output == (
        "CRITICAL\n"
    )


def test_a_check_that_crashes_is_no_warning(launcher):
    crash = Command(
        "it", (sys.executable, "-c", "import nothing_of_that_name"), accepts=(0, 1, 2), shows="OK - "
    )
    with pytest.raises(CommandFailedError) as failed:
        launcher.run(crash)
    assert str(failed.value) == "it: no answer: ModuleNotFoundError: No module named 'nothing_of_that_name'"


def test_two_commands_take_turns_each_prepared(launcher, tmp_path):
    trace = tmp_path / "trace"

    def command(name):
        def prepare():
            with trace.open("a") as stream:
                stream.write(f"prepare {name}\n")

        return Command(name, ("sh", "-c", f"echo run {name} >> {trace}"), prepare=prepare)

    in_turn(launcher, command("a"), command("b"), 2)

    turn = "prepare a\nrun a\nprepare b\nrun b\n"
    assert trace.read_text() == turn * 2


def runs(name, *seconds, memory=30_000_000):
    usages = tuple(Usage(value, 0.0, value * 2, memory, "") for value in seconds)
    return Runs(Command(name, (name,)), usages)


def test_ratios_and_differences_are_taken_pair_by_pair():
    slow_machine = runs("a", 1.0, 8.0, 2.0), runs("b", 2.0, 4.0, 2.0)
    assert ratios(*slow_machine) == Spread(1.0, 0.5, 2.0)
    assert differences(*slow_machine) == Spread(0.0, -1.0, 4.0)


def test_table_says_what_was_measured_and_what_was_not():
    ours, other = runs("check", 1.5, 1.5), runs("mawk", 0.5, 0.5, memory=5_000_000)
    rows = [
        Row("cold", "send, 100 MB", "check", ours, "mawk", other, ratios(ours, other), target=2.2,
            estimate=("qmail-mrtg", 0.87)),
        Row("idle", "16 MB", "check", ours, "a | b", other, ratios(ours, other),
            differences(ours, other), 0.01),
        Row("cold", "send, 100 MB", "check", peer="mtail", note="mtail is not installed: apt install mtail"),
    ]  # fmt: skip

    assert text(rows, floor=9_000_000) == (
        "| case | of what      | command | cpu    | wall   | memory  | peer   | its cpu  | its memory |"
        " ratio            | aim      |\n"
        "|------|--------------|---------|--------|--------|---------|--------|----------|------------|"
        "------------------|----------|\n"
        "| cold | send, 100 MB | check   | 1.50 s | 3.00 s | 30.0 MB | mawk   | 500.0 ms | < 10 MB    |"
        " 3.00 (3.00-3.00) | <= 2.2   |\n"
        "| idle | 16 MB        | check   | 1.50 s | 3.00 s | 30.0 MB | a \\| b | 500.0 ms | < 10 MB    |"
        " +1000.0 ms       | <= 10 ms |\n"
        "| cold | send, 100 MB | check   | -      | -      | -       | mtail  | -        | -          |"
        "                  |          |\n"
        "\n"
        "cold: estimated against qmail-mrtg (by its published ratio to mawk): 0.87\n"
        "cold: mtail is not installed: apt install mtail\n"
    )
    assert as_json(rows)[0] == {
        "case": "cold",
        "of": "send, 100 MB",
        "command": "check",
        "runs": [{"user": 1.5, "system": 0.0, "wall": 3.0, "memory": 30_000_000}] * 2,
        "peer": "mawk",
        "peer_runs": [{"user": 0.5, "system": 0.0, "wall": 1.0, "memory": 5_000_000}] * 2,
        "ratio": {"median": 3.0, "least": 3.0, "greatest": 3.0},
        "difference": None,
        "target": 2.2,
        "estimate": {"against": "qmail-mrtg", "ratio": 0.87, "by": "published ratio to mawk"},
        "note": None,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["warm"], "error: no such case: warm; there are cold-send, cold-smtpd, cold-own, report, idle, increment,"),
        (["--rounds", "0"], "error: --rounds, --idle-rounds and --patience must be at least 1\n"),
        (["--own", "/nonexistent/log"], "error: /nonexistent/log: no such log\n"),
        (["--matchup", "/nonexistent/matchup"], "error: /nonexistent/matchup: no such program\n"),
    ],
)
def test_bad_usage_is_said_in_a_line(arguments, message, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 2
    assert message in capsys.readouterr().err
