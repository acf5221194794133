"""Tables as one HTML page that needs nothing else: for browsers and for mail readers."""

from __future__ import annotations

from html import escape

from sqmail_report.tables.formats import strings
from sqmail_report.tables.table import Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_report.tables.table import Column, Table

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5em; max-width: 90em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin: 1.6em 0 .4em; }
table { border-collapse: collapse; } .wide { overflow-x: auto; }
th, td { padding: .15em .8em .15em 0; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid GrayText; } tr.record th { border: 0; font-weight: normal; }
.n, .d { font-variant-numeric: tabular-nums; white-space: nowrap; } .n { text-align: right; }
td { overflow-wrap: anywhere; min-width: 9em; } td:last-child { min-width: 18em; }
td.n, td.d { min-width: 0; } p.note { color: GrayText; }
"""


def page(title: str, tables: Iterable[Table]) -> str:
    """Return the page; everything from outside is escaped."""
    body = "\n".join(_section(table) for table in tables)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def _section(table: Table) -> str:
    parts = [f"<h2>{escape(table.title)}</h2>"]
    columns = table.layout.columns
    if table.layout.record:
        values = [strings(column, [value])[0] for column, value in zip(columns, table.rows[0], strict=True)]
        parts.append("<table>")
        parts += [
            f'<tr class="record"><th scope="row">{escape(column.name)}</th>{_cell("td", column, value)}</tr>'
            for column, value in zip(columns, values, strict=True)
        ]
        parts.append("</table>")
    elif table.rows:
        written = [
            strings(column, values) for column, values in zip(columns, zip(*table.rows, strict=True), strict=True)
        ]
        parts.append('<div class="wide"><table>')
        parts.append("<tr>" + "".join(_cell("th", column, column.name) for column in columns) + "</tr>")
        parts += [
            "<tr>" + "".join(_cell("td", *pair) for pair in zip(columns, row, strict=True)) + "</tr>"
            for row in zip(*written, strict=True)
        ]
        parts.append("</table></div>")
    else:
        parts.append("<p>nothing</p>")
    parts += [f'<p class="note">{escape(note)}</p>' for note in table.notes]
    return "\n".join(parts)


def _cell(element: str, column: Column, value: str) -> str:
    # Text breaks where it must; figures and times stay on a line.
    mark = {Unit.TEXT: "", Unit.TIME: ' class="d"'}.get(column.unit, ' class="n"')
    return f"<{element}{mark}>{escape(value)}</{element}>"
