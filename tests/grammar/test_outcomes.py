"""What reports of deliveries count as does not depend on which were seen before."""

import pytest

from sqmail_log.figures import sums
from sqmail_log.figures.sums import Sums
from sqmail_log.lines import causes, outcomes
from support import ROOT

DATA = ROOT / "tests" / "data"
# Nothing is left of some of these without digits and addresses.
BARE = [b"", b"/", b"_", b"5", b"_5", b"5_5", b"sam@example.com", b"sam@" + 30 * b"x", b"__", b"I'm_not_going_to_try_again;", b"_I'm_not_going_to_try_again;", b"5_I'm_not_going_to_try_again;"]
SAID = b"192.0.2.1_failed_after_I_sent_the_message./Remote_host_said:_"


def reports():
    """Return reports of all answers and reasons that are known, with recipients of both channels."""
    rows = [row.split("\t") for row in (DATA / "answers" / "fresh.tsv").read_text().splitlines() if row[:1] != "#"]
    answers = [SAID + row[1].replace("\\n", "/").replace(" ", "_").encode() + b"/" for row in rows]
    rows = [row.split("\t") for row in (DATA / "shapes" / "reasons.tsv").read_text().splitlines() if row[:1] != "#"]
    texts = answers + [row[1].encode() for row in rows] + BARE
    return [
        (word + text, recipient)
        for text in texts
        for word, recipient in (
            (b"failure: ", b"remote sam@example.com"),
            (b"deferral: ", b"remote sam@example.org"),
            (b"failure: ", b"local sam@example.com"),
            (b"deferral: ", b"?"),
        )
    ]


def forget():
    for known in (outcomes._known_texts, outcomes._known_rows, outcomes._known, causes._known, causes._shapes, causes._numbered):
        known.clear()


def counted(troubles):
    minute = Sums()
    places, _ = outcomes.note_troubles([(*trouble, None) for trouble in troubles], minute)
    return places, minute.numbers, minute.tables


def test_what_was_seen_before_changes_nothing():
    alone = {}
    for trouble in reports():
        forget()
        alone[trouble] = counted([trouble])
    forget()
    for order in (alone, reversed(alone)):
        assert {trouble: counted([trouble]) for trouble in order} == alone
    together = counted(list(alone) * 2)
    assert sum(together[0].values()) == 2 * sum(len(places) for places, _, _ in alone.values())
    assert sum(together[2][sums.DELIVERY].values()) == 2 * len(alone)


def test_no_stranger_makes_it_remember_without_end():
    forget()
    for number in range(3 * outcomes.KNOWN_TEXTS // 2):
        word = "".join(chr(97 + int(digit)) for digit in str(number))
        counted([(b"deferral: " + word.encode() + b"/", b"remote sam@" + word.encode())])
        counted([(b"deferral: disk_quota_exceeded/", b"local " + word.encode())])
    rows = sum(len(rows) for _, rows in outcomes._known_texts.values())
    assert 0 < rows <= len(outcomes._known_rows) <= outcomes.KNOWN_TEXTS


def test_codes_tell_texts_apart_that_differ_in_digits_alone():
    forget()
    text = b"deferral: " + SAID
    full, other = (text + b"452_4.2.2_no/", b"remote sam@example.com"), (text + b"452_4.7.1_no/", b"remote sam@example.com")
    assert counted([full])[2] != counted([other])[2]
    assert len(counted([full, other, full])[2][sums.DELIVERY]) == 2


@pytest.mark.parametrize(
    ("report", "recipient", "places"),
    [
        (b"deferral: disk_quota_exceeded/", b"local sam@example.com", {b"local sam@example.com": 1}),
        (b"deferral: " + SAID + b"451_no/", b"remote sam@example.com", {b"remote example.com": 1}),
        # Whoever tries mailboxes would choose what is watched.
        (b"failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/", b"local sam@example.com", {}),
        (b"failure: " + SAID + b"550_no/", b"remote #@[]", {}),
        (b"failure: " + SAID + b"550_no/", b"?", {}),
    ],
)
def test_places_are_those_that_the_table_names(report, recipient, places):
    assert counted([(report, recipient)])[0] == places


SENDER = b"<news@shop.example> qp 5 uid 5"


@pytest.mark.parametrize(
    ("report", "recipient", "sender", "lost", "own"),
    [
        (b"failure: " + SAID + b"550_5.1.1_no_such_user/", b"remote u@far.example", SENDER, "recipient unknown at remote host", {}),
        (b"deferral: " + SAID + b"450_4.1.1_no_such_user/", b"remote u@far.example", SENDER, "", {}),
        (b"failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/", b"local sam@example.com", SENDER, "", {}),
        (b"failure: " + SAID + b"550_5.1.1_no_such_user/", b"remote u@far.example", None, "", {}),
        (b"failure: " + SAID + b"550_no/", b"remote u@far.example", b"<> qp 5 uid 5", "", {"failure_own_remote": 1}),
        (b"deferral: disk_quota_exceeded/", b"local u@far.example", b"<#@[]> qp 5 uid 5", "", {"deferral_own_local": 1}),
    ],
)
def test_lost_mail_is_a_senders_and_bounces_are_this_hosts(report, recipient, sender, lost, own):
    minute = Sums()
    _, told = outcomes.note_troubles([(report, recipient, sender)], minute)
    assert told == ([(sender, lost)] if lost else [])
    assert {name: times for name, times in minute.numbers.items() if "_own_" in name} == own


WAYS = [
    (b"192.0.2.1_accepted_message.", {}),
    (b"192.0.2.1_TLS_transmitted_message_accepted.", {"tls_out": 1}),
    (b"192.0.2.1_TLS_transmitted_and_TLS_transmitted", {"tls_out": 1}),
    (b"qmtp:_192.0.2.1", {"qmtp_out": 1}),
    (b"qmtps:_192.0.2.1", {"qmtps_out": 1}),
    (b"qmtps:_192.0.2.1_TLS_transmitted", {"tls_out": 1}),
]


@pytest.mark.parametrize(("head", "expected"), WAYS)
def test_each_success_has_one_way_out(head, expected):
    minute = Sums()
    outcomes.note_ways_out([head, b"192.0.2.2_accepted_message."], minute)
    assert {name: times for name, times in minute.numbers.items() if times} == expected


def test_ways_out_of_a_minute_are_those_of_its_successes():
    minute = Sums()
    outcomes.note_ways_out([head for head, _ in WAYS], minute)
    assert {name: minute.numbers.get(name, 0) for name in ("tls_out", "qmtp_out", "qmtps_out")} == {
        "tls_out": 3,
        "qmtp_out": 1,
        "qmtps_out": 1,
    }


def test_alike_warnings_are_counted_together():
    minute = Sums()
    outcomes.note_warnings([b"trouble opening local/5", b"trouble opening local/6", b"unable to stat"], minute)
    assert minute.numbers["warnings"] == 3
    assert list(minute.tables[sums.WARNING].values()) == [2, 1]
