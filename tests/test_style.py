"""Types, style, and who imports whom."""

import ast
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest

from benchmarks.run import CASES
from project import PACKAGES, ROOT

MOST_LINES = 350
MOST_MODULES = 14
MAY_IMPORT = {
    "parser/sqmail_log": set(),
    "command/sqmail_command": {"sqmail_log"},
    "judge/sqmail_judge": {"sqmail_log"},
    "checks/sqmail_checks": {"sqmail_log", "sqmail_command", "sqmail_judge", "nagiosplugin"},
    "collectd_plugin/sqmail_collectd": {"sqmail_log", "sqmail_command", "rrd_files", "collectd"},
    "collectd_plugin/collectd_shim": {"rrd_files"},
    "collectd_plugin/rrd_files": {"sqmail_log", "rrdtool"},
    "rrd/sqmail_rrd": {"sqmail_log", "sqmail_command", "sqmail_judge", "sqmail_collectd", "collectd_shim", "rrd_files"},
    "report/sqmail_report": {"sqmail_log", "sqmail_command", "sqmail_judge", "sqmail_rrd", "pyarrow", "duckdb"},
}


@pytest.mark.parametrize("command", [("mypy",), ("mypy", "docs/skeleton/check.py"), ("ruff", "check", ".")], ids=["mypy", "skeleton", "ruff"])
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


def test_every_package_is_held_to_it():
    assert set(MAY_IMPORT) == set(PACKAGES)


PATHS = [path for folder in MAY_IMPORT for path in sorted((ROOT / folder).rglob("*.py"))]


def test_every_module_is_one_noun_long():
    assert {path.name for path in PATHS if len(path.read_text().splitlines()) > MOST_LINES} == set()


def test_every_folder_can_be_taken_in_at_a_glance():
    folders = [path.parent for path in PATHS]
    assert {folder.name for folder in folders if folders.count(folder) > MOST_MODULES} == set()


def imports():
    """Return which module of ours imports which when it is loaded, or later."""
    modules = {}
    for path in PATHS:
        parts = path.relative_to(ROOT).with_suffix("").parts[1:]
        modules[".".join(parts).removesuffix(".__init__")] = path
    graph = {}
    for name, path in modules.items():
        tree = ast.parse(path.read_text())
        for_types = {id(inner) for node in ast.walk(tree) if is_for_types(node) for inner in ast.walk(node)}
        found = set()
        for node in ast.walk(tree):
            if id(node) in for_types:
                continue
            if isinstance(node, ast.ImportFrom) and node.module:
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= (inner & modules.keys()) or {node.module}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
        graph[name] = (found & modules.keys()) - {name}
    return graph


def is_for_types(node):
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_no_import_leads_back():
    graph = imports()
    assert len(graph) == len(PATHS)
    # What is imported by nobody that is left, one after the other, leaves the circles.
    while leaves := [name for name, found in graph.items() if not found & graph.keys()]:
        for name in leaves:
            del graph[name]
    assert graph.keys() == set()


def test_figures_of_time_stand_with_the_benchmarks():
    """Comments name the case that shows what they say; docs/benchmarks.md has the number."""
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in PATHS}
    told = {name: re.findall(r".*\b[\d.]+ (?:ms|µs)\b.*", text) for name, text in texts.items()}
    assert {name: lines for name, lines in told.items() if lines} == {}
    assert set(re.findall(r"\bbenchmark:[\s#]+([\w-]+)", "".join(texts.values()))) <= set(CASES)
