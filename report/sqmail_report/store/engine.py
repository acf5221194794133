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
_NOTHING = ""


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
        # To make a view is to bind it, and files would be listed each time: they take the place of nothing afterwards.
        for table in schema.TABLES:
            connection.execute(_view(table, _NOTHING))
        for statement in views.statements():
            connection.execute(statement)
        for table in schema.TABLES:
            patterns = _patterns(store, table, span)
            if patterns:
                connection.execute(_view(table, f"{_parquet(patterns)}{span.condition()}"))
        connection.execute(f"SET allowed_directories = [{_quoted(os.path.realpath(store) + '/')}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _patterns(store: Path, table: schema.Table, span: Span) -> list[str]:
    """Return what finds a table's files, of each host wanted that has some, and lists no others."""
    folders = [f"host={host}" for host in span.hosts] or ["*"]
    place = store / table.name
    found = [folder for folder in folders if next(place.glob(f"{folder}/*/*.parquet"), None) is not None]
    return [f"{os.path.realpath(place)}/{folder}/*/*.parquet" for folder in found]


def _parquet(patterns: list[str]) -> str:
    """Return what reads files as SQL."""
    listed = ", ".join(map(_quoted, patterns))
    partitions = "hive_partitioning = true, hive_types = {'host': VARCHAR, 'day': DATE}"
    return f"read_parquet([{listed}], {partitions})"


def _view(table: schema.Table, of: str) -> str:
    """Return what makes a table known, of what follows FROM, or of nothing."""
    if of:
        return f"CREATE OR REPLACE TEMP VIEW {table.name} AS SELECT * FROM {of}"  # noqa: S608 - it is quoted
    columns = {**{column.name: _TYPES[column.kind] for column in table.columns}, "host": "VARCHAR", "day": "DATE"}
    blanks = ", ".join(f"CAST(NULL AS {type_}) AS {name}" for name, type_ in columns.items())
    return f"CREATE TEMP VIEW {table.name} AS SELECT {blanks} WHERE false"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
