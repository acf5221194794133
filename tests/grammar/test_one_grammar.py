"""Only the parser's rooms for lines and for answers know what the bytes of a line mean."""

import ast
import re

import pytest

from support import ROOT

LINES = ROOT / "parser/sqmail_log/lines"
ROOMS = {LINES, ROOT / "parser/sqmail_log/answers"}
FOLDERS = ("parser", "command", "checks", "collectd_plugin/sqmail_collectd", "rrd/sqmail_rrd", "report")
# qmail-mrtg's own patterns are imitated there, faults included.
EMULATION = ROOT / "report/sqmail_report/mrtg/emulation.py"
WORD = re.compile(rb"[A-Za-z]{3,}")
# What a recipient of an event begins with is a key of the report's rows, too.
CHANNELS = {b"local", b"remote"}


def literals(path):
    tree = ast.parse(path.read_text())
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, bytes)]


def words(path):
    return {word for literal in literals(path) for word in WORD.findall(literal)}


KNOWN = {word for path in LINES.glob("*.py") for word in words(path)} - CHANNELS
PATHS = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if path.parent not in ROOMS]


def test_the_room_for_lines_is_looked_at():
    assert {b"starting", b"tcpserver", b"rblsmtpd", b"Accept"} <= KNOWN


@pytest.mark.parametrize("path", [path for path in PATHS if path != EMULATION], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_other_module_names_what_stands_in_a_line(path):
    assert words(path) & KNOWN == set()
