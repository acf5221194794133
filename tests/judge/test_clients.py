"""Whether clients who connect are heard, and get what they come for."""

import pytest

from judge.hosts import ACCEPT, REJECT, WELL, Sessions, judged_service, served_hour
from sqmail_judge.finding import CRITICAL, WARNING


@pytest.fixture
def well():
    return served_hour()


def test_all_is_well(tmp_path, well):
    assert judged_service(tmp_path, 59, well) == []


@pytest.mark.parametrize(("minutes", "state"), [(5, WARNING), (11, CRITICAL)])
def test_a_block_list_lists_everybody(tmp_path, well, minutes, state):
    for minute in range(60, 60 + minutes):
        well.visit(minute, extra=["rblsmtpd: {client} pid {pid}: 451 http://rbl.test/"])
    (finding,) = judged_service(tmp_path, 59 + minutes, well)
    assert (finding.kind, finding.state) == ("unrecorded", state)
    assert finding.words == (
        f"none of {minutes - 1} clients has got as far as a record for {minutes - 1}m, "
        f"{minutes - 1} refused before SMTP by a block list (RBL, 451)"
    )


def test_nobody_gets_a_record(tmp_path, well):
    for minute in range(60, 72):
        well.visit(minute, status=256)
    (finding,) = judged_service(tmp_path, 71, well)
    assert finding.sentence.startswith("none of 11 clients has got as far as a record for 11m")


def small(clients, usual):
    """Return a service with a client in a quarter of an hour, to which from then on others come and leave."""
    sessions = Sessions()
    for minute in range(0, 181, 15):
        sessions.visit(minute, ACCEPT, client=usual.format(minute))
    for minute in range(178, 195):
        sessions.visit(minute, client="192.0.2.9" if minute == 184 else clients[minute % len(clients)])
    return sessions


@pytest.mark.parametrize(
    ("clients", "usual", "kinds"),
    [
        (["203.0.113.9"], "198.51.{}.7", []),
        (["192.0.2.9", "203.0.113.9"], "198.51.{}.7", ["unrecorded"]),
        (["203.0.113.9"], "203.0.113.9", ["unrecorded"]),
    ],
    ids=["a new monitor, and one more", "two strangers", "the gateway that brings all mail"],
)
def test_one_new_client_that_wants_nothing(tmp_path, clients, usual, kinds):
    assert [finding.kind for finding in judged_service(tmp_path, 194, small(clients, usual))] == kinds


def test_a_service_that_never_writes_records_is_not_judged_by_them(tmp_path):
    sessions = Sessions()
    for minute in range(100):
        sessions.visit(minute)
    assert judged_service(tmp_path, 99, sessions) == []


def silent(status, extra=(), client="198.51.{}.7"):
    """Return a service that writes no records, an hour of clients that are served, and twelve minutes of others."""
    sessions = Sessions()
    for minute in range(72):
        is_well = minute < 60
        sessions.visit(minute, status=0 if is_well else status, extra=() if is_well else extra, client=client.format(minute))
        sessions.visit(minute, status=256, client="203.0.113.9")
    return sessions


@pytest.mark.parametrize(
    ("status", "extra", "how"),
    [
        (256, [], "22 ended with status 256"),
        (28416, [], ""),
        (0, ["rblsmtpd: {client} pid {pid}: 451 http://rbl.test/"], ""),
        (0, ["rblsmtpd: {client} pid {pid}: 553 http://rbl.test/"] * 2, "22 refused before SMTP by a block list (RBL, 553)"),
    ],
)
def test_a_service_without_records_serves_nobody(tmp_path, status, extra, how):
    (finding,) = judged_service(tmp_path, 71, silent(status, extra))
    assert (finding.kind, finding.state) == ("unrecorded", CRITICAL)
    assert finding.words == "none of 22 clients was served for 11m" + (f", {how}" if how else "")


def test_one_gateway_brings_all_mail_to_a_service_without_records(tmp_path):
    (finding,) = judged_service(tmp_path, 71, silent(256, client="192.0.2.5"))
    assert finding.words == "none of 22 clients was served for 11m, 22 ended with status 256"


def test_among_many_that_a_block_list_sends_away_others_are_served(tmp_path):
    sessions = Sessions()
    for minute in range(90):
        sessions.visit(minute)
        sessions.visit(minute)
        for _ in range(30 if minute >= 60 else 0):
            sessions.visit(minute, extra=["rblsmtpd: {client} pid {pid}: 451 http://rbl.test/"])
    assert judged_service(tmp_path, 89, sessions) == []


def test_nothing_is_accepted(tmp_path, well):
    for minute in range(60, 72):
        well.visit(minute, REJECT)
    (finding,) = judged_service(tmp_path, 71, well)
    assert (finding.kind, finding.state) == ("unaccepted", CRITICAL)
    assert finding.words == (
        "nothing was accepted for 11m, all 11 recipients and senders were refused, mostly recipient unknown (11)"
    )


BEHIND_DATA = "Deferred::DATA::Queue_Delay"


@pytest.mark.parametrize(("recipients", "state"), [(1, CRITICAL), (2, None)])
def test_each_message_is_refused_behind_data(tmp_path, well, recipients, state):
    """The recipient was accepted, and qmail-queue fails; of two recipients one may have been another message's."""
    for minute in range(60, 72):
        well.visit(minute, *[ACCEPT] * recipients, BEHIND_DATA)
    found = judged_service(tmp_path, 71, well)
    assert [(finding.kind, finding.state) for finding in found] == ([("unaccepted", state)] if state else [])
    if found:
        assert found[0].sentence == (
            "nothing was accepted for 11m, 11 messages were refused behind DATA, mostly deferred by qmail-queue or its filter (11): "
            "do qmail-queue and the filter before it (QMAILQUEUE) run? does the spool take files?"
        )


def test_half_of_all_messages_are_spam(tmp_path, well):
    for minute in range(60, 90):
        well.visit(minute, ACCEPT)
        well.visit(minute, ACCEPT, "Reject::DATA::Spam_Message")
    assert judged_service(tmp_path, 89, well) == []


def test_many_rejects_beside_a_few_accepts_are_usual(tmp_path):
    sessions = Sessions()
    for minute in range(120):
        for _ in range(20):
            sessions.visit(minute, REJECT)
        if minute % 5 == 0:
            sessions.visit(minute, ACCEPT)
    assert judged_service(tmp_path, 119, sessions) == []


def test_at_night_somebody_guesses_and_nobody_writes(tmp_path):
    sessions = Sessions()
    for minute in range(0, 600, 20):
        sessions.visit(minute, ACCEPT)
    for minute in range(581, 611):
        sessions.visit(minute, REJECT)
    assert judged_service(tmp_path, 610, sessions) == []


def test_nobody_can_log_in(tmp_path):
    sessions = Sessions()
    for minute in WELL:
        sessions.visit(minute, "Accept::AUTH::plain")
    for minute in range(60, 72):
        sessions.visit(minute, "Reject::AUTH::plain", status=256)
    (finding,) = judged_service(tmp_path, 71, sessions)
    assert (finding.kind, finding.state) == ("no-login", CRITICAL)
    assert finding.words == "no login has succeeded for 11m, all 11 failed, mostly wrong credentials by PLAIN (11)"


def test_where_nobody_ever_logged_in_no_login_is_missed(tmp_path, well):
    for minute in range(60, 72):
        well.visit(minute, "Reject::AUTH::plain", status=256)
    (finding,) = judged_service(tmp_path, 71, well)
    assert (finding.kind, finding.state) == ("unaccepted", CRITICAL)
    assert finding.words == (
        "nothing was accepted for 11m, all 11 recipients and senders were refused, mostly wrong credentials by PLAIN (11)"
    )
