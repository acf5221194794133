"""What answers are weighed by, and that the counts are those of tests/data/answers."""

import hashlib
import subprocess
import sys
from collections import Counter
from math import log

import pytest

from answers.said import HEADS, labelled
from sqmail_log.answers import whose
from sqmail_log.answers.reply import Reply
from sqmail_log.answers.verdict import verdict
from sqmail_log.answers.weights import likelihood
from sqmail_log.answers.weights.counts import ANSWERS, STOOD
from sqmail_log.answers.weights.likelihood import by_weight, likelihoods
from sqmail_log.answers.weights.signs import EMPTY, signs
from sqmail_log.answers.whose import REMOTE
from support import ROOT

COUNTED = """
import sys
sys.path[:0] = ["docs", "."]
from building.counts import counts
print(counts(), end="")
"""


def reply(stage, answer):
    return Reply(b"192.0.2.33_" + HEADS[stage] + b"./Remote_host_said:_" + answer.replace(" ", "_").replace("\\n", "/").encode() + b"/")


def test_the_counts_are_those_of_the_labelled_answers():
    done = subprocess.run([sys.executable, "-c", COUNTED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ROOT / "parser/sqmail_log/answers/weights/counts.py").read_text() == done.stdout


def test_every_cause_is_weighed():
    assert len(ANSWERS) == len(REMOTE)
    assert min(ANSWERS) > 0


def test_no_word_is_counted_oftener_than_its_answers():
    for entry in STOOD.split("|"):
        for told in entry.partition(":")[2].split():
            place, _, count = told.partition("*")
            assert int(count or 1) <= ANSWERS[int(place)], entry


WEIGHED = [
    ("RCPT", "550 nobody with such an account lives here, dear", "recipient unknown at remote host"),
    ("RCPT", "452 quite full, that box, storage used", "mailbox full"),
    ("end of DATA", "550 smells of viagra, says the spam score of our scanner", "message rejected as spam"),
    ("greeting", "421 so many connections at once", "throttled by remote host"),
    ("RCPT", "451 the directory backend is away, internal trouble", "trouble at remote host"),
]


@pytest.mark.parametrize(("stage", "answer", "cause"), WEIGHED, ids=lambda text: text.replace(" ", "-"))
def test_words_that_stand_in_no_phrase_tell_a_cause_together(stage, answer, cause):
    assert by_weight(reply(stage, answer)) == cause


DOUBTED = [
    ("RCPT", "450 box with too many letters"),
    ("RCPT", "450 limit of the box"),
    ("RCPT", "451 scanner calls it spam"),
]


@pytest.mark.parametrize(("stage", "answer"), DOUBTED, ids=lambda text: text.replace(" ", "-"))
def test_words_that_speak_for_two_sides_tell_nothing(stage, answer, monkeypatch):
    assert by_weight(reply(stage, answer)) == ""
    monkeypatch.setattr(likelihood, "_DOUBT", 1)
    assert by_weight(reply(stage, answer)) != ""


@pytest.mark.parametrize("stage", HEADS)
def test_empty_words_tell_nothing(stage):
    assert by_weight(reply(stage, "550 " + " ".join(sorted(EMPTY)[:40]))) == ""
    assert by_weight(reply(stage, "550 qwertz uiop")) == ""


def test_signs_hold_no_address_host_or_id():
    found = signs(reply("RCPT", "550 5.1.1 <bob@a.example> mx.b.example said 4bG-hello-7x (well-known) spam.example is on zen.spamhaus.org"))
    assert found == {"at RCPT", "code 5", "code 550", "status 1.1", "said", "well", "known", "on", "iplist"}


def test_likelihoods_are_shares_of_one():
    likely = likelihoods({"at RCPT", "code 550", "mailbox", "full"})
    assert sum(likely) == pytest.approx(1)
    assert REMOTE[likely.index(max(likely))] == "mailbox full"


def test_phrases_come_first():
    assert verdict(b"192.0.2.33_does_not_like_recipient./Remote_host_said:_550_no_such_user,_dear_spam_score_scanner/")[0] == "recipient unknown at remote host"


def held(answer):
    """Tell whether an answer is of the third that is not counted."""
    return hashlib.sha256(answer.encode()).digest()[0] % 3 == 0


def test_words_alone_tell_most_answers_that_were_not_counted(monkeypatch):
    answers, stood, asked = Counter(), {}, []
    for path in sorted((ROOT / "tests/data/answers").glob("*.tsv")):
        for stage, answer, cause, *_ in labelled(path):
            found = reply(stage, answer)
            if held(answer):
                asked.append((found, cause))
                continue
            answers[cause] += 1
            for sign in signs(found):
                stood.setdefault(sign, Counter())[REMOTE.index(cause)] += 1
    entries = {sign: " ".join([f"{place}*{count}" for place, count in told.items()]) for sign, told in stood.items()}
    monkeypatch.setattr(likelihood, "_stood", entries)
    monkeypatch.setattr(likelihood, "_gains", {})
    monkeypatch.setattr(likelihood, "_PRIOR", [log(answers[cause] / answers.total()) for cause in REMOTE])
    monkeypatch.setattr(likelihood, "_MISSING", [log(0.2 / (answers[cause] + 4)) for cause in REMOTE])
    told = [(by_weight(found), cause) for found, cause in asked]
    sides = [{whose.whose(found), whose.whose(cause)} for found, cause in told if found]
    assert sum(found == cause for found, cause in told) / len(asked) > 0.74
    assert sum(len(side) == 2 and side <= {"us", "recipient", "them"} for side in sides) / len(asked) < 0.012
