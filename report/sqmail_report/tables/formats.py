"""Tables as text, JSON and CSV."""

from __future__ import annotations

from sqmail_command.text import csv, terminal
from sqmail_report.tables.table import Content, Table, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqmail_report.tables.table import Column, Value

FORMATS = ("table", "json", "csv")
_NOTHING = "-"
_CONVERSIONS = {Unit.COUNT: "d", Unit.BYTES: "d", Unit.TEXT: "s", Unit.TIME: "s", Unit.RATIO: "s"}


def render(tables: Sequence[Table], form: str) -> Iterator[str]:
    """Yield the tables in one of `FORMATS`, in parts.

    JSON is one object: for a record its figures, else a list of objects, under
    the table's name where there are several tables.  CSV puts several tables
    one after the other, each behind a line with its name and an empty line.
    """
    if form == "json":
        yield _json(tables)
        return
    tables = tables if form == "table" else _joined(tables)
    for number, table in enumerate(tables):
        if number:
            yield "\n"
        yield _text(table) if form == "table" else _csv(table, named=len(tables) > 1)


def exact(column: Column, value: Value) -> Value:
    """Return a value as machines get it: seconds to the microsecond, moments as ISO 8601."""
    if isinstance(value, str):
        return value.replace("_", " ") if column.content is Content.REPORT else value
    if not isinstance(value, float):
        return value
    if column.unit is Unit.TIME:
        return moment(value, "microseconds")
    if column.unit is Unit.RATIO:
        return float(f"{value:.6g}")
    return round(value, 6)


def moment(seconds: float, precision: str = "milliseconds") -> str:
    """Return Unix seconds as ISO 8601 in UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - few tables need it

    try:
        date = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return _NOTHING
    return date.isoformat(timespec=precision).replace("+00:00", "Z")


def strings(column: Column, values: Sequence[Value]) -> list[str]:
    """Return a column's values as people read them."""
    write = _writer(column)
    if write is _clean:
        try:
            # One look at all of them instead of one at each.
            if "".join(values).isprintable():  # type: ignore[arg-type]
                return list(values)  # type: ignore[arg-type]
        except TypeError:
            pass
    if None in values:
        return [_NOTHING if value is None else write(value) for value in values]
    return list(map(write, values))


def _writer(column: Column) -> Callable[[Value], str]:
    if column.content is Content.REPORT:
        return lambda value: _clean(str(value).replace("_", " "))
    if column.unit is Unit.TEXT:
        return _clean
    if column.unit is Unit.TIME:
        return lambda value: moment(float(value or 0))
    if column.unit is Unit.SECONDS or column.unit is Unit.PERCENT:
        return f"%.{column.digits}f".__mod__
    return "%.6g".__mod__ if column.unit is Unit.RATIO else str


def _clean(value: Value) -> str:
    return terminal(str(value))


def _text(table: Table) -> str:
    layout = table.layout
    lines = [table.title, ""]
    if layout.record:
        names = [column.name for column in layout.columns]
        width = max(map(len, names))
        values = [strings(column, [value])[0] for column, value in zip(layout.columns, table.rows[0], strict=True)]
        lines += [f"{name:{width}}  {value}" for name, value in zip(names, values, strict=True)]
    elif table.rows:
        cells = list(map(_cells, layout.columns, zip(*table.rows, strict=True)))
        heads = [f"%{width}s" % column.name for column, (width, _, _) in zip(layout.columns, cells, strict=True)]
        lines.append("  ".join(heads).rstrip())
        conversions = [f"%{width}{conversion}" for width, conversion, _ in cells]
        if cells[-1][0] < 0:
            # What would fill up the line is stripped.
            conversions[-1] = "%s"
        row = "  ".join(conversions)
        lines += map(str.rstrip, map(row.__mod__, zip(*(values for _, _, values in cells), strict=True)))
    else:
        lines.append("nothing")
    lines += [f"({note})" for note in table.notes]
    return "\n".join(lines) + "\n"


def _cells(column: Column, values: Sequence[Value]) -> tuple[int, str, Sequence[Value]]:
    """Return a column's width (negative: to the left), the conversion for `%`, and its values for that.

    Numbers are formatted with the rest of their row: there may be many (benchmark:
    report).
    """
    conversion = _CONVERSIONS.get(column.unit, f".{column.digits}f")
    if conversion == "s" or None in values:
        values = strings(column, values)
        conversion = "s"
        widest = max(map(len, values))
    else:
        widest = max(len(f"%{conversion}" % extreme) for extreme in (min(values), max(values)))  # type: ignore[type-var]
    width = max(widest, len(column.name))
    return -width if column.unit in {Unit.TEXT, Unit.TIME} else width, conversion, values


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
