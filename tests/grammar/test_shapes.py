"""Every shape of line, with what it must count as right above it (`# expect:`), in tests/data/shapes.

The reports must count alike.  Where the tables (`# expect-report:`) or the events of a trace
(`# expect-trace:`) differ on purpose, the block says in which figures, and why (`# because:`).
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from sqmail_log.figures import metrics, sums
from sqmail_log.figures.sums import Trouble
from sqmail_log.lines import causes, outcomes, send, servers, sessions
from sqmail_log.queue import Queue
from sqmail_report.sessions import tables as session_tables
from sqmail_report.sessions.ledger import SessionLedger
from sqmail_report.trace import connections as traced
from sqmail_report.trace import wording

SHAPES = Path(__file__).parents[1] / "data" / "shapes"


def blocks():
    for path in sorted(SHAPES.glob("*.log")):
        description, expected, lines = "", None, []
        for line in [*path.read_bytes().split(b"\n"), b""]:
            if line.startswith(b"# expect: "):
                expected = json.loads(line[10:])
            elif line.startswith((b"# expect-report: ", b"# expect-trace: ")):
                where, _, figures = line[2:].partition(b": ")
                expected[where.decode()] = json.loads(figures)
            elif line.startswith(b"# because: "):
                expected["because"] = line[11:].decode()
            elif line.startswith(b"# "):
                description = line[2:].decode()
            elif line:
                lines.append(line + b"\n")
            elif lines:
                yield pytest.param(lines, expected, id=f"{path.stem}: {description}")
                lines = []


BLOCKS = list(blocks())


def parse(lines):
    queue = Queue()
    found = sums.Sums()
    strangers = sessions.SessionLog().feed(send.SendLog(queue, {}).feed(lines, found), found)
    return found, queue, strangers


@pytest.mark.parametrize(("lines", "expected"), BLOCKS)
def test_counts_as(lines, expected):
    found, queue, strangers = parse(lines)
    assert found.numbers == expected["numbers"]
    assert found.tables == expected.get("tables", {})
    assert len(strangers) == expected.get("strangers", 0)
    assert len(queue) == expected.get("queue", 0)


@pytest.mark.parametrize(("lines", "expected"), BLOCKS)
def test_order_of_the_grammars_does_not_matter(lines, expected):
    queue = Queue()
    found = sums.Sums()
    strangers = send.SendLog(queue, {}).feed(sessions.SessionLog().feed(lines, found), found)
    assert found.numbers == expected["numbers"]
    assert len(strangers) == expected.get("strangers", 0)


def told(lines, ledger):
    """Tell a ledger what lines say; return the sums, and the lines that nobody knows."""
    found = sums.Sums()
    left = send.SendLog(Queue(), {}).feed(lines, sums.Sums())
    return found, sessions.SessionLog().feed(left, found, ledger)


COLUMNS = {
    "ok": "ok", "denied": "deny", "most_at_once": "connections", "limit": "connections_limit", "tls": "tls_sessions",
    "tls_failed": "tls_failed", "delayed": "greetdelay", "refused_for_now": "rbl_451", "refused_for_good": "rbl_553",
    "accepts": "accept", "rejects": "reject", "deferred": "deferred", "crashed": "crashed", "limited": "limited",
    "fatal": "fatal", "errors": "errors", "unrecognised": "unrecognised",
}  # fmt: skip


def reported(lines):
    """Return {table: [{column: cell}]} of the reports on sessions."""
    ledger = SessionLedger()
    ledger.sums, unknown = told(lines, ledger)
    ledger.settle(len(lines), unknown)
    tables = session_tables.sessions(ledger, show_users=True) + session_tables.rejects(ledger)
    return {
        table.layout.name: [
            dict(zip([column.name for column in table.layout.columns], row, strict=True)) for row in table.rows
        ]
        for table in tables
    }


ENDINGS = {
    "done": "exit_0", "exit 1": "exit_1", "exit 100": "exit_100", "exit 111": "exit_111", "signal 11": "crashed",
}  # fmt: skip


def by_row(tables):
    """Return by metric what the rows of the reports' tables add up to."""
    found = Counter()
    for row in tables.get("services", ()):
        found.update(ok=row["ok"], deny=row["denied"])
    for row in tables.get("tls", ()):
        version = {"TLSv1.3": "tls_1_3", "TLSv1.2": "tls_1_2"}.get(row["version"], "tls_old")
        found.update({"tls_sessions": row["sessions"], version: row["sessions"]})
    for row in tables.get("protocols", ()):
        found.update(records=row["records"], records_tls=row["records"] * row["protocol"].endswith(("S", "SA")))
    for row in tables.get("greetdelay", ()):
        found.update(greetdelay=row["sessions"])
    for row in tables.get("rbl", ()):
        found.update({f"rbl_{row['code']}": row["sessions"]})
    for row in tables.get("endings", ()):
        found.update({ENDINGS.get(row["meaning"].split(":")[0].split(" (")[0], "exit_other"): row["sessions"]})
    for row in tables["rejects"]:
        action = row["reason"].partition("::")[0].lower()
        if action in metrics.ACTIONS:
            found.update({action: row["records"]})
            found.update({metrics.REASONS.get(row["reason"].lower(), f"{action}_other"): row["records"]})
    return found


def networks(tables, name):
    figure = {"networks": "connections", "reject-networks": "records"}[name]
    return {row["network"]: row[figure] for row in tables.get(name, ())}


@pytest.mark.parametrize(("lines", "expected"), BLOCKS)
def test_reports_of_sessions_count_alike(lines, expected):
    numbers = {**expected["numbers"], **expected.get("expect-report", {})}
    numbers["unrecognised"] = numbers.get("unrecognised", 0) + expected.get("strangers", 0)
    numbers["records"] = sum(numbers.get(action, 0) for action in metrics.ACTIONS)
    explained = expected.get("tables", {})
    tables = reported(lines)
    (row,) = tables["connections"]
    assert {metric: row[column] for column, metric in COLUMNS.items()} == {
        metric: numbers.get(metric, 0) for metric in COLUMNS.values()
    }
    for metric, number in by_row(tables).items():
        assert (metric, number) == (metric, numbers.get(metric, 0))
    assert networks(tables, "networks") == explained.get("client", {})
    rejected = Counter(explained.get("refused", {})) + Counter(explained.get("login", {}))
    assert networks(tables, "reject-networks") == rejected


@pytest.mark.parametrize(("lines", "expected"), BLOCKS)
def test_traces_of_sessions_tell_alike(lines, expected):
    numbers = {**expected["numbers"], **expected.get("expect-trace", {})}
    ledger = traced.Sessions(lambda _: True)
    told(lines, ledger)
    ledger.close()
    happened = [event for session in ledger.chosen for event in session.events]
    counted = Counter(name for _, name, _ in happened)
    actions = Counter(detail.meaning.action for _, name, detail in happened if name == traced.RECORDED)
    assert {**{action: actions[action] for action in metrics.ACTIONS}, "ok": counted[traced.LET_IN],
            "deny": counted[traced.DENIED], "greetdelay": counted[traced.HELD_BACK]} == {
        name: numbers.get(name, 0) for name in (*metrics.ACTIONS, "ok", "deny", "greetdelay")
    }  # fmt: skip
    assert counted[traced.REFUSED] == numbers.get("rbl_451", 0) + numbers.get("rbl_553", 0)
    assert counted[traced.CONNECTED] == sum(expected.get("tables", {}).get("client", {}).values())
    ciphers = [detail for _, name, detail in happened if name == traced.SECURED and detail]
    assert len(ciphers) == numbers.get("tls_sessions", 0)
    rows = [row for session in ledger.chosen for row in wording.of_session(session, show_users=True)]
    assert len(rows) == len(happened)
    assert all(session.pid.isdigit() for session in ledger.chosen)


def test_what_differs_in_reports_says_why():
    for expected in expectations():
        differing = {**expected.get("expect-report", {}), **expected.get("expect-trace", {})}
        assert bool(differing) == bool(expected.get("because"))
        assert all(number != expected["numbers"].get(metric, 0) for metric, number in differing.items())


def all_lines():
    return [line[26:-1] for block in BLOCKS for line in block.values[0]]


def expectations():
    return [block.values[1] for block in BLOCKS]


# Not from one line: gauges of a minute's end, and what reading itself counts.
ELSEWHERE = {"queue", "oldest", "delay_p50", "delay_p95", "lines", "gaps"} | {
    f"delay_{what}_{name}" for _, name in metrics.DELAY_CLASSES for what in ("count", "sum")
}


def test_every_metric_has_a_sample():
    sampled = {name for expected in expectations() for name in expected["numbers"]}
    assert set(metrics.METRICS) - sampled == ELSEWHERE


def test_every_cause_has_a_sample():
    rows = [key for expected in expectations() for key in expected.get("tables", {}).get("delivery", {})]
    assert {Trouble.decoded(row).cause for row in rows} == set(causes.CAUSES)


@pytest.mark.parametrize("beginning", [*outcomes.KNOWN_REST, *(b"sslserver: " + note for note in servers.NOTES)])
def test_every_known_beginning_has_a_sample(beginning):
    assert any(line.startswith(beginning) for line in all_lines())


@pytest.mark.parametrize("word", servers.WORDS)
def test_every_word_of_the_loop_has_a_sample(word):
    assert any(line.startswith(word) for line in all_lines())


@pytest.mark.parametrize("answer", [servers.GREETDELAY, *servers.ANSWERS])
def test_every_answer_of_rblsmtpd_has_a_sample(answer):
    assert any(line.startswith(b"rblsmtpd: ") and b": " + answer in line for line in all_lines())


REASONS = [line.split("\t") for line in (SHAPES / "reasons.tsv").read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("cause", "text"), REASONS)
def test_cause(cause, text):
    assert causes.cause(text.encode()) == cause


@pytest.mark.parametrize("needle", [needle for needle, _ in causes._RULES])
def test_every_rule_of_causes_decides_a_sample(needle):
    def first(text):
        return next((rule for rule, _ in causes._RULES if rule in text.lower().encode()), None)

    assert any(first(text) == needle for _, text in REASONS)
