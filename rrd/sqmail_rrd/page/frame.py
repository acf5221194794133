"""The frame of every page: head, colours, the way back, the time."""

import time
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from sqmail_command.html import Markup, element, join
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.palette import DARK, LIGHT, Theme
from sqmail_rrd.status.day import LINES

REFRESH = 300
"""Seconds after which a browser loads a page again."""

# Nothing but pictures from the same folder: even a hole in the escaping could load and run nothing.
POLICY = "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'"
"""What a browser may load for a page."""
_LINKS = {"light": "0B57A4", "dark": "8AB8F0"}
_LINES = {"light": "DDE1E6", "dark": "2E353D"}
_NAME = "qmail"
TITLE = "Mail hosts"
"""What the first page is called."""
AROUND = {"light": "F4F6F8", "dark": "0D1116"}
"""The colour around what lies on the page, by scheme; pictures have their own."""


def page(
    title: str, trail: Sequence[tuple[str, str]], until: int | None, *body: str | None, again: bool = True
) -> bytes:
    """Return a whole page.

    `trail` gives the pages above it, as text and address, outermost first;
    a page of values shows them up to `until` and loads itself `again`, one
    without (None) stays as it is.
    """
    way: list[str] = []
    for text, address in trail:
        way += [element("a", text, href=address), " \u203a "]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("title", " - ".join([title, *(text for text, _ in reversed(trail)), _NAME])),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="robots", content="noindex"),
        element("meta", name="referrer", content="no-referrer"),
        # Without an icon of its own a page makes browsers ask the server for one.
        element("link", rel="icon", href="data:,"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", http_equiv="refresh", content=REFRESH) if until is not None and again else None,
        _style(),
    )
    frame = element(
        "body",
        element("nav", *way, title) if trail else None,
        element("main", element("h1", title), *body),
        None if until is None else element(
            "footer", "Up to ", moment(until), ". Drawn by sqmail-rrd page from RRD files",
            f"; loads itself again every {REFRESH // 60} minutes." if again else ".",
        ),
    )  # fmt: skip
    return join(Markup("<!DOCTYPE html>\n"), element("html", head, frame, lang="en"), Markup("\n")).encode()


def moment(seconds: int) -> Markup:
    """Return a Unix time as a reader's local time."""
    local = time.localtime(seconds)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z", local)
    return element("time", time.strftime("%Y-%m-%d %H:%M %Z", local), datetime=stamp)


@cache
def _style() -> Markup:
    sheet = files("sqmail_rrd").joinpath("page.css").read_text(encoding="utf-8")
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}"
    hues = "".join(f".{name} {{ background: var(--{name}); }}\n" for name in LIGHT.hues)
    hues += "".join(f".of-{line.hue} {{ --hue: var(--{line.hue}); }}\n" for line in LINES.values())
    shades = {series.hue for graph in GRAPHS.values() for series in graph.series} - LIGHT.hues.keys()
    # They are the same in both schemes.
    hues += "".join(f".{name} {{ background: #{LIGHT.hue(name)}; }}\n" for name in sorted(shades))
    return Markup(f"<style>\n:root {{ {_variables(LIGHT)} }}\n{dark}\n{sheet}{hues}</style>")


def _variables(theme: Theme) -> str:
    colours = {
        "back": theme.back,
        "font": theme.font,
        "faint": theme.faint,
        "line": _LINES[theme.name],
        "link": _LINKS[theme.name],
        "around": AROUND[theme.name],
        **theme.hues,
    }
    return " ".join(f"--{name}: #{colour};" for name, colour in colours.items())
