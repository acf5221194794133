"""Bash completes what the parsers take: options, their values, commands, files."""

import argparse
import re
import shlex
import subprocess
from importlib import import_module

import pytest

from project import ROOT, SCRIPTS

FOLDER = ROOT / "docs" / "completion"


def complete(typed, folder=None):
    """Return what bash offers for a command line up to the cursor, taken apart as bash does."""
    words = [part for word in typed.split(" ") for part in re.split(r"(=)", word) if part or not word]
    if words[-1] == "=" and typed.endswith(" "):
        words.append("")
    name = words[0]
    script = f"""\
        set -u
        . {shlex.quote(str(FOLDER / name))}
        COMP_WORDS=({shlex.join(words)})
        COMP_CWORD={len(words) - 1}
        $(complete -p {name} | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines() if done.stdout.strip() else []


def parser_of(name):
    parser = import_module(SCRIPTS[name].partition(":")[0]).parser()
    return parser if isinstance(parser, argparse.ArgumentParser) else parser.whole()


def parts(parser):
    """Return the options of a parser, and its commands."""
    commands, options = {}, set()
    for action in parser._actions:
        options |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            commands = action.choices
    return options, commands


def test_every_command_has_one():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_options_and_commands(name):
    options, commands = parts(parser_of(name))
    assert set(complete(f"{name} -")) == options
    if commands:
        assert set(complete(f"{name} ")) == options | set(commands)
    for command, parser in commands.items():
        own, _ = parts(parser)
        assert set(complete(f"{name} {command} -")) == own


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("sqmail-rrd pa", ["page"]),
        ("sqmail-rrd graph --range ", ["hour", "day", "week", "month", "year"]),
        ("sqmail-rrd graph --range=", ["hour", "day", "week", "month", "year"]),
        ("sqmail-rrd graph --range=w", ["week"]),
        ("sqmail-rrd graph del", ["delay", "deliveries"]),
        ("sqmail-report daily --format h", ["html"]),
        ("sqmail-report trace --format h", []),
        ("sqmail-report failures --log page --ver", ["--verbatim"]),
        ("sqmail-archive --compress=x", ["xz"]),
        ("check_qmail_queue --warn", ["--warning"]),
        ("check_qmail_queue --warning ", []),
        ("check_qmail_queue -v --oldest-c", ["--oldest-critical"]),
        ("sqmail-mrtg -3 --as", ["--as-original"]),
    ],
)
def test_words_and_values(typed, offered):
    assert complete(typed) == offered


@pytest.mark.parametrize("typed", ["check_qmail_log --log ", "check_qmail_log --log=", "sqmail-rrd page --out ", "sqmail-archive "])
def test_files_with_odd_names(typed, tmp_path):
    for name in ("qmail send", "qmail-$(smtpd)", "other"):
        (tmp_path / name).mkdir()
    assert sorted(complete(f"{typed}qm", tmp_path)) == ["qmail send", "qmail-$(smtpd)"]
