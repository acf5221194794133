"""HTML from Python: the one place where text from outside is escaped."""

from html import escape

from sqmail_command.text import page

_VOID = frozenset({"br", "hr", "img", "meta", "link"})


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
        f' {key.rstrip("_").replace("_", "-")}="{escape(page(str(value)))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if tag in _VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{join(*children)}</{tag}>")


def join(*children: str | None) -> Markup:
    """Return the children one after the other, escaped where they are no Markup."""
    return Markup(
        "".join(child if isinstance(child, Markup) else escape(page(child)) for child in children if child is not None)
    )


def lines(*children: str | None) -> Markup:
    """Return the children as `join` does, each with a line break behind it."""
    return Markup("".join(f"{join(child)}\n" for child in children if child is not None))
