"""Prometheus itself scrapes what a real collectd hands on, and answers what the examples ask."""

import csv
import json
import re
import shutil
import socket
import time
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from plugin.daemon import HOST, ROOT, SAMPLES, Collectd, eventually, module, needs_collectd, needs_faketime
from plugin.logs import Log, queued
from processes import Program
from sqmail_log.figures.metrics import METRICS, SEND, SESSIONS
from support import TRUTH, stamp

EXAMPLES = ROOT / "examples" / "prometheus"
ALERTS = EXAMPLES / "sqmail-alerts.yml"
PAGE = (ROOT / "docs" / "prometheus.md").read_text()
DASHBOARD = json.loads((ROOT / "examples" / "grafana" / "sqmail.json").read_text())
PROMETHEUS = shutil.which("prometheus")
VALUES = "collectd_qmail_total_events_total"
MINUTES = 5
SELECTION = re.compile(r'(collectd_\w+)\{[^}]*?type=~?"([^"]+)"')

pytestmark = [
    needs_collectd,
    needs_faketime,
    pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not installed: apt install prometheus"),
]


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def write_prometheus(port):
    """Return the example for collectd, at another port."""
    text = (EXAMPLES / "collectd.conf").read_text()
    assert text.count('"9103"') == 1
    return text.replace('"9103"', f'"{port}"')


class Prometheus:
    """Prometheus with the example's job, in a directory of its own."""

    def __init__(self, directory, target):
        directory.mkdir()
        shutil.copy(ALERTS, directory)
        text = (EXAMPLES / "prometheus.yml").read_text()
        for old, new in (("127.0.0.1:9103", f"127.0.0.1:{target}"), ("scrape_interval: 1m", "scrape_interval: 1s")):
            assert text.count(old) == 1
            text = text.replace(old, new)
        (directory / "prometheus.yml").write_text(text)
        self._address = f"127.0.0.1:{free_port()}"
        Program([PROMETHEUS, f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
                 f"--web.listen-address={self._address}", "--log.level=warn"])  # fmt: skip
        eventually(self._is_ready, "Prometheus")

    def _is_ready(self):
        try:
            return urlopen(f"http://{self._address}/-/ready", timeout=5).status == 200
        except (URLError, ConnectionError):
            return False

    def _answer(self, path, **words):
        with urlopen(f"http://{self._address}/api/v1/{path}?{urlencode(words)}", timeout=30) as answer:
            return json.load(answer)["data"]

    def asked(self, expression, **when):
        """Return [(labels, value)] of an expression, now or at a `time`."""
        return [(row["metric"], float(row["value"][1])) for row in self._answer("query", query=expression, **when)["result"]]

    def totals(self, log, **when):
        """Return {metric: total} of a log."""
        return {labels["type"]: value for labels, value in self.asked(f'{VALUES}{{qmail="{log}"}}', **when)}

    def rules(self):
        """Return [(name, expression)] of the alert rules."""
        return [(rule["name"], rule["query"]) for group in self._answer("rules")["groups"] for rule in group["rules"]]


def sessions(directory, second):
    """Write the lines of the sample smtpd as a log of one minute that begins at a Unix second."""
    directory.mkdir()
    files = [*sorted((SAMPLES / "smtpd").glob("@*")), SAMPLES / "smtpd" / "current"]
    lines = [line for path in files for line in path.read_bytes().split(b"\n") if line]
    with (directory / "current").open("wb") as file:
        for number, line in enumerate(lines):
            file.write(stamp(second + 59 * number / len(lines)) + b" " + line.partition(b" ")[2] + b"\n")
    return directory


@pytest.fixture(scope="module")
def scraped(tmp_path_factory):
    """A Prometheus that has scraped the last two minutes of a collectd, and the second at which the newer one ended.

    collectd is started anew between them.
    """
    directory = tmp_path_factory.mktemp("scraped")
    for folder in ("mess", "todo"):
        (directory / "queue" / folder).mkdir(parents=True)
    port, now = free_port(), int(time.time()) // 60
    log = Log(directory / "send")
    log.write(now - MINUTES, now - 3)
    smtpd = sessions(directory / "smtpd", (now - 2) * 60)
    modules = "\n".join([
        module("send", log.directory, directory / "state", History=0, Queue=directory / "queue"),
        module("smtpd", smtpd, directory / "state", History=0),
    ])  # fmt: skip
    prometheus = Prometheus(directory / "prometheus", port)
    said = []
    for minute in (now - 2, now - 1):
        log.write(minute, minute)
        end = (minute + 1) * 60
        # Without history only a minute counts that ends while it runs.
        with Collectd(
            directory / f"collectd-{minute}", modules, at=end - 3, rrdtool=False,
            more=f"WriteThreads 1\n{write_prometheus(port)}",
        ) as daemon:  # fmt: skip
            stored = f"timestamp({VALUES}{{type='lines'}}) == {end}"
            eventually(lambda asked=stored: len(prometheus.asked(asked)) == 2, "both logs")
            said += daemon.stop()
    assert [line for line in said if line and not line.startswith("write_prometheus plugin: ")] == []
    return prometheus, now * 60


def test_it_has_the_totals_of_the_log(scraped):
    prometheus, end = scraped
    newest = end // 60 - 1
    for when, last in ((end - 60, newest - 1), (end, newest)):
        minutes = range(newest + 1 - MINUTES, last + 1)
        send = prometheus.totals("send", time=when)
        assert send["messages"] == sum(map(queued, minutes))
        assert send["success_local"] + send["success_remote"] == send["ended"] == sum(map(queued, minutes)) - len(minutes)
    smtpd = prometheus.totals("smtpd", time=end)
    with (TRUTH / "per-minute-smtpd-pop3d.tsv").open() as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["dir"] == "smtpd"]
    for column, name in (("ok", "ok"), ("deny", "deny"), ("Accept", "accept"), ("Reject", "reject"), ("greetdelay", "greetdelay")):
        assert smtpd[name] == sum(int(row[column]) for row in rows) > 0, column


def test_it_has_each_metric_of_the_host_and_the_log(scraped):
    prometheus, end = scraped
    found = {}
    for labels, _ in prometheus.asked('{__name__=~"collectd_qmail_.+"}', time=end):
        assert (labels["instance"], labels["job"]) == (HOST, "qmail")
        found.setdefault(labels["qmail"], set()).add(labels["type"])
    for name, kind in (("send", SEND), ("smtpd", SESSIONS)):
        wanted = {metric.name for metric in METRICS.values() if metric.log in {kind, ""}}
        assert wanted - found[name] == set()


def test_the_rules_can_be_evaluated_and_nothing_is_wrong_here(scraped):
    prometheus, end = scraped
    rules = prometheus.rules()
    assert len(rules) == ALERTS.read_text().count("- alert: ")
    for name, expression in rules:
        assert name == "QmailNoValues" or prometheus.asked(expression, time=end) == [], name


@pytest.mark.parametrize("name", ["rules", "page", "dashboard"])
def test_what_the_examples_ask_for_is_there(scraped, name):
    prometheus, end = scraped
    expressions = {
        "rules": [expression for _, expression in prometheus.rules()],
        "page": re.findall(r"^\| [^|]+ \| `(.+)` \|$", PAGE.partition("\n## Asking\n")[2].partition("\n## ")[0], re.MULTILINE),
        "dashboard": [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())],
    }[name]
    assert len(expressions) >= 5
    there = {(labels["__name__"], labels["type"]) for labels, _ in prometheus.asked('{__name__=~"collectd_.+"}', time=end)}
    asked = {(series, one) for text in expressions for series, types in SELECTION.findall(text) for one in types.split("|")}
    patterns = {one for one in asked if re.search(r"[.+*]", one[1])}
    assert asked - patterns - there == set()
    for series, pattern in patterns:
        assert any(name == series and re.match(pattern, one) for name, one in there), pattern
    for text in expressions:
        prometheus.asked(in_grafana(text), time=end)


@pytest.mark.parametrize(
    ("title", "places", "least"),
    [("Deliveries by result", (0, 1), 0.2), ("Queue length", (0,), MINUTES), ("Log lines", (0,), 3)],
)
def test_panels_show_values(scraped, title, places, least):
    prometheus, end = scraped
    (panel,) = (panel for panel in DASHBOARD["panels"] if panel["title"] == title)
    for place in places:
        ((_, value),) = prometheus.asked(in_grafana(panel["targets"][place]["expr"]), time=end)
        assert value >= least


def test_reasons_come_by_name_and_the_most_frequent_alone(scraped):
    prometheus, end = scraped
    (panel,) = (panel for panel in DASHBOARD["panels"] if panel["title"] == "Accepts by reason")
    rows = prometheus.asked(in_grafana(panel["targets"][0]["expr"]), time=end)
    assert len(rows) == 6
    assert {tuple(labels) for labels, _ in rows} == {("type",)}


def in_grafana(expression):
    """Return an expression with Grafana's variables as it fills them in for All, over five minutes."""
    variables = {"$__rate_interval": "5m", "$__range": "5m", "$host": ".*", "$log": ".*"}
    for name, value in variables.items():
        expression = expression.replace(name, value)
    assert "$" not in expression
    return expression
