"""HTML from Python: the one place where text from outside is escaped."""

from functools import cache, lru_cache
from html import escape

from sqmail_command.text import page

_VOID = frozenset({"br", "hr", "img", "input", "meta", "link"})
# Texts so short come again and again: numbers, classes, labels.
_SHORT = 24


class Markup(str):
    """Text that is HTML already; made by this module only. Any other string is escaped when it goes in."""

    __slots__ = ()


def element(tag: str, /, *children: str | None, **attributes: str | int | None) -> Markup:
    """Return an element.

    Children that are no Markup are cleaned of control characters and escaped, and so are the values of
    attributes. None leaves a child or attribute out. A trailing underscore is dropped from the name of an
    attribute (`class_`), others become hyphens.
    """
    written = "".join(
        f' {_attribute(key)}="{_escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if tag in _VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{join(*children)}</{tag}>")


def join(*children: str | None) -> Markup:
    """Return the children one after the other, escaped where they are no Markup."""
    return Markup(
        "".join(child if isinstance(child, Markup) else _escaped(child) for child in children if child is not None)
    )


def lines(*children: str | None) -> Markup:
    """Return the children as `join` does, each with a line break behind it."""
    return Markup("".join(f"{join(child)}\n" for child in children if child is not None))


@cache
def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _escaped(text: str) -> str:
    return _kept(text) if len(text) < _SHORT else escape(page(text))


@lru_cache(maxsize=4096)
def _kept(text: str) -> str:
    return escape(page(text))
