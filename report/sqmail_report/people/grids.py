"""Tables as people read them: their columns' cells in words and units, the greatest rows first, the rest told."""

from __future__ import annotations

from sqmail_command.text import terminal
from sqmail_report.people import figures
from sqmail_report.people.grid import FIXED, NUMBER, TEXT, Grid, Head
from sqmail_report.people.prefix import divided
from sqmail_report.people.views import Derived, Selection, Share, parts, share_of, view
from sqmail_report.tables.table import Content, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqmail_report.people.figures import Zone
    from sqmail_report.tables.table import Column, Row, Table, Value

_WRITERS: dict[Unit, Callable[[float], str]] = {
    Unit.COUNT: figures.number,
    Unit.BYTES: figures.size,
    Unit.SECONDS: figures.seconds,
    Unit.PERCENT: figures.percent,
    Unit.RATIO: figures.ratio,
}
# Numbers that are names: queue numbers and processes are looked for in logs as they stand there.
_NAMES = frozenset(("message", "qp", "status", "story", "pid"))
# Of percentiles these, or the next that there is.
_PERCENTILES = (10, 25, 50, 75, 90, 95, 98, 99, 100)
# Averages are seconds, whatever qmailanalog prints of them.
_SECONDS = frozenset(("average_qtime",))


def grids(table: Table, zone: Zone, top: int | None = None) -> list[Grid]:
    """Return a table as one grid, a record as one for each group of its figures."""
    if table.layout.record:
        return _record(table)
    return [grid(table, zone, top)]


def grid(table: Table, zone: Zone, top: int | None = None) -> Grid:
    """Return a table's `top` greatest rows, or all, and what the others come to."""
    layout = table.layout
    seen = view(layout)
    rows, notes = _ranked(table, _percentiles(table.rows) if layout.name == "delays" else table.rows, top)
    values = list(zip(*rows, strict=True)) if rows else [()] * len(layout.columns)
    heads: list[Head] = []
    columns: list[Sequence[str]] = []
    for column, cells in _chosen(table, seen, values):
        for part, written in zip(parts(column), _written(column, cells, zone), strict=True):
            if not rows or any(cell != figures.NOTHING for cell in written):
                heads.append(_head(part, zone, cells, minor=seen.rank(part.name)))
                columns.append(written)
    below = _below(table, seen, values, zone) if rows else ()
    return Grid(table.title, heads, columns, below=below, notes=notes, terms=seen.terms)


def cell(column: Column, value: Value, zone: Zone) -> str:
    """Return one value in words; of a key the part that tells who."""
    return _written(column, [value], zone)[-1][0]


def _ranked(table: Table, rows: Sequence[Row], top: int | None) -> tuple[Sequence[Row], list[str]]:
    """Return of rows those to show, and what to say of the others."""
    layout = table.layout
    notes = list(table.notes)
    ranks = bool(layout.weight) and layout.columns[layout.index(layout.weight)].unit in {Unit.COUNT, Unit.BYTES}
    if ranks:
        index = layout.index(layout.weight)
        rows = sorted(rows, key=lambda row: row[index] or 0, reverse=True)
    if top is not None and len(rows) > top:
        left = rows[top:]
        rows = rows[:top]
        told = f"{figures.number(len(left))} more row{'s' * (len(left) != 1)} not shown"
        if ranks:
            rest, total = _sum(left, index), _total(table, index)
            column = layout.columns[index]
            noun = column.words.removesuffix("s") if rest == 1 else column.words
            written = figures.size(rest) if column.unit is Unit.BYTES else f"{figures.number(rest)} {noun}"
            told += f": {written}, {figures.percent(100 * rest / total)}" if total else ""
        notes.append(told)
    if table.rest is not None:
        rows = [*rows, table.rest]
    return rows, notes


def _sum(rows: Sequence[Row], index: int) -> float:
    return float(sum([row[index] or 0 for row in rows]))  # type: ignore[misc]


def _total(table: Table, index: int) -> float:
    """Return the sum of a column over all rows, the rest's too."""
    return _sum(table.rows if table.rest is None else [*table.rows, table.rest], index)


def _chosen(
    table: Table, seen: Selection, values: Sequence[Sequence[Value]]
) -> Iterator[tuple[Column, Sequence[Value]]]:
    """Yield the columns that stand in a row, each with its values."""
    layout = table.layout
    names = {column.name: index for index, column in enumerate(layout.columns)}
    for chosen in seen.columns:
        if isinstance(chosen, Derived):
            if all(name in names for name in chosen.of):
                yield chosen.column, list(map(chosen.reckon, *(values[names[name]] for name in chosen.of)))
        elif isinstance(chosen, Share):
            index = names[chosen.of or layout.weight]
            total = _total(table, index)
            yield (
                share_of(layout.columns[index]),
                [100 * float(value or 0) / total if total else None for value in values[index]],
            )
        elif chosen in names:
            yield layout.columns[names[chosen]], values[names[chosen]]


def _below(table: Table, seen: Selection, values: Sequence[Sequence[Value]], zone: Zone) -> list[list[str]]:
    """Return the lines below each row: those of its texts that are to stand together, joined."""
    lines: list[list[str]] = [[] for _ in values[0]]
    columns = {column.name: (column, cells) for column, cells in zip(table.layout.columns, values, strict=True)}
    for names in seen.below:
        written = [_written(*columns[name], zone) for name in names if name in columns]
        for row, line in enumerate(lines):
            # A recipient's channel goes without saying here.
            cells = [each[-1][row] for each in written]
            line.append(": ".join(text for text in cells if text != figures.NOTHING))
    return lines


def _written(column: Column, cells: Sequence[Value], zone: Zone) -> list[list[str]]:
    """Return the cells in words: of keys those of each part."""
    if column.content is Content.RECIPIENT:
        pairs = [("", figures.NOTHING) if cell is None else divided(terminal(str(cell))) for cell in cells]
        return [[pair[0] or figures.NOTHING for pair in pairs], [pair[1] for pair in pairs]]
    if column.content is Content.SENDER:
        senders = [_sender(terminal(str(cell))) for cell in cells]
        return [[pair[0] or figures.NOTHING for pair in senders], [pair[1] for pair in senders]]
    write = _writer(column, zone)
    if None in cells:
        return [[figures.NOTHING if cell is None else write(cell) for cell in cells]]
    return [list(map(write, cells))]


def _writer(column: Column, zone: Zone) -> Callable[[Value], str]:
    if column.unit is Unit.TEXT:
        return _report if column.content is Content.REPORT else _text
    if column.unit is Unit.TIME:
        return lambda value: zone.minute(float(value or 0))
    if column.name in _NAMES:
        return str
    return _WRITERS[Unit.SECONDS if column.name in _SECONDS else column.unit]  # type: ignore[return-value]


def _text(value: Value) -> str:
    return terminal(str(value))


def _report(value: Value) -> str:
    return terminal(str(value).replace("_", " "))


def _sender(key: str) -> tuple[str, str]:
    """Return uid and address of `UID/<ADDRESS>`; the null sender keeps its brackets."""
    uid, slash, address = key.partition("/")
    if not slash:
        return "", key
    return uid, address[1:-1] or address if address.startswith("<") and address.endswith(">") else address


def _head(column: Column, zone: Zone, cells: Sequence[Value], *, minor: int) -> Head:
    words, holds = column.words, NUMBER
    if column.unit is Unit.TIME:
        holds = FIXED
        words = f"{words} ({zone.name(float(cells[0] or 0))})" if cells else words
    elif column.unit is Unit.TEXT:
        holds = FIXED if column.name in {"channel", "whose", "stage"} else TEXT
    return Head(words, holds, help_=column.help, name=column.name, minor=minor)


def _percentiles(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of round percentages, or the next that there are."""
    chosen: dict[object, Row] = {}
    for wanted in _PERCENTILES:
        row = next((row for row in rows if float(row[-1] or 0) >= wanted), None)
        if row is not None:
            chosen[row[-1]] = row
    return list(chosen.values())


def _record(table: Table) -> list[Grid]:
    """Return a record's figures group by group, with the shares that they are of others."""
    layout = table.layout
    columns = {column.name: column for column in layout.columns}
    values = dict(zip(columns, table.rows[0], strict=True))
    made = []
    for title, names in view(layout).record:
        labels, cells, shares = [], [], []
        for name, whole in names:
            value = values[name]
            labels.append(columns[name].words)
            write = _writer(columns[name], figures.Zone())
            cells.append(figures.NOTHING if value is None else write(value))
            of = float(values[whole] or 0) if whole else 0.0
            shares.append(figures.percent(100 * float(value or 0) / of) if of else "")
        heads = [Head("", FIXED), Head("", NUMBER), Head("", NUMBER)]
        known = [Head(columns[name].words, help_=columns[name].help, name=name) for name, _ in names]
        written = [labels, cells, shares]
        made.append(
            Grid(title or table.title, heads, written, terms=view(layout).terms, glossary=known, beside=bool(title))
        )
    return made
