"""States that older versions wrote, made into today's inside one transaction."""

from __future__ import annotations

import json

from sqmail_log.figures.delays import Delays
from sqmail_log.figures.sums import Sums
from sqmail_log.files.cursor import Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_log.state.store import State

_HOURS = "CREATE TABLE hours (number INTEGER PRIMARY KEY, sums BLOB NOT NULL)"
_MINUTES = "CREATE TABLE minutes (number INTEGER PRIMARY KEY, sums BLOB NOT NULL)"
_DELIVERIES = "CREATE TABLE deliveries (number BLOB PRIMARY KEY, message BLOB NOT NULL, channel BLOB NOT NULL)"
_COLUMNS = 3


def upgrade(state: State, version: int) -> None:
    """Convert a state of version 1 to 4.  To be called inside `transaction`; raises StateError."""
    with state.explained():
        if version in _LOADERS:
            _convert_sums(state, _LOADERS[version])
        _convert_deliveries(state)
        _convert_cursor(state)


def _convert_sums(state: State, load: Callable[[bytes | str], Sums]) -> None:
    """Write the minutes as they are kept today; hours are added up anew when they are asked for."""
    rows = state.rows("SELECT number, sums FROM minutes")
    for table, schema in (("minutes", _MINUTES), ("hours", _HOURS)):
        state.execute(f"DROP TABLE IF EXISTS {table}")
        state.execute(schema)
    state.many("INSERT INTO minutes VALUES (?, ?)", [(number, load(dumped).dump()) for number, dumped in rows])


def _convert_deliveries(state: State) -> None:
    """Forget the deliveries that were running where they were kept otherwise: their reports count without channel."""
    if len(state.rows("PRAGMA table_info(deliveries)")) != _COLUMNS:
        state.execute("DROP TABLE deliveries")
        state.execute(_DELIVERIES)


def _convert_cursor(state: State) -> None:
    """Keep each archive by itself: until version 4 it was the order of their names that told what was read."""
    from sqmail_log.state.store import ARCHIVES, VERSION  # noqa: PLC0415 - it imports this module

    text = state.meta().get("position")
    state.execute(ARCHIVES)
    state.execute(f"PRAGMA user_version={VERSION}")
    if text:
        cursor = Cursor(*json.loads(text))
        state.save_cursor(cursor.moved(cursor.seen, cursor.place))


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
