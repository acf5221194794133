"""Every page is found from the index of documents, and what shell lines name is there."""

import re
import shlex
from functools import partial
from importlib import import_module

import pytest

from support import ROOT

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)\s#]+\.md)(?:#[^)\s]*)?\)")
TASKS = ("whole-server", "adding-a-log", "several-hosts", "upgrading", "privacy", "loggers", "systems", "doctor")


def linked(page):
    """Return the pages of docs/ that a page links."""
    return {path for link in LINK.findall(page.read_text()) if (path := (page.parent / link).resolve()).is_relative_to(DOCS)}


def test_the_index_leads_to_every_page():
    """It names each page, or the index of a folder that does."""
    index = linked(DOCS / "README.md")
    assert set(DOCS.glob("*.md")) - index == {DOCS / "README.md"}
    for folder in ("checks", "runbooks"):
        assert set((DOCS / folder).glob("*.md")) - index - linked(DOCS / folder / "README.md") == set()


def test_the_readme_leads_to_the_index():
    assert DOCS / "README.md" in linked(ROOT / "README.md")


def commands_of(text):
    """Yield the words of each call of a command of ours in the shell lines of a page."""
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        # What is written into files is no shell.
        shell = re.sub(r" << '?END'?\n.*?^END$", "", block, flags=re.DOTALL | re.MULTILINE)
        for line in shell.splitlines():
            words = shlex.split(line, comments=True)
            if "docker" in words:
                words = words[words.index("sqmail") + 1 :] if "sqmail" in words else []
            for place, word in enumerate(words):
                name = word.rpartition("/")[2]
                if re.fullmatch(r"check_qmail\w*|sqmail-(?:report|rrd|mrtg|archive)", name):
                    yield [name, *words[place + 1 :]]
                    break


@pytest.mark.parametrize("name", TASKS)
def test_commands_are_understood(name, monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    known = import_module("building.commands").COMMANDS
    text = (DOCS / f"{name}.md").read_text()
    for command, *words in commands_of(text):
        # The shell puts a moment there.
        stated = ["2026-11-22T07:04Z" if word.startswith("$(") else word for word in words]
        known[command].parser().parse_args(stated)


def test_commands_are_found():
    assert [words[0] for words in commands_of((DOCS / "whole-server.md").read_text())] == [
        "check_qmail", *["sqmail-report"] * 4,
    ]  # fmt: skip
    assert ["check_qmail_log", "--log", "/var/log/qmail/send"] in commands_of((DOCS / "loggers.md").read_text())


@pytest.mark.parametrize("variable", ["SQMAIL_PAGE", "SQMAIL_DAILY", "SQMAIL_ARCHIVE"])
def test_what_one_page_writes_into_the_timers_variables(variable, monkeypatch, tmp_path):
    """The lines that whole-server.md puts into /etc/default are what the services' commands take."""
    text = (DOCS / "whole-server.md").read_text()
    value = re.search(rf'\|{variable}=\\?"(.*?)\\?"\|', text)[1]
    service = next(path for path in (ROOT / "examples/systemd").glob("*.service") if f"${variable}\n" in path.read_text())
    line = re.search(r"^ExecStart=/usr/bin/(.+)$", service.read_text(), re.MULTILINE)[1]
    here = value.replace("$SEND", str(tmp_path)).replace("$SMTPD", str(tmp_path))
    command, *words = shlex.split(line.replace(f"${variable}", here))
    monkeypatch.syspath_prepend(str(DOCS))
    import_module("building.commands").COMMANDS[command].parser().parse_args(words)
    default = (ROOT / "examples/systemd/sqmail-monitoring.default").read_text()
    assert f"\n{variable}=" in default


def test_the_whole_server_is_installed_as_the_page_of_installing_says():
    lines = partial(re.findall, r"^(?:apt-get build-dep|dpkg-buildpackage).*$", flags=re.MULTILINE)
    whole, install = ((DOCS / name).read_text() for name in ("whole-server.md", "install.md"))
    assert lines(whole) == lines(install)
    assert "apt-get install -y ../sqmail-monitoring_*_all.deb" in whole
    assert "apt-get install -y ../sqmail-monitoring_*_all.deb" in install


def test_the_page_of_privacy_names_every_table():
    sums = import_module("sqmail_log.figures.sums")
    names = {
        value
        for name, value in vars(sums).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str) and name not in {"OTHERS", "LAST", "SUM"}
    }
    table = (DOCS / "privacy.md").read_text().partition("## What a state holds")[2].partition("\n## ")[0]
    assert len(names) > 10
    assert {name for name in names if f"`{name}`" not in table} == set()


def test_the_page_of_doctor_names_every_key_of_its_json():
    text = (ROOT / "report/sqmail_report/doctor/text.py").read_text()
    keys = set(re.findall(r'"(\w+)":', text.partition("def as_json")[2]))
    page = (DOCS / "doctor.md").read_text().partition("## JSON")[2].partition("\n## ")[0]
    assert len(keys) > 25
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_the_page_of_dialects_has_a_section_for_each():
    quoted = re.findall(r"<!-- quote: dialects ([\w-]+) -->", (DOCS / "dialects.md").read_text())
    assert sorted(quoted) == sorted(["all", *import_module("sqmail_log.dialects.names").PROGRAMS])


def test_architecture_names_modules_that_there_are():
    """Each `path/of/module.py` in the answers to "where is …" exists, and no answer opens more than three files."""
    text = (DOCS / "architecture.md").read_text()
    rows = re.search(r"^\| question \| open \|\n.*\n((?:\|.*\n)+)", text, re.MULTILINE)[1].splitlines()
    roots = [ROOT, *(ROOT / root for root in ("parser/sqmail_log", "rrd/sqmail_rrd", "checks/sqmail_checks", "judge/sqmail_judge"))]
    assert len(rows) >= 5
    for row in rows:
        files = [name for name in re.findall(r"`([\w/]+\.py)`", row) if "NAME" not in name]
        assert len(files) <= 3, row
        assert [name for name in files if not any((root / name).is_file() for root in roots)] == []


def test_architecture_names_every_room():
    text = (DOCS / "architecture.md").read_text()
    rooms = {path.parent.name for path in (ROOT / "parser/sqmail_log").glob("*/__init__.py")}
    assert {room for room in rooms if f"**{room}**" not in text} == set()
    assert {name for name in import_module("project").PACKAGES if f"| `{name}` |" not in text} == set()


def test_crontabs_name_commands_with_their_path(monkeypatch, tmp_path):
    """cron's PATH is short; each line is one that its command takes, as a user who is named."""
    monkeypatch.syspath_prepend(str(DOCS))
    known = import_module("building.commands").COMMANDS
    lines = [
        line
        for page in [ROOT / "README.md", *DOCS.glob("*.md")]
        for line in re.findall(r"^    ([\d*/]+ +[\d*]+ +\* \* \* .+)$", page.read_text(), re.MULTILINE)
    ]
    assert len(lines) > 6
    for line in lines:
        *_, user, command = line.split(maxsplit=6)
        path, *words = shlex.split(command)
        assert (user.isalpha() or user == "www-data", path.rpartition("/")[0]) == (True, "/usr/local/bin"), line
        # sqmail-archive looks at the folders that are named.
        words = [re.sub(r"^/var/(log|archive|lib)/.*", str(tmp_path), word) for word in words]
        known[path.rpartition("/")[2]].parser().parse_args(words)
