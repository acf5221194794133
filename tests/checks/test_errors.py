"""What cannot be judged is UNKNOWN, exit code 3, in one line that says what to do."""

import os
import shutil
import subprocess
import sys
import time

import pytest

from support import SAMPLES, SOURCES, check, write_log

CHECKS = ["queue", "delivery", "smtpd", "auth", "concurrency", "log"]
NOW = 1795332000


def one_line(output):
    assert output.endswith("\n")
    assert output.count("\n") == 1
    assert "Traceback" not in output
    return output


@pytest.mark.parametrize("name", CHECKS)
def test_a_missing_log(name, tmp_path):
    assert check(name, "--log", tmp_path / "none", "--state-dir", tmp_path) == (
        f"QMAIL_{name.upper()} UNKNOWN - {tmp_path}/none: no such log\n",
        3,
    )


@pytest.mark.parametrize("name", CHECKS)
def test_an_empty_log(name, tmp_path):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "current").touch()
    assert check(name, "--log", tmp_path / "log", "--state-dir", tmp_path / "state") == (
        f"QMAIL_{name.upper()} UNKNOWN - {tmp_path}/log: no line in it yet; does its service log here?\n",
        3,
    )


@pytest.mark.parametrize("name", CHECKS)
def test_an_empty_directory(name, tmp_path):
    (tmp_path / "log").mkdir()
    output, code = check(name, "--log", tmp_path / "log", "--state-dir", tmp_path / "state")
    assert "no line in it yet" in one_line(output)
    assert code == 3


@pytest.mark.parametrize("name", CHECKS)
def test_something_else_s_log(name, tmp_path):
    log = write_log(tmp_path / "log", [(NOW, "qlogenvelope: result=rejected"), (NOW, "fnord")])
    output, code = check(name, "--log", log, "--at", NOW)
    assert "not one line of a qmail program in it; is this the right log?" in one_line(output)
    assert code == 3


def test_before_the_log_began(tmp_path):
    log = write_log(tmp_path / "log", [(NOW, "new msg 5")])
    assert check("queue", "--log", log, "--at", NOW - 10) == (
        f"QMAIL_QUEUE UNKNOWN - {log}: no line at or before that time\n",
        3,
    )


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv to be somebody else"
)
def test_an_unreadable_log_and_an_unwritable_state(tmp_path):
    log = write_log(tmp_path / "log", [(NOW, "new msg 5")])
    state = tmp_path / "state"
    state.mkdir()
    for folder in [tmp_path, *tmp_path.parents][:-2]:
        folder.chmod(folder.stat().st_mode | 0o055)

    def as_nobody(*arguments):
        done = subprocess.run(
            [
                "setpriv",
                "--reuid",
                "65534",
                "--regid",
                "65534",
                "--clear-groups",
                "/usr/bin/env",
                f"PYTHONPATH={SOURCES}",
                sys.executable,
                "-m",
                "sqmail_checks.queue",
                *map(str, arguments),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr, done.returncode

    if as_nobody("--version")[1] != 3:
        pytest.skip("this Python is not for everybody to run")
    output, code = as_nobody("--log", log, "--state-dir", state)
    assert code == 3
    assert f"{state}/" in one_line(output)
    assert "cannot keep the state" in output
    assert f"chown -R 65534 {state}" in output
    log.chmod(0o700)
    output, code = as_nobody("--log", log, "--at", NOW)
    assert code == 3
    assert f"nobody may not read it; setfacl -m u:nobody:rX {log}\n" in one_line(output)


def test_a_state_directory_that_is_a_file(tmp_path):
    (tmp_path / "state").write_text("")
    log = write_log(tmp_path / "log", [(NOW, "new msg 5")])
    output, code = check("queue", "--log", log, "--state-dir", tmp_path / "state")
    assert "cannot keep the state" in one_line(output)
    assert code == 3


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\0" * 5000, os.urandom(4096)], ids=["empty", "text", "zeros", "noise"]
)
def test_a_damaged_state(content, tmp_path):
    log = write_log(tmp_path / "log", [(time.time(), "new msg 5")])
    live = ("--log", log, "--state-dir", tmp_path / "state")
    assert check("queue", *live)[1] == 0
    (state,) = (tmp_path / "state").glob("*.sqlite")
    for file in (tmp_path / "state").iterdir():
        file.unlink()
    state.write_bytes(content)
    output, code = check("queue", *live)
    if content:
        assert f"{state}: the state is damaged (" in one_line(output)
        assert f"mv {state} {state}.damaged" in output
        assert code == 3
    else:
        assert code == 0


def test_a_state_of_another_version(tmp_path):
    log = write_log(tmp_path / "log", [(time.time(), "new msg 5")])
    live = ("--log", log, "--state-dir", tmp_path / "state")
    check("queue", *live)
    (state,) = (tmp_path / "state").glob("*.sqlite")
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sqlite3,sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version=99')",
            state,
        ],
        check=True,
    )
    output, code = check("queue", *live)
    assert "written by another version of sqmail-monitoring" in one_line(output)
    assert code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--log"],
        ["--log", "x", "--nonsense"],
        ["--log", "x", "-w", "10:5"],
        ["--log", "x", "-w", "1e3"],
        ["--log", "x", "-c", "x|y\x1b"],
        ["--log", "x", "-t", "0"],
        ["--log", "x", "-t", "-5"],
        ["--log", "x", "--at", "yesterday"],
        ["--log", "x", "--window", "0s"],
        ["--log", "x", "--window", "8d"],
        ["--log", "x", "--tai-offset", "ten"],
    ],
)
@pytest.mark.parametrize("name", CHECKS)
def test_bad_usage(name, arguments):
    output, code = check(name, *arguments)
    assert one_line(output).startswith("UNKNOWN - usage: ")
    assert output.endswith(f"see check_qmail_{name} --help\n")
    assert "|" not in output
    assert "\x1b" not in output
    assert code == 3


@pytest.mark.parametrize("name", CHECKS)
def test_help_and_version_exit_with_3(name):
    output, code = check(name, "--help")
    assert output.startswith(f"usage: check_qmail_{name} ")
    assert code == 3


def test_one_unreadable_log_does_not_hide_a_critical_one(tmp_path):
    log = write_log(tmp_path / "log", [(NOW, "alert: out of memory, sleeping...")])
    assert check("log", "--log", tmp_path / "none", "--log", log, "--at", NOW)[1] == 2


def test_one_unreadable_log_is_unknown_else(tmp_path):
    log = write_log(tmp_path / "log", [(NOW, "new msg 5")])
    assert check("queue", "--log", tmp_path / "none", "--log", log, "--at", NOW) == (
        f"QMAIL_QUEUE UNKNOWN - {tmp_path}/none: no such log; 1 message, oldest 0s (#5) "
        "| messages=1;1000;10000;0 oldest=0s;691200;;0\n",
        3,
    )


@pytest.mark.parametrize("name", ["MP_STATE_PATH", "NAGIOS_PLUGIN_STATE_DIRECTORY"])
def test_the_monitor_s_variables_name_the_state_directory(name, tmp_path):
    log = write_log(tmp_path / "log", [(time.time(), "new msg 5")])
    assert check("queue", "--log", log, env={name: str(tmp_path / "state")})[1] == 0
    assert list((tmp_path / "state").glob("*.sqlite"))


def test_samples_are_left_as_they_were():
    before = sorted((path.name, path.stat().st_mtime_ns) for path in (SAMPLES / "send").iterdir())
    check("queue", "--log", SAMPLES / "send", "--at", "2026-11-22T07:15:00")
    assert sorted((path.name, path.stat().st_mtime_ns) for path in (SAMPLES / "send").iterdir()) == before
