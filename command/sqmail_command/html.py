"""HTML from Python: the one place where text from outside is escaped."""

from collections.abc import Iterable, Mapping
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
    if not attributes:
        head = f"<{tag}>"
    elif all(map(_is_short, attributes.values())):
        head = _head(tag, *attributes.items())
    else:
        head = _written(tag, attributes)
    if tag in _VOID:
        return Markup(head)
    return Markup(f"{head}{_inner(children)}</{tag}>")


def join(*children: str | None) -> Markup:
    """Return the children one after the other, escaped where they are no Markup."""
    return Markup(_inner(children))


def _inner(children: Iterable[str | None]) -> str:
    return "".join([
        child if type(child) is Markup else _escaped(child) for child in children if child is not None
    ])  # fmt: skip


def _is_short(value: str | int | None) -> bool:
    return type(value) is not str or len(value) < _SHORT


@lru_cache(maxsize=4096)
def _head(tag: str, *attributes: tuple[str, str | int | None]) -> str:
    return _written(tag, dict(attributes))


def _written(tag: str, attributes: Mapping[str, str | int | None]) -> str:
    written = [
        f' {_attribute(key)}="{_escaped(str(value))}"' for key, value in attributes.items() if value is not None
    ]
    return f"<{tag}{''.join(written)}>"


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
