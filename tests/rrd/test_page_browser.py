"""The page in the real Chromium: from files and from a web server, light and dark, wide and narrow."""

import functools
import http.server
import itertools
import os
import shutil
import threading
from pathlib import Path

import pytest

from rrd.chromium import BINARY, Chromium
from rrd.pages import crawl
from rrd.png import size
from rrd.statuses import finding, report
from rrd.test_graph_command import sqmail_rrd
from rrd.trees import END, write
from sqmail_rrd.graphs.palette import DARK, LIGHT
from sqmail_rrd.page.frame import AROUND

pytestmark = pytest.mark.skipif(BINARY is None, reason="Chromium is not installed: apt install chromium")

HOSTILE = "<img src=x onerror=alert(1)>"
SHOTS = os.environ.get("PAGE_SCREENSHOTS")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages of two hosts, one of them with a name that nobody should have."""
    base = tmp_path_factory.mktemp("page")
    for host in ("mx1.example.org", HOSTILE):
        half = [1] * 200 + [None] * 30 + [2] * 100
        write(base / "rrd", "send", {
            "success_local": half, "failure_remote": half, "queue": [n % 40 for n in range(330)],
            "oldest": [60 * n for n in range(330)], "lines": half,
        }, host=host)  # fmt: skip
        write(
            base / "rrd",
            HOSTILE,
            {"accept": half, "reject": half, "reject_SNDR_Invalid_Relay": half, "lines": half},
            host=host,
        )
    threshold = ("--threshold", f"queue=30:{HOSTILE}")
    in_trouble(base / "reports")
    words = ("--rrd", base / "rrd", "--status", base / "reports", *threshold)
    sqmail_rrd("page", *words, "--out", base / "www", "--until", END)
    return base / "www"


def in_trouble(reports):
    """Write reports whose words are longer than any line, and whose names are nobody's."""
    long = f"{'x' * 150}.example"
    cause = {"result": "deferral", "cause": long, "named": HOSTILE, "count": 10**9, "destinations": [{"name": long, "count": 7}] * 3}
    change = {"what": "rejects", "now": 10**9, "week_before": 3}
    found = [finding(words=f"none {long} {HOSTILE}", log=f"/{long}", cause=long), finding("guessing", "WARNING", next=long)]
    more = {"causes": {"hour": [cause] * 5, "day": [cause]}, "changes": {"hour": [change], "day": [change]}}
    report(reports, "mx1.example.org", END, "CRITICAL", found, **more)
    report(reports, "x" * 120, END, "CRITICAL", found, **more)
    report(reports, "mx0.example.org", END - 86400)
    report(reports, "mx5.example.org", END)


@pytest.fixture(scope="module")
def browser():
    with Chromium() as running:
        yield running


@pytest.fixture
def tab(browser):
    browser.complaints.clear()
    browser.loads.clear()
    yield browser
    assert browser.complaints == []


@pytest.fixture(scope="module")
def server(site):
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def overview(site):
    return next(path for path in sorted(site.glob("hosts/*/index.html")) if "mx1" in str(path))


def shown(tab):
    """Return what the page shows: pictures that failed, widths, what should not be there."""
    return tab.evaluate("""({
        broken: [...document.images].filter(image => !image.naturalWidth).map(image => image.src),
        back: getComputedStyle(document.body).backgroundColor,
        width: document.documentElement.scrollWidth,
        scripts: document.scripts.length,
        injected: document.querySelectorAll('[onerror], img:not([alt])').length,
    })""")


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (0, 2, 4))})"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_from_files_in_both_schemes(site, tab, tmp_path, theme):
    for name, page in pages(site).items():
        tab.open(page.as_uri(), dark=theme is DARK)
        assert shown(tab) == {
            "broken": [], "back": rgb(AROUND[theme.name]), "width": 1280, "scripts": 0, "injected": 0,
        }  # fmt: skip
        picture = tmp_path / f"{name}-{theme.name}.png"
        tab.screenshot(picture)
        boxes = [(0, 0, 1, 1), (0, 0, *size(picture.read_bytes()))]
        for place in tab.evaluate("[...document.images].map(image => image.getBoundingClientRect().toJSON())"):
            left, top, right, bottom = (round(place[edge]) for edge in ("left", "top", "right", "bottom"))
            boxes.append((left + 1, top + 1, right - 1, bottom - 1))
        corner, whole, *images = tab.colours(picture.read_bytes(), boxes)
        assert corner == {AROUND[theme.name]: 1}
        assert whole[theme.hue("sky")]
        for drawn in images:
            assert drawn.most_common(1)[0][0] == theme.back
            assert drawn[theme.faint] > 0
        keep(picture)
    assert {address.partition(":")[0] for address in tab.loads} == {"file"}


def test_on_a_phone(site, tab, tmp_path):
    for name, page in pages(site).items():
        tab.open(page.as_uri(), width=390, height=844, phone=True)
        found = shown(tab)
        assert found["width"] == 390
        assert found["broken"] == []
        assert tab.evaluate("Math.min(...[...document.images].map(image => image.width))") > 300
        picture = tmp_path / f"{name}-phone.png"
        tab.screenshot(picture)
        keep(picture)


@pytest.mark.parametrize("width", [276, 346, 420, 600])
def test_letters_of_a_picture_can_be_read_at_any_width(site, tab, width):
    """A browser asks the width of an image as it does that of a window."""
    for picture in sorted(overview(site).parent.glob("send.*.svg")):
        tab.open(picture.as_uri(), width=width, height=500)
        found = tab.evaluate("""[...document.querySelectorAll('text')].map(text => {
            const box = text.getBoundingClientRect();
            const scale = document.documentElement.getBoundingClientRect().width / document.documentElement.viewBox.baseVal.width;
            return [text.textContent, parseFloat(getComputedStyle(text).fontSize) * scale, box.left, box.top, box.right, box.bottom];
        })""")
        shown = [one for one in found if one[4] > one[2]]
        assert len(shown) > 6
        # Hostile thresholds are longer than any picture.
        short = [one for one in shown if len(one[0]) < 30]
        assert min(high for _, high, *_ in shown) >= 10.8
        assert [one for one in short if one[2] < 0 or one[4] > width] == [], picture
        for (one, high, *a), (other, _, *b) in itertools.combinations(short, 2):
            # A line's box is higher than its digits.
            lower, upper = a[3] - high / 2, b[3] - high / 2
            apart = a[2] <= b[0] or b[2] <= a[0] or lower <= b[1] or upper <= a[1]
            assert apart, (picture.name, one, other)


@pytest.mark.parametrize("dark", [False, True])
def test_each_text_can_be_read_on_what_is_behind_it(site, tab, dark):
    for page in [*pages(site).values(), site / "runbooks" / "index.html"]:
        tab.open(page.as_uri(), dark=dark)
        found = tab.evaluate("""[...new Set([...document.querySelectorAll('body *')]
            .filter(one => [...one.childNodes].some(node => node.nodeType == 3 && node.textContent.trim()))
            .map(one => {
                let behind = one;
                while (getComputedStyle(behind).backgroundColor == 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
                return getComputedStyle(one).color + '|' + getComputedStyle(behind).backgroundColor;
            }))]""")
        assert len(found) >= 3
        for pair in found:
            assert contrast(*pair.split("|")) >= 4.5, (page, pair)


def test_what_has_the_focus_is_seen(site, tab):
    tab.open((site / "index.html").as_uri())
    outlines = tab.evaluate("""[...document.links].slice(0, 5).map(link => {
        link.focus({focusVisible: true});
        return getComputedStyle(link).outlineStyle + getComputedStyle(link).outlineWidth;
    })""")
    assert set(outlines) == {"solid3px"}


@pytest.mark.parametrize("width", [320, 390, 1280, 1920])
def test_nothing_is_wider_than_the_window(site, tab, width):
    for page in pages(site).values():
        for dark in (False, True):
            tab.open(page.as_uri(), width=width, height=900, dark=dark)
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), page


def test_a_phone_shows_every_number_of_a_host(site, tab):
    tab.open((site / "index.html").as_uri(), width=390, height=844, phone=True)
    boxes = tab.evaluate("""[...document.querySelectorAll('.hosts td')].filter(cell => cell.textContent.trim()).map(cell => {
        const box = cell.getBoundingClientRect();
        return [box.left, box.right, box.width, box.height];
    })""")
    assert len(boxes) > 20
    assert all(0 <= left < right <= 390 and height > 0 for left, right, _, height in boxes)


def test_a_state_has_a_word_and_a_colour_that_it_can_be_read_on(site, tab):
    for dark in (False, True):
        tab.open((site / "index.html").as_uri(), dark=dark)
        found = tab.evaluate("""[...document.querySelectorAll('.state')].map(badge => {
            const style = getComputedStyle(badge);
            return [badge.textContent, style.color, style.backgroundColor];
        })""")
        assert {word for word, _, _ in found} >= {"CRITICAL", "WARNING", "UNKNOWN", "OK"}
        assert all(contrast(front, back) >= 4.5 for _, front, back in found)


def test_a_wide_window_is_used(site, tab):
    tab.open(overview(site).as_uri(), width=1920, height=1080)
    columns = tab.evaluate("getComputedStyle(document.querySelector('.grid')).gridTemplateColumns")
    assert len(columns.split()) == 3


def test_jumps_lead_to_their_graph(site, tab):
    tab.open(overview(site).as_uri())
    for address in tab.evaluate("[...document.querySelectorAll('.jumps a')].map(link => link.hash.slice(1))"):
        assert tab.evaluate(f"document.getElementById({address!r}) !== null")


def contrast(one, other):
    """Return how much two colours differ, as WCAG counts it."""
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _light(colour):
    parts = [int(part) / 255 for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_from_a_web_server(site, tab, server):
    for page in crawl(site):
        address = "/".join(page.relative_to(site).parts)
        tab.open(f"{server}/{address}")
        assert shown(tab)["broken"] == []
    assert {load.startswith(server) for load in tab.loads} == {True}


def test_links_can_be_followed(site, tab):
    tab.open((site / "index.html").as_uri())
    for text, heading in (
        ("mx1.example.org", "mx1.example.org"),
        ("Mail hosts", "Mail hosts"),
        (HOSTILE, HOSTILE),
    ):
        address = tab.evaluate(f"[...document.links].find(link => link.textContent == {text!r}).href")
        tab.open(address)
        assert tab.evaluate("document.querySelector('h1').textContent") == heading
    tab.open(tab.evaluate("document.querySelector('figure a').href"))
    assert tab.evaluate("document.querySelectorAll('section').length") == 5


def pages(site):
    folder = overview(site).parent
    return {"hosts": site / "index.html", "host": folder / "index.html", "graph": folder / "send.queue.html"}


def keep(picture):
    """Keep screenshots to look at in the folder that PAGE_SCREENSHOTS names."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, SHOTS)
