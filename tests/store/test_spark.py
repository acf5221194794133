"""Spark, as a cluster of two workers, answers the same text of each view as DuckDB does."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sqmail_report.store import views
from store import logs
from store.stores import export, query, rounded, views_of
from support import ROOT, SOURCES

_SCRIPT = Path(__file__).with_name("spark_views.py")
_PATIENCE = 900

# Where it was asked for, it must not be missing unseen.
_WANTED = bool(os.environ.get("SQMAIL_SPARK"))

pytestmark = [
    pytest.mark.skipif(
        not _WANTED and importlib.util.find_spec("pyspark") is None,
        reason="pyspark is not installed: pip install '.[spark]', or SQMAIL_SPARK=yes ./run-tests",
    ),
    pytest.mark.skipif(
        not _WANTED and shutil.which("java") is None,
        reason="Spark needs Java 17 or newer: apt-get install default-jre-headless",
    ),
    # Three JVMs are started for them, on a machine that may have other things to do.
    pytest.mark.timeout(_PATIENCE + 60),
]


def answered(place):
    """Return a store with all kinds of lines of two hosts, and what Spark answers."""
    store = export(place / "store", logs.shapes(place / "shapes"), *logs.REAL, host="mx1")
    export(store, *logs.generated(place / "generated", 300_000, 1), host="mx2")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES, "HOME": str(place), "SPARK_LOCAL_DIRS": str(place)}
    if "JAVA_HOME" in os.environ:
        environment["JAVA_HOME"] = os.environ["JAVA_HOME"]
    program = re.search(r"<!-- tried: spark -->\n```python\n(.*?)```", (ROOT / "docs" / "store.md").read_text(), re.DOTALL)[1]
    done = subprocess.run(
        [sys.executable, _SCRIPT, store], input=program,
        cwd=place, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=False,
    )  # fmt: skip
    # Its workers keep what they were told beside Spark.
    home = Path(importlib.util.find_spec("pyspark").origin).parent
    shutil.rmtree(home / "work", ignore_errors=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return store, json.loads(done.stdout)


# One test, so that Spark is started once however the tests are spread.
def test_each_view_is_the_same(tmp_path):
    store, told = answered(tmp_path)
    assert told["executors"] == 2
    wanted = views_of(store, views.names())
    assert all(wanted.values())
    assert {view: rounded(rows) for view, rows in told["views"].items()} == wanted
    asked = "SELECT count(*) AS n FROM deliveries WHERE host = 'mx1' AND day >= DATE '2026-01-01'"
    assert query(store, asked) == [{"n": told["asked"]}]
    assert told["asked"] > 0
