"""What is in the queue when the log ends: since when, tried how often, why not delivered."""

from __future__ import annotations

from sqmail_log.lines import outcomes
from sqmail_log.tai64n import SECOND
from sqmail_report.tables.table import Content, Layout, Table, count, seconds, size, text, time
from sqmail_report.tables.words import number, shown, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqmail_report.messages.ledger import Message, MessageLedger
    from sqmail_report.reading.logs import Log
    from sqmail_report.tables.table import Row

_TRIED = (
    count("success", "recipients delivered", words="delivered"),
    count("failure", "recipients failed for good", words="failed"),
    count("deferral", "attempts deferred", words="deferred"),
)
_WHY = (
    text("cause", "cause of the newest deferral"),
    text("recipient", "channel and address of the newest deferral", Content.RECIPIENT),
    text("reason", "its report, `_` shown as a blank", Content.REPORT, words="report"),
)
_LOG = text("log", "the log that tells of it; there where there are several")
PENDING = Layout(
    "pending",
    "In the queue",
    (
        time("since", "time of its `info msg` line", words="queued"),
        seconds("age", "seconds from then to the newest line of the log", 0),
        count("message", "queue number"),
        size("bytes", "its size", words="size"),
        count("qp", "process that queued it", words="process"),
        *_TRIED,
        text("sender", "uid that queued it, a slash, the sender in lower case", Content.SENDER),
        *_WHY,
        _LOG,
    ),
)
OLDER = Layout(
    "older",
    "In the queue since before the log begins",
    (
        time("seen", "time of the first attempt in the log", words="first seen"),
        count("message", "queue number"),
        *_TRIED,
        *_WHY,
        _LOG,
    ),
)
# Of one log nobody need be told which.
_OF_ONE = {layout: Layout(layout.name, layout.title, layout.columns[:-1]) for layout in (PENDING, OLDER)}


def pending(passes: Sequence[tuple[Log, MessageLedger]]) -> list[Table]:
    """Return the messages that were queued in these logs and have not ended, oldest first, and the older.

    The older ones are those of which an attempt is in the log.
    """
    born: list[tuple[float, Row]] = []
    older: list[tuple[float, Row]] = []
    several = len(passes) > 1
    for log, ledger in passes:
        where = (log.path,) if several else ()
        newest = ledger.newest / SECOND
        for inode, message in ledger.messages.items():
            age = max(newest - message.birth, 0.0)
            known = message.birth, age, number(inode), message.bytes, number(message.qp)
            row = (*known, *_tried(message), shown(message.sender.key), *_why(message), *where)
            born.append((message.birth, row))
        for inode, message in ledger.older.items():
            row = (message.birth, number(inode), *_tried(message), *_why(message), *where)
            older.append((message.birth, row))
    tables = [Table(PENDING if several else _OF_ONE[PENDING], _ordered(born))]
    if older:
        tables.append(Table(OLDER if several else _OF_ONE[OLDER], _ordered(older)))
    return tables


def _tried(message: Message) -> Row:
    return message.successes, message.failures, message.deferrals


def _why(message: Message) -> Row:
    recipient, report = message.deferral
    if not recipient:
        return None, None, None
    return outcomes.cause(recipient, report), spelled(recipient), shown(report)


def _ordered(rows: list[tuple[float, Row]]) -> list[Row]:
    return [row for _, row in sorted(rows, key=lambda item: item[0])]
