"""Pages read as a browser and a link checker would."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """One page: its links, pictures and tables, that of all hosts among them; raises AssertionError where elements do not close."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.targets = []
        self.images = []
        self.elements = []
        self.tables = []
        self.hosts = []
        self.text = ""
        self._open = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self._open == [], path

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs)
        self.elements.append((tag, attributes))
        self.targets += [attributes[name] for name in ("href", "src") if name in attributes]
        if tag == "img":
            self.images.append(attributes)
        elif tag == "table":
            self.tables.append([])
            if attributes.get("class") == "hosts":
                self.hosts = self.tables[-1]
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, self.path

    def handle_data(self, data):
        if "style" not in self._open:
            self.text += data
        if {"td", "th"} & set(self._open):
            self.tables[-1][-1][-1] += data


def crawl(out, *, runbooks=False):
    """Return all pages that can be reached from the first, by path, without the runbooks or these alone.

    Every link must lead to a file there, and to a place of it.
    """
    found = {}
    places = []
    waiting = [out / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = page = Page(path)
        for target in page.targets:
            if target == "data:,":
                continue
            parts = urlsplit(target)
            if parts.scheme == "https" and path.parent.name == "runbooks":
                continue
            assert (parts.scheme, parts.netloc) == ("", ""), target
            reached = Path(path.parent, unquote(parts.path)).resolve() if parts.path else path
            assert reached.is_relative_to(out.resolve()), target
            assert reached.is_file(), f"{path}: {target}"
            if reached.suffix == ".html":
                waiting.append(reached)
                places += [(path, reached, parts.fragment)] if parts.fragment else []
    for path, reached, fragment in places:
        page = found.get(reached) or found[reached.resolve()]
        assert fragment in {attributes.get("id") for _, attributes in page.elements}, f"{path}: {reached}#{fragment}"
    return {path: page for path, page in found.items() if (path.parent.name == "runbooks") == runbooks}
