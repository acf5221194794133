"""What is printed: whole tables, records, JSON and CSV, and what a hostile log may do to them: nothing."""

import csv
import json
from io import StringIO

import pytest

from report.reports import answer, log, run, table
from sqmail_report.people.figures import Zone
from sqmail_report.people.grid import Lines
from sqmail_report.people.grids import grid
from sqmail_report.people.html import page
from sqmail_report.people.screen import Screen
from sqmail_report.people.text import text as written
from sqmail_report.tables.formats import render
from sqmail_report.tables.table import Content, Layout, Table, count, percent, ratio, seconds, size, text, time

LAYOUT = Layout(
    "made",
    "Made up",
    (
        count("number", "n"),
        size("bytes", "b"),
        seconds("took", "s"),
        percent("share", "%"),
        ratio("ratio", "r"),
        time("when", "t"),
        text("what", "w"),
        text("why", "y", Content.REPORT),
    ),
    weight="number",
)
ROWS = [
    (1, 2_000_000, 0.125, 33.333, 1.2345678, 1795330800.25, "one", "no_blanks"),
    (12, 3, 12.5, 66.667, 100000000.0, 1795330801.0, "a|b", ""),
    (None, None, None, None, None, None, None, None),
]
MADE = Table(LAYOUT, ROWS, ("a note",))


def printed(*tables, form):
    return "".join(render(tables, form))


def shown(*tables, width=100, top=None):
    return "".join(written([grid(table, Zone(), top) for table in tables], Screen(width)))


def test_a_table():
    assert shown(MADE) == (
        "Made up\n\n"
        "number   share    bytes    took   share        ratio  when (UTC)        what  why\n"
        "    12  92.3 %      3 B  12.5 s  66.7 %  100,000,000  2026-11-22 07:00  a|b\n"
        "     1   7.7 %  2.00 MB  0.12 s  33.3 %         1.23  2026-11-22 07:00  one   no blanks\n"
        "     -     0 %        -       -       -            -  -                 -     -\n"
        "- a note\n"
    )


def test_json():
    assert json.loads(printed(MADE, form="json")) == [
        {
            "number": 1,
            "bytes": 2000000,
            "took": 0.125,
            "share": 33.333,
            "ratio": 1.23457,
            "when": "2026-11-22T07:00:00.250000Z",
            "what": "one",
            "why": "no blanks",
        },
        {
            "number": 12,
            "bytes": 3,
            "took": 12.5,
            "share": 66.667,
            "ratio": 100000000.0,
            "when": "2026-11-22T07:00:01.000000Z",
            "what": "a|b",
            "why": "",
        },
        dict.fromkeys([column.name for column in LAYOUT.columns]),
    ]


def test_csv():
    rows = list(csv.reader(StringIO(printed(MADE, form="csv"))))
    assert rows[0] == ["number", "bytes", "took", "share", "ratio", "when", "what", "why"]
    assert rows[1] == [
        "1",
        "2000000",
        "0.125",
        "33.333",
        "1.23457",
        "2026-11-22T07:00:00.250000Z",
        "one",
        "no blanks",
    ]


def test_several_tables():
    other = Table(Layout("other", "Other", (count("n", ""),)), [])
    assert shown(other, other) == "Other\n\nnothing\n\nOther\n\nnothing\n"
    assert json.loads(printed(MADE, other, MADE, form="json")).keys() == {"made", "other"}
    assert len(json.loads(printed(MADE, other, MADE, form="json"))["made"]) == 6
    assert printed(other, MADE, form="csv").startswith("other\nn\n\nmade\nnumber,")


def test_top_keeps_the_heaviest_and_says_so():
    top = MADE.top(1)
    assert top.rows == [ROWS[1]]
    assert top.notes == ("a note", "2 more rows are not shown")
    assert MADE.top(3).notes == ("a note",)


HOSTILE = b"\x1b]0;owned\x07<script>alert(1)</script>=cmd|' /C calc'!A0\xff\xc3\xbc\xe2\x80\xae"


@pytest.fixture
def hostile(tmp_path):
    lines = [
        b"qmail-smtpd: pid 7 Reject::SNDR::Bad_Helo P:ESMTP S:192.0.2.1:unknown H:x F:" + HOSTILE + b" T:=1+1 '.'",
        b"qmail-popup: pid 7 Reject::AUTH::User P:POP3 S:192.0.2.1:unknown ?~ '" + HOSTILE + b"'",
        b"rblsmtpd: 192.0.2.1 pid 7: 451 " + HOSTILE,
    ]
    return log(tmp_path / "log", lines)


@pytest.mark.parametrize(
    "command",
    [["rejects", "--show-addresses"], ["sessions", "--show-users"], ["trace", "--pid", 7, "--show-users"]],
)
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_nothing_hostile_reaches_a_terminal(hostile, command, form):
    out = table(*command, "--log", hostile, "--format", form)
    assert all(character.isprintable() or character == "\n" for character in out)
    assert "alert(1)" in out


def test_json_holds_what_the_log_holds(hostile):
    rows = answer("rejects", "--show-addresses", "--log", hostile)["reject-addresses"]
    sender = next(row["sender"] for row in rows if row["sender"])
    assert sender.encode("utf-8", "surrogateescape").startswith(HOSTILE[:50])
    assert sender.endswith("\\xff\u00fc\u202e")


def test_csv_holds_no_formulas(hostile):
    out = table("rejects", "--show-addresses", "--log", hostile, "--format", "csv")
    assert "'=1+1" in out


def test_html_escapes_everything(hostile):
    status, out, _ = run("daily", "--full", "--day", "2026-11-22", "--utc", "--show-users", "--log", hostile, "--format", "html")
    assert status == 0
    assert "<script" not in out
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in out
    assert "\x1b" not in out


def test_a_page():
    out = page(
        "Title & more",
        "about",
        [Lines("Attention", [(2, "<b>bad</b>", "do & mend"), (0, "fine", "")]), grid(MADE, Zone()), grid(Table(Layout("none", "None", (count("n", ""),)), []), Zone())],
    )
    assert ">Title &amp; more</h1>" in out
    assert "<b>Now: </b>&lt;b&gt;bad&lt;/b&gt;<span" in out
    assert ">do &amp; mend</span>" in out
    assert ">2.00 MB</td>" in out
    assert ">no blanks</td>" in out
    assert ">a note</p>" in out
    assert "<p>nothing</p>" in out
