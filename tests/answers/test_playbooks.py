"""What to do about causes: each of ours has a playbook, and pages name lists and providers that answers name."""

import subprocess
import sys

import pytest

from sqmail_log.answers import codes
from sqmail_log.answers.lists import LABELS, PROVIDERS
from sqmail_log.answers.playbooks import DOORS, PLAYBOOKS
from sqmail_log.answers.whose import WHOSE
from support import ROOT

DATA = ROOT / "tests/data/answers"
SIDES_WITHOUT_PLAYBOOK = {"recipient", "sender", "nobody", "unknown"}
"""Where there may be nothing to do on our side."""


@pytest.mark.parametrize("cause", [cause for cause, side in WHOSE.items() if side not in SIDES_WITHOUT_PLAYBOOK])
def test_what_may_be_ours_has_a_playbook(cause):
    assert len(PLAYBOOKS[cause].steps) >= 1


@pytest.mark.parametrize("cause", PLAYBOOKS)
def test_a_playbook_is_of_a_known_cause(cause):
    assert cause in WHOSE
    assert PLAYBOOKS[cause].retries in {"yes", "no", "later"}
    assert all(step.strip() == step and step.endswith((".", "?", "`")) for step in PLAYBOOKS[cause].steps)


def test_pages_are_of_those_whom_answers_name():
    named = {name for name, _ in LABELS.values()} | {name for _, name in PROVIDERS} | {row[0] for row in codes.ROWS}
    named |= {part for name in named for part in name.split(" or ")}
    assert [door.who for door in DOORS if door.who not in named] == []
    assert len({door.who for door in DOORS}) == len(DOORS)
    assert all(door.page.startswith(("https://", "http://www.sorbs.net/", "mailto:")) for door in DOORS)


def test_what_stands_often_beside_a_cause_has_a_page():
    rows = [line.split("\t") for path in DATA.glob("*.tsv") for line in path.read_text(encoding="utf-8").splitlines()]
    named = [row[4] for row in rows if len(row) > 4 and row[4] and row[2] in {"our address is on a block list", "our address has a bad reputation"}]
    pages = {door.who for door in DOORS} | {"Charter or Cox"}  # both have one
    assert {name for name in named if named.count(name) >= 5} - pages == set()


def test_no_check_loads_playbooks():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from sqmail_checks import delivery, queue, concurrency; from sqmail_log.answers import verdict;"
            "print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [name for name in done.stdout.split() if "playbook" in name] == []
