"""Every shape of line, with what it must count as right above it (`# expect:`), in tests/data/shapes."""

import json
from pathlib import Path

import pytest

from sqmail_log.figures import metrics, sums
from sqmail_log.lines import causes, send, servers, sessions
from sqmail_log.queue import Queue

SHAPES = Path(__file__).parents[1] / "data" / "shapes"


def blocks():
    for path in sorted(SHAPES.glob("*.log")):
        description, expected, lines = "", None, []
        for line in [*path.read_bytes().split(b"\n"), b""]:
            if line.startswith(b"# expect: "):
                expected = json.loads(line[10:])
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


def all_lines():
    return [line[26:-1] for block in BLOCKS for line in block.values[0]]


def expectations():
    return [block.values[1] for block in BLOCKS]


# Not from one line: gauges of a minute's end, and what reading itself counts.
ELSEWHERE = {"queue", "oldest", "delay_p50", "delay_p95", "lines", "gaps"}


def test_every_metric_has_a_sample():
    sampled = {name for expected in expectations() for name in expected["numbers"]}
    assert set(metrics.METRICS) - sampled == ELSEWHERE


def test_every_cause_has_a_sample():
    rows = [key for expected in expectations() for key in expected.get("tables", {}).get("delivery", {})]
    assert {row.split("|")[2] for row in rows} == set(causes.CAUSES)


@pytest.mark.parametrize("beginning", [*send._KNOWN_REST, *(b"sslserver: " + note for note in servers.NOTES)])
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
