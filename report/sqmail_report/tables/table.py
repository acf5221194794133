"""A table as every subcommand makes it, before it is known how it will be printed."""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Value: TypeAlias = str | int | float | None
    Row: TypeAlias = tuple[Value, ...]


class Unit(Enum):
    """What a column's values are; the value is how the documentation calls it."""

    TEXT = "text"
    COUNT = "count"
    BYTES = "bytes"
    SECONDS = "seconds"
    PERCENT = "percent"
    RATIO = "number"
    TIME = "time"


class Content(Enum):
    """Whom a column of text speaks of, for those who may not say."""

    NOBODY = "nobody"
    RECIPIENT = "channel.address"
    SENDER = "uid/<address>"
    ADDRESS = "address"
    CLIENT = "address or network of a client"
    HOST = "host, or channel.address of an address without one"
    USER = "name at a login"
    REPORT = "a delivery's report, with _ for blanks and addresses in it"
    WORDS = "words with addresses in them"


class Column:
    """One column: its name, unit and formula.

    `words` are its heading where people read it.  `digits` is the number of
    decimals that the classic table shows; JSON and CSV give seconds to the
    microsecond.  A TIME is Unix seconds here and ISO 8601 in UTC when printed.
    """

    __slots__ = ("content", "digits", "help", "name", "unit", "words")

    def __init__(
        self,
        name: str,
        unit: Unit,
        help_: str,
        digits: int = 2,
        content: Content = Content.NOBODY,
        *,
        words: str = "",
    ) -> None:
        self.name = name
        self.words = words or name.replace("_", " ")
        self.unit = unit
        self.help = help_
        self.digits = digits
        self.content = content


class Layout:
    """What is known of a table before there are figures.

    With `record` it has one row, printed downwards.  `order` is the column
    that rows are sorted by, if one alone; `weight` the one that `--top` ranks
    by: without it the first rows are the top.
    """

    __slots__ = ("columns", "name", "order", "record", "title", "weight")

    def __init__(
        self,
        name: str,
        title: str,
        columns: tuple[Column, ...],
        *,
        record: bool = False,
        order: str = "",
        weight: str = "",
    ) -> None:
        self.name = name
        self.title = title
        self.columns = columns
        self.record = record
        self.order = order
        self.weight = weight

    def index(self, column: str) -> int:
        """Return a column's position in a row."""
        return [each.name for each in self.columns].index(column)


class Table:
    """A layout with its rows.

    `notes` say what the rows leave out, or where they are estimates; `title`
    is printed instead of the layout's.  `rest` is the sum of the rows that
    were not kept: a last row of no rank, in which there is nobody's name.
    """

    __slots__ = ("layout", "notes", "rest", "rows", "title")

    def __init__(
        self,
        layout: Layout,
        rows: list[Row],
        notes: tuple[str, ...] = (),
        *,
        title: str | None = None,
        rest: Row | None = None,
    ) -> None:
        self.layout = layout
        self.rows = rows
        self.notes = notes
        self.rest = rest
        self.title = layout.title if title is None else title

    def top(self, number: int | None) -> Table:
        """Return the table with its `number` heaviest rows, the heaviest first (all of them for None), and the rest."""
        layout = self.layout
        if layout.record or (number is None and self.rest is None):
            return self
        rows = self.rows
        notes = self.notes
        if number is not None:
            if layout.weight:
                index = layout.index(layout.weight)
                rows = sorted(rows, key=lambda row: row[index] or 0, reverse=True)
            if len(rows) > number:
                notes = (*notes, f"{len(rows) - number} more rows are not shown")
                rows = rows[:number]
        if self.rest is not None:
            rows = [*rows, self.rest]
        return Table(layout, rows, notes)


def text(name: str, help_: str, content: Content = Content.NOBODY, *, words: str = "") -> Column:
    """Return a column of text."""
    return Column(name, Unit.TEXT, help_, content=content, words=words)


def count(name: str, help_: str, *, words: str = "") -> Column:
    """Return a column of whole numbers."""
    return Column(name, Unit.COUNT, help_, words=words)


def size(name: str, help_: str, *, words: str = "") -> Column:
    """Return a column of bytes."""
    return Column(name, Unit.BYTES, help_, words=words)


def seconds(name: str, help_: str, digits: int = 2, *, words: str = "") -> Column:
    """Return a column of seconds, printed with so many decimals."""
    return Column(name, Unit.SECONDS, help_, digits, words=words)


def percent(name: str, help_: str, *, words: str = "") -> Column:
    """Return a column of percentages."""
    return Column(name, Unit.PERCENT, help_, 1, words=words)


def ratio(name: str, help_: str, *, words: str = "") -> Column:
    """Return a column of numbers printed with six significant digits."""
    return Column(name, Unit.RATIO, help_, words=words)


def time(name: str, help_: str, *, words: str = "") -> Column:
    """Return a column of moments."""
    return Column(name, Unit.TIME, help_, words=words)
