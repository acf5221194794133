"""Only the parser's rooms for lines, answers and lines of other programs know what the bytes of a line mean."""

import ast
import re

import pytest

from support import ROOT

LINES = ROOT / "parser/sqmail_log/lines"
ROOMS = (LINES, ROOT / "parser/sqmail_log/dialects", ROOT / "parser/sqmail_log/answers", ROOT / "parser/sqmail_log/answers/weights")
FOLDERS = ("parser", "command", "checks", "collectd_plugin/sqmail_collectd", "rrd/sqmail_rrd", "report")
# qmail-mrtg's own patterns are imitated there, faults included.
EMULATION = ROOT / "report/sqmail_report/mrtg/emulation.py"
# Whose names syslog puts before a line.
SYSLOG = ROOT / "parser/sqmail_log/stamps/syslog.py"
WORD = re.compile(rb"[A-Za-z]{3,}")
# What a recipient of an event begins with is a key of the report's rows, too.
CHANNELS = {b"local", b"remote"}
# collectd is told `FLUSH timeout=0`.
COLLECTD = {b"timeout"}


def literals(path):
    tree = ast.parse(path.read_text())
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, bytes)]


def words(path):
    return {word for literal in literals(path) for word in WORD.findall(literal)}


KNOWN = {word for room in ROOMS for path in room.glob("*.py") for word in words(path)} - CHANNELS - COLLECTD
PATHS = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if path.parent not in ROOMS]


def test_the_rooms_for_lines_are_looked_at():
    assert {b"starting", b"tcpserver", b"rblsmtpd", b"Accept", b"simscan", b"CHKUSER", b"vchkpw"} <= KNOWN


@pytest.mark.parametrize("path", [path for path in PATHS if path not in {EMULATION, SYSLOG}], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_other_module_names_what_stands_in_a_line(path):
    assert words(path) & KNOWN == set()
