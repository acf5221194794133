"""DuckDB over a store: its tables and views, and nothing that could change anything."""

from __future__ import annotations

import os
import re
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
_HOST, _DAY = "host=", "day="


class Span:
    """Which hosts (all where none is named) and which days, ISO 8601, from `since` to the one before `until`."""

    def __init__(self, hosts: Sequence[str] = (), since: str = "", until: str = "") -> None:
        self.hosts = hosts
        self.since = since
        self.until = until

    def holds(self, day: str) -> bool:
        """Tell whether a day is one of them."""
        return self.since <= day and (not self.until or day < self.until)


@contextmanager
def opened(store: Path, span: Span, threads: int | None = None, query: str | None = None) -> Iterator[Any]:
    """Yield a connection of DuckDB that knows the store's tables and views.

    Those that a `query` does not speak of are empty: to open a file costs more
    than to ask it.  It reads files of the store alone, and writes none.
    Raises SqmailError where the store is missing, or a file of it is none of Parquet.
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
        wanted = None if query is None else _spoken_of(query)
        for table in schema.TABLES:
            if (wanted is None or table.name in wanted) and (files := _files(store, table, span)):
                try:
                    connection.execute(_view(table, _parquet(files)))
                except duckdb.Error as error:
                    raise SqmailError(str(error).strip().partition("\n")[0]) from error
        connection.execute(f"SET allowed_directories = [{_quoted(os.path.realpath(store) + '/')}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _spoken_of(query: str) -> set[str]:
    """Return the words of a query, and of all views whose names are among them: each table that it needs is one."""
    words = _words(query)
    for statement in reversed(views.statements()):
        name, *of = statement.partition(" VIEW ")[2].split()
        if name in words:
            words |= _words(" ".join(of))
    return words


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _files(store: Path, table: schema.Table, span: Span) -> list[str]:
    """Return a table's files of the hosts and days that are wanted; no others are looked at.

    DuckDB would list them ten times as slowly, and all days of a host for one.
    """
    place = os.path.realpath(store / table.name)
    hosts = [f"{_HOST}{host}" for host in span.hosts] or [name for name in _names(place) if name.startswith(_HOST)]
    days = [
        f"{place}/{host}/{name}"
        for host in hosts
        for name in _names(f"{place}/{host}")
        if name.startswith(_DAY) and span.holds(name.removeprefix(_DAY))
    ]
    return [f"{day}/{name}" for day in days for name in _names(day) if name.endswith(".parquet") and name[0] != "."]


def _names(folder: str) -> list[str]:
    """Return what lies in a folder, in order; nothing where there is none.  Raises OSError."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are enough, of many thousand folders
    except (FileNotFoundError, NotADirectoryError):
        return []


def _parquet(files: list[str]) -> str:
    """Return what reads files as SQL."""
    listed = ", ".join(map(_quoted, files))
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
