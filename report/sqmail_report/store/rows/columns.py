"""Rows of the store as Arrow's columns.

Words come as bytes of the log and are decoded, taken apart and replaced once
for each that is different: of a million recipients' hosts there are a few
thousand.
"""

from __future__ import annotations

from contextlib import suppress

import pyarrow as pa
import pyarrow.compute as pc

from sqmail_log.answers.whose import whose
from sqmail_log.figures.metrics import title
from sqmail_log.figures.sums import Cause
from sqmail_log.lines import networks
from sqmail_log.lines.events import RESULTS, SUCCESS
from sqmail_report.store import schema
from sqmail_report.store.schema import Kind
from sqmail_report.tables.words import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from sqmail_report.store.rows.names import Names

    Word = bytes | str
    Reading = Callable[[Word], str | None]

_TYPES = {
    Kind.MOMENT: pa.int64(),
    Kind.TIME: pa.timestamp("us", "UTC"),
    Kind.WHOLE: pa.int64(),
    Kind.FLAG: pa.bool_(),
    Kind.WORD: pa.string(),
}
SCHEMAS = {
    table.name: pa.schema([pa.field(column.name, _TYPES[column.kind]) for column in table.columns])
    for table in schema.TABLES
}
_NANOSECONDS = 1000


class Columns:
    """Makes tables of rows of one log, with names as `names` has them."""

    def __init__(self, log: str, names: Names) -> None:
        self._log = log
        self._names = names

    def deliveries(self, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
        """Return the table of `Mail.deliveries`."""
        (
            moments, messages, deliveries, recipients, uids, senders, sizes, born, starts,
            results, whys, expired, reports,
        ) = _turned(rows, 13)  # fmt: skip
        return self._table(schema.DELIVERIES, moments, {
            "message": messages,
            **_read(deliveries, {"delivery": shown_word}),
            **self._named(schema.DELIVERIES, recipients, {
                "channel": _channel, "recipient": _address, "domain": _domain,
            }),
            "uid": uids,
            **self._named(schema.DELIVERIES, senders, {"sender": shown_word}),
            "bytes": sizes,
            "born_ns": born,
            "start_ns": starts,
            "result": [RESULTS[result] for result in results],
            **_causes(results, whys),
            "expired": expired,
            **self._named(schema.DELIVERIES, reports, {"report": shown_word}),
        })  # fmt: skip

    def messages(self, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
        """Return the table of `Mail.ended` and `Mail.in_queue`."""
        moments, states, numbers, born, sizes, senders, qps, uids, successes, failures, deferrals = _turned(rows, 11)
        ended = [moment if state == "ended" else None for moment, state in zip(moments, states, strict=True)]
        return self._table(schema.MESSAGES, moments, {
            "state": states,
            "message": numbers,
            "qp": qps,
            "uid": uids,
            **self._named(schema.MESSAGES, senders, {"sender": shown_word}),
            "bytes": sizes,
            "born_ns": born,
            "ended_ns": ended,
            "successes": successes,
            "failures": failures,
            "deferrals": deferrals,
        })  # fmt: skip

    def records(self, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
        """Return the table of `SessionRows.records`."""
        table = schema.RECORDS
        (
            moments, pids, records, actions, reasons, logins, protocols, clients, helos, senders, recipients, users,
        ) = _turned(rows, 12)  # fmt: skip
        client = self._named(table, clients, {"client": shown_word, "network": _network})
        return self._table(table, moments, {
            "pid": pids,
            **_read(records, {"record": shown_word}),
            "action": actions,
            **_read(reasons, {"meaning": _meaning}),
            "is_login": logins,
            **_read(protocols, {"protocol": shown_word}),
            "client": client["client"],
            "network": client["network"].fill_null(networks.UNKNOWN),
            **self._named(table, helos, {"helo": shown_word}),
            **self._named(table, senders, {"sender": shown_word}),
            **self._named(table, recipients, {"recipient": shown_word}),
            **self._named(table, users, {"login": shown_word}),
        })  # fmt: skip

    def connections(self, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
        """Return the table of `SessionRows.connections` and `SessionRows.still_open`."""
        table = schema.CONNECTIONS
        (
            moments, states, pids, begun, clients, ports, let_in, secured, held_back, silent, refused, words,
            accepts, rejects, deferred, statuses, _,
        ) = _turned(rows, 17)  # fmt: skip
        return self._table(table, moments, {
            "state": states,
            "pid": pids,
            "begun_ns": begun,
            **self._named(table, clients, {"client": shown_word, "network": _network}),
            **_read(ports, {"port": shown_word}),
            "let_in": let_in,
            **_read(secured, {"tls": lambda text: shown_word(text).partition(":")[0],
                              "cipher": lambda text: shown_word(text).partition(":")[2]}),
            **_read(held_back, {"held_back": shown_word}),
            "left_silent": silent,
            **_read(refused, {"refused": shown_word}),
            **self._named(table, words, {"words": shown_word}),
            "accepts": accepts,
            "rejects": rejects,
            "deferred": deferred,
            "status": statuses,
        })  # fmt: skip

    def counts(self, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
        """Return the table of counts: rows of moment, family, name, merge and number."""
        moments, families, names, merges, numbers = _turned(rows, 5)
        return self._table(schema.COUNTS, moments, {
            "family": families,
            "name": names,
            "merge": merges,
            "number": numbers,
        })  # fmt: skip

    def _named(self, table: schema.Table, words: Sequence[Word | None], readings: dict[str, Reading]) -> dict[str, Any]:
        """Return columns read from words, with the names in them replaced."""
        if not self._names.nameless:
            return _read(words, readings)
        persons = {column.name: column.person for column in table.columns}

        def replaced(name: str, read: Reading) -> Reading:
            def reading(word: Word) -> str | None:
                text = read(word)
                return text if text is None else self._names.replaced(persons[name], text)

            return reading

        return _read(words, {name: replaced(name, read) for name, read in readings.items()})

    def _table(self, table: schema.Table, moments: Sequence[int], columns: dict[str, Any]) -> pa.Table:
        """Return the table with moments, times and the log."""
        whole = pa.array(moments, pa.int64())
        columns[schema.TIME_NS] = whole
        columns[schema.TIME] = _microseconds(whole).cast(_TYPES[Kind.TIME])
        columns[schema.LOG] = pa.repeat(pa.scalar(self._log, pa.string()), len(whole))
        kinds = SCHEMAS[table.name]
        return pa.table(
            [
                made if isinstance(made := columns[field.name], pa.Array) else pa.array(made, field.type)
                for field in kinds
            ],
            schema=kinds,
        )


def _turned(rows: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    """Return rows as columns."""
    return list(zip(*rows, strict=True)) if rows else [() for _ in range(width)]


def _microseconds(moments: pa.Array) -> pa.Array:
    """Return nanoseconds as microseconds: cut, never rounded into the next day."""
    cut = pc.divide(moments, _NANOSECONDS)
    # What is before 1970 is cut to the later one.
    return pc.subtract(cut, pc.greater(pc.multiply(cut, _NANOSECONDS), moments).cast(pa.int64()))


def _read(words: Sequence[Word | None], readings: dict[str, Reading]) -> dict[str, pa.Array]:
    """Return for each name the column that its reading makes of the words; null stays null."""
    first = next((word for word in words if word is not None), b"")
    column = pa.array(words, pa.string() if isinstance(first, str) else pa.binary())
    if all(read is shown_word for read in readings.values()):
        # Nearly always UTF-8, which needs no call for each (benchmark: store).
        with suppress(pa.ArrowInvalid):
            return dict.fromkeys(readings, column.cast(pa.string()))
    coded = column.dictionary_encode()
    different = coded.dictionary.to_pylist()
    return {
        name: pa.array([read(word) for word in different], pa.string()).take(coded.indices)
        for name, read in readings.items()
    }


def shown_word(word: Word) -> str:
    """Return a word of the log as text."""
    return word if isinstance(word, str) else shown(word)


def _channel(recipient: Word) -> str:
    return shown_word(recipient).partition(" ")[0]


def _address(recipient: Word) -> str | None:
    _, blank, address = shown_word(recipient).partition(" ")
    return address if blank else None


def _domain(recipient: Word) -> str | None:
    _, at, domain = shown_word(recipient).rpartition("@")
    return domain if at else None


def _meaning(reason: Word) -> str | None:
    return title(shown_word(reason)) if reason else None


def _network(client: Word) -> str:
    return networks.of(client if isinstance(client, bytes) else client.encode())


def _causes(results: Sequence[int], whys: Sequence[str]) -> dict[str, pa.Array]:
    """Return what a coded cause says: of a success it is the way."""
    decoded = [(why, result == SUCCESS) for why, result in zip(whys, results, strict=True)]
    parts: dict[tuple[str, bool], tuple[str | None, ...]] = {}
    for why, is_way in set(decoded):
        cause = Cause(why) if is_way else Cause.decoded(why)
        parts[why, is_way] = (
            cause.text, None if is_way else whose(cause.text), cause.named or None, cause.stage or None,
        )  # fmt: skip
    columns = _turned([parts[key] for key in decoded], 4)
    return {
        name: pa.array(column, pa.string())
        for name, column in zip(("cause", "whose", "named", "stage"), columns, strict=True)
    }
