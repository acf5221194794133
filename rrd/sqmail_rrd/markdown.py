"""HTML of the Markdown that the runbooks use: headings, paragraphs, lists, tables, code, links and bold; comments go.

Whatever else a text holds is text: it is escaped, as everywhere.
"""

import re
from collections.abc import Callable, Iterator

from sqmail_command.html import Markup, element, join

_INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"(#{1,4}) (.+)")
_NOT_OF_ANCHORS = re.compile(r"[^\w\- ]")
_CELLS = re.compile(r"(?<!\\)\|")
_ITEM = re.compile(r"- |\d+\. ")
_BEGINS = re.compile(rf"\||```|<!--|{_ITEM.pattern}")
_FENCE = "```"
_COMMENT = "<!--"
_INDENT = "    "

Linked = Callable[[str], str | None]
"""Returns where a link leads to in HTML; None for a place that there is not."""


def anchor(heading: str) -> str:
    """Return the name by which a link reaches a heading."""
    return _NOT_OF_ANCHORS.sub("", heading.lower()).replace(" ", "-")


def title(text: str) -> str:
    """Return the first heading of a page; raises LookupError where it begins with none."""
    found = _HEADING.match(text)
    if found is None:
        raise LookupError("a page begins with its title: # …")
    return found[2]


def body(text: str, linked: Linked) -> list[Markup]:
    """Return a page below its title, block by block."""
    lines = text.splitlines()[1:]
    return list(_blocks(lines, linked))


def _blocks(lines: list[str], linked: Linked) -> Iterator[Markup]:
    place = 0
    while place < len(lines):
        line = lines[place]
        begin = place
        if not line.strip():
            place += 1
        elif line.startswith(_FENCE):
            place = _end(lines, begin + 1, lambda each: not each.startswith(_FENCE))
            yield element("pre", element("code", _text(lines[begin + 1 : place])))
            place += 1
        elif line.startswith(_INDENT):
            place = _end(lines, begin, lambda each: each.startswith(_INDENT))
            yield element("pre", element("code", _text([each.removeprefix(_INDENT) for each in lines[begin:place]])))
        elif line.startswith("|"):
            place = _end(lines, begin, lambda each: each.startswith("|"))
            yield _table(lines[begin:place], linked)
        elif line.startswith(_COMMENT):
            place += 1
        elif item := _ITEM.match(line):
            place = _end(lines, begin, lambda each: bool(_ITEM.match(each)))
            points = (_inline(_ITEM.sub("", each, count=1), linked) for each in lines[begin:place])
            yield element("ul" if item[0] == "- " else "ol", *(element("li", point) for point in points))
        elif heading := _HEADING.match(line):
            place += 1
            yield element(f"h{len(heading[1])}", _inline(heading[2], linked), id=anchor(heading[2]))
        else:
            place = _end(lines, begin, lambda each: bool(each.strip()) and not _BEGINS.match(each))
            yield element("p", _inline(" ".join(lines[begin:place]), linked))


def _end(lines: list[str], begin: int, belongs: Callable[[str], bool]) -> int:
    """Return the number of the first line from `begin` on that does not belong to a block."""
    return next((place for place in range(begin, len(lines)) if not belongs(lines[place])), len(lines))


def _text(lines: list[str]) -> Markup:
    """Return lines with their breaks, which HTML's text would lose to the cleaning of control characters."""
    return join(*(part for line in lines for part in (line, Markup("\n"))))


def _table(rows: list[str], linked: Linked) -> Markup:
    head, _, *others = ([cell.strip().replace("\\|", "|") for cell in _CELLS.split(row)[1:-1]] for row in rows)
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", *(element("th", _inline(cell, linked), scope="col") for cell in head))),
            element(
                "tbody",
                *(element("tr", *(element("td", _inline(cell, linked)) for cell in row)) for row in others),
            ),
            class_="text",
        ),
        class_="wide",
    )


def _inline(text: str, linked: Linked) -> Markup:
    parts: list[str] = []
    place = 0
    for found in _INLINE.finditer(text):
        parts.append(text[place : found.start()])
        code, bold, words, target = found.groups()
        if code is not None:
            parts.append(element("code", code))
        elif bold is not None:
            parts.append(element("strong", _inline(bold, linked)))
        else:
            shown, address = _inline(words, linked), linked(target)
            parts.append(shown if address is None else element("a", shown, href=address))
        place = found.end()
    return join(*parts, text[place:])
