"""Each thing that can be found has a runbook, and what runbooks have people type is there to be typed."""

import ast
import re
import shlex

import pytest

from project import ROOT, SCRIPTS
from sqmail_report.doctor.more import MORE

PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
INDEX = (ROOT / "docs" / "runbooks" / "README.md").read_text()
JUDGE = ROOT / "judge" / "sqmail_judge"
CHANNELS = ("local", "remote")
RESULTS = ("failure", "deferral")
# What is there on a mail host: coreutils, procps, util-linux, iproute2, libc-bin, bash, grep, openssl, cron; daemontools.
PLAIN = {
    "cat", "crontab", "date", "df", "dmesg", "du", "echo", "find", "getent", "grep", "head", "ip", "ldd", "ls", "mount",
    "openssl", "printf", "ps", "rm", "setpriv", "sort", "ss", "svc", "svstat", "tai64nlocal", "tail", "timeout", "touch", "tr",
}  # fmt: skip


def kinds_of(node):
    """Return the kinds that an expression can be: names in braces are those of channels and results."""
    if isinstance(node, ast.Constant):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        found = {""}
        for part in node.values:
            values = (part.value,) if isinstance(part, ast.Constant) else {"channel": CHANNELS, "result": RESULTS}[part.value.id]
            found = {head + value for head in found for value in values}
        return found
    return None


def kinds():
    """Return every kind of finding that the judgement can make, read from its calls."""
    found = set()
    for path in JUDGE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding":
                of_call = kinds_of(call.args[0])
                if of_call is None:
                    of_call = named(tree, call.args[0].id)
                found |= of_call
    return found


def named(tree, name):
    """Return the texts that a variable can be: what is assigned to it, or the first column of the table it runs over."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            found |= {part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple) and node.target.elts[0].id == name:
            table = next(
                each.value for each in tree.body
                if isinstance(each, ast.Assign) and each.targets[0].id == getattr(node.iter, "id", "")
            )  # fmt: skip
            found |= {row.elts[0].value for row in table.elts}
    return found - {"auth_reject"}


def rows():
    table = INDEX.partition("\n## Kinds\n")[2]
    return re.findall(r"^\| (`.+?`) \| (`.+?`) \| \[.+?\]\((\S+)\) \|$", table, re.MULTILINE)


def test_every_kind_of_finding_has_a_row():
    """And the doctor has a command that shows more of it."""
    told = [kind for row in rows() for kind in re.findall(r"`([\w-]+)`", row[0])]
    assert len(told) == len(set(told))
    assert set(told) == kinds() == MORE.keys()
    assert len(told) > 20


def test_the_pages_of_kinds_are_those_of_the_checks():
    """What a check and the doctor find alike leads to one page."""
    sections = INDEX.partition("\n## Kinds\n")[0]
    pages = set(re.findall(r"\]\((\S+\.md)\)", sections))
    assert {page for _, _, page in rows()} <= pages
    for _, words, page in rows():
        if words in sections:
            assert re.search(rf"{re.escape(words)}.*\]\({page}\)", sections), words


def lines_of(page):
    """Yield the lines of a page's blocks of commands."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        yield from block.splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_can_be_typed_on_a_mail_host(page):
    for line in lines_of(page):
        words = [*shlex.shlex(line, posix=True, punctuation_chars="|&;()<>")]
        begins = True
        for place, word in enumerate(words):
            if set(word) <= set("|&;()"):
                begins = True
            elif begins and word != "time":
                begins = False
                assert word in PLAIN or word in SCRIPTS or word.startswith(("/var/qmail/bin/", "/bin/")), f"{line}: {word} at {place}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_our_commands_are_found_however_they_were_installed(page):
    """Packages have them in /usr/bin, the virtual environment is linked into /usr/local/bin."""
    text = page.read_text()
    assert "/opt/sqmail-monitoring/bin/" not in text
    # A command in the text that has options is one to be typed, too.
    for code in re.findall(r"`(?:check_qmail\w*|sqmail-[a-z]+) [^`]*--[^`]*`", text):
        assert "--log" in code or code in {
            "`sqmail-report doctor --format json`", "`sqmail-archive --remove`", "`check_qmail_queue --queue DIR`",
        }, code  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_reports_are_told_their_log(page):
    for line in lines_of(page):
        if "sqmail-report" in line or "check_qmail" in line:
            assert "--log " in line, line
