"""The files of a store: where they lie, how their columns are typed and coded, and that a full one gets no more rows."""

import re
from datetime import UTC, datetime

import pytest

from report.reports import stamped
from sqmail_report.store import schema
from store import logs
from store.stores import HOST, content, export, query

pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install '.[store]'")

import pyarrow as pa
import pyarrow.parquet as pq

from sqmail_report.store import export as exporting

_TYPES = {
    schema.Kind.MOMENT: pa.int64(), schema.Kind.WHOLE: pa.int64(), schema.Kind.TIME: pa.timestamp("us", "UTC"),
    schema.Kind.FLAG: pa.bool_(), schema.Kind.WORD: pa.string(),
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    place = tmp_path_factory.mktemp("files")
    return export(place / "store", logs.shapes(place / "log"))


def test_layout(store):
    found = [str(path.relative_to(store)) for path in store.rglob("*.parquet")]
    layout = re.compile(rf"(\w+)/host={re.escape(HOST)}/day=\d{{4}}-\d\d-\d\d/[\w.-]+-[0-9a-f]{{8}}\.(\d+|open)\.parquet")
    assert {layout.fullmatch(path)[1] for path in found} == {table.name for table in schema.TABLES}


@pytest.mark.parametrize("table", schema.TABLES, ids=lambda table: table.name)
def test_columns_are_typed_and_words_are_dictionary_coded(store, table):
    files = sorted((store / table.name).rglob("*.parquet"), key=lambda path: path.stat().st_size)
    file = pq.ParquetFile(files[-1])
    assert {field.name: field.type for field in file.schema_arrow} == {column.name: _TYPES[column.kind] for column in table.columns}
    group = file.metadata.row_group(0)
    coded = {
        group.column(number).path_in_schema: group.column(number).encodings for number in range(group.num_columns)
    }
    for column in table.columns:
        if column.kind is schema.Kind.WORD:
            assert "RLE_DICTIONARY" in coded[column.name], column.name
        if column.kind in {schema.Kind.MOMENT, schema.Kind.TIME}:
            assert "DELTA_BINARY_PACKED" in coded[column.name], column.name


def test_rows_lie_in_the_folder_of_their_day_in_order(store):
    for table in schema.TABLES:
        for path in (store / table.name).rglob("*.parquet"):
            moments = pq.ParquetFile(path).read([schema.TIME_NS]).column(0).to_pylist()
            days = {datetime.fromtimestamp(moment // 10**9, UTC).date().isoformat() for moment in moments}
            assert days <= {path.parent.name.partition("=")[2]}, path
            assert moments == sorted(moments)


def test_a_moment_before_midnight_is_of_that_day_to_the_nanosecond(tmp_path):
    log = tmp_path / "log"
    log.mkdir()
    lines = [stamped("status: local 0/10 remote 0/20", 0)]
    first = f"@{2**62 + 1_795_391_999 + 10:016x}{999_999_999:08x}"
    lines += [f"{first} end msg 7\n".encode(), stamped("end msg 8", 200_000)]
    (log / "current").write_bytes(b"".join(lines))
    (row,) = query(export(tmp_path / "store", log), "SELECT day, time, time_ns FROM messages WHERE message = 7")
    assert row["time_ns"] % 10**9 == 999_999_999
    assert row["day"].isoformat() == row["time"].date().isoformat() == "2026-11-22"
    assert row["time"].microsecond == 999_999


def test_a_full_file_gets_no_more_rows(tmp_path, monkeypatch):
    (log, _) = logs.generated(tmp_path / "logs", 200_000, 0)
    lines = (log / "current").read_bytes().splitlines(keepends=True)
    wanted = content(export(tmp_path / "whole", log))
    monkeypatch.setattr(exporting, "_FULL", 2000)
    store, before = tmp_path / "store", {}
    for upto in range(0, len(lines) + 300, 300):
        (log / "current").write_bytes(b"".join(lines[:upto]))
        export(store, log)
        now = {path: path.stat().st_mtime_ns for path in (store / "deliveries").rglob("*.parquet")}
        full = [path for path in before if path.stat().st_size >= 2000]
        assert all(now[path] == before[path] for path in full)
        before = now
    assert len(before) > 3
    assert content(store) == wanted
