"""The generated parts of the documentation say what the programs say."""

import re
import shutil
import subprocess
import sys

import pytest

from project import FOLDERS, ROOT, SCRIPTS

TREE = (*FOLDERS, "docs", "tests/data/answers", "examples/grafana", "examples/icinga2", "examples/icinga2-director", "examples/logs", "examples/prometheus", "project.py", "pyproject.toml", "README.md")
MANUAL = ROOT / "docs" / "man"
PAGES = [*sorted(MANUAL.iterdir()), ROOT / "docs" / "man7" / "sqmail-monitoring.7"]
OLD_ARGPARSE = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="argparse lays out help texts in another way since Python 3.13"
)


def build(root, *arguments):
    done = subprocess.run(
        [sys.executable, root / "docs" / "build.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.stderr == ""
    return done.stdout, done.returncode


@pytest.fixture
def tree(tmp_path):
    """A copy of what the documentation is made of."""
    for name in TREE:
        source = ROOT / name
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


@OLD_ARGPARSE
def test_nothing_is_stale():
    assert build(ROOT, "--check") == ("", 0)


@OLD_ARGPARSE
def test_what_is_stale_is_named_and_written(tree):
    page = tree / "docs" / "checks" / "check_qmail_queue.md"
    manual = tree / "docs" / "man" / "check_qmail_queue.1"
    fresh = page.read_text()
    page.write_text(fresh.replace("124 messages", "123 messages"))
    manual.unlink()
    named = "docs/checks/check_qmail_queue.md: {0}\ndocs/man/check_qmail_queue.1: {0}\n"
    assert build(tree, "--check") == (named.format("stale; run docs/build.py"), 1)
    assert build(tree) == (named.format("written"), 0)
    assert page.read_text() == fresh
    assert manual.read_text() == (MANUAL / "check_qmail_queue.1").read_text()
    assert build(tree, "--check") == ("", 0)


def test_an_unknown_quote_is_an_error(tree):
    page = tree / "docs" / "checks" / "README.md"
    page.write_text(page.read_text() + "<!-- quote: nothing of it -->\n<!-- end quote -->\n")
    done = subprocess.run(
        [sys.executable, tree / "docs" / "build.py"], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 1
    assert "LookupError: quote: nothing of it: there are help, " in done.stderr.splitlines()[-1]


def test_every_command_has_a_man_page():
    assert sorted(path.stem for path in MANUAL.iterdir()) == sorted(SCRIPTS)


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed (groff-base)")
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_man_pages_are_sound(page):
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-z", page],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    sections = re.findall(r"^\.SH (.+)", page.read_text(), re.MULTILINE)
    if page.suffix == ".1":
        assert sections[:3] == ["NAME", "SYNOPSIS", "DESCRIPTION"]
        assert {"OPTIONS", "EXIT STATUS"} <= set(sections)
    assert (sections[0], sections[-1]) == ("NAME", "SEE ALSO")


def test_the_page_of_the_timers_leads_to_every_command():
    text = PAGES[-1].read_text().replace("\\-", "-")
    assert {name for name in SCRIPTS if f".BR {name} (1)" not in text} == set()
