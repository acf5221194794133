"""What `sqmail-rrd page` writes: links, texts, and which files it touches."""

import fcntl
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree as ET

import pytest

from plugin.daemon import SAMPLES, eventually
from plugin.trees import bring_up_to_date
from processes import Program
from rrd.pages import Page, crawl
from rrd.test_graph_command import sqmail_rrd
from rrd.trees import END, HOST, path_of, write
from sqmail_rrd.graphs.palette import DARK, LIGHT
from sqmail_rrd.graphs.ranges import RANGES
from support import SOURCES, stamp, write_log

UNTIL = ("--until", END)
HOSTILE = (
    "<script>alert('x')<_script>",
    '"><img src=x onerror=alert(1)>',
    "a&amp;b;c",
    "javascript:alert(1)",
    "..\\..\\etc",
    ".hidden",
    "%2e%2e%2findex",
    "\x1b[31mred\x07\u202egnp",
    "line\nbreak",
    "ümläut ?#x=y",
    "x" * 127,
)

# 2026-11-22 07:30 UTC, as a minute.
SAMPLES_END = 29922210
RESULTS = ("delivered", "deferred", "failed", "accepted", "rejected")
KINDS = {
    *("html", "head", "meta", "link", "title", "style", "body", "nav", "main", "footer", "section", "div"),
    *("h1", "h2", "p", "a", "span", "strong", "time", "figure", "img"),
    *("code", "table", "thead", "tbody", "tr", "th", "td", "svg", "path"),
}


def page(tree, out, *more, until=END, code=0):
    return sqmail_rrd("page", "--rrd", tree, "--out", out, "--until", until, *more, code=code)


def small(tree, host=HOST, minutes=120, **more):
    write(tree, "send", {
        "messages": [2] * minutes, "success_local": [1] * minutes, "failure_remote": [0] * minutes,
        "queue": [5] * minutes, "oldest": [90] * minutes, "lines": [9] * minutes, **more,
    }, host=host)  # fmt: skip


def test_one_host(tmp_path):
    small(tmp_path / "rrd")
    write(
        tmp_path / "rrd",
        "smtpd",
        {"accept": [3] * 120, "reject": [1] * 120, "spf_pass": [0] * 120, "lines": [4] * 120},
    )
    assert page(tmp_path / "rrd", tmp_path / "www", "-v") == (
        f"{tmp_path}/www/index.html: 1 host, 12 pages\n",
        "",
    )
    pages = crawl(tmp_path / "www")
    names = {str(path.relative_to(tmp_path / "www")) for path in pages}
    assert names == {"index.html"} | {
        f"hosts/{HOST}/{name}.html"
        for name in ("index", "send.deliveries", "send.messages", "send.queue", "send.oldest", "send.lines", "send.2026-07",
                     "smtpd.records", "smtpd.spf", "smtpd.lines", "smtpd.2026-07")
    }  # fmt: skip
    first = pages[tmp_path / "www" / "index.html"]
    assert first.tables[0] == [
        ["", "host", "in the queue", "oldest", "came in", *RESULTS, "last values"],
        ["OK", HOST, "5", "90 s", "120", "60", "\u2013", "0", "180", "60", "00:00"],
    ]  # fmt: skip
    queue = pages[tmp_path / "www" / "hosts" / HOST / "send.queue.html"]
    hour = [["", "now", "average", "maximum"], ["in the queue (log)", "5", "5", "5"]]
    assert queue.tables == [hour] * 5
    assert [image["alt"] for image in queue.images] == [
        f"Queue length of {HOST}, send, {span.title}" for span in RANGES.values()
    ]
    spf = pages[tmp_path / "www" / "hosts" / HOST / "smtpd.spf.html"]
    assert spf.images == []
    assert "Nothing in the last hour: all of it is zero." in spf.text
    assert "Nothing in the last year: all of it is zero." in spf.text


def test_every_picture_has_its_size_and_words(tmp_path):
    small(tmp_path / "rrd")
    page(tmp_path / "rrd", tmp_path / "www")
    for path, found in crawl(tmp_path / "www").items():
        for image in found.images:
            picture = ET.parse(path.parent / image["src"]).getroot()
            assert picture.attrib["viewBox"] == f"0 0 {image['width']} {image['height']}"
            assert len(image["alt"]) > 20


def test_a_picture_has_each_scheme_s_colours_and_no_other(tmp_path):
    small(tmp_path / "rrd")
    page(tmp_path / "rrd", tmp_path / "www", "--threshold", "oldest=7200:too old")
    for path in (tmp_path / "www").rglob("*.svg"):
        text = path.read_text()
        style, drawing = re.fullmatch(r".*<style>(.*)</style>(.*)", text, re.DOTALL).groups()
        light, dark = (dict(re.findall(r"--(\w+):#(\w+);", part)) for part in style.split("@media")[:2])
        assert set(re.findall(r"var\(--(\w+)\)", text)) <= light.keys() == dark.keys()
        assert (light["font"], dark["font"]) == (LIGHT.font, DARK.font)
        shared = {hue for name, hue in LIGHT.hues.items() if DARK.hue(name) == hue}
        assert set(re.findall(r"#([0-9A-F]{6})", drawing)) <= shared


@pytest.mark.parametrize(("minutes", "span"), [(30, "hour"), (120, "day")])
def test_what_is_new_is_shown_by_its_first_hour(tmp_path, minutes, span):
    """In a day's picture it would be a line at the edge."""
    small(tmp_path / "rrd", minutes=minutes)
    page(tmp_path / "rrd", tmp_path / "www")
    for name in ("index.html", f"hosts/{HOST}/index.html"):
        shown = Page(tmp_path / "www" / name)
        assert {image["src"].split(".")[-2] for image in shown.images} == {span}
        assert f" last {span}" in shown.text


def test_several_hosts_and_their_sum(tmp_path):
    small(tmp_path / "rrd", "mx1.example.org")
    small(tmp_path / "rrd", "mx2.example.org")
    page(tmp_path / "rrd", tmp_path / "www")
    pages = crawl(tmp_path / "www")
    first = pages[tmp_path / "www" / "index.html"]
    assert [row[:6] for row in first.tables[0][1:]] == [
        ["OK", "mx1.example.org", "5", "90 s", "120", "60"],
        ["OK", "mx2.example.org", "5", "90 s", "120", "60"],
        ["", "all hosts", "10", "90 s", "240", "120"],
    ]
    whole = pages[tmp_path / "www" / "all" / "send.deliveries.html"]
    assert whole.tables[0][1] == ["success, local", "2", "2", "2", "120"]
    assert all(image["src"].startswith("all/") for image in first.images)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_outside_stay_text(tmp_path, name):
    tree = tmp_path / "rrd"
    small(tree, name)
    write(tree, name, {"accept": [3] * 120, "lines": [4] * 120}, host=name)
    sqmail_rrd("page", "--rrd", tree, "--out", tmp_path / "www", *UNTIL, "--threshold", f"queue=3:{name}")
    pages = crawl(tmp_path / "www")
    assert len(pages) == 11
    kinds = {tag for found in pages.values() for tag, _ in found.elements}
    assert kinds == KINDS
    attributes = {key for found in pages.values() for _, some in found.elements for key in some}
    assert not {key for key in attributes if key.startswith("on") or key == "style"}
    shown = "".join("\ufffd" if character in "\x1b\x07\u202e\n" else character for character in name)
    assert shown in pages[tmp_path / "www" / "index.html"].text
    for path in (tmp_path / "www").rglob("*"):
        assert all(character.isascii() and (character.isalnum() or character in "._-=") for character in path.name)
        assert not path.is_symlink()


def test_an_empty_tree_says_what_to_do(tmp_path):
    (tmp_path / "rrd").mkdir()
    assert page(tmp_path / "rrd", tmp_path / "www", "-v") == (
        f"{tmp_path}/www/index.html: 0 hosts, 1 page\n",
        "",
    )
    text = Page(tmp_path / "www" / "index.html").text
    assert f"There are no values yet below {tmp_path}/rrd." in text
    assert f"sqmail-rrd update --log /var/log/qmail-send --instance send --rrd {tmp_path}/rrd once a minute" in text


def test_silence_is_told(tmp_path):
    small(tmp_path / "rrd", "mx1.example.org")
    small(tmp_path / "rrd", "mx2.example.org", minutes=20)
    page(tmp_path / "rrd", tmp_path / "www", until=END + 1200)
    for name, said in (
        ("index.html", "Of 2 it is not known: mx1.example.org, mx2.example.org. As of 00:20 UTC."),
        ("index.html", "UNKNOWN mx1.example.org since 00:00 (20m)no values since 00:00First: Look whether collectd, or "),
        ("hosts/mx2.example.org/index.html", "no values since 00:00"),
        ("all/index.html", "No values since 2026-07-20 00:00 UTC."),
    ):
        assert said in Page(tmp_path / "www" / name).text


def test_years_of_silence(tmp_path):
    small(tmp_path / "rrd")
    page(tmp_path / "rrd", tmp_path / "www", until=END + 3 * 366 * 86400)
    text = Page(tmp_path / "www" / "hosts" / HOST / "send.queue.html").text
    assert "No values in the last year." in text
    assert not list((tmp_path / "www").rglob("*.svg"))


def test_a_single_series_is_enough(tmp_path):
    write(tmp_path / "rrd", "send", {"delay_p95": [4] * 20})
    page(tmp_path / "rrd", tmp_path / "www")
    assert len(crawl(tmp_path / "www")) == 4


def test_a_damaged_file_costs_only_its_series(tmp_path):
    small(tmp_path / "rrd")
    path = path_of(tmp_path / "rrd", HOST, "send", "queue")
    path.write_bytes(path.read_bytes()[:4000])
    said, complained = page(tmp_path / "rrd", tmp_path / "www")
    assert said == ""
    assert complained.startswith("sqmail-rrd: left out: ")
    assert complained.count("\n") == 1
    names = {path.name for path in crawl(tmp_path / "www")}
    assert "send.messages.html" in names
    assert "send.queue.html" not in names


def test_thresholds_are_drawn_and_told(tmp_path):
    small(tmp_path / "rrd")
    page(tmp_path / "rrd", tmp_path / "www")
    before = (tmp_path / "www" / "hosts" / HOST / "send.oldest.week.svg").read_bytes()
    page(tmp_path / "rrd", tmp_path / "www", "--threshold", "oldest=7200:too old")
    pages = crawl(tmp_path / "www")
    folder = tmp_path / "www" / "hosts" / HOST
    assert "Threshold: too old, 120 min" in pages[folder / "send.oldest.html"].text
    assert "Threshold" not in pages[folder / "send.queue.html"].text
    # Another threshold is a reason to draw all pictures anew.
    assert (folder / "send.oldest.week.svg").read_bytes() != before


def test_long_ranges_are_drawn_when_they_may_have_changed(tmp_path):
    small(tmp_path / "rrd")
    folder = tmp_path / "www" / "hosts" / HOST

    def drawn():
        return {name: folder.joinpath(f"send.queue.{name}.svg").stat().st_mtime - END for name in RANGES}

    page(tmp_path / "rrd", tmp_path / "www")
    assert drawn() == dict.fromkeys(RANGES, 0)
    page(tmp_path / "rrd", tmp_path / "www", until=END + 300)
    # Without new values a day looks the same for an hour, a week for seven.
    assert drawn() == {"hour": 300, "day": 0, "week": 0, "month": 0, "year": 0}
    page(tmp_path / "rrd", tmp_path / "www", until=END + 7200)
    # Of the last hour there is nothing to draw by then.
    assert drawn() == {"hour": 300, "day": 7200, "week": 0, "month": 0, "year": 0}
    page(tmp_path / "rrd", tmp_path / "www", until=END + 8 * 3600)
    assert drawn() == {"hour": 300, "day": 8 * 3600, "week": 8 * 3600, "month": 0, "year": 0}
    page(tmp_path / "rrd", tmp_path / "www", "--redraw", until=END + 8 * 3600)
    assert drawn()["year"] == 8 * 3600


def test_the_same_again_with_any_number_of_processes(tmp_path):
    small(tmp_path / "rrd", "mx1.example.org")
    small(tmp_path / "rrd", "mx2.example.org")
    trees = []
    for jobs in ("1", "2", "3"):
        out = tmp_path / jobs
        page(tmp_path / "rrd", out, "--jobs", jobs)
        trees.append({str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()})
    assert trees[0] == trees[1] == trees[2]


def test_nothing_else_is_touched(tmp_path):
    small(tmp_path / "rrd")
    out = tmp_path / "www"
    (out / "hosts" / HOST).mkdir(parents=True)
    theirs = [
        out / "robots.txt",
        out / "hosts" / HOST / "notes.html",
        out / "hosts" / HOST / ".send.queue.html",
    ]
    for path in theirs:
        path.write_text("theirs")
    page(tmp_path / "rrd", out)
    assert [path.read_text() for path in theirs] == ["theirs"] * 3
    assert not list(out.rglob("*.new"))


def test_two_at_a_time(tmp_path):
    small(tmp_path / "rrd")
    (tmp_path / "www").mkdir()
    handle = os.open(tmp_path / "www", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert page(tmp_path / "rrd", tmp_path / "www", code=1) == (
        "",
        f"sqmail-rrd: {tmp_path}/www: another sqmail-rrd page is writing there; it will be done soon\n",
    )
    os.close(handle)
    page(tmp_path / "rrd", tmp_path / "www")


def test_a_folder_that_cannot_be_written(tmp_path):
    small(tmp_path / "rrd")
    (tmp_path / "file").touch()
    assert page(tmp_path / "rrd", tmp_path / "file", code=1) == (
        "",
        f"sqmail-rrd: {tmp_path}/file: cannot be written: File exists; name a folder this user may write\n",
    )


def kill_when_replaced(path, process):
    before = path.stat().st_ino
    eventually(lambda: path.stat().st_ino != before or process.poll() is not None, "a new picture")
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_at_any_moment_no_reader_sees_half_a_file(tmp_path):
    small(tmp_path / "rrd")
    out = tmp_path / "www"
    page(tmp_path / "rrd", out)
    chance = random.Random(4)
    command = [sys.executable, "-m", "sqmail_rrd.cli", "page", "--redraw", "--jobs", "1",
               "--rrd", str(tmp_path / "rrd"), "--out", str(out)]  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "TZ": "UTC", "PYTHONPATH": SOURCES}
    pictures = sorted(out.rglob("*.svg"))
    for turn in range(1, 6):
        run = Program([*command, "--until", str(END + 60 * turn)], env=environment)
        kill_when_replaced(chance.choice(pictures), run)
        crawl(out)
        for path in pictures:
            assert ET.parse(path).getroot().tag.endswith("svg")
    page(tmp_path / "rrd", out, "--redraw", until=END + 600)
    assert not list(out.rglob("*.new"))


def test_what_clients_write_changes_nothing(tmp_path):
    start = int(time.time()) // 60 * 60 - 3 * 3600
    chance = random.Random(7)
    words = ("<script>alert(1)</script>", "'\"--><b>", "\x1b[2J", "F:forged", "a:b", "%n%s", "{{7*7}}", "&#0;")
    sites = []
    for name in ("hostile", "plain"):
        lines = []
        for number in range(2000):
            word = f"{chance.choice(words)}{number}".replace(" ", "_") if name == "hostile" else "Unheard_Of"
            text = f"Reject::SNDR::{word} P:SMTP S:192.0.2.7:unknown H:{word} F:{word}@example.org T:x@example.org"
            lines.append((start + number // 2, f"qmail-smtpd: pid {number} {text} '{word}'"))
        # A folder of archives ends at its last line: both have their last values in the same minute.
        log = write_log(tmp_path / name, lines, f"{stamp(start + 1000).decode()}.s")
        tree = ("--rrd", tmp_path / f"{name}-rrd")
        common = ("--instance", "smtpd", "--hostname", HOST, "--state-dir", tmp_path / f"{name}-state")
        sqmail_rrd("import", *tree, "--log", log, *common)
        sqmail_rrd("page", *tree, "--out", tmp_path / f"{name}-www", "--until", start + 1800)
        out = tmp_path / f"{name}-www"
        # The command for any other time names the tree.
        told = str(tmp_path / f"{name}-rrd").encode()
        pages = {path.relative_to(out): path.read_bytes().replace(told, b"TREE") for path in out.rglob("*.html")}
        sites.append({str(path): text for path, text in pages.items()})
    assert sites[0].keys() == sites[1].keys()
    assert {name for name in sites[0] if sites[0][name] != sites[1][name]} == set()
    assert "other reject records" in sites[0][f"hosts/{HOST}/smtpd.rejects.html"].decode()


def test_the_samples_from_log_to_page(tmp_path):
    bring_up_to_date(tmp_path, SAMPLES_END, send=SAMPLES / "send", smtpd=SAMPLES / "smtpd")
    page(tmp_path / "rrd", tmp_path / "www", until=SAMPLES_END * 60)
    pages = crawl(tmp_path / "www")
    folder = tmp_path / "www" / "hosts" / HOST
    _, day, *_, year = pages[folder / "send.deliveries.html"].tables
    assert {row[0]: row[4] for row in day[1:]} == {row[0]: row[4] for row in year[1:]} == {
        "success, local": "1243",
        "success, remote": "818",
        "deferral, local": "16",
        "deferral, remote": "234",
        "failure, local": "241",
        "failure, remote": "110",
    }  # fmt: skip
    names = {path.name for path in pages if path.parent == folder}
    assert names >= {f"smtpd.{name}.html" for name in ("records", "rejects", "connections", "rbl", "spf", "auth")}


def test_nothing_is_written_or_read_through_what_was_planted(tmp_path):
    """The folder may be another's: he gets his page, and nothing else of ours."""
    small(tmp_path / "rrd")
    out = tmp_path / "out"
    out.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (out / ".index.html.new").symlink_to(victim)
    os.link(victim, out / "..settings.new")
    os.mkfifo(out / ".settings")
    page(tmp_path / "rrd", out)
    assert victim.read_text() == "precious"
    assert (out / "index.html").is_file()
    assert not (out / "index.html").is_symlink()
    assert not list(out.rglob(".*.new"))
    (out / "index.html").unlink()
    (out / "index.html").symlink_to(victim)
    page(tmp_path / "rrd", out)
    assert victim.read_text() == "precious"
    assert not (out / "index.html").is_symlink()


def test_what_was_drawn_and_cannot_be_read_is_told(tmp_path):
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    small(tmp_path / "rrd")
    out = tmp_path / "out"
    page(tmp_path / "rrd", out)
    for call, path in (("openat", out / ".settings"), ("newfstatat", tmp_path / "rrd" / HOST)):
        inject = [strace, "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", f"trace={call}", "-e", f"inject={call}:error=EIO"]
        command = [sys.executable, "-m", "sqmail_rrd.cli", "page", "--jobs", "1", "--rrd", tmp_path / "rrd", "--out", out]
        done = subprocess.run(
            [*inject, *command], env={**os.environ, "PYTHONPATH": SOURCES}, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
        assert path.name in done.stderr
        assert "Input/output error" in done.stderr


def test_an_interruption_is_one_line(tmp_path):
    """It reaches all processes of a terminal."""
    for number in range(4):
        small(tmp_path / "rrd", host=f"mx{number}.example.org")
    out = tmp_path / "out"
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from sqmail_rrd.cli import main; sys.exit(main())"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program, "page", "--jobs", "2", "--rrd", tmp_path / "rrd", "--out", out],
        env={**os.environ, "PYTHONPATH": SOURCES}, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    eventually(lambda: list(out.rglob("*.svg")) or running.poll() is not None, "a picture")
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, "sqmail-rrd: interrupted\n")
    assert not list(out.rglob(".*.new"))


@pytest.mark.parametrize("command", [("page", "--out"), ("graph", "queue", "--output")])
def test_a_tree_that_is_not_there_is_no_empty_one(tmp_path, command):
    for tree, why in (tmp_path / "nowhere", "No such file or directory"), (tmp_path / "file", "Not a directory"):
        (tmp_path / "file").write_text("")
        _, said = sqmail_rrd(*command, tmp_path / "out", "--rrd", tree, code=1)
        assert said == f"sqmail-rrd: '{tree}': {why}; --rrd is the folder with a folder for each host\n"
        assert not (tmp_path / "out").exists()
