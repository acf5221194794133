"""Hosts that report: worst first, nothing old, and whatever a report holds is text."""

import json
import os

import pytest

from rrd.pages import Page, crawl
from rrd.statuses import cards, finding, index, links, report
from rrd.test_page_files import KINDS, small
from rrd.trees import END

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def reports(tmp_path):
    for name in ("mx1.example.org", "mx2.example.org", "mx3.example.org"):
        small(tmp_path / "rrd", name)
    return tmp_path / "reports"


def page(reports, until=END):
    return index(reports.parent, until, "--status", reports)


def test_worst_first_then_what_nobody_knows(reports):
    report(reports, "mx1.example.org", END)
    report(reports, "mx2.example.org", END, "WARNING", [finding("guessing", "WARNING", words="201 logins failed in 15m")])
    report(reports, "mx3.example.org", END, "CRITICAL", [finding()])
    report(reports, "mx4.example.org", END - 3600)
    first = page(reports)
    assert (
        "CRITICAL 2 of 4 hosts have a problem: mx3.example.org since 23:23: no remote delivery has succeeded for 37m; "
        "mx2.example.org since 23:23: 201 logins failed in 15m; "
        "of 1 it is not known: mx4.example.org; the other is well. As of 00:00 UTC."
    ) in first.text
    assert [card.split(" since")[0] for card in cards(first)] == [
        "CRITICAL mx3.example.org", "UNKNOWN mx4.example.org", "WARNING mx2.example.org",
    ]  # fmt: skip
    assert [row[:2] for row in first.hosts[1:]] == [
        ["CRITICAL", "mx3.example.org"], ["UNKNOWN", "mx4.example.org"], ["WARNING", "mx2.example.org"],
        ["OK", "mx1.example.org"], ["", "all hosts"],
    ]  # fmt: skip
    assert "since 23:23 (37m)no remote delivery has succeeded for 37m" in cards(first)[0]
    assert "hosts/mx3.example.org/send.deliveries.html" in links(first)


def test_all_are_well(reports):
    for name in ("mx1.example.org", "mx2.example.org", "mx3.example.org"):
        report(reports, name, END)
    first = page(reports)
    assert "OK All 3 hosts are well: mx1.example.org, mx2.example.org, mx3.example.org. As of 00:00 UTC." in first.text
    assert cards(first) == []


def test_the_first_sentence_leads_to_what_is_wrong(reports):
    report(reports, "mx2.example.org", END, "CRITICAL", [finding()])
    first = page(reports)
    sentence = first.path.read_text().partition("a problem: ")[2]
    assert sentence.startswith('<strong><a href="hosts/mx2.example.org/index.html">mx2.example.org</a></strong>')


def test_what_the_head_says_is_not_said_again(reports):
    found = [finding(), finding("guessing", "WARNING", words="201 logins failed", minutes=15), finding("silent", words="nothing")]
    report(reports, "mx2.example.org", END, "CRITICAL", found)
    (card,) = cards(page(reports))
    assert card.count("CRITICAL") == card.count("since 23:23 (37m)") == 1
    assert card.count("WARNING") == card.count("since 23:45 (15m)") == 1


def test_many_that_are_sick_have_a_row_each(reports):
    names = [f"mx{number}.example.org" for number in range(10, 22)]
    for number, name in enumerate(names):
        report(reports, name, END, "WARNING", [finding("guessing", "WARNING", words=f"{200 + number} logins failed in 15m")])
    first = page(reports)
    assert len(cards(first)) == 8
    rows = [row[1] for row in first.hosts[1:13]]
    assert rows == [*names[:8], *(f"{name}{208 + number} logins failed in 15m" for number, name in enumerate(names[8:]))]


def test_a_host_that_is_well_again_is_told_so_on_its_page(reports):
    own = reports.parent / "www" / "hosts" / "mx2.example.org" / "index.html"
    for until, state, found in ((END, "CRITICAL", [finding()]), (END + 3600, "OK", [])):
        report(reports, "mx2.example.org", until, state, found)
        page(reports, until)
        (told,) = cards(Page(own))
        assert told.startswith(state)


def test_a_report_is_believed_for_a_quarter_of_an_hour(reports):
    report(reports, "mx1.example.org", END - 900, "CRITICAL", [finding()])
    (card,) = cards(page(reports))
    assert card.startswith("CRITICAL mx1.example.org since 23:08")
    report(reports, "mx1.example.org", END - 901, "CRITICAL", [finding()])
    (card,) = cards(page(reports))
    assert card.startswith("UNKNOWN mx1.example.org since 23:44")
    assert "no report since 23:44" in card
    assert "no remote delivery" not in card
    report(reports, "mx1.example.org", END + 301, "OK")
    (card,) = cards(page(reports))
    assert "its clock is ahead" in card


def test_causes_and_changes_of_a_report(reports):
    causes = {
        "hour": [{"result": "deferral", "cause": "greylisted", "named": "", "count": 12, "destinations": [{"name": "d1.example", "count": 9}]}],
        "day": [
            {"result": "failure", "cause": "mailbox full", "named": "", "count": 70, "destinations": []},
            {"result": "deferral", "cause": "greylisted", "named": "", "count": 40, "destinations": [{"name": "d2.example", "count": 9}]},
        ],
    }
    changes = {"hour": [{"what": "rejects", "now": 410, "week_before": 100}], "day": [{"what": "logins", "now": 0, "week_before": 33}]}
    report(reports, "mx1.example.org", END, "CRITICAL", [finding()], causes=causes, changes=changes)
    first = page(reports)
    assert first.tables[0][1:] == [
        ["greylisted", "deferred", "12", "40", "d1.example (9), others (3)"], ["mailbox full", "failed", "0", "70", ""],
    ]  # fmt: skip
    assert "Changed: rejects: 410 in the last hour, 4.1 times the week before \u00b7 logins: none, 33 the week before (last day)" in cards(first)[0]
    own = Page(reports.parent / "www" / "hosts" / "mx1.example.org" / "index.html")
    assert ["rejects", "410", "100", "0", "0"] in own.tables[1]


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"time": 4}', b"[" * 100_000, b"1" * (2 << 20),
        b'{"time": "2026-07-20 00:00:00 UTC", "state": "OK", "findings": [7], "unread": []}',
        b'{"time": "2026-07-20 00:00:00 UTC", "state": "FINE", "findings": [], "unread": []}',
        b'{"time": "9999999999-07-20 00:00:00 UTC", "state": "OK", "findings": [], "unread": []}',
    ],
)  # fmt: skip
def test_what_is_no_report_is_unknown(reports, text):
    reports.mkdir()
    (reports / "mx1.example.org.json").write_bytes(text)
    (card,) = cards(page(reports))
    assert card.startswith("UNKNOWN mx1.example.org")
    assert "its report is " in card


def test_a_warning_without_a_reason_is_none_the_less_one(reports):
    report(reports, "mx1.example.org", END, "WARNING")
    (card,) = cards(page(reports))
    assert card.startswith("WARNING mx1.example.org")


def test_what_could_not_be_read_there_is_unknown(reports):
    report(reports, "mx1.example.org", END, "WARNING", unread=["/var/log/qmail-smtpd: Permission denied"])
    (card,) = cards(page(reports))
    assert card.startswith("UNKNOWN mx1.example.org")
    assert "/var/log/qmail-smtpd: Permission denied" in card


def test_nothing_is_read_through_what_was_planted(reports, tmp_path):
    report(tmp_path / "elsewhere", "secret", END, "CRITICAL", [finding()])
    reports.mkdir()
    (reports / "mx1.example.org.json").symlink_to(tmp_path / "elsewhere" / "secret.json")
    os.mkfifo(reports / "mx2.example.org.json")
    (reports / ".mx3.example.org.json.Xa3").write_text("half a fi")
    told = cards(page(reports))
    assert [card.split(" since")[0] for card in told] == ["UNKNOWN mx1.example.org", "UNKNOWN mx2.example.org"]
    assert all("its report is no regular file" in card for card in told)


def test_whatever_a_report_holds_is_text(reports):
    hostile = finding(
        kind=HOSTILE, words=HOSTILE * 100, log=f"/{HOSTILE}", next=HOSTILE, cause=HOSTILE, named='"><script>alert(1)</script>'
    )  # fmt: skip
    rows = [{"result": HOSTILE, "cause": HOSTILE, "named": HOSTILE, "count": 3, "destinations": [{"name": HOSTILE, "count": 2}]}]
    changes = [{"what": HOSTILE, "now": 400, "week_before": 3}]
    report(reports, HOSTILE.replace("/", ""), END, "CRITICAL", [hostile], causes={"hour": rows}, changes={"day": changes})
    report(reports, "mx1.example.org", END, "CRITICAL", [hostile], causes={"hour": rows}, changes={"day": changes})
    page(reports)
    pages = crawl(reports.parent / "www")
    kinds = {tag for found in pages.values() for tag, _ in found.elements}
    assert kinds <= {*KINDS, "ol", "li", "strong", "figcaption"}
    attributes = {key for found in pages.values() for _, some in found.elements for key in some}
    assert not {key for key in attributes if key.startswith("on") or key == "style"}
    assert HOSTILE in pages[reports.parent / "www" / "index.html"].text


def test_a_folder_that_is_not_there(reports):
    from rrd.test_graph_command import sqmail_rrd

    said = sqmail_rrd("page", "--rrd", reports.parent / "rrd", "--out", reports.parent / "www", "--status", reports, code=1)
    assert said == ("", f"sqmail-rrd: {reports}: No such file or directory; --status is the folder with a HOST.json for each host\n")


def test_a_report_without_a_tree_has_a_page_too(tmp_path):
    (tmp_path / "rrd").mkdir()
    report(tmp_path / "reports", "mx9.example.org", END, "CRITICAL", [finding()])
    first = index(tmp_path, END, "--status", tmp_path / "reports")
    assert cards(first)[0].startswith("CRITICAL mx9.example.org")
    assert json.loads((tmp_path / "www" / ".status").read_text())["problems"]
