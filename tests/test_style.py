"""Types, style, and who imports whom."""

import ast
import subprocess
import sys
from importlib.util import find_spec

import pytest

from support import ROOT

MAY_IMPORT = {
    "parser/sqmail_log": set(),
    "command/sqmail_command": {"sqmail_log"},
    "checks/sqmail_checks": {"sqmail_log", "sqmail_command", "nagiosplugin"},
    "collectd_plugin/sqmail_collectd": {"sqmail_log", "sqmail_command", "rrd_files", "collectd"},
    "collectd_plugin/collectd_shim": {"rrd_files"},
    "collectd_plugin/rrd_files": {"sqmail_log", "rrdtool"},
    "rrd/sqmail_rrd": {"sqmail_log", "sqmail_command", "sqmail_collectd", "collectd_shim", "rrd_files"},
    "report/sqmail_report": {"sqmail_log", "sqmail_command"},
}


@pytest.mark.parametrize("command", [("mypy",), ("ruff", "check", ".")], ids=["mypy", "ruff"])
def test_clean(command):
    if find_spec(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports(folder):
    # `compression` is the standard library's from Python 3.14 on.
    allowed = {folder.partition("/")[2], *MAY_IMPORT[folder], *sys.stdlib_module_names, "_typeshed", "compression"}
    strangers = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            strangers |= {f"{path.name}: {name}" for name in names if name.split(".")[0] not in allowed}
    assert strangers == set()


def test_every_module_is_one_noun_long():
    paths = [path for folder in MAY_IMPORT for path in (ROOT / folder).rglob("*.py")]
    assert {path.name for path in paths if len(path.read_text().splitlines()) > 400} == set()
