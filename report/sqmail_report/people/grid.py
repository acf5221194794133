"""What people read, before it is known whether as text or as HTML: cells in words, and lines that need attention."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

NUMBER, TEXT, FIXED, BAR = "number", "text", "fixed", "bar"
"""What a column holds: figures (to the right, never cut), text that may be cut, text that may not, shares as bars."""
URGENT, NOTABLE, CALM = 2, 1, 0
"""How much a line of `Lines` needs attention."""


class Head:
    """A column: its heading, what it holds, and what to say of it for those who do not know the word.

    A `minor` one is left out where there is no room, that with the greatest number first.
    """

    __slots__ = ("help", "holds", "minor", "name", "words")

    def __init__(
        self, words: str, holds: str = NUMBER, *, help_: str = "", name: str = "", minor: int = 0
    ) -> None:
        self.words = words
        self.holds = holds
        self.help = help_
        self.name = name
        self.minor = minor


class Grid:
    """A table of cells: text, of a BAR its share (0 to 1).

    `below` are further lines of text for each row, where there are any.  Of
    `terms`, by name of column, an explanation stands below the table: that of
    the `glossary`, by default the heads', where it is ''.  Without heads of any words none
    are shown.  Neighbours that may stand `beside` each other do where there is room.
    """

    __slots__ = ("below", "beside", "columns", "glossary", "heads", "notes", "terms", "title")

    def __init__(
        self,
        title: str,
        heads: Sequence[Head],
        columns: Sequence[Sequence[str | float]],
        *,
        below: Sequence[Sequence[str]] = (),
        notes: Sequence[str] = (),
        terms: Mapping[str, str] | None = None,
        glossary: Sequence[Head] | None = None,
        beside: bool = False,
    ) -> None:
        self.title = title
        self.heads = list(heads)
        self.columns = list(columns)
        self.below = below
        self.beside = beside
        self.notes = tuple(notes)
        self.terms = terms or {}
        self.glossary = self.heads if glossary is None else list(glossary)

    def explained(self, *, every: bool = False) -> list[tuple[str, str]]:
        """Return words and explanation of the columns that need it, or of every one."""
        told = [(head.words, self.terms.get(head.name) or head.help, head.name in self.terms) for head in self.glossary]
        return [(words, text.replace("`", "")) for words, text, term in told if text and (term or every)]

    @property
    def rows(self) -> list[tuple[str | float, ...]]:
        """Return the cells row by row."""
        return list(zip(*self.columns, strict=True))


class Lines:
    """Sentences: how much each needs attention, its words, what to do first or ''."""

    __slots__ = ("lines", "title")

    def __init__(self, title: str, lines: Sequence[tuple[int, str, str]]) -> None:
        self.title = title
        self.lines = list(lines)


if TYPE_CHECKING:
    Block: TypeAlias = Grid | Lines
