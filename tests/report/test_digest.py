"""A day on one page: what needs attention first, numbers beside those of before, and the mail with its pictures."""

import email
import email.policy
import re
import subprocess
import sys
import time
from html import unescape
from html.parser import HTMLParser

import pytest

from report.reports import MORNING, answer, figures, log, run, table
from report.test_daily import SENDMAIL
from rrd.png import pixels
from sqmail_log import tai64n
from support import write_log

DAY = 86400
MIDNIGHT = MORNING - 7 * 3600
SPAM = "192.0.2.9_failed_after_I_sent_the_message./Remote_host_said:_554_5.7.1_blocked_using_zen.spamhaus.org/"


@pytest.fixture(autouse=True)
def afterwards(monkeypatch):
    """Have it be two days after the sample's day, whatever the clock says."""
    monkeypatch.setattr(time, "time_ns", lambda: (MIDNIGHT + 2 * DAY) * tai64n.SECOND)


def delivered(number, recipient="local bob@example.org", result="success: did_1+0+0/", sender="ann@example.net", size=100):
    lines = [
        f"new msg {number}",
        f"info msg {number}: bytes {size} from <{sender}> qp {number} uid 7791",
        f"starting delivery {number}: msg {number} to {recipient}",
        f"delivery {number}: {result}",
    ]
    return [*lines, f"end msg {number}"] if not result.startswith("deferral") else lines


def days(directory, counts, hour=10, **terms):
    """Write a log with so many messages on each day; the last is 2026-11-22.  Return it."""
    lines = []
    number = 0
    for back, count in enumerate(reversed(counts)):
        begin = MIDNIGHT - back * DAY + hour * 3600
        for _ in range(count):
            number += 1
            lines += [(begin + number / 10, line.encode()) for line in delivered(number, **terms)]
    write_log(directory, sorted(lines, key=lambda line: line[0]))
    return directory


def of_day(where, *options):
    return table("daily", "--day", "2026-11-22", "--utc", "--host", "mx1", "--log", where, *options, width=200)


def attention(text):
    return text.partition("Attention\n\n")[2].partition("\n\n")[0].splitlines()


def numbers(text):
    body = text.partition("In numbers\n\n")[2].partition("\n\n")[0]
    return {row[0]: row[1:] for row in (re.split(r" {2,}", line) for line in body.splitlines()) if len(row) > 1}


def test_beside_a_day_stands_that_of_the_week_before(tmp_path):
    text = of_day(days(tmp_path / "log", [1, 4, 0, 0, 0, 0, 0, 7, 12]))
    assert "week  change" in text
    assert numbers(text)["queued"] == ["12", "4", "x 3.0"]
    assert re.search(r"\n10:00      12         12       0         0  1.20 kB  █+ +4\n", text)


def test_else_that_of_the_day_before(tmp_path):
    text = of_day(days(tmp_path / "log", [1, 8, 12]))
    assert numbers(text)["delivered"] == ["12", "8", "+50 %"]
    assert "      day\n" in text


def test_or_none_where_the_log_reaches_back_no_further(tmp_path):
    text = of_day(days(tmp_path / "log", [8, 12]))
    assert numbers(text)["queued"] == ["12"]
    assert "before" not in text.partition("In numbers")[2]


def test_a_week_is_compared_with_the_week_before_and_told_by_the_day(tmp_path):
    where = days(tmp_path / "log", [1, 0, *range(1, 8), *range(11, 18)])
    text = table("overview", "--since", "2026-11-16", "--until", "2026-11-23", "--log", where, width=100)
    rows = [line.split() for line in text.partition("By the day\n\n")[2].partition("\n\n")[0].splitlines()[2:]]
    assert [(row[1], row[2], row[-1]) for row in rows] == [
        (f"2026-11-{16 + day}", str(11 + day), str(1 + day)) for day in range(7)
    ]
    assert rows[0][0] == "Mon"


def test_a_month_is_compared_with_whole_weeks_before(tmp_path):
    where = days(tmp_path / "log", [3] * 70)
    # What is still to come is compared with nothing.
    text = table("daily", "--month", "2026-11", "--utc", "--host", "mx1", "--log", where, width=120)
    assert "4 weeks" in text
    assert numbers(text)["queued"][:2] == ["66", "69"]


def test_an_hour_without_mail_has_a_row_too(tmp_path):
    where = days(tmp_path / "log", [3], hour=10)
    text = of_day(where)
    hours = re.findall(r"^(\d\d):00 +(\d+)", text, re.MULTILINE)
    assert len(hours) == 24
    assert [hour for hour, queued in hours if queued != "0"] == ["10"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (delivered(1), []),
        (["alert: out of memory", *delivered(1)], ["!! 1 alert in qmail-send's log: out of memory"]),
        (["alert: oh\x1bno"] * 3 + delivered(1), ["!! 3 alerts in qmail-send's log: oh?no (3)"]),
        (["warning: unable to stat mess/5", *delivered(1)], ["!  1 warning in qmail-send's log: unable to stat mess/N"]),
        (["status: exiting"], ["!  qmail-send ended 1 time"]),
        (
            ["starting delivery 7: msg 5 to local a@b.example", "status: exiting"],
            ["!  qmail-send ended 1 time, which cut off 1 delivery"],
        ),
        (["triple bounce: discarding bounce/5", *delivered(1)], ["!  1 triple bounce discarded: somebody's mail is lost"]),
        (
            delivered(1, "remote u@big.example", f"failure: {SPAM}"),
            ["!! our address is on a block list (Spamhaus): 1 failed", "   Look up our sending IP address at Spamhaus (https://check.spamhaus.org/): the answers name it."],
        ),
        (delivered(1, "remote u@big.example", "failure: 192.0.2.9_does_not_like_recipient./Remote_host_said:_550_5.1.1_User_unknown/"), []),
        (
            [line for number in range(6) for line in delivered(number, "remote u@mute.example", "deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/")],
            ["!  every attempt deferred: mute.example (6)"],
        ),
        ([line for number in range(4) for line in delivered(number, "remote u@mute.example", "deferral: x/")], []),
        # Nobody's name is told for a host.
        ([line for number in range(6) for line in delivered(number, "remote secret", "deferral: x/")], []),
    ],
)
def test_what_needs_attention(tmp_path, lines, told):
    found = attention(table("overview", "--log", log(tmp_path / "log", lines), width=100))
    expected = told or ["   Nothing needs attention."]
    assert len(found) >= len(expected)
    for line, wanted in zip(found, expected, strict=False):
        assert line.startswith(wanted)
    if not told or not told[-1].startswith("   "):
        assert len(found) == len(expected)


def test_a_cause_of_ours_that_is_rare_is_not_urgent(tmp_path):
    lines = [line for number in range(100) for line in delivered(number)]
    lines += delivered(200, "remote u@big.example", f"failure: {SPAM}")
    found = attention(table("overview", "--log", log(tmp_path / "log", lines, step=0.01), width=100))
    assert found[0] == "!  our address is on a block list (Spamhaus): 1 failed"


def test_what_has_become_less_is_told(tmp_path):
    assert "!  fewer queued than the week before: 20, then 60" in attention(of_day(days(tmp_path / "a", [1, 60, *[60] * 6, 20])))
    assert not any("fewer" in line for line in attention(of_day(days(tmp_path / "b", [1, 60, *[60] * 6, 40]))))
    assert not any("fewer" in line for line in attention(of_day(days(tmp_path / "c", [1, 40, *[60] * 6, 10]))))


def test_what_a_period_has_no_lines_of_is_told(tmp_path):
    where = days(tmp_path / "log", [3], hour=10)
    assert attention(of_day(where))[-2:] == [
        f"!  {where} begins at 2026-11-22 10:00: what was before is not known",
        f"!  {where} has no line after 2026-11-22 10:00",
    ]


def hours(directory, counts):
    """Write a log with so many messages in each hour from 2026-11-22 00:00 on; return it."""
    lines = []
    for hour, count in enumerate(counts):
        for each in range(count):
            when = MIDNIGHT + hour * 3600 + each * 3600 / count
            lines += [(when, line.encode()) for line in delivered(len(lines))]
    write_log(directory, lines)
    return directory


def test_a_gap_in_a_busy_day_is_told(tmp_path):
    gap = "!  gap: nothing queued nor delivered from 2026-11-22 06:00 to 09:00 (usual: about"
    busy = [200] * 6 + [0] * 3 + [200] * 15
    assert sum(line.startswith(gap) for line in attention(of_day(hours(tmp_path / "busy", busy)))) == 1
    assert not any("gap" in line for line in attention(of_day(hours(tmp_path / "night", [2] * 6 + [0] * 3 + [20] * 15))))
    assert not any("gap" in line for line in attention(of_day(hours(tmp_path / "whole", [200] * 24))))


def test_a_gap_beside_the_day_before_is_told(tmp_path):
    for name, usual, told in (("much", 20, True), ("little", 4, False)):
        lines = []
        for back in (2, 1, 0):
            for hour in range(24):
                for each in range(usual):
                    if back or hour not in {6, 7, 8}:
                        when = MIDNIGHT - back * DAY + hour * 3600 + each * 3600 / usual
                        lines += [(when, line.encode()) for line in delivered(len(lines))]
        write_log(tmp_path / name, lines)
        found = [line for line in attention(of_day(tmp_path / name)) if "gap" in line]
        wanted = "!  gap: nothing queued nor delivered from 2026-11-22 06:00 to 09:00 (the day before: 120)"
        assert found == ([wanted] if told else [])


def test_old_messages_are_told(tmp_path):
    first = [(MIDNIGHT - 2 * DAY, line.encode()) for line in delivered(1, result="deferral: x/")]
    last = [(MIDNIGHT + 3600, b"starting delivery 9: msg 1 to local bob@example.org"), (MIDNIGHT + 3601, b"delivery 9: deferral: x/")]
    write_log(tmp_path / "log", first + last)
    assert any("1 message waiting for more than a day" in line for line in attention(of_day(tmp_path / "log")))


def test_ten_numbers_and_logins_of_sessions(tmp_path):
    send = log(tmp_path / "send", delivered(1))
    lines = ["tcpserver: status: 40/40", "tcpserver: fatal: x"]
    lines += [f"qmail-smtpd: pid {n} Reject::AUTH::plain P:ESMTPA S:192.0.2.7:x H:h ?~ 'u'" for n in range(60)]
    text = of_day(send, "--log", log(tmp_path / "smtpd", lines))
    assert len(numbers(text)) == 10
    found = attention(text)
    assert "!! the limit of 40 connections was reached" in found
    assert "!! 1 fatal error of servers" in found
    assert "!  60 logins refused, 0 accepted: guessing?" in found


def test_domains_in_both_directions(tmp_path):
    lines = [
        *delivered(1, "local example.org-bob@example.org", sender="a@partner.example", size=1000),
        *delivered(2, "local example.org-bob@example.org", sender="b@partner.example", size=3000),
        *delivered(3, "remote u@big.example", sender="bob@example.org", size=50000),
        *delivered(4, "remote u@big.example", "failure: no/", sender="", size=10),
        *delivered(5, "remote u@big.example", "deferral: later/", sender="bob@example.org", size=10),
        *delivered(6, "local root", sender="root", size=10),
    ]
    where = log(tmp_path / "log", lines, step=0.5)
    found = answer("domains", "--log", where)
    assert [(row["domain"], row["whose"], row["mess"], row["bytes"]) for row in found["sender-domains"]] == [
        ("partner.example", "other", 2, 4000),
        ("<>", None, 1, 10),
        ("", "other", 1, 10),
        ("example.org", "ours", 1, 50000),
    ]
    big = next(row for row in found["recipient-domains"] if row["domain"] == "big.example")
    assert (big["mess"], big["sbytes"], big["tries"], big["failures"], big["deferrals"], big["channel"]) == (2, 50000, 3, 1, 1, "remote")
    assert big["ddelay"] == 1.0
    assert {row["domain"] for row in found["recipient-domains"]} == {"example.org", "big.example", "local.root"}
    by_bytes = answer("domains", "--by", "bytes", "--top", 1, "--log", where)
    assert [row["domain"] for rows in by_bytes.values() for row in rows] == ["example.org", "big.example"]
    shown = table("domains", "--by", "bytes", "--top", 1, "--log", where)
    assert "- 3 more rows not shown: 4.02 kB, 7.4 %" in shown
    hidden = table("domains", "--log", where, "--anonymise")
    assert "root" not in hidden


@pytest.fixture
def tree(tmp_path):
    """Return a tree of RRD files with the day's values of a host."""
    pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")
    where = days(tmp_path / "qmail-send", [5, 5])
    code = "import sys; from sqmail_rrd.cli import main; sys.exit(main())"
    arguments = ["import", "--log", where, "--rrd", tmp_path / "rrd", "--state-dir", tmp_path / "state", "--hostname", "mx1"]
    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True, capture_output=True, env={"PYTHONPATH": ":".join(sys.path)})
    return tmp_path / "rrd", where


class Links(HTMLParser):
    """Collects what a page would have to fetch."""

    def __init__(self):
        super().__init__()
        self.sources = []

    def handle_starttag(self, tag, attributes):
        assert tag not in {"link", "script", "iframe", "object"}
        for name, value in attributes:
            if name in {"src", "href", "background"}:
                self.sources.append(value)
            assert "url(" not in (value or "")


def sources(html):
    links = Links()
    links.feed(html)
    assert "@import" not in html
    return links.sources


def test_the_mail_has_the_day_s_pictures_in_it(tree, tmp_path):
    rrd, where = tree
    command = tmp_path / "sendmail"
    command.write_text(SENDMAIL)
    command.chmod(0o755)
    asked = ["daily", "--day", "2026-11-22", "--utc", "--host", "mx1", "--log", where, "--rrd", rrd]
    assert run(*asked, "--mail-to", "a@example.org", "--sendmail", command) == (0, "", "")
    mail = email.message_from_bytes((tmp_path / "stored").read_bytes().partition(b"\n")[2], policy=email.policy.default)
    assert mail.get_content_type() == "multipart/alternative"
    plain, related = mail.iter_parts()
    assert plain.get_content() == table(*asked[:-2], width=76)
    assert related.get_content_type() == "multipart/related"
    html, *pictures = related.iter_parts()
    assert [picture.get_filename() for picture in pictures] == ["deliveries.png", "queue.png", "delay.png"]
    for picture in pictures:
        assert picture.get_content_type() == "image/png"
        assert picture.get_content_disposition() == "inline"
        assert picture.get_content().startswith(b"\x89PNG")
        # A phone shows it at half its size: letters are twice as large as they need be there, and there is no legend.
        rows = pixels(picture.get_content())
        assert 650 < len(rows[0]) < 800
        assert 300 < len(rows) < 400
    named = [f"cid:{picture['Content-ID'][1:-1]}" for picture in pictures]
    assert sources(html.get_content()) == named
    assert 'alt="Deliveries by result: qmail-send"' in html.get_content()
    text = re.sub("<[^>]*>", "|", html.get_content())
    text = re.sub(r"[|\n]+", "|", text)
    assert "|average|maximum|total|success, local|" in text
    assert re.search(r"\|failure, remote\|[0-9.<]+\|[0-9]+\|[0-9]+\|", text)


def test_a_page_has_its_pictures_in_itself(tree):
    rrd, where = tree
    page = of_day(where, "--rrd", rrd, "--format", "html")
    assert len(sources(page)) == 3
    assert all(source.startswith("data:image/png;base64,") for source in sources(page))
    assert of_day(where, "--rrd", rrd, "--format", "html", "--instance", "qmail-send") == page


def test_pictures_that_cannot_be_had_are_said(tree, tmp_path):
    rrd, where = tree
    (rrd / "mx2").mkdir()
    (rrd / "mx1").rename(rrd / "mx3")
    (rrd / "mx2").rmdir()
    # The only host that there is.
    assert sources(of_day(where, "--rrd", rrd, "--format", "html"))
    asked = ["daily", "--day", "2026-11-22", "--utc", "--host", "mx1", "--format", "html", "--log", where]
    status, out, err = run(*asked, "--rrd", rrd, "--instance", "other")
    assert (status, out) == (1, "")
    assert err == f"sqmail-report: {rrd}: no RRD files of mx1 other; there are mx3\n"
    assert run(*asked, "--rrd", tmp_path / "none")[0] == 1


def test_a_page_fetches_nothing(tmp_path):
    page = of_day(days(tmp_path / "log", [5, 5]), "--full", "--format", "html")
    assert sources(page) == []
    assert page.count("<style>") == 1
    # Readers that drop style sheets keep what stands in the elements.
    assert re.search(r'<table style="[^"]*border-collapse', page)


def test_the_title_names_the_zone(tmp_path):
    assert of_day(days(tmp_path / "log", [5])).startswith("Mail report mx1 2026-11-22\nTimes are UTC.\n\n")


def test_figures_of_people_and_programs_agree(tmp_path):
    where = days(tmp_path / "log", [1234], size=1_000_000)
    found = answer("overview", "--log", where)
    assert (figures("overview", "--log", where)["attempts"], found["attempts"]) == ("1,234", 1234)
    assert re.search(r"\nsize +1\.23 GB\n", table("overview", "--log", where, width=80))
    assert found["bytes"] == 1_234_000_000


def test_labels_of_the_clock_are_told_as_they_are(tmp_path):
    where = days(tmp_path / "log", [1])
    first = (where / "current").read_bytes().split(b" ", 1)[0]
    assert tai64n.nanoseconds(first) // tai64n.SECOND == MIDNIGHT + 10 * 3600


@pytest.mark.parametrize("command", ["overview", "delays", "senders", "failures", "domains", "pending", "all"])
def test_each_report_can_be_a_page(tmp_path, command):
    where = days(tmp_path / "log", [5, 5])
    page = run(command, "--log", where, "--format", "html", "--top", "3")[1]
    assert sources(page) == []
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page.partition("</head>")[2]))
    assert "Times are UTC." in shown
    titles = [unescape(text) for text in re.findall("<h2[^>]*>([^<]+)<", page)]
    assert titles
    printed = table(command, "--log", where, "--top", "3")
    assert all(title in printed for title in titles)


def test_a_trace_is_text_alone(tmp_path):
    status, _, err = run("trace", "--log", tmp_path, "--sender", "a@example.org", "--format", "html")
    assert status == 2
    assert "invalid choice: 'html'" in err
