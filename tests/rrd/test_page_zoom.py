"""A graph of any time for a browser: what `sqmail-rrd cgi` answers to a web server, and whom it believes nothing."""

import base64
import functools
import http.server
import os
import subprocess
import sys
import threading

import pytest

from rrd.chromium import BINARY, Chromium
from rrd.pages import Page
from rrd.shapes import Drawing
from rrd.statuses import Words
from rrd.test_graph_command import sqmail_rrd
from rrd.trees import END, HOST, write
from support import SOURCES

QUEUE = f"host={HOST}&instance=send&graph=queue"
DAY = f"{QUEUE}&since=2026-07-18T06:00&until=2026-07-18T18:00"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A week of two hosts; in the second the queue was long for an hour."""
    base = tmp_path_factory.mktemp("zoom") / "rrd"
    minutes = [5] * 7 * 1440
    minutes[-2160:-2100] = [500] * 60
    write(base, "send", {"queue": minutes, "oldest": [0] * len(minutes), "lines": [1] * len(minutes)})
    write(base, "send", {"queue": [1] * len(minutes), "lines": [1] * len(minutes)}, host="<b>mx2")
    return base


def asked(tree, query, *more, method="GET"):
    """Return status, headers and body of an answer."""
    environment = {**os.environ, "PYTHONPATH": SOURCES, "TZ": "UTC", "QUERY_STRING": query, "REQUEST_METHOD": method}
    command = [sys.executable, "-m", "sqmail_rrd.cli", "cgi", "--rrd", tree, *more]
    done = subprocess.run(list(map(str, command)), env=environment, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    assert int(headers["Content-Length"]) == len(body)
    return int(headers["Status"].split()[0]), headers, body.decode(), done.stderr.decode()


def drawing(page):
    (image,) = page.images
    kind, _, data = image["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    return Drawing(base64.b64decode(data))


def test_any_time_is_drawn(tree):
    status, headers, body, err = asked(tree, DAY, "--threshold", "queue=400:too long")
    assert (status, err) == (200, "")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; img-src 'self' file: data:;")
    found = Words(body)
    assert "2026-07-18 06:00 to 2026-07-18 18:00" in found.text
    assert found.tables[0][1] == ["in the queue (log)", "5", "46.2", "500"]
    drawn = drawing(found)
    (area,) = [shape for shape in drawn.shapes if shape.height > 400]
    # From 12:00 to 13:00, in the middle of twelve hours; by then rows are of eight minutes.
    high = [(left, right) for left, right, height in area.parts if height > 400]
    assert high[0][0] == pytest.approx(drawn.at(0.5), abs=5)
    assert high[-1][1] == pytest.approx(drawn.at(7 / 12), abs=5)
    assert "too long (400)" in drawn.texts


def test_it_leads_to_other_times(tree):
    page = Words(asked(tree, DAY)[2])
    links = {target.partition("&since=")[2] for target in page.targets if target.startswith("?host=")}
    assert links == {
        "2026-07-17T18%3A00&until=2026-07-18T06%3A00", "2026-07-18T18%3A00&until=2026-07-19T06%3A00",
        "2026-07-18T00%3A00&until=2026-07-19T00%3A00", "2026-07-18T09%3A00&until=2026-07-18T15%3A00",
    }  # fmt: skip
    fields = {some.get("name"): some.get("value") for tag, some in page.elements if tag == "input"}
    assert fields == {
        "host": HOST, "instance": "send", "graph": "queue", "since": "2026-07-18T06:00", "until": "2026-07-18T18:00",
    }  # fmt: skip
    for target in page.targets:
        if target.startswith("?"):
            assert asked(tree, target[1:])[0] == 200


def test_all_hosts_and_one_with_an_odd_name(tree):
    both = DAY.replace(HOST, "all+hosts")
    assert Words(asked(tree, both)[2]).tables[0][1] == ["in the queue (log)", "6", "47.2", "501"]
    status, _, body, _ = asked(tree, DAY.replace(HOST, "%3Cb%3Emx2"))
    assert status == 200
    assert "&lt;b&gt;mx2" in body
    assert "<b>" not in body


def test_where_there_is_nothing_it_says_so(tree):
    _, _, body, _ = asked(tree, DAY.replace("queue", "oldest"))
    assert "Nothing in the time from 2026-07-18 06:00 to 2026-07-18 18:00: all of it is zero." in Words(body).text


@pytest.mark.parametrize(("query", "status"), [
    ("", 404), ("graph=queue", 404), (QUEUE.replace(HOST, "mx9"), 404), (QUEUE.replace("send", "smtpd"), 404),
    (QUEUE.replace(HOST, ".."), 404), (QUEUE.replace(HOST, "../rrd/" + HOST), 404), (QUEUE.replace("send", "../qmail-send"), 404),
    (QUEUE.replace(HOST, "%00"), 404), (QUEUE.replace(HOST, "%ff%fe"), 404), (QUEUE.replace("queue", "spf"), 404),
    (f"{QUEUE}&since=yesterday", 400), (f"{QUEUE}&since=2026-07-18T06:00&until=2026-07-18T06:09", 400),
    (f"{QUEUE}&since=1900-01-01T00:00", 400), (f"{QUEUE}&since=9999-01-01T00:00", 400), ("a=1&" * 9, 400), ("x" * 2001, 414),
    ("%", 404), ("&&;=", 404), ("-h", 404),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(tree, query, status):
    told, headers, body, err = asked(tree, query)
    assert (told, err) == (status, "")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert Words(body).images == []


def test_nothing_but_looking_is_answered(tree):
    assert asked(tree, DAY, method="POST")[0] == 405
    assert asked(tree, DAY, method="HEAD")[0] == 200


def test_what_is_to_come_is_not_asked_for(tree):
    _, _, body, _ = asked(tree, f"{QUEUE}&since=2026-07-18T06:00&until=2999-01-01T00:00")
    assert "2026-07-18 06:00 to 2999" not in body


def test_a_tree_that_is_gone_is_told_to_the_server_alone(tmp_path):
    status, _, body, err = asked(tmp_path / "gone", DAY)
    assert status == 500
    assert str(tmp_path) not in body
    assert "No such file or directory" in err


def test_pages_have_a_form_for_it_only_where_its_address_is_given(tree, tmp_path):
    words = ("page", "--rrd", tree, "--until", END, "--out", tmp_path / "www")
    sqmail_rrd(*words)
    place = tmp_path / "www" / "hosts" / HOST / "send.queue.html"
    assert "<form" not in place.read_text()
    sqmail_rrd(*words, "--cgi", "/cgi-bin/qmail")
    (form,) = [some for tag, some in Page(place).elements if tag == "form"]
    assert (form["action"], form["method"]) == ("/cgi-bin/qmail", "get")
    for address in ("javascript:alert(1)", "cgi", "ftp://x/", "/a b", "https://x/\x01"):
        _, err = sqmail_rrd(*words, "--cgi", address, code=2)
        assert "is no address like" in err


class Server(http.server.SimpleHTTPRequestHandler):
    """A web server with one CGI program."""

    def __init__(self, *arguments, tree, **named):
        self.tree = tree
        super().__init__(*arguments, **named)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path != "/cgi-bin/qmail":
            super().do_GET()
            return
        status, headers, body, _ = asked(self.tree, query)
        self.send_response(status)
        for name, value in headers.items():
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.mark.skipif(BINARY is None, reason="Chromium is not installed: apt install chromium")
def test_in_a_browser(tree, tmp_path):
    sqmail_rrd("page", "--rrd", tree, "--until", END, "--out", tmp_path / "www", "--cgi", "/cgi-bin/qmail")
    handler = functools.partial(Server, tree=tree, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running, Chromium() as tab:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        tab.open(f"http://127.0.0.1:{running.server_port}/hosts/{HOST}/send.queue.html")
        asked_for = tab.evaluate("""(() => {
            const form = document.forms[0];
            form.since.value = '2026-07-18T06:00';
            form.until.value = '2026-07-18T18:00';
            return form.action + '?' + new URLSearchParams(new FormData(form));
        })()""")
        for width in (390, 1280):
            tab.open(asked_for, width=width, phone=width == 390)
            assert tab.evaluate("document.images[0].naturalWidth") > 0
            assert tab.evaluate("document.documentElement.scrollWidth") == width
            assert "2026-07-18 06:00 to 2026-07-18 18:00" in tab.evaluate("document.body.innerText")
        tab.open(tab.evaluate("[...document.links].find(link => link.textContent == 'closer').href"))
        assert "2026-07-18 09:00 to 2026-07-18 15:00" in tab.evaluate("document.body.innerText")
        assert tab.complaints == []
        running.shutdown()
