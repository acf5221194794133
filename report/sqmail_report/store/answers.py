"""What a query answers, printed as a table, JSON or CSV."""

from __future__ import annotations

import csv
import json
from io import StringIO
from itertools import chain

import duckdb

from sqmail_command import text as cleaned
from sqmail_log.errors import SqmailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_AT_ONCE = 10_000


def answer(connection: duckdb.DuckDBPyConnection, query: str, form: str) -> Iterator[str]:
    """Yield what a query answers, in parts; JSON and CSV need no more memory for more rows.

    Raises SqmailError where it is none that reads, or does not run, and
    KeyboardInterrupt where a signal has ended it.
    """
    try:
        statements = connection.extract_statements(query)
        if len(statements) != 1:
            raise SqmailError(f"{len(statements)} statements; give one")
        if statements[0].type not in _READING:
            raise SqmailError("the store is only read here: give a SELECT, DESCRIBE, SHOW or EXPLAIN")
        found = connection.execute(statements[0])
        names = [column[0] for column in found.description or ()]
        first = found.fetchmany(_AT_ONCE)
        rows = chain(first, chain.from_iterable(iter(lambda: found.fetchmany(_AT_ONCE), [])))
        yield from {"table": _table, "json": _json, "csv": _csv}[form](names, rows)
    except duckdb.Error as error:
        raise SqmailError(str(error).strip().partition("\n")[0]) from error
    except RuntimeError as error:
        if "interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise


def _table(names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    listed = [tuple(map(_value, row)) for row in rows]
    columns = [_column(name, [row[number] for row in listed]) for number, name in enumerate(names)]
    yield f"{len(listed)} row{'' if len(listed) == 1 else 's'}\n\n"
    yield from ("  ".join(cells).rstrip() + "\n" for cells in zip(*columns, strict=True))


def _column(name: str, values: list[Any]) -> list[str]:
    """Return a column's cells of one width: numbers stand to the right, text to the left."""
    is_number = all(isinstance(value, (int, float)) for value in values if value is not None)
    cells = [cleaned.terminal(name), *(_cell(value) for value in values)]
    width = max(map(len, cells))
    return [cell.rjust(width) if is_number else cell.ljust(width) for cell in cells]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else cleaned.terminal(str(value))


def _json(names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    before = "[\n"
    for row in rows:
        yield before + " " + json.dumps(dict(zip(names, map(_value, row), strict=True)))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _csv(names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    for row in chain([tuple(names)], rows):
        out = StringIO()
        values = map(_value, row)
        csv.writer(out, lineterminator="\n").writerow(
            cleaned.csv(value) if isinstance(value, str) else value for value in values
        )
        yield out.getvalue()


def _value(value: Any) -> Any:
    """Return a value as JSON has it: what is no number is text, moments and days as ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, (int, float, str)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
