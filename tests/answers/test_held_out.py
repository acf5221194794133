"""How well answers are understood for which nobody wrote a rule: a change may not make it worse."""

import pytest

from answers.said import SIDES, labelled, report
from sqmail_log.answers.verdict import verdict
from sqmail_log.answers.whose import REMOTE, whose
from support import ROOT

DATA = ROOT / "tests/data/held_out"


@pytest.mark.parametrize(
    ("name", "right", "opposite"), [("common", 0.975, 0), ("rare", 0.88, 5)], ids=["common", "rare"]
)
def test_answers_that_nobody_taught(name, right, opposite):
    rows = labelled(DATA / f"{name}.tsv")
    told = [(cause, side, verdict(report(stage, answer))[0]) for stage, answer, cause, side in rows]
    assert {cause for cause, _, _ in told} <= set(REMOTE)
    assert sum(cause == found for cause, _, found in told) >= right * len(rows)
    others = [row for row in told if {row[1], whose(row[2])} <= SIDES and row[1] != whose(row[2])]
    assert len(others) <= opposite


def test_none_of_them_is_among_those_that_taught():
    taught = {row[1] for path in (ROOT / "tests/data/answers").glob("*.tsv") for row in labelled(path)}
    assert not taught & {row[1] for row in labelled(DATA / "rare.tsv")}
