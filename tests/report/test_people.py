"""What people read: numbers in words, widths of letters, bare recipients, terminals, pipes and colours."""

import io
import os
import pty
import re
import subprocess

import pytest

from processes import Program
from report.reports import MORNING, SAMPLES, answer, log, table
from report.test_cli import COMMAND, ENVIRONMENT
from sqmail_report.people import figures, width
from sqmail_report.people.figures import Zone
from sqmail_report.people.grid import BAR, CALM, FIXED, NOTABLE, NUMBER, TEXT, URGENT, Grid, Head, Lines
from sqmail_report.people.prefix import bare, divided
from sqmail_report.people.screen import Screen, screen_of
from sqmail_report.people.text import text

SEND = SAMPLES / "send"
WIDE = "日本語のアドレス@example.org"
COMBINED = "e\u0301" * 20


@pytest.mark.parametrize(
    ("write", "value", "words"),
    [
        (figures.number, 0, "0"),
        (figures.number, 1234567, "1,234,567"),
        (figures.ratio, 1.28390, "1.28"),
        (figures.ratio, 6806.44, "6,806"),
        (figures.size, 0, "0 B"),
        (figures.size, 999, "999 B"),
        (figures.size, 1000, "1.00 kB"),
        (figures.size, 999_499, "999 kB"),
        (figures.size, 999_600, "1.00 MB"),
        (figures.size, 9_996, "10.0 kB"),
        (figures.ratio, 0, "0"),
        (figures.ratio, 0.002, "<0.01"),
        (figures.ratio, 0.996, "0.996"),
        (figures.size, 7_991_051, "7.99 MB"),
        (figures.size, 34_500_000_000, "34.5 GB"),
        (figures.size, 2_000_000 * 10**12, "2,000 PB"),
        (figures.seconds, 0, "0 s"),
        (figures.seconds, 0.001, "<0.01 s"),
        (figures.seconds, 0.0949, "0.09 s"),
        (figures.seconds, 9.994, "9.99 s"),
        (figures.seconds, 9.996, "10.0 s"),
        (figures.seconds, 59.9, "59.9 s"),
        (figures.seconds, 59.96, "1.0 min"),
        (figures.seconds, 1800, "30.0 min"),
        (figures.seconds, 3599, "1.0 h"),
        (figures.seconds, 36 * 3600, "36.0 h"),
        (figures.seconds, 3 * 86400, "3.0 d"),
        (figures.seconds, -1.5, "-1.50 s"),
        (figures.percent, 0, "0 %"),
        (figures.percent, 0.01, "<0.1 %"),
        (figures.percent, 12.34, "12.3 %"),
        (figures.percent, 100, "100 %"),
        (figures.percent, 99.99, "100.0 %"),
    ],
)
def test_numbers_in_words(write, value, words):
    assert write(value) == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (112, 100, "+12 %"),
        (88, 100, "-12 %"),
        (100, 100, "="),
        (340, 100, "x 3.4"),
        (5, 0, "new"),
        (0, 0, ""),
        (0, 7, "-100 %"),
    ],
)
def test_a_change_in_words(now, before, words):
    assert figures.change(now, before) == words


def test_moments_are_of_one_zone():
    assert Zone().minute(MORNING) == "2026-11-22 07:00"
    assert (Zone().day(MORNING), Zone().hour(MORNING), Zone().name(MORNING)) == ("Sun 2026-11-22", "07:00", "UTC")
    assert Zone().fine(MORNING + 0.0004) == "07:00:00.000"
    assert Zone().fine(MORNING + 0.9996) == "07:00:01.000"
    assert Zone().minute(1e300) == "-"


def test_local_times_are_this_machine_s_everywhere(tmp_path):
    lines = [
        "info msg 5: bytes 10 from <a@test.example> qp 1 uid 2",
        "starting delivery 1: msg 5 to local b@test.example",
    ]
    lines.append("delivery 1: deferral: later/")
    where = str(log(tmp_path / "log", lines))

    def told(*arguments):
        done = subprocess.run(
            [*COMMAND, *arguments, "--log", where], capture_output=True, text=True, check=True,
            env={**ENVIRONMENT, "TZ": "Asia/Kolkata"},
        )  # fmt: skip
        return done.stdout

    assert "queued (UTC)" in told("pending")
    assert "2026-11-22 07:00" in told("pending")
    assert "queued (IST)" in told("pending", "--local")
    assert "2026-11-22 12:30" in told("pending", "--local")
    assert "Sun 2026-11-22 IST\n12:30:00.000" in told("trace", "--message", "5", "--local")
    assert "hour   queued" in told("overview", "--local")
    assert "12:00       1" in told("overview", "--local")
    # A time without a zone is of the same zone; one with a zone is what it says.
    since = ["--lookback", "0", "--until", "2026-11-22T12:30:02", "--since"]
    assert '"lines": 2' in told("overview", "--format", "json", "--local", *since, "2026-11-22 12:30")
    assert '"lines": 2' in told("overview", "--format", "json", "--local", *since, "2026-11-22T07:00:00Z")
    assert '"lines": 2' in told("overview", "--format", "json", "--local", *since, "2026-11-22T08:00:00+01:00")
    assert '"lines": 2' in told("overview", "--format", "json", "--local", *since, str(MORNING))
    assert '"since": "2026-11-22T07:00:00.000000Z"' in told("pending", "--local", "--format", "json")


@pytest.mark.parametrize(
    ("channel", "address", "told"),
    [
        ("local", "example.org-bob@example.org", "bob@example.org"),
        ("local", "Example.ORG-bob@example.org", "bob@example.org"),
        ("local", "example.org-bob-lists@example.org", "bob-lists@example.org"),
        ("local", "example.org-example.org-x@example.org", "example.org-x@example.org"),
        # Nothing that may be a name.
        ("remote", "example.org-bob@example.org", "example.org-bob@example.org"),
        ("local", "example-bob@example.org", "example-bob@example.org"),
        ("local", "smith-bob@smith.example", "smith-bob@smith.example"),
        ("local", "other.org-bob@example.org", "other.org-bob@example.org"),
        ("local", "example.org-@example.org", "example.org-@example.org"),
        ("local", "example.orgbob@example.org", "example.orgbob@example.org"),
        ("local", "example.org-bob@mail.example.org", "example.org-bob@mail.example.org"),
        ("local", "bob", "bob"),
        ("local", "-bob@", "-bob@"),
    ],
)
def test_only_what_surely_is_a_virtual_domain_s_prefix_is_taken_off(channel, address, told):
    assert bare(channel, address) == told
    assert divided(f"{channel}.{address}") == (channel, told)


def test_the_row_of_the_rest_has_no_channel():
    assert divided("(others)") == ("", "(others)")


def test_a_prefix_is_taken_off_for_people_alone(tmp_path):
    lines = [
        "info msg 5: bytes 10 from <a@test.example> qp 1 uid 2",
        "starting delivery 1: msg 5 to local example.org-bob@example.org",
        "delivery 1: deferral: later/",
    ]
    where = log(tmp_path / "log", lines)
    for command in (["recipients"], ["recipient-delays"], ["pending"], ["trace", "--message", 5], ["all"]):
        assert "bob@example.org" in table(*command, "--log", where)
        assert "example.org-bob" not in table(*command, "--log", where)
        assert "example.org-bob@example.org" in table(*command, "--log", where, "--format", "json")
        assert "example.org-bob@example.org" in table(*command, "--log", where, "--format", "csv")
    for command in ("recipients", "recipient-delays"):
        assert "local.example.org-bob@example.org" in table(command, "--log", where, "--format", "classic")


@pytest.mark.parametrize(
    ("words", "columns"),
    [("", 0), ("abc", 3), (WIDE, 28), (COMBINED, 20), ("a\u200db", 2), ("\uff21", 2), ("ü", 1)],
)
def test_columns_of_letters(words, columns):
    assert width.columns(words) == columns
    assert width.columns(width.padded(words, 40)) == 40
    assert width.padded(words, 40, right=True).endswith(words)


@pytest.mark.parametrize("words", ["abcdefghijklmnopqrstuvwxyz", WIDE, COMBINED, "ab" + WIDE + COMBINED])
@pytest.mark.parametrize("room", range(1, 30))
def test_text_is_cut_in_its_middle(words, room):
    cut = width.shortened(words, room)
    assert width.columns(cut) <= room
    if width.columns(words) <= room:
        assert cut == words
    else:
        head, _, tail = cut.partition("…")
        assert words.startswith(head)
        assert words.endswith(tail)
        # A sign that stands on a letter goes with it.
        assert not tail.startswith("\u0301")
        assert width.columns(cut) >= room - 2


def test_a_cut_keeps_both_ends():
    assert width.shortened("someone@very.long.example.org", 15) == "someone…ple.org"
    assert width.shortened("someone@very.long.example.org", 15, "..") == "someone..le.org"


@pytest.mark.parametrize("words", ["one two three", "onetwothreefourfive six", WIDE, COMBINED + " x"])
def test_wrapped_lines_fit_and_lose_nothing(words):
    for room in range(2, 12):
        lines = list(width.wrapped(words, room))
        assert max(map(width.columns, lines)) <= room
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def wide_grid():
    heads = [Head("number"), Head("long heading here"), Head("channel", FIXED), Head("first", TEXT), Head("last", TEXT)]
    columns = [["1,234", "5"], ["1 s", "2 s"], ["local", "remote"], [WIDE, "x" * 60], ["y" * 60, COMBINED]]
    return Grid("Grid", heads, columns)


@pytest.mark.parametrize("room", [40, 60, 80, 120, 200])
def test_a_grid_fits_and_its_figures_are_whole(room):
    lines = "".join(text([wide_grid()], Screen(room))).splitlines()
    assert max(map(width.columns, lines)) <= room
    assert any(line.startswith((" 1,234", "1,234")) for line in (each.strip() for each in lines))
    assert sum("1 s" in line for line in lines) == 1
    starts = {width.columns(line.partition("local")[0]) for line in lines if " local" in line}
    assert len(starts) == 1


def test_a_grid_that_has_room_cuts_nothing():
    assert "…" not in "".join(text([wide_grid()], Screen(200)))


def test_columns_that_matter_less_go_first():
    heads = [Head("number"), Head("further", minor=1), Head("words", TEXT)]
    grid = Grid("Grid", heads, [["1" * 30], ["2" * 10], ["w" * 14]])
    assert "further" in "".join(text([grid], Screen(60)))
    assert "further" not in "".join(text([grid], Screen(50)))


def test_the_least_of_them_goes_first():
    heads = [Head("kept"), Head("second", minor=1), Head("first", minor=2), Head("words", TEXT)]
    grid = Grid("Grid", heads, [["1" * 10], ["2" * 10], ["3" * 10], ["w" * 20]])
    rows = {room: "".join(text([grid], Screen(room))).splitlines()[2].split() for room in (60, 50, 40)}
    assert rows == {60: ["kept", "second", "first", "words"], 50: ["kept", "second", "words"], 40: ["kept", "words"]}


def test_text_is_cut_only_where_nothing_less_is_left():
    heads = [Head("kept"), Head("less", minor=1), Head("words", TEXT)]
    grid = Grid("Grid", heads, [["1" * 10], ["2" * 10], ["w" * 30]])
    assert "".join(text([grid], Screen(50))).splitlines()[-1] == f"{'1' * 10}  {'w' * 30}"
    assert "…" in "".join(text([grid], Screen(40)))


def test_what_is_not_shown_is_not_explained():
    heads = [Head("kept", name="kept"), Head("less", minor=1, help_="why", name="less"), Head("words", TEXT)]
    grid = Grid("Grid", heads, [["1" * 10], ["2" * 10], ["w" * 30]], terms={"less": ""})
    assert "- less: why" in "".join(text([grid], Screen(60)))
    assert "- less: why" not in "".join(text([grid], Screen(50)))
    assert "- less: why" in "".join(text([grid], Screen(50), explain=True))


def record(title, rows, note=""):
    heads = [Head("", FIXED), Head("", NUMBER)]
    return Grid(title, heads, [["x" * 30] * rows, ["1"] * rows], notes=[note] if note else [], beside=True)


def test_groups_of_figures_stand_beside_each_other_where_there_is_room():
    blocks = [record("One", 2, "a"), record("Two", 1), record("Three", 1)]
    row = f"{'x' * 30}  1"
    assert "".join(text(blocks, Screen(100))).splitlines() == [
        f"One{' ' * 34}Two", "", f"{row}    {row}", row, "- a", "", "Three", "", row,
    ]  # fmt: skip
    assert "".join(text(blocks, Screen(80))).splitlines()[2:4] == [row, row]
    assert f"\033[1mOne\033[0m{' ' * 34}\033[1mTwo\033[0m\n" in "".join(text(blocks, Screen(100, coloured=True)))


def test_bars():
    assert Screen().bar(0.5, 4) == "██  "
    assert Screen().bar(1, 4) == "████"
    assert Screen().bar(0, 4) == "    "
    assert Screen().bar(0.0001, 4) == "▏   "
    assert Screen(drawn=False).bar(0.5, 4) == "##  "
    assert Screen(drawn=False).bar(0.0001, 4) == "#   "
    grid = Grid("", [Head("n"), Head("bar", BAR)], [["1", "2"], [0.5, 1.0]])
    assert "".join(text([grid], Screen(40))).splitlines()[-1] == f"2  {'█' * 37}"


def test_what_needs_attention_has_a_mark_and_a_colour():
    lines = Lines("Attention", [(URGENT, "bad", "mend it"), (NOTABLE, "look", ""), (CALM, "well", "")])
    assert "".join(text([lines], Screen(80))) == "Attention\n\n!! bad\n   mend it\n!  look\n   well\n"
    coloured = "".join(text([lines], Screen(80, coloured=True)))
    assert "\033[1;31m!! bad\033[0m\n" in coloured
    assert "\033[33m!  look\033[0m\n" in coloured


def test_terms_are_explained_once_and_every_column_on_request():
    def grid():
        heads = [
            Head("time", help_="qmailanalog's `xdelay`", name="xdelay"),
            Head("other", help_="plain", name="other"),
        ]
        return Grid("", heads, [["1"], ["2"]], terms={"xdelay": ""})

    assert "".join(text([grid(), grid()], Screen())).count("- time: qmailanalog's xdelay\n") == 1
    assert "plain" not in "".join(text([grid()], Screen()))
    assert "- other: plain\n" in "".join(text([grid()], Screen(), explain=True))


class Stream(io.StringIO):
    """A stream that says that it is a terminal, or not, and how it encodes."""

    def __init__(self, *, terminal=True, encoding="utf-8"):
        super().__init__()
        self._terminal = terminal
        self._encoding = encoding

    encoding = property(lambda self: self._encoding)

    def isatty(self):
        return self._terminal


@pytest.mark.parametrize(
    ("stream", "environment", "coloured"),
    [
        (Stream(), {"TERM": "xterm"}, True),
        (Stream(), {"TERM": "xterm", "NO_COLOR": ""}, True),
        (Stream(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Stream(), {"TERM": "dumb"}, False),
        (Stream(), {}, False),
        (Stream(terminal=False), {"TERM": "xterm"}, False),
        (None, {"TERM": "xterm"}, False),
    ],
)
def test_colours_on_a_terminal_alone(monkeypatch, stream, environment, coloured):
    for name in ("TERM", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    screen = screen_of(stream, Zone())
    assert screen.coloured is coloured
    assert screen.width == 80


@pytest.mark.parametrize(
    ("told", "columns"), [("132", 132), ("1", 40), ("99999", 1000), ("wide", 80), ("", 80), ("²", 80)]
)
def test_columns_are_told_by_the_environment(monkeypatch, told, columns):
    monkeypatch.setenv("COLUMNS", told)
    assert screen_of(Stream(terminal=False), Zone()).width == columns


def test_letters_that_a_stream_has_not_are_not_drawn():
    assert screen_of(Stream(encoding="ascii"), Zone()).dots == ".."
    assert screen_of(Stream(encoding="latin-1"), Zone()).dots == ".."
    assert screen_of(Stream(), Zone()).dots == "…"


def on_terminal(*arguments, columns, **environment):
    """Return what a command prints on a terminal so wide."""
    own, terminal = pty.openpty()
    subprocess.run(["stty", "cols", str(columns), "rows", "50"], stdin=terminal, check=True)
    env = {**ENVIRONMENT, "TERM": "xterm", "LC_ALL": "C.UTF-8", **environment}
    shown = b""
    with Program([*COMMAND, *map(str, arguments)], stdout=terminal, stderr=subprocess.PIPE, env=env):
        os.close(terminal)
        try:
            while piece := os.read(own, 65536):
                shown += piece
        except OSError:
            pass
    os.close(own)
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_s_width_and_colours():
    asked = ["recipients", "--top", 3, "-q", "--log", SEND]
    narrow, wide = (on_terminal(*asked, columns=columns) for columns in (50, 120))
    assert "\033[1mRecipients\033[0m\n" in narrow
    plain = re.sub(r"\033\[[\d;]*m", "", narrow)
    assert max(map(len, plain.splitlines())) <= 50
    assert "channel" not in plain
    assert "channel" in wide
    assert "rqdora@test.example" in wide
    assert "\033" not in on_terminal(*asked, columns=120, NO_COLOR="1")
    assert "\033" not in on_terminal(*asked, columns=120, TERM="dumb")


def test_a_pipe_is_80_columns_wide_without_colours():
    done = subprocess.run(
        [*COMMAND, "deferrals", "--verbatim", "--top", "3", "--log", str(SEND)],
        capture_output=True, text=True, env={**ENVIRONMENT, "TERM": "xterm"}, check=True,
    )  # fmt: skip
    assert "\033" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) == 80


def test_hostile_letters_are_cleaned_and_cut(tmp_path):
    lines = [
        b"info msg 5: bytes 10 from <\x1b]0;x\x07\xe2\x80\xae\xe6\x97\xa5@test.example> qp 1 uid 2",
        b"starting delivery 1: msg 5 to remote \xff\x9b31m@" + b"x" * 200,
        b"delivery 1: deferral: \x1b[2J\xe2\x80\xae" + b"y" * 300 + b"/",
    ]
    where = log(tmp_path / "log", lines)
    for command in (
        ["pending"],
        ["recipients"],
        ["senders"],
        ["deferrals", "--verbatim"],
        ["trace", "--message", 5],
        ["overview"],
        ["domains"],
    ):
        shown = table(*command, "--log", where, width=80)
        assert all(letter.isprintable() or letter == "\n" for letter in shown)
        assert max(map(width.columns, shown.splitlines())) <= 80
    assert answer("recipients", "--log", where)[0]["recipient"].startswith("remote.\\xff\\x9b31m@")


def test_figures_are_to_the_right():
    grid = Grid("", [Head("n", NUMBER), Head("words", TEXT)], [["1", "1,000"], ["a", "b"]])
    assert "".join(text([grid], Screen())).splitlines() == ["    n  words", "    1  a", "1,000  b"]
