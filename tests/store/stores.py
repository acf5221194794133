"""Event stores of sample logs, and their views beside what `sqmail-report` says."""

import json
import math
from pathlib import Path

import pytest

from report.reports import run
from sqmail_report.messages.tables import OVERVIEW
from sqmail_report.tables.formats import exact
from sqmail_report.tables.table import Unit

pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install '.[store]'")
pytest.importorskip("duckdb", reason="duckdb is not installed: pip install '.[store]'")

import pyarrow.parquet as pq

from sqmail_report.store import engine, schema

HOST = "mx1.example.org"
MAIL = {
    name: name.replace("-", "_")
    for name in (
        "overview", "delays", "recipients", "recipient-hosts", "recipient-delays", "senders", "uids",
        "successes", "failures", "deferrals",
    )
}  # fmt: skip
SESSIONS = {
    "connections": "sessions", "services": "services", "networks": "networks", "tls": "tls", "protocols": "protocols",
    "greetdelay": "greetdelay", "left-silent": "left_silent", "rbl": "rbl", "authentication": "authentication",
    "endings": "endings",
}  # fmt: skip
REJECTS = {"rejects": "rejects", "reject-networks": "reject_networks", "reject-addresses": "reject_addresses"}
# Reserved words of SQL, which columns of the reports are called.
_SPELLED = {"limit": "connections_limit", "user": "login"}
_RATIOS = {column.name: column for column in OVERVIEW.columns if column.unit is Unit.RATIO}


def export(store, *logs, host=HOST, options=()):
    """Export logs; it must succeed and say nothing."""
    arguments = [word for log in logs for word in ("--log", log)]
    assert run("export", "--store", store, "--host", host, *arguments, *options) == (0, "", "")
    return store


def query(store, sql, span=None):
    """Return what a query finds: a list of dictionaries."""
    with engine.opened(Path(store), span or engine.Span(), 1) as connection:
        found = connection.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def content(store):
    """Return all rows of all tables, in an order of their own."""
    return {
        table.name: sorted(
            json.dumps({"day": path.parent.name, **row}, default=str)
            for path in (Path(store) / table.name).rglob("*.parquet")
            for row in pq.ParquetFile(path).read().to_pylist()
        )
        for table in schema.TABLES
    }


def told(log, *command):
    """Return the tables of a subcommand by name; None where the log is of another kind, or has no line of any."""
    status, out, err = run(*command, "--log", log, "--quiet", "--format", "json")
    if status:
        assert "wants" in err or "not one line" in err
        return None
    answer = json.loads(out)
    # Of one table the name is not told.
    tables = list(answer.values()) if isinstance(answer, dict) else []
    if not tables or not all(isinstance(table, (list, dict)) for table in tables):
        return {"": answer}
    return answer


def expected(log):
    """Return the rows that each view must have: as sqmail-report tells them of the log, in any order."""
    rows = {}
    mail = told(log, "all")
    if mail is not None:
        rows |= {view: mail[name] for name, view in MAIL.items()}
        verbatim = told(log, "all", "--verbatim")
        results = {"success": "successes", "failure": "failures", "deferral": "deferrals"}
        rows["reasons"] = [{"result": result, **row} for result, name in results.items() for row in verbatim[name]]
    for views, *command in ((SESSIONS, "sessions", "--show-users"), (REJECTS, "rejects", "--show-addresses")):
        found = told(log, *command)
        if found is not None:
            alone = next(iter(views))
            found = {alone: found[""]} if "" in found else found
            rows |= {view: found.get(name, []) for name, view in views.items()}
    return {view: comparable(found if isinstance(found, list) else [found]) for view, found in rows.items()}


def comparable(rows):
    """Return rows of a report in an order of their own, with the names of columns that SQL has."""
    return sorted(json.dumps({_SPELLED.get(name, name): value for name, value in row.items()}, sort_keys=True, default=str) for row in rows)


def rounded(rows):
    """Return rows of a view as the reports give them to machines."""
    seconds = next(column for column in OVERVIEW.columns if column.unit is Unit.SECONDS)
    made = [{name: exact(_RATIOS.get(name, seconds), value) for name, value in row.items()} for row in rows]
    assert not any(isinstance(value, float) and math.isnan(value) for row in made for value in row.values())
    return comparable(made)


def views_of(store, views):
    """Return the rows of views, as DuckDB has them."""
    with engine.opened(Path(store), engine.Span(), 1) as connection:
        found = {}
        for view in views:
            made = connection.execute(f"SELECT * FROM {view}")
            names = [column[0] for column in made.description]
            found[view] = rounded([dict(zip(names, row, strict=True)) for row in made.fetchall()])
    return found
