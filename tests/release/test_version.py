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
