"""The page of a host whose states are here: what it says, since when, why, and where it leads."""

import pytest

from judge.hosts import REJECT, WELL
from rrd.pages import Page
from rrd.statuses import LISTED, NAME, Mail, cards, index, links, moment

LAST = WELL[-1]


@pytest.fixture
def mail(tmp_path):
    return Mail(tmp_path)


def test_all_is_well(mail):
    mail.read(LAST)
    first = mail.page(LAST)
    assert f"OK {NAME} is well. As of 08:20 UTC." in first.text
    assert cards(first) == []
    assert first.hosts[1][:2] == ["OK", NAME]
    own = Page(mail.folder / "www" / "hosts" / NAME / "index.html")
    assert cards(own)[0] == "OK Nothing is wrong.Judged from its logs, as of 08:20."


def test_what_is_wrong_since_when_why_and_where_to_go(mail):
    mail.go_on(range(60, 72), LISTED)
    mail.read(71)
    first = mail.page(71)
    assert f"CRITICAL {NAME} since 08:20: no remote delivery has succeeded for 12m, our address is on a block list (Spamhaus). As of 08:32 UTC." in first.text
    (card,) = cards(first)
    assert card.startswith(
        f"CRITICAL {NAME} since 08:20 (12m)"
        "no remote delivery has succeeded for 12m, all 12 attempts were deferred: "
        "our address is on a block list (Spamhaus) (12 of 12)"
        "First: Look up our sending IP address at Spamhaus (https://check.spamhaus.org/): the answers name it."
    )
    assert card.endswith("Judged from its logs, as of 08:32.")
    assert first.tables[0] == [
        ["Why deliveries failed or were deferred", "", "last hour", "last day", "at"],
        ["our address is on a block list (Spamhaus)", "deferred", "12", "12", "d60.example (1), d61.example (1), d62.example (1), others (9)"],
    ]
    assert {address: text for address, text in links(first).items() if text != NAME} == {
        "runbooks/no-delivery.html": "No delivery succeeds",
        "runbooks/causes.html#our-address-is-on-a-block-list": "our address is on a block list (Spamhaus)",
        f"hosts/{NAME}/send.deliveries.html": "Deliveries by result",
        "runbooks/index.html": "runbooks",
    }
    own = Page(mail.folder / "www" / "hosts" / NAME / "index.html")
    assert "no remote delivery has succeeded for 12m" in cards(own)[0]
    assert "../../runbooks/no-delivery.html" in links(own)


def test_the_jump_list_leads_to_logs_and_graphs(mail):
    mail.read(LAST)
    mail.page(LAST)
    own = Page(mail.folder / "www" / "hosts" / NAME / "index.html")
    places = {attributes.get("id") for _, attributes in own.elements}
    jumps = [target[1:] for target in own.targets if target.startswith("#")]
    assert {"send.all.html", "send.deliveries.html", "smtpd.all.html", "smtpd.records.html"} <= set(jumps) <= places


def test_a_log_that_is_not_read_any_more_is_unknown_and_nothing_old_is_shown(mail):
    mail.go_on(range(60, 72), LISTED)
    mail.read(71)
    mail.go_on(range(72, 90), LISTED)
    mail.host.write()
    (fresh,) = cards(mail.page(80))
    assert fresh.startswith(f"CRITICAL {NAME} since 08:20")
    assert fresh.endswith("Judged from its logs, as of 08:32.")
    (card,) = cards(mail.page(83))
    assert card.startswith(f"UNKNOWN {NAME} since 08:32")
    assert "send: the log was not read since 08:32" in card
    assert "smtpd: the log was not read since 08:32" in card
    assert "CRITICAL" not in card
    assert "block list" not in card


def test_a_log_without_new_lines_is_not_taken_for_unread(mail):
    mail.read(LAST)
    first = mail.page(LAST + 15)
    assert "was not read" not in first.text
    assert "UNKNOWN" not in first.text.partition("Hosts")[0]


def test_one_log_that_is_unread_does_not_hide_what_another_tells(mail):
    mail.go_on(range(60, 72), LISTED)
    mail.read(71)
    (mail.folder / "state").glob("*smtpd*.sqlite").__next__().unlink()
    (card,) = cards(mail.page(71))
    assert card.startswith(f"CRITICAL {NAME} since 08:20")
    assert "no remote delivery has succeeded" in card
    assert f"UNKNOWN {mail.folder}/qmail-smtpd: nobody has read it with the state directory {mail.folder}/state" in card


def test_a_state_that_was_never_read_makes_no_state(mail):
    mail.read(LAST)
    index(mail.folder, moment(LAST), *mail.words()[:-4], "--state-dir", mail.folder / "none", "--hostname", NAME)
    assert not (mail.folder / "none").exists()


def test_the_past_is_judged_from_rrd_files(mail):
    mail.go_on(range(60, 120))
    mail.read(119)
    own = mail.page(70) and Page(mail.folder / "www" / "hosts" / NAME / "index.html")
    assert "Judged from its RRD files alone" in cards(own)[0]


def test_several_things_are_told_worst_first_three_at_most(mail):
    mail.go_on(range(60, 72), LISTED)
    for minute in range(60, 72):
        mail.host.send.say(minute, "alert: unable to append to bounce message; HELP! sleeping...")
        mail.host.send.say(minute, "warning: unable to stat mess/1; will try again later")
        for _ in range(12):
            mail.host.smtpd.visit(minute, "Reject::AUTH::plain", client="198.51.100.9")
    mail.read(71)
    (card,) = cards(mail.page(71))
    assert card.count("runbook: ") == 3
    assert "and 1 more" in card
    assert card.index("no remote delivery") < card.index("logins failed")
    (whole,) = cards(Page(mail.folder / "www" / "hosts" / NAME / "index.html"))
    assert whole.count("runbook: ") == 4


def test_since_when_is_remembered_from_run_to_run(mail):
    """Of a share of the last minutes the finding itself knows no beginning."""
    seen = []
    for begin in (60, 75, 80):
        for minute in range(begin, 75 if begin == 60 else begin + 5):
            mail.host.smtpd.visit(minute, REJECT)
            for _ in range(12):
                mail.host.smtpd.visit(minute, "Reject::AUTH::plain", client="198.51.100.9")
            mail.host.send.deliver(minute)
        mail.read(minute)
        (card,) = cards(mail.page(minute))
        assert "180 logins failed in 15m" in card
        seen.append(card[card.index("since ") :][:11])
    assert seen == ["since 08:20"] * 3


def test_what_has_changed_against_the_week_before(tmp_path):
    mail = Mail(tmp_path)
    mail.read(LAST)
    week = 7 * 24 * 60
    for minute in range(week, week + 61):
        for _ in range(3):
            mail.host.smtpd.visit(minute, "Accept::RCPT::Recipients_Cdb")
            mail.host.send.deliver(minute)
    mail.read(week + 60)
    own = mail.page(week + 60) and Page(tmp_path / "www" / "hosts" / NAME / "index.html")
    assert ["messages", "180", "59", "\u2013", "\u2013"] in own.tables[0]
    assert "messages 3.1 times the week before" in Page(tmp_path / "www" / "index.html").text
