"""The version of the project stands in pyproject.toml; what cannot read it there says the same."""

import re

from project import ROOT, VERSION
from sqmail_log.state.store import VERSION as STATE


def first(pattern, *path):
    return re.search(pattern, ROOT.joinpath(*path).read_text(), re.MULTILINE)[1]


def test_packages_are_of_this_version():
    assert first(r"^sqmail-monitoring \((.+)\) ", "debian", "changelog") == VERSION
    assert first(r"^Version: +(.+)$", "packaging", "sqmail-monitoring.spec") == VERSION


def test_the_changelog_tells_the_version_and_its_state():
    """A new version of the state is told to those who upgrade, and is a new version of the project."""
    sections = re.findall(r"^## (\S+).*?\n(.*?)(?=^## |\Z)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE | re.DOTALL)
    version, text = sections[0]
    assert version == VERSION
    states = [re.findall(r"^State: version (\d+)\.", text, re.MULTILINE) for _, text in sections]
    assert states[0] == [str(STATE)]
    assert [str(STATE)] not in states[1:]


def test_the_page_of_upgrading_tells_what_is_converted():
    rows = re.findall(r"^\| (\d\S*) \| (\d+) \| 1 to (\d+) \|$", (ROOT / "docs" / "upgrading.md").read_text(), re.MULTILINE)
    assert rows[-1] == (VERSION, str(STATE), str(STATE - 1))


def test_a_state_of_each_version_is_kept():
    kept = {path.stem for path in (ROOT / "tests/data/states").glob("version-*.sqlite")}
    assert kept == {f"version-{number}" for number in range(1, STATE)}
