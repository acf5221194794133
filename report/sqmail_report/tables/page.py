"""Tables as one HTML page that needs nothing else: for browsers and for mail readers."""

from __future__ import annotations

from sqmail_command.html import Markup, element, lines
from sqmail_report.tables.formats import strings
from sqmail_report.tables.table import Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_report.tables.table import Column, Table

# Mail readers know no variables and no colours of ours: those of the system do for light and dark.
_STYLE = Markup("""
:root { color-scheme: light dark; }
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5em; max-width: 90em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin: 1.6em 0 .4em; }
table { border-collapse: collapse; } .wide { overflow-x: auto; }
th, td { padding: .15em .8em .15em 0; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid GrayText; } tr.record th { border: 0; font-weight: normal; }
.n, .d { font-variant-numeric: tabular-nums; white-space: nowrap; } .n { text-align: right; }
td { overflow-wrap: anywhere; min-width: 9em; } td:last-child { min-width: 18em; }
td.n, td.d { min-width: 0; } p.note { color: GrayText; }
""")
_BREAK = Markup("\n")


def page(title: str, tables: Iterable[Table]) -> str:
    """Return the page; everything from outside is escaped."""
    head = element(
        "head",
        _BREAK,
        lines(
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
            element("style", _STYLE),
        ),
    )
    body = element("body", _BREAK, lines(element("h1", title)), *map(_section, tables))
    return lines(Markup("<!DOCTYPE html>"), element("html", _BREAK, lines(head, body), lang="en"))


def _section(table: Table) -> Markup:
    notes = (element("p", note, class_="note") for note in table.notes)
    return lines(element("h2", table.title), _figures(table), *notes)


def _figures(table: Table) -> Markup:
    columns = table.layout.columns
    if table.layout.record:
        values = [strings(column, [value])[0] for column, value in zip(columns, table.rows[0], strict=True)]
        rows = [
            element("tr", element("th", column.name, scope="row"), _cell("td", column, value), class_="record")
            for column, value in zip(columns, values, strict=True)
        ]
        return element("table", _BREAK, lines(*rows))
    if not table.rows:
        return element("p", "nothing")
    written = [strings(column, values) for column, values in zip(columns, zip(*table.rows, strict=True), strict=True)]
    rows = [element("tr", *(_cell("th", column, column.name) for column in columns))]
    rows += [
        element("tr", *(_cell("td", *pair) for pair in zip(columns, row, strict=True)))
        for row in zip(*written, strict=True)
    ]
    return element("div", element("table", _BREAK, lines(*rows)), class_="wide")


def _cell(tag: str, column: Column, value: str) -> Markup:
    # Text breaks where it must; figures and times stay on a line.
    return element(tag, value, class_={Unit.TEXT: None, Unit.TIME: "d"}.get(column.unit, "n"))
