"""`sqmail-report sql`: what it prints, and that it reads the store and nothing else."""

import json
import os
import shutil
import signal
import threading

import pytest

from report.reports import run, table
from sqmail_report.store import answers, engine, schema, views
from store import logs
from store.stores import HOST, export

SEND = next(path for path in logs.REAL if path.name == "send")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    place = tmp_path_factory.mktemp("sql") / "store"
    export(place, SEND)
    return export(place, SEND, host="mx2")


def sql(store, query, *options):
    return table("sql", "--store", store, query, *options)


def test_formats(store):
    query = "SELECT host, mess, xdelay, true AS t, NULL AS n FROM recipient_hosts ORDER BY tries DESC LIMIT 1"
    assert sql(store, query).splitlines() == [
        "1 row", "", "host          mess   xdelay  t     n", "test.example  2752  176.443  true  -",
    ]  # fmt: skip
    assert sql(store, query, "--format", "csv").splitlines()[0] == "host,mess,xdelay,t,n"
    (row,) = json.loads(sql(store, query, "--format", "json"))
    assert (row["host"], row["mess"], row["t"], row["n"]) == ("test.example", 2752, "true", None)
    assert sql(store, "SELECT 1 AS one WHERE false", "--format", "json") == "[]\n"
    assert json.loads(sql(store, "SELECT day, time FROM deliveries ORDER BY time_ns LIMIT 1", "--format", "json")) == [
        {"day": "2026-11-22", "time": "2026-11-22T07:14:09.167284Z"}
    ]


def test_a_formula_in_csv_is_text(store):
    assert sql(store, "SELECT '=1+1' AS f", "--format", "csv") == "f\n'=1+1\n"


def test_hosts_and_days(store):
    count = "SELECT count(*) AS n FROM deliveries"
    both = json.loads(sql(store, count, "--format", "json"))[0]["n"]
    one = json.loads(sql(store, count, "--format", "json", "--host", "mx2"))[0]["n"]
    assert both == 2 * one > 0
    assert json.loads(sql(store, count, "--format", "json", "--host", "mx2", "--host", HOST))[0]["n"] == both
    assert json.loads(sql(store, count, "--format", "json", "--since", "2026-11-23"))[0]["n"] == 0
    assert json.loads(sql(store, count, "--format", "json", "--until", "2026-11-23"))[0]["n"] == both
    assert json.loads(sql(store, count, "--format", "json", "--host", "mx3", "--host", "mx2"))[0]["n"] == one
    assert json.loads(sql(store, count, "--format", "json", "--host", "mx3"))[0]["n"] == 0
    assert json.loads(sql(store, "SELECT attempts FROM overview", "--format", "json", "--host", "mx2"))[0]["attempts"] > 0
    plan = sql(store, "EXPLAIN ANALYZE SELECT count(report) FROM deliveries WHERE host = 'mx2' AND day = DATE '2026-11-22'")
    assert "Scanning Files: 1/2" in plan or "1/2" in plan, "other hosts' files are not opened"


@pytest.mark.parametrize(
    "query",
    [
        "COPY (SELECT 1) TO '{store}/x.parquet'", "INSERT INTO deliveries SELECT * FROM deliveries", "DROP VIEW deliveries",
        "CREATE TABLE t AS SELECT 1", "SET enable_external_access = true", "ATTACH '{store}/x.db'", "INSTALL httpfs",
        "SELECT 1; SELECT 2", "", "PRAGMA version",
    ],
)  # fmt: skip
def test_nothing_but_reading(store, query):
    before = sorted(store.rglob("*"))
    status, out, err = run("sql", "--store", store, query.format(store=store))
    assert (status, out) == (1, "")
    assert err.startswith("sqmail-report: ")
    assert sorted(store.rglob("*")) == before


@pytest.mark.parametrize("query", ["SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM '/etc/passwd'"])
def test_no_other_file(store, query):
    status, out, err = run("sql", "--store", store, query)
    assert (status, out) == (1, "")
    assert err.startswith("sqmail-report: ")


def test_what_is_wrong_is_told_in_a_line(store, tmp_path):
    for arguments, status, words in (
        (("--store", store, "SELEC 1"), 1, "syntax error"),
        (("--store", store, "SELECT nothing FROM deliveries"), 1, "nothing"),
        (("--store", tmp_path, "SELECT 1"), 1, "no event store; sqmail-report export writes one"),
        (("--store", store), 2, "sql needs a QUERY, or --views"),
        (("SELECT 1",), 2, "sql needs --store"),
        (("--store", store, "--since", "2026-11-23", "--until", "2026-11-22", "SELECT 1"), 2, "--since is not before --until"),
        (("--store", store, "--since", "yesterday", "SELECT 1"), 2, "is no day like 2026-11-22"),
        (("--store", store, "--host", "a/b", "SELECT 1"), 2, "is no name for a host"),
    ):
        found, out, err = run("sql", *arguments)
        assert (found, out) == (status, ""), arguments
        assert words in err
        assert len(err.splitlines()) == 1


def test_a_long_query_is_interrupted(store):
    with engine.opened(store, engine.Span(), 1) as connection:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            list(answers.answer(connection, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", "json"))


def test_the_views_are_printed_for_others():
    printed = table("sql", "--views")
    assert printed.count("CREATE OR REPLACE TEMP VIEW ") == len(views.names())
    assert "read_parquet" not in printed


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("SELECT count(*) FROM Deliveries", {"deliveries"}),
        ("WITH some AS (SELECT * FROM recipient_hosts) SELECT count(*) FROM some", {"deliveries"}),
        ("SELECT count(*) FROM senders", {"deliveries", "messages"}),
        ('DESCRIBE "records"', {"records"}),
        ("SELECT 1 AS deliveries_of", set()),
    ],
)
def test_only_tables_that_a_query_speaks_of_are_opened(store, query, tables):
    assert engine._spoken_of(query) & {table.name for table in schema.TABLES} == tables
    with engine.opened(store, engine.Span(), 1, query) as connection:
        found = connection.execute("SELECT count(*) FROM deliveries").fetchone()
    assert (found != (0,)) == ("deliveries" in tables)


def test_files_of_other_days_and_hosts_are_not_looked_at(store, tmp_path):
    copy = tmp_path / "store"
    shutil.copytree(store, copy)
    for day in ("day=2026-11-21", "day=2026-11-23"):
        (copy / "deliveries" / f"host={HOST}" / day).mkdir()
        (copy / "deliveries" / f"host={HOST}" / day / "torn.parquet").write_bytes(b"nothing")
    (copy / "deliveries" / "host=mx9").mkdir()
    (copy / "deliveries" / "host=mx9" / "day=2026-11-22").write_text("no folder")
    count = "SELECT count(*) AS n FROM deliveries"
    whole = sql(store, count, "--format", "json")
    assert sql(copy, count, "--format", "json", "--since", "2026-11-22", "--until", "2026-11-23") == whole
    status, _, err = run("sql", "--store", copy, count)
    assert (status, len(err.splitlines())) == (1, 1)
    assert "torn.parquet" in err
