"""What cannot be judged is UNKNOWN, exit code 3, in one line that says what to do."""

import bz2
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import public
from sqmail_command.text import status_line
from support import CHECKS, SAMPLES, SOURCES, check, stamp, write_log

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


@public.needs_nobody
def test_an_unreadable_log_and_an_unwritable_state(tmp_path):
    log = write_log(tmp_path / "log", [(NOW, "new msg 5")])
    state = tmp_path / "state"
    state.mkdir()
    for folder in [tmp_path, *tmp_path.parents][:-2]:
        folder.chmod(folder.stat().st_mode | 0o055)

    def as_nobody(*arguments):
        with public.as_nobody() as run:
            done = run("-m", "sqmail_checks.queue", *arguments)
        return done.stdout + done.stderr, done.returncode

    output, code = as_nobody("--log", log, "--state-dir", state)
    assert code == 3
    assert f"{state}/" in one_line(output)
    assert "cannot keep the state" in output
    assert f"chown -R nobody {state}" in output
    log.chmod(0o700)
    output, code = as_nobody("--log", log, "--at", NOW)
    assert code == 3
    assert f"nobody may not read it; setfacl -m u:nobody:rX {log}\n" in one_line(output)


def test_a_log_that_is_not_there_leaves_nothing_behind(tmp_path):
    for log, why in (
        (tmp_path / "nowhere", "no such log"),
        (tmp_path, "a directory without a file that multilog writes (current, @*.s); name the file (--log {0}/other)"),
    ):
        (tmp_path / "other").write_text("")
        output, code = check("queue", "--log", log, "--state-dir", tmp_path / "state")
        assert (output, code) == (f"QMAIL_QUEUE UNKNOWN - {log}: {why.format(tmp_path)}\n", 3)
        assert not (tmp_path / "state").exists()


CROSSED = (
    ("queue", ("-w", "20", "-c", "10")),
    ("queue", ("-w", "5:", "-c", "10:")),
    ("queue", ("-w", "@5:6", "-c", "@5:9")),
    ("queue", ("--oldest-warning", "2d", "--oldest-critical", "1d")),
    ("delivery", ("--deferral-warning", "60", "--deferral-critical", "20")),
    ("senders", ("--networks-warning", "9", "--networks-critical", "4")),
    ("log", ("-w", "2d", "-c", "1d")),
)
NOT_CROSSED = (
    ("-w", "10", "-c", "10"),
    ("-w", "10", "-c", "20"),
    ("-w", "10:", "-c", "5:"),
    ("-w", "5:20", "-c", "0:10"),
    ("-w", "10", "-c", "@30:40"),
    ("-c", "5"),
    ("--oldest-critical", "1d"),
)


@pytest.mark.parametrize(("name", "given"), CROSSED)
def test_a_warning_behind_its_critical_threshold_is_a_usage_error(tmp_path, name, given):
    log = write_log(tmp_path / "log", [(NOW, "new msg 5")])
    option = given[0].replace("-w", "--warning") if given[0] == "-w" else given[0]
    assert check(name, "--log", log, "--at", NOW, *given) == (
        f"UNKNOWN - usage: {option} and {option[:-7]}critical are crossed: all that the first warns of is critical, "
        f"so no WARNING would ever be seen; see check_qmail_{name} --help\n",
        3,
    )


@pytest.mark.parametrize("given", NOT_CROSSED)
def test_thresholds_that_can_both_be_seen_are_taken(tmp_path, given):
    log = write_log(tmp_path / "log", [(NOW, "new msg 5")])
    assert check("queue", "--log", log, "--at", NOW, *given)[0].startswith("QMAIL_QUEUE ")


def test_a_state_directory_that_is_a_file(tmp_path):
    (tmp_path / "state").write_text("")
    log = write_log(tmp_path / "log", [(NOW, "new msg 5")])
    output, code = check("queue", "--log", log, "--state-dir", tmp_path / "state")
    assert "cannot keep the state" in one_line(output)
    assert output.endswith(f"{tmp_path}/state is no directory, choose another --state-dir\n")
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
        ["--log", ""],
        ["--log", "x", "--nonsense"],
        ["--log", "x", "-w", "10:5"],
        ["--log", "x", "-w", "1e3"],
        ["--log", "x", "-c", "x|y\x1b"],
        ["--log", "x", "-t", "0"],
        ["--log", "x", "-t", "-5"],
        ["--log", "x", "--at", "yesterday"],
        ["--log", "x", "--window", "0s"],
        ["--log", "x", "--window", "367d"],
        ["--log", "x", "--window", "1e-10"],
        ["--log", "x", "--window", "nan"],
        ["--log", "x", "--at", "0001-01-01"],
        ["--log", "x", "--at", "9" * 5000],
        ["--log", "x", "--timezone", "Europe/Rom"],
        ["--log", "x", "--timezone", "../../etc/passwd"],
        ["--log", "x", "--timezone", "|"],
        ["--log", "x", "--tai-offset", "ten"],
        ["--log", "x", "--tai-offset", "9" * 30],
        ["--log", "x", "-w", "-5"],
        ["--log", "x", "-w", "5:4:3"],
        ["--log", "x", "-w", b"\xff"],
        ["--log", "x", "-t", b"\xff|\n"],
        ["--log", "x", "--nonsense", "a|b\x1b[2J\n"],
        ["--log", "x", b"\xff\xfe"],
    ],
    ids=repr,
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


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("delivery", ["--channel", "x|y"], "argument --channel: invalid choice: 'x?y' (choose from "),
        ("smtpd", ["--only", b"\xff|"], "argument --only: no reject is called '??'; the types are AUTH, DATA, "),
        ("smtpd", ["--only", ""], "argument --only: no reject is called ''; the types are AUTH, DATA, "),
        ("smtpd", ["--min-events", "-1"], "argument --min-events: '-1' is no whole number"),
        # What begins like an option is no argument; to Python 3.14 this one does not.
        ("queue", ["--oldest-warning", "-1d"], ("argument --oldest-warning: expected one argument", "argument --oldest-warning: '-1d' is no duration")),
    ],
)
def test_bad_usage_of_one_check(name, arguments, says):
    output, code = check(name, "--log", "x", *arguments)
    begins = (says,) if isinstance(says, str) else says
    assert one_line(output).startswith(tuple(f"UNKNOWN - usage: {words}" for words in begins))
    assert code == 3


@pytest.fixture
def living(tmp_path):
    """A log with a message that is a few seconds old, and the options for it."""
    log = write_log(tmp_path / "log", [(time.time() - 5, "new msg 5")])
    return ["--log", str(log), "--state-dir", str(tmp_path / "state")]


@pytest.mark.parametrize("again", ["log", "log/", "log/../log", "log/current", "link"])
def test_a_log_that_is_named_twice_counts_once(living, tmp_path, again):
    (tmp_path / "link").symlink_to("log")
    output, code = check("queue", *living, "--log", f"{tmp_path}/{again}")
    assert output.startswith("QMAIL_QUEUE OK - 1 message, oldest ")
    assert code == 0


def test_the_live_file_stands_for_its_directory(tmp_path):
    """With its archives, so that nothing is lost at a rotation."""
    log = write_log(tmp_path / "log", [(NOW - 60, "new msg 5")], name=f"{stamp(NOW - 60).decode()}.s")
    write_log(log, [(NOW - 5, "new msg 6")])
    output, _ = check("queue", "--log", log / "current", "--at", NOW)
    assert output.startswith("QMAIL_QUEUE OK - 2 messages, oldest 1m (#5) ")


def shell(script, *arguments, **options):
    """Run check_qmail_queue as `"$@"` of a shell script; return output, what came to stderr, and the exit code."""
    done = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-m", "sqmail_checks.queue", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **{"env": {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}, **options},
    )
    return done.stdout, done.stderr, done.returncode


@pytest.mark.parametrize("script", ['"$@" >&-', '"$@" >&- 2>&- <&-', '"$@" >/dev/full'])
@pytest.mark.parametrize("more", [[], ["--nonsense"], ["--help"]], ids=["answer", "usage", "help"])
def test_nobody_to_tell(living, script, more):
    output, errors, code = shell(script, *living, *more)
    assert output == ""
    # argparse shows its help where it can.
    assert errors.startswith("usage: " if more == ["--help"] and script == '"$@" >&-' else "")
    assert "Traceback" not in errors
    assert code == 3


def test_a_relative_path_where_the_current_directory_has_gone(living):
    script = 'mkdir gone && cd gone && rmdir ../gone && "$@"'
    folder = os.path.dirname(living[1])
    output, errors, code = shell(script, *living, "--log", "log", cwd=folder)
    assert output.startswith("QMAIL_QUEUE UNKNOWN - log: No such file or directory; give the whole path; 1 message, ")
    assert (errors, code) == ("", 3)
    assert shell(script, *living, cwd=folder)[2] == 0


def test_a_plain_locale(living):
    """What cannot be shown in it is left out; names in it are found all the same."""
    log = os.path.join(os.path.dirname(living[1]), "grüße")
    os.rename(living[1], log)
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    for environment in (plain, {**plain, "PYTHONUTF8": "0"}):
        output, errors, code = shell('"$@"', "--log", log, *living[2:], env=environment)
        assert output.startswith("QMAIL_QUEUE OK - 1 message, oldest ")
        assert (errors, code) == ("", 0)
        output, errors, code = shell('"$@"', "--log", f"{log}|\x1b", *living[2:], env=environment)
        assert output.endswith("??: no such log\n")
        assert output.isascii()
        assert (errors, code) == ("", 3)


def test_a_log_that_takes_too_long(tmp_path):
    """Of a moment in the past all files are read at once, however long that takes."""
    log = write_log(tmp_path / "log", [(1795332000, "new msg 1")])
    lines = (stamp(1795332000) + b" end msg 1\n") * 20_000
    # Streams in a row are one file, and compressed once: bzip2 takes ten seconds for all of it.
    (log / f"{stamp(1795332001).decode()}.s.bz2").write_bytes(bz2.compress(lines) * 100)
    assert check("queue", "--log", log, "--at", "1795332002", "-t", "1") == (
        "QMAIL_QUEUE UNKNOWN - not done after 1s; a longer --timeout, or a shorter time to look at, may help\n",
        3,
    )


@pytest.mark.parametrize("what", ["a directory", "a link to nowhere", "a link to itself"])
def test_a_state_that_is_no_file(living, what):
    assert check("queue", *living)[1] == 0
    directory = Path(living[3])
    (state,) = directory.glob("*.sqlite")
    for file in directory.iterdir():
        file.unlink()
    if what == "a directory":
        state.mkdir()
    else:
        state.symlink_to("/nowhere/at/all" if what == "a link to nowhere" else state)
    found = {"a directory": what, "a link to nowhere": "a symbolic link to /nowhere/at/all"}
    assert check("queue", *living) == (
        f"QMAIL_QUEUE UNKNOWN - {state}: is {found.get(what, f'a symbolic link to {state}')}, no file of a state; "
        "see who put it there, then remove it\n",
        3,
    )


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


@pytest.mark.parametrize("window", ["366d", "31622400"])
def test_the_longest_window(tmp_path, window):
    log = write_log(tmp_path / "send", [(time.time() - 9, "new msg 5")])
    output, code = check("log", "--log", log, "--state-dir", tmp_path / "state", "--window", window)
    assert (output[:14], code) == ("QMAIL_LOG OK -", 0)


def test_a_longer_window_reads_the_log_itself(tmp_path):
    log = write_log(tmp_path / "send", [(NOW - 31622400, "new msg 5")])
    asked = ("--log", log, "--window", "31622401s")
    assert check("queue", *asked, "--state-dir", tmp_path / "state") == (
        "UNKNOWN - usage: --window: at most 366d is remembered; sqmail-report reads longer times from the archives; "
        "see check_qmail_queue --help\n",
        3,
    )
    assert "messages=1;" in check("queue", *asked, "--at", NOW)[0]


@pytest.mark.parametrize(("length", "shown"), [(199, "x" * 199), (200, "x" * 200), (201, "x" * 197 + "..."), (5000, "x" * 197 + "...")])
def test_what_is_too_long_ends_in_dots(length, shown):
    assert status_line("x" * length) == shown


@pytest.mark.parametrize("at", [(), ("--at", NOW)])
def test_a_directory_of_other_files(tmp_path, at):
    log = tmp_path / "log"
    write_log(log, [(NOW, "new msg 5")], name="qmail-send.log")
    (log / "lock").touch()
    where = at or ("--state-dir", tmp_path / "state")
    assert check("queue", "--log", log, *where) == (
        f"QMAIL_QUEUE UNKNOWN - {log}: a directory without a file that multilog writes (current, @*.s); "
        f"name the file (--log {log}/qmail-send.log)\n",
        3,
    )
    (log / "qmail-send.log").rename(log / "a|b")
    output, _ = check("queue", "--log", log, *where)
    assert output.endswith("; name the file\n")
