"""States that older versions wrote, made into today's inside one transaction."""

from __future__ import annotations

import json

from sqmail_log.figures.delays import Delays
from sqmail_log.figures.sums import Sums
from sqmail_log.files.cursor import Cursor
from sqmail_log.state import schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_log.state.database import Database

_COLUMNS = 3
# Until then the order of archives' names told what was read.
_BY_NAMES = 4


def upgrade(database: Database, version: int) -> None:
    """Convert a state of version 1 to 5.  To be called inside `transaction`; raises StateError."""
    with database.explained():
        if version in _LOADERS:
            _convert_sums(database, _LOADERS[version])
        _convert_deliveries(database)
        if version <= _BY_NAMES:
            _convert_cursor(database)
        _convert_messages(database)


def _convert_sums(database: Database, load: Callable[[bytes | str], Sums]) -> None:
    """Write the minutes as they are kept today; hours are added up anew when they are asked for."""
    rows = database.rows("SELECT number, sums FROM minutes")
    for table, statement in (("minutes", schema.MINUTES), ("hours", schema.HOURS)):
        database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute(statement)
    database.many("INSERT INTO minutes VALUES (?, ?)", [(number, load(dumped).dump()) for number, dumped in rows])


def _convert_deliveries(database: Database) -> None:
    """Forget the deliveries that were running where they were kept otherwise: their reports count without channel."""
    if len(database.rows("PRAGMA table_info(deliveries)")) != _COLUMNS:
        database.execute("DROP TABLE deliveries")
        database.execute(schema.DELIVERIES)


def _convert_messages(database: Database) -> None:
    """Keep each message's sender: until version 5 it was only known of bounces that they are some."""
    database.execute("ALTER TABLE messages ADD COLUMN sender BLOB NOT NULL DEFAULT x''")
    database.execute("UPDATE messages SET known = 1, sender = x'3c3e20' WHERE known = 2")


def _convert_cursor(database: Database) -> None:
    """Keep each archive by itself: until version 4 it was the order of their names that told what was read."""
    database.execute(schema.ARCHIVES)
    row = database.row("SELECT value FROM meta WHERE key = 'position'")
    if row is not None:
        cursor = Cursor(*json.loads(row[0]))
        notes = {"position": json.dumps((None, *cursor.scalars())), "floor": str(cursor.seen.floor)}
        database.many("INSERT INTO archives VALUES (?, ?)", cursor.seen.places().items())
        database.many("INSERT OR REPLACE INTO meta VALUES (?, ?)", notes.items())


def _load_1(dumped: bytes | str) -> Sums:
    numbers, delays, tables = json.loads(dumped)
    return _sums(numbers, {int(delay): count for delay, count in delays.items()}, tables)


def _load_2(dumped: bytes | str) -> Sums:
    numbers, delays, times, tables = json.loads(dumped)
    return _sums(numbers, dict(zip(delays, times, strict=True)), tables)


def _load_3(dumped: bytes | str) -> Sums:
    assert isinstance(dumped, bytes)
    text, _, delays = dumped.partition(b"\n")
    names, values, tables, counts = json.loads(text)
    sums = _sums(dict(zip(names, values, strict=True)), {}, tables)
    sums.delays = Delays.load(delays, counts)
    return sums


def _sums(numbers: dict[str, int], delays: dict[int, int], tables: dict[str, dict[str, int]]) -> Sums:
    """Return sums of which the delays are known in milliseconds, and how often there was which."""
    sums = Sums()
    sums.numbers, sums.tables = numbers, tables
    sums.delays.counts = delays
    return sums


_LOADERS: dict[int, Callable[[bytes | str], Sums]] = {1: _load_1, 2: _load_2, 3: _load_3}
