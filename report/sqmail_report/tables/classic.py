"""Tables as qmailanalog's z scripts print them: their headings, columns, order and digits."""

from __future__ import annotations

from sqmail_command.text import terminal
from sqmail_report.tables.table import Content, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_report.tables.table import Column, Row, Table, Value

_GAP = "  "
_DIGITS = {Unit.COUNT: "d", Unit.BYTES: "d", Unit.RATIO: ".6g"}
_ONE = "One line per {}. Information on each line:"
_MESS = "* mess is the number of messages sent {}."
_TRIES = "* tries is the number of delivery attempts: successes, failures and deferrals."
_DEL = ("* del is the number of deliveries that ended so.", "* xdelay is the sum of the xdelays of these.")
_ATTEMPTS = (
    "* sbytes is the number of bytes delivered to it.",
    _MESS.format("to it: successes and failures"),
    _TRIES,
    "* xdelay is the sum of the xdelays of these attempts.",
)
_SENT = (
    _MESS.format("by it"),
    "* bytes is the number of bytes that it sent.",
    "* sbytes is the same, each message as often as it was delivered.",
    "* rbytes is the same, each message once per recipient.",
    "* recips is the number of recipients: successes and failures.",
    _TRIES,
    "* xdelay is the sum of the xdelays that it caused.",
)
_HEADS: dict[str, tuple[str, tuple[str, ...]]] = {
    "delays": (
        "Distribution of ddelays for successful deliveries",
        (
            "Each line: the first pct% of the successful deliveries were done",
            "within doneby seconds. Their average ddelay was avg.",
        ),
    ),
    "successes": ("Reasons for success", (_ONE.format("reason for a successful delivery"), *_DEL)),
    "failures": ("Reasons for failure", (_ONE.format("reason for a failed delivery"), *_DEL)),
    "deferrals": ("Reasons for deferral", (_ONE.format("reason for a deferral"), *_DEL)),
    "recipients": ("Recipients", (_ONE.format("recipient"), *_ATTEMPTS)),
    "recipient-hosts": ("Recipient hosts", (_ONE.format("recipient host"), *_ATTEMPTS)),
    "recipient-delays": (
        "Recipients in the best order for mailing lists",
        (
            "One line per recipient, sorted by avg. Information on each line:",
            "* avg is the average xdelay of the recipient.",
            "* tries is the number of attempts that avg is taken of.",
        ),
    ),
    "senders": ("Senders", (_ONE.format("sender"), *_SENT)),
    "uids": ("Sender uids", (_ONE.format("uid that queued mail"), *_SENT)),
}
"""By name of a table its heading and what explains it."""
NAMES = frozenset(("overview", *_HEADS))
"""The tables that have this form."""
# What no z script prints.
_OURS = frozenset(("mean",))
_SORTED_BY_NUMBER = frozenset(("senders", "uids"))
_OVERVIEW = """\
Basic statistics

qtime: how long a message was in the queue.

ddelay: from the queueing of a message to the end of a successful delivery
to one recipient.

xdelay: from the start of a delivery attempt to its end. The sum of all
xdelays by the time span is the average concurrency: how busy the mailer is.

Completed messages: {completed_messages}
Recipients for completed messages: {recipients}
Total delivery attempts for completed messages: {completed_attempts}
Average delivery attempts per completed message: {attempts_per_message}
Bytes in completed messages: {bytes}
Bytes weighted by success: {delivered_bytes}
Average message qtime (s): {average_qtime}

Total delivery attempts: {attempts}
  success: {successes}
  failure: {failures}
  deferral: {deferrals}
Total ddelay (s): {total_ddelay}
Average ddelay per success (s): {average_ddelay}
Total xdelay (s): {total_xdelay}
Average xdelay per delivery attempt (s): {average_xdelay}
Time span (days): {time_span}
Average concurrency: {average_concurrency}
"""
_DAY = 86400


def classic(tables: Sequence[Table]) -> Iterator[str]:
    """Yield the tables, an empty line between two; each is one of `NAMES`."""
    for number, table in enumerate(tables):
        if number:
            yield "\n"
        yield _overview(table) if table.layout.record else _table(table)


def _overview(table: Table) -> str:
    values = dict(zip((column.name for column in table.layout.columns), table.rows[0], strict=True))
    written = {column.name: _written(column, values[column.name] or 0) for column in table.layout.columns}
    return _OVERVIEW.format_map({**written, "time_span": f"{float(values['time_span'] or 0) / _DAY:.6g}"})


def _table(table: Table) -> str:
    title, explained = _HEADS[table.layout.name]
    kept = [index for index, column in enumerate(table.layout.columns) if column.name not in _OURS]
    columns = [table.layout.columns[index] for index in kept]
    rows: Sequence[Row] = table.rows
    if table.layout.name in _SORTED_BY_NUMBER:
        rows = _by_uid(table)
    cells = [
        [column.name, *(_written(column, row[index]) for row in rows)]
        for index, column in zip(kept, columns, strict=True)
    ]
    widths = [max(map(len, each)) for each in cells]
    lines = [
        _GAP.join(
            [
                *(f"{cell:>{wide}}" for cell, wide in zip(row[:-1], widths, strict=False)),
                row[-1],
            ]
        )
        for row in zip(*cells, strict=True)
    ]
    notes = [f"({note})" for note in table.notes]
    return "\n".join((title, "", *explained, "", *lines, *notes)) + "\n"


def _by_uid(table: Table) -> list[Row]:
    """Return the rows as `sort -n` has them: by uid, then as the lines compare, whose figures are aligned."""
    return sorted(table.rows, key=lambda row: (_number(str(row[-1])), *(value or 0 for value in row[:-1]), row[-1]))


def _number(key: str) -> int:
    uid = key.partition("/")[0]
    return int(uid) if uid.isascii() and uid.isdigit() else 0


def _written(column: Column, value: Value) -> str:
    if value is None:
        return "0"
    if column.unit is Unit.TEXT:
        return terminal(str(value).replace("_", " ") if column.content is Content.REPORT else str(value))
    return f"{value:{_DIGITS.get(column.unit, f'.{column.digits}f')}}"
