"""Tables as programs read them: JSON and CSV."""

from __future__ import annotations

from sqmail_command.text import csv
from sqmail_report.tables.table import Content, Table, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_report.tables.table import Column, Value

MACHINES = ("json", "csv")
HTML, CLASSIC = "html", "classic"
"""A page of what `table` prints for people, and what qmailanalog's scripts printed."""
_NOTHING = "-"


def render(tables: Sequence[Table], form: str) -> Iterator[str]:
    """Yield the tables in one of `MACHINES`, in parts.

    JSON is one object: for a record its figures, else a list of objects, under
    the table's name where there are several tables.  CSV puts several tables
    one after the other, each behind a line with its name and an empty line.
    """
    if form == "json":
        yield _json(tables)
        return
    tables = _joined(tables)
    for number, table in enumerate(tables):
        if number:
            yield "\n"
        yield _csv(table, named=len(tables) > 1)


def exact(column: Column, value: Value) -> Value:
    """Return a value as machines get it: seconds to the microsecond, moments as ISO 8601."""
    if isinstance(value, str):
        return value.replace("_", " ") if column.content is Content.REPORT else value
    if not isinstance(value, float):
        return value
    if column.unit is Unit.TIME:
        return _moment(value)
    if column.unit is Unit.RATIO:
        return float(f"{value:.6g}")
    return round(value, 6)


def _moment(seconds: float) -> str:
    """Return Unix seconds as ISO 8601 in UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - few tables need it

    try:
        date = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return _NOTHING
    return date.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _json(tables: Sequence[Table]) -> str:
    import json  # noqa: PLC0415 - one format needs it

    answers: dict[str, object] = {}
    for table in _joined(tables):
        columns = table.layout.columns
        names = [column.name for column in columns]
        rows = [dict(zip(names, map(exact, columns, row), strict=True)) for row in table.rows]
        answers[table.layout.name] = rows[0] if table.layout.record else rows
    answer = next(iter(answers.values())) if len(answers) == 1 else answers
    return json.dumps(answer, indent=1) + "\n"


def _joined(tables: Sequence[Table]) -> list[Table]:
    """Return the tables with those of one layout as one."""
    joined: dict[str, Table] = {}
    for table in tables:
        before = joined.get(table.layout.name)
        rows = table.rows if before is None else before.rows + table.rows
        joined[table.layout.name] = Table(table.layout, rows, table.notes)
    return list(joined.values())


def _csv(table: Table, *, named: bool) -> str:
    from csv import writer  # noqa: PLC0415 - few ask for it
    from io import StringIO  # noqa: PLC0415

    columns = table.layout.columns
    out = StringIO()
    if named:
        out.write(f"{table.layout.name}\n")
    rows = writer(out, lineterminator="\n")
    rows.writerow(column.name for column in columns)
    for row in table.rows:
        values = map(exact, columns, row)
        rows.writerow(csv(value) if isinstance(value, str) else value for value in values)
    return out.getvalue()
