"""The checks take nagiosplugin's classes and nothing that runs them; those of 1.3.2, which Debian has, do as well."""

import shutil
import subprocess
import sys
from importlib import import_module

import pytest

from sqmail_checks.plugin import nagios
from sqmail_checks.plugin.controller import written
from sqmail_checks.plugin.nagios import Range
from support import CHECKS, SAMPLES, SOURCES, check

LOADED = """\
import sys
sys.argv = {words!r}
import os
from sqmail_checks.{name} import main

end = os._exit

def leave(code):
    print(*sorted(sys.modules), flush=True)
    end(code)

os._exit = leave
main()
"""
BOTH = """\
from sqmail_checks.plugin import nagios
import nagiosplugin
from nagiosplugin import check, runtime

for name in nagios.__all__:
    if name not in ("Contexts", "ServiceState"):
        assert getattr(nagios, name) is getattr(nagiosplugin, name), name
assert (nagios.Contexts, nagios.ServiceState) == (check.Contexts, check.ServiceState)
assert nagiosplugin.Check.__module__ == "nagiosplugin.check"
assert runtime.Timeout is nagios.Timeout
"""
UNNEEDED = {"argparse", "contextlib", "datetime", "enum", "gettext", "importlib", "json", "locale",
            "logging", "nagiosplugin", "nagiosplugin.check", "nagiosplugin.runtime", "numbers", "pathlib", "re", "shutil",
            "sqmail_log.ingest", "subprocess", "tempfile", "traceback", "typing", "warnings"}  # fmt: skip
"""What an idle check has no time for."""


def python(text):
    return subprocess.run(
        [sys.executable, "-S", "-c", text], capture_output=True, text=True, check=False, timeout=60,
        env={"PYTHONPATH": ":".join((SOURCES, *sys.path))},
    )  # fmt: skip


@pytest.mark.parametrize("name", [*CHECKS, "host"])
def test_an_idle_check_loads_little(tmp_path, name):
    words = [f"check_qmail_{name}", "--state-dir", str(tmp_path)]
    for log in ("send", "smtpd"):
        (tmp_path / log).mkdir()
        shutil.copy(max((SAMPLES / log).glob("@*.s")), tmp_path / log / "current")
        words += ["--log", str(tmp_path / log)]
    check(name, *words[1:])
    done = python(LOADED.format(name=name, words=words))
    answer, _, modules = done.stdout.partition("\n")
    assert answer.startswith("QMAIL " if name == "host" else f"QMAIL_{name.upper()} "), done.stderr
    assert "sqmail_log.watch" in modules.split()
    # Which modules the interpreter itself and SQLite bring along differs from version to version.
    given = python("import collections, sys, _sqlite3; print(*sys.modules)").stdout.split()
    assert UNNEEDED & set(modules.split()) - set(given) == set()


@pytest.mark.parametrize("first", ["", "import nagiosplugin\n"], ids=["before", "after"])
def test_the_package_has_the_same_classes_for_whoever_imports_it(first):
    done = python(first + BOTH)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_the_package_that_is_said():
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {SOURCES.split(':')!r}; import sqmail_checks.plugin.nagios"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "ModuleNotFoundError: No module named 'nagiosplugin'" in done.stderr


@pytest.mark.parametrize("label", ["age", "a_b", "_", "1", "Größe", "two words", "a-b", "a.b", "/"])
@pytest.mark.parametrize("rest", [(0,), (1.5, "s", "", "", 0), (3, "%", Range("10"), Range("@5:"), None, 100), (None, "", "", "", "", "")])
def test_performance_data_are_written_as_the_package_does(label, rest):
    data = nagios.Performance(label, *rest)
    assert written(data) == str(data)


def test_no_tuple_of_the_package_is_derived_from():
    """1.3.2 makes no others than its own."""
    for name in (*CHECKS, "host"):
        import_module(f"sqmail_checks.{name}")
    assert nagios.Performance.__subclasses__() == nagios.Range.__subclasses__() == nagios.Metric.__subclasses__() == []
