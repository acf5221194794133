"""Blocks as a page for browsers, phones and mail readers: styles stand in the elements, nothing is fetched."""

from __future__ import annotations

from sqmail_command.html import Markup, element, lines
from sqmail_report.people.grid import BAR, FIXED, NUMBER, TEXT, Lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqmail_report.digest.pictures import Picture
    from sqmail_report.people.grid import Block, Grid, Head

_BREAK = Markup("\n")
_BODY = (
    "margin:0 auto;padding:12px;max-width:760px;font:15px/1.45 system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
)
_H1 = "font-size:20px;line-height:1.25;margin:4px 0 2px"
_H2 = "font-size:16px;line-height:1.3;margin:24px 0 6px"
_NOTE = "font-size:13px;margin:4px 0;opacity:.7"
_TABLE = "border-collapse:collapse;width:100%;font-size:13.5px;line-height:1.35"
_WIDE = "overflow-x:auto"
_HEAD = (
    "padding:2px 8px 3px 0;border-bottom:1px solid #8888;font-weight:600;font-size:12px;vertical-align:bottom;"
    "text-align:"
)
_CELL = "padding:2px 8px 2px 0;border-bottom:1px solid #8882;vertical-align:top;text-align:"
_FIGURE = "right;white-space:nowrap;font-variant-numeric:tabular-nums"
_WORDS = "left;overflow-wrap:anywhere"
_TRACK = "width:100%;min-width:40px;height:11px;margin-top:3px"
_FILL = "display:block;height:11px;border-radius:2px;background:#4a7fb5;width:"
_LINE = "margin:6px 0;padding:6px 10px;border-radius:4px;border-left:5px solid "
_STEP = "display:block;font-size:13px;opacity:.8"
_LEVELS = ("#3a8a4d;background:#3a8a4d22", "#c98a00;background:#c98a0022", "#c0392b;background:#c0392b22")
_WORD_OF = ("", "Look at: ", "Now: ")
_IMAGE = "width:100%;max-width:480px;height:auto;display:block;margin:8px 0"
_SWATCH = "display:inline-block;width:10px;height:10px;margin-right:6px;border-radius:2px;background:"
# Both schemes of a reader that has two: the system's own colours.
_SCHEMES = Markup(
    ":root{color-scheme:light dark}@media(max-width:520px){.wide{display:none}td{font-size:12.5px!important}"
    "th{font-size:11px!important}.fixed{white-space:normal!important}.text{min-width:8em}}"
)


def page(title: str, about: str, blocks: Iterable[Block], pictures: Sequence[tuple[Picture, str]] = ()) -> str:
    """Return the page; `pictures` come with the address that the page shall have for each, of the mail's or data."""
    head = element(
        "head",
        _BREAK,
        lines(
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("title", title),
            element("style", _SCHEMES),
        ),
    )
    written = [_block(block) for block in blocks]
    written += [_picture(picture, address) for picture, address in pictures]
    intro = [element("h1", title, style=_H1), element("p", about, style=_NOTE) if about else None]
    body = element("body", _BREAK, lines(*intro), *written, style=_BODY)
    return lines(Markup("<!DOCTYPE html>"), element("html", _BREAK, lines(head, body), lang="en"))


def _block(block: Block) -> Markup:
    return _sentences(block) if isinstance(block, Lines) else _grid(block)


def _sentences(block: Lines) -> Markup:
    shown = [
        element(
            "p",
            element("b", _WORD_OF[level]) if level else None,
            words,
            element("span", step, style=_STEP) if step else None,
            style=f"{_LINE}{_LEVELS[level]}",
        )
        for level, words, step in block.lines
    ]
    return lines(element("h2", block.title, style=_H2), *shown)


def _grid(grid: Grid) -> Markup:
    parts: list[Markup] = [element("h2", grid.title, style=_H2)]
    if not grid.columns or not grid.columns[0]:
        parts.append(element("p", "nothing"))
    else:
        parts.append(element("div", element("table", _BREAK, lines(*_rows(grid)), style=_TABLE), style=_WIDE))
    terms = [f"{words}: {text}" for words, text in grid.explained()]
    parts += [element("p", note, style=_NOTE) for note in (*grid.notes, *terms)]
    return lines(*parts)


def _rows(grid: Grid) -> Iterable[Markup]:
    if any(head.words for head in grid.heads):
        yield element("tr", *(_heading(head) for head in grid.heads))
    for number, row in enumerate(grid.rows):
        yield element("tr", *(_cell(head, cell) for head, cell in zip(grid.heads, row, strict=True)))
        for text in grid.below[number] if grid.below else ():
            if text:
                yield element(
                    "tr", element("td", text, colspan=len(grid.heads), style=f"{_CELL}{_WORDS};padding-left:16px")
                )


def _heading(head: Head) -> Markup:
    align = "right" if head.holds == NUMBER else "left"
    whole = "" if " " in head.words else ";white-space:nowrap"
    return element("th", head.words, style=f"{_HEAD}{align}{whole}", class_=_class(head))


def _cell(head: Head, cell: str | float) -> Markup:
    if head.holds == BAR:
        fill = element("span", style=f"{_FILL}{round(100 * float(cell))}%") if cell else None
        return element("td", element("div", fill, style=_TRACK), style=f"{_CELL}left;width:30%")
    align = _FIGURE if head.holds == NUMBER else _WORDS if head.holds == TEXT else "left;white-space:nowrap"
    return element("td", str(cell), style=f"{_CELL}{align}", class_=_class(head))


def _class(head: Head) -> str | None:
    """Return what a narrow screen does with a column: hides, breaks or keeps it."""
    return "wide" if head.minor else head.holds if head.holds in {FIXED, TEXT} else None


def _picture(picture: Picture, address: str) -> Markup:
    """Return a picture with what it shows, and its numbers."""
    heads = [element("td"), *(element("th", text, style=f"{_HEAD}right") for text in picture.heads)]
    rows = [
        element(
            "tr",
            element("td", element("span", style=f"{_SWATCH}#{colour}"), label, style=f"{_CELL}{_WORDS}"),
            *(element("td", text, style=f"{_CELL}{_FIGURE}") for text in texts),
        )
        for colour, label, texts in picture.rows
    ]
    return lines(
        element("h2", picture.title, style=_H2),
        element("p", picture.about, style=_NOTE),
        element("img", src=address, alt=picture.title, style=_IMAGE),
        element("table", _BREAK, lines(element("tr", *heads), *rows), style=f"{_TABLE};max-width:480px"),
    )
