"""The runbooks as pages, so that what a monitor calls notes_url leads to what to do."""

from collections.abc import Iterator
from importlib.resources import files

from sqmail_rrd import markdown
from sqmail_rrd.page.frame import TITLE, page

FOLDER = "runbooks"
"""Where they lie below the page of all hosts."""
INDEX = "README.md"
_END = ".md"


def pages() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each page, the index among them."""
    texts = {
        each.name: each.read_text(encoding="utf-8")
        for each in files("sqmail_rrd").joinpath(FOLDER).iterdir()
        if each.name.endswith(_END)
    }
    index = markdown.title(texts[INDEX])
    for name in sorted(texts):
        trail = [(TITLE, "../index.html")]
        if name != INDEX:
            trail.append((index, "index.html"))
        text = texts[name]
        yield file_of(name), page(markdown.title(text), trail, None, *markdown.body(text, linked))


def file_of(name: str) -> str:
    """Return the file of a page: `index.html` of README.md, `todo.html` of todo.md."""
    return "index.html" if name == INDEX else f"{name.removesuffix(_END)}.html"


def linked(target: str) -> str | None:
    """Return where a link of a page leads to: pages of other folders are not here."""
    path, mark, anchor = target.partition("#")
    if path.startswith("https://"):
        return target
    if "/" in path or (path and not path.endswith(_END)):
        return None
    return f"{file_of(path) if path else ''}{mark}{anchor}"
