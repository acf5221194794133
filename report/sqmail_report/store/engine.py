"""DuckDB over a store: its tables and views, and nothing that could change anything."""

from __future__ import annotations

import os
from contextlib import contextmanager

from sqmail_log.errors import SqmailError
from sqmail_report.store import schema, views
from sqmail_report.store.extra import needed
from sqmail_report.store.schema import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

_TYPES = {
    Kind.MOMENT: "BIGINT",
    Kind.TIME: "TIMESTAMP WITH TIME ZONE",
    Kind.WHOLE: "BIGINT",
    Kind.FLAG: "BOOLEAN",
    Kind.WORD: "VARCHAR",
}


class Span:
    """Which hosts (all where none is named) and which days, ISO 8601, from `since` to the one before `until`."""

    def __init__(self, hosts: Sequence[str] = (), since: str = "", until: str = "") -> None:
        self.hosts = hosts
        self.since = since
        self.until = until

    def condition(self) -> str:
        """Return it as SQL: what asks host and day alone opens no other file."""
        conditions = []
        if self.hosts:
            conditions.append(f"host IN ({', '.join(map(_quoted, self.hosts))})")
        if self.since:
            conditions.append(f"day >= DATE {_quoted(self.since)}")
        if self.until:
            conditions.append(f"day < DATE {_quoted(self.until)}")
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""


@contextmanager
def opened(store: Path, span: Span, threads: int | None = None) -> Iterator[Any]:
    """Yield a connection of DuckDB that knows the store's tables and views.

    It reads files of the store alone, and writes none.  Raises SqmailError
    where the store is missing.
    """
    duckdb = needed("duckdb")
    if not any((store / table.name).is_dir() for table in schema.TABLES):
        raise SqmailError(f"{store}: no event store; sqmail-report export writes one")
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET TimeZone = 'UTC'")
        if threads is not None:
            connection.execute(f"SET threads = {threads:d}")
        for table in schema.TABLES:
            connection.execute(_view(store, table, span))
        for statement in views.statements():
            connection.execute(statement)
        connection.execute(f"SET allowed_directories = [{_quoted(os.path.realpath(store) + '/')}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _view(store: Path, table: schema.Table, span: Span) -> str:
    """Return what makes a table of the store known; one of which there is no file yet is empty."""
    folder = os.path.realpath(store / table.name)
    columns = {column.name: _TYPES[column.kind] for column in table.columns}
    if next((store / table.name).glob("*/*/*.parquet"), None) is None:
        blanks = ", ".join(f"CAST(NULL AS {type_}) AS {name}" for name, type_ in columns.items())
        made = f"SELECT {blanks}, CAST(NULL AS VARCHAR) AS host, CAST(NULL AS DATE) AS day WHERE false"
        return f"CREATE TEMP VIEW {table.name} AS {made}"
    listed = _quoted(f"{folder}/*/*/*.parquet")
    partitions = "hive_partitioning = true, hive_types = {'host': VARCHAR, 'day': DATE}"
    made = f"SELECT * FROM read_parquet({listed}, {partitions}){span.condition()}"  # noqa: S608 - it is quoted
    return f"CREATE TEMP VIEW {table.name} AS {made}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
