"""What CONTRIBUTING says of a new check is done as it says, and what is forgotten then is named by a test."""

import re
import shutil
import subprocess
import sys

import pytest

from project import FOLDERS, ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
COPIED = (*FOLDERS, "docs", "examples", "tests", "benchmarks", "project.py", "pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md")
FORGOTTEN = {
    "test_links_lead_somewhere[checks/README.md]",
    "test_nagios_knows_every_check[bounces]",
    "test_icinga_knows_every_option[bounces]",
    "test_notes_lead_to_runbooks[nagios/templates.cfg]",
    "test_notes_lead_to_runbooks[icinga2/sqmail-services.conf]",
}
"""Tests that fail where only the skeleton was copied: they name the runbooks and the examples."""


@pytest.fixture
def tree(tmp_path):
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    return tmp_path


def failed(tree, *arguments):
    """Return the tests that fail in the tree; there are others."""
    words = ["-m", "pytest", "-q", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", "--basetemp", tree / "tmp"]
    done = subprocess.run([sys.executable, *words, *arguments], cwd=tree, capture_output=True, text=True, check=False, timeout=150)
    assert re.search(r"^\d+ passed|, \d+ passed", done.stdout, re.MULTILINE), done.stdout + done.stderr
    return set(re.findall(r"^FAILED \S+::(test_.+?)(?: - .*)?$", done.stdout, re.MULTILINE))


def test_a_check_is_begun_with_the_skeleton(tree):
    recipe = re.search(r"^### A check\n.*?^```sh\n(.*?)^```", CONTRIBUTING, re.MULTILINE | re.DOTALL)[1]
    done = subprocess.run(["bash", "-e", "-c", recipe], cwd=tree, capture_output=True, text=True, check=False, timeout=150)
    assert (done.returncode, done.stderr) == (0, "")
    assert failed(tree, "tests/checks/test_bounces.py") == set()
    assert failed(tree, "tests/docs/test_pages.py") == FORGOTTEN
    assert "| [check_qmail_bounces](docs/checks/check_qmail_bounces.md) | bounces |\n" in (tree / "README.md").read_text()


def test_every_place_that_a_recipe_names_is_there():
    recipes = CONTRIBUTING.partition("## Recipes")[2].partition("\n## Rules")[0]
    named = re.findall(r"`((?:[\w-]+/)+[\w*-]+\.\w+)`", recipes)
    assert len(named) > 15
    roots = (ROOT, *(ROOT / folder for folder in ("parser/sqmail_log", "report/sqmail_report", "examples")))
    assert [name for name in named if "NAME" not in name and not any(list(root.glob(name)) for root in roots)] == []
