"""Grids and lines as text, fitted to the width that there is."""

from __future__ import annotations

from sqmail_report.people import width
from sqmail_report.people.grid import BAR, CALM, NUMBER, TEXT, URGENT, Lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from sqmail_report.people.grid import Block, Grid, Head
    from sqmail_report.people.screen import Screen

    _Fitted: TypeAlias = tuple[list[Head], list[Sequence[str | float]], list[Sequence[str | float]]]

_GAP = 2
# Text is not cut below this, nor below the second as long as there are columns that matter less.
_LEAST, _READABLE = 14, 32
# So much wider than its cells a heading may be on one line.
_LITTLE = 2
# Bars are between these.
_LEAST_BAR, _MOST_BAR = 6, 40
_INDENT = "    "
_MARKS = ("  ", "! ", "!!")
# Tables stand beside each other on terminals of at least so many columns, so far apart.
_WIDE, _APART = 100, 4


def text(blocks: Iterable[Block], screen: Screen, *, explain: bool = False) -> Iterator[str]:
    """Yield the blocks, a blank line between two; each term is explained once, with `explain` every column."""
    told: set[tuple[str, str]] = set()
    for number, row in enumerate(_rows_of(blocks, screen)):
        if number:
            yield "\n"
        if len(row) > 1:
            yield from _beside(row, screen)
        for block in row:
            if isinstance(block, Lines):
                yield from _lines(block, screen)
                continue
            shown: Sequence[Head] = block.heads
            if len(row) == 1:
                shown = yield from _grid(block, screen)
            yield from _notes(block, shown, screen, told, explain=explain)


def _rows_of(blocks: Iterable[Block], screen: Screen) -> list[list[Block]]:
    """Return the blocks, together those that stand beside each other."""
    found: list[list[Block]] = []
    left = 0
    for block in blocks:
        wide = _whole(block, screen)
        if found and wide and wide + _APART <= left:
            found[-1].append(block)
            left -= wide + _APART
        else:
            found.append([block])
            left = screen.width - wide if wide else 0
    return found


def _whole(block: Block, screen: Screen) -> int:
    """Return how wide a block is that may stand beside others, else 0."""
    if isinstance(block, Lines) or not block.beside or screen.width < _WIDE:
        return 0
    return max(map(width.columns, (block.title, *_whole_rows(block, screen))))


def _whole_rows(grid: Grid, screen: Screen) -> list[str]:
    return [line.rstrip() for line in _rows(grid, (grid.heads, grid.columns, []), screen)]


def _beside(row: Sequence[Block], screen: Screen) -> Iterator[str]:
    """Yield the lines of tables that stand beside each other."""
    from itertools import zip_longest  # noqa: PLC0415 - wide terminals alone have them

    grids = [block for block in row if not isinstance(block, Lines)]
    wide = [_whole(block, screen) for block in grids]
    titles = zip(grids, wide, strict=True)
    gap = " " * _APART
    yield gap.join(screen.bold(grid.title) + " " * (each - width.columns(grid.title)) for grid, each in titles).rstrip()
    yield "\n\n"
    for parts in zip_longest(*(_whole_rows(grid, screen) for grid in grids), fillvalue=""):
        padded = map(width.padded, parts, wide)
        yield f"{gap.join(padded).rstrip()}\n"


def _lines(block: Lines, screen: Screen) -> Iterator[str]:
    if block.title:
        yield f"{screen.bold(block.title)}\n\n"
    for level, words, step in block.lines:
        paint = screen.red if level == URGENT else screen.yellow if level else str
        head = _MARKS[level]
        for part in width.wrapped(words, screen.width - len(head) - 1):
            yield f"{paint(f'{head} {part}'.rstrip())}\n"
            head = _MARKS[CALM]
        for part in width.wrapped(step, screen.width - len(head) - 1):
            yield f"{screen.dim(f'{head} {part}')}\n"


def _grid(grid: Grid, screen: Screen) -> Generator[str, None, Sequence[Head]]:
    """Yield a table's lines; return the columns that were not left out."""
    if grid.title:
        yield f"{screen.bold(grid.title)}\n\n"
    if not grid.columns or not grid.columns[0]:
        yield "nothing\n"
        return grid.heads
    fitted = _fitted(grid.heads, grid.columns, screen)
    yield from _rows(grid, fitted, screen)
    return [head for head in grid.heads if not head.minor or head in fitted[0]]


def _notes(
    grid: Grid, shown: Sequence[Head], screen: Screen, told: set[tuple[str, str]], *, explain: bool
) -> Iterator[str]:
    hidden = set() if explain else {head.words for head in grid.heads} - {head.words for head in shown}
    terms = grid.explained(every=explain)
    explained = [term for term in terms if term not in told and term[0] not in hidden]
    told.update(explained)
    for note in (*grid.notes, *(f"{words}: {meaning}" for words, meaning in explained)):
        for number, line in enumerate(width.wrapped(note, screen.width - 2)):
            yield f"{screen.dim(f'  {line}' if number else f'- {line}')}\n"


def _rows(grid: Grid, fitted: _Fitted, screen: Screen) -> Iterator[str]:
    """Yield heads and rows; text that has no room in a row stands below it."""
    heads, columns, moved = fitted
    titles, widths = _measured(heads, columns, screen)
    if any(head.words for head in heads):
        for row in range(max(map(len, titles))):
            parts = [
                width.padded(title[row] if row < len(title) else "", wide, right=head.holds == NUMBER)
                for title, wide, head in zip(titles, widths, heads, strict=True)
            ]
            yield f"{screen.dim('  '.join(parts).rstrip())}\n"
    shown = [_cells(head, cells, wide, screen) for head, cells, wide in zip(heads, columns, widths, strict=True)]
    lines = map(str.rstrip, map("  ".join, zip(*shown, strict=True)))
    if not moved and not grid.below:
        for line in lines:
            yield f"{line}\n"
        return
    room = screen.width - len(_INDENT)
    below: Iterable[Sequence[str]] = grid.below or [()] * len(columns[0])
    for number, (line, further) in enumerate(zip(lines, below, strict=True)):
        yield f"{line}\n"
        for each in (*(str(cells[number]) for cells in moved), *further):
            if each:
                yield f"{_INDENT}{width.shortened(each, room, screen.dots)}\n"


def _fitted(heads: Sequence[Head], columns: Sequence[Sequence[str | float]], screen: Screen) -> _Fitted:
    """Return heads and columns that fit, and those that have to stand below: of several texts the last ones.

    Before any of these the columns that matter less are left out.
    """
    kept, cells = list(heads), list(columns)
    moved: list[Sequence[str | float]] = []
    while True:
        minor = max(range(len(kept)), key=lambda index: kept[index].minor)
        most = _READABLE if kept[minor].minor else _LEAST
        least = sum(_least(head, column, most) for head, column in zip(kept, cells, strict=True))
        if least + _GAP * (len(kept) - 1) <= screen.width:
            return kept, cells, moved
        if kept[minor].minor:
            del kept[minor], cells[minor]
            continue
        texts = [index for index, head in enumerate(kept) if head.holds == TEXT]
        if len(texts) < 2:
            return kept, cells, moved
        del kept[texts[-1]]
        moved.insert(0, cells.pop(texts[-1]))


def _least(head: Head, cells: Sequence[str | float], most: int) -> int:
    """Return what a column needs; text that is longer than `most` can be cut to it."""
    if head.holds == BAR:
        return _LEAST_BAR
    widest = width.widest(cells)  # type: ignore[arg-type]
    return max(min(widest, most) if head.holds == TEXT else widest, min(map(len, _split(head.words, widest))))


def _measured(
    heads: Sequence[Head], columns: Sequence[Sequence[str | float]], screen: Screen
) -> tuple[list[list[str]], list[int]]:
    """Return the heads, on two lines where one is longer than the cells, and the widths."""
    naturals = [
        0 if head.holds == BAR else width.widest(cells)  # type: ignore[arg-type]
        for head, cells in zip(heads, columns, strict=True)
    ]
    titles = [_split(head.words, natural) for head, natural in zip(heads, naturals, strict=True)]
    widths = [max(natural, *map(len, title)) for natural, title in zip(naturals, titles, strict=True)]
    room = screen.width - _GAP * (len(heads) - 1)
    bars = [index for index, head in enumerate(heads) if head.holds == BAR]
    left = room - sum(wide for index, wide in enumerate(widths) if index not in bars)
    for index in bars:
        widths[index] = max(min(left // len(bars), _MOST_BAR), _LEAST_BAR, widths[index])
    texts = [index for index, head in enumerate(heads) if head.holds == TEXT]
    others = sum(wide for index, wide in enumerate(widths) if index not in texts)
    # The widest give first.
    most = max([widths[index] for index in texts], default=0)
    while most > 1 and others + sum(min(widths[index], most) for index in texts) > room:
        most -= 1
    for index in texts:
        widths[index] = min(widths[index], most)
    return titles, widths


def _split(words: str, natural: int) -> list[str]:
    """Return a heading on one line, or on the two that are narrowest where it is wider than what it heads."""
    if len(words) <= natural + _LITTLE or " " not in words:
        return [words]
    places = [place for place, letter in enumerate(words) if letter == " "]
    place = min(places, key=lambda each: max(each, len(words) - each - 1))
    return [words[:place], words[place + 1 :]]


def _cells(head: Head, cells: Sequence[str | float], wide: int, screen: Screen) -> list[str]:
    """Return a column's cells, each as wide as the column."""
    if head.holds == BAR:
        return [screen.bar(float(share), wide) for share in cells]
    if head.holds == NUMBER:
        return [f"{cell:>{wide}}" for cell in cells]
    texts: Sequence[str] = cells  # type: ignore[assignment]
    if width.widest(texts) > wide:
        texts = [width.shortened(each, wide, screen.dots) for each in texts]
    if "".join(texts).isascii():
        return [f"{each:{wide}}" for each in texts]
    return [width.padded(each, wide) for each in texts]
