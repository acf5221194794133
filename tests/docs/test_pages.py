"""What pages and example configurations say of commands, labels, options and each other is so."""

import re
import shlex
from importlib import import_module

import pytest

from support import CHECKS, ROOT, check, labels, perfdata

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
RUNBOOKS = (DOCS / "runbooks" / "README.md").read_text()
ICINGA = (ROOT / "examples" / "icinga2" / "sqmail-commands.conf").read_text()
JUDGED = {
    "queue": ("spool",), "delivery": ("delivery",), "auth": ("logins",), "concurrency": ("slots",), "flow": ("standstill.silence",),
    "senders": ("senders",),
}  # fmt: skip
"""The modules of sqmail_judge that have the defaults of a check."""
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name_of(path):
    return str(path.relative_to(DOCS))


def anchors(text):
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(page, heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[1]


def page_of(name):
    return (DOCS / "checks" / f"check_qmail_{name}.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for link in LINK.findall(page.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text()), link


@pytest.mark.parametrize("name", CHECKS)
def test_pages_name_every_label(name, tmp_path):
    for folder in ("mess", "todo"):
        (tmp_path / folder).mkdir()
    spool = ("--queue", tmp_path) if name == "queue" else ()
    printed = set()
    for log in ("send", "smtpd"):
        output, _ = check(name, "--log", ROOT / "examples/logs" / log, "--at", "2026-11-22T07:15Z", *spool)
        printed |= perfdata(output).keys() if "|" in output else set()
    assert labels(name) == printed


@pytest.mark.parametrize("name", CHECKS)
def test_pages_name_the_defaults(name):
    facts = section(page_of(name), "Fact sheet")
    states = vars(import_module("sqmail_judge.finding"))
    names = [f"sqmail_checks.{name}", *(f"sqmail_judge.{part}" for part in JUDGED.get(name, ()))]
    defaults = {
        constant: value if isinstance(value, str) else format(value, "g")
        for module in map(import_module, names)
        for constant, value in vars(module).items()
        if constant.endswith(("WARNING", "CRITICAL", "MIN_EVENTS"))
        and not constant.startswith(("_", "DOUBT"))
        and states.get(constant) != value
    }
    assert defaults
    for constant, value in defaults.items():
        number, unit = re.fullmatch(r"(\d+)(d?)", value).groups()
        assert re.search(rf"\b{number}( day|{unit}\b)", facts), constant


@pytest.mark.parametrize("name", CHECKS)
def test_every_state_has_a_runbook(name):
    states = re.findall(r"^\| (?:WARNING|CRITICAL|UNKNOWN).*", section(page_of(name), "States"), re.MULTILINE)
    assert states
    assert all("](../runbooks/" in row for row in states)


def test_every_runbook_is_in_the_index():
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", RUNBOOKS))
    assert listed == {path.name for path in (DOCS / "runbooks").iterdir()} - {"README.md"}


@pytest.mark.parametrize("page", sorted((DOCS / "runbooks").glob("*.md")), ids=name_of)
def test_commands_in_runbooks_are_understood(page, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(DOCS))
    commands = import_module("building.commands").COMMANDS
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line)
            for place, word in enumerate(words):
                name = word.rpartition("/")[2]
                if name in commands:
                    commands[name].parser().parse_args(words[place + 1 :])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", CHECKS)
def test_icinga_knows_every_option(name):
    help_, _ = check(name, "--help")
    options = set(re.findall(r"^  (?:-\w(?: [A-Z]+)?, )?(--[\w-]+)", help_, re.MULTILINE))
    known = [
        re.search(rf"{definition} \{{(.*?)^\}}", ICINGA, re.MULTILINE | re.DOTALL)[1]
        for definition in ('template CheckCommand "sqmail"', f'object CheckCommand "sqmail_{name}"')
    ]
    arguments = re.findall(r'^\t\t"(--[\w-]+)" = ', "".join(known), re.MULTILINE)
    assert set(arguments) == options - {"--help", "--version"}


@pytest.mark.parametrize("name", CHECKS)
def test_nagios_knows_every_check(name):
    commands, host = ((ROOT / "examples" / "nagios" / file).read_text() for file in ("commands.cfg", "mx1.cfg"))
    line = rf"command_name +check_qmail_{name}\n +command_line +\$USER5\$/check_qmail_{name} -v --log '\$_SERVICELOG\$' \$ARG1\$\n"
    assert re.search(line, commands)
    assert re.search(rf"^ +use +qmail-{name}$", host, re.MULTILINE)


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_has_tests_of_its_own(name):
    assert f'check("{name}"' in (ROOT / "tests" / "checks" / f"test_{name}.py").read_text()


@pytest.mark.parametrize("path", ["nagios/templates.cfg", "icinga2/sqmail-services.conf"])
def test_notes_lead_to_runbooks(path):
    text = (ROOT / "examples" / path).read_text()
    named = set(re.findall(r'(?:_CHECK +|SqmailRunbooks \+ "#)(\w+)', text))
    assert named == {f"check_qmail_{name}" for name in CHECKS}
    assert named <= anchors(RUNBOOKS)
