"""Answers of remote hosts have the cause, the side and the name that stand beside them in tests/data/answers."""

import hashlib

import pytest

from answers.said import SIDES, labelled, logged, report
from sqmail_log.answers import codes, likely, statuses, sure
from sqmail_log.answers.lexicon import CANONICAL, SAME, spelled
from sqmail_log.answers.lists import LABELS, PROVIDERS
from sqmail_log.answers.reply import Reply
from sqmail_log.answers.roles import CAUSES, by_role
from sqmail_log.answers.verdict import GREYLISTING, LIKELY, SURE, VAGUE, sentence, verdict
from sqmail_log.answers.whose import REMOTE, WHOSE, whose
from sqmail_log.figures.sums import Cause, Trouble, trouble_key
from sqmail_log.lines import causes
from support import ROOT

DATA = ROOT / "tests/data/answers"


def rows():
    """Return stage, answer, cause, whose and name of each row."""
    return [row for path in sorted(DATA.glob("*.tsv")) for row in labelled(path)]


ROWS = rows()


def test_there_are_hundreds_of_answers_of_every_cause():
    assert len(ROWS) > 1800
    assert {row[2] for row in ROWS} == set(REMOTE)


def test_every_answer_has_its_cause():
    wrong = [(row[2], told[0], row[1]) for row in ROWS if (told := verdict(report(row[0], row[1])))[0] != row[2]]
    assert wrong == []


def test_every_answer_names_what_it_names_and_where_it_came():
    for stage, answer, _, side, named in ROWS:
        found = verdict(report(stage, answer))
        assert (whose(found[0]), *found[1:]) == (side, named, stage), answer


def test_no_answer_is_laid_at_the_door_of_another():
    for stage, answer, cause, _, _ in ROWS:
        found = whose(verdict(report(stage, answer))[0])
        assert not ({found, whose(cause)} <= SIDES and found != whose(cause)), answer


def test_names_are_a_closed_set():
    lists = {name for name, _ in LABELS.values()}
    providers = {name for _, name in PROVIDERS} | {provider for provider, _, _ in codes.ROWS}
    checks = {"", "SPF", "DKIM", "DMARC"}
    known = lists | providers | checks | {"Charter", "Cox", "Orange", "La Poste", "GoDaddy"}
    for row in ROWS:
        assert set(row[4].split(", ")) <= known


TABLES = {"sure": (SURE, sure.ROWS), "likely": (LIKELY, likely.ROWS), "vague": (VAGUE, likely.VAGUE)}


@pytest.mark.parametrize("rules", [SURE, LIKELY, VAGUE], ids=TABLES)
def test_rules_are_in_words_of_the_lexicon(rules):
    told = {b"iplist", b"domainlist", b"linklist"}
    for _, _, parts in rules.rules:
        assert all(word in CANONICAL or word in told for part in parts for word in part.split())


@pytest.mark.parametrize(("rules", "table"), TABLES.values(), ids=TABLES)
def test_every_row_of_words_decides_an_answer(rules, table):
    begins = [phrases for _, _, phrases in table for _ in phrases.split(",")]
    decided = set()
    for stage, answer, *_ in ROWS:
        reply = Reply(report(stage, answer))
        place = rules.place(sentence(reply.words), stage)
        if place >= 0:
            decided.add(begins[place])
    assert {phrases for _, _, phrases in table} - decided == set()


ROLES = [
    ("greeting", "550 connections are not welcome", "our address is on a block list"),
    ("RCPT", "550 the server at your end is unwanted here", "our address is on a block list"),
    ("RCPT", "550 from 192.0.2.7 unwanted", "our address is on a block list"),
    ("RCPT", "550 your sender is fake", "our sender address rejected"),
    ("RCPT", "550 from nobody unwanted", "our sender address rejected"),
    ("RCPT", "550 the sender at your end is frozen", "our sender address rejected"),
    ("MAIL", "550 fake address", "our sender address rejected"),
    ("MAIL", "550 user unknown", "our sender address rejected"),
    ("RCPT", "550 that person was unrecognized", "recipient unknown at remote host"),
    ("RCPT", "550 the employee is frozen", "mailbox disabled"),
    ("RCPT", "550 server refused the relay", "relaying denied by remote host"),
    ("RCPT", "550 relay is frozen", "relaying denied by remote host"),
    ("RCPT", "550 the domain is fake", "domain not found in DNS"),
    ("end of DATA", "550 your subject is unrecognized", "message format refused"),
    ("HELO", "550 bare linefeed", "our HELO name rejected"),
    ("HELO", "550 domain not found", "our HELO name rejected"),
    ("greeting", "421 sender address blocked", "our address is on a block list"),
    ("greeting", "550 no such user", "refused at the greeting"),
    ("RCPT", "550 message was blocked by server", "recipient refused by remote host"),
    ("MAIL", "550 5.7.23 it is no permitted sender", "SPF, DKIM or DMARC failed"),
    ("RCPT", "451 busy--try later", "trouble at remote host"),
    ("RCPT", "550 <u@rcpt.example>...nosuchuser...1f2e", "recipient unknown at remote host"),
]


@pytest.mark.parametrize(("stage", "answer", "cause"), ROLES, ids=lambda text: text.replace(" ", "-"))
def test_a_word_tells_by_whom_it_is_said_of(stage, answer, cause):
    assert verdict(report(stage, answer))[0] == cause


def test_a_service_is_none_of_those_spoken_of():
    assert by_role(Reply(report("end of DATA", "550 the service is frozen")).words, "end of DATA") == ""


def test_every_pair_of_roles_has_an_answer():
    told = {by_role(Reply(report(stage, answer)).words, stage) for stage, answer, _ in ROLES}
    assert told >= set(CAUSES.values())


def test_every_provider_has_an_answer_with_a_code_of_each_cause():
    found = {codes.by_aup(text) + codes.by_code(text) for row in ROWS if (text := logged(row[1]).lower())}
    assert {provider for _, provider, *_ in found} | {told[3] for told in found} >= {
        "Microsoft", "Yahoo", "Apple", "T-Online", "Comcast", "NetEase", "Charter", "Cox", "Orange", "La Poste", "GoDaddy",
    }  # fmt: skip


@pytest.mark.parametrize(("provider", "cause", "needles"), codes.ROWS)
def test_codes_tell_their_cause(provider, cause, needles):
    for needle in needles.split():
        text = b"550_" + needle.encode()
        found = codes.by_code(text)
        assert found[1]
        assert found[0] in WHOSE
    assert (cause, provider) in {codes.by_code(b"550_x_" + needle.encode()) for needle in needles.split()}


@pytest.mark.parametrize("number", range(1000, 1600, 10))
def test_codes_of_charter_are_read_by_number(number):
    expected = next((cause for cause, least, most in codes.AUP if least <= number <= most), "")
    assert codes.by_aup(b"550_sender_rejected:_aup#in-%d_x" % number)[0] == expected


def test_what_digits_decide_is_not_remembered_without_them():
    alike = bytes.maketrans(b"0123456789", b"0" * 10)
    for _, _, needles in codes.ROWS:
        for needle in needles.encode().split():
            if needle.translate(alike) != needle:
                assert codes.has_number(needle.translate(alike)), needle


def test_what_is_remembered_is_what_was_found():
    for _ in range(2):
        for stage, answer, *_ in ROWS:
            text = report(stage, answer)
            assert causes.told(text) == Cause(*verdict(text)).coded(), answer


def test_addresses_ids_and_hosts_decide_nothing():
    for name in ("spam", "user-unknown", "blocked-ip", "quota-exceeded"):
        told = verdict(report("RCPT", f"550 5.0.0 <{name}@{name}.example>: {name}.host.example said 4bG-{name}-7x no"))
        assert told[0] == "recipient refused by remote host", name


def test_words_of_a_url_decide_nothing():
    answer = "550 see https://help.example/spam/user-unknown/blacklist?quota=exceeded"
    assert verdict(report("RCPT", answer))[0] == "recipient refused by remote host"


def test_the_name_of_a_page_with_blanks_is_no_word():
    assert verdict(report("RCPT", "550 see http://mail.example/faq/help spam_16.htm?ip=192.0.2.1"))[0] == "recipient refused by remote host"


def test_a_cut_report_has_the_cause_of_its_stage():
    assert causes.cause(b"Connected_to_192.0.2.1_but_greeting_failed./") == "refused at the greeting"
    assert causes.cause(b"192.0.2.1_does_not_like_recipient./") == "recipient refused by remote host"


def test_an_expired_message_keeps_the_cause_of_its_last_answer():
    text = report("RCPT", "452 4.2.2 over quota") + b"I'm_not_going_to_try_again;_this_message_has_been_in_the_queue_too_long./"
    assert causes.told(text) == "mailbox full @RCPT"


@pytest.mark.parametrize("status", statuses.REGISTRY)
def test_a_status_tells_its_cause_where_words_do_not(status):
    code = "550" if status != "3.2" else "450"
    expected = statuses.REGISTRY[status]
    assert verdict(report("RCPT", f"{code} {code[0]}.{status} zz"))[0] == expected


@pytest.mark.parametrize(("cause", "subject", "least", "most"), statuses.MICROSOFT)
def test_a_long_status_tells_its_cause(cause, subject, least, most):
    for number in (least, most):
        found = verdict(report("RCPT", f"550 5.{subject}{number} zz"))[0]
        assert found == cause


def test_a_trouble_is_what_its_key_says():
    why = Cause("our address is on a block list", "Spamhaus", "end of DATA")
    trouble = Trouble.decoded(trouble_key("failure", "remote", why.coded(), "host.example"))
    assert (trouble.cause, trouble.named, trouble.stage) == (why.text, why.named, why.stage)
    assert (trouble.result, trouble.channel, trouble.host) == ("failure", "remote", "host.example")


def test_a_key_of_an_older_state_has_a_cause_alone():
    trouble = Trouble.decoded("failure|remote|greylisted|a.example")
    assert (trouble.cause, trouble.named, trouble.stage, trouble.host) == ("greylisted", "", "", "a.example")


def test_each_cause_says_whose_trouble_it_is():
    assert set(WHOSE) >= set(causes.CAUSES)
    assert whose("a cause of an older version") == "unknown"


def test_greylisting_is_told_within_words():
    for needle in GREYLISTING:
        assert verdict(report("RCPT", f"450 x{needle.decode().replace('_', ' ')}ed"))[0] == "greylisted"


def test_what_was_sent_and_is_quoted_does_not_greylist():
    assert verdict(report("RCPT", "450 4.7.1 <mx.greylisting.example>: Helo command rejected: Host not found"))[0] == "our HELO name rejected"
    assert verdict(report("RCPT", "450 4.7.1 <a@greylist.example>: greylisted"))[0] == "greylisted"


def test_other_words_stand_for_words_that_count():
    unused = {word for word in SAME.values() if word not in CANONICAL}
    assert unused == set()
    assert spelled("email .. rejected") == [b" message ", b" refused "]


def held(answer):
    """Tell whether an answer is of the third that was not looked at while rules were written."""
    return hashlib.sha256(answer.encode()).digest()[0] % 3 == 0


def test_the_part_that_was_held_out_is_a_third():
    share = sum(held(row[1]) for row in ROWS) / len(ROWS)
    assert 0.28 < share < 0.38
