"""What docs/store.md has one type works, and says something."""

import re
import shlex
import shutil
import subprocess

import pytest

from report.reports import run
from sqmail_report.store import schema, views
from store import logs
from store.stores import content, export
from support import ROOT

PAGE = (ROOT / "docs" / "store.md").read_text()
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
SHELL = [shlex.split(line) for line in LINES]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return export(tmp_path_factory.mktemp("page") / "store", *logs.REAL)


@pytest.mark.parametrize("words", [words for words in SHELL if words[:2] == ["sqmail-report", "sql"]], ids=lambda words: words[-1][:40])
def test_queries(store, words):
    status, out, err = run(*[str(store) if word == "/srv/mail/store" else word for word in words[1:]])
    assert (status, err) == (0, "")
    assert not out.startswith(("0 rows", "[]"))
    assert len(out.splitlines()) >= 3


@pytest.mark.parametrize("words", [words for words in SHELL if words[:2] == ["sqmail-report", "export"]], ids=str)
def test_exports(tmp_path, words):
    named = {"/srv/mail/store": tmp_path, "/var/lib/sqmail/store": tmp_path, "/var/log/qmail-send": logs.REAL[0], "/var/log/qmail-smtpd": logs.REAL[1]}
    assert run(*[named.get(word, word) for word in words[1:]]) == (0, "", "")


@pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed")
def test_a_copied_store_is_the_same(tmp_path, store):
    (words,) = [words for words in SHELL if words[0] == "rsync"]
    options = words[1:-2]
    for table in schema.TABLES:
        (tmp_path / table.name).mkdir()
        (host,) = (store / table.name).iterdir()
        subprocess.run(["rsync", *options, host, f"{tmp_path / table.name}/"], check=True)
    assert content(tmp_path) == content(store)


def test_days_are_removed_as_it_says(tmp_path, store):
    copy = shutil.copytree(store, tmp_path / "store")
    (line,) = [line for line in LINES if line.startswith("rm ")]
    subprocess.run(["sh", "-c", line.replace("/srv/mail/store", str(copy)).replace("2025-11-2?", "2026-11-2?")], check=True)
    assert not any(content(copy).values())
    status, out, err = run("sql", "--store", copy, "SELECT attempts, lines FROM overview", "--format", "json")
    assert (status, err) == (0, "")
    assert '"attempts": 0' in out


def test_the_page_names_every_view():
    named = set(re.findall(r"`(\w+)`", PAGE))
    helpers = {"lines_of", "six_digits", "troubles"}
    assert set(views.names()) - named == helpers
