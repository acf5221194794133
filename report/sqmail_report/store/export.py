"""A run of the export: what is new in a log goes into the store, once and only once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sqmail_log.errors import SqmailError
from sqmail_log.files.cursor import Cursor
from sqmail_log.files.follow import follow
from sqmail_log.units import SECOND
from sqmail_report.store import schema
from sqmail_report.store.rows.columns import SCHEMAS, Columns
from sqmail_report.store.rows.intake import Intake, merge_of, merged
from sqmail_report.store.schema import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from sqmail_log.units import Seconds
    from sqmail_report.store.folder import Folder
    from sqmail_report.store.rows.names import Names

# Arrow's own choice takes pages of 2 MB, each of which the system fills with zeros (benchmark: store).
pa.set_memory_pool(pa.system_memory_pool())

_DAY = 86_400 * SECOND
_EPOCH = date(1970, 1, 1).toordinal()
# What is read before it is written: 200,000 rows take about 150 MB.
_MOST_ROWS = 200_000
_MOST_BYTES = 256 << 20
# A file that is greater than this gets no more rows: to add one all are written anew.
_FULL = 8 << 20
_ROW_GROUP = 1 << 17
# No two moments are alike, and in their order they are small steps: a third of the file less than with a dictionary.
_MOMENTS = {
    column.name for table in schema.TABLES for column in table.columns if column.kind in {Kind.MOMENT, Kind.TIME}
}
_OPEN = "open"
"""What takes the number's place in the name of the file with what is open now; it is replaced by each run."""


@dataclass
class Exported:
    """What a run did: lines read, gaps met, rows written by table."""

    lines: int = 0
    gaps: int = 0
    rows: dict[str, int] = field(default_factory=dict)


@dataclass
class Export:
    """Brings one log into its folder of the store.

    `stamps` are the offset of labels and the zone of dates; `advance` is told
    how many bytes were read.
    """

    log: str
    folder: Folder
    names: Names
    stamps: tuple[Seconds, str]
    advance: Callable[[int], object]

    def run(self) -> Exported:
        """Take in what is new.  Raises SqmailError and OSError; then the store is as after a step that was whole."""
        with self.folder.alone():
            kept = self.folder.state()
            if kept:
                self._refuse_another(kept)
            return self._take_in(kept)

    def _take_in(self, kept: dict[str, Any]) -> Exported:
        told = Exported()
        intake = Intake(self.names, kept.get("intake"))
        cursor = Cursor(*kept["cursor"]) if kept else None
        writer = _Writer(self.folder, Columns(self.log, self.names), kept.get("open", []), is_new=not kept)
        for chunk in follow(self.log, cursor, tai_offset=self.stamps[0], zone=self.stamps[1]):
            cursor = chunk.cursor
            if chunk.gaps:
                intake.gap(chunk.gaps, chunk.lines)
                told.gaps += chunk.gaps
            if chunk.lines:
                before = intake.size
                intake.take(chunk.lines)
                told.lines += len(chunk.lines)
                self.advance(intake.size - before)
            if len(intake) >= _MOST_ROWS or intake.size >= _MOST_BYTES:
                self._save(writer, intake, cursor, told)
        if cursor is not None and intake.newest and _has_changed(kept, cursor, intake):
            self._save(writer, intake, cursor, told)
        return told

    def _save(self, writer: _Writer, intake: Intake, cursor: Cursor, told: Exported) -> None:
        """Write rows, what is open, and how far was read."""
        for table, number in writer.write(intake).items():
            told.rows[table] = told.rows.get(table, 0) + number
        state = {
            "log": self.log,
            "names": [self.names.way, self.names.check],
            "cursor": cursor.fields(),
            "intake": intake.state(),
            "open": writer.open,
        }
        self.folder.commit(state)
        intake.taken()

    def _refuse_another(self, kept: dict[str, Any]) -> None:
        if kept["log"] != self.log:
            raise SqmailError(f"{self.log}: the store has {kept['log']} under this name; give another --host")
        way, check = kept["names"]
        if (way, check) != (self.names.way, self.names.check):
            what = f"--addresses {way}" if way != self.names.way else "another key"
            raise SqmailError(
                f"{self.log}: its rows were written with {what}: names would not agree. "
                "Go on as before, or begin another store"
            )


class _Writer:
    """Writes rows aside, each day's with those that it has; `open` are the files of what is open now."""

    def __init__(self, folder: Folder, columns: Columns, open_: list[str], *, is_new: bool) -> None:
        self._folder = folder
        self._columns = columns
        self._is_new = is_new
        # Of each table what was written last, and where: the next rows are mostly of the same day.
        self._last: dict[str, tuple[Path, pa.Table]] = {}
        self.open = open_

    def write(self, intake: Intake) -> dict[str, int]:
        """Write what was taken in; return the number of rows by table."""
        self._folder.begin()
        mail, sessions, columns = intake.mail, intake.sessions, self._columns
        made: dict[str, pa.Table] = {
            schema.DELIVERIES.name: columns.deliveries(mail.deliveries),
            schema.MESSAGES.name: columns.messages(mail.ended),
            schema.RECORDS.name: columns.records(sessions.records),
            schema.CONNECTIONS.name: columns.connections(sessions.connections),
        }
        for name, table in made.items():
            for day, rows in _by_day(table):
                self._add(name, day, rows)
            if self._is_new and not len(table):
                # That each engine finds the table, and its columns.
                self._add(name, _day(intake.newest // _DAY), table)
        self._add_counts(intake.counts)
        for path in self.open:
            self._folder.drop(path)
        self.open = []
        moment = intake.newest
        self._write_open(schema.MESSAGES.name, columns.messages(mail.in_queue(moment)), moment)
        self._write_open(schema.CONNECTIONS.name, columns.connections(sessions.still_open(moment)), moment)
        self._is_new = False
        return {name: len(table) for name, table in made.items()}

    def _add(self, name: str, day: str, rows: pa.Table) -> None:
        """Put rows behind those of the day's last file, or into the next one where it is full."""
        parts = self._folder.parts(name, day)
        number = len(parts)
        if parts and parts[-1].stat().st_size < _FULL:
            number = int(parts[-1].name.split(".")[-2])
            place, before = self._last.get(name, (None, rows))
            rows = pa.concat_tables([before if place == parts[-1] else _read(parts[-1], name), rows])
        elif parts:
            number = int(parts[-1].name.split(".")[-2]) + 1
        place = self._folder.part(name, day, number)
        self._last[name] = place, _in_order(rows)
        self._write(*self._last[name])

    def _add_counts(self, counts: dict[tuple[int, str, str], int]) -> None:
        """Add counts to those that their days have: one row for each hour, family and name."""
        days: dict[str, dict[tuple[int, str, str], int]] = {}
        for key, number in counts.items():
            days.setdefault(_day(key[0] // _DAY), {})[key] = number
        for day, new in days.items():
            place = self._folder.part(schema.COUNTS.name, day, 0)
            figures: dict[tuple[int, str, str], int] = {}
            if place.exists():
                old = _read(place, schema.COUNTS.name).to_pydict()
                keys = zip(old[schema.TIME_NS], old["family"], old["name"], strict=True)
                figures.update(zip(keys, old["number"], strict=True))
            for key, number in new.items():
                figures[key] = merged(key[2], figures[key], number) if key in figures else number
            rows = [(*key, merge_of(key[2]), figures[key]) for key in sorted(figures)]
            self._write(place, self._columns.counts(rows))

    def _write_open(self, name: str, rows: pa.Table, moment: int) -> None:
        if len(rows):
            place = self._folder.part(name, _day(moment // _DAY), _OPEN)
            self._write(place, rows)
            self.open.append(self._folder.path(place))

    def _write(self, place: Path, rows: pa.Table) -> None:
        pq.write_table(
            rows,
            self._folder.aside(place),
            compression="zstd",
            row_group_size=_ROW_GROUP,
            use_dictionary=[name for name in rows.column_names if name not in _MOMENTS],
            column_encoding={name: "DELTA_BINARY_PACKED" for name in rows.column_names if name in _MOMENTS},
        )


def _has_changed(kept: dict[str, Any], cursor: Cursor, intake: Intake) -> bool:
    return not kept or bool(intake.size or intake.counts) or json.loads(json.dumps(cursor.fields())) != kept["cursor"]


def _in_order(rows: pa.Table) -> pa.Table:
    """Return rows in the order of their moments, in which they nearly always come."""
    moments = rows.column(schema.TIME_NS).combine_chunks()
    if pc.all(pc.less_equal(moments[:-1], moments[1:])).as_py() is False:
        return rows.sort_by(schema.TIME_NS)
    return rows


def _by_day(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield a table's rows by their day."""
    if not len(table):
        return
    days = pc.divide(table.column(schema.TIME_NS), _DAY)
    different: Sequence[int] = sorted(pc.unique(days).to_pylist())
    for number in different:
        yield _day(number), table if len(different) == 1 else table.filter(pc.equal(days, number))


def _day(number: int) -> str:
    """Return a day, counted from 1970-01-01, as ISO 8601."""
    return date.fromordinal(_EPOCH + number).isoformat()


def _read(path: Path, name: str) -> pa.Table:
    """Return a file's rows.  Raises SqmailError where it is damaged."""
    try:
        return pq.ParquetFile(path).read().select(SCHEMAS[name].names).cast(SCHEMAS[name])
    except (pa.ArrowException, KeyError) as error:
        raise SqmailError(f"{path}: damaged ({error}); restore it, or move the day's folders away") from error
